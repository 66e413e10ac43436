/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-note-bar.h"

#include "lan-note-wave.h"

#include <glib/gi18n.h>
#include <lan-voice-note.h>

struct _LanNoteBar {
  GtkBox parent;
  LanNoteSound *sound; /* NULL: nothing is recorded */
  LanNoteWave *wave;
  GtkLabel *time_label;
  GtkWidget *send_button;
};

static guint taken_signal;
static guint ended_signal;
static guint failed_signal;

G_DEFINE_TYPE (LanNoteBar, lan_note_bar, GTK_TYPE_BOX)

static void
end (LanNoteBar *self)
{
  if (self->sound == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->sound, self);
  g_clear_object (&self->sound);
  gtk_widget_hide (GTK_WIDGET (self));
  g_signal_emit (self, ended_signal, 0);
}

void
lan_note_bar_cancel (LanNoteBar *self)
{
  end (self);
}

static void
show_time (LanNoteBar *self, guint ms)
{
  g_autofree char *text =
      g_strdup_printf ("%u:%02u / %u:%02u", ms / 60000, ms / 1000 % 60,
                       LAN_VOICE_NOTE_MAX_MS / 60000, LAN_VOICE_NOTE_MAX_MS / 1000 % 60);

  gtk_label_set_text (self->time_label, text);
}

static void
on_position (LanNoteBar *self, guint ms, guint level)
{
  show_time (self, ms);
  lan_note_wave_add (self->wave, (guint8) (level * 255 / 100));
}

/* Sent by the button, or because a minute is over. */
static void
on_taken (LanNoteBar *self, LanVoiceNote *note)
{
  g_autoptr (LanVoiceNote) kept = lan_voice_note_ref (note);

  end (self);
  g_signal_emit (self, taken_signal, 0, kept);
}

static void
on_failed (LanNoteBar *self, const char *text)
{
  g_debug ("recording: %s", text);
  end (self);
  g_signal_emit (self, failed_signal, 0, _ ("Nothing can be recorded: is there a microphone?"));
}

static void
on_send (LanNoteBar *self)
{
  gtk_widget_set_sensitive (self->send_button, FALSE);
  if (self->sound != NULL)
    lan_note_sound_stop (self->sound);
}

void
lan_note_bar_begin (LanNoteBar *self, LanNode *node)
{
  end (self);
  lan_note_wave_set_peaks (self->wave, NULL);
  lan_note_wave_set_heard (self->wave, 1);
  show_time (self, 0);
  gtk_widget_set_sensitive (self->send_button, TRUE);
  self->sound = lan_node_record_note (node, NULL);
  g_signal_connect_swapped (self->sound, "position", G_CALLBACK (on_position), self);
  g_signal_connect_swapped (self->sound, "taken", G_CALLBACK (on_taken), self);
  g_signal_connect_swapped (self->sound, "failed", G_CALLBACK (on_failed), self);
  gtk_widget_show (GTK_WIDGET (self));
  gtk_widget_grab_focus (self->send_button);
}

static gboolean
on_key_press (LanNoteBar *self, GdkEventKey *event)
{
  if (event->keyval != GDK_KEY_Escape)
    return FALSE;
  end (self);
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanNoteBar *self = LAN_NOTE_BAR (object);

  if (self->sound != NULL)
    g_signal_handlers_disconnect_by_data (self->sound, self);
  g_clear_object (&self->sound);
  G_OBJECT_CLASS (lan_note_bar_parent_class)->dispose (object);
}

static void
lan_note_bar_class_init (LanNoteBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  taken_signal = g_signal_new ("taken", LAN_TYPE_NOTE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, LAN_TYPE_VOICE_NOTE);
  ended_signal = g_signal_new ("ended", LAN_TYPE_NOTE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
  failed_signal = g_signal_new ("failed", LAN_TYPE_NOTE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  g_type_ensure (LAN_TYPE_NOTE_WAVE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/note-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LanNoteBar, wave);
  gtk_widget_class_bind_template_child (widget_class, LanNoteBar, time_label);
  gtk_widget_class_bind_template_child (widget_class, LanNoteBar, send_button);
  gtk_widget_class_bind_template_callback (widget_class, lan_note_bar_cancel);
  gtk_widget_class_bind_template_callback (widget_class, on_send);
  gtk_widget_class_bind_template_callback (widget_class, on_key_press);
}

static void
lan_note_bar_init (LanNoteBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
