/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * LanNode: the public face of a peer. State, options and signals are here; what is asked of the
 * node in lan-node-calls.c, opening in lan-node-open.c, lists and objects in lan-node-models.c. Nothing here waits.
 */
#include "lan-node.h"

#include "lan-crypto.h"
#include "lan-devices-private.h"
#include "lan-enum-types.h"
#include "lan-group-address.h"
#include "lan-group-chat.h"
#include "lan-node-carry.h"
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-profile.h"
#include "lan-server-private.h"

G_DEFINE_FINAL_TYPE (LanNode, lan_node, G_TYPE_OBJECT)

enum {
  PROP_PROFILE_DIR = 1,
  PROP_INTERFACES,
  PROP_MDNS,
  PROP_BROADCAST,
  PROP_PORT,
  PROP_KEYRING,
  PROP_HARDEN,
  PROP_STATE,
  PROP_PROTECTION,
  PROP_HIDDEN,
  PROP_CARRYING,
  PROP_TCP_PORT,
  PROP_SELF,
  PROP_PEOPLE,
  PROP_CONVERSATIONS,
  PROP_TRANSFERS,
  PROP_DEVICES,
  PROP_SERVER,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint signals[LAN_NODE_N_SIGNALS];

static void
lan_node_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LanNode *self = LAN_NODE (object);

  switch (id) {
  case PROP_PROFILE_DIR:
    g_value_set_string (value, self->profile_dir);
    break;
  case PROP_INTERFACES:
    g_value_set_boxed (value, self->interfaces);
    break;
  case PROP_MDNS:
    g_value_set_boolean (value, self->mdns);
    break;
  case PROP_BROADCAST:
    g_value_set_boolean (value, self->broadcast);
    break;
  case PROP_PORT:
    g_value_set_int (value, self->port);
    break;
  case PROP_KEYRING:
    g_value_set_boolean (value, self->keyring);
    break;
  case PROP_HARDEN:
    g_value_set_boolean (value, self->harden);
    break;
  case PROP_STATE:
    g_value_set_enum (value, (int) self->state);
    break;
  case PROP_PROTECTION:
    g_value_set_enum (value, (int) self->protection);
    break;
  case PROP_HIDDEN:
    g_value_set_boolean (value, self->hidden);
    break;
  case PROP_CARRYING:
    g_value_set_boolean (value, self->carrying);
    break;
  case PROP_TCP_PORT:
    g_value_set_uint (value, self->tcp_port);
    break;
  case PROP_SELF:
    g_value_set_object (value, lan_node_get_self (self));
    break;
  case PROP_PEOPLE:
    g_value_set_object (value, lan_node_get_people (self));
    break;
  case PROP_CONVERSATIONS:
    g_value_set_object (value, lan_node_get_conversations (self));
    break;
  case PROP_DEVICES:
    g_value_set_object (value, self->devices);
    break;
  case PROP_TRANSFERS:
    g_value_set_object (value, lan_node_get_transfers (self));
    break;
  case PROP_SERVER:
    g_value_set_object (value, self->server);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
lan_node_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LanNode *self = LAN_NODE (object);

  switch (id) {
  case PROP_PROFILE_DIR:
    self->profile_dir = g_value_dup_string (value);
    break;
  case PROP_INTERFACES:
    g_strfreev (self->interfaces);
    self->interfaces = g_value_dup_boxed (value);
    break;
  case PROP_MDNS:
    self->mdns = g_value_get_boolean (value);
    break;
  case PROP_BROADCAST:
    self->broadcast = g_value_get_boolean (value);
    break;
  case PROP_PORT:
    self->port = g_value_get_int (value);
    break;
  case PROP_KEYRING:
    self->keyring = g_value_get_boolean (value);
    break;
  case PROP_HARDEN:
    self->harden = g_value_get_boolean (value);
    break;
  case PROP_HIDDEN:
    lan_node_set_hidden (self, g_value_get_boolean (value));
    break;
  case PROP_CARRYING:
    lan_node_set_carrying (self, g_value_get_boolean (value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
lan_node_constructed (GObject *object)
{
  LanNode *self = LAN_NODE (object);

  G_OBJECT_CLASS (lan_node_parent_class)->constructed (object);
  self->context = g_main_context_ref_thread_default ();
  if (self->profile_dir == NULL)
    self->profile_dir = lan_node_default_dir ();
  self->models = lan_node_models_new (self);
  self->server = lan_server_new (self);
  self->devices = lan_devices_new (self);
}

static void
lan_node_finalize (GObject *object)
{
  LanNode *self = LAN_NODE (object);

  g_clear_pointer (&self->engine, lan_engine_release);
  g_clear_pointer (&self->models, lan_node_models_free);
  lan_devices_cut (self->devices);
  g_clear_object (&self->devices);
  lan_server_orphan (self->server);
  g_clear_object (&self->server);
  g_clear_pointer (&self->settings, g_hash_table_unref);
  g_clear_pointer (&self->interfaces, g_strfreev);
  g_clear_error (&self->open_error);
  g_free (self->profile_dir);
  g_free (self->audio_source);
  g_free (self->audio_sink);
  g_free (self->camera);
  g_free (self->screen);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (lan_node_parent_class)->finalize (object);
}

static void
install_options (GObjectClass *object_class)
{
  const GParamFlags option = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  props[PROP_PROFILE_DIR] =
      g_param_spec_string ("profile-dir", NULL, NULL, NULL, option | G_PARAM_CONSTRUCT_ONLY);
  props[PROP_INTERFACES] = g_param_spec_boxed ("interfaces", NULL, NULL, G_TYPE_STRV, option);
  props[PROP_MDNS] = g_param_spec_boolean ("mdns", NULL, NULL, TRUE, option | G_PARAM_CONSTRUCT);
  props[PROP_BROADCAST] =
      g_param_spec_boolean ("broadcast", NULL, NULL, TRUE, option | G_PARAM_CONSTRUCT);
  props[PROP_PORT] =
      g_param_spec_int ("port", NULL, NULL, -1, G_MAXUINT16, -1, option | G_PARAM_CONSTRUCT);
  props[PROP_KEYRING] =
      g_param_spec_boolean ("keyring", NULL, NULL, TRUE, option | G_PARAM_CONSTRUCT);
  props[PROP_HARDEN] =
      g_param_spec_boolean ("harden", NULL, NULL, TRUE, option | G_PARAM_CONSTRUCT);
  /**
   * LanNode:carrying:
   *
   * Whether sealed mail of contacts for people who are away is kept here. Notified also when how much
   * that is has changed.
   */
  props[PROP_CARRYING] =
      g_param_spec_boolean ("carrying", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  props[PROP_HIDDEN] =
      g_param_spec_boolean ("hidden", NULL, NULL, FALSE, option | G_PARAM_EXPLICIT_NOTIFY);
}

static void
install_state (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  props[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, LAN_TYPE_NODE_STATE, 0, flags);
  props[PROP_PROTECTION] =
      g_param_spec_enum ("protection", NULL, NULL, LAN_TYPE_NODE_PROTECTION, 0, flags);
  props[PROP_TCP_PORT] = g_param_spec_uint ("tcp-port", NULL, NULL, 0, G_MAXUINT16, 0, flags);
  props[PROP_SELF] = g_param_spec_object ("self", NULL, NULL, LAN_TYPE_PERSON, flags);
  props[PROP_PEOPLE] = g_param_spec_object ("people", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  props[PROP_CONVERSATIONS] =
      g_param_spec_object ("conversations", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  props[PROP_DEVICES] = g_param_spec_object ("devices", NULL, NULL, LAN_TYPE_DEVICES, flags);
  props[PROP_TRANSFERS] = g_param_spec_object ("transfers", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  props[PROP_SERVER] = g_param_spec_object ("server", NULL, NULL, LAN_TYPE_SERVER, flags);
}

static void
install_signals (GType type)
{
  static const struct {
    const char *name;
    GType (*get_type) (void);
  } one_object[] = {
    [LAN_NODE_PERSON_SEEN] = { "person-seen", lan_person_get_type },
    [LAN_NODE_PERSON_GONE] = { "person-gone", lan_person_get_type },
    [LAN_NODE_PERSON_CHANGED] = { "person-changed", lan_person_get_type },
    [LAN_NODE_MESSAGE_RECEIVED] = { "message-received", lan_message_get_type },
    [LAN_NODE_MESSAGE_STATE] = { "message-state", lan_message_get_type },
    [LAN_NODE_MESSAGE_CHANGED] = { "message-changed", lan_message_get_type },
    [LAN_NODE_FILE_OFFERED] = { "file-offered", lan_transfer_get_type },
    [LAN_NODE_FILE_PROGRESS] = { "file-progress", lan_transfer_get_type },
    [LAN_NODE_FILE_DONE] = { "file-done", lan_transfer_get_type },
    [LAN_NODE_FILE_FAILED] = { "file-failed", lan_transfer_get_type },
    [LAN_NODE_SERVER_CHANGED] = { "server-changed", lan_server_get_type },
    [LAN_NODE_SHARE_CHANGED] = { "share-changed", lan_share_get_type },
    [LAN_NODE_GROUP_CHANGED] = { "group-changed", lan_group_chat_get_type },
    [LAN_NODE_CALL_CHANGED] = { "call-changed", lan_call_get_type },
  };

  for (guint i = 0; i < G_N_ELEMENTS (one_object); i++)
    signals[i] = g_signal_new (one_object[i].name, type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, one_object[i].get_type ());
  signals[LAN_NODE_LINK_STATE] =
      g_signal_new ("link-state", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                    LAN_TYPE_PERSON, G_TYPE_STRING, G_TYPE_STRING);
  signals[LAN_NODE_NOTICE] = g_signal_new ("notice", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[LAN_NODE_STICKERS_CHANGED] = g_signal_new ("stickers-changed", type, G_SIGNAL_RUN_LAST, 0,
                                                     NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lan_node_class_init (LanNodeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = lan_node_constructed;
  object_class->get_property = lan_node_get_property;
  object_class->set_property = lan_node_set_property;
  object_class->finalize = lan_node_finalize;
  install_options (object_class);
  install_state (object_class);
  g_object_class_install_properties (object_class, N_PROPS, props);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

static void
lan_node_init (LanNode *self)
{
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->audio_source = g_strdup ("default");
  self->audio_sink = g_strdup ("default");
  self->camera = g_strdup ("default");
  self->screen = g_strdup ("default");
}

LanNode *
lan_node_new (const char *profile_dir)
{
  return g_object_new (LAN_TYPE_NODE, "profile-dir", profile_dir, NULL);
}

/* --- for the rest of the module --- */

void
lan_node_check_thread (LanNode *self)
{
  /* A context that nobody runs yet has no owner; then any thread that made the node may call. */
  g_assert (
      g_main_context_is_owner (self->context) ||
      g_main_context_get_thread_default () == self->context ||
      (g_main_context_get_thread_default () == NULL && self->context == g_main_context_default ()));
}

gboolean
lan_node_require_open (LanNode *self, GError **error)
{
  if (self->state == LAN_NODE_STATE_OPEN)
    return TRUE;
  g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN, "the profile is not open");
  return FALSE;
}

void
lan_node_push (LanNode *self, LanCommand *command)
{
  lan_node_check_thread (self);
  if (self->state == LAN_NODE_STATE_OPEN)
    lan_engine_push (self->engine, command);
  else
    lan_command_free (command);
}

void
lan_node_ask (LanNode *self, LanCommand *command)
{
  if (self != NULL && self->state == LAN_NODE_STATE_OPEN) {
    lan_node_push (self, command);
    return;
  }
  g_task_return_new_error (command->task, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN,
                           "the profile is not open");
  lan_command_free (command);
}

LanPerson *
lan_node_peek_person (LanNode *self, const LanAccountId *account)
{
  return lan_node_models_person (self->models, account);
}

LanPerson *
lan_node_ensure_person (LanNode *self, const LanAccountId *account)
{
  return lan_node_models_ensure_person (self->models, account);
}

void
lan_node_conversation_id (LanNode *self, LanPerson *person, LanConversationId *id)
{
  LanPerson *own = lan_node_get_self (self);

  memset (id, 0, sizeof *id);
  if (own != NULL && !lan_group_of_address (lan_person_peek_account (person), id))
    lan_conversation_id_of_pair (id, lan_person_peek_account (own),
                                 lan_person_peek_account (person));
}

LanNodeModels *
lan_node_peek_models (LanNode *self)
{
  return self->models;
}

GHashTable *
lan_node_peek_settings (LanNode *self)
{
  return self->settings;
}

void
lan_node_set_state (LanNode *self, LanNodeState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

void
lan_node_set_tcp_port (LanNode *self, guint port)
{
  if (self->tcp_port == port)
    return;
  self->tcp_port = port;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TCP_PORT]);
}

void
lan_node_notify_self (LanNode *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SELF]);
}

void
lan_node_emit_object (LanNode *self, LanNodeSignal signal, gpointer object)
{
  g_signal_emit (self, signals[signal], 0, object);
}

void
lan_node_emit_link_state (LanNode *self, LanPerson *person, const char *state, const char *path)
{
  g_signal_emit (self, signals[LAN_NODE_LINK_STATE], 0, person, state, path != NULL ? path : "");
}

void
lan_node_emit_notice (LanNode *self, const char *code, const char *text)
{
  g_signal_emit (self, signals[LAN_NODE_NOTICE], 0, code, text);
}

void
lan_node_on_hidden (LanNode *self, gboolean hidden)
{
  if (self->hidden == hidden)
    return;
  self->hidden = hidden;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HIDDEN]);
}

void
lan_node_on_carry (LanNode *self, const LanCarryInfo *carry)
{
  if (self->carrying == carry->on && self->carried_letters == carry->letters &&
      self->carried_bytes == carry->bytes)
    return;
  self->carrying = carry->on;
  self->carried_letters = carry->letters;
  self->carried_bytes = carry->bytes;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CARRYING]);
}

void
lan_node_on_protection (LanNode *self, LanNodeProtection protection)
{
  if (self->protection == protection)
    return;
  self->protection = protection;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROTECTION]);
}

LanNodeState
lan_node_get_state (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), LAN_NODE_STATE_CLOSED);
  return self->state;
}

const char *
lan_node_get_profile_dir (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return self->profile_dir;
}

LanNodeProtection
lan_node_get_protection (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), LAN_NODE_PROTECTION_NONE);
  return self->protection;
}

guint
lan_node_get_tcp_port (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), 0);
  return self->tcp_port;
}

gboolean
lan_node_get_hidden (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), FALSE);
  return self->hidden;
}

LanPerson *
lan_node_get_self (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return lan_node_models_self (self->models);
}

GListModel *
lan_node_get_people (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return lan_node_models_people (self->models);
}

GListModel *
lan_node_get_conversations (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return lan_node_models_conversations (self->models);
}

LanDevices *
lan_node_get_devices (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return self->devices;
}

GListModel *
lan_node_get_transfers (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return lan_node_models_transfers (self->models);
}

LanServer *
lan_node_get_server (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return self->server;
}
