/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-chat-view.h"

#include "lan-avatar.h"
#include "lan-chat-search.h"
#include "lan-composer.h"
#include "lan-edit-history.h"
#include "lan-emoji-picker.h"
#include "lan-group-look.h"
#include "lan-history.h"
#include "lan-mention-people.h"
#include "lan-people-chooser.h"
#include "lan-person-bar.h"
#include "lan-person-look.h"
#include "lan-picture-window.h"
#include "lan-pin-bar.h"
#include "lan-popover.h"
#include "lan-settings.h"
#include "lan-trust-popover.h"

#include <glib/gi18n.h>
#include <lan-node-message.h>

#define MARGIN_WIDE   24
#define MARGIN_FOLDED 12
/* What a pane of this kind asks for at least and by nature: the width of the longest line must not
 * decide when the window folds. */
#define NATURAL_WIDTH 480

struct _LanChatView {
  GtkBox parent;
  LanNode *node;
  LanPerson *person;
  HdyHeaderBar *header;
  GtkWidget *back_button;
  LanAvatar *avatar;
  GtkLabel *name_label;
  GtkMenuButton *shield_button;
  GtkImage *shield_icon;
  GtkWidget *call_button;
  GtkImage *reach_icon;
  GtkLabel *reach_label;
  LanPersonBar *bar;
  GtkRevealer *notice_revealer;
  GtkLabel *notice_label;
  LanChatSearch *search;
  LanPinBar *pins;
  LanHistory *history;
  GtkLabel *typing_label;
  LanComposer *composer;
};

G_DEFINE_TYPE (LanChatView, lan_chat_view, GTK_TYPE_BOX)

static void
update_typing (LanChatView *self)
{
  gboolean typing = lan_person_get_typing (self->person);
  g_autofree char *text = NULL;

  if (typing) {
    text = g_strdup_printf (_ ("%s is typing…"), lan_person_get_name (self->person));
    gtk_label_set_text (self->typing_label, text);
  }
  gtk_widget_set_visible (GTK_WIDGET (self->typing_label), typing);
}

/* A group has no key and no way of its own: who is in it stands in their place. */
static gboolean
update_group (LanChatView *self)
{
  LanGroupChat *group = lan_person_get_group (self->person);
  g_autofree char *line = group != NULL ? lan_group_look_line (group) : NULL;
  g_autofree char *typing = group != NULL ? lan_group_look_typing (group) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->shield_button), group == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->reach_icon), group == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->composer),
                          group == NULL || lan_group_look_closed (group) == NULL);
  if (group == NULL)
    return FALSE;
  gtk_label_set_text (self->name_label, lan_group_chat_get_name (group));
  gtk_label_set_text (self->reach_label, line);
  lan_person_look_set_style (GTK_WIDGET (self->reach_label), "dim");
  gtk_label_set_text (self->typing_label, typing != NULL ? typing : "");
  gtk_widget_set_visible (GTK_WIDGET (self->typing_label), typing != NULL);
  return TRUE;
}

static void
update (LanChatView *self)
{
  g_autofree char *reach = lan_person_look_reach (self->person);
  const char *trust = lan_person_look_trust_title (self->person);

  gtk_widget_set_visible (self->call_button, lan_person_get_group (self->person) == NULL &&
                                                 lan_person_get_accepted (self->person) &&
                                                 !lan_person_get_blocked (self->person));
  if (update_group (self))
    return;
  gtk_label_set_text (self->name_label, lan_person_get_name (self->person));
  gtk_label_set_text (self->reach_label, reach);
  gtk_image_set_from_icon_name (self->reach_icon, lan_person_look_reach_icon (self->person),
                                GTK_ICON_SIZE_MENU);
  lan_person_look_set_style (GTK_WIDGET (self->reach_icon),
                             lan_person_look_reach_style (self->person));
  lan_person_look_set_style (
      GTK_WIDGET (self->reach_label),
      lan_person_get_online (self->person) &&
              g_str_equal (lan_person_look_reach_style (self->person), "warnfg")
          ? "warnfg"
          : "dim");
  gtk_image_set_from_icon_name (self->shield_icon, lan_person_look_trust_icon (self->person),
                                GTK_ICON_SIZE_MENU);
  lan_person_look_set_style (GTK_WIDGET (self->shield_icon),
                             lan_person_look_trust_style (self->person));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->shield_button), trust);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->shield_button)), trust);
  update_typing (self);
}

static void
ensure_popover (LanChatView *self)
{
  GtkWidget *popover = GTK_WIDGET (gtk_menu_button_get_popover (self->shield_button));

  if (popover == NULL) {
    popover = lan_trust_popover_new ();
    gtk_menu_button_set_popover (self->shield_button, popover);
  }
  lan_trust_popover_set_person (LAN_TRUST_POPOVER (popover), self->person);
}

static void
on_shield_toggled (LanChatView *self)
{
  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->shield_button)))
    lan_trust_popover_set_person (
        LAN_TRUST_POPOVER (gtk_menu_button_get_popover (self->shield_button)), self->person);
}

static void
on_compare (LanChatView *self)
{
  ensure_popover (self);
  gtk_button_clicked (GTK_BUTTON (self->shield_button));
}

static void
on_failed (LanChatView *self, const char *text)
{
  lan_chat_view_notice (self, text);
}

static void
on_notice_closed (LanChatView *self)
{
  gtk_revealer_set_reveal_child (self->notice_revealer, FALSE);
}

void
lan_chat_view_notice (LanChatView *self, const char *text)
{
  GtkWidget *bar = gtk_bin_get_child (GTK_BIN (self->notice_revealer));

  gtk_style_context_add_class (gtk_widget_get_style_context (bar), "bad");
  gtk_label_set_text (self->notice_label, text);
  gtk_revealer_set_reveal_child (self->notice_revealer, TRUE);
}

void
lan_chat_view_tell (LanChatView *self, const char *text)
{
  GtkWidget *bar = gtk_bin_get_child (GTK_BIN (self->notice_revealer));

  lan_chat_view_notice (self, text);
  gtk_style_context_remove_class (gtk_widget_get_style_context (bar), "bad");
}

static void
on_call (LanChatView *self)
{
  LanCall *call = lan_node_get_call (self->node);
  g_autoptr (GError) error = NULL;

  if (call != NULL && lan_call_get_status (call) != LAN_CALL_STATUS_ENDED)
    lan_chat_view_notice (self, _ ("There is a call already."));
  else if (lan_node_start_call (self->node, self->person, &error) == NULL)
    lan_chat_view_notice (self, error->message);
}

static void
on_message_state (LanChatView *self, LanMessage *message)
{
  lan_history_message_changed (self->history, message);
}

void
lan_chat_view_add_file (LanChatView *self, const char *uri)
{
  lan_composer_add_uris (self->composer, (const char *[]){ uri, NULL });
}

static void
on_drag_data (LanChatView *self, GdkDragContext *context, int x, int y, GtkSelectionData *data,
              guint info, guint time)
{
  g_auto (GStrv) uris = gtk_selection_data_get_uris (data);

  if (uris != NULL)
    lan_composer_add_uris (self->composer, (const char *const *) uris);
  gtk_drag_finish (context, uris != NULL, FALSE, time);
}

static void
on_drag_motion (LanChatView *self)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "dropping");
}

static void
on_drag_leave (LanChatView *self)
{
  gtk_style_context_remove_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "dropping");
}

static void
update_habits (LanChatView *self)
{
  LanTextHabits *habits =
      lan_text_habits_new (lan_mention_people_names (self->node, self->person),
                           lan_settings_get_bool (self->node, LAN_SETTING_FORMATS));

  habits->fetches = lan_settings_get_bool (self->node, LAN_SETTING_PICTURES);
  lan_history_set_habits (self->history, habits);
  lan_text_habits_unref (habits);
}

void
lan_chat_view_reload_settings (LanChatView *self)
{
  if (self->node == NULL)
    return;
  update_habits (self);
  lan_composer_set_habits (self->composer,
                           lan_settings_get_bool (self->node, LAN_SETTING_ENTER_SENDS),
                           lan_settings_get_bool (self->node, LAN_SETTING_TELL_TYPING));
}

void
lan_chat_view_set_person (LanChatView *self, LanNode *node, LanPerson *person)
{
  LanConversation *conversation;

  if (self->person == person)
    return;
  if (self->person != NULL) {
    g_signal_handlers_disconnect_by_data (self->person, self);
    if (lan_person_get_group (self->person) != NULL)
      g_signal_handlers_disconnect_by_data (lan_person_get_group (self->person), self);
  }
  if (g_set_object (&self->node, node)) {
    g_signal_connect_object (node, "message-state", G_CALLBACK (on_message_state), self,
                             G_CONNECT_SWAPPED);
    lan_chat_view_reload_settings (self);
  }
  g_set_object (&self->person, person);
  conversation = person != NULL ? lan_node_open_conversation (node, person) : NULL;
  on_notice_closed (self);
  if (person != NULL)
    update_habits (self);
  lan_person_bar_set (self->bar, node, conversation);
  lan_pin_bar_set_person (self->pins, node, person);
  lan_composer_set_conversation (self->composer, node, conversation);
  lan_history_set_conversation (self->history, conversation);
  lan_chat_search_set_person (self->search, node, person);
  lan_avatar_set_person (self->avatar, person);
  if (person == NULL)
    return;
  if (lan_person_get_group (person) != NULL)
    g_signal_connect_object (lan_person_get_group (person), "changed", G_CALLBACK (update), self,
                             G_CONNECT_SWAPPED);
  else
    ensure_popover (self);
  g_signal_connect_object (person, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

LanPerson *
lan_chat_view_get_person (LanChatView *self)
{
  return self->person;
}

void
lan_chat_view_set_folded (LanChatView *self, gboolean folded)
{
  gtk_widget_set_visible (self->back_button, folded);
  lan_history_set_margin (self->history, folded ? MARGIN_FOLDED : MARGIN_WIDE);
  gtk_widget_set_margin_start (GTK_WIDGET (self->typing_label),
                               (folded ? MARGIN_FOLDED : MARGIN_WIDE) + 42);
}

void
lan_chat_view_mark_seen (LanChatView *self)
{
  lan_history_mark_seen (self->history);
}

static void
on_show_message (LanChatView *self, const char *id)
{
  lan_history_show_message (self->history, id);
}

void
lan_chat_view_show_message (LanChatView *self, const char *id)
{
  on_show_message (self, id);
}

void
lan_chat_view_reply (LanChatView *self, LanMessage *message)
{
  lan_composer_begin (self->composer, LAN_COMPOSER_REPLY, message);
}

void
lan_chat_view_edit (LanChatView *self, LanMessage *message)
{
  lan_composer_begin (self->composer, LAN_COMPOSER_EDIT, message);
}

/* Several got it; nothing is shown here, so it is said. */
static void
tell_sent (LanChatView *self, GStrv ids, GError *error)
{
  guint n = ids != NULL ? g_strv_length (ids) : 0;
  g_autofree char *text =
      g_strdup_printf (ngettext ("Sent to %u person.", "Sent to %u people.", n), n);

  if (ids != NULL)
    lan_chat_view_tell (self, text);
  else
    lan_chat_view_notice (self, error->message);
}

static LanPeopleChooser *
ask_whom (LanChatView *self, const char *title, const char *verb)
{
  GtkWidget *window = lan_people_chooser_new (self->node, title, verb);

  gtk_window_set_transient_for (GTK_WINDOW (window),
                                GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))));
  gtk_window_present (GTK_WINDOW (window));
  return LAN_PEOPLE_CHOOSER (window);
}

static void
on_forward_to (LanPeopleChooser *chooser, GPtrArray *persons, LanChatView *self)
{
  LanMessage *message = g_object_get_data (G_OBJECT (chooser), "message");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = lan_node_forward_message (self->node, message, persons, &error);

  tell_sent (self, ids, error);
}

void
lan_chat_view_forward (LanChatView *self, LanMessage *message)
{
  LanPeopleChooser *chooser = ask_whom (self, _ ("Forward to"), _ ("_Forward"));

  g_object_set_data_full (G_OBJECT (chooser), "message", g_object_ref (message), g_object_unref);
  g_signal_connect_object (chooser, "chosen", G_CALLBACK (on_forward_to), self, 0);
}

static void
on_many_chosen (LanChatView *self, GPtrArray *persons)
{
  gboolean urgent;
  g_autofree char *text = lan_composer_dup_text (self->composer, &urgent);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = lan_node_send_to_many (self->node, persons, text, urgent, &error);

  if (ids != NULL)
    lan_composer_clear (self->composer);
  tell_sent (self, ids, error);
}

static void
on_send_to_many (LanChatView *self)
{
  g_signal_connect_object (ask_whom (self, _ ("Send to Several People"), _ ("_Send")), "chosen",
                           G_CALLBACK (on_many_chosen), self, G_CONNECT_SWAPPED);
}

void
lan_chat_view_show_edits (LanChatView *self, LanMessage *message, GtkWidget *row)
{
  lan_edit_history_show (self->node, message, row);
}

void
lan_chat_view_show_picture (LanChatView *self, LanMessage *message)
{
  lan_picture_window_show (GTK_WIDGET (self), self->node, message);
}

static void
on_operated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanChatView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = lan_node_operate_finish (LAN_NODE (source), result, &error);

  if (id == NULL)
    lan_chat_view_notice (self, error->message);
}

void
lan_chat_view_recall (LanChatView *self, LanMessage *message)
{
  lan_node_recall_message_async (self->node, message, NULL, on_operated, g_object_ref (self));
}

void
lan_chat_view_pin (LanChatView *self, LanMessage *message, gboolean on)
{
  lan_node_pin_async (self->node, message, on, NULL, on_operated, g_object_ref (self));
}

void
lan_chat_view_react (LanChatView *self, LanMessage *message, const char *emoji, gboolean on)
{
  lan_node_react_async (self->node, message, emoji, on, NULL, on_operated, g_object_ref (self));
}

static void
on_other_picked (LanEmojiPicker *picker, const char *emoji, LanMessage *message)
{
  LanChatView *self = g_object_get_data (G_OBJECT (picker), "view");

  lan_chat_view_react (self, message, emoji, TRUE);
}

void
lan_chat_view_react_other (LanChatView *self, LanMessage *message, GtkWidget *row)
{
  GtkWidget *picker = lan_emoji_picker_new (row, self->node);

  g_object_set_data (G_OBJECT (picker), "view", self); /* the row is inside of it */
  g_signal_connect_object (picker, "picked", G_CALLBACK (on_other_picked), message, 0);
  lan_popover_forget_when_closed (picker);
  lan_emoji_picker_open (LAN_EMOJI_PICKER (picker));
}

LanNode *
lan_chat_view_get_node (LanChatView *self)
{
  return self->node;
}

void
lan_chat_view_begin_search (LanChatView *self)
{
  lan_chat_search_begin (self->search);
}

gboolean
lan_chat_view_end_search (LanChatView *self)
{
  return lan_chat_search_end (self->search);
}

void
lan_chat_view_focus_composer (LanChatView *self)
{
  lan_composer_focus (self->composer);
}

void
lan_chat_view_focus_history (LanChatView *self)
{
  lan_history_focus (self->history);
}

void
lan_chat_view_save_draft (LanChatView *self)
{
  lan_composer_save_draft (self->composer);
}

HdyHeaderBar *
lan_chat_view_get_header (LanChatView *self)
{
  return self->header;
}

static void
get_preferred_width (GtkWidget *widget, int *minimum, int *natural)
{
  GTK_WIDGET_CLASS (lan_chat_view_parent_class)->get_preferred_width (widget, minimum, natural);
  *natural = MAX (*minimum, NATURAL_WIDTH);
}

static void
dispose (GObject *object)
{
  LanChatView *self = LAN_CHAT_VIEW (object);

  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_chat_view_parent_class)->dispose (object);
}

static void
lan_chat_view_class_init (LanChatViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->get_preferred_width = get_preferred_width;
  g_type_ensure (LAN_TYPE_AVATAR);
  g_type_ensure (LAN_TYPE_CHAT_SEARCH);
  g_type_ensure (LAN_TYPE_COMPOSER);
  g_type_ensure (LAN_TYPE_HISTORY);
  g_type_ensure (LAN_TYPE_PERSON_BAR);
  g_type_ensure (LAN_TYPE_PIN_BAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/chat-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LanChatView, header);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, back_button);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, avatar);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, name_label);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, shield_button);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, shield_icon);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, call_button);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, reach_icon);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, reach_label);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, bar);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, notice_revealer);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, notice_label);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, search);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, pins);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, history);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, typing_label);
  gtk_widget_class_bind_template_child (widget_class, LanChatView, composer);
  gtk_widget_class_bind_template_callback (widget_class, on_call);
  gtk_widget_class_bind_template_callback (widget_class, on_compare);
  gtk_widget_class_bind_template_callback (widget_class, on_failed);
  gtk_widget_class_bind_template_callback (widget_class, on_notice_closed);
  gtk_widget_class_bind_template_callback (widget_class, on_show_message);
  gtk_widget_class_bind_template_callback (widget_class, on_send_to_many);
  gtk_widget_class_bind_template_callback (widget_class, lan_chat_view_focus_composer);
}

static void
lan_chat_view_init (LanChatView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->shield_button, "toggled", G_CALLBACK (on_shield_toggled), self,
                           G_CONNECT_SWAPPED);
  gtk_drag_dest_set (GTK_WIDGET (self), GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_dest_add_uri_targets (GTK_WIDGET (self));
  g_signal_connect (self, "drag-data-received", G_CALLBACK (on_drag_data), NULL);
  g_signal_connect (self, "drag-motion", G_CALLBACK (on_drag_motion), NULL);
  g_signal_connect (self, "drag-leave", G_CALLBACK (on_drag_leave), NULL);
}
