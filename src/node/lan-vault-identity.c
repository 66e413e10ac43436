/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The identity in a vault: making it, reading it, issuing certificates and lists. */
#include "lan-vault-private.h"

#include "lan-hello.h"
#include "lan-random-system.h"

#define SECOND_MS 1000

#define fail lan_vault_fail

gboolean
lan_vault_fail (GError **error, LanNodeError code, const char *text)
{
  g_set_error_literal (error, LAN_NODE_ERROR, (int) code, text);
  return FALSE;
}

static gboolean
put (LanKeyStore *store, LanSecretTag tag, const void *bytes, gsize len, GError **error)
{
  return lan_key_store_set_secret (store, tag, bytes, len) == LAN_STATUS_OK ||
         fail (error, LAN_NODE_ERROR_FAILED, "the key store does not take a key");
}

static gboolean
put_bytes (LanKeyStore *store, LanSecretTag tag, GBytes *bytes, GError **error)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);

  return put (store, tag, data, len, error);
}

void
lan_vault_next_list (const LanVault *vault, gint64 wall_ms, LanDeviceList *list)
{
  gsize len = 0;
  const guint8 *now =
      vault->list != NULL ? g_bytes_get_data (vault->list, &len) : (const guint8 *) NULL;

  memset (list, 0, sizeof *list);
  if (now == NULL || lan_device_list_verify (list, now, len) != LAN_STATUS_OK) {
    memset (list, 0, sizeof *list);
    list->account = *lan_account_keys_id (vault->account);
  } else {
    lan_device_list_hash (&list->previous, now, len);
  }
  list->seq++;
  list->time_s = wall_ms / SECOND_MS;
}

gboolean
lan_vault_make_room (LanDeviceList *list)
{
  for (guint i = 0; list->n_devices == LAN_DEVICE_LIST_MAX && i < list->n_devices; i++) {
    if (list->devices[i].state == LAN_DEVICE_ACTIVE)
      continue;
    memmove (&list->devices[i], &list->devices[i + 1],
             (list->n_devices - i - 1) * sizeof list->devices[0]);
    list->n_devices--;
  }
  return list->n_devices < LAN_DEVICE_LIST_MAX;
}

/* @device takes the place of the present one; the others stay as they are. */
static gboolean
next_list (const LanVault *vault, const LanDeviceKeys *device, gint64 wall_ms, guint step,
           LanDeviceList *list)
{
  lan_vault_next_list (vault, wall_ms, list);
  list->seq += step;
  for (guint i = list->n_devices; i > 0; i--) {
    LanDeviceEntry *entry = &list->devices[i - 1];

    if (lan_device_id_equal (&entry->device, lan_device_keys_id (device))) {
      memmove (entry, entry + 1, (list->n_devices - i) * sizeof *entry);
      list->n_devices--;
    } else if (vault->device != NULL &&
               lan_device_id_equal (&entry->device, lan_device_keys_id (vault->device))) {
      entry->state = LAN_DEVICE_REVOKED;
    }
  }
  return lan_vault_make_room (list);
}

static gboolean
issue (LanVault *vault, const LanDeviceKeys *device, const char *name, gint64 wall_ms, guint step,
       GBytes **cert, GBytes **list_bytes)
{
  LanDeviceList list;
  LanDeviceEntry *entry;
  gint64 now_s = wall_ms / SECOND_MS;
  gsize len;
  const guint8 *data;

  if (!next_list (vault, device, wall_ms, step, &list))
    return FALSE;
  /* A day back: clocks of a network are not that good, and nobody gains by it. */
  *cert = lan_cert_issue (vault->account, device, name, now_s - 86400,
                          now_s + LAN_CERT_LIFE_SECONDS - 86400, list.seq, LAN_CAP_LINK);
  if (*cert == NULL)
    return FALSE;
  entry = &list.devices[list.n_devices++];
  entry->device = *lan_device_keys_id (device);
  entry->state = LAN_DEVICE_ACTIVE;
  data = g_bytes_get_data (*cert, &len);
  lan_cert_hash (&entry->cert_hash, data, len);
  *list_bytes = lan_device_list_issue (&list, vault->account);
  return *list_bytes != NULL;
}

gboolean
lan_vault_read_identity (LanVault *vault, GError **error)
{
  const guint8 *account = lan_key_store_peek_key (vault->store, LAN_SECRET_ACCOUNT_SEED);
  const guint8 *sign = lan_key_store_peek_key (vault->store, LAN_SECRET_DEVICE_SIGN_SEED);
  const guint8 *dh = lan_key_store_peek_key (vault->store, LAN_SECRET_DEVICE_DH_SEED);
  gsize cert_len = 0, list_len = 0;
  const guint8 *cert = lan_key_store_peek_secret (vault->store, LAN_SECRET_DEVICE_CERT, &cert_len);
  const guint8 *list = lan_key_store_peek_secret (vault->store, LAN_SECRET_DEVICE_LIST, &list_len);
  LanDeviceList decoded;

  if (sign == NULL || dh == NULL || cert == NULL || list == NULL ||
      lan_vault_history_key (vault) == NULL)
    return fail (error, LAN_NODE_ERROR_DAMAGED, "the key store lacks a key: put back a backup");
  /* A limited device has no account key: whose it is, its certificate says. */
  vault->account = account != NULL ? lan_account_keys_new_from_seed (account) : NULL;
  if (lan_cert_verify (&vault->decoded, cert, cert_len) != LAN_STATUS_OK)
    return fail (error, LAN_NODE_ERROR_DAMAGED,
                 "the certificate in the key store is damaged: put back a backup");
  vault->device = lan_device_keys_new_from_seeds (&vault->decoded.account, sign, dh);
  if (lan_device_list_verify (&decoded, list, list_len) != LAN_STATUS_OK ||
      (account != NULL &&
       !lan_account_id_equal (lan_account_keys_id (vault->account), &vault->decoded.account)) ||
      !lan_device_id_equal (&vault->decoded.device, lan_device_keys_id (vault->device)))
    return fail (error, LAN_NODE_ERROR_DAMAGED,
                 "the keys in the key store do not belong together: put back a backup");
  vault->list_seq = decoded.seq;
  vault->cert = g_bytes_new (cert, cert_len);
  vault->list = g_bytes_new (list, list_len);
  return TRUE;
}

gboolean
lan_vault_make_identity (LanVault *vault, const char *name, GError **error)
{
  vault->account = lan_account_keys_new (lan_random_system ());
  return lan_vault_issue_first (vault, name, 0, NULL, error);
}

gboolean
lan_vault_issue_first (LanVault *vault, const char *name, guint step, const guint8 *history_key,
                       GError **error)
{
  const LanRandom *random = lan_random_system ();
  g_autoptr (LanDeviceKeys) device = NULL;
  g_autoptr (GBytes) cert = NULL, list = NULL;
  guint8 key[LAN_KEY_BYTES];
  gboolean ok;

  device = lan_device_keys_new (lan_account_keys_id (vault->account), random);
  if (history_key != NULL)
    memcpy (key, history_key, sizeof key);
  else
    lan_random_bytes (random, key, sizeof key);
  ok = issue (vault, device, name, g_get_real_time () / 1000, step, &cert, &list) ||
       fail (error, LAN_NODE_ERROR_INVALID, "this name cannot be put into a certificate");
  ok = ok &&
       put (vault->store, LAN_SECRET_ACCOUNT_SEED, lan_account_keys_seed (vault->account),
            LAN_KEY_BYTES, error) &&
       put (vault->store, LAN_SECRET_DEVICE_SIGN_SEED, lan_device_keys_sign_seed (device),
            LAN_KEY_BYTES, error) &&
       put (vault->store, LAN_SECRET_DEVICE_DH_SEED, lan_device_keys_dh_secret (device),
            LAN_KEY_BYTES, error) &&
       put (vault->store, LAN_SECRET_DB_KEY, key, sizeof key, error) &&
       put_bytes (vault->store, LAN_SECRET_DEVICE_CERT, cert, error) &&
       put_bytes (vault->store, LAN_SECRET_DEVICE_LIST, list, error);
  lan_secret_wipe (key, sizeof key);
  g_clear_pointer (&vault->account, lan_account_keys_free);
  g_clear_pointer (&vault->list, g_bytes_unref);
  return ok && lan_vault_read_identity (vault, error);
}

/* Puts what was read or made last in force again after a failed change. */
static void
put_back (LanVault *vault)
{
  g_autoptr (GError) error = NULL;

  if (!put (vault->store, LAN_SECRET_DEVICE_SIGN_SEED, lan_device_keys_sign_seed (vault->device),
            LAN_KEY_BYTES, &error) ||
      !put (vault->store, LAN_SECRET_DEVICE_DH_SEED, lan_device_keys_dh_secret (vault->device),
            LAN_KEY_BYTES, &error) ||
      !put_bytes (vault->store, LAN_SECRET_DEVICE_CERT, vault->cert, &error) ||
      !put_bytes (vault->store, LAN_SECRET_DEVICE_LIST, vault->list, &error))
    g_info ("the key store in memory is ahead of the file: %s", error->message);
}

gboolean
lan_vault_reissue (LanVault *vault, const char *name, gboolean new_device, gint64 wall_ms,
                   GError **error)
{
  g_autoptr (LanDeviceKeys) made =
      new_device && vault->account != NULL
          ? lan_device_keys_new (lan_account_keys_id (vault->account), lan_random_system ())
          : NULL;
  const LanDeviceKeys *device = made != NULL ? made : vault->device;
  g_autoptr (GBytes) cert = NULL, list = NULL;

  if (vault->account == NULL)
    return fail (error, LAN_NODE_ERROR_INVALID,
                 "this device is a limited one: do this on one that may change the account");
  if (!issue (vault, device, name, wall_ms, 0, &cert, &list))
    return fail (error, LAN_NODE_ERROR_INVALID, "this name cannot be put into a certificate");
  if (!put (vault->store, LAN_SECRET_DEVICE_SIGN_SEED, lan_device_keys_sign_seed (device),
            LAN_KEY_BYTES, error) ||
      !put (vault->store, LAN_SECRET_DEVICE_DH_SEED, lan_device_keys_dh_secret (device),
            LAN_KEY_BYTES, error) ||
      !put_bytes (vault->store, LAN_SECRET_DEVICE_CERT, cert, error) ||
      !put_bytes (vault->store, LAN_SECRET_DEVICE_LIST, list, error) ||
      !lan_vault_write (vault, error)) {
    put_back (vault);
    return FALSE;
  }
  g_clear_pointer (&vault->account, lan_account_keys_free);
  g_clear_pointer (&vault->device, lan_device_keys_free);
  g_clear_pointer (&vault->cert, g_bytes_unref);
  g_clear_pointer (&vault->list, g_bytes_unref);
  return lan_vault_read_identity (vault, error);
}

gboolean
lan_vault_put_list (LanVault *vault, GBytes *list, GBytes *cert, GError **error)
{
  LanDeviceList decoded;
  gsize len;
  const guint8 *data = g_bytes_get_data (list, &len);

  if (lan_device_list_verify (&decoded, data, len) != LAN_STATUS_OK)
    return fail (error, LAN_NODE_ERROR_FAILED, "the list of devices is damaged");
  if (!put_bytes (vault->store, LAN_SECRET_DEVICE_LIST, list, error) ||
      (cert != NULL && !put_bytes (vault->store, LAN_SECRET_DEVICE_CERT, cert, error)) ||
      !lan_vault_write (vault, error)) {
    put_back (vault);
    return FALSE;
  }
  g_bytes_ref (list);
  g_bytes_unref (vault->list);
  vault->list = list;
  vault->list_seq = decoded.seq;
  return TRUE;
}

gboolean
lan_vault_needs_renewal (const LanVault *vault, gint64 wall_ms)
{
  return vault->account != NULL &&
         wall_ms / SECOND_MS > vault->decoded.not_before_s + LAN_CERT_RENEW_SECONDS;
}

void
lan_vault_free (LanVault *vault)
{
  if (vault == NULL)
    return;
  lan_key_store_free (vault->store);
  lan_account_keys_free (vault->account);
  lan_device_keys_free (vault->device);
  g_clear_pointer (&vault->cert, g_bytes_unref);
  g_clear_pointer (&vault->list, g_bytes_unref);
  g_free (vault->path);
  g_free (vault);
}

const LanAccountId *
lan_vault_account_id (const LanVault *vault)
{
  return &vault->decoded.account;
}

const LanAccountKeys *
lan_vault_account (const LanVault *vault)
{
  return vault->account;
}

const LanDeviceKeys *
lan_vault_device (const LanVault *vault)
{
  return vault->device;
}

const guint8 *
lan_vault_history_key (const LanVault *vault)
{
  return lan_key_store_peek_key (vault->store, LAN_SECRET_DB_KEY);
}

GBytes *
lan_vault_list (const LanVault *vault)
{
  return vault->list;
}

GBytes *
lan_vault_cert (const LanVault *vault)
{
  return vault->cert;
}

const char *
lan_vault_name (const LanVault *vault)
{
  return vault->decoded.name;
}

guint32
lan_vault_list_seq (const LanVault *vault)
{
  return vault->list_seq;
}
