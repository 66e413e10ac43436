/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Mail carried by colleagues: 0 and 1 write to each other and are never there together, 2 and 3
 * carry. Whatever breaks, crashes and is put off, each has everything once, and its writer learns of it.
 */
#include "sim.h"

#include "lan-bundle.h"
#include "lan-carry.h"

#define SECOND 1000
#define HOUR   (3600 * SECOND)
#define DAY    (G_GINT64_CONSTANT (24) * HOUR)

static void
carry (Sim *sim, guint node, gboolean on)
{
  LanTime now = sim_time (sim, node);

  lan_core_set_carrying (sim_node (sim, node)->core, on, &now);
  sim_drain_all (sim);
}

static LanCarryCounters
counters (Sim *sim, guint node)
{
  LanCarryCounters c;

  lan_core_get_carry_counters (sim_node (sim, node)->core, &c);
  return c;
}

/* Everybody knows everybody; those from 2 on carry; the second is off. */
static Sim *
office (guint64 seed, guint n)
{
  Sim *sim = sim_new (seed, n);

  for (guint a = 0; a < n; a++)
    for (guint b = a + 1; b < n; b++)
      sim_befriend (sim, a, b);
  for (guint node = 2; node < n; node++)
    carry (sim, node, TRUE);
  sim_run (sim, 2 * SECOND);
  sim->dial = TRUE;
  sim_crash (sim, 1, TRUE);
  return sim;
}

static void
meet (Sim *sim)
{
  for (guint i = 0; i < sim->nodes->len; i++) {
    sim_set_group (sim, i, 0);
    if (sim_node (sim, i)->core == NULL)
      sim_start (sim, i);
  }
  if (!sim_connected (sim, 0, 1))
    sim_connect (sim, 0, 1, LAN_CARRIER_LINK);
  sim_run (sim, 30 * SECOND);
}

static void
test_through_one (void)
{
  g_autoptr (Sim) sim = office (1, 3);
  LanMessageId id = sim_say (sim, 0, 1, "sealed");

  sim_run (sim, 10 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_CARRIED);
  g_assert_cmpuint (counters (sim, 2).held, ==, 1);
  sim_crash (sim, 0, TRUE);
  sim_crash (sim, 2, TRUE);
  sim_start (sim, 2);
  sim_start (sim, 1);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 1);
  g_assert_cmpuint (counters (sim, 2).held, ==, 0);
  g_assert_cmpuint (counters (sim, 2).receipts, ==, 1);
  sim_crash (sim, 1, TRUE);
  sim_start (sim, 0);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_DELIVERED);
  g_assert_cmpuint (counters (sim, 2).receipts, ==, 0);
  g_assert_cmpuint (counters (sim, 0).parcels, ==, 0);
  meet (sim);
  sim_assert_same (sim, 0, 1, 1);
}

/* Nobody agreed: nothing leaves. Agreed: it goes at once, and stays when that is taken back. */
static void
test_consent (void)
{
  g_autoptr (Sim) sim = office (2, 3);
  LanMessageId id;

  carry (sim, 2, FALSE);
  sim_run (sim, SECOND);
  id = sim_say (sim, 0, 1, "one");
  sim_run (sim, 20 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, -1);
  carry (sim, 2, TRUE);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_CARRIED);
  carry (sim, 2, FALSE);
  id = sim_say (sim, 0, 1, "two");
  sim_run (sim, 10 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, -1);
  sim_crash (sim, 0, TRUE);
  sim_start (sim, 1);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 1);
}

/* It agrees while the reader is away, who would ask nobody if it did not hear of it later. */
static void
test_told_later (void)
{
  g_autoptr (Sim) sim = office (5, 3);
  LanMessageId id;

  carry (sim, 2, FALSE);
  sim_start (sim, 1);
  sim_run (sim, 5 * SECOND);
  sim_crash (sim, 1, TRUE);
  carry (sim, 2, TRUE);
  id = sim_say (sim, 0, 1, "one");
  sim_run (sim, 10 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_CARRIED);
  sim_crash (sim, 0, TRUE);
  sim_crash (sim, 2, TRUE);
  sim_start (sim, 2);
  sim_start (sim, 1);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 1);
  /* And that it no longer does: nothing is offered to it. */
  sim_crash (sim, 1, TRUE);
  carry (sim, 2, FALSE);
  sim_start (sim, 1);
  sim_run (sim, 10 * SECOND);
  id = sim_say (sim, 1, 0, "two");
  sim_run (sim, 10 * SECOND);
  g_assert_cmpint (sim_state (sim, 1, &id), ==, -1);
  g_assert_cmpuint (counters (sim, 2).over_limit, ==, 0);
  meet (sim);
  sim_assert_same (sim, 0, 1, 2);
}

/* One author's 200 are the limit; what is over waits, and a letter lives for a week. */
static void
test_limits (void)
{
  g_autoptr (Sim) sim = office (3, 3);

  for (guint i = 0; i < LAN_CARRY_PER_AUTHOR + 20; i++) {
    sim_say (sim, 0, 1, "again");
    sim_run (sim, 4 * SECOND); /* each alone in its letter */
  }
  sim_run (sim, 20 * SECOND);
  g_assert_cmpuint (counters (sim, 2).held, ==, LAN_CARRY_PER_AUTHOR);
  g_assert_cmpuint (counters (sim, 2).over_limit, >, 0);
  g_assert_cmpuint (counters (sim, 2).over_limit, <, 10);
  sim_crash (sim, 0, TRUE);
  sim_run (sim, 8 * DAY);
  g_assert_cmpuint (counters (sim, 2).held, ==, 0);
  meet (sim);
  sim_assert_same (sim, 0, 1, LAN_CARRY_PER_AUTHOR + 20);
}

/* Who met the reader directly, or a second carrier, was first: it is there once, and deleted. */
static void
test_twice_over (void)
{
  g_autoptr (Sim) sim = office (4, 4);

  sim_say (sim, 0, 1, "by two");
  sim_run (sim, 10 * SECOND);
  g_assert_cmpuint (counters (sim, 2).held + counters (sim, 3).held, ==, 2);
  sim_start (sim, 1);
  sim_run (sim, 20 * SECOND);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 1);
  g_assert_cmpuint (counters (sim, 2).held + counters (sim, 3).held, ==, 0);
  g_assert_cmpuint (counters (sim, 2).receipts + counters (sim, 3).receipts, ==, 0);
  g_assert_cmpuint (counters (sim, 0).parcels, ==, 0);
}

/* ---- by stick ---- */

typedef struct {
  Sim *sim;
  LanCore *core;
  LanBundleTake *take;
  LanTime now;
} Taking;

static LanStatus
on_entry (const LanBundleEntry *entry, gpointer user_data)
{
  Taking *taking = user_data;

  lan_core_bundle_take (taking->core, taking->take, entry, &taking->now);
  return LAN_STATUS_OK;
}

/* What is told and held at @from, for everybody, as the bytes of a file. */
static GByteArray *
write_bundle (Sim *sim, guint from)
{
  SimNode *node = sim_node (sim, from);
  LanTime now = sim_time (sim, from);
  g_autoptr (GByteArray) entries = g_byte_array_new ();
  GByteArray *file = g_byte_array_new ();
  g_autoptr (LanBundleWriter) writer = lan_bundle_writer_new (file);
  g_autoptr (LanBundlePlan) plan = NULL;
  LanBundleNeed need;
  LanBundleWant want;

  (void) lan_core_bundle_prepare (node->core, &now);
  sim_drain_all (sim);
  sim_run (sim, SECOND);
  now = sim_time (sim, from);
  plan = lan_core_plan_bundle (node->core, NULL, &now);
  while ((need = lan_core_bundle_next (node->core, plan, entries, &want, &now)) !=
         LAN_BUNDLE_NEED_OVER) {
    if (need == LAN_BUNDLE_NEED_RECORDS) {
      g_autoptr (GPtrArray) rows =
          sim_store_read_log (node->store, &want.conversation, &want.device, want.from_seq,
                              want.to_seq, want.max_bytes);

      lan_core_bundle_give_records (node->core, plan, rows, entries, &now);
    } else if (need == LAN_BUNDLE_NEED_CARRIED) {
      lan_core_bundle_give_carried (node->core, plan, sim_store_letter (node->store, &want.id),
                                    entries, &now);
    }
  }
  lan_bundle_writer_add (writer, entries->data, entries->len, file);
  lan_bundle_writer_finish (writer, file);
  return file;
}

static LanBundleCounts
read_bundle (Sim *sim, guint to, const GByteArray *file)
{
  Taking taking = { sim, sim_node (sim, to)->core, lan_bundle_take_new (), sim_time (sim, to) };
  g_autoptr (LanBundleReader) reader = lan_bundle_reader_new (on_entry, &taking);
  LanBundleCounts counts;

  g_assert_cmpint (lan_bundle_reader_feed (reader, file->data, file->len), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_bundle_reader_end (reader), ==, LAN_STATUS_OK);
  sim_drain_all (sim);
  sim_run (sim, SECOND);
  lan_core_bundle_settle (taking.core, taking.take);
  counts = *lan_bundle_take_get (taking.take);
  lan_bundle_take_free (taking.take);
  return counts;
}

/* Everybody on an island; what is written goes round by stick, and comes back as a receipt. */
static void
test_by_stick (void)
{
  g_autoptr (Sim) sim = office (6, 3);
  g_autoptr (GByteArray) out = NULL, onward = NULL, back = NULL;
  LanBundleCounts counts;
  LanMessageId id;

  sim_start (sim, 1);
  for (guint i = 0; i < 3; i++)
    sim_set_group (sim, i, i + 1);
  id = sim_say (sim, 0, 1, "one");
  out = write_bundle (sim, 0);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, -1);
  counts = read_bundle (sim, 2, out);
  g_assert_cmpuint (counts.kept, ==, 1);
  g_assert_cmpuint (counts.fresh, ==, 0);
  onward = write_bundle (sim, 2);
  counts = read_bundle (sim, 1, onward);
  g_assert_cmpuint (counts.fresh, >=, 1);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 1);
  counts = read_bundle (sim, 1, out);
  g_assert_cmpuint (counts.fresh, ==, 0);
  g_assert_cmpuint (counts.known, ==, 1);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, -1);
  back = write_bundle (sim, 1);
  counts = read_bundle (sim, 0, back);
  g_assert_cmpuint (counts.words, ==, 1);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_DELIVERED);
  counts = read_bundle (sim, 0, out);
  g_assert_cmpuint (counts.own, >=, 1);
  meet (sim);
  sim_assert_same (sim, 0, 1, 1);
}

/* Nobody has met for so long that no key is left: a word each way, and letters go again. */
static void
test_by_stick_after_months (void)
{
  g_autoptr (Sim) sim = office (7, 2);
  LanMessageId id;

  sim_start (sim, 1);
  sim_set_group (sim, 0, 1);
  sim_run (sim, 60 * DAY);
  id = sim_say (sim, 0, 1, "still there?");
  for (guint i = 0; i < 4; i++) {
    g_autoptr (GByteArray) file = write_bundle (sim, i % 2);
    LanBundleCounts counts = read_bundle (sim, 1 - i % 2, file);

    g_assert_cmpuint (counts.words, ==, 1);
    g_assert_cmpuint (sim_count (sim, 1, 0), ==, i >= 2 ? 1 : 0);
  }
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_DELIVERED);
}

static void
test_weather (void)
{
  for (guint64 seed = 100; seed < 130; seed++) {
    g_autoptr (Sim) sim = office (seed, 4);
    guint on = 0;

    g_test_message ("seed %" G_GUINT64_FORMAT, seed);
    sim->rough_permille = 20;
    sim->break_permille = 5;
    for (guint i = 0; i < 16; i++) {
      g_autofree char *text = g_strdup_printf ("%u", i);
      guint carrier = 2 + lan_random_below (&sim->random.base, 2);

      sim_say (sim, on, 1 - on, text);
      sim_run (sim, 500 + lan_random_below (&sim->random.base, 8000));
      if (i % 3 == 2) {
        sim_crash (sim, on, lan_random_below (&sim->random.base, 2) == 0);
        on = 1 - on;
        sim_start (sim, on);
      }
      if (i % 4 == 1) {
        sim_crash (sim, carrier, lan_random_below (&sim->random.base, 2) == 0);
        sim_run (sim, SECOND);
        sim_start (sim, carrier);
      }
      sim_node (sim, carrier)->disk_full = i % 7 == 3;
      sim_set_group (sim, carrier, i % 5 == 0);
    }
    sim->rough_permille = sim->break_permille = 0;
    for (guint i = 0; i < 4; i++)
      sim_node (sim, i)->disk_full = FALSE;
    sim_run (sim, 20 * SECOND);
    meet (sim);
    meet (sim);
    sim_assert_same (sim, 0, 1, 16);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  lan_crypto_init ();
  g_test_add_func ("/scenario/carry/through-one", test_through_one);
  g_test_add_func ("/scenario/carry/consent", test_consent);
  g_test_add_func ("/scenario/carry/told-later", test_told_later);
  g_test_add_func ("/scenario/carry/limits", test_limits);
  g_test_add_func ("/scenario/carry/twice-over", test_twice_over);
  g_test_add_func ("/scenario/carry/by-stick", test_by_stick);
  g_test_add_func ("/scenario/carry/by-stick-after-months", test_by_stick_after_months);
  g_test_add_func ("/scenario/carry/weather", test_weather);
  return g_test_run ();
}
