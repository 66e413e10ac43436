/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Content that is too large for an envelope, sealed for a store that is not trusted (SECURITY section 5): cut into
 * pieces, each sealed for itself, so that it can be put there and fetched piece by piece, and any piece that was
 * changed, swapped or taken from elsewhere is noticed at once.
 *
 *   key = KDF(random key, "LY1-blob", sealed size u64)      nonce of piece i = 0^4 || i u64
 *   piece = AEAD(up to 32,752 bytes of the padded content)
 *   root = tree hash of the sealed pieces, leaves of 32,768 bytes (lan-tree-hash.h)
 *
 * The content is padded with zeros, so that its size says little. A random key seals one content, once: whoever seals
 * again must seal the same bytes. Any thread.
 */
#pragma once

#include "lan-cipher.h"

G_BEGIN_DECLS

#define LAN_BLOB_PIECE_BYTES 32768
#define LAN_BLOB_PLAIN_BYTES (LAN_BLOB_PIECE_BYTES - LAN_CIPHER_TAG_BYTES)
#define LAN_BLOB_MAX_BYTES   (G_GUINT64_CONSTANT (1) << 40)

/** Returns: @plain bytes with their padding: a multiple of 256 up to 4 KiB, then at most 12 % more. */
guint64 lan_blob_padded (guint64 plain);

/** Returns: bytes of all pieces of @padded bytes. */
guint64 lan_blob_sealed (guint64 padded);

/** Fills @padded from the bytes of all pieces; FALSE: no content gives as many. */
gboolean lan_blob_unsealed (guint64 sealed, guint64 *padded);

/** Returns: pieces of a blob of @sealed bytes. */
guint64 lan_blob_pieces (guint64 sealed);

/** Writes @len + 16 bytes to @out; @sealed: bytes of all pieces. */
void lan_blob_seal (const guint8 key[LAN_KEY_BYTES], guint64 sealed, guint64 piece,
                    const guint8 *plain, gsize len, guint8 *out);

/** Writes @len - 16 bytes to @out. AUTH: it is not that piece of that blob; TRUNCATED. */
LanStatus lan_blob_open (const guint8 key[LAN_KEY_BYTES], guint64 sealed, guint64 piece,
                         const guint8 *data, gsize len, guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
