/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where random bytes come from is a parameter, so that a test can replay a run from its seed.
 * The production source is crypto's (lan_random_system); the seeded one here is for tests only
 * and predictable by design. A source is used from one thread at a time.
 */
#pragma once

#include "lan-id.h"

G_BEGIN_DECLS

typedef struct {
  void (*fill) (gpointer data, guint8 *out, gsize len);
  gpointer data;
} LanRandom;

typedef struct {
  LanRandom base; /* pass &seeded.base */
  guint64 state;
} LanSeededRandom;

void lan_random_bytes (const LanRandom *random, void *out, gsize len);
guint32 lan_random_u32 (const LanRandom *random);
guint64 lan_random_u64 (const LanRandom *random);

/**
 * A new message's id: the six bytes of @now_ms (Unix milliseconds, greatest first), then random ones. That
 * neighbours in time are neighbours in an index is worth much to whoever keeps a million.
 */
void lan_random_message_id (const LanRandom *random, gint64 now_ms, LanMessageId *id);

/** A number in [0, bound), without modulo bias; 0 when @bound is 0. */
guint32 lan_random_below (const LanRandom *random, guint32 bound);

/** Initialises a predictable source for tests; @s must not move afterwards. */
void lan_seeded_random_init (LanSeededRandom *s, guint64 seed);

G_END_DECLS
