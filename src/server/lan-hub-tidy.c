/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-tidy.h"

#include <sqlite3.h>

struct _LanHubTidy {
  sqlite3 *handle; /* the thread's */
  GThread *thread;
  GMutex lock;
  GCond more;
  LanHubTidyState state;
  gboolean is_closing;
  int left;
};

static int
move (sqlite3 *handle)
{
  int pages = 0, moved = 0;

  if (sqlite3_wal_checkpoint_v2 (handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved) !=
          SQLITE_OK ||
      pages < 0)
    return G_MAXINT;
  return pages - moved;
}

static gpointer
run_thread (gpointer data)
{
  LanHubTidy *tidy = data;

  g_mutex_lock (&tidy->lock);
  while (!tidy->is_closing) {
    int left;

    if (tidy->state != LAN_HUB_TIDY_AT_WORK) {
      g_cond_wait (&tidy->more, &tidy->lock);
      continue;
    }
    g_mutex_unlock (&tidy->lock);
    left = move (tidy->handle);
    g_mutex_lock (&tidy->lock);
    tidy->left = left;
    tidy->state = LAN_HUB_TIDY_DONE;
  }
  g_mutex_unlock (&tidy->lock);
  return NULL;
}

LanHubTidy *
lan_hub_tidy_new (const char *path)
{
  LanHubTidy *tidy;
  sqlite3 *handle = NULL;

  if (sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
          SQLITE_OK ||
      sqlite3_exec (handle,
                    "PRAGMA synchronous = FULL; PRAGMA cache_size = -256;"
                    "SELECT count(*) FROM sqlite_schema",
                    NULL, NULL, NULL) != SQLITE_OK) {
    sqlite3_close_v2 (handle);
    return NULL;
  }
  tidy = g_new0 (LanHubTidy, 1);
  tidy->handle = handle;
  g_mutex_init (&tidy->lock);
  g_cond_init (&tidy->more);
  tidy->thread = g_thread_new ("lan-hub-tidy", run_thread, tidy);
  return tidy;
}

void
lan_hub_tidy_free (LanHubTidy *tidy)
{
  if (tidy == NULL)
    return;
  g_mutex_lock (&tidy->lock);
  tidy->is_closing = TRUE;
  g_cond_signal (&tidy->more);
  g_mutex_unlock (&tidy->lock);
  g_thread_join (tidy->thread);
  sqlite3_close_v2 (tidy->handle);
  g_mutex_clear (&tidy->lock);
  g_cond_clear (&tidy->more);
  g_free (tidy);
}

static void
set_state (LanHubTidy *tidy, LanHubTidyState state)
{
  g_mutex_lock (&tidy->lock);
  tidy->state = state;
  g_cond_signal (&tidy->more);
  g_mutex_unlock (&tidy->lock);
}

void
lan_hub_tidy_ask (LanHubTidy *tidy)
{
  set_state (tidy, LAN_HUB_TIDY_AT_WORK);
}

void
lan_hub_tidy_rest (LanHubTidy *tidy)
{
  set_state (tidy, LAN_HUB_TIDY_IDLE);
}

LanHubTidyState
lan_hub_tidy_look (LanHubTidy *tidy, int *left)
{
  LanHubTidyState state;

  g_mutex_lock (&tidy->lock);
  state = tidy->state;
  *left = tidy->left;
  g_mutex_unlock (&tidy->lock);
  return state;
}
