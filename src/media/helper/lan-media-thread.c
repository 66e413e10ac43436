/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-thread.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NICE 2

struct _LanMediaPull {
  GSource *source;
  void (*func) (gpointer data);
  gpointer data;
};

static gboolean
on_ready (gpointer data)
{
  LanMediaPull *pull = data;

  g_source_set_ready_time (pull->source, -1);
  pull->func (pull->data);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs funcs = { .dispatch = dispatch };

LanMediaPull *
lan_media_pull_new (void (*func) (gpointer data), gpointer data)
{
  LanMediaPull *pull = g_new0 (LanMediaPull, 1);

  pull->func = func;
  pull->data = data;
  pull->source = g_source_new (&funcs, sizeof (GSource));
  g_source_set_callback (pull->source, on_ready, pull, NULL);
  g_source_attach (pull->source, NULL);
  return pull;
}

void
lan_media_pull_free (LanMediaPull *pull)
{
  g_source_destroy (pull->source);
  g_source_unref (pull->source);
  g_free (pull);
}

void
lan_media_pull_wake (LanMediaPull *pull)
{
  g_source_set_ready_time (pull->source, 0);
}

void
lan_media_thread_be_nice (void)
{
  setpriority (PRIO_PROCESS, (id_t) syscall (SYS_gettid), NICE);
}
