/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-prekey.h"

#include "lan-bytes.h"

#include <string.h>

#define SIGNED_BYTES 64

GBytes *
lan_prekey_issue (const LanDeviceKeys *device, guint32 id, const guint8 public_key[LAN_KEY_BYTES],
                  gint64 made_s, gint64 expires_s)
{
  guint8 buf[LAN_PREKEY_BYTES], sig[LAN_SIGNATURE_BYTES];
  LanWriter w;

  g_return_val_if_fail (id != 0 && made_s >= 0 && made_s < expires_s, NULL);
  lan_writer_init (&w, buf, sizeof buf);
  lan_write_bytes (&w, "LSP1", 4);
  lan_write_u32 (&w, id);
  lan_write_bytes (&w, public_key, LAN_KEY_BYTES);
  lan_write_bytes (&w, lan_device_keys_id (device)->b, LAN_DEVICE_ID_BYTES);
  lan_write_u64 (&w, (guint64) made_s);
  lan_write_u64 (&w, (guint64) expires_s);
  lan_device_keys_sign (device, LAN_SIGN_PREKEY, buf, w.len, sig);
  lan_write_bytes (&w, sig, sizeof sig);
  g_assert (!w.failed && w.len == sizeof buf);
  return g_bytes_new (buf, w.len);
}

LanStatus
lan_prekey_decode (LanPrekey *prekey, const guint8 *data, gsize len)
{
  guint64 made, expires;
  guint8 magic[4];
  LanReader r;

  *prekey = (LanPrekey){ 0 };
  lan_reader_init (&r, data, len);
  lan_read_bytes (&r, magic, sizeof magic);
  prekey->id = lan_read_u32 (&r);
  lan_read_bytes (&r, prekey->public_key, sizeof prekey->public_key);
  lan_read_bytes (&r, prekey->device.b, sizeof prekey->device.b);
  made = lan_read_u64 (&r);
  expires = lan_read_u64 (&r);
  lan_read_span (&r, LAN_SIGNATURE_BYTES);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (!lan_reader_done (&r))
    return LAN_STATUS_OVERSIZED;
  if (memcmp (magic, "LSP1", sizeof magic) != 0)
    return memcmp (magic, "LSP", 3) == 0 ? LAN_STATUS_VERSION : LAN_STATUS_MALFORMED;
  if (prekey->id == 0 || expires > G_MAXINT64 || made >= expires)
    return LAN_STATUS_MALFORMED;
  prekey->made_s = (gint64) made;
  prekey->expires_s = (gint64) expires;
  return LAN_STATUS_OK;
}

LanStatus
lan_prekey_verify (LanPrekey *prekey, const guint8 sign_public[LAN_KEY_BYTES], const guint8 *data,
                   gsize len)
{
  LanStatus status = lan_prekey_decode (prekey, data, len);

  if (status != LAN_STATUS_OK)
    return status;
  if (!lan_dh_public_is_sound (prekey->public_key))
    return LAN_STATUS_AUTH;
  return lan_signature_verify (sign_public, LAN_SIGN_PREKEY, data, SIGNED_BYTES,
                               data + SIGNED_BYTES);
}

LanStatus
lan_prekey_check_time (const LanPrekey *prekey, gint64 now_s, gint64 slack_s)
{
  if (now_s < prekey->made_s - slack_s || now_s > prekey->expires_s + slack_s ||
      prekey->expires_s - prekey->made_s > LAN_PREKEY_LIFE_SECONDS)
    return LAN_STATUS_EXPIRED;
  return LAN_STATUS_OK;
}

void
lan_one_time_encode (const LanOneTimePrekey *prekey, guint8 out[LAN_ONE_TIME_BYTES])
{
  LanWriter w;

  lan_writer_init (&w, out, LAN_ONE_TIME_BYTES);
  lan_write_u32 (&w, prekey->id);
  lan_write_bytes (&w, prekey->public_key, sizeof prekey->public_key);
}

LanStatus
lan_one_time_decode (LanOneTimePrekey *prekey, const guint8 *data, gsize len)
{
  LanReader r;

  lan_reader_init (&r, data, len);
  prekey->id = lan_read_u32 (&r);
  lan_read_bytes (&r, prekey->public_key, sizeof prekey->public_key);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (!lan_reader_done (&r))
    return LAN_STATUS_OVERSIZED;
  if (prekey->id == 0)
    return LAN_STATUS_MALFORMED;
  return lan_dh_public_is_sound (prekey->public_key) ? LAN_STATUS_OK : LAN_STATUS_AUTH;
}

void
lan_prekey_make_pair (guint8 secret[LAN_KEY_BYTES], guint8 public_key[LAN_KEY_BYTES],
                      const LanRandom *random)
{
  lan_random_bytes (random, secret, LAN_KEY_BYTES);
  lan_dh_public_from_secret (public_key, secret);
}
