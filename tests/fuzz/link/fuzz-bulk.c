/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a contact may send on a bulk lane. Input: steps of
 *   0 | n u8 | n bytes            bytes as they are, sealed by nobody
 *   1 | n u8 | n bytes | z u16    a record whose plaintext is these bytes and z zeros
 *   2                             what has come so far is fed
 * everything else is the owner's answer to begin() from then on.
 */
#include "lan-bulk-reader.h"
#include "lan-cipher.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static guint8 target[LAN_BULK_PAYLOAD_MAX];
static LanBulkAnswer answer;
static gboolean is_lent;

static LanBulkAnswer
on_begin (LanBulkIn *in, gpointer data)
{
  g_assert_false (is_lent);
  g_assert_cmpuint (in->payload_len, <=, sizeof target);
  in->payload = target;
  is_lent = answer == LAN_BULK_TAKE;
  return answer;
}

static void
on_message (const LanBulkIn *in, gpointer data)
{
  g_assert_true (is_lent || in->payload_len == 0);
  is_lent = FALSE;
}

static const LanBulkReaderEvents events = { on_begin, on_message };

static void
seal (GByteArray *stream, LanCipher *cipher, const guint8 *bytes, gsize n, gsize zeros)
{
  gsize len = MIN (n + zeros, 65519);
  g_autofree guint8 *plain = g_malloc0 (len + LAN_CIPHER_TAG_BYTES);
  guint8 header[2] = { (guint8) ((len + LAN_CIPHER_TAG_BYTES) >> 8),
                       (guint8) (len + LAN_CIPHER_TAG_BYTES) };
  gboolean is_rekey;

  memcpy (plain, bytes, MIN (n, len));
  is_rekey = len == 3 && plain[0] == 1;
  g_assert_cmpint (lan_cipher_seal (cipher, NULL, 0, plain, len, plain), ==, LAN_STATUS_OK);
  if (is_rekey)
    lan_cipher_rekey (cipher);
  g_byte_array_append (stream, header, sizeof header);
  g_byte_array_append (stream, plain, (guint) (len + LAN_CIPHER_TAG_BYTES));
}

static void
feed (LanBulkReader *reader, GByteArray *stream)
{
  gsize used;

  if (lan_bulk_reader_feed (reader, stream->data, stream->len, &used) != LAN_STATUS_OK)
    used = stream->len;
  g_byte_array_remove_range (stream, 0, (guint) used);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const guint8 key[LAN_KEY_BYTES] = { 1 };
  LanCipher cipher = { .n = 0 };
  g_autoptr (LanBulkReader) reader = lan_bulk_reader_new (lan_bulk_flow_new (key), &events, NULL);
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  LanBulkIn in;

  memcpy (cipher.key, key, sizeof key);
  answer = LAN_BULK_TAKE;
  is_lent = FALSE;
  for (gsize at = 0; at < size;) {
    guint8 step = data[at++];

    if (step <= 1 && at < size) {
      gsize n = MIN (data[at], size - at - 1), zeros = 0;

      at++;
      if (step == 1 && size - at - n >= 2)
        zeros = data[at + n] | (gsize) data[at + n + 1] << 8;
      if (step == 0)
        g_byte_array_append (stream, data + at, (guint) n);
      else
        seal (stream, &cipher, data + at, n, zeros);
      at += n + (step == 1 ? MIN (2, size - at - n) : 0);
    } else if (step == 2) {
      feed (reader, stream);
    } else {
      answer = step % 2 != 0 ? LAN_BULK_SKIP : step % 4 != 0 ? LAN_BULK_REFUSE : LAN_BULK_TAKE;
    }
  }
  feed (reader, stream);
  if (is_lent)
    g_assert_true (lan_bulk_reader_is_inside (reader, &in) && in.payload == target);
  (void) lan_bulk_reader_is_ended (reader);
  return 0;
}
