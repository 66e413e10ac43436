/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* T12 and its kin: nothing outside the folder is reached, whatever is swapped in while writing. */
#include "disk-bench.h"
#include "lan-disk-private.h"

#include "lan-tree-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAF LAN_TREE_LEAF_BYTES

typedef int (*OpenBeneath) (int dirfd, const char *path, int flags, mode_t mode);

/* Both ways of opening: the kernel's, and ours for kernels without it. */
static void
test_open_beneath (void)
{
  static const OpenBeneath ways[] = { lan_disk_open_beneath, lan_disk_open_beneath_stepwise };
  static const char *const bad[] = { "..",   ".",    "",         "/etc/passwd", "../secret",
                                     "a/..", "a//b", "out/file", "link",        "a/up/secret",
                                     "a/",   "./a",  "a/./f" };

  for (gsize way = 0; way < G_N_ELEMENTS (ways); way++) {
    DiskBench *b = disk_bench_new (-1, FALSE);
    int dirfd = open (b->in, O_RDONLY | O_DIRECTORY);
    int fd;

    g_assert_cmpint (g_mkdir (disk_bench_path (b, "in/a"), 0755), ==, 0);
    g_assert_cmpint (g_mkdir (disk_bench_path (b, "outside"), 0755), ==, 0);
    disk_bench_put (b, "secret", "x", 1);
    disk_bench_put (b, "outside/file", "x", 1);
    disk_bench_put (b, "in/a/f", "x", 1);
    g_assert_cmpint (symlink ("../outside", disk_bench_path (b, "in/out")), ==, 0);
    g_assert_cmpint (symlink ("../secret", disk_bench_path (b, "in/link")), ==, 0);
    g_assert_cmpint (symlink ("../..", disk_bench_path (b, "in/a/up")), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
      fd = ways[way](dirfd, bad[i], O_RDONLY, 0);
      g_assert_cmpint (fd, ==, -1);
      fd = ways[way](dirfd, bad[i], O_RDWR | O_CREAT, 0600);
      g_assert_cmpint (fd, ==, -1);
    }
    fd = ways[way](dirfd, "a/f", O_RDONLY, 0);
    g_assert_cmpint (fd, >=, 0);
    close (fd);
    fd = ways[way](dirfd, "a/new", O_RDWR | O_CREAT | O_EXCL, 0600);
    g_assert_cmpint (fd, >=, 0);
    g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
    close (fd);
    g_assert_true (g_file_test (disk_bench_path (b, "in/a/new"), G_FILE_TEST_EXISTS));
    close (dirfd);
    disk_bench_free (b);
  }
}

/* A part file's name that is taken by something we did not make is left alone. */
static void
test_planted_parts (void)
{
  g_autofree guint8 *data = disk_bench_data (LEAF, 1);

  for (int kind = 0; kind < 6; kind++) {
    DiskBench *b = disk_bench_new (-1, FALSE);
    const char *part = disk_bench_path (b, "in/b.0001cdef.part");
    g_autofree char *path = NULL;

    disk_bench_put (b, "victim", "victim", 6);
    switch (kind) {
    case 0:
      g_assert_cmpint (symlink ("../victim", part), ==, 0);
      break;
    case 1:
      g_assert_cmpint (link (disk_bench_path (b, "victim"), part), ==, 0);
      break;
    case 2:
      g_assert_cmpint (g_mkdir (part, 0755), ==, 0);
      break;
    case 3:
      g_assert_cmpint (mkfifo (part, 0600), ==, 0);
      break;
    case 4: /* readable for others: not made by us */
      disk_bench_put (b, "in/b.0001cdef.part", "x", 1);
      g_assert_cmpint (chmod (part, 0644), ==, 0);
      break;
    default: /* longer than the file will be */
      disk_bench_put (b, "in/b.0001cdef.part", "x", 1);
      g_assert_cmpint (chmod (part, 0600), ==, 0);
      g_assert_cmpint (truncate (part, LEAF + 1), ==, 0);
      break;
    }
    path = disk_bench_receive (b, 1, "b", data, LEAF);
    g_assert_cmpstr (path, ==, disk_bench_path (b, "in/b"));
    disk_bench_expect (path, data, LEAF);
    disk_bench_expect (disk_bench_path (b, "victim"), "victim", 6);
    disk_bench_free (b);
  }
}

/* Two programs do not write to one part file. */
static void
test_locked_part (void)
{
  DiskBench *a = disk_bench_new (-1, FALSE);
  DiskBench *b = disk_bench_new (-1, FALSE);
  g_autofree guint8 *data = disk_bench_data (LEAF, 1);
  g_autofree char *path = NULL;

  g_free (b->in);
  b->in = g_strdup (a->in);
  disk_bench_works (disk_bench_open_target (a, 1, "b", LEAF));
  path = disk_bench_receive (b, 1, "b", data, LEAF);
  g_assert_nonnull (path);
  disk_bench_works (disk_bench_write (a, 1, data, LEAF, 0));
  disk_bench_works (disk_bench_finish (a, 1));
  disk_bench_expect (disk_bench_path (a, "in/b (2)"), data, LEAF);
  disk_bench_free (b);
  disk_bench_free (a);
}

/* The part is replaced before it gets its name: said, and nothing of the other's is touched. */
static void
test_part_replaced (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  g_autofree guint8 *data = disk_bench_data (LEAF, 1);
  const char *part = disk_bench_path (b, "in/b.0001cdef.part");

  disk_bench_put (b, "victim", "victim", 6);
  disk_bench_works (disk_bench_open_target (b, 1, "b", LEAF));
  g_assert_cmpint (unlink (part), ==, 0);
  g_assert_cmpint (symlink ("../victim", part), ==, 0);
  disk_bench_works (disk_bench_write (b, 1, data, LEAF, 0));
  disk_bench_fails (disk_bench_finish (b, 1), LAN_FILE_ERROR_PATH);
  lan_disk_submit (b->disk, disk_bench_job (b, LAN_FILE_JOB_DISCARD, 1));
  disk_bench_settle (b);
  g_assert_true (g_file_test (part, G_FILE_TEST_IS_SYMLINK));
  g_assert_false (g_file_test (disk_bench_path (b, "in/b"), G_FILE_TEST_EXISTS));
  disk_bench_expect (disk_bench_path (b, "victim"), "victim", 6);
  disk_bench_free (b);
}

typedef struct {
  DiskBench *bench;
  gint stop;
  guint swaps;
} Swapper;

/* The folder becomes a link to somewhere else and back, the part a link to a victim and back. */
static gpointer
swap (gpointer data)
{
  Swapper *s = data;
  g_autofree char *in = g_build_filename (s->bench->dir, "in", NULL);
  g_autofree char *aside = g_build_filename (s->bench->dir, "aside", NULL);
  g_autofree char *outside = g_build_filename (s->bench->dir, "outside", NULL);
  g_autofree char *part = g_build_filename (outside, "b.0001cdef.part", NULL);
  g_autofree char *inner = g_build_filename (in, "b.0001cdef.part", NULL);
  g_autofree char *saved = g_build_filename (in, "saved", NULL);

  while (!g_atomic_int_get (&s->stop)) {
    if (rename (in, aside) == 0) {
      (void) !symlink (outside, in);
      g_thread_yield ();
      unlink (in);
      g_assert_cmpint (rename (aside, in), ==, 0);
    }
    if (rename (inner, saved) == 0) {
      (void) !symlink (part, inner);
      g_thread_yield ();
      if (unlink (inner) == 0 || errno == ENOENT)
        rename (saved, inner);
    }
    s->swaps++;
  }
  return NULL;
}

static void
test_t12_swaps (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  gsize size = 3 * LEAF;
  g_autofree guint8 *data = disk_bench_data (size, 1);
  Swapper s = { .bench = b };
  GThread *thread;
  gint64 until;
  guint finished = 0;
  guint rounds = 0;

  g_assert_cmpint (g_mkdir (disk_bench_path (b, "outside"), 0755), ==, 0);
  thread = g_thread_new ("swapper", swap, &s);
  until = g_get_monotonic_time () + 1500 * 1000;
  while (g_get_monotonic_time () < until) {
    g_autofree char *path = disk_bench_receive (b, 1, "b", data, size);
    LanFileJob *job = disk_bench_job (b, LAN_FILE_JOB_DISCARD, 1);

    finished += path != NULL;
    rounds++;
    job->path = g_strdup (b->in);
    job->name = g_strdup ("b");
    job->size = size;
    lan_disk_submit (b->disk, job);
    disk_bench_settle (b);
  }
  g_atomic_int_set (&s.stop, 1);
  g_thread_join (thread);
  g_test_message ("%u swaps, %u of %u received", s.swaps, finished, rounds);
  g_assert_cmpuint (s.swaps, >, 50);
  /* A whole folder that was put in the place of the chosen one before it was opened is the chosen
   * one. What never happens: a file that is led out of the folder which was opened, by a link. */
  {
    g_autoptr (GDir) dir = g_dir_open (disk_bench_path (b, "outside"), 0, NULL);
    const char *name;

    while ((name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *path = g_build_filename (b->dir, "outside", name, NULL);
      struct stat st;

      g_assert_cmpint (lstat (path, &st), ==, 0);
      g_assert_true (S_ISREG (st.st_mode));
      g_assert_true (g_str_has_prefix (name, "b"));
    }
  }
  disk_bench_free (b);
}

/* Only names inside the folder are swapped: then nothing at all may appear outside. */
static gpointer
swap_inside (gpointer data)
{
  Swapper *s = data;
  g_autofree char *in = g_build_filename (s->bench->dir, "in", NULL);
  static const char *const names[] = { "b", "b.0001cdef.part", "b.0001cdef-1.part", "b (2)" };

  while (!g_atomic_int_get (&s->stop)) {
    for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
      g_autofree char *path = g_build_filename (in, names[i], NULL);
      g_autofree char *target = g_strdup_printf ("../outside/%" G_GSIZE_FORMAT, i);

      if (s->swaps % 3 == 0)
        unlink (path);
      (void) !symlink (target, path);
      s->swaps++;
    }
    g_thread_yield ();
  }
  return NULL;
}

static void
test_t12_links (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  gsize size = 2 * LEAF;
  g_autofree guint8 *data = disk_bench_data (size, 1);
  Swapper s = { .bench = b };
  g_autoptr (GDir) dir = NULL;
  GThread *thread;
  gint64 until;

  g_assert_cmpint (g_mkdir (disk_bench_path (b, "outside"), 0755), ==, 0);
  thread = g_thread_new ("swapper", swap_inside, &s);
  until = g_get_monotonic_time () + 1500 * 1000;
  while (g_get_monotonic_time () < until) {
    g_autofree char *path = disk_bench_receive (b, 1, "b", data, size);
  }
  g_atomic_int_set (&s.stop, 1);
  g_thread_join (thread);
  g_assert_cmpuint (s.swaps, >, 50);
  dir = g_dir_open (disk_bench_path (b, "outside"), 0, NULL);
  g_assert_null (g_dir_read_name (dir));
  disk_bench_free (b);
}

/* The ways of renaming for file systems that lack RENAME_NOREPLACE. */
static void
test_rename_fallbacks (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  int dirfd = open (b->in, O_RDONLY | O_DIRECTORY);

  disk_bench_put (b, "in/taken", "taken", 5);
  disk_bench_put (b, "in/from", "from", 4);
  g_assert_false (lan_disk_rename_by_link (dirfd, "from", "taken"));
  g_assert_cmpint (errno, ==, EEXIST);
  g_assert_false (lan_disk_rename_over_placeholder (dirfd, "from", "taken"));
  g_assert_cmpint (errno, ==, EEXIST);
  g_assert_true (lan_disk_rename_by_link (dirfd, "from", "a"));
  g_assert_false (g_file_test (disk_bench_path (b, "in/from"), G_FILE_TEST_EXISTS));
  disk_bench_expect (disk_bench_path (b, "in/a"), "from", 4);
  g_assert_true (lan_disk_rename_over_placeholder (dirfd, "a", "b"));
  disk_bench_expect (disk_bench_path (b, "in/b"), "from", 4);
  g_assert_false (lan_disk_rename_over_placeholder (dirfd, "none", "c"));
  g_assert_false (g_file_test (disk_bench_path (b, "in/c"), G_FILE_TEST_EXISTS));
  disk_bench_expect (disk_bench_path (b, "in/taken"), "taken", 5);
  close (dirfd);
  disk_bench_free (b);
}

void
add_containment_tests (void)
{
  g_test_add_func ("/disk/containment/open-beneath", test_open_beneath);
  g_test_add_func ("/disk/containment/planted-parts", test_planted_parts);
  g_test_add_func ("/disk/containment/locked-part", test_locked_part);
  g_test_add_func ("/disk/containment/part-replaced", test_part_replaced);
  g_test_add_func ("/disk/containment/rename-fallbacks", test_rename_fallbacks);
  g_test_add_func ("/disk/t12/swaps", test_t12_swaps);
  g_test_add_func ("/disk/t12/links", test_t12_links);
}
