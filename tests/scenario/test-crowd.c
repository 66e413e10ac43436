/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Twenty desktops in bad weather: frames lost, doubled and late, channels that break, partitions,
 * crashes with and without what the disk was doing. When it clears, every message is in every right
 * conversation, once, in one order, and its author knows that it arrived.
 */
#include "sim.h"

#define PEOPLE   20
#define MESSAGES 400

typedef struct {
  guint from, to;
  LanMessageId id;
} Said;

static void
storm (Sim *sim, guint round)
{
  guint who = lan_random_below (&sim->random.base, PEOPLE);

  if (round % 7 == 3)
    sim_crash (sim, who, lan_random_below (&sim->random.base, 2) == 0);
  if (round % 11 == 5)
    sim_set_group (sim, who, lan_random_below (&sim->random.base, 3));
  for (guint i = 0; i < PEOPLE; i++) {
    if (sim_node (sim, i)->core == NULL && lan_random_below (&sim->random.base, 3) == 0)
      sim_start (sim, i);
  }
}

static void
talk (Sim *sim, GArray *said)
{
  guint from = lan_random_below (&sim->random.base, PEOPLE);
  guint to = (from + 1 + lan_random_below (&sim->random.base, 3)) % PEOPLE;
  g_autofree char *text = g_strdup_printf ("message %u", said->len);
  Said one = { from, to, { { 0 } } };

  if (sim_node (sim, from)->core == NULL)
    return;
  one.id = sim_say (sim, from, to, text);
  g_array_append_val (said, one);
}

static void
clear_up (Sim *sim)
{
  sim->rough_permille = sim->break_permille = 0;
  for (guint i = 0; i < PEOPLE; i++) {
    sim_set_group (sim, i, 0);
    if (sim_node (sim, i)->core == NULL)
      sim_start (sim, i);
  }
  for (guint i = 0; i < PEOPLE; i++) {
    for (guint k = i + 1; k < PEOPLE; k++)
      sim_disconnect (sim, i, k);
  }
  sim_run (sim, 100);
  for (guint i = 0; i < PEOPLE; i++) {
    for (guint step = 1; step <= 3; step++)
      sim_connect (sim, i, (i + step) % PEOPLE, LAN_CARRIER_LANE);
  }
  sim_run (sim, 30000);
}

/* A message whose author crashed before it was on disk was never shown to its author either. */
static gboolean
was_kept (Sim *sim, const Said *one)
{
  return sim_store_has_message (sim_node (sim, one->from)->store, sim_id (sim, one->from),
                                &one->id);
}

static void
test_crowd (gconstpointer data)
{
  guint64 seed = GPOINTER_TO_UINT (data);
  g_autoptr (Sim) sim = sim_new (seed, PEOPLE);
  g_autoptr (GArray) said = g_array_new (FALSE, FALSE, sizeof (Said));
  guint counts[PEOPLE][PEOPLE] = { { 0 } };

  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  for (guint i = 0; i < PEOPLE; i++) {
    for (guint step = 1; step <= 3; step++)
      sim_befriend (sim, i, (i + step) % PEOPLE);
    sim_node (sim, i)->wall_offset_ms = (gint64) lan_random_below (&sim->random.base, 20) * 1000;
  }
  sim->delay_us = 20000;
  sim->rough_permille = 30;
  sim->break_permille = 5;
  for (guint i = 0; i < MESSAGES; i++) {
    storm (sim, i);
    talk (sim, said);
    sim_run (sim, lan_random_below (&sim->random.base, 200));
  }
  clear_up (sim);
  for (guint i = 0; i < said->len; i++) {
    const Said *one = &g_array_index (said, Said, i);
    LanConversationId id = sim_conversation (sim, one->from, one->to);
    LanRecordRow row = { .conversation = id };

    if (!was_kept (sim, one))
      continue;
    counts[one->from][one->to]++;
    g_assert_true (
        sim_store_has_message (sim_node (sim, one->to)->store, sim_id (sim, one->from), &one->id));
    {
      g_autoptr (GPtrArray) rows = sim_store_screen (sim_node (sim, one->from)->store, &id);

      for (guint k = 0; k < rows->len; k++) {
        row = *(LanRecordRow *) g_ptr_array_index (rows, k);
        if (lan_message_id_equal (&row.message, &one->id))
          break;
      }
      g_assert_cmpint (lan_core_record_state (sim_node (sim, one->from)->core, &row), ==,
                       LAN_MESSAGE_DELIVERED);
    }
  }
  for (guint i = 0; i < PEOPLE; i++) {
    for (guint k = i + 1; k < PEOPLE; k++)
      sim_assert_same (sim, i, k, counts[i][k] + counts[k][i]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint seed = 1; seed <= 6; seed++) {
    g_autofree char *path = g_strdup_printf ("/scenario/crowd/%u", seed);

    g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_crowd);
  }
  return g_test_run ();
}
