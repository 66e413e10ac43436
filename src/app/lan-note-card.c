/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-note-card.h"

#include "lan-chat-view.h"
#include "lan-note-wave.h"

#include <glib/gi18n.h>
#include <lan-voice-note.h>

struct _LanNoteCard {
  GtkBox parent;
  LanMessage *message;
  LanVoiceNote *note;  /* once it was read */
  LanNoteSound *sound; /* while it plays */
  GCancellable *cancellable;
  guint speed; /* index of speeds */
  guint ms;    /* heard so far */
  GtkButton *play_button;
  GtkImage *play_icon;
  LanNoteWave *wave;
  GtkLabel *time_label;
  GtkButton *speed_button;
};

static const struct {
  guint per_mille;
  const char *label;
} speeds[] = { { 1000, "1×" }, { 1500, "1.5×" }, { 2000, "2×" } };

static LanNoteCard *playing; /* one at a time; cleared when it goes */

static void stop (LanNoteCard *self);

G_DEFINE_TYPE (LanNoteCard, lan_note_card, GTK_TYPE_BOX)

static char *
format_ms (guint ms)
{
  guint seconds = (ms + 500) / 1000;

  return g_strdup_printf ("%u:%02u", seconds / 60, seconds % 60);
}

char *
lan_note_card_words (LanMessage *message)
{
  g_autofree char *time = format_ms (lan_message_get_note_duration (message));

  /* Translators: something said, and how long it is */
  return g_strdup_printf (_ ("Voice note, %s"), time);
}

static void
update (LanNoteCard *self)
{
  guint whole = lan_message_get_note_duration (self->message);
  g_autofree char *time = format_ms (self->ms > 0 ? self->ms : whole);
  gboolean plays = self->sound != NULL;
  const char *what = plays ? _ ("Pause") : _ ("Play");

  gtk_label_set_text (self->time_label, time);
  lan_note_wave_set_heard (self->wave, whole > 0 ? (double) self->ms / whole : 0);
  gtk_image_set_from_icon_name (
      self->play_icon, plays ? "media-playback-pause-symbolic" : "media-playback-start-symbolic",
      GTK_ICON_SIZE_BUTTON);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), what);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->play_button)), what);
  gtk_button_set_label (self->speed_button, speeds[self->speed].label);
}

static void
fail (LanNoteCard *self, const char *text)
{
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->wave), text);
  gtk_label_set_text (self->time_label, _ ("cannot be played"));
}

static void
on_position (LanNoteCard *self, guint ms, guint level)
{
  self->ms = MIN (ms, lan_message_get_note_duration (self->message));
  update (self);
}

static void
on_done (LanNoteCard *self)
{
  stop (self);
  self->ms = 0;
  update (self);
}

static void
on_failed (LanNoteCard *self, const char *text)
{
  stop (self);
  fail (self, text);
}

static void
stop (LanNoteCard *self)
{
  if (self->sound != NULL)
    g_signal_handlers_disconnect_by_data (self->sound, self);
  g_clear_object (&self->sound);
  if (playing == self)
    playing = NULL;
  update (self);
}

static LanNode *
node_of (LanNoteCard *self)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (self), LAN_TYPE_CHAT_VIEW);

  return view != NULL ? lan_chat_view_get_node (LAN_CHAT_VIEW (view)) : NULL;
}

static void
play (LanNoteCard *self)
{
  LanNode *node = node_of (self);

  if (node == NULL || self->note == NULL)
    return;
  if (playing != NULL)
    stop (playing);
  playing = self;
  self->sound = lan_node_play_note (node, self->note, self->ms, speeds[self->speed].per_mille);
  g_signal_connect_swapped (self->sound, "position", G_CALLBACK (on_position), self);
  g_signal_connect_swapped (self->sound, "done", G_CALLBACK (on_done), self);
  g_signal_connect_swapped (self->sound, "failed", G_CALLBACK (on_failed), self);
  update (self);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanNoteCard) self = user_data;
  g_autoptr (GError) error = NULL;
  LanVoiceNote *note = lan_node_read_note_finish (LAN_NODE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    return;
  } else if (note == NULL) {
    fail (self, error->message);
    return;
  }
  g_clear_pointer (&self->note, lan_voice_note_unref);
  self->note = note;
  play (self);
}

static void
on_play (LanNoteCard *self)
{
  LanNode *node = node_of (self);

  if (self->sound != NULL)
    stop (self);
  else if (self->note != NULL)
    play (self);
  else if (node != NULL)
    lan_node_read_note_async (node, self->message, self->cancellable, on_read, g_object_ref (self));
}

static void
on_speed (LanNoteCard *self)
{
  self->speed = (self->speed + 1) % G_N_ELEMENTS (speeds);
  update (self);
  if (self->sound != NULL) {
    stop (self);
    play (self);
  }
}

static gboolean
on_wave_press (LanNoteCard *self, GdkEventButton *event)
{
  int width = gtk_widget_get_allocated_width (GTK_WIDGET (self->wave));
  guint whole = lan_message_get_note_duration (self->message);

  if (event->button != GDK_BUTTON_PRIMARY || width <= 0)
    return FALSE;
  self->ms = (guint) (CLAMP (event->x / width, 0, 1) * whole);
  if (self->sound != NULL) {
    stop (self);
    play (self);
  }
  update (self);
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanNoteCard *self = LAN_NOTE_CARD (object);

  g_cancellable_cancel (self->cancellable);
  if (playing == self)
    playing = NULL;
  if (self->sound != NULL)
    g_signal_handlers_disconnect_by_data (self->sound, self);
  g_clear_object (&self->sound);
  g_clear_pointer (&self->note, lan_voice_note_unref);
  g_clear_object (&self->message);
  G_OBJECT_CLASS (lan_note_card_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  g_object_unref (LAN_NOTE_CARD (object)->cancellable);
  G_OBJECT_CLASS (lan_note_card_parent_class)->finalize (object);
}

static void
lan_note_card_class_init (LanNoteCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  g_type_ensure (LAN_TYPE_NOTE_WAVE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/note-card.ui");
  gtk_widget_class_bind_template_child (widget_class, LanNoteCard, play_button);
  gtk_widget_class_bind_template_child (widget_class, LanNoteCard, play_icon);
  gtk_widget_class_bind_template_child (widget_class, LanNoteCard, wave);
  gtk_widget_class_bind_template_child (widget_class, LanNoteCard, time_label);
  gtk_widget_class_bind_template_child (widget_class, LanNoteCard, speed_button);
  gtk_widget_class_bind_template_callback (widget_class, on_play);
  gtk_widget_class_bind_template_callback (widget_class, on_speed);
  gtk_widget_class_bind_template_callback (widget_class, on_wave_press);
}

static void
lan_note_card_init (LanNoteCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

GtkWidget *
lan_note_card_new (LanMessage *message)
{
  LanNoteCard *self = g_object_new (LAN_TYPE_NOTE_CARD, NULL);

  self->message = g_object_ref (message);
  lan_note_wave_set_peaks (self->wave, lan_message_get_note_peaks (message));
  update (self);
  return GTK_WIDGET (self);
}
