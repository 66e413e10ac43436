/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A history whose bytes are wrong under an intact seal (an open seal stands for it): opening,
 * reading and writing give errors or rows, never a crash. The input: 1 byte (odd: without the WAL),
 * then edits to the files of a small valid history: where 3 (top bit: in the WAL) | count 1 | bytes.
 */
#include "fault-disk.h"
#include "lan-bytes.h"
#include "lan-store-job.h"

#include <string.h>

#define DB  "history.db"
#define WAL "history.db-wal"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static GByteArray *valid_db;
static GByteArray *valid_wal;

static void
fill (GPtrArray *changes, guint64 from, guint64 to)
{
  for (guint64 seq = from; seq <= to; seq++) {
    LanRecordRow *row = &lan_changes_add (changes, LAN_CHANGE_RECORD)->record;

    row->conversation.b[0] = row->device.b[0] = row->author.b[0] = 1;
    row->seq = row->order = row->hlc = seq;
    row->message.b[0] = (guint8) seq;
    /* The third is long enough for overflow pages. */
    row->blob = g_bytes_new_take (g_malloc0 (seq == 3 ? 9000 : 100), seq == 3 ? 9000 : 100);
    row->text = g_strdup ("text");
  }
  lan_changes_add (changes, LAN_CHANGE_CONVERSATION)->conversation.conversation.b[0] = 1;
  lan_changes_add (changes, LAN_CHANGE_PERSON)->person.account.b[0] = 1;
  lan_changes_add (changes, LAN_CHANGE_DEVICE)->device.device.b[0] = 1;
  lan_changes_add (changes, LAN_CHANGE_VECTOR)->vector.holder.b[0] = 1;
  lan_changes_add (changes, LAN_CHANGE_TRANSFER)->transfer.id.b[0] = 1;
  lan_changes_add (changes, LAN_CHANGE_ADDRESS)->address.device.b[0] = 1;
  lan_changes_add (changes, LAN_CHANGE_SETTING)->setting.value = g_bytes_new ("v", 1);
}

static void
commit (LanDb *db, guint64 from, guint64 to)
{
  LanStoreJob *job = lan_store_job_new (LAN_STORE_JOB_COMMIT, NULL);

  job->changes = lan_changes_new ();
  fill (job->changes, from, to);
  lan_store_job_commit (&job, 1, db);
  lan_store_job_free (job);
}

/* Once for the process: a database with a little in it, and a WAL with a little more. */
static void
make_valid (void)
{
  g_autoptr (FaultDisk) disk = fault_disk_new ("fuzz");
  LanDb *db = lan_db_open (DB, lan_page_seal_new_open (), "fuzz", LAN_STORE_FLAG_NONE, NULL);

  g_assert_nonnull (db);
  commit (db, 1, 20);
  lan_db_close (db);
  db = lan_db_open (DB, lan_page_seal_new_open (), "fuzz", LAN_STORE_FLAG_NONE, NULL);
  g_assert_nonnull (db);
  commit (db, 21, 24);
  valid_db = fault_disk_dup (disk, DB);
  valid_wal = fault_disk_dup (disk, WAL);
  g_assert_true (valid_db != NULL && valid_wal != NULL && valid_wal->len > 0);
  lan_db_close (db);
}

static void
use (LanDb *db)
{
  LanConversationId conversation = { { 1 } };
  LanDeviceId device = { { 1 } };
  LanMessageId message = { { 3 } };
  LanHistoryQuery query = { &conversation, 1, LAN_HISTORY_BEFORE, { 10, { { 0 } } }, 10 };
  g_autoptr (LanSnapshot) snapshot = lan_db_load (db, NULL);
  g_autoptr (GPtrArray) page = lan_db_read_history (db, &query, NULL);
  g_autoptr (GPtrArray) log = lan_db_read_log (db, &conversation, &device, 1, 50, 20000, NULL);
  g_autoptr (GPtrArray) found = lan_db_find_message (db, NULL, &message, NULL);
  g_autoptr (GPtrArray) transfers = lan_db_read_transfers (db, G_MAXINT64, 10, NULL);

  if (snapshot != NULL && page != NULL && log != NULL && found != NULL && transfers != NULL)
    g_assert_cmpuint (page->len, <=, query.limit);
  commit (db, 20, 30);
  db->wal_pages = G_MAXINT;
  lan_db_tidy (db, TRUE);
}

static GByteArray *
dup_array (const GByteArray *from)
{
  GByteArray *copy = g_byte_array_sized_new (from->len);

  return g_byte_array_append (copy, from->data, from->len);
}

static void
put_edited (FaultDisk *disk, const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) db = dup_array (valid_db);
  g_autoptr (GByteArray) wal = dup_array (valid_wal);
  gboolean has_wal;
  LanReader r;

  lan_reader_init (&r, data, size);
  has_wal = (lan_read_u8 (&r) & 1) == 0;
  while (lan_reader_left (&r) >= 5) {
    guint32 where = lan_read_u16 (&r);
    GByteArray *to;
    gsize count;

    where |= (guint32) lan_read_u8 (&r) << 16;
    to = where & 0x800000 ? wal : db;
    where &= 0x7fffff;
    count = MIN (lan_read_u8 (&r), lan_reader_left (&r));
    for (gsize i = 0; i < count; i++)
      to->data[(where + i) % to->len] = lan_read_u8 (&r);
  }
  fault_disk_put (disk, DB, db->data, db->len);
  if (has_wal)
    fault_disk_put (disk, WAL, wal->data, wal->len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (FaultDisk) disk = NULL;
  LanDb *db;

  if (valid_db == NULL)
    make_valid ();
  disk = fault_disk_new ("fuzz");
  put_edited (disk, data, size);
  db = lan_db_open (DB, lan_page_seal_new_open (), "fuzz", LAN_STORE_FLAG_NONE, NULL);
  if (db != NULL)
    use (db);
  lan_db_close (db);
  return 0;
}
