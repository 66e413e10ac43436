/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "session-bench.h"

#include <string.h>

const guint8 session_key[32] = { 1, 2, 3 }, session_other_key[32] = { 9, 9 };

void
bench_init (Bench *b, gboolean is_smaller, gboolean has_key)
{
  LanSessionConfig config = { .self = { { 5 } }, .remote = { { (guint8) (is_smaller ? 9 : 2) } } };

  memset (b, 0, sizeof *b);
  lan_seeded_random_init (&b->random, 4);
  b->now = 1000 * (gint64) S;
  config.remote_key = has_key ? session_key : NULL;
  config.pool = &b->pool;
  config.random = &b->random.base;
  b->session = lan_session_new (&config);
}

void
bench_clear (Bench *b)
{
  lan_session_free (b->session);
  g_assert_cmpuint (b->pool.kept, ==, 0);
}

/* Takes the next action, which must be of @type; what later checks need is kept in @b. */
LanSessionAction
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

void
expect_only (Bench *b, LanSessionActionType type)
{
  LanSessionAction action = expect (b, type);

  lan_session_action_clear (&action);
}

void
expect_nothing (Bench *b)
{
  LanSessionAction action;

  if (lan_session_next_action (b->session, &action))
    g_error ("unexpected action %d", action.type);
}

void
expect_lane (Bench *b, LanSessionActionType type, guint64 lane)
{
  LanSessionAction action = expect (b, type);

  g_assert_cmpuint (action.lane, ==, lane);
  lan_session_action_clear (&action);
}

void
expect_way (Bench *b, LanSessionWay way)
{
  LanSessionAction action = expect (b, LAN_SESSION_PREFER);

  g_assert_cmpint (action.prefer, ==, way);
  g_assert_cmpint (lan_session_way (b->session), ==, way);
  lan_session_action_clear (&action);
}

void
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

void
pass (Bench *b, gint64 us)
{
  b->now += us;
  lan_session_advance (b->session, b->now);
}

void
signal_in (Bench *b, LanSessionSignalType type, guint8 id, guint32 path)
{
  LanSessionSignal signal = {
    .link_id = { { id } }, .type = type, .path = path, .text = (char *) "e"
  };

  lan_session_on_signal (b->session, &signal, b->now);
}

void
our_signal (Bench *b, LanSessionSignalType type)
{
  LanSessionSignal signal = { .link_id = b->link, .type = type, .text = (char *) "e" };

  lan_session_on_link_signal (b->session, &signal, b->now);
}

/* Wanted, with an address: a dial is out. */
void
dialing (Bench *b, gboolean is_smaller, gboolean has_key)
{
  bench_init (b, is_smaller, has_key);
  lan_session_add_address (b->session, "10.0.0.2", 24789, TRUE, b->now);
  expect_nothing (b);
  lan_session_set_demand (b->session, TRUE, b->now);
}

void
lane_up (Bench *b, gboolean is_smaller)
{
  dialing (b, is_smaller, TRUE);
  expect_only (b, LAN_SESSION_DIAL);
  lan_session_on_lane_up (b->session, b->dial, session_key, TRUE, b->now);
  expect_only (b, LAN_SESSION_OFFER_LINK);
  expect_way (b, LAN_SESSION_BY_LANE);
}

void
link_up (Bench *b, gboolean is_smaller)
{
  lane_up (b, is_smaller);
  lan_session_on_link_up (b->session, &b->link, b->now);
  expect_way (b, LAN_SESSION_BY_LINK);
}
