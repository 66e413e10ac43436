/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanVault: what its files share. */
#pragma once

#include "lan-random-system.h"
#include "lan-vault.h"

G_BEGIN_DECLS

struct _LanVault {
  char *path;
  LanKeyStore *store; /* unlocked */
  LanAccountKeys *account;
  LanDeviceKeys *device;
  GBytes *cert;
  GBytes *list;
  LanCert decoded; /* cert; carries the account id */
  guint32 list_seq;
};

/** Fills account, device, cert and list from the unlocked store. */
gboolean lan_vault_read_identity (LanVault *vault, GError **error);

/** Makes new keys, puts them into the store and reads them. */
gboolean lan_vault_make_identity (LanVault *vault, const char *name, GError **error);

/** The same for .account (and .list, where the account had one before, which @step numbers are left out
 * behind): keys of a new device, certificate and list. @history_key: (nullable): NULL: a new one. */
gboolean lan_vault_issue_first (LanVault *vault, const char *name, guint step,
                                const guint8 *history_key, GError **error);

/** Adds what shall guard the keys: the passphrase, else the keyring where it works, else nothing. */
gboolean lan_vault_add_guard (LanKeyStore *store, const char *passphrase, gboolean keyring,
                              GError **error);

/** TRUE when @text is the recovery code and has opened @store. */
gboolean lan_vault_unlock_recovery (LanKeyStore *store, const char *text);

/** The list after the present one, with all its devices; its number and predecessor are set. */
void lan_vault_next_list (const LanVault *vault, gint64 wall_ms, LanDeviceList *list);

/** Puts @list (and @cert, where it is not NULL) in force and writes the file; else all is as before. */
gboolean lan_vault_put_list (LanVault *vault, GBytes *list, GBytes *cert, GError **error);

/** Makes room for one more device: the oldest revoked one goes, it is refused all the same. */
gboolean lan_vault_make_room (LanDeviceList *list);
gboolean lan_vault_fail (GError **error, LanNodeError code, const char *text);

/** Writes the file: a temporary one, synced, renamed, the folder synced. */
gboolean lan_vault_write (LanVault *vault, GError **error);

/* lan-vault-keyring.c; both block and may ask the person: on a worker only. */
gboolean lan_keyring_lookup (const LanKeySlot *slot, guint8 key[LAN_KEY_BYTES], GError **error);
gboolean lan_keyring_store (const LanKeySlot *slot, const guint8 key[LAN_KEY_BYTES],
                            GError **error);
void lan_keyring_forget (const LanKeySlot *slot);

G_END_DECLS
