/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Bundles. First byte 0: the rest is a file as somebody might give us. 1: the rest are entries under a right
 * header and digest, which must be taken or refused in the same way however they are cut. 2: the rest is a
 * sealed word. 3: the rest is the plain of a word under an intact seal.
 */
#include "lan-bundle-format.h"
#include "lan-bundle-word.h"
#include "lan-carry-tag.h"
#include "lan-cipher.h"
#include "lan-kdf.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const guint8 secret[LAN_KEY_BYTES] = { 7 };
static const guint8 tag[LAN_CARRY_TAG_BYTES] = { 8 };
static const LanDeviceId device = { { 9 } };

static LanStatus
on_entry (const LanBundleEntry *entry, gpointer user_data)
{
  guint *n = user_data;

  *n += 1u + (entry->body[entry->len - 1] & 1u) + (entry->tag[0] & 1u);
  if (entry->type == LAN_BUNDLE_LETTER)
    *n += (entry->fetch_lock[0] & 1u) + (entry->ack_lock[15] & 1u);
  return entry->day == 0xeeeeeeee ? LAN_STATUS_LIMIT : LAN_STATUS_OK;
}

static LanStatus
read_all (const guint8 *data, gsize size, gsize first, guint *n)
{
  g_autoptr (LanBundleReader) reader = lan_bundle_reader_new (on_entry, n);

  *n = 0;
  for (gsize step = first; size > 0; step = step * 3 + 1) {
    gsize now = MIN (step, size);

    if (lan_bundle_reader_feed (reader, data, now) != LAN_STATUS_OK)
      break;
    data += now;
    size -= now;
  }
  return lan_bundle_reader_end (reader);
}

static void
read_whole (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (LanBundleWriter) writer = lan_bundle_writer_new (file);
  guint one, other;
  LanStatus status;

  lan_bundle_writer_add (writer, data, size, file);
  lan_bundle_writer_finish (writer, file);
  status = read_all (file->data, file->len, 1, &one);
  g_assert (read_all (file->data, file->len, file->len, &other) == status);
  g_assert (one == other);
  g_assert (read_all (file->data, file->len - 1, 5, &other) != LAN_STATUS_OK);
}

static void
open_word (const guint8 *data, gsize size)
{
  static LanBundleWord word;

  if (lan_bundle_word_open (&word, secret, tag, &device, data, size) == LAN_STATUS_OK)
    g_assert (word.n <= LAN_BUNDLE_WORD_LOGS);
}

static void
open_sealed (const guint8 *data, gsize size)
{
  guint8 plain[LAN_BUNDLE_WORD_MAX] = { 0 }, sealed[2 * LAN_BUNDLE_WORD_MAX] = { 0 };
  guint8 context[16 + LAN_DEVICE_ID_BYTES] = { 0 }, key[LAN_KEY_BYTES];
  gsize len = MAX (256, (MIN (size, 3328) + 255) / 256 * 256);

  memcpy (plain, data, MIN (size, len));
  memcpy (context + 16, device.b, sizeof device.b);
  lan_kdf (key, sizeof key, secret, LAN_KDF_WORD, context, sizeof context);
  lan_aead_seal_at (key, 0, tag, sizeof tag, plain, len, sealed + 16);
  open_word (sealed, 16 + len + LAN_CIPHER_TAG_BYTES);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint n;

  if (size < 2)
    return 0;
  if (data[0] == 0)
    (void) read_all (data + 1, size - 1, 1, &n);
  else if (data[0] == 1)
    read_whole (data + 1, size - 1);
  else if (data[0] == 2)
    open_word (data + 1, size - 1);
  else
    open_sealed (data + 1, size - 1);
  return 0;
}
