/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Messages whose time to be kept is over. Desktop 0 is Alice, 1 is Bob; more devices are added to them. What was
 * forgotten does not come back, what others have still comes from them, and nobody asks for ever: frames are counted.
 */
#include "lan-keep.h"
#include "lan-record.h"
#include "sim.h"

#include <string.h>

#define SEEDS 6
#define MANY  300
/* In half an hour of quiet: presence, one attempt for each of the few vectors, and no more. */
#define QUIET_MS     (30 * 60 * 1000)
#define QUIET_FRAMES 60

static void
say_many (Sim *sim, guint from, guint to, guint n, const char *what)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *text = g_strdup_printf ("%s %u", what, i);

    sim_say (sim, from, to, text);
  }
}

/* @who forgets all but the newest @left of what the device at @author wrote. */
static void
forget (Sim *sim, guint who, guint author, guint left)
{
  SimStore *store = sim_node (sim, who)->store;
  LanConversationId id = sim_conversation (sim, 0, 1);
  guint64 last = 0;

  while (sim_store_find (store, &id, sim_device (sim, author), last + 1) != NULL)
    last++;
  g_assert_cmpuint (last, >=, left);
  sim_store_forget (store, &id, sim_device (sim, author), 1, last - left);
}

static void
meet (Sim *sim, guint a, guint b)
{
  if (!sim_connected (sim, a, b))
    sim_connect (sim, a, b, LAN_CARRIER_LANE);
}

static void
meet_again (Sim *sim, guint a, guint b)
{
  sim_disconnect (sim, a, b);
  sim_run (sim, 2000);
  meet (sim, a, b);
  sim_run (sim, 10000);
}

/* How many messages beginning with @what @who shows. */
static guint
shows (Sim *sim, guint who, const char *what)
{
  LanConversationId id = sim_conversation (sim, 0, 1);
  g_autoptr (GPtrArray) rows = sim_store_screen (sim_node (sim, who)->store, &id);
  guint n = 0;

  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    n += row->text != NULL && g_str_has_prefix (row->text, what);
  }
  return n;
}

static void
assert_shows (Sim *sim, guint who, const char *what, guint count)
{
  guint n = shows (sim, who, what);

  if (n != count)
    g_error ("seed %" G_GUINT64_FORMAT ": %u shows %u messages '%s', not %u", sim->seed, who, n,
             what, count);
}

static void
assert_quiet (Sim *sim)
{
  guint64 before = sim->frames_sent;

  sim_run (sim, QUIET_MS);
  if (sim->frames_sent - before > QUIET_FRAMES)
    g_error ("seed %" G_GUINT64_FORMAT ": %" G_GUINT64_FORMAT " frames while nothing happens",
             sim->seed, sim->frames_sent - before);
}

static void
assert_arrives (Sim *sim, guint from, guint to)
{
  LanMessageId id = sim_say (sim, from, to, "news");

  sim_run (sim, 5000);
  g_assert_cmpint (sim_state (sim, from, &id), >=, LAN_MESSAGE_DELIVERED);
  g_assert_true (sim_store_has_message (sim_node (sim, to)->store, sim_id (sim, from), &id));
}

static void
talk (Sim *sim)
{
  sim_befriend (sim, 0, 1);
  say_many (sim, 0, 1, MANY, "from Alice");
  say_many (sim, 1, 0, MANY, "from Bob");
  sim_run (sim, 10000);
  assert_shows (sim, 0, "from Bob", MANY);
  assert_shows (sim, 1, "from Alice", MANY);
}

/* One forgets everything, the other nothing; they meet again and again. */
static void
story_one_forgets (Sim *sim)
{
  talk (sim);
  forget (sim, 0, 0, 0);
  forget (sim, 0, 1, 0);
  for (guint i = 0; i < 2; i++) {
    meet_again (sim, 0, 1);
    sim_crash (sim, i, TRUE);
    sim_start (sim, i);
    meet (sim, 0, 1);
    sim_run (sim, 10000);
  }
  assert_quiet (sim);
  assert_shows (sim, 0, "from", 0);
  assert_shows (sim, 1, "from Alice", MANY);
  assert_shows (sim, 1, "from Bob", MANY);
  assert_arrives (sim, 0, 1);
  assert_arrives (sim, 1, 0);
}

/* A new device of hers takes what her first one still has, and the rest where it is. */
static void
story_own_second (Sim *sim)
{
  guint second;

  talk (sim);
  lan_core_set_keep (sim_node (sim, 0)->core, sim_id (sim, 1), 30, &(LanTime){ 0 });
  forget (sim, 0, 0, 40);
  forget (sim, 0, 1, 20);
  sim_set_group (sim, 1, 1);
  second = sim_add_device (sim, 0);
  meet (sim, 0, second);
  sim_run (sim, 10000);
  g_assert_cmpuint (
      lan_keep_days (lan_core_get_person (sim_node (sim, second)->core, sim_id (sim, 1))->flags),
      ==, 30);
  assert_shows (sim, second, "from Alice", 40);
  assert_shows (sim, second, "from Bob", 20);
  sim_set_group (sim, 1, 0);
  meet (sim, 1, second);
  sim_run (sim, 10000);
  assert_quiet (sim);
  assert_arrives (sim, second, 1);
  assert_arrives (sim, 1, second);
  assert_arrives (sim, 0, 1);
  sim_run (sim, 5000);
  assert_shows (sim, second, "news", 3);
  assert_shows (sim, 0, "news", 3);
}

/* She forgot; a new device of his has it from his first one, though hers says that her log begins later. */
static void
story_other_second (Sim *sim)
{
  guint second;

  talk (sim);
  forget (sim, 0, 0, 10);
  second = sim_add_device (sim, 1);
  sim_set_group (sim, 0, 1);
  meet (sim, 1, second);
  while (shows (sim, second, "from") == 0)
    sim_run (sim, 1);
  g_assert_cmpuint (shows (sim, second, "from Alice"), <, MANY);
  sim_set_group (sim, 0, 0);
  meet (sim, 0, 1);
  meet (sim, 0, second);
  sim_run (sim, 20000);
  assert_shows (sim, second, "from Bob", MANY);
  assert_shows (sim, second, "from Alice", MANY);
  assert_quiet (sim);
  assert_arrives (sim, 0, second);
}

/* Likewise, but his first one is off: what she still has comes at once, and what she says from now on. */
static void
story_other_alone (Sim *sim)
{
  guint second;

  talk (sim);
  second = sim_add_device (sim, 1);
  sim_set_group (sim, second, 1);
  meet (sim, 1, second);
  sim_run (sim, 2000);
  forget (sim, 0, 0, 10);
  sim_crash (sim, 1, TRUE);
  sim_set_group (sim, second, 0);
  meet (sim, 0, second);
  sim_run (sim, 20000);
  assert_shows (sim, second, "from Alice", 10);
  assert_quiet (sim);
  assert_arrives (sim, 0, second);
  assert_arrives (sim, second, 0);
}

/* Nothing at all is left of her log but its end: the next message goes on from there. */
static void
story_all_gone (Sim *sim)
{
  guint second;

  talk (sim);
  forget (sim, 0, 0, 0);
  forget (sim, 1, 0, 0);
  second = sim_add_device (sim, 1);
  meet (sim, 1, second);
  meet (sim, 0, second);
  sim_run (sim, 20000);
  assert_shows (sim, second, "from Alice", 0);
  assert_quiet (sim);
  assert_arrives (sim, 0, second);
}

/* Her profile is put back from a copy; what she wrote since is kept by him only in part. */
static void
story_put_back (Sim *sim)
{
  SimNode *alice = sim_node (sim, 0);
  SimStore *copy;

  sim_befriend (sim, 0, 1);
  say_many (sim, 0, 1, 5, "before");
  sim_run (sim, 2000);
  copy = sim_store_copy (alice->store);
  say_many (sim, 0, 1, MANY, "after");
  sim_run (sim, 10000);
  forget (sim, 1, 0, 30);
  sim_crash (sim, 0, TRUE);
  sim_store_free (alice->store);
  alice->store = copy;
  g_hash_table_remove_all (alice->told);
  g_hash_table_remove_all (alice->states);
  sim_start (sim, 0);
  meet (sim, 0, 1);
  sim_run (sim, 30000);
  assert_shows (sim, 0, "before", 5);
  assert_shows (sim, 0, "after", 30);
  g_assert_cmpuint (alice->n_new_keys, ==, 0);
  assert_quiet (sim);
  assert_arrives (sim, 0, 1);
  assert_arrives (sim, 1, 0);
}

/* What somebody pinned stands alone between what is gone. */
static void
story_islands (Sim *sim)
{
  LanConversationId id = sim_conversation (sim, 0, 1);
  guint second;

  talk (sim);
  for (guint64 seq = 1; seq + 9 < MANY; seq += 10)
    sim_store_forget (sim_node (sim, 0)->store, &id, sim_device (sim, 0), seq, seq + 8);
  second = sim_add_device (sim, 1);
  sim_set_group (sim, second, 1);
  meet (sim, 1, second);
  sim_run (sim, 2000);
  sim_crash (sim, 1, TRUE);
  sim_set_group (sim, second, 0);
  meet (sim, 0, second);
  sim_run (sim, 30000);
  g_assert_cmpuint (shows (sim, second, "from Alice"), >=, MANY / 10);
  assert_quiet (sim);
  assert_arrives (sim, 0, second);
}

/* --- hands in the wires --- */

/* Whoever has an older version does not know what `begins` is. */
static GBytes *
strip (Sim *sim, guint from, guint to, GBytes *bytes, gpointer data, gboolean *twice)
{
  g_autoptr (LanFrame) frame = NULL;

  if (lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &frame) !=
          LAN_STATUS_OK ||
      lan_frame_type (frame) != LAN_FRAME_RECORDS || !frame->records->begins)
    return g_bytes_ref (bytes);
  frame->records->begins = FALSE;
  return lan_frame_encode (frame);
}

static void
story_older_version (Sim *sim)
{
  guint second;

  talk (sim);
  forget (sim, 0, 0, 10);
  sim_crash (sim, 1, TRUE);
  second = sim_add_device (sim, 1);
  sim->tamper = strip;
  meet (sim, 0, second);
  sim_run (sim, 60000);
  assert_quiet (sim);
  sim_say (sim, 0, second, "one more");
  sim_run (sim, 60000);
  assert_quiet (sim);
  sim->tamper = NULL;
  meet_again (sim, 0, second);
  assert_shows (sim, second, "from Alice", 10);
  assert_shows (sim, second, "one more", 1);
}

/* Bob keeps back the first records of a log that is not his, and says that it begins later. */
static GBytes *
lie (Sim *sim, guint from, guint to, GBytes *bytes, gpointer data, gboolean *twice)
{
  g_autoptr (LanFrame) frame = NULL;
  LanRecordView view;

  if (from != 1 ||
      lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &frame) !=
          LAN_STATUS_OK ||
      lan_frame_type (frame) != LAN_FRAME_RECORDS || frame->records->n_records < 2 ||
      lan_record_decode (frame->records->records[1].data, frame->records->records[1].len, &view) !=
          LAN_STATUS_OK ||
      !lan_device_id_equal (&view.device, sim_device (sim, 0)))
    return g_bytes_ref (bytes);
  memset (frame->records->records[0].data, 0, frame->records->records[0].len); /* is refused */
  {
    Lanyard__Records less = LANYARD__RECORDS__INIT;
    LanFrame made = LANYARD__FRAME__INIT;

    less.records = frame->records->records + 1;
    less.n_records = frame->records->n_records - 1;
    less.begins = TRUE;
    made.body_case = LANYARD__FRAME__BODY_RECORDS;
    made.records = &less;
    ++*(guint *) data;
    return lan_frame_encode (&made);
  }
}

/* Of the log of @author @who has the beginning, as far as it goes. */
static void
assert_no_hole (Sim *sim, guint who, guint author)
{
  const SimStore *store = sim_node (sim, who)->store;
  LanConversationId id = sim_conversation (sim, 0, 1);
  guint64 last = 0;
  guint n = 0;

  for (guint i = 0; i < store->records->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (store->records, i);

    if (!lan_conversation_id_equal (&row->conversation, &id) ||
        !lan_device_id_equal (&row->device, sim_device (sim, author)))
      continue;
    last = MAX (last, row->seq);
    n++;
  }
  g_assert_cmpuint (n, ==, last);
}

static void
story_liar (Sim *sim)
{
  guint second, lies = 0;

  sim_befriend (sim, 0, 1);
  second = sim_add_device (sim, 0);
  meet (sim, 0, second);
  sim_run (sim, 2000);
  sim_set_group (sim, second, 1);
  talk (sim);
  sim_crash (sim, 0, TRUE);
  sim_set_group (sim, second, 0);
  sim->tamper = lie;
  sim->tamper_data = &lies;
  meet (sim, 1, second);
  sim_run (sim, 30000);
  g_assert_cmpuint (lies, >, 0);
  assert_no_hole (sim, second, 0);
  sim->tamper = NULL;
  sim_start (sim, 0);
  meet (sim, 0, second);
  sim_run (sim, 30000);
  assert_shows (sim, second, "from Alice", MANY);
  assert_shows (sim, second, "from Bob", MANY);
}

/* What may go: never what has not arrived, of what some lack only a month later. */
static void
story_rules (Sim *sim)
{
  const gint64 day_ms = G_GINT64_CONSTANT (24) * 60 * 60 * 1000;
  LanTime now = sim_time (sim, 0);
  g_autoptr (GArray) rules = NULL;
  const LanKeepRule *rule;

  sim_befriend (sim, 0, 1);
  say_many (sim, 0, 1, 5, "before");
  sim_run (sim, 2000);
  sim_disconnect (sim, 0, 1);
  sim_set_group (sim, 1, 1);
  say_many (sim, 0, 1, 5, "on its way");
  sim_run (sim, 2000);
  g_assert_cmpint (lan_core_set_keep (sim_node (sim, 0)->core, sim_id (sim, 1), 8, &now), ==,
                   LAN_STATUS_MALFORMED);
  g_assert_cmpint (lan_core_set_keep (sim_node (sim, 0)->core, sim_id (sim, 0), 7, &now), ==,
                   LAN_STATUS_MISMATCH);
  g_assert_cmpint (lan_core_set_keep (sim_node (sim, 0)->core, sim_id (sim, 1), 7, &now), ==,
                   LAN_STATUS_OK);
  rules = lan_core_list_keep_rules (sim_node (sim, 0)->core, &now);
  g_assert_cmpuint (rules->len, ==, 2);
  rule = &g_array_index (rules, LanKeepRule, 0);
  g_assert_cmpint (rule[0].before_ms, ==, now.wall_ms - 7 * day_ms);
  g_assert_cmpint (rule[1].before_ms, ==, now.wall_ms - 37 * day_ms);
  for (guint i = 0; i < 2; i++) {
    LanRecordRow *row = sim_store_find (sim_node (sim, 0)->store, &rule[i].conversation,
                                        sim_device (sim, 0), rule[i].upto_seq);

    g_assert_true (lan_device_id_equal (&rule[i].device, sim_device (sim, 0)));
    g_assert_nonnull (row);
    row = sim_store_find (sim_node (sim, 0)->store, &rule[i].conversation, sim_device (sim, 0),
                          rule[i].upto_seq + 1);
    g_assert_nonnull (row);
    g_assert_cmpstr (row->text, ==, "on its way 0");
  }
}

typedef struct {
  const char *name;
  void (*run) (Sim *sim);
} Story;

static const Story stories[] = {
  { "one-forgets", story_one_forgets },
  { "own-second", story_own_second },
  { "other-second", story_other_second },
  { "other-alone", story_other_alone },
  { "all-gone", story_all_gone },
  { "put-back", story_put_back },
  { "islands", story_islands },
  { "older-version", story_older_version },
  { "liar", story_liar },
  { "rules", story_rules },
};

static void
run_story (gconstpointer data)
{
  const Story *story = data;

  for (guint64 seed = 1; seed <= SEEDS; seed++) {
    g_autoptr (Sim) sim = sim_new (seed, 2);

    g_test_message ("%s, seed %" G_GUINT64_FORMAT, story->name, seed);
    story->run (sim);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++) {
    g_autofree char *path = g_strconcat ("/scenario/keep/", stories[i].name, NULL);

    g_test_add_data_func (path, &stories[i], run_story);
  }
  return g_test_run ();
}
