/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * HELLO, the 44 bytes inside IK1, IK2, XX2 and XX3 (SECURITY 1.6):
 *
 *   0  seconds since 1970, u64 BE     12  device list seq u32    24  directory root, 16 bytes
 *   8  nanoseconds, u32 BE            16  directory epoch u64    40  capabilities u32
 *
 * The first 12 bytes are `ts`, compared with memcmp by the replay rule. Any thread.
 */
#pragma once

#include "lan-id.h"
#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_HELLO_BYTES 44
#define LAN_TS_BYTES    12

/* Append-only bits of LanHello.caps; unknown bits are ignored. */
enum {
  LAN_CAP_LINK = 1 << 0, /* can do links (ICE and ENet); without it the peer stays on lanes */
  LAN_CAP_BULK = 1 << 1, /* accepts bulk lanes */
};

typedef struct {
  guint8 ts[LAN_TS_BYTES];
  guint32 list_seq;    /* of the sender's own newest device list */
  guint64 dir_epoch;   /* zero without a company */
  guint8 dir_root[16]; /* zero without a company */
  guint32 caps;        /* LAN_CAP_ bits */
} LanHello;

void lan_hello_encode (const LanHello *hello, guint8 out[LAN_HELLO_BYTES]);
LanStatus lan_hello_decode (LanHello *hello, const guint8 *data,
                            gsize len) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Fills @ts for a new handshake: the wall clock, or one nanosecond after @last where the clock has
 * gone back (SECURITY 1.6). The caller keeps the result as the next @last, on disk for device keys.
 * @last: (nullable): the timestamp used before.
 */
void lan_ts_next (guint8 ts[LAN_TS_BYTES], const guint8 *last, gint64 wall_ms);

/** memcmp order: <0, 0, >0. */
int lan_ts_compare (const guint8 a[LAN_TS_BYTES], const guint8 b[LAN_TS_BYTES]);

/** Moves @ts forward by @nanoseconds. */
void lan_ts_add (guint8 ts[LAN_TS_BYTES], guint64 nanoseconds);

G_END_DECLS
