/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The code by which a new device is linked (SECURITY section 9): 128 random bits that live two
 * minutes, shown by the new device and given to an old one. Typed as 26 characters of Crockford's
 * base32 (128 bits, then 2 bits of checksum), or scanned:
 *
 *     "LYL1" | code 16 | hash of the device's two public keys 32 | n u8 | n times: family u8 (4, 6),
 *     address 4 or 16, port u16                            as upper-case base32 behind "LYL1:"
 *
 * Of the code follow the psk of the lane (XXpsk0, kind 5) and the id that its preamble shows:
 * KDF (code || 0*16, "LY1-link", "psk") and (…, "id"). Text from outside ends in a LanStatus.
 * Any thread.
 */
#pragma once

#include "lan-crypto.h"
#include "lan-random.h"

G_BEGIN_DECLS

#define LAN_LINK_CODE_BYTES     16
#define LAN_LINK_CODE_CHARS     26
#define LAN_LINK_CODE_HINTS_MAX 8
#define LAN_LINK_CODE_LIFE_US   (120 * G_GINT64_CONSTANT (1000000))
#define LAN_LINK_CODE_TRIES     2 /* wrong ones, then it is dead */
#define LAN_LINK_ID_BYTES_SHOWN 16

typedef struct {
  guint8 family; /* 4 or 6 */
  guint8 address[16];
  guint16 port;
} LanLinkHint;

typedef struct {
  guint8 code[LAN_LINK_CODE_BYTES]; /* secret */
  gboolean has_keys;                /* scanned, not typed */
  LanHash keys;                     /* BLAKE2b-256 (signing key || DH key) of the new device */
  guint n_hints;
  LanLinkHint hints[LAN_LINK_CODE_HINTS_MAX];
} LanLinkCode;

/** A fresh code; nothing else is set. */
void lan_link_code_make (LanLinkCode *code, const LanRandom *random);

/** Returns: (transfer full): "ABCDE-FGHJK-…", the typed form in groups of five. */
char *lan_link_code_format (const LanLinkCode *code) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): what the QR code says; .has_keys must be TRUE. */
char *lan_link_code_format_qr (const LanLinkCode *code) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Reads either form. Typed: spaces, dashes and case do not matter, O is 0, I and L are 1.
 * Returns: OK, MALFORMED (other characters, length, checksum, layout), OVERSIZED.
 */
LanStatus lan_link_code_parse (LanLinkCode *code, const char *text) G_GNUC_WARN_UNUSED_RESULT;

void lan_link_code_psk (const LanLinkCode *code, guint8 psk[LAN_KEY_BYTES]);
void lan_link_code_lane_id (const LanLinkCode *code, guint8 id[LAN_LINK_ID_BYTES_SHOWN]);

/** What a waiting new device is recognised by (discovery's tags, as a contact secret is used). */
void lan_link_code_tag_secret (const LanLinkCode *code, guint8 secret[LAN_KEY_BYTES]);

/** What a new device's code says of its keys. */
void lan_link_code_hash_keys (LanHash *out, const guint8 sign_public[LAN_KEY_BYTES],
                              const guint8 dh_public[LAN_KEY_BYTES]);

G_END_DECLS
