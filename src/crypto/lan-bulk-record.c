/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bulk-record.h"

#include "lan-bytes.h"
#include "lan-deadlines.h"
#include "lan-fork-guard.h"
#include "lan-lane-private.h"

#include <sodium.h>
#include <string.h>

#define BLOCK_BYTES 64   /* ChaCha20's */
#define CHUNK_BYTES 8192 /* ciphered and authenticated while it is in the nearest cache */
#define BODY_MIN    (LAN_RECORD_PREFIX_BYTES + LAN_BULK_RECORD_HEAD_BYTES)

G_STATIC_ASSERT (BODY_MIN == BLOCK_BYTES);
G_STATIC_ASSERT (BODY_MIN + LAN_BULK_RECORD_PAYLOAD_MAX + LAN_CIPHER_TAG_BYTES <=
                 LAN_RECORD_SEALED_MAX);
G_STATIC_ASSERT (LAN_BULK_RECORD_PAYLOAD_MAX % BLOCK_BYTES == 0 && CHUNK_BYTES % BLOCK_BYTES == 0);

struct _LanBulkFlow {
  LanRecordFlow flow;
  guint8 payload_key[LAN_KEY_BYTES]; /* of the record opened last */
  guint64 fork_token;
};

static LanBulkFlow *
flow_new (void)
{
  LanBulkFlow *flow = sodium_malloc (sizeof *flow);

  if (flow == NULL)
    g_error ("no memory for a key");
  memset (flow, 0, sizeof *flow);
  flow->fork_token = lan_fork_guard_token ();
  return flow;
}

LanBulkFlow *
lan_bulk_flow_new (const guint8 key[LAN_KEY_BYTES])
{
  LanBulkFlow *flow;

  lan_crypto_init ();
  flow = flow_new ();
  memcpy (flow->flow.cipher.key, key, LAN_KEY_BYTES);
  return flow;
}

void
lan_bulk_flow_free (LanBulkFlow *flow)
{
  if (flow != NULL)
    sodium_free (flow); /* which wipes it */
}

LanStatus
lan_lane_take_flows (LanLane *lane, LanBulkFlow **send, LanBulkFlow **receive)
{
  if (lane->state != LAN_LANE_STATE_OPEN || lan_lane_output_size (lane) > 0 ||
      lane->partial_len > 0 || lane->items_head < lane->items->len ||
      !lan_fork_guard_holds (lane->fork_token))
    return LAN_STATUS_STATE;
  *send = flow_new ();
  *receive = flow_new ();
  (*send)->flow = lane->secrets->send;
  (*receive)->flow = lane->secrets->receive;
  sodium_memzero (lane->secrets, sizeof *lane->secrets);
  lan_lane_set_state (lane, LAN_LANE_STATE_CLOSED);
  lane->first_due_us = lane->handshake_due_us = lane->record_due_us = LAN_NO_DEADLINE;
  return LAN_STATUS_OK;
}

/* ---- RFC 8439 2.8, without associated data, in two pieces ---- */

typedef struct {
  guint8 nonce[crypto_stream_chacha20_ietf_NONCEBYTES];
  crypto_onetimeauth_poly1305_state mac;
  gsize len;
} Aead;

static void
make_nonce (guint8 nonce[crypto_stream_chacha20_ietf_NONCEBYTES], guint64 n)
{
  guint64 le = GUINT64_TO_LE (n);

  memset (nonce, 0, 4);
  memcpy (nonce + 4, &le, sizeof le);
}

static void
aead_begin (Aead *aead, const guint8 *key, guint64 n)
{
  guint8 block[BLOCK_BYTES];

  make_nonce (aead->nonce, n);
  aead->len = 0;
  crypto_stream_chacha20_ietf (block, sizeof block, aead->nonce, key);
  crypto_onetimeauth_poly1305_init (&aead->mac, block);
  sodium_memzero (block, sizeof block);
}

static void
aead_authenticate (Aead *aead, const guint8 *sealed, gsize len)
{
  crypto_onetimeauth_poly1305_update (&aead->mac, sealed, len);
  aead->len += len;
}

static void
aead_end (Aead *aead, guint8 tag[LAN_CIPHER_TAG_BYTES])
{
  static const guint8 zeros[16];
  guint64 lengths[2] = { 0, GUINT64_TO_LE ((guint64) aead->len) };

  crypto_onetimeauth_poly1305_update (&aead->mac, zeros, (16 - aead->len % 16) % 16);
  crypto_onetimeauth_poly1305_update (&aead->mac, (const guint8 *) lengths, sizeof lengths);
  crypto_onetimeauth_poly1305_final (&aead->mac, tag);
}

/* From block @block of the keystream on. */
static void
cipher (const guint8 nonce[crypto_stream_chacha20_ietf_NONCEBYTES], const guint8 *key,
        guint32 block, const guint8 *in, gsize len, guint8 *out)
{
  crypto_stream_chacha20_ietf_xor_ic (out, in, len, nonce, block, key);
}

/* ---- sealing ---- */

static LanStatus
seal_short (LanBulkFlow *flow, LanRecordType type, guint8 *out, gsize *out_len)
{
  guint8 plain[LAN_RECORD_PREFIX_BYTES] = { (guint8) type, 0, 0 };
  guint16 sealed_len = LAN_RECORD_PREFIX_BYTES + LAN_CIPHER_TAG_BYTES;
  LanStatus status = lan_cipher_seal (&flow->flow.cipher, NULL, 0, plain, sizeof plain, out + 2);

  if (status != LAN_STATUS_OK)
    return status;
  out[0] = (guint8) (sealed_len >> 8);
  out[1] = (guint8) sealed_len;
  flow->flow.records++;
  flow->flow.bytes += sealed_len;
  *out_len = 2 + (gsize) sealed_len;
  return LAN_STATUS_OK;
}

static LanStatus
change_key_in_time (LanBulkFlow *flow, guint8 *out, gsize *out_len)
{
  LanStatus status;

  *out_len = 0;
  if (flow->flow.records < LAN_RECORD_REKEY_COUNT - 1 && flow->flow.bytes < LAN_RECORD_REKEY_BYTES)
    return LAN_STATUS_OK;
  status = seal_short (flow, LAN_RECORD_REKEY, out, out_len);
  if (status != LAN_STATUS_OK)
    return status;
  lan_cipher_rekey (&flow->flow.cipher);
  flow->flow.records = 0;
  flow->flow.bytes = 0;
  return LAN_STATUS_OK;
}

LanStatus
lan_bulk_flow_seal (LanBulkFlow *flow, const guint8 head[LAN_BULK_RECORD_HEAD_BYTES],
                    const guint8 *payload, gsize len, guint8 *out, gsize *out_len)
{
  LanCipher *c = &flow->flow.cipher;
  gsize sealed_len = BODY_MIN + len + LAN_CIPHER_TAG_BYTES, before;
  guint8 first[BLOCK_BYTES] = { LAN_RECORD_DATA, 0, 0 };
  LanStatus status;
  Aead aead;

  if (len > LAN_BULK_RECORD_PAYLOAD_MAX)
    return LAN_STATUS_OVERSIZED;
  if (!lan_fork_guard_holds (flow->fork_token))
    return LAN_STATUS_STATE;
  status = change_key_in_time (flow, out, &before);
  if (status != LAN_STATUS_OK)
    return status;
  if (c->n == G_MAXUINT64)
    return LAN_STATUS_LIMIT;
  out += before;
  out[0] = (guint8) (sealed_len >> 8);
  out[1] = (guint8) sealed_len;
  out += 2;
  memcpy (first + LAN_RECORD_PREFIX_BYTES, head, LAN_BULK_RECORD_HEAD_BYTES);
  aead_begin (&aead, c->key, c->n);
  cipher (aead.nonce, c->key, 1, first, sizeof first, out);
  aead_authenticate (&aead, out, sizeof first);
  for (gsize at = 0; at < len; at += CHUNK_BYTES) {
    gsize n = MIN (CHUNK_BYTES, len - at);
    guint8 *to = out + BLOCK_BYTES + at;

    cipher (aead.nonce, c->key, (guint32) (2 + at / BLOCK_BYTES), payload + at, n, to);
    aead_authenticate (&aead, to, n);
  }
  aead_end (&aead, out + BLOCK_BYTES + len);
  c->n++;
  flow->flow.records++;
  flow->flow.bytes += sealed_len;
  *out_len = before + 2 + sealed_len;
  return LAN_STATUS_OK;
}

LanStatus
lan_bulk_flow_seal_end (LanBulkFlow *flow, guint8 *out, gsize *out_len)
{
  if (!lan_fork_guard_holds (flow->fork_token))
    return LAN_STATUS_STATE;
  return seal_short (flow, LAN_RECORD_END, out, out_len);
}

/* ---- opening ---- */

LanStatus
lan_bulk_record_measure (const guint8 *data, gsize have, gsize *size)
{
  gsize len;

  *size = 0;
  if (have < LAN_RECORD_HEADER_BYTES)
    return LAN_STATUS_OK;
  len = (gsize) data[0] << 8 | data[1];
  if (len < LAN_RECORD_SEALED_MIN)
    return LAN_STATUS_MALFORMED;
  if (len > BODY_MIN + LAN_BULK_RECORD_PAYLOAD_MAX + LAN_CIPHER_TAG_BYTES)
    return LAN_STATUS_OVERSIZED;
  *size = LAN_RECORD_HEADER_BYTES + len;
  return LAN_STATUS_OK;
}

/* What is inside a record shorter than a message's. */
static LanStatus
take_short (LanBulkFlow *flow, const guint8 *plain, gsize len, LanBulkRecord *record)
{
  gsize body_len = len - LAN_RECORD_PREFIX_BYTES;

  record->payload_len = 0;
  switch (plain[0]) {
  case LAN_RECORD_DATA:
    record->type = LAN_BULK_RECORD_EMPTY;
    return body_len == 0 ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
  case LAN_RECORD_REKEY:
    record->type = LAN_BULK_RECORD_EMPTY;
    if (body_len > 0)
      return LAN_STATUS_MALFORMED;
    lan_cipher_rekey (&flow->flow.cipher);
    flow->flow.records = 0;
    flow->flow.bytes = 0;
    return LAN_STATUS_OK;
  case LAN_RECORD_END:
    record->type = LAN_BULK_RECORD_END;
    return body_len == 0 ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
  case LAN_RECORD_ERROR:
    record->type = LAN_BULK_RECORD_ERROR;
    return body_len == 1 ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
  default:
    return LAN_STATUS_MALFORMED;
  }
}

LanStatus
lan_bulk_flow_open (LanBulkFlow *flow, const guint8 *data, gsize size, LanBulkRecord *record)
{
  LanCipher *c = &flow->flow.cipher;
  const guint8 *sealed = data + LAN_RECORD_HEADER_BYTES;
  gsize len = size - LAN_RECORD_HEADER_BYTES - LAN_CIPHER_TAG_BYTES, first_len;
  guint8 tag[LAN_CIPHER_TAG_BYTES], first[BLOCK_BYTES];
  Aead aead;

  g_return_val_if_fail (size >= LAN_RECORD_HEADER_BYTES + LAN_RECORD_SEALED_MIN,
                        LAN_STATUS_TRUNCATED);
  if (c->n == G_MAXUINT64)
    return LAN_STATUS_LIMIT;
  aead_begin (&aead, c->key, c->n);
  aead_authenticate (&aead, sealed, len);
  aead_end (&aead, tag);
  if (sodium_memcmp (tag, sealed + len, sizeof tag) != 0)
    return LAN_STATUS_AUTH;
  first_len = MIN (len, sizeof first);
  cipher (aead.nonce, c->key, 1, sealed, first_len, first);
  record->n = c->n++;
  memcpy (flow->payload_key, c->key, sizeof flow->payload_key);
  flow->flow.records++;
  flow->flow.bytes += size - LAN_RECORD_HEADER_BYTES;
  if (first[1] != 0 || first[2] != 0) /* a bulk lane pads nothing */
    return LAN_STATUS_MALFORMED;
  if (len < BODY_MIN)
    return take_short (flow, first, len, record);
  if (first[0] != LAN_RECORD_DATA)
    return LAN_STATUS_MALFORMED;
  record->type = LAN_BULK_RECORD_MESSAGE;
  memcpy (record->head, first + LAN_RECORD_PREFIX_BYTES, sizeof record->head);
  record->sealed_payload = sealed + BODY_MIN;
  record->payload_len = len - BODY_MIN;
  return LAN_STATUS_OK;
}

void
lan_bulk_flow_take_payload (LanBulkFlow *flow, const LanBulkRecord *record, guint8 *out)
{
  guint8 nonce[crypto_stream_chacha20_ietf_NONCEBYTES];

  make_nonce (nonce, record->n);
  cipher (nonce, flow->payload_key, 2, record->sealed_payload, record->payload_len, out);
}
