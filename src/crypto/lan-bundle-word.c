/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bundle-word.h"

#include "lan-bytes.h"
#include "lan-carry-tag.h"
#include "lan-cipher.h"
#include "lan-kdf.h"

#include <string.h>

#define VERSION    1
#define PREKEY     1 /* flag */
#define SALT_BYTES 16
#define PAD        256
#define PLAIN_MAX  (LAN_BUNDLE_WORD_MAX - SALT_BYTES - LAN_CIPHER_TAG_BYTES)

static void
key_of (guint8 key[LAN_KEY_BYTES], const guint8 *secret, const guint8 *salt,
        const LanDeviceId *device)
{
  guint8 context[SALT_BYTES + LAN_DEVICE_ID_BYTES];

  memcpy (context, salt, SALT_BYTES);
  memcpy (context + SALT_BYTES, device->b, sizeof device->b);
  lan_kdf (key, LAN_KEY_BYTES, secret, LAN_KDF_WORD, context, sizeof context);
}

static gsize
encode (const LanBundleWord *word, guint8 plain[PLAIN_MAX])
{
  LanWriter w;

  lan_writer_init (&w, plain, PLAIN_MAX);
  lan_write_u8 (&w, VERSION);
  lan_write_u8 (&w, word->has_prekey ? PREKEY : 0);
  lan_write_u8 (&w, (guint8) word->n);
  lan_write_u8 (&w, 0);
  lan_write_bytes (&w, word->device.b, sizeof word->device.b);
  if (word->has_prekey)
    lan_write_bytes (&w, word->prekey, sizeof word->prekey);
  for (guint i = 0; i < word->n; i++) {
    lan_write_bytes (&w, word->have[i].author.b, LAN_DEVICE_ID_BYTES);
    lan_write_u64 (&w, word->have[i].seq);
    lan_write_bytes (&w, word->have[i].hash.b, LAN_HASH_BYTES);
  }
  lan_write_zeros (&w, (PAD - w.len % PAD) % PAD);
  return w.len;
}

void
lan_bundle_word_seal (const LanBundleWord *word, const guint8 secret[LAN_KEY_BYTES],
                      const guint8 *tag, const LanDeviceId *device, const LanRandom *random,
                      GByteArray *out)
{
  guint8 plain[PLAIN_MAX], sealed[LAN_BUNDLE_WORD_MAX], key[LAN_KEY_BYTES];
  gsize len = encode (word, plain);

  lan_random_bytes (random, sealed, SALT_BYTES);
  key_of (key, secret, sealed, device);
  lan_aead_seal_at (key, 0, tag, LAN_CARRY_TAG_BYTES, plain, len, sealed + SALT_BYTES);
  lan_secret_wipe (key, sizeof key);
  g_byte_array_append (out, sealed, (guint) (SALT_BYTES + len + LAN_CIPHER_TAG_BYTES));
}

static gboolean
rest_is_zeros (LanReader *r)
{
  gsize left = lan_reader_left (r);
  gboolean ok = left < PAD;

  while (left-- > 0)
    ok &= lan_read_u8 (r) == 0;
  return ok;
}

static LanStatus
decode (LanBundleWord *word, const guint8 *plain, gsize len)
{
  LanReader r;
  guint8 flags;

  lan_reader_init (&r, plain, len);
  if (lan_read_u8 (&r) != VERSION)
    return LAN_STATUS_VERSION;
  flags = lan_read_u8 (&r);
  word->n = lan_read_u8 (&r);
  if (flags > PREKEY || word->n > LAN_BUNDLE_WORD_LOGS || lan_read_u8 (&r) != 0)
    return LAN_STATUS_MALFORMED;
  lan_read_bytes (&r, word->device.b, sizeof word->device.b);
  word->has_prekey = flags == PREKEY;
  if (word->has_prekey)
    lan_read_bytes (&r, word->prekey, sizeof word->prekey);
  for (guint i = 0; i < word->n; i++) {
    lan_read_bytes (&r, word->have[i].author.b, LAN_DEVICE_ID_BYTES);
    word->have[i].seq = lan_read_u64 (&r);
    lan_read_bytes (&r, word->have[i].hash.b, LAN_HASH_BYTES);
  }
  return !r.failed && rest_is_zeros (&r) ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

LanStatus
lan_bundle_word_open (LanBundleWord *word, const guint8 secret[LAN_KEY_BYTES], const guint8 *tag,
                      const LanDeviceId *device, const guint8 *data, gsize len)
{
  guint8 plain[PLAIN_MAX + LAN_CIPHER_TAG_BYTES], key[LAN_KEY_BYTES];
  LanBundleWord read = { 0 };
  LanStatus status;

  if (len < LAN_BUNDLE_WORD_MIN || len > LAN_BUNDLE_WORD_MAX ||
      (len - SALT_BYTES - LAN_CIPHER_TAG_BYTES) % PAD != 0)
    return LAN_STATUS_MALFORMED;
  key_of (key, secret, data, device);
  status = lan_aead_open_at (key, 0, tag, LAN_CARRY_TAG_BYTES, data + SALT_BYTES, len - SALT_BYTES,
                             plain);
  lan_secret_wipe (key, sizeof key);
  if (status != LAN_STATUS_OK)
    return status;
  status = decode (&read, plain, len - SALT_BYTES - LAN_CIPHER_TAG_BYTES);
  if (status == LAN_STATUS_OK)
    *word = read;
  return status;
}
