/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One slot of the key store: its 104 bytes, and wrapping and unwrapping of the master key. Private
 * to this module. Any thread.
 */
#pragma once

#include "lan-bytes.h"
#include "lan-key-store.h"

G_BEGIN_DECLS

#define LAN_KEY_SLOT_BYTES   104
#define LAN_KEY_SLOT_HEAD    32 /* kind, cost, salt: bound into the wrap */
#define LAN_KEY_NONCE_BYTES  24
#define LAN_KEY_SEALED_BYTES (LAN_KEY_BYTES + 16)
#define LAN_KEY_STORE_MAGIC  "LYKS0001"
#define LAN_KEY_MEM_MIN_KIB  (64u * 1024)
#define LAN_KEY_MEM_MAX_KIB  (1024u * 1024)
#define LAN_KEY_OPS_MAX      10u

typedef struct {
  LanKeySlot head;
  guint8 bytes[LAN_KEY_SLOT_BYTES]; /* as on disk; unknown kinds live on in it */
} LanWrappedSlot;

/** Reads a slot and checks its cost before anybody pays it (row 38). */
LanStatus lan_wrapped_slot_read (LanWrappedSlot *slot,
                                 const guint8 bytes[LAN_KEY_SLOT_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

/** LAN_STATUS_LIMIT when a cost is outside the bounds, MALFORMED where there must be none. */
LanStatus lan_key_slot_check (const LanKeySlot *slot) G_GNUC_WARN_UNUSED_RESULT;

/** @input: (nullable): NULL only for kind none. */
LanStatus lan_wrapped_slot_wrap (LanWrappedSlot *slot, const guint8 *input,
                                 const guint8 master[LAN_KEY_BYTES],
                                 const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_wrapped_slot_unwrap (const LanWrappedSlot *slot, const guint8 *input,
                                   guint8 master[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
