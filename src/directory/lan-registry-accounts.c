/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Accounts and devices in memory, and the tables that find them.
 */
#include "lan-registry-private.h"

#include <string.h>

gboolean
lan_account_is_active (const Account *account)
{
  return account->row.status == LAN_ACCOUNT_ACTIVE;
}

gboolean
lan_account_hides_from (const Account *account, const Account *from)
{
  const guint8 *keys;
  gsize low = 0, high;

  if (account->hidden == NULL)
    return FALSE;
  keys = g_bytes_get_data (account->hidden, &high);
  high /= LAN_ACCOUNT_ID_BYTES;
  while (low < high) {
    gsize mid = (low + high) / 2;
    int order =
        memcmp (keys + mid * LAN_ACCOUNT_ID_BYTES, from->row.account.b, LAN_ACCOUNT_ID_BYTES);

    if (order == 0)
      return TRUE;
    if (order < 0)
      low = mid + 1;
    else
      high = mid;
  }
  return FALSE;
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, LAN_ACCOUNT_ID_BYTES);
}

void
lan_registry_set_hidden (LanRegistry *registry, Account *account, GBytes *hidden)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (hidden, &len);

  g_clear_pointer (&account->hidden, g_bytes_unref);
  if (len >= LAN_ACCOUNT_ID_BYTES) {
    guint8 *sorted = g_memdup2 (data, len);

    len -= len % LAN_ACCOUNT_ID_BYTES;
    qsort (sorted, len / LAN_ACCOUNT_ID_BYTES, LAN_ACCOUNT_ID_BYTES, compare_keys);
    account->hidden = g_bytes_new_take (sorted, len);
  }
  lan_registry_presence_changed (registry, account);
}

void
lan_account_free (gpointer data)
{
  Account *account = data;

  lan_registry_account_row_clear (&account->row);
  g_clear_pointer (&account->attestation, g_bytes_unref);
  g_clear_pointer (&account->status, g_bytes_unref);
  g_clear_pointer (&account->hidden, g_bytes_unref);
  g_clear_pointer (&account->watchers, g_array_unref);
  g_free (account);
}

void
lan_device_free (gpointer data)
{
  Device *device = data;

  g_clear_pointer (&device->cert, g_bytes_unref);
  g_free (device);
}

Account *
lan_registry_add_account (LanRegistry *registry, const LanRegistryAccountRow *row)
{
  Account *account = g_new0 (Account, 1);

  lan_registry_account_row_copy (&account->row, row);
  g_hash_table_insert (registry->uids, &account->row.uid, account);
  g_hash_table_insert (registry->logins, account->row.login, account);
  if (!lan_account_id_is_zero (&account->row.account))
    g_hash_table_insert (registry->accounts, &account->row.account, account);
  return account;
}

void
lan_registry_change_account (LanRegistry *registry, Account *account,
                             const LanRegistryAccountRow *row)
{
  LanRegistryAccountRow old = account->row;

  g_hash_table_remove (registry->logins, old.login);
  if (!lan_account_id_is_zero (&old.account))
    g_hash_table_remove (registry->accounts, &old.account);
  lan_registry_account_row_copy (&account->row, row);
  lan_registry_account_row_clear (&old);
  g_hash_table_insert (registry->logins, account->row.login, account);
  if (!lan_account_id_is_zero (&account->row.account))
    g_hash_table_insert (registry->accounts, &account->row.account, account);
}

Device *
lan_registry_add_device (LanRegistry *registry, Account *account, const LanRegistryDeviceRow *row)
{
  Device *device = g_hash_table_lookup (registry->devices, &row->device);

  if (device == NULL) {
    device = g_new0 (Device, 1);
    device->id = row->device;
    memcpy (device->dh_public, row->dh_public, sizeof device->dh_public);
    device->account = account;
    device->next = account->devices;
    account->devices = device;
    device->mail_bytes = row->mail_bytes + row->mail_count * (guint64) LAN_REGISTRY_MAIL_OVERHEAD;
    device->mail_count = row->mail_count;
    device->one_time = row->one_time;
    device->signed_expires_s = row->signed_expires_s;
    device->presence = LANYARD__SERVER__STATE__AVAILABLE;
    g_hash_table_insert (registry->devices, &device->id, device);
    g_hash_table_insert (registry->keys, device->dh_public, device);
  }
  device->state = row->state;
  device->seen_s = MAX (device->seen_s, row->seen_s);
  if (row->cert != NULL) {
    g_clear_pointer (&device->cert, g_bytes_unref);
    device->cert = g_bytes_ref (row->cert);
  }
  return device;
}

/* Out of all tables, its connections closed. */
void
lan_registry_drop_device (LanRegistry *registry, Device *device, LanRefusal reason)
{
  Device **at = &device->account->devices;

  while (device->conns != NULL)
    lan_registry_farewell (registry, device->conns, reason, 0);
  while (*at != NULL && *at != device)
    at = &(*at)->next;
  if (*at == device)
    *at = device->next;
  if (device->is_seen)
    g_ptr_array_remove_fast (registry->seen, device);
  g_hash_table_remove (registry->keys, device->dh_public);
  g_hash_table_remove (registry->devices, &device->id);
}
