/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * bench-server-store FOLDER [DEPOSITS]: the mailbox's tables alone, without connections, beside the least that
 * SQLite does for as many rows of the same size: one table, one key, synchronous = FULL, groups of
 * 1,024. One `name value` a line: rows a second, and processor time for one.
 */
#include "lan-hub-db.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define GROUP    1024
#define PEOPLE   10000
#define ENVELOPE 300

static guint64 dice = 88172645463325252ull;

static guint64
roll (void)
{
  dice ^= dice << 13;
  dice ^= dice >> 7;
  dice ^= dice << 17;
  return dice;
}

static double
cpu_seconds (void)
{
  struct rusage u;

  getrusage (RUSAGE_SELF, &u);
  return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
         (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void
say (const char *name, guint n, gint64 begun_us, double cpu)
{
  printf ("%s_per_s %.3f\n", name, n * 1e6 / (double) (g_get_monotonic_time () - begun_us));
  printf ("%s_cpu_us %.3f\n", name, (cpu_seconds () - cpu) * 1e6 / n);
  fflush (stdout);
}

static void
check (gboolean is_good, const char *what)
{
  if (!is_good)
    g_error ("%s", what);
}

static LanRegistryOp *
new_deposit (void)
{
  LanRegistryOp *op = g_new0 (LanRegistryOp, 1);
  guint64 words[2] = { roll (), roll () }, from = roll () % PEOPLE, to = roll () % PEOPLE;

  op->type = LAN_OP_DEPOSIT;
  memcpy (op->deposit.id, words, sizeof op->deposit.id);
  from *= 0x9e3779b97f4a7c15ull;
  to *= 0x9e3779b97f4a7c15ull;
  memcpy (&op->deposit.from, &from, sizeof from);
  memcpy (&op->deposit.to, &to, sizeof to);
  op->deposit.envelope = g_bytes_new_take (g_malloc0 (ENVELOPE), ENVELOPE);
  op->deposit.time_ms = g_get_real_time () / 1000;
  op->deposit.expires_ms = op->deposit.time_ms + 86400000;
  return op;
}

static void
run_group (LanHubDb *db)
{
  LanRegistryOp *ops[GROUP];

  check (lan_hub_db_begin (db), "begin");
  for (guint i = 0; i < GROUP; i++) {
    ops[i] = new_deposit ();
    check (lan_hub_db_run (db, ops[i]), "deposit");
  }
  check (lan_hub_db_commit (db), "commit");
  for (guint i = 0; i < GROUP; i++)
    lan_registry_op_free (ops[i]);
  lan_hub_db_tidy (db, FALSE);
}

static void
bench_store (const char *path, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LanHubDb) db = lan_hub_db_open (path, LAN_HUB_DB_CREATE, &error);
  double cpu = cpu_seconds ();
  gint64 begun = g_get_monotonic_time ();

  check (db != NULL, "no database");
  lan_hub_db_tidy_beside (db, path);
  for (guint i = 0; i < n; i += GROUP)
    run_group (db);
  say ("store", n, begun, cpu);
}

static void
bench_plain (const char *path, guint n)
{
  static const guint8 envelope[ENVELOPE];
  sqlite3_stmt *s = NULL;
  sqlite3 *db = NULL;
  double cpu;
  gint64 begun;

  check (sqlite3_open (path, &db) == SQLITE_OK &&
             sqlite3_exec (db,
                           "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                           "CREATE TABLE mail (id INTEGER PRIMARY KEY, device BLOB, envelope BLOB)",
                           NULL, NULL, NULL) == SQLITE_OK &&
             sqlite3_prepare_v2 (db, "INSERT INTO mail VALUES (?1, ?2, ?3)", -1, &s, NULL) ==
                 SQLITE_OK,
         "plain");
  cpu = cpu_seconds ();
  begun = g_get_monotonic_time ();
  for (guint i = 0; i < n; i++) {
    guint64 to = roll () % PEOPLE;

    if (i % GROUP == 0)
      check (sqlite3_exec (db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK, "begin");
    sqlite3_bind_int64 (s, 1, i);
    sqlite3_bind_blob (s, 2, &to, sizeof to, SQLITE_STATIC);
    sqlite3_bind_blob (s, 3, envelope, sizeof envelope, SQLITE_STATIC);
    check (sqlite3_step (s) == SQLITE_DONE, "insert");
    sqlite3_reset (s);
    if (i % GROUP == GROUP - 1 || i == n - 1)
      check (sqlite3_exec (db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "commit");
  }
  say ("plain_sqlite", n, begun, cpu);
  sqlite3_finalize (s);
  sqlite3_close (db);
}

int
main (int argc, char **argv)
{
  static const char *const ends[] = { "", "-wal", "-shm" };
  guint n = argc > 2 ? (guint) atoi (argv[2]) : 300 * GROUP;
  g_autofree char *store = NULL, *plain = NULL;

  if (argc < 2) {
    fprintf (stderr, "bench-server-store FOLDER [DEPOSITS]\n");
    return 2;
  }
  store = g_build_filename (argv[1], "store.db", NULL);
  plain = g_build_filename (argv[1], "plain.db", NULL);
  n = MAX (1, n / GROUP) * GROUP;
  bench_store (store, n);
  bench_plain (plain, n);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *a = g_strconcat (store, ends[i], NULL),
                    *b = g_strconcat (plain, ends[i], NULL);

    (void) g_remove (a);
    (void) g_remove (b);
  }
  return 0;
}
