/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The keys of a profile: the key store's file, what guards it (nothing, the system's keyring, or a
 * passphrase), and the identity that follows from it: account and device keys, own device list and
 * certificate, the history's key. Opening, creating and changing the guard take a worker thread (Argon2
 * runs for a second, a keyring may ask the person); their callbacks run in the caller's thread
 * default context. Between them a vault is used from one thread.
 */
#pragma once

#include "lan-cert.h"
#include "lan-device-list.h"
#include "lan-key-store.h"
#include "lan-node.h"
#include "lan-recovery-code.h"

G_BEGIN_DECLS

typedef struct _LanVault LanVault;

/** What it takes to open or make one; copied. */
typedef struct {
  const char *path;       /* of the key store's file */
  const char *name;       /* the display name of a new profile, NULL to open */
  const char *passphrase; /* may be NULL */
  gboolean keyring;       /* the system's keyring may be used */
} LanVaultRequest;

/**
 * Opens or makes a vault. Errors: PASSPHRASE_NEEDED, PASSPHRASE_WRONG, KEYRING, DAMAGED, NEWER,
 * DISK_FULL, FAILED.
 */
void lan_vault_open_async (const LanVaultRequest *request, GAsyncReadyCallback callback,
                           gpointer user_data);
LanVault *lan_vault_open_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Wipes every key. NULL is allowed. */
void lan_vault_free (LanVault *vault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanVault, lan_vault_free)

LanNodeProtection lan_vault_protection (const LanVault *vault);

/**
 * Changes what guards the keys. @old_passphrase is checked where one is set. While it runs the vault
 * may be read and must be neither changed nor freed.
 */
void lan_vault_guard_async (LanVault *vault, const char *old_passphrase, const char *new_passphrase,
                            gboolean keyring, GAsyncReadyCallback callback, gpointer user_data);
gboolean lan_vault_guard_finish (LanVault *vault, GAsyncResult *result, GError **error);

/* --- lan-vault-recovery.c --- */

/* Numbers of the device list left out when an account comes back out of a backup: lists that were issued
 * after the backup was made stay below the new one. */
#define LAN_VAULT_RESTORE_STEP 1024

/* What a backup kept of an account; borrowed. */
typedef struct {
  const guint8 *seed;
  GBytes *list;
  const guint8 *history_key;
  const LanRecoveryCode *code; /* NULL: none */
} LanVaultLegacy;

/**
 * A vault of an account that was, with the keys of a new device: the old one's logs may go on elsewhere, and no
 * number of theirs may be used twice. Nothing is written yet: lan_vault_save(). Takes a second where a
 * passphrase is set: on a worker.
 */
LanVault *lan_vault_restore (const LanVaultRequest *request, const LanVaultLegacy *legacy,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes the file (a few milliseconds). */
gboolean lan_vault_save (LanVault *vault, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** FALSE: none was made yet. */
gboolean lan_vault_get_recovery (const LanVault *vault, LanRecoveryCode *code);

/** A new one, in place of the one before, and writes the file. Secret. */
gboolean lan_vault_make_recovery (LanVault *vault, LanRecoveryCode *code, GError **error);

/* What is inside; borrowed, valid until the next change. */
const LanAccountId *lan_vault_account_id (const LanVault *vault);

/** Returns: (nullable): NULL on a limited device, which signs no certificates and lists. */
const LanAccountKeys *lan_vault_account (const LanVault *vault);
const LanDeviceKeys *lan_vault_device (const LanVault *vault);
const guint8 *lan_vault_history_key (const LanVault *vault);
GBytes *lan_vault_list (const LanVault *vault);
GBytes *lan_vault_cert (const LanVault *vault);
const char *lan_vault_name (const LanVault *vault);
guint32 lan_vault_list_seq (const LanVault *vault);

/** TRUE when the certificate should be issued again (SECURITY 4.1: after 300 of 400 days). */
gboolean lan_vault_needs_renewal (const LanVault *vault, gint64 wall_ms);

/**
 * Issues a new certificate under @name and a list with the next number, and writes the file
 * (a few milliseconds). @new_device: also makes new device keys; the one before is revoked. On error
 * nothing has changed. A limited device gets INVALID.
 */
gboolean lan_vault_reissue (LanVault *vault, const char *name, gboolean new_device, gint64 wall_ms,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- lan-vault-devices.c: the account's other devices; each writes the file --- */

/**
 * Another device, @from, has shown @list: it is taken over, or joined with ours.
 * @changed: (out): whether another list is in force now.
 */
gboolean lan_vault_take_list (LanVault *vault, GBytes *list, const LanDeviceId *from,
                              gboolean *changed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Completes @request, the first half of a new device's certificate, and issues a list with it.
 * @cert: (out) (transfer full). LIMIT comes as INVALID with its own text.
 */
gboolean lan_vault_admit (LanVault *vault, GBytes *request, gint64 wall_ms, GBytes **cert,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Keys of this device made for another account. Returns: (transfer full). */
LanDeviceKeys *lan_vault_device_for (const LanVault *vault,
                                     const LanAccountId *account) G_GNUC_WARN_UNUSED_RESULT;

/**
 * This device is one of another account from now on: writes the file, and leaves what is in memory
 * as it is, for those who use it until the profile is closed. @seed: (nullable): the account's key,
 * NULL: a limited device.
 */
gboolean lan_vault_adopt (LanVault *vault, GBytes *list, GBytes *cert, const guint8 *seed,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The next list, in which @device is revoked. NOT_FOUND, INVALID (this device, a limited one). */
gboolean lan_vault_revoke (LanVault *vault, const LanDeviceId *device, gint64 wall_ms,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
