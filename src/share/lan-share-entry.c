/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-share-entry.h"

#include "lan-manifest.h"

#include <string.h>

#define FIXED_BYTES 61 /* of an entry without path and counts */
#define CUT_BYTES   4096
#define CUT_EVERY   64 /* a page ends at every so many-th path, chosen by the path alone */

void
lan_share_entry_copy (LanShareEntry *to, const LanShareEntry *from)
{
  *to = *from;
  to->path = g_strdup (from->path);
  to->counts = g_memdup2 (from->counts, from->n_counts * sizeof *from->counts);
}

void
lan_share_entry_clear (LanShareEntry *entry)
{
  g_free (entry->path);
  g_free (entry->counts);
  *entry = (LanShareEntry){ 0 };
}

guint64
lan_share_entry_count (const LanShareEntry *entry, const LanDeviceId *device)
{
  for (guint i = 0; i < entry->n_counts; i++) {
    if (lan_device_id_equal (&entry->counts[i].device, device))
      return entry->counts[i].count;
  }
  return 0;
}

static gboolean
knows_all (const LanShareEntry *a, const LanShareEntry *b)
{
  for (guint i = 0; i < b->n_counts; i++) {
    if (lan_share_entry_count (a, &b->counts[i].device) < b->counts[i].count)
      return FALSE;
  }
  return TRUE;
}

LanShareOrder
lan_share_entry_order (const LanShareEntry *a, const LanShareEntry *b)
{
  gboolean a_knows = knows_all (a, b);
  gboolean b_knows = knows_all (b, a);

  if (a_knows && b_knows)
    return LAN_SHARE_EQUAL;
  if (a_knows)
    return LAN_SHARE_AFTER;
  return b_knows ? LAN_SHARE_BEFORE : LAN_SHARE_APART;
}

gboolean
lan_share_entry_same (const LanShareEntry *a, const LanShareEntry *b)
{
  return a->kind == b->kind && a->size == b->size && a->mode == b->mode &&
         lan_hash_equal (&a->root, &b->root);
}

gboolean
lan_share_entry_beats (const LanShareEntry *a, const LanShareEntry *b)
{
  int roots;

  if ((a->kind == LAN_SHARE_GONE) != (b->kind == LAN_SHARE_GONE))
    return b->kind == LAN_SHARE_GONE;
  if (a->kind != b->kind)
    return a->kind < b->kind;
  if (a->mtime_ms != b->mtime_ms)
    return a->mtime_ms > b->mtime_ms;
  roots = lan_hash_compare (&a->root, &b->root);
  if (roots != 0)
    return roots > 0;
  return a->mode > b->mode;
}

static void
set_count (LanShareEntry *entry, const LanDeviceId *device, guint64 count)
{
  guint at = 0;

  while (at < entry->n_counts && lan_device_id_compare (&entry->counts[at].device, device) < 0)
    at++;
  if (at < entry->n_counts && lan_device_id_equal (&entry->counts[at].device, device)) {
    entry->counts[at].count = MAX (entry->counts[at].count, count);
    return;
  }
  if (entry->n_counts == LAN_SHARE_MAX_COUNTS)
    return;
  entry->counts = g_renew (LanShareCount, entry->counts, entry->n_counts + 1);
  memmove (entry->counts + at + 1, entry->counts + at,
           (entry->n_counts - at) * sizeof *entry->counts);
  entry->counts[at] = (LanShareCount){ *device, count };
  entry->n_counts++;
}

void
lan_share_entry_join (LanShareEntry *to, const LanShareEntry *from)
{
  for (guint i = 0; i < from->n_counts; i++)
    set_count (to, &from->counts[i].device, from->counts[i].count);
}

/* The oldest change makes room for one's own. */
static void
make_room (LanShareEntry *entry, const LanDeviceId *device)
{
  guint least = 0;

  if (entry->n_counts < LAN_SHARE_MAX_COUNTS || lan_share_entry_count (entry, device) > 0)
    return;
  for (guint i = 1; i < entry->n_counts; i++) {
    if (entry->counts[i].count < entry->counts[least].count)
      least = i;
  }
  memmove (entry->counts + least, entry->counts + least + 1,
           (entry->n_counts - least - 1) * sizeof *entry->counts);
  entry->n_counts--;
}

void
lan_share_entry_bump (LanShareEntry *entry, const LanDeviceId *device, guint64 count)
{
  make_room (entry, device);
  set_count (entry, device, count);
  entry->author = *device;
}

/* -- bytes -- */

void
lan_share_entry_write (GByteArray *to, const LanShareEntry *entry)
{
  gsize len = strlen (entry->path);
  gsize size = FIXED_BYTES + len + entry->n_counts * 16;
  guint at = to->len;
  LanWriter w;

  g_byte_array_set_size (to, at + (guint) size);
  lan_writer_init (&w, to->data + at, size);
  lan_write_u16 (&w, (guint16) len);
  lan_write_bytes (&w, entry->path, len);
  lan_write_u8 (&w, (guint8) entry->kind);
  lan_write_u8 (&w, entry->mode);
  lan_write_u64 (&w, entry->size);
  lan_write_u64 (&w, (guint64) entry->mtime_ms);
  lan_write_bytes (&w, entry->root.b, sizeof entry->root.b);
  lan_write_bytes (&w, entry->author.b, sizeof entry->author.b);
  lan_write_u8 (&w, (guint8) entry->n_counts);
  for (guint i = 0; i < entry->n_counts; i++) {
    lan_write_bytes (&w, entry->counts[i].device.b, sizeof entry->counts[i].device.b);
    lan_write_u64 (&w, entry->counts[i].count);
  }
  g_assert (!w.failed && w.len == size);
}

static gboolean
is_own_name (const char *path, gsize len)
{
  gsize own = strlen (LAN_SHARE_PRIVATE_DIR);

  return len >= own && g_ascii_strncasecmp (path, LAN_SHARE_PRIVATE_DIR, own) == 0 &&
         (len == own || path[own] == '/');
}

static gboolean
read_counts (LanReader *r, LanShareEntry *entry)
{
  guint n = lan_read_u8 (r);

  if (n == 0 || n > LAN_SHARE_MAX_COUNTS || lan_reader_left (r) < n * (gsize) 16)
    return FALSE;
  entry->n_counts = n;
  entry->counts = g_new0 (LanShareCount, n);
  for (guint i = 0; i < n; i++) {
    LanShareCount *count = &entry->counts[i];

    lan_read_bytes (r, count->device.b, sizeof count->device.b);
    count->count = lan_read_u64 (r);
    if (count->count == 0 || count->count > LAN_SHARE_MAX_COUNT ||
        (i > 0 && lan_device_id_compare (&count[-1].device, &count->device) >= 0))
      return FALSE;
  }
  return lan_share_entry_count (entry, &entry->author) > 0;
}

static gboolean
is_sound (const LanShareEntry *entry)
{
  static const LanHash zero;

  if (entry->mtime_ms < 0)
    return FALSE;
  if (entry->kind == LAN_SHARE_FILE)
    return entry->mode <= LAN_FILE_MODE_EXEC && entry->size <= LAN_SHARE_MAX_SIZE;
  return (entry->kind == LAN_SHARE_FOLDER || entry->kind == LAN_SHARE_GONE) && entry->size == 0 &&
         entry->mode == 0 && lan_hash_equal (&entry->root, &zero);
}

gboolean
lan_share_entry_read (LanReader *r, LanShareEntry *entry)
{
  gsize len = lan_read_u16 (r);
  const char *path = (const char *) lan_read_span (r, len);
  LanShareEntry made = { 0 };

  made.kind = (LanShareKind) lan_read_u8 (r);
  made.mode = lan_read_u8 (r);
  made.size = lan_read_u64 (r);
  made.mtime_ms = (gint64) lan_read_u64 (r);
  lan_read_bytes (r, made.root.b, sizeof made.root.b);
  lan_read_bytes (r, made.author.b, sizeof made.author.b);
  if (r->failed || !lan_manifest_is_path (path, len) || is_own_name (path, len) ||
      !is_sound (&made) || !read_counts (r, &made) || r->failed) {
    lan_share_entry_clear (&made);
    r->failed = TRUE;
    return FALSE;
  }
  made.path = g_strndup (path, len);
  *entry = made;
  return TRUE;
}

/* -- pages -- */

/* The same path ends a page in everybody's list, so that one change changes one page. */
static gboolean
is_cut (const LanShareEntry *entry, gsize len)
{
  return len >= LAN_SHARE_PAGE_BYTES ||
         (len >= CUT_BYTES && g_str_hash (entry->path) % CUT_EVERY == 0);
}

GPtrArray *
lan_share_pages_make (const GPtrArray *entries)
{
  GPtrArray *pages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GByteArray *page = g_byte_array_new ();

  for (guint i = 0; i < entries->len; i++) {
    const LanShareEntry *entry = g_ptr_array_index (entries, i);

    lan_share_entry_write (page, entry);
    if (is_cut (entry, page->len)) {
      g_ptr_array_add (pages, g_byte_array_free_to_bytes (page));
      page = g_byte_array_new ();
    }
  }
  if (page->len > 0)
    g_ptr_array_add (pages, g_byte_array_free_to_bytes (page));
  else
    g_byte_array_unref (page);
  return pages;
}

LanStatus
lan_share_page_read (GBytes *page, char **last, LanShareEntryFunc func, gpointer data, guint *n)
{
  gsize len;
  const guint8 *bytes = g_bytes_get_data (page, &len);
  LanReader r;

  if (len > LAN_SHARE_PAGE_MAX)
    return LAN_STATUS_OVERSIZED;
  lan_reader_init (&r, bytes, len);
  while (lan_reader_left (&r) > 0) {
    LanShareEntry entry = { 0 };

    if (!lan_share_entry_read (&r, &entry))
      return LAN_STATUS_MALFORMED;
    if (*last != NULL && strcmp (*last, entry.path) >= 0) {
      lan_share_entry_clear (&entry);
      return LAN_STATUS_MALFORMED;
    }
    g_free (*last);
    *last = g_strdup (entry.path);
    (*n)++;
    func (&entry, data);
    lan_share_entry_clear (&entry);
  }
  return LAN_STATUS_OK;
}
