/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bulk-reader.h"

#include "lan-bytes.h"

#include <string.h>

#define PART_UNIT 64 /* the cipher's block */

struct _LanBulkReader {
  LanBulkFlow *flow;
  LanBulkReaderEvents events;
  gpointer data;
  LanStatus failure; /* OK while it lives */
  gboolean is_ended;
  gboolean is_inside, is_skipping; /* parts of .in are missing */
  LanBulkIn in;
  guint8 header[LAN_BULK_HEADER_BYTES];
  gsize have, part;
};

gsize
lan_bulk_part_size (gsize payload_len)
{
  gsize n = (payload_len + LAN_BULK_RECORD_PAYLOAD_MAX - 1) / LAN_BULK_RECORD_PAYLOAD_MAX;

  if (n <= 1)
    return payload_len;
  return ((payload_len + n - 1) / n + PART_UNIT - 1) / PART_UNIT * PART_UNIT;
}

void
lan_bulk_head_use (guint8 head[LAN_BULK_RECORD_HEAD_BYTES])
{
  memset (head, 0, LAN_BULK_RECORD_HEAD_BYTES);
}

void
lan_bulk_head_first (guint8 head[LAN_BULK_RECORD_HEAD_BYTES], const LanBulkOut *out)
{
  LanWriter w;

  memset (head, 0, LAN_BULK_RECORD_HEAD_BYTES);
  lan_writer_init (&w, head, LAN_BULK_RECORD_HEAD_BYTES);
  lan_write_u8 (&w, LAN_BULK_HEAD_FIRST);
  lan_write_u8 (&w, out->type);
  lan_write_u32 (&w, out->payload_len);
  lan_write_bytes (&w, out->header, sizeof out->header);
}

void
lan_bulk_head_more (guint8 head[LAN_BULK_RECORD_HEAD_BYTES], guint32 offset)
{
  LanWriter w;

  memset (head, 0, LAN_BULK_RECORD_HEAD_BYTES);
  lan_writer_init (&w, head, LAN_BULK_RECORD_HEAD_BYTES);
  lan_write_u8 (&w, LAN_BULK_HEAD_MORE);
  lan_write_u32 (&w, offset);
}

LanBulkReader *
lan_bulk_reader_new (LanBulkFlow *flow, const LanBulkReaderEvents *events, gpointer data)
{
  LanBulkReader *reader = g_new0 (LanBulkReader, 1);

  reader->flow = flow;
  reader->events = *events;
  reader->data = data;
  return reader;
}

void
lan_bulk_reader_free (LanBulkReader *reader)
{
  if (reader == NULL)
    return;
  lan_bulk_flow_free (reader->flow);
  g_free (reader);
}

static gboolean
is_zero (LanReader *r)
{
  guint8 any = 0;

  while (lan_reader_left (r) > 0)
    any |= lan_read_u8 (r);
  return any == 0;
}

/* A part of the payload, opened to its place. */
static LanStatus
take_part (LanBulkReader *reader, const LanBulkRecord *record)
{
  gsize due = MIN (reader->part, reader->in.payload_len - reader->have);

  if (record->payload_len != due)
    return LAN_STATUS_MALFORMED;
  if (!reader->is_skipping && due > 0)
    lan_bulk_flow_take_payload (reader->flow, record, reader->in.payload + reader->have);
  reader->have += due;
  reader->is_inside = reader->have < reader->in.payload_len;
  if (!reader->is_inside && !reader->is_skipping)
    reader->events.message (&reader->in, reader->data);
  return LAN_STATUS_OK;
}

static LanStatus
take_first (LanBulkReader *reader, LanReader *r, const LanBulkRecord *record)
{
  LanBulkIn *in = &reader->in;
  LanBulkAnswer answer = LAN_BULK_TAKE;

  if (reader->is_inside)
    return LAN_STATUS_MALFORMED;
  memset (in, 0, sizeof *in);
  in->type = lan_read_u8 (r);
  in->payload_len = lan_read_u32 (r);
  lan_read_bytes (r, reader->header, sizeof reader->header);
  in->header = reader->header;
  if (!is_zero (r))
    return LAN_STATUS_MALFORMED;
  if (in->payload_len > LAN_BULK_PAYLOAD_MAX)
    return LAN_STATUS_OVERSIZED;
  reader->have = 0;
  reader->part = lan_bulk_part_size (in->payload_len);
  if (record->payload_len != reader->part) /* before anybody finds a buffer for it */
    return LAN_STATUS_MALFORMED;
  if (in->payload_len > 0)
    answer = reader->events.begin (in, reader->data);
  if (answer != LAN_BULK_TAKE && answer != LAN_BULK_SKIP)
    return LAN_STATUS_MALFORMED;
  reader->is_skipping = answer == LAN_BULK_SKIP;
  reader->is_inside = TRUE;
  return take_part (reader, record);
}

static LanStatus
take_message_record (LanBulkReader *reader, const LanBulkRecord *record)
{
  LanReader r;

  lan_reader_init (&r, record->head, sizeof record->head);
  switch (lan_read_u8 (&r)) {
  case LAN_BULK_HEAD_FIRST:
    return take_first (reader, &r, record);
  case LAN_BULK_HEAD_MORE:
    if (!reader->is_inside || lan_read_u32 (&r) != reader->have || !is_zero (&r))
      return LAN_STATUS_MALFORMED;
    return take_part (reader, record);
  default: /* USE was taken by the opening */
    return LAN_STATUS_MALFORMED;
  }
}

static LanStatus
take_record (LanBulkReader *reader, const guint8 *data, gsize size)
{
  LanBulkRecord record;
  LanStatus status = lan_bulk_flow_open (reader->flow, data, size, &record);

  if (status != LAN_STATUS_OK)
    return status;
  switch (record.type) {
  case LAN_BULK_RECORD_MESSAGE:
    return take_message_record (reader, &record);
  case LAN_BULK_RECORD_EMPTY:
    return LAN_STATUS_OK;
  case LAN_BULK_RECORD_END:
    reader->is_ended = TRUE;
    return reader->is_inside ? LAN_STATUS_TRUNCATED : LAN_STATUS_OK;
  case LAN_BULK_RECORD_ERROR:
  default:
    return LAN_STATUS_STATE;
  }
}

LanStatus
lan_bulk_reader_feed (LanBulkReader *reader, const guint8 *data, gsize len, gsize *used)
{
  *used = 0;
  while (reader->failure == LAN_STATUS_OK && !reader->is_ended) {
    gsize size;

    reader->failure = lan_bulk_record_measure (data + *used, len - *used, &size);
    if (reader->failure != LAN_STATUS_OK || size == 0 || size > len - *used)
      break;
    reader->failure = take_record (reader, data + *used, size);
    *used += size;
  }
  return reader->failure;
}

gboolean
lan_bulk_reader_is_ended (const LanBulkReader *reader)
{
  return reader->is_ended;
}

gboolean
lan_bulk_reader_is_inside (const LanBulkReader *reader, LanBulkIn *in)
{
  *in = reader->in;
  return reader->is_inside && !reader->is_skipping;
}
