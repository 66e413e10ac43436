/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-notifier.h"

#include "lan-call-text.h"
#include "lan-chat-text.h"
#include "lan-group-look.h"
#include "lan-settings.h"
#include "lan-sticker-view.h"

#include <glib/gi18n.h>

#define BODY_CHARS 200
#define CALL_ID    "call" /* there is but one at a time */
/* The two kinds of services GNotification speaks to; only the second reads markup in bodies. */
#define GTK_SERVICE   "org.gtk.Notifications"
#define OTHER_SERVICE "org.freedesktop.Notifications"

struct _LanNotifier {
  GApplication *application; /* borrowed: it owns this */
  LanNode *node;
  LanNotifierSees sees;
  gpointer user_data;
  guint gtk_watch_id;
  guint other_watch_id;
  gboolean has_gtk;
  gboolean has_other;
  char *ringing; /* id of the call that was told of */
};

static void
set_service (LanNotifier *self, const char *name, gboolean there)
{
  *(g_str_equal (name, GTK_SERVICE) ? &self->has_gtk : &self->has_other) = there;
}

static void
on_service (GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
  set_service (user_data, name, TRUE);
}

static void
on_no_service (GDBusConnection *bus, const char *name, gpointer user_data)
{
  set_service (user_data, name, FALSE);
}

static gboolean
wants (LanNotifier *self, LanPerson *person)
{
  LanPerson *me = lan_node_get_self (self->node);

  return (self->has_gtk || self->has_other) && !lan_person_get_muted (person) &&
         !lan_person_get_blocked (person) &&
         lan_settings_get_bool (self->node, LAN_SETTING_NOTIFY) &&
         lan_person_get_presence (me) != LAN_PERSON_PRESENCE_BUSY &&
         !self->sees (person, self->user_data);
}

static void
say (LanNotifier *self, LanPerson *person, const char *title, const char *text)
{
  g_autoptr (GNotification) notification = g_notification_new (title);
  g_autofree char *body = NULL;

  if (text != NULL) {
    g_autofree char *shortened = lan_chat_text_preview (text, BODY_CHARS);

    body = self->has_gtk ? g_strdup (shortened) : g_markup_escape_text (shortened, -1);
    g_notification_set_body (notification, body);
  }
  g_notification_set_default_action_and_target (notification, "app.open-chat", "s",
                                                lan_person_get_id (person));
  g_application_send_notification (self->application, lan_person_get_id (person), notification);
}

/* Of what is done to groups only that one is taken in is news. */
static void
on_event (LanNotifier *self, LanMessage *message)
{
  LanPerson *peer = lan_message_get_peer (message);
  g_autofree char *text = NULL;

  if ((lan_message_get_event (message) != LAN_GROUP_EVENT_CREATED &&
       lan_message_get_event (message) != LAN_GROUP_EVENT_ADDED) ||
      !g_ptr_array_find (lan_message_get_event_people (message), lan_node_get_self (self->node),
                         NULL) ||
      !wants (self, peer))
    return;
  text = lan_group_look_event (message);
  say (self, peer, lan_person_get_name (peer), text);
}

/* Who it is from: in a group, who of it. */
static char *
title_of (LanMessage *message)
{
  LanPerson *peer = lan_message_get_peer (message);

  if (lan_person_get_group (peer) == NULL)
    return g_strdup (lan_person_get_name (peer));
  /* Translators: who wrote, and in which group */
  return g_strdup_printf (_ ("%s in %s"), lan_person_get_name (lan_message_get_author (message)),
                          lan_person_get_name (peer));
}

static void
on_message (LanNotifier *self, LanMessage *message)
{
  LanPerson *person = lan_message_get_peer (message);
  g_autofree char *title = NULL;

  if (!lan_message_get_own (message) && lan_message_get_kind (message) == LAN_MESSAGE_KIND_EVENT)
    on_event (self, message);
  if (lan_message_get_own (message) || lan_message_get_kind (message) == LAN_MESSAGE_KIND_EVENT ||
      lan_message_get_kind (message) == LAN_MESSAGE_KIND_FILE || !wants (self, person))
    return;
  if (lan_message_get_request (message)) {
    title = g_strdup_printf (_ ("%s would like to write to you"), lan_person_get_name (person));
    say (self, person, title, NULL);
    return;
  }
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_CALL) {
    if (lan_call_text_is_missed (message))
      say (self, person, lan_person_get_name (person), _ ("Missed call"));
    return;
  }
  if (lan_message_get_mentions_me (message))
    title = g_strdup_printf (_ ("%s mentioned you"),
                             lan_person_get_name (lan_message_get_author (message)));
  else
    title = title_of (message);
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_NOTE) {
    say (self, person, title, _ ("Voice note"));
    return;
  }
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_STICKER) {
    g_autofree char *words = lan_sticker_view_words (message);

    say (self, person, title,
         lan_settings_get_bool (self->node, LAN_SETTING_NOTIFY_TEXT) ? words : _ ("Sticker"));
    return;
  }
  say (self, person, title,
       lan_settings_get_bool (self->node, LAN_SETTING_NOTIFY_TEXT) ? lan_message_get_text (message)
                                                                   : _ ("New message"));
}

static void
say_call (LanNotifier *self, LanCall *call)
{
  LanPerson *person = lan_call_get_person (call);
  g_autofree char *title = lan_call_text_title (call);
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_URGENT);
  g_notification_set_default_action_and_target (notification, "app.open-chat", "s",
                                                lan_person_get_id (person));
  g_notification_add_button_with_target (notification, C_ ("call", "Answer"), "app.answer-call",
                                         "s", lan_call_get_id (call));
  g_notification_add_button_with_target (notification, C_ ("call", "Decline"), "app.decline-call",
                                         "s", lan_call_get_id (call));
  g_application_send_notification (self->application, CALL_ID, notification);
}

/* It is said once that it rings, and taken back when it does no more. */
static void
on_call_changed (LanNotifier *self, LanCall *call)
{
  gboolean is_ringing = lan_call_get_status (call) == LAN_CALL_STATUS_RINGING;
  gboolean is_told = g_strcmp0 (self->ringing, lan_call_get_id (call)) == 0;

  if (is_ringing && !is_told && wants (self, lan_call_get_person (call))) {
    g_free (self->ringing);
    self->ringing = g_strdup (lan_call_get_id (call));
    say_call (self, call);
  } else if (!is_ringing && is_told) {
    g_clear_pointer (&self->ringing, g_free);
    g_application_withdraw_notification (self->application, CALL_ID);
  }
}

/* Where it was offered: a group, or a person. */
static LanPerson *
chat_of (LanNotifier *self, LanTransfer *transfer)
{
  const char *id = lan_transfer_get_group (transfer);
  LanGroupChat *group = id != NULL ? lan_node_find_group (self->node, id, NULL) : NULL;

  return group != NULL ? lan_group_chat_get_peer (group) : lan_transfer_get_person (transfer);
}

static void
on_file_offered (LanNotifier *self, LanTransfer *transfer)
{
  LanPerson *chat = chat_of (self, transfer);
  LanPerson *person = lan_transfer_get_person (transfer);
  g_autofree char *size = NULL;
  g_autofree char *title = NULL;
  g_autofree char *text = NULL;

  if (!lan_transfer_get_incoming (transfer) || !wants (self, chat))
    return;
  size = g_format_size (lan_transfer_get_size (transfer));
  text = g_strdup_printf (_ ("Offers a file: %s, %s"), lan_transfer_get_name (transfer), size);
  title = chat == person ? g_strdup (lan_person_get_name (person))
                         /* Translators: who, in which group */
                         : g_strdup_printf (_ ("%s in %s"), lan_person_get_name (person),
                                            lan_person_get_name (chat));
  say (self, chat, title, text);
}

static void
on_file_done (LanNotifier *self, LanTransfer *transfer)
{
  LanPerson *person = chat_of (self, transfer);
  g_autofree char *text = NULL;

  if (!lan_transfer_get_incoming (transfer) || !wants (self, person))
    return;
  text = g_strdup_printf (_ ("%s has arrived"), lan_transfer_get_name (transfer));
  say (self, person, lan_person_get_name (person), text);
}

static void
say_share (LanNotifier *self, LanShare *share)
{
  LanPerson *owner = lan_node_find_person (self->node, lan_share_get_owner (share), NULL);
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *title = NULL;

  if (owner == NULL || !wants (self, owner))
    return;
  title = g_strdup_printf (_ ("%s shares a folder with you"), lan_person_get_name (owner));
  notification = g_notification_new (title);
  if (self->has_gtk)
    g_notification_set_body (notification, lan_share_get_name (share));
  g_notification_set_default_action_and_target (notification, "app.open-share", "s",
                                                lan_share_get_id (share));
  g_application_send_notification (self->application, lan_share_get_id (share), notification);
}

static void
on_shares_changed (LanNotifier *self, guint position, guint removed, guint added, GListModel *model)
{
  for (guint i = 0; i < added; i++) {
    g_autoptr (LanShare) share = g_list_model_get_item (model, position + i);

    if (lan_share_get_status (share) == LAN_SHARE_STATUS_INVITED)
      say_share (self, share);
  }
}

LanNotifier *
lan_notifier_new (GApplication *application, LanNode *node, LanNotifierSees sees,
                  gpointer user_data)
{
  LanNotifier *self = g_new0 (LanNotifier, 1);
  GDBusConnection *bus = g_application_get_dbus_connection (application);

  self->application = application;
  self->node = g_object_ref (node);
  self->sees = sees;
  self->user_data = user_data;
  if (bus != NULL) {
    self->gtk_watch_id = g_bus_watch_name_on_connection (
        bus, GTK_SERVICE, G_BUS_NAME_WATCHER_FLAGS_NONE, on_service, on_no_service, self, NULL);
    self->other_watch_id =
        g_bus_watch_name_on_connection (bus, OTHER_SERVICE, G_BUS_NAME_WATCHER_FLAGS_AUTO_START,
                                        on_service, on_no_service, self, NULL);
  }
  g_signal_connect_swapped (node, "message-received", G_CALLBACK (on_message), self);
  g_signal_connect_swapped (node, "call-changed", G_CALLBACK (on_call_changed), self);
  g_signal_connect_swapped (node, "file-offered", G_CALLBACK (on_file_offered), self);
  g_signal_connect_swapped (node, "file-done", G_CALLBACK (on_file_done), self);
  g_signal_connect_swapped (lan_node_get_shares (node), "items-changed",
                            G_CALLBACK (on_shares_changed), self);
  return self;
}

void
lan_notifier_free (LanNotifier *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->node, self);
  g_signal_handlers_disconnect_by_data (lan_node_get_shares (self->node), self);
  if (self->gtk_watch_id != 0)
    g_bus_unwatch_name (self->gtk_watch_id);
  if (self->other_watch_id != 0)
    g_bus_unwatch_name (self->other_watch_id);
  if (self->ringing != NULL)
    g_application_withdraw_notification (self->application, CALL_ID);
  g_free (self->ringing);
  g_object_unref (self->node);
  g_free (self);
}

void
lan_notifier_withdraw (LanNotifier *self, LanPerson *person)
{
  g_application_withdraw_notification (self->application, lan_person_get_id (person));
}
