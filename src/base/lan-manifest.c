/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-manifest.h"

#include "lan-bytes.h"
#include "lan-file-name.h"

#include <string.h>

static const guint8 magic[4] = { 'L', 'Y', 'M', '1' };

GBytes *
lan_manifest_encode (const LanFileTree *tree)
{
  guint n = lan_file_tree_n_entries (tree);
  gsize size = LAN_MANIFEST_HEAD_BYTES;
  LanWriter w;
  guint8 *data;

  if (n > LAN_MANIFEST_MAX_ENTRIES)
    return NULL;
  for (guint i = 0; i < n; i++)
    size += LAN_MANIFEST_ENTRY_BYTES + strlen (lan_file_tree_entry (tree, i)->path);
  if (size > LAN_MANIFEST_MAX_BYTES)
    return NULL;
  data = g_malloc (size);
  lan_writer_init (&w, data, size);
  lan_write_bytes (&w, magic, sizeof magic);
  lan_write_u32 (&w, n);
  lan_write_u64 (&w, lan_file_tree_size (tree));
  for (guint i = 0; i < n; i++) {
    const LanFileEntry *entry = lan_file_tree_entry (tree, i);
    gsize len = strlen (entry->path);

    lan_write_u16 (&w, (guint16) len);
    lan_write_bytes (&w, entry->path, len);
    lan_write_u64 (&w, entry->size);
    lan_write_u8 (&w, entry->mode);
    lan_write_u64 (&w, (guint64) entry->mtime_ms);
    lan_write_bytes (&w, entry->root.b, sizeof entry->root.b);
    lan_write_u8 (&w, entry->kind);
  }
  return g_bytes_new_take (data, size);
}

gboolean
lan_manifest_is_path (const char *path, gsize len)
{
  gsize at = 0;

  if (len == 0 || len > LAN_MANIFEST_MAX_PATH || memchr (path, '\0', len) != NULL)
    return FALSE;
  for (guint depth = 1; depth <= LAN_MANIFEST_MAX_DEPTH; depth++) {
    const char *slash = memchr (path + at, '/', len - at);
    gsize end = slash != NULL ? (gsize) (slash - path) : len;

    if (!lan_file_name_is_component (path + at, end - at))
      return FALSE;
    if (slash == NULL)
      return TRUE;
    at = end + 1;
  }
  return FALSE;
}

char *
lan_manifest_fold (const char *path, gsize len)
{
  g_autofree char *folded = NULL;
  gboolean is_ascii = TRUE;
  char *normal;

  for (gsize i = 0; i < len && is_ascii; i++)
    is_ascii = (guchar) path[i] < 0x80;
  if (is_ascii)
    return g_ascii_strdown (path, (gssize) len);
  folded = g_utf8_casefold (path, (gssize) len);
  normal = g_utf8_normalize (folded, -1, G_NORMALIZE_NFKC);
  return normal != NULL ? normal : g_strndup (path, len);
}

/* What is known of the paths read so far: folded path -> how it was written first. */
typedef struct {
  GHashTable *seen; /* folded (owned by .chunk) -> as written, also there */
  GHashTable *files;
  GStringChunk *chunk;
  char *last; /* path of the entry before */
} Names;

static void
names_clear (Names *names)
{
  g_clear_pointer (&names->seen, g_hash_table_unref);
  g_clear_pointer (&names->files, g_hash_table_unref);
  g_clear_pointer (&names->chunk, g_string_chunk_free);
  g_clear_pointer (&names->last, g_free);
}

/* A folder on the way to an entry, or an entry that is one: always written the same, never a file. */
static gboolean
note_folder (Names *names, const char *path, gsize len)
{
  g_autofree char *folded = lan_manifest_fold (path, len);
  const char *written = g_hash_table_lookup (names->seen, folded);
  const char *key;

  if (written != NULL)
    return strlen (written) == len && memcmp (written, path, len) == 0 &&
           !g_hash_table_contains (names->files, folded);
  key = g_string_chunk_insert (names->chunk, folded);
  g_hash_table_insert (names->seen, (gpointer) key,
                       g_string_chunk_insert_len (names->chunk, path, (gssize) len));
  return TRUE;
}

static gboolean
note_parents (Names *names, const char *path, gsize len)
{
  gsize shared = 0;

  /* What the entry before had in front too is known. */
  if (names->last != NULL) {
    for (gsize i = 0; i < len && names->last[i] == path[i] && path[i] != '\0'; i++) {
      if (path[i] == '/')
        shared = i;
    }
  }
  for (gsize i = shared + 1; i < len; i++) {
    if (path[i] == '/' && !note_folder (names, path, i))
      return FALSE;
  }
  return TRUE;
}

static gboolean
note_entry (Names *names, const char *path, gsize len, guint8 kind)
{
  g_autofree char *folded = NULL;
  const char *key;

  if (!note_parents (names, path, len))
    return FALSE;
  g_free (names->last);
  names->last = g_strndup (path, len);
  if (kind == LAN_FILE_ENTRY_FOLDER)
    return note_folder (names, path, len);
  folded = lan_manifest_fold (path, len);
  if (g_hash_table_contains (names->seen, folded))
    return FALSE;
  key = g_string_chunk_insert (names->chunk, folded);
  g_hash_table_insert (names->seen, (gpointer) key,
                       g_string_chunk_insert_len (names->chunk, path, (gssize) len));
  g_hash_table_add (names->files, (gpointer) key);
  return TRUE;
}

static gboolean
is_zero (const LanHash *hash)
{
  static const LanHash zero;

  return lan_hash_equal (hash, &zero);
}

static gboolean
is_valid (const LanFileEntry *entry)
{
  switch (entry->kind) {
  case LAN_FILE_ENTRY_FILE:
    return entry->mode <= LAN_FILE_MODE_EXEC;
  case LAN_FILE_ENTRY_FOLDER:
    return entry->size == 0 && entry->mode == 0 && is_zero (&entry->root);
  default:
    return FALSE; /* links, devices and owners have no kinds here */
  }
}

static gboolean
read_entry (LanReader *r, Names *names, LanFileTree *tree)
{
  gsize len = lan_read_u16 (r);
  const char *path = (const char *) lan_read_span (r, len);
  g_autofree char *text = NULL;
  LanFileEntry entry = { 0 };

  entry.size = lan_read_u64 (r);
  entry.mode = lan_read_u8 (r);
  entry.mtime_ms = (gint64) lan_read_u64 (r);
  lan_read_bytes (r, entry.root.b, sizeof entry.root.b);
  entry.kind = lan_read_u8 (r);
  if (r->failed || !is_valid (&entry) || !lan_manifest_is_path (path, len))
    return FALSE;
  text = g_strndup (path, len);
  if (names->last != NULL && strcmp (names->last, text) >= 0)
    return FALSE;
  entry.path = text;
  return note_entry (names, path, len, entry.kind) && lan_file_tree_add (tree, &entry);
}

LanStatus
lan_manifest_decode (const guint8 *data, gsize len, LanFileTree **tree)
{
  g_autoptr (LanFileTree) made = NULL;
  Names names = { 0 };
  guint8 start[sizeof magic];
  guint64 total;
  guint32 n, i;
  LanReader r;

  if (len > LAN_MANIFEST_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  lan_reader_init (&r, data, len);
  lan_read_bytes (&r, start, sizeof start);
  n = lan_read_u32 (&r);
  total = lan_read_u64 (&r);
  if (r.failed || memcmp (start, magic, sizeof magic) != 0)
    return LAN_STATUS_MALFORMED;
  if (n > LAN_MANIFEST_MAX_ENTRIES)
    return LAN_STATUS_OVERSIZED;
  if (lan_reader_left (&r) / LAN_MANIFEST_ENTRY_BYTES < n)
    return LAN_STATUS_MALFORMED;
  made = lan_file_tree_new_folder ();
  names.seen = g_hash_table_new (g_str_hash, g_str_equal);
  names.files = g_hash_table_new (g_str_hash, g_str_equal);
  names.chunk = g_string_chunk_new (4096);
  for (i = 0; i < n && read_entry (&r, &names, made); i++)
    ;
  names_clear (&names);
  if (i < n || !lan_reader_done (&r) || lan_file_tree_size (made) != total)
    return LAN_STATUS_MALFORMED;
  *tree = g_steal_pointer (&made);
  return LAN_STATUS_OK;
}
