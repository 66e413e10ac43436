/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-composer.h"

#include "lan-attachment.h"
#include "lan-layout.h"
#include "lan-mention-people.h"
#include "lan-paste.h"

#include <glib/gi18n.h>
#include <lan-node-message.h>

#define MAX_LINES       8
#define MAX_ATTACHMENTS 50
#define DRAFT_DELAY_MS  700

struct _LanComposer {
  GtkBox parent;
  LanNode *node;
  LanConversation *conversation;
  GCancellable *cancellable; /* what still loads for this conversation */
  GPtrArray *attachments;    /* of LanAttachment, kept by the box */
  guint draft_id;
  gboolean enter_sends;
  gboolean tells_typing;
  gboolean is_filling;
  GtkWidget *attach_revealer;
  GtkFlowBox *attach_box;
  LanComposerBar *bar;
  LanMentionPopup *mentions; /* owned by the view */
  GtkWidget *input_box;
  GtkScrolledWindow *scroller;
  GtkTextView *view;
  GtkTextBuffer *buffer; /* borrowed from the view */
  GtkWidget *placeholder;
  GtkWidget *send_button;
  GtkToggleButton *urgent_button;
  GtkWidget *many_button;
  GtkWidget *hint_box;
  GtkLabel *hint_label;
  GtkLabel *amount_label;
};

static guint failed_signal;
static guint send_to_many_signal;

G_DEFINE_TYPE (LanComposer, lan_composer, GTK_TYPE_BOX)

static char *
dup_text (LanComposer *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, FALSE);
}

static void
fail (LanComposer *self, const char *text)
{
  g_signal_emit (self, failed_signal, 0, text);
}

static void
update_amount (LanComposer *self)
{
  guint64 total = 0;
  gboolean known = TRUE;
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->attachments->len; i++) {
    guint64 bytes = lan_attachment_get_size (g_ptr_array_index (self->attachments, i));

    known = known && bytes != LAN_ATTACHMENT_FOLDER;
    total += bytes != LAN_ATTACHMENT_FOLDER ? bytes : 0;
  }
  /* Translators: how large something is that has not been counted */
  size = known ? g_format_size (total) : g_strdup (_ ("with folders"));
  text = self->attachments->len == 0
             ? g_strdup ("")
             : g_strdup_printf (
                   ngettext ("%u attachment, %s", "%u attachments, %s", self->attachments->len),
                   self->attachments->len, size);
  gtk_label_set_text (self->amount_label, text);
}

static void
update (LanComposer *self)
{
  gboolean has_text = gtk_text_buffer_get_char_count (self->buffer) > 0;
  gboolean has_files = self->attachments->len > 0;

  gtk_widget_set_visible (self->placeholder, !has_text);
  gtk_widget_set_visible (self->send_button, has_text || has_files);
  gtk_widget_set_visible (GTK_WIDGET (self->urgent_button), has_text);
  gtk_widget_set_sensitive (self->many_button, has_text);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->attach_revealer), has_files);
  gtk_widget_set_visible (self->attach_revealer, has_files);
  gtk_widget_set_visible (self->hint_box,
                          has_files || gtk_text_buffer_get_line_count (self->buffer) > 1);
  update_amount (self);
}

void
lan_composer_save_draft (LanComposer *self)
{
  g_autofree char *text = NULL;

  g_clear_handle_id (&self->draft_id, g_source_remove);
  if (self->conversation == NULL || lan_composer_bar_get_mode (self->bar) == LAN_COMPOSER_EDIT)
    return;
  text = dup_text (self);
  if (g_strcmp0 (text, lan_conversation_get_draft (self->conversation)) != 0)
    lan_conversation_set_draft (self->conversation, text);
}

static gboolean
on_draft_due (gpointer user_data)
{
  LanComposer *self = user_data;

  self->draft_id = 0;
  lan_composer_save_draft (self);
  return G_SOURCE_REMOVE;
}

static void
on_buffer_changed (LanComposer *self)
{
  update (self);
  if (self->is_filling || self->conversation == NULL)
    return;
  if (self->tells_typing)
    lan_conversation_set_typing (self->conversation,
                                 gtk_text_buffer_get_char_count (self->buffer) > 0);
  if (self->draft_id == 0)
    self->draft_id = g_timeout_add (DRAFT_DELAY_MS, on_draft_due, self);
}

static void
on_preedit_changed (LanComposer *self, const char *preedit)
{
  gtk_widget_set_visible (self->placeholder,
                          *preedit == '\0' && gtk_text_buffer_get_char_count (self->buffer) == 0);
}

static void
set_text (LanComposer *self, const char *text)
{
  self->is_filling = TRUE;
  gtk_text_buffer_set_text (self->buffer, text, -1);
  self->is_filling = FALSE;
}

static void
drop_attachments (LanComposer *self)
{
  for (guint i = 0; i < self->attachments->len; i++)
    gtk_widget_destroy (gtk_widget_get_parent (g_ptr_array_index (self->attachments, i)));
  g_ptr_array_set_size (self->attachments, 0);
}

static gboolean
send_files (LanComposer *self)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = NULL;

  if (self->attachments->len == 0)
    return TRUE;
  for (guint i = 0; i < self->attachments->len; i++)
    g_ptr_array_add (paths,
                     g_strdup (lan_attachment_get_path (g_ptr_array_index (self->attachments, i))));
  g_ptr_array_add (paths, NULL);
  ids =
      lan_conversation_send_files (self->conversation, (const char *const *) paths->pdata, &error);
  if (ids == NULL) {
    fail (self, error->message);
    return FALSE;
  }
  drop_attachments (self);
  return TRUE;
}

static void
on_edited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanComposer) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = lan_node_operate_finish (LAN_NODE (source), result, &error);

  if (id == NULL)
    fail (self, error->message);
}

/* Returns: FALSE with @error when it is not taken. */
static gboolean
send_text (LanComposer *self, const char *text, GError **error)
{
  LanMessage *message = lan_composer_bar_get_message (self->bar);
  g_autofree char *id = NULL;
  g_auto (GStrv) called = lan_mention_popup_dup_called (self->mentions, text);

  switch (lan_composer_bar_get_mode (self->bar)) {
  case LAN_COMPOSER_EDIT:
    lan_node_edit_message_async (self->node, message, text, NULL, on_edited, g_object_ref (self));
    return TRUE;
  case LAN_COMPOSER_REPLY:
  case LAN_COMPOSER_NEW:
  default:
    id = lan_node_send_message (self->node, lan_conversation_get_person (self->conversation), text,
                                message, (const char *const *) called,
                                gtk_toggle_button_get_active (self->urgent_button), error);
    break;
  }
  return id != NULL;
}

/* What was to be another text of a message is no draft. */
static void
on_bar_cleared (LanComposer *self)
{
  if (lan_composer_bar_get_mode (self->bar) == LAN_COMPOSER_EDIT)
    set_text (self, "");
}

void
lan_composer_begin (LanComposer *self, LanComposerMode mode, LanMessage *message)
{
  lan_composer_bar_clear (self->bar);
  if (mode == LAN_COMPOSER_EDIT) {
    lan_composer_save_draft (self);
    set_text (self, lan_message_get_text (message));
    g_clear_handle_id (&self->draft_id, g_source_remove);
  }
  lan_composer_bar_set (self->bar, mode, message);
  update (self);
  lan_composer_focus (self);
}

void
lan_composer_clear (LanComposer *self)
{
  lan_composer_bar_clear (self->bar);
  set_text (self, "");
  gtk_toggle_button_set_active (self->urgent_button, FALSE);
  lan_conversation_set_typing (self->conversation, FALSE);
  lan_composer_save_draft (self);
  update (self);
}

static void
on_send (LanComposer *self)
{
  g_autofree char *text = dup_text (self);
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autoptr (GError) error = NULL;

  if (self->conversation == NULL || !send_files (self))
    return;
  if (*stripped != '\0' && !send_text (self, text, &error)) {
    fail (self, error->message);
    return;
  }
  lan_composer_clear (self);
}

char *
lan_composer_dup_text (LanComposer *self, gboolean *urgent)
{
  *urgent = gtk_toggle_button_get_active (self->urgent_button);
  return dup_text (self);
}

static void
on_many (LanComposer *self)
{
  g_signal_emit (self, send_to_many_signal, 0);
}

/* The input method comes first: the Enter that ends a composition must not send half a word. */
static gboolean
on_key_press (LanComposer *self, GdkEventKey *event)
{
  gboolean shift = (event->state & GDK_SHIFT_MASK) != 0;
  gboolean control = (event->state & GDK_CONTROL_MASK) != 0;

  if (lan_mention_popup_key (self->mentions, event))
    return TRUE;
  if (event->keyval == GDK_KEY_Escape &&
      lan_composer_bar_get_mode (self->bar) != LAN_COMPOSER_NEW &&
      !gtk_text_view_im_context_filter_keypress (self->view, event)) {
    lan_composer_bar_clear (self->bar);
    return TRUE;
  }
  if (event->keyval != GDK_KEY_Return && event->keyval != GDK_KEY_KP_Enter &&
      event->keyval != GDK_KEY_ISO_Enter)
    return FALSE;
  if (gtk_text_view_im_context_filter_keypress (self->view, event))
    return TRUE;
  if (shift || (event->state & GDK_MOD1_MASK) || (!self->enter_sends && !control))
    return FALSE;
  on_send (self);
  return TRUE;
}

static gboolean
on_focus_changed (LanComposer *self)
{
  GtkStyleContext *context = gtk_widget_get_style_context (self->input_box);

  if (gtk_widget_has_focus (GTK_WIDGET (self->view)))
    gtk_style_context_add_class (context, "focus");
  else
    gtk_style_context_remove_class (context, "focus");
  return FALSE;
}

/* Eight lines of the person's own font, whatever its size. */
static void
update_height (LanComposer *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self->view));
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int line = (pango_font_metrics_get_ascent (metrics) + pango_font_metrics_get_descent (metrics)) /
             PANGO_SCALE;

  pango_font_metrics_unref (metrics);
  gtk_scrolled_window_set_max_content_height (self->scroller, MAX (line, 12) * MAX_LINES);
}

/* While everything fits, nothing is scrolled away: the view scrolls to the cursor before it has got
 * the height that the new line needs. */
static void
on_view_allocated (LanComposer *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  int natural;

  gtk_widget_get_preferred_height (GTK_WIDGET (self->view), NULL, &natural);
  if (natural <= gtk_widget_get_allocated_height (GTK_WIDGET (self->scroller)))
    gtk_adjustment_set_value (adjustment, 0);
}

static void
on_attachment_removed (LanAttachment *attachment, LanComposer *self)
{
  g_ptr_array_remove (self->attachments, attachment);
  gtk_widget_destroy (gtk_widget_get_parent (GTK_WIDGET (attachment)));
  update (self);
  lan_composer_focus (self);
}

static void
add_file (LanComposer *self, const char *path, guint64 size)
{
  GtkWidget *attachment;

  if (self->attachments->len >= MAX_ATTACHMENTS) {
    fail (self, _ ("At most 50 files can be sent at once."));
    return;
  }
  attachment = lan_attachment_new (path, size);
  g_signal_connect_object (attachment, "removed", G_CALLBACK (on_attachment_removed), self, 0);
  gtk_flow_box_insert (self->attach_box, attachment, -1);
  gtk_widget_set_can_focus (gtk_widget_get_parent (attachment), FALSE);
  g_ptr_array_add (self->attachments, attachment);
  update (self);
  lan_composer_focus (self);
}

typedef struct {
  LanComposer *self;
  GCancellable *cancellable;
} Query;

static void
on_file_info (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Query *query = user_data;
  g_autoptr (LanComposer) self = query->self;
  g_autoptr (GCancellable) cancellable = query->cancellable;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  g_autofree char *path = g_file_get_path (G_FILE (source));

  if (g_cancellable_is_cancelled (cancellable))
    return;
  if (info == NULL)
    fail (self, error->message);
  else if (path == NULL)
    fail (self, _ ("This file is not on this computer. Copy it here first."));
  else if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    add_file (self, path, LAN_ATTACHMENT_FOLDER);
  else if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    fail (self, _ ("Only ordinary files and folders can be sent."));
  else
    add_file (self, path, (guint64) g_file_info_get_size (info));
}

void
lan_composer_add_uris (LanComposer *self, const char *const *uris)
{
  if (self->conversation == NULL)
    return;
  for (guint i = 0; uris[i] != NULL && i < MAX_ATTACHMENTS; i++) {
    g_autoptr (GFile) file = g_file_new_for_uri (uris[i]);
    Query *query = g_new0 (Query, 1);

    query->self = g_object_ref (self);
    query->cancellable = g_object_ref (self->cancellable);
    g_file_query_info_async (
        file, G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE,
        G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, self->cancellable, on_file_info, query);
  }
}

static void
on_files_chosen (GtkNativeDialog *dialog, int response, LanComposer *self)
{
  if (response == GTK_RESPONSE_ACCEPT) {
    GSList *chosen = gtk_file_chooser_get_uris (GTK_FILE_CHOOSER (dialog));

    for (GSList *l = chosen; l != NULL; l = l->next)
      lan_composer_add_uris (self, (const char *[]){ l->data, NULL });
    g_slist_free_full (chosen, g_free);
  }
  gtk_native_dialog_destroy (dialog);
}

static void
choose (LanComposer *self, const char *title, GtkFileChooserAction action)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, GTK_WINDOW (window), action,
                                                              _ ("_Choose"), _ ("_Cancel"));

  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_files_chosen), self, 0);
  g_object_set_data_full (G_OBJECT (self), "dialog", dialog, g_object_unref);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_attach_files (LanComposer *self)
{
  choose (self, _ ("Send files"), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
on_attach_folder (LanComposer *self)
{
  choose (self, _ ("Send a folder"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
on_emoji (LanComposer *self)
{
  lan_composer_focus (self);
  g_signal_emit_by_name (self->view, "insert-emoji");
}

static void
on_pasted (const LanPaste *paste, gpointer user_data)
{
  LanComposer *self = user_data;

  if (paste->uris != NULL) {
    lan_composer_add_uris (self, (const char *const *) paste->uris);
  } else if (paste->text != NULL) {
    gtk_text_buffer_delete_selection (self->buffer, TRUE, TRUE);
    gtk_text_buffer_insert_at_cursor (self->buffer, paste->text, -1);
    gtk_text_view_scroll_mark_onscreen (self->view, gtk_text_buffer_get_insert (self->buffer));
  } else if (paste->error != NULL) {
    fail (self, paste->error->message);
  }
}

static void
on_paste (LanComposer *self)
{
  g_signal_stop_emission_by_name (self->view, "paste-clipboard");
  lan_paste_request (GTK_WIDGET (self->view), on_pasted, g_object_ref (self), g_object_unref);
}

void
lan_composer_set_conversation (LanComposer *self, LanNode *node, LanConversation *conversation)
{
  g_set_object (&self->node, node);
  if (self->conversation == conversation)
    return;
  lan_composer_bar_clear (self->bar);
  if (self->conversation != NULL) {
    lan_conversation_set_typing (self->conversation, FALSE);
    lan_composer_save_draft (self);
  }
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  drop_attachments (self);
  gtk_toggle_button_set_active (self->urgent_button, FALSE);
  g_set_object (&self->conversation, conversation);
  lan_mention_people_follow (
      self->mentions, conversation != NULL ? lan_conversation_get_person (conversation) : NULL);
  set_text (self, conversation != NULL ? lan_conversation_get_draft (conversation) : "");
  update (self);
}

void
lan_composer_set_habits (LanComposer *self, gboolean enter_sends, gboolean tells_typing)
{
  self->enter_sends = enter_sends;
  self->tells_typing = tells_typing;
  gtk_label_set_text (self->hint_label, enter_sends ? _ ("Enter sends, Shift+Enter breaks the line")
                                                    : _ ("Ctrl+Enter sends"));
}

void
lan_composer_focus (LanComposer *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
dispose (GObject *object)
{
  LanComposer *self = LAN_COMPOSER (object);

  g_clear_handle_id (&self->draft_id, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->conversation);
  g_clear_object (&self->node);
  g_clear_pointer (&self->attachments, g_ptr_array_unref);
  G_OBJECT_CLASS (lan_composer_parent_class)->dispose (object);
}

static void
lan_composer_class_init (LanComposerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  send_to_many_signal = g_signal_new ("send-to-many", LAN_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 0);
  failed_signal = g_signal_new ("failed", LAN_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  g_type_ensure (LAN_TYPE_COMPOSER_BAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/composer.ui");
  gtk_widget_class_bind_template_child (widget_class, LanComposer, attach_revealer);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, attach_box);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, bar);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, input_box);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, scroller);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, view);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, placeholder);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, send_button);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, urgent_button);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, many_button);
  gtk_widget_class_bind_template_callback (widget_class, on_many);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, hint_box);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, hint_label);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, amount_label);
  gtk_widget_class_bind_template_callback (widget_class, on_send);
  gtk_widget_class_bind_template_callback (widget_class, on_attach_files);
  gtk_widget_class_bind_template_callback (widget_class, on_attach_folder);
  gtk_widget_class_bind_template_callback (widget_class, on_bar_cleared);
  gtk_widget_class_bind_template_callback (widget_class, on_emoji);
  gtk_widget_class_bind_template_callback (widget_class, on_key_press);
  gtk_widget_class_bind_template_callback (widget_class, on_focus_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_preedit_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_paste);
  gtk_widget_class_bind_template_callback (widget_class, update_height);
  gtk_widget_class_bind_template_callback (widget_class, on_view_allocated);
}

static void
lan_composer_init (LanComposer *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->attachments = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  self->buffer = gtk_text_view_get_buffer (self->view);
  g_signal_connect_object (self->buffer, "changed", G_CALLBACK (on_buffer_changed), self,
                           G_CONNECT_SWAPPED);
  self->mentions = lan_mention_popup_new (self->view, self->input_box);
  lan_composer_set_habits (self, TRUE, TRUE);
  lan_layout_keep_requests (GTK_WIDGET (self->view), GTK_WIDGET (self));
  update_height (self);
  update (self);
}
