/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A history of a million messages, half Chinese, sealed and as plain SQLite with the same schema and the
 * same calls: what filling and indexing, opening, pages and searches cost in processor time. bench-history FOLDER
 * [MESSAGES]. Prints one JSON object; the text is made from a fixed seed.
 */
#include "lan-column.h"
#include "lan-db-search.h"
#include "lan-migration.h"
#include "lan-random.h"
#include "lan-record-text.h"
#include "lan-snapshot.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CHATS      200
#define BATCH      4000
#define UNREAD     200 /* of the newest messages nothing is read; one chat in ten was never opened */
#define WORDS      20000
#define CACHE      "PRAGMA cache_size = -2048"
#define REPEAT     20
#define CONTENT    8 /* bytes around a text in its record */
#define BLOB_EXTRA 158

typedef struct {
  const char *name;
  LanDb *db;
  double fill_s, index_s, open_ms, page_ms;
  double never_read_ms;
  double find_ms[6];
  gint64 bytes;
} Side;

typedef struct {
  char *zh[WORDS];
  char *en[WORDS];
} Vocabulary;

static guint64 dice = 88172645463325252ULL;

/* Processor time of this thread: what others do on the machine does not count, nor does the disk. */
static gint64
now_us (void)
{
  struct timespec now;

  (void) clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static guint64
roll (void)
{
  dice ^= dice << 13;
  dice ^= dice >> 7;
  dice ^= dice << 17;
  return dice;
}

/* Small numbers often, as words of a language are. */
static guint
skewed (guint n)
{
  double u = (double) (roll () >> 11) / 9007199254740992.0;

  return (guint) (n * u * u * u * u);
}

static void
make_words (Vocabulary *v)
{
  for (guint i = 0; i < WORDS; i++) {
    GString *zh = g_string_new (NULL), *en = g_string_new (NULL);

    for (guint j = 0; j < 2; j++)
      g_string_append_unichar (zh, 0x4e00 + skewed (6000));
    for (guint j = 0; j < 3 + i % 6; j++)
      g_string_append_c (en, (char) ('a' + roll () % 26));
    v->zh[i] = g_string_free (zh, FALSE);
    v->en[i] = g_string_free (en, FALSE);
  }
}

static char *
make_text (const Vocabulary *v, guint n)
{
  GString *text = g_string_new (NULL);
  gsize wanted = 40 + roll () % 160;

  while (text->len < wanted) {
    if (n % 2 == 0) {
      g_string_append (text, v->zh[skewed (WORDS)]);
      if (roll () % 5 == 0)
        g_string_append (text, "，");
    } else {
      g_string_append_printf (text, "%s ", v->en[skewed (WORDS)]);
    }
  }
  return g_string_free (text, FALSE);
}

static void
random_bytes (guint8 *to, gsize len)
{
  for (gsize i = 0; i < len; i += 8) {
    guint64 r = roll ();

    memcpy (to + i, &r, MIN (8, len - i));
  }
}

static void
fill_random (gpointer data, guint8 *out, gsize len)
{
  random_bytes (out, len);
}

static GPtrArray *
make_batch (const Vocabulary *v, guint first, guint64 *seqs)
{
  const LanRandom random = { fill_random, NULL };
  GPtrArray *changes = lan_changes_new ();

  for (guint i = 0; i < BATCH; i++) {
    guint chat = skewed (CHATS), author = (guint) (roll () % 2);
    LanRecordRow *row = &lan_changes_add (changes, LAN_CHANGE_RECORD)->record;
    g_autoptr (GByteArray) blob = g_byte_array_new ();

    memset (row->conversation.b, (int) chat + 1, sizeof row->conversation.b);
    memset (row->device.b, (int) author + 1, sizeof row->device.b);
    memset (row->author.b, author == 0 ? 0xee : (int) chat + 1, sizeof row->author.b);
    row->seq = ++seqs[chat * 2 + author];
    row->hlc = row->order = (1700000000000ULL + (guint64) (first + i) * 30000) << 16;
    lan_random_message_id (&random, (gint64) (row->hlc >> 16), &row->message);
    row->kind = 1;
    row->flags = author == 0 ? LAN_RECORD_OWN : 0;
    row->received_ms = (gint64) (row->hlc >> 16);
    row->text = make_text (v, first + i);
    g_byte_array_set_size (blob, (guint) (BLOB_EXTRA + CONTENT + strlen (row->text)));
    random_bytes (blob->data, blob->len);
    memcpy (blob->data + 94 + CONTENT, row->text, strlen (row->text));
    lan_record_hash (blob->data, blob->len, &row->hash);
    row->blob = g_byte_array_free_to_bytes (g_steal_pointer (&blob));
  }
  return changes;
}

/* The same with nothing of ours between SQLite and the disk. */
static LanDb *
open_plain (const char *path)
{
  static const char *const sql[LAN_SQL_N] = {
#define X(name, text) [LAN_SQL_##name] = text,
    LAN_SQL_LIST (X)
#undef X
  };
  LanDb *db = g_new0 (LanDb, 1);
  g_autoptr (GError) error = NULL;

  db->vfs = lan_vfs_new (lan_page_seal_new_open (), NULL);
  g_assert_cmpint (sqlite3_open (path, &db->handle), ==, SQLITE_OK);
  if (!lan_db_exec (db,
                    "PRAGMA page_size = 4096; PRAGMA locking_mode = EXCLUSIVE;"
                    "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST;"
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                    "PRAGMA wal_autocheckpoint = 1000",
                    "open", &error) ||
      !lan_migration_run (db, &error))
    g_error ("%s", error->message);
  for (int i = 0; i < LAN_SQL_N; i++)
    g_assert_cmpint (sqlite3_prepare_v2 (db->handle, sql[i], -1, &db->statements[i], NULL), ==,
                     SQLITE_OK);
  if (!lan_db_search_open (db, &error) || !lan_db_exec (db, CACHE, "set", &error))
    g_error ("%s", error->message);
  return db;
}

static LanDb *
open_sealed (const char *path)
{
  static const guint8 key[LAN_STORE_KEY_BYTES] = { 1, 2, 3 };
  g_autoptr (GError) error = NULL;
  LanDb *db = lan_db_open (path, lan_page_seal_new (key), NULL, LAN_STORE_FLAG_NONE, &error);

  if (db == NULL || !lan_db_exec (db, CACHE, "set", &error))
    g_error ("%s", error->message);
  return db;
}

static void
run (LanDb *db, LanSql sql)
{
  if (!lan_db_run (db, lan_db_use (db, sql), "measure", NULL))
    g_error ("a statement failed");
}

static void
put_batch (Side *side, GPtrArray *changes)
{
  gint64 began = now_us (), filled;
  g_autoptr (GError) error = NULL;

  run (side->db, LAN_SQL_BEGIN);
  if (!lan_db_apply (side->db, changes, &error))
    g_error ("%s", error->message);
  run (side->db, LAN_SQL_COMMIT);
  lan_db_tidy (side->db, FALSE);
  filled = now_us ();
  while (lan_db_search_is_behind (side->db))
    lan_db_search_index_some (side->db, LAN_SEARCH_BATCH);
  lan_db_tidy (side->db, FALSE);
  side->fill_s += (double) (filled - began) / 1e6;
  side->index_s += (double) (now_us () - filled) / 1e6;
}

static void
fill (Side *sides, const Vocabulary *v, guint n)
{
  guint64 seqs[CHATS * 2] = { 0 };
  g_autoptr (GPtrArray) chats = lan_changes_new ();

  for (guint i = 0; i < CHATS; i++)
    memset (lan_changes_add (chats, LAN_CHANGE_CONVERSATION)->conversation.conversation.b,
            (int) i + 1, sizeof (LanConversationId));
  for (guint s = 0; s < 2; s++)
    put_batch (&sides[s], chats);
  for (guint i = 0; i < n; i += BATCH) {
    g_autoptr (GPtrArray) changes = make_batch (v, i, seqs);

    for (guint s = 0; s < 2; s++)
      put_batch (&sides[s], changes);
  }
}

static double
time_page (Side *side, guint round)
{
  gint64 began = now_us ();
  g_autoptr (GPtrArray) rows = NULL;
  LanConversationId id;
  const LanHistoryQuery query = { &id, 1, LAN_HISTORY_NEWEST, { 0 }, 50 };

  memset (id.b, (int) (round * 7 % CHATS) + 1, sizeof id.b);
  rows = lan_db_read_history (side->db, &query, NULL);
  g_assert_nonnull (rows);
  return (double) (now_us () - began) / 1000;
}

static double
time_find (Side *side, const char *text, guint *n)
{
  gint64 began = now_us ();
  const LanSearchQuery query = { .text = text, .limit = 50 };
  g_autoptr (GPtrArray) rows = lan_db_search (side->db, &query, NULL);

  *n = rows->len;
  return (double) (now_us () - began) / 1000;
}

/* What opening the list of chats costs. */
static double
time_list (Side *side)
{
  gint64 began = now_us ();
  LanSnapshot *snapshot = lan_db_load (side->db, NULL);
  double took;

  g_assert_cmpuint (snapshot->conversations->len, ==, CHATS);
  took = (double) (now_us () - began) / 1000;
  lan_snapshot_free (snapshot);
  return took;
}

/* As a history is that somebody uses. */
static void
read_chats (Side *side, guint n)
{
  g_autoptr (GPtrArray) chats = lan_changes_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < CHATS; i++) {
    LanConversationRow *row = &lan_changes_add (chats, LAN_CHANGE_CONVERSATION)->conversation;

    memset (row->conversation.b, (int) i + 1, sizeof row->conversation.b);
    row->own_read_hlc =
        i % 10 == 9 ? 0 : (1700000000000ULL + (guint64) (n - MIN (n, UNREAD)) * 30000) << 16;
  }
  run (side->db, LAN_SQL_BEGIN);
  if (!lan_db_apply (side->db, chats, &error))
    g_error ("%s", error->message);
  run (side->db, LAN_SQL_COMMIT);
}

static void
measure (Side *side, guint n, const char *const *texts, guint *found)
{
  side->never_read_ms = time_list (side);
  read_chats (side, n);
  side->open_ms = time_list (side);
  for (guint i = 0; i < REPEAT; i++)
    side->page_ms = MAX (side->page_ms, time_page (side, i));
  for (guint i = 0; i < 6; i++) {
    double sum = 0;

    for (guint j = 0; j < REPEAT; j++)
      sum += time_find (side, texts[i], &found[i]);
    side->find_ms[i] = sum / REPEAT;
  }
}

static void
print (const Side *side, guint n)
{
  static const char *const names[6] = { "zh_common", "zh_rare", "en_common",
                                        "en_rare",   "phrase",  "one_character" };

  printf (
      "\"%s\": {\"per_s\": %.0f, \"fill_per_s\": %.0f, \"index_per_s\": %.0f, \"chat_list_ms\": "
      "%.2f, \"chat_list_never_read_ms\": %.2f, \"chat_ms\": %.2f, \"bytes_a_message\": %.0f",
      side->name, n / (side->fill_s + side->index_s), n / side->fill_s, n / side->index_s,
      side->open_ms, side->never_read_ms, side->page_ms, (double) side->bytes / n);
  for (guint i = 0; i < 6; i++)
    printf (", \"%s_ms\": %.2f", names[i], side->find_ms[i]);
  printf ("}, ");
}

static gint64
size_of (const char *path)
{
  GStatBuf st;

  return g_stat (path, &st) == 0 ? st.st_size : 0;
}

int
main (int argc, char **argv)
{
  guint n = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 1000000;
  g_autofree char *paths[2] = { NULL, NULL };
  g_autofree char *phrase = NULL;
  Vocabulary *v = g_new0 (Vocabulary, 1);
  Side sides[2] = { { "plain" }, { "sealed" } };
  guint found[6] = { 0 };

  if (argc < 2)
    return 2;
  paths[0] = g_build_filename (argv[1], "plain.db", NULL);
  paths[1] = g_build_filename (argv[1], "sealed.db", NULL);
  sides[0].db = open_plain (paths[0]);
  sides[1].db = open_sealed (paths[1]);
  make_words (v);
  fill (sides, v, n - n % BATCH);
  phrase = g_strdup_printf ("\"%s %s\"", v->en[40], v->en[60]);
  for (guint s = 0; s < 2; s++) {
    const char *texts[6] = { v->zh[3], v->zh[19000], v->en[3], v->en[19000], phrase, "一" };

    measure (&sides[s], n, texts, found);
    (void) sqlite3_wal_checkpoint_v2 (sides[s].db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL,
                                      NULL);
    sides[s].bytes = size_of (paths[s]);
  }
  printf ("{\"messages\": %u, \"found\": [%u, %u, %u, %u, %u, %u], ", n, found[0], found[1],
          found[2], found[3], found[4], found[5]);
  print (&sides[0], n);
  print (&sides[1], n);
  printf ("\"write_ratio\": %.2f, \"index_ratio\": %.2f, \"fill_ratio\": %.2f}\n",
          (sides[1].fill_s + sides[1].index_s) / (sides[0].fill_s + sides[0].index_s),
          sides[1].index_s / sides[0].index_s, sides[1].fill_s / sides[0].fill_s);
  return 0;
}
