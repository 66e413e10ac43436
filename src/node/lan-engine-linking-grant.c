/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the old device grants to the new one, and what that one keeps of it. */
#include "lan-engine-linking-private.h"

#include "lan-engine-server.h"
#include "lan-engine-store.h"

#include <string.h>

#define CLOSING_US   (2 * G_USEC_PER_SEC) /* what the last word gets to be sent */
#define SETTINGS_MAX 8

/* What a person chose about privacy holds on the new device from the first moment, and it knows which
 * server is theirs. */
static guint
collect_settings (LanEngine *engine, char *server, Lanyard__DeviceSetting *settings)
{
  lanyard__device_setting__init (&settings[0]);
  settings[0].key = (char *) "privacy.read-receipts";
  settings[0].value = (char *) (lan_core_get_read_receipts (engine->core) ? "1" : "0");
  lanyard__device_setting__init (&settings[1]);
  settings[1].key = (char *) "privacy.typing";
  settings[1].value = (char *) (lan_core_get_typing (engine->core) ? "1" : "0");
  if (server == NULL)
    return 2;
  lanyard__device_setting__init (&settings[2]);
  settings[2].key = (char *) LAN_SETTING_SERVER;
  settings[2].value = server;
  return 3;
}

void
lan_engine_linking_grant (LanEngineLinking *self, GBytes *request)
{
  LanEngine *engine = self->engine;
  Lanyard__DeviceGrant body = LANYARD__DEVICE_GRANT__INIT;
  Lanyard__DeviceSetting settings[SETTINGS_MAX], *pointers[SETTINGS_MAX];
  ProtobufCBinaryData data[LAN_DEVICE_LIST_MAX];
  GBytes *certs[LAN_DEVICE_LIST_MAX];
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) cert = NULL;
  g_autofree char *server = lan_engine_server_link (engine);
  LanCert decoded;
  gsize len;

  if (engine->vault_busy ||
      !lan_vault_admit (engine->vault, request, engine->now.wall_ms, &cert, &error)) {
    lan_engine_notice (engine, "devices", "%s",
                       error != NULL ? error->message : "The passphrase is being changed");
    lan_pairing_granted (self->pairing, NULL, NULL,
                         error != NULL && error->code == LAN_NODE_ERROR_INVALID
                             ? LAN_PAIRING_FAIL_LIMIT
                             : LAN_PAIRING_FAIL_STORE);
    return;
  }
  lan_core_add_own_cert (engine->core, cert);
  if (lan_cert_decode (&decoded, g_bytes_get_data (cert, NULL), g_bytes_get_size (cert)) ==
      LAN_STATUS_OK)
    lan_core_name_device (engine->core, &decoded.device, lan_pairing_get_other_name (self->pairing),
                          &engine->now);
  lan_engine_new_identity (engine, FALSE);
  body.n_certs = lan_core_get_own_certs (engine->core, certs, LAN_DEVICE_LIST_MAX);
  for (guint i = 0; i < body.n_certs; i++) {
    data[i].data = (guint8 *) g_bytes_get_data (certs[i], &len);
    data[i].len = len;
  }
  body.certs = data;
  if (lan_pairing_get_full (self->pairing)) {
    body.seed.data = (guint8 *) lan_account_keys_seed (lan_vault_account (engine->vault));
    body.seed.len = LAN_KEY_BYTES;
  }
  body.n_settings = collect_settings (engine, server, settings);
  for (guint i = 0; i < body.n_settings; i++)
    pointers[i] = &settings[i];
  body.settings = pointers;
  lan_pairing_granted (self->pairing, lan_vault_list (engine->vault), &body, LAN_PAIRING_FAIL_NONE);
}

/* What the history needs to know the other devices by at the next start. */
static void
keep_rows (LanEngine *engine, const LanAccountId *account, const Lanyard__DeviceGrant *granted,
           const LanDeviceId *self, const char *name)
{
  g_autofree char *hex = lan_device_id_to_hex (self);
  g_autofree char *key = g_strconcat ("device.", hex, NULL);
  GPtrArray *changes = lan_changes_new ();
  LanChange *change = lan_changes_add (changes, LAN_CHANGE_PERSON);

  change->person.account = *account;
  change->person.name = g_strdup ("");
  change->person.trust = LAN_TRUST_VERIFIED;
  change->person.flags = LAN_PERSON_ACCEPTED;
  change->person.list = g_bytes_new (granted->list.data, granted->list.len);
  for (gsize i = 0; i < granted->n_certs; i++) {
    LanCert cert;

    if (lan_cert_verify (&cert, granted->certs[i].data, granted->certs[i].len) != LAN_STATUS_OK ||
        !lan_account_id_equal (&cert.account, account) || lan_device_id_equal (&cert.device, self))
      continue;
    change = lan_changes_add (changes, LAN_CHANGE_DEVICE);
    change->device.device = cert.device;
    change->device.account = *account;
    change->device.cert = g_bytes_new (granted->certs[i].data, granted->certs[i].len);
  }
  lan_engine_store_commit (engine->stores, LAN_BATCH_OF_NODE, 0, changes);
  lan_engine_store_put (engine->stores, "core", key, name, strlen (name));
  for (gsize i = 0; i < granted->n_settings; i++) {
    const Lanyard__DeviceSetting *setting = granted->settings[i];

    if (g_str_has_prefix (setting->key, "privacy."))
      lan_engine_store_put (engine->stores, "app", setting->key, setting->value,
                            strlen (setting->value));
    if (strcmp (setting->key, "privacy.read-receipts") == 0)
      lan_engine_store_put (engine->stores, "core", "read-receipts", setting->value, 1);
    else if (strcmp (setting->key, "privacy.typing") == 0)
      lan_engine_store_put (engine->stores, "core", "typing", setting->value, 1);
    else if (strcmp (setting->key, LAN_SETTING_SERVER) == 0)
      lan_engine_server_keep_link (engine, setting->value);
  }
}

void
lan_engine_linking_adopt (LanEngineLinking *self)
{
  LanEngine *engine = self->engine;
  const Lanyard__DeviceGrant *granted = lan_pairing_get_grant (self->pairing);
  const LanAccountId *account = lan_pairing_get_account (self->pairing);
  g_autoptr (LanDeviceKeys) device = lan_vault_device_for (engine->vault, account);
  g_autoptr (GBytes) list = g_bytes_new (granted->list.data, granted->list.len);
  g_autoptr (GBytes) own = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  for (gsize i = 0; i < granted->n_certs && own == NULL; i++) {
    LanCert cert;

    if (lan_cert_verify (&cert, granted->certs[i].data, granted->certs[i].len) == LAN_STATUS_OK &&
        lan_device_id_equal (&cert.device, lan_device_keys_id (device)))
      own = g_bytes_new (granted->certs[i].data, granted->certs[i].len);
  }
  ok = own != NULL && !engine->vault_busy &&
       lan_vault_adopt (engine->vault, list, own,
                        granted->seed.len == LAN_KEY_BYTES ? granted->seed.data : NULL, &error);
  if (ok)
    keep_rows (engine, account, granted, lan_device_keys_id (device), self->name);
  else
    lan_engine_notice (engine, "devices", "%s",
                       error != NULL ? error->message : "The keys cannot be changed now");
  lan_pairing_adopted (self->pairing, ok);
  if (ok)
    self->close_us = engine->now.mono_us + CLOSING_US;
}
