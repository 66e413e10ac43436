/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Known answers for organisations, prekeys, envelopes and joining: run-mail FILE makes or opens what is in
 * mail.json, which make-mail.py made with an implementation of its own, and compares every byte.
 */
#include "lan-attestation.h"
#include "lan-directory-head.h"
#include "lan-envelope.h"
#include "lan-invite.h"
#include "lan-merkle.h"
#include "lan-password.h"
#include "lan-prekey.h"

#include <json-glib/json-glib.h>
#include <string.h>

static JsonObject *file;

static void
get (JsonObject *o, const char *name, guint8 *out, gsize len)
{
  g_assert_true (lan_hex_decode (json_object_get_string_member (o, name), out, len));
}

static GBytes *
from_hex (const char *hex)
{
  gsize len = strlen (hex) / 2;
  guint8 *data = g_malloc (len + 1);

  g_assert_true (lan_hex_decode (hex, data, len));
  return g_bytes_new_take (data, len);
}

static GBytes *
get_bytes (JsonObject *o, const char *name)
{
  return from_hex (json_object_get_string_member (o, name));
}

static GBytes *
get_nth (JsonObject *o, const char *name, guint nth)
{
  return from_hex (json_array_get_string_element (json_object_get_array_member (o, name), nth));
}

#define DATA(bytes) g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)

static void
get_issuer (JsonObject *o, LanIssuer *issuer)
{
  g_autoptr (GBytes) bytes = get_bytes (o, "lik1");
  guint8 root[LAN_KEY_BYTES];

  get (o, "root_public", root, sizeof root);
  g_assert_cmpint (lan_issuer_verify (issuer, root, DATA (bytes)), ==, LAN_STATUS_OK);
}

static void
test_organisation (void)
{
  JsonObject *o = json_object_get_object_member (file, "organisation");
  guint8 root[LAN_KEY_BYTES], seed[LAN_KEY_BYTES];
  g_autoptr (LanIssuerKey) key = NULL;
  g_autoptr (GBytes) server = get_bytes (o, "lsk1");
  LanServerKey server_key;
  LanIssuer issuer;
  LanOrgId org;

  get (o, "root_public", root, sizeof root);
  get (o, "organisation", org.b, sizeof org.b);
  get (o, "issuer_seed", seed, sizeof seed);
  get_issuer (o, &issuer);
  g_assert_true (lan_org_id_equal (&issuer.org, &org));
  g_assert_cmpint (lan_server_key_verify (&server_key, root, DATA (server)), ==, LAN_STATUS_OK);
  g_assert_cmpuint (server_key.seq, ==, 2);
  key = lan_issuer_key_new_from_seed (seed);
  g_assert_true (lan_issuer_id_equal (lan_issuer_key_id (key), &issuer.id));
  for (guint i = 0; i < 7; i++) {
    g_autoptr (GBytes) entry = get_nth (o, "entries", i);
    g_autoptr (GBytes) again = NULL;
    LanAttestation attestation;

    g_assert_cmpint (lan_attestation_verify (&attestation, &issuer, DATA (entry)), ==,
                     LAN_STATUS_OK);
    g_assert_cmpuint (attestation.status, ==, i % 3);
    /* Ed25519 is deterministic: what is made here is the same to the last byte. */
    again = lan_attestation_issue (&attestation, &issuer, key);
    g_assert_true (g_bytes_equal (entry, again));
  }
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GBytes) head = get_nth (o, "heads", i);
    g_autoptr (GBytes) again = NULL;
    LanDirectoryHead decoded;

    g_assert_cmpint (lan_directory_head_verify (&decoded, &issuer, DATA (head)), ==, LAN_STATUS_OK);
    again = lan_directory_head_issue (&decoded, &issuer, key);
    g_assert_true (g_bytes_equal (head, again));
  }
}

static void
test_log (void)
{
  JsonObject *o = json_object_get_object_member (file, "organisation");
  g_autoptr (LanMerkleTree) tree = lan_merkle_tree_new ();
  LanHash proof[LAN_MERKLE_PROOF_MAX], root, expected, leaf;
  LanMerkleFrontier frontier;
  guint n;

  lan_merkle_frontier_init (&frontier);
  for (guint i = 0; i <= 7; i++) {
    g_autoptr (GBytes) want = get_nth (o, "roots", i);

    lan_merkle_frontier_root (&frontier, &root);
    memcpy (expected.b, g_bytes_get_data (want, NULL), sizeof expected.b);
    g_assert_true (lan_hash_equal (&root, &expected));
    if (i < 7) {
      g_autoptr (GBytes) entry = get_nth (o, "entries", i);

      lan_merkle_leaf (&leaf, DATA (entry));
      lan_merkle_frontier_append (&frontier, &leaf);
      lan_merkle_tree_append (tree, &leaf);
    }
  }
  g_assert_cmpint (lan_merkle_tree_prove_inclusion (tree, 2, 7, proof, &n), ==, LAN_STATUS_OK);
  g_assert_cmpuint (n, ==,
                    json_array_get_length (json_object_get_array_member (o, "inclusion_2_of_7")));
  for (guint i = 0; i < n; i++) {
    g_autoptr (GBytes) want = get_nth (o, "inclusion_2_of_7", i);

    g_assert_cmpmem (proof[i].b, sizeof proof[i].b, g_bytes_get_data (want, NULL), 32);
  }
  g_assert_cmpint (lan_merkle_tree_prove_consistency (tree, 3, 7, proof, &n), ==, LAN_STATUS_OK);
  g_assert_cmpuint (n, ==,
                    json_array_get_length (json_object_get_array_member (o, "consistency_3_to_7")));
  for (guint i = 0; i < n; i++) {
    g_autoptr (GBytes) want = get_nth (o, "consistency_3_to_7", i);

    g_assert_cmpmem (proof[i].b, sizeof proof[i].b, g_bytes_get_data (want, NULL), 32);
  }
}

static void
test_prekey (void)
{
  JsonObject *o = json_object_get_object_member (file, "prekey");
  g_autoptr (GBytes) bytes = get_bytes (o, "lsp1");
  guint8 sign_public[LAN_KEY_BYTES];
  LanDeviceId device;
  LanPrekey prekey;

  get (o, "sign_public", sign_public, sizeof sign_public);
  get (o, "device", device.b, sizeof device.b);
  g_assert_cmpint (lan_prekey_verify (&prekey, sign_public, DATA (bytes)), ==, LAN_STATUS_OK);
  g_assert_true (lan_device_id_equal (&prekey.device, &device));
}

static void
fill_fixed (gpointer data, guint8 *out, gsize len)
{
  g_assert_cmpuint (len, ==, LAN_KEY_BYTES);
  memcpy (out, data, len);
}

static void
check_envelope (JsonObject *o)
{
  JsonArray *hex = json_object_get_array_member (o, "records");
  guint8 seed[LAN_KEY_BYTES], dh[LAN_KEY_BYTES], signed_secret[LAN_KEY_BYTES],
      one_time_secret[LAN_KEY_BYTES], ephemeral[LAN_KEY_BYTES];
  LanEnvelopeTo to = { .signed_id = (guint32) json_object_get_int_member (o, "signed_id"),
                       .one_time_id = (guint32) json_object_get_int_member (o, "one_time_id") };
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (LanDeviceKeys) own = NULL;
  g_autoptr (LanDeviceKeys) sender = NULL;
  g_autoptr (GBytes) expected = get_bytes (o, "envelope");
  g_autoptr (GBytes) sealed = NULL;
  g_auto (LanEnvelopeBody) body = { 0 };
  LanRandom fixed = { fill_fixed, ephemeral };

  get (o, "account", to.account.b, sizeof to.account.b);
  get (o, "recipient_sign_seed", seed, sizeof seed);
  get (o, "recipient_dh", dh, sizeof dh);
  own = lan_device_keys_new_from_seeds (&to.account, seed, dh);
  get (o, "sender_dh", dh, sizeof dh);
  sender = lan_device_keys_new_from_seeds (&to.account, seed, dh);
  get (o, "signed_secret", signed_secret, LAN_KEY_BYTES);
  get (o, "one_time_secret", one_time_secret, LAN_KEY_BYTES);
  get (o, "ephemeral", ephemeral, LAN_KEY_BYTES);
  to.device = *lan_device_keys_id (own);
  memcpy (to.dh_public, lan_device_keys_dh_public (own), LAN_KEY_BYTES);
  lan_dh_public_from_secret (to.signed_public, signed_secret);
  lan_dh_public_from_secret (to.one_time_public, one_time_secret);
  for (guint i = 0; i < json_array_get_length (hex); i++)
    g_ptr_array_add (records, from_hex (json_array_get_string_element (hex, i)));
  g_assert_cmpint (
      lan_envelope_seal (&to, sender, (guint32) json_object_get_int_member (o, "list_seq"),
                         (GBytes *const *) records->pdata, records->len, &fixed, &sealed),
      ==, LAN_STATUS_OK);
  g_assert_true (g_bytes_equal (sealed, expected));
  g_assert_cmpint (lan_envelope_open (DATA (expected), own, signed_secret,
                                      to.one_time_id != 0 ? one_time_secret : NULL, &body),
                   ==, LAN_STATUS_OK);
  g_assert_cmpmem (body.sender_dh, LAN_KEY_BYTES, lan_device_keys_dh_public (sender),
                   LAN_KEY_BYTES);
  g_assert_cmpuint (body.sender_list_seq, ==, 4);
  g_assert_cmpuint (body.records->len, ==, records->len);
  for (guint i = 0; i < records->len; i++)
    g_assert_true (
        g_bytes_equal (g_ptr_array_index (records, i), g_ptr_array_index (body.records, i)));
}

static void
test_envelopes (void)
{
  JsonArray *all = json_object_get_array_member (file, "envelopes");

  for (guint i = 0; i < json_array_get_length (all); i++)
    check_envelope (json_array_get_object_element (all, i));
}

static void
test_join (void)
{
  JsonObject *o = json_object_get_object_member (file, "join");
  guint8 want[LAN_KEY_BYTES], net[LAN_NET_ID_BYTES], secret[LAN_PASSWORD_SECRET_BYTES];
  guint16 words[LAN_SERVER_WORDS];
  g_autofree char *link = NULL;
  LanInvite invite;
  LanHash hash;

  g_assert_cmpint (lan_invite_parse (&invite, json_object_get_string_member (o, "link")), ==,
                   LAN_STATUS_OK);
  link = lan_invite_build (&invite);
  g_assert_cmpstr (link, ==, json_object_get_string_member (o, "link"));
  get (o, "server_public", want, LAN_KEY_BYTES);
  g_assert_cmpmem (invite.server_public, LAN_KEY_BYTES, want, LAN_KEY_BYTES);
  lan_server_words (want, words);
  for (guint i = 0; i < LAN_SERVER_WORDS; i++)
    g_assert_cmpint (words[i], ==,
                     json_array_get_int_element (json_object_get_array_member (o, "words"), i));
  g_assert_cmpint (lan_password_secret (json_object_get_string_member (o, "password"), want,
                                        json_object_get_string_member (o, "login"), secret),
                   ==, LAN_STATUS_OK);
  lan_server_net_id (net, want);
  get (o, "net_id", want, LAN_NET_ID_BYTES);
  g_assert_cmpmem (net, sizeof net, want, sizeof net);
  get (o, "secret", want, LAN_KEY_BYTES);
  g_assert_cmpmem (secret, sizeof secret, want, LAN_KEY_BYTES);
  lan_invite_hash (&hash, invite.code);
  get (o, "code_hash", want, LAN_KEY_BYTES);
  g_assert_cmpmem (hash.b, sizeof hash.b, want, LAN_KEY_BYTES);
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_test_init (&argc, &argv, NULL);
  lan_crypto_init ();
  g_assert_cmpint (argc, ==, 2);
  g_assert_true (json_parser_load_from_file (parser, argv[1], NULL));
  file = json_node_get_object (json_parser_get_root (parser));
  g_test_add_func ("/vectors/mail/organisation", test_organisation);
  g_test_add_func ("/vectors/mail/log", test_log);
  g_test_add_func ("/vectors/mail/prekey", test_prekey);
  g_test_add_func ("/vectors/mail/envelopes", test_envelopes);
  g_test_add_func ("/vectors/mail/join", test_join);
  return g_test_run ();
}
