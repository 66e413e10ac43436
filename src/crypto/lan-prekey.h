/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Prekeys (SECURITY section 5): what a device leaves at the server so that mail can be sealed to it
 * while it is off. The signed one, LSP1, is renewed weekly and lasts two weeks, 128 bytes, signed by
 * the device's signing key as "LSP1" || bytes 0..64:
 *
 *     0  "LSP1"   4  id u32, not 0   8  X25519 key 32   40  device id 8
 *    48  made u64 (Unix s)          56  expires u64     64  signature 64
 *
 * One-time prekeys are 36 bytes, id u32 (not 0) and key, handed out once each by the server; they are
 * not signed: with a wrong one the mail does not open, and nobody else can read it either. Whoever
 * keeps the secrets wipes them in time (LAN_PREKEY_KEEP_SECONDS; a one-time one with its mail).
 * Any thread.
 */
#pragma once

#include "lan-identity.h"

G_BEGIN_DECLS

#define LAN_PREKEY_BYTES         128
#define LAN_ONE_TIME_BYTES       36
#define LAN_PREKEY_RENEW_SECONDS (7 * G_GINT64_CONSTANT (86400))
#define LAN_PREKEY_LIFE_SECONDS  (14 * G_GINT64_CONSTANT (86400))
#define LAN_PREKEY_KEEP_SECONDS  (30 * G_GINT64_CONSTANT (86400)) /* after the successor was made */
#define LAN_ONE_TIME_FILL        100                              /* at the server */
#define LAN_ONE_TIME_REFILL      30                               /* fill up below this many */

typedef struct {
  guint32 id;
  guint8 public_key[LAN_KEY_BYTES];
  LanDeviceId device;
  gint64 made_s; /* Unix seconds */
  gint64 expires_s;
} LanPrekey;

/** Returns: (transfer full): LSP1 of @device for the public key @public_key; @id not 0. */
GBytes *lan_prekey_issue (const LanDeviceKeys *device, guint32 id,
                          const guint8 public_key[LAN_KEY_BYTES], gint64 made_s,
                          gint64 expires_s) G_GNUC_WARN_UNUSED_RESULT;

/** Reads the layout only. */
LanStatus lan_prekey_decode (LanPrekey *prekey, const guint8 *data,
                             gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Decodes and checks signature (@sign_public: from the device's certificate) and soundness. */
LanStatus lan_prekey_verify (LanPrekey *prekey, const guint8 sign_public[LAN_KEY_BYTES],
                             const guint8 *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** LAN_STATUS_EXPIRED outside its time, or when it claims to live longer than two weeks. */
LanStatus lan_prekey_check_time (const LanPrekey *prekey, gint64 now_s,
                                 gint64 slack_s) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  guint32 id;
  guint8 public_key[LAN_KEY_BYTES];
} LanOneTimePrekey;

void lan_one_time_encode (const LanOneTimePrekey *prekey, guint8 out[LAN_ONE_TIME_BYTES]);
LanStatus lan_one_time_decode (LanOneTimePrekey *prekey, const guint8 *data,
                               gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** A new X25519 pair; wipe @secret after use. */
void lan_prekey_make_pair (guint8 secret[LAN_KEY_BYTES], guint8 public_key[LAN_KEY_BYTES],
                           const LanRandom *random);

G_END_DECLS
