/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What is kept of shares: rows out, and in again at start; the log. */
#include "lan-shares-private.h"

#include <string.h>

#define ROW_VERSION 1

void
lan_share_head_one_free (LanShareHeadOne *head)
{
  g_clear_pointer (&head->bytes, g_bytes_unref);
  g_clear_pointer (&head->cert, g_bytes_unref);
  g_clear_pointer (&head->pages, g_bytes_unref);
  g_free (head);
}

void
lan_share_log_entry_free (LanShareLogEntry *entry)
{
  g_free (entry->path);
  g_free (entry->other);
  g_free (entry);
}

/* -- out -- */

static void
keep (LanShares *s, LanShareOne *one, guint kind, const void *key, gsize key_len, GBytes *data)
{
  LanShareItemRow *row;

  if (!lan_conversation_id_equal (&s->changed_id, &one->id))
    lan_shares_flush (s);
  s->changed_id = one->id;
  row = &lan_changes_add (s->changes, LAN_CHANGE_SHARE_ITEM)->share_item;
  row->share = one->id;
  row->kind = kind;
  row->key = g_bytes_new (key, key_len);
  row->data = data;
}

static void
put_u (GByteArray *to, guint64 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++) {
    guint8 byte = (guint8) (value >> 8 * i);

    g_byte_array_append (to, &byte, 1);
  }
}

static void
put_block (GByteArray *to, const void *data, gsize len)
{
  put_u (to, len, 4);
  if (len > 0)
    g_byte_array_append (to, data, (guint) len);
}

static void
put_bytes (GByteArray *to, GBytes *bytes)
{
  gsize len = 0;
  const void *data = bytes != NULL ? g_bytes_get_data (bytes, &len) : NULL;

  put_block (to, data, len);
}

static void
put_text (GByteArray *to, const char *text)
{
  put_block (to, text, text != NULL ? strlen (text) : 0);
}

void
lan_shares_keep_share (LanShares *s, LanShareOne *one)
{
  GByteArray *data = g_byte_array_new ();
  const LanAccountId *account;
  GHashTableIter iter;

  put_u (data, ROW_VERSION, 1);
  put_u (data, one->state, 1);
  put_u (data, one->keep, 1);
  put_u (data, one->was_marked, 1);
  put_u (data, one->own_seq, 8);
  put_u (data, one->count, 8);
  put_text (data, one->dir);
  put_bytes (data, one->paper);
  put_bytes (data, one->cert);
  put_u (data, g_hash_table_size (one->joined), 2);
  g_hash_table_iter_init (&iter, one->joined);
  while (g_hash_table_iter_next (&iter, (gpointer *) &account, NULL))
    g_byte_array_append (data, account->b, sizeof account->b);
  keep (s, one, LAN_SHARE_ROW_SHARE, "", 0, g_byte_array_free_to_bytes (data));
}

void
lan_shares_keep_head (LanShares *s, LanShareOne *one, LanShareHeadOne *head)
{
  GByteArray *data = g_byte_array_new ();

  put_bytes (data, head->bytes);
  put_bytes (data, head->cert);
  put_bytes (data, head->pages);
  keep (s, one, LAN_SHARE_ROW_HEAD, head->head.device.b, sizeof head->head.device.b,
        g_byte_array_free_to_bytes (data));
  head->is_kept = FALSE;
  head->batch = s->last_batch + 1; /* the one that is being collected */
}

void
lan_shares_forget_head (LanShares *s, LanShareOne *one, const LanDeviceId *device)
{
  keep (s, one, LAN_SHARE_ROW_HEAD, device->b, sizeof device->b, NULL);
}

void
lan_shares_keep_page (LanShares *s, LanShareOne *one, const LanHash *hash, GBytes *page)
{
  keep (s, one, LAN_SHARE_ROW_PAGE, hash->b, sizeof hash->b,
        page != NULL ? g_bytes_ref (page) : NULL);
}

void
lan_shares_keep_item (LanShares *s, LanShareOne *one, const LanShareItem *item, const char *path)
{
  GByteArray *data;
  LanShareEntry entry = item->local;

  if (item->local.kind == 0) {
    keep (s, one, LAN_SHARE_ROW_LOCAL, path, strlen (path), NULL);
    return;
  }
  data = g_byte_array_new ();
  entry.path = (char *) path;
  put_u (data, item->flags, 1);
  put_u (data, item->stamp.size, 8);
  put_u (data, item->stamp.inode, 8);
  put_u (data, (guint64) item->stamp.mtime_ns, 8);
  put_u (data, (guint64) item->stamp.ctime_ns, 8);
  lan_share_entry_write (data, &entry);
  keep (s, one, LAN_SHARE_ROW_LOCAL, path, strlen (path), g_byte_array_free_to_bytes (data));
}

void
lan_shares_keep_wanted (LanShares *s, LanShareOne *one, const char *path, gboolean on)
{
  keep (s, one, LAN_SHARE_ROW_WANTED, path, strlen (path), on ? g_bytes_new ("", 0) : NULL);
}

static void
number_key (guint64 number, guint8 key[8])
{
  LanWriter w;

  lan_writer_init (&w, key, 8);
  lan_write_u64_be (&w, number);
}

void
lan_shares_keep_log (LanShares *s, LanShareOne *one, const LanShareLogEntry *entry)
{
  GByteArray *data = g_byte_array_new ();
  guint8 key[8];

  put_u (data, (guint64) entry->time_ms, 8);
  put_u (data, entry->kind, 1);
  g_byte_array_append (data, entry->who.b, sizeof entry->who.b);
  put_u (data, entry->number, 8);
  put_text (data, entry->path);
  put_text (data, entry->other);
  number_key (entry->seq, key);
  keep (s, one, LAN_SHARE_ROW_LOG, key, sizeof key, g_byte_array_free_to_bytes (data));
}

void
lan_shares_note (LanShares *s, LanShareOne *one, LanShareLogKind kind, const LanAccountId *who,
                 guint64 number, const char *path, const char *other)
{
  LanShareLogEntry *entry = g_new0 (LanShareLogEntry, 1);

  entry->seq = ++one->log_seq;
  entry->time_ms = s->now.wall_ms;
  entry->kind = kind;
  if (who != NULL)
    entry->who = *who;
  entry->number = number;
  entry->path = g_strdup (path != NULL ? path : "");
  entry->other = g_strdup (other != NULL ? other : "");
  g_queue_push_tail (&one->log, entry);
  lan_shares_keep_log (s, one, entry);
  if (kind == LAN_SHARE_LOG_CONFLICT)
    g_hash_table_add (one->conflicts, g_strdup (entry->path));
  while (one->log.length > LAN_SHARES_MAX_LOG) {
    LanShareLogEntry *old = g_queue_pop_head (&one->log);
    guint8 key[8];

    number_key (old->seq, key);
    keep (s, one, LAN_SHARE_ROW_LOG, key, sizeof key, NULL);
    lan_share_log_entry_free (old);
  }
}

/* -- in -- */

/* Returns: (transfer full) (nullable): NULL for an empty block. */
static GBytes *
get_bytes (LanReader *r)
{
  gsize len = lan_read_u32 (r);
  const guint8 *data = lan_read_span (r, len);

  return data != NULL && len > 0 ? g_bytes_new (data, len) : NULL;
}

static char *
get_text (LanReader *r)
{
  gsize len = lan_read_u32 (r);
  const guint8 *data = lan_read_span (r, len);

  return data != NULL ? g_strndup ((const char *) data, len) : g_strdup ("");
}

static void
load_joined (LanShareOne *one, LanReader *r)
{
  guint n = lan_read_u16 (r);

  for (guint i = 0; i < n && !r->failed; i++) {
    LanAccountId account;

    lan_read_bytes (r, account.b, sizeof account.b);
    if (!r->failed)
      g_hash_table_add (one->joined, g_memdup2 (&account, sizeof account));
  }
}

static gboolean
load_paper (LanShareOne *one)
{
  gsize len, cert_len;
  const guint8 *data, *cert;

  if (one->paper == NULL || one->cert == NULL)
    return FALSE;
  data = g_bytes_get_data (one->paper, &len);
  cert = g_bytes_get_data (one->cert, &cert_len);
  return lan_share_roster_verify (&one->roster, data, len, cert, cert_len) == LAN_STATUS_OK;
}

static void
load_share (LanShares *s, const LanConversationId *id, LanReader *r)
{
  LanShareOne *one;

  if (lan_shares_find (s, id) != NULL || lan_read_u8 (r) != ROW_VERSION)
    return;
  one = lan_shares_add (s, id);
  one->state = (LanShareState) lan_read_u8 (r);
  one->keep = lan_read_u8 (r) != 0;
  one->was_marked = lan_read_u8 (r) != 0;
  one->own_seq = lan_read_u64 (r);
  one->count = lan_read_u64 (r);
  one->dir = get_text (r);
  if (*one->dir == '\0')
    g_clear_pointer (&one->dir, g_free);
  one->paper = get_bytes (r);
  one->cert = get_bytes (r);
  load_joined (one, r);
  if (r->failed || one->state > LAN_SHARE_ENDED || !load_paper (one))
    g_hash_table_remove (s->all, id);
}

static void
load_head (LanShareOne *one, LanReader *r)
{
  LanShareHeadOne *head = g_new0 (LanShareHeadOne, 1);

  head->bytes = get_bytes (r);
  head->cert = get_bytes (r);
  head->pages = get_bytes (r);
  if (head->pages == NULL)
    head->pages = g_bytes_new ("", 0);
  head->is_kept = TRUE;
  if (r->failed || head->bytes == NULL || head->cert == NULL ||
      lan_share_head_verify (&head->head, &head->account, g_bytes_get_data (head->bytes, NULL),
                             g_bytes_get_size (head->bytes), g_bytes_get_data (head->cert, NULL),
                             g_bytes_get_size (head->cert)) != LAN_STATUS_OK) {
    lan_share_head_one_free (head);
    return;
  }
  g_hash_table_replace (one->heads, &head->head.device, head);
}

static void
load_local (LanShareOne *one, LanReader *r)
{
  LanShareEntry entry = { 0 };
  LanShareStamp stamp;
  LanShareItem *item;
  guint flags = lan_read_u8 (r);

  stamp.size = lan_read_u64 (r);
  stamp.inode = lan_read_u64 (r);
  stamp.mtime_ns = (gint64) lan_read_u64 (r);
  stamp.ctime_ns = (gint64) lan_read_u64 (r);
  if (r->failed || !lan_share_entry_read (r, &entry))
    return;
  item = lan_share_item_ensure (one, entry.path);
  item->flags = flags;
  item->stamp = stamp;
  lan_share_entry_clear (&item->local);
  item->local = entry;
}

static void
load_log (LanShareOne *one, GBytes *key, LanReader *r)
{
  LanShareLogEntry *entry = g_new0 (LanShareLogEntry, 1);
  LanReader k;

  lan_reader_init (&k, g_bytes_get_data (key, NULL), g_bytes_get_size (key));
  entry->seq = lan_read_u64_be (&k);
  entry->time_ms = (gint64) lan_read_u64 (r);
  entry->kind = (LanShareLogKind) lan_read_u8 (r);
  lan_read_bytes (r, entry->who.b, sizeof entry->who.b);
  entry->number = lan_read_u64 (r);
  entry->path = get_text (r);
  entry->other = get_text (r);
  if (r->failed || k.failed || entry->kind >= LAN_SHARE_LOG_N) {
    lan_share_log_entry_free (entry);
    return;
  }
  one->log_seq = MAX (one->log_seq, entry->seq);
  g_queue_push_tail (&one->log, entry);
}

void
lan_shares_load (LanShares *s, const LanShareItemRow *row)
{
  LanShareOne *one = lan_shares_find (s, &row->share);
  gsize len = 0;
  const guint8 *data = row->data != NULL ? g_bytes_get_data (row->data, &len) : NULL;
  LanReader r;

  lan_reader_init (&r, data, len);
  if (row->kind == LAN_SHARE_ROW_SHARE) {
    load_share (s, &row->share, &r);
    return;
  }
  if (one == NULL || row->key == NULL || g_bytes_get_size (row->key) == 0)
    return;
  switch (row->kind) {
  case LAN_SHARE_ROW_HEAD:
    load_head (one, &r);
    break;
  case LAN_SHARE_ROW_PAGE:
    if (g_bytes_get_size (row->key) == LAN_HASH_BYTES && row->data != NULL &&
        g_hash_table_insert (one->pages,
                             g_memdup2 (g_bytes_get_data (row->key, NULL), LAN_HASH_BYTES),
                             g_bytes_ref (row->data)))
      one->page_bytes += len;
    break;
  case LAN_SHARE_ROW_LOCAL:
    load_local (one, &r);
    break;
  case LAN_SHARE_ROW_LOG:
    load_log (one, row->key, &r);
    break;
  case LAN_SHARE_ROW_WANTED: {
    g_autofree char *path =
        g_strndup (g_bytes_get_data (row->key, NULL), g_bytes_get_size (row->key));

    lan_share_item_ensure (one, path)->wanted = TRUE;
    break;
  }
  default:
    break;
  }
}
