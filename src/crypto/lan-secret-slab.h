/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Guarded memory for short-lived secrets of one size. Locking pages and guarding each side of them costs a
 * dozen system calls; a server that shakes hands thousands of times a second spends more on that than on a
 * key exchange. Here many secrets of one kind share a guarded allocation, whose neighbours
 * cannot be read or written either, and each is wiped when it is given back.
 *
 *   static LanSecretSlab slab = { .size = sizeof (Keys) };
 *   take() --> zeroed --> give()
 *
 * Under AddressSanitizer every secret has an allocation of its own, so that misuse is seen. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LanSecretBlock LanSecretBlock;

/* Static, zero but for its size; never freed. */
typedef struct {
  gsize size; /* of one secret, bytes */
  /*< private >*/
  GMutex lock;
  LanSecretBlock *blocks; /* with room, the newest first */
  guint empty;            /* of them without a secret */
} LanSecretSlab;

/** Returns: (transfer full): zeroed memory for one secret; aborts when there is none. */
gpointer lan_secret_slab_take (LanSecretSlab *slab) G_GNUC_WARN_UNUSED_RESULT;

/** Wipes @secret (nullable) and takes it back. */
void lan_secret_slab_give (LanSecretSlab *slab, gpointer secret);

G_END_DECLS
