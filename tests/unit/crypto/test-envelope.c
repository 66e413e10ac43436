/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Prekeys and sealed mail. */
#include "test-crypto.h"

#include "lan-envelope.h"
#include "lan-prekey-ring.h"

#include <string.h>

#define NOW         G_GINT64_CONSTANT (1700000000)
#define RECORD_HEAD 94
#define RECORD_MIN  (RECORD_HEAD + LAN_SIGNATURE_BYTES)

static void
test_prekey (void)
{
  guint8 secret[LAN_KEY_BYTES], public_key[LAN_KEY_BYTES], bad[LAN_PREKEY_BYTES + 1];
  const guint8 *sign_public, *good;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) weak = NULL;
  LanPrekey prekey;
  TestPerson p;

  test_person_init (&p, 401);
  sign_public = lan_device_keys_sign_public (p.device);
  lan_prekey_make_pair (secret, public_key, &p.random.base);
  bytes = lan_prekey_issue (p.device, 7, public_key, NOW, NOW + LAN_PREKEY_LIFE_SECONDS);
  good = g_bytes_get_data (bytes, NULL);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, LAN_PREKEY_BYTES);
  g_assert_cmpint (lan_prekey_verify (&prekey, sign_public, good, LAN_PREKEY_BYTES), ==,
                   LAN_STATUS_OK);
  g_assert_cmpuint (prekey.id, ==, 7);
  g_assert_cmpmem (prekey.public_key, 32, public_key, 32);
  g_assert_cmpint (lan_prekey_check_time (&prekey, NOW + 1, 0), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_prekey_check_time (&prekey, NOW - 10, 5), ==, LAN_STATUS_EXPIRED);
  g_assert_cmpint (lan_prekey_check_time (&prekey, prekey.expires_s + 1, 0), ==,
                   LAN_STATUS_EXPIRED);
  prekey.expires_s++;
  g_assert_cmpint (lan_prekey_check_time (&prekey, NOW + 1, 0), ==, LAN_STATUS_EXPIRED);
  for (gsize i = 0; i <= LAN_PREKEY_BYTES; i++) {
    memcpy (bad, good, LAN_PREKEY_BYTES);
    bad[LAN_PREKEY_BYTES] = 0;
    bad[i] ^= 4;
    g_assert_cmpint (
        lan_prekey_verify (&prekey, sign_public, bad, LAN_PREKEY_BYTES + (i == LAN_PREKEY_BYTES)),
        !=, LAN_STATUS_OK);
    if (i < LAN_PREKEY_BYTES)
      g_assert_cmpint (lan_prekey_verify (&prekey, sign_public, good, i), ==, LAN_STATUS_TRUNCATED);
  }
  memset (public_key, 0, sizeof public_key);
  weak = lan_prekey_issue (p.device, 8, public_key, NOW, NOW + 1);
  g_assert_cmpint (
      lan_prekey_verify (&prekey, sign_public, g_bytes_get_data (weak, NULL), LAN_PREKEY_BYTES), ==,
      LAN_STATUS_AUTH);
  test_person_clear (&p);
}

static void
test_one_time (void)
{
  guint8 secret[LAN_KEY_BYTES], bytes[LAN_ONE_TIME_BYTES + 1] = { 0 };
  LanOneTimePrekey prekey = { .id = 0xfffffffe }, got;
  LanSeededRandom random;

  lan_seeded_random_init (&random, 402);
  lan_prekey_make_pair (secret, prekey.public_key, &random.base);
  lan_one_time_encode (&prekey, bytes);
  g_assert_cmpint (lan_one_time_decode (&got, bytes, LAN_ONE_TIME_BYTES), ==, LAN_STATUS_OK);
  g_assert_cmpuint (got.id, ==, prekey.id);
  g_assert_cmpmem (got.public_key, 32, prekey.public_key, 32);
  g_assert_cmpint (lan_one_time_decode (&got, bytes, LAN_ONE_TIME_BYTES - 1), ==,
                   LAN_STATUS_TRUNCATED);
  g_assert_cmpint (lan_one_time_decode (&got, bytes, LAN_ONE_TIME_BYTES + 1), ==,
                   LAN_STATUS_OVERSIZED);
  memset (bytes + 4, 0, 32);
  g_assert_cmpint (lan_one_time_decode (&got, bytes, LAN_ONE_TIME_BYTES), ==, LAN_STATUS_AUTH);
  memset (bytes, 0, 4);
  g_assert_cmpint (lan_one_time_decode (&got, bytes, LAN_ONE_TIME_BYTES), ==, LAN_STATUS_MALFORMED);
}

static void
test_ring (void)
{
  g_autoptr (LanPrekeyRing) ring = lan_prekey_ring_new ();
  g_autoptr (LanPrekeyRing) other = lan_prekey_ring_new ();
  guint8 public_key[LAN_KEY_BYTES], derived[LAN_KEY_BYTES];
  g_autoptr (GBytes) saved = NULL;
  LanSeededRandom random;
  LanRingEntry entry;
  guint32 first, second, id;

  lan_seeded_random_init (&random, 403);
  g_assert_false (lan_prekey_ring_current (ring, &entry));
  g_assert_true (
      lan_prekey_ring_make (ring, LAN_RING_SIGNED, NOW, &random.base, &first, public_key));
  lan_dh_public_from_secret (derived, lan_prekey_ring_find (ring, LAN_RING_SIGNED, first));
  g_assert_cmpmem (derived, 32, public_key, 32);
  g_assert_null (lan_prekey_ring_find (ring, LAN_RING_ONE_TIME, first));
  lan_prekey_ring_set_replaced (ring, first, NOW + 5);
  g_assert_false (lan_prekey_ring_current (ring, &entry));
  g_assert_true (
      lan_prekey_ring_make (ring, LAN_RING_SIGNED, NOW + 5, &random.base, &second, public_key));
  g_assert_true (lan_prekey_ring_current (ring, &entry));
  g_assert_cmpuint (entry.id, ==, second);

  saved = lan_prekey_ring_save (ring, LAN_RING_SIGNED, first);
  g_assert_cmpuint (g_bytes_get_size (saved), ==, LAN_RING_ENTRY_BYTES);
  for (gsize n = 0; n < LAN_RING_ENTRY_BYTES; n++)
    g_assert_cmpint (lan_prekey_ring_load (other, g_bytes_get_data (saved, NULL), n), ==,
                     LAN_STATUS_TRUNCATED);
  g_assert_cmpint (
      lan_prekey_ring_load (other, g_bytes_get_data (saved, NULL), LAN_RING_ENTRY_BYTES), ==,
      LAN_STATUS_OK);
  lan_prekey_ring_get (other, 0, &entry);
  g_assert_cmpint (entry.replaced_s, ==, NOW + 5);
  g_assert_cmpmem (lan_prekey_ring_find (other, LAN_RING_SIGNED, first), 32,
                   lan_prekey_ring_find (ring, LAN_RING_SIGNED, first), 32);
  lan_prekey_ring_remove (ring, LAN_RING_SIGNED, first);
  g_assert_null (lan_prekey_ring_find (ring, LAN_RING_SIGNED, first));
  g_assert_null (lan_prekey_ring_save (ring, LAN_RING_SIGNED, first));

  /* Bounded, each kind for itself. */
  for (guint i = 0; i < LAN_RING_ONE_TIME_MAX; i++)
    g_assert_true (
        lan_prekey_ring_make (ring, LAN_RING_ONE_TIME, NOW, &random.base, &id, public_key));
  g_assert_false (
      lan_prekey_ring_make (ring, LAN_RING_ONE_TIME, NOW, &random.base, &id, public_key));
  for (guint i = 1; i < LAN_RING_SIGNED_MAX; i++)
    g_assert_true (
        lan_prekey_ring_make (ring, LAN_RING_SIGNED, NOW, &random.base, &id, public_key));
  g_assert_false (lan_prekey_ring_make (ring, LAN_RING_SIGNED, NOW, &random.base, &id, public_key));
  g_assert_cmpint (
      lan_prekey_ring_load (ring, g_bytes_get_data (saved, NULL), LAN_RING_ENTRY_BYTES), ==,
      LAN_STATUS_LIMIT);
  g_assert_cmpuint (lan_prekey_ring_count (ring), ==, LAN_RING_SIGNED_MAX + LAN_RING_ONE_TIME_MAX);
}

/* ---- envelopes ---- */

typedef struct {
  TestPerson ada, bob;
  LanEnvelopeTo to; /* Bob */
  guint8 signed_secret[LAN_KEY_BYTES];
  guint8 one_time_secret[LAN_KEY_BYTES];
} Mail;

static void
mail_init (Mail *m, guint64 seed, gboolean one_time)
{
  *m = (Mail){ 0 };
  test_person_init (&m->ada, seed);
  test_person_init (&m->bob, seed + 1);
  m->to.account = *lan_account_keys_id (m->bob.account);
  m->to.device = *lan_device_keys_id (m->bob.device);
  memcpy (m->to.dh_public, lan_device_keys_dh_public (m->bob.device), LAN_KEY_BYTES);
  m->to.signed_id = 11;
  lan_prekey_make_pair (m->signed_secret, m->to.signed_public, &m->bob.random.base);
  if (one_time) {
    m->to.one_time_id = 12;
    lan_prekey_make_pair (m->one_time_secret, m->to.one_time_public, &m->bob.random.base);
  }
}

static void
mail_clear (Mail *m)
{
  test_person_clear (&m->ada);
  test_person_clear (&m->bob);
}

/* Not a signed record, but of the size that one says it has. */
static GBytes *
record_of (gsize content, guint8 fill)
{
  guint8 *data = g_malloc (RECORD_MIN + content);

  memset (data, fill, RECORD_MIN + content);
  data[90] = (guint8) content;
  data[91] = (guint8) (content >> 8);
  data[92] = data[93] = 0;
  return g_bytes_new_take (data, RECORD_MIN + content);
}

static LanStatus
seal (Mail *m, GBytes *const *records, gsize n, GBytes **envelope)
{
  return lan_envelope_seal (&m->to, m->ada.device, 5, records, n, &m->ada.random.base, envelope);
}

static LanStatus
open_bytes (Mail *m, const guint8 *data, gsize len, LanEnvelopeBody *body)
{
  return lan_envelope_open (data, len, m->bob.device, m->signed_secret,
                            m->to.one_time_id != 0 ? m->one_time_secret : NULL, body);
}

static LanStatus
open_mail (Mail *m, GBytes *envelope, LanEnvelopeBody *body)
{
  return open_bytes (m, g_bytes_get_data (envelope, NULL), g_bytes_get_size (envelope), body);
}

static void
test_round_trip (void)
{
  for (guint i = 0; i < 2; i++) {
    g_auto (LanEnvelopeBody) body = { 0 };
    g_autoptr (GBytes) envelope = NULL;
    g_autoptr (GBytes) again = NULL;
    GBytes *records[2] = { record_of (20, 1), record_of (0, 2) };
    LanEnvelopeHead head;
    Mail m;

    mail_init (&m, 410 + 2 * i, i == 1);
    g_assert_cmpint (seal (&m, records, 2, &envelope), ==, LAN_STATUS_OK);
    g_assert_cmpuint (g_bytes_get_size (envelope), ==, lan_envelope_size (2 * RECORD_MIN + 20));
    g_assert_cmpint (
        lan_envelope_peek (&head, g_bytes_get_data (envelope, NULL), g_bytes_get_size (envelope)),
        ==, LAN_STATUS_OK);
    g_assert_true (lan_device_id_equal (&head.device, &m.to.device));
    g_assert_cmpuint (head.signed_id, ==, 11);
    g_assert_cmpuint (head.one_time_id, ==, i == 1 ? 12 : 0);
    g_assert_cmpint (open_mail (&m, envelope, &body), ==, LAN_STATUS_OK);
    g_assert_cmpmem (body.sender_dh, 32, lan_device_keys_dh_public (m.ada.device), 32);
    g_assert_cmpuint (body.sender_list_seq, ==, 5);
    g_assert_cmpuint (body.records->len, ==, 2);
    for (guint r = 0; r < 2; r++)
      g_assert_true (g_bytes_equal (g_ptr_array_index (body.records, r), records[r]));
    /* The same again looks altogether different. */
    g_assert_cmpint (seal (&m, records, 2, &again), ==, LAN_STATUS_OK);
    g_assert_cmpuint (g_bytes_get_size (envelope), ==, g_bytes_get_size (again));
    g_assert_true (memcmp ((const guint8 *) g_bytes_get_data (envelope, NULL) + 28,
                           (const guint8 *) g_bytes_get_data (again, NULL) + 28, 32) != 0);
    g_bytes_unref (records[0]);
    g_bytes_unref (records[1]);
    mail_clear (&m);
  }
}

static void
test_damage (void)
{
  g_autoptr (GBytes) record = record_of (3, 1);
  g_autoptr (GBytes) envelope = NULL;
  const guint8 *good;
  gsize len;
  Mail m;

  mail_init (&m, 420, TRUE);
  g_assert_cmpint (seal (&m, &record, 1, &envelope), ==, LAN_STATUS_OK);
  good = g_bytes_get_data (envelope, &len);
  for (gsize i = 0; i < len; i++) {
    g_autofree guint8 *bad = g_memdup2 (good, len);
    g_autofree guint8 *cut = g_memdup2 (good, i + 1);
    LanEnvelopeBody body;

    bad[i] ^= 0x40;
    g_assert_cmpint (open_bytes (&m, bad, len, &body), !=, LAN_STATUS_OK);
    g_assert_null (body.records);
    g_assert_cmpint (open_bytes (&m, cut, i, &body), !=, LAN_STATUS_OK);
  }
  mail_clear (&m);
}

/* Every key that takes part is needed. */
static void
test_wrong_keys (void)
{
  g_autoptr (GBytes) record = record_of (3, 1);
  g_autoptr (GBytes) envelope = NULL;
  g_auto (LanEnvelopeBody) body = { 0 };
  const guint8 *data;
  guint8 wrong[LAN_KEY_BYTES];
  gsize len;
  Mail m;

  mail_init (&m, 430, TRUE);
  g_assert_cmpint (seal (&m, &record, 1, &envelope), ==, LAN_STATUS_OK);
  data = g_bytes_get_data (envelope, &len);
  memcpy (wrong, m.signed_secret, sizeof wrong);
  wrong[9] ^= 1;
  g_assert_cmpint (lan_envelope_open (data, len, m.bob.device, wrong, m.one_time_secret, &body), ==,
                   LAN_STATUS_AUTH);
  memcpy (wrong, m.one_time_secret, sizeof wrong);
  wrong[9] ^= 1;
  g_assert_cmpint (lan_envelope_open (data, len, m.bob.device, m.signed_secret, wrong, &body), ==,
                   LAN_STATUS_AUTH);
  g_assert_cmpint (lan_envelope_open (data, len, m.bob.device, m.signed_secret, NULL, &body), ==,
                   LAN_STATUS_STATE);
  g_assert_cmpint (
      lan_envelope_open (data, len, m.ada.device, m.signed_secret, m.one_time_secret, &body), ==,
      LAN_STATUS_MISMATCH);
  mail_clear (&m);
}

/* Sealed to Bob's device, but written to somebody else: passed on by whom it was written to. */
static void
test_recipient_is_inside (void)
{
  g_autoptr (GBytes) record = record_of (3, 1);
  g_autoptr (GBytes) envelope = NULL;
  g_auto (LanEnvelopeBody) body = { 0 };
  Mail m;

  mail_init (&m, 440, FALSE);
  m.to.account.b[0] ^= 1;
  g_assert_cmpint (seal (&m, &record, 1, &envelope), ==, LAN_STATUS_OK);
  g_assert_cmpint (open_mail (&m, envelope, &body), ==, LAN_STATUS_MISMATCH);
  mail_clear (&m);
}

static void
test_small_order (void)
{
  g_autoptr (GBytes) record = record_of (3, 1);
  g_autoptr (GBytes) envelope = NULL;

  for (guint which = 0; which < 3; which++) {
    Mail m;

    mail_init (&m, 450, TRUE);
    memset (which == 0   ? m.to.dh_public
            : which == 1 ? m.to.signed_public
                         : m.to.one_time_public,
            0, LAN_KEY_BYTES);
    g_assert_cmpint (seal (&m, &record, 1, &envelope), ==, LAN_STATUS_AUTH);
    g_assert_null (envelope);
    mail_clear (&m);
  }
  {
    g_auto (LanEnvelopeBody) body = { 0 };
    g_autofree guint8 *bad = NULL;
    gsize len;
    Mail m;

    mail_init (&m, 452, FALSE);
    g_assert_cmpint (seal (&m, &record, 1, &envelope), ==, LAN_STATUS_OK);
    len = g_bytes_get_size (envelope);
    bad = g_memdup2 (g_bytes_get_data (envelope, NULL), len);
    memset (bad + 28, 0, LAN_KEY_BYTES);
    g_assert_cmpint (open_bytes (&m, bad, len, &body), ==, LAN_STATUS_AUTH);
    mail_clear (&m);
  }
}

static void
test_sizes (void)
{
  static const struct {
    gsize content, size;
  } cases[] = {
    { 0, 124 + 256 },
    { 256 - 37 - RECORD_MIN, 124 + 256 },
    { 257 - 37 - RECORD_MIN, 124 + 512 },
    { 4096 - 37 - RECORD_MIN, 124 + 4096 },
    { 4097 - 37 - RECORD_MIN, 124 + 4352 },   /* Padme: 12 bits, 4 of them kept, steps of 256 */
    { 40000 - 37 - RECORD_MIN, 124 + 40960 }, /* steps of 2048 */
    { LAN_ENVELOPE_ROOM - RECORD_MIN, LAN_ENVELOPE_BYTES_MAX },
  };
  Mail m;

  mail_init (&m, 460, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) record = record_of (cases[i].content, 1);
    g_autoptr (GBytes) envelope = NULL;
    g_auto (LanEnvelopeBody) body = { 0 };

    g_assert_cmpint (seal (&m, &record, 1, &envelope), ==, LAN_STATUS_OK);
    g_assert_cmpuint (g_bytes_get_size (envelope), ==, cases[i].size);
    g_assert_cmpint (open_mail (&m, envelope, &body), ==, LAN_STATUS_OK);
    g_assert_true (g_bytes_equal (g_ptr_array_index (body.records, 0), record));
  }
  for (gsize n = 4097; n < 50000; n += 97) {
    gsize size = lan_envelope_size (n) - 124;

    g_assert_cmpuint (size, >=, n + 37);
    g_assert_cmpuint (size, <=, (n + 37) * 112 / 100);
  }
  mail_clear (&m);
}

static void
test_refused (void)
{
  GBytes *many[LAN_ENVELOPE_RECORDS_MAX + 1];
  g_autoptr (GBytes) large = record_of (LAN_ENVELOPE_ROOM - RECORD_MIN + 1, 1);
  g_autoptr (GBytes) lying = g_bytes_new_from_bytes (large, 0, 500);
  g_autoptr (GBytes) tiny = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) envelope = NULL;
  g_auto (LanEnvelopeBody) body = { 0 };
  Mail m;

  mail_init (&m, 470, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    many[i] = record_of (0, 1);
  g_assert_cmpint (seal (&m, many, G_N_ELEMENTS (many), &envelope), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (seal (&m, &large, 1, &envelope), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (seal (&m, &lying, 1, &envelope), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (seal (&m, &tiny, 1, &envelope), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (seal (&m, many, 0, &envelope), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (seal (&m, many, LAN_ENVELOPE_RECORDS_MAX, &envelope), ==, LAN_STATUS_OK);
  g_assert_cmpint (open_mail (&m, envelope, &body), ==, LAN_STATUS_OK);
  g_assert_cmpuint (body.records->len, ==, LAN_ENVELOPE_RECORDS_MAX);
  m.to.signed_id = 0;
  g_clear_pointer (&envelope, g_bytes_unref);
  g_assert_cmpint (seal (&m, many, 1, &envelope), ==, LAN_STATUS_MALFORMED);
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    g_bytes_unref (many[i]);
  mail_clear (&m);
}

void
add_envelope_tests (void)
{
  g_test_add_func ("/crypto/prekey/signed", test_prekey);
  g_test_add_func ("/crypto/prekey/one-time", test_one_time);
  g_test_add_func ("/crypto/prekey/ring", test_ring);
  g_test_add_func ("/crypto/envelope/round-trip", test_round_trip);
  g_test_add_func ("/crypto/envelope/damage", test_damage);
  g_test_add_func ("/crypto/envelope/wrong-keys", test_wrong_keys);
  g_test_add_func ("/crypto/envelope/recipient-is-inside", test_recipient_is_inside);
  g_test_add_func ("/crypto/envelope/small-order", test_small_order);
  g_test_add_func ("/crypto/envelope/sizes", test_sizes);
  g_test_add_func ("/crypto/envelope/refused", test_refused);
}
