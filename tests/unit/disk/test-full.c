/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* T34: disks that are full, or fill up, or can only be read. */
#include "disk-bench.h"

#include "lan-tree-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEAF LAN_TREE_LEAF_BYTES
#define MIB  (1024 * 1024)

/* The rule: the rest of the file, and 256 MiB that stay free. */
static void
test_reserve (void)
{
  DiskBench *b = disk_bench_new (0, TRUE);

  b->free_bytes = LAN_DISK_RESERVE_BYTES + 10 * MIB - 1;
  disk_bench_fails (disk_bench_open_target (b, 1, "a", 10 * MIB), LAN_FILE_ERROR_DISK_FULL);
  /* Nothing was left behind. */
  g_assert_false (g_file_test (disk_bench_path (b, "in/a.0001cdef.part"), G_FILE_TEST_EXISTS));
  b->free_bytes = LAN_DISK_RESERVE_BYTES - 1;
  disk_bench_fails (disk_bench_open_target (b, 1, "a", 0), LAN_FILE_ERROR_DISK_FULL);
  b->free_bytes = 0;
  disk_bench_fails (disk_bench_open_target (b, 1, "a", 1), LAN_FILE_ERROR_DISK_FULL);
  b->free_bytes = LAN_DISK_RESERVE_BYTES + 10 * MIB;
  disk_bench_works (disk_bench_open_target (b, 1, "a", 10 * MIB));
  b->free_fails = TRUE;
  disk_bench_fails (disk_bench_open_target (b, 2, "a", 1), LAN_FILE_ERROR_IO);
  disk_bench_free (b);
}

/* Somebody else fills the disk meanwhile: noticed after at most 64 MiB, and what is there stays. */
static void
test_looked_at_again (void)
{
  DiskBench *b = disk_bench_new (0, TRUE);
  gsize size = 200 * MIB;
  g_autofree guint8 *data = disk_bench_data (size, 1);
  guint64 leaf = 0;
  LanFileResult *result;

  disk_bench_works (disk_bench_open_target (b, 1, "a", size));
  b->free_bytes = LAN_DISK_RESERVE_BYTES + MIB;
  for (;;) {
    result = disk_bench_write (b, 1, data, size, leaf);
    if (result->error != NULL)
      break;
    lan_file_result_free (result);
    g_assert_cmpuint (++leaf * LEAF, <=, LAN_DISK_RECHECK_BYTES);
  }
  disk_bench_fails (result, LAN_FILE_ERROR_DISK_FULL);
  /* Room again: it goes on where it was, with only the rest counted. */
  lan_disk_submit (b->disk, disk_bench_job (b, LAN_FILE_JOB_CLOSE, 1));
  b->free_bytes = LAN_DISK_RESERVE_BYTES + (size - leaf * LEAF) + MIB;
  result = disk_bench_open_target (b, 1, "a", size);
  g_assert_no_error (result->error);
  g_assert_cmpuint (result->done, ==, leaf * LEAF);
  lan_file_result_free (result);
  disk_bench_works (disk_bench_write (b, 1, data, size, leaf));
  disk_bench_free (b);
}

/* What needs a file system of its own runs in a process of its own, in a mount namespace. */
static gboolean
enter_own_mounts (void)
{
  if (unshare (CLONE_NEWNS) != 0 && unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return FALSE;
  return mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* FALSE, and the test is skipped: this machine lets nobody mount. */
static gboolean
may_mount (void)
{
  int status = 1;
  pid_t pid = fork ();

  if (pid == 0)
    _exit (enter_own_mounts () ? 0 : 1);
  if (pid < 0 || waitpid (pid, &status, 0) != pid || status != 0) {
    g_test_skip ("no mount namespaces here");
    return FALSE;
  }
  return TRUE;
}

static DiskBench *
bench_on (gint64 reserve, gboolean hook, unsigned long flags, const char *options)
{
  DiskBench *b;

  g_assert_true (enter_own_mounts ());
  b = disk_bench_new (reserve, hook);
  g_assert_cmpint (mount ("tmpfs", b->in, "tmpfs", flags, options), ==, 0);
  return b;
}

static void
end_bench_on (DiskBench *b)
{
  lan_disk_free (g_steal_pointer (&b->disk));
  g_assert_cmpint (umount2 (b->in, MNT_DETACH), ==, 0);
  disk_bench_free (b);
}

/* Fills @dir so that about @left bytes are free. */
static void
fill (const char *dir, gsize left)
{
  g_autofree char *path = g_build_filename (dir, "ballast", NULL);
  g_autofree guint8 *block = g_malloc0 (4096);
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  gsize written = 0;

  g_assert_cmpint (fd, >=, 0);
  while (write (fd, block, 4096) == 4096)
    written += 4096;
  g_assert_cmpint (errno, ==, ENOSPC);
  g_assert_cmpint (ftruncate (fd, (off_t) (written > left ? written - left : 0)), ==, 0);
  close (fd);
}

/* A disk of 64 MiB, with room for 0, 1, 2… pages more than the first leaf: full at each write. */
static void
full_at_each_write (DiskBench *b)
{
  gsize size = 4 * LEAF;
  g_autofree guint8 *data = disk_bench_data (size, 1);
  g_autofree char *ballast = g_build_filename (b->in, "ballast", NULL);

  for (gsize left = 0; left <= 5 * LEAF; left += 40960) {
    guint n = 1 + (guint) (left / 40960);
    LanFileResult *result;
    gboolean full = FALSE;
    g_autofree char *path = NULL;

    fill (b->in, left);
    /* The look at free space is told that there is plenty: the write itself must say it. */
    result = disk_bench_open_target (b, n, "a", size);
    if (result->error != NULL) {
      /* Not even the name fits. */
      disk_bench_fails (result, LAN_FILE_ERROR_DISK_FULL);
      full = TRUE;
    } else {
      lan_file_result_free (result);
      for (guint64 leaf = 0; !full && leaf < 4; leaf++) {
        result = disk_bench_write (b, n, data, size, leaf);
        full = result->error != NULL;
        if (full)
          disk_bench_fails (result, LAN_FILE_ERROR_DISK_FULL);
        else
          lan_file_result_free (result);
      }
    }
    g_assert_true (full || left >= 4 * LEAF);
    g_assert_cmpint (unlink (ballast), ==, 0);
    /* Space was freed: the same transfer goes through. */
    lan_disk_submit (b->disk, disk_bench_job (b, LAN_FILE_JOB_CLOSE, n));
    path = disk_bench_receive (b, n, "a", data, size);
    g_assert_nonnull (path);
    disk_bench_expect (path, data, size);
    g_assert_cmpint (unlink (path), ==, 0);
  }
}

static void
test_small_disk (void)
{
  if (!g_test_subprocess ()) {
    if (!may_mount ())
      return;
    g_test_trap_subprocess (NULL, 0, 0);
    g_test_trap_assert_passed ();
    return;
  }
  {
    DiskBench *b = bench_on (-1, TRUE, 0, "size=64m");

    full_at_each_write (b);
    end_bench_on (b);
  }
}

/* The same with the real look at free space: said before a byte is written. */
static void
test_small_disk_foreseen (void)
{
  if (!g_test_subprocess ()) {
    if (!may_mount ())
      return;
    g_test_trap_subprocess (NULL, 0, 0);
    g_test_trap_assert_passed ();
    return;
  }
  {
    DiskBench *b = bench_on (MIB, FALSE, 0, "size=64m");

    disk_bench_fails (disk_bench_open_target (b, 1, "a", 64 * MIB), LAN_FILE_ERROR_DISK_FULL);
    disk_bench_fails (disk_bench_open_target (b, 1, "a", LAN_DISK_MAX_FILE_BYTES),
                      LAN_FILE_ERROR_DISK_FULL);
    disk_bench_works (disk_bench_open_target (b, 1, "a", 60 * MIB));
    end_bench_on (b);
  }
}

static void
test_read_only (void)
{
  if (!g_test_subprocess ()) {
    if (!may_mount ())
      return;
    g_test_trap_subprocess (NULL, 0, 0);
    g_test_trap_assert_passed ();
    return;
  }
  {
    DiskBench *b = bench_on (-1, FALSE, MS_RDONLY, "size=1m");

    disk_bench_fails (disk_bench_open_target (b, 1, "a", 10), LAN_FILE_ERROR_READ_ONLY);
    end_bench_on (b);
  }
}

void
add_full_tests (void)
{
  g_test_add_func ("/disk/t34/reserve", test_reserve);
  g_test_add_func ("/disk/t34/looked-at-again", test_looked_at_again);
  g_test_add_func ("/disk/t34/small-disk", test_small_disk);
  g_test_add_func ("/disk/t34/small-disk-foreseen", test_small_disk_foreseen);
  g_test_add_func ("/disk/t34/read-only", test_read_only);
}
