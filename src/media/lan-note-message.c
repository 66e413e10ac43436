/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-note-message.h"

#include "lan-bytes.h"
#include "lan-media-text.h"

#include <string.h>

static gboolean
read_opus (LanReader *r, LanNoteMessage *m)
{
  m->opus_len = lan_reader_left (r);
  m->opus = lan_read_span (r, m->opus_len);
  return !r->failed && m->opus_len > 0;
}

static gboolean
read_taken (LanReader *r, LanNoteMessage *m)
{
  m->ms = lan_read_u32 (r);
  m->n_peaks = lan_read_u8 (r);
  if (m->n_peaks == 0 || m->n_peaks > LAN_NOTE_MESSAGE_PEAKS)
    return FALSE;
  m->peaks = lan_read_span (r, m->n_peaks);
  return read_opus (r, m);
}

static gboolean
read_play (LanReader *r, LanNoteMessage *m)
{
  m->ms = lan_read_u32 (r);
  m->speed = lan_read_u16 (r);
  return m->speed >= LAN_NOTE_SPEED_MIN && m->speed <= LAN_NOTE_SPEED_MAX &&
         lan_media_read_text (r, m->name, LAN_NOTE_MESSAGE_NAME) && read_opus (r, m);
}

static gboolean
read_body (LanReader *r, LanNoteMessage *m)
{
  switch (m->type) {
  case LAN_NOTE_RECORD:
    return lan_media_read_text (r, m->name, LAN_NOTE_MESSAGE_NAME);
  case LAN_NOTE_PLAY:
    return read_play (r, m);
  case LAN_NOTE_LEVEL:
    m->ms = lan_read_u32 (r);
    m->level = lan_read_u8 (r);
    return m->level <= 100;
  case LAN_NOTE_TAKEN:
    return read_taken (r, m);
  case LAN_NOTE_FAILED:
    return lan_media_read_text (r, m->text, LAN_NOTE_MESSAGE_TEXT);
  case LAN_NOTE_STOP:
  case LAN_NOTE_DONE:
  default:
    return TRUE;
  }
}

LanStatus
lan_note_message_decode (const guint8 *data, gsize len, LanNoteMessage *message)
{
  LanReader r;

  memset (message, 0, sizeof *message);
  if (len > LAN_NOTE_MESSAGE_MAX)
    return LAN_STATUS_OVERSIZED;
  lan_reader_init (&r, data, len);
  message->type = (LanNoteMessageType) lan_read_u8 (&r);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (message->type < LAN_NOTE_RECORD || message->type > LAN_NOTE_FAILED)
    return LAN_STATUS_VERSION;
  return read_body (&r, message) && lan_reader_done (&r) ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

GBytes *
lan_note_message_encode (const LanNoteMessage *m)
{
  guint8 *out = g_malloc (LAN_NOTE_MESSAGE_MAX);
  LanWriter w;

  lan_writer_init (&w, out, LAN_NOTE_MESSAGE_MAX);
  lan_write_u8 (&w, (guint8) m->type);
  switch (m->type) {
  case LAN_NOTE_RECORD:
    lan_media_write_text (&w, m->name);
    break;
  case LAN_NOTE_PLAY:
    lan_write_u32 (&w, m->ms);
    lan_write_u16 (&w, m->speed);
    lan_media_write_text (&w, m->name);
    lan_write_bytes (&w, m->opus, m->opus_len);
    break;
  case LAN_NOTE_LEVEL:
    lan_write_u32 (&w, m->ms);
    lan_write_u8 (&w, m->level);
    break;
  case LAN_NOTE_TAKEN:
    lan_write_u32 (&w, m->ms);
    lan_write_u8 (&w, (guint8) m->n_peaks);
    lan_write_bytes (&w, m->peaks, m->n_peaks);
    lan_write_bytes (&w, m->opus, m->opus_len);
    break;
  case LAN_NOTE_FAILED:
    lan_media_write_text (&w, m->text);
    break;
  case LAN_NOTE_STOP:
  case LAN_NOTE_DONE:
    break;
  }
  if (!w.failed)
    return g_bytes_new_take (out, w.len);
  g_free (out);
  return NULL;
}
