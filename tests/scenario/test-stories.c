/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Stories of two or three people. Each is told over several seeds; the seed is printed on failure.
 */
#include "sim.h"

#include <string.h>

#define SEEDS 8

static void
say_many (Sim *sim, guint from, guint to, guint n, const char *what)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *text = g_strdup_printf ("%s %u", what, i);

    sim_say (sim, from, to, text);
  }
}

/* Alice writes to Bob, Bob reads, Alice sees it. */
static void
story_first_message (Sim *sim)
{
  LanMessageId id;

  sim_befriend (sim, 0, 1);
  id = sim_say (sim, 0, 1, "你好");
  sim_run (sim, 100);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_DELIVERED);
  sim_assert_same (sim, 0, 1, 1);
  g_assert_cmpstr (sim_text (sim, 1, 0, 0), ==, "你好");
  sim_read_all (sim, 1, 0);
  sim_run (sim, 1000);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_READ);
}

/* Nobody is there: it waits, and goes when they come. */
static void
story_offline (Sim *sim)
{
  LanMessageId id;

  sim_befriend (sim, 0, 1);
  sim_set_group (sim, 1, 1);
  sim_run (sim, 100);
  id = sim_say (sim, 0, 1, "are you there?");
  say_many (sim, 0, 1, 500, "more");
  sim_run (sim, 5000);
  g_assert_cmpint (sim_state (sim, 0, &id), <, LAN_MESSAGE_DELIVERED);
  sim_crash (sim, 0, TRUE);
  sim_start (sim, 0);
  sim_set_group (sim, 1, 0);
  sim_run (sim, 5000);
  sim_assert_same (sim, 0, 1, 501);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_DELIVERED);
}

/* Both talk at once over a line that loses, doubles and breaks. */
static void
story_rough_line (Sim *sim)
{
  sim_befriend (sim, 0, 1);
  sim->rough_permille = 50;
  sim->break_permille = 10;
  for (guint round = 0; round < 20; round++) {
    say_many (sim, 0, 1, 5, "from zero");
    say_many (sim, 1, 0, 5, "from one");
    sim_run (sim, lan_random_below (&sim->random.base, 500));
    if (round % 5 == 0)
      sim_connect (sim, 0, 1, LAN_CARRIER_LINK);
  }
  sim_run (sim, 20000);
  sim->rough_permille = sim->break_permille = 0;
  sim_disconnect (sim, 0, 1);
  sim_run (sim, 100);
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 10000);
  sim_assert_same (sim, 0, 1, 200);
}

/* A stranger may leave 200 messages; the 201st waits with them until they are accepted. */
static void
story_stranger (Sim *sim)
{
  SimNode *zero = sim_node (sim, 0);

  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 100);
  say_many (sim, 0, 1, LAN_REQUEST_MAX_RECORDS + 50, "hello");
  sim_run (sim, 3000);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, LAN_REQUEST_MAX_RECORDS);
  g_assert_cmpuint (sim_node (sim, 1)->n_over, ==, 1);
  sim_crash (sim, 1, TRUE);
  sim_start (sim, 1);
  sim_run (sim, 5000);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, LAN_REQUEST_MAX_RECORDS);
  g_assert_cmpuint (sim_count (sim, 0, 1), ==, LAN_REQUEST_MAX_RECORDS + 50);
  g_assert_cmpuint (zero->n_failed, ==, 0);
  sim_accept (sim, 1, 0);
  sim_run (sim, 5000);
  sim_assert_same (sim, 0, 1, LAN_REQUEST_MAX_RECORDS + 50);
}

/* Three file offers of a stranger; the fourth, and what follows it, waits. */
static void
story_stranger_offers (Sim *sim)
{
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 100);
  for (guint i = 0; i < LAN_REQUEST_MAX_OFFERS + 1; i++) {
    sim_offer (sim, 0, 1, "plan.pdf");
    sim_run (sim, 100);
  }
  sim_say (sim, 0, 1, "did you get it?");
  sim_run (sim, 2000);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, LAN_REQUEST_MAX_OFFERS);
  sim_accept (sim, 1, 0);
  sim_run (sim, 2000);
  sim_assert_same (sim, 0, 1, LAN_REQUEST_MAX_OFFERS + 2);
}

/* Somebody blocked learns nothing and leaves nothing. */
static void
story_block (Sim *sim)
{
  LanTime now;
  LanMessageId id;

  sim_befriend (sim, 0, 1);
  sim_say (sim, 0, 1, "one");
  sim_run (sim, 1000);
  now = sim_time (sim, 1);
  g_assert_cmpint (lan_core_block (sim_node (sim, 1)->core, sim_id (sim, 0), TRUE, &now), ==,
                   LAN_STATUS_OK);
  id = sim_say (sim, 0, 1, "two");
  sim_run (sim, 10000);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 1);
  g_assert_cmpint (sim_state (sim, 0, &id), <, LAN_MESSAGE_DELIVERED);
  now = sim_time (sim, 1);
  g_assert_cmpint (lan_core_block (sim_node (sim, 1)->core, sim_id (sim, 0), FALSE, &now), ==,
                   LAN_STATUS_OK);
  sim_run (sim, 10000);
  sim_assert_same (sim, 0, 1, 2);
}

/* An hour ahead: Bob's clock is not followed, and the talk still reads in the order it was had. */
static void
story_clock_ahead (Sim *sim)
{
  sim_node (sim, 1)->wall_offset_ms = 3600 * 1000;
  sim_befriend (sim, 0, 1);
  for (guint i = 0; i < 10; i++) {
    sim_say (sim, i % 2, 1 - i % 2, i % 2 == 0 ? "question" : "answer");
    sim_run (sim, 1000);
  }
  sim_assert_same (sim, 0, 1, 10);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpstr (sim_text (sim, 0, 1, i), ==, i % 2 == 0 ? "question" : "answer");
  g_assert_cmpuint (sim_node (sim, 0)->n_clock, ==, 1);
  g_assert_cmpuint (sim_node (sim, 1)->n_clock, ==, 0);
}

static void
put_back (Sim *sim, guint node, SimStore *copy)
{
  SimNode *n = sim_node (sim, node);

  sim_crash (sim, node, FALSE);
  sim_store_free (n->store);
  n->store = copy;
  g_hash_table_remove_all (n->told);
}

/* Alice's profile is put back: she fetches her own words from Bob before she writes. */
static void
story_put_back (Sim *sim)
{
  SimStore *copy;

  sim_befriend (sim, 0, 1);
  say_many (sim, 0, 1, 5, "before");
  say_many (sim, 1, 0, 5, "before");
  sim_run (sim, 1000);
  copy = sim_store_copy (sim_node (sim, 0)->store);
  say_many (sim, 0, 1, 300, "after");
  say_many (sim, 1, 0, 300, "after");
  sim_run (sim, 3000);
  put_back (sim, 0, copy);
  sim_start (sim, 0);
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 5);
  sim_say (sim, 0, 1, "written while it was on its way");
  sim_run (sim, 30000);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 611);
  sim_assert_same (sim, 0, 1, 611);
}

/* She wrote before she met Bob: the log has forked, the device makes new keys, nothing is lost. */
static void
story_forked (Sim *sim)
{
  SimStore *copy;
  LanMessageId id;

  sim_befriend (sim, 0, 1);
  say_many (sim, 0, 1, 3, "before");
  sim_run (sim, 1000);
  copy = sim_store_copy (sim_node (sim, 0)->store);
  say_many (sim, 0, 1, 4, "lost here, kept there");
  sim_run (sim, 1000);
  put_back (sim, 0, copy);
  sim_set_group (sim, 1, 1);
  sim_start (sim, 0);
  say_many (sim, 0, 1, 6, "written apart");
  id = sim_say (sim, 0, 1, "the last");
  sim_run (sim, 1000);
  sim_set_group (sim, 1, 0);
  sim_run (sim, 20000);
  g_assert_cmpuint (sim_node (sim, 0)->n_new_keys, ==, 1);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 3 + 4 + 7);
  g_assert_cmpuint (sim_count (sim, 0, 1), ==, 3 + 7);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_DELIVERED);
  sim_say (sim, 1, 0, "good to hear");
  sim_say (sim, 0, 1, "and on we go");
  sim_run (sim, 5000);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 16);
  g_assert_cmpuint (sim_count (sim, 0, 1), ==, 12);
}

/* Both were put back, each from an older copy. */
static void
story_both_put_back (Sim *sim)
{
  SimStore *zero, *one;

  sim_befriend (sim, 0, 1);
  say_many (sim, 0, 1, 5, "a");
  say_many (sim, 1, 0, 5, "b");
  sim_run (sim, 1000);
  zero = sim_store_copy (sim_node (sim, 0)->store);
  say_many (sim, 0, 1, 5, "c");
  say_many (sim, 1, 0, 5, "d");
  sim_run (sim, 1000);
  one = sim_store_copy (sim_node (sim, 1)->store);
  say_many (sim, 0, 1, 5, "nobody has these any more");
  sim_run (sim, 1000);
  put_back (sim, 0, zero);
  put_back (sim, 1, one);
  sim_start (sim, 0);
  sim_start (sim, 1);
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 15000);
  sim_say (sim, 0, 1, "new");
  sim_say (sim, 1, 0, "new");
  sim_run (sim, 15000);
  sim_assert_same (sim, 0, 1, 22);
}

/* The key under Li Wei's name is another one: what waits stays, until a person merges the two. */
static void
story_key_changed (Sim *sim)
{
  SimNode *alice = sim_node (sim, 0);
  LanAccountId old = *sim_id (sim, 1);
  LanConversationId old_talk = sim_conversation (sim, 0, 1);
  const LanPersonRow *row;
  LanMessageId id;
  LanTime now;

  sim_befriend (sim, 0, 1);
  sim_say (sim, 0, 1, "delivered long ago");
  sim_run (sim, 1000);
  sim_crash (sim, 1, TRUE);
  sim_run (sim, 100);
  id = sim_say (sim, 0, 1, "for you only");
  sim_run (sim, 1000);
  sim_reinstall (sim, 1, "PERSON 1");
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 1000);
  g_assert_cmpuint (alice->n_claims, ==, 1);
  row = lan_core_get_person (alice->core, sim_id (sim, 1));
  g_assert_cmpint (row->trust, ==, LAN_TRUST_CHANGED);
  g_assert_true (lan_account_id_equal (&row->replaces, &old));
  g_assert_cmpint (lan_core_get_person (alice->core, &old)->trust, ==, LAN_TRUST_TOFU);
  g_assert_cmpuint (
      lan_core_get_conversation (alice->core, &old_talk)->flags & LAN_CONVERSATION_HELD, !=, 0);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 0);

  now = sim_time (sim, 0);
  g_assert_cmpint (lan_core_merge (alice->core, &old, sim_id (sim, 1), &now), ==, LAN_STATUS_OK);
  sim_drain_all (sim);
  sim_crash (sim, 0, lan_random_below (&sim->random.base, 2) == 0);
  sim_start (sim, 0);
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 1000);
  now = sim_time (sim, 0);
  (void) !lan_core_merge (alice->core, &old, sim_id (sim, 1), &now);
  sim_drain_all (sim);
  sim_run (sim, 10000);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 1);
  g_assert_cmpstr (sim_text (sim, 1, 0, 0), ==, "for you only");
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_DELIVERED);
  sim_assert_same (sim, 0, 1, 1);
  row = lan_core_get_person (alice->core, &old);
  g_assert_true (lan_account_id_equal (&row->merged_into, sim_id (sim, 1)));
  g_assert_cmpuint (
      lan_core_get_conversation (alice->core, &old_talk)->flags & LAN_CONVERSATION_HELD, ==, 0);
}

/* The disk fills: it says so at once, takes nothing half, and goes on when there is room. */
static void
story_disk_full (Sim *sim)
{
  sim_befriend (sim, 0, 1);
  sim_say (sim, 0, 1, "fits");
  sim_run (sim, 500);
  sim_node (sim, 0)->disk_full = TRUE;
  say_many (sim, 0, 1, 3, "does not");
  say_many (sim, 1, 0, 40, "meanwhile");
  sim_run (sim, 5000);
  g_assert_cmpuint (sim_node (sim, 0)->n_failed, ==, 3);
  g_assert_cmpuint (sim_count (sim, 0, 1), ==, 1);
  sim_node (sim, 0)->disk_full = FALSE;
  sim_run (sim, 60000);
  sim_say (sim, 0, 1, "fits again");
  sim_run (sim, 10000);
  sim_assert_same (sim, 0, 1, 42);
}

/* Typing shows, ends by itself, and is not shown to strangers. Presence does not flap. */
static void
story_presence (Sim *sim)
{
  SimNode *one = sim_node (sim, 1);
  LanTime now;

  sim_befriend (sim, 0, 1);
  sim_run (sim, 1000);
  now = sim_time (sim, 0);
  for (guint i = 0; i < 30; i++)
    lan_core_set_typing (sim_node (sim, 0)->core, sim_id (sim, 1), TRUE, &now);
  lan_core_set_presence (sim_node (sim, 0)->core, LAN_PRESENCE_BUSY, "in a meeting", &now);
  sim_drain_all (sim);
  sim_run (sim, 1000);
  g_assert_cmpuint (one->n_typing, ==, 1);
  sim_run (sim, 20000);
  g_assert_cmpuint (one->n_typing, ==, 2);
  {
    const char *text;
    guint told = one->n_presence;

    g_assert_cmpint (lan_core_get_presence (one->core, sim_id (sim, 0), &text), ==,
                     LAN_PRESENCE_BUSY);
    g_assert_cmpstr (text, ==, "in a meeting");
    /* A lane that is replaced within a second is no absence. */
    sim_disconnect (sim, 0, 1);
    sim_run (sim, 500);
    sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
    sim_run (sim, 5000);
    g_assert_cmpint (lan_core_get_presence (one->core, sim_id (sim, 0), NULL), ==,
                     LAN_PRESENCE_BUSY);
    g_assert_cmpuint (one->n_presence, <=, told + 1);
    sim_disconnect (sim, 0, 1);
    sim_run (sim, 5000);
    g_assert_cmpint (lan_core_get_presence (one->core, sim_id (sim, 0), NULL), ==,
                     LAN_PRESENCE_OFFLINE);
  }
}

/* The smaller account makes the contact secret once both have accepted; both keep the same. */
static void
story_contact_secret (Sim *sim)
{
  GBytes *left, *right;

  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 100);
  sim_accept (sim, 0, 1);
  sim_run (sim, 100);
  g_assert_null (lan_core_get_person (sim_node (sim, 0)->core, sim_id (sim, 1))->contact_secret);
  g_assert_null (lan_core_get_person (sim_node (sim, 1)->core, sim_id (sim, 0))->contact_secret);
  sim_accept (sim, 1, 0);
  sim_run (sim, 100);
  left = lan_core_get_person (sim_node (sim, 0)->core, sim_id (sim, 1))->contact_secret;
  right = lan_core_get_person (sim_node (sim, 1)->core, sim_id (sim, 0))->contact_secret;
  g_assert_nonnull (left);
  g_assert_nonnull (right);
  g_assert_true (g_bytes_equal (left, right));
}

/* Receipts off: nothing is written, and nothing is told. */
static void
story_no_receipts (Sim *sim)
{
  LanMessageId id;

  sim_befriend (sim, 0, 1);
  lan_core_set_receipts (sim_node (sim, 1)->core, FALSE, FALSE);
  sim_drain_all (sim);
  id = sim_say (sim, 0, 1, "psst");
  sim_run (sim, 500);
  sim_read_all (sim, 1, 0);
  sim_run (sim, 2000);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_DELIVERED);
}

static const struct {
  const char *name;
  void (*tell) (Sim *sim);
} stories[] = {
  { "first-message", story_first_message },
  { "offline", story_offline },
  { "rough-line", story_rough_line },
  { "stranger", story_stranger },
  { "stranger-offers", story_stranger_offers },
  { "block", story_block },
  { "clock-ahead", story_clock_ahead },
  { "put-back", story_put_back },
  { "forked", story_forked },
  { "both-put-back", story_both_put_back },
  { "key-changed", story_key_changed },
  { "disk-full", story_disk_full },
  { "presence", story_presence },
  { "contact-secret", story_contact_secret },
  { "no-receipts", story_no_receipts },
};

/* LANYARD_SEEDS=FIRST-LAST tells them with others. */
static void
read_seeds (guint64 *first, guint64 *last)
{
  const char *text = g_getenv ("LANYARD_SEEDS");

  *first = 1;
  *last = SEEDS;
  if (text != NULL && strchr (text, '-') != NULL) {
    *first = g_ascii_strtoull (text, NULL, 10);
    *last = g_ascii_strtoull (strchr (text, '-') + 1, NULL, 10);
  }
}

static void
tell (gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  guint64 first, last;

  read_seeds (&first, &last);
  for (guint64 seed = first; seed <= last; seed++) {
    g_autoptr (Sim) sim = sim_new (seed, 2);

    g_test_message ("%s, seed %" G_GUINT64_FORMAT, stories[index].name, seed);
    stories[index].tell (sim);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++) {
    g_autofree char *path = g_strconcat ("/scenario/", stories[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), tell);
  }
  return g_test_run ();
}
