/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-crypto.h"

#include "lan-cert.h"
#include "lan-device-list.h"
#include "lan-hello.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1700000000)

static GBytes *
issue (TestPerson *p, const char *name)
{
  return lan_cert_issue (p->account, p->device, name, NOW, NOW + LAN_CERT_LIFE_SECONDS, 1,
                         LAN_CAP_LINK);
}

static void
test_cert_round_trip (void)
{
  g_autoptr (GBytes) bytes = NULL;
  LanCert cert;
  gsize len;
  const guint8 *data;
  TestPerson p;

  test_person_init (&p, 41);
  bytes = issue (&p, "Li Wei 李伟");
  data = g_bytes_get_data (bytes, &len);
  g_assert_cmpuint (len, ==, 264 + strlen ("Li Wei 李伟"));
  g_assert_cmpint (lan_cert_verify (&cert, data, len), ==, LAN_STATUS_OK);
  g_assert_cmpstr (cert.name, ==, "Li Wei 李伟");
  g_assert_cmpuint (cert.caps, ==, LAN_CAP_LINK);
  g_assert_true (lan_account_id_equal (&cert.account, lan_account_keys_id (p.account)));
  g_assert_true (lan_device_id_equal (&cert.device, lan_device_keys_id (p.device)));
  g_assert_cmpint (lan_cert_check_time (&cert, NOW + 5, 0), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_cert_check_time (&cert, NOW - 5, 0), ==, LAN_STATUS_EXPIRED);
  g_assert_cmpint (lan_cert_check_time (&cert, NOW - 5, 10), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_cert_check_time (&cert, NOW + LAN_CERT_LIFE_SECONDS + 1, 0), ==,
                   LAN_STATUS_EXPIRED);
  test_person_clear (&p);
}

static void
test_cert_damage (void)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize len;
  TestPerson p;

  test_person_init (&p, 42);
  bytes = issue (&p, "Ada");
  len = g_bytes_get_size (bytes);
  for (gsize i = 0; i < 2 * len; i++) {
    gsize n = i < len ? len : i - len;
    g_autofree guint8 *bad = g_memdup2 (g_bytes_get_data (bytes, NULL), n);
    LanCert cert;

    if (i < len)
      bad[i] ^= 1;
    g_assert_cmpint (lan_cert_verify (&cert, bad, n), !=, LAN_STATUS_OK);
  }
  {
    g_autofree guint8 *longer = g_malloc0 (len + 1);
    LanCert cert;

    memcpy (longer, g_bytes_get_data (bytes, NULL), len);
    g_assert_cmpint (lan_cert_verify (&cert, longer, len + 1), ==, LAN_STATUS_OVERSIZED);
    longer[4] = 2;
    g_assert_cmpint (lan_cert_verify (&cert, longer, len), ==, LAN_STATUS_VERSION);
  }
  test_person_clear (&p);
}

/* What an attacker with an account of his own can put together, signed where he can sign. */
static void
test_cert_forgeries (void)
{
  guint8 bytes[LAN_CERT_BYTES_MAX], sig[LAN_SIGNATURE_BYTES];
  g_autoptr (GBytes) honest = NULL;
  const guint8 *data;
  TestPerson victim, mallory;
  LanDeviceId id;
  LanCert cert;
  gsize len;

  test_person_init (&victim, 43);
  test_person_init (&mallory, 44);
  honest = issue (&victim, "Ada");
  data = g_bytes_get_data (honest, &len);
  /* The victim's device under Mallory's account: possession is missing. */
  memcpy (bytes, data, len);
  memcpy (bytes + 8, lan_account_keys_id (mallory.account)->b, 32);
  lan_device_id_compute (&id, lan_account_keys_id (mallory.account), bytes + 40, bytes + 72);
  memcpy (bytes + 104, id.b, sizeof id.b);
  lan_account_keys_sign (mallory.account, LAN_SIGN_CERT_ACCOUNT, bytes, len - 64, sig);
  memcpy (bytes + len - 64, sig, sizeof sig);
  g_assert_cmpint (lan_cert_verify (&cert, bytes, len), ==, LAN_STATUS_AUTH);
  /* A DH key of small order, properly signed. */
  memset (bytes + 72, 0, 32);
  lan_device_id_compute (&id, lan_account_keys_id (mallory.account), bytes + 40, bytes + 72);
  memcpy (bytes + 104, id.b, sizeof id.b);
  g_assert_cmpint (lan_cert_verify (&cert, bytes, len), ==, LAN_STATUS_AUTH);
  /* A name with an override in it. */
  memcpy (bytes, data, len);
  memcpy (bytes + 136, "\xe2\x80\xae", 3);
  g_assert_cmpint (lan_cert_decode (&cert, bytes, len), ==, LAN_STATUS_MALFORMED);
  /* Time runs backwards. */
  memcpy (bytes, data, len);
  memcpy (bytes + 120, bytes + 112, 8);
  g_assert_cmpint (lan_cert_decode (&cert, bytes, len), ==, LAN_STATUS_MALFORMED);
  test_person_clear (&victim);
  test_person_clear (&mallory);
}

static GBytes *
issue_list (TestPerson *p, guint32 seq, const LanHash *previous, guint n, guint8 first_state)
{
  LanDeviceList list = {
    .account = *lan_account_keys_id (p->account), .seq = seq, .time_s = NOW + seq, .n_devices = n
  };

  if (previous != NULL)
    list.previous = *previous;
  for (guint i = 0; i < n; i++) {
    list.devices[i].device.b[0] = (guint8) (i + 1);
    list.devices[i].cert_hash.b[0] = (guint8) i;
    list.devices[i].state = i == 0 ? first_state : LAN_DEVICE_ACTIVE;
  }
  return lan_device_list_issue (&list, p->account);
}

static LanStatus
successor (GBytes *a, GBytes *b)
{
  return lan_device_list_check_successor (g_bytes_get_data (a, NULL), g_bytes_get_size (a),
                                          g_bytes_get_data (b, NULL), g_bytes_get_size (b));
}

static void
hash_of (GBytes *list, LanHash *hash)
{
  lan_device_list_hash (hash, g_bytes_get_data (list, NULL), g_bytes_get_size (list));
}

static void
test_list_round_trip (void)
{
  TestPerson p;

  test_person_init (&p, 45);
  for (guint n = 1; n <= LAN_DEVICE_LIST_MAX; n++) {
    g_autoptr (GBytes) bytes = issue_list (&p, 1, NULL, n, LAN_DEVICE_REVOKED);
    LanDeviceList list;

    g_assert_cmpuint (g_bytes_get_size (bytes), ==, LAN_DEVICE_LIST_BYTES (n));
    g_assert_cmpint (
        lan_device_list_verify (&list, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)),
        ==, LAN_STATUS_OK);
    g_assert_cmpuint (list.n_devices, ==, n);
    g_assert_cmpint (
        lan_device_list_check_cert (&list, &list.devices[0].device, &list.devices[0].cert_hash), ==,
        LAN_STATUS_EXPIRED);
    g_assert_cmpint (
        lan_device_list_check_cert (&list, &list.devices[0].device, &(LanHash){ { 99 } }), ==,
        LAN_STATUS_MISMATCH);
    if (n > 1)
      g_assert_cmpint (
          lan_device_list_check_cert (&list, &list.devices[1].device, &list.devices[1].cert_hash),
          ==, LAN_STATUS_OK);
    g_assert_cmpint (
        lan_device_list_check_cert (&list, &(LanDeviceId){ { 77 } }, &list.devices[0].cert_hash),
        ==, LAN_STATUS_MISMATCH);
  }
  test_person_clear (&p);
}

static void
test_list_damage (void)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize len;
  TestPerson p;

  test_person_init (&p, 46);
  bytes = issue_list (&p, 1, NULL, 2, LAN_DEVICE_ACTIVE);
  len = g_bytes_get_size (bytes);
  for (gsize i = 0; i < 2 * len; i++) {
    gsize n = i < len ? len : i - len;
    g_autofree guint8 *bad = g_memdup2 (g_bytes_get_data (bytes, NULL), n);
    LanDeviceList list;

    if (i < len)
      bad[i] ^= 0x10;
    g_assert_cmpint (lan_device_list_verify (&list, bad, n), !=, LAN_STATUS_OK);
  }
  {
    g_autofree guint8 *twice = g_memdup2 (g_bytes_get_data (bytes, NULL), len);
    LanDeviceList list;

    memcpy (twice + 84 + 41, twice + 84, 41);
    g_assert_cmpint (lan_device_list_decode (&list, twice, len), ==, LAN_STATUS_MALFORMED);
  }
  test_person_clear (&p);
}

static void
test_list_succession (void)
{
  g_autoptr (GBytes) one = NULL, two = NULL, fork = NULL, wrong = NULL, far = NULL, back = NULL;
  g_autoptr (GBytes) foreign = NULL;
  TestPerson p, other;
  LanHash hash;

  test_person_init (&p, 47);
  test_person_init (&other, 48);
  one = issue_list (&p, 1, NULL, 2, LAN_DEVICE_ACTIVE);
  hash_of (one, &hash);
  two = issue_list (&p, 2, &hash, 3, LAN_DEVICE_REVOKED);
  fork = issue_list (&p, 2, &hash, 2, LAN_DEVICE_ACTIVE);
  wrong = issue_list (&p, 2, &(LanHash){ { 1 } }, 2, LAN_DEVICE_ACTIVE);
  far = issue_list (&p, 9, &(LanHash){ { 1 } }, 4, LAN_DEVICE_REVOKED);
  hash_of (two, &hash);
  back = issue_list (&p, 3, &hash, 2, LAN_DEVICE_ACTIVE);
  foreign = issue_list (&other, 3, &hash, 2, LAN_DEVICE_ACTIVE);
  g_assert_cmpint (successor (one, one), ==, LAN_STATUS_OK);
  g_assert_cmpint (successor (one, two), ==, LAN_STATUS_OK);
  g_assert_cmpint (successor (one, far), ==, LAN_STATUS_OK);
  g_assert_cmpint (successor (two, far), ==, LAN_STATUS_OK);
  g_assert_cmpint (successor (two, one), ==, LAN_STATUS_REPLAY);
  g_assert_cmpint (successor (two, fork), ==, LAN_STATUS_MISMATCH);
  g_assert_cmpint (successor (one, wrong), ==, LAN_STATUS_MISMATCH);
  g_assert_cmpint (successor (two, back), ==, LAN_STATUS_MISMATCH);
  g_assert_cmpint (successor (two, foreign), ==, LAN_STATUS_MISMATCH);
  test_person_clear (&p);
  test_person_clear (&other);
}

static void
test_hello (void)
{
  guint8 bytes[LAN_HELLO_BYTES + 1] = { 0 }, again[LAN_HELLO_BYTES];
  guint8 ts[LAN_TS_BYTES], next[LAN_TS_BYTES];
  LanHello hello = { .list_seq = 3, .dir_epoch = 4, .caps = 5 }, got;

  lan_ts_next (hello.ts, NULL, 1700000000123);
  hello.dir_root[15] = 9;
  lan_hello_encode (&hello, bytes);
  g_assert_cmpint (lan_hello_decode (&got, bytes, LAN_HELLO_BYTES), ==, LAN_STATUS_OK);
  lan_hello_encode (&got, again);
  g_assert_cmpmem (again, sizeof again, bytes, LAN_HELLO_BYTES);
  g_assert_cmpuint (got.caps, ==, 5);
  for (gsize n = 0; n < LAN_HELLO_BYTES; n++)
    g_assert_cmpint (lan_hello_decode (&got, bytes, n), ==, LAN_STATUS_TRUNCATED);
  g_assert_cmpint (lan_hello_decode (&got, bytes, sizeof bytes), ==, LAN_STATUS_OVERSIZED);

  /* The clock stands still, then goes back: ts still grows. */
  memcpy (ts, hello.ts, sizeof ts);
  lan_ts_next (next, ts, 1700000000123);
  g_assert_cmpint (lan_ts_compare (next, ts), >, 0);
  memcpy (ts, next, sizeof ts);
  lan_ts_next (next, ts, 5);
  g_assert_cmpint (lan_ts_compare (next, ts), >, 0);
  lan_ts_next (ts, NULL, 1999);
  lan_ts_add (ts, 1000000);
  lan_ts_next (next, NULL, 2000);
  g_assert_cmpmem (ts, sizeof ts, next, sizeof next);
  lan_ts_next (ts, NULL, -7);
  g_assert_cmpuint (ts[7], ==, 0);
}

void
add_identity_tests (void)
{
  g_test_add_func ("/crypto/cert/round-trip", test_cert_round_trip);
  g_test_add_func ("/crypto/cert/damage", test_cert_damage);
  g_test_add_func ("/crypto/cert/forgeries", test_cert_forgeries);
  g_test_add_func ("/crypto/device-list/round-trip", test_list_round_trip);
  g_test_add_func ("/crypto/device-list/damage", test_list_damage);
  g_test_add_func ("/crypto/device-list/succession", test_list_succession);
  g_test_add_func ("/crypto/hello", test_hello);
}
