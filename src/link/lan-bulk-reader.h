/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What arrives on a bulk lane, taken apart: records to messages, payloads opened into the owner's
 * buffers. The head of a message record, 61 bytes, little-endian, what is not used is zero:
 *
 *   USE    0                                    the initiator has chosen this connection; first, once
 *   FIRST  1 | type u8 | payload length u32 | header 48
 *   MORE   2 | offset u32                       the next part of the same payload
 *
 * A payload of n bytes is cut into lan_bulk_parts() parts, equal but for the last, in order, nothing between them.
 * Pure but for the owner's buffers. One thread.
 */
#pragma once

#include "lan-bulk-lane.h"
#include "lan-bulk-record.h"

G_BEGIN_DECLS

#define LAN_BULK_HEAD_USE   0
#define LAN_BULK_HEAD_FIRST 1
#define LAN_BULK_HEAD_MORE  2

/** Bytes of each part but the last of a payload of @payload_len bytes. */
gsize lan_bulk_part_size (gsize payload_len);

void lan_bulk_head_use (guint8 head[LAN_BULK_RECORD_HEAD_BYTES]);
void lan_bulk_head_first (guint8 head[LAN_BULK_RECORD_HEAD_BYTES], const LanBulkOut *out);
void lan_bulk_head_more (guint8 head[LAN_BULK_RECORD_HEAD_BYTES], guint32 offset);

typedef struct {
  /* TAKE, SKIP or REFUSE; only when there is a payload. */
  LanBulkAnswer (*begin) (LanBulkIn *in, gpointer data);
  void (*message) (const LanBulkIn *in, gpointer data);
} LanBulkReaderEvents;

typedef struct _LanBulkReader LanBulkReader;

/** @flow: (transfer full). */
LanBulkReader *lan_bulk_reader_new (LanBulkFlow *flow, const LanBulkReaderEvents *events,
                                    gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void lan_bulk_reader_free (LanBulkReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBulkReader, lan_bulk_reader_free)

/**
 * Takes the whole records at the head of @data; *@used of its bytes are done with. Not OK: the lane
 * is dead (END is no failure: see lan_bulk_reader_is_ended()). Nothing is taken after that.
 */
LanStatus lan_bulk_reader_feed (LanBulkReader *reader, const guint8 *data, gsize len,
                                gsize *used) G_GNUC_WARN_UNUSED_RESULT;

gboolean lan_bulk_reader_is_ended (const LanBulkReader *reader);

/** TRUE inside a message that begin() took: *@in names the buffer. */
gboolean lan_bulk_reader_is_inside (const LanBulkReader *reader, LanBulkIn *in);

G_END_DECLS
