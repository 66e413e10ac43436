/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Handshake messages: byte 0 chooses the pattern, byte 1 the message that is attacked, byte 2 how:
 * even, the rest is the message; odd, the rest is laid over an honest one (exclusive or, and cut
 * where it ends when byte 2 has bit 1). After a refusal the honest message must still be accepted.
 */
#include "lan-identity.h"
#include "lan-noise.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const struct {
  const char *name;
  guint n_psks, n_messages;
} patterns[] = {
  { "XX", 0, 3 },     { "IK", 0, 2 },     { "XK", 0, 3 }, { "NK", 0, 2 },
  { "NNpsk0", 1, 2 }, { "XXpsk0", 1, 3 }, { "X", 0, 1 },  { "KK", 0, 2 },
  { "IKpsk2", 1, 2 }, { "XXpsk3", 1, 3 }, { "KX", 0, 2 }, { "XXpsk0+psk1+psk2+psk3", 4, 3 },
};

static LanNoise *
side_new (guint p, gboolean initiator, LanSeededRandom *random)
{
  guint8 secrets[2][LAN_KEY_BYTES] = { { 1 }, { 2 } }, remote[LAN_KEY_BYTES];
  guint8 psks[4 * LAN_KEY_BYTES] = { 3 };

  lan_dh_public_from_secret (remote, secrets[initiator]);
  return lan_noise_new (&(LanNoiseConfig){ .pattern = patterns[p].name,
                                           .is_initiator = initiator,
                                           .local_secret = secrets[!initiator],
                                           .remote_public = remote,
                                           .psks = psks,
                                           .n_psks = patterns[p].n_psks,
                                           .random = &random->base });
}

static void
attack (LanNoise *reader, const guint8 *honest, gsize honest_len, const guint8 *data, gsize size)
{
  g_autofree guint8 *message = g_malloc0 (size + honest_len), *payload = g_malloc0 (size + 1024);
  gsize len = size - 1, payload_len;
  gboolean overlay = (data[0] & 1) != 0, cut = (data[0] & 2) != 0;

  if (overlay) {
    len = cut ? MIN (size - 1, honest_len) : honest_len;
    memcpy (message, honest, len);
    for (gsize i = 0; i < MIN (len, size - 1); i++)
      message[i] ^= data[1 + i];
  } else {
    memcpy (message, data + 1, len);
  }
  if (lan_noise_read (reader, message, len, payload, &payload_len) == LAN_STATUS_OK) {
    g_assert (payload_len <= len);
    return;
  }
  g_assert (payload_len == 0);
  g_assert (lan_noise_read (reader, honest, honest_len, payload, &payload_len) == LAN_STATUS_OK);
  g_assert (payload_len == 3);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint8 message[512], payload[512];
  LanSeededRandom random;
  LanNoise *noise[2];
  gsize len, payload_len;
  guint p, target;

  if (size < 3 || size > 70000)
    return 0;
  p = data[0] % G_N_ELEMENTS (patterns);
  target = data[1] % patterns[p].n_messages;
  lan_seeded_random_init (&random, 1);
  noise[0] = side_new (p, TRUE, &random);
  noise[1] = side_new (p, FALSE, &random);
  for (guint m = 0; m <= target; m++) {
    g_assert (lan_noise_write (noise[m % 2], (const guint8 *) "abc", 3, message, sizeof message,
                               &len) == LAN_STATUS_OK);
    if (m < target)
      g_assert (lan_noise_read (noise[1 - m % 2], message, len, payload, &payload_len) ==
                LAN_STATUS_OK);
  }
  attack (noise[1 - target % 2], message, len, data + 2, size - 2);
  lan_noise_free (noise[0]);
  lan_noise_free (noise[1]);
  return 0;
}
