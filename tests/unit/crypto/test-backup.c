/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Backups as bytes, whole, cut short and altered, and the recovery codes that open them. */
#include "test-crypto.h"

#include "lan-backup-format.h"
#include "lan-backup.h"
#include "lan-recovery-code.h"

#include <string.h>

#define STORED (LAN_BACKUP_CHUNK_BYTES + 17)

static const guint8 input[LAN_KEY_BYTES] = { 1, 2, 3 };

/* Items of these sizes, each of bytes that are its number. */
static GByteArray *
make (const guint *sizes, guint n)
{
  GByteArray *file = g_byte_array_new ();
  g_autoptr (LanBackupWriter) writer = NULL;
  LanSeededRandom random;
  LanKeySlot slot;

  lan_seeded_random_init (&random, 5);
  lan_key_slot_prepare (&slot, LAN_KEY_SLOT_RECOVERY, &random.base);
  writer = lan_backup_writer_new (&slot, input, &random.base, file);
  g_assert_nonnull (writer);
  for (guint i = 0; i < n; i++) {
    g_autofree guint8 *data = g_malloc (sizes[i] + 1);

    memset (data, (int) i, sizes[i]);
    lan_backup_writer_add (writer, (guint8) (i + 1), data, sizes[i], file);
  }
  lan_backup_writer_finish (writer, file);
  return file;
}

typedef struct {
  const guint *sizes;
  guint n;
} Seen;

static LanStatus
note_item (guint8 type, const guint8 *data, gsize len, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_cmpuint (type, ==, seen->n + 1);
  g_assert_cmpuint (len, ==, seen->sizes[seen->n]);
  for (gsize i = 0; i < len; i++)
    g_assert_cmpuint (data[i], ==, seen->n);
  seen->n++;
  return LAN_STATUS_OK;
}

/* Feeds in steps of @step bytes. */
static LanStatus
read_file (const guint8 *data, gsize len, gsize step, Seen *seen)
{
  g_autoptr (LanBackupReader) reader = lan_backup_reader_new (note_item, seen);
  LanKeySlot slot;
  LanStatus status;

  if (len < LAN_BACKUP_HEADER_BYTES)
    return LAN_STATUS_TRUNCATED;
  status = lan_backup_reader_header (reader, data, &slot);
  if (status == LAN_STATUS_OK)
    status = lan_backup_reader_unlock (reader, input);
  for (gsize at = LAN_BACKUP_HEADER_BYTES; status == LAN_STATUS_OK && at < len; at += step)
    status = lan_backup_reader_feed (reader, data + at, MIN (step, len - at));
  return status == LAN_STATUS_OK ? lan_backup_reader_end (reader) : status;
}

static const guint sizes[] = {
  0, 1, 100, LAN_BACKUP_CHUNK_BYTES - 120, LAN_BACKUP_CHUNK_BYTES, 3, 200000, 7, 0,
};

static void
test_whole (void)
{
  static const gsize steps[] = { 1, 17, 4096, LAN_BACKUP_CHUNK_BYTES, STORED, 1000000 };
  g_autoptr (GByteArray) file = make (sizes, G_N_ELEMENTS (sizes));
  g_autoptr (GByteArray) empty = make (sizes, 0);
  Seen seen = { sizes, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    seen.n = 0;
    g_assert_cmpint (read_file (file->data, file->len, steps[i], &seen), ==, LAN_STATUS_OK);
    g_assert_cmpuint (seen.n, ==, G_N_ELEMENTS (sizes));
  }
  seen.n = 0;
  g_assert_cmpint (read_file (empty->data, empty->len, 5, &seen), ==, LAN_STATUS_OK);
  g_assert_cmpuint (seen.n, ==, 0);
}

/* The last chunk may be full: the file then ends with one chunk, not with an empty one. */
static void
test_full_end (void)
{
  static const guint one[] = { LAN_BACKUP_CHUNK_BYTES - 5 };
  g_autoptr (GByteArray) file = make (one, 1);
  Seen seen = { one, 0 };

  g_assert_cmpuint (file->len, ==, LAN_BACKUP_HEADER_BYTES + STORED);
  g_assert_cmpint (read_file (file->data, file->len, 1000, &seen), ==, LAN_STATUS_OK);
  g_assert_cmpuint (seen.n, ==, 1);
}

/* Cut at, before and behind every chunk's end, and within the header. */
static void
test_cut (void)
{
  g_autoptr (GByteArray) file = make (sizes, G_N_ELEMENTS (sizes));
  guint cuts = 0;

  for (gsize at = 0; at < LAN_BACKUP_HEADER_BYTES; at++) {
    Seen seen = { sizes, 0 };

    g_assert_cmpint (read_file (file->data, at, 1000, &seen), ==, LAN_STATUS_TRUNCATED);
  }
  for (gsize chunk = LAN_BACKUP_HEADER_BYTES; chunk < file->len; chunk += STORED) {
    for (gsize at = chunk - (chunk > LAN_BACKUP_HEADER_BYTES ? 1 : 0); at <= chunk + 18; at++) {
      Seen seen = { sizes, 0 };

      g_assert_cmpint (read_file (file->data, at, 100000, &seen), ==, LAN_STATUS_TRUNCATED);
      cuts++;
    }
  }
  g_assert_cmpuint (cuts, >, 100);
  for (gsize at = file->len - 40; at < file->len; at++) {
    Seen seen = { sizes, 0 };

    g_assert_cmpint (read_file (file->data, at, 100000, &seen), ==, LAN_STATUS_TRUNCATED);
  }
}

static void
test_altered (void)
{
  g_autoptr (GByteArray) file = make (sizes, G_N_ELEMENTS (sizes));
  Seen seen = { sizes, 0 };

  /* Every byte of the header matters, whatever it is for. */
  for (gsize at = 0; at < LAN_BACKUP_HEADER_BYTES; at++) {
    seen.n = 0;
    file->data[at] ^= 1;
    g_assert_cmpint (read_file (file->data, file->len, 100000, &seen), !=, LAN_STATUS_OK);
    g_assert_cmpuint (seen.n, ==, 0);
    file->data[at] ^= 1;
  }
  for (gsize at = LAN_BACKUP_HEADER_BYTES; at < file->len; at += 9973) {
    seen.n = 0;
    file->data[at] ^= 0x80;
    g_assert_cmpint (read_file (file->data, file->len, 100000, &seen), !=, LAN_STATUS_OK);
    file->data[at] ^= 0x80;
  }
  g_byte_array_append (file, (const guint8 *) "x", 1);
  seen.n = 0;
  g_assert_cmpint (read_file (file->data, file->len, 100000, &seen), !=, LAN_STATUS_OK);
}

/* Chunks that change places, are left out or come twice. */
static void
test_moved (void)
{
  g_autoptr (GByteArray) file = make (sizes, G_N_ELEMENTS (sizes));
  g_autofree guint8 *first = g_memdup2 (file->data + LAN_BACKUP_HEADER_BYTES, STORED);
  guint8 *one = file->data + LAN_BACKUP_HEADER_BYTES, *two = one + STORED;
  Seen seen = { sizes, 0 };

  memcpy (one, two, STORED);
  g_assert_cmpint (read_file (file->data, file->len, 100000, &seen), ==, LAN_STATUS_AUTH);
  memcpy (two, first, STORED);
  g_assert_cmpint (read_file (file->data, file->len, 100000, &seen), ==, LAN_STATUS_AUTH);
  memcpy (one, first, STORED);
  seen.n = 0;
  g_assert_cmpint (read_file (file->data, file->len, 100000, &seen), ==, LAN_STATUS_AUTH);
  g_assert_cmpuint (seen.n, >, 0);
}

static void
test_key (void)
{
  static const guint8 other[LAN_KEY_BYTES] = { 9 };
  g_autoptr (GByteArray) file = make (sizes, 3);
  Seen seen = { sizes, 0 };
  g_autoptr (LanBackupReader) reader = lan_backup_reader_new (note_item, &seen);
  LanKeySlot slot;

  g_assert_cmpint (lan_backup_reader_unlock (reader, input), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_backup_reader_feed (reader, file->data, 1), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_backup_reader_end (reader), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_backup_reader_header (reader, file->data, &slot), ==, LAN_STATUS_OK);
  g_assert_cmpuint (slot.kind, ==, LAN_KEY_SLOT_RECOVERY);
  g_assert_cmpint (lan_backup_reader_unlock (reader, other), ==, LAN_STATUS_AUTH);
  g_assert_cmpint (lan_backup_reader_unlock (reader, input), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_backup_reader_unlock (reader, input), ==, LAN_STATUS_STATE);
  file->data[7] = '2';
  g_assert_cmpint (lan_backup_reader_header (reader, file->data, &slot), ==, LAN_STATUS_VERSION);
  file->data[7] = '1';
  file->data[8] = LAN_KEY_SLOT_EXTERNAL;
  g_assert_cmpint (lan_backup_reader_header (reader, file->data, &slot), ==, LAN_STATUS_VERSION);
}

/* The size says how much there is, not what: zeros take as much room as anything. */
static void
test_size (void)
{
  static const guint one[] = { 100000 };
  g_autoptr (GByteArray) a = make (one, 1);

  g_assert_cmpuint (a->len, ==, LAN_BACKUP_HEADER_BYTES + 100000 + 5 + 2 * 17);
}

static void
test_code (void)
{
  LanSeededRandom random;
  guint unnoticed = 0, tried = 0;

  lan_seeded_random_init (&random, 9);
  for (guint i = 0; i < 100; i++) {
    g_autofree char *text = NULL, *sloppy = NULL;
    LanRecoveryCode code, read;

    lan_recovery_code_make (&code, &random.base);
    text = lan_recovery_code_format (&code);
    g_assert_cmpuint (strlen (text), ==, LAN_RECOVERY_CODE_CHARS + 5);
    g_assert_cmpint (lan_recovery_code_parse (&read, text), ==, LAN_STATUS_OK);
    g_assert_cmpmem (read.bytes, sizeof read.bytes, code.bytes, sizeof code.bytes);
    sloppy = g_ascii_strdown (text, -1);
    g_strdelimit (sloppy, "-", ' ');
    for (char *c = sloppy; *c != '\0'; c++)
      *c = *c == '0' ? 'o' : *c == '1' ? 'i' : *c;
    g_assert_cmpint (lan_recovery_code_parse (&read, sloppy), ==, LAN_STATUS_OK);
    g_assert_true (lan_recovery_code_load (&read, code.bytes, sizeof code.bytes));
    for (guint at = 0; text[at] != '\0'; at++) {
      char was = text[at];

      if (was == '-')
        continue;
      text[at] = was == 'Z' ? '0' : 'Z';
      unnoticed += lan_recovery_code_parse (&read, text) == LAN_STATUS_OK;
      tried++;
      text[at] = was;
    }
    text[10] = '\0';
    g_assert_cmpint (lan_recovery_code_parse (&read, text), ==, LAN_STATUS_MALFORMED);
  }
  g_assert_cmpuint (unnoticed, <, tried / 100);
}

static void
test_code_wrong (void)
{
  static const guint8 odd[LAN_RECOVERY_CODE_BYTES] = { [LAN_RECOVERY_CODE_BYTES - 1] = 1 };
  guint8 a[LAN_KEY_BYTES], b[LAN_KEY_BYTES];
  LanRecoveryCode one = { { 1 } }, two = { { 2 } }, read;

  g_assert_cmpint (lan_recovery_code_parse (&read, ""), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (lan_recovery_code_parse (&read, "ÄÖÜ"), ==, LAN_STATUS_MALFORMED);
  g_assert_false (lan_recovery_code_load (&read, odd, sizeof odd));
  g_assert_false (lan_recovery_code_load (&read, odd, 3));
  lan_recovery_code_input (&one, a);
  lan_recovery_code_input (&two, b);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
}

static void
test_head (void)
{
  LanBackupHead head = { 5, 1700000000000, { { 1, 2 } }, "李伟" }, read;
  g_autoptr (GBytes) bytes = lan_backup_head_encode (&head);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  g_autofree guint8 *bad = g_memdup2 (data, len);

  g_assert_cmpint (lan_backup_head_decode (&read, data, len), ==, LAN_STATUS_OK);
  g_assert_cmpmem (&read, sizeof read, &head, sizeof head);
  for (gsize cut = 0; cut < len; cut++)
    g_assert_cmpint (lan_backup_head_decode (&read, data, cut), !=, LAN_STATUS_OK);
  bad[0] = 2;
  g_assert_cmpint (lan_backup_head_decode (&read, bad, len), ==, LAN_STATUS_VERSION);
  bad[0] = 1;
  bad[len - 1] = 0xff;
  g_assert_cmpint (lan_backup_head_decode (&read, bad, len), ==, LAN_STATUS_MALFORMED);
}

/* Seed, list and certificate must be those of one account. */
static void
test_keys (void)
{
  LanDeviceList list = { .seq = 1, .n_devices = 1 };
  g_autoptr (GBytes) cert = NULL, signed_list = NULL, bytes = NULL;
  LanBackupKeys keys = { 0 };
  LanAccountId account;
  TestPerson p, other;
  gsize len;
  const guint8 *data;

  test_person_init (&p, 1);
  test_person_init (&other, 2);
  account = *lan_account_keys_id (p.account);
  list.account = account;
  cert = lan_cert_issue (p.account, p.device, "Anna", 1, 2000000000, 1, 0);
  list.devices[0].device = *lan_device_keys_id (p.device);
  signed_list = lan_device_list_issue (&list, p.account);
  bytes = lan_backup_keys_encode (lan_account_keys_seed (p.account), signed_list, cert);
  data = g_bytes_get_data (bytes, &len);
  g_assert_cmpint (lan_backup_keys_decode (&keys, &account, data, len), ==, LAN_STATUS_OK);
  g_assert_cmpmem (keys.seed, LAN_KEY_BYTES, lan_account_keys_seed (p.account), LAN_KEY_BYTES);
  g_assert_cmpstr (keys.decoded.name, ==, "Anna");
  lan_backup_keys_clear (&keys);
  for (gsize cut = 0; cut < len; cut++)
    g_assert_cmpint (lan_backup_keys_decode (&keys, &account, data, cut), !=, LAN_STATUS_OK);
  g_assert_cmpint (lan_backup_keys_decode (&keys, lan_account_keys_id (other.account), data, len),
                   ==, LAN_STATUS_MISMATCH);
  g_bytes_unref (bytes);
  bytes = lan_backup_keys_encode (lan_account_keys_seed (other.account), signed_list, cert);
  data = g_bytes_get_data (bytes, &len);
  g_assert_cmpint (lan_backup_keys_decode (&keys, &account, data, len), ==, LAN_STATUS_MISMATCH);
  g_assert_null (keys.list);
  test_person_clear (&p);
  test_person_clear (&other);
}

void
add_backup_tests (void)
{
  g_test_add_func ("/crypto/backup/head", test_head);
  g_test_add_func ("/crypto/backup/keys", test_keys);
  g_test_add_func ("/crypto/backup/whole", test_whole);
  g_test_add_func ("/crypto/backup/full-end", test_full_end);
  g_test_add_func ("/crypto/backup/cut", test_cut);
  g_test_add_func ("/crypto/backup/altered", test_altered);
  g_test_add_func ("/crypto/backup/moved", test_moved);
  g_test_add_func ("/crypto/backup/key", test_key);
  g_test_add_func ("/crypto/backup/size", test_size);
  g_test_add_func ("/crypto/recovery-code/typed", test_code);
  g_test_add_func ("/crypto/recovery-code/wrong", test_code_wrong);
}
