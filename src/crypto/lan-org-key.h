/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The organisation's root: an Ed25519 key that lives in a file on the administrator's computer, signs
 * issuer keys and server keys, and is never on the server (SECURITY 4.1). The file, 144 bytes:
 *
 *     0  "LYOR0001"        16  salt 16             72  nonce 24
 *     8  memory KiB u32    32  root public key 32  96  XChaCha20-Poly1305 (seed 32), 48 bytes
 *    12  passes u32        64  made: u64 Unix s        AD: bytes 0..72
 *
 * Its key is KDF (Argon2id's result, "LY1-orgroot", salt). Cost and bounds are the key store's:
 * lan_key_slot_prepare() chooses, lan_key_stretch() BLOCKS and belongs on a worker.
 *
 * A server's key may be renewed by the root, so that whoever pinned the old one can follow
 * (SECURITY 8.1). LSK1, 136 bytes, signed as "LSK1" || bytes 0..72:
 *
 *     0  "LSK1"   4  version 1   5  0 0 0   8  organisation 16   24  server's static key 32
 *    56  seq u64 (the greatest counts)   64  time u64 (Unix s)   72  signature 64
 *
 * A key object is immutable: any thread.
 */
#pragma once

#include "lan-identity.h"
#include "lan-key-store.h"

G_BEGIN_DECLS

#define LAN_ORG_KEY_FILE_BYTES 144
#define LAN_SERVER_KEY_BYTES   136

typedef struct _LanOrgKey LanOrgKey;

/** Returns: (transfer full): a new root from 32 random bytes. */
LanOrgKey *lan_org_key_new (const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;
void lan_org_key_free (LanOrgKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanOrgKey, lan_org_key_free)

/** Returns: (transfer none): 32 bytes, what an invite carries as o=. */
const guint8 *lan_org_key_public (const LanOrgKey *key);
void lan_org_id_of_root (LanOrgId *out, const guint8 root_public[LAN_KEY_BYTES]);

/* What can be read of a file without its passphrase. */
typedef struct {
  LanKeySlot slot; /* for lan_key_stretch() */
  guint8 root_public[LAN_KEY_BYTES];
  gint64 made_s;
  guint8 bytes[LAN_ORG_KEY_FILE_BYTES];
} LanOrgKeyFile;

/** Reads a file; LAN_STATUS_LIMIT when its cost is outside the bounds, before anybody pays it. */
LanStatus lan_org_key_file_decode (LanOrgKeyFile *file, const guint8 *data,
                                   gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** @stretched: lan_key_stretch() with @file's slot. LAN_STATUS_AUTH: wrong passphrase or damage. */
LanStatus lan_org_key_file_open (const LanOrgKeyFile *file, const guint8 stretched[LAN_KEY_BYTES],
                                 LanOrgKey **key) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full) (nullable): the file; NULL when @slot is not a passphrase's within bounds. */
GBytes *lan_org_key_save (const LanOrgKey *key, const LanKeySlot *slot,
                          const guint8 stretched[LAN_KEY_BYTES], gint64 made_s,
                          const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;

/** Signs tag || data; @tag must be one of the root's (ISSUER, SERVER_KEY). */
void lan_org_key_sign (const LanOrgKey *key, LanSignTag tag, const guint8 *data, gsize len,
                       guint8 sig[LAN_SIGNATURE_BYTES]);

typedef struct {
  LanOrgId org;
  guint8 server_public[LAN_KEY_BYTES];
  guint64 seq; /* from 1 */
  gint64 time_s;
} LanServerKey;

/** Returns: (transfer full): LSK1 for a server's new static key. */
GBytes *lan_server_key_issue (const LanOrgKey *root, const guint8 server_public[LAN_KEY_BYTES],
                              guint64 seq, gint64 time_s) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_server_key_decode (LanServerKey *key, const guint8 *data,
                                 gsize len) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_server_key_verify (LanServerKey *key, const guint8 root_public[LAN_KEY_BYTES],
                                 const guint8 *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
