/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-ticker.h"

#include "lan-deadlines.h"

#include <time.h>

struct _LanTicker {
  GSource source;
  gint64 due_us;
  void (*tick) (gpointer data);
  gpointer data;
};

gint64
lan_boottime_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gboolean
ticker_prepare (GSource *source, int *timeout_ms)
{
  LanTicker *ticker = (LanTicker *) source;
  gint64 left;

  *timeout_ms = -1;
  if (ticker->due_us == LAN_NO_DEADLINE)
    return FALSE;
  if (ticker->due_us <= 0)
    return TRUE;
  left = ticker->due_us - lan_boottime_us ();
  if (left <= 0)
    return TRUE;
  *timeout_ms = (int) MIN ((left + 999) / 1000, G_MAXINT / 2);
  return FALSE;
}

static gboolean
ticker_check (GSource *source)
{
  LanTicker *ticker = (LanTicker *) source;

  return ticker->due_us != LAN_NO_DEADLINE &&
         (ticker->due_us <= 0 || ticker->due_us <= lan_boottime_us ());
}

static gboolean
ticker_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  LanTicker *ticker = (LanTicker *) source;

  ticker->due_us = LAN_NO_DEADLINE;
  ticker->tick (ticker->data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs ticker_funcs = {
  .prepare = ticker_prepare,
  .check = ticker_check,
  .dispatch = ticker_dispatch,
};

LanTicker *
lan_ticker_new (void (*tick) (gpointer data), gpointer data)
{
  LanTicker *ticker = (LanTicker *) g_source_new (&ticker_funcs, sizeof (LanTicker));

  ticker->due_us = LAN_NO_DEADLINE;
  ticker->tick = tick;
  ticker->data = data;
  g_source_attach (&ticker->source, g_main_context_get_thread_default ());
  return ticker;
}

void
lan_ticker_free (LanTicker *ticker)
{
  if (ticker == NULL)
    return;
  g_source_destroy (&ticker->source);
  g_source_unref (&ticker->source);
}

void
lan_ticker_set (LanTicker *ticker, gint64 due_us)
{
  ticker->due_us = due_us;
}

gint64
lan_ticker_due (const LanTicker *ticker)
{
  return ticker->due_us;
}
