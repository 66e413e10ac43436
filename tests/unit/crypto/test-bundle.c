/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Bundles: the file's layout, and words to contacts. */
#include "test-crypto.h"

#include "lan-bundle-format.h"
#include "lan-bundle-word.h"
#include "lan-bytes.h"
#include "lan-carry-tag.h"
#include "lan-envelope.h"

#include <string.h>

typedef struct {
  guint letters;
  guint words;
  guint32 days;
  guint8 tags; /* of all, together */
  gsize bytes;
  LanStatus answer;
} Seen;

static LanStatus
on_entry (const LanBundleEntry *entry, gpointer user_data)
{
  Seen *seen = user_data;

  if (entry->type == LAN_BUNDLE_LETTER) {
    g_assert_cmpuint (entry->fetch_lock[0], ==, 1);
    g_assert_cmpuint (entry->ack_lock[15], ==, 2);
    seen->letters++;
  } else {
    seen->words++;
  }
  seen->days += entry->day;
  seen->tags ^= entry->tag[0];
  seen->bytes += entry->len;
  return seen->answer;
}

/* An envelope of type 2 by its outside. */
static void
make_envelope (guint8 *out, gsize len)
{
  memset (out, 0x5a, len);
  memcpy (out, "\1\2\0\0", 4);
  memset (out + 4, 7, 16);
  memset (out + 20, 0, 8);
}

static GByteArray *
make_bundle (gsize letter_len, gsize word_len)
{
  g_autoptr (GByteArray) entries = g_byte_array_new ();
  GByteArray *out = g_byte_array_new ();
  g_autoptr (LanBundleWriter) writer = lan_bundle_writer_new (out);
  g_autofree guint8 *body = g_malloc0 (MAX (letter_len, word_len));
  guint8 first[16] = { 1 }, second[16] = { 0 }, tag[16] = { 9 };
  LanBundleEntry letter = {
    LAN_BUNDLE_LETTER, 20000, first, second, NULL, body, letter_len,
  };
  LanBundleEntry word = { LAN_BUNDLE_WORD, 1, NULL, NULL, tag, body, word_len };

  second[15] = 2;
  make_envelope (body, letter_len);
  lan_bundle_entry_write (&letter, entries);
  lan_bundle_entry_write (&word, entries);
  lan_bundle_writer_add (writer, entries->data, entries->len, out);
  g_byte_array_set_size (entries, 0);
  lan_bundle_entry_write (&letter, entries);
  lan_bundle_writer_add (writer, entries->data, entries->len, out);
  lan_bundle_writer_finish (writer, out);
  return out;
}

static LanStatus
read_bundle (const guint8 *data, gsize len, gsize step, Seen *seen)
{
  g_autoptr (LanBundleReader) reader = lan_bundle_reader_new (on_entry, seen);

  while (len > 0) {
    gsize now = MIN (step, len);

    if (lan_bundle_reader_feed (reader, data, now) != LAN_STATUS_OK)
      break;
    data += now;
    len -= now;
  }
  return lan_bundle_reader_end (reader);
}

static void
test_round_trip (void)
{
  g_autoptr (GByteArray) file = make_bundle (1000, 288);

  for (gsize step = 1; step < 4000; step = step * 3 + 1) {
    Seen seen = { 0 };

    g_assert_cmpint (read_bundle (file->data, file->len, step, &seen), ==, LAN_STATUS_OK);
    g_assert_cmpuint (seen.letters, ==, 2);
    g_assert_cmpuint (seen.words, ==, 1);
    g_assert_cmpuint (seen.days, ==, 40001);
    g_assert_cmpuint (seen.tags, ==, 7 ^ 7 ^ 9);
    g_assert_cmpuint (seen.bytes, ==, 2288);
  }
}

static void
test_cut (void)
{
  g_autoptr (GByteArray) file = make_bundle (400, 288);

  for (guint len = 0; len < file->len; len++) {
    Seen seen = { 0 };

    g_assert_cmpint (read_bundle (file->data, len, 64, &seen), ==, LAN_STATUS_TRUNCATED);
  }
}

static LanStatus
ignore (const LanBundleEntry *entry, gpointer user_data)
{
  return LAN_STATUS_OK;
}

static LanStatus
read_plainly (const guint8 *data, gsize len)
{
  g_autoptr (LanBundleReader) reader = lan_bundle_reader_new (ignore, NULL);

  if (lan_bundle_reader_feed (reader, data, len) != LAN_STATUS_OK)
    return lan_bundle_reader_end (reader);
  return lan_bundle_reader_end (reader);
}

static void
test_every_byte_counts (void)
{
  g_autoptr (GByteArray) file = make_bundle (400, 288);

  g_assert_cmpint (read_plainly (file->data, file->len), ==, LAN_STATUS_OK);
  for (guint at = 0; at < file->len; at++) {
    file->data[at] ^= 0x10;
    g_assert_cmpint (read_plainly (file->data, file->len), !=, LAN_STATUS_OK);
    file->data[at] ^= 0x10;
  }
  g_byte_array_append (file, (const guint8 *) "", 1);
  g_assert_cmpint (read_plainly (file->data, file->len), ==, LAN_STATUS_MALFORMED);
  memcpy (file->data, "LYBU0002", 8);
  g_assert_cmpint (read_plainly (file->data, file->len), ==, LAN_STATUS_VERSION);
  memcpy (file->data, "LYBK0001", 8);
  g_assert_cmpint (read_plainly (file->data, file->len), ==, LAN_STATUS_MALFORMED);
}

/* A length that promises much is refused before anything of it is kept. */
static void
test_lengths (void)
{
  static const struct {
    guint8 type;
    guint32 len;
    LanStatus status;
  } cases[] = {
    { LAN_BUNDLE_LETTER, 36 + 160, LAN_STATUS_MALFORMED },
    { LAN_BUNDLE_LETTER, 36 + 161, LAN_STATUS_TRUNCATED },
    { LAN_BUNDLE_LETTER, 36 + LAN_ENVELOPE_BYTES_MAX, LAN_STATUS_TRUNCATED },
    { LAN_BUNDLE_LETTER, 37 + LAN_ENVELOPE_BYTES_MAX, LAN_STATUS_OVERSIZED },
    { LAN_BUNDLE_WORD, 20 + LAN_BUNDLE_WORD_MIN - 1, LAN_STATUS_MALFORMED },
    { LAN_BUNDLE_WORD, 20 + LAN_BUNDLE_WORD_MAX, LAN_STATUS_TRUNCATED },
    { LAN_BUNDLE_WORD, G_MAXUINT32, LAN_STATUS_OVERSIZED },
    { 0, 31, LAN_STATUS_MALFORMED },
    { 0, 33, LAN_STATUS_OVERSIZED },
    { 3, 32, LAN_STATUS_MALFORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    g_autoptr (LanBundleWriter) writer = lan_bundle_writer_new (out);
    guint8 prefix[5];
    LanWriter w;

    lan_writer_init (&w, prefix, sizeof prefix);
    lan_write_u8 (&w, cases[i].type);
    lan_write_u32 (&w, cases[i].len);
    lan_bundle_writer_add (writer, prefix, sizeof prefix, out);
    g_assert_cmpint (read_plainly (out->data, out->len), ==, cases[i].status);
  }
}

static void
test_ends_as_told (void)
{
  g_autoptr (GByteArray) file = make_bundle (400, 288);
  Seen seen = { .answer = LAN_STATUS_LIMIT };

  g_assert_cmpint (read_bundle (file->data, file->len, 100, &seen), ==, LAN_STATUS_LIMIT);
  g_assert_cmpuint (seen.letters + seen.words, ==, 1);
}

static void
test_word (void)
{
  static LanBundleWord word, read;
  const guint8 secret[LAN_KEY_BYTES] = { 1 }, other[LAN_KEY_BYTES] = { 2 };
  guint8 tag[LAN_CARRY_TAG_BYTES] = { 3 };
  LanDeviceId device = { { 4 } }, wrong = { { 5 } };
  LanSeededRandom random;

  lan_seeded_random_init (&random, 77);
  for (guint n = 0; n <= LAN_BUNDLE_WORD_LOGS; n += 16) {
    g_autoptr (GByteArray) out = g_byte_array_new ();

    word = (LanBundleWord){ .device = { { 6 } }, .has_prekey = n % 32 == 0, .n = n };
    lan_random_bytes (&random.base, word.have, n * sizeof word.have[0]);
    lan_bundle_word_seal (&word, secret, tag, &device, &random.base, out);
    g_assert_cmpuint (out->len, <=, LAN_BUNDLE_WORD_MAX);
    g_assert_cmpint (lan_bundle_word_open (&read, secret, tag, &device, out->data, out->len), ==,
                     LAN_STATUS_OK);
    g_assert_cmpuint (read.n, ==, n);
    g_assert_cmpuint (read.have[n / 2].seq, ==, word.have[n / 2].seq);
    g_assert_cmpint (read.has_prekey, ==, word.has_prekey);
    g_assert_cmpint (lan_bundle_word_open (&read, other, tag, &device, out->data, out->len), ==,
                     LAN_STATUS_AUTH);
    g_assert_cmpint (lan_bundle_word_open (&read, secret, tag, &wrong, out->data, out->len), ==,
                     LAN_STATUS_AUTH);
    g_assert_cmpint (lan_bundle_word_open (&read, secret, tag, &device, out->data, out->len - 1),
                     ==, LAN_STATUS_MALFORMED);
    for (guint at = 0; at < out->len; at += 13) {
      out->data[at] ^= 1;
      g_assert_cmpint (lan_bundle_word_open (&read, secret, tag, &device, out->data, out->len), ==,
                       LAN_STATUS_AUTH);
      out->data[at] ^= 1;
    }
    tag[0] ^= 1;
    g_assert_cmpint (lan_bundle_word_open (&read, secret, tag, &device, out->data, out->len), ==,
                     LAN_STATUS_AUTH);
    tag[0] ^= 1;
  }
}

void
add_bundle_tests (void)
{
  g_test_add_func ("/crypto/bundle/round-trip", test_round_trip);
  g_test_add_func ("/crypto/bundle/cut", test_cut);
  g_test_add_func ("/crypto/bundle/every-byte", test_every_byte_counts);
  g_test_add_func ("/crypto/bundle/lengths", test_lengths);
  g_test_add_func ("/crypto/bundle/ends-as-told", test_ends_as_told);
  g_test_add_func ("/crypto/bundle/word", test_word);
}
