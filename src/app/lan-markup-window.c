/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-markup-window.h"

#include "lan-markup.h"
#include "lan-screenshot.h"

#include <glib/gi18n.h>

#define TOOLS 6

static const guint colors[] = { 0xe01b24, 0xf6d32d, 0x2373d9, 0x26a269, 0x000000, 0xffffff };

struct _LanMarkupWindow {
  HdyWindow parent;
  LanMarkup *markup;
  gboolean is_drawing;
  GtkWidget *area;
  GtkToggleButton *arrow_button;
  GtkToggleButton *box_button;
  GtkToggleButton *pen_button;
  GtkToggleButton *text_button;
  GtkToggleButton *mosaic_button;
  GtkToggleButton *crop_button;
  GtkEntry *text_entry;
  GtkComboBox *color_combo;
  GtkWidget *undo_button;
  GtkLabel *error_label;
};

static guint done_signal;

G_DEFINE_TYPE (LanMarkupWindow, lan_markup_window, HDY_TYPE_WINDOW)

static LanMarkupTool
tool_of (LanMarkupWindow *self)
{
  GtkToggleButton *const buttons[TOOLS] = { self->arrow_button,  self->box_button,
                                            self->pen_button,    self->text_button,
                                            self->mosaic_button, self->crop_button };

  for (int i = 0; i < TOOLS; i++) {
    if (gtk_toggle_button_get_active (buttons[i]))
      return (LanMarkupTool) i;
  }
  return LAN_MARKUP_ARROW;
}

static void
update (LanMarkupWindow *self)
{
  gtk_widget_set_sensitive (self->undo_button, lan_markup_get_count (self->markup) > 0);
  gtk_widget_queue_draw (self->area);
}

/* The picture is never enlarged, and stands in the middle. */
static double
place (LanMarkupWindow *self, double *left, double *top)
{
  double width = gtk_widget_get_allocated_width (self->area);
  double height = gtk_widget_get_allocated_height (self->area);
  double w = lan_markup_get_width (self->markup), h = lan_markup_get_height (self->markup);
  double scale = MIN (MIN (width / w, height / h), 1.0);

  *left = (width - w * scale) / 2;
  *top = (height - h * scale) / 2;
  return scale;
}

static gboolean
on_draw (LanMarkupWindow *self, cairo_t *cr)
{
  double left, top, scale = place (self, &left, &top);

  cairo_translate (cr, left, top);
  cairo_scale (cr, scale, scale);
  lan_markup_draw (self->markup, cr);
  return TRUE;
}

static gboolean
on_press (LanMarkupWindow *self, GdkEventButton *event)
{
  double left, top, scale = place (self, &left, &top);
  int color = MAX (gtk_combo_box_get_active (self->color_combo), 0);

  if (event->type != GDK_BUTTON_PRESS || event->button != 1)
    return FALSE;
  self->is_drawing = TRUE;
  lan_markup_begin (self->markup, tool_of (self), colors[color % (int) G_N_ELEMENTS (colors)],
                    gtk_entry_get_text (self->text_entry), (event->x - left) / scale,
                    (event->y - top) / scale);
  return TRUE;
}

static gboolean
on_motion (LanMarkupWindow *self, GdkEventMotion *event)
{
  double left, top, scale = place (self, &left, &top);

  if (!self->is_drawing)
    return FALSE;
  lan_markup_move (self->markup, (event->x - left) / scale, (event->y - top) / scale);
  update (self);
  return TRUE;
}

static gboolean
on_release (LanMarkupWindow *self, GdkEventButton *event)
{
  double left, top, scale = place (self, &left, &top);

  if (!self->is_drawing || event->button != 1)
    return FALSE;
  self->is_drawing = FALSE;
  lan_markup_move (self->markup, (event->x - left) / scale, (event->y - top) / scale);
  lan_markup_end (self->markup);
  update (self);
  return TRUE;
}

static void
on_undo (LanMarkupWindow *self)
{
  lan_markup_undo (self->markup);
  update (self);
}

static void
on_text_tool (LanMarkupWindow *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->text_entry),
                          gtk_toggle_button_get_active (self->text_button));
  if (gtk_toggle_button_get_active (self->text_button))
    gtk_widget_grab_focus (GTK_WIDGET (self->text_entry));
}

static void
complain (LanMarkupWindow *self, const char *text)
{
  gtk_label_set_text (self->error_label, text);
  gtk_widget_show (GTK_WIDGET (self->error_label));
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanMarkupWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = lan_screenshot_keep_finish (result, &error);

  if (uri == NULL) {
    complain (self, error->message);
    return;
  }
  g_signal_emit (self, done_signal, 0, uri);
  gtk_widget_destroy (GTK_WIDGET (self));
}

static void
on_use (LanMarkupWindow *self)
{
  g_autoptr (GdkPixbuf) pixbuf = lan_markup_render (self->markup);

  lan_screenshot_keep_async (pixbuf, on_kept, g_object_ref (self));
}

static void
on_copy (LanMarkupWindow *self)
{
  g_autoptr (GdkPixbuf) pixbuf = lan_markup_render (self->markup);

  gtk_clipboard_set_image (gtk_widget_get_clipboard (GTK_WIDGET (self), GDK_SELECTION_CLIPBOARD),
                           pixbuf);
}

static void
on_moved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanMarkupWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    complain (self, error->message);
}

static void
on_save_response (GtkNativeDialog *dialog, int response, LanMarkupWindow *self)
{
  if (response == GTK_RESPONSE_ACCEPT) {
    g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
    g_autoptr (GdkPixbuf) pixbuf = lan_markup_render (self->markup);
    g_autoptr (GBytes) bytes = NULL;
    char *data = NULL;
    gsize len = 0;

    if (gdk_pixbuf_save_to_buffer (pixbuf, &data, &len, "png", NULL, NULL)) {
      bytes = g_bytes_new_take (data, len);
      g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                           on_moved, g_object_ref (self));
    }
  }
  gtk_native_dialog_destroy (dialog);
}

static void
on_save (LanMarkupWindow *self)
{
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (_ ("Save picture"), GTK_WINDOW (self),
                                   GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), _ ("Screenshot.png"));
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_save_response), self, 0);
  g_object_set_data_full (G_OBJECT (self), "dialog", dialog, g_object_unref);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  LanMarkupWindow *self = LAN_MARKUP_WINDOW (widget);

  if (GTK_WIDGET_CLASS (lan_markup_window_parent_class)->key_press_event (widget, event))
    return TRUE;
  if (event->keyval == GDK_KEY_Escape)
    gtk_widget_destroy (widget);
  else if (event->keyval == GDK_KEY_z && (event->state & GDK_CONTROL_MASK) != 0)
    on_undo (self);
  else
    return FALSE;
  return TRUE;
}

static void
finalize (GObject *object)
{
  lan_markup_free (LAN_MARKUP_WINDOW (object)->markup);
  G_OBJECT_CLASS (lan_markup_window_parent_class)->finalize (object);
}

static void
lan_markup_window_class_init (LanMarkupWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  widget_class->key_press_event = key_press_event;
  done_signal = g_signal_new ("done", LAN_TYPE_MARKUP_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                              NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/markup-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, area);
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, arrow_button);
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, box_button);
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, pen_button);
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, text_button);
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, mosaic_button);
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, crop_button);
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, text_entry);
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, color_combo);
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, undo_button);
  gtk_widget_class_bind_template_child (widget_class, LanMarkupWindow, error_label);
  gtk_widget_class_bind_template_callback (widget_class, on_draw);
  gtk_widget_class_bind_template_callback (widget_class, on_press);
  gtk_widget_class_bind_template_callback (widget_class, on_motion);
  gtk_widget_class_bind_template_callback (widget_class, on_release);
  gtk_widget_class_bind_template_callback (widget_class, on_undo);
  gtk_widget_class_bind_template_callback (widget_class, on_text_tool);
  gtk_widget_class_bind_template_callback (widget_class, on_use);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
}

static void
lan_markup_window_init (LanMarkupWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_markup_window_new (GdkPixbuf *picture)
{
  LanMarkupWindow *self = g_object_new (LAN_TYPE_MARKUP_WINDOW, NULL);

  self->markup = lan_markup_new (picture);
  gtk_combo_box_set_active (self->color_combo, 0);
  update (self);
  return GTK_WIDGET (self);
}
