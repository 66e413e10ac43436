/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A process that writes without pause is killed (SIGKILL) again and again, each time after another
 * number of reports; the next one opens the same files. Every batch it had reported is there, in
 * whole batches, and nothing readable is in any file at the moment of death.
 */
#include "store-driver.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS          12
#define RECORDS_A_BATCH 3

typedef struct {
  StoreDriver driver;
  guint next; /* number of the next batch */
  guint waiting;
} Writer;

static void write_more (Writer *writer);

static void
on_written (const GError *error, gpointer user_data)
{
  static guint reported;
  Writer *writer = user_data;
  guint32 number;

  g_assert_no_error (error);
  number = ++reported;
  writer->waiting--;
  /* The report: whoever reads this may rely on it. */
  if (write (STDOUT_FILENO, &number, sizeof number) != sizeof number)
    _exit (3);
  write_more (writer);
}

/* Keeps eight batches on their way, so that the kill falls into groups too. */
static void
write_more (Writer *writer)
{
  while (writer->waiting < 8) {
    GPtrArray *changes = lan_changes_new ();

    for (guint i = 1; i <= RECORDS_A_BATCH; i++)
      store_add_record (changes, 1, 1, writer->next * RECORDS_A_BATCH + i);
    writer->next++;
    writer->waiting++;
    lan_store_commit (writer->driver.store, changes, on_written, writer);
  }
}

static void G_GNUC_NORETURN
run_child (const char *path)
{
  Writer writer = { 0 };

  store_driver_open (&writer.driver, path, NULL, NULL, LAN_STORE_FLAG_NONE);
  g_assert_no_error (writer.driver.error);
  if (writer.driver.snapshot->heads->len > 0)
    writer.next =
        (guint) g_array_index (writer.driver.snapshot->heads, LanLogHead, 0).seq / RECORDS_A_BATCH;
  write_more (&writer);
  for (;;)
    g_main_context_iteration (writer.driver.context, TRUE);
}

/* Starts this program as the writer and kills it after @n reports. Returns: how many it made. */
static guint
run_and_kill (const char *self, const char *path, guint n)
{
  guint32 number = 0, last = 0;
  int fds[2];
  int status;
  pid_t pid;

  g_assert_cmpint (pipe (fds), ==, 0);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0) {
    dup2 (fds[1], STDOUT_FILENO);
    close (fds[0]);
    execl (self, self, "--write", path, NULL);
    _exit (4);
  }
  close (fds[1]);
  while (last < n && read (fds[0], &number, sizeof number) == sizeof number)
    last = number;
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status));
  while (read (fds[0], &number, sizeof number) == sizeof number)
    last = number;
  close (fds[0]);
  return last;
}

static void
test_kill (gconstpointer self)
{
  g_autofree char *folder = store_make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  guint64 batches = 0;

  for (guint round = 0; round < ROUNDS; round++) {
    guint reported = run_and_kill (self, path, 1 + round * 23);
    g_autoptr (GPtrArray) log = NULL;
    g_autoptr (GError) error = NULL;
    StoreDriver driver;

    g_assert_cmpuint (reported, >, 0);
    g_assert_false (store_folder_shows_plain_text (folder));
    store_driver_open (&driver, path, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
    g_assert_no_error (driver.error);
    log = store_driver_log (&driver, 1, 1, 0, G_MAXUINT64, G_MAXSIZE, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (log->len % RECORDS_A_BATCH, ==, 0);
    g_assert_cmpuint (log->len / RECORDS_A_BATCH, >=, batches + reported);
    g_assert_cmpuint (((LanRecordRow *) log->pdata[log->len - 1])->seq, ==, log->len);
    batches = log->len / RECORDS_A_BATCH;
    store_driver_close (&driver);
  }
  g_test_message ("%u kills, %" G_GUINT64_FORMAT " batches", ROUNDS, batches);
  store_remove_folder (folder);
}

/* While one process has the history open, another one is told so. */
static void
test_locked_by_process (gconstpointer self)
{
  g_autofree char *folder = store_make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  StoreDriver driver;
  guint32 number;
  int fds[2];
  pid_t pid;

  g_assert_cmpint (pipe (fds), ==, 0);
  pid = fork ();
  if (pid == 0) {
    dup2 (fds[1], STDOUT_FILENO);
    execl (self, self, "--write", path, NULL);
    _exit (4);
  }
  close (fds[1]);
  g_assert_cmpint (read (fds[0], &number, sizeof number), ==, sizeof number);
  store_driver_open (&driver, path, NULL, NULL, LAN_STORE_FLAG_NONE);
  g_assert_error (driver.error, LAN_STORE_ERROR, LAN_STORE_ERROR_LOCKED);
  store_driver_close (&driver);
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  close (fds[0]);
  store_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--write") == 0)
    run_child (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/store/kill/survives", argv[0], test_kill);
  g_test_add_data_func ("/store/kill/locked-by-process", argv[0], test_locked_by_process);
  return g_test_run ();
}
