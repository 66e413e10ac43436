/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-devices.h"

#include "lan-event.h"

void
lan_engine_devices_on_list (LanEngine *engine, GBytes *list, const LanDeviceId *from)
{
  g_autoptr (GError) error = NULL;
  gboolean changed;

  if (engine->vault_busy)
    return; /* it is shown again on the next channel */
  if (!lan_vault_take_list (engine->vault, list, from, &changed, &error))
    lan_engine_notice (engine, "devices", "%s", error->message);
  else if (changed)
    lan_engine_new_identity (engine, FALSE);
}

void
lan_engine_devices_on_revoked (LanEngine *engine)
{
  lan_engine_notice (engine, "device-revoked",
                     "This device was taken off the list of your devices: nobody accepts it any "
                     "more. What is on it stays readable here; link it again to go on using it");
}

void
lan_engine_devices_tell (LanEngine *engine)
{
  g_autoptr (GArray) devices = lan_core_list_devices (engine->core);
  LanEvent *event = lan_event_new (LAN_EVENT_DEVICES);

  event->devices = lan_device_infos_new ();
  for (guint i = 0; i < devices->len; i++) {
    const LanOwnDevice *device = &g_array_index (devices, LanOwnDevice, i);
    LanDeviceInfo *info = g_new0 (LanDeviceInfo, 1);

    info->id = lan_device_id_to_hex (&device->id);
    info->name = g_strdup (device->name != NULL ? device->name : "");
    info->self = device->self;
    info->active = device->active;
    info->online = device->online;
    info->since_ms = device->since_s * 1000;
    g_ptr_array_add (event->devices, info);
  }
  lan_engine_tell (engine, event);
}

static void
revoke_device (LanEngine *engine, const char *id, GTask *task)
{
  GError *error = NULL;
  LanDeviceId device;

  if (!lan_device_id_from_hex (&device, id))
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                 "a device's id is 16 hex digits");
  else if (engine->vault_busy)
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                 "the passphrase is being changed: try again in a moment");
  else if (lan_vault_revoke (engine->vault, &device, engine->now.wall_ms, &error))
    lan_engine_new_identity (engine, FALSE);
  lan_engine_reply (engine, task, error);
}

void
lan_engine_devices_execute (LanEngine *engine, LanCommand *c)
{
  if (c->type == LAN_COMMAND_DEVICE_BEGIN)
    lan_engine_linking_begin (engine, c->name);
  else if (c->type == LAN_COMMAND_DEVICE_JOIN)
    lan_engine_linking_join (engine, c->text, c->name, c->number != 0);
  else if (c->type == LAN_COMMAND_DEVICE_CONFIRM)
    lan_engine_linking_confirm (engine);
  else if (c->type == LAN_COMMAND_DEVICE_CANCEL)
    lan_engine_linking_cancel (engine);
  else if (c->type == LAN_COMMAND_DEVICE_NAME)
    lan_core_set_device_name (engine->core, c->text, &engine->now);
  else if (c->type == LAN_COMMAND_DEVICE_REVOKE)
    revoke_device (engine, c->text, g_steal_pointer (&c->task));
}
