/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Backups. First byte 0: the rest is a file as somebody might give us. 1: the rest, but for its first
 * byte (how much of the end is cut off), is the plain stream of a genuine one.
 * 3: a head. 4: an account id and keys. Else: a recovery code.
 */
#include "lan-backup-format.h"
#include "lan-backup.h"
#include "lan-kdf.h"
#include "lan-key-slot.h"
#include "lan-random-system.h"
#include "lan-recovery-code.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const guint8 input[LAN_KEY_BYTES] = { 7 };

static LanStatus
on_item (guint8 type, const guint8 *data, gsize len, gpointer user_data)
{
  gsize *n = user_data;

  *n += len > 0 ? 1u + (data[len - 1] & 1) : 1;
  return type == 0xee ? LAN_STATUS_MISMATCH : LAN_STATUS_OK;
}

static LanStatus
read_all (const guint8 *data, gsize size)
{
  gsize n = 0;
  g_autoptr (LanBackupReader) reader = lan_backup_reader_new (on_item, &n);
  LanKeySlot slot;
  LanStatus status;

  if (size < LAN_BACKUP_HEADER_BYTES)
    return LAN_STATUS_TRUNCATED;
  status = lan_backup_reader_header (reader, data, &slot);
  if (status == LAN_STATUS_OK)
    status = lan_backup_reader_unlock (reader, input);
  if (status != LAN_STATUS_OK)
    return status;
  data += LAN_BACKUP_HEADER_BYTES;
  size -= LAN_BACKUP_HEADER_BYTES;
  for (gsize step = 1; size > 0; step = step * 3 + 1) {
    gsize now = MIN (step, size);

    if (lan_backup_reader_feed (reader, data, now) != LAN_STATUS_OK)
      break;
    data += now;
    size -= now;
  }
  return lan_backup_reader_end (reader);
}

/* The fuzzer's bytes under an intact seal: first how they are cut into chunks, each behind a length of
 * 16 bits that is multiplied to make long ones, then the plain stream, over and over. */
static void
read_sealed (const guint8 *data, gsize size, gsize cut)
{
  static guint8 plain[LAN_BACKUP_CHUNK_BYTES];
  g_autoptr (GByteArray) file = g_byte_array_new ();
  crypto_secretstream_xchacha20poly1305_state state;
  guint8 master[LAN_KEY_BYTES] = { 3 }, key[LAN_KEY_BYTES];
  LanWrappedSlot slot;
  guint n_chunks;

  if (size < 10)
    return;
  n_chunks = data[0] % 4 + 1u;
  lan_key_slot_prepare (&slot.head, LAN_KEY_SLOT_RECOVERY, lan_random_system ());
  g_assert (lan_wrapped_slot_wrap (&slot, input, master, lan_random_system ()) == LAN_STATUS_OK);
  g_byte_array_set_size (file, LAN_BACKUP_HEADER_BYTES);
  memcpy (file->data, "LYBK0001", 8);
  memcpy (file->data + 8, slot.bytes, LAN_KEY_SLOT_BYTES);
  lan_kdf (key, sizeof key, master, LAN_KDF_BACKUP, slot.head.salt, sizeof slot.head.salt);
  crypto_secretstream_xchacha20poly1305_init_push (&state, file->data + 8 + LAN_KEY_SLOT_BYTES,
                                                   key);
  for (guint i = 0, at = 9; i < n_chunks; i++) {
    gsize len = i + 1 < n_chunks ? sizeof plain : data[2 * i + 1] | (gsize) data[2 * i + 2] << 8;
    guint end = file->len;

    for (gsize j = 0; j < len; j++, at = at + 1 < size ? at + 1 : 9)
      plain[j] = data[at];
    g_byte_array_set_size (file, end + (guint) len + 17);
    crypto_secretstream_xchacha20poly1305_push (
        &state, file->data + end, NULL, plain, len, file->data, LAN_BACKUP_HEADER_BYTES,
        i + 1 < n_chunks ? 0 : crypto_secretstream_xchacha20poly1305_TAG_FINAL);
  }
  if (cut == 0)
    (void) read_all (file->data, file->len);
  else
    g_assert (read_all (file->data, file->len - cut) != LAN_STATUS_OK);
}

static void
read_head (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) again = NULL;
  LanBackupHead head;

  if (lan_backup_head_decode (&head, data, size) != LAN_STATUS_OK || strlen (head.name) != data[45])
    return;
  again = lan_backup_head_encode (&head);
  g_assert (g_bytes_get_size (again) == size);
  g_assert (memcmp (g_bytes_get_data (again, NULL), data, size) == 0);
}

static void
read_keys (const guint8 *data, gsize size)
{
  LanBackupKeys keys = { 0 };
  LanAccountId account;

  memcpy (account.b, data, sizeof account.b);
  if (lan_backup_keys_decode (&keys, &account, data + sizeof account.b, size - sizeof account.b) ==
      LAN_STATUS_OK)
    g_assert (keys.list != NULL && keys.cert != NULL);
  lan_backup_keys_clear (&keys);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size < 2)
    return 0;
  if (data[0] == 0) {
    (void) read_all (data + 1, size - 1);
  } else if (data[0] == 1) {
    read_sealed (data + 2, size - 2, data[1]);
  } else if (data[0] == 3) {
    read_head (data + 1, size - 1);
  } else if (data[0] == 4 && size > LAN_ACCOUNT_ID_BYTES) {
    read_keys (data + 1, size - 1);
  } else {
    g_autofree char *text = g_strndup ((const char *) data + 1, size - 1);
    g_autofree char *again = NULL;
    LanRecoveryCode code, read;

    if (lan_recovery_code_parse (&code, text) != LAN_STATUS_OK)
      return 0;
    again = lan_recovery_code_format (&code);
    g_assert (lan_recovery_code_parse (&read, again) == LAN_STATUS_OK);
    g_assert (memcmp (&code, &read, sizeof code) == 0);
  }
  return 0;
}
