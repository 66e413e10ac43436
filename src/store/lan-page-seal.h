/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The seal on one unit of a database file (DESIGN section 9): XChaCha20-Poly1305 with a random
 * nonce, bound to the kind of file and the place in it, so that a unit moved elsewhere does not
 * open. Private to the store. Any thread; a seal is never changed after it was made.
 *
 *   sealed bytes (as many as plain ones) | trailer: nonce 24 | tag 16
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_PAGE_TRAILER_BYTES 40
#define LAN_PAGE_KEY_BYTES     32

/* Append-only: part of the associated data of what is on people's disks. */
typedef enum {
  LAN_PAGE_KIND_MAIN = 1,
  LAN_PAGE_KIND_WAL = 2,
  LAN_PAGE_KIND_JOURNAL = 3,
  LAN_PAGE_KIND_TEMP = 4,
} LanPageKind;

typedef struct _LanPageSeal LanPageSeal;

/** @key: 32 bytes, the database key; kept in locked memory. Returns: (transfer full). */
LanPageSeal *lan_page_seal_new (const guint8 *key) G_GNUC_WARN_UNUSED_RESULT;

/**
 * A seal that neither hides nor checks: lets tests and fuzzing damage what lies under the seal.
 * Returns: (transfer full).
 */
LanPageSeal *lan_page_seal_new_open (void) G_GNUC_WARN_UNUSED_RESULT;

/** Wipes the key. NULL is fine. */
void lan_page_seal_free (LanPageSeal *seal);

/** Seals @len bytes of @plain to @sealed (may be the same place) and fills the 40-byte @trailer. */
void lan_page_seal_close (const LanPageSeal *seal, LanPageKind kind, guint64 offset,
                          const guint8 *plain, gsize len, guint8 *sealed, guint8 *trailer);

/** Opens @len bytes of @sealed to @plain; FALSE, with @plain zeroed, when they are not genuine. */
gboolean lan_page_seal_open (const LanPageSeal *seal, LanPageKind kind, guint64 offset,
                             const guint8 *sealed, gsize len, const guint8 *trailer,
                             guint8 *plain) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPageSeal, lan_page_seal_free)

G_END_DECLS
