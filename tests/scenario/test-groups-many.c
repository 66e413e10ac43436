/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Fifty desktops in ten groups and 10,000 texts in bad weather: three frames in ten lost, some
 * doubled or late, channels that break, partitions, crashes, clocks hours apart; of each group a
 * member is removed, in half of them while the storm goes on. When it clears, every log is the same
 * for all who are in it: nothing missing, nothing twice; and who was removed has the key to nothing
 * that was written by those who knew. By hand: LANYARD_GROUP_MESSAGES, as many of them;
 * LANYARD_GROUP_SEED, another storm.
 */
#include "sim-group.h"
#include "sim-world.h"

#include <stdlib.h>
#include <string.h>

#define PEOPLE   50
#define GROUPS   10
#define MEMBERS  12
#define MESSAGES 10000

typedef struct {
  LanConversationId id;
  guint first;        /* members are MEMBERS desktops from here on, round the corner */
  guint victim;       /* the member that is removed */
  gboolean is_silent; /* it wrote nothing: it is removed before all know all that it wrote */
  gboolean removed;
  GPtrArray *texts; /* of char *: what was written and must be shown */
  guint secret;     /* of those, by members who knew that it was removed */
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

    circles[g] = (Circle){ .first = founder,
                           .victim = 1 + lan_random_below (&sim->random.base, MEMBERS - 1),
                           .is_silent = g % 4 < 2,
                           .texts = g_ptr_array_new_with_free_func (g_free) };
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

/* As @who knows it. */
static gboolean
is_in (Sim *sim, const Circle *circle, guint who)
{
  LanGroupInfo info;

  return sim_node (sim, who)->core != NULL &&
         lan_core_get_group (sim_node (sim, who)->core, &circle->id, &info) &&
         info.role != LAN_GROUP_ROLE_NONE;
}

static gboolean
knows_removal (Sim *sim, const Circle *circle, guint who)
{
  g_autoptr (GArray) members = lan_core_list_group_members (sim_node (sim, who)->core, &circle->id);
  const LanAccountId *victim = sim_id (sim, member (circle, circle->victim));

  for (guint i = 0; i < members->len; i++) {
    if (lan_account_id_equal (&g_array_index (members, LanGroupMemberInfo, i).account, victim))
      return FALSE;
  }
  return TRUE;
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

/* FALSE: nobody could. */
static gboolean
write_one (Sim *sim, Circle *circle)
{
  guint n = lan_random_below (&sim->random.base, MEMBERS), who = member (circle, n);
  gboolean secret;
  char *text;

  if ((n == circle->victim && (circle->is_silent || circle->removed)) || !is_in (sim, circle, who))
    return FALSE;
  secret = knows_removal (sim, circle, who);
  text = g_strdup_printf ("%s %u by %u", secret ? "secret" : "open", circle->texts->len, who);
  circle->secret += secret;
  g_ptr_array_add (circle->texts, text);
  sim_group_say (sim, &circle->id, who, text);
  return TRUE;
}

static void
set_weather (Sim *sim, gboolean bad)
{
  sim->lost_permille = bad ? 300 : 0;
  sim->rough_permille = bad ? 100 : 0;
  sim->break_permille = bad ? 2 : 0;
}

static void
clear_up (Sim *sim)
{
  set_weather (sim, FALSE);
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
remove_victim (Sim *sim, Circle *circle)
{
  if (sim_node (sim, circle->first)->core == NULL)
    sim_start (sim, circle->first);
  sim_group_remove (sim, &circle->id, circle->first, member (circle, circle->victim));
  circle->removed = TRUE;
}

/* The silent ones while it storms; the others when it is calm, so that all know what they wrote. */
static void
remove_victims (Sim *sim, Circle *circles)
{
  for (guint g = 0; g < GROUPS; g++) {
    if (circles[g].is_silent)
      remove_victim (sim, &circles[g]);
  }
  sim_run (sim, 3000);
  clear_up (sim);
  for (guint g = 0; g < GROUPS; g++) {
    if (!circles[g].is_silent)
      remove_victim (sim, &circles[g]);
  }
  sim_run (sim, 30000);
}

static void
write_all (Sim *sim, Circle *circles, guint messages)
{
  for (guint done = 0, tries = 0; done < messages; tries++) {
    if (write_one (sim, &circles[tries % GROUPS]))
      done++;
    sim_run (sim, 50); /* on its author's disk: only that is promised */
    if (tries % 10 == 9)
      storm (sim, tries / 10);
  }
}

/* Each of them, and, by their number, each once. */
static void
assert_texts (Sim *sim, const Circle *circle, guint who)
{
  g_autoptr (GPtrArray) rows = sim_store_screen (sim_node (sim, who)->store, &circle->id);
  g_autoptr (GHashTable) shown = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < rows->len; i++) {
    LanRecordRow *row = g_ptr_array_index (rows, i);

    if (row->kind == LAN_KIND_TEXT)
      g_hash_table_add (shown, row->text);
  }
  for (guint i = 0; i < circle->texts->len; i++) {
    if (!g_hash_table_contains (shown, g_ptr_array_index (circle->texts, i)))
      g_error ("seed %" G_GUINT64_FORMAT ": %u does not show '%s'", sim->seed, who,
               (char *) g_ptr_array_index (circle->texts, i));
  }
}

static void
assert_all_have_all (Sim *sim, const Circle *circle)
{
  for (guint n = 0; n < MEMBERS; n++) {
    guint who = member (circle, n);

    if (n == circle->victim)
      continue;
    if (sim_group_count (sim, &circle->id, who) != circle->texts->len)
      g_error ("seed %" G_GUINT64_FORMAT ": %u shows %u of %u texts", sim->seed, who,
               sim_group_count (sim, &circle->id, who), circle->texts->len);
    sim_group_assert_same (sim, &circle->id, circle->first, who);
    sim_group_assert_same_logs (sim, &circle->id, circle->first, who);
  }
  assert_texts (sim, circle, circle->first);
}

/* Who was removed shows no secret, has none opened in its history, and has no key to one. */
static void
assert_kept_out (Sim *sim, const Circle *circle)
{
  guint victim = member (circle, circle->victim), n = 0;
  const GPtrArray *kept = sim_node (sim, victim)->store->records;
  const GPtrArray *records = sim_node (sim, circle->first)->store->records;

  g_assert_false (is_in (sim, circle, victim));
  for (guint i = 0; i < kept->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (kept, i);

    if (lan_conversation_id_equal (&row->conversation, &circle->id) && row->text != NULL)
      g_assert_false (g_str_has_prefix (row->text, "secret"));
  }
  for (guint i = 0; i < records->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (records, i);

    if (!lan_conversation_id_equal (&row->conversation, &circle->id) ||
        row->kind != LAN_KIND_TEXT || !g_str_has_prefix (row->text, "secret"))
      continue;
    g_assert_true (sim_group_has_key (sim, &circle->id, circle->first, row));
    g_assert_false (sim_group_has_key (sim, &circle->id, victim, row));
    n++;
  }
  g_assert_cmpuint (n, ==, circle->secret);
  g_assert_cmpuint (n, >, 0);
}

static guint
wish (const char *variable, guint usual)
{
  const char *value = g_getenv (variable);

  return value != NULL ? (guint) atoi (value) : usual;
}

static void
test_many (void)
{
  g_autoptr (Sim) sim = sim_new (wish ("LANYARD_GROUP_SEED", 77), PEOPLE);
  guint messages = wish ("LANYARD_GROUP_MESSAGES", MESSAGES);
  Circle circles[GROUPS];

  for (guint i = 0; i < PEOPLE; i++)
    sim_node (sim, i)->wall_offset_ms =
        ((gint64) lan_random_below (&sim->random.base, 12) - 6) * 3600 * 1000;
  make_circles (sim, circles);
  sim_discover_all (sim);
  sim_run (sim, 30000);
  set_weather (sim, TRUE);
  write_all (sim, circles, messages / 2);
  remove_victims (sim, circles);
  set_weather (sim, TRUE);
  write_all (sim, circles, messages - messages / 2);
  clear_up (sim);
  for (guint g = 0; g < GROUPS; g++) {
    assert_all_have_all (sim, &circles[g]);
    assert_kept_out (sim, &circles[g]);
    g_ptr_array_unref (circles[g].texts);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/groups/many", test_many);
  return g_test_run ();
}
