/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Issuer keys: what signs for an organisation from day to day, itself signed by the offline root for
 * at most a year (SECURITY 4.1). Level 2 lives in the administrator's tool, level 1 at the server,
 * where it attests people by itself: whoever takes the server over can sign with it, and people see
 * the level. LIK1, 136 bytes, signed by the root as "LIK1" || bytes 0..72:
 *
 *     0  "LIK1"     6  0 0                24  issuer public key 32   64  not after u64
 *     4  version 1  8  organisation 16    56  not before u64 (s)     72  signature 64
 *     5  level
 *
 * A key object is immutable: any thread.
 */
#pragma once

#include "lan-org-key.h"

G_BEGIN_DECLS

#define LAN_ISSUER_BYTES        136
#define LAN_ISSUER_LIFE_SECONDS (366 * G_GINT64_CONSTANT (86400)) /* at most */

enum {
  LAN_LEVEL_SERVER = 1,  /* the server's own word */
  LAN_LEVEL_OFFLINE = 2, /* a person at the organisation, with the offline tool */
};

typedef struct _LanIssuerKey LanIssuerKey;

LanIssuerKey *lan_issuer_key_new (const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;
LanIssuerKey *
lan_issuer_key_new_from_seed (const guint8 seed[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;
void lan_issuer_key_free (LanIssuerKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanIssuerKey, lan_issuer_key_free)

const guint8 *lan_issuer_key_public (const LanIssuerKey *key);
const guint8 *lan_issuer_key_seed (const LanIssuerKey *key); /* 32 secret bytes, for a 0600 file */
const LanIssuerId *lan_issuer_key_id (const LanIssuerKey *key);
void lan_issuer_id_of_key (LanIssuerId *out, const guint8 public_key[LAN_KEY_BYTES]);

/** Signs tag || data; @tag must be one of an issuer's (ATTESTATION, DIRECTORY_HEAD). */
void lan_issuer_key_sign (const LanIssuerKey *key, LanSignTag tag, const guint8 *data, gsize len,
                          guint8 sig[LAN_SIGNATURE_BYTES]);

typedef struct {
  LanOrgId org;
  LanIssuerId id;
  guint8 public_key[LAN_KEY_BYTES];
  guint8 level; /* LAN_LEVEL_ */
  gint64 not_before_s;
  gint64 not_after_s;
} LanIssuer;

/** Returns: (transfer full): LIK1 for @public_key; the life must be within a year. */
GBytes *lan_issuer_issue (const LanOrgKey *root, const guint8 public_key[LAN_KEY_BYTES],
                          guint level, gint64 not_before_s,
                          gint64 not_after_s) G_GNUC_WARN_UNUSED_RESULT;

/** Reads the layout only. */
LanStatus lan_issuer_decode (LanIssuer *issuer, const guint8 *data,
                             gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Decodes and checks that @root_public signed it. */
LanStatus lan_issuer_verify (LanIssuer *issuer, const guint8 root_public[LAN_KEY_BYTES],
                             const guint8 *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** LAN_STATUS_EXPIRED outside its time; @slack_s is patience with wrong clocks. */
LanStatus lan_issuer_check_time (const LanIssuer *issuer, gint64 now_s,
                                 gint64 slack_s) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
