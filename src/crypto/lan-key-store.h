/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The key store as bytes (SECURITY section 9): a random master key seals the body; each slot holds
 * the master key wrapped in another way of getting in. Files, the keyring and the worker that runs
 * Argon2 are node's.
 *
 *   file:  "LYKS0001" | slots u8 | 0*7 | slot * n | nonce 24 | XChaCha20-Poly1305 (body)
 *          (AD: everything before the nonce)
 *   slot:  kind u8 | 0*3 | mem KiB u32 | ops u32 | 0*4 | salt 16 | nonce 24 | sealed master key 48
 *   body:  version u32 = 1 | { tag u16 | length u16 | bytes } ...
 *
 * Slot key = KDF (input, "LY1-slot", kind || salt); input is zeros (none), Argon2id's result
 * (passphrase), or 32 random bytes kept elsewhere (external). The wrap's AD is "LYKS0001" and the
 * slot's first 32 bytes. Slots of unknown kinds and secrets of unknown tags survive a round trip.
 *
 *   new -------> UNLOCKED <--unlock-- LOCKED <--- load
 *
 * One thread at a time.
 */
#pragma once

#include "lan-crypto.h"
#include "lan-random.h"

G_BEGIN_DECLS

#define LAN_KEY_STORE_MAX_SLOTS 8
#define LAN_KEY_STORE_MAX_BYTES (64 * 1024)
#define LAN_KEY_SALT_BYTES      16

/* Append-only. */
typedef enum {
  LAN_KEY_SLOT_NONE = 0,       /* opens without anything: 'not protected' (amendment h) */
  LAN_KEY_SLOT_PASSPHRASE = 1, /* Argon2id */
  LAN_KEY_SLOT_EXTERNAL = 2,   /* 32 random bytes in the keyring */
  LAN_KEY_SLOT_RECOVERY = 3,   /* 32 bytes made from a recovery code */
} LanKeySlotKind;

/* Append-only tags of the body. */
typedef enum {
  LAN_SECRET_ACCOUNT_SEED = 1,
  LAN_SECRET_DEVICE_SIGN_SEED = 2,
  LAN_SECRET_DEVICE_DH_SEED = 3,
  LAN_SECRET_DB_KEY = 4,
  LAN_SECRET_DEVICE_LIST = 5, /* own LDL1: not secret, but must not go back with the history */
  LAN_SECRET_DEVICE_CERT = 6, /* own LDC1 */
  LAN_SECRET_RECOVERY = 7,    /* the recovery code, to make backups with */
} LanSecretTag;

typedef struct {
  guint8 kind;     /* LanKeySlotKind, or unknown */
  guint32 mem_kib; /* Argon2id's memory, passphrase only */
  guint32 ops;
  guint8 salt[LAN_KEY_SALT_BYTES];
} LanKeySlot;

typedef struct _LanKeyStore LanKeyStore;

/** Returns: (transfer full): an unlocked store with a new master key, no secrets and no slots. */
LanKeyStore *lan_key_store_new (const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Reads a file's header; bounds on Argon2's parameters are enforced here, before anybody runs it
 * (64 MiB to 1 GiB, at most 10 passes).
 */
LanStatus lan_key_store_load (LanKeyStore **store, const guint8 *data,
                              gsize len) G_GNUC_WARN_UNUSED_RESULT;
void lan_key_store_free (LanKeyStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanKeyStore, lan_key_store_free)

guint lan_key_store_n_slots (const LanKeyStore *store);
void lan_key_store_get_slot (const LanKeyStore *store, guint index, LanKeySlot *slot);

/** Returns: index of the first slot of @kind, or -1. */
int lan_key_store_find_slot (const LanKeyStore *store, LanKeySlotKind kind);

/** @input: (nullable): 32 bytes, NULL for kind none. LAN_STATUS_AUTH: wrong key or damaged file. */
LanStatus lan_key_store_unlock (LanKeyStore *store, guint index,
                                const guint8 *input) G_GNUC_WARN_UNUSED_RESULT;
gboolean lan_key_store_is_unlocked (const LanKeyStore *store);

/** Chooses a salt and, for a passphrase, the default cost (256 MiB, 3 passes), for a new slot. */
void lan_key_slot_prepare (LanKeySlot *slot, LanKeySlotKind kind, const LanRandom *random);

/** Wraps the master key once more; LAN_STATUS_STATE when locked, LAN_STATUS_LIMIT when full. */
LanStatus lan_key_store_add_slot (LanKeyStore *store, const LanKeySlot *slot, const guint8 *input,
                                  const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_key_store_remove_slot (LanKeyStore *store, guint index) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a new master key and drops every slot: what 'the passphrase leaked' asks for. The caller
 * adds the slots again before saving.
 */
LanStatus lan_key_store_renew (LanKeyStore *store,
                               const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (nullable) (transfer none): the secret's bytes, NULL when absent or locked. */
const guint8 *lan_key_store_peek_secret (const LanKeyStore *store, LanSecretTag tag, gsize *len);

/** Like peek, for secrets of exactly 32 bytes: NULL when absent, locked or of another size. */
const guint8 *lan_key_store_peek_key (const LanKeyStore *store, LanSecretTag tag);
LanStatus lan_key_store_set_secret (LanKeyStore *store, LanSecretTag tag, const guint8 *bytes,
                                    gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full) (nullable): the file's bytes; NULL when locked or without a slot. */
GBytes *lan_key_store_save (const LanKeyStore *store,
                            const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Argon2id: BLOCKS for a second and takes @slot's memory; run it on a worker. The cost must be
 * within the bounds above. LAN_STATUS_LIMIT: this machine has not the memory.
 */
LanStatus lan_key_stretch (const LanKeySlot *slot, const char *passphrase,
                           guint8 out[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
