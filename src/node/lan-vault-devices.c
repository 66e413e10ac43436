/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The account's other devices: lists that they bring, and those issued here for them. */
#include "lan-vault-private.h"

#define fail lan_vault_fail

gboolean
lan_vault_take_list (LanVault *vault, GBytes *list, const LanDeviceId *from, gboolean *changed,
                     GError **error)
{
  g_autoptr (GBytes) settled = lan_device_list_settle (
      vault->list, lan_device_keys_id (vault->device), list, from, vault->account);

  *changed = FALSE;
  if (settled == NULL)
    return fail (error, LAN_NODE_ERROR_INVALID,
                 "another device has a list of devices that does not follow from the one here");
  if (g_bytes_equal (settled, vault->list))
    return TRUE;
  *changed = TRUE;
  return lan_vault_put_list (vault, settled, NULL, error);
}

gboolean
lan_vault_revoke (LanVault *vault, const LanDeviceId *device, gint64 wall_ms, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  LanDeviceEntry *entry = NULL;
  LanDeviceList list;

  if (vault->account == NULL)
    return fail (error, LAN_NODE_ERROR_INVALID,
                 "this device is a limited one: do this on one that may change the account");
  if (lan_device_id_equal (device, lan_device_keys_id (vault->device)))
    return fail (error, LAN_NODE_ERROR_INVALID,
                 "a device cannot take itself off the list: use another one");
  lan_vault_next_list (vault, wall_ms, &list);
  for (guint i = 0; i < list.n_devices; i++) {
    if (lan_device_id_equal (&list.devices[i].device, device))
      entry = &list.devices[i];
  }
  if (entry == NULL)
    return fail (error, LAN_NODE_ERROR_NOT_FOUND, "there is no such device");
  if (entry->state != LAN_DEVICE_ACTIVE)
    return TRUE;
  entry->state = LAN_DEVICE_REVOKED;
  bytes = lan_device_list_issue (&list, vault->account);
  return lan_vault_put_list (vault, bytes, NULL, error);
}
