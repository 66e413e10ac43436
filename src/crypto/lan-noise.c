/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-noise.h"

#include "lan-noise-pattern.h"
#include "lan-noise-symmetric.h"
#include "lan-secret-slab.h"

#include <sodium.h>
#include <string.h>

/* What a message changes, in one piece, so that a failed read puts it back with one copy. */
typedef struct {
  LanNoiseSymmetric symmetric;
  guint8 e_secret[LAN_KEY_BYTES];
  guint8 e_public[LAN_KEY_BYTES];
  guint8 remote_e[LAN_KEY_BYTES];
  guint8 remote_s[LAN_KEY_BYTES];
  gboolean has_remote_s;
  guint message; /* index of the next one */
  guint psk;     /* index of the next one */
} Turn;

struct _LanNoise {
  LanNoisePattern pattern;
  gboolean is_initiator;
  gboolean keys_taken;
  LanRandom random;
  guint8 s_secret[LAN_KEY_BYTES];
  guint8 s_public[LAN_KEY_BYTES];
  guint8 psks[LAN_NOISE_MAX_PSKS][LAN_KEY_BYTES];
  Turn now;
  Turn before;
};

static LanSecretSlab states = { .size = sizeof (LanNoise) };

/* A cursor over the message that is being written or read. */
typedef struct {
  guint8 *out;
  const guint8 *in;
  gsize left; /* of in */
} Cursor;

static gboolean
take_keys (LanNoise *noise, const LanNoiseConfig *config)
{
  const LanNoisePattern *p = &noise->pattern;
  gboolean initiator = config->is_initiator;
  gboolean need_own = initiator ? p->initiator_has_static : p->responder_has_static;
  gboolean need_remote = initiator ? p->responder_static_known : p->initiator_static_known;

  if (config->n_psks != p->n_psks || config->n_psks > LAN_NOISE_MAX_PSKS)
    return FALSE;
  if (need_own) {
    if (config->local_secret == NULL)
      return FALSE;
    memcpy (noise->s_secret, config->local_secret, LAN_KEY_BYTES);
    if (config->local_public != NULL)
      memcpy (noise->s_public, config->local_public, LAN_KEY_BYTES);
    else
      crypto_scalarmult_base (noise->s_public, noise->s_secret);
  }
  if (need_remote) {
    if (config->remote_public == NULL)
      return FALSE;
    memcpy (noise->now.remote_s, config->remote_public, LAN_KEY_BYTES);
    noise->now.has_remote_s = TRUE;
  }
  if (config->n_psks > 0)
    memcpy (noise->psks, config->psks, config->n_psks * LAN_KEY_BYTES);
  return TRUE;
}

static void
mix_pre_messages (LanNoise *noise, const LanNoiseConfig *config)
{
  const LanNoisePattern *p = &noise->pattern;
  LanNoiseSymmetric *s = &noise->now.symmetric;

  lan_noise_symmetric_mix_hash (s, config->prologue, config->prologue_len);
  if (p->initiator_static_known)
    lan_noise_symmetric_mix_hash (s, config->is_initiator ? noise->s_public : noise->now.remote_s,
                                  LAN_KEY_BYTES);
  if (p->responder_static_known)
    lan_noise_symmetric_mix_hash (s, config->is_initiator ? noise->now.remote_s : noise->s_public,
                                  LAN_KEY_BYTES);
}

LanNoise *
lan_noise_new (const LanNoiseConfig *config)
{
  g_autofree char *name = NULL;
  LanNoisePattern pattern;
  LanNoise *noise;

  g_return_val_if_fail (config->random != NULL, NULL);
  if (!lan_noise_pattern_parse (&pattern, config->pattern))
    return NULL;
  lan_crypto_init ();
  noise = lan_secret_slab_take (&states);
  noise->pattern = pattern;
  noise->is_initiator = config->is_initiator;
  noise->random = *config->random;
  name = g_strconcat ("Noise_", config->pattern, "_25519_ChaChaPoly_BLAKE2b", NULL);
  lan_noise_symmetric_init (&noise->now.symmetric, name);
  if (!take_keys (noise, config)) {
    lan_noise_free (noise);
    return NULL;
  }
  mix_pre_messages (noise, config);
  return noise;
}

void
lan_noise_free (LanNoise *noise)
{
  lan_secret_slab_give (&states, noise); /* wipes it */
}

gboolean
lan_noise_is_finished (const LanNoise *noise)
{
  return noise->now.message >= noise->pattern.n_messages;
}

gboolean
lan_noise_is_our_turn (const LanNoise *noise)
{
  return !lan_noise_is_finished (noise) && (noise->now.message % 2 == 0) == noise->is_initiator;
}

static const guint8 *
current_tokens (const LanNoise *noise)
{
  return noise->pattern.tokens[noise->now.message];
}

gsize
lan_noise_next_overhead (const LanNoise *noise)
{
  gboolean has_key = noise->now.symmetric.has_key;
  gsize bytes = 0;

  if (lan_noise_is_finished (noise))
    return 0;
  for (const guint8 *t = current_tokens (noise); *t != LAN_NOISE_TOKEN_NONE; t++) {
    if (*t == LAN_NOISE_TOKEN_E) {
      bytes += LAN_KEY_BYTES;
      has_key = has_key || noise->pattern.n_psks > 0;
    } else if (*t == LAN_NOISE_TOKEN_S) {
      bytes += LAN_KEY_BYTES + (has_key ? LAN_CIPHER_TAG_BYTES : 0);
    } else {
      has_key = TRUE;
    }
  }
  return bytes + (has_key ? LAN_CIPHER_TAG_BYTES : 0);
}

static LanStatus
mix_dh (LanNoise *noise, const guint8 *secret, const guint8 *public_key)
{
  guint8 shared[LAN_KEY_BYTES];

  /* -1: a point of small order, whose result everybody knows. Never go on with it. */
  if (crypto_scalarmult (shared, secret, public_key) != 0)
    return LAN_STATUS_AUTH;
  lan_noise_symmetric_mix_key (&noise->now.symmetric, shared, sizeof shared);
  sodium_memzero (shared, sizeof shared);
  return LAN_STATUS_OK;
}

/* The tokens that reading and writing treat alike. */
static LanStatus
mix_token (LanNoise *noise, LanNoiseToken token)
{
  Turn *now = &noise->now;
  gboolean own_e_first = noise->is_initiator == (token == LAN_NOISE_TOKEN_ES);

  switch (token) {
  case LAN_NOISE_TOKEN_EE:
    return mix_dh (noise, now->e_secret, now->remote_e);
  case LAN_NOISE_TOKEN_SS:
    return mix_dh (noise, noise->s_secret, now->remote_s);
  case LAN_NOISE_TOKEN_ES:
  case LAN_NOISE_TOKEN_SE:
    return own_e_first ? mix_dh (noise, now->e_secret, now->remote_s)
                       : mix_dh (noise, noise->s_secret, now->remote_e);
  case LAN_NOISE_TOKEN_PSK:
    lan_noise_symmetric_mix_key_and_hash (&now->symmetric, noise->psks[now->psk++], LAN_KEY_BYTES);
    return LAN_STATUS_OK;
  case LAN_NOISE_TOKEN_NONE:
  case LAN_NOISE_TOKEN_E:
  case LAN_NOISE_TOKEN_S:
  default:
    g_assert_not_reached ();
  }
}

/* In psk patterns an ephemeral key also goes into the chaining key (specification 9.2). */
static void
mix_ephemeral (LanNoise *noise, const guint8 *e)
{
  lan_noise_symmetric_mix_hash (&noise->now.symmetric, e, LAN_KEY_BYTES);
  if (noise->pattern.n_psks > 0)
    lan_noise_symmetric_mix_key (&noise->now.symmetric, e, LAN_KEY_BYTES);
}

static LanStatus
write_token (LanNoise *noise, LanNoiseToken token, Cursor *c)
{
  Turn *now = &noise->now;
  LanStatus status;
  gsize len;

  if (token == LAN_NOISE_TOKEN_E) {
    lan_random_bytes (&noise->random, now->e_secret, LAN_KEY_BYTES);
    crypto_scalarmult_base (now->e_public, now->e_secret);
    memcpy (c->out, now->e_public, LAN_KEY_BYTES);
    c->out += LAN_KEY_BYTES;
    mix_ephemeral (noise, now->e_public);
    return LAN_STATUS_OK;
  }
  if (token == LAN_NOISE_TOKEN_S) {
    len = LAN_KEY_BYTES + (now->symmetric.has_key ? LAN_CIPHER_TAG_BYTES : 0);
    status = lan_noise_symmetric_seal (&now->symmetric, noise->s_public, LAN_KEY_BYTES, c->out);
    c->out += len;
    return status;
  }
  return mix_token (noise, token);
}

static LanStatus
read_token (LanNoise *noise, LanNoiseToken token, Cursor *c)
{
  Turn *now = &noise->now;
  LanStatus status;
  gsize len = LAN_KEY_BYTES;

  if (token != LAN_NOISE_TOKEN_E && token != LAN_NOISE_TOKEN_S)
    return mix_token (noise, token);
  if (token == LAN_NOISE_TOKEN_S && now->symmetric.has_key)
    len += LAN_CIPHER_TAG_BYTES;
  if (c->left < len)
    return LAN_STATUS_TRUNCATED;
  if (token == LAN_NOISE_TOKEN_E) {
    memcpy (now->remote_e, c->in, LAN_KEY_BYTES);
    mix_ephemeral (noise, now->remote_e);
    status = LAN_STATUS_OK;
  } else {
    status = lan_noise_symmetric_open (&now->symmetric, c->in, len, now->remote_s);
    now->has_remote_s = TRUE;
  }
  c->in += len;
  c->left -= len;
  return status;
}

/* Puts the state back when @status is not OK, and moves on when it is. */
static LanStatus
end_turn (LanNoise *noise, LanStatus status)
{
  if (status == LAN_STATUS_OK)
    noise->now.message++;
  else
    noise->now = noise->before;
  sodium_memzero (&noise->before, sizeof noise->before);
  return status;
}

LanStatus
lan_noise_write (LanNoise *noise, const guint8 *payload, gsize payload_len, guint8 *out, gsize cap,
                 gsize *out_len)
{
  gsize overhead = lan_noise_next_overhead (noise);
  LanStatus status = LAN_STATUS_OK;
  Cursor c = { .out = out };

  *out_len = 0;
  if (!lan_noise_is_our_turn (noise))
    return LAN_STATUS_STATE;
  if (payload_len > LAN_NOISE_MAX_MESSAGE - overhead || payload_len + overhead > cap)
    return LAN_STATUS_OVERSIZED;
  noise->before = noise->now;
  for (const guint8 *t = current_tokens (noise);
       status == LAN_STATUS_OK && *t != LAN_NOISE_TOKEN_NONE; t++)
    status = write_token (noise, *t, &c);
  if (status == LAN_STATUS_OK)
    status = lan_noise_symmetric_seal (&noise->now.symmetric, payload, payload_len, c.out);
  if (status == LAN_STATUS_OK)
    *out_len = payload_len + overhead;
  return end_turn (noise, status);
}

LanStatus
lan_noise_read (LanNoise *noise, const guint8 *message, gsize len, guint8 *payload,
                gsize *payload_len)
{
  LanStatus status = LAN_STATUS_OK;
  Cursor c = { .in = message, .left = len };

  *payload_len = 0;
  if (lan_noise_is_finished (noise) || lan_noise_is_our_turn (noise))
    return LAN_STATUS_STATE;
  if (len > LAN_NOISE_MAX_MESSAGE)
    return LAN_STATUS_OVERSIZED;
  noise->before = noise->now;
  for (const guint8 *t = current_tokens (noise);
       status == LAN_STATUS_OK && *t != LAN_NOISE_TOKEN_NONE; t++)
    status = read_token (noise, *t, &c);
  if (status == LAN_STATUS_OK)
    status = lan_noise_symmetric_open (&noise->now.symmetric, c.in, c.left, payload);
  if (status == LAN_STATUS_OK)
    *payload_len = c.left - (noise->now.symmetric.has_key ? LAN_CIPHER_TAG_BYTES : 0);
  return end_turn (noise, status);
}

const guint8 *
lan_noise_remote_static (const LanNoise *noise)
{
  return noise->now.has_remote_s ? noise->now.remote_s : NULL;
}

void
lan_noise_hash (const LanNoise *noise, guint8 hash[LAN_NOISE_HASH_BYTES])
{
  memcpy (hash, noise->now.symmetric.h, LAN_NOISE_HASH_BYTES);
}

LanStatus
lan_noise_finish (LanNoise *noise, LanCipher *send, LanCipher *receive, guint8 *exporter)
{
  LanNoiseSymmetric *s = &noise->now.symmetric;

  if (!lan_noise_is_finished (noise) || noise->keys_taken)
    return LAN_STATUS_STATE;
  noise->keys_taken = TRUE;
  if (exporter != NULL)
    lan_noise_symmetric_export (s, exporter);
  lan_noise_symmetric_split (s, noise->is_initiator ? send : receive,
                             noise->is_initiator ? receive : send);
  /* Transcript hash and the other's static key stay readable; every secret goes. */
  sodium_memzero (s->ck, sizeof s->ck);
  sodium_memzero (&s->cipher, sizeof s->cipher);
  sodium_memzero (noise->now.e_secret, sizeof noise->now.e_secret);
  sodium_memzero (noise->s_secret, sizeof noise->s_secret);
  sodium_memzero (noise->psks, sizeof noise->psks);
  return LAN_STATUS_OK;
}
