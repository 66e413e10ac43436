/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* LanDevice and LanDevices: snapshots of the engine's devices, and commands to it. */
#include "lan-devices-private.h"

#include "lan-enum-types.h"
#include "lan-link-code.h"
#include "lan-node-private.h"
#include "lan-text.h"

#include <string.h>

#define DEVICE_NAME_MAX 64

const char *
lan_device_link_state_name (LanDeviceLinkState state)
{
  static const char *const names[] = { "none",    "code", "searching", "confirm",
                                       "waiting", "done", "failed" };

  return (guint) state < G_N_ELEMENTS (names) ? names[state] : names[0];
}

/* --- one device --- */

struct _LanDevice {
  GObject parent_instance;

  LanDeviceInfo info;
};

G_DEFINE_FINAL_TYPE (LanDevice, lan_device, G_TYPE_OBJECT)

enum { DEVICE_ID = 1, DEVICE_NAME, DEVICE_IS_SELF, DEVICE_ACTIVE, DEVICE_ONLINE, DEVICE_SINCE };

static void
lan_device_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LanDevice *self = LAN_DEVICE (object);

  switch (id) {
  case DEVICE_ID:
    g_value_set_string (value, self->info.id);
    break;
  case DEVICE_NAME:
    g_value_set_string (value, self->info.name);
    break;
  case DEVICE_IS_SELF:
    g_value_set_boolean (value, self->info.self);
    break;
  case DEVICE_ACTIVE:
    g_value_set_boolean (value, self->info.active);
    break;
  case DEVICE_ONLINE:
    g_value_set_boolean (value, self->info.online);
    break;
  case DEVICE_SINCE:
    g_value_set_int64 (value, self->info.since_ms);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
lan_device_finalize (GObject *object)
{
  lan_device_info_clear (&LAN_DEVICE (object)->info);
  G_OBJECT_CLASS (lan_device_parent_class)->finalize (object);
}

static void
lan_device_class_init (LanDeviceClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = lan_device_get_property;
  object_class->finalize = lan_device_finalize;
  g_object_class_install_property (object_class, DEVICE_ID,
                                   g_param_spec_string ("id", NULL, NULL, NULL, flags));
  g_object_class_install_property (object_class, DEVICE_NAME,
                                   g_param_spec_string ("name", NULL, NULL, NULL, flags));
  g_object_class_install_property (object_class, DEVICE_IS_SELF,
                                   g_param_spec_boolean ("is-self", NULL, NULL, FALSE, flags));
  g_object_class_install_property (object_class, DEVICE_ACTIVE,
                                   g_param_spec_boolean ("active", NULL, NULL, FALSE, flags));
  g_object_class_install_property (object_class, DEVICE_ONLINE,
                                   g_param_spec_boolean ("online", NULL, NULL, FALSE, flags));
  g_object_class_install_property (
      object_class, DEVICE_SINCE,
      g_param_spec_int64 ("since", NULL, NULL, 0, G_MAXINT64, 0, flags));
}

static void
lan_device_init (LanDevice *self)
{
}

const char *
lan_device_get_id (LanDevice *self)
{
  g_return_val_if_fail (LAN_IS_DEVICE (self), NULL);
  return self->info.id;
}

const char *
lan_device_get_name (LanDevice *self)
{
  g_return_val_if_fail (LAN_IS_DEVICE (self), NULL);
  return self->info.name;
}

gboolean
lan_device_get_is_self (LanDevice *self)
{
  g_return_val_if_fail (LAN_IS_DEVICE (self), FALSE);
  return self->info.self;
}

gboolean
lan_device_get_active (LanDevice *self)
{
  g_return_val_if_fail (LAN_IS_DEVICE (self), FALSE);
  return self->info.active;
}

gboolean
lan_device_get_online (LanDevice *self)
{
  g_return_val_if_fail (LAN_IS_DEVICE (self), FALSE);
  return self->info.online;
}

gint64
lan_device_get_since (LanDevice *self)
{
  g_return_val_if_fail (LAN_IS_DEVICE (self), 0);
  return self->info.since_ms;
}

/* --- all of them, and linking --- */

struct _LanDevices {
  GObject parent_instance;

  LanNode *node;  /* NULL once cut off */
  GPtrArray *all; /* of LanDevice */
  LanDeviceLinkInfo link;
};

static GType
get_item_type (GListModel *model)
{
  return LAN_TYPE_DEVICE;
}

static guint
get_n_items (GListModel *model)
{
  return LAN_DEVICES (model)->all->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *all = LAN_DEVICES (model)->all;

  return position < all->len ? g_object_ref (g_ptr_array_index (all, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (LanDevices, lan_devices, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum {
  PROP_LINK_STATE = 1,
  PROP_CODE,
  PROP_QR_TEXT,
  PROP_EXPIRES,
  PROP_OTHER_NAME,
  PROP_PERSON_NAME,
  PROP_FULL,
  PROP_ERROR_CODE,
  PROP_ERROR_TEXT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static const char *
text_or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static void
lan_devices_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LanDevices *self = LAN_DEVICES (object);

  switch (id) {
  case PROP_LINK_STATE:
    g_value_set_enum (value, (int) self->link.state);
    break;
  case PROP_CODE:
    g_value_set_string (value, lan_devices_get_code (self));
    break;
  case PROP_QR_TEXT:
    g_value_set_string (value, lan_devices_get_qr_text (self));
    break;
  case PROP_EXPIRES:
    g_value_set_int64 (value, self->link.expires_ms);
    break;
  case PROP_OTHER_NAME:
    g_value_set_string (value, lan_devices_get_other_name (self));
    break;
  case PROP_PERSON_NAME:
    g_value_set_string (value, lan_devices_get_person_name (self));
    break;
  case PROP_FULL:
    g_value_set_boolean (value, self->link.full);
    break;
  case PROP_ERROR_CODE:
    g_value_set_string (value, lan_devices_get_error_code (self));
    break;
  case PROP_ERROR_TEXT:
    g_value_set_string (value, lan_devices_get_error_text (self));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
lan_devices_finalize (GObject *object)
{
  LanDevices *self = LAN_DEVICES (object);

  g_ptr_array_unref (self->all);
  lan_device_link_info_clear (&self->link);
  G_OBJECT_CLASS (lan_devices_parent_class)->finalize (object);
}

static void
lan_devices_class_init (LanDevicesClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = lan_devices_get_property;
  object_class->finalize = lan_devices_finalize;
  props[PROP_LINK_STATE] = g_param_spec_enum ("link-state", NULL, NULL, LAN_TYPE_DEVICE_LINK_STATE,
                                              LAN_DEVICE_LINK_NONE, flags);
  props[PROP_CODE] = g_param_spec_string ("code", NULL, NULL, "", flags);
  props[PROP_QR_TEXT] = g_param_spec_string ("qr-text", NULL, NULL, "", flags);
  props[PROP_EXPIRES] = g_param_spec_int64 ("expires", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_OTHER_NAME] = g_param_spec_string ("other-name", NULL, NULL, "", flags);
  props[PROP_PERSON_NAME] = g_param_spec_string ("person-name", NULL, NULL, "", flags);
  props[PROP_FULL] = g_param_spec_boolean ("full", NULL, NULL, FALSE, flags);
  props[PROP_ERROR_CODE] = g_param_spec_string ("error-code", NULL, NULL, "", flags);
  props[PROP_ERROR_TEXT] = g_param_spec_string ("error-text", NULL, NULL, "", flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lan_devices_init (LanDevices *self)
{
  self->all = g_ptr_array_new_with_free_func (g_object_unref);
}

LanDevices *
lan_devices_new (LanNode *node)
{
  LanDevices *self = g_object_new (LAN_TYPE_DEVICES, NULL);

  self->node = node;
  return self;
}

void
lan_devices_cut (LanDevices *self)
{
  self->node = NULL;
}

void
lan_devices_apply (LanDevices *self, GPtrArray *devices)
{
  guint before = self->all->len;

  g_ptr_array_set_size (self->all, 0);
  for (guint i = 0; i < devices->len; i++) {
    LanDevice *device = g_object_new (LAN_TYPE_DEVICE, NULL);
    LanDeviceInfo *info = g_ptr_array_index (devices, i);

    device->info = *info;
    memset (info, 0, sizeof *info);
    g_ptr_array_add (self->all, device);
  }
  g_list_model_items_changed (G_LIST_MODEL (self), 0, before, self->all->len);
}

void
lan_devices_apply_link (LanDevices *self, LanDeviceLinkInfo *info)
{
  lan_device_link_info_clear (&self->link);
  self->link = *info;
  memset (info, 0, sizeof *info);
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), props[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

LanDeviceLinkState
lan_devices_get_link_state (LanDevices *self)
{
  g_return_val_if_fail (LAN_IS_DEVICES (self), LAN_DEVICE_LINK_NONE);
  return self->link.state;
}

const char *
lan_devices_get_code (LanDevices *self)
{
  g_return_val_if_fail (LAN_IS_DEVICES (self), NULL);
  return text_or_empty (self->link.code);
}

const char *
lan_devices_get_qr_text (LanDevices *self)
{
  g_return_val_if_fail (LAN_IS_DEVICES (self), NULL);
  return text_or_empty (self->link.qr_text);
}

gint64
lan_devices_get_expires (LanDevices *self)
{
  g_return_val_if_fail (LAN_IS_DEVICES (self), 0);
  return self->link.expires_ms;
}

const char *
lan_devices_get_other_name (LanDevices *self)
{
  g_return_val_if_fail (LAN_IS_DEVICES (self), NULL);
  return text_or_empty (self->link.other_name);
}

const char *
lan_devices_get_person_name (LanDevices *self)
{
  g_return_val_if_fail (LAN_IS_DEVICES (self), NULL);
  return text_or_empty (self->link.person_name);
}

gboolean
lan_devices_get_full (LanDevices *self)
{
  g_return_val_if_fail (LAN_IS_DEVICES (self), FALSE);
  return self->link.full;
}

const char *
lan_devices_get_error_code (LanDevices *self)
{
  g_return_val_if_fail (LAN_IS_DEVICES (self), NULL);
  return text_or_empty (self->link.error_code);
}

const char *
lan_devices_get_error_text (LanDevices *self)
{
  g_return_val_if_fail (LAN_IS_DEVICES (self), NULL);
  return text_or_empty (self->link.error_text);
}

/* --- what can be asked --- */

static gboolean
require_open (LanDevices *self, GError **error)
{
  if (self->node != NULL)
    return lan_node_require_open (self->node, error);
  g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN, "the profile is not open");
  return FALSE;
}

static char *
clean_name (const char *name, GError **error)
{
  g_autofree char *clean = lan_text_clean_line (name, -1, DEVICE_NAME_MAX);

  if (clean[0] != '\0')
    return g_steal_pointer (&clean);
  g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                       "a name needs at least one character that can be seen");
  return NULL;
}

gboolean
lan_devices_begin (LanDevices *self, const char *device_name, GError **error)
{
  g_autofree char *name = NULL;
  LanCommand *command;

  g_return_val_if_fail (LAN_IS_DEVICES (self) && device_name != NULL, FALSE);
  if (!require_open (self, error))
    return FALSE;
  name = clean_name (device_name, error);
  if (name == NULL)
    return FALSE;
  if (g_list_model_get_n_items (lan_node_get_conversations (self->node)) > 0) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "this profile has messages of its own: link a fresh one");
    return FALSE;
  }
  command = lan_command_new (LAN_COMMAND_DEVICE_BEGIN);
  command->name = g_steal_pointer (&name);
  lan_node_push (self->node, command);
  return TRUE;
}

gboolean
lan_devices_join (LanDevices *self, const char *code, const char *address, gboolean full,
                  GError **error)
{
  LanLinkCode parsed;
  LanCommand *command;
  LanStatus status;

  g_return_val_if_fail (LAN_IS_DEVICES (self) && code != NULL, FALSE);
  if (!require_open (self, error))
    return FALSE;
  status = lan_link_code_parse (&parsed, code);
  lan_secret_wipe (&parsed, sizeof parsed);
  if (status != LAN_STATUS_OK) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "this is no code of a new device: it has 26 letters and digits");
    return FALSE;
  }
  command = lan_command_new (LAN_COMMAND_DEVICE_JOIN);
  command->text = g_strdup (code);
  command->name = g_strdup (address);
  command->number = full;
  lan_node_push (self->node, command);
  return TRUE;
}

static void
push (LanDevices *self, LanCommandType type)
{
  if (self->node != NULL)
    lan_node_push (self->node, lan_command_new (type));
}

void
lan_devices_confirm (LanDevices *self)
{
  g_return_if_fail (LAN_IS_DEVICES (self));
  push (self, LAN_COMMAND_DEVICE_CONFIRM);
}

void
lan_devices_cancel (LanDevices *self)
{
  g_return_if_fail (LAN_IS_DEVICES (self));
  push (self, LAN_COMMAND_DEVICE_CANCEL);
}

void
lan_devices_set_name (LanDevices *self, const char *name)
{
  g_autofree char *clean = NULL;
  LanCommand *command;

  g_return_if_fail (LAN_IS_DEVICES (self) && name != NULL);
  clean = clean_name (name, NULL);
  if (clean == NULL || self->node == NULL)
    return;
  command = lan_command_new (LAN_COMMAND_DEVICE_NAME);
  command->text = g_steal_pointer (&clean);
  lan_node_push (self->node, command);
}

/* The device with that id, or the only one whose id begins so. */
static LanDevice *
find_device (LanDevices *self, const char *id, GError **error)
{
  LanDevice *found = NULL;

  for (guint i = 0; i < self->all->len; i++) {
    LanDevice *device = g_ptr_array_index (self->all, i);

    if (id[0] == '\0' || g_ascii_strncasecmp (device->info.id, id, strlen (id)) != 0)
      continue;
    if (found != NULL) {
      g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_AMBIGUOUS,
                   "several devices fit '%s': use more of the id", id);
      return NULL;
    }
    found = device;
  }
  if (found == NULL)
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND, "there is no device '%s'", id);
  return found;
}

void
lan_devices_revoke_async (LanDevices *self, const char *id, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;
  GError *error = NULL;
  LanDevice *device;
  LanCommand *command;

  g_return_if_fail (LAN_IS_DEVICES (self) && id != NULL);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_devices_revoke_async);
  device = find_device (self, id, &error);
  if (device == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  command = lan_command_new (LAN_COMMAND_DEVICE_REVOKE);
  command->text = g_strdup (device->info.id);
  command->task = task;
  lan_node_ask (self->node, command);
}

gboolean
lan_devices_revoke_finish (LanDevices *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
