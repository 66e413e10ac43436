/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The recovery code of a vault, and a vault made anew out of what a backup kept. */
#include "lan-vault-private.h"

#include "lan-random-system.h"

#define fail lan_vault_fail

gboolean
lan_vault_get_recovery (const LanVault *vault, LanRecoveryCode *code)
{
  gsize len = 0;
  const guint8 *bytes = lan_key_store_peek_secret (vault->store, LAN_SECRET_RECOVERY, &len);

  return bytes != NULL && lan_recovery_code_load (code, bytes, len);
}

/* The code opens the key store too, from now on this one only. */
static gboolean
set_recovery (LanKeyStore *store, const LanRecoveryCode *code, GError **error)
{
  const LanRandom *random = lan_random_system ();
  guint8 input[LAN_KEY_BYTES];
  LanKeySlot slot;
  LanStatus status;
  int old;

  while ((old = lan_key_store_find_slot (store, LAN_KEY_SLOT_RECOVERY)) >= 0) {
    if (lan_key_store_remove_slot (store, (guint) old) != LAN_STATUS_OK)
      break;
  }
  lan_key_slot_prepare (&slot, LAN_KEY_SLOT_RECOVERY, random);
  lan_recovery_code_input (code, input);
  status = lan_key_store_add_slot (store, &slot, input, random);
  lan_secret_wipe (input, sizeof input);
  if (status == LAN_STATUS_OK)
    status = lan_key_store_set_secret (store, LAN_SECRET_RECOVERY, code->bytes, sizeof code->bytes);
  return status == LAN_STATUS_OK ||
         fail (error, LAN_NODE_ERROR_FAILED, "the key store does not take the recovery code");
}

gboolean
lan_vault_make_recovery (LanVault *vault, LanRecoveryCode *code, GError **error)
{
  lan_recovery_code_make (code, lan_random_system ());
  return set_recovery (vault->store, code, error) && lan_vault_write (vault, error);
}

gboolean
lan_vault_unlock_recovery (LanKeyStore *store, const char *text)
{
  int index = lan_key_store_find_slot (store, LAN_KEY_SLOT_RECOVERY);
  guint8 input[LAN_KEY_BYTES];
  LanRecoveryCode code;
  LanStatus status;

  if (index < 0 || text == NULL || lan_recovery_code_parse (&code, text) != LAN_STATUS_OK)
    return FALSE;
  lan_recovery_code_input (&code, input);
  status = lan_key_store_unlock (store, (guint) index, input);
  lan_secret_wipe (&code, sizeof code);
  lan_secret_wipe (input, sizeof input);
  return status == LAN_STATUS_OK;
}

LanVault *
lan_vault_restore (const LanVaultRequest *request, const LanVaultLegacy *legacy, GError **error)
{
  g_autoptr (LanVault) vault = g_new0 (LanVault, 1);

  vault->path = g_strdup (request->path);
  vault->store = lan_key_store_new (lan_random_system ());
  vault->account = lan_account_keys_new_from_seed (legacy->seed);
  vault->list = g_bytes_ref (legacy->list);
  if (!lan_vault_issue_first (vault, request->name, LAN_VAULT_RESTORE_STEP, legacy->history_key,
                              error) ||
      !lan_vault_add_guard (vault->store, request->passphrase, request->keyring, error) ||
      (legacy->code != NULL && !set_recovery (vault->store, legacy->code, error)))
    return NULL;
  return g_steal_pointer (&vault);
}

gboolean
lan_vault_save (LanVault *vault, GError **error)
{
  return lan_vault_write (vault, error);
}
