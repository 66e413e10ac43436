/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What changed in a shared folder: everything is looked at, only what looks different is read. A file
 * that changes while it is read, or was written a moment ago, is left for the next time.
 */
#include "lan-disk-private.h"
#include "lan-share-disk-private.h"

#include "lan-file-name.h"
#include "lan-manifest.h"
#include "lan-tree-hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FRESH_NS (20 * G_GINT64_CONSTANT (1000000)) /* two writes within one tick look the same */

typedef struct {
  LanShareFolder *folder;
  LanShareResult *result;
  GHashTable *known; /* path -> LanShareFound, until it was seen */
  guint8 *buffer;
  guint n;
} Scan;

static LanShareStamp
stamp_of (const struct stat *st)
{
  return (LanShareStamp){
    .size = (guint64) st->st_size,
    .inode = (guint64) st->st_ino,
    .mtime_ns = (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
    .ctime_ns = (gint64) st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec,
  };
}

static gboolean
is_fresh (const LanShareStamp *stamp)
{
  struct timespec now;
  gint64 age;

  clock_gettime (CLOCK_REALTIME, &now);
  age = (gint64) now.tv_sec * 1000000000 + now.tv_nsec - MAX (stamp->mtime_ns, stamp->ctime_ns);
  return age >= 0 && age < FRESH_NS;
}

static void
skip (Scan *scan, const char *path, LanShareSkip reason)
{
  if (scan->result->skipped++ < LAN_SHARE_MAX_SKIPPED)
    g_ptr_array_add (scan->result->unshared, lan_share_skipped_new (path, reason));
}

static char *
join (const char *folder, const char *name)
{
  return *folder != '\0' ? g_strconcat (folder, "/", name, NULL) : g_strdup (name);
}

static gboolean
is_stopping (Scan *scan)
{
  if (!g_atomic_int_get (scan->folder->stopping))
    return FALSE;
  lan_disk_set_code (&scan->result->error, LAN_FILE_ERROR_STOPPED, NULL);
  return TRUE;
}

/* Reads the whole file; FALSE: it is not what it was, or cannot be read now. */
static gboolean
hash_file (Scan *scan, int fd, guint64 size, LanHash *root)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);

  for (guint64 at = 0; at < size; at += LAN_DISK_HASH_BYTES) {
    if (g_atomic_int_get (scan->folder->stopping) ||
        !lan_disk_hash_some (tree, fd, at, size, scan->buffer))
      return FALSE;
  }
  return lan_tree_root (tree, root) == LAN_STATUS_OK;
}

static LanShareFound *
add_found (Scan *scan, const char *path, LanShareKind kind)
{
  LanShareFound *found = lan_share_found_new (path);

  found->kind = kind;
  g_ptr_array_add (scan->result->found, found);
  return found;
}

static void
read_file (Scan *scan, int dirfd, const char *name, const char *path)
{
  int fd = openat (dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat before, after;
  LanShareStamp stamp, now;
  LanShareFound *found;
  LanHash root;

  if (fd < 0) {
    /* Not readable now: it is neither changed nor gone. */
    if (errno == ELOOP)
      skip (scan, path, LAN_SHARE_SKIP_LINK); /* a moment ago it was none */
    else if (errno != ENOENT)
      skip (scan, path, LAN_SHARE_SKIP_UNREADABLE);
    return;
  }
  if (fstat (fd, &before) != 0 || !S_ISREG (before.st_mode) ||
      !hash_file (scan, fd, (guint64) before.st_size, &root) || fstat (fd, &after) != 0) {
    scan->result->busy = TRUE;
    close (fd);
    return;
  }
  close (fd);
  stamp = stamp_of (&before);
  now = stamp_of (&after);
  if (!lan_share_stamp_equal (&stamp, &now) || is_fresh (&stamp)) {
    scan->result->busy = TRUE;
    return;
  }
  found = add_found (scan, path, LAN_SHARE_FILE);
  found->mode = (before.st_mode & S_IXUSR) != 0 ? LAN_FILE_MODE_EXEC : 0;
  found->size = stamp.size;
  found->mtime_ms = stamp.mtime_ns / 1000000;
  found->root = root;
  found->stamp = stamp;
}

static gboolean scan_folder (Scan *scan, int fd, const char *path);

static gboolean
scan_child (Scan *scan, int dirfd, const char *name, const char *path)
{
  const LanShareFound *known = g_hash_table_lookup (scan->known, path);
  LanShareStamp stamp;
  struct stat st;
  int fd;

  if (fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
    return TRUE;
  if (!S_ISREG (st.st_mode) && !S_ISDIR (st.st_mode)) {
    skip (scan, path, S_ISLNK (st.st_mode) ? LAN_SHARE_SKIP_LINK : LAN_SHARE_SKIP_SPECIAL);
    return TRUE;
  }
  if (++scan->n > LAN_MANIFEST_MAX_ENTRIES) {
    lan_disk_set_code (&scan->result->error, LAN_FILE_ERROR_TOO_LARGE,
                       "a shared folder may hold %u entries", LAN_MANIFEST_MAX_ENTRIES);
    return FALSE;
  }
  stamp = stamp_of (&st);
  if (S_ISREG (st.st_mode)) {
    if (known == NULL || known->kind != LAN_SHARE_FILE ||
        !lan_share_stamp_equal (&known->stamp, &stamp))
      read_file (scan, dirfd, name, path);
    g_hash_table_remove (scan->known, path);
    return TRUE;
  }
  if (known == NULL || known->kind != LAN_SHARE_FOLDER)
    add_found (scan, path, LAN_SHARE_FOLDER);
  g_hash_table_remove (scan->known, path);
  g_ptr_array_add (scan->result->folders, g_strdup (path));
  fd = openat (dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT)
      return TRUE;
    lan_disk_set_error (&scan->result->error, errno, path);
    return FALSE;
  }
  return scan_folder (scan, fd, path);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *const *x = a, *const *y = b;

  return strcmp (*x, *y);
}

/* Names in order, so that of two that differ by case only the same one is shared each time. */
static GPtrArray *
list_names (Scan *scan, DIR *dir, const char *path)
{
  gboolean is_top = *path == '\0';
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  struct dirent *item;

  while ((item = readdir (dir)) != NULL) {
    if (strcmp (item->d_name, ".") == 0 || strcmp (item->d_name, "..") == 0 ||
        (is_top && g_ascii_strcasecmp (item->d_name, LAN_SHARE_PRIVATE_DIR) == 0))
      continue;
    if (lan_file_name_is_component (item->d_name, strlen (item->d_name))) {
      g_ptr_array_add (names, g_strdup (item->d_name));
    } else {
      g_autofree char *below = join (path, item->d_name);

      skip (scan, below, LAN_SHARE_SKIP_NAME);
    }
  }
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* Takes @fd. */
static gboolean
scan_folder (Scan *scan, int fd, const char *path)
{
  g_autoptr (GHashTable) folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) names = NULL;
  DIR *dir = fdopendir (fd);
  gboolean ok = TRUE;

  if (dir == NULL) {
    lan_disk_set_error (&scan->result->error, errno, "listing the shared folder");
    close (fd);
    return FALSE;
  }
  names = list_names (scan, dir, path);
  for (guint i = 0; ok && i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *below = join (path, name);

    if (is_stopping (scan)) {
      ok = FALSE;
    } else if (!lan_manifest_is_path (below, strlen (below))) {
      skip (scan, below, LAN_SHARE_SKIP_NAME);
    } else if (!g_hash_table_add (folded, lan_manifest_fold (name, strlen (name)))) {
      skip (scan, below, LAN_SHARE_SKIP_CASE);
    } else {
      ok = scan_child (scan, dirfd (dir), name, below);
    }
  }
  closedir (dir);
  return ok;
}

static int
deeper_first (gconstpointer a, gconstpointer b)
{
  return -compare_names (a, b);
}

void
lan_share_folder_scan (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree guint8 *buffer = g_malloc (LAN_DISK_HASH_BYTES);
  Scan scan = { folder, result, known, buffer, 0 };
  GHashTableIter iter;
  gpointer path;
  int fd;

  result->found = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_share_found_free);
  result->gone = g_ptr_array_new_with_free_func (g_free);
  result->folders = g_ptr_array_new_with_free_func (g_free);
  result->unshared = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_share_skipped_free);
  g_ptr_array_add (result->folders, g_strdup (""));
  for (guint i = 0; job->known != NULL && i < job->known->len; i++) {
    LanShareFound *item = g_ptr_array_index (job->known, i);

    g_hash_table_insert (known, item->path, item);
  }
  if (!lan_share_folder_is_marked (folder, &job->share)) {
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_NOT_FOUND,
                       "what was shared is not in this folder");
    return;
  }
  fd = openat (folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    lan_disk_set_error (&result->error, errno, "listing the shared folder");
    return;
  }
  if (!scan_folder (&scan, fd, ""))
    return;
  g_hash_table_iter_init (&iter, known);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    g_ptr_array_add (result->gone, g_strdup (path));
  g_ptr_array_sort (result->gone, deeper_first);
}
