/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * BLAKE2b-256 (RFC 7693) of four messages of one length at once, each in a lane of its own of the processor's
 * vectors: libsodium hashes one after the other, at less than half the speed. Only for what is public, like the leaves of
 * files: there is no key. Says itself where the processor cannot; lan_tree_leaves() uses libsodium there.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_BLAKE2B_QUAD           4
#define LAN_BLAKE2B_HASH_BYTES     32
#define LAN_BLAKE2B_PERSONAL_BYTES 16
#define LAN_BLAKE2B_HEAD_MAX       128

/* One of the four: @head before @data. */
typedef struct {
  const guint8 *head; /* head_len bytes */
  const guint8 *data; /* data_len bytes */
} LanBlake2bPart;

/** TRUE where lan_blake2b_quad() may be called. */
gboolean lan_blake2b_quad_works (void);

/**
 * @out[i] = BLAKE2b-256 (@parts[i].head || @parts[i].data; @personal), without key and salt. @head_len: 1 to
 * LAN_BLAKE2B_HEAD_MAX.
 */
void lan_blake2b_quad (guint8 out[LAN_BLAKE2B_QUAD][LAN_BLAKE2B_HASH_BYTES],
                       const guint8 personal[LAN_BLAKE2B_PERSONAL_BYTES],
                       const LanBlake2bPart parts[LAN_BLAKE2B_QUAD], gsize head_len,
                       gsize data_len);

G_END_DECLS
