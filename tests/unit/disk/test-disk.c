/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Sending and receiving on an ordinary disk. */
#include "disk-bench.h"

#include "lan-tree-hash.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LEAF LAN_TREE_LEAF_BYTES

static const gsize sizes[] = { 0, 1, LEAF - 1, LEAF, LEAF + 1, 5 * LEAF + 77 };

/* What is read from one end and written to the other is the same file, with the same root. */
static void
test_round_trip (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    DiskBench *b = disk_bench_new (-1, FALSE);
    g_autofree guint8 *data = disk_bench_data (sizes[i], i);
    g_autofree char *path = NULL;
    LanFileResult *opened, *hashed;
    struct stat st;

    disk_bench_put (b, "a.txt", data, sizes[i]);
    opened = disk_bench_open_source (b, 1, disk_bench_path (b, "a.txt"));
    g_assert_no_error (opened->error);
    g_assert_cmpuint (opened->size, ==, sizes[i]);
    g_assert_cmpstr (opened->name, ==, "a.txt");
    hashed = disk_bench_do (b, disk_bench_job (b, LAN_FILE_JOB_HASH_SOURCE, 1));
    g_assert_no_error (hashed->error);
    g_assert_cmpuint (hashed->size, ==, sizes[i]);
    g_assert_cmpint (lan_tree_verify_leaves (g_bytes_get_data (hashed->leaves, NULL),
                                             g_bytes_get_size (hashed->leaves), sizes[i], LEAF,
                                             &hashed->root),
                     ==, LAN_STATUS_OK);
    for (gsize at = 0; at < sizes[i]; at += LEAF) {
      LanFileJob *job = disk_bench_job (b, LAN_FILE_JOB_READ, 1);
      LanFileResult *read;

      job->leaf = at / LEAF;
      read = disk_bench_do (b, job);
      g_assert_no_error (read->error);
      g_assert_cmpmem (g_bytes_get_data (read->bytes, NULL), g_bytes_get_size (read->bytes),
                       data + at, MIN (LEAF, sizes[i] - at));
      lan_file_result_free (read);
    }
    path = disk_bench_receive (b, 2, "b.txt", data, sizes[i]);
    g_assert_cmpstr (path, ==, disk_bench_path (b, "in/b.txt"));
    disk_bench_expect (path, data, sizes[i]);
    g_assert_cmpint (stat (path, &st), ==, 0);
    g_assert_cmpint (st.st_mode & 0111, ==, 0);
    g_assert_cmpuint (st.st_nlink, ==, 1);
    lan_file_result_free (opened);
    lan_file_result_free (hashed);
    disk_bench_free (b);
  }
}

/* While it comes in, the data is in a part file that nobody else may read. */
static void
test_part_file (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  g_autofree guint8 *data = disk_bench_data (2 * LEAF, 1);
  const char *part = disk_bench_path (b, "in/b.txt.0001cdef.part");
  struct stat st;

  disk_bench_works (disk_bench_open_target (b, 1, "b.txt", 2 * LEAF));
  g_assert_cmpint (stat (part, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
  disk_bench_works (disk_bench_write (b, 1, data, 2 * LEAF, 1));
  g_assert_false (g_file_test (disk_bench_path (b, "in/b.txt"), G_FILE_TEST_EXISTS));
  /* Not all of it is there. */
  disk_bench_works (disk_bench_write (b, 1, data, 2 * LEAF, 0));
  disk_bench_works (disk_bench_finish (b, 1));
  part = disk_bench_path (b, "in/b.txt.0001cdef.part");
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  disk_bench_expect (disk_bench_path (b, "in/b.txt"), data, 2 * LEAF);
  disk_bench_free (b);
}

/* T8: whatever has the name already stays as it is. */
static void
test_nothing_is_overwritten (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  g_autofree guint8 *data = disk_bench_data (100, 1);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  disk_bench_put (b, "in/a.tar.gz", "mine", 4);
  g_assert_cmpint (symlink ("/etc/passwd", disk_bench_path (b, "in/a.tar (2).gz")), ==, 0);
  g_assert_cmpint (g_mkdir (disk_bench_path (b, "in/a.tar (3).gz"), 0755), ==, 0);
  first = disk_bench_receive (b, 1, "a.tar.gz", data, 100);
  second = disk_bench_receive (b, 2, "a.tar.gz", data, 100);
  g_assert_cmpstr (first, ==, disk_bench_path (b, "in/a.tar (4).gz"));
  g_assert_cmpstr (second, ==, disk_bench_path (b, "in/a.tar (5).gz"));
  disk_bench_expect (disk_bench_path (b, "in/a.tar.gz"), "mine", 4);
  disk_bench_free (b);
}

static void
test_bad_leaves (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  g_autofree guint8 *data = disk_bench_data (2 * LEAF, 1);
  LanFileJob *job;

  disk_bench_works (disk_bench_open_target (b, 1, "b", 2 * LEAF));
  job = disk_bench_job (b, LAN_FILE_JOB_WRITE, 1);
  job->bytes = g_bytes_new (data, LEAF);
  disk_bench_fails (disk_bench_do (b, job), LAN_FILE_ERROR_HASH);
  /* The right bytes at the wrong place. */
  job = disk_bench_job (b, LAN_FILE_JOB_WRITE, 1);
  job->bytes = g_bytes_new (data, LEAF);
  job->leaf = 1;
  lan_tree_leaf (&job->hash, 0, data, LEAF);
  disk_bench_fails (disk_bench_do (b, job), LAN_FILE_ERROR_HASH);
  /* Past the end. */
  for (int i = 0; i < 2; i++) {
    job = disk_bench_job (b, LAN_FILE_JOB_WRITE, 1);
    job->bytes = g_bytes_new (data, LEAF);
    job->leaf = i == 0 ? 2 : G_MAXUINT64;
    lan_tree_leaf (&job->hash, 0, data, LEAF);
    disk_bench_fails (disk_bench_do (b, job), LAN_FILE_ERROR_IO);
  }
  /* Not everything is there. */
  disk_bench_fails (disk_bench_finish (b, 1), LAN_FILE_ERROR_IO);
  disk_bench_free (b);
}

/* What an earlier run of the program left is found again, and hashed. */
static void
test_resume (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  gsize size = 4 * LEAF + 10;
  g_autofree guint8 *data = disk_bench_data (size, 1);
  LanFileResult *result;

  disk_bench_works (disk_bench_open_target (b, 1, "b", size));
  disk_bench_works (disk_bench_write (b, 1, data, size, 0));
  disk_bench_works (disk_bench_write (b, 1, data, size, 2));
  lan_disk_submit (b->disk, disk_bench_job (b, LAN_FILE_JOB_CLOSE, 1));
  result = disk_bench_open_target (b, 1, "b", size);
  g_assert_no_error (result->error);
  g_assert_cmpuint (result->done, ==, 3 * LEAF);
  lan_file_result_free (result);
  result = disk_bench_check (b, 1, data, size, "\x02");
  g_assert_no_error (result->error);
  /* Noted, and the part is long enough: believed. What was not noted is looked at. */
  g_assert_cmpuint (*(const guint8 *) g_bytes_get_data (result->bits, NULL), ==, 7);
  lan_file_result_free (result);
  result = disk_bench_check (b, 1, data, size, "\x10");
  g_assert_cmpuint (*(const guint8 *) g_bytes_get_data (result->bits, NULL), ==, 5);
  lan_file_result_free (result);
  for (guint64 i = 1; i < 5; i++)
    disk_bench_works (disk_bench_write (b, 1, data, size, i));
  disk_bench_works (disk_bench_finish (b, 1));
  disk_bench_expect (disk_bench_path (b, "in/b"), data, size);
  disk_bench_free (b);
}

static void
test_discard (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  g_autofree guint8 *data = disk_bench_data (LEAF, 1);

  for (int is_open = 0; is_open < 2; is_open++) {
    LanFileJob *job;
    LanFileResult *result;

    disk_bench_works (disk_bench_open_target (b, 1, "b", LEAF));
    disk_bench_works (disk_bench_write (b, 1, data, LEAF, 0));
    if (!is_open) {
      lan_disk_submit (b->disk, disk_bench_job (b, LAN_FILE_JOB_CLOSE, 1));
      disk_bench_settle (b);
    }
    g_assert_true (g_file_test (disk_bench_path (b, "in/b.0001cdef.part"), G_FILE_TEST_EXISTS));
    job = disk_bench_job (b, LAN_FILE_JOB_DISCARD, 1);
    job->path = g_strdup (b->in);
    job->name = g_strdup ("b");
    job->size = LEAF;
    lan_disk_submit (b->disk, job);
    /* Opened anew at once: it waits for the discard, and finds nothing. */
    result = disk_bench_open_target (b, 1, "b", LEAF);
    g_assert_no_error (result->error);
    g_assert_cmpuint (result->done, ==, 0);
    lan_file_result_free (result);
    job = disk_bench_job (b, LAN_FILE_JOB_DISCARD, 1);
    lan_disk_submit (b->disk, job);
    disk_bench_settle (b);
    g_assert_false (g_file_test (disk_bench_path (b, "in/b.0001cdef.part"), G_FILE_TEST_EXISTS));
  }
  disk_bench_free (b);
}

static void
test_find (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  gsize size = LEAF + 5;
  g_autofree guint8 *data = disk_bench_data (size, 1);
  g_autoptr (LanTree) tree = lan_tree_new (LEAF);
  LanFileResult *result;
  LanFileJob *job;
  LanHash root;

  lan_tree_update (tree, data, size);
  g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_OK);
  disk_bench_put (b, "in/b.txt", "another", 7);
  disk_bench_put (b, "in/b (3).txt", data, size);
  for (int i = 0; i < 2; i++) {
    job = disk_bench_job (b, LAN_FILE_JOB_FIND, 1);
    job->path = g_strdup (b->in);
    job->name = g_strdup ("b.txt");
    job->size = size;
    job->hash = root;
    result = disk_bench_do (b, job);
    if (i == 0) {
      g_assert_no_error (result->error);
      g_assert_cmpstr (result->path, ==, disk_bench_path (b, "in/b (3).txt"));
      lan_file_result_free (result);
      data[0] ^= 1;
      disk_bench_put (b, "in/b (3).txt", data, size);
    } else {
      disk_bench_fails (result, LAN_FILE_ERROR_NOT_FOUND);
    }
  }
  disk_bench_free (b);
}

static void
make_socket (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  close (fd);
}

/* What a person may name by mistake, and what is said then. */
static void
test_sources_misnamed (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  g_autofree char *long_name = g_strnfill (300, 'a');

  disk_bench_put (b, "real", "x", 1);
  disk_bench_fails (disk_bench_open_source (b, 1, ""), LAN_FILE_ERROR_NOT_FOUND);
  disk_bench_fails (disk_bench_open_source (b, 1, disk_bench_path (b, "real/below")),
                    LAN_FILE_ERROR_NOT_FOUND);
  disk_bench_fails (disk_bench_open_source (b, 1, disk_bench_path (b, long_name)),
                    LAN_FILE_ERROR_NOT_FOUND);
  make_socket (disk_bench_path (b, "socket"));
  disk_bench_fails (disk_bench_open_source (b, 1, disk_bench_path (b, "socket")),
                    LAN_FILE_ERROR_NOT_A_FILE);
  disk_bench_free (b);
}

static void
test_sources_refused (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);

  g_assert_cmpint (mkfifo (disk_bench_path (b, "pipe"), 0600), ==, 0);
  disk_bench_fails (disk_bench_open_source (b, 1, disk_bench_path (b, "pipe")),
                    LAN_FILE_ERROR_NOT_A_FILE);
  disk_bench_fails (disk_bench_open_source (b, 1, "/dev/null"), LAN_FILE_ERROR_NOT_A_FILE);
  disk_bench_fails (disk_bench_open_source (b, 1, disk_bench_path (b, "none")),
                    LAN_FILE_ERROR_NOT_FOUND);
  g_assert_cmpint (symlink ("loop", disk_bench_path (b, "loop")), ==, 0);
  disk_bench_fails (disk_bench_open_source (b, 1, disk_bench_path (b, "loop")),
                    LAN_FILE_ERROR_PATH);
  /* A link that a person picked is followed, and offered under the name that was picked. */
  disk_bench_put (b, "real", "x", 1);
  g_assert_cmpint (symlink ("real", disk_bench_path (b, "link\x1b")), ==, 0);
  {
    LanFileResult *result = disk_bench_open_source (b, 1, disk_bench_path (b, "link\x1b"));

    g_assert_no_error (result->error);
    g_assert_cmpstr (result->name, ==, "link");
    lan_file_result_free (result);
  }
  /* Larger than anything that is handled: sparse, so it costs nothing. */
  disk_bench_put (b, "huge", "x", 1);
  if (truncate (disk_bench_path (b, "huge"), (off_t) LAN_DISK_MAX_FILE_BYTES + 1) == 0)
    disk_bench_fails (disk_bench_open_source (b, 1, disk_bench_path (b, "huge")),
                      LAN_FILE_ERROR_TOO_LARGE);
  disk_bench_free (b);
}

static LanFileResult *
read_leaf (DiskBench *b, guint64 leaf)
{
  LanFileJob *job = disk_bench_job (b, LAN_FILE_JOB_READ, 1);

  job->leaf = leaf;
  return disk_bench_do (b, job);
}

/* A source that is written to, cut, or replaced while it is being sent. */
static void
test_source_changes (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  g_autofree guint8 *data = disk_bench_data (3 * LEAF, 1);
  const char *path;
  guint64 stamp;
  LanFileResult *result;
  struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };

  disk_bench_put (b, "a", data, 3 * LEAF);
  path = disk_bench_path (b, "a");
  result = disk_bench_open_source (b, 1, path);
  stamp = result->stamp;
  lan_file_result_free (result);
  disk_bench_works (read_leaf (b, 0));
  disk_bench_fails (read_leaf (b, 3), LAN_FILE_ERROR_IO);
  disk_bench_fails (read_leaf (b, G_MAXUINT64), LAN_FILE_ERROR_IO);
  /* Replaced by another file of the same name: the one that is open is still what was offered... */
  disk_bench_put (b, "a", data, 3 * LEAF);
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  disk_bench_works (read_leaf (b, 0));
  /* ...but the next opening tells the difference. */
  result = disk_bench_open_source (b, 1, path);
  g_assert_cmpuint (result->stamp, !=, stamp);
  lan_file_result_free (result);
  g_assert_cmpint (truncate (path, LEAF), ==, 0);
  disk_bench_fails (read_leaf (b, 1), LAN_FILE_ERROR_CHANGED);
  disk_bench_fails (disk_bench_do (b, disk_bench_job (b, LAN_FILE_JOB_HASH_SOURCE, 1)),
                    LAN_FILE_ERROR_CHANGED);
  disk_bench_free (b);
}

static void
test_targets_refused (void)
{
  static const char *const names[] = { "../x", "/x", "..",  ".",     "",        ".bashrc",
                                       "a/b",  "-x", "con", "a\x1b", "x\u202e", "trailing." };
  DiskBench *b = disk_bench_new (-1, FALSE);
  LanFileJob *job;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    disk_bench_fails (disk_bench_open_target (b, 1, names[i], 1), LAN_FILE_ERROR_PATH);
  disk_bench_fails (disk_bench_open_target (b, 1, "a", (gsize) 1 << 63), LAN_FILE_ERROR_TOO_LARGE);
  disk_bench_fails (disk_bench_open_target (b, 1, "a", G_MAXSIZE), LAN_FILE_ERROR_TOO_LARGE);
  g_free (b->in);
  b->in = g_strdup (disk_bench_path (b, "nowhere"));
  disk_bench_fails (disk_bench_open_target (b, 1, "a", 1), LAN_FILE_ERROR_NOT_FOUND);
  disk_bench_put (b, "nowhere", "x", 1);
  disk_bench_fails (disk_bench_open_target (b, 1, "a", 1), LAN_FILE_ERROR_PATH);
  /* Jobs for what is not open, or open the other way round. */
  disk_bench_fails (disk_bench_finish (b, 1), LAN_FILE_ERROR_IO);
  disk_bench_fails (read_leaf (b, 0), LAN_FILE_ERROR_IO);
  disk_bench_works (disk_bench_open_source (b, 1, disk_bench_path (b, "nowhere")));
  disk_bench_fails (disk_bench_finish (b, 1), LAN_FILE_ERROR_IO);
  job = disk_bench_job (b, LAN_FILE_JOB_WRITE, 1);
  job->bytes = g_bytes_new_static ("y", 1);
  lan_tree_leaf (&job->hash, 0, (const guint8 *) "y", 1);
  disk_bench_fails (disk_bench_do (b, job), LAN_FILE_ERROR_IO);
  disk_bench_expect (disk_bench_path (b, "nowhere"), "x", 1);
  disk_bench_free (b);
}

/* A long hash reports how far it is, and stops when nobody wants it any more. */
static void
test_hash_stops (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  LanFileJob *job;
  guint64 number;
  LanFileResult *result;

  disk_bench_put (b, "huge", "x", 1);
  if (truncate (disk_bench_path (b, "huge"), (off_t) LAN_DISK_MAX_FILE_BYTES) != 0) {
    g_test_skip ("this file system has no room for large sparse files");
    disk_bench_free (b);
    return;
  }
  disk_bench_works (disk_bench_open_source (b, 1, disk_bench_path (b, "huge")));
  job = disk_bench_job (b, LAN_FILE_JOB_HASH_SOURCE, 1);
  number = job->job;
  lan_disk_submit (b->disk, job);
  while (b->n_progress < 3)
    g_main_context_iteration (b->context, TRUE);
  lan_disk_submit (b->disk, disk_bench_job (b, LAN_FILE_JOB_CLOSE, 1));
  disk_bench_settle (b);
  result = g_hash_table_lookup (b->results, GUINT_TO_POINTER (number));
  g_assert_error (result->error, LAN_FILE_ERROR, LAN_FILE_ERROR_STOPPED);
  /* Shutting down does not wait for it either. */
  disk_bench_works (disk_bench_open_source (b, 2, disk_bench_path (b, "huge")));
  lan_disk_submit (b->disk, disk_bench_job (b, LAN_FILE_JOB_HASH_SOURCE, 2));
  disk_bench_free (b);
}

/* Freed while much is under way: nothing is called back, nothing leaks, discards are done. */
static void
test_free_while_busy (void)
{
  for (int round = 0; round < 20; round++) {
    DiskBench *b = disk_bench_new (-1, FALSE);
    g_autofree guint8 *data = disk_bench_data (8 * LEAF, 1);
    g_autofree char *part = g_strdup (disk_bench_path (b, "in/b.0001cdef.part"));
    LanFileJob *job;

    disk_bench_works (disk_bench_open_target (b, 1, "b", 8 * LEAF));
    for (guint64 leaf = 0; leaf < 8; leaf++) {
      job = disk_bench_job (b, LAN_FILE_JOB_WRITE, 1);
      job->leaf = leaf;
      job->bytes = g_bytes_new (data + leaf * LEAF, LEAF);
      lan_tree_leaf (&job->hash, leaf, data + leaf * LEAF, LEAF);
      lan_disk_submit (b->disk, job);
    }
    lan_disk_submit (b->disk, disk_bench_job (b, LAN_FILE_JOB_DISCARD, 1));
    lan_disk_free (b->disk);
    b->disk = NULL;
    g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
    disk_bench_free (b);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/disk/round-trip", test_round_trip);
  g_test_add_func ("/disk/part-file", test_part_file);
  g_test_add_func ("/disk/t8/nothing-is-overwritten", test_nothing_is_overwritten);
  g_test_add_func ("/disk/bad-leaves", test_bad_leaves);
  g_test_add_func ("/disk/resume", test_resume);
  g_test_add_func ("/disk/discard", test_discard);
  g_test_add_func ("/disk/find", test_find);
  g_test_add_func ("/disk/sources-misnamed", test_sources_misnamed);
  g_test_add_func ("/disk/sources-refused", test_sources_refused);
  g_test_add_func ("/disk/source-changes", test_source_changes);
  g_test_add_func ("/disk/targets-refused", test_targets_refused);
  g_test_add_func ("/disk/hash-stops", test_hash_stops);
  g_test_add_func ("/disk/free-while-busy", test_free_while_busy);
  add_containment_tests ();
  add_full_tests ();
  add_folder_tests ();
  add_share_tests ();
  return g_test_run ();
}
