/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The disk of shared folders: looked at, put in place, made way, old versions let go, watched. */
#include "disk-bench.h"

#include "lan-folder-watch.h"
#include "lan-share-disk.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_MS (G_GINT64_CONSTANT (24) * 3600 * 1000)

typedef struct {
  DiskBench *b; /* for its folder */
  LanShareDisk *disk;
  LanConversationId share;
  char *dir;
  guint64 last_job;
  LanShareResult *result;
} Bench;

static void
on_done (const LanShareResult *result, gpointer data)
{
  Bench *bench = data;
  LanShareResult *copy = g_memdup2 (result, sizeof *result);

  copy->error = result->error != NULL ? g_error_copy (result->error) : NULL;
  copy->found = result->found != NULL ? g_ptr_array_ref (result->found) : NULL;
  copy->gone = result->gone != NULL ? g_ptr_array_ref (result->gone) : NULL;
  copy->folders = result->folders != NULL ? g_ptr_array_ref (result->folders) : NULL;
  copy->unshared = result->unshared != NULL ? g_ptr_array_ref (result->unshared) : NULL;
  copy->copy = g_strdup (result->copy);
  copy->dir = g_strdup (result->dir);
  copy->bytes = result->bytes != NULL ? g_bytes_ref (result->bytes) : NULL;
  g_clear_pointer (&bench->result, lan_share_result_free);
  bench->result = copy;
}

static LanShareJob *
job_new (Bench *bench, LanShareJobType type)
{
  return lan_share_job_new (type, &bench->share, ++bench->last_job);
}

/* Returns: (transfer none): until the next. */
static LanShareResult *
run (Bench *bench, LanShareJob *job)
{
  guint64 number = job->job;

  lan_share_disk_submit (bench->disk, job);
  while (bench->result == NULL || bench->result->job != number)
    g_main_context_iteration (NULL, TRUE);
  return bench->result;
}

static void
works (Bench *bench, LanShareJob *job)
{
  const LanShareResult *result = run (bench, job);

  g_assert_no_error (result->error);
}

static void
fails (Bench *bench, LanShareJob *job, LanFileError code)
{
  const LanShareResult *result = run (bench, job);

  g_assert_error (result->error, LAN_FILE_ERROR, (int) code);
}

static Bench *
bench_new (void)
{
  Bench *bench = g_new0 (Bench, 1);
  LanShareJob *job;

  bench->b = disk_bench_new (-1, FALSE);
  bench->disk = lan_share_disk_new (NULL, on_done, bench);
  memset (bench->share.b, 7, sizeof bench->share.b);
  bench->dir = g_strdup (disk_bench_path (bench->b, "shared"));
  job = job_new (bench, LAN_SHARE_JOB_OPEN);
  job->dir = g_strdup (bench->dir);
  works (bench, job);
  return bench;
}

static void
bench_free (Bench *bench)
{
  lan_share_disk_free (bench->disk);
  g_clear_pointer (&bench->result, lan_share_result_free);
  disk_bench_free (bench->b);
  g_free (bench->dir);
  g_free (bench);
}

static char *
path_of (Bench *bench, const char *path)
{
  return g_build_filename (bench->dir, path, NULL);
}

static void
put (Bench *bench, const char *path, const char *content)
{
  g_autofree char *full = path_of (bench, path);
  g_autofree char *folder = g_path_get_dirname (full);
  struct timespec past[2] = { { 1000, 0 }, { 1234567890, 0 } };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (full, content, -1, NULL));
  g_assert_cmpint (utimensat (AT_FDCWD, full, past, 0), ==, 0);
}

static gboolean
has (Bench *bench, const char *path)
{
  g_autofree char *full = path_of (bench, path);

  return g_file_test (full, G_FILE_TEST_EXISTS);
}

/* What was written a moment ago is left for the next look. */
static LanShareResult *
scan (Bench *bench, GPtrArray *known)
{
  for (;;) {
    LanShareJob *job = job_new (bench, LAN_SHARE_JOB_SCAN);
    LanShareResult *result;

    job->known = known != NULL ? g_ptr_array_ref (known) : NULL;
    result = run (bench, job);
    g_assert_no_error (result->error);
    if (!result->busy)
      return result;
  }
}

static const LanShareFound *
find (GPtrArray *found, const char *path)
{
  for (guint i = 0; i < found->len; i++) {
    const LanShareFound *one = g_ptr_array_index (found, i);

    if (strcmp (one->path, path) == 0)
      return one;
  }
  return NULL;
}

static void
test_scan (void)
{
  Bench *bench = bench_new ();
  g_autoptr (GPtrArray) known = NULL;
  g_autofree char *gone = NULL;
  LanShareResult *result;

  put (bench, "a.txt", "one");
  put (bench, "sub/b.txt", "two");
  result = scan (bench, NULL);
  g_assert_cmpuint (result->found->len, ==, 3);
  g_assert_cmpuint (result->skipped, ==, 0);
  g_assert_cmpuint (result->folders->len, ==, 2);
  g_assert_cmpuint (find (result->found, "a.txt")->size, ==, 3);
  g_assert_cmpint (find (result->found, "sub")->kind, ==, LAN_SHARE_FOLDER);
  known = g_ptr_array_ref (result->found);
  result = scan (bench, known);
  g_assert_cmpuint (result->found->len, ==, 0);
  gone = path_of (bench, "sub/b.txt");
  g_assert_cmpint (g_unlink (gone), ==, 0);
  put (bench, "a.txt", "changed");
  result = scan (bench, known);
  g_assert_cmpuint (result->found->len, ==, 1);
  g_assert_cmpuint (result->gone->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (result->gone, 0), ==, "sub/b.txt");
  bench_free (bench);
}

static LanShareSkip
reason_of (LanShareResult *result, const char *path)
{
  for (guint i = 0; i < result->unshared->len; i++) {
    const LanShareSkipped *skipped = g_ptr_array_index (result->unshared, i);

    if (strcmp (skipped->path, path) == 0)
      return skipped->reason;
  }
  return LAN_SHARE_SKIP_N;
}

/* Each thing that cannot be shared is named, with why; a name that is no text is made one. */
static void
test_skipped (void)
{
  Bench *bench = bench_new ();
  g_autofree char *link = path_of (bench, "link");
  g_autofree char *pipe = path_of (bench, "sub/pipe");
  g_autofree char *odd = path_of (bench, "odd\xff.txt");
  LanShareResult *result;

  put (bench, "Name", "one");
  put (bench, "name", "two");
  put (bench, "sub/aux.txt", "a device, elsewhere");
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_true (g_file_set_contents (odd, "x", 1, NULL));
  result = scan (bench, NULL);
  g_assert_cmpuint (result->skipped, ==, 5);
  g_assert_cmpuint (result->unshared->len, ==, 5);
  g_assert_cmpint (reason_of (result, "name"), ==, LAN_SHARE_SKIP_CASE);
  g_assert_cmpint (reason_of (result, "link"), ==, LAN_SHARE_SKIP_LINK);
  g_assert_cmpint (reason_of (result, "sub/pipe"), ==, LAN_SHARE_SKIP_SPECIAL);
  g_assert_cmpint (reason_of (result, "sub/aux.txt"), ==, LAN_SHARE_SKIP_NAME);
  for (guint i = 0; i < result->unshared->len; i++) {
    const LanShareSkipped *skipped = g_ptr_array_index (result->unshared, i);

    g_assert_true (g_utf8_validate (skipped->path, -1, NULL));
  }
  g_assert_cmpuint (result->found->len, ==, 2); /* Name, sub */
  bench_free (bench);
}

static LanShareJob *
place_job (Bench *bench, const char *path, const LanShareFound *had, const char *content)
{
  LanShareJob *job = job_new (bench, LAN_SHARE_JOB_PLACE);

  put (bench, ".lanyard-share/incoming/staged", content);
  job->staged = g_strdup ("staged");
  job->path = g_strdup (path);
  job->is.size = strlen (content);
  job->is.mtime_ms = 1700000000000;
  job->had = had != NULL;
  if (had != NULL)
    job->expect = had->stamp;
  return job;
}

static guint
count_versions (Bench *bench)
{
  g_autofree char *path = path_of (bench, LAN_SHARE_VERSIONS_DIR);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* What was there moves away; what somebody wrote meanwhile stays; the other version gets a name beside it. */
static void
test_place (void)
{
  Bench *bench = bench_new ();
  g_autoptr (GPtrArray) known = NULL;
  LanShareResult *result;
  LanShareJob *job;

  put (bench, "a.txt", "one");
  known = g_ptr_array_ref (scan (bench, NULL)->found);
  result = run (bench, place_job (bench, "a.txt", find (known, "a.txt"), "newer"));
  g_assert_no_error (result->error);
  g_assert_cmpuint (result->stamp.size, ==, 5);
  g_assert_cmpuint (count_versions (bench), ==, 1);
  /* The stamp is another one now. */
  result = run (bench, place_job (bench, "a.txt", find (known, "a.txt"), "late"));
  g_assert_error (result->error, LAN_FILE_ERROR, LAN_FILE_ERROR_CHANGED);
  result = run (bench, place_job (bench, "deep/er/b.txt", NULL, "fresh"));
  g_assert_no_error (result->error);
  g_assert_true (has (bench, "deep/er/b.txt"));
  result = run (bench, place_job (bench, "deep/er/b.txt", NULL, "again"));
  g_assert_error (result->error, LAN_FILE_ERROR, LAN_FILE_ERROR_CHANGED);
  g_clear_pointer (&known, g_ptr_array_unref);
  known = g_ptr_array_ref (scan (bench, NULL)->found);
  job = place_job (bench, "deep/er/b.txt", find (known, "deep/er/b.txt"), "theirs");
  job->copy = g_strdup ("deep/er/b (conflict).txt");
  result = run (bench, job);
  g_assert_no_error (result->error);
  g_assert_cmpstr (result->copy, ==, "deep/er/b (conflict).txt");
  g_assert_true (has (bench, "deep/er/b (conflict).txt"));
  bench_free (bench);
}

static LanShareJob *
read_job (Bench *bench, const char *path, guint64 most)
{
  LanShareJob *job = job_new (bench, LAN_SHARE_JOB_READ);

  job->path = g_strdup (path);
  job->max_bytes = most;
  return job;
}

/* Read as a whole, or not at all; and put in its place without having been a file before. */
static void
test_short (void)
{
  Bench *bench = bench_new ();
  g_autofree char *link = path_of (bench, "link");
  LanShareResult *result;
  LanShareJob *job;

  put (bench, "sub/a.txt", "one");
  g_assert_cmpint (symlink ("sub/a.txt", link), ==, 0);
  result = run (bench, read_job (bench, "sub/a.txt", 3));
  g_assert_no_error (result->error);
  g_assert_cmpmem (g_bytes_get_data (result->bytes, NULL), g_bytes_get_size (result->bytes), "one",
                   3);
  fails (bench, read_job (bench, "sub/a.txt", 2), LAN_FILE_ERROR_CHANGED);
  fails (bench, read_job (bench, "nothing", 9), LAN_FILE_ERROR_NOT_FOUND);
  g_assert_nonnull (run (bench, read_job (bench, "link", 9))->error);
  g_assert_nonnull (run (bench, read_job (bench, "sub", 9))->error);
  job = place_job (bench, "deep/b.txt", NULL, "");
  g_free (job->staged);
  job->staged = g_strdup ("0123");
  job->bytes = g_bytes_new ("fresh", 5);
  result = run (bench, job);
  g_assert_no_error (result->error);
  g_assert_cmpuint (result->stamp.size, ==, 5);
  g_assert_true (has (bench, "deep/b.txt"));
  job = place_job (bench, "deep/c.txt", NULL, ""); /* its name is taken: nothing is written over */
  job->bytes = g_bytes_new ("fresh", 5);
  fails (bench, job, LAN_FILE_ERROR_IO);
  bench_free (bench);
}

static void
test_remove (void)
{
  Bench *bench = bench_new ();
  g_autoptr (GPtrArray) known = NULL;
  LanShareJob *job;

  put (bench, "a.txt", "one");
  known = g_ptr_array_ref (scan (bench, NULL)->found);
  put (bench, "a.txt", "written just now");
  job = job_new (bench, LAN_SHARE_JOB_REMOVE);
  job->path = g_strdup ("a.txt");
  job->had = TRUE;
  job->expect = find (known, "a.txt")->stamp;
  fails (bench, job, LAN_FILE_ERROR_CHANGED);
  g_assert_true (has (bench, "a.txt"));
  g_clear_pointer (&known, g_ptr_array_unref);
  known = g_ptr_array_ref (scan (bench, NULL)->found);
  job = job_new (bench, LAN_SHARE_JOB_REMOVE);
  job->path = g_strdup ("a.txt");
  job->had = TRUE;
  job->expect = find (known, "a.txt")->stamp;
  works (bench, job);
  g_assert_false (has (bench, "a.txt"));
  g_assert_cmpuint (count_versions (bench), ==, 1);
  bench_free (bench);
}

#define VERSION(name) LAN_SHARE_VERSIONS_DIR "/" name

static guint
trim (Bench *bench, gint64 before_ms, guint64 max_bytes)
{
  LanShareJob *job = job_new (bench, LAN_SHARE_JOB_TRIM);
  LanShareResult *result;

  job->before_ms = before_ms;
  job->max_bytes = max_bytes;
  result = run (bench, job);
  g_assert_no_error (result->error);
  return result->removed;
}

/* By age and by size; never the newest of what is gone from the folder, nor what has another name. */
static void
test_trim (void)
{
  Bench *bench = bench_new ();
  g_autoptr (GDateTime) day = g_date_time_new_utc (2026, 3, 1, 0, 0, 0);
  gint64 march = g_date_time_to_unix (day) * 1000;

  put (bench, "a.txt", "now");
  put (bench, "sub/b.txt", "now");
  put (bench, VERSION ("a~20260101-120000.txt"), "old");
  put (bench, VERSION ("a~20260102-120000 (2).txt"), "old");
  put (bench, VERSION ("a~20260401-120000.txt"), "young");
  put (bench, VERSION ("sub/b~20260101-120000.txt"), "old");
  put (bench, VERSION ("gone~20260101-120000.txt"), "old");
  put (bench, VERSION ("gone~20260102-120000.txt"), "the only copy");
  put (bench, VERSION ("somebody's"), "not named by us");
  put (bench, VERSION ("not~20269999-120000.txt"), "no such day");
  g_assert_cmpuint (trim (bench, march - 300 * DAY_MS, 1 << 20), ==, 0);
  g_assert_cmpuint (trim (bench, march, 1 << 20), ==, 4);
  g_assert_true (has (bench, VERSION ("a~20260401-120000.txt")));
  g_assert_true (has (bench, VERSION ("gone~20260102-120000.txt")));
  g_assert_false (has (bench, VERSION ("gone~20260101-120000.txt")));
  g_assert_true (has (bench, VERSION ("somebody's")));
  g_assert_true (has (bench, VERSION ("not~20269999-120000.txt")));
  g_assert_cmpuint (trim (bench, march, 10), ==, 1);
  g_assert_false (has (bench, VERSION ("a~20260401-120000.txt")));
  g_assert_true (has (bench, VERSION ("gone~20260102-120000.txt")));
  g_assert_true (has (bench, "a.txt"));
  bench_free (bench);
}

/* The folder of another share, or none at all, is not taken for this one's. */
static void
test_mark (void)
{
  Bench *bench = bench_new ();
  g_autofree char *mark = path_of (bench, ".lanyard-share/id");
  g_autofree char *link = g_strdup (disk_bench_path (bench->b, "by-a-link"));
  LanShareJob *job;

  g_assert_cmpint (symlink (bench->dir, link), ==, 0);
  job = job_new (bench, LAN_SHARE_JOB_OPEN);
  job->dir = g_strdup (link);
  job->must_exist = TRUE;
  g_assert_cmpstr (run (bench, job)->dir, ==, bench->dir);
  g_assert_true (g_file_set_contents (mark, "another", -1, NULL));
  job = job_new (bench, LAN_SHARE_JOB_SCAN);
  fails (bench, job, LAN_FILE_ERROR_NOT_FOUND);
  job = job_new (bench, LAN_SHARE_JOB_OPEN);
  job->dir = g_strdup (bench->dir);
  job->must_exist = TRUE;
  fails (bench, job, LAN_FILE_ERROR_NOT_FOUND);
  bench_free (bench);
}

static void
on_notice (const LanConversationId *share, gboolean lost, gpointer data)
{
  guint *notices = data;

  notices[lost ? 1 : 0]++;
}

/* What happened between the look and the watch is noticed: a new watch is a reason to look again. */
static void
test_watch (void)
{
  Bench *bench = bench_new ();
  guint notices[2] = { 0 };
  g_autoptr (LanFolderWatch) watch = lan_folder_watch_new (NULL, on_notice, notices);
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();

  put (bench, "sub/a", "one");
  g_ptr_array_add (folders, (char *) "");
  lan_folder_watch_set (watch, &bench->share, bench->dir, folders);
  g_assert_cmpuint (notices[0], ==, 1);
  lan_folder_watch_set (watch, &bench->share, bench->dir, folders);
  g_assert_cmpuint (notices[0], ==, 1); /* nothing new is watched */
  g_ptr_array_add (folders, (char *) "sub");
  lan_folder_watch_set (watch, &bench->share, bench->dir, folders);
  g_assert_cmpuint (notices[0], ==, 2);
  put (bench, "sub/a", "two");
  while (notices[0] < 3)
    g_main_context_iteration (NULL, TRUE);
  g_ptr_array_add (folders, (char *) "sub/a"); /* no folder: cannot be watched */
  lan_folder_watch_set (watch, &bench->share, bench->dir, folders);
  g_assert_cmpuint (notices[1], ==, 1);
  lan_folder_watch_set (watch, &bench->share, NULL, NULL);
  bench_free (bench);
}

void
add_share_tests (void)
{
  g_test_add_func ("/disk/share/scan", test_scan);
  g_test_add_func ("/disk/share/skipped", test_skipped);
  g_test_add_func ("/disk/share/place", test_place);
  g_test_add_func ("/disk/share/short", test_short);
  g_test_add_func ("/disk/share/remove", test_remove);
  g_test_add_func ("/disk/share/trim", test_trim);
  g_test_add_func ("/disk/share/mark", test_mark);
  g_test_add_func ("/disk/share/watch", test_watch);
}
