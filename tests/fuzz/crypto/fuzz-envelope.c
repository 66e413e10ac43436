/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Sealed mail. Byte 0: 0 an envelope as it comes, 1 a body that is sealed here by hand, so that what
 * is inside can be bent as well, 2 records that are sealed the ordinary way (each after a u16 of its
 * length). Keys are fixed.
 */
#include "lan-bytes.h"
#include "lan-envelope.h"
#include "lan-noise-symmetric.h"
#include "lan-prekey.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static LanSeededRandom source;
static LanDeviceKeys *ada, *bob;
static LanEnvelopeTo to;
static guint8 signed_secret[LAN_KEY_BYTES], one_time_secret[LAN_KEY_BYTES];

static void
set_up (void)
{
  LanAccountId a = { { 1 } }, b = { { 2 } };

  lan_seeded_random_init (&source, 78);
  ada = lan_device_keys_new (&a, &source.base);
  bob = lan_device_keys_new (&b, &source.base);
  to.account = b;
  to.device = *lan_device_keys_id (bob);
  memcpy (to.dh_public, lan_device_keys_dh_public (bob), LAN_KEY_BYTES);
  to.signed_id = 5;
  lan_prekey_make_pair (signed_secret, to.signed_public, &source.base);
  to.one_time_id = 6;
  lan_prekey_make_pair (one_time_secret, to.one_time_public, &source.base);
}

static void
open_it (const guint8 *data, gsize size)
{
  g_auto (LanEnvelopeBody) body = { 0 };
  LanEnvelopeHead head;
  LanStatus status = lan_envelope_peek (&head, data, size);
  const guint8 *one_time =
      status == LAN_STATUS_OK && head.one_time_id != 0 ? one_time_secret : NULL;

  if (lan_envelope_open (data, size, bob, signed_secret, one_time, &body) != LAN_STATUS_OK) {
    g_assert (body.records == NULL);
    return;
  }
  g_assert (status == LAN_STATUS_OK && body.records->len >= 1 && body.records->len <= 255);
  for (guint i = 0; i < body.records->len; i++)
    g_assert (g_bytes_get_size (g_ptr_array_index (body.records, i)) >= 158);
}

static void
mix_dh (LanNoiseSymmetric *s, const guint8 *secret, const guint8 *public_key)
{
  guint8 shared[LAN_KEY_BYTES];

  g_assert (crypto_scalarmult (shared, secret, public_key) == 0);
  lan_noise_symmetric_mix_key (s, shared, sizeof shared);
}

/* After the header of lan-envelope.h, without a one-time key. */
static void
seal_body (const guint8 *body, gsize size)
{
  const guint8 e[LAN_KEY_BYTES] = { 9 };
  g_autofree guint8 *out = g_malloc0 (124 + size);
  LanNoiseSymmetric s;
  LanWriter w;

  if (size > LAN_ENVELOPE_BYTES_MAX)
    return;
  lan_writer_init (&w, out, 28);
  lan_write_u32 (&w, 0x0101);
  lan_write_bytes (&w, to.device.b, sizeof to.device.b);
  lan_write_zeros (&w, 8);
  lan_write_u32 (&w, to.signed_id);
  lan_write_u32 (&w, 0);
  lan_dh_public_from_secret (out + 28, e);
  lan_noise_symmetric_init (&s, "LY1env_25519_ChaChaPoly_BLAKE2b");
  lan_noise_symmetric_mix_hash (&s, out, 28);
  lan_noise_symmetric_mix_hash (&s, to.dh_public, LAN_KEY_BYTES);
  lan_noise_symmetric_mix_hash (&s, to.signed_public, LAN_KEY_BYTES);
  lan_noise_symmetric_mix_hash (&s, out + 28, LAN_KEY_BYTES);
  mix_dh (&s, e, to.dh_public);
  mix_dh (&s, e, to.signed_public);
  g_assert (lan_noise_symmetric_seal (&s, lan_device_keys_dh_public (ada), LAN_KEY_BYTES,
                                      out + 60) == LAN_STATUS_OK);
  mix_dh (&s, lan_device_keys_dh_secret (ada), to.signed_public);
  g_assert (lan_noise_symmetric_seal (&s, body, size, out + 108) == LAN_STATUS_OK);
  open_it (out, 124 + size);
}

static void
seal_records (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GBytes) envelope = NULL;
  gsize total = 0;
  LanReader r;

  lan_reader_init (&r, data, size);
  while (lan_reader_left (&r) > 2) {
    gsize len = lan_read_u16 (&r);
    const guint8 *span = lan_read_span (&r, MIN (len, lan_reader_left (&r)));

    len = MIN (len, (gsize) (data + r.pos - span));
    g_ptr_array_add (records, g_bytes_new (span, len));
    total += len;
  }
  if (lan_envelope_seal (&to, ada, 1, (GBytes *const *) records->pdata, records->len, &source.base,
                         &envelope) != LAN_STATUS_OK)
    return;
  g_assert (g_bytes_get_size (envelope) == lan_envelope_size (total));
  open_it (g_bytes_get_data (envelope, NULL), g_bytes_get_size (envelope));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (ada == NULL)
    set_up ();
  if (size < 1)
    return 0;
  if (data[0] == 0)
    open_it (data + 1, size - 1);
  else if (data[0] == 1)
    seal_body (data + 1, size - 1);
  else
    seal_records (data + 1, size - 1);
  return 0;
}
