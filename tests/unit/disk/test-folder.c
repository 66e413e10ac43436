/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Folders: listed, hashed, received whole, in part, into what is there, past links that are swapped in. */
#include "disk-bench.h"

#include "lan-manifest.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAF LAN_FILE_TREE_LEAF_BYTES

typedef struct {
  DiskBench *b;
  guint8 *data; /* 3 leaves and a bit */
  LanFileTree *tree;
  GBytes *leaves;
  GBytes *manifest;
} Folder;

static void
make_source (Folder *f)
{
  DiskBench *b = f->b;
  struct timespec times[2] = { { 1000, 0 }, { 1234567890, 5000000 } };
  LanFileResult *result;

  g_assert_cmpint (g_mkdir_with_parents (disk_bench_path (b, "src/sub/deep"), 0755), ==, 0);
  g_assert_cmpint (g_mkdir (disk_bench_path (b, "src/nothing"), 0755), ==, 0);
  disk_bench_put (b, "src/long.bin", f->data, 3 * LEAF + 7);
  disk_bench_put (b, "src/sub/short.txt", f->data, 100);
  disk_bench_put (b, "src/sub/deep/run.sh", f->data, 50);
  disk_bench_put (b, "src/empty", "", 0);
  disk_bench_put (b, "src/-odd", "odd", 3);
  g_assert_cmpint (chmod (disk_bench_path (b, "src/sub/deep/run.sh"), 0755), ==, 0);
  g_assert_cmpint (symlink ("/etc/passwd", disk_bench_path (b, "src/link")), ==, 0);
  g_assert_cmpint (utimensat (AT_FDCWD, disk_bench_path (b, "src/long.bin"), times, 0), ==, 0);
  result = disk_bench_open_source (b, 1, disk_bench_path (b, "src"));
  g_assert_no_error (result->error);
  g_assert_cmpstr (result->name, ==, "src");
  g_assert_cmpuint (result->size, ==, 3 * LEAF + 7 + 153);
  g_assert_cmpuint (result->left_links, ==, 1);
  g_assert_cmpuint (result->left_others, ==, 0);
  lan_file_result_free (result);
  result = disk_bench_do (b, disk_bench_job (b, LAN_FILE_JOB_HASH_SOURCE, 1));
  g_assert_no_error (result->error);
  f->leaves = g_bytes_ref (result->leaves);
  f->manifest = g_bytes_ref (result->manifest);
  lan_file_result_free (result);
  /* What the receiver makes of it. */
  g_assert_cmpint (lan_manifest_decode (g_bytes_get_data (f->manifest, NULL),
                                        g_bytes_get_size (f->manifest), &f->tree),
                   ==, LAN_STATUS_OK);
}

static Folder *
folder_new (void)
{
  Folder *f = g_new0 (Folder, 1);

  f->b = disk_bench_new (-1, FALSE);
  f->data = disk_bench_data (3 * LEAF + 7, 3);
  make_source (f);
  return f;
}

static void
folder_free (Folder *f)
{
  lan_disk_submit (f->b->disk, disk_bench_job (f->b, LAN_FILE_JOB_CLOSE, 1));
  disk_bench_free (f->b);
  lan_file_tree_unref (f->tree);
  g_bytes_unref (f->leaves);
  g_bytes_unref (f->manifest);
  g_free (f->data);
  g_free (f);
}

static LanFileResult *
open_target (Folder *f, guint n, LanFileConflict conflict, guint8 wanted)
{
  LanFileJob *job = disk_bench_job (f->b, LAN_FILE_JOB_OPEN_TARGET, n);

  job->path = g_strdup (f->b->in);
  job->name = g_strdup ("src");
  job->size = lan_file_tree_size (f->tree);
  job->tree = lan_file_tree_ref (f->tree);
  job->conflict = conflict;
  if (wanted != 0)
    job->wanted = g_bytes_new ((guint8[2]){ wanted, 0xff }, 2);
  return disk_bench_do (f->b, job);
}

static GBytes *
check (Folder *f, guint n)
{
  LanFileJob *job = disk_bench_job (f->b, LAN_FILE_JOB_CHECK_TARGET, n);
  LanFileResult *result;
  GBytes *bits;

  job->bytes = g_bytes_ref (f->leaves);
  result = disk_bench_do (f->b, job);
  g_assert_no_error (result->error);
  bits = g_bytes_ref (result->bits);
  lan_file_result_free (result);
  return bits;
}

/* Copies what is not there from the source, leaf by leaf, @most of them. */
static guint
fetch (Folder *f, guint n, GBytes *bits, guint most)
{
  const guint8 *has = g_bytes_get_data (bits, NULL);
  guint fetched = 0;

  for (guint64 leaf = 0; leaf < lan_file_tree_n_leaves (f->tree) && fetched < most; leaf++) {
    LanFileJob *job = disk_bench_job (f->b, LAN_FILE_JOB_READ, 1);
    LanFileResult *read;

    if ((has[leaf / 8] >> leaf % 8 & 1) != 0) {
      lan_file_job_free (job);
      continue;
    }
    job->leaf = leaf;
    read = disk_bench_do (f->b, job);
    g_assert_no_error (read->error);
    job = disk_bench_job (f->b, LAN_FILE_JOB_WRITE, n);
    job->leaf = leaf;
    job->bytes = g_bytes_ref (read->bytes);
    disk_bench_works (disk_bench_do (f->b, job));
    lan_file_result_free (read);
    fetched++;
  }
  return fetched;
}

static char *
receive (Folder *f, guint n, LanFileConflict conflict, guint8 wanted, guint *fetched)
{
  g_autoptr (GBytes) bits = NULL;
  LanFileResult *result;
  char *path;

  disk_bench_works (open_target (f, n, conflict, wanted));
  bits = check (f, n);
  *fetched = fetch (f, n, bits, G_MAXUINT);
  disk_bench_works (disk_bench_do (f->b, disk_bench_job (f->b, LAN_FILE_JOB_SYNC, n)));
  result = disk_bench_finish (f->b, n);
  g_assert_no_error (result->error);
  path = g_strdup (result->path);
  lan_file_result_free (result);
  lan_disk_submit (f->b->disk, disk_bench_job (f->b, LAN_FILE_JOB_CLOSE, n));
  return path;
}

static void
expect_whole (Folder *f, const char *name)
{
  DiskBench *b = f->b;
  g_autofree char *long_path = g_strdup_printf ("in/%s/long.bin", name);
  g_autofree char *short_path = g_strdup_printf ("in/%s/sub/short.txt", name);
  g_autofree char *run_path = g_strdup_printf ("in/%s/sub/deep/run.sh", name);
  g_autofree char *odd_path = g_strdup_printf ("in/%s/_-odd", name);
  g_autofree char *nothing = g_strdup_printf ("in/%s/nothing", name);
  struct stat st;

  disk_bench_expect (disk_bench_path (b, long_path), f->data, 3 * LEAF + 7);
  disk_bench_expect (disk_bench_path (b, short_path), f->data, 100);
  disk_bench_expect (disk_bench_path (b, odd_path), "odd", 3);
  g_assert_true (g_file_test (disk_bench_path (b, nothing), G_FILE_TEST_IS_DIR));
  g_assert_cmpint (stat (disk_bench_path (b, run_path), &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0100, ==, 0100);
  g_assert_cmpint (stat (disk_bench_path (b, short_path), &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0111, ==, 0);
  g_assert_cmpint (stat (disk_bench_path (b, long_path), &st), ==, 0);
  g_assert_cmpint (st.st_mtim.tv_sec, ==, 1234567890);
}

static void
test_whole (void)
{
  Folder *f = folder_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  guint fetched;

  first = receive (f, 2, LAN_FILE_KEEP_BOTH, 0, &fetched);
  g_assert_cmpuint (fetched, ==, lan_file_tree_n_leaves (f->tree));
  g_assert_cmpstr (first, ==, disk_bench_path (f->b, "in/src"));
  expect_whole (f, "src");
  g_assert_false (g_file_test (disk_bench_path (f->b, "in/src/link"), G_FILE_TEST_IS_SYMLINK));
  second = receive (f, 3, LAN_FILE_KEEP_BOTH, 0, &fetched);
  g_assert_cmpstr (second, ==, disk_bench_path (f->b, "in/src (2)"));
  expect_whole (f, "src (2)");
  folder_free (f);
}

static void
test_into_existing (void)
{
  Folder *f = folder_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  guint fetched;

  g_assert_cmpint (g_mkdir_with_parents (disk_bench_path (f->b, "in/src/sub"), 0755), ==, 0);
  disk_bench_put (f->b, "in/src/sub/short.txt", "mine", 4);
  disk_bench_put (f->b, "in/src/other", "other", 5);
  first = receive (f, 2, LAN_FILE_SKIP, 0, &fetched);
  g_assert_cmpuint (fetched, ==, lan_file_tree_n_leaves (f->tree) - 1);
  g_assert_cmpstr (first, ==, disk_bench_path (f->b, "in/src"));
  disk_bench_expect (disk_bench_path (f->b, "in/src/sub/short.txt"), "mine", 4);
  disk_bench_expect (disk_bench_path (f->b, "in/src/long.bin"), f->data, 3 * LEAF + 7);
  second = receive (f, 3, LAN_FILE_REPLACE, 0, &fetched);
  g_assert_cmpstr (second, ==, first);
  expect_whole (f, "src");
  disk_bench_expect (disk_bench_path (f->b, "in/src/other"), "other", 5);
  folder_free (f);
}

static void
test_some (void)
{
  Folder *f = folder_new ();
  g_autofree char *path = NULL;
  guint fetched;
  guint8 wanted = 0;

  for (guint i = 0; i < lan_file_tree_n_entries (f->tree); i++) {
    if (strcmp (lan_file_tree_entry (f->tree, i)->path, "sub/short.txt") == 0)
      wanted = (guint8) (1 << i);
  }
  path = receive (f, 2, LAN_FILE_KEEP_BOTH, wanted, &fetched);
  g_assert_cmpuint (fetched, ==, 1);
  disk_bench_expect (disk_bench_path (f->b, "in/src/sub/short.txt"), f->data, 100);
  g_assert_false (g_file_test (disk_bench_path (f->b, "in/src/long.bin"), G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (disk_bench_path (f->b, "in/src/nothing"), G_FILE_TEST_EXISTS));
  folder_free (f);
}

/* Fetches it once more into @n, told of @place where @entry (or all) may lie. Returns: leaves that had to be fetched. */
static guint
fetch_with_place (Folder *f, guint n, guint entry, const char *place)
{
  LanFileJob *job = disk_bench_job (f->b, LAN_FILE_JOB_CHECK_TARGET, n);
  LanFileResult *result;
  guint fetched;

  disk_bench_works (open_target (f, n, LAN_FILE_KEEP_BOTH, 0));
  job->bytes = g_bytes_ref (f->leaves);
  lan_file_job_add_place (job, entry, place);
  lan_file_job_add_place (job, 1000, place); /* no such entry: passed over */
  lan_file_job_add_place (job, LAN_FILE_PLACE_ALL, "/not/there");
  result = disk_bench_do (f->b, job);
  g_assert_no_error (result->error);
  fetched = fetch (f, n, result->bits, G_MAXUINT);
  lan_file_result_free (result);
  disk_bench_works (disk_bench_finish (f->b, n));
  lan_disk_submit (f->b->disk, disk_bench_job (f->b, LAN_FILE_JOB_CLOSE, n));
  return fetched;
}

static guint
entry_of (Folder *f, const char *path)
{
  for (guint i = 0; i < lan_file_tree_n_entries (f->tree); i++) {
    if (strcmp (lan_file_tree_entry (f->tree, i)->path, path) == 0)
      return i;
  }
  g_assert_not_reached ();
}

/* What lies elsewhere on this computer is copied from there, as far as it is the same. */
static void
test_places (void)
{
  Folder *f = folder_new ();
  guint n = (guint) lan_file_tree_n_leaves (f->tree);
  g_autofree char *first = NULL;
  guint fetched;
  g_autofree char *outside = g_strdup (disk_bench_path (f->b, "outside.txt"));

  first = receive (f, 2, LAN_FILE_KEEP_BOTH, 0, &fetched);
  g_assert_cmpuint (fetched, ==, n);
  g_assert_cmpuint (fetch_with_place (f, 3, LAN_FILE_PLACE_ALL, first), ==, 0);
  expect_whole (f, "src (2)");
  /* Another content of the same length, and one of another length: both are fetched, the rest is not. */
  disk_bench_put (f->b, "in/src/sub/short.txt", f->data + 1, 100);
  disk_bench_put (f->b, "in/src/_-odd", "longer", 6);
  g_assert_cmpuint (fetch_with_place (f, 4, LAN_FILE_PLACE_ALL, first), ==, 2);
  expect_whole (f, "src (3)");
  /* One file, under another name. */
  disk_bench_put (f->b, "outside.txt", f->data, 100);
  g_assert_cmpuint (fetch_with_place (f, 5, entry_of (f, "sub/short.txt"), outside), ==, n - 1);
  /* A link in the place leads nowhere. */
  g_assert_cmpint (g_unlink (disk_bench_path (f->b, "in/src/sub/short.txt")), ==, 0);
  g_assert_cmpint (symlink (outside, disk_bench_path (f->b, "in/src/sub/short.txt")), ==, 0);
  g_assert_cmpuint (fetch_with_place (f, 6, LAN_FILE_PLACE_ALL, first), ==, 2);
  folder_free (f);
}

static guint
count_bits (GBytes *bits)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bits, &len);
  guint n = 0;

  for (gsize i = 0; i < len; i++)
    n += (guint) __builtin_popcount (data[i]);
  return n;
}

/* What was written before a crash counts, noted or not; what is thrown away is gone. */
static void
test_resume_and_discard (void)
{
  Folder *f = folder_new ();
  g_autoptr (GBytes) bits = NULL;
  g_autoptr (GBytes) again = NULL;
  LanFileJob *job;

  disk_bench_works (open_target (f, 2, LAN_FILE_KEEP_BOTH, 0));
  bits = check (f, 2);
  g_assert_cmpuint (count_bits (bits), ==, 0);
  g_assert_cmpuint (fetch (f, 2, bits, 4), ==, 4);
  lan_disk_submit (f->b->disk, disk_bench_job (f->b, LAN_FILE_JOB_CLOSE, 2));
  disk_bench_works (open_target (f, 2, LAN_FILE_KEEP_BOTH, 0));
  again = check (f, 2);
  g_assert_cmpuint (count_bits (again), ==, 4);
  job = disk_bench_job (f->b, LAN_FILE_JOB_DISCARD, 2);
  job->path = g_strdup (f->b->in);
  job->name = g_strdup ("src");
  job->tree = lan_file_tree_ref (f->tree);
  lan_disk_submit (f->b->disk, job);
  disk_bench_settle (f->b);
  g_assert_false (g_file_test (disk_bench_path (f->b, "in/src.0002cdef.part"), G_FILE_TEST_EXISTS));
  folder_free (f);
}

/* T12: a folder of the part is swapped for a link while files are written into it. */
static void
test_link_swapped_in (void)
{
  Folder *f = folder_new ();
  g_autoptr (GBytes) bits = NULL;
  g_autofree char *sub = g_strdup (disk_bench_path (f->b, "in/src.0002cdef.part/sub"));
  guint64 leaf = 0;
  LanFileJob *job;

  g_assert_cmpint (g_mkdir (disk_bench_path (f->b, "outside"), 0755), ==, 0);
  disk_bench_works (open_target (f, 2, LAN_FILE_KEEP_BOTH, 0));
  bits = check (f, 2);
  g_assert_cmpint (symlink (disk_bench_path (f->b, "outside"), sub), ==, 0);
  for (guint i = 0; i < lan_file_tree_n_entries (f->tree); i++) {
    if (strcmp (lan_file_tree_entry (f->tree, i)->path, "sub/short.txt") == 0)
      leaf = lan_file_tree_entry (f->tree, i)->first_leaf;
  }
  job = disk_bench_job (f->b, LAN_FILE_JOB_WRITE, 2);
  job->leaf = leaf;
  job->bytes = g_bytes_new (f->data, 100);
  disk_bench_fails (disk_bench_do (f->b, job), LAN_FILE_ERROR_PATH);
  g_assert_false (g_file_test (disk_bench_path (f->b, "outside/short.txt"), G_FILE_TEST_EXISTS));
  folder_free (f);
}

static void
test_source_changes (void)
{
  Folder *f = folder_new ();
  LanFileJob *job;

  g_assert_cmpint (truncate (disk_bench_path (f->b, "src/long.bin"), 2 * LEAF), ==, 0);
  job = disk_bench_job (f->b, LAN_FILE_JOB_READ, 1);
  job->leaf = lan_file_tree_entry (f->tree, 2)->first_leaf;
  g_assert_cmpstr (lan_file_tree_entry (f->tree, 2)->path, ==, "long.bin");
  disk_bench_fails (disk_bench_do (f->b, job), LAN_FILE_ERROR_CHANGED);
  folder_free (f);
}

/* Links, pipes and what is in folders below are told apart; a file, or nothing at all, has none. */
static void
test_left_out (void)
{
  DiskBench *b = disk_bench_new (-1, FALSE);
  LanDiskLeftOut out = { 0 };

  g_assert_cmpint (g_mkdir_with_parents (disk_bench_path (b, "src/sub/deep"), 0755), ==, 0);
  disk_bench_put (b, "src/a", "a", 1);
  lan_disk_count_left_out (disk_bench_path (b, "src"), &out);
  lan_disk_count_left_out (disk_bench_path (b, "src/a"), &out);
  lan_disk_count_left_out (disk_bench_path (b, "nothing"), &out);
  g_assert_cmpuint (out.links + out.others, ==, 0);
  g_assert_cmpint (symlink ("a", disk_bench_path (b, "src/link")), ==, 0);
  g_assert_cmpint (symlink ("..", disk_bench_path (b, "src/sub/deep/round")), ==, 0);
  g_assert_cmpint (symlink ("nowhere", disk_bench_path (b, "src/sub/broken")), ==, 0);
  g_assert_cmpint (mkfifo (disk_bench_path (b, "src/sub/pipe"), 0600), ==, 0);
  lan_disk_count_left_out (disk_bench_path (b, "src"), &out);
  g_assert_cmpuint (out.links, ==, 3);
  g_assert_cmpuint (out.others, ==, 1);
  disk_bench_free (b);
}

void
add_folder_tests (void)
{
  g_test_add_func ("/disk/folder/whole", test_whole);
  g_test_add_func ("/disk/folder/into-existing", test_into_existing);
  g_test_add_func ("/disk/folder/some", test_some);
  g_test_add_func ("/disk/folder/places", test_places);
  g_test_add_func ("/disk/folder/resume-and-discard", test_resume_and_discard);
  g_test_add_func ("/disk/folder/t12-link-swapped-in", test_link_swapped_in);
  g_test_add_func ("/disk/folder/left-out", test_left_out);
  g_test_add_func ("/disk/folder/source-changes", test_source_changes);
}
