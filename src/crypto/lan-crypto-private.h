/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the signed objects of this module share: guarded memory, signing with a tag, and the eight
 * bytes with which each layout begins. Private to this module.
 */
#pragma once

#include "lan-bytes.h"
#include "lan-crypto.h"

G_BEGIN_DECLS

#define LAN_LAYOUT_VERSION 1 /* of every layout that begins with lan_write_head() */

/** Returns: zeroed, locked memory that sodium_free() wipes; aborts when there is none. */
gpointer lan_guarded_new (gsize size);

/** Signs tag || data with libsodium's 64-byte secret key. */
void lan_sign_tagged (const guint8 *secret, LanSignTag tag, const guint8 *data, gsize len,
                      guint8 sig[LAN_SIGNATURE_BYTES]);

void lan_write_head (LanWriter *w, const char *magic, guint8 a, guint8 b, guint8 c);

/** Reads magic, version 1 and the three bytes after it. TRUNCATED, MALFORMED, VERSION. */
LanStatus lan_read_head (LanReader *r, const char *magic, guint8 bytes[3]);

/** A signed layout's end: 64 bytes are left for the signature, and nothing else. */
LanStatus lan_read_signature_end (LanReader *r);

/** Reads a u64 of Unix seconds; -1 when it is beyond gint64. */
gint64 lan_read_time (LanReader *r);

G_END_DECLS
