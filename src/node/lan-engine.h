/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The engine: what runs on node's own thread. It owns that thread's GMainContext, the clock, and
 * everything below node (core, store, links, discovery, files); commands go in and batches of events
 * come out, and that is all the owner's thread shares with it. This header is the owner's side.
 *
 *   owner's context --commands--> | engine's thread | --batches of events--> owner's context
 *
 * One engine is one opening of a profile: the first command is OPEN, the last event is CLOSED. A
 * failed OPEN is OPENED with an error, then CLOSED.
 */
#pragma once

#include "lan-command.h"
#include "lan-event.h"

G_BEGIN_DECLS

typedef struct _LanEngine LanEngine;

typedef struct {
  char *profile_dir;
  GStrv interfaces; /* NULL: all that fit */
  gboolean mdns;
  gboolean broadcast;
  int port; /* -1: the usual one or another; 0: any; else exactly this */
  gboolean keyring;
  char *audio_source; /* lan_node_set_audio() */
  char *audio_sink;
  char *camera; /* lan_node_set_camera() */
} LanEngineConfig;

void lan_engine_config_clear (LanEngineConfig *config);

/* @events: (element-type LanEvent) (transfer none): contents may be taken over. */
typedef void (*LanEngineEvents) (GPtrArray *events, gpointer data);

/**
 * Starts the thread. @events runs in the GMainContext that is the caller's thread default now.
 * Returns: (transfer full): give it back to lan_engine_release().
 */
LanEngine *lan_engine_new (const LanEngineConfig *config, LanEngineEvents events, gpointer data);

/** (transfer full) @command: queued; carried out in order. */
void lan_engine_push (LanEngine *engine, LanCommand *command);

/**
 * No more events come after this. An engine that is still open closes by itself, on its thread; one
 * whose CLOSED has come is joined first, which is a matter of microseconds.
 */
void lan_engine_release (LanEngine *engine);

G_END_DECLS
