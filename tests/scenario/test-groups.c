/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Stories of groups: who hears what, and that all end the same. */
#include "sim-group.h"
#include "sim-world.h"

#include <string.h>

/* Desktop 0 knows everybody; the others know only 0. */
static Sim *
office (guint64 seed, guint n)
{
  Sim *sim = sim_new (seed, n);

  for (guint i = 1; i < n; i++)
    sim_befriend (sim, 0, i);
  return sim;
}

static void
assert_all_same (Sim *sim, const LanConversationId *id, guint first, guint last, guint count)
{
  for (guint i = first; i <= last; i++) {
    if (sim_group_count (sim, id, i) != count)
      g_error ("seed %" G_GUINT64_FORMAT ": %u shows %u texts, not %u", sim->seed, i,
               sim_group_count (sim, id, i), count);
    sim_group_assert_same (sim, id, first, i);
  }
}

static void
test_everybody (void)
{
  g_autoptr (Sim) sim = office (1, 5);
  LanConversationId id = sim_group_create (sim, 0, 0, 4, FALSE);
  LanMessageId message;

  sim_run (sim, 5000);
  for (guint i = 0; i < 5; i++) {
    g_autofree char *text = g_strdup_printf ("hello from %u", i);

    message = sim_group_say (sim, &id, i, text);
    sim_run (sim, 2000);
  }
  sim_run (sim, 10000);
  assert_all_same (sim, &id, 0, 4, 5);
  g_assert_cmpint (sim_state (sim, 4, &message), ==, LAN_MESSAGE_DELIVERED);
  g_assert_cmpuint (sim_group_info (sim, &id, 3).n_members, ==, 5);
  g_assert_cmpstr (sim_group_info (sim, &id, 3).name, ==, "Design");
}

static void
test_restart (void)
{
  g_autoptr (Sim) sim = office (2, 4);
  LanConversationId id = sim_group_create (sim, 0, 0, 3, FALSE);

  sim_run (sim, 5000);
  for (guint i = 0; i < 12; i++) {
    sim_crash (sim, i % 4, i % 2 == 0);
    sim_group_say (sim, &id, (i + 1) % 4, "while one was away");
    sim_run (sim, 300);
    sim_start (sim, i % 4);
    sim_run (sim, 5000);
  }
  sim_run (sim, 20000);
  assert_all_same (sim, &id, 0, 3, 12);
}

/* A removed member hears nothing that was written by those who know it, and knows it. */
static void
test_removed (void)
{
  g_autoptr (Sim) sim = office (3, 5);
  LanConversationId id = sim_group_create (sim, 0, 0, 4, TRUE);

  sim_run (sim, 5000);
  sim_group_say (sim, &id, 4, "one");
  sim_run (sim, 5000);
  sim_group_remove (sim, &id, 0, 4);
  sim_run (sim, 5000);
  g_assert_cmpint (sim_group_info (sim, &id, 4).role, ==, LAN_GROUP_ROLE_NONE);
  for (guint i = 0; i < 4; i++)
    sim_group_say (sim, &id, i, "secret");
  sim_run (sim, 20000);
  assert_all_same (sim, &id, 0, 3, 5);
  g_assert_false (sim_group_shows (sim, &id, 4, "secret"));
  g_assert_cmpuint (sim_group_count (sim, &id, 4), ==, 1);
}

/* What came before is shown to a newcomer only where history is open. */
static void
newcomer (gboolean open)
{
  g_autoptr (Sim) sim = office (4, 4);
  LanConversationId id = sim_group_create (sim, 0, 0, 2, open);

  sim_run (sim, 5000);
  for (guint i = 0; i < 3; i++)
    sim_group_say (sim, &id, i, "before");
  sim_run (sim, 10000);
  sim_group_add (sim, &id, 0, 3);
  sim_run (sim, 10000);
  g_assert_cmpuint (sim_group_count (sim, &id, 3), ==, open ? 3 : 0);
  for (guint i = 0; i < 4; i++)
    sim_group_say (sim, &id, i, "after");
  sim_run (sim, 10000);
  g_assert_cmpuint (sim_group_count (sim, &id, 3), ==, open ? 7 : 4);
  g_assert_cmpuint (sim_group_info (sim, &id, 3).n_members, ==, 4);
  assert_all_same (sim, &id, 0, 2, 7);
}

static void
test_open_history (void)
{
  newcomer (TRUE);
}

static void
test_closed_history (void)
{
  newcomer (FALSE);
}

/* Two parts of the office, each deciding for itself; merged, all agree. */
static void
test_partition (void)
{
  for (guint64 seed = 10; seed < 20; seed++) {
    g_autoptr (Sim) sim = office (seed, 6);
    LanConversationId id = sim_group_create (sim, 0, 0, 5, FALSE);
    LanTime now;

    sim_run (sim, 5000);
    now = sim_time (sim, 0);
    g_assert_cmpint (lan_core_group_set_role (sim_node (sim, 0)->core, &id, sim_id (sim, 3),
                                              LAN_GROUP_ROLE_ADMINISTRATOR, &now),
                     ==, LAN_STATUS_OK);
    sim_drain_all (sim);
    sim_run (sim, 10000);
    for (guint i = 3; i < 6; i++)
      sim_set_group (sim, i, 1);
    sim_discover_all (sim);
    sim_run (sim, 1000);
    now = sim_time (sim, 0);
    g_assert_cmpint (lan_core_group_rename (sim_node (sim, 0)->core, &id, "North", &now), ==,
                     LAN_STATUS_OK);
    g_assert_cmpint (lan_core_group_rename (sim_node (sim, 3)->core, &id, "South", &now), ==,
                     LAN_STATUS_OK);
    sim_drain_all (sim);
    sim_group_remove (sim, &id, 0, 5); /* here */
    sim_group_say (sim, &id, 5, "I am still here");
    sim_group_remove (sim, &id, 3, 1); /* and there */
    for (guint i = 0; i < 5; i++)
      sim_group_say (sim, &id, i, "said apart");
    sim_run (sim, 10000);
    for (guint i = 0; i < 6; i++)
      sim_set_group (sim, i, 0);
    sim_discover_all (sim);
    sim_run (sim, 60000);
    sim_group_assert_same (sim, &id, 0, 2);
    sim_group_assert_same (sim, &id, 0, 3);
    sim_group_assert_same (sim, &id, 0, 4);
    g_assert_cmpuint (sim_group_info (sim, &id, 0).n_members, ==, 4);
  }
}

/* Two administrators remove each other at the same time: one of them wins, everywhere the same. */
static void
test_duel (void)
{
  for (guint64 seed = 30; seed < 40; seed++) {
    g_autoptr (Sim) sim = office (seed, 5);
    LanConversationId id = sim_group_create (sim, 0, 0, 4, FALSE);
    LanTime now = sim_time (sim, 0);

    for (guint i = 1; i < 3; i++)
      g_assert_cmpint (lan_core_group_set_role (sim_node (sim, 0)->core, &id, sim_id (sim, i),
                                                LAN_GROUP_ROLE_OWNER, &now),
                       ==, LAN_STATUS_OK);
    sim_drain_all (sim);
    sim_run (sim, 10000);
    sim_set_group (sim, 1, 1);
    sim_set_group (sim, 3, 1);
    sim_run (sim, 100);
    sim_group_remove (sim, &id, 1, 2);
    sim_group_remove (sim, &id, 2, 1);
    sim_run (sim, 10000);
    sim_set_group (sim, 1, 0);
    sim_set_group (sim, 3, 0);
    sim_discover_all (sim);
    sim_run (sim, 60000);
    sim_group_assert_same (sim, &id, 0, 3);
    sim_group_assert_same (sim, &id, 0, 4);
    g_assert_cmpuint (sim_group_info (sim, &id, 0).n_members, ==, 4);
  }
}

/* A member away for a month hears everything from whoever is there, without the authors. */
static void
test_month (void)
{
  g_autoptr (Sim) sim = office (50, 4);
  LanConversationId id = sim_group_create (sim, 0, 0, 3, FALSE);

  sim_run (sim, 5000);
  sim_group_say (sim, &id, 3, "off I go");
  sim_run (sim, 5000);
  sim_crash (sim, 3, TRUE);
  for (guint i = 0; i < 300; i++) {
    sim_group_say (sim, &id, i % 3, "news");
    sim_run (sim, 100);
    sim->dial = FALSE;
    if (i % 50 == 0)
      sim_run (sim, G_GINT64_CONSTANT (5) * 86400 * 1000);
    sim->dial = TRUE;
  }
  sim_run (sim, 10000);
  sim_crash (sim, 0, TRUE);
  sim_crash (sim, 1, TRUE);
  sim_start (sim, 3);
  sim_run (sim, 60000);
  assert_all_same (sim, &id, 2, 3, 301);
}

static void
test_leave_and_return (void)
{
  g_autoptr (Sim) sim = office (60, 4);
  LanConversationId id = sim_group_create (sim, 0, 0, 3, FALSE);
  LanTime now;

  sim_run (sim, 5000);
  sim_group_say (sim, &id, 2, "bye");
  now = sim_time (sim, 2);
  g_assert_cmpint (lan_core_group_leave (sim_node (sim, 2)->core, &id, &now), ==, LAN_STATUS_OK);
  sim_drain_all (sim);
  sim_run (sim, 10000);
  g_assert_cmpuint (sim_group_info (sim, &id, 1).n_members, ==, 3);
  sim_group_say (sim, &id, 0, "without you");
  sim_run (sim, 10000);
  g_assert_cmpuint (sim_group_count (sim, &id, 2), ==, 1);
  sim_group_add (sim, &id, 0, 2);
  sim_run (sim, 20000);
  sim_group_say (sim, &id, 2, "back");
  sim_group_say (sim, &id, 0, "welcome");
  sim_run (sim, 20000);
  g_assert_cmpuint (sim_group_info (sim, &id, 2).n_members, ==, 4);
  g_assert_true (sim_group_shows (sim, &id, 2, "welcome"));
  g_assert_false (sim_group_shows (sim, &id, 2, "without you"));
  assert_all_same (sim, &id, 0, 1, 4);
}

/* A device that signs two records for one place is seen. */
static void
test_two_tongues (void)
{
  g_autoptr (Sim) sim = office (70, 4);
  LanConversationId id = sim_group_create (sim, 0, 0, 3, FALSE);
  SimStore *copy;
  gboolean seen = FALSE;

  sim_run (sim, 5000);
  sim_group_say (sim, &id, 3, "start");
  sim_run (sim, 10000);
  copy = sim_store_copy (sim_node (sim, 3)->store);
  for (guint i = 1; i < 4; i++)
    sim_set_group (sim, i, i == 3 ? 1 : 2);
  sim_set_group (sim, 1, 1);
  sim_discover_all (sim);
  sim_run (sim, 1000);
  sim_group_say (sim, &id, 3, "to one");
  sim_run (sim, 10000);
  sim_crash (sim, 3, TRUE);
  sim_store_free (sim_node (sim, 3)->store);
  sim_node (sim, 3)->store = copy;
  sim_set_group (sim, 3, 2);
  sim_start (sim, 3);
  sim_discover_all (sim);
  sim_run (sim, 20000);
  sim_group_say (sim, &id, 3, "to another");
  sim_run (sim, 20000);
  sim_crash (sim, 3, TRUE);
  for (guint i = 0; i < 3; i++)
    sim_set_group (sim, i, 0);
  sim_discover_all (sim);
  sim_run (sim, 60000);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GArray) members = lan_core_list_group_members (sim_node (sim, i)->core, &id);

    for (guint k = 0; k < members->len; k++)
      seen |= g_array_index (members, LanGroupMemberInfo, k).forked;
  }
  g_assert_true (seen);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/groups/everybody", test_everybody);
  g_test_add_func ("/groups/restart", test_restart);
  g_test_add_func ("/groups/removed", test_removed);
  g_test_add_func ("/groups/open-history", test_open_history);
  g_test_add_func ("/groups/closed-history", test_closed_history);
  g_test_add_func ("/groups/partition", test_partition);
  g_test_add_func ("/groups/duel", test_duel);
  g_test_add_func ("/groups/month", test_month);
  g_test_add_func ("/groups/leave-and-return", test_leave_and_return);
  g_test_add_func ("/groups/two-tongues", test_two_tongues);
  return g_test_run ();
}
