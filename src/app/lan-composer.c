/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-composer.h"

#include "lan-composer-files.h"
#include "lan-emoji-picker.h"
#include "lan-emoji-popup.h"
#include "lan-layout.h"
#include "lan-mention-people.h"
#include "lan-note-bar.h"
#include "lan-paste.h"
#include "lan-preedit.h"
#include "lan-sticker-offer.h"
#include "lan-sticker-window.h"

#include <glib/gi18n.h>
#include <lan-node-message.h>
#include <lan-voice-note.h>

#define MAX_LINES      8
#define DRAFT_DELAY_MS 700

struct _LanComposer {
  GtkBox parent;
  LanNode *node;
  LanConversation *conversation;
  guint draft_id;
  gboolean enter_sends;
  gboolean tells_typing;
  gboolean is_filling;
  LanComposerFiles *files;
  LanComposerBar *bar;
  LanMentionPopup *mentions; /* owned by the view */
  LanEmojiPopup *emoji;      /* as well */
  GtkWidget *emoji_button;
  LanNoteBar *note_bar;
  GtkWidget *input_line; /* gives way to the bar */
  GtkWidget *mic_button;
  GtkWidget *picker; /* once it was opened */
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
update (LanComposer *self)
{
  gboolean has_text = gtk_text_buffer_get_char_count (self->buffer) > 0;
  gboolean has_files = lan_composer_files_get_count (self->files) > 0;
  g_autofree char *amount = lan_composer_files_dup_amount (self->files);

  gtk_widget_set_visible (self->placeholder, !has_text);
  gtk_widget_set_visible (self->send_button, has_text || has_files);
  gtk_widget_set_visible (self->mic_button, !has_text && !has_files);
  gtk_widget_set_visible (GTK_WIDGET (self->urgent_button), has_text);
  gtk_widget_set_sensitive (self->many_button, has_text);
  gtk_widget_set_visible (self->hint_box,
                          has_files || gtk_text_buffer_get_line_count (self->buffer) > 1);
  gtk_label_set_text (self->amount_label, amount);
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

static gboolean
send_files (LanComposer *self)
{
  g_auto (GStrv) paths = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = NULL;

  if (lan_composer_files_get_count (self->files) == 0)
    return TRUE;
  paths = lan_composer_files_dup_paths (self->files);
  ids = lan_conversation_send_files (self->conversation, (const char *const *) paths, &error);
  if (ids == NULL) {
    fail (self, error->message);
    return FALSE;
  }
  lan_composer_files_clear (self->files);
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
  g_autofree char *text = NULL;
  g_autofree char *stripped = NULL;
  g_autoptr (GError) error = NULL;

  lan_preedit_settle (self->view);
  text = dup_text (self);
  stripped = g_strstrip (g_strdup (text));
  if (self->conversation == NULL || !send_files (self))
    return;
  if (*stripped != '\0' && !send_text (self, text, &error)) {
    fail (self, error->message);
    return;
  }
  lan_composer_clear (self);
  lan_composer_focus (self); /* the button had it, and goes */
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

  if (lan_mention_popup_key (self->mentions, event) || lan_emoji_popup_key (self->emoji, event))
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
  if (lan_preedit_composes (self->view))
    return FALSE;
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
on_files_changed (LanComposer *self)
{
  update (self);
  lan_composer_focus (self);
}

void
lan_composer_add_uris (LanComposer *self, const char *const *uris)
{
  if (self->conversation != NULL)
    lan_composer_files_add_uris (self->files, uris);
}

static void
on_attach_files (LanComposer *self)
{
  lan_composer_files_choose (self->files, _ ("Send files"), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
on_attach_folder (LanComposer *self)
{
  lan_composer_files_choose (self->files, _ ("Send a folder"),
                             GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
on_mic (LanComposer *self)
{
  if (self->conversation == NULL)
    return;
  gtk_widget_hide (self->input_line);
  lan_note_bar_begin (self->note_bar, self->node);
}

static void
on_note_ended (LanComposer *self)
{
  gtk_widget_show (self->input_line);
  lan_composer_focus (self);
}

static void
on_note_taken (LanComposer *self, LanVoiceNote *note)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = lan_node_send_note (
      self->node, lan_conversation_get_person (self->conversation), note, &error);

  if (id == NULL)
    fail (self, error->message);
}

static void
on_emoji_picked (LanComposer *self, const char *text)
{
  gtk_text_buffer_delete_selection (self->buffer, TRUE, TRUE);
  gtk_text_buffer_insert_at_cursor (self->buffer, text, -1);
  lan_composer_focus (self);
}

/* A reply may be one too; what else is written stays. */
static void
on_sticker (LanComposer *self, LanSticker *sticker)
{
  gboolean replies = lan_composer_bar_get_mode (self->bar) == LAN_COMPOSER_REPLY;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  if (self->conversation == NULL)
    return;
  id = lan_node_send_sticker (self->node, lan_conversation_get_person (self->conversation), sticker,
                              replies ? lan_composer_bar_get_message (self->bar) : NULL, &error);
  if (id == NULL)
    fail (self, error->message);
  else if (replies)
    lan_composer_bar_clear (self->bar);
  lan_composer_focus (self);
}

static void
on_sticker_completed (LanSticker *sticker, gpointer user_data)
{
  on_sticker (user_data, sticker);
}

static void
on_offer_stickers (LanComposer *self, const char *set)
{
  if (self->conversation != NULL)
    lan_sticker_offer_ask (GTK_WIDGET (self), self->node,
                           lan_conversation_get_person (self->conversation), set);
}

static void
on_add_sticker (LanComposer *self)
{
  lan_sticker_window_choose (GTK_WIDGET (self), self->node);
}

static void
open_picker (LanComposer *self)
{
  if (self->node == NULL)
    return;
  lan_preedit_settle (self->view);
  if (self->picker == NULL) {
    self->picker = lan_emoji_picker_new (self->emoji_button, self->node);
    g_signal_connect_object (self->picker, "picked", G_CALLBACK (on_emoji_picked), self,
                             G_CONNECT_SWAPPED);
    g_signal_connect_object (self->picker, "sticker", G_CALLBACK (on_sticker), self,
                             G_CONNECT_SWAPPED);
    g_signal_connect_object (self->picker, "offer-stickers", G_CALLBACK (on_offer_stickers), self,
                             G_CONNECT_SWAPPED);
    g_signal_connect_object (self->picker, "add-sticker", G_CALLBACK (on_add_sticker), self,
                             G_CONNECT_SWAPPED);
    lan_emoji_picker_allow_stickers (LAN_EMOJI_PICKER (self->picker));
  }
  lan_emoji_picker_open (LAN_EMOJI_PICKER (self->picker));
}

/* Ctrl+. and the menu of the field open the same one as the button. */
static void
on_emoji (LanComposer *self)
{
  g_signal_stop_emission_by_name (self->view, "insert-emoji");
  open_picker (self);
}

static void
on_emoji_clicked (LanComposer *self)
{
  open_picker (self);
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
  lan_emoji_popup_set_node (self->emoji, node);
  if (self->conversation == conversation)
    return;
  lan_note_bar_cancel (self->note_bar);
  lan_preedit_settle (self->view); /* what is composed belongs to the conversation before */
  lan_composer_bar_clear (self->bar);
  if (self->conversation != NULL) {
    lan_conversation_set_typing (self->conversation, FALSE);
    lan_composer_save_draft (self);
  }
  lan_composer_files_discard (self->files);
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
  g_clear_object (&self->conversation);
  g_clear_object (&self->node);
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
  g_type_ensure (LAN_TYPE_COMPOSER_FILES);
  g_type_ensure (LAN_TYPE_NOTE_BAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/composer.ui");
  gtk_widget_class_bind_template_child (widget_class, LanComposer, files);
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
  gtk_widget_class_bind_template_callback (widget_class, on_files_changed);
  gtk_widget_class_bind_template_callback (widget_class, fail);
  gtk_widget_class_bind_template_callback (widget_class, on_bar_cleared);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, emoji_button);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, note_bar);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, input_line);
  gtk_widget_class_bind_template_child (widget_class, LanComposer, mic_button);
  gtk_widget_class_bind_template_callback (widget_class, on_mic);
  gtk_widget_class_bind_template_callback (widget_class, on_note_ended);
  gtk_widget_class_bind_template_callback (widget_class, on_note_taken);
  gtk_widget_class_bind_template_callback (widget_class, on_emoji);
  gtk_widget_class_bind_template_callback (widget_class, on_emoji_clicked);
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
  self->buffer = gtk_text_view_get_buffer (self->view);
  g_signal_connect_object (self->buffer, "changed", G_CALLBACK (on_buffer_changed), self,
                           G_CONNECT_SWAPPED);
  lan_preedit_watch (self->view);
  self->emoji = lan_emoji_popup_new (self->view, self->input_box);
  lan_emoji_popup_set_chosen (self->emoji, on_sticker_completed, self);
  self->mentions = lan_mention_popup_new (self->view, self->input_box);
  lan_composer_set_habits (self, TRUE, TRUE);
  lan_layout_keep_requests (GTK_WIDGET (self->view), GTK_WIDGET (self));
  update_height (self);
  update (self);
}
