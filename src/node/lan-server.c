/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * LanServer: a snapshot of what the engine knows of the server, as GObject properties; its methods
 * are commands to the engine.
 */
#include "lan-server-private.h"

#include "lan-enum-types.h"
#include "lan-invite.h"
#include "lan-node-private.h"

struct _LanServer {
  GObject parent_instance;

  LanNode *node; /* borrowed, NULL when orphaned */
  LanServerInfo info;
};

G_DEFINE_FINAL_TYPE (LanServer, lan_server, G_TYPE_OBJECT)

enum {
  PROP_STATUS = 1,
  PROP_NAME,
  PROP_ADDRESS,
  PROP_LOGIN,
  PROP_ERROR_CODE,
  PROP_ERROR_TEXT,
  PROP_WARNING_CODE,
  PROP_WARNING_TEXT,
  PROP_HAS_RELAY,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static void
lan_server_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LanServer *self = LAN_SERVER (object);

  switch (id) {
  case PROP_STATUS:
    g_value_set_enum (value, (int) self->info.status);
    break;
  case PROP_NAME:
    g_value_set_string (value, or_empty (self->info.name));
    break;
  case PROP_ADDRESS:
    g_value_set_string (value, or_empty (self->info.address));
    break;
  case PROP_LOGIN:
    g_value_set_string (value, or_empty (self->info.login));
    break;
  case PROP_ERROR_CODE:
    g_value_set_string (value, or_empty (self->info.error_code));
    break;
  case PROP_ERROR_TEXT:
    g_value_set_string (value, or_empty (self->info.error_text));
    break;
  case PROP_WARNING_CODE:
    g_value_set_string (value, or_empty (self->info.warning_code));
    break;
  case PROP_WARNING_TEXT:
    g_value_set_string (value, or_empty (self->info.warning_text));
    break;
  case PROP_HAS_RELAY:
    g_value_set_boolean (value, self->info.has_relay);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
lan_server_finalize (GObject *object)
{
  lan_server_info_clear (&LAN_SERVER (object)->info);
  G_OBJECT_CLASS (lan_server_parent_class)->finalize (object);
}

static void
lan_server_class_init (LanServerClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = lan_server_get_property;
  object_class->finalize = lan_server_finalize;

  props[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, LAN_TYPE_SERVER_STATUS, 0, flags);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);
  props[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, "", flags);
  props[PROP_LOGIN] = g_param_spec_string ("login", NULL, NULL, "", flags);
  props[PROP_ERROR_CODE] = g_param_spec_string ("error-code", NULL, NULL, "", flags);
  props[PROP_ERROR_TEXT] = g_param_spec_string ("error-text", NULL, NULL, "", flags);
  props[PROP_WARNING_CODE] = g_param_spec_string ("warning-code", NULL, NULL, "", flags);
  props[PROP_WARNING_TEXT] = g_param_spec_string ("warning-text", NULL, NULL, "", flags);
  props[PROP_HAS_RELAY] = g_param_spec_boolean ("has-relay", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lan_server_init (LanServer *self)
{
}

LanServer *
lan_server_new (LanNode *node)
{
  LanServer *self = g_object_new (LAN_TYPE_SERVER, NULL);

  self->node = node;
  return self;
}

void
lan_server_orphan (LanServer *self)
{
  self->node = NULL;
}

gboolean
lan_server_apply (LanServer *self, LanServerInfo *info)
{
  const LanServerInfo *a = &self->info, *b = info;
  const gboolean differs[N_PROPS] = {
    [PROP_STATUS] = a->status != b->status,
    [PROP_NAME] = g_strcmp0 (a->name, b->name) != 0,
    [PROP_ADDRESS] = g_strcmp0 (a->address, b->address) != 0,
    [PROP_LOGIN] = g_strcmp0 (a->login, b->login) != 0,
    [PROP_ERROR_CODE] = g_strcmp0 (a->error_code, b->error_code) != 0,
    [PROP_ERROR_TEXT] = g_strcmp0 (a->error_text, b->error_text) != 0,
    [PROP_WARNING_CODE] = g_strcmp0 (a->warning_code, b->warning_code) != 0,
    [PROP_WARNING_TEXT] = g_strcmp0 (a->warning_text, b->warning_text) != 0,
    [PROP_HAS_RELAY] = a->has_relay != b->has_relay,
  };
  gboolean any = FALSE;

  lan_server_info_clear (&self->info);
  self->info = *info;
  memset (info, 0, sizeof *info);
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++) {
    if (differs[i])
      g_object_notify_by_pspec (G_OBJECT (self), props[i]);
    any |= differs[i];
  }
  g_object_thaw_notify (G_OBJECT (self));
  return any;
}

const char *
lan_server_status_name (LanServerStatus state)
{
  static const char *const names[] = {
    "none", "joining", "connecting", "online", "away", "refused"
  };

  return (guint) state < G_N_ELEMENTS (names) ? names[state] : names[0];
}

LanServerStatus
lan_server_get_status (LanServer *self)
{
  g_return_val_if_fail (LAN_IS_SERVER (self), LAN_SERVER_STATUS_NONE);
  return self->info.status;
}

const char *
lan_server_get_name (LanServer *self)
{
  g_return_val_if_fail (LAN_IS_SERVER (self), NULL);
  return or_empty (self->info.name);
}

const char *
lan_server_get_address (LanServer *self)
{
  g_return_val_if_fail (LAN_IS_SERVER (self), NULL);
  return or_empty (self->info.address);
}

const char *
lan_server_get_login (LanServer *self)
{
  g_return_val_if_fail (LAN_IS_SERVER (self), NULL);
  return or_empty (self->info.login);
}

const char *
lan_server_get_error_code (LanServer *self)
{
  g_return_val_if_fail (LAN_IS_SERVER (self), NULL);
  return or_empty (self->info.error_code);
}

const char *
lan_server_get_error_text (LanServer *self)
{
  g_return_val_if_fail (LAN_IS_SERVER (self), NULL);
  return or_empty (self->info.error_text);
}

const char *
lan_server_get_warning_code (LanServer *self)
{
  g_return_val_if_fail (LAN_IS_SERVER (self), NULL);
  return or_empty (self->info.warning_code);
}

const char *
lan_server_get_warning_text (LanServer *self)
{
  g_return_val_if_fail (LAN_IS_SERVER (self), NULL);
  return or_empty (self->info.warning_text);
}

gboolean
lan_server_get_has_relay (LanServer *self)
{
  g_return_val_if_fail (LAN_IS_SERVER (self), FALSE);
  return self->info.has_relay;
}

/* --- what can be asked --- */

static LanCommand *
new_command (LanServer *self, LanCommandType type, GCancellable *cancellable,
             GAsyncReadyCallback callback, gpointer user_data, gpointer tag)
{
  LanCommand *command = lan_command_new (type);

  command->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (command->task, tag);
  return command;
}

void
lan_server_look_async (LanServer *self, const char *where, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_SERVER (self) && where != NULL);
  command = new_command (self, LAN_COMMAND_SERVER_LOOK, cancellable, callback, user_data,
                         lan_server_look_async);
  command->text = g_strdup (where);
  lan_node_ask (self->node, command);
}

char *
lan_server_look_finish (LanServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

GStrv
lan_server_dup_words (const char *key, const char *locale)
{
  LanWordList list = lan_word_list_for_locale (locale);
  guint16 indices[LAN_SERVER_WORDS];
  guint8 bytes[LAN_KEY_BYTES];
  GStrv words;

  g_return_val_if_fail (key != NULL, NULL);
  if (!lan_hex_decode (key, bytes, sizeof bytes))
    return NULL;
  lan_server_words (bytes, indices);
  words = g_new0 (char *, LAN_SERVER_WORDS + 1);
  for (guint i = 0; i < LAN_SERVER_WORDS; i++)
    words[i] = lan_word_dup (list, indices[i]);
  return words;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  LanServer *self = user_data;

  if (self->node != NULL)
    lan_node_push (self->node, lan_command_new (LAN_COMMAND_SERVER_CANCEL));
}

void
lan_server_join_async (LanServer *self, const char *where, const char *words, const char *login,
                       const char *password, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_SERVER (self) && where != NULL);
  command = new_command (self, LAN_COMMAND_SERVER_JOIN, cancellable, callback, user_data,
                         lan_server_join_async);
  command->text = g_strdup (where);
  command->name = g_strdup (login);
  command->words = g_strdup (words);
  command->secret = g_strdup (password);
  if (cancellable != NULL) /* until join_finish() */
    g_task_set_task_data (command->task,
                          GSIZE_TO_POINTER (g_signal_connect_object (
                              cancellable, "cancelled", G_CALLBACK (on_cancelled), self, 0)),
                          NULL);
  lan_node_ask (self->node, command);
}

gboolean
lan_server_join_finish (LanServer *self, GAsyncResult *result, GError **error)
{
  gsize handler;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  handler = GPOINTER_TO_SIZE (g_task_get_task_data (G_TASK (result)));
  if (handler != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (G_TASK (result)), (gulong) handler);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
lan_server_leave_async (LanServer *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail (LAN_IS_SERVER (self));
  lan_node_ask (self->node, new_command (self, LAN_COMMAND_SERVER_LEAVE, cancellable, callback,
                                         user_data, lan_server_leave_async));
}

gboolean
lan_server_leave_finish (LanServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
