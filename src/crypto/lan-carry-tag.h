/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Names and proofs of carried mail (SECURITY section 5, carrier path). Two people who have accepted
 * each other share a contact secret, which nobody who carries knows. From it:
 *
 *     tag 16 || fetch key 16 = KDF (secret, "LY1-mbxtag", day u32 || recipient's device 8)
 *     ack token 16           = KDF (secret, "LY1-mbxtag", "ack" || envelope id 16)
 *
 * The carrier is given the tag, which it lists to everybody, and the locks of the other two
 * (BLAKE2b-128), so that only the recipient can fetch a letter, and only who shares the secret can
 * have it deleted; the author knows by the token that it arrived, whatever the carrier says. The
 * device is part of the context, or both people's letters of a day would have one tag. Any thread.
 */
#pragma once

#include "lan-kdf.h"

G_BEGIN_DECLS

#define LAN_CARRY_TAG_BYTES 16
#define LAN_CARRY_DAY_MS    G_GINT64_CONSTANT (86400000)

typedef struct {
  guint8 tag[LAN_CARRY_TAG_BYTES];
  guint8 fetch_key[LAN_CARRY_TAG_BYTES];
} LanCarryTag;

/** Of letters given out on @day (Unix days) for @device. */
void lan_carry_tag (LanCarryTag *out, const guint8 secret[LAN_KEY_BYTES], guint32 day,
                    const LanDeviceId *device);

/** What shows that the envelope called @id has arrived. */
void lan_carry_ack_token (guint8 out[LAN_CARRY_TAG_BYTES], const guint8 secret[LAN_KEY_BYTES],
                          const LanMessageId *id);

/** What of a fetch key or token may be known to anybody. */
void lan_carry_lock (guint8 out[LAN_CARRY_TAG_BYTES], const guint8 key[LAN_CARRY_TAG_BYTES]);

/** What an envelope is called: BLAKE2b-128. */
void lan_carry_id (LanMessageId *out, const guint8 *envelope, gsize len);

G_END_DECLS
