/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The folder of old versions does not grow for ever: what made way long ago goes, and the oldest of the rest where
 * they take too much. The newest version of something that is not in the folder any more always stays, as it
 * may be the only copy; so does whatever does not carry a name that this program gives.
 */
#include "lan-disk-private.h"
#include "lan-share-disk-private.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define STAMP_CHARS  16 /* ~YYYYMMDD-HHMMSS */
#define MAX_DEPTH    40
#define MAX_VERSIONS 200000

typedef struct {
  char *path;     /* below the folder of old versions */
  char *original; /* where it was */
  gint64 time_ms; /* when it made way */
  guint64 size;
} Version;

typedef struct {
  LanShareFolder *folder;
  GPtrArray *versions; /* of Version */
  guint64 total;
} Trim;

static void
version_free (gpointer data)
{
  Version *version = data;

  g_free (version->path);
  g_free (version->original);
  g_free (version);
}

static const char *
find_stamp (const char *name)
{
  for (const char *at = strrchr (name, '~'); at != NULL && at > name;
       at = g_strrstr_len (name, at - name, "~")) {
    gboolean ok = strlen (at) >= STAMP_CHARS && at[9] == '-';

    for (guint i = 1; ok && i < STAMP_CHARS; i++)
      ok = i == 9 || g_ascii_isdigit (at[i]);
    if (ok)
      return at;
  }
  return NULL;
}

static gint64
read_stamp (const char *stamp)
{
  g_autofree char *text = g_strdup_printf ("%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", stamp + 1, stamp + 5,
                                           stamp + 7, stamp + 10, stamp + 12, stamp + 14);
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  return time != NULL ? g_date_time_to_unix (time) * 1000 : -1;
}

/* " (2)", which is put in where two made way within a second. */
static const char *
skip_number (const char *rest)
{
  const char *at = rest;

  if (!g_str_has_prefix (at, " ("))
    return rest;
  for (at += 2; g_ascii_isdigit (*at); at++)
    ;
  return *at == ')' && at > rest + 2 ? at + 1 : rest;
}

static void
note_version (Trim *trim, const char *folder, const char *name, const struct stat *st)
{
  const char *stamp = find_stamp (name);
  gint64 time_ms = stamp != NULL ? read_stamp (stamp) : -1;
  g_autofree char *base = NULL;
  Version *version;

  trim->total += (guint64) st->st_size;
  if (time_ms < 0)
    return;
  base = g_strdup_printf ("%.*s%s", (int) (stamp - name), name, skip_number (stamp + STAMP_CHARS));
  version = g_new0 (Version, 1);
  version->path = g_strconcat (folder, name, NULL);
  version->original = g_strconcat (folder, base, NULL);
  version->time_ms = time_ms;
  version->size = (guint64) st->st_size;
  g_ptr_array_add (trim->versions, version);
}

/* Takes @fd. @folder ends with a slash, or is empty. */
static void
list_folder (Trim *trim, int fd, const char *folder, guint depth)
{
  DIR *dir = fdopendir (fd);
  struct dirent *item;

  if (dir == NULL) {
    close (fd);
    return;
  }
  while ((item = readdir (dir)) != NULL && trim->versions->len < MAX_VERSIONS &&
         !g_atomic_int_get (trim->folder->stopping)) {
    struct stat st;

    if (strcmp (item->d_name, ".") == 0 || strcmp (item->d_name, "..") == 0 ||
        fstatat (dirfd (dir), item->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    if (S_ISREG (st.st_mode)) {
      note_version (trim, folder, item->d_name, &st);
    } else if (S_ISDIR (st.st_mode) && depth < MAX_DEPTH) {
      g_autofree char *below = g_strconcat (folder, item->d_name, "/", NULL);
      int child =
          openat (dirfd (dir), item->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

      if (child >= 0)
        list_folder (trim, child, below, depth + 1);
    }
  }
  closedir (dir);
}

static int
oldest_first (gconstpointer a, gconstpointer b)
{
  const Version *const *x = a, *const *y = b;

  if ((*x)->time_ms != (*y)->time_ms)
    return (*x)->time_ms < (*y)->time_ms ? -1 : 1;
  return strcmp ((*x)->path, (*y)->path);
}

static gboolean
is_there (LanShareFolder *folder, const char *path)
{
  int fd = lan_disk_open_beneath (folder->fd, path, O_PATH, 0);

  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

/* Returns: (transfer full): the newest version of each original, which is kept where that is gone. */
static GHashTable *
newest_of (GPtrArray *versions)
{
  GHashTable *newest = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < versions->len; i++) {
    Version *version = g_ptr_array_index (versions, i);

    g_hash_table_replace (newest, version->original, version);
  }
  return newest;
}

void
lan_share_folder_trim (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result)
{
  g_autoptr (GPtrArray) versions = g_ptr_array_new_with_free_func (version_free);
  g_autoptr (GHashTable) newest = NULL;
  Trim trim = { folder, versions, 0 };
  int top = lan_disk_open_beneath (folder->fd, LAN_SHARE_VERSIONS_DIR, O_RDONLY | O_DIRECTORY, 0);
  int list = top >= 0 ? openat (top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

  if (list >= 0)
    list_folder (&trim, list, "", 0);
  g_ptr_array_sort (versions, oldest_first);
  newest = newest_of (versions);
  for (guint i = 0; i < versions->len; i++) {
    const Version *version = g_ptr_array_index (versions, i);

    if (version->time_ms >= job->before_ms && trim.total <= job->max_bytes)
      break; /* the rest is younger, and fits */
    if (g_hash_table_lookup (newest, version->original) == version &&
        !is_there (folder, version->original))
      continue;
    if (unlinkat (top, version->path, 0) != 0)
      continue;
    trim.total -= version->size;
    result->removed++;
  }
  if (top >= 0)
    close (top);
}
