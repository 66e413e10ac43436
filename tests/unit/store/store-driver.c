/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "store-driver.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  gboolean is_done;
  GError *error;
  GPtrArray *rows;
} Wait;

static void
on_opened (LanSnapshot *snapshot, const GError *error, gpointer user_data)
{
  StoreDriver *driver = user_data;

  g_assert_true ((snapshot == NULL) == (error != NULL));
  driver->snapshot = snapshot;
  driver->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
on_done (const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  wait->is_done = TRUE;
  wait->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
on_rows (GPtrArray *rows, const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  g_assert_true ((rows == NULL) == (error != NULL));
  wait->rows = rows != NULL ? g_ptr_array_ref (rows) : NULL;
  on_done (error, user_data);
}

static void
wait_for (StoreDriver *driver, Wait *wait)
{
  while (!wait->is_done)
    g_main_context_iteration (driver->context, TRUE);
}

static GPtrArray *
wait_for_rows (StoreDriver *driver, Wait *wait, GError **error)
{
  wait_for (driver, wait);
  if (wait->error != NULL)
    g_propagate_error (error, wait->error);
  return wait->rows;
}

void
store_driver_open (StoreDriver *driver, const char *path, const guint8 *key, const char *below,
                   LanStoreFlags flags)
{
  *driver = (StoreDriver){ g_main_context_new () };
  g_main_context_push_thread_default (driver->context);
  if (below == NULL)
    driver->store =
        lan_store_open (path, key != NULL ? key : store_key (), flags, on_opened, driver);
  else
    driver->store = lan_store_open_on (path, lan_page_seal_new (key != NULL ? key : store_key ()),
                                       below, flags, on_opened, driver);
  g_main_context_pop_thread_default (driver->context);
  while (driver->snapshot == NULL && driver->error == NULL)
    g_main_context_iteration (driver->context, TRUE);
}

void
store_driver_close (StoreDriver *driver)
{
  Wait wait = { 0 };

  lan_store_close (driver->store, on_done, &wait);
  wait_for (driver, &wait);
  g_assert_no_error (wait.error);
  g_clear_pointer (&driver->snapshot, lan_snapshot_free);
  g_clear_error (&driver->error);
  g_clear_pointer (&driver->context, g_main_context_unref);
}

gboolean
store_driver_commit (StoreDriver *driver, GPtrArray *changes, GError **error)
{
  Wait wait = { 0 };

  lan_store_commit (driver->store, changes, on_done, &wait);
  wait_for (driver, &wait);
  if (wait.error == NULL)
    return TRUE;
  g_propagate_error (error, wait.error);
  return FALSE;
}

GPtrArray *
store_driver_history (StoreDriver *driver, const LanHistoryQuery *query, GError **error)
{
  Wait wait = { 0 };

  lan_store_read_history (driver->store, query, on_rows, &wait);
  return wait_for_rows (driver, &wait, error);
}

GPtrArray *
store_driver_log (StoreDriver *driver, guint conversation, guint device, guint64 from_seq,
                  guint64 to_seq, gsize max_bytes, GError **error)
{
  LanConversationId conversation_id = store_conversation (conversation);
  LanDeviceId device_id = store_device (device);
  Wait wait = { 0 };

  lan_store_read_log (driver->store, &conversation_id, &device_id, from_seq, to_seq, max_bytes,
                      on_rows, &wait);
  return wait_for_rows (driver, &wait, error);
}

GPtrArray *
store_driver_find (StoreDriver *driver, const LanAccountId *author, const LanMessageId *message,
                   GError **error)
{
  Wait wait = { 0 };

  lan_store_find_message (driver->store, author, message, on_rows, &wait);
  return wait_for_rows (driver, &wait, error);
}

typedef struct {
  Wait wait;
  guint percent;
} WaitForFound;

static void
on_found (GPtrArray *rows, guint percent, const GError *error, gpointer user_data)
{
  WaitForFound *found = user_data;

  found->percent = percent;
  on_rows (rows, error, &found->wait);
}

GPtrArray *
store_driver_search (StoreDriver *driver, const LanSearchQuery *query, guint *percent,
                     GError **error)
{
  WaitForFound found = { 0 };
  GPtrArray *rows;

  lan_store_search (driver->store, query, on_found, &found);
  rows = wait_for_rows (driver, &found.wait, error);
  if (percent != NULL)
    *percent = found.percent;
  return rows;
}

typedef struct {
  Wait wait;
  guint n;
  LanForgotten forgotten;
} WaitForCount;

static void
on_imported (guint n, const GError *error, gpointer user_data)
{
  WaitForCount *count = user_data;

  count->n = n;
  on_done (error, &count->wait);
}

static void
on_forgotten (const LanForgotten *result, const GError *error, gpointer user_data)
{
  WaitForCount *count = user_data;

  count->n += result->n;
  count->forgotten = *result;
  on_done (error, &count->wait);
}

guint
store_driver_import (StoreDriver *driver, GPtrArray *changes, GError **error)
{
  WaitForCount count = { 0 };

  lan_store_import (driver->store, changes, on_imported, &count);
  wait_for_rows (driver, &count.wait, error);
  return count.n;
}

guint
store_driver_forget (StoreDriver *driver, LanForgetQuery query, GError **error)
{
  WaitForCount count = { 0 };

  do {
    count.wait = (Wait){ 0 };
    count.forgotten.is_more = FALSE;
    lan_store_forget (driver->store, &query, on_forgotten, &count);
    wait_for_rows (driver, &count.wait, error);
    query.from_order = count.forgotten.next_order;
  } while (count.forgotten.is_more);
  return count.n;
}

GPtrArray *
store_driver_days (StoreDriver *driver, const LanDaysQuery *query, GError **error)
{
  Wait wait = { 0 };

  lan_store_read_days (driver->store, query, on_rows, &wait);
  return wait_for_rows (driver, &wait, error);
}

GPtrArray *
store_driver_transfers (StoreDriver *driver, gint64 before_ms, guint limit, GError **error)
{
  Wait wait = { 0 };

  lan_store_read_transfers (driver->store, before_ms, limit, on_rows, &wait);
  return wait_for_rows (driver, &wait, error);
}

static void
fill_id (guint8 *id, gsize len, char kind, guint n)
{
  memset (id, kind, len);
  for (int i = 0; i < 4; i++)
    id[len - 1 - i] = (guint8) (n >> (8 * i));
}

LanAccountId
store_account (guint n)
{
  LanAccountId id;

  fill_id (id.b, sizeof id.b, 'a', n);
  return id;
}

LanDeviceId
store_device (guint n)
{
  LanDeviceId id;

  fill_id (id.b, sizeof id.b, 'd', n);
  return id;
}

LanConversationId
store_conversation (guint n)
{
  LanConversationId id;

  fill_id (id.b, sizeof id.b, 'c', n);
  return id;
}

LanMessageId
store_message (guint n)
{
  LanMessageId id;

  fill_id (id.b, sizeof id.b, 'm', n);
  return id;
}

const guint8 *
store_key (void)
{
  return (const guint8 *) "a key of thirty-two bytes length";
}

LanRecordRow *
store_add_record (GPtrArray *changes, guint conversation, guint device, guint seq)
{
  LanRecordRow *row = &lan_changes_add (changes, LAN_CHANGE_RECORD)->record;
  char blob[300];

  memset (blob, 'b', sizeof blob);
  g_snprintf (blob, sizeof blob, "blob %s %u %u %u", STORE_MARKER, conversation, device, seq);
  row->conversation = store_conversation (conversation);
  row->device = store_device (device);
  row->seq = seq;
  fill_id (row->hash.b, sizeof row->hash.b, 'h', seq * 1000 + device);
  row->message = store_message (seq);
  row->author = store_account (device);
  row->hlc = row->order = (guint64) seq * 1000 + device;
  row->kind = 1;
  row->received_ms = 1700000000000 + seq;
  row->blob = g_bytes_new (blob, sizeof blob);
  row->text = g_strdup_printf ("%s 你好 %u", STORE_MARKER, seq);
  return row;
}

char *
store_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("lanyard-store-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
store_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
}

gboolean
store_folder_shows_plain_text (const char *folder)
{
  static const char *const plain[] = { STORE_MARKER, "conversation", "record_log", "SQLite" };
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gboolean shows = FALSE;
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *data = NULL;
    gsize len;

    if (!g_file_get_contents (path, &data, &len, NULL))
      continue;
    for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
      shows |= memmem (data, len, plain[i], strlen (plain[i])) != NULL;
  }
  return shows;
}
