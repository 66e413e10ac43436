/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanVault: what its files share. */
#pragma once

#include "lan-vault.h"

G_BEGIN_DECLS

struct _LanVault {
  char *path;
  LanKeyStore *store; /* unlocked */
  LanAccountKeys *account;
  LanDeviceKeys *device;
  GBytes *cert;
  GBytes *list;
  LanCert decoded; /* cert */
  guint32 list_seq;
};

/** Fills account, device, cert and list from the unlocked store. */
gboolean lan_vault_read_identity (LanVault *vault, GError **error);

/** Makes new keys, puts them into the store and reads them. */
gboolean lan_vault_make_identity (LanVault *vault, const char *name, GError **error);

/** Writes the file: a temporary one, synced, renamed, the folder synced. */
gboolean lan_vault_write (LanVault *vault, GError **error);

/* lan-vault-keyring.c; both block and may ask the person: on a worker only. */
gboolean lan_keyring_lookup (const LanKeySlot *slot, guint8 key[LAN_KEY_BYTES], GError **error);
gboolean lan_keyring_store (const LanKeySlot *slot, const guint8 key[LAN_KEY_BYTES],
                            GError **error);
void lan_keyring_forget (const LanKeySlot *slot);

G_END_DECLS
