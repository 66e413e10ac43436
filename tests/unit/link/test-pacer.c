/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-pacer.h"
#include "link-fixture.h"

#define MS 1000

/* One round trip: a full window goes, is acknowledged, and a probe says what the queue was. */
static gint64
round_trip (LanPacer *pacer, gint64 now_us, gint64 queue_us)
{
  gsize window = lan_pacer_window (pacer);

  lan_pacer_on_sent (pacer, LAN_PACE_FILES, window, now_us);
  now_us += 10 * MS + queue_us;
  lan_pacer_on_delay (pacer, 5 * MS + queue_us, 10 * MS + queue_us, now_us);
  lan_pacer_on_acked (pacer, LAN_PACE_FILES, window, now_us);
  return now_us;
}

static void
test_ramp (void)
{
  g_autoptr (LanPacer) pacer = lan_pacer_new (0);
  gsize start = lan_pacer_window (pacer);
  gint64 now_us = 0;

  g_assert_cmpint (lan_pacer_queue_delay_us (pacer), ==, -1);
  g_assert_cmpint (lan_pacer_rtt_us (pacer), ==, -1);
  for (guint i = 0; i < 3; i++)
    now_us = round_trip (pacer, now_us, 0);
  g_assert_cmpuint (lan_pacer_window (pacer), ==, 8 * start);
  for (guint i = 0; i < 10; i++)
    now_us = round_trip (pacer, now_us, 0);
  g_assert_cmpuint (lan_pacer_window (pacer), ==, LAN_PACER_WINDOW_MAX);
  g_assert_cmpint (lan_pacer_rtt_us (pacer), ==, 10 * MS);
}

/* A link with a bottleneck: the queue holds what the window has above the path's own share. */
static void
test_settles_at_target (void)
{
  g_autoptr (LanPacer) pacer = lan_pacer_new (0);
  gint64 now_us = 0, queue_us = 0;
  const gint64 bytes_per_ms = 10000, share = 10 * bytes_per_ms;

  for (guint i = 0; i < 2000; i++) {
    queue_us = MAX (0, (gint64) lan_pacer_window (pacer) - share) * MS / bytes_per_ms;
    now_us = round_trip (pacer, now_us, queue_us);
  }
  g_assert_cmpint (queue_us, >, LAN_PACER_TARGET_US / 2);
  g_assert_cmpint (queue_us, <, LAN_PACER_TARGET_US * 5 / 4);
  /* Somebody begins to talk: the queue goes down. */
  for (guint i = 0; i < 2000; i++) {
    lan_pacer_on_sent (pacer, LAN_PACE_VOICE, 120, now_us);
    queue_us = MAX (0, (gint64) lan_pacer_window (pacer) - share) * MS / bytes_per_ms;
    now_us = round_trip (pacer, now_us, queue_us);
  }
  g_assert_cmpint (queue_us, <, LAN_PACER_VOICE_TARGET_US * 5 / 4);
}

static void
test_loss (void)
{
  g_autoptr (LanPacer) pacer = lan_pacer_new (0);
  gint64 now_us = 0;
  gsize before;

  for (guint i = 0; i < 10; i++)
    now_us = round_trip (pacer, now_us, 0);
  before = lan_pacer_window (pacer);
  lan_pacer_on_loss (pacer, now_us);
  lan_pacer_on_loss (pacer, now_us + 1); /* the same round trip */
  g_assert_cmpuint (lan_pacer_window (pacer), ==, before / 2);
  for (guint i = 0; i < 40; i++)
    lan_pacer_on_loss (pacer, now_us += 20 * MS);
  g_assert_cmpuint (lan_pacer_window (pacer), ==, LAN_PACER_WINDOW_MIN);
  /* No ramp any more: one segment a round trip. */
  before = lan_pacer_window (pacer);
  now_us = round_trip (pacer, now_us, 0);
  g_assert_cmpuint (lan_pacer_window (pacer), >, before);
  g_assert_cmpuint (lan_pacer_window (pacer), <=, before + 1160);
}

/* A timer that ran out beside an empty queue costs little; beside a full one it is a loss. */
static void
test_repeat (void)
{
  g_autoptr (LanPacer) pacer = lan_pacer_new (0);
  gint64 now_us = 0;
  gsize before;

  for (guint i = 0; i < 10; i++)
    now_us = round_trip (pacer, now_us, 0);
  before = lan_pacer_window (pacer);
  lan_pacer_on_repeat (pacer, now_us);
  lan_pacer_on_repeat (pacer, now_us + 1);
  g_assert_cmpuint (lan_pacer_window (pacer), ==, before - before / 8);
  for (guint i = 0; i < 4; i++)
    now_us = round_trip (pacer, now_us, LAN_PACER_TARGET_US);
  before = lan_pacer_window (pacer);
  lan_pacer_on_repeat (pacer, now_us + G_USEC_PER_SEC);
  g_assert_cmpuint (lan_pacer_window (pacer), ==, MAX (before / 2, LAN_PACER_WINDOW_MIN));
}

/* A buffer that overflows before a queue shows, as a relay's: after a few rounds it is taken for what it is,
 * and not tried again for a while. */
static void
test_repeat_again_and_again (void)
{
  const gsize fits = 100 * 1024;
  g_autoptr (LanPacer) pacer = lan_pacer_new (0);
  gint64 now_us = 0;
  guint repeats = 0;

  for (guint i = 0; i < 10; i++)
    now_us = round_trip (pacer, now_us, 0);
  g_assert_cmpuint (lan_pacer_window (pacer), ==, LAN_PACER_WINDOW_MAX);
  for (guint i = 0; i < 100 && lan_pacer_window (pacer) > fits; i++) {
    lan_pacer_on_repeat (pacer, now_us += 300 * MS);
    now_us = round_trip (pacer, now_us, 0);
    repeats++;
  }
  g_assert_cmpuint (repeats, <=, 8);
  for (guint i = 0; i < 100; i++)
    now_us = round_trip (pacer, now_us, 0);
  g_assert_cmpuint (lan_pacer_window (pacer), <=, 2 * fits);
  /* The way may be another one later. */
  now_us += 5 * G_USEC_PER_SEC;
  for (guint i = 0; i < 100; i++)
    now_us = round_trip (pacer, now_us, 0);
  g_assert_cmpuint (lan_pacer_window (pacer), ==, LAN_PACER_WINDOW_MAX);
}

/* Room that shows itself is taken in a few round trips, not a segment at a time. */
static void
test_regrows (void)
{
  g_autoptr (LanPacer) pacer = lan_pacer_new (0);
  gint64 now_us = 0;
  gsize before;

  for (guint i = 0; i < 10; i++)
    now_us = round_trip (pacer, now_us, 0);
  lan_pacer_on_loss (pacer, now_us);
  before = lan_pacer_window (pacer);
  for (guint i = 0; i < 60; i++)
    now_us = round_trip (pacer, now_us, 0);
  g_assert_cmpuint (lan_pacer_window (pacer), >, MIN (2 * before, LAN_PACER_WINDOW_MAX - 1));
}

static void
test_classes (void)
{
  g_autoptr (LanPacer) pacer = lan_pacer_new (0);

  /* Larger than any window: goes alone. */
  g_assert_true (lan_pacer_may_send (pacer, LAN_PACE_FILES, 10 * LAN_PACER_WINDOW_MAX));
  lan_pacer_on_sent (pacer, LAN_PACE_FILES, 60000, 0);
  g_assert_false (lan_pacer_may_send (pacer, LAN_PACE_FILES, 60000));
  g_assert_true (lan_pacer_may_send (pacer, LAN_PACE_CHAT, 60000));
  g_assert_true (lan_pacer_may_send (pacer, LAN_PACE_VOICE, 60000));
  lan_pacer_on_acked (pacer, LAN_PACE_FILES, 60000, 1);
  g_assert_true (lan_pacer_may_send (pacer, LAN_PACE_FILES, 60000));
  lan_pacer_set_chat_waiting (pacer, 1);
  g_assert_false (lan_pacer_may_send (pacer, LAN_PACE_FILES, 1));
  lan_pacer_set_chat_waiting (pacer, 0);
  /* More acknowledged than sent, as after a change of path: no wrap. */
  lan_pacer_on_acked (pacer, LAN_PACE_FILES, 999999, 2);
  g_assert_cmpuint (lan_pacer_in_flight (pacer, LAN_PACE_FILES), ==, 0);
  lan_pacer_take_over (pacer, 5000);
  lan_pacer_take_over (pacer, 6000);
  g_assert_cmpuint (lan_pacer_in_flight (pacer, LAN_PACE_FILES), ==, 6000);
}

/* The least delay ages: a route that became longer is not taken for a queue for ever. */
static void
test_base_ages (void)
{
  g_autoptr (LanPacer) pacer = lan_pacer_new (0);
  gint64 now_us = 0;

  for (guint i = 0; i < 8; i++)
    lan_pacer_on_delay (pacer, 1 * MS, 2 * MS, now_us += MS);
  for (guint i = 0; i < 8; i++)
    lan_pacer_on_delay (pacer, 41 * MS, 42 * MS, now_us += MS);
  g_assert_cmpint (lan_pacer_queue_delay_us (pacer), ==, 40 * MS);
  for (guint minute = 0; minute < 12; minute++)
    lan_pacer_on_delay (pacer, 41 * MS, 42 * MS, now_us += 61 * G_USEC_PER_SEC);
  g_assert_cmpint (lan_pacer_queue_delay_us (pacer), ==, 0);
}

void
add_pacer_tests (void)
{
  g_test_add_func ("/link/pacer/ramp", test_ramp);
  g_test_add_func ("/link/pacer/settles-at-target", test_settles_at_target);
  g_test_add_func ("/link/pacer/loss", test_loss);
  g_test_add_func ("/link/pacer/repeat", test_repeat);
  g_test_add_func ("/link/pacer/repeat-again-and-again", test_repeat_again_and_again);
  g_test_add_func ("/link/pacer/regrows", test_regrows);
  g_test_add_func ("/link/pacer/classes", test_classes);
  g_test_add_func ("/link/pacer/base-ages", test_base_ages);
}
