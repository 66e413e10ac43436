/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The keys a person and a device are: an Ed25519 account key that signs certificates and device
 * lists, and for each device a separate Ed25519 key (records) and X25519 key (channels). No key is
 * ever converted or shared between the two (SECURITY D4). Secrets live in guarded memory and are
 * wiped when freed. A key object is immutable: any thread may read it.
 */
#pragma once

#include "lan-crypto.h"
#include "lan-random.h"

G_BEGIN_DECLS

typedef struct _LanAccountKeys LanAccountKeys;
typedef struct _LanDeviceKeys LanDeviceKeys;

/** Returns: (transfer full): a new account from 32 random bytes. */
LanAccountKeys *lan_account_keys_new (const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;
LanAccountKeys *
lan_account_keys_new_from_seed (const guint8 seed[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;
void lan_account_keys_free (LanAccountKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanAccountKeys, lan_account_keys_free)

/** Returns: (transfer none): the public key, which is the person's id. */
const LanAccountId *lan_account_keys_id (const LanAccountKeys *keys);

/** Returns: (transfer none): 32 secret bytes, for the key store only. */
const guint8 *lan_account_keys_seed (const LanAccountKeys *keys);

/** Signs tag || data; @tag must be one of the account's (CERT_ACCOUNT, DEVICE_LIST). */
void lan_account_keys_sign (const LanAccountKeys *keys, LanSignTag tag, const guint8 *data,
                            gsize len, guint8 sig[LAN_SIGNATURE_BYTES]);

/** Returns: (transfer full): a new device of @account from 64 random bytes. */
LanDeviceKeys *lan_device_keys_new (const LanAccountId *account,
                                    const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;
LanDeviceKeys *
lan_device_keys_new_from_seeds (const LanAccountId *account, const guint8 sign_seed[LAN_KEY_BYTES],
                                const guint8 dh_seed[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;
void lan_device_keys_free (LanDeviceKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanDeviceKeys, lan_device_keys_free)

/* Borrowed, as long as @keys lives. */
const LanAccountId *lan_device_keys_account (const LanDeviceKeys *keys);
const LanDeviceId *lan_device_keys_id (const LanDeviceKeys *keys);
const guint8 *lan_device_keys_sign_public (const LanDeviceKeys *keys);
const guint8 *lan_device_keys_dh_public (const LanDeviceKeys *keys);
const guint8 *
lan_device_keys_dh_secret (const LanDeviceKeys *keys); /* for channels and the store */
const guint8 *lan_device_keys_sign_seed (const LanDeviceKeys *keys); /* for the key store only */

/** Signs tag || data; @tag must be one of the device's (not an account's, issuer's or root's). */
void lan_device_keys_sign (const LanDeviceKeys *keys, LanSignTag tag, const guint8 *data, gsize len,
                           guint8 sig[LAN_SIGNATURE_BYTES]);

/** The device id: BLAKE2b-64(account || signing key || DH key), SECURITY 4.1. */
void lan_device_id_compute (LanDeviceId *out, const LanAccountId *account,
                            const guint8 sign_public[LAN_KEY_BYTES],
                            const guint8 dh_public[LAN_KEY_BYTES]);

/** The X25519 public key of a secret one. */
void lan_dh_public_from_secret (guint8 dh_public[LAN_KEY_BYTES],
                                const guint8 dh_secret[LAN_KEY_BYTES]);

/** FALSE for the low-order points, with which every DH would give the same public result. */
gboolean lan_dh_public_is_sound (const guint8 dh_public[LAN_KEY_BYTES]);

G_END_DECLS
