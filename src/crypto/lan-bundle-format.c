/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bundle-format.h"

#include "lan-bundle-word.h"
#include "lan-bytes.h"
#include "lan-carry-tag.h"
#include "lan-envelope.h"

#include <sodium.h>
#include <string.h>

#define END          0
#define PREFIX_BYTES 5
#define DIGEST_BYTES 32
#define LETTER_BYTES (4 + 2 * LAN_CARRY_TAG_BYTES) /* before the envelope */
#define WORD_BYTES   (4 + LAN_CARRY_TAG_BYTES)     /* before what is sealed */
#define ENVELOPE_MIN (LAN_ENVELOPE_OVERHEAD + 37)

static const guint8 magic[8] = { 'L', 'Y', 'B', 'U', '0', '0', '0', '1' };

/* --- writing --- */

struct _LanBundleWriter {
  crypto_generichash_state hash;
};

static void
append (LanBundleWriter *writer, const guint8 *data, gsize len, GByteArray *out)
{
  crypto_generichash_update (&writer->hash, data, len);
  g_byte_array_append (out, data, (guint) len);
}

LanBundleWriter *
lan_bundle_writer_new (GByteArray *out)
{
  LanBundleWriter *writer = g_new (LanBundleWriter, 1);
  guint8 header[LAN_BUNDLE_HEADER_BYTES] = { 0 };

  lan_crypto_init ();
  crypto_generichash_init (&writer->hash, NULL, 0, DIGEST_BYTES);
  memcpy (header, magic, sizeof magic);
  append (writer, header, sizeof header, out);
  return writer;
}

void
lan_bundle_writer_add (LanBundleWriter *writer, const guint8 *entries, gsize len, GByteArray *out)
{
  append (writer, entries, len, out);
}

void
lan_bundle_writer_finish (LanBundleWriter *writer, GByteArray *out)
{
  const guint8 prefix[PREFIX_BYTES] = { END, DIGEST_BYTES, 0, 0, 0 };
  guint8 digest[DIGEST_BYTES];

  append (writer, prefix, sizeof prefix, out);
  crypto_generichash_final (&writer->hash, digest, sizeof digest);
  g_byte_array_append (out, digest, sizeof digest);
}

void
lan_bundle_writer_free (LanBundleWriter *writer)
{
  g_free (writer);
}

void
lan_bundle_entry_write (const LanBundleEntry *entry, GByteArray *out)
{
  guint8 head[PREFIX_BYTES + LETTER_BYTES];
  gboolean is_letter = entry->type == LAN_BUNDLE_LETTER;
  LanWriter w;

  lan_writer_init (&w, head, sizeof head);
  lan_write_u8 (&w, (guint8) entry->type);
  lan_write_u32 (&w, (guint32) ((is_letter ? LETTER_BYTES : WORD_BYTES) + entry->len));
  lan_write_u32 (&w, entry->day);
  lan_write_bytes (&w, is_letter ? entry->fetch_lock : entry->tag, LAN_CARRY_TAG_BYTES);
  if (is_letter)
    lan_write_bytes (&w, entry->ack_lock, LAN_CARRY_TAG_BYTES);
  g_byte_array_append (out, head, (guint) w.len);
  g_byte_array_append (out, entry->body, (guint) entry->len);
}

/* --- reading --- */

typedef enum {
  HEADER,
  PREFIX,
  BODY,
  OVER,
} Stage;

struct _LanBundleReader {
  LanBundleFunc func;
  gpointer user_data;
  crypto_generichash_state hash;
  Stage stage;
  LanStatus status;
  GByteArray *part; /* what has come of the piece that is being read */
  gsize wanted;     /* of it */
  guint8 type;
  guint entries;
  guint64 bytes;
};

LanBundleReader *
lan_bundle_reader_new (LanBundleFunc func, gpointer user_data)
{
  LanBundleReader *reader = g_new0 (LanBundleReader, 1);

  lan_crypto_init ();
  crypto_generichash_init (&reader->hash, NULL, 0, DIGEST_BYTES);
  reader->func = func;
  reader->user_data = user_data;
  reader->part = g_byte_array_new ();
  reader->wanted = LAN_BUNDLE_HEADER_BYTES;
  return reader;
}

void
lan_bundle_reader_free (LanBundleReader *reader)
{
  if (reader == NULL)
    return;
  g_byte_array_unref (reader->part);
  g_free (reader);
}

static LanStatus
read_header (LanBundleReader *reader, const guint8 *data)
{
  static const guint8 zeros[LAN_BUNDLE_HEADER_BYTES - sizeof magic];

  if (memcmp (data, magic, 4) != 0)
    return LAN_STATUS_MALFORMED;
  for (guint i = 4; i < sizeof magic; i++)
    if (!g_ascii_isdigit (data[i]))
      return LAN_STATUS_MALFORMED;
  if (memcmp (data, magic, sizeof magic) != 0)
    return LAN_STATUS_VERSION;
  if (memcmp (data + sizeof magic, zeros, sizeof zeros) != 0)
    return LAN_STATUS_MALFORMED;
  reader->stage = PREFIX;
  reader->wanted = PREFIX_BYTES;
  return LAN_STATUS_OK;
}

/* What comes next, and how long it may be: nothing is kept before that is looked at. */
static LanStatus
read_prefix (LanBundleReader *reader, const guint8 *data)
{
  gsize len = data[1] | (gsize) data[2] << 8 | (gsize) data[3] << 16 | (gsize) data[4] << 24;
  gsize least = DIGEST_BYTES, most = DIGEST_BYTES;

  reader->type = data[0];
  if (reader->type == LAN_BUNDLE_LETTER) {
    least = LETTER_BYTES + ENVELOPE_MIN;
    most = LETTER_BYTES + LAN_ENVELOPE_BYTES_MAX;
  } else if (reader->type == LAN_BUNDLE_WORD) {
    least = WORD_BYTES + LAN_BUNDLE_WORD_MIN;
    most = WORD_BYTES + LAN_BUNDLE_WORD_MAX;
  } else if (reader->type != END) {
    return LAN_STATUS_MALFORMED;
  }
  if (len < least)
    return LAN_STATUS_MALFORMED;
  if (len > most || (reader->type != END && ++reader->entries > LAN_BUNDLE_ENTRIES_MAX))
    return LAN_STATUS_OVERSIZED;
  reader->stage = BODY;
  reader->wanted = len;
  return LAN_STATUS_OK;
}

static LanStatus
read_letter (LanBundleReader *reader, const guint8 *data, gsize len, LanBundleEntry *entry)
{
  LanEnvelopeHead head;

  entry->fetch_lock = data;
  entry->ack_lock = data + LAN_CARRY_TAG_BYTES;
  entry->body = data + LETTER_BYTES - 4;
  entry->len = len - (LETTER_BYTES - 4);
  if (lan_envelope_peek (&head, entry->body, entry->len) != LAN_STATUS_OK || !head.is_carried)
    return LAN_STATUS_MALFORMED;
  entry->tag = head.tag;
  return reader->func (entry, reader->user_data);
}

static LanStatus
read_body (LanBundleReader *reader, const guint8 *data, gsize len)
{
  LanBundleEntry entry = { .type = (LanBundleType) reader->type };
  guint8 digest[DIGEST_BYTES];

  if (reader->type == END) {
    crypto_generichash_final (&reader->hash, digest, sizeof digest);
    reader->stage = OVER;
    return memcmp (digest, data, sizeof digest) == 0 ? LAN_STATUS_OK : LAN_STATUS_AUTH;
  }
  entry.day = data[0] | (guint32) data[1] << 8 | (guint32) data[2] << 16 | (guint32) data[3] << 24;
  reader->stage = PREFIX;
  reader->wanted = PREFIX_BYTES;
  data += 4;
  len -= 4;
  if (reader->type == LAN_BUNDLE_LETTER)
    return read_letter (reader, data, len, &entry);
  entry.tag = data;
  entry.body = data + LAN_CARRY_TAG_BYTES;
  entry.len = len - LAN_CARRY_TAG_BYTES;
  return reader->func (&entry, reader->user_data);
}

static LanStatus
read_part (LanBundleReader *reader)
{
  const guint8 *data = reader->part->data;
  gsize len = reader->wanted;

  if (!(reader->stage == BODY && reader->type == END))
    crypto_generichash_update (&reader->hash, data, len);
  if (reader->stage == HEADER)
    return read_header (reader, data);
  if (reader->stage == PREFIX)
    return read_prefix (reader, data);
  return read_body (reader, data, len);
}

LanStatus
lan_bundle_reader_feed (LanBundleReader *reader, const guint8 *data, gsize len)
{
  reader->bytes += len;
  if (reader->status == LAN_STATUS_OK && reader->bytes > LAN_BUNDLE_BYTES_MAX)
    reader->status = LAN_STATUS_OVERSIZED;
  while (len > 0 && reader->status == LAN_STATUS_OK) {
    gsize now = MIN (len, reader->wanted - reader->part->len);

    if (reader->stage == OVER) {
      reader->status = LAN_STATUS_MALFORMED;
      break;
    }
    g_byte_array_append (reader->part, data, (guint) now);
    data += now;
    len -= now;
    if (reader->part->len < reader->wanted)
      break;
    reader->status = read_part (reader);
    g_byte_array_set_size (reader->part, 0);
  }
  return reader->status;
}

LanStatus
lan_bundle_reader_end (LanBundleReader *reader)
{
  if (reader->status == LAN_STATUS_OK && reader->stage != OVER)
    reader->status = LAN_STATUS_TRUNCATED;
  return reader->status;
}
