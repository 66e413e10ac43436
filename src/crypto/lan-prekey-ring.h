/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The secret halves of a device's prekeys, in guarded memory: the signed ones, of which the newest
 * is current and the others wait for late mail, and the one-time ones. An entry goes to disk and
 * back as 53 bytes: kind u8 | id u32 | secret 32 | made u64 | replaced u64 (Unix s, 0: current),
 * which must lie in sealed storage only. Bounded. One thread.
 */
#pragma once

#include "lan-prekey.h"

G_BEGIN_DECLS

#define LAN_RING_ENTRY_BYTES  53
#define LAN_RING_SIGNED_MAX   16
#define LAN_RING_ONE_TIME_MAX 400

/* Append-only: on disk. */
typedef enum {
  LAN_RING_SIGNED = 1,
  LAN_RING_ONE_TIME = 2,
} LanRingKind;

typedef struct {
  LanRingKind kind;
  guint32 id;
  gint64 made_s;
  gint64 replaced_s; /* 0: current, or one-time */
} LanRingEntry;

typedef struct _LanPrekeyRing LanPrekeyRing;

LanPrekeyRing *lan_prekey_ring_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_prekey_ring_free (LanPrekeyRing *ring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPrekeyRing, lan_prekey_ring_free)

/** Makes a key of an id not in use and keeps it; FALSE when full. @public_key: (out). */
gboolean lan_prekey_ring_make (LanPrekeyRing *ring, LanRingKind kind, gint64 now_s,
                               const LanRandom *random, guint32 *id,
                               guint8 public_key[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (nullable) (transfer none): the secret. */
const guint8 *lan_prekey_ring_find (const LanPrekeyRing *ring, LanRingKind kind, guint32 id);

/** Wipes one. */
void lan_prekey_ring_remove (LanPrekeyRing *ring, LanRingKind kind, guint32 id);

void lan_prekey_ring_set_replaced (LanPrekeyRing *ring, guint32 signed_id, gint64 replaced_s);

guint lan_prekey_ring_count (const LanPrekeyRing *ring);
/** @index: 0 to count - 1, in no order; changes with every make and remove. */
void lan_prekey_ring_get (const LanPrekeyRing *ring, guint index, LanRingEntry *entry);

/** FALSE: no signed one is current. Of several the newest is. */
gboolean lan_prekey_ring_current (const LanPrekeyRing *ring, LanRingEntry *entry);

/** Returns: (transfer full) (nullable): the entry for sealed storage; its memory is wiped when freed. */
GBytes *lan_prekey_ring_save (const LanPrekeyRing *ring, LanRingKind kind,
                              guint32 id) G_GNUC_WARN_UNUSED_RESULT;
/** LAN_STATUS_STATE: that id is there; LIMIT: full. */
LanStatus lan_prekey_ring_load (LanPrekeyRing *ring, const guint8 *data,
                                gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
