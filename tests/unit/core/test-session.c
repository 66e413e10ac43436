/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The dialling rules of DESIGN section 4, each by name. */
#include "session-bench.h"

#include <string.h>

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
      g_assert_cmpmem (action.key, 32, session_key, 32);
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
  lan_session_on_lane_up (b.session, b.dial, session_other_key, TRUE, b.now);
  action = expect (&b, LAN_SESSION_KEY_CHANGED);
  g_assert_cmpuint (action.lane, ==, b.dial);
  g_assert_cmpmem (action.key, 32, session_other_key, 32);
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
  lan_session_on_lane_up (b.session, b.dial, session_key, FALSE, b.now);
  expect_way (&b, LAN_SESSION_BY_LANE);
  expect_nothing (&b); /* no link: its HELLO cannot */
  lan_session_on_lane_up (b.session, FOREIGN | 1, session_other_key, TRUE, b.now);
  expect_lane (&b, LAN_SESSION_KEY_CHANGED, FOREIGN | 1);
  bench_clear (&b);
}

/* Two behind different routers: no address to dial, but somebody who carries signals. */
static void
test_link_by_post (void)
{
  Bench b;
  LanSessionAction action;
  LanSessionSignal offer = { .type = LAN_SESSION_SIGNAL_OFFER, .text = (char *) "u x" };

  bench_init (&b, TRUE, TRUE);
  lan_session_set_demand (b.session, TRUE, b.now);
  expect_nothing (&b);
  lan_session_set_post (b.session, TRUE, b.now);
  action = expect (&b, LAN_SESSION_OFFER_LINK);
  offer.link_id = action.signal.link_id;
  lan_session_action_clear (&action);
  lan_session_on_link_signal (b.session, &offer, b.now);
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, LAN_SESSION_BY_POST);
  lan_session_on_link_up (b.session, &offer.link_id, b.now);
  expect_way (&b, LAN_SESSION_BY_LINK);
  offer.path = 1; /* a move: not over the path that is being left */
  lan_session_on_link_signal (b.session, &offer, b.now);
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, LAN_SESSION_BY_POST);
  lan_session_set_post (b.session, FALSE, b.now);
  lan_session_on_link_signal (b.session, &offer, b.now);
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, 0);
  lan_session_on_lane_up (b.session, FOREIGN | 1, session_key, TRUE, b.now);
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, FOREIGN | 1); /* is the link still there? */
  lan_session_set_post (b.session, TRUE, b.now);
  lan_session_on_link_signal (b.session, &offer, b.now);
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, FOREIGN | 1);
  bench_clear (&b);
}

/* Whoever was away is offered a link again as soon as they are back, not after the waiting. */
static void
test_post_comes_back (void)
{
  Bench b;
  LanSessionAction action;

  bench_init (&b, TRUE, TRUE);
  lan_session_set_demand (b.session, TRUE, b.now);
  lan_session_set_post (b.session, TRUE, b.now);
  action = expect (&b, LAN_SESSION_OFFER_LINK);
  lan_session_on_link_down (b.session, &action.signal.link_id, LAN_SESSION_FAIL_UNREACHABLE, b.now);
  lan_session_action_clear (&action);
  expect_nothing (&b);
  lan_session_set_post (b.session, FALSE, b.now);
  pass (&b, 10 * S);
  expect_nothing (&b);
  lan_session_set_post (b.session, TRUE, b.now);
  expect_only (&b, LAN_SESSION_OFFER_LINK);
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
      lan_session_on_lane_up (b.session, first, session_key, FALSE, b.now);
      b.now += S;
      if (first == (FOREIGN | 1) && !smaller) {
        expect_lane (&b, LAN_SESSION_CLOSE_LANE, b.dial); /* ours is given up at once */
        expect_way (&b, LAN_SESSION_BY_LANE);
        lan_session_on_lane_up (b.session, second, session_key, FALSE,
                                b.now); /* too late to stop */
        expect_lane (&b, LAN_SESSION_CLOSE_LANE, b.dial);
      } else {
        expect_way (&b, LAN_SESSION_BY_LANE);
        lan_session_on_lane_up (b.session, second, session_key, FALSE, b.now);
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
  lan_session_on_lane_up (b.session, FOREIGN | 1, session_key, TRUE, b.now);
  expect_lane (&b, LAN_SESSION_CLOSE_LANE, b.dial);
  /* The same side dialling twice: the newer. */
  lan_session_on_lane_up (b.session, FOREIGN | 2, session_key, TRUE, b.now);
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

/* They have started again while our link is so young that their offer looks like glare: it is
 * answered as soon as our link proves dead. */
static void
test_quick_restart (void)
{
  Bench b;

  link_up (&b, TRUE); /* and we are smaller */
  b.now += S / 10;
  signal_in (&b, LAN_SESSION_SIGNAL_OFFER, 77, 0);
  signal_in (&b, LAN_SESSION_SIGNAL_CANDIDATE, 77, 0);
  signal_in (&b, LAN_SESSION_SIGNAL_CANDIDATE, 78, 0); /* of another one */
  expect_nothing (&b);
  lan_session_on_link_down (b.session, &b.link, LAN_SESSION_FAIL_CLOSED, b.now);
  expect_only (&b, LAN_SESSION_ANSWER_LINK);
  expect_only (&b, LAN_SESSION_GIVE_SIGNAL);
  expect_way (&b, LAN_SESSION_BY_LANE);
  expect_nothing (&b);
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
  lan_session_on_lane_up (b.session, FOREIGN | 5, session_key, TRUE, b.now);
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
    lan_session_on_lane_up (b.session, b.dial, session_key, FALSE, b.now);
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
  lan_session_on_lane_up (b.session, b.dial, session_key, TRUE, b.now);
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
  lan_session_on_lane_up (b.session, b.dial, session_key, TRUE, b.now);
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
  lan_session_on_lane_up (b.session, b.dial, session_key, TRUE, b.now);
  expect_lane (&b, LAN_SESSION_CLOSE_LANE, old);
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, b.dial); /* the offer */
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, b.dial); /* CHECK */
  pass (&b, S);
  expect_only (&b, LAN_SESSION_MOVE_LINK);
  lan_session_on_link_path (b.session, &b.link, TRUE, b.now);
  expect_way (&b, LAN_SESSION_BY_LINK);
  bench_clear (&b);
}

/* The link still seems to be up: its path is dead, and so would be an offer that goes by it. */
static void
test_network_changed_unnoticed (void)
{
  LanSessionAction action;
  Bench b;
  guint64 old;

  link_up (&b, TRUE);
  old = b.dial;
  lan_session_on_network_changed (b.session, b.now);
  expect_only (&b, LAN_SESSION_DIAL);
  drain (&b);
  our_signal (&b, LAN_SESSION_SIGNAL_OFFER);
  expect_nothing (&b);
  lan_session_on_lane_up (b.session, b.dial, session_key, TRUE, b.now);
  expect_lane (&b, LAN_SESSION_CLOSE_LANE, old);
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, b.dial); /* the offer */
  expect_lane (&b, LAN_SESSION_SEND_SIGNAL, b.dial); /* CHECK */
  /* The old lane ends, and none comes in its place: then by the link. */
  lan_session_on_network_changed (b.session, b.now);
  drain (&b);
  our_signal (&b, LAN_SESSION_SIGNAL_OFFER);
  expect_nothing (&b);
  lan_session_on_lane_down (b.session, b.dial - 1, LAN_SESSION_FAIL_BROKEN, b.now);
  expect_nothing (&b);
  lan_session_on_lane_down (b.session, b.dial, LAN_SESSION_FAIL_UNREACHABLE, b.now);
  action = expect (&b, LAN_SESSION_SEND_SIGNAL);
  g_assert_cmpuint (action.lane, ==, 0);
  lan_session_action_clear (&action);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/session/ik-when-known", test_ik_when_known);
  g_test_add_func ("/core/session/xx-after-failed-ik", test_xx_after_failed_ik);
  g_test_add_func ("/core/session/hidden-never-xx", test_hidden_never_xx);
  g_test_add_func ("/core/session/key-changed", test_key_changed);
  g_test_add_func ("/core/session/first-contact-learns-key", test_first_contact_learns_key);
  g_test_add_func ("/core/session/link-by-post", test_link_by_post);
  g_test_add_func ("/core/session/post-comes-back", test_post_comes_back);
  g_test_add_func ("/core/session/crossed", test_crossed);
  g_test_add_func ("/core/session/restart-replaces-lane", test_restart_replaces_lane);
  g_test_add_func ("/core/session/glare", test_glare);
  g_test_add_func ("/core/session/quick-restart", test_quick_restart);
  g_test_add_func ("/core/session/restart-replaces-link", test_restart_replaces_link);
  g_test_add_func ("/core/session/unknown-link", test_unknown_link);
  g_test_add_func ("/core/session/back-off", test_back_off);
  g_test_add_func ("/core/session/short-lanes-back-off", test_short_lanes_back_off);
  g_test_add_func ("/core/session/idle", test_idle);
  g_test_add_func ("/core/session/kept-lane", test_kept_lane);
  g_test_add_func ("/core/session/pool", test_pool);
  g_test_add_func ("/core/session/signals-go-by-lane", test_signals_go_by_lane);
  g_test_add_func ("/core/session/network-changed", test_network_changed);
  g_test_add_func ("/core/session/network-changed-unnoticed", test_network_changed_unnoticed);
  g_test_add_func ("/core/session/network-changed-in-vain", test_network_changed_in_vain);
  g_test_add_func ("/core/session/resume", test_resume);
  g_test_add_func ("/core/session/broken-path", test_broken_path);
  g_test_add_func ("/core/session/link-back-off", test_link_back_off);
  g_test_add_func ("/core/session/address-order", test_address_order);
  add_session_paths_tests ();
  add_session_walk_tests ();
  return g_test_run ();
}
