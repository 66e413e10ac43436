/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "disk-bench.h"

#include "lan-random.h"
#include "lan-tree-hash.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void
on_done (const LanFileResult *result, gpointer data)
{
  DiskBench *b = data;
  LanFileResult *copy;

  if (result->more) {
    b->n_progress++;
    return;
  }
  copy = g_memdup2 (result, sizeof *result);
  copy->error = result->error != NULL ? g_error_copy (result->error) : NULL;
  copy->name = g_strdup (result->name);
  copy->path = g_strdup (result->path);
  copy->bytes = result->bytes != NULL ? g_bytes_ref (result->bytes) : NULL;
  copy->leaves = result->leaves != NULL ? g_bytes_ref (result->leaves) : NULL;
  copy->bits = result->bits != NULL ? g_bytes_ref (result->bits) : NULL;
  copy->manifest = result->manifest != NULL ? g_bytes_ref (result->manifest) : NULL;
  copy->tree = result->tree != NULL ? lan_file_tree_ref (result->tree) : NULL;
  g_assert_true (g_hash_table_insert (b->results, GUINT_TO_POINTER (result->job), copy));
}

static gboolean
free_space (int dirfd, guint64 *bytes, gpointer data)
{
  DiskBench *b = data;

  g_assert_cmpint (dirfd, >=, 0);
  *bytes = b->free_bytes;
  return !b->free_fails;
}

DiskBench *
disk_bench_new (gint64 reserve, gboolean hook)
{
  DiskBench *b = g_new0 (DiskBench, 1);
  LanDiskConfig config = { .done = on_done, .data = b, .reserve_bytes = reserve };
  g_autoptr (GError) error = NULL;

  b->context = g_main_context_new ();
  b->dir = g_dir_make_tmp ("lan-disk-XXXXXX", &error);
  g_assert_no_error (error);
  b->in = g_build_filename (b->dir, "in", NULL);
  g_assert_cmpint (g_mkdir_with_parents (b->in, 0755), ==, 0);
  b->results = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) lan_file_result_free);
  b->free_bytes = G_MAXUINT64;
  config.context = b->context;
  if (hook) {
    config.free_space = free_space;
    config.free_space_data = b;
  }
  b->disk = lan_disk_new (&config);
  return b;
}

static int
remove_one (const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
  return remove (path);
}

void
disk_bench_free (DiskBench *b)
{
  lan_disk_free (b->disk);
  g_main_context_unref (b->context);
  g_hash_table_unref (b->results);
  nftw (b->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
  g_free (b->in);
  g_free (b->dir);
  g_free (b);
}

LanMessageId
disk_bench_id (guint n)
{
  LanMessageId id = { { (guint8) (n >> 8), (guint8) n, 0xcd, 0xef, 1 } };

  return id;
}

const char *
disk_bench_path (DiskBench *b, const char *name)
{
  static char *kept[8];
  static guint next;

  next = (next + 1) % G_N_ELEMENTS (kept);
  g_free (kept[next]);
  kept[next] = g_build_filename (b->dir, name, NULL);
  return kept[next];
}

void
disk_bench_put (DiskBench *b, const char *name, const void *data, gsize len)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (disk_bench_path (b, name), data, (gssize) len, &error);
  g_assert_no_error (error);
}

void
disk_bench_expect (const char *path, const void *data, gsize len)
{
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;
  gsize found_len;

  g_file_get_contents (path, &found, &found_len, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (found, found_len, data, len);
}

LanFileJob *
disk_bench_job (DiskBench *b, LanFileJobType type, guint n)
{
  LanMessageId id = disk_bench_id (n);

  return lan_file_job_new (type, &id, ++b->last_job);
}

LanFileResult *
disk_bench_do (DiskBench *b, LanFileJob *job)
{
  gpointer number = GUINT_TO_POINTER (job->job);
  gpointer result = NULL;

  lan_disk_submit (b->disk, job);
  while (!g_hash_table_steal_extended (b->results, number, NULL, &result))
    g_main_context_iteration (b->context, TRUE);
  return result;
}

void
disk_bench_settle (DiskBench *b)
{
  while (lan_disk_pending (b->disk) > 0)
    g_main_context_iteration (b->context, TRUE);
}

LanFileResult *
disk_bench_open_source (DiskBench *b, guint n, const char *path)
{
  LanFileJob *job = disk_bench_job (b, LAN_FILE_JOB_OPEN_SOURCE, n);

  job->path = g_strdup (path);
  return disk_bench_do (b, job);
}

LanFileResult *
disk_bench_open_target (DiskBench *b, guint n, const char *name, gsize size)
{
  LanFileJob *job = disk_bench_job (b, LAN_FILE_JOB_OPEN_TARGET, n);

  job->path = g_strdup (b->in);
  job->name = g_strdup (name);
  job->size = size;
  return disk_bench_do (b, job);
}

LanFileResult *
disk_bench_write (DiskBench *b, guint n, const guint8 *data, gsize size, guint64 leaf)
{
  LanFileJob *job = disk_bench_job (b, LAN_FILE_JOB_WRITE, n);
  gsize at = leaf * LAN_TREE_LEAF_BYTES;
  gsize len = MIN (size - at, LAN_TREE_LEAF_BYTES);

  job->leaf = leaf;
  job->bytes = g_bytes_new (data + at, len);
  lan_tree_leaf (&job->hash, leaf, data + at, len);
  return disk_bench_do (b, job);
}

LanFileResult *
disk_bench_check (DiskBench *b, guint n, const guint8 *data, gsize size, const char *known)
{
  LanFileJob *job = disk_bench_job (b, LAN_FILE_JOB_CHECK_TARGET, n);
  g_autoptr (GByteArray) list = g_byte_array_new ();

  for (guint64 leaf = 0; leaf * LAN_TREE_LEAF_BYTES < size; leaf++) {
    LanHash hash;

    lan_tree_leaf (&hash, leaf, data + leaf * LAN_TREE_LEAF_BYTES,
                   MIN (size - leaf * LAN_TREE_LEAF_BYTES, LAN_TREE_LEAF_BYTES));
    g_byte_array_append (list, hash.b, sizeof hash.b);
  }
  job->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&list));
  job->bits = g_bytes_new (known, 1);
  return disk_bench_do (b, job);
}

LanFileResult *
disk_bench_finish (DiskBench *b, guint n)
{
  return disk_bench_do (b, disk_bench_job (b, LAN_FILE_JOB_FINISH, n));
}

char *
disk_bench_receive (DiskBench *b, guint n, const char *name, const guint8 *data, gsize size)
{
  LanFileResult *result = disk_bench_open_target (b, n, name, size);
  char *path = NULL;

  for (guint64 leaf = 0; result->error == NULL && leaf * LAN_TREE_LEAF_BYTES < size; leaf++) {
    lan_file_result_free (result);
    result = disk_bench_write (b, n, data, size, leaf);
  }
  if (result->error == NULL) {
    lan_file_result_free (result);
    result = disk_bench_finish (b, n);
    path = g_strdup (result->path);
  }
  lan_file_result_free (result);
  lan_disk_submit (b->disk, disk_bench_job (b, LAN_FILE_JOB_CLOSE, n));
  return path;
}

guint8 *
disk_bench_data (gsize size, guint64 seed)
{
  guint8 *data = g_malloc (size + 1);
  LanSeededRandom random;

  lan_seeded_random_init (&random, seed);
  lan_random_bytes (&random.base, data, size);
  return data;
}

void
disk_bench_fails (LanFileResult *result, LanFileError code)
{
  g_assert_error (result->error, LAN_FILE_ERROR, (int) code);
  g_assert_cmpuint (strlen (result->error->message), >, 10);
  lan_file_result_free (result);
}

void
disk_bench_works (LanFileResult *result)
{
  g_assert_no_error (result->error);
  lan_file_result_free (result);
}
