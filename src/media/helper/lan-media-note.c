/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-note.h"

#include "lan-content.h"
#include "lan-media-message.h"
#include "lan-media-sound.h"
#include "lan-media-tone.h"
#include "lan-media-wav.h"
#include "lan-note-codec.h"
#include "lan-note-message.h"

#include <errno.h>
#include <glib-unix.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LEVEL_FRAMES 5 /* frames between two levels: 100 ms */
#define MAX_SAMPLES  ((gsize) LAN_NOTE_MAX_MS * LAN_MEDIA_RATE / 1000)
#define PEAK_MS      100 /* a short note has fewer peaks */

typedef struct {
  GMainLoop *loop;
  int socket, source, sink;
  LanMediaSound *device; /* NULL: none in use */
  GArray *pcm;           /* of gint16: recorded so far, or to be played */
  guint32 begin_ms;
  guint speed;
  gsize at; /* sample that is played next */
  gboolean records, plays, is_file;
  guint frames;
  int loudest;
  GSource *tick;
  gint64 start_us;
} Note;

/* Node reads all of it, so waiting is short; without node there is nothing to wait for. */
static void
tell (Note *note, const LanNoteMessage *message)
{
  g_autoptr (GBytes) bytes = lan_note_message_encode (message);
  gsize len;
  const void *data = g_bytes_get_data (bytes, &len);

  if (send (note->socket, data, len, MSG_NOSIGNAL) < 0)
    _exit (0);
}

static void
tell_failed (Note *note, const char *text)
{
  LanNoteMessage message = { .type = LAN_NOTE_FAILED };

  g_strlcpy (message.text, text, sizeof message.text);
  tell (note, &message);
}

static void
tell_level (Note *note, const gint16 *pcm, gsize n, guint32 ms)
{
  LanNoteMessage message = { .type = LAN_NOTE_LEVEL, .ms = ms };

  for (gsize i = 0; i < n; i++)
    note->loudest = MAX (note->loudest, ABS ((int) pcm[i]));
  if (++note->frames % LEVEL_FRAMES != 0)
    return;
  message.level = (guint8) lrint (sqrt (MIN (note->loudest, 32767) / 32767.0) * 100);
  note->loudest = 0;
  tell (note, &message);
}

static void
stop (Note *note)
{
  if (note->tick != NULL)
    g_source_destroy (note->tick);
  g_clear_pointer (&note->tick, g_source_unref);
  lan_media_sound_free (note->device);
  note->device = NULL;
  note->records = note->plays = FALSE;
}

/* ---- recording ---- */

static void
finish (Note *note)
{
  const gint16 *pcm = (const gint16 *) (void *) note->pcm->data;
  guint8 peaks[LAN_NOTE_MAX_PEAKS];
  LanNoteMessage message = { .type = LAN_NOTE_TAKEN, .peaks = peaks };
  g_autoptr (GBytes) opus = NULL;

  stop (note);
  opus = lan_note_encode (pcm, note->pcm->len, LAN_NOTE_MAX_BYTES);
  if (opus == NULL) {
    tell_failed (note, "nothing was recorded");
    return;
  }
  message.ms = (guint32) ((guint64) note->pcm->len * 1000 / LAN_MEDIA_RATE);
  message.n_peaks = CLAMP (message.ms / PEAK_MS, 1, LAN_NOTE_MAX_PEAKS);
  lan_note_peaks (pcm, note->pcm->len, peaks, message.n_peaks);
  message.opus = g_bytes_get_data (opus, &message.opus_len);
  tell (note, &message);
}

static gboolean
on_enough (gpointer data)
{
  Note *note = data;

  if (note->records)
    finish (note);
  return G_SOURCE_REMOVE;
}

static void
on_heard (const gint16 *pcm, gpointer data)
{
  Note *note = data;

  if (!note->records || note->pcm->len + LAN_MEDIA_FRAME_SAMPLES > MAX_SAMPLES)
    return;
  g_array_append_vals (note->pcm, pcm, LAN_MEDIA_FRAME_SAMPLES);
  tell_level (note, pcm, LAN_MEDIA_FRAME_SAMPLES,
              (guint32) ((guint64) note->pcm->len * 1000 / LAN_MEDIA_RATE));
  if (note->pcm->len + LAN_MEDIA_FRAME_SAMPLES > MAX_SAMPLES)
    g_idle_add (on_enough, note); /* the device that calls here goes with it */
}

/* A file is as long as it is, not as long as it takes to hear it. */
static void
record_file (Note *note)
{
  LanMediaWav wav;
  gint16 pcm[LAN_MEDIA_FRAME_SAMPLES];

  if (!lan_media_wav_open (&wav, note->source)) {
    tell_failed (note, "the file is not a WAV with 16 bit and 48000 Hz");
    return;
  }
  if (wav.frames > (gint64) (MAX_SAMPLES / LAN_MEDIA_FRAME_SAMPLES)) {
    tell_failed (note, "the file is longer than 60 seconds");
    return;
  }
  for (gint64 i = 0; i < wav.frames; i++) {
    lan_media_wav_read (&wav, i, pcm);
    g_array_append_vals (note->pcm, pcm, LAN_MEDIA_FRAME_SAMPLES);
  }
  finish (note);
}

/* ---- playing ---- */

static void
play_frame (Note *note, gsize number)
{
  gint16 pcm[LAN_MEDIA_FRAME_SAMPLES] = { 0 };
  gsize n = MIN (note->pcm->len - note->at, (gsize) LAN_MEDIA_FRAME_SAMPLES);

  memcpy (pcm, (const gint16 *) (void *) note->pcm->data + note->at, n * sizeof *pcm);
  note->at += n;
  if (note->is_file && !lan_media_wav_write (note->sink, (gint64) number, pcm, TRUE))
    tell_failed (note, "the file cannot be written");
  if (note->device != NULL)
    lan_media_sound_play (note->device, pcm);
  tell_level (note, pcm, n,
              note->begin_ms + (guint32) ((guint64) note->at * note->speed / LAN_MEDIA_RATE));
}

/* ---- both ---- */

static gboolean
on_tick (gpointer data)
{
  Note *note = data;
  gint64 due = (g_get_monotonic_time () - note->start_us) / LAN_MEDIA_FRAME_US;
  gint16 pcm[LAN_MEDIA_FRAME_SAMPLES];

  for (gint64 i = note->frames; i < due && (note->records || note->plays); i++) {
    if (note->records) {
      lan_media_tone (note->start_us + i * LAN_MEDIA_FRAME_US, pcm);
      on_heard (pcm, note);
    } else if (note->at < note->pcm->len) {
      play_frame (note, (gsize) i);
    } else {
      LanNoteMessage done = { .type = LAN_NOTE_DONE };

      stop (note);
      tell (note, &done);
    }
  }
  if (note->tick != NULL)
    g_source_set_ready_time (note->tick,
                             note->start_us + ((gint64) note->frames + 1) * LAN_MEDIA_FRAME_US);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs tick_funcs = { .dispatch = dispatch };

static void
begin_ticks (Note *note)
{
  note->start_us = g_get_monotonic_time ();
  note->tick = g_source_new (&tick_funcs, sizeof (GSource));
  g_source_set_callback (note->tick, on_tick, note, NULL);
  g_source_attach (note->tick, NULL);
  g_source_set_ready_time (note->tick, note->start_us + LAN_MEDIA_FRAME_US);
}

static void
on_state (guint missing, const char *text, gpointer data)
{
  if ((missing & LAN_MEDIA_NO_SOURCE) != 0)
    tell_failed (data, "there is no microphone");
  else if ((missing & LAN_MEDIA_NO_SINK) != 0)
    tell_failed (data, "there is no loudspeaker");
}

static void
on_devices_changed (gpointer data)
{
  /* whoever shows a list would be told */
}

static void
open_device (Note *note, const char *source, const char *sink)
{
  static const LanMediaSoundEvents events = { on_heard, on_state, on_devices_changed };

  note->device = lan_media_sound_new (&events, note);
  if (note->device != NULL)
    lan_media_sound_use (note->device, source, sink, TRUE);
  else
    tell_failed (note, "there is no sound on this computer");
}

static void
begin_record (Note *note, const char *source)
{
  note->records = TRUE;
  if (strcmp (source, "file") == 0)
    record_file (note);
  else if (strcmp (source, "test") == 0)
    begin_ticks (note);
  else
    open_device (note, source, NULL);
}

static void
begin_play (Note *note, const LanNoteMessage *message)
{
  g_autoptr (GArray) whole = lan_note_decode (message->opus, message->opus_len, MAX_SAMPLES);
  gsize skip = MIN ((gsize) message->ms * LAN_MEDIA_RATE / 1000, (gsize) whole->len);

  if (whole->len == 0) {
    tell_failed (note, "this is no sound");
    return;
  }
  g_array_unref (note->pcm);
  note->pcm = lan_note_stretch ((const gint16 *) (void *) whole->data + skip, whole->len - skip,
                                message->speed);
  note->begin_ms = message->ms;
  note->speed = message->speed;
  note->plays = TRUE;
  note->is_file = strcmp (message->name, "file") == 0;
  if (!note->is_file && strcmp (message->name, "null") != 0)
    open_device (note, NULL, message->name);
  begin_ticks (note);
}

static void
on_message (Note *note, const guint8 *data, gsize len)
{
  LanNoteMessage message;
  gboolean is_new = !note->records && !note->plays && note->pcm->len == 0;

  if (lan_note_message_decode (data, len, &message) != LAN_STATUS_OK)
    return;
  if (message.type == LAN_NOTE_RECORD && is_new)
    begin_record (note, message.name);
  else if (message.type == LAN_NOTE_PLAY && is_new)
    begin_play (note, &message);
  else if (message.type == LAN_NOTE_STOP && note->records)
    finish (note);
}

static gboolean
on_socket (gint fd, GIOCondition condition, gpointer data)
{
  Note *note = data;
  g_autofree guint8 *in = g_malloc (LAN_NOTE_MESSAGE_MAX);
  gssize n = recv (fd, in, LAN_NOTE_MESSAGE_MAX, MSG_DONTWAIT);

  if (n > 0)
    on_message (note, in, (gsize) n);
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    g_main_loop_quit (note->loop);
  return G_SOURCE_CONTINUE;
}

void
lan_media_note_run (int fd, int source, int sink)
{
  Note note = { .socket = fd, .source = source, .sink = sink };

  note.pcm = g_array_new (FALSE, FALSE, sizeof (gint16));
  note.loop = g_main_loop_new (NULL, FALSE);
  g_unix_fd_add (fd, G_IO_IN | G_IO_HUP, on_socket, &note);
  g_main_loop_run (note.loop);
  stop (&note);
  g_array_unref (note.pcm);
  g_main_loop_unref (note.loop);
}
