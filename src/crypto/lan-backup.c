/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-backup.h"

#include "lan-bytes.h"
#include "lan-kdf.h"
#include "lan-key-slot.h"

#include <sodium.h>
#include <string.h>

#define MAGIC        "LYBK0001"
#define MAGIC_FAMILY 4 /* "LYBK": another number is another version */
#define SLOT_AT      8
#define STREAM_AT    (SLOT_AT + LAN_KEY_SLOT_BYTES)
#define SEALED       crypto_secretstream_xchacha20poly1305_ABYTES
#define CHUNK_STORED (LAN_BACKUP_CHUNK_BYTES + SEALED)
#define ITEM_HEAD    5

G_STATIC_ASSERT (STREAM_AT + crypto_secretstream_xchacha20poly1305_HEADERBYTES ==
                 LAN_BACKUP_HEADER_BYTES);

typedef crypto_secretstream_xchacha20poly1305_state Stream;

struct _LanBackupWriter {
  Stream *stream; /* guarded memory */
  guint8 header[LAN_BACKUP_HEADER_BYTES];
  guint8 *plain; /* guarded memory: a chunk on its way */
  gsize len;
  gboolean is_finished;
};

struct _LanBackupReader {
  LanBackupItem item;
  gpointer user_data;
  Stream *stream;
  guint8 header[LAN_BACKUP_HEADER_BYTES];
  LanWrappedSlot slot;
  gboolean has_header;
  gboolean is_unlocked;
  gboolean is_final; /* TAG_FINAL was seen */
  LanStatus status;
  guint8 *stored; /* CHUNK_STORED */
  gsize stored_len;
  guint8 *plain;     /* guarded: a chunk */
  GByteArray *whole; /* an item that did not end with its chunk, with its head */
};

static gboolean
is_kind (guint8 kind)
{
  return kind == LAN_KEY_SLOT_PASSPHRASE || kind == LAN_KEY_SLOT_RECOVERY;
}

static void
stream_key (const LanKeySlot *slot, const guint8 master[LAN_KEY_BYTES], guint8 *key)
{
  lan_kdf (key, LAN_KEY_BYTES, master, LAN_KDF_BACKUP, slot->salt, sizeof slot->salt);
}

static gpointer
guarded (gsize size)
{
  gpointer memory = sodium_malloc (size);

  if (memory == NULL)
    g_error ("no guarded memory is left");
  return memory;
}

/* --- writing --- */

LanBackupWriter *
lan_backup_writer_new (const LanKeySlot *slot, const guint8 *input, const LanRandom *random,
                       GByteArray *out)
{
  guint8 master[LAN_KEY_BYTES], key[LAN_KEY_BYTES];
  LanWrappedSlot wrapped = { .head = *slot };
  LanBackupWriter *writer;

  lan_crypto_init ();
  lan_random_bytes (random, master, sizeof master);
  if (!is_kind (slot->kind) ||
      lan_wrapped_slot_wrap (&wrapped, input, master, random) != LAN_STATUS_OK) {
    lan_secret_wipe (master, sizeof master);
    return NULL;
  }
  writer = g_new0 (LanBackupWriter, 1);
  writer->stream = guarded (sizeof *writer->stream);
  writer->plain = guarded (LAN_BACKUP_CHUNK_BYTES);
  memcpy (writer->header, MAGIC, SLOT_AT);
  memcpy (writer->header + SLOT_AT, wrapped.bytes, LAN_KEY_SLOT_BYTES);
  stream_key (slot, master, key);
  crypto_secretstream_xchacha20poly1305_init_push (writer->stream, writer->header + STREAM_AT, key);
  lan_secret_wipe (master, sizeof master);
  lan_secret_wipe (key, sizeof key);
  g_byte_array_append (out, writer->header, sizeof writer->header);
  return writer;
}

void
lan_backup_writer_free (LanBackupWriter *writer)
{
  if (writer == NULL)
    return;
  sodium_free (writer->stream);
  sodium_free (writer->plain);
  g_free (writer);
}

static void
seal_chunk (LanBackupWriter *writer, guint8 tag, GByteArray *out)
{
  guint at = out->len;

  g_byte_array_set_size (out, at + (guint) (writer->len + SEALED));
  crypto_secretstream_xchacha20poly1305_push (writer->stream, out->data + at, NULL, writer->plain,
                                              writer->len, writer->header, sizeof writer->header,
                                              tag);
  writer->len = 0;
}

static void
append (LanBackupWriter *writer, const guint8 *data, gsize len, GByteArray *out)
{
  while (len > 0) {
    gsize step;

    /* A full chunk leaves when more comes: the last one is FINAL however long it is. */
    if (writer->len == LAN_BACKUP_CHUNK_BYTES)
      seal_chunk (writer, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE, out);
    step = MIN (len, LAN_BACKUP_CHUNK_BYTES - writer->len);
    memcpy (writer->plain + writer->len, data, step);
    writer->len += step;
    data += step;
    len -= step;
  }
}

void
lan_backup_writer_add (LanBackupWriter *writer, guint8 type, const guint8 *data, gsize len,
                       GByteArray *out)
{
  guint8 head[ITEM_HEAD];
  LanWriter w;

  g_return_if_fail (!writer->is_finished && len <= LAN_BACKUP_ITEM_MAX);
  lan_writer_init (&w, head, sizeof head);
  lan_write_u8 (&w, type);
  lan_write_u32 (&w, (guint32) len);
  append (writer, head, sizeof head, out);
  append (writer, data, len, out);
}

void
lan_backup_writer_finish (LanBackupWriter *writer, GByteArray *out)
{
  g_return_if_fail (!writer->is_finished);
  seal_chunk (writer, crypto_secretstream_xchacha20poly1305_TAG_FINAL, out);
  writer->is_finished = TRUE;
}

/* --- reading --- */

LanBackupReader *
lan_backup_reader_new (LanBackupItem item, gpointer user_data)
{
  LanBackupReader *reader = g_new0 (LanBackupReader, 1);

  lan_crypto_init ();
  reader->item = item;
  reader->user_data = user_data;
  reader->stream = guarded (sizeof *reader->stream);
  reader->plain = guarded (LAN_BACKUP_CHUNK_BYTES);
  reader->stored = g_malloc (CHUNK_STORED);
  reader->whole = g_byte_array_new ();
  return reader;
}

static void
forget_item (LanBackupReader *reader)
{
  if (reader->whole->len > 0)
    lan_secret_wipe (reader->whole->data, reader->whole->len);
  g_byte_array_set_size (reader->whole, 0);
}

void
lan_backup_reader_free (LanBackupReader *reader)
{
  if (reader == NULL)
    return;
  forget_item (reader);
  g_byte_array_unref (reader->whole);
  sodium_free (reader->stream);
  sodium_free (reader->plain);
  g_free (reader->stored);
  g_free (reader);
}

LanStatus
lan_backup_reader_header (LanBackupReader *reader, const guint8 header[LAN_BACKUP_HEADER_BYTES],
                          LanKeySlot *slot)
{
  LanStatus status;

  if (memcmp (header, MAGIC, MAGIC_FAMILY) != 0)
    return LAN_STATUS_MALFORMED;
  if (memcmp (header, MAGIC, SLOT_AT) != 0)
    return LAN_STATUS_VERSION;
  status = lan_wrapped_slot_read (&reader->slot, header + SLOT_AT);
  if (status != LAN_STATUS_OK)
    return status;
  if (!is_kind (reader->slot.head.kind))
    return LAN_STATUS_VERSION;
  memcpy (reader->header, header, LAN_BACKUP_HEADER_BYTES);
  reader->has_header = TRUE;
  *slot = reader->slot.head;
  return LAN_STATUS_OK;
}

LanStatus
lan_backup_reader_unlock (LanBackupReader *reader, const guint8 *input)
{
  guint8 master[LAN_KEY_BYTES], key[LAN_KEY_BYTES];
  LanStatus status = LAN_STATUS_STATE;

  if (reader->has_header && !reader->is_unlocked)
    status = lan_wrapped_slot_unwrap (&reader->slot, input, master);
  if (status != LAN_STATUS_OK)
    return status;
  stream_key (&reader->slot.head, master, key);
  crypto_secretstream_xchacha20poly1305_init_pull (reader->stream, reader->header + STREAM_AT, key);
  lan_secret_wipe (master, sizeof master);
  lan_secret_wipe (key, sizeof key);
  reader->is_unlocked = TRUE;
  return LAN_STATUS_OK;
}

static LanStatus
read_head (const guint8 *head, guint8 *type, gsize *len)
{
  LanReader r;

  lan_reader_init (&r, head, ITEM_HEAD);
  *type = lan_read_u8 (&r);
  *len = lan_read_u32 (&r);
  return *len > LAN_BACKUP_ITEM_MAX ? LAN_STATUS_OVERSIZED : LAN_STATUS_OK;
}

/* Completes the item of which a part was in the chunk before. Returns with @data behind it. */
static LanStatus
read_rest (LanBackupReader *reader, const guint8 **data, gsize *left)
{
  guint8 type;
  gsize len = 0, want = ITEM_HEAD;
  LanStatus status = LAN_STATUS_OK;

  while (status == LAN_STATUS_OK && reader->whole->len > 0) {
    gsize step;

    if (reader->whole->len >= ITEM_HEAD) {
      status = read_head (reader->whole->data, &type, &len);
      want = ITEM_HEAD + len;
      if (status == LAN_STATUS_OK && reader->whole->len == want) {
        status = reader->item (type, reader->whole->data + ITEM_HEAD, len, reader->user_data);
        forget_item (reader);
        break;
      }
    }
    if (status != LAN_STATUS_OK || *left == 0)
      break;
    step = MIN (*left, want - reader->whole->len);
    g_byte_array_append (reader->whole, *data, (guint) step);
    *data += step;
    *left -= step;
  }
  return status;
}

static LanStatus
read_items (LanBackupReader *reader, const guint8 *data, gsize left)
{
  LanStatus status = read_rest (reader, &data, &left);

  while (status == LAN_STATUS_OK && left > 0) {
    guint8 type = 0;
    gsize len = 0;

    if (left >= ITEM_HEAD)
      status = read_head (data, &type, &len);
    if (status != LAN_STATUS_OK)
      break;
    if (left < ITEM_HEAD + len) {
      g_byte_array_append (reader->whole, data, (guint) left);
      break;
    }
    status = reader->item (type, data + ITEM_HEAD, len, reader->user_data);
    data += ITEM_HEAD + len;
    left -= ITEM_HEAD + len;
  }
  return status;
}

static LanStatus
read_chunk (LanBackupReader *reader)
{
  unsigned long long len = 0;
  guint8 tag = 0;
  gsize stored = reader->stored_len;
  LanStatus status;

  reader->stored_len = 0;
  if (stored < SEALED || crypto_secretstream_xchacha20poly1305_pull (
                             reader->stream, reader->plain, &len, &tag, reader->stored, stored,
                             reader->header, sizeof reader->header) != 0)
    return LAN_STATUS_AUTH;
  status = read_items (reader, reader->plain, (gsize) len);
  if (status != LAN_STATUS_OK || tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL)
    return status;
  reader->is_final = TRUE;
  return reader->whole->len > 0 ? LAN_STATUS_MALFORMED : LAN_STATUS_OK;
}

LanStatus
lan_backup_reader_feed (LanBackupReader *reader, const guint8 *data, gsize len)
{
  if (!reader->is_unlocked)
    return LAN_STATUS_STATE;
  while (reader->status == LAN_STATUS_OK && len > 0) {
    gsize step;

    if (reader->is_final) {
      reader->status = LAN_STATUS_MALFORMED;
      break;
    }

    step = MIN (len, CHUNK_STORED - reader->stored_len);
    memcpy (reader->stored + reader->stored_len, data, step);
    reader->stored_len += step;
    data += step;
    len -= step;
    if (reader->stored_len == CHUNK_STORED)
      reader->status = read_chunk (reader);
  }
  return reader->status;
}

LanStatus
lan_backup_reader_end (LanBackupReader *reader)
{
  if (!reader->is_unlocked)
    return LAN_STATUS_STATE;
  if (reader->status == LAN_STATUS_OK && reader->stored_len > 0) {
    /* A part of a chunk that is not the last one does not authenticate. */
    reader->status = read_chunk (reader);
    if (reader->status == LAN_STATUS_AUTH)
      reader->status = LAN_STATUS_TRUNCATED;
  }
  if (reader->status == LAN_STATUS_OK && !reader->is_final)
    reader->status = LAN_STATUS_TRUNCATED;
  return reader->status;
}
