/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-path-close.h"

#include "lan-path.h"

/* A relay that does not answer has 200 + 400 ms; it forgets by itself in the end. */
#define FIRST_WAIT_MS 200
#define TRIES         2

/* Of this thread: a path and its agent live on one. */
static GPrivate closing;

static void
count (int change)
{
  g_private_set (&closing, GINT_TO_POINTER (GPOINTER_TO_INT (g_private_get (&closing)) + change));
}

guint
lan_paths_closing (void)
{
  return (guint) GPOINTER_TO_INT (g_private_get (&closing));
}

static void
on_closed (GObject *agent, GAsyncResult *result, gpointer data)
{
  count (-1);
}

static gboolean
remove_source (gpointer data)
{
  return G_SOURCE_REMOVE; /* its destroy notification lets the agent go */
}

static gboolean
tell_relays (gpointer data)
{
  g_object_set (data, "stun-initial-timeout", FIRST_WAIT_MS, "stun-max-retransmissions", TRIES,
                NULL);
  nice_agent_close_async (data, on_closed, NULL); /* holds the agent */
  return G_SOURCE_REMOVE;
}

/* Without somebody to read for, the agent would not read the relay's answer either. */
static void
drop (NiceAgent *agent, guint stream, guint component, guint len, char *bytes, gpointer data)
{
}

void
lan_path_close_agent (NiceAgent *agent, guint stream, guint component, GMainContext *context,
                      gboolean has_relays)
{
  /* The agent may be in the middle of a callback of ours: it goes from the main loop. */
  GSource *source = g_idle_source_new ();

  if (stream != 0)
    nice_agent_attach_recv (agent, stream, component, context, has_relays ? drop : NULL, NULL);
  if (has_relays)
    count (+1);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, has_relays ? tell_relays : remove_source, agent, g_object_unref);
  g_source_attach (source, context);
  g_source_unref (source);
}
