/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-crypto.h"

#include "lan-noise-symmetric.h"
#include "lan-noise.h"

#include <sodium.h>
#include <string.h>

/* Two ends of any pattern, with every key they could want. */
typedef struct {
  LanSeededRandom random;
  guint8 secret[2][LAN_KEY_BYTES];
  guint8 public_key[2][LAN_KEY_BYTES];
  guint8 psks[LAN_NOISE_MAX_PSKS][LAN_KEY_BYTES];
  LanNoise *noise[2];
} Pair;

static const struct {
  const char *name;
  guint n_psks;
  guint n_messages;
} cases[] = {
  { "XX", 0, 3 },     { "IK", 0, 2 },     { "XK", 0, 3 },     { "NK", 0, 2 },
  { "KK", 0, 2 },     { "NN", 0, 2 },     { "NX", 0, 2 },     { "KN", 0, 2 },
  { "KX", 0, 2 },     { "XN", 0, 3 },     { "IN", 0, 2 },     { "IX", 0, 2 },
  { "N", 0, 1 },      { "K", 0, 1 },      { "X", 0, 1 },      { "NNpsk0", 1, 2 },
  { "XXpsk0", 1, 3 }, { "XXpsk3", 1, 3 }, { "IKpsk2", 1, 2 }, { "XXpsk0+psk1+psk2+psk3", 4, 3 },
};

static void
pair_init (Pair *p, guint case_index, guint64 seed)
{
  lan_seeded_random_init (&p->random, seed);
  lan_random_bytes (&p->random.base, p->psks, sizeof p->psks);
  for (guint i = 0; i < 2; i++) {
    lan_random_bytes (&p->random.base, p->secret[i], LAN_KEY_BYTES);
    lan_dh_public_from_secret (p->public_key[i], p->secret[i]);
  }
  for (guint i = 0; i < 2; i++) {
    p->noise[i] = lan_noise_new (&(LanNoiseConfig){ .pattern = cases[case_index].name,
                                                    .is_initiator = i == 0,
                                                    .prologue = (const guint8 *) "test",
                                                    .prologue_len = 4,
                                                    .local_secret = p->secret[i],
                                                    .remote_public = p->public_key[1 - i],
                                                    .psks = p->psks[0],
                                                    .n_psks = cases[case_index].n_psks,
                                                    .random = &p->random.base });
    g_assert_nonnull (p->noise[i]);
  }
}

static void
pair_clear (Pair *p)
{
  lan_noise_free (p->noise[0]);
  lan_noise_free (p->noise[1]);
}

/* Passes message @m from its writer to its reader, both of which must be content. */
static void
pass (Pair *p, guint m)
{
  guint8 message[512], payload[512];
  gsize len, payload_len;

  g_assert_cmpint (
      lan_noise_write (p->noise[m % 2], (const guint8 *) "hello", 5, message, sizeof message, &len),
      ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_noise_read (p->noise[1 - m % 2], message, len, payload, &payload_len), ==,
                   LAN_STATUS_OK);
  g_assert_cmpmem (payload, payload_len, "hello", 5);
}

static void
check_transport (Pair *p)
{
  LanCipher send[2], receive[2];
  guint8 x[2][LAN_KEY_BYTES], sealed[32], opened[32];

  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (lan_noise_finish (p->noise[i], &send[i], &receive[i], x[i]), ==,
                     LAN_STATUS_OK);
    g_assert_cmpint (lan_noise_finish (p->noise[i], &send[i], &receive[i], NULL), ==,
                     LAN_STATUS_STATE);
  }
  g_assert_cmpmem (x[0], LAN_KEY_BYTES, x[1], LAN_KEY_BYTES);
  g_assert_cmpint (lan_cipher_seal (&send[0], NULL, 0, (const guint8 *) "data", 4, sealed), ==,
                   LAN_STATUS_OK);
  /* T6: a failed open does not advance the counter. */
  sealed[0] ^= 1;
  g_assert_cmpint (lan_cipher_open (&receive[1], NULL, 0, sealed, 20, opened), ==, LAN_STATUS_AUTH);
  g_assert_cmpuint (receive[1].n, ==, 0);
  sealed[0] ^= 1;
  g_assert_cmpint (lan_cipher_open (&receive[1], NULL, 0, sealed, 20, opened), ==, LAN_STATUS_OK);
  g_assert_cmpuint (receive[1].n, ==, 1);
  lan_cipher_rekey (&send[0]);
  lan_cipher_rekey (&receive[1]);
  g_assert_cmpuint (send[0].n, ==, 1);
  g_assert_cmpint (lan_cipher_seal (&send[0], NULL, 0, (const guint8 *) "data", 4, sealed), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_cipher_open (&receive[1], NULL, 0, sealed, 20, opened), ==, LAN_STATUS_OK);
  send[0].n = G_MAXUINT64;
  g_assert_cmpint (lan_cipher_seal (&send[0], NULL, 0, NULL, 0, sealed), ==, LAN_STATUS_LIMIT);
}

static void
test_every_pattern (void)
{
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++) {
    Pair p;

    pair_init (&p, c, 100 + c);
    for (guint m = 0; m < cases[c].n_messages; m++)
      pass (&p, m);
    g_assert_true (lan_noise_is_finished (p.noise[0]) && lan_noise_is_finished (p.noise[1]));
    g_assert_cmpuint (lan_noise_next_overhead (p.noise[0]), ==, 0);
    check_transport (&p);
    pair_clear (&p);
  }
}

/* TRUE when the reader refused, or accepted with another transcript, so that nothing later opens. */
static gboolean
is_harmless (Pair *p, guint m, const guint8 *message, gsize len)
{
  guint8 *block = g_memdup2 (message, len), payload[512], hash[2][LAN_NOISE_HASH_BYTES];
  gsize payload_len;
  LanStatus status = lan_noise_read (p->noise[1 - m % 2], block, len, payload, &payload_len);

  g_free (block);
  if (status != LAN_STATUS_OK)
    return TRUE;
  lan_noise_hash (p->noise[0], hash[0]);
  lan_noise_hash (p->noise[1], hash[1]);
  return memcmp (hash[0], hash[1], sizeof hash[0]) != 0;
}

/* The same pair again up to message @m: same seed, same bytes. */
static gsize
replay_to (Pair *p, guint c, guint m, guint8 *message, gsize cap)
{
  gsize len;

  pair_init (p, c, 200 + c);
  for (guint before = 0; before < m; before++)
    pass (p, before);
  g_assert_cmpint (lan_noise_write (p->noise[m % 2], (const guint8 *) "x", 1, message, cap, &len),
                   ==, LAN_STATUS_OK);
  return len;
}

/* T6: every message of every pattern, with each byte flipped and at each shorter length. */
static void
test_t6_flips_and_truncations (void)
{
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    for (guint m = 0; m < cases[c].n_messages; m++) {
      guint8 message[512];
      gsize len = 1;

      for (gsize i = 0; i < 2 * len; i++) {
        Pair p;

        len = replay_to (&p, c, m, message, sizeof message);
        if (i < len)
          message[i] ^= (guint8) (1 << i % 8);
        g_assert_true (is_harmless (&p, m, message, i < len ? len : i - len));
        pair_clear (&p);
      }
    }
}

/* A forged message must not end a handshake: the honest one that follows is accepted. */
static void
test_forgery_keeps_state (void)
{
  guint8 message[512], forged[512], payload[512];
  gsize len, payload_len;
  Pair p;

  pair_init (&p, 1, 5);
  g_assert_cmpint (lan_noise_write (p.noise[0], NULL, 0, message, sizeof message, &len), ==,
                   LAN_STATUS_OK);
  for (gsize i = 0; i < len; i++) {
    memcpy (forged, message, len);
    forged[i] ^= 0x40;
    g_assert_cmpint (lan_noise_read (p.noise[1], forged, len, payload, &payload_len), !=,
                     LAN_STATUS_OK);
    g_assert_null (lan_noise_remote_static (p.noise[1]));
  }
  g_assert_cmpint (lan_noise_read (p.noise[1], message, len, payload, &payload_len), ==,
                   LAN_STATUS_OK);
  g_assert_cmpmem (lan_noise_remote_static (p.noise[1]), LAN_KEY_BYTES, p.public_key[0],
                   LAN_KEY_BYTES);
  pair_clear (&p);
}

static void
test_misuse (void)
{
  guint8 out[LAN_NOISE_MAX_MESSAGE + 1];
  LanNoiseConfig config = { .pattern = "IK", .is_initiator = TRUE };
  LanSeededRandom random;
  guint8 key[LAN_KEY_BYTES] = { 9 };
  gsize len;
  Pair p;

  lan_seeded_random_init (&random, 1);
  config.random = &random.base;
  g_assert_null (lan_noise_new (&config)); /* no key of ours */
  config.local_secret = key;
  g_assert_null (lan_noise_new (&config)); /* no key of the other */
  config.pattern = "NNpsk0";
  g_assert_null (lan_noise_new (&config)); /* no psk */
  for (guint i = 0; i < 6; i++) {
    static const char *const bad[] = { "", "QQ", "XXpsk", "XXpsk4", "XXpsk0psk1", "XXpsk1+psk1" };

    config.pattern = bad[i];
    g_assert_null (lan_noise_new (&config));
  }
  pair_init (&p, 0, 6);
  g_assert_cmpint (lan_noise_write (p.noise[1], NULL, 0, out, sizeof out, &len), ==,
                   LAN_STATUS_STATE);
  g_assert_cmpint (lan_noise_read (p.noise[0], out, 32, out, &len), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_noise_write (p.noise[0], NULL, 0, out, 31, &len), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_noise_write (p.noise[0], out, LAN_NOISE_MAX_MESSAGE, out, sizeof out, &len),
                   ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_noise_read (p.noise[1], out, sizeof out, out, &len), ==,
                   LAN_STATUS_OVERSIZED);
  pair_clear (&p);
}

/* The points of small order of Curve25519, little-endian, and two non-canonical forms of them. */
static const char *const small_order[] = {
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void
test_t25_small_order_keys (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (small_order); i++) {
    guint8 point[LAN_KEY_BYTES], secret[LAN_KEY_BYTES] = { 77 }, out[256];
    LanSeededRandom random;
    gsize len;
    LanNoise *noise;
    Pair p;

    g_assert_true (lan_hex_decode (small_order[i], point, sizeof point));
    g_assert_false (lan_dh_public_is_sound (point));
    /* As somebody's static key: nothing is written to it. */
    lan_seeded_random_init (&random, i);
    noise = lan_noise_new (&(LanNoiseConfig){ .pattern = "IK",
                                              .is_initiator = TRUE,
                                              .local_secret = secret,
                                              .remote_public = point,
                                              .random = &random.base });
    g_assert_cmpint (lan_noise_write (noise, NULL, 0, out, sizeof out, &len), ==, LAN_STATUS_AUTH);
    g_assert_cmpuint (len, ==, 0);
    lan_noise_free (noise);
    /* As an ephemeral key: the answer is refused on our own side. */
    pair_init (&p, 0, i);
    g_assert_cmpint (lan_noise_read (p.noise[1], point, sizeof point, out, &len), ==,
                     LAN_STATUS_OK);
    g_assert_cmpint (lan_noise_write (p.noise[1], NULL, 0, out, sizeof out, &len), ==,
                     LAN_STATUS_AUTH);
    pair_clear (&p);
  }
}

/* One DH mixed into a state that the thief runs by hand. */
static void
mix (LanNoiseSymmetric *s, const guint8 *secret, const guint8 *public_key)
{
  guint8 shared[LAN_KEY_BYTES];

  g_assert_cmpint (crypto_scalarmult (shared, secret, public_key), ==, 0);
  lan_noise_symmetric_mix_key (s, shared, sizeof shared);
}

/* The thief's state as an initiator who has sent nothing yet. */
static void
thief_init (LanNoiseSymmetric *s, const char *name, const guint8 *bob_public)
{
  lan_noise_symmetric_init (s, name);
  lan_noise_symmetric_mix_hash (s, (const guint8 *) "test", 4);
  if (bob_public != NULL)
    lan_noise_symmetric_mix_hash (s, bob_public, LAN_KEY_BYTES);
}

/*
 * T1, key compromise impersonation: the thief holds Bob's static secret and wants Bob to believe
 * that he is Alice. In XX message 3 needs DH (Alice's secret, Bob's ephemeral), which he has not;
 * here he tries every secret that he does have in its place.
 */
static void
test_t1_kci_xx (void)
{
  for (guint guess = 0; guess < 2; guess++) {
    guint8 e_secret[LAN_KEY_BYTES] = { 42, (guint8) guess }, e[LAN_KEY_BYTES], m2[512], m3[256];
    guint8 payload[512], bob_static[LAN_KEY_BYTES];
    LanNoiseSymmetric s;
    gsize len;
    Pair p;

    pair_init (&p, 0, 7);
    lan_dh_public_from_secret (e, e_secret);
    thief_init (&s, "Noise_XX_25519_ChaChaPoly_BLAKE2b", NULL);
    lan_noise_symmetric_mix_hash (&s, e, sizeof e);
    lan_noise_symmetric_mix_hash (&s, NULL, 0);
    g_assert_cmpint (lan_noise_read (p.noise[1], e, sizeof e, payload, &len), ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_noise_write (p.noise[1], NULL, 0, m2, sizeof m2, &len), ==, LAN_STATUS_OK);
    lan_noise_symmetric_mix_hash (&s, m2, LAN_KEY_BYTES);
    mix (&s, e_secret, m2);
    g_assert_cmpint (lan_noise_symmetric_open (&s, m2 + 32, 48, bob_static), ==, LAN_STATUS_OK);
    g_assert_cmpmem (bob_static, LAN_KEY_BYTES, p.public_key[1], LAN_KEY_BYTES);
    mix (&s, e_secret, bob_static);
    g_assert_cmpint (lan_noise_symmetric_open (&s, m2 + 80, 16, payload), ==, LAN_STATUS_OK);

    g_assert_cmpint (lan_noise_symmetric_seal (&s, p.public_key[0], LAN_KEY_BYTES, m3), ==,
                     LAN_STATUS_OK);
    mix (&s, guess == 0 ? e_secret : p.secret[1], m2);
    g_assert_cmpint (lan_noise_symmetric_seal (&s, NULL, 0, m3 + 48), ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_noise_read (p.noise[1], m3, 64, payload, &len), ==, LAN_STATUS_AUTH);
    g_assert_null (lan_noise_remote_static (p.noise[1]));
    pair_clear (&p);
  }
}

/*
 * T1, IK: message 1 CAN be made from Bob's secret alone (ss from his side), which is why a lane is
 * reported, and a link's key used, only after something opened under the final keys. Those the
 * thief cannot have.
 */
static void
test_t1_kci_ik (void)
{
  guint8 e_secret[LAN_KEY_BYTES] = { 43 }, m1[128], m2[128], payload[512];
  LanNoiseSymmetric s;
  LanCipher send, receive, thief_send, thief_receive;
  gsize len;
  Pair p;

  pair_init (&p, 1, 8);
  thief_init (&s, "Noise_IK_25519_ChaChaPoly_BLAKE2b", p.public_key[1]);
  lan_dh_public_from_secret (m1, e_secret);
  lan_noise_symmetric_mix_hash (&s, m1, LAN_KEY_BYTES);
  mix (&s, e_secret, p.public_key[1]);
  g_assert_cmpint (lan_noise_symmetric_seal (&s, p.public_key[0], LAN_KEY_BYTES, m1 + 32), ==,
                   LAN_STATUS_OK);
  mix (&s, p.secret[1], p.public_key[0]);
  g_assert_cmpint (lan_noise_symmetric_seal (&s, NULL, 0, m1 + 80), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_noise_read (p.noise[1], m1, 96, payload, &len), ==, LAN_STATUS_OK);

  g_assert_cmpint (lan_noise_write (p.noise[1], NULL, 0, m2, sizeof m2, &len), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_noise_finish (p.noise[1], &send, &receive, NULL), ==, LAN_STATUS_OK);
  lan_noise_symmetric_mix_hash (&s, m2, LAN_KEY_BYTES);
  mix (&s, e_secret, m2);
  mix (&s, p.secret[1], m2); /* wants Alice's secret here */
  g_assert_cmpint (lan_noise_symmetric_open (&s, m2 + 32, 16, payload), ==, LAN_STATUS_AUTH);
  lan_noise_symmetric_split (&s, &thief_send, &thief_receive);
  g_assert_cmpint (lan_cipher_seal (&thief_send, NULL, 0, NULL, 0, m1), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_cipher_open (&receive, NULL, 0, m1, 16, payload), ==, LAN_STATUS_AUTH);
  pair_clear (&p);
}

void
add_noise_tests (void)
{
  g_test_add_func ("/crypto/noise/every-pattern", test_every_pattern);
  g_test_add_func ("/crypto/noise/t6-flips-and-truncations", test_t6_flips_and_truncations);
  g_test_add_func ("/crypto/noise/forgery-keeps-state", test_forgery_keeps_state);
  g_test_add_func ("/crypto/noise/misuse", test_misuse);
  g_test_add_func ("/crypto/noise/t25-small-order-keys", test_t25_small_order_keys);
  g_test_add_func ("/crypto/noise/t1-kci-xx", test_t1_kci_xx);
  g_test_add_func ("/crypto/noise/t1-kci-ik", test_t1_kci_ik);
}
