/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-voice-note.h"

#include "lan-content.h"
#include "lan-message-private.h"
#include "lan-node-private.h"
#include "lan-note.h"
#include "lan-person-private.h"
#include "lan-random-system.h"
#include "lan-voice-note-private.h"

struct _LanVoiceNote {
  guint duration_ms;
  GBytes *peaks;
  GBytes *opus;
};

G_DEFINE_BOXED_TYPE (LanVoiceNote, lan_voice_note, lan_voice_note_ref, lan_voice_note_unref)

LanVoiceNote *
lan_voice_note_new (guint duration_ms, GBytes *peaks, GBytes *opus)
{
  LanVoiceNote *self = g_atomic_rc_box_new0 (LanVoiceNote);

  self->duration_ms = duration_ms;
  self->peaks = g_bytes_ref (peaks);
  self->opus = g_bytes_ref (opus);
  return self;
}

LanVoiceNote *
lan_voice_note_ref (LanVoiceNote *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
note_clear (gpointer data)
{
  LanVoiceNote *self = data;

  g_bytes_unref (self->peaks);
  g_bytes_unref (self->opus);
}

void
lan_voice_note_unref (LanVoiceNote *self)
{
  g_atomic_rc_box_release_full (self, note_clear);
}

guint
lan_voice_note_get_duration (LanVoiceNote *self)
{
  return self->duration_ms;
}

GBytes *
lan_voice_note_get_peaks (LanVoiceNote *self)
{
  return self->peaks;
}

GBytes *
lan_voice_note_get_opus (LanVoiceNote *self)
{
  return self->opus;
}

/* --- recording and playing --- */

struct _LanNoteSound {
  GObject parent;
  LanNote *note;
};

enum { POSITION, TAKEN, DONE, FAILED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (LanNoteSound, lan_note_sound, G_TYPE_OBJECT)

static void
on_level (guint32 ms, guint level, gpointer data)
{
  g_signal_emit (data, signals[POSITION], 0, (guint) ms, level);
}

static void
end (LanNoteSound *self)
{
  g_clear_pointer (&self->note, lan_note_free);
}

static void
on_taken (const LanNoteMessage *message, gpointer data)
{
  g_autoptr (LanNoteSound) self = g_object_ref (data);
  g_autoptr (GBytes) peaks = g_bytes_new (message->peaks, message->n_peaks);
  g_autoptr (GBytes) opus = g_bytes_new (message->opus, message->opus_len);
  g_autoptr (LanVoiceNote) note = lan_voice_note_new (message->ms, peaks, opus);

  end (self);
  g_signal_emit (self, signals[TAKEN], 0, note);
}

static void
on_done (gpointer data)
{
  g_autoptr (LanNoteSound) self = g_object_ref (data);

  end (self);
  g_signal_emit (self, signals[DONE], 0);
}

static void
on_failed (const char *text, gpointer data)
{
  g_autoptr (LanNoteSound) self = g_object_ref (data);
  g_autofree char *copy = g_strdup (text);

  end (self);
  g_signal_emit (self, signals[FAILED], 0, copy);
}

static const LanNoteEvents sound_events = { on_level, on_taken, on_done, on_failed };

static void
dispose (GObject *object)
{
  end (LAN_NOTE_SOUND (object));
  G_OBJECT_CLASS (lan_note_sound_parent_class)->dispose (object);
}

static void
lan_note_sound_class_init (LanNoteSoundClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  signals[POSITION] = g_signal_new ("position", LAN_TYPE_NOTE_SOUND, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[TAKEN] = g_signal_new ("taken", LAN_TYPE_NOTE_SOUND, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, LAN_TYPE_VOICE_NOTE);
  signals[DONE] = g_signal_new ("done", LAN_TYPE_NOTE_SOUND, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", LAN_TYPE_NOTE_SOUND, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
lan_note_sound_init (LanNoteSound *self)
{
}

LanNoteSound *
lan_node_record_note (LanNode *self, const char *source)
{
  LanNoteSound *sound;

  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  if (source == NULL)
    source = self->audio_source != NULL ? self->audio_source : "default";
  sound = g_object_new (LAN_TYPE_NOTE_SOUND, NULL);
  sound->note = lan_note_record (source, &sound_events, sound);
  return sound;
}

LanNoteSound *
lan_node_play_note (LanNode *self, LanVoiceNote *note, guint ms, guint speed)
{
  LanNoteSound *sound;

  g_return_val_if_fail (LAN_IS_NODE (self) && note != NULL, NULL);
  sound = g_object_new (LAN_TYPE_NOTE_SOUND, NULL);
  sound->note =
      lan_note_play (note->opus, ms, CLAMP (speed, LAN_NOTE_SPEED_MIN, LAN_NOTE_SPEED_MAX),
                     self->audio_sink != NULL ? self->audio_sink : "default", &sound_events, sound);
  return sound;
}

void
lan_note_sound_stop (LanNoteSound *self)
{
  g_return_if_fail (LAN_IS_NOTE_SOUND (self));
  if (self->note != NULL)
    lan_note_stop (self->note);
}

/* --- as messages --- */

static ProtobufCBinaryData
borrow (GBytes *bytes)
{
  gsize len;
  const void *data = g_bytes_get_data (bytes, &len);

  return (ProtobufCBinaryData){ len, (guint8 *) data };
}

char *
lan_node_send_note (LanNode *self, LanPerson *person, LanVoiceNote *note, GError **error)
{
  Lanyard__VoiceNote body = LANYARD__VOICE_NOTE__INIT;
  LanContent content = LANYARD__CONTENT__INIT;

  g_return_val_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person) && note != NULL, NULL);
  if (!lan_node_may_write (self, person, error))
    return NULL;
  body.duration_ms = note->duration_ms;
  body.peaks = borrow (note->peaks);
  body.opus = borrow (note->opus);
  content.body_case = LANYARD__CONTENT__BODY_VOICE_NOTE;
  content.voice_note = &body;
  return lan_node_push_body (self, person, LAN_KIND_NOTE, &content, NULL, "🎤");
}

void
lan_node_read_note_async (LanNode *self, LanMessage *message, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_MESSAGE (message));
  lan_node_read_body (self, message, LAN_KIND_NOTE,
                      g_task_new (self, cancellable, callback, user_data));
}

LanVoiceNote *
lan_node_read_note_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
