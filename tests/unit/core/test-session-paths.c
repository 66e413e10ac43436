/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Which paths a link is given: direct first, a relay where that is slow, direct again when it can be. */
#include "session-bench.h"

#include <string.h>

#define MS 1000

static void
expect_path (Bench *b, LanSessionPath path)
{
  LanSessionAction action = expect (b, LAN_SESSION_MOVE_LINK);

  g_assert_cmpint (action.path, ==, path);
  g_assert_true (lan_link_id_equal (&action.signal.link_id, &b->link));
  lan_session_action_clear (&action);
}

static void
answered (Bench *b)
{
  LanSessionSignal answer = { .link_id = b->link,
                              .type = LAN_SESSION_SIGNAL_ANSWER,
                              .text = (char *) "e" };

  lan_session_on_signal (b->session, &answer, b->now);
  expect_only (b, LAN_SESSION_GIVE_SIGNAL);
}

/* What happens to an offered link, and when it is tried by a relay. */
static void
test_slow_offer (void)
{
  static const struct {
    const char *name;
    gboolean has_relay, is_answered;
    gint64 up_ms; /* -1: never */
    gboolean expects_relay;
  } rows[] = {
    { "nobody has a relay", FALSE, TRUE, -1, FALSE }, { "no answer yet", TRUE, FALSE, -1, FALSE },
    { "direct in time", TRUE, TRUE, 150, FALSE },     { "direct is slow", TRUE, TRUE, 250, TRUE },
    { "direct never", TRUE, TRUE, -1, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    Bench b;
    guint relays = 0;

    g_test_message ("%s", rows[i].name);
    lane_up (&b, TRUE);
    lan_session_set_relay (b.session, rows[i].has_relay, b.now);
    b.now += 40 * MS;
    if (rows[i].is_answered)
      answered (&b);
    for (gint64 ms = 0; ms < 3000; ms += 50) {
      LanSessionAction action;

      if (ms == rows[i].up_ms)
        lan_session_on_link_up (b.session, &b.link, b.now);
      pass (&b, 50 * MS);
      while (lan_session_next_action (b.session, &action)) {
        relays += action.type == LAN_SESSION_MOVE_LINK && action.path == LAN_SESSION_PATH_RELAY;
        g_assert_cmpint (action.type == LAN_SESSION_MOVE_LINK && ms < 150, ==, FALSE);
        lan_session_action_clear (&action);
      }
    }
    g_assert_cmpuint (relays, ==, rows[i].expects_relay ? 1 : 0);
    bench_clear (&b);
  }
}

static void
test_relayed_looks_for_direct (void)
{
  Bench b;
  gint64 wait_us = LAN_SESSION_DIRECT_MIN_US;

  link_up (&b, TRUE);
  lan_session_on_link_relayed (b.session, &b.link, TRUE, b.now);
  expect_nothing (&b);
  for (guint i = 0; i < 12; i++) { /* ever more seldom, never not at all */
    g_assert_cmpint (lan_session_next_deadline (b.session), ==, b.now + wait_us);
    pass (&b, wait_us - 1);
    expect_nothing (&b);
    pass (&b, 1);
    expect_path (&b, LAN_SESSION_PATH_DIRECT);
    expect_nothing (&b);
    wait_us = i == 0 ? 2 * LAN_SESSION_DIRECT_MIN_US : 2 * wait_us;
    wait_us = MIN (wait_us, LAN_SESSION_DIRECT_MAX_US);
  }
  lan_session_on_link_relayed (b.session, &b.link, FALSE, b.now); /* found */
  pass (&b, LAN_SESSION_DIRECT_MAX_US);
  expect_nothing (&b);
  bench_clear (&b);
}

/* Direct, broken, back by whatever there is, and from there to direct again. */
static void
test_back_and_forth (void)
{
  Bench b;

  link_up (&b, TRUE);
  lan_session_set_relay (b.session, TRUE, b.now);
  b.now += 30 * S;
  lan_session_on_link_path (b.session, &b.link, FALSE, b.now);
  expect_path (&b, LAN_SESSION_PATH_ANY);
  expect_way (&b, LAN_SESSION_BY_LANE);
  lan_session_on_link_path (b.session, &b.link, TRUE, b.now);
  lan_session_on_link_relayed (b.session, &b.link, TRUE, b.now);
  expect_way (&b, LAN_SESSION_BY_LINK);
  pass (&b, LAN_SESSION_DIRECT_MIN_US);
  expect_path (&b, LAN_SESSION_PATH_DIRECT);
  lan_session_on_link_path (b.session, &b.link, TRUE, b.now);
  lan_session_on_link_relayed (b.session, &b.link, FALSE, b.now);
  expect_nothing (&b);
  bench_clear (&b);
}

/* New ground: the next look for a direct path comes soon, however often there was none. */
static void
test_new_ground (void)
{
  Bench b;

  link_up (&b, TRUE);
  lan_session_on_link_relayed (b.session, &b.link, TRUE, b.now);
  for (guint i = 0; i < 6; i++)
    pass (&b, lan_session_next_deadline (b.session) - b.now);
  drain (&b);
  lan_session_on_network_changed (b.session, b.now);
  expect_only (&b, LAN_SESSION_DIAL);
  expect_path (&b, LAN_SESSION_PATH_ANY);
  pass (&b, LAN_SESSION_DIRECT_MIN_US);
  expect_path (&b, LAN_SESSION_PATH_DIRECT);
  bench_clear (&b);
}

/* One of the two looks, or they would meet half-way again and again. */
static void
test_answerer_waits (void)
{
  Bench b;

  dialing (&b, FALSE, TRUE);
  drain (&b);
  lan_session_on_lane_up (b.session, b.dial, session_key, TRUE, b.now);
  drain (&b);
  signal_in (&b, LAN_SESSION_SIGNAL_OFFER, 7, 0);
  drain (&b);
  memset (&b.link, 0, sizeof b.link);
  b.link.b[0] = 7;
  lan_session_on_link_up (b.session, &b.link, b.now);
  lan_session_set_relay (b.session, TRUE, b.now);
  lan_session_on_link_relayed (b.session, &b.link, TRUE, b.now);
  drain (&b);
  pass (&b, 10 * S);
  expect_nothing (&b);
  bench_clear (&b);
}

static void
test_silent (void)
{
  Bench b;
  LanLinkId other = { { 9, 9 } };

  link_up (&b, TRUE);
  b.now += 10 * S;
  lan_session_on_link_silent (b.session, &other, b.now);
  expect_nothing (&b);
  lan_session_on_link_silent (b.session, &b.link, b.now);
  expect_path (&b, LAN_SESSION_PATH_ANY);
  lan_session_on_link_silent (b.session, &b.link, b.now); /* again: one a second */
  expect_nothing (&b);
  pass (&b, S);
  expect_path (&b, LAN_SESSION_PATH_ANY);
  expect_nothing (&b);
  bench_clear (&b);
}

void
add_session_paths_tests (void)
{
  g_test_add_func ("/core/session/paths/slow-offer", test_slow_offer);
  g_test_add_func ("/core/session/paths/relayed-looks-for-direct", test_relayed_looks_for_direct);
  g_test_add_func ("/core/session/paths/back-and-forth", test_back_and_forth);
  g_test_add_func ("/core/session/paths/new-ground", test_new_ground);
  g_test_add_func ("/core/session/paths/answerer-waits", test_answerer_waits);
  g_test_add_func ("/core/session/paths/silent", test_silent);
}
