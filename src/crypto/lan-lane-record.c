/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-lane-record.h"

#include "lan-bytes.h"

#include <string.h>

/* Sealed in place at the end of the output, so that a burst is one buffer and one copy. */
static LanStatus
seal_one (LanRecordFlow *flow, LanRecordType type, const guint8 *body, gsize len, GByteArray *out)
{
  gsize plain_len = LAN_RECORD_PREFIX_BYTES + len;
  gsize sealed_len = plain_len + LAN_CIPHER_TAG_BYTES;
  guint start = out->len;
  LanStatus status;
  LanWriter w;

  if (sealed_len > LAN_RECORD_SEALED_MAX)
    return LAN_STATUS_OVERSIZED;
  g_byte_array_set_size (out, start + LAN_RECORD_HEADER_BYTES + (guint) sealed_len);
  lan_writer_init (&w, out->data + start, LAN_RECORD_HEADER_BYTES + plain_len);
  lan_write_u16_be (&w, (guint16) sealed_len);
  lan_write_u8 (&w, (guint8) type);
  lan_write_u16 (&w, 0);
  lan_write_bytes (&w, body, len);
  status = lan_cipher_seal (&flow->cipher, NULL, 0, out->data + start + LAN_RECORD_HEADER_BYTES,
                            plain_len, out->data + start + LAN_RECORD_HEADER_BYTES);
  if (status != LAN_STATUS_OK) {
    g_byte_array_set_size (out, start);
    return status;
  }
  flow->records++;
  flow->bytes += sealed_len;
  return LAN_STATUS_OK;
}

static void
change_key (LanRecordFlow *flow)
{
  lan_cipher_rekey (&flow->cipher);
  flow->records = 0;
  flow->bytes = 0;
}

LanStatus
lan_record_change_key (LanRecordFlow *flow, GByteArray *out)
{
  LanStatus status = seal_one (flow, LAN_RECORD_REKEY, NULL, 0, out);

  if (status == LAN_STATUS_OK)
    change_key (flow);
  return status;
}

LanStatus
lan_record_seal (LanRecordFlow *flow, LanRecordType type, const guint8 *body, gsize len,
                 GByteArray *out)
{
  if (flow->records >= LAN_RECORD_REKEY_COUNT - 1 || flow->bytes >= LAN_RECORD_REKEY_BYTES) {
    LanStatus status = lan_record_change_key (flow, out);

    if (status != LAN_STATUS_OK)
      return status;
  }
  return seal_one (flow, type, body, len, out);
}

static gboolean
is_zero (const guint8 *p, gsize len)
{
  guint8 any = 0;

  for (gsize i = 0; i < len; i++)
    any |= p[i];
  return any == 0;
}

LanStatus
lan_record_open (LanRecordFlow *flow, const guint8 *sealed, gsize len, guint8 *out, guint8 *type,
                 const guint8 **body, gsize *body_len)
{
  LanReader r;
  guint16 pad_len;
  LanStatus status;

  if (len < LAN_RECORD_SEALED_MIN)
    return LAN_STATUS_TRUNCATED;
  status = lan_cipher_open (&flow->cipher, NULL, 0, sealed, len, out);
  if (status != LAN_STATUS_OK)
    return status;
  flow->records++;
  flow->bytes += len;
  lan_reader_init (&r, out, len - LAN_CIPHER_TAG_BYTES);
  *type = lan_read_u8 (&r);
  pad_len = lan_read_u16 (&r);
  if (pad_len > lan_reader_left (&r))
    return LAN_STATUS_MALFORMED;
  *body_len = lan_reader_left (&r) - pad_len;
  *body = lan_read_span (&r, *body_len);
  if (!is_zero (*body + *body_len, pad_len))
    return LAN_STATUS_MALFORMED;
  if (*type == LAN_RECORD_REKEY)
    change_key (flow);
  return LAN_STATUS_OK;
}
