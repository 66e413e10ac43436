/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-store-job.h"

#include "lan-db-check.h"
#include "lan-db-dump.h"
#include "lan-db-ident.h"
#include "lan-db-search.h"

#define CHECK_PAGES 256 /* a megabyte: some three milliseconds */
#define CATCH_UP    12  /* batches indexed before a search */

LanStoreJob *
lan_store_job_new (LanStoreJobType type, gpointer user_data)
{
  LanStoreJob *job = g_new0 (LanStoreJob, 1);

  job->type = type;
  job->user_data = user_data;
  return job;
}

void
lan_store_job_free (LanStoreJob *job)
{
  if (job == NULL)
    return;
  g_clear_pointer (&job->changes, g_ptr_array_unref);
  g_free ((LanConversationId *) job->history.conversations);
  g_free ((LanConversationId *) job->search.conversations);
  g_free ((char *) job->search.text);
  g_free ((LanConversationId *) job->days.conversations);
  g_free ((gint64 *) job->days.days);
  g_free (job->prefix);
  g_clear_error (&job->error);
  lan_snapshot_free (job->snapshot);
  g_clear_pointer (&job->rows, g_ptr_array_unref);
  g_clear_pointer (&job->piece, g_bytes_unref);
  g_free (job);
}

void
lan_store_job_give (LanStoreJob *job)
{
  g_atomic_int_inc (&job->turn);
}

void
lan_store_job_take (LanStoreJob *job)
{
  g_assert (g_atomic_int_get (&job->turn) > 0);
}

static gboolean
refuse_closed (LanStoreJob *job, LanDb *db)
{
  if (db == NULL && job->error == NULL)
    lan_store_error_set (&job->error, LAN_STORE_ERROR_CLOSED, "The history is not open");
  return db == NULL;
}

static gboolean
run (LanDb *db, LanSql sql, GError **error)
{
  return lan_db_run (db, lan_db_use (db, sql), "save to the history", error);
}

static gboolean
is_in_transaction (LanDb *db)
{
  return !sqlite3_get_autocommit (db->handle);
}

static void
abandon (LanDb *db)
{
  /* SQLite itself has rolled back after some errors of the disk. */
  if (is_in_transaction (db) && !run (db, LAN_SQL_ROLLBACK, NULL))
    g_info ("rollback failed");
  lan_db_search_rolled_back (db);
  lan_db_ident_rolled_back (db);
}

void
lan_store_job_read (LanStoreJob *job, LanDb *db)
{
  if (refuse_closed (job, db))
    return;
  switch (job->type) {
  case LAN_STORE_JOB_HISTORY:
    job->rows = lan_db_read_history (db, &job->history, &job->error);
    break;
  case LAN_STORE_JOB_LOG:
    job->rows = lan_db_read_log (db, &job->conversation, &job->device, job->from_seq, job->to_seq,
                                 job->max_bytes, &job->error);
    break;
  case LAN_STORE_JOB_MESSAGE:
    job->rows =
        lan_db_find_message (db, job->has_author ? &job->author : NULL, &job->message, &job->error);
    break;
  case LAN_STORE_JOB_TRANSFERS:
    job->rows = lan_db_read_transfers (db, job->before_ms, job->limit, &job->error);
    break;
  case LAN_STORE_JOB_SEARCH:
    /* What has just arrived shall be found too, while that is a matter of milliseconds. */
    for (guint i = 0; i < CATCH_UP && lan_db_search_is_behind (db); i++)
      lan_db_search_index_some (db, LAN_SEARCH_BATCH);
    job->rows = lan_db_search (db, &job->search, &job->error);
    job->percent = lan_db_search_progress (db);
    break;
  case LAN_STORE_JOB_DAYS:
    job->rows = lan_db_read_days (db, &job->days, &job->error);
    break;
  case LAN_STORE_JOB_DUMP:
    job->piece = lan_db_dump_next (db, job->dump, &job->error);
    break;
  case LAN_STORE_JOB_CARRIED:
    job->rows = lan_db_read_carried (db, job->limit, &job->message, &job->error);
    break;
  case LAN_STORE_JOB_SETTINGS:
    job->rows = lan_db_read_settings (db, job->prefix, job->limit, &job->error);
    break;
  case LAN_STORE_JOB_CHECK:
    if (!lan_db_check_some (db, CHECK_PAGES, &job->percent, &job->error))
      job->percent = 0;
    break;
  case LAN_STORE_JOB_IMPORT:
    if (!lan_db_import (db, job->changes, &job->percent, &job->error))
      abandon (db);
    break;
  case LAN_STORE_JOB_FORGET:
    if (!lan_db_forget (db, &job->forget, &job->forgotten, &job->error))
      abandon (db);
    break;
  case LAN_STORE_JOB_OPEN:
  case LAN_STORE_JOB_COMMIT:
  case LAN_STORE_JOB_CLOSE:
  default:
    g_assert_not_reached ();
  }
}

/* One batch inside the group's transaction. FALSE: the transaction as a whole is lost. */
static gboolean
apply_in_savepoint (LanStoreJob *job, LanDb *db)
{
  if (!run (db, LAN_SQL_SAVEPOINT, &job->error))
    return FALSE;
  if (lan_db_apply (db, job->changes, &job->error))
    return run (db, LAN_SQL_RELEASE, &job->error);
  if (!is_in_transaction (db))
    return FALSE;
  /* Only what the batch itself is guilty of leaves its neighbours alone. */
  if (!g_error_matches (job->error, LAN_STORE_ERROR, LAN_STORE_ERROR_CONFLICT))
    return FALSE;
  if (!run (db, LAN_SQL_ROLLBACK_TO, NULL) || !run (db, LAN_SQL_RELEASE, NULL))
    return FALSE;
  lan_db_search_rolled_back (db);
  lan_db_ident_rolled_back (db);
  return TRUE;
}

static gboolean
commit_together (LanStoreJob **jobs, guint n_jobs, LanDb *db)
{
  gboolean ok = run (db, LAN_SQL_BEGIN, NULL);

  for (guint i = 0; ok && i < n_jobs; i++)
    ok = apply_in_savepoint (jobs[i], db);
  ok = ok && run (db, LAN_SQL_COMMIT, NULL);
  if (!ok)
    abandon (db);
  return ok;
}

static void
commit_alone (LanStoreJob *job, LanDb *db)
{
  g_clear_error (&job->error);
  if (!run (db, LAN_SQL_BEGIN, &job->error) || !lan_db_apply (db, job->changes, &job->error) ||
      !run (db, LAN_SQL_COMMIT, &job->error))
    abandon (db);
}

void
lan_store_job_commit (LanStoreJob **jobs, guint n_jobs, LanDb *db)
{
  gboolean together = FALSE;

  if (db != NULL && n_jobs > 1)
    together = commit_together (jobs, n_jobs, db);
  for (guint i = 0; i < n_jobs && !together; i++) {
    if (!refuse_closed (jobs[i], db))
      commit_alone (jobs[i], db);
  }
}

void
lan_store_job_answer (LanStoreJob *job)
{
  switch (job->type) {
  case LAN_STORE_JOB_OPEN:
    if (job->callback.opened != NULL)
      job->callback.opened (g_steal_pointer (&job->snapshot), job->error, job->user_data);
    break;
  case LAN_STORE_JOB_COMMIT:
  case LAN_STORE_JOB_CLOSE:
    if (job->callback.done != NULL)
      job->callback.done (job->error, job->user_data);
    break;
  case LAN_STORE_JOB_SEARCH:
    if (job->callback.found != NULL)
      job->callback.found (job->rows, job->percent, job->error, job->user_data);
    break;
  case LAN_STORE_JOB_CHECK:
    if (job->callback.checked != NULL)
      job->callback.checked (job->percent, job->error, job->user_data);
    break;
  case LAN_STORE_JOB_IMPORT:
    if (job->callback.imported != NULL)
      job->callback.imported (job->percent, job->error, job->user_data);
    break;
  case LAN_STORE_JOB_FORGET:
    if (job->callback.forgotten != NULL)
      job->callback.forgotten (&job->forgotten, job->error, job->user_data);
    break;
  case LAN_STORE_JOB_DUMP:
    if (job->callback.piece != NULL)
      job->callback.piece (job->piece, job->error, job->user_data);
    break;
  case LAN_STORE_JOB_HISTORY:
  case LAN_STORE_JOB_LOG:
  case LAN_STORE_JOB_MESSAGE:
  case LAN_STORE_JOB_TRANSFERS:
  case LAN_STORE_JOB_DAYS:
  case LAN_STORE_JOB_CARRIED:
  case LAN_STORE_JOB_SETTINGS:
  default:
    if (job->callback.rows != NULL)
      job->callback.rows (job->rows, job->error, job->user_data);
    break;
  }
}
