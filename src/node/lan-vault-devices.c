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

/* The new device's entry: in place of one that it had before, should it be linked once more. */
static gboolean
put_entry (LanDeviceList *list, const LanDeviceEntry *fresh)
{
  for (guint i = 0; i < list->n_devices; i++) {
    if (!lan_device_id_equal (&list->devices[i].device, &fresh->device))
      continue;
    if (list->devices[i].state != LAN_DEVICE_ACTIVE)
      return FALSE; /* once revoked, for ever */
    list->devices[i] = *fresh;
    return TRUE;
  }
  if (!lan_vault_make_room (list))
    return FALSE;
  list->devices[list->n_devices++] = *fresh;
  return TRUE;
}

gboolean
lan_vault_admit (LanVault *vault, GBytes *request, gint64 wall_ms, GBytes **cert, GError **error)
{
  g_autoptr (GBytes) made =
      vault->account != NULL ? lan_cert_complete (vault->account, request) : NULL;
  g_autoptr (GBytes) bytes = NULL;
  LanDeviceEntry entry = { .state = LAN_DEVICE_ACTIVE };
  LanDeviceList list;
  LanCert decoded;
  gsize len;
  const guint8 *data;

  if (made == NULL)
    return fail (error, LAN_NODE_ERROR_INVALID, "the new device's certificate is not acceptable");
  data = g_bytes_get_data (made, &len);
  if (lan_cert_verify (&decoded, data, len) != LAN_STATUS_OK)
    return fail (error, LAN_NODE_ERROR_INVALID, "the new device's certificate is not acceptable");
  entry.device = decoded.device;
  lan_cert_hash (&entry.cert_hash, data, len);
  lan_vault_next_list (vault, wall_ms, &list);
  if (!put_entry (&list, &entry))
    return fail (error, LAN_NODE_ERROR_INVALID,
                 "there are 16 devices already: revoke one that is not used any more");
  bytes = lan_device_list_issue (&list, vault->account);
  if (!lan_vault_put_list (vault, bytes, NULL, error))
    return FALSE;
  *cert = g_steal_pointer (&made);
  return TRUE;
}

LanDeviceKeys *
lan_vault_device_for (const LanVault *vault, const LanAccountId *account)
{
  return lan_device_keys_new_from_seeds (account, lan_device_keys_sign_seed (vault->device),
                                         lan_device_keys_dh_secret (vault->device));
}

static gboolean
put (LanVault *vault, LanSecretTag tag, const void *bytes, gsize len)
{
  return lan_key_store_set_secret (vault->store, tag, bytes, len) == LAN_STATUS_OK;
}

gboolean
lan_vault_adopt (LanVault *vault, GBytes *list, GBytes *cert, const guint8 *seed, GError **error)
{
  gsize list_len, cert_len;
  const guint8 *list_data = g_bytes_get_data (list, &list_len);
  const guint8 *cert_data = g_bytes_get_data (cert, &cert_len);

  if (!put (vault, LAN_SECRET_ACCOUNT_SEED, seed, seed != NULL ? LAN_KEY_BYTES : 0) ||
      !put (vault, LAN_SECRET_DEVICE_LIST, list_data, list_len) ||
      !put (vault, LAN_SECRET_DEVICE_CERT, cert_data, cert_len))
    return fail (error, LAN_NODE_ERROR_FAILED, "the key store does not take a key");
  return lan_vault_write (vault, error);
}
