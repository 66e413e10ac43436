/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-window.h"

#include "lan-files.h"
#include "lan-picture-card.h"
#include "lan-picture-view.h"
#include "lan-picture.h"

#include <glib/gi18n.h>

#define NEIGHBOURS_MAX 200
#define MOVE_STEP      0.1
#define ZOOM_STEP      1.25

struct _LanPictureWindow {
  HdyWindow parent;
  LanTransfer *transfer; /* of what is shown */
  GPtrArray *all;        /* of LanTransfer, the oldest first */
  GdkPixbuf *pixbuf;     /* NULL: not made yet, or it cannot be shown */
  GCancellable *cancellable;
  GCancellable *searching;
  gboolean is_full_screen;
  HdyHeaderBar *header;
  LanPictureView *view;
  GtkWidget *previous_button;
  GtkWidget *next_button;
  GtkLabel *zoom_label;
  GtkLabel *error_label;
  GtkWidget *copy_button;
};

G_DEFINE_TYPE (LanPictureWindow, lan_picture_window, HDY_TYPE_WINDOW)

static gboolean
has_file (LanTransfer *transfer)
{
  return transfer != NULL && lan_picture_card_fits (transfer) &&
         lan_transfer_get_path (transfer) != NULL &&
         (!lan_transfer_get_incoming (transfer) ||
          lan_transfer_get_status (transfer) == LAN_TRANSFER_STATUS_DONE);
}

/* ---- which one ---- */

static guint
place_of (LanPictureWindow *self)
{
  guint place = 0;

  for (guint i = 0; i < self->all->len; i++) {
    if (self->all->pdata[i] == self->transfer)
      place = i;
  }
  return place;
}

static void
update_head (LanPictureWindow *self)
{
  guint place = place_of (self);
  /* Translators: which of the pictures of a chat is shown */
  g_autofree char *subtitle = g_strdup_printf (_ ("%u of %u"), place + 1, self->all->len);
  g_autofree char *spoken =
      g_strdup_printf ("%s, %s", lan_transfer_get_name (self->transfer), subtitle);

  hdy_header_bar_set_title (self->header, lan_transfer_get_name (self->transfer));
  hdy_header_bar_set_subtitle (self->header, subtitle);
  gtk_widget_set_sensitive (self->previous_button, place > 0);
  gtk_widget_set_sensitive (self->next_button, place + 1 < self->all->len);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->view)), spoken);
}

static void
on_zoomed (LanPictureWindow *self)
{
  g_autofree char *text = g_strdup_printf (_ ("%d %%"), lan_picture_view_get_percent (self->view));

  gtk_label_set_text (self->zoom_label, self->pixbuf != NULL ? text : "");
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanPictureWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanPicture) picture = lan_picture_load_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->pixbuf);
  if (picture != NULL)
    self->pixbuf = g_object_ref (picture->pixbuf);
  lan_picture_view_set (self->view, self->pixbuf, picture != NULL ? picture->source_width : 1);
  if (picture == NULL)
    gtk_label_set_text (self->error_label, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), picture == NULL);
  gtk_widget_set_sensitive (self->copy_button, picture != NULL);
}

static void
show (LanPictureWindow *self, LanTransfer *transfer)
{
  g_set_object (&self->transfer, transfer);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  gtk_widget_hide (GTK_WIDGET (self->error_label));
  update_head (self);
  lan_picture_load_async (lan_transfer_get_path (transfer), LAN_PICTURE_BOX_MAX,
                          LAN_PICTURE_BOX_MAX, self->cancellable, on_made, g_object_ref (self));
}

static void
step (LanPictureWindow *self, int by)
{
  int place = (int) place_of (self) + by;

  if (place >= 0 && place < (int) self->all->len)
    show (self, self->all->pdata[place]);
}

static void
on_previous (LanPictureWindow *self)
{
  step (self, -1);
}

static void
on_next (LanPictureWindow *self)
{
  step (self, 1);
}

/* Found are the newest first. */
static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanPictureWindow) self = user_data;
  g_autoptr (GPtrArray) messages = lan_node_search_finish (LAN_NODE (source), result, NULL);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean has_shown = FALSE;

  if (messages == NULL || self->transfer == NULL)
    return;
  for (guint i = messages->len; i > 0; i--) {
    LanMessage *message = messages->pdata[i - 1];
    LanTransfer *transfer = lan_message_get_transfer (message);

    if (!has_file (transfer) || lan_message_get_recalled (message))
      continue;
    has_shown = has_shown || transfer == self->transfer;
    g_ptr_array_add (all, g_object_ref (transfer));
  }
  if (!has_shown)
    return;
  g_ptr_array_unref (self->all);
  self->all = g_steal_pointer (&all);
  update_head (self);
}

/* ---- what is done with it ---- */

static void
on_zoom_in (LanPictureWindow *self)
{
  lan_picture_view_zoom (self->view, ZOOM_STEP);
}

static void
on_zoom_out (LanPictureWindow *self)
{
  lan_picture_view_zoom (self->view, 1 / ZOOM_STEP);
}

static void
on_fit (LanPictureWindow *self)
{
  lan_picture_view_fit (self->view);
}

static void
on_full_screen (LanPictureWindow *self)
{
  if (self->is_full_screen)
    gtk_window_unfullscreen (GTK_WINDOW (self));
  else
    gtk_window_fullscreen (GTK_WINDOW (self));
}

static void
on_copy (LanPictureWindow *self)
{
  if (self->pixbuf != NULL)
    gtk_clipboard_set_image (gtk_widget_get_clipboard (GTK_WIDGET (self), GDK_SELECTION_CLIPBOARD),
                             self->pixbuf);
}

static void
on_folder (LanPictureWindow *self)
{
  lan_files_show_in_folder (GTK_WIDGET (self), lan_transfer_get_path (self->transfer));
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanPictureWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (g_file_copy_finish (G_FILE (source), result, &error))
    return;
  gtk_label_set_text (self->error_label, error->message);
  gtk_widget_show (GTK_WIDGET (self->error_label));
}

static void
on_save_response (GtkNativeDialog *dialog, int response, LanPictureWindow *self)
{
  if (response == GTK_RESPONSE_ACCEPT) {
    g_autoptr (GFile) from = g_file_new_for_path (lan_transfer_get_path (self->transfer));
    g_autoptr (GFile) to = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

    if (!g_file_equal (from, to))
      g_file_copy_async (from, to, G_FILE_COPY_OVERWRITE, G_PRIORITY_DEFAULT, NULL, NULL, NULL,
                         on_copied, g_object_ref (self));
  }
  gtk_native_dialog_destroy (dialog);
}

static void
on_save (LanPictureWindow *self)
{
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (_ ("Save picture"), GTK_WINDOW (self),
                                   GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog),
                                     lan_transfer_get_name (self->transfer));
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_save_response), self, 0);
  g_object_set_data_full (G_OBJECT (self), "dialog", dialog, g_object_unref);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* ---- keys ---- */

static void
on_escape (LanPictureWindow *self)
{
  if (self->is_full_screen)
    gtk_window_unfullscreen (GTK_WINDOW (self));
  else
    gtk_widget_destroy (GTK_WIDGET (self));
}

static void
on_full (LanPictureWindow *self)
{
  lan_picture_view_full (self->view);
}

static const struct {
  guint key;
  gboolean control;
  void (*func) (LanPictureWindow *self);
} keys[] = {
  { GDK_KEY_Escape, FALSE, on_escape },
  { GDK_KEY_Left, FALSE, on_previous },
  { GDK_KEY_Page_Up, FALSE, on_previous },
  { GDK_KEY_Right, FALSE, on_next },
  { GDK_KEY_Page_Down, FALSE, on_next },
  { GDK_KEY_plus, FALSE, on_zoom_in },
  { GDK_KEY_equal, FALSE, on_zoom_in },
  { GDK_KEY_KP_Add, FALSE, on_zoom_in },
  { GDK_KEY_minus, FALSE, on_zoom_out },
  { GDK_KEY_KP_Subtract, FALSE, on_zoom_out },
  { GDK_KEY_0, FALSE, on_fit },
  { GDK_KEY_1, FALSE, on_full },
  { GDK_KEY_F11, FALSE, on_full_screen },
  { GDK_KEY_f, FALSE, on_full_screen },
  { GDK_KEY_s, TRUE, on_save },
  { GDK_KEY_c, TRUE, on_copy },
};

static gboolean
move_by_key (LanPictureWindow *self, GdkEventKey *event)
{
  if ((event->state & GDK_CONTROL_MASK) == 0)
    return FALSE;
  if (event->keyval == GDK_KEY_Left || event->keyval == GDK_KEY_Right)
    lan_picture_view_move (self->view, event->keyval == GDK_KEY_Left ? -MOVE_STEP : MOVE_STEP, 0);
  else if (event->keyval == GDK_KEY_Up || event->keyval == GDK_KEY_Down)
    lan_picture_view_move (self->view, 0, event->keyval == GDK_KEY_Up ? -MOVE_STEP : MOVE_STEP);
  else
    return FALSE;
  return TRUE;
}

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  LanPictureWindow *self = LAN_PICTURE_WINDOW (widget);
  gboolean control = (event->state & GDK_CONTROL_MASK) != 0;

  if (move_by_key (self, event))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (event->keyval == keys[i].key && control == keys[i].control) {
      keys[i].func (self);
      return TRUE;
    }
  }
  return GTK_WIDGET_CLASS (lan_picture_window_parent_class)->key_press_event (widget, event);
}

static gboolean
window_state_event (GtkWidget *widget, GdkEventWindowState *event)
{
  LanPictureWindow *self = LAN_PICTURE_WINDOW (widget);

  self->is_full_screen = (event->new_window_state & GDK_WINDOW_STATE_FULLSCREEN) != 0;
  return GTK_WIDGET_CLASS (lan_picture_window_parent_class)->window_state_event (widget, event);
}

static void
dispose (GObject *object)
{
  LanPictureWindow *self = LAN_PICTURE_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_cancellable_cancel (self->searching);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->searching);
  g_clear_object (&self->transfer);
  g_clear_object (&self->pixbuf);
  g_clear_pointer (&self->all, g_ptr_array_unref);
  G_OBJECT_CLASS (lan_picture_window_parent_class)->dispose (object);
}

static void
lan_picture_window_class_init (LanPictureWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->key_press_event = key_press_event;
  widget_class->window_state_event = window_state_event;
  g_type_ensure (LAN_TYPE_PICTURE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/picture-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanPictureWindow, header);
  gtk_widget_class_bind_template_child (widget_class, LanPictureWindow, view);
  gtk_widget_class_bind_template_child (widget_class, LanPictureWindow, previous_button);
  gtk_widget_class_bind_template_child (widget_class, LanPictureWindow, next_button);
  gtk_widget_class_bind_template_child (widget_class, LanPictureWindow, zoom_label);
  gtk_widget_class_bind_template_child (widget_class, LanPictureWindow, error_label);
  gtk_widget_class_bind_template_child (widget_class, LanPictureWindow, copy_button);
  gtk_widget_class_bind_template_callback (widget_class, on_previous);
  gtk_widget_class_bind_template_callback (widget_class, on_next);
  gtk_widget_class_bind_template_callback (widget_class, on_zoomed);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_in);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_out);
  gtk_widget_class_bind_template_callback (widget_class, on_fit);
  gtk_widget_class_bind_template_callback (widget_class, on_full_screen);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
  gtk_widget_class_bind_template_callback (widget_class, on_folder);
}

static void
lan_picture_window_init (LanPictureWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->all = g_ptr_array_new_with_free_func (g_object_unref);
  self->searching = g_cancellable_new ();
}

void
lan_picture_window_show (GtkWidget *from, LanNode *node, LanMessage *message)
{
  LanTransfer *transfer = lan_message_get_transfer (message);
  g_autoptr (LanSearch) search = NULL;
  LanPictureWindow *self;

  if (!has_file (transfer))
    return;
  self = g_object_new (LAN_TYPE_PICTURE_WINDOW, NULL);
  gtk_window_set_transient_for (GTK_WINDOW (self), GTK_WINDOW (gtk_widget_get_toplevel (from)));
  g_ptr_array_add (self->all, g_object_ref (transfer));
  show (self, transfer);
  search = lan_search_new (NULL);
  lan_search_set_peer (search, lan_message_get_peer (message));
  lan_search_set_kind (search, LAN_SEARCH_KIND_MEDIA);
  lan_search_set_limit (search, NEIGHBOURS_MAX);
  lan_node_search_async (node, search, self->searching, on_found, g_object_ref (self));
  gtk_window_present (GTK_WINDOW (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}
