/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-carry-tag.h"

#include "lan-bytes.h"

#include <string.h>

void
lan_carry_tag (LanCarryTag *out, const guint8 secret[LAN_KEY_BYTES], guint32 day,
               const LanDeviceId *device)
{
  guint8 context[4 + LAN_DEVICE_ID_BYTES];
  guint8 both[2 * LAN_CARRY_TAG_BYTES];
  LanWriter w;

  lan_writer_init (&w, context, sizeof context);
  lan_write_u32 (&w, day);
  lan_write_bytes (&w, device->b, sizeof device->b);
  lan_kdf (both, sizeof both, secret, LAN_KDF_MBXTAG, context, w.len);
  memcpy (out->tag, both, sizeof out->tag);
  memcpy (out->fetch_key, both + sizeof out->tag, sizeof out->fetch_key);
}

void
lan_carry_ack_token (guint8 out[LAN_CARRY_TAG_BYTES], const guint8 secret[LAN_KEY_BYTES],
                     const LanMessageId *id)
{
  guint8 context[3 + LAN_MESSAGE_ID_BYTES];

  memcpy (context, "ack", 3);
  memcpy (context + 3, id->b, sizeof id->b);
  lan_kdf (out, LAN_CARRY_TAG_BYTES, secret, LAN_KDF_MBXTAG, context, sizeof context);
}

void
lan_carry_lock (guint8 out[LAN_CARRY_TAG_BYTES], const guint8 key[LAN_CARRY_TAG_BYTES])
{
  lan_hash_n (out, LAN_CARRY_TAG_BYTES, key, LAN_CARRY_TAG_BYTES);
}

void
lan_carry_id (LanMessageId *out, const guint8 *envelope, gsize len)
{
  lan_hash_n (out->b, sizeof out->b, envelope, len);
}
