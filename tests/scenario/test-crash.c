/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One desktop dies at each step of a short talk, the sender's and the receiver's, with what the
 * disk was doing carried out or lost, and starts again. Whatever the step: what was shown stays,
 * nothing is doubled, everything kept arrives.
 */
#include "sim.h"

/* Two people meet, talk, read. Returns the number of steps that @victim took. */
static guint
run_once (guint64 seed, int victim, guint crash_at, gboolean keep)
{
  g_autoptr (Sim) sim = sim_new (seed, 2);
  GArray *said = g_array_new (FALSE, FALSE, sizeof (LanMessageId));
  guint steps;

  g_test_message ("seed %" G_GUINT64_FORMAT ", desktop %d dies before step %u, disk %s", seed,
                  victim, crash_at, keep ? "done" : "lost");
  sim->crash_node = victim;
  sim->crash_at = crash_at;
  sim->crash_keeps = keep;
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 20);
  for (guint i = 0; i < 4; i++) {
    for (guint from = 0; from < 2; from++) {
      g_autofree char *text = g_strdup_printf ("%u from %u", i, from);

      if (sim_node (sim, from)->core != NULL &&
          lan_core_get_person (sim_node (sim, from)->core, sim_id (sim, 1 - from)) != NULL) {
        LanMessageId id = sim_say (sim, from, 1 - from, text);

        g_array_append_val (said, id);
      }
    }
    sim_run (sim, 7);
  }
  if (sim_node (sim, 0)->core != NULL)
    sim_read_all (sim, 0, 1);
  sim_run (sim, 500);
  steps = sim_node (sim, (guint) victim)->steps;
  sim->crash_node = -1;
  sim_run (sim, 2000);
  if (!sim_connected (sim, 0, 1))
    sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 5000);
  {
    guint kept = 0;

    for (guint i = 0; i < said->len; i++) {
      for (guint who = 0; who < 2; who++)
        kept += sim_store_has_message (sim_node (sim, who)->store, sim_id (sim, who),
                                       &g_array_index (said, LanMessageId, i));
    }
    sim_assert_same (sim, 0, 1, kept);
    if (crash_at == 0)
      g_assert_cmpuint (kept, ==, 8);
    else
      g_assert_cmpuint (kept + 4, >=, said->len);
  }
  g_array_unref (said);
  return steps;
}

static void
test_every_step (gconstpointer data)
{
  guint64 seed = GPOINTER_TO_UINT (data);

  for (int victim = 0; victim < 2; victim++) {
    guint steps = run_once (seed, victim, 0, TRUE);

    g_assert_cmpuint (steps, >, 20);
    for (guint at = 1; at <= steps; at++) {
      run_once (seed, victim, at, TRUE);
      run_once (seed, victim, at, FALSE);
    }
  }
}

static LanMessageState
state_on_disk (Sim *sim, guint who, guint other)
{
  LanConversationId id = sim_conversation (sim, who, other);
  g_autoptr (GPtrArray) rows = sim_store_screen (sim_node (sim, who)->store, &id);

  g_assert_cmpuint (rows->len, ==, 1);
  return lan_core_record_state (sim_node (sim, who)->core, g_ptr_array_index (rows, 0));
}

/* The sender dies after 'delivered' was told and before it kept that: it learns it once more. */
static void
test_receipt_not_kept (void)
{
  g_autoptr (Sim) sim = sim_new (11, 2);
  LanMessageId id;

  sim_befriend (sim, 0, 1);
  sim_run (sim, 500);
  id = sim_say (sim, 0, 1, "hello");
  for (guint i = 0; i < 200 && sim_state (sim, 0, &id) != LAN_MESSAGE_DELIVERED; i++)
    sim_run (sim, 1);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_DELIVERED);
  g_assert_true (sim_store_has_message (sim_node (sim, 1)->store, sim_id (sim, 0), &id));
  sim_crash (sim, 0, FALSE);
  sim_start (sim, 0);
  g_assert_cmpint (state_on_disk (sim, 0, 1), ==, LAN_MESSAGE_QUEUED);
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 1000);
  g_assert_cmpint (state_on_disk (sim, 0, 1), ==, LAN_MESSAGE_DELIVERED);
  sim_assert_same (sim, 0, 1, 1);
  sim_crash (sim, 0, FALSE);
  sim_start (sim, 0);
  g_assert_cmpint (state_on_disk (sim, 0, 1), ==, LAN_MESSAGE_DELIVERED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint seed = 1; seed <= 3; seed++) {
    g_autofree char *path = g_strdup_printf ("/scenario/crash-at-each-step/%u", seed);

    g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_every_step);
  }
  g_test_add_func ("/scenario/receipt-not-kept", test_receipt_not_kept);
  return g_test_run ();
}
