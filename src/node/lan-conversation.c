/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * LanConversation: what the list of chats shows of it, and the methods. The paged window upon its
 * history is lan-conversation-pages.c.
 */
#include "lan-conversation-private.h"

#include "lan-message-private.h"
#include "lan-node-private.h"
#include "lan-person-private.h"

#define TYPING_REPEAT_US (3 * G_USEC_PER_SEC) /* tell 'still typing' at most this often */

G_DEFINE_FINAL_TYPE (LanConversation, lan_conversation, G_TYPE_OBJECT)

enum {
  PROP_ID = 1,
  PROP_PERSON,
  PROP_MESSAGES,
  PROP_LOADED,
  PROP_HAS_OLDER,
  PROP_HAS_NEWER,
  PROP_LAST_MESSAGE,
  PROP_LAST_TIME,
  PROP_UNREAD,
  PROP_HELD,
  PROP_REQUEST,
  PROP_DRAFT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
lan_conversation_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LanConversation *self = LAN_CONVERSATION (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_PERSON:
    g_value_set_object (value, self->person);
    break;
  case PROP_MESSAGES:
    g_value_set_object (value, lan_conversation_get_messages (self));
    break;
  case PROP_LOADED:
    g_value_set_boolean (value, self->loaded);
    break;
  case PROP_HAS_OLDER:
    g_value_set_boolean (value, self->has_older);
    break;
  case PROP_HAS_NEWER:
    g_value_set_boolean (value, self->has_newer);
    break;
  case PROP_LAST_MESSAGE:
    g_value_set_object (value, self->last);
    break;
  case PROP_LAST_TIME:
    g_value_set_int64 (value, lan_conversation_get_last_time (self));
    break;
  case PROP_UNREAD:
    g_value_set_uint (value, self->unread);
    break;
  case PROP_HELD:
    g_value_set_boolean (value, self->held);
    break;
  case PROP_REQUEST:
    g_value_set_boolean (value, self->request);
    break;
  case PROP_DRAFT:
    g_value_set_string (value, lan_conversation_get_draft (self));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
lan_conversation_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DRAFT)
    lan_conversation_set_draft (LAN_CONVERSATION (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
lan_conversation_finalize (GObject *object)
{
  LanConversation *self = LAN_CONVERSATION (object);

  g_clear_object (&self->window);
  g_clear_object (&self->last);
  g_clear_object (&self->person);
  g_free (self->draft);
  g_free (self->id);
  G_OBJECT_CLASS (lan_conversation_parent_class)->finalize (object);
}

static void
lan_conversation_class_init (LanConversationClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = lan_conversation_get_property;
  object_class->set_property = lan_conversation_set_property;
  object_class->finalize = lan_conversation_finalize;

  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  props[PROP_PERSON] = g_param_spec_object ("person", NULL, NULL, LAN_TYPE_PERSON, flags);
  props[PROP_MESSAGES] = g_param_spec_object ("messages", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  props[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, flags);
  props[PROP_HAS_OLDER] = g_param_spec_boolean ("has-older", NULL, NULL, FALSE, flags);
  props[PROP_HAS_NEWER] = g_param_spec_boolean ("has-newer", NULL, NULL, FALSE, flags);
  props[PROP_LAST_MESSAGE] =
      g_param_spec_object ("last-message", NULL, NULL, LAN_TYPE_MESSAGE, flags);
  props[PROP_LAST_TIME] = g_param_spec_int64 ("last-time", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_UNREAD] = g_param_spec_uint ("unread", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_HELD] = g_param_spec_boolean ("held", NULL, NULL, FALSE, flags);
  props[PROP_REQUEST] = g_param_spec_boolean ("request", NULL, NULL, FALSE, flags);
  props[PROP_DRAFT] = g_param_spec_string ("draft", NULL, NULL, NULL, flags | G_PARAM_WRITABLE);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lan_conversation_init (LanConversation *self)
{
  self->window = lan_message_window_new ();
}

LanConversation *
lan_conversation_new (LanNode *node, LanPerson *person)
{
  LanConversation *self = g_object_new (LAN_TYPE_CONVERSATION, NULL);
  LanConversationId id;

  self->node = node;
  self->person = g_object_ref (person);
  lan_node_conversation_id (node, person, &id);
  self->id = lan_conversation_id_to_hex (&id);
  return self;
}

void
lan_conversation_orphan (LanConversation *self)
{
  self->node = NULL;
}

static void
set_flag (LanConversation *self, gboolean *flag, gboolean value, guint prop)
{
  if (*flag == value)
    return;
  *flag = value;
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

void
lan_conversation_set_loaded (LanConversation *self, gboolean loaded)
{
  set_flag (self, &self->loaded, loaded, PROP_LOADED);
}

void
lan_conversation_set_has_older (LanConversation *self, gboolean has_older)
{
  set_flag (self, &self->has_older, has_older, PROP_HAS_OLDER);
}

void
lan_conversation_set_has_newer (LanConversation *self, gboolean has_newer)
{
  set_flag (self, &self->has_newer, has_newer, PROP_HAS_NEWER);
}

void
lan_conversation_apply (LanConversation *self, const LanConversationInfo *info)
{
  set_flag (self, &self->held, info->held, PROP_HELD);
  set_flag (self, &self->request, info->request, PROP_REQUEST);
  if (self->unread != info->unread) {
    self->unread = info->unread;
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_UNREAD]);
  }
}

void
lan_conversation_apply_draft (LanConversation *self, const char *draft)
{
  if (g_strcmp0 (self->draft, draft) == 0)
    return;
  g_free (self->draft);
  self->draft = g_strdup (draft);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DRAFT]);
}

gboolean
lan_conversation_offer_last (LanConversation *self, LanMessage *message)
{
  if (self->last != NULL && lan_message_compare (self->last, message) >= 0)
    return FALSE;
  g_set_object (&self->last, message);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_MESSAGE]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_TIME]);
  return TRUE;
}

void
lan_conversation_reread (LanConversation *self)
{
  g_clear_object (&self->last);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_MESSAGE]);
  lan_conversation_reload (self);
}

void
lan_conversation_add (LanConversation *self, GPtrArray *messages)
{
  if (!self->viewed)
    return;
  if (self->has_newer) {
    /* Rows that belong behind the window wait there until it is paged back. */
    g_autoptr (GPtrArray) inside = g_ptr_array_new ();
    LanMessage *last = lan_message_window_last (self->window);

    for (guint i = 0; i < messages->len; i++) {
      if (last != NULL && lan_message_compare (g_ptr_array_index (messages, i), last) < 0)
        g_ptr_array_add (inside, g_ptr_array_index (messages, i));
      else
        self->missed = TRUE;
    }
    lan_message_window_add (self->window, inside, LAN_WINDOW_CUT_NEWEST);
    return;
  }
  if (lan_message_window_add (self->window, messages, LAN_WINDOW_CUT_OLDEST))
    set_flag (self, &self->has_older, TRUE, PROP_HAS_OLDER);
}

void
lan_conversation_on_changed (LanConversation *self, LanMessage *message)
{
  if (message == self->last)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_MESSAGE]);
}

void
lan_conversation_drop (LanConversation *self, LanMessage *message)
{
  lan_message_window_remove (self->window, message);
}

gboolean
lan_conversation_is_listed (LanConversation *self)
{
  return self->listed;
}

void
lan_conversation_set_listed (LanConversation *self)
{
  self->listed = TRUE;
}

/* --- the rest of the public side --- */

const char *
lan_conversation_get_id (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), NULL);
  return self->id;
}

LanPerson *
lan_conversation_get_person (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), NULL);
  return self->person;
}

gboolean
lan_conversation_get_loaded (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), FALSE);
  return self->loaded;
}

gboolean
lan_conversation_get_has_older (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), FALSE);
  return self->has_older;
}

gboolean
lan_conversation_get_has_newer (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), FALSE);
  return self->has_newer;
}

LanMessage *
lan_conversation_get_last_message (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), NULL);
  return self->last;
}

gint64
lan_conversation_get_last_time (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), 0);
  return self->last != NULL ? MAX (0, lan_message_get_time (self->last)) : 0;
}

guint
lan_conversation_get_unread (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), 0);
  return self->unread;
}

gboolean
lan_conversation_get_held (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), FALSE);
  return self->held;
}

gboolean
lan_conversation_get_request (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), FALSE);
  return self->request;
}

const char *
lan_conversation_get_draft (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), NULL);
  return self->draft != NULL ? self->draft : "";
}

void
lan_conversation_set_draft (LanConversation *self, const char *draft)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_CONVERSATION (self));
  if (g_strcmp0 (lan_conversation_get_draft (self), draft != NULL ? draft : "") == 0)
    return;
  lan_conversation_apply_draft (self, draft);
  if (self->node == NULL)
    return;
  command = lan_command_new_for (LAN_COMMAND_SET_DRAFT, lan_person_peek_account (self->person));
  command->text = draft != NULL && draft[0] != '\0' ? g_strdup (draft) : NULL;
  lan_node_push (self->node, command);
}

static gboolean
has_node (LanConversation *self, GError **error)
{
  if (self->node != NULL)
    return TRUE;
  g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN, "the profile is closed");
  return FALSE;
}

char *
lan_conversation_send_text (LanConversation *self, const char *text, GError **error)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), NULL);
  if (!has_node (self, error))
    return NULL;
  self->typing = FALSE;
  return lan_node_send_text (self->node, self->person, text, error);
}

GStrv
lan_conversation_send_files (LanConversation *self, const char *const *paths, GError **error)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), NULL);
  return has_node (self, error) ? lan_node_send_files (self->node, self->person, paths, error)
                                : NULL;
}

void
lan_conversation_mark_read (LanConversation *self, LanMessage *message)
{
  g_return_if_fail (LAN_IS_CONVERSATION (self) && LAN_IS_MESSAGE (message));
  if (self->node != NULL)
    lan_node_push_read (self->node, &lan_message_peek_info (message)->id);
}

void
lan_conversation_set_typing (LanConversation *self, gboolean typing)
{
  gint64 now = g_get_monotonic_time ();
  LanCommand *command;

  g_return_if_fail (LAN_IS_CONVERSATION (self));
  if (self->node == NULL ||
      (typing == self->typing && (!typing || now - self->typing_told_us < TYPING_REPEAT_US)))
    return;
  self->typing = typing;
  self->typing_told_us = now;
  command = lan_command_new_for (LAN_COMMAND_SET_TYPING, lan_person_peek_account (self->person));
  command->number = typing;
  lan_node_push (self->node, command);
}
