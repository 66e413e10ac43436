/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-envelope.h"

#include "lan-bytes.h"
#include "lan-crypto-private.h"
#include "lan-noise-symmetric.h"

#include <sodium.h>
#include <string.h>

#define ENVELOPE_VERSION 1
#define TYPE_ONE_SHOT    1
#define TYPE_CARRIED     2
#define PROTOCOL_NAME    "LY1env_25519_ChaChaPoly_BLAKE2b"
#define TAG_BYTES        16 /* the mailbox's tag */
#define HEAD_BYTES       28
#define EPHEMERAL_AT     HEAD_BYTES
#define SENDER_AT        (EPHEMERAL_AT + LAN_KEY_BYTES)
#define BODY_AT          (SENDER_AT + LAN_KEY_BYTES + LAN_CIPHER_TAG_BYTES)
#define BODY_HEAD        37 /* list seq, account, count */
#define BODY_MAX         (LAN_ENVELOPE_BYTES_MAX - LAN_ENVELOPE_OVERHEAD)
#define PAD_STEP         256
#define PAD_STEPS_TO     4096

/* Of a signed record (DESIGN section 5), as much as is needed to see where it ends. */
#define RECORD_LENGTH_AT 90
#define RECORD_HEAD      94

G_STATIC_ASSERT (BODY_AT + LAN_CIPHER_TAG_BYTES == LAN_ENVELOPE_OVERHEAD);

/* ---- sizes ---- */

/* Padme: keeps as many leading bits of a length as its exponent needs, and rounds up the rest. */
static gsize
padme (gsize len)
{
  guint exponent = 63 - (guint) __builtin_clzll (len);
  guint bits = 32 - (guint) __builtin_clz (exponent);
  gsize mask = ((gsize) 1 << (exponent - bits)) - 1;

  return (len + mask) & ~mask;
}

static gsize
padded_length (gsize len)
{
  gsize padded = len <= PAD_STEPS_TO ? (len + PAD_STEP - 1) / PAD_STEP * PAD_STEP : padme (len);

  return MIN (padded, BODY_MAX);
}

gsize
lan_envelope_size (gsize records_bytes)
{
  return LAN_ENVELOPE_OVERHEAD + padded_length (BODY_HEAD + records_bytes);
}

/* Returns: length of the record that begins at @data, 0 when it does not fit in @len. */
static gsize
record_length (const guint8 *data, gsize len)
{
  gsize content;
  LanReader r;

  if (len < RECORD_HEAD + LAN_SIGNATURE_BYTES)
    return 0;
  lan_reader_init (&r, data + RECORD_LENGTH_AT, 4);
  content = lan_read_u32 (&r);
  if (content > len - RECORD_HEAD - LAN_SIGNATURE_BYTES)
    return 0;
  return RECORD_HEAD + content + LAN_SIGNATURE_BYTES;
}

/* ---- the key schedule, the same on both sides but for who holds which half ---- */

static LanStatus
mix_dh (LanNoiseSymmetric *s, const guint8 *secret, const guint8 *public_key)
{
  guint8 shared[LAN_KEY_BYTES];
  LanStatus status = LAN_STATUS_OK;

  /* Not 0: a point of small order, with which everybody would know the result. */
  if (crypto_scalarmult (shared, secret, public_key) != 0)
    status = LAN_STATUS_AUTH;
  else
    lan_noise_symmetric_mix_key (s, shared, sizeof shared);
  sodium_memzero (shared, sizeof shared);
  return status;
}

static void
start (LanNoiseSymmetric *s, const guint8 *head, const guint8 *device_public,
       const guint8 *signed_public, const guint8 *one_time_public, const guint8 *ephemeral)
{
  lan_noise_symmetric_init (s, PROTOCOL_NAME);
  lan_noise_symmetric_mix_hash (s, head, HEAD_BYTES);
  lan_noise_symmetric_mix_hash (s, device_public, LAN_KEY_BYTES);
  lan_noise_symmetric_mix_hash (s, signed_public, LAN_KEY_BYTES);
  if (one_time_public != NULL)
    lan_noise_symmetric_mix_hash (s, one_time_public, LAN_KEY_BYTES);
  lan_noise_symmetric_mix_hash (s, ephemeral, LAN_KEY_BYTES);
}

/* ---- sealing ---- */

static LanStatus
write_body (LanWriter *w, const LanEnvelopeTo *to, guint32 sender_list_seq, GBytes *const *records,
            gsize n_records)
{
  if (n_records == 0)
    return LAN_STATUS_MALFORMED;
  if (n_records > LAN_ENVELOPE_RECORDS_MAX)
    return LAN_STATUS_OVERSIZED;
  lan_write_u32 (w, sender_list_seq);
  lan_write_bytes (w, to->account.b, sizeof to->account.b);
  lan_write_u8 (w, (guint8) n_records);
  for (gsize i = 0; i < n_records; i++) {
    gsize len;
    const guint8 *data = g_bytes_get_data (records[i], &len);

    if (record_length (data, len) != len)
      return LAN_STATUS_MALFORMED;
    lan_write_bytes (w, data, len);
  }
  if (w->failed)
    return LAN_STATUS_OVERSIZED;
  lan_write_zeros (w, padded_length (w->len) - w->len);
  return LAN_STATUS_OK;
}

static void
write_head (guint8 *out, const LanEnvelopeTo *to)
{
  LanWriter w;

  lan_writer_init (&w, out, HEAD_BYTES);
  lan_write_u8 (&w, ENVELOPE_VERSION);
  lan_write_u8 (&w, to->tag != NULL ? TYPE_CARRIED : TYPE_ONE_SHOT);
  lan_write_u16 (&w, 0);
  if (to->tag != NULL) {
    lan_write_bytes (&w, to->tag, TAG_BYTES);
    lan_write_zeros (&w, 8); /* a prekey's id would tell who it is for */
    return;
  }
  lan_write_bytes (&w, to->device.b, sizeof to->device.b);
  lan_write_zeros (&w, TAG_BYTES - sizeof to->device.b);
  lan_write_u32 (&w, to->signed_id);
  lan_write_u32 (&w, to->one_time_id);
}

/* Everything of one sealing that must be wiped. */
typedef struct {
  LanNoiseSymmetric s;
  guint8 ephemeral[LAN_KEY_BYTES];
} Secrets;

static LanStatus
seal_into (guint8 *out, Secrets *x, const LanEnvelopeTo *to, const LanDeviceKeys *sender,
           const guint8 *body, gsize body_len)
{
  const guint8 *one_time = to->one_time_id != 0 ? to->one_time_public : NULL;
  LanStatus status;

  lan_dh_public_from_secret (out + EPHEMERAL_AT, x->ephemeral);
  start (&x->s, out, to->dh_public, to->signed_public, one_time, out + EPHEMERAL_AT);
  status = mix_dh (&x->s, x->ephemeral, to->dh_public);
  if (status == LAN_STATUS_OK)
    status = mix_dh (&x->s, x->ephemeral, to->signed_public);
  if (status == LAN_STATUS_OK && one_time != NULL)
    status = mix_dh (&x->s, x->ephemeral, one_time);
  if (status == LAN_STATUS_OK)
    status = lan_noise_symmetric_seal (&x->s, lan_device_keys_dh_public (sender), LAN_KEY_BYTES,
                                       out + SENDER_AT);
  if (status == LAN_STATUS_OK)
    status = mix_dh (&x->s, lan_device_keys_dh_secret (sender), to->signed_public);
  if (status == LAN_STATUS_OK)
    status = lan_noise_symmetric_seal (&x->s, body, body_len, out + BODY_AT);
  return status;
}

LanStatus
lan_envelope_seal (const LanEnvelopeTo *to, const LanDeviceKeys *sender, guint32 sender_list_seq,
                   GBytes *const *records, gsize n_records, const LanRandom *random,
                   GBytes **envelope)
{
  g_autofree guint8 *body = g_malloc (BODY_MAX);
  g_autofree guint8 *out = NULL;
  LanStatus status;
  LanWriter w;
  Secrets *x;

  *envelope = NULL;
  if (to->signed_id == 0 || (to->tag != NULL && to->one_time_id != 0))
    return LAN_STATUS_MALFORMED;
  lan_writer_init (&w, body, BODY_MAX);
  status = write_body (&w, to, sender_list_seq, records, n_records);
  if (status == LAN_STATUS_OK) {
    out = g_malloc (LAN_ENVELOPE_OVERHEAD + w.len);
    write_head (out, to);
    x = lan_guarded_new (sizeof *x);
    lan_random_bytes (random, x->ephemeral, sizeof x->ephemeral);
    status = seal_into (out, x, to, sender, body, w.len);
    sodium_free (x);
  }
  sodium_memzero (body, w.len);
  if (status == LAN_STATUS_OK)
    *envelope = g_bytes_new_take (g_steal_pointer (&out), LAN_ENVELOPE_OVERHEAD + w.len);
  return status;
}

/* ---- opening ---- */

LanStatus
lan_envelope_peek (LanEnvelopeHead *head, const guint8 *data, gsize len)
{
  static const guint8 zeros[TAG_BYTES - LAN_DEVICE_ID_BYTES];
  guint8 version, type;
  const guint8 *rest;
  guint16 flags;
  LanReader r;

  *head = (LanEnvelopeHead){ 0 };
  if (len > LAN_ENVELOPE_BYTES_MAX)
    return LAN_STATUS_OVERSIZED;
  if (len < LAN_ENVELOPE_OVERHEAD + BODY_HEAD)
    return LAN_STATUS_TRUNCATED;
  lan_reader_init (&r, data, len);
  version = lan_read_u8 (&r);
  type = lan_read_u8 (&r);
  flags = lan_read_u16 (&r);
  head->is_carried = type == TYPE_CARRIED;
  if (head->is_carried)
    lan_read_bytes (&r, head->tag, sizeof head->tag);
  else
    lan_read_bytes (&r, head->device.b, sizeof head->device.b);
  rest = head->is_carried ? zeros : lan_read_span (&r, sizeof zeros);
  head->signed_id = lan_read_u32 (&r);
  head->one_time_id = lan_read_u32 (&r);
  if (version != ENVELOPE_VERSION || (type != TYPE_ONE_SHOT && !head->is_carried))
    return LAN_STATUS_VERSION;
  if (head->is_carried)
    return flags == 0 && head->signed_id == 0 && head->one_time_id == 0 ? LAN_STATUS_OK
                                                                        : LAN_STATUS_MALFORMED;
  if (flags != 0 || memcmp (rest, zeros, sizeof zeros) != 0 || head->signed_id == 0)
    return LAN_STATUS_MALFORMED;
  return LAN_STATUS_OK;
}

void
lan_envelope_body_clear (LanEnvelopeBody *body)
{
  g_clear_pointer (&body->records, g_ptr_array_unref);
  *body = (LanEnvelopeBody){ 0 };
}

/* Padding carries nothing: whatever stood there, nobody would ever look at. */
static gboolean
is_rest_zero (LanReader *r)
{
  gsize left = lan_reader_left (r);
  const guint8 *rest = lan_read_span (r, left);

  return left == 0 || sodium_is_zero (rest, left) == 1;
}

static LanStatus
read_body (LanEnvelopeBody *body, const guint8 *data, gsize len, const LanAccountId *own)
{
  LanAccountId account;
  LanReader r;
  guint count;

  lan_reader_init (&r, data, len);
  body->sender_list_seq = lan_read_u32 (&r);
  lan_read_bytes (&r, account.b, sizeof account.b);
  count = lan_read_u8 (&r);
  if (r.failed || count == 0)
    return LAN_STATUS_MALFORMED;
  /* Sealed to this device's keys, but for somebody else: forwarded by who it was written to. */
  if (!lan_account_id_equal (&account, own))
    return LAN_STATUS_MISMATCH;
  body->records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < count; i++) {
    gsize record = record_length (data + r.pos, lan_reader_left (&r));

    if (record == 0)
      return LAN_STATUS_MALFORMED;
    g_ptr_array_add (body->records, g_bytes_new (lan_read_span (&r, record), record));
  }
  return is_rest_zero (&r) ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

static LanStatus
open_into (guint8 *out, LanNoiseSymmetric *s, const guint8 *data, gsize len,
           const LanDeviceKeys *own, const guint8 *signed_secret, const guint8 *one_time_secret,
           guint8 sender_dh[LAN_KEY_BYTES])
{
  const guint8 *e = data + EPHEMERAL_AT;
  guint8 signed_public[LAN_KEY_BYTES], one_time_public[LAN_KEY_BYTES];
  LanStatus status;

  lan_dh_public_from_secret (signed_public, signed_secret);
  if (one_time_secret != NULL)
    lan_dh_public_from_secret (one_time_public, one_time_secret);
  start (s, data, lan_device_keys_dh_public (own), signed_public,
         one_time_secret != NULL ? one_time_public : NULL, e);
  status = mix_dh (s, lan_device_keys_dh_secret (own), e);
  if (status == LAN_STATUS_OK)
    status = mix_dh (s, signed_secret, e);
  if (status == LAN_STATUS_OK && one_time_secret != NULL)
    status = mix_dh (s, one_time_secret, e);
  if (status == LAN_STATUS_OK)
    status = lan_noise_symmetric_open (s, data + SENDER_AT, LAN_KEY_BYTES + LAN_CIPHER_TAG_BYTES,
                                       sender_dh);
  if (status == LAN_STATUS_OK)
    status = mix_dh (s, signed_secret, sender_dh);
  if (status == LAN_STATUS_OK)
    status = lan_noise_symmetric_open (s, data + BODY_AT, len - BODY_AT, out);
  return status;
}

LanStatus
lan_envelope_open (const guint8 *data, gsize len, const LanDeviceKeys *own,
                   const guint8 signed_secret[LAN_KEY_BYTES], const guint8 *one_time_secret,
                   LanEnvelopeBody *body)
{
  g_autofree guint8 *plain = NULL;
  LanNoiseSymmetric *s;
  LanEnvelopeHead head;
  LanStatus status;

  *body = (LanEnvelopeBody){ 0 };
  status = lan_envelope_peek (&head, data, len);
  if (status != LAN_STATUS_OK)
    return status;
  if ((head.one_time_id != 0) != (one_time_secret != NULL))
    return LAN_STATUS_STATE;
  if (!head.is_carried && !lan_device_id_equal (&head.device, lan_device_keys_id (own)))
    return LAN_STATUS_MISMATCH;
  plain = g_malloc (len);
  s = lan_guarded_new (sizeof *s);
  status = open_into (plain, s, data, len, own, signed_secret, one_time_secret, body->sender_dh);
  sodium_free (s);
  if (status == LAN_STATUS_OK)
    status = read_body (body, plain, len - LAN_ENVELOPE_OVERHEAD, lan_device_keys_account (own));
  sodium_memzero (plain, len);
  if (status != LAN_STATUS_OK)
    lan_envelope_body_clear (body);
  return status;
}
