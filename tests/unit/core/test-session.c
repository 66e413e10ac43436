/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The dialling rules of DESIGN section 4, each by name, and a walk of every event in every state. */
#include "lan-session.h"

#include "lan-deadlines.h"

#include <string.h>

#define S       G_USEC_PER_SEC
#define FOREIGN (G_GUINT64_CONSTANT (1) << 63)

static const guint8 key[32] = { 1, 2, 3 }, other_key[32] = { 9, 9 };

typedef struct {
  LanSession *session;
  LanSessionPool pool;
  LanSeededRandom random;
  gint64 now;
  guint64 dial; /* handle of the newest DIAL */
  LanLinkId link;
} Bench;

static void
bench_init (Bench *b, gboolean is_smaller, gboolean has_key)
{
  LanSessionConfig config = { .self = { { 5 } }, .remote = { { (guint8) (is_smaller ? 9 : 2) } } };

  memset (b, 0, sizeof *b);
  lan_seeded_random_init (&b->random, 4);
  b->now = 1000 * (gint64) S;
  config.remote_key = has_key ? key : NULL;
  config.pool = &b->pool;
  config.random = &b->random.base;
  b->session = lan_session_new (&config);
}

static void
bench_clear (Bench *b)
{
  lan_session_free (b->session);
  g_assert_cmpuint (b->pool.kept, ==, 0);
}

/* Takes the next action, which must be of @type; what later checks need is kept in @b. */
static LanSessionAction
expect (Bench *b, LanSessionActionType type)
{
  LanSessionAction action;

  g_assert_true (lan_session_next_action (b->session, &action));
  g_assert_cmpint (action.type, ==, type);
  if (type == LAN_SESSION_DIAL)
    b->dial = action.lane;
  if (type == LAN_SESSION_OFFER_LINK || type == LAN_SESSION_ANSWER_LINK)
    b->link = action.signal.link_id;
  return action;
}

static void
expect_only (Bench *b, LanSessionActionType type)
{
  LanSessionAction action = expect (b, type);

  lan_session_action_clear (&action);
}

static void
expect_nothing (Bench *b)
{
  LanSessionAction action;

  if (lan_session_next_action (b->session, &action))
    g_error ("unexpected action %d", action.type);
}

static void
expect_lane (Bench *b, LanSessionActionType type, guint64 lane)
{
  LanSessionAction action = expect (b, type);

  g_assert_cmpuint (action.lane, ==, lane);
  lan_session_action_clear (&action);
}

static void
expect_way (Bench *b, LanSessionWay way)
{
  LanSessionAction action = expect (b, LAN_SESSION_PREFER);

  g_assert_cmpint (action.prefer, ==, way);
  g_assert_cmpint (lan_session_way (b->session), ==, way);
  lan_session_action_clear (&action);
}

static void
drain (Bench *b)
{
  LanSessionAction action;

  while (lan_session_next_action (b->session, &action)) {
    if (action.type == LAN_SESSION_DIAL)
      b->dial = action.lane;
    if (action.type == LAN_SESSION_OFFER_LINK || action.type == LAN_SESSION_ANSWER_LINK)
      b->link = action.signal.link_id;
    lan_session_action_clear (&action);
  }
}

static void
pass (Bench *b, gint64 us)
{
  b->now += us;
  lan_session_advance (b->session, b->now);
}

static void
signal_in (Bench *b, LanSessionSignalType type, guint8 id, guint32 path)
{
  LanSessionSignal signal = {
    .link_id = { { id } }, .type = type, .path = path, .text = (char *) "e"
  };

  lan_session_on_signal (b->session, &signal, b->now);
}

static void
our_signal (Bench *b, LanSessionSignalType type)
{
  LanSessionSignal signal = { .link_id = b->link, .type = type, .text = (char *) "e" };

  lan_session_on_link_signal (b->session, &signal, b->now);
}

/* Wanted, with an address: a dial is out. */
static void
dialing (Bench *b, gboolean is_smaller, gboolean has_key)
{
  bench_init (b, is_smaller, has_key);
  lan_session_add_address (b->session, "10.0.0.2", 24789, TRUE, b->now);
  expect_nothing (b);
  lan_session_set_demand (b->session, TRUE, b->now);
}

static void
lane_up (Bench *b, gboolean is_smaller)
{
  dialing (b, is_smaller, TRUE);
  expect_only (b, LAN_SESSION_DIAL);
  lan_session_on_lane_up (b->session, b->dial, key, TRUE, b->now);
  expect_only (b, LAN_SESSION_OFFER_LINK);
  expect_way (b, LAN_SESSION_BY_LANE);
}

static void
link_up (Bench *b, gboolean is_smaller)
{
  lane_up (b, is_smaller);
  lan_session_on_link_up (b->session, &b->link, b->now);
  expect_way (b, LAN_SESSION_BY_LINK);
}

static void
test_ik_when_known (void)
{
  for (guint known = 0; known < 2; known++) {
    Bench b;
    LanSessionAction action;

    dialing (&b, TRUE, known);
    action = expect (&b, LAN_SESSION_DIAL);
    g_assert_cmpint (action.with_key, ==, known);
    if (known)
      g_assert_cmpmem (action.key, 32, key, 32);
    g_assert_cmpuint (action.addresses->len, ==, 1);
    g_assert_cmpstr (g_ptr_array_index (action.addresses, 0), ==, "10.0.0.2 24789");
    lan_session_action_clear (&action);
    g_assert_cmpint (lan_session_lane_state (b.session), ==, LAN_SESSION_LANE_DIALING);
    bench_clear (&b);
  }
}

static void
test_xx_after_failed_ik (void)
{
  Bench b;
  LanSessionAction action;

  dialing (&b, TRUE, TRUE);
  expect_only (&b, LAN_SESSION_DIAL);
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_HANDSHAKE, b.now);
  action = expect (&b, LAN_SESSION_DIAL); /* at once */
  g_assert_false (action.with_key);
  lan_session_action_clear (&action);
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_HANDSHAKE, b.now);
  expect_only (&b, LAN_SESSION_UNREACHABLE);
  expect_nothing (&b);
  pass (&b, 2 * S);
  action = expect (&b, LAN_SESSION_DIAL); /* and from the start */
  g_assert_true (action.with_key);
  lan_session_action_clear (&action);
  /* Nobody there is no reason to try another pattern. */
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_UNREACHABLE, b.now);
  expect_only (&b, LAN_SESSION_UNREACHABLE);
  expect_nothing (&b);
  bench_clear (&b);
}

static void
test_hidden_never_xx (void)
{
  Bench b;

  dialing (&b, TRUE, TRUE);
  lan_session_set_remote_hidden (b.session, TRUE);
  expect_only (&b, LAN_SESSION_DIAL);
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_HANDSHAKE, b.now);
  expect_only (&b, LAN_SESSION_UNREACHABLE);
  expect_nothing (&b);
  bench_clear (&b);
}

static void
test_key_changed (void)
{
  Bench b;
  LanSessionAction action;

  dialing (&b, TRUE, TRUE);
  expect_only (&b, LAN_SESSION_DIAL);
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_HANDSHAKE, b.now);
  expect_only (&b, LAN_SESSION_DIAL);
  lan_session_on_lane_up (b.session, b.dial, other_key, TRUE, b.now);
  action = expect (&b, LAN_SESSION_KEY_CHANGED);
  g_assert_cmpuint (action.lane, ==, b.dial);
  g_assert_cmpmem (action.key, 32, other_key, 32);
  lan_session_action_clear (&action);
  expect_nothing (&b); /* nothing goes over it */
  g_assert_cmpint (lan_session_way (b.session), ==, LAN_SESSION_BY_NOTHING);
  pass (&b, 2 * S); /* the one we know may still come */
  action = expect (&b, LAN_SESSION_DIAL);
  g_assert_true (action.with_key);
  lan_session_action_clear (&action);
  bench_clear (&b);
}

static void
test_first_contact_learns_key (void)
{
  Bench b;

  dialing (&b, TRUE, FALSE);
  expect_only (&b, LAN_SESSION_DIAL);
  lan_session_on_lane_up (b.session, b.dial, key, FALSE, b.now);
  expect_way (&b, LAN_SESSION_BY_LANE);
  expect_nothing (&b); /* no link: its HELLO cannot */
  lan_session_on_lane_up (b.session, FOREIGN | 1, other_key, TRUE, b.now);
  expect_lane (&b, LAN_SESSION_KEY_CHANGED, FOREIGN | 1);
  bench_clear (&b);
}

/* Two lanes at once: the one dialled by the smaller device id stays, whichever came first. */
static void
test_crossed (void)
{
  for (guint order = 0; order < 2; order++) {
    for (guint smaller = 0; smaller < 2; smaller++) {
      Bench b;
      guint64 first, second, loser;

      dialing (&b, smaller, TRUE);
      expect_only (&b, LAN_SESSION_DIAL);
      first = order == 0 ? b.dial : FOREIGN | 1;
      second = order == 0 ? FOREIGN | 1 : b.dial;
      loser = smaller ? FOREIGN | 1 : b.dial;
      lan_session_on_lane_up (b.session, first, key, FALSE, b.now);
      b.now += S;
      if (first == (FOREIGN | 1) && !smaller) {
        expect_lane (&b, LAN_SESSION_CLOSE_LANE, b.dial); /* ours is given up at once */
        expect_way (&b, LAN_SESSION_BY_LANE);
        lan_session_on_lane_up (b.session, second, key, FALSE, b.now); /* too late to stop */
        expect_lane (&b, LAN_SESSION_CLOSE_LANE, b.dial);
      } else {
        expect_way (&b, LAN_SESSION_BY_LANE);
        lan_session_on_lane_up (b.session, second, key, FALSE, b.now);
        expect_lane (&b, LAN_SESSION_CLOSE_LANE, loser);
      }
      expect_nothing (&b);
      lan_session_on_lane_down (b.session, loser, LAN_SESSION_FAIL_CLOSED, b.now);
      g_assert_cmpint (lan_session_lane_state (b.session), ==, LAN_SESSION_LANE_UP);
      bench_clear (&b);
    }
  }
}

/* Much later the other side dials: it has lost the old lane, whoever is smaller. */
static void
test_restart_replaces_lane (void)
{
  Bench b;

  lane_up (&b, TRUE);
  b.now += LAN_SESSION_CROSS_US;
  lan_session_on_lane_up (b.session, FOREIGN | 1, key, TRUE, b.now);
  expect_lane (&b, LAN_SESSION_CLOSE_LANE, b.dial);
  /* The same side dialling twice: the newer. */
  lan_session_on_lane_up (b.session, FOREIGN | 2, key, TRUE, b.now);
  expect_lane (&b, LAN_SESSION_CLOSE_LANE, FOREIGN | 1);
  expect_nothing (&b);
  bench_clear (&b);
}

static void
test_glare (void)
{
  Bench b;

  lane_up (&b, TRUE); /* our offer is out, and we are smaller */
  signal_in (&b, LAN_SESSION_SIGNAL_OFFER, 77, 0);
  expect_nothing (&b);
  g_assert_cmpint (lan_session_link_state (b.session), ==, LAN_SESSION_LINK_OFFERED);
  lan_session_on_link_up (b.session, &b.link, b.now);
  expect_way (&b, LAN_SESSION_BY_LINK);
  signal_in (&b, LAN_SESSION_SIGNAL_OFFER, 77, 0); /* theirs, late by another way */
  expect_nothing (&b);
  bench_clear (&b);

  lane_up (&b, FALSE);
  signal_in (&b, LAN_SESSION_SIGNAL_OFFER, 77, 0);
  expect_only (&b, LAN_SESSION_CLOSE_LINK);
  expect_only (&b, LAN_SESSION_ANSWER_LINK);
  g_assert_cmpuint (b.link.b[0], ==, 77);
  g_assert_cmpint (lan_session_link_state (b.session), ==, LAN_SESSION_LINK_ANSWERED);
  bench_clear (&b);
}

/* A new offer while the link is up: they have started again. */
static void
test_restart_replaces_link (void)
{
  Bench b;

  link_up (&b, TRUE);
  b.now += 60 * S;
  signal_in (&b, LAN_SESSION_SIGNAL_OFFER, 77, 0);
  expect_only (&b, LAN_SESSION_CLOSE_LINK);
  expect_only (&b, LAN_SESSION_ANSWER_LINK);
  expect_way (&b, LAN_SESSION_BY_LANE);
  /* A new lane while the link is up: do they still have it? */
  lan_session_on_link_up (b.session, &b.link, b.now);
  expect_way (&b, LAN_SESSION_BY_LINK);
  lan_session_on_lane_up (b.session, FOREIGN | 5, key, TRUE, b.now);
  expect_lane (&b, LAN_SESSION_CLOSE_LANE, b.dial);
  {
    LanSessionAction action = expect (&b, LAN_SESSION_SEND_SIGNAL);

    g_assert_cmpint (action.signal.type, ==, LAN_SESSION_SIGNAL_CHECK);
    g_assert_cmpuint (action.lane, ==, FOREIGN | 5);
    lan_session_action_clear (&action);
  }
  signal_in (&b, LAN_SESSION_SIGNAL_CLOSE, 77, 0);
  expect_only (&b, LAN_SESSION_GIVE_SIGNAL);
  lan_session_on_link_down (b.session, &b.link, LAN_SESSION_FAIL_CLOSED, b.now);
  expect_only (&b, LAN_SESSION_OFFER_LINK);
  expect_way (&b, LAN_SESSION_BY_LANE);
  bench_clear (&b);
}

static void
test_unknown_link (void)
{
  Bench b;
  LanSessionAction action;

  lane_up (&b, TRUE);
  signal_in (&b, LAN_SESSION_SIGNAL_CHECK, 50, 0);
  action = expect (&b, LAN_SESSION_SEND_SIGNAL);
  g_assert_cmpint (action.signal.type, ==, LAN_SESSION_SIGNAL_CLOSE);
  g_assert_cmpuint (action.signal.link_id.b[0], ==, 50);
  lan_session_action_clear (&action);
  signal_in (&b, LAN_SESSION_SIGNAL_OFFER, 50, 3); /* a move of what we do not have */
  expect_only (&b, LAN_SESSION_SEND_SIGNAL);
  signal_in (&b, LAN_SESSION_SIGNAL_CANDIDATE, 50, 0);
  signal_in (&b, LAN_SESSION_SIGNAL_CLOSE, 50, 0);
  expect_nothing (&b);
  bench_clear (&b);
}

static void
test_back_off (void)
{
  Bench b;
  gint64 before = 0;

  dialing (&b, TRUE, TRUE);
  expect_only (&b, LAN_SESSION_DIAL);
  for (guint i = 0; i < 10; i++) {
    gint64 wait;
    LanSessionAction action;

    lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_UNREACHABLE, b.now);
    action = expect (&b, LAN_SESSION_UNREACHABLE);
    g_assert_cmpuint (action.attempts, ==, i + 1);
    lan_session_action_clear (&action);
    g_assert_cmpint (lan_session_lane_state (b.session), ==, LAN_SESSION_LANE_WAIT);
    wait = lan_session_next_deadline (b.session) - b.now;
    g_assert_cmpint (wait, >=, MIN (S << MIN (i, 10), 60 * S) * 3 / 4);
    g_assert_cmpint (wait, <=, MIN (S << MIN (i, 10), 60 * S) * 5 / 4);
    g_assert_true (i > 5 || wait > before);
    before = wait;
    pass (&b, wait - 1);
    expect_nothing (&b);
    pass (&b, 1);
    expect_only (&b, LAN_SESSION_DIAL);
  }
  /* A new sign of them ends the waiting; one already known does not. */
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_UNREACHABLE, b.now);
  expect_only (&b, LAN_SESSION_UNREACHABLE);
  lan_session_add_address (b.session, "10.0.0.2", 24789, TRUE, b.now);
  expect_nothing (&b);
  lan_session_add_address (b.session, "10.0.0.3", 24789, TRUE, b.now);
  expect_only (&b, LAN_SESSION_DIAL);
  /* So does a person who sends. */
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_UNREACHABLE, b.now);
  expect_only (&b, LAN_SESSION_UNREACHABLE);
  lan_session_set_demand (b.session, FALSE, b.now);
  pass (&b, 600 * S);
  expect_nothing (&b); /* not wanted: nobody dials */
  g_assert_cmpint (lan_session_next_deadline (b.session), ==, LAN_NO_DEADLINE);
  lan_session_set_demand (b.session, TRUE, b.now);
  expect_only (&b, LAN_SESSION_DIAL);
  bench_clear (&b);
}

/* Thrown out at once again and again: as slow as if nobody answered. */
static void
test_short_lanes_back_off (void)
{
  Bench b;
  gint64 wait = 0;

  dialing (&b, TRUE, TRUE);
  for (guint i = 0; i < 7; i++) {
    expect_only (&b, LAN_SESSION_DIAL);
    lan_session_on_lane_up (b.session, b.dial, key, FALSE, b.now);
    lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_CLOSED, b.now);
    drain (&b);
    wait = lan_session_next_deadline (b.session) - b.now;
    pass (&b, wait);
  }
  g_assert_cmpint (wait, >=, 45 * S);
  bench_clear (&b);
}

static void
test_idle (void)
{
  Bench b;

  link_up (&b, TRUE);
  lan_session_set_demand (b.session, FALSE, b.now);
  b.now += 100 * S;
  lan_session_on_traffic (b.session, b.now);
  pass (&b, LAN_SESSION_LINK_IDLE_US - 1);
  expect_nothing (&b);
  g_assert_cmpint (lan_session_next_deadline (b.session), ==, b.now + 1);
  pass (&b, 1);
  expect_only (&b, LAN_SESSION_CLOSE_LINK);
  expect_way (&b, LAN_SESSION_BY_LANE);
  pass (&b, LAN_SESSION_LANE_IDLE_US - 1);
  expect_nothing (&b);
  pass (&b, 1);
  expect_lane (&b, LAN_SESSION_CLOSE_LANE, b.dial);
  expect_way (&b, LAN_SESSION_BY_NOTHING);
  g_assert_cmpint (lan_session_next_deadline (b.session), ==, LAN_NO_DEADLINE);
  bench_clear (&b);
}

static void
test_kept_lane (void)
{
  Bench b;

  lane_up (&b, TRUE);
  lan_session_on_link_down (b.session, &b.link, LAN_SESSION_FAIL_CLOSED, b.now);
  lan_session_set_keep_lane (b.session, TRUE, b.now);
  lan_session_set_demand (b.session, FALSE, b.now);
  drain (&b);
  lan_session_on_link_down (b.session, &b.link, LAN_SESSION_FAIL_CLOSED, b.now);
  drain (&b);
  pass (&b, 3600LL * S);
  expect_nothing (&b);
  /* Cut: it is dialled again by itself. */
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_BROKEN, b.now);
  expect_way (&b, LAN_SESSION_BY_NOTHING);
  pass (&b, S);
  expect_only (&b, LAN_SESSION_DIAL);
  lan_session_on_lane_up (b.session, b.dial, key, TRUE, b.now);
  expect_way (&b, LAN_SESSION_BY_LANE);
  lan_session_set_keep_lane (b.session, FALSE, b.now);
  pass (&b, LAN_SESSION_LANE_IDLE_US);
  expect_only (&b, LAN_SESSION_CLOSE_LANE);
  bench_clear (&b);
}

static void
test_pool (void)
{
  Bench b;

  bench_init (&b, TRUE, TRUE);
  b.pool.kept = LAN_SESSION_IDLE_LANES_MAX;
  lan_session_add_address (b.session, "10.0.0.2", 1, TRUE, b.now);
  lan_session_set_keep_lane (b.session, TRUE, b.now);
  expect_nothing (&b); /* 128 others are kept */
  b.pool.kept = LAN_SESSION_IDLE_LANES_MAX - 1;
  lan_session_set_keep_lane (b.session, TRUE, b.now);
  expect_only (&b, LAN_SESSION_DIAL);
  g_assert_cmpuint (b.pool.kept, ==, LAN_SESSION_IDLE_LANES_MAX);
  b.pool.kept = 1;
  bench_clear (&b);
}

static void
test_signals_go_by_lane (void)
{
  Bench b;
  LanSessionAction action;

  lane_up (&b, TRUE);
  our_signal (&b, LAN_SESSION_SIGNAL_OFFER);
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, b.dial);
  signal_in (&b, LAN_SESSION_SIGNAL_ANSWER, 1, 0); /* of no link of ours */
  expect_nothing (&b);
  /* The lane breaks while the link is made: what it says waits for the next lane. */
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_BROKEN, b.now + 20 * S);
  expect_way (&b, LAN_SESSION_BY_NOTHING);
  for (guint i = 0; i < 40; i++)
    our_signal (&b, LAN_SESSION_SIGNAL_CANDIDATE);
  expect_nothing (&b);
  pass (&b, 21 * S);
  expect_only (&b, LAN_SESSION_DIAL);
  lan_session_on_lane_up (b.session, b.dial, key, TRUE, b.now);
  for (guint i = 0; i < LAN_SESSION_HELD_SIGNALS; i++)
    expect_lane (&b, LAN_SESSION_SEND_SIGNAL, b.dial);
  expect_way (&b, LAN_SESSION_BY_LANE);
  /* Up, and without a lane: by the link itself. */
  lan_session_on_link_up (b.session, &b.link, b.now);
  expect_way (&b, LAN_SESSION_BY_LINK);
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_CLOSED, b.now);
  our_signal (&b, LAN_SESSION_SIGNAL_OFFER);
  action = expect (&b, LAN_SESSION_SEND_SIGNAL);
  g_assert_cmpuint (action.lane, ==, 0);
  lan_session_action_clear (&action);
  bench_clear (&b);
}

static void
test_network_changed (void)
{
  Bench b;
  guint64 old;

  link_up (&b, TRUE);
  old = b.dial;
  b.now += 20 * S;
  lan_session_on_network_changed (b.session, b.now);
  expect_only (&b, LAN_SESSION_DIAL); /* a lane over the new ground, beside the old */
  expect_only (&b, LAN_SESSION_MOVE_LINK);
  expect_nothing (&b);
  lan_session_on_network_changed (b.session, b.now); /* again: one move a second */
  expect_lane (&b, LAN_SESSION_CLOSE_LANE, old + 1);
  expect_only (&b, LAN_SESSION_DIAL);
  expect_nothing (&b);
  pass (&b, S);
  expect_only (&b, LAN_SESSION_MOVE_LINK);
  /* The link has no path any more: its signals wait for the new lane, not for the dead one. */
  lan_session_on_link_path (b.session, &b.link, FALSE, b.now);
  expect_way (&b, LAN_SESSION_BY_LANE);
  g_assert_cmpint (lan_session_link_state (b.session), ==, LAN_SESSION_LINK_BROKEN);
  our_signal (&b, LAN_SESSION_SIGNAL_OFFER);
  expect_nothing (&b);
  lan_session_on_lane_up (b.session, b.dial, key, TRUE, b.now);
  expect_lane (&b, LAN_SESSION_CLOSE_LANE, old);
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, b.dial); /* the offer */
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, b.dial); /* CHECK */
  pass (&b, S);
  expect_only (&b, LAN_SESSION_MOVE_LINK);
  lan_session_on_link_path (b.session, &b.link, TRUE, b.now);
  expect_way (&b, LAN_SESSION_BY_LINK);
  bench_clear (&b);
}

static void
test_network_changed_in_vain (void)
{
  Bench b;
  guint64 old;

  link_up (&b, TRUE);
  old = b.dial;
  lan_session_on_network_changed (b.session, b.now);
  drain (&b);
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_UNREACHABLE, b.now);
  expect_nothing (&b); /* the old lane is all there is: TCP will tell */
  our_signal (&b, LAN_SESSION_SIGNAL_OFFER);
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, old);
  /* An offer that was out named addresses that may be gone. */
  bench_clear (&b);
  lane_up (&b, TRUE);
  lan_session_on_network_changed (b.session, b.now);
  expect_only (&b, LAN_SESSION_CLOSE_LINK);
  expect_only (&b, LAN_SESSION_DIAL);
  expect_only (&b, LAN_SESSION_OFFER_LINK);
  bench_clear (&b);
}

static void
test_resume (void)
{
  Bench b;

  link_up (&b, TRUE);
  b.now += 3600LL * S;
  lan_session_on_resume (b.session, b.now);
  expect_only (&b, LAN_SESSION_RESUME_LINK);
  expect_only (&b, LAN_SESSION_DIAL);
  expect_nothing (&b);
  bench_clear (&b);
}

static void
test_broken_path (void)
{
  Bench b;

  link_up (&b, TRUE);
  lan_session_set_demand (b.session, FALSE, b.now);
  b.now += 5 * S;
  lan_session_on_link_path (b.session, &b.link, FALSE, b.now);
  expect_only (&b, LAN_SESSION_MOVE_LINK);
  expect_way (&b, LAN_SESSION_BY_LANE);
  lan_session_on_link_down (b.session, &b.link, LAN_SESSION_FAIL_BROKEN, b.now);
  expect_nothing (&b);
  g_assert_cmpint (lan_session_link_state (b.session), ==, LAN_SESSION_LINK_NONE);
  bench_clear (&b);
}

static void
test_link_back_off (void)
{
  Bench b;

  lane_up (&b, TRUE);
  for (guint i = 0; i < 8; i++) {
    lan_session_on_link_down (b.session, &b.link, LAN_SESSION_FAIL_BROKEN, b.now);
    g_assert_cmpint (lan_session_link_state (b.session), ==, LAN_SESSION_LINK_WAIT);
    expect_nothing (&b); /* frames go by the lane meanwhile */
    pass (&b, lan_session_next_deadline (b.session) - b.now);
    expect_only (&b, LAN_SESSION_OFFER_LINK);
  }
  bench_clear (&b);
}

static void
test_address_order (void)
{
  Bench b;
  LanSessionAction action;
  static const char *const order[] = { "10.0.0.9 1", "10.0.0.3 1", "10.0.0.2 1", "10.0.0.4 1",
                                       "10.0.0.1 1" };

  bench_init (&b, TRUE, TRUE);
  lan_session_add_address (b.session, "10.0.0.1", 1, FALSE, b.now);
  lan_session_add_address (b.session, "10.0.0.2", 1, TRUE, b.now);
  lan_session_add_address (b.session, "10.0.0.3", 1, TRUE, b.now);
  lan_session_add_address (b.session, "10.0.0.4", 1, TRUE, b.now);
  lan_session_on_lane_address (b.session, "10.0.0.9", 1);
  lan_session_lose_address (b.session, "10.0.0.4", 1);
  lan_session_lose_address (b.session, "10.0.0.77", 1);
  lan_session_set_demand (b.session, TRUE, b.now);
  action = expect (&b, LAN_SESSION_DIAL);
  g_assert_cmpuint (action.addresses->len, ==, G_N_ELEMENTS (order));
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    g_assert_cmpstr (g_ptr_array_index (action.addresses, i), ==, order[i]);
  lan_session_action_clear (&action);
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *text = g_strdup_printf ("10.1.%u.%u", i / 256, i % 256);

    lan_session_add_address (b.session, text, 1, TRUE, b.now);
  }
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_UNREACHABLE, b.now);
  lan_session_add_address (b.session, "10.2.0.1", 1, TRUE, b.now);
  expect_only (&b, LAN_SESSION_UNREACHABLE);
  action = expect (&b, LAN_SESSION_DIAL);
  g_assert_cmpuint (action.addresses->len, ==, LAN_SESSION_ADDRESSES_MAX);
  g_assert_cmpstr (g_ptr_array_index (action.addresses, 0), ==, "10.0.0.9 1"); /* it worked */
  lan_session_action_clear (&action);
  bench_clear (&b);
}

/* ---- every event in every state ---- */

static void
event (Bench *b, guint which)
{
  LanLinkId strange = { { 0xee } };
  LanSessionSignal long_one = { .link_id = b->link, .type = LAN_SESSION_SIGNAL_ANSWER };
  g_autofree char *text = g_strnfill (LAN_SESSION_SIGNAL_MAX + 1, 'x');

  switch (which) {
  case 0:
    lan_session_set_keep_lane (b->session, TRUE, b->now);
    break;
  case 1:
    lan_session_set_keep_lane (b->session, FALSE, b->now);
    break;
  case 2:
    lan_session_set_demand (b->session, TRUE, b->now);
    break;
  case 3:
    lan_session_set_demand (b->session, FALSE, b->now);
    break;
  case 4:
    lan_session_add_address (b->session, "10.0.0.8", 1, TRUE, b->now);
    break;
  case 5:
    lan_session_on_network_changed (b->session, b->now);
    break;
  case 6:
    lan_session_on_resume (b->session, b->now);
    break;
  case 7:
    lan_session_on_lane_up (b->session, b->dial, key, TRUE, b->now);
    break;
  case 8:
    lan_session_on_lane_up (b->session, FOREIGN | 3, key, TRUE, b->now);
    break;
  case 9:
    lan_session_on_lane_up (b->session, FOREIGN | 4, other_key, TRUE, b->now);
    break;
  case 10:
    lan_session_on_lane_down (b->session, b->dial, LAN_SESSION_FAIL_HANDSHAKE, b->now);
    break;
  case 11:
    lan_session_on_lane_down (b->session, b->dial, LAN_SESSION_FAIL_BROKEN, b->now);
    break;
  case 12:
    lan_session_on_lane_down (b->session, 999, LAN_SESSION_FAIL_BROKEN, b->now);
    break;
  case 13:
    lan_session_on_lane_down (b->session, 0, LAN_SESSION_FAIL_BROKEN, b->now);
    break;
  case 14:
    signal_in (b, LAN_SESSION_SIGNAL_OFFER, 77, 0);
    break;
  case 15:
    signal_in (b, LAN_SESSION_SIGNAL_OFFER, b->link.b[0], 3);
    break;
  case 16:
    signal_in (b, LAN_SESSION_SIGNAL_ANSWER, b->link.b[0], 0);
    break;
  case 17:
    signal_in (b, LAN_SESSION_SIGNAL_CLOSE, b->link.b[0], 0);
    break;
  case 18:
    signal_in (b, LAN_SESSION_SIGNAL_CHECK, b->link.b[0], 0);
    break;
  case 19:
    signal_in (b, (LanSessionSignalType) 99, b->link.b[0], 0);
    break;
  case 20:
    our_signal (b, LAN_SESSION_SIGNAL_CANDIDATE);
    break;
  case 21:
    lan_session_on_link_up (b->session, &b->link, b->now);
    break;
  case 22:
    lan_session_on_link_up (b->session, &strange, b->now);
    break;
  case 23:
    lan_session_on_link_path (b->session, &b->link, FALSE, b->now);
    break;
  case 24:
    lan_session_on_link_path (b->session, &b->link, TRUE, b->now);
    break;
  case 25:
    lan_session_on_link_down (b->session, &b->link, LAN_SESSION_FAIL_BROKEN, b->now);
    break;
  case 26:
    lan_session_on_link_down (b->session, &strange, LAN_SESSION_FAIL_CLOSED, b->now);
    break;
  case 27:
    pass (b, 61 * S);
    break;
  case 28:
    pass (b, 700 * S);
    break;
  case 29:
    long_one.text = text;
    lan_session_on_signal (b->session, &long_one, b->now);
    break;
  case 30:
    lan_session_on_traffic (b->session, b->now);
    break;
  default:
    pass (b, -1000000);
    break; /* a clock that went back */
  }
}

#define EVENTS 32

/* What must hold after any event. */
static void
check (Bench *b)
{
  LanSessionLane lane = lan_session_lane_state (b->session);
  LanSessionLink link = lan_session_link_state (b->session);
  LanSessionWay way = lan_session_way (b->session);

  g_assert_cmpint (lane, <, LAN_SESSION_LANE_N);
  g_assert_cmpint (link, <, LAN_SESSION_LINK_N);
  g_assert_true (way != LAN_SESSION_BY_LINK || link == LAN_SESSION_LINK_UP);
  g_assert_true (way != LAN_SESSION_BY_LANE || lane == LAN_SESSION_LANE_UP);
  g_assert_true ((way == LAN_SESSION_BY_NOTHING) ==
                 (link != LAN_SESSION_LINK_UP && lane != LAN_SESSION_LANE_UP));
  g_assert_cmpuint (b->pool.kept, <=, 1);
}

/* After every event, advancing to the deadline must come to rest: no spinning. */
static void
settle_session (Bench *b)
{
  for (guint i = 0; i < 8; i++) {
    drain (b);
    lan_session_advance (b->session, b->now);
  }
  g_assert_cmpint (lan_session_next_deadline (b->session), >, b->now);
}

static void
test_table (void)
{
  gboolean seen[LAN_SESSION_LANE_N][LAN_SESSION_LINK_N] = { { FALSE } };

  for (guint first = 0; first < EVENTS; first++) {
    for (guint second = 0; second < EVENTS; second++) {
      for (guint third = 0; third < EVENTS; third++) {
        for (guint start = 0; start < 5; start++) {
          const guint events[] = { first, second, third };
          Bench b;

          if (start == 0)
            bench_init (&b, TRUE, TRUE);
          else if (start == 1)
            dialing (&b, FALSE, TRUE);
          else if (start == 2)
            lane_up (&b, TRUE);
          else
            link_up (&b, start == 3);
          settle_session (&b);
          for (guint i = 0; i < 3; i++) {
            event (&b, events[i]);
            settle_session (&b);
            check (&b);
            seen[lan_session_lane_state (b.session)][lan_session_link_state (b.session)] = TRUE;
          }
          bench_clear (&b);
        }
      }
    }
  }
  for (guint i = 0; i < LAN_SESSION_LANE_N; i++) {
    for (guint j = 0; j < LAN_SESSION_LINK_N; j++) {
      /* A broken link always wants a lane. */
      if (!seen[i][j] && !(i == LAN_SESSION_LANE_NONE && j == LAN_SESSION_LINK_BROKEN))
        g_error ("never saw lane %u with link %u", i, j);
    }
  }
}

/* ---- two machines and a net between them ---- */

typedef struct {
  gint64 due;
  guint to; /* which machine it happens to */
  enum { UP, DOWN, SIGNAL, LINK_IS_UP, LINK_IS_DOWN } what;
  guint64 handle;
  LanSessionSignal signal;
} Happening;

typedef struct {
  Bench ends[2];
  GQueue happenings;
  GHashTable *partner[2]; /* handle -> the other end's handle */
  guint64 next_foreign;
  LanSeededRandom random;
} World;

static Happening *
happen (World *w, guint to, guint what, guint64 handle, const LanSessionSignal *signal)
{
  Happening *h = g_new0 (Happening, 1);

  h->due = w->ends[to].now + 1000 + lan_random_below (&w->random.base, 300000);
  h->to = to;
  h->what = what;
  h->handle = handle;
  if (signal != NULL) {
    h->signal = *signal;
    h->signal.text = NULL;
  }
  g_queue_push_tail (&w->happenings, h);
  return h;
}

static guint64
other_handle (World *w, guint end, guint64 handle)
{
  guint64 *other = g_hash_table_lookup (w->partner[end], &handle);

  return other != NULL ? *other : 0;
}

static void
join_handles (World *w, guint dialer, guint64 dial)
{
  guint64 foreign = FOREIGN | ++w->next_foreign;

  g_hash_table_insert (w->partner[dialer], g_memdup2 (&dial, 8), g_memdup2 (&foreign, 8));
  g_hash_table_insert (w->partner[1 - dialer], g_memdup2 (&foreign, 8), g_memdup2 (&dial, 8));
  happen (w, dialer, UP, dial, NULL);
  happen (w, 1 - dialer, UP, foreign, NULL);
}

static void
carry_out (World *w, guint end)
{
  Bench *b = &w->ends[end];
  LanSessionAction action;

  while (lan_session_next_action (b->session, &action)) {
    LanSessionSignal signal = { .link_id = action.signal.link_id };

    switch (action.type) {
    case LAN_SESSION_DIAL:
      join_handles (w, end, action.lane);
      break;
    case LAN_SESSION_CLOSE_LANE:
      happen (w, 1 - end, DOWN, other_handle (w, end, action.lane), NULL);
      break;
    case LAN_SESSION_OFFER_LINK:
      signal.type = LAN_SESSION_SIGNAL_OFFER;
      lan_session_on_link_signal (b->session, &signal, b->now);
      break;
    case LAN_SESSION_ANSWER_LINK:
      signal.type = LAN_SESSION_SIGNAL_ANSWER;
      lan_session_on_link_signal (b->session, &signal, b->now);
      happen (w, end, LINK_IS_UP, 0, &signal);
      break;
    case LAN_SESSION_GIVE_SIGNAL:
      if (action.signal.type == LAN_SESSION_SIGNAL_ANSWER)
        happen (w, end, LINK_IS_UP, 0, &action.signal);
      if (action.signal.type == LAN_SESSION_SIGNAL_CLOSE)
        happen (w, end, LINK_IS_DOWN, 0, &action.signal);
      break;
    case LAN_SESSION_SEND_SIGNAL:
      happen (w, 1 - end, SIGNAL, 0, &action.signal);
      break;
    case LAN_SESSION_CLOSE_LINK:
      happen (w, 1 - end, LINK_IS_DOWN, 0, &action.signal);
      break;
    default:
      break;
    }
    lan_session_action_clear (&action);
  }
}

static void
bring_about (World *w, Happening *h)
{
  Bench *b = &w->ends[h->to];

  switch (h->what) {
  case UP:
    lan_session_on_lane_up (b->session, h->handle, key, TRUE, b->now);
    break;
  case DOWN:
    lan_session_on_lane_down (b->session, h->handle, LAN_SESSION_FAIL_CLOSED, b->now);
    break;
  case SIGNAL:
    lan_session_on_signal (b->session, &h->signal, b->now);
    break;
  case LINK_IS_UP:
    lan_session_on_link_up (b->session, &h->signal.link_id, b->now);
    break;
  case LINK_IS_DOWN:
    lan_session_on_link_down (b->session, &h->signal.link_id, LAN_SESSION_FAIL_CLOSED, b->now);
    break;
  }
}

static void
world_step (World *w)
{
  Happening *next = NULL;
  gint64 due = MIN (lan_session_next_deadline (w->ends[0].session),
                    lan_session_next_deadline (w->ends[1].session));

  for (GList *l = w->happenings.head; l != NULL; l = l->next) {
    if (next == NULL || ((Happening *) l->data)->due < next->due)
      next = l->data;
  }
  if (next != NULL && next->due < due)
    due = next->due;
  else
    next = NULL;
  w->ends[0].now = w->ends[1].now = MAX (w->ends[0].now, due);
  if (next != NULL) {
    g_queue_remove (&w->happenings, next);
    bring_about (w, next);
    g_free (next);
  }
  for (guint i = 0; i < 2; i++) {
    lan_session_advance (w->ends[i].session, w->ends[i].now);
    carry_out (w, i);
  }
}

/* Both want each other at once, with any delays: one lane and one link are left, the same ones. */
static void
test_two_agree (void)
{
  for (guint seed = 0; seed < 500; seed++) {
    World w = { 0 };
    guint64 lanes[2] = { 0 };

    lan_seeded_random_init (&w.random, seed);
    g_queue_init (&w.happenings);
    for (guint i = 0; i < 2; i++) {
      bench_init (&w.ends[i], i == 0, TRUE);
      w.partner[i] = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
      lan_session_add_address (w.ends[i].session, "10.0.0.2", 1, TRUE, w.ends[i].now);
    }
    /* The ids of bench_init: end 0 is 5 facing 9; end 1 is to be the 9 facing 5. */
    lan_session_free (w.ends[1].session);
    {
      LanSessionConfig config = { .self = { { 9 } },
                                  .remote = { { 5 } },
                                  .remote_key = key,
                                  .pool = &w.ends[1].pool,
                                  .random = &w.ends[1].random.base };

      lan_seeded_random_init (&w.ends[1].random, seed + 1000);
      w.ends[1].session = lan_session_new (&config);
      lan_session_add_address (w.ends[1].session, "10.0.0.1", 1, TRUE, w.ends[1].now);
    }
    for (guint i = 0; i < 2; i++) {
      lan_session_set_demand (w.ends[i].session, TRUE, w.ends[i].now);
      carry_out (&w, i);
    }
    for (guint i = 0; i < 2000 && w.happenings.length > 0; i++)
      world_step (&w);
    g_assert_cmpuint (w.happenings.length, ==, 0);
    for (guint i = 0; i < 2; i++) {
      LanSessionSignal probe = { .type = LAN_SESSION_SIGNAL_CANDIDATE };
      LanSessionAction action;

      g_assert_cmpint (lan_session_way (w.ends[i].session), ==, LAN_SESSION_BY_LINK);
      g_assert_cmpint (lan_session_lane_state (w.ends[i].session), ==, LAN_SESSION_LANE_UP);
      /* An unknown CHECK is answered over the lane in use: that names it. */
      probe.type = LAN_SESSION_SIGNAL_CHECK;
      probe.link_id.b[0] = 0xaa;
      lan_session_on_signal (w.ends[i].session, &probe, w.ends[i].now);
      g_assert_true (lan_session_next_action (w.ends[i].session, &action));
      lanes[i] = action.lane;
      lan_session_action_clear (&action);
    }
    g_assert_cmpuint (other_handle (&w, 0, lanes[0]), ==, lanes[1]);
    for (guint i = 0; i < 2; i++) {
      g_hash_table_unref (w.partner[i]);
      bench_clear (&w.ends[i]);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/session/ik-when-known", test_ik_when_known);
  g_test_add_func ("/core/session/xx-after-failed-ik", test_xx_after_failed_ik);
  g_test_add_func ("/core/session/hidden-never-xx", test_hidden_never_xx);
  g_test_add_func ("/core/session/key-changed", test_key_changed);
  g_test_add_func ("/core/session/first-contact-learns-key", test_first_contact_learns_key);
  g_test_add_func ("/core/session/crossed", test_crossed);
  g_test_add_func ("/core/session/restart-replaces-lane", test_restart_replaces_lane);
  g_test_add_func ("/core/session/glare", test_glare);
  g_test_add_func ("/core/session/restart-replaces-link", test_restart_replaces_link);
  g_test_add_func ("/core/session/unknown-link", test_unknown_link);
  g_test_add_func ("/core/session/back-off", test_back_off);
  g_test_add_func ("/core/session/short-lanes-back-off", test_short_lanes_back_off);
  g_test_add_func ("/core/session/idle", test_idle);
  g_test_add_func ("/core/session/kept-lane", test_kept_lane);
  g_test_add_func ("/core/session/pool", test_pool);
  g_test_add_func ("/core/session/signals-go-by-lane", test_signals_go_by_lane);
  g_test_add_func ("/core/session/network-changed", test_network_changed);
  g_test_add_func ("/core/session/network-changed-in-vain", test_network_changed_in_vain);
  g_test_add_func ("/core/session/resume", test_resume);
  g_test_add_func ("/core/session/broken-path", test_broken_path);
  g_test_add_func ("/core/session/link-back-off", test_link_back_off);
  g_test_add_func ("/core/session/address-order", test_address_order);
  g_test_add_func ("/core/session/table", test_table);
  g_test_add_func ("/core/session/two-agree", test_two_agree);
  return g_test_run ();
}
