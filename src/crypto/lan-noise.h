/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Noise handshakes of the suite 25519_ChaChaPoly_BLAKE2b (Noise specification revision 34; SECURITY
 * section 1): an interpreter of message patterns, so that every pattern and psk placement is the
 * same code. Bytes in, bytes out; nothing about packets, sockets or time.
 *
 *   new --> write/read in turn, as the pattern says --> is_finished --> finish --> free
 *
 * A read that fails leaves the state as it was: a forged packet cannot kill a handshake. State is
 * kept in guarded memory and wiped when freed. One thread at a time.
 */
#pragma once

#include "lan-cipher.h"
#include "lan-random.h"

G_BEGIN_DECLS

#define LAN_NOISE_MAX_MESSAGE 65535
#define LAN_NOISE_HASH_BYTES  64
#define LAN_NOISE_MAX_PSKS    5

typedef struct _LanNoise LanNoise;

typedef struct {
  const char *pattern; /* "XX", "IK", "NNpsk0", "XXpsk0+psk3": what follows "Noise_" */
  gboolean is_initiator;
  const guint8 *prologue; /* may be NULL when prologue_len is 0 */
  gsize prologue_len;
  const guint8 *local_secret;  /* 32 bytes; NULL where the pattern uses no static key of ours */
  const guint8 *local_public;  /* 32 bytes that belong to local_secret; NULL: computed each time */
  const guint8 *remote_public; /* 32 bytes; NULL unless the pattern knows the other's key before */
  const guint8 *psks;          /* 32 bytes for each psk token, in order of use */
  guint n_psks;
  const LanRandom *random; /* gives the ephemeral secret: 32 bytes, once */
} LanNoiseConfig;

/**
 * Returns: (transfer full) (nullable): NULL when the pattern is unknown, or a key it needs is
 * missing: mistakes of the caller, never of the other side. Everything is copied but @random.
 */
LanNoise *lan_noise_new (const LanNoiseConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void lan_noise_free (LanNoise *noise);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanNoise, lan_noise_free)

/** TRUE when it is our turn to write. */
gboolean lan_noise_is_our_turn (const LanNoise *noise);

/** Returns: bytes that the next message has beside its payload; 0 when finished. */
gsize lan_noise_next_overhead (const LanNoise *noise);

/**
 * Writes the next message. LAN_STATUS_STATE out of turn, LAN_STATUS_OVERSIZED when it does not fit
 * @cap or 65,535 bytes, LAN_STATUS_AUTH when the other's key is of small order: the state is then
 * unusable for writing and the handshake should be dropped.
 */
LanStatus lan_noise_write (LanNoise *noise, const guint8 *payload, gsize payload_len, guint8 *out,
                           gsize cap, gsize *out_len) G_GNUC_WARN_UNUSED_RESULT;

/** Reads the next message; @payload must have room for @len bytes. The state moves only on OK. */
LanStatus lan_noise_read (LanNoise *noise, const guint8 *message, gsize len, guint8 *payload,
                          gsize *payload_len) G_GNUC_WARN_UNUSED_RESULT;

gboolean lan_noise_is_finished (const LanNoise *noise);

/** Returns: (nullable) (transfer none): the other's static key as soon as it is known. */
const guint8 *lan_noise_remote_static (const LanNoise *noise);

/** The handshake hash as it stands; after the last message the channel binding value. */
void lan_noise_hash (const LanNoise *noise, guint8 hash[LAN_NOISE_HASH_BYTES]);

/**
 * Takes the transport keys out of a finished handshake, and the exporter secret of SECURITY 1.5
 * (@exporter may be NULL), and wipes the state. In one-way patterns only the initiator sends.
 */
LanStatus lan_noise_finish (LanNoise *noise, LanCipher *send, LanCipher *receive,
                            guint8 *exporter) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
