/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A voice note as node sees it: lanyard-media --note records or plays one and ends. What it records
 * comes back as bytes for a message; what others sent is decoded there, never here. Everything happens
 * in the thread's default GMainContext of when it was made.
 */
#pragma once

#include "lan-note-message.h"

G_BEGIN_DECLS

typedef struct _LanNote LanNote;

/* Any may free the note; after taken(), done() and failed() there is nothing more. */
typedef struct {
  void (*level) (guint32 ms, guint level, gpointer data);
  void (*taken) (const LanNoteMessage *message, gpointer data);
  void (*done) (gpointer data);
  void (*failed) (const char *text, gpointer data); /* English */
} LanNoteEvents;

/** Records from @source: "default", "test", "file:PATH" or a device's name. */
LanNote *lan_note_record (const char *source, const LanNoteEvents *events,
                          gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/** Enough: taken() follows. */
void lan_note_stop (LanNote *note);

/** Plays @opus to @sink, "default", "null", "file:PATH" or a device's name, from @ms on. */
LanNote *lan_note_play (GBytes *opus, guint32 ms, guint speed, const char *sink,
                        const LanNoteEvents *events, gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the helper without waiting for it; no callback comes after. NULL is allowed. */
void lan_note_free (LanNote *note);

G_END_DECLS
