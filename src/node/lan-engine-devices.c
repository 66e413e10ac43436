/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-devices.h"

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
