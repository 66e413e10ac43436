/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One call on its way: made in the caller's thread, carried out in the store's, answered in the
 * caller's context. It is owned by one of the three at a time, handed over by queues. Private.
 */
#pragma once

#include "lan-db.h"

G_BEGIN_DECLS

typedef enum {
  LAN_STORE_JOB_OPEN,
  LAN_STORE_JOB_COMMIT,
  LAN_STORE_JOB_HISTORY,
  LAN_STORE_JOB_LOG,
  LAN_STORE_JOB_MESSAGE,
  LAN_STORE_JOB_TRANSFERS,
  LAN_STORE_JOB_SEARCH,
  LAN_STORE_JOB_DAYS,
  LAN_STORE_JOB_DUMP,
  LAN_STORE_JOB_CARRIED,
  LAN_STORE_JOB_SETTINGS,
  LAN_STORE_JOB_CHECK,
  LAN_STORE_JOB_IMPORT,
  LAN_STORE_JOB_FORGET,
  LAN_STORE_JOB_CLOSE,
} LanStoreJobType;

typedef struct {
  LanStoreJobType type;
  union {
    LanStoreOpened opened;
    LanStoreDone done;
    LanStoreRows rows;
    LanStoreFound found;
    LanStorePiece piece;
    LanStoreChecked checked;
    LanStoreImported imported;
    LanStoreForgotten forgotten;
  } callback; /* NULL: nobody waits for the answer */
  gpointer user_data;
  int turn; /* atomic: see lan_store_job_give */

  /* what is asked */
  GPtrArray *changes;             /* COMMIT, IMPORT */
  LanHistoryQuery history;        /* HISTORY; its conversations are owned */
  LanConversationId conversation; /* LOG */
  LanDeviceId device;
  guint64 from_seq;
  guint64 to_seq;
  gsize max_bytes;
  gboolean has_author; /* MESSAGE */
  LanAccountId author;
  LanMessageId message; /* also CARRIED, with .limit: its kind */
  gint64 before_ms;     /* TRANSFERS */
  guint limit;
  LanSearchQuery search; /* SEARCH; what it points to is owned */
  LanDaysQuery days;     /* DAYS; likewise */
  char *prefix;          /* SETTINGS */
  LanStoreDump *dump;    /* DUMP: borrowed */
  LanForgetQuery forget; /* FORGET */

  /* the answer */
  GError *error;
  LanSnapshot *snapshot;
  GPtrArray *rows;
  guint percent; /* SEARCH, CHECK; IMPORT: how many were new */
  LanForgotten forgotten;
  GBytes *piece; /* DUMP */
} LanStoreJob;

LanStoreJob *lan_store_job_new (LanStoreJobType type, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;

void lan_store_job_free (LanStoreJob *job);

/**
 * The two ends of a hand-over between threads, around the queue. The queue alone would do; this pair
 * is what thread checkers see, to whom GLib's own locks are invisible.
 */
void lan_store_job_give (LanStoreJob *job);
void lan_store_job_take (LanStoreJob *job);

/** Carries out a read. @db: NULL when opening failed. */
void lan_store_job_read (LanStoreJob *job, LanDb *db);

/**
 * Carries out COMMIT jobs in one transaction with one sync, each in a savepoint of its own. When
 * that transaction as a whole cannot be, each is tried alone, so that each gets its own answer.
 */
void lan_store_job_commit (LanStoreJob **jobs, guint n_jobs, LanDb *db);

/** Calls the callback with the answer. */
void lan_store_job_answer (LanStoreJob *job);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanStoreJob, lan_store_job_free)

G_END_DECLS
