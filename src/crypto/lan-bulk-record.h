/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The records of a lane whose handshake is done, for who seals and opens them itself: bulk lanes,
 * on their own threads, without a copy. The bytes on the wire are those of SECURITY 1.7:
 *
 *   length u16 BE | sealed (type u8 | pad length u16 = 0 | head 61 | payload) | tag 16
 *
 * The head fills ChaCha20's first block, so that the payload begins a block of its own and can be
 * sealed from and opened to a buffer elsewhere: the same cipher, key and nonce as everywhere
 * (RFC 8439, put together from libsodium's parts; a test holds it to the whole). END, REKEY
 * and ERROR records are as short as on any lane. A flow is one direction and belongs to one thread
 * at a time.
 */
#pragma once

#include "lan-lane.h"

G_BEGIN_DECLS

#define LAN_BULK_RECORD_HEAD_BYTES   61
#define LAN_BULK_RECORD_PAYLOAD_MAX  65408 /* a multiple of the cipher's block */
#define LAN_BULK_RECORD_LENGTH_BYTES 2
#define LAN_BULK_RECORD_OVERHEAD     (2 + 3 + LAN_BULK_RECORD_HEAD_BYTES + 16)
/* Room for one record, and the REKEY record that may have to go before it. */
#define LAN_BULK_RECORD_ROOM (21 + LAN_BULK_RECORD_OVERHEAD + LAN_BULK_RECORD_PAYLOAD_MAX)

typedef struct _LanBulkFlow LanBulkFlow;

typedef enum {
  LAN_BULK_RECORD_MESSAGE, /* has a head and perhaps a payload */
  LAN_BULK_RECORD_EMPTY,   /* nothing to be done: a REKEY, or 'I am here' */
  LAN_BULK_RECORD_END,
  LAN_BULK_RECORD_ERROR,
} LanBulkRecordType;

typedef struct {
  LanBulkRecordType type;
  guint8 head[LAN_BULK_RECORD_HEAD_BYTES];
  gsize payload_len;
  /* For lan_bulk_flow_take_payload(), while the sealed bytes are there. */
  const guint8 *sealed_payload;
  guint64 n;
} LanBulkRecord;

/**
 * Takes both directions out of @lane, which must be open with all its output taken and nothing fed
 * beyond its handshake; it is closed afterwards, in silence. STATE: it is not so.
 */
LanStatus lan_lane_take_flows (LanLane *lane, LanBulkFlow **send,
                               LanBulkFlow **receive) G_GNUC_WARN_UNUSED_RESULT;

/** For tests and tools: a flow of a key of one's own, both its ends alike. */
LanBulkFlow *lan_bulk_flow_new (const guint8 key[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;
void lan_bulk_flow_free (LanBulkFlow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBulkFlow, lan_bulk_flow_free)

/**
 * Seals one message record into @out (LAN_BULK_RECORD_ROOM), after a REKEY record when one is due.
 * @payload: at most LAN_BULK_RECORD_PAYLOAD_MAX bytes, outside of @out. STATE: this process is a
 * forked child.
 */
LanStatus lan_bulk_flow_seal (LanBulkFlow *flow, const guint8 head[LAN_BULK_RECORD_HEAD_BYTES],
                              const guint8 *payload, gsize len, guint8 *out,
                              gsize *out_len) G_GNUC_WARN_UNUSED_RESULT;

/** Seals the END record. */
LanStatus lan_bulk_flow_seal_end (LanBulkFlow *flow, guint8 *out,
                                  gsize *out_len) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Bytes of the record that begins at @data with its length; *@size is 0 when fewer than two bytes
 * are there. MALFORMED or OVERSIZED: no record is that long.
 */
LanStatus lan_bulk_record_measure (const guint8 *data, gsize have,
                                   gsize *size) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Verifies the whole record at @data (@size bytes with its length) and opens its head. Its payload
 * stays sealed until it is taken or the next record is opened. Not OK: the lane is dead.
 */
LanStatus lan_bulk_flow_open (LanBulkFlow *flow, const guint8 *data, gsize size,
                              LanBulkRecord *record) G_GNUC_WARN_UNUSED_RESULT;

/** Opens the payload of the record opened last into @out (payload_len bytes). */
void lan_bulk_flow_take_payload (LanBulkFlow *flow, const LanBulkRecord *record, guint8 *out);

G_END_DECLS
