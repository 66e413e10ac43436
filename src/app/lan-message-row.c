/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-message-row.h"

#include "lan-avatar.h"
#include "lan-call-text.h"
#include "lan-chat-view.h"
#include "lan-format.h"
#include "lan-group-look.h"
#include "lan-link-dialog.h"
#include "lan-message-extras.h"
#include "lan-message-state.h"
#include "lan-note-card.h"
#include "lan-picture-card.h"
#include "lan-readers-popover.h"
#include "lan-rich-view.h"
#include "lan-sticker-view.h"
#include "lan-transfer-card.h"

#include <glib/gi18n.h>

#define GAP_WITHIN  3
#define GAP_BETWEEN 12

#define STICKER_SIDE 160 /* px */

#define AS_TYPED "lan-as-typed" /* on a message that is shown so */

struct _LanMessageRow {
  GtkListBoxRow parent;
  LanMessage *message;
  LanBubblePlace place;
  GtkBox *line;
  GtkBox *avatar_slot;
  LanAvatar *avatar; /* only below the last bubble of a group */
  GtkBox *middle;
  GtkBox *column;
  GtkBox *bubble;
  GtkWidget *card;   /* of a file; NULL: none */
  GtkWidget *sender; /* above the first of somebody's bubbles in a group; NULL: not made yet */
  LanMessageExtras extras;
  LanRichView *text;
  LanTextHabits *habits;
  GtkBox *meta;
  GtkLabel *time_label;
  GtkImage *state_icon;
  GtkWidget *share_button; /* of so many so many have it; NULL: not made yet */
};

G_DEFINE_TYPE (LanMessageRow, lan_message_row, GTK_TYPE_LIST_BOX_ROW)

static void
add_moment (GString *out, const char *what, gint64 time_ms)
{
  g_autofree char *moment = NULL;

  if (time_ms <= 0)
    return;
  moment = lan_format_moment (time_ms);
  /* Translators: what happened to a message, and when */
  g_string_append_printf (out, _ ("%s: %s"), what, moment);
  g_string_append_c (out, '\n');
}

static void
add_carrier (GString *out, const char *name)
{
  if (name == NULL)
    g_string_append (out, _ ("In a file for them, sealed"));
  else
    /* Translators: a colleague's name */
    g_string_append_printf (out, _ ("Carried by %s, sealed, until they meet"), name);
  g_string_append_c (out, '\n');
}

char *
lan_message_row_dup_info (LanMessageRow *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  LanMessageStatus status = lan_message_get_status (self->message);

  add_moment (text, _ ("Written"), lan_message_get_time (self->message));
  add_moment (text, lan_message_get_own (self->message) ? _ ("Delivered") : _ ("Arrived"),
              lan_message_get_delivered_time (self->message));
  add_moment (text, _ ("Read"), lan_message_get_read_time (self->message));
  if (status == LAN_MESSAGE_STATUS_QUEUED && !lan_group_look_has_readers (self->message))
    g_string_append_printf (text, "%s\n", _ ("Goes out when both of you are on the network"));
  if (status == LAN_MESSAGE_STATUS_CARRIED)
    add_carrier (text, lan_message_get_carrier (self->message));
  if (status == LAN_MESSAGE_STATUS_FAILED) {
    g_autofree char *words = lan_message_state_words (self->message);

    g_string_append_printf (text, "%s\n", words);
  }
  if (lan_message_get_sent_again (self->message))
    g_string_append_printf (text, "%s\n", _ ("Sent again to the new key"));
  if (text->len > 0)
    g_string_truncate (text, text->len - 1);
  return g_strdup (text->str);
}

static gboolean
on_query_tooltip (LanMessageRow *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  g_autofree char *text = lan_message_row_dup_info (self);

  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* What is said in the place of a text; NULL: there is one. (transfer full) */
static char *
words_instead (LanMessage *message)
{
  if (lan_message_get_recalled (message))
    return g_strdup (lan_message_get_own (message) ? _ ("You took this message back.")
                                                   : _ ("This message was taken back."));
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_UNKNOWN)
    return g_strdup (_ ("This needs a newer version of Lanyard to be shown."));
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_CALL)
    return lan_call_text (message);
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_NOTE)
    return lan_note_card_words (message);
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_STICKER)
    return lan_sticker_view_words (message);
  return NULL;
}

static char *
words_of (LanMessage *message)
{
  char *instead = words_instead (message);

  return instead != NULL ? instead : g_strdup (lan_message_get_text (message));
}

static gboolean
is_event (LanMessageRow *self)
{
  return lan_message_get_kind (self->message) == LAN_MESSAGE_KIND_EVENT;
}

static void
update_accessible (LanMessageRow *self)
{
  gboolean own = lan_message_get_own (self->message);
  const char *who = own ? _ ("You") : lan_person_get_name (lan_message_get_author (self->message));
  g_autofree char *clock = lan_format_clock (lan_message_get_time (self->message));
  g_autofree char *words = words_of (self->message);
  g_autofree char *state = lan_message_state_words (self->message);
  g_autofree char *name =
      g_strdup_printf ("%s, %s: %s%s%s", who, clock, words, own ? ", " : "", own ? state : "");

  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), name);
}

static void
on_share_clicked (LanMessageRow *self)
{
  lan_readers_popover_open (self->share_button, self->message, "");
}

/* Made for those own messages in groups only that some members lack. */
static void
update_share (LanMessageRow *self)
{
  g_autofree char *text = lan_group_look_share (self->message);

  if (text != NULL && self->share_button == NULL) {
    self->share_button = gtk_button_new_with_label ("");
    gtk_button_set_relief (GTK_BUTTON (self->share_button), GTK_RELIEF_NONE);
    gtk_style_context_add_class (gtk_widget_get_style_context (self->share_button), "share");
    g_signal_connect_swapped (self->share_button, "clicked", G_CALLBACK (on_share_clicked), self);
    gtk_box_pack_start (self->meta, self->share_button, FALSE, FALSE, 0);
    gtk_box_reorder_child (self->meta, self->share_button, 1);
  }
  if (text != NULL && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (self->share_button)), text) != 0)
    gtk_button_set_label (GTK_BUTTON (self->share_button), text);
  if (self->share_button != NULL)
    gtk_widget_set_visible (self->share_button, text != NULL);
}

static void
update_state (LanMessageRow *self)
{
  LanMessageStatus status = lan_message_get_status (self->message);
  const char *icon = lan_message_state_icon (status);
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self->state_icon));

  gtk_widget_set_visible (GTK_WIDGET (self->state_icon), icon != NULL);
  if (icon != NULL)
    gtk_image_set_from_icon_name (self->state_icon, icon, GTK_ICON_SIZE_MENU);
  gtk_style_context_remove_class (context, "metaread");
  gtk_style_context_remove_class (context, "errfg");
  if (status == LAN_MESSAGE_STATUS_READ)
    gtk_style_context_add_class (context, "metaread");
  else if (status == LAN_MESSAGE_STATUS_FAILED)
    gtk_style_context_add_class (context, "errfg");
  update_share (self);
  update_accessible (self);
}

static void
on_link (LanMessageRow *self, const char *uri)
{
  lan_link_dialog_ask (GTK_WIDGET (self), uri);
}

static void
fill_event (LanMessageRow *self)
{
  g_autofree char *text = lan_group_look_event (self->message);

  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 56);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim");
  gtk_widget_show (label);
  gtk_box_pack_start (self->bubble, label, FALSE, FALSE, 0);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), text);
}

static void
fill_text (LanMessageRow *self)
{
  g_autofree char *instead = words_instead (self->message);

  if (instead != NULL)
    lan_rich_view_set_words (self->text, instead);
  else
    lan_rich_view_set_text (self->text, lan_message_get_text (self->message),
                            (const char *const *) self->habits->names,
                            self->habits->formats && !lan_message_row_get_as_typed (self));
}

static void
on_picture (LanMessageRow *self)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (self), LAN_TYPE_CHAT_VIEW);

  if (view != NULL)
    lan_chat_view_show_picture (LAN_CHAT_VIEW (view), self->message);
}

static GtkWidget *
make_card (LanMessageRow *self, LanTransfer *transfer)
{
  GtkStyleContext *bubble = gtk_widget_get_style_context (GTK_WIDGET (self->bubble));
  GtkWidget *card;

  if (!lan_picture_card_fits (transfer))
    return lan_transfer_card_new (transfer, FALSE);
  gtk_style_context_add_class (bubble, "haspicture");
  card = lan_picture_card_new (transfer);
  g_signal_connect_object (card, "activated", G_CALLBACK (on_picture), self, G_CONNECT_SWAPPED);
  if (self->habits->fetches)
    lan_picture_card_fetch (LAN_PICTURE_CARD (card));
  return card;
}

static void
fill_note (LanMessageRow *self)
{
  if (lan_message_get_kind (self->message) != LAN_MESSAGE_KIND_NOTE ||
      lan_message_get_recalled (self->message))
    return;
  gtk_widget_hide (GTK_WIDGET (self->text));
  self->card = lan_note_card_new (self->message);
  gtk_box_pack_start (self->bubble, self->card, TRUE, TRUE, 0);
}

/* Without a bubble. */
static void
fill_sticker (LanMessageRow *self)
{
  if (lan_message_get_kind (self->message) != LAN_MESSAGE_KIND_STICKER ||
      lan_message_get_recalled (self->message))
    return;
  gtk_widget_hide (GTK_WIDGET (self->text));
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self->bubble)), "bare");
  self->card = lan_sticker_view_new_for_message (self->message, STICKER_SIDE);
  gtk_widget_set_halign (self->card,
                         lan_message_get_own (self->message) ? GTK_ALIGN_END : GTK_ALIGN_START);
  gtk_box_pack_start (self->bubble, self->card, TRUE, TRUE, 0);
}

static void
fill_transfer (LanMessageRow *self)
{
  LanTransfer *transfer = lan_message_get_transfer (self->message);

  if (transfer == NULL || self->card != NULL || lan_message_get_recalled (self->message))
    return;
  gtk_widget_hide (GTK_WIDGET (self->text));
  self->card = make_card (self, transfer);
  gtk_box_pack_start (self->bubble, self->card, TRUE, TRUE, 0);
}

/* Something was said about it: an edit, a recall, reactions, a pin. */
static void
update_shown (LanMessageRow *self)
{
  if (lan_message_get_recalled (self->message) && self->card != NULL) {
    g_clear_pointer (&self->card, gtk_widget_destroy);
    gtk_style_context_remove_class (gtk_widget_get_style_context (GTK_WIDGET (self->bubble)),
                                    "haspicture");
    gtk_style_context_remove_class (gtk_widget_get_style_context (GTK_WIDGET (self->bubble)),
                                    "bare");
    gtk_widget_show (GTK_WIDGET (self->text));
  }
  fill_text (self);
  lan_message_extras_update (&self->extras, self->message, self->bubble, self->column);
  update_accessible (self);
}

static void
show_avatar (LanMessageRow *self, gboolean shows)
{
  if (shows && self->avatar == NULL) {
    self->avatar = g_object_new (LAN_TYPE_AVATAR, "size", 32, NULL);
    lan_avatar_set_name (self->avatar,
                         lan_person_get_name (lan_message_get_author (self->message)));
    gtk_box_pack_end (self->avatar_slot, GTK_WIDGET (self->avatar), FALSE, FALSE, 0);
  }
  if (self->avatar != NULL)
    gtk_widget_set_visible (GTK_WIDGET (self->avatar), shows);
}

/* Who says it, where several may. */
static void
show_sender (LanMessageRow *self, gboolean shows)
{
  if (lan_person_get_group (lan_message_get_peer (self->message)) == NULL)
    return;
  if (shows && self->sender == NULL) {
    self->sender = gtk_label_new (lan_person_get_name (lan_message_get_author (self->message)));
    gtk_label_set_xalign (GTK_LABEL (self->sender), 0);
    gtk_label_set_ellipsize (GTK_LABEL (self->sender), PANGO_ELLIPSIZE_END);
    gtk_widget_set_margin_start (self->sender, 12);
    gtk_widget_set_margin_bottom (self->sender, 2);
    gtk_style_context_add_class (gtk_widget_get_style_context (self->sender), "section");
    gtk_box_pack_start (self->column, self->sender, FALSE, FALSE, 0);
    gtk_box_reorder_child (self->column, self->sender, 0);
  }
  if (self->sender != NULL)
    gtk_widget_set_visible (self->sender, shows);
}

void
lan_message_row_set_place (LanMessageRow *self, LanBubblePlace place, gboolean shows_meta)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self->bubble));
  gboolean starts = place == LAN_BUBBLE_ONE || place == LAN_BUBBLE_FIRST;
  gboolean ends = place == LAN_BUBBLE_ONE || place == LAN_BUBBLE_LAST;

  if (is_event (self))
    return;
  gtk_style_context_remove_class (context, lan_bubble_class (self->place));
  gtk_style_context_add_class (context, lan_bubble_class (place));
  self->place = place;
  gtk_widget_set_margin_top (GTK_WIDGET (self->line), starts ? GAP_BETWEEN : GAP_WITHIN);
  gtk_widget_set_visible (GTK_WIDGET (self->meta), shows_meta);
  if (lan_message_get_own (self->message))
    return;
  show_avatar (self, ends);
  show_sender (self, starts);
}

void
lan_message_row_copy (LanMessageRow *self)
{
  GtkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self), GDK_SELECTION_CLIPBOARD);

  gtk_clipboard_set_text (clipboard, lan_message_get_text (self->message), -1);
}

void
lan_message_row_select_text (LanMessageRow *self)
{
  if (gtk_widget_get_visible (GTK_WIDGET (self->text)))
    lan_rich_view_select (self->text);
}

gboolean
lan_message_row_has_link (LanMessageRow *self)
{
  return gtk_widget_get_visible (GTK_WIDGET (self->text)) &&
         lan_rich_view_get_links (self->text)->len > 0;
}

void
lan_message_row_open_link (LanMessageRow *self)
{
  if (lan_message_row_has_link (self))
    lan_link_dialog_choose (GTK_WIDGET (self), lan_rich_view_get_links (self->text));
}

gboolean
lan_message_row_get_as_typed (LanMessageRow *self)
{
  return g_object_get_data (G_OBJECT (self->message), AS_TYPED) != NULL;
}

void
lan_message_row_set_as_typed (LanMessageRow *self, gboolean as_typed)
{
  g_object_set_data (G_OBJECT (self->message), AS_TYPED, as_typed ? self->message : NULL);
  fill_text (self);
}

LanTextHabits *
lan_text_habits_new (char **names, gboolean formats)
{
  LanTextHabits *habits = g_rc_box_new0 (LanTextHabits);

  habits->names = names;
  habits->formats = formats;
  return habits;
}

static void
habits_clear (gpointer data)
{
  g_strfreev (((LanTextHabits *) data)->names);
}

void
lan_text_habits_unref (LanTextHabits *habits)
{
  g_rc_box_release_full (habits, habits_clear);
}

void
lan_message_row_set_habits (LanMessageRow *self, LanTextHabits *habits)
{
  lan_text_habits_unref (self->habits);
  self->habits = g_rc_box_acquire (habits);
  fill_text (self);
  if (habits->fetches && LAN_IS_PICTURE_CARD (self->card))
    lan_picture_card_fetch (LAN_PICTURE_CARD (self->card));
}

static void
dispose (GObject *object)
{
  LanMessageRow *self = LAN_MESSAGE_ROW (object);

  g_clear_object (&self->message);
  g_clear_pointer (&self->habits, lan_text_habits_unref);
  G_OBJECT_CLASS (lan_message_row_parent_class)->dispose (object);
}

static void
lan_message_row_class_init (LanMessageRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  g_type_ensure (LAN_TYPE_RICH_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/message-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LanMessageRow, line);
  gtk_widget_class_bind_template_child (widget_class, LanMessageRow, avatar_slot);
  gtk_widget_class_bind_template_child (widget_class, LanMessageRow, middle);
  gtk_widget_class_bind_template_child (widget_class, LanMessageRow, column);
  gtk_widget_class_bind_template_child (widget_class, LanMessageRow, bubble);
  gtk_widget_class_bind_template_child (widget_class, LanMessageRow, text);
  gtk_widget_class_bind_template_child (widget_class, LanMessageRow, meta);
  gtk_widget_class_bind_template_child (widget_class, LanMessageRow, time_label);
  gtk_widget_class_bind_template_child (widget_class, LanMessageRow, state_icon);
  gtk_widget_class_bind_template_callback (widget_class, on_link);
  gtk_widget_class_bind_template_callback (widget_class, on_query_tooltip);
}

static void
lan_message_row_init (LanMessageRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* Own bubbles stand at the end of the line, their time before them. */
static void
set_side (LanMessageRow *self, gboolean own)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self->bubble));

  gtk_style_context_add_class (context, own ? "own" : "other");
  gtk_widget_set_visible (GTK_WIDGET (self->avatar_slot), !own);
  if (!own)
    return;
  gtk_widget_set_halign (GTK_WIDGET (self->middle), GTK_ALIGN_END);
  gtk_box_reorder_child (self->middle, GTK_WIDGET (self->meta), 0);
}

/* What was done to the group stands between the bubbles, in the middle. */
static void
make_event (LanMessageRow *self)
{
  GtkStyleContext *bubble = gtk_widget_get_style_context (GTK_WIDGET (self->bubble));

  gtk_style_context_remove_class (bubble, "bubble");
  gtk_style_context_remove_class (bubble, "one");
  gtk_widget_hide (GTK_WIDGET (self->text));
  gtk_widget_hide (GTK_WIDGET (self->avatar_slot));
  gtk_widget_hide (GTK_WIDGET (self->meta));
  gtk_widget_set_halign (GTK_WIDGET (self->middle), GTK_ALIGN_CENTER);
  gtk_widget_set_margin_top (GTK_WIDGET (self->line), GAP_BETWEEN);
  fill_event (self);
}

GtkWidget *
lan_message_row_new (LanMessage *message, LanTextHabits *habits)
{
  static const char *const shown[] = { "notify::text", "notify::recalled", "notify::reactions",
                                       "notify::pinned", "notify::edited-time" };
  LanMessageRow *self = g_object_new (LAN_TYPE_MESSAGE_ROW, NULL);
  g_autofree char *clock = lan_format_clock (lan_message_get_time (message));

  self->message = g_object_ref (message);
  self->habits = g_rc_box_acquire (habits);
  if (is_event (self)) {
    make_event (self);
    return GTK_WIDGET (self);
  }
  set_side (self, lan_message_get_own (message));
  gtk_label_set_text (self->time_label, clock);
  fill_transfer (self);
  fill_note (self);
  fill_sticker (self);
  update_shown (self);
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    g_signal_connect_object (message, shown[i], G_CALLBACK (update_shown), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (message, "notify::status", G_CALLBACK (update_state), self,
                           G_CONNECT_SWAPPED);
  if (lan_group_look_has_readers (message))
    g_signal_connect_object (lan_person_get_group (lan_message_get_peer (message)), "changed",
                             G_CALLBACK (update_share), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (message, "notify::transfer", G_CALLBACK (fill_transfer), self,
                           G_CONNECT_SWAPPED);
  update_state (self);
  return GTK_WIDGET (self);
}

LanMessage *
lan_message_row_get_message (LanMessageRow *self)
{
  return self->message;
}
