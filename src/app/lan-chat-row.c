/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-chat-row.h"

#include "lan-avatar.h"
#include "lan-call-text.h"
#include "lan-chat-text.h"
#include "lan-format.h"
#include "lan-group-look.h"
#include "lan-note-card.h"
#include "lan-person-look.h"
#include "lan-sticker-view.h"

#include <glib/gi18n.h>
#include <lan-message.h>

#define PREVIEW_CHARS 80

struct _LanChatRow {
  GtkListBoxRow parent;
  LanConversation *conversation;
  LanAvatar *avatar;
  GtkLabel *name_label;
  GtkImage *trust_icon;
  GtkLabel *time_label;
  GtkWidget *draft_label;
  GtkLabel *preview_label;
  GtkWidget *muted_icon;
  GtkLabel *unread_label;
};

G_DEFINE_TYPE (LanChatRow, lan_chat_row, GTK_TYPE_LIST_BOX_ROW)

static char *
describe_last (LanMessage *last)
{
  g_autofree char *text = NULL;

  if (lan_message_get_recalled (last))
    return g_strdup (_ ("Message taken back"));
  switch (lan_message_get_kind (last)) {
  case LAN_MESSAGE_KIND_FILE:
    text = lan_chat_text_preview (lan_message_get_text (last), PREVIEW_CHARS);
    /* Translators: a file as the last message of a chat */
    return g_strdup_printf (_ ("[File] %s"), text);
  case LAN_MESSAGE_KIND_EVENT:
    return lan_group_look_event (last);
  case LAN_MESSAGE_KIND_CALL:
    return lan_call_text (last);
  case LAN_MESSAGE_KIND_NOTE:
    return lan_note_card_words (last);
  case LAN_MESSAGE_KIND_STICKER:
    return lan_sticker_view_words (last);
  case LAN_MESSAGE_KIND_UNKNOWN:
    return g_strdup (_ ("Needs a newer version to be shown"));
  case LAN_MESSAGE_KIND_TEXT:
  default:
    return lan_chat_text_preview (lan_message_get_text (last), PREVIEW_CHARS);
  }
}

static char *
last_line (LanConversation *conversation)
{
  LanMessage *last = lan_conversation_get_last_message (conversation);
  LanPerson *person = lan_conversation_get_person (conversation);
  LanGroupChat *group = lan_person_get_group (person);
  g_autofree char *text = NULL;

  if (last == NULL)
    return group != NULL ? lan_group_look_line (group) : lan_person_look_line (person);
  text = describe_last (last);
  if (group == NULL || lan_message_get_own (last) ||
      lan_message_get_kind (last) == LAN_MESSAGE_KIND_EVENT)
    return g_steal_pointer (&text);
  /* Translators: who of a group said what, in the list of chats */
  return g_strdup_printf (_ ("%s: %s"), lan_person_get_name (lan_message_get_author (last)), text);
}

static void
update_preview (LanChatRow *self)
{
  const char *draft = lan_conversation_get_draft (self->conversation);
  gboolean has_draft = *draft != '\0' && !gtk_list_box_row_is_selected (GTK_LIST_BOX_ROW (self));
  LanPerson *person = lan_conversation_get_person (self->conversation);
  g_autofree char *text = NULL;

  if (lan_person_get_group (person) != NULL)
    text = lan_group_look_typing (lan_person_get_group (person));
  else if (lan_person_get_typing (person))
    text = g_strdup (_ ("is typing…"));
  if (text == NULL)
    text =
        has_draft ? lan_chat_text_preview (draft, PREVIEW_CHARS) : last_line (self->conversation);
  gtk_widget_set_visible (self->draft_label, has_draft);
  gtk_label_set_text (self->preview_label, text);
}

static void
update_accessible (LanChatRow *self, guint unread)
{
  g_autofree char *name = NULL;
  const char *who = gtk_label_get_text (self->name_label);
  const char *text = gtk_label_get_text (self->preview_label);

  if (unread > 0)
    name = g_strdup_printf (
        ngettext ("%s, %u unread message, %s", "%s, %u unread messages, %s", unread), who, unread,
        text);
  else
    name = g_strdup_printf ("%s, %s", who, text);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), name);
}

static void
update (LanChatRow *self)
{
  LanPerson *person = lan_conversation_get_person (self->conversation);
  gint64 last = lan_conversation_get_last_time (self->conversation);
  guint unread = lan_conversation_get_unread (self->conversation);
  const char *icon =
      lan_person_get_group (person) == NULL ? lan_person_look_list_icon (person) : NULL;
  GtkStyleContext *badge = gtk_widget_get_style_context (GTK_WIDGET (self->unread_label));
  gboolean muted = lan_person_get_muted (person);
  g_autofree char *time = last > 0 ? lan_format_list_time (last, g_get_real_time () / 1000) : NULL;
  g_autofree char *count = unread > 999 ? g_strdup ("999+") : g_strdup_printf ("%u", unread);

  gtk_label_set_text (self->name_label, lan_person_get_name (person));
  gtk_widget_set_visible (GTK_WIDGET (self->trust_icon), icon != NULL);
  if (icon != NULL) {
    gtk_image_set_from_icon_name (self->trust_icon, icon, GTK_ICON_SIZE_MENU);
    lan_person_look_set_style (GTK_WIDGET (self->trust_icon), lan_person_look_trust_style (person));
  }
  gtk_label_set_text (self->time_label, time != NULL ? time : "");
  gtk_label_set_text (self->unread_label, count);
  gtk_widget_set_visible (GTK_WIDGET (self->unread_label), unread > 0);
  gtk_widget_set_visible (self->muted_icon, muted);
  if (muted)
    gtk_style_context_add_class (badge, "mute");
  else
    gtk_style_context_remove_class (badge, "mute");
  update_preview (self);
  update_accessible (self, unread);
}

static void
dispose (GObject *object)
{
  LanChatRow *self = LAN_CHAT_ROW (object);

  g_clear_object (&self->conversation);
  G_OBJECT_CLASS (lan_chat_row_parent_class)->dispose (object);
}

static void
lan_chat_row_class_init (LanChatRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  g_type_ensure (LAN_TYPE_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/chat-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LanChatRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, LanChatRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, LanChatRow, trust_icon);
  gtk_widget_class_bind_template_child (widget_class, LanChatRow, time_label);
  gtk_widget_class_bind_template_child (widget_class, LanChatRow, draft_label);
  gtk_widget_class_bind_template_child (widget_class, LanChatRow, preview_label);
  gtk_widget_class_bind_template_child (widget_class, LanChatRow, muted_icon);
  gtk_widget_class_bind_template_child (widget_class, LanChatRow, unread_label);
}

static void
lan_chat_row_init (LanChatRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_chat_row_new (LanConversation *conversation)
{
  LanChatRow *self = g_object_new (LAN_TYPE_CHAT_ROW, NULL);
  LanPerson *person = lan_conversation_get_person (conversation);

  self->conversation = g_object_ref (conversation);
  lan_avatar_set_person (self->avatar, person);
  g_signal_connect_object (conversation, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (person, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  if (lan_person_get_group (person) != NULL)
    g_signal_connect_object (lan_person_get_group (person), "changed", G_CALLBACK (update), self,
                             G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

LanConversation *
lan_chat_row_get_conversation (LanChatRow *self)
{
  return self->conversation;
}
