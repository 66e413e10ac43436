/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The store's thread and its two queues: jobs go down in call order, answers come up in the same
 * order. Only the thread touches the database.
 */
#include "lan-db-search.h"
#include "lan-store-job.h"
#include "lan-store-private.h"

#include <string.h>

/* Batches that share one transaction at most: bounds how long the first waits for its answer. */
#define GROUP_MAX 512

#define QUIET_US (50 * G_TIME_SPAN_MILLISECOND) /* without a job: time to tidy */

struct _LanStore {
  /* Reference counted: one for the owner until closed, one for each source that brings answers. */
  char *path;
  LanPageSeal *seal; /* given to the database when it is opened */
  char *below;
  LanStoreFlags flags;

  GThread *thread;
  GMainContext *context; /* where answers go */
  GAsyncQueue *jobs;     /* of LanStoreJob, to the thread */
  GAsyncQueue *answers;  /* of LanStoreJob, from the thread */
  int is_scheduled;      /* atomic: a source that will empty answers is attached */
};

static void
store_clear (gpointer data)
{
  LanStore *store = data;

  g_async_queue_unref (store->answers);
  g_async_queue_unref (store->jobs);
  g_main_context_unref (store->context);
  lan_page_seal_free (store->seal);
  g_free (store->below);
  g_free (store->path);
}

static void
store_unref (gpointer store)
{
  g_atomic_rc_box_release_full (store, store_clear);
}

static void
push_job (LanStore *store, LanStoreJob *job)
{
  lan_store_job_give (job);
  g_async_queue_push (store->jobs, job);
}

/* In the caller's context. */
static gboolean
on_answers (gpointer user_data)
{
  LanStore *store = user_data;
  LanStoreJob *job;

  /* Before looking: what is pushed from now on gets a source of its own. */
  g_atomic_int_set (&store->is_scheduled, FALSE);
  while ((job = g_async_queue_try_pop (store->answers)) != NULL) {
    lan_store_job_take (job);
    if (job->type == LAN_STORE_JOB_CLOSE) {
      g_thread_join (g_steal_pointer (&store->thread));
      store_unref (store);
    }
    lan_store_job_answer (job);
    lan_store_job_free (job);
  }
  return G_SOURCE_REMOVE;
}

/* In the store's thread. */
static void
answer (LanStore *store, LanStoreJob **jobs, guint n_jobs)
{
  GSource *source;

  for (guint i = 0; i < n_jobs; i++) {
    lan_store_job_give (jobs[i]);
    g_async_queue_push (store->answers, jobs[i]);
  }
  if (!g_atomic_int_compare_and_exchange (&store->is_scheduled, FALSE, TRUE))
    return;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_answers, g_atomic_rc_box_acquire (store), store_unref);
  g_source_attach (source, store->context);
  g_source_unref (source);
}

static void
run_open (LanStore *store, LanStoreJob *job, LanDb **db)
{
  *db = lan_db_open (store->path, g_steal_pointer (&store->seal), store->below, store->flags,
                     &job->error);
  if (*db == NULL)
    return;
  job->snapshot = lan_db_load (*db, &job->error);
  if (job->snapshot == NULL)
    g_clear_pointer (db, lan_db_close);
}

/* Takes the commits that wait behind @first. Returns: the job after them that is none, if any. */
static LanStoreJob *
run_commits (LanStore *store, LanStoreJob *first, LanDb *db)
{
  LanStoreJob *group[GROUP_MAX];
  LanStoreJob *next = NULL;
  guint n = 0;

  group[n++] = first;
  while (n < GROUP_MAX && (next = g_async_queue_try_pop (store->jobs)) != NULL) {
    lan_store_job_take (next);
    if (next->type != LAN_STORE_JOB_COMMIT)
      break;
    group[n++] = next;
    next = NULL;
  }
  lan_store_job_commit (group, n, db);
  answer (store, group, n);
  if (db != NULL)
    lan_db_tidy (db, FALSE);
  return next;
}

/* Waits for the next job. Once nothing has come for a while, the database is tidied and
 * what is new is indexed. */
static LanStoreJob *
next_job (LanStore *store, LanDb *db)
{
  gboolean is_quiet = FALSE;
  LanStoreJob *job = NULL;

  while (job == NULL && db != NULL && (lan_db_is_untidy (db) || lan_db_search_is_behind (db))) {
    job = g_async_queue_timeout_pop (store->jobs, is_quiet ? 0 : QUIET_US);
    is_quiet = TRUE;
    if (job == NULL && lan_db_is_untidy (db))
      lan_db_tidy (db, TRUE);
    else if (job == NULL)
      lan_db_search_index_some (db, LAN_SEARCH_BATCH);
  }
  if (job == NULL)
    job = g_async_queue_pop (store->jobs);
  lan_store_job_take (job);
  return job;
}

static gpointer
run_thread (gpointer data)
{
  LanStore *store = data;
  LanStoreJob *job = NULL;
  gboolean is_closed = FALSE;
  LanDb *db = NULL;

  while (!is_closed) {
    LanStoreJob *next = NULL;

    if (job == NULL)
      job = next_job (store, db);
    switch (job->type) {
    case LAN_STORE_JOB_COMMIT:
      next = run_commits (store, job, db);
      job = NULL;
      break;
    case LAN_STORE_JOB_OPEN:
      run_open (store, job, &db);
      break;
    case LAN_STORE_JOB_CLOSE:
      g_clear_pointer (&db, lan_db_close);
      is_closed = TRUE;
      break;
    case LAN_STORE_JOB_HISTORY:
    case LAN_STORE_JOB_LOG:
    case LAN_STORE_JOB_MESSAGE:
    case LAN_STORE_JOB_TRANSFERS:
    case LAN_STORE_JOB_SEARCH:
    case LAN_STORE_JOB_DAYS:
    case LAN_STORE_JOB_DUMP:
    case LAN_STORE_JOB_CARRIED:
    case LAN_STORE_JOB_SETTINGS:
    case LAN_STORE_JOB_CHECK:
    case LAN_STORE_JOB_IMPORT:
    case LAN_STORE_JOB_FORGET:
    default:
      lan_store_job_read (job, db);
      break;
    }
    if (job != NULL)
      answer (store, &job, 1);
    job = next;
  }
  return NULL;
}

LanStore *
lan_store_open_on (const char *path, LanPageSeal *seal, const char *below, LanStoreFlags flags,
                   LanStoreOpened on_opened, gpointer user_data)
{
  LanStore *store = g_atomic_rc_box_new0 (LanStore);
  LanStoreJob *job = lan_store_job_new (LAN_STORE_JOB_OPEN, user_data);

  job->callback.opened = on_opened;
  store->path = g_strdup (path);
  store->seal = seal;
  store->below = g_strdup (below);
  store->flags = flags;
  store->context = g_main_context_ref_thread_default ();
  store->jobs = g_async_queue_new ();
  store->answers = g_async_queue_new ();
  push_job (store, job);
  store->thread = g_thread_new ("lan-store", run_thread, store);
  return store;
}

LanStore *
lan_store_open (const char *path, const guint8 *key, LanStoreFlags flags, LanStoreOpened on_opened,
                gpointer user_data)
{
  g_return_val_if_fail (path != NULL && key != NULL, NULL);
  return lan_store_open_on (path, lan_page_seal_new (key), NULL, flags, on_opened, user_data);
}

void
lan_store_commit (LanStore *store, GPtrArray *changes, LanStoreDone on_done, gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL && changes != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_COMMIT, user_data);
  job->callback.done = on_done;
  job->changes = changes;
  push_job (store, job);
}

void
lan_store_read_history (LanStore *store, const LanHistoryQuery *query, LanStoreRows on_rows,
                        gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL && query != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_HISTORY, user_data);
  job->callback.rows = on_rows;
  job->history = *query;
  job->history.conversations =
      g_memdup2 (query->conversations, query->n_conversations * sizeof (LanConversationId));
  push_job (store, job);
}

void
lan_store_read_log (LanStore *store, const LanConversationId *conversation,
                    const LanDeviceId *device, guint64 from_seq, guint64 to_seq, gsize max_bytes,
                    LanStoreRows on_rows, gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL && conversation != NULL && device != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_LOG, user_data);
  job->callback.rows = on_rows;
  job->conversation = *conversation;
  job->device = *device;
  job->from_seq = from_seq;
  job->to_seq = to_seq;
  job->max_bytes = max_bytes;
  push_job (store, job);
}

void
lan_store_find_message (LanStore *store, const LanAccountId *author, const LanMessageId *message,
                        LanStoreRows on_rows, gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL && message != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_MESSAGE, user_data);
  job->callback.rows = on_rows;
  job->has_author = author != NULL;
  if (author != NULL)
    job->author = *author;
  job->message = *message;
  push_job (store, job);
}

void
lan_store_read_transfers (LanStore *store, gint64 before_ms, guint limit, LanStoreRows on_rows,
                          gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_TRANSFERS, user_data);
  job->callback.rows = on_rows;
  job->before_ms = before_ms;
  job->limit = limit;
  push_job (store, job);
}

void
lan_store_read_carried (LanStore *store, guint32 kind, const LanMessageId *id, LanStoreRows on_rows,
                        gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_CARRIED, user_data);
  job->callback.rows = on_rows;
  job->limit = kind;
  job->message = *id;
  push_job (store, job);
}

void
lan_store_read_settings (LanStore *store, const char *prefix, guint limit, LanStoreRows on_rows,
                         gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL && prefix != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_SETTINGS, user_data);
  job->callback.rows = on_rows;
  job->prefix = g_strdup (prefix);
  job->limit = limit;
  push_job (store, job);
}

void
lan_store_search (LanStore *store, const LanSearchQuery *query, LanStoreFound on_found,
                  gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL && query != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_SEARCH, user_data);
  job->callback.found = on_found;
  job->search = *query;
  job->search.text = g_strdup (query->text);
  job->search.conversations =
      g_memdup2 (query->conversations, query->n_conversations * sizeof (LanConversationId));
  push_job (store, job);
}

void
lan_store_read_days (LanStore *store, const LanDaysQuery *query, LanStoreRows on_rows,
                     gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL && query != NULL && query->n_days > 0);
  job = lan_store_job_new (LAN_STORE_JOB_DAYS, user_data);
  job->callback.rows = on_rows;
  job->days = *query;
  job->days.n_days = MIN (query->n_days, LAN_DAYS_MAX);
  job->days.conversations =
      g_memdup2 (query->conversations, query->n_conversations * sizeof (LanConversationId));
  job->days.days = g_memdup2 (query->days, (job->days.n_days + 1) * sizeof (gint64));
  push_job (store, job);
}

void
lan_store_dump_next (LanStore *store, LanStoreDump *dump, LanStorePiece on_piece,
                     gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL && dump != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_DUMP, user_data);
  job->callback.piece = on_piece;
  job->dump = dump;
  push_job (store, job);
}

void
lan_store_check_some (LanStore *store, LanStoreChecked on_checked, gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_CHECK, user_data);
  job->callback.checked = on_checked;
  push_job (store, job);
}

void
lan_store_import (LanStore *store, GPtrArray *changes, LanStoreImported on_imported,
                  gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL && changes != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_IMPORT, user_data);
  job->callback.imported = on_imported;
  job->changes = changes;
  push_job (store, job);
}

void
lan_store_forget (LanStore *store, const LanForgetQuery *query, LanStoreForgotten on_forgotten,
                  gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL && query != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_FORGET, user_data);
  job->callback.forgotten = on_forgotten;
  job->forget = *query;
  push_job (store, job);
}

void
lan_store_close (LanStore *store, LanStoreDone on_closed, gpointer user_data)
{
  LanStoreJob *job;

  g_return_if_fail (store != NULL);
  job = lan_store_job_new (LAN_STORE_JOB_CLOSE, user_data);
  job->callback.done = on_closed;
  push_job (store, job);
}
