/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * People with several devices. Desktop 0 is Alice, 1 is Bob; more devices are added to them. Each
 * story is told over several seeds; at the end every device of both shows the same.
 */
#include "sim.h"

#include <string.h>

#define SEEDS 6

static void
say_many (Sim *sim, guint from, guint to, guint n, const char *what)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *text = g_strdup_printf ("%s %u", what, i);

    sim_say (sim, from, to, text);
  }
}

/* @a and @b are desktops of one conversation, of either person: they show the same rows. */
static void
assert_equal (Sim *sim, guint a, guint b, guint alice, guint bob, guint count)
{
  LanConversationId id = sim_conversation (sim, alice, bob);
  g_autoptr (GPtrArray) left = sim_store_screen (sim_node (sim, a)->store, &id);
  g_autoptr (GPtrArray) right = sim_store_screen (sim_node (sim, b)->store, &id);

  if (left->len != count || right->len != count)
    g_error ("seed %" G_GUINT64_FORMAT ": %u and %u show %u and %u messages, not %u", sim->seed, a,
             b, left->len, right->len, count);
  for (guint i = 0; i < count; i++) {
    const LanRecordRow *x = g_ptr_array_index (left, i), *y = g_ptr_array_index (right, i);

    if (!lan_message_id_equal (&x->message, &y->message) ||
        !lan_account_id_equal (&x->author, &y->author) || g_strcmp0 (x->text, y->text) != 0)
      g_error ("seed %" G_GUINT64_FORMAT ": %u and %u differ at message %u", sim->seed, a, b, i);
  }
}

static void
connect_all (Sim *sim)
{
  for (guint i = 0; i < sim->nodes->len; i++) {
    for (guint k = i + 1; k < sim->nodes->len; k++) {
      if (!sim_connected (sim, i, k))
        sim_connect (sim, i, k, LAN_CARRIER_LANE);
    }
  }
}

static guint32
flags_of (Sim *sim, guint node, guint whom)
{
  const LanPersonRow *row = lan_core_get_person (sim_node (sim, node)->core, sim_id (sim, whom));

  g_assert_nonnull (row);
  return row->flags;
}

/* A second device learns who the contacts are, and all that was said. */
static void
story_history (Sim *sim)
{
  guint second;

  sim_befriend (sim, 0, 1);
  say_many (sim, 0, 1, 300, "from Alice");
  say_many (sim, 1, 0, 200, "from Bob");
  sim_run (sim, 5000);
  second = sim_add_device (sim, 0);
  sim_connect (sim, 0, second, LAN_CARRIER_LANE);
  sim_run (sim, 10000);
  assert_equal (sim, 0, second, 0, 1, 500);
  g_assert_cmpuint (flags_of (sim, second, 1) & LAN_PERSON_ACCEPTED, !=, 0);
  sim_crash (sim, second, TRUE);
  sim_start (sim, second);
  sim_run (sim, 2000);
  assert_equal (sim, 0, second, 0, 1, 500);
}

/* Either device sends and receives; what one reads is read on the other. */
static void
story_both_send (Sim *sim)
{
  LanConversationId id = sim_conversation (sim, 0, 1);
  LanMessageId first, other;
  guint second;

  sim_befriend (sim, 0, 1);
  second = sim_add_device (sim, 0);
  sim_connect (sim, 0, second, LAN_CARRIER_LANE);
  sim_connect (sim, 1, second, LAN_CARRIER_LANE);
  sim_run (sim, 2000);
  first = sim_say (sim, 0, 1, "from the desk");
  sim_run (sim, 1000);
  other = sim_say (sim, second, 1, "from the sofa");
  sim_run (sim, 1000);
  sim_say (sim, 1, 0, "which one is it?");
  sim_run (sim, 3000);
  assert_equal (sim, 0, 1, 0, 1, 3);
  assert_equal (sim, second, 1, 0, 1, 3);
  g_assert_cmpint (sim_state (sim, 0, &first), ==, LAN_MESSAGE_DELIVERED);
  g_assert_cmpint (sim_state (sim, second, &other), ==, LAN_MESSAGE_DELIVERED);
  sim_read_all (sim, second, 1);
  sim_run (sim, 2000);
  g_assert_cmpuint (lan_core_get_conversation (sim_node (sim, 0)->core, &id)->own_read_hlc, ==,
                    lan_core_get_conversation (sim_node (sim, second)->core, &id)->own_read_hlc);
  g_assert_cmpuint (lan_core_get_conversation (sim_node (sim, 0)->core, &id)->own_read_hlc, >, 0);
  sim_read_all (sim, 1, 0);
  sim_run (sim, 2000);
  g_assert_cmpint (sim_state (sim, 0, &first), ==, LAN_MESSAGE_READ);
  g_assert_cmpint (sim_state (sim, second, &other), ==, LAN_MESSAGE_READ);
  g_assert_cmpint (sim_state (sim, 0, &other), ==, LAN_MESSAGE_READ);
}

/* Bob meets only one of Alice's devices, never both at a time. */
static void
story_relay (Sim *sim)
{
  guint second;
  LanMessageId id;

  sim_befriend (sim, 0, 1);
  second = sim_add_device (sim, 0);
  sim_connect (sim, 0, second, LAN_CARRIER_LANE);
  sim_run (sim, 2000);
  /* Bob is away; the first device writes, the second has it, the first is switched off. */
  sim_set_group (sim, 1, 1);
  sim_run (sim, 100);
  id = sim_say (sim, 0, 1, "before I switch off");
  sim_run (sim, 3000);
  sim_crash (sim, 0, TRUE);
  sim_set_group (sim, 1, 0);
  sim_connect (sim, second, 1, LAN_CARRIER_LANE);
  sim_run (sim, 5000);
  assert_equal (sim, second, 1, 0, 1, 1);
  sim_say (sim, 1, 0, "got it");
  sim_run (sim, 3000);
  sim_set_group (sim, 1, 1);
  sim_start (sim, 0);
  sim_run (sim, 100);
  sim_connect (sim, 0, second, LAN_CARRIER_LANE);
  sim_run (sim, 5000);
  assert_equal (sim, 0, 1, 0, 1, 2);
  g_assert_cmpint (sim_state (sim, 0, &id), >=, LAN_MESSAGE_DELIVERED);
}

/* What is decided on one holds on the other; the latest decision wins. */
static void
story_decisions (Sim *sim)
{
  guint second = sim_add_device (sim, 0);
  LanTime now;

  sim_connect (sim, 0, second, LAN_CARRIER_LANE);
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_connect (sim, 0, 2, LAN_CARRIER_LANE);
  sim_run (sim, 1000);
  say_many (sim, 1, 0, 3, "a stranger");
  sim_run (sim, 3000);
  assert_equal (sim, 0, second, 0, 1, 3);
  sim_accept (sim, second, 1);
  sim_run (sim, 1000);
  g_assert_cmpuint (flags_of (sim, 0, 1) & LAN_PERSON_ACCEPTED, !=, 0);
  now = sim_time (sim, 0);
  g_assert_cmpint (lan_core_verify (sim_node (sim, 0)->core, sim_id (sim, 1), &now), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_core_set_note (sim_node (sim, 0)->core, sim_id (sim, 1), "the neighbour"),
                   ==, LAN_STATUS_OK);
  sim_drain_all (sim);
  sim_run (sim, 1000);
  g_assert_cmpint (lan_core_get_person (sim_node (sim, second)->core, sim_id (sim, 1))->trust, ==,
                   LAN_TRUST_VERIFIED);
  g_assert_cmpstr (lan_core_get_person (sim_node (sim, second)->core, sim_id (sim, 1))->note, ==,
                   "the neighbour");
  /* Apart, both decide; the later one holds. */
  sim_set_group (sim, second, 1);
  sim_run (sim, 100);
  now = sim_time (sim, 0);
  g_assert_cmpint (lan_core_block (sim_node (sim, 0)->core, sim_id (sim, 1), TRUE, &now), ==,
                   LAN_STATUS_OK);
  sim_drain_all (sim);
  sim_run (sim, 3000);
  now = sim_time (sim, second);
  g_assert_cmpint (lan_core_block (sim_node (sim, second)->core, sim_id (sim, 1), TRUE, &now), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_core_block (sim_node (sim, second)->core, sim_id (sim, 1), FALSE, &now), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (
      lan_core_set_flags (sim_node (sim, second)->core, sim_id (sim, 1), LAN_PERSON_FAVOURITE, 0),
      ==, LAN_STATUS_OK);
  sim_drain_all (sim);
  sim_run (sim, 1000);
  sim_set_group (sim, second, 0);
  sim_connect (sim, 0, second, LAN_CARRIER_LANE);
  sim_run (sim, 3000);
  g_assert_cmpuint (flags_of (sim, 0, 1), ==, flags_of (sim, second, 1));
  g_assert_cmpuint (flags_of (sim, 0, 1) & LAN_PERSON_FAVOURITE, !=, 0);
}

/* A device that was taken off the list is refused everywhere, and knows it. */
static void
story_revoked (Sim *sim)
{
  guint second;

  sim_befriend (sim, 0, 1);
  second = sim_add_device (sim, 0);
  connect_all (sim);
  sim_run (sim, 2000);
  sim_say (sim, second, 1, "still there");
  sim_run (sim, 2000);
  sim_set_group (sim, second, 1);
  sim_run (sim, 100);
  sim_say (sim, second, 1, "written after it was stolen");
  sim_revoke (sim, 0, second);
  sim_run (sim, 1000);
  sim_set_group (sim, second, 0);
  sim_connect (sim, second, 1, LAN_CARRIER_LANE);
  sim_connect (sim, second, 0, LAN_CARRIER_LANE);
  sim_run (sim, 5000);
  g_assert_false (sim_connected (sim, second, 1));
  g_assert_false (sim_connected (sim, second, 0));
  assert_equal (sim, 0, 1, 0, 1, 1);
  sim_say (sim, 1, 0, "and we go on");
  sim_run (sim, 2000);
  assert_equal (sim, 0, 1, 0, 1, 2);
  g_assert_cmpuint (sim_count (sim, second, 1), ==, 2);
}

/* A channel that is up ends at once when the list says so, and the device learns why. */
static void
story_revoked_while_up (Sim *sim)
{
  guint second;

  sim_befriend (sim, 0, 1);
  second = sim_add_device (sim, 0);
  connect_all (sim);
  sim_run (sim, 2000);
  sim_revoke (sim, 0, second);
  sim_run (sim, 2000);
  g_assert_false (sim_connected (sim, second, 0));
  g_assert_false (sim_connected (sim, second, 1));
}

/* Two devices change the list without having met: both changes hold in the end. */
static void
story_two_lists (Sim *sim)
{
  guint second, third, fourth;

  sim_befriend (sim, 0, 1);
  second = sim_add_device (sim, 0);
  connect_all (sim);
  sim_run (sim, 2000);
  sim_set_group (sim, second, 1);
  sim_run (sim, 100);
  third = sim_add_device (sim, 0);
  fourth = sim_add_device (sim, second);
  sim_set_group (sim, fourth, 1);
  sim_connect (sim, 0, third, LAN_CARRIER_LANE);
  sim_connect (sim, second, fourth, LAN_CARRIER_LANE);
  say_many (sim, 0, 1, 10, "one side");
  say_many (sim, second, 1, 10, "other side");
  sim_run (sim, 5000);
  sim_set_group (sim, second, 0);
  sim_set_group (sim, fourth, 0);
  connect_all (sim);
  sim_run (sim, 10000);
  connect_all (sim);
  sim_run (sim, 10000);
  for (guint i = 0; i < sim->nodes->len; i++)
    assert_equal (sim, i, 1, 0, 1, 20);
  g_assert_true (g_bytes_equal (sim_node (sim, 0)->list, sim_node (sim, second)->list));
  g_assert_true (g_bytes_equal (sim_node (sim, 0)->list, sim_node (sim, third)->list));
  g_assert_true (g_bytes_equal (sim_node (sim, 0)->list, sim_node (sim, fourth)->list));
}

/* A profile that is put back from a copy gets its own records back from its sibling. */
static void
story_put_back (Sim *sim)
{
  guint second;
  SimStore *copy;

  sim_befriend (sim, 0, 1);
  second = sim_add_device (sim, 0);
  connect_all (sim);
  sim_run (sim, 2000);
  say_many (sim, 0, 1, 20, "before");
  sim_run (sim, 3000);
  copy = sim_store_copy (sim_node (sim, 0)->store);
  say_many (sim, 0, 1, 20, "after the copy");
  sim_run (sim, 3000);
  sim_crash (sim, 0, TRUE);
  sim_crash (sim, 1, TRUE);
  sim_store_free (sim_node (sim, 0)->store);
  sim_node (sim, 0)->store = copy;
  g_hash_table_remove_all (sim_node (sim, 0)->told);
  sim_start (sim, 0);
  sim_connect (sim, 0, second, LAN_CARRIER_LANE);
  sim_run (sim, 5000);
  sim_say (sim, 0, 1, "and on");
  sim_start (sim, 1);
  connect_all (sim);
  sim_run (sim, 10000);
  assert_equal (sim, 0, 1, 0, 1, 41);
  assert_equal (sim, second, 1, 0, 1, 41);
  g_assert_cmpuint (sim_node (sim, 0)->n_new_keys, ==, 0);
}

/* Three devices of Alice, two of Bob, two others with two each; storms, crashes, partitions. */
static void
story_storm (Sim *sim)
{
  guint alice[3] = { 0 }, bob[2] = { 1 };
  guint said = 0;

  sim_befriend (sim, 0, 1);
  alice[1] = sim_add_device (sim, 0);
  connect_all (sim);
  sim_run (sim, 2000);
  bob[1] = sim_add_device (sim, 1);
  connect_all (sim);
  sim_run (sim, 2000);
  alice[2] = sim_add_device (sim, alice[1]);
  connect_all (sim);
  sim_run (sim, 2000);
  sim->delay_us = 20000;
  sim->rough_permille = 30;
  sim->break_permille = 5;
  for (guint i = 0; i < 150; i++) {
    guint who = lan_random_below (&sim->random.base, 5);
    guint from = who < 3 ? alice[who] : bob[who - 3];
    guint victim = lan_random_below (&sim->random.base, sim->nodes->len);

    if (i % 9 == 4)
      sim_crash (sim, victim, TRUE);
    if (i % 7 == 2)
      sim_set_group (sim, victim, lan_random_below (&sim->random.base, 3));
    for (guint k = 0; k < sim->nodes->len; k++) {
      if (sim_node (sim, k)->core == NULL && lan_random_below (&sim->random.base, 3) == 0)
        sim_start (sim, k);
    }
    if (i % 5 == 0)
      connect_all (sim);
    if (sim_node (sim, from)->core != NULL) {
      g_autofree char *text = g_strdup_printf ("message %u", i);

      sim_say (sim, from, who < 3 ? 1 : 0, text);
      sim_run (sim, 10); /* on its disk, whatever comes */
      said++;
    }
    sim_run (sim, lan_random_below (&sim->random.base, 300));
  }
  sim->rough_permille = sim->break_permille = 0;
  for (guint k = 0; k < sim->nodes->len; k++) {
    sim_set_group (sim, k, 0);
    if (sim_node (sim, k)->core == NULL)
      sim_start (sim, k);
  }
  for (guint round = 0; round < 3; round++) {
    for (guint i = 0; i < sim->nodes->len; i++) {
      for (guint k = i + 1; k < sim->nodes->len; k++)
        sim_disconnect (sim, i, k);
    }
    sim_run (sim, 100);
    connect_all (sim);
    sim_run (sim, 20000);
  }
  said = sim_count (sim, 0, 1);
  g_assert_cmpuint (said, >, 50);
  for (guint i = 0; i < sim->nodes->len; i++)
    assert_equal (sim, 0, i, 0, 1, said);
}

typedef struct {
  const char *name;
  void (*run) (Sim *sim);
  guint people;
} Story;

static const Story stories[] = {
  { "history", story_history, 2 },     { "both-send", story_both_send, 2 },
  { "relay", story_relay, 2 },         { "decisions", story_decisions, 3 },
  { "revoked", story_revoked, 2 },     { "revoked-while-up", story_revoked_while_up, 2 },
  { "two-lists", story_two_lists, 2 }, { "put-back", story_put_back, 2 },
  { "storm", story_storm, 2 },
};

static void
run_story (gconstpointer data)
{
  const Story *story = data;

  for (guint64 seed = 1; seed <= SEEDS; seed++) {
    g_autoptr (Sim) sim = sim_new (seed, story->people);

    g_test_message ("%s, seed %" G_GUINT64_FORMAT, story->name, seed);
    story->run (sim);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++) {
    g_autofree char *path = g_strconcat ("/scenario/devices/", stories[i].name, NULL);

    g_test_add_data_func (path, &stories[i], run_story);
  }
  return g_test_run ();
}
