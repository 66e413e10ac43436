/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How often the disk is asked: what others are known to hold is told at once and kept with the next
 * commit, by the clock, or before closing.
 */
#include "hand.h"
#include "test-core.h"

#include <string.h>

typedef struct {
  Hand *hand;
  Somebody *bob;
  guint64 channel;
  guint n_said;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  const LanHash none = { { 0 } };

  f->hand = hand_new ();
  f->bob = somebody_new (f->hand, "Bob");
  f->channel = hand_meet (f->hand, f->bob);
  (void) !lan_core_accept (f->hand->core, id_of (f->bob), &f->hand->now);
  hand_drain (f->hand);
  hand_vector (f->hand, f->channel, id_of (f->bob), lan_device_keys_id (f->hand->self->device), 0,
               &none);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  somebody_free (f->bob);
  hand_free (f->hand);
}

static void
say (Fixture *f)
{
  LanMessageId id = { { 9 } };

  f->n_said++;
  memcpy (id.b + 1, &f->n_said, sizeof f->n_said);
  g_assert_cmpint (lan_core_send_text (f->hand->core, id_of (f->bob), &id, "ping", &f->hand->now),
                   ==, LAN_STATUS_OK);
  hand_drain (f->hand);
}

/* Bob's vector names the newest record that was committed here. */
static void
confirm (Fixture *f)
{
  const LanRecordRow *last = g_ptr_array_index (f->hand->rows, f->hand->rows->len - 1);

  hand_vector (f->hand, f->channel, id_of (f->bob), &last->device, last->seq, &last->hash);
}

static void
test_one_commit_each (Fixture *f, gconstpointer data)
{
  guint before;

  say (f);
  confirm (f);
  before = f->hand->n[LAN_CORE_COMMIT];
  for (guint i = 0; i < 50; i++) {
    guint told = f->hand->n[LAN_CORE_MESSAGE_STATE];

    say (f);
    confirm (f);
    g_assert_cmpuint (f->hand->n[LAN_CORE_MESSAGE_STATE], ==, told + 1);
  }
  g_assert_cmpuint (f->hand->n[LAN_CORE_COMMIT], ==, before + 50);
}

static void
test_by_the_clock (Fixture *f, gconstpointer data)
{
  guint before;

  say (f);
  before = f->hand->n[LAN_CORE_COMMIT];
  confirm (f);
  hand_advance (f->hand, 20);
  g_assert_cmpuint (f->hand->n[LAN_CORE_COMMIT], ==, before);
  g_assert_cmpint (lan_core_next_deadline (f->hand->core), <=,
                   f->hand->now.mono_us + 80 * G_TIME_SPAN_MILLISECOND);
  hand_advance (f->hand, 80);
  g_assert_cmpuint (f->hand->n[LAN_CORE_COMMIT], ==, before + 1);
  hand_advance (f->hand, 10000);
  g_assert_cmpuint (f->hand->n[LAN_CORE_COMMIT], ==, before + 1);
}

static void
test_before_closing (Fixture *f, gconstpointer data)
{
  guint before;

  say (f);
  before = f->hand->n[LAN_CORE_COMMIT];
  confirm (f);
  lan_core_flush (f->hand->core, &f->hand->now);
  hand_drain (f->hand);
  g_assert_cmpuint (f->hand->n[LAN_CORE_COMMIT], ==, before + 1);
  lan_core_flush (f->hand->core, &f->hand->now);
  hand_drain (f->hand);
  g_assert_cmpuint (f->hand->n[LAN_CORE_COMMIT], ==, before + 1);
}

/* The commit that it goes with fails: it is kept with a later one. */
static void
test_after_failure (Fixture *f, gconstpointer data)
{
  guint before;

  say (f);
  confirm (f);
  f->hand->hold_commits = TRUE;
  say (f);
  before = f->hand->n[LAN_CORE_COMMIT];
  lan_core_committed (f->hand->core, f->hand->held_batch, FALSE, &f->hand->now);
  f->hand->hold_commits = FALSE;
  hand_drain (f->hand);
  hand_advance (f->hand, 200);
  g_assert_cmpuint (f->hand->n[LAN_CORE_COMMIT], ==, before);
  hand_advance (f->hand, 2000);
  g_assert_cmpuint (f->hand->n[LAN_CORE_COMMIT], ==, before + 1);
}

void
add_batch_tests (void)
{
#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)
  ADD ("/core/receipts-lazy/one-commit-each", test_one_commit_each);
  ADD ("/core/receipts-lazy/by-the-clock", test_by_the_clock);
  ADD ("/core/receipts-lazy/before-closing", test_before_closing);
  ADD ("/core/receipts-lazy/after-failure", test_after_failure);
#undef ADD
}
