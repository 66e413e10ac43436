/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What node and lanyard-media --note say to each other about a voice note: one message a packet of
 * their socket pair. The helper decodes what strangers encode, so what it says is checked like
 * anything foreign.
 */
#pragma once

#include <glib.h>

#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_NOTE_MESSAGE_MAX   (48 * 1024)
#define LAN_NOTE_MESSAGE_NAME  256 /* bytes of a source's or sink's name */
#define LAN_NOTE_MESSAGE_TEXT  256
#define LAN_NOTE_MESSAGE_PEAKS 100
#define LAN_NOTE_SPEED_MIN     500 /* per mille of what was said */
#define LAN_NOTE_SPEED_MAX     3000

typedef enum {
  LAN_NOTE_RECORD = 1, /* to the helper: .name is the source */
  LAN_NOTE_STOP = 2,   /* to the helper: enough */
  LAN_NOTE_PLAY = 3,   /* to the helper: .name is the sink; .ms, .speed, .opus */
  LAN_NOTE_LEVEL = 4,  /* from the helper: .ms, and how loud it is: .level */
  LAN_NOTE_TAKEN = 5,  /* from the helper: what was recorded: .ms, .peaks, .opus */
  LAN_NOTE_DONE = 6,   /* from the helper: it was played to its end */
  LAN_NOTE_FAILED = 7, /* from the helper: .text */
} LanNoteMessageType;

/* Pointers are borrowed from what was decoded. */
typedef struct {
  LanNoteMessageType type;
  char name[LAN_NOTE_MESSAGE_NAME + 1];
  char text[LAN_NOTE_MESSAGE_TEXT + 1];
  guint32 ms;
  guint16 speed;
  guint8 level; /* 0 to 100 */
  const guint8 *peaks;
  gsize n_peaks;
  const guint8 *opus; /* as VoiceNote.opus of lanyard.proto */
  gsize opus_len;
} LanNoteMessage;

/** Returns: OK, TRUNCATED, OVERSIZED, MALFORMED or VERSION (a type not known). */
LanStatus lan_note_message_decode (const guint8 *data, gsize len,
                                   LanNoteMessage *message) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full) (nullable): NULL when something is too long. */
GBytes *lan_note_message_encode (const LanNoteMessage *message) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
