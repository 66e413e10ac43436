/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-crypto.h"

#include "lan-kdf.h"
#include "lan-random-system.h"

#include <string.h>

void
test_person_init (TestPerson *p, guint64 seed)
{
  lan_seeded_random_init (&p->random, seed);
  p->account = lan_account_keys_new (&p->random.base);
  p->device = lan_device_keys_new (lan_account_keys_id (p->account), &p->random.base);
}

void
test_person_clear (TestPerson *p)
{
  g_clear_pointer (&p->account, lan_account_keys_free);
  g_clear_pointer (&p->device, lan_device_keys_free);
}

static void
test_hashes (void)
{
  static const char abc[] = "abc";
  LanHash one, two;
  g_autofree char *hex = NULL;

  lan_hash_256 (&one, abc, 3);
  hex = lan_hash_to_hex (&one);
  /* Python: hashlib.blake2b (b"abc", digest_size=32) */
  g_assert_cmpstr (hex, ==, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  lan_hash_256_two (&two, abc, 1, abc + 1, 2);
  g_assert_true (lan_hash_equal (&one, &two));
}

static void
test_kdf (void)
{
  const guint8 key[LAN_KEY_BYTES] = { 1, 2, 3 };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint8 out[32];
  char *hex;

  lan_kdf (out, sizeof out, key, LAN_KDF_LANE, "ctx", 3);
  hex = lan_hex_encode (out, sizeof out);
  /* Python: hashlib.blake2b (b"ctx", digest_size=32, key=bytes ([1, 2, 3]) + bytes (29),
   *                          person=b"LY1-lane") */
  g_assert_cmpstr (hex, ==, "cbc1853415e1b142ae5fe4c10d217a0dbeaed55e414d6b6438b0bf576e0897b4");
  g_free (hex);
  for (guint label = 0; label < LAN_KDF_N; label++) {
    lan_kdf (out, sizeof out, key, label, "ctx", 3);
    g_assert_true (g_hash_table_add (seen, lan_hex_encode (out, sizeof out)));
    g_assert_cmpuint (strlen (lan_kdf_label_text (label)), <=, 16);
  }
}

/* Each kind of signed object has its own tag, and none is the beginning of another. */
static void
test_t4_one_tag_a_use (void)
{
  for (guint a = 0; a < LAN_SIGN_N; a++)
    for (guint b = 0; b < LAN_SIGN_N; b++)
      if (a != b)
        g_assert_false (g_str_has_prefix (lan_sign_tag_text (a), lan_sign_tag_text (b)));
  g_assert_cmpstr (lan_sign_tag_text (LAN_SIGN_RECORD), ==, "LYR1");
}

static void
test_t4_signature_of_one_kind_is_not_another (void)
{
  g_autofree guint8 *big = g_malloc0 (5000);
  const guint8 data[] = "the same bytes";
  guint8 sig[LAN_SIGNATURE_BYTES];
  TestPerson p;

  test_person_init (&p, 1);
  lan_device_keys_sign (p.device, LAN_SIGN_RECORD, data, sizeof data, sig);
  for (guint tag = 0; tag < LAN_SIGN_N; tag++)
    g_assert_cmpint (
        lan_signature_verify (lan_device_keys_sign_public (p.device), tag, data, sizeof data, sig),
        ==, tag == LAN_SIGN_RECORD ? LAN_STATUS_OK : LAN_STATUS_AUTH);
  g_assert_cmpint (lan_signature_verify (lan_account_keys_id (p.account)->b, LAN_SIGN_RECORD, data,
                                         sizeof data, sig),
                   ==, LAN_STATUS_AUTH);
  lan_device_keys_sign (p.device, LAN_SIGN_RECORD, big, 5000, sig);
  g_assert_cmpint (lan_signature_verify (lan_device_keys_sign_public (p.device), LAN_SIGN_RECORD,
                                         big, 5000, sig),
                   ==, LAN_STATUS_OK);
  big[4999] ^= 1;
  g_assert_cmpint (lan_signature_verify (lan_device_keys_sign_public (p.device), LAN_SIGN_RECORD,
                                         big, 5000, sig),
                   ==, LAN_STATUS_AUTH);
  test_person_clear (&p);
}

static void
test_t4_device_keys_are_separate (void)
{
  TestPerson p;

  test_person_init (&p, 2);
  g_assert_true (memcmp (lan_device_keys_sign_seed (p.device), lan_device_keys_dh_secret (p.device),
                         LAN_KEY_BYTES) != 0);
  g_assert_true (memcmp (lan_device_keys_sign_public (p.device), lan_account_keys_id (p.account)->b,
                         LAN_KEY_BYTES) != 0);
  test_person_clear (&p);
}

static void
test_random_system (void)
{
  guint8 a[32], b[32];

  lan_random_bytes (lan_random_system (), a, sizeof a);
  lan_random_bytes (lan_random_system (), b, sizeof b);
  g_assert_true (memcmp (a, b, sizeof a) != 0);
}

static void
test_conversation_id (void)
{
  LanConversationId ab, ba;
  TestPerson a, b;

  test_person_init (&a, 3);
  test_person_init (&b, 4);
  lan_conversation_id_of_pair (&ab, lan_account_keys_id (a.account),
                               lan_account_keys_id (b.account));
  lan_conversation_id_of_pair (&ba, lan_account_keys_id (b.account),
                               lan_account_keys_id (a.account));
  g_assert_true (lan_conversation_id_equal (&ab, &ba));
  test_person_clear (&a);
  test_person_clear (&b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  lan_crypto_init ();
  g_test_add_func ("/crypto/hashes", test_hashes);
  g_test_add_func ("/crypto/kdf", test_kdf);
  g_test_add_func ("/crypto/random-system", test_random_system);
  g_test_add_func ("/crypto/conversation-id", test_conversation_id);
  g_test_add_func ("/crypto/t4/one-tag-a-use", test_t4_one_tag_a_use);
  g_test_add_func ("/crypto/t4/one-kind-is-not-another",
                   test_t4_signature_of_one_kind_is_not_another);
  g_test_add_func ("/crypto/t4/device-keys-are-separate", test_t4_device_keys_are_separate);
  add_noise_tests ();
  add_backup_tests ();
  add_bulk_record_tests ();
  add_bundle_tests ();
  add_lane_tests ();
  add_lane_hostile_tests ();
  add_slim_lane_tests ();
  add_secret_slab_tests ();
  add_datagram_tests ();
  add_tree_hash_tests ();
  add_tree_leaves_tests ();
  add_safety_tests ();
  add_identity_tests ();
  add_key_store_tests ();
  add_signal_seal_tests ();
  add_group_key_tests ();
  add_organisation_tests ();
  add_merkle_tests ();
  add_envelope_tests ();
  add_invite_tests ();
  add_link_code_tests ();
  return g_test_run ();
}
