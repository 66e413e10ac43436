/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-note-wave.h"

#define BAR    3 /* px, of these 1 between two bars */
#define LEAST  2 /* px, of silence */
#define FAINT  0.4
#define HEIGHT 28
#define BARS   100

struct _LanNoteWave {
  GtkDrawingArea parent;
  GByteArray *peaks;
  double heard;
};

G_DEFINE_TYPE (LanNoteWave, lan_note_wave, GTK_TYPE_DRAWING_AREA)

void
lan_note_wave_set_peaks (LanNoteWave *self, GBytes *peaks)
{
  gsize n = 0;
  const guint8 *data = peaks != NULL ? g_bytes_get_data (peaks, &n) : NULL;

  g_byte_array_set_size (self->peaks, 0);
  g_byte_array_append (self->peaks, data, (guint) MIN (n, (gsize) BARS));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lan_note_wave_add (LanNoteWave *self, guint8 level)
{
  if (self->peaks->len >= BARS)
    g_byte_array_remove_index (self->peaks, 0);
  g_byte_array_append (self->peaks, &level, 1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lan_note_wave_set_heard (LanNoteWave *self, double heard)
{
  self->heard = heard;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* As many bars as have room; each is the loudest of those it stands for. */
static gboolean
draw (GtkWidget *widget, cairo_t *cr)
{
  LanNoteWave *self = LAN_NOTE_WAVE (widget);
  guint width = (guint) gtk_widget_get_allocated_width (widget);
  int height = gtk_widget_get_allocated_height (widget);
  guint bars = MIN (MAX (width / BAR, 1), self->peaks->len);
  double step = bars > 0 ? (double) width / bars : 0;
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget),
                               gtk_widget_get_state_flags (widget), &color);
  for (guint i = 0; i < bars; i++) {
    guint8 most = 0;
    double h;

    for (guint j = self->peaks->len * i / bars; j < self->peaks->len * (i + 1) / bars; j++)
      most = MAX (most, self->peaks->data[j]);
    h = MAX (LEAST, most * (double) height / 255);
    cairo_set_source_rgba (cr, color.red, color.green, color.blue,
                           (i + 0.5) / bars <= self->heard ? color.alpha : color.alpha * FAINT);
    cairo_rectangle (cr, i * step, (height - h) / 2, MIN (step - 1, BAR), h);
    cairo_fill (cr);
  }
  return FALSE;
}

static void
finalize (GObject *object)
{
  g_byte_array_unref (LAN_NOTE_WAVE (object)->peaks);
  G_OBJECT_CLASS (lan_note_wave_parent_class)->finalize (object);
}

static void
lan_note_wave_class_init (LanNoteWaveClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  GTK_WIDGET_CLASS (klass)->draw = draw;
}

static void
lan_note_wave_init (LanNoteWave *self)
{
  self->peaks = g_byte_array_new ();
  gtk_widget_set_size_request (GTK_WIDGET (self), -1, HEIGHT);
}
