/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-store.h"

#include <string.h>
#include <sys/statvfs.h>

#define GROUP_MAX       1024 /* operations of one transaction: bounds how long the first one waits */
#define ROOM_LOOK_US    G_GINT64_CONSTANT (250000)
#define ROOM_LOOK_BYTES (1024 * 1024) /* written since the last look at the free space */

struct _LanHubStore {
  LanHubDb *db;
  char *path;
  guint64 reserve;
  void (*wake) (gpointer);
  gpointer wake_data;
  GThread *thread;

  GPtrArray *pushed; /* loop's own, until flushed */
  GPtrArray *taken;  /* loop's own, being handed out */
  guint taken_at;

  GMutex lock;
  GCond more;
  GPtrArray *jobs;    /* waiting for the thread */
  GPtrArray *answers; /* waiting for the loop */
  gboolean is_closing;
  LanHubStoreCounters counters;

  gint64 room_seen_us; /* the thread's own */
  gsize room_used;     /* bytes put in since then */
  gboolean is_tight;
};

static gsize
size_of (const LanRegistryOp *op)
{
  if (op->type == LAN_OP_DEPOSIT)
    return g_bytes_get_size (op->deposit.envelope);
  return op->type == LAN_OP_BLOB_PUT ? g_bytes_get_size (op->blob_put.data) : 4096;
}

static gboolean
is_tight (LanHubStore *store, const LanRegistryOp *op)
{
  gint64 now = g_get_monotonic_time ();
  struct statvfs fs;

  store->room_used += 2 * size_of (op); /* once into the log, once into the database */
  if (store->room_seen_us != 0 && now - store->room_seen_us < ROOM_LOOK_US &&
      store->room_used < ROOM_LOOK_BYTES)
    return store->is_tight;
  store->room_seen_us = now;
  store->room_used = 0;
  store->is_tight =
      statvfs (store->path, &fs) == 0 &&
      (guint64) fs.f_bavail * fs.f_frsize < store->reserve + lan_hub_db_log_bytes (store->db);
  return store->is_tight;
}

static gboolean
run_op (LanHubStore *store, LanRegistryOp *op)
{
  if (lan_hub_db_takes_room (op->type) && is_tight (store, op)) {
    op->status = LAN_OP_FULL;
    return TRUE;
  }
  return lan_hub_db_run (store->db, op);
}

/* All of @ops in one transaction; FALSE: nothing of it happened. */
static gboolean
try_group (LanHubStore *store, LanRegistryOp **ops, guint n)
{
  gboolean is_good = lan_hub_db_begin (store->db);

  for (guint i = 0; is_good && i < n; i++)
    is_good = run_op (store, ops[i]);
  if (is_good)
    is_good = lan_hub_db_commit (store->db);
  if (!is_good)
    lan_hub_db_rollback (store->db);
  return is_good;
}

static guint
run_group (LanHubStore *store, LanRegistryOp **ops, guint n)
{
  guint failures = 0;

  if (try_group (store, ops, n))
    return 0;
  for (guint i = 0; i < n; i++) {
    if (n > 1 && try_group (store, &ops[i], 1))
      continue;
    ops[i]->status = lan_hub_db_trouble (store->db);
    failures++;
  }
  return failures;
}

static void
note_group (LanHubStore *store, guint n, guint failures, gint64 took_us)
{
  store->counters.operations += n;
  store->counters.commits++;
  store->counters.failures += failures;
  store->counters.commit_us += (guint64) took_us;
  store->counters.commit_max_us = MAX (store->counters.commit_max_us, (guint64) took_us);
}

static gpointer
run_thread (gpointer data)
{
  LanHubStore *store = data;
  GPtrArray *group = g_ptr_array_new ();

  g_mutex_lock (&store->lock);
  for (;;) {
    gint64 begun;
    guint n, failures;

    while (store->jobs->len == 0 && !store->is_closing)
      g_cond_wait (&store->more, &store->lock);
    if (store->jobs->len == 0)
      break;
    n = MIN (store->jobs->len, GROUP_MAX);
    g_ptr_array_set_size (group, 0);
    for (guint i = 0; i < n; i++)
      g_ptr_array_add (group, store->jobs->pdata[i]);
    g_ptr_array_remove_range (store->jobs, 0, n);
    g_mutex_unlock (&store->lock);

    begun = g_get_monotonic_time ();
    failures = run_group (store, (LanRegistryOp **) group->pdata, n);

    g_mutex_lock (&store->lock);
    note_group (store, n, failures, g_get_monotonic_time () - begun);
    for (guint i = 0; i < n; i++)
      g_ptr_array_add (store->answers, group->pdata[i]);
    g_mutex_unlock (&store->lock);
    store->wake (store->wake_data);
    lan_hub_db_tidy (store->db, store->is_tight);
    g_mutex_lock (&store->lock);
  }
  g_mutex_unlock (&store->lock);
  g_ptr_array_unref (group);
  return NULL;
}

LanHubStore *
lan_hub_store_new (LanHubDb *db, const char *path, guint64 reserve, void (*wake) (gpointer),
                   gpointer wake_data)
{
  LanHubStore *store = g_new0 (LanHubStore, 1);

  store->db = db;
  store->path = g_strdup (path);
  store->reserve = reserve;
  store->wake = wake;
  store->wake_data = wake_data;
  store->pushed = g_ptr_array_new ();
  store->taken = g_ptr_array_new ();
  store->jobs = g_ptr_array_new ();
  store->answers = g_ptr_array_new ();
  g_mutex_init (&store->lock);
  g_cond_init (&store->more);
  lan_hub_db_tidy_beside (db, path);
  store->thread = g_thread_new ("lan-hub-store", run_thread, store);
  return store;
}

void
lan_hub_store_free (LanHubStore *store)
{
  LanRegistryOp *op;

  if (store == NULL)
    return;
  lan_hub_store_flush (store);
  g_mutex_lock (&store->lock);
  store->is_closing = TRUE;
  g_cond_signal (&store->more);
  g_mutex_unlock (&store->lock);
  g_thread_join (store->thread);
  while ((op = lan_hub_store_next (store)) != NULL)
    lan_registry_op_free (op);
  lan_hub_db_close (store->db);
  g_ptr_array_unref (store->pushed);
  g_ptr_array_unref (store->taken);
  g_ptr_array_unref (store->jobs);
  g_ptr_array_unref (store->answers);
  g_mutex_clear (&store->lock);
  g_cond_clear (&store->more);
  g_free (store->path);
  g_free (store);
}

void
lan_hub_store_push (LanHubStore *store, LanRegistryOp *op)
{
  g_ptr_array_add (store->pushed, op);
}

void
lan_hub_store_flush (LanHubStore *store)
{
  if (store->pushed->len == 0)
    return;
  g_mutex_lock (&store->lock);
  if (store->jobs->len == 0) {
    GPtrArray *empty = store->jobs;

    store->jobs = store->pushed;
    store->pushed = empty;
  } else {
    g_ptr_array_extend (store->jobs, store->pushed, NULL, NULL);
    g_ptr_array_set_size (store->pushed, 0);
  }
  g_cond_signal (&store->more);
  g_mutex_unlock (&store->lock);
}

LanRegistryOp *
lan_hub_store_next (LanHubStore *store)
{
  if (store->taken_at == store->taken->len) {
    GPtrArray *empty = store->taken;

    g_ptr_array_set_size (empty, 0);
    store->taken_at = 0;
    g_mutex_lock (&store->lock);
    store->taken = store->answers;
    store->answers = empty;
    g_mutex_unlock (&store->lock);
    if (store->taken->len == 0)
      return NULL;
  }
  return store->taken->pdata[store->taken_at++];
}

void
lan_hub_store_get_counters (LanHubStore *store, LanHubStoreCounters *counters)
{
  g_mutex_lock (&store->lock);
  *counters = store->counters;
  counters->waiting = store->jobs->len;
  g_mutex_unlock (&store->lock);
}
