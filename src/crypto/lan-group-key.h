/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Sender keys of groups (SECURITY section 6). Each device that writes in a group has a chain: a key
 * that gives one message key after the other and cannot be run backwards. One body is sealed for
 * all; the chain's key goes to each device of the members in a box of its own.
 *
 *   context   = group 16 | device 8 | name 32 | index u32
 *   name      = KDF (first key, "LY1-gname", group | device), 32 bytes
 *   message   = KDF (key, "LY1-gmsg", context | message id 16)
 *   next key  = KDF (key, "LY1-gchain", context)
 *   box       = AEAD (KDF (X25519 (ephemeral, device's DH key), "LY1-gbox",
 *                          ephemeral 32 | DH key 32 | name 32), 0, key), 48 bytes
 *
 * The name commits its author to one key: whoever is handed a first key by somebody else sees whether
 * it is the right one, and nobody can give two people keys under which one body reads differently.
 * The random message id keeps a profile that was put back from sealing two bodies with one key. Wipe
 * what holds keys. Any thread.
 */
#pragma once

#include "lan-crypto.h"

G_BEGIN_DECLS

#define LAN_GROUP_NONCE_BYTES   16
#define LAN_GROUP_BOX_BYTES     48
#define LAN_GROUP_BOX_OVERHEAD  16
#define LAN_GROUP_CHAIN_MAX     1000 /* messages under one chain */
#define LAN_GROUP_CHAIN_SECONDS (7 * 86400)

typedef struct {
  LanHash name;
  guint8 key[LAN_KEY_BYTES]; /* of message number @index */
  guint32 index;             /* of the next message */
} LanGroupChain;

/* Who writes where. */
typedef struct {
  LanConversationId group;
  LanDeviceId device;
} LanGroupWriter;

/* Which message: its number in the chain, and the id of its record. */
typedef struct {
  guint32 index;
  LanMessageId message;
} LanGroupPlace;

/** The id of a group: BLAKE2b-128("LY1 group" || founder || nonce), so that nobody can take it. */
void lan_group_id_compute (LanConversationId *out, const LanAccountId *founder,
                           const guint8 nonce[LAN_GROUP_NONCE_BYTES]);

/** @chain: (out): at its beginning, from 32 random bytes. */
void lan_group_chain_begin (LanGroupChain *chain, const LanGroupWriter *writer,
                            const guint8 first_key[LAN_KEY_BYTES]);

/**
 * Seals the message at @place to @out, which has room for @len + LAN_GROUP_BOX_OVERHEAD; the chain
 * goes on behind it. Returns: OK, REPLAY below the chain's index, LIMIT from LAN_GROUP_CHAIN_MAX on.
 */
LanStatus lan_group_chain_seal (LanGroupChain *chain, const LanGroupWriter *writer,
                                const LanGroupPlace *place, const guint8 *in, gsize len,
                                guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Opens the message at @place to @out (@len - LAN_GROUP_BOX_OVERHEAD bytes). The chain goes on behind
 * it; what is skipped cannot be opened with it any more. Nothing changes on failure.
 * Returns: OK; REPLAY below the chain's index, LIMIT, TRUNCATED, AUTH.
 */
LanStatus lan_group_chain_open (LanGroupChain *chain, const LanGroupWriter *writer,
                                const LanGroupPlace *place, const guint8 *in, gsize len,
                                guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

/** Runs @chain forward to @index, as for somebody who joins now. REPLAY when it is behind. */
LanStatus lan_group_chain_forward (LanGroupChain *chain, const LanGroupWriter *writer,
                                   guint32 index) G_GNUC_WARN_UNUSED_RESULT;

/** The key of a chain at its beginning, for the device with @dh_public. FALSE: a bad key of theirs. */
gboolean lan_group_box_seal (guint8 box[LAN_GROUP_BOX_BYTES], const LanGroupChain *chain,
                             const guint8 ephemeral_secret[LAN_KEY_BYTES],
                             const guint8 dh_public[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

/**
 * @chain: (out): the chain called @name of @writer, when @box holds a key that bears that name.
 * Returns: OK, AUTH, or MISMATCH when the key is another chain's.
 */
LanStatus lan_group_box_open (LanGroupChain *chain, const LanGroupWriter *writer,
                              const LanHash *name, const guint8 box[LAN_GROUP_BOX_BYTES],
                              const guint8 ephemeral_public[LAN_KEY_BYTES],
                              const guint8 dh_secret[LAN_KEY_BYTES],
                              const guint8 dh_public[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
