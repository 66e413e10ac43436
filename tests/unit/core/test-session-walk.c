/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Every event in every state, and two machines that must come to agree. */
#include "session-bench.h"

#include <string.h>

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
    lan_session_on_lane_up (b->session, b->dial, session_key, TRUE, b->now);
    break;
  case 8:
    lan_session_on_lane_up (b->session, FOREIGN | 3, session_key, TRUE, b->now);
    break;
  case 9:
    lan_session_on_lane_up (b->session, FOREIGN | 4, session_other_key, TRUE, b->now);
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
    lan_session_on_lane_up (b->session, h->handle, session_key, TRUE, b->now);
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
                                  .remote_key = session_key,
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

void
add_session_walk_tests (void)
{
  g_test_add_func ("/core/session/table", test_table);
  g_test_add_func ("/core/session/two-agree", test_two_agree);
}
