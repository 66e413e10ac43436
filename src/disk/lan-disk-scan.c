/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a folder holds that is to be sent: ordinary files and folders, in order of path. Links, pipes,
 * sockets and devices are left out. Names that others could not be given are changed for the
 * receiver; here they stay what they are. On workers.
 */
#include "lan-disk-private.h"

#include "lan-file-name.h"
#include "lan-manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *path; /* as the receiver sees it */
  char *raw;  /* on the disk; NULL: the same */
  guint64 size;
  gint64 mtime_ms;
  guint64 stamp;
  guint8 kind;
  guint8 mode;
} Found;

typedef struct {
  LanDisk *disk;
  LanDiskFile *file;
  GPtrArray *found;
  GHashTable *folded; /* folded path (owned) of everything found */
  LanFileResult *result;
  GError **error;
} Scan;

static void
found_free (gpointer data)
{
  Found *found = data;

  g_free (found->path);
  g_free (found->raw);
  g_free (found);
}

guint64
lan_disk_fold_stamp (const LanDiskStamp *stamp)
{
  guint64 folded = 14695981039346656037u;
  const guint64 parts[] = { stamp->device, stamp->inode, stamp->size, (guint64) stamp->mtime_ns };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    folded = (folded ^ parts[i]) * 0x9e3779b97f4a7c15u + (folded >> 29);
  return folded;
}

/* A clean name for @name in @parent that nothing else there has, whatever the case. */
static char *
fresh_path (Scan *scan, const char *parent, const char *name)
{
  g_autofree char *clean = lan_file_name_component (name, -1);

  for (guint n = 1;; n++) {
    g_autofree char *numbered = lan_file_name_numbered (clean, n);
    g_autofree char *path =
        *parent != '\0' ? g_strconcat (parent, "/", numbered, NULL) : g_strdup (numbered);
    char *folded = lan_manifest_fold (path, strlen (path));

    if (g_hash_table_add (scan->folded, folded))
      return g_steal_pointer (&path);
  }
}

static char *
join (const char *parent, const char *name)
{
  return *parent != '\0' ? g_strconcat (parent, "/", name, NULL) : g_strdup (name);
}

static gboolean
add_found (Scan *scan, const char *path, const char *raw, const struct stat *st)
{
  Found *found = g_new0 (Found, 1);
  LanDiskStamp stamp;

  lan_disk_stamp (&stamp, st);
  found->path = g_strdup (path);
  found->raw = strcmp (path, raw) != 0 ? g_strdup (raw) : NULL;
  found->mtime_ms = (gint64) st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
  found->stamp = lan_disk_fold_stamp (&stamp);
  found->kind = S_ISDIR (st->st_mode) ? LAN_FILE_ENTRY_FOLDER : LAN_FILE_ENTRY_FILE;
  if (found->kind == LAN_FILE_ENTRY_FILE) {
    found->size = (guint64) st->st_size;
    found->mode = (st->st_mode & S_IXUSR) != 0 ? LAN_FILE_MODE_EXEC : 0;
  }
  g_ptr_array_add (scan->found, found);
  if (scan->found->len > LAN_MANIFEST_MAX_ENTRIES || strlen (path) > LAN_MANIFEST_MAX_PATH) {
    lan_disk_set_code (scan->error, LAN_FILE_ERROR_TOO_LARGE,
                       "a folder may hold %u entries, with paths of %u bytes",
                       LAN_MANIFEST_MAX_ENTRIES, LAN_MANIFEST_MAX_PATH);
    return FALSE;
  }
  return TRUE;
}

gboolean
lan_disk_is_sent (const struct stat *st)
{
  return S_ISREG (st->st_mode) || S_ISDIR (st->st_mode);
}

static gboolean scan_folder (Scan *scan, int fd, const char *path, const char *raw, guint depth);

static gboolean
scan_child (Scan *scan, int dirfd, const char *name, const char *parent, const char *raw_parent,
            guint depth)
{
  g_autofree char *path = NULL;
  g_autofree char *raw = join (raw_parent, name);
  struct stat st;
  int fd;

  /* What vanished or may not be looked at while we list is not part of what is offered. */
  if (fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
    scan->result->left_others += errno != ENOENT;
    return TRUE;
  }
  if (!lan_disk_is_sent (&st)) {
    *(S_ISLNK (st.st_mode) ? &scan->result->left_links : &scan->result->left_others) += 1;
    return TRUE;
  }
  path = fresh_path (scan, parent, name);
  if (!add_found (scan, path, raw, &st))
    return FALSE;
  if (!S_ISDIR (st.st_mode))
    return TRUE;
  if (depth >= LAN_MANIFEST_MAX_DEPTH) {
    lan_disk_set_code (scan->error, LAN_FILE_ERROR_TOO_LARGE, "folders in folders, %u deep", depth);
    return FALSE;
  }
  fd = openat (dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    lan_disk_set_error (scan->error, errno, raw);
    return FALSE;
  }
  return scan_folder (scan, fd, path, raw, depth + 1);
}

/* Takes @fd. */
static gboolean
scan_folder (Scan *scan, int fd, const char *path, const char *raw, guint depth)
{
  DIR *dir = fdopendir (fd);
  struct dirent *item;
  gboolean ok = TRUE;

  if (dir == NULL) {
    lan_disk_set_error (scan->error, errno, raw);
    close (fd);
    return FALSE;
  }
  while (ok && (item = readdir (dir)) != NULL) {
    if (strcmp (item->d_name, ".") == 0 || strcmp (item->d_name, "..") == 0)
      continue;
    if (lan_disk_file_is_cancelled (scan->file) || g_atomic_int_get (&scan->disk->stopping)) {
      lan_disk_set_code (scan->error, LAN_FILE_ERROR_STOPPED, NULL);
      ok = FALSE;
      break;
    }
    ok = scan_child (scan, dirfd (dir), item->d_name, path, raw, depth);
  }
  closedir (dir);
  return ok;
}

static int
compare_found (gconstpointer a, gconstpointer b)
{
  const Found *const *x = a, *const *y = b;

  return strcmp ((*x)->path, (*y)->path);
}

static gboolean
take_over (LanDiskFile *file, GPtrArray *found, GError **error)
{
  g_autoptr (LanFileTree) tree = lan_file_tree_new_folder ();

  g_ptr_array_sort (found, compare_found);
  file->stamps = g_new0 (guint64, found->len + 1);
  file->names = g_ptr_array_new_full (found->len, g_free);
  for (guint i = 0; i < found->len; i++) {
    Found *item = g_ptr_array_index (found, i);
    const LanFileEntry entry = { .path = item->path,
                                 .size = item->size,
                                 .mtime_ms = item->mtime_ms,
                                 .kind = item->kind,
                                 .mode = item->mode };

    file->stamps[i] = item->stamp;
    g_ptr_array_add (file->names, g_steal_pointer (&item->raw));
    if (!lan_file_tree_add (tree, &entry)) {
      lan_disk_set_code (error, LAN_FILE_ERROR_TOO_LARGE, NULL);
      return FALSE;
    }
  }
  file->tree = g_steal_pointer (&tree);
  file->size = lan_file_tree_size (file->tree);
  return TRUE;
}

gboolean
lan_disk_scan (LanDisk *disk, LanDiskFile *file, LanFileResult *result)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (found_free);
  g_autoptr (GHashTable) folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GError **error = &result->error;
  Scan scan = { disk, file, found, folded, result, error };
  int fd = openat (file->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0) {
    lan_disk_set_error (error, errno, "listing the folder");
    return FALSE;
  }
  return scan_folder (&scan, fd, "", "", 1) && take_over (file, found, error);
}
