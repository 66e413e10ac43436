/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-server.h"

#include "lan-hub-backup.h"
#include "lan-hub-keys.h"
#include "lan-hub-store.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *folder;
  char *path;
  LanHubDb *db;
} Fixture;

static void
open_db (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->db = lan_hub_db_open (f->path, LAN_HUB_DB_CREATE, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("lanyard-hub-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "server.db", NULL);
  open_db (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "server.db", "server.db-wal", "server.db-shm", "copy" };

  g_clear_pointer (&f->db, lan_hub_db_close);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (f->folder, names[i], NULL);

    (void) g_remove (path);
  }
  (void) g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

static LanRegistryOp *
new_op (LanRegistryOpType type)
{
  LanRegistryOp *op = g_new0 (LanRegistryOp, 1);

  op->type = type;
  return op;
}

static LanRegistryOp *
new_deposit (guint n, guint8 to, gsize size)
{
  LanRegistryOp *op = new_op (LAN_OP_DEPOSIT);

  op->deposit.from.b[0] = 1;
  memcpy (op->deposit.id, &n, sizeof n);
  op->deposit.to.b[0] = to;
  op->deposit.envelope = g_bytes_new_take (g_malloc0 (size), size);
  op->deposit.time_ms = 1000;
  op->deposit.expires_ms = 5000 + n;
  return op;
}

static void
run (Fixture *f, LanRegistryOp *op)
{
  g_assert_true (lan_hub_db_begin (f->db));
  g_assert_true (lan_hub_db_run (f->db, op));
  g_assert_true (lan_hub_db_commit (f->db));
}

static GArray *
new_ids (guint64 first, guint64 last)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint64 id = first; id <= last; id++)
    g_array_append_val (ids, id);
  return ids;
}

static void
test_mail (Fixture *f, gconstpointer data)
{
  g_autoptr (LanRegistryOp) again = new_deposit (3, 9, 100);
  g_autoptr (LanRegistryOp) read = new_op (LAN_OP_MAIL_READ);
  g_autoptr (LanRegistryOp) ack = new_op (LAN_OP_MAIL_ACK);
  g_autoptr (LanRegistryOp) expire = new_op (LAN_OP_EXPIRE);

  for (guint i = 0; i < 10; i++) {
    g_autoptr (LanRegistryOp) op = new_deposit (i, 9, 100);

    run (f, op);
    g_assert_cmpuint (op->deposit.mail_id, ==, i + 1);
    g_assert_false (op->deposit.duplicate);
  }
  run (f, again);
  g_assert_true (again->deposit.duplicate);
  g_assert_cmpuint (again->deposit.mail_id, ==, 4);

  read->mail_read.device.b[0] = 9;
  read->mail_read.after = 2;
  read->mail_read.max_count = 100;
  read->mail_read.max_bytes = 250;
  run (f, read);
  g_assert_cmpuint (read->mail_read.mail->len, ==, 2);
  g_assert_cmpuint (g_array_index (read->mail_read.mail, LanRegistryMail, 0).id, ==, 3);

  ack->mail_ack.device.b[0] = 9;
  ack->mail_ack.ids = new_ids (1, 4);
  run (f, ack);
  g_assert_cmpuint (ack->mail_ack.freed_count, ==, 4);
  g_assert_cmpuint (ack->mail_ack.freed_bytes, ==, 400);
  ack->mail_ack.device.b[0] = 8; /* not theirs */
  g_array_unref (ack->mail_ack.ids);
  ack->mail_ack.ids = new_ids (5, 6);
  run (f, ack);
  g_assert_cmpuint (ack->mail_ack.freed_count, ==, 0);

  expire->expire.now_ms = 5006;
  run (f, expire);
  g_assert_cmpuint (expire->expire.freed->len, ==, 1);
  g_assert_cmpuint (g_array_index (expire->expire.freed, LanRegistryFreed, 0).count, ==, 3);
}

/* Ids are never given twice, not even after a crash with everything deleted. */
static void
test_ids_grow (Fixture *f, gconstpointer data)
{
  guint64 last = 0;

  for (guint round = 0; round < 3; round++) {
    for (guint i = 0; i < 3; i++) {
      g_autoptr (LanRegistryOp) op = new_deposit (round * 10 + i, 9, 10);
      g_autoptr (LanRegistryOp) ack = new_op (LAN_OP_MAIL_ACK);

      run (f, op);
      g_assert_cmpuint (op->deposit.mail_id, >, last);
      last = op->deposit.mail_id;
      ack->mail_ack.device.b[0] = 9;
      ack->mail_ack.ids = new_ids (last, last);
      run (f, ack);
    }
    g_clear_pointer (&f->db, lan_hub_db_close);
    open_db (f);
  }
}

static void
add_account (GArray *rows, guint8 uid, const char *login)
{
  LanRegistryRow row = { .type = LAN_ROW_ACCOUNT };

  row.account.uid.b[0] = uid;
  row.account.login = g_strdup (login);
  row.account.display = g_strdup (login);
  row.account.title = g_strdup ("");
  row.account.department = g_strdup ("");
  g_array_append_val (rows, row);
}

static void
clear_row (gpointer row)
{
  lan_registry_row_clear (row);
}

static LanRegistryOp *
new_write (void)
{
  LanRegistryOp *op = new_op (LAN_OP_WRITE);

  op->write.rows = g_array_new (FALSE, TRUE, sizeof (LanRegistryRow));
  g_array_set_clear_func (op->write.rows, clear_row);
  return op;
}

static gboolean
count_row (const LanRegistryRow *row, gpointer data)
{
  ((guint *) data)[row->type]++;
  return TRUE;
}

/* A conflict undoes the whole write, and not what shares the transaction. */
static void
test_write_is_whole (Fixture *f, gconstpointer data)
{
  g_autoptr (LanRegistryOp) good = new_write (), bad = new_write (), mail = new_deposit (1, 9, 5);
  guint n[LAN_ROW_N] = { 0 };

  add_account (good->write.rows, 1, "alice");
  add_account (bad->write.rows, 2, "bob");
  add_account (bad->write.rows, 3, "alice");
  g_assert_true (lan_hub_db_begin (f->db));
  g_assert_true (lan_hub_db_run (f->db, good));
  g_assert_true (lan_hub_db_run (f->db, bad));
  g_assert_true (lan_hub_db_run (f->db, mail));
  g_assert_true (lan_hub_db_commit (f->db));
  g_assert_cmpint (good->status, ==, LAN_OP_OK);
  g_assert_cmpint (bad->status, ==, LAN_OP_CONFLICT);
  g_assert_cmpint (mail->status, ==, LAN_OP_OK);
  g_assert_true (lan_hub_db_load (f->db, count_row, n, NULL));
  g_assert_cmpuint (n[LAN_ROW_ACCOUNT], ==, 1);
}

static void
test_prekeys (Fixture *f, gconstpointer data)
{
  g_autoptr (LanRegistryOp) put = new_op (LAN_OP_PREKEYS_PUT);
  guint8 keys[5 * 36] = { 0 };

  for (guint8 i = 0; i < 5; i++)
    keys[i * 36] = i;
  put->prekeys_put.device.b[0] = 7;
  put->prekeys_put.signed_prekey = g_bytes_new_static ("signed", 6);
  put->prekeys_put.one_time = g_bytes_new (keys, sizeof keys);
  put->prekeys_put.max_one_time = 3;
  run (f, put);
  g_assert_cmpuint (put->prekeys_put.left, ==, 3);
  for (guint8 i = 0; i < 4; i++) {
    g_autoptr (LanRegistryOp) take = new_op (LAN_OP_PREKEYS_TAKE);

    take->prekeys_take.device.b[0] = 7;
    take->prekeys_take.with_one_time = TRUE;
    run (f, take);
    g_assert_nonnull (take->prekeys_take.signed_prekey);
    g_assert_cmpint (take->prekeys_take.one_time != NULL, ==, i < 3);
    if (i < 3) /* the two oldest were dropped, the rest comes in order */
      g_assert_cmpuint (((const guint8 *) g_bytes_get_data (take->prekeys_take.one_time, NULL))[0],
                        ==, i + 2);
  }
}

static LanRegistryOp *
new_piece (guint64 offset, guint64 size, gsize len)
{
  LanRegistryOp *op = new_op (LAN_OP_BLOB_PUT);

  op->blob_put.uid.b[0] = 1;
  op->blob_put.root.b[0] = 2;
  op->blob_put.size = size;
  op->blob_put.offset = offset;
  op->blob_put.data = g_bytes_new_take (g_malloc0 (len), len);
  op->blob_put.quota = 100000;
  op->blob_put.expires_ms = 1000;
  return op;
}

static void
test_blobs (Fixture *f, gconstpointer data)
{
  g_autoptr (LanRegistryOp) a = new_piece (0, 40000, 32768), b = new_piece (32768, 40000, 7232);
  g_autoptr (LanRegistryOp) twice = new_piece (0, 40000, 32768), large = new_piece (0, 70000, 10);
  g_autoptr (LanRegistryOp) leaves = new_op (LAN_OP_BLOB_LEAVES), seal = new_op (LAN_OP_BLOB_SEAL);
  g_autoptr (LanRegistryOp) read = new_op (LAN_OP_BLOB_READ), early = new_op (LAN_OP_BLOB_READ);

  run (f, a);
  run (f, twice);
  g_assert_cmpint (twice->status, ==, LAN_OP_CONFLICT);
  g_assert_cmpuint (twice->blob_put.have, ==, 32768);
  large->blob_put.root.b[0] = 3;
  run (f, large);
  g_assert_cmpint (large->status, ==, LAN_OP_QUOTA);
  run (f, b);
  early->blob_read.root.b[0] = 2;
  run (f, early);
  g_assert_cmpint (early->status, ==, LAN_OP_NOT_FOUND);
  leaves->blob_leaves.uid.b[0] = seal->blob_seal.uid.b[0] = 1;
  leaves->blob_leaves.root.b[0] = seal->blob_seal.root.b[0] = read->blob_read.root.b[0] = 2;
  run (f, leaves);
  g_assert_cmpuint (g_bytes_get_size (leaves->blob_leaves.leaves), ==, 64);
  seal->blob_seal.keep = TRUE;
  run (f, seal);
  read->blob_read.offset = 32768;
  run (f, read);
  g_assert_cmpint (read->status, ==, LAN_OP_OK);
  g_assert_cmpuint (g_bytes_get_size (read->blob_read.data), ==, 7232);
  g_assert_cmpuint (read->blob_read.size, ==, 40000);
}

/* The log goes into the database, and is written over, not longer and longer. */
static void
test_log_is_tidied (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_strconcat (f->path, "-wal", NULL);
  GStatBuf st;

  for (guint i = 0; i < 1200; i++) {
    g_autoptr (LanRegistryOp) op = new_deposit (i, 9, 50000);

    run (f, op);
    lan_hub_db_tidy (f->db, FALSE);
  }
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_size, <, 24 * 1024 * 1024);
  g_assert_cmpuint (lan_hub_db_log_bytes (f->db), <=, 17 * 1024 * 1024);
  lan_hub_db_tidy (f->db, TRUE);
  g_assert_cmpuint (lan_hub_db_log_bytes (f->db), ==, 0);
}

static void
test_refuses_others (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *junk = g_strnfill (8192, 'x');
  LanHubDb *db;

  g_clear_pointer (&f->db, lan_hub_db_close);
  g_assert_true (g_file_set_contents (f->path, junk, 8192, NULL));
  db = lan_hub_db_open (f->path, 0, &error);
  g_assert_null (db);
  g_assert_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED);
  g_clear_error (&error);
  g_assert_cmpint (g_remove (f->path), ==, 0);
  db = lan_hub_db_open (f->path, 0, &error);
  g_assert_null (db);
  g_assert_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_MISSING);
}

static void
on_wake (gpointer count)
{
  g_atomic_int_inc ((int *) count);
}

/* Answers come in the order of asking, each after its commit. */
static void
test_store_order (Fixture *f, gconstpointer data)
{
  int wakes = 0;
  LanHubStore *store = lan_hub_store_new (g_steal_pointer (&f->db), f->path, 0, on_wake, &wakes);
  guint given = 0;

  for (guint i = 0; i < 3000; i++) {
    lan_hub_store_push (store, new_deposit (i, (guint8) i, 64));
    if (i % 100 == 99)
      lan_hub_store_flush (store);
  }
  while (given < 3000) {
    LanRegistryOp *op = lan_hub_store_next (store);

    if (op == NULL) {
      g_thread_yield ();
      continue;
    }
    g_assert_cmpint (op->status, ==, LAN_OP_OK);
    g_assert_cmpmem (op->deposit.id, sizeof given, &given, sizeof given);
    given++;
    lan_registry_op_free (op);
  }
  g_assert_cmpint (g_atomic_int_get (&wakes), >, 0);
  lan_hub_store_free (store);
}

/* Where nothing is left of the reserve, only what needs no room is done. */
static void
test_store_reserve (Fixture *f, gconstpointer data)
{
  int wakes = 0;
  LanHubStore *store =
      lan_hub_store_new (g_steal_pointer (&f->db), f->path, G_MAXINT64, on_wake, &wakes);
  LanRegistryOp *write = new_write (), *op;
  LanRegistryOpStatus want[] = { LAN_OP_FULL, LAN_OP_OK };

  add_account (write->write.rows, 1, "alice");
  lan_hub_store_push (store, new_deposit (1, 2, 10));
  lan_hub_store_push (store, write);
  lan_hub_store_flush (store);
  for (guint i = 0; i < 2;) {
    op = lan_hub_store_next (store);
    if (op == NULL)
      continue;
    g_assert_cmpint (op->status, ==, want[i++]);
    lan_registry_op_free (op);
  }
  lan_hub_store_free (store);
}

void
add_db_tests (void)
{
#define ADD(path, func) g_test_add ("/server/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("db/mail", test_mail);
  ADD ("db/ids-grow", test_ids_grow);
  ADD ("db/write-is-whole", test_write_is_whole);
  ADD ("db/prekeys", test_prekeys);
  ADD ("db/blobs", test_blobs);
  ADD ("db/log-is-tidied", test_log_is_tidied);
  ADD ("db/refuses-others", test_refuses_others);
  ADD ("store/order", test_store_order);
  ADD ("store/reserve", test_store_reserve);
#undef ADD
}
