/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Fifty desktops in ten groups, in bad weather: three frames in ten lost, doubled or late, channels that
 * break, partitions, crashes, clocks hours apart, members removed. When it clears, every group is the
 * same for all who are in it: nothing missing, nothing twice; and who was removed reads nothing that
 * was written by those who knew. LANYARD_GROUP_MESSAGES says how many are written (400
 * here; 10,000 by hand).
 */
#include "sim-group.h"
#include "sim-world.h"

#include <stdlib.h>
#include <string.h>

#define PEOPLE  50
#define GROUPS  10
#define MEMBERS 12

typedef struct {
  LanConversationId id;
  guint first;   /* members are MEMBERS desktops from here on, round the corner */
  int removed;   /* one of them, -1: nobody yet */
  guint written; /* by those who are still in */
} Circle;

static guint
member (const Circle *circle, guint n)
{
  return (circle->first + n) % PEOPLE;
}

/* Co-members may be connected without having accepted each other. */
static void
befriend (Sim *sim, gboolean friends[PEOPLE][PEOPLE], guint a, guint b)
{
  if (friends[a][b])
    return;
  friends[a][b] = friends[b][a] = TRUE;
  sim_befriend (sim, a, b);
}

static void
make_circles (Sim *sim, Circle *circles)
{
  static gboolean friends[PEOPLE][PEOPLE];

  memset (friends, 0, sizeof friends);
  for (guint g = 0; g < GROUPS; g++) {
    g_autoptr (GArray) accounts = g_array_new (FALSE, FALSE, sizeof (LanAccountId));
    guint founder = g * 5;
    LanTime now = sim_time (sim, founder);

    circles[g] = (Circle){ .first = founder, .removed = -1 };
    for (guint i = 1; i < MEMBERS; i++) {
      befriend (sim, friends, founder, member (&circles[g], i));
      g_array_append_val (accounts, *sim_id (sim, member (&circles[g], i)));
    }
    g_assert_cmpint (lan_core_group_create (sim_node (sim, founder)->core, LAN_GROUP_PROPER,
                                            "Circle", (LanAccountId *) accounts->data,
                                            accounts->len, g % 2 == 0, 0, &circles[g].id, &now),
                     ==, LAN_STATUS_OK);
    sim_drain (sim, sim_node (sim, founder));
  }
}

static gboolean
is_in (Sim *sim, const Circle *circle, guint who)
{
  LanGroupInfo info;

  return sim_node (sim, who)->core != NULL &&
         lan_core_get_group (sim_node (sim, who)->core, &circle->id, &info) &&
         info.role != LAN_GROUP_ROLE_NONE;
}

static void
storm (Sim *sim, guint round)
{
  guint who = lan_random_below (&sim->random.base, PEOPLE);

  if (round % 16 == 3)
    sim_crash (sim, who, lan_random_below (&sim->random.base, 2) == 0);
  if (round % 24 == 5)
    sim_set_group (sim, who, lan_random_below (&sim->random.base, 3));
  for (guint i = 0; i < PEOPLE; i++) {
    if (sim_node (sim, i)->core == NULL && lan_random_below (&sim->random.base, 3) == 0)
      sim_start (sim, i);
  }
  if (round % 8 == 0)
    sim_discover_all (sim);
}

static void
write_some (Sim *sim, Circle *circle)
{
  guint n = lan_random_below (&sim->random.base, MEMBERS), who = member (circle, n);

  if ((int) n == circle->removed || !is_in (sim, circle, who))
    return;
  sim_group_say (sim, &circle->id, who, circle->removed >= 0 ? "late" : "early");
  circle->written++;
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
  sim_discover_all (sim);
  sim_run (sim, 60000);
  sim_discover_all (sim);
  sim_run (sim, 60000);
}

static void
check (Sim *sim, Circle *circle)
{
  for (guint n = 0; n < MEMBERS; n++) {
    guint who = member (circle, n);

    if ((int) n == circle->removed) {
      g_assert_false (is_in (sim, circle, who));
      continue;
    }
    if (sim_group_count (sim, &circle->id, who) != circle->written)
      g_error ("seed %" G_GUINT64_FORMAT ": %u shows %u of %u texts", sim->seed, who,
               sim_group_count (sim, &circle->id, who), circle->written);
    sim_group_assert_same (sim, &circle->id, member (circle, 0), who);
  }
}

/* Calm for a moment: the removal reaches everybody, then what is written is secret. */
static void
remove_some (Sim *sim, Circle *circles)
{
  clear_up (sim);
  for (guint g = 0; g < GROUPS; g += 2) {
    circles[g].removed = 1 + (int) lan_random_below (&sim->random.base, MEMBERS - 1);
    sim_group_remove (sim, &circles[g].id, circles[g].first,
                      member (&circles[g], (guint) circles[g].removed));
  }
  sim_run (sim, 30000);
}

static void
assert_kept_out (Sim *sim, const Circle *circle)
{
  if (circle->removed >= 0)
    g_assert_false (
        sim_group_shows (sim, &circle->id, member (circle, (guint) circle->removed), "late"));
}

static void
test_many (void)
{
  g_autoptr (Sim) sim = sim_new (77, PEOPLE);
  const char *wish = g_getenv ("LANYARD_GROUP_MESSAGES");
  guint messages = wish != NULL ? (guint) atoi (wish) : 400;
  Circle circles[GROUPS];

  for (guint i = 0; i < PEOPLE; i++)
    sim_node (sim, i)->wall_offset_ms =
        ((gint64) lan_random_below (&sim->random.base, 12) - 6) * 3600 * 1000;
  make_circles (sim, circles);
  sim_discover_all (sim);
  sim_run (sim, 30000);
  for (guint i = 0; i < messages; i++) {
    if (i == messages / 2)
      remove_some (sim, circles);
    if (i == messages / 2 || i == 0) {
      sim->rough_permille = 300;
      sim->break_permille = 2;
    }
    write_some (sim, &circles[i % GROUPS]);
    sim_run (sim, 50); /* on its author's disk: only that is promised */
    if (i % 10 == 9)
      storm (sim, i / 10);
  }
  clear_up (sim);
  for (guint g = 0; g < GROUPS; g++) {
    check (sim, &circles[g]);
    assert_kept_out (sim, &circles[g]);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/groups/many", test_many);
  return g_test_run ();
}
