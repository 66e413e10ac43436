/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is said about messages: edits, recalls, reactions and pins of two people with three devices,
 * over a network that loses, doubles and turns around, with crashes. At the end every device shows
 * every message the same, and nobody has changed what only the other may change.
 */
#include "lan-content.h"
#include "lan-shown.h"
#include "sim.h"

#include <string.h>

#define SEEDS    8
#define MESSAGES 12
#define ROUNDS   60

typedef struct {
  LanMessageId id;
  guint author; /* 0 or 1 */
  gboolean recalled;
} Said;

static const char *const emojis[] = { "\xf0\x9f\x91\x8d", "\xe2\x9d\xa4\xef\xb8\x8f",
                                      "\xf0\x9f\x98\x80" };

/* One person's devices are desktops 0 and 2, the other's is 1. */
static void
operate (Sim *sim, guint desktop, const Said *said, LanOperationKind kind, const char *text,
         gboolean on)
{
  SimNode *node = sim_node (sim, desktop);
  LanTime now = sim_time (sim, desktop);
  LanOperationRow op = { .author = *sim_id (sim, said->author),
                         .target = said->id,
                         .kind = kind,
                         .on = on,
                         .text = (char *) text };
  guint other = desktop == 1 ? 0 : 1;
  LanMessageId id;

  if (node->core == NULL)
    return;
  lan_random_bytes (&sim->random.base, &id, sizeof id);
  g_assert_cmpint (lan_core_operate (node->core, sim_id (sim, other), &id, &op, &now), ==,
                   LAN_STATUS_OK);
  sim_drain_all (sim);
}

static void
operate_at_random (Sim *sim, Said *said, guint round)
{
  const LanRandom *random = &sim->random.base;
  Said *target = &said[lan_random_below (random, MESSAGES)];
  guint desktop = lan_random_below (random, 3);
  gboolean own = (desktop == 1) == (target->author == 1);
  g_autofree char *text = g_strdup_printf ("edit %u by %u", round, desktop);

  switch (lan_random_below (random, own ? 8 : 5)) {
  case 0:
  case 1:
  case 2:
    operate (sim, desktop, target, LAN_OPERATION_REACTION,
             emojis[lan_random_below (random, G_N_ELEMENTS (emojis))],
             lan_random_below (random, 3) > 0);
    break;
  case 3:
  case 4:
    operate (sim, desktop, target, LAN_OPERATION_PIN, NULL, lan_random_below (random, 2) > 0);
    break;
  case 5:
  case 6:
    operate (sim, desktop, target, LAN_OPERATION_EDIT, text, TRUE);
    break;
  default:
    operate (sim, desktop, target, LAN_OPERATION_RECALL, NULL, TRUE);
    break;
  }
}

static char *
describe (Sim *sim, guint desktop, const Said *said)
{
  GString *text = g_string_new (NULL);
  g_auto (LanShown) shown = { 0 };

  sim_shown (sim, desktop, 0, 1, sim_id (sim, said->author), &said->id, &shown);
  g_string_append_printf (text, "%s|%d|%" G_GINT64_FORMAT "|%d|%u", shown.text, shown.recalled,
                          shown.edited_ms, shown.pinned, shown.edits->len);
  for (guint i = 0; i < shown.reactions->len; i++) {
    const LanShownReaction *reaction = g_ptr_array_index (shown.reactions, i);

    g_string_append_printf (text, "|%s", reaction->emoji);
    for (guint k = 0; k < reaction->actors->len; k++)
      g_string_append_printf (text, " %02x",
                              g_array_index (reaction->actors, LanAccountId, k).b[0]);
  }
  return g_string_free (text, FALSE);
}

static void
connect_all (Sim *sim)
{
  for (guint i = 0; i < 3; i++) {
    for (guint k = i + 1; k < 3; k++) {
      if (!sim_connected (sim, i, k))
        sim_connect (sim, i, k, LAN_CARRIER_LANE);
    }
  }
}

static void
assert_same_everywhere (Sim *sim, const Said *said)
{
  for (guint m = 0; m < MESSAGES; m++) {
    g_autofree char *first = describe (sim, 0, &said[m]);

    for (guint desktop = 1; desktop < 3; desktop++) {
      g_autofree char *other = describe (sim, desktop, &said[m]);

      if (strcmp (first, other) != 0)
        g_error ("seed %" G_GUINT64_FORMAT ": message %u: '%s' at 0, '%s' at %u", sim->seed, m,
                 first, other, desktop);
    }
  }
}

static void
test_random (void)
{
  for (guint64 seed = 1; seed <= SEEDS; seed++) {
    g_autoptr (Sim) sim = sim_new (seed, 2);
    Said said[MESSAGES] = { 0 };
    guint edits = 0;

    sim_befriend (sim, 0, 1);
    g_assert_cmpuint (sim_add_device (sim, 0), ==, 2);
    connect_all (sim);
    sim_run (sim, 2000);
    for (guint m = 0; m < MESSAGES; m++) {
      g_autofree char *text = g_strdup_printf ("message %u", m);

      said[m].author = m % 2;
      said[m].id = sim_say (sim, m % 2, 1 - m % 2, text);
    }
    /* The second device may hear of an operation before it has the message. */
    sim->rough_permille = 100;
    sim->break_permille = 5;
    sim->delay_us = 20000;
    for (guint round = 0; round < ROUNDS; round++) {
      operate_at_random (sim, said, round);
      sim_run (sim, lan_random_below (&sim->random.base, 100));
      if (round % 20 == 10) {
        guint who = lan_random_below (&sim->random.base, 3);

        sim_crash (sim, who, lan_random_below (&sim->random.base, 2) > 0);
        sim_start (sim, who);
      }
      connect_all (sim);
    }
    sim->rough_permille = sim->break_permille = 0;
    for (guint i = 0; i < 20; i++) {
      connect_all (sim);
      sim_run (sim, 2000);
    }
    assert_same_everywhere (sim, said);
    for (guint m = 0; m < MESSAGES; m++) {
      g_auto (LanShown) shown = { 0 };

      sim_shown (sim, 1, 0, 1, sim_id (sim, said[m].author), &said[m].id, &shown);
      edits += shown.edits->len + shown.recalled + shown.reactions->len + shown.pinned;
    }
    g_assert_cmpuint (edits, >, MESSAGES / 2);
  }
}

/* What is said about a message that is away: it is left, and how far it got is told under its id. */
static void
test_away (void)
{
  g_autoptr (Sim) sim = sim_new (3, 2);
  g_auto (LanShown) shown = { 0 };
  Said said = { 0 };

  sim_befriend (sim, 0, 1);
  said.id = sim_say (sim, 0, 1, "first");
  sim_run (sim, 500);
  sim_set_group (sim, 1, 1);
  operate (sim, 0, &said, LAN_OPERATION_EDIT, "second", TRUE);
  operate (sim, 1, &said, LAN_OPERATION_REACTION, emojis[0], TRUE);
  sim_run (sim, 2000);
  sim_set_group (sim, 1, 0);
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 3000);
  sim_shown (sim, 1, 0, 1, sim_id (sim, 0), &said.id, &shown);
  g_assert_cmpstr (shown.text, ==, "second");
  g_assert_cmpuint (shown.reactions->len, ==, 1);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 1); /* operations are no rows */
}

/* A profile put back from a copy goes on as a new device: what was not delivered is said again. */
static void
test_put_back (void)
{
  g_autoptr (Sim) sim = sim_new (4, 2);
  g_auto (LanShown) shown = { 0 };
  Said said = { 0 };
  SimStore *copy;

  sim_befriend (sim, 0, 1);
  said.id = sim_say (sim, 0, 1, "first");
  sim_run (sim, 500);
  copy = sim_store_copy (sim_node (sim, 0)->store);
  sim_say (sim, 0, 1, "lost on this side");
  sim_run (sim, 500);
  sim_crash (sim, 0, TRUE);
  sim_store_free (sim_node (sim, 0)->store);
  sim_node (sim, 0)->store = copy;
  g_hash_table_remove_all (sim_node (sim, 0)->told);
  sim_set_group (sim, 1, 1);
  sim_start (sim, 0);
  operate (sim, 0, &said, LAN_OPERATION_EDIT, "second", TRUE);
  sim_run (sim, 20000); /* nobody brings what was lost: the log goes on, and forks */
  sim_set_group (sim, 1, 0);
  for (guint i = 0; i < 10; i++) {
    if (!sim_connected (sim, 0, 1))
      sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
    sim_run (sim, 3000);
  }
  g_assert_cmpuint (sim_node (sim, 0)->n_new_keys, ==, 1);
  sim_shown (sim, 1, 0, 1, sim_id (sim, 0), &said.id, &shown);
  g_assert_cmpstr (shown.text, ==, "second");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scenario/operations/random", test_random);
  g_test_add_func ("/scenario/operations/away", test_away);
  g_test_add_func ("/scenario/operations/put-back", test_put_back);
  return g_test_run ();
}
