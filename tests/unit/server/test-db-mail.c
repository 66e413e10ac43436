/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Deposits from the ends of tables into the indices, against a plain list of what must be there. */
#include "test-server.h"

#include "lan-hub-db-private.h"

#include <glib/gstdio.h>
#include <string.h>

#define DEVICES 7
#define SENDERS 5

typedef struct {
  char *folder;
  char *path;
  LanHubDb *db;
  GArray *mail[DEVICES]; /* of guint64: what lies there */
  guint64 given[4096];   /* mail id by number of the deposit */
} Box;

static void
open_box (Box *b)
{
  g_autoptr (GError) error = NULL;

  b->db = lan_hub_db_open (b->path, LAN_HUB_DB_CREATE, &error);
  g_assert_no_error (error);
  /* Small generations, so that there are many. */
  lan_hub_recent_free (b->db->recent);
  b->db->recent = lan_hub_recent_new (32);
}

static void
set_up (Box *b, gconstpointer data)
{
  b->folder = g_dir_make_tmp ("lanyard-hub-XXXXXX", NULL);
  b->path = g_build_filename (b->folder, "server.db", NULL);
  for (guint i = 0; i < DEVICES; i++)
    b->mail[i] = g_array_new (FALSE, FALSE, sizeof (guint64));
  open_box (b);
}

static void
tear_down (Box *b, gconstpointer data)
{
  static const char *const names[] = { "server.db", "server.db-wal", "server.db-shm" };

  g_clear_pointer (&b->db, lan_hub_db_close);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (b->folder, names[i], NULL);

    (void) g_remove (path);
  }
  (void) g_rmdir (b->folder);
  for (guint i = 0; i < DEVICES; i++)
    g_array_unref (b->mail[i]);
  g_free (b->folder);
  g_free (b->path);
}

static LanRegistryOp *
new_op (LanRegistryOpType type)
{
  LanRegistryOp *op = g_new0 (LanRegistryOp, 1);

  op->type = type;
  return op;
}

/* Numbers scattered over the keys, so that their order is not that of time. */
static LanRegistryOp *
new_deposit (guint n)
{
  LanRegistryOp *op = new_op (LAN_OP_DEPOSIT);
  guint32 id[4] = { n * 2654435761u, n };

  op->deposit.from.b[0] = (guint8) (1 + n % SENDERS);
  memcpy (op->deposit.id, id, sizeof op->deposit.id);
  op->deposit.to.b[0] = (guint8) (n * 5 % DEVICES);
  op->deposit.envelope = g_bytes_new_take (g_malloc0 (50), 50);
  op->deposit.time_ms = 1000;
  op->deposit.expires_ms = 5000 + n;
  return op;
}

static void
run (Box *b, LanRegistryOp *op)
{
  g_assert_true (lan_hub_db_run (b->db, op));
  g_assert_cmpint (op->status, ==, LAN_OP_OK);
}

static void
deposit (Box *b, guint n, gboolean again)
{
  g_autoptr (LanRegistryOp) op = new_deposit (n);

  run (b, op);
  g_assert_cmpint (op->deposit.duplicate, ==, again);
  if (again) {
    g_assert_cmpuint (op->deposit.mail_id, ==, b->given[n]);
    return;
  }
  b->given[n] = op->deposit.mail_id;
  g_array_append_val (b->mail[op->deposit.to.b[0]], op->deposit.mail_id);
}

static void
acknowledge (Box *b, guint device, guint at)
{
  g_autoptr (LanRegistryOp) op = new_op (LAN_OP_MAIL_ACK);

  if (b->mail[device]->len == 0)
    return;
  at %= b->mail[device]->len;
  op->mail_ack.device.b[0] = (guint8) device;
  op->mail_ack.ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (op->mail_ack.ids, g_array_index (b->mail[device], guint64, at));
  run (b, op);
  g_assert_cmpuint (op->mail_ack.freed_count, ==, 1);
  g_array_remove_index (b->mail[device], at);
}

/* In pages of @page, all that lies for each device, in order and nothing else. */
static void
check_boxes (Box *b, guint page)
{
  for (guint device = 0; device < DEVICES; device++) {
    guint64 after = 0;
    guint n = 0, got;

    do {
      g_autoptr (LanRegistryOp) op = new_op (LAN_OP_MAIL_READ);

      op->mail_read.device.b[0] = (guint8) device;
      op->mail_read.after = after;
      op->mail_read.max_count = page;
      op->mail_read.max_bytes = 1 << 20;
      run (b, op);
      got = op->mail_read.mail->len;
      g_assert_cmpuint (got, <=, page);
      for (guint i = 0; i < got; i++) {
        after = g_array_index (op->mail_read.mail, LanRegistryMail, i).id;
        g_assert_cmpuint (n, <, b->mail[device]->len);
        g_assert_cmpuint (after, ==, g_array_index (b->mail[device], guint64, n++));
      }
    } while (got == page);
    g_assert_cmpuint (n, ==, b->mail[device]->len);
  }
}

static gint64
number (Box *b, const char *sql)
{
  sqlite3_stmt *s = NULL;
  gint64 n;

  g_assert_cmpint (sqlite3_prepare_v2 (b->db->handle, sql, -1, &s, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (s), ==, SQLITE_ROW);
  n = sqlite3_column_int64 (s, 0);
  sqlite3_finalize (s);
  return n;
}

/* Deposits, repetitions, acknowledgements, crashes and rollbacks in turn. */
static void
test_sorting (Box *b, gconstpointer data)
{
  guint n = 0;

  for (guint round = 0; round < 150; round++) {
    g_assert_true (lan_hub_db_begin (b->db));
    for (guint i = 0; i < 1 + round % 9; i++)
      deposit (b, n++, FALSE);
    deposit (b, round * 7 % n, TRUE);
    if (round % 3 == 0)
      acknowledge (b, round % DEVICES, round);
    g_assert_true (lan_hub_db_commit (b->db));
    if (round % 11 == 0) {
      g_assert_true (lan_hub_db_begin (b->db));
      check_boxes (b, 4);
      g_assert_true (lan_hub_db_commit (b->db));
    }
    if (round % 40 == 39) {
      g_clear_pointer (&b->db, lan_hub_db_close);
      open_box (b);
      g_assert_cmpint (number (b, "SELECT count(*) FROM recent"), ==, 0);
      g_assert_cmpint (number (b, "SELECT count(*) FROM deposit"), ==, n);
    }
  }
  /* The most was sorted in on the way, not at the openings. */
  g_assert_cmpint (number (b, "SELECT count(*) FROM recent"), <=, 4 * 32);
  g_assert_true (lan_hub_db_begin (b->db));
  for (guint i = 0; i < n; i++)
    deposit (b, i, TRUE);
  check_boxes (b, 1000);
  g_assert_true (lan_hub_db_commit (b->db));
}

/* What was rolled back is not there, may come again, and disturbs none of what was before. */
static void
test_rollback (Box *b, gconstpointer data)
{
  guint n = 0;

  for (guint round = 0; round < 60; round++) {
    guint kept[DEVICES];

    for (guint i = 0; i < DEVICES; i++)
      kept[i] = b->mail[i]->len;
    g_assert_true (lan_hub_db_begin (b->db));
    for (guint i = 0; i < 10; i++)
      deposit (b, n + i, FALSE);
    g_assert_true (lan_hub_db_recent_sort (b->db)); /* it failed after that */
    lan_hub_db_rollback (b->db);
    for (guint i = 0; i < DEVICES; i++)
      g_array_set_size (b->mail[i], kept[i]);
    g_assert_true (lan_hub_db_begin (b->db));
    for (guint i = 0; i < 10; i++)
      deposit (b, n++, FALSE);
    check_boxes (b, 1000);
    g_assert_true (lan_hub_db_commit (b->db));
  }
  g_clear_pointer (&b->db, lan_hub_db_close);
  open_box (b);
  g_assert_cmpint (number (b, "SELECT count(*) FROM deposit"), ==, n);
  g_assert_true (lan_hub_db_begin (b->db));
  check_boxes (b, 1000);
  g_assert_true (lan_hub_db_commit (b->db));
}

/* A device that is dropped leaves nothing behind, sorted in or not; so does what expires. */
static void
test_drop_and_expire (Box *b, gconstpointer data)
{
  g_autoptr (LanRegistryOp) drop = new_op (LAN_OP_WRITE), expire = new_op (LAN_OP_EXPIRE);
  LanRegistryRow row = { .type = LAN_ROW_MAILBOX_DROP };
  guint n = 0, freed = 0, before = 0;

  for (guint round = 0; round < 30; round++) {
    g_assert_true (lan_hub_db_begin (b->db));
    for (guint i = 0; i < 10; i++)
      deposit (b, n++, FALSE);
    g_assert_true (lan_hub_db_commit (b->db));
  }
  row.device.device.b[0] = 3;
  drop->write.rows = g_array_new (FALSE, TRUE, sizeof (LanRegistryRow));
  g_array_append_val (drop->write.rows, row);
  g_assert_true (lan_hub_db_begin (b->db));
  run (b, drop);
  g_array_set_size (b->mail[3], 0);
  check_boxes (b, 1000);
  g_assert_true (lan_hub_db_commit (b->db));

  for (guint i = 0; i < DEVICES; i++) {
    before += b->mail[i]->len;
    while (b->mail[i]->len > 0 && g_array_index (b->mail[i], guint64, 0) <= b->given[99])
      g_array_remove_index (b->mail[i], 0);
    before -= b->mail[i]->len;
  }
  expire->expire.now_ms = 5099;
  g_assert_true (lan_hub_db_begin (b->db));
  run (b, expire);
  check_boxes (b, 1000);
  g_assert_true (lan_hub_db_commit (b->db));
  for (guint i = 0; i < expire->expire.freed->len; i++)
    freed += g_array_index (expire->expire.freed, LanRegistryFreed, i).count;
  g_assert_cmpuint (freed, ==, before);
  g_assert_cmpint (number (b, "SELECT count(*) FROM mail_place AS p LEFT JOIN mail AS m USING (id)"
                              " WHERE m.id IS NULL"),
                   ==, 0);

  /* Long after: nothing of it is remembered. */
  expire->expire.now_ms = 10 * G_GINT64_CONSTANT (86400000);
  g_clear_pointer (&b->db, lan_hub_db_close);
  open_box (b);
  g_assert_cmpint (number (b, "SELECT count(*) FROM deposit"), ==, n);
  g_assert_true (lan_hub_db_begin (b->db));
  run (b, expire);
  g_assert_true (lan_hub_db_commit (b->db));
  g_assert_cmpint (number (b, "SELECT count(*) FROM deposit"), ==, 0);
}

/* Statements of many rows, and envelopes that are fetched before they have a place. */
static void
test_many (Box *b, gconstpointer data)
{
  guint n = 0;

  for (guint round = 0; round < 60; round++) {
    guint again = round % 4 == 1;

    g_assert_true (lan_hub_db_begin (b->db));
    for (guint i = 0; i < 17 + round % 30; i++)
      deposit (b, n++, FALSE);
    deposit (b, n - 1 - round % 20, TRUE); /* known before it is in a table */
    g_assert_true (lan_hub_db_commit (b->db));
    for (guint try = 0; try < 1 + again; try++) {
      g_autoptr (LanRegistryOp) op = new_op (LAN_OP_MAIL_ACK);
      guint device = round % DEVICES;

      op->mail_ack.device.b[0] = (guint8) device;
      op->mail_ack.ids = g_array_copy (b->mail[device]);
      g_assert_true (lan_hub_db_begin (b->db));
      run (b, op);
      g_assert_cmpuint (op->mail_ack.freed_count, ==, op->mail_ack.ids->len);
      if (again && try == 0) {
        lan_hub_db_rollback (b->db);
        g_assert_true (lan_hub_db_begin (b->db));
        check_boxes (b, 1000);
      } else {
        g_array_set_size (b->mail[device], 0);
      }
      g_assert_true (lan_hub_db_commit (b->db));
    }
    g_assert_cmpint (number (b, "SELECT count(*) FROM mail_place AS p LEFT JOIN mail AS m ON m.id ="
                                " p.id AND m.device = p.device AND m.size = p.size"
                                " AND length(m.envelope) = p.size WHERE m.id IS NULL"),
                     ==, 0);
  }
  g_assert_true (lan_hub_db_begin (b->db));
  check_boxes (b, 1000);
  g_assert_true (lan_hub_db_commit (b->db));
  g_clear_pointer (&b->db, lan_hub_db_close);
  open_box (b);
  g_assert_cmpint (number (b, "SELECT count(*) FROM deposit"), ==, n);
  g_assert_cmpint (number (b, "SELECT count(*) FROM mail"), ==,
                   number (b, "SELECT count(*) FROM mail_place"));
  g_assert_true (lan_hub_db_begin (b->db));
  check_boxes (b, 1000);
  g_assert_true (lan_hub_db_commit (b->db));
}

/* The log is moved beside the writer, and begins anew. */
static void
test_tidy_beside (Box *b, gconstpointer data)
{
  guint64 most = 0;
  guint n = 0;

  lan_hub_db_tidy_beside (b->db, b->path);
  g_assert_nonnull (b->db->tidy);
  for (guint round = 0; round < 30; round++) {
    g_assert_true (lan_hub_db_begin (b->db));
    for (guint i = 0; i < 20; i++) {
      g_autoptr (LanRegistryOp) op = new_deposit (n++);

      g_clear_pointer (&op->deposit.envelope, g_bytes_unref);
      op->deposit.envelope = g_bytes_new_take (g_malloc0 (40000), 40000);
      run (b, op);
    }
    g_assert_true (lan_hub_db_commit (b->db));
    most = MAX (most, lan_hub_db_log_bytes (b->db));
    lan_hub_db_tidy (b->db, FALSE);
  }
  g_assert_cmpuint (most, <=, 130 * 1024 * 1024);
  lan_hub_db_tidy (b->db, TRUE);
  g_assert_cmpint (number (b, "SELECT count(*) FROM mail"), ==, n);
}

static void
test_schema_1 (Box *b, gconstpointer data)
{
  g_autofree char *sql = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *handle = NULL;

  g_clear_pointer (&b->db, lan_hub_db_close);
  g_assert_cmpint (g_remove (b->path), ==, 0);
  g_assert_true (g_file_get_contents (SCHEMA_1, &sql, NULL, NULL));
  g_assert_cmpint (sqlite3_open (b->path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
  open_box (b);
  g_assert_cmpint (number (b, "PRAGMA user_version"), ==, LAN_HUB_DB_VERSION);
  g_assert_cmpint (number (b, "SELECT count(*) FROM mail_place"), ==, 10);
  g_assert_cmpint (number (b, "SELECT sum(size) FROM mail_place"), ==,
                   number (b, "SELECT sum(length(envelope)) FROM mail"));
  g_assert_cmpint (number (b, "SELECT count(*) FROM deposit"), ==, 12);
  {
    g_autoptr (LanRegistryOp) read = new_op (LAN_OP_MAIL_READ);

    memcpy (read->mail_read.device.b, "\3device", 8);
    read->mail_read.max_count = 100;
    read->mail_read.max_bytes = 100000;
    g_assert_true (lan_hub_db_begin (b->db));
    run (b, read);
    g_assert_true (lan_hub_db_commit (b->db));
    g_assert_cmpuint (read->mail_read.mail->len, ==, 2); /* 8 and 11 */
    g_assert_cmpuint (g_array_index (read->mail_read.mail, LanRegistryMail, 0).id, ==, 8);
  }
}

void
add_db_mail_tests (void)
{
#define ADD(path, func) g_test_add ("/server/db-mail/" path, Box, NULL, set_up, func, tear_down)
  ADD ("sorting", test_sorting);
  ADD ("rollback", test_rollback);
  ADD ("many", test_many);
  ADD ("drop-and-expire", test_drop_and_expire);
  ADD ("tidy-beside", test_tidy_beside);
  ADD ("schema-1", test_schema_1);
#undef ADD
}
