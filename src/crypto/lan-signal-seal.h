/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One signal from device to device by way of somebody who must not read it (DESIGN section 4): a
 * single message of Noise X, kind 4, sealed to the other's DH key and proving the sender's.
 *
 *   0  ephemeral key 32    32  sender's DH key 32 + 16    80  payload + 16
 *   payload: ts 12 (as in HELLO) | link id 16 | frame
 *
 * The prologue is that of a lane with kind 4, pattern 7 and an id of zeros, which is not sent. Who
 * opens one compares .ts by the replay rule of IK1 (SECURITY 1.6): X itself does not stop a replay.
 * Any thread.
 */
#pragma once

#include "lan-hello.h"
#include "lan-random.h"

#include "lan-crypto.h"

G_BEGIN_DECLS

#define LAN_SIGNAL_SEAL_OVERHEAD  (32 + 48 + LAN_TS_BYTES + LAN_LINK_ID_BYTES + 16)
#define LAN_SIGNAL_SEAL_MAX       4600 /* bytes of a sealed signal: what a server carries */
#define LAN_SIGNAL_SEAL_FRAME_MAX (LAN_SIGNAL_SEAL_MAX - LAN_SIGNAL_SEAL_OVERHEAD)

typedef struct {
  guint8 sender[LAN_KEY_BYTES]; /* proved: the sending device's DH key */
  guint8 ts[LAN_TS_BYTES];
  LanLinkId link_id;
  GBytes *frame;
} LanSignalOpened;

/**
 * Seals @frame (1 to LAN_SIGNAL_SEAL_FRAME_MAX bytes) for the device with @remote_public.
 * Returns: (transfer full) (nullable): NULL when @frame does not fit or a key cannot be used.
 */
GBytes *lan_signal_seal (const guint8 own_secret[LAN_KEY_BYTES],
                         const guint8 remote_public[LAN_KEY_BYTES], const guint8 ts[LAN_TS_BYTES],
                         const LanLinkId *link_id, GBytes *frame,
                         const LanRandom *random) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Opens what was sealed for us. @opened: (out): set on OK only; lan_signal_opened_clear() it.
 * Returns: OK, TRUNCATED, OVERSIZED, AUTH.
 */
LanStatus lan_signal_open (const guint8 own_secret[LAN_KEY_BYTES], const guint8 *data, gsize len,
                           const LanRandom *random,
                           LanSignalOpened *opened) G_GNUC_WARN_UNUSED_RESULT;

void lan_signal_opened_clear (LanSignalOpened *opened);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LanSignalOpened, lan_signal_opened_clear)

G_END_DECLS
