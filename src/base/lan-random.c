/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-random.h"

#include <string.h>

void
lan_random_bytes (const LanRandom *random, void *out, gsize len)
{
  random->fill (random->data, out, len);
}

guint32
lan_random_u32 (const LanRandom *random)
{
  guint32 v;

  lan_random_bytes (random, &v, sizeof v);
  return v;
}

guint64
lan_random_u64 (const LanRandom *random)
{
  guint64 v;

  lan_random_bytes (random, &v, sizeof v);
  return v;
}

void
lan_random_message_id (const LanRandom *random, gint64 now_ms, LanMessageId *id)
{
  lan_random_bytes (random, id->b, sizeof id->b);
  for (guint i = 0; i < 6; i++)
    id->b[i] = (guint8) ((guint64) now_ms >> (8 * (5 - i)));
}

guint32
lan_random_below (const LanRandom *random, guint32 bound)
{
  guint32 limit, v;

  if (bound == 0)
    return 0;
  limit = G_MAXUINT32 - G_MAXUINT32 % bound;
  do
    v = lan_random_u32 (random);
  while (v >= limit);
  return v % bound;
}

/* splitmix64: one word of state, passes the usual batteries, and easy to write in any language
 * that wants to reproduce a run. */
static guint64
next_word (LanSeededRandom *s)
{
  guint64 z = (s->state += 0x9e3779b97f4a7c15u);

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static void
fill_seeded (gpointer data, guint8 *out, gsize len)
{
  while (len > 0) {
    guint64 word = GUINT64_TO_LE (next_word (data));
    gsize n = MIN (len, sizeof word);

    memcpy (out, &word, n);
    out += n;
    len -= n;
  }
}

void
lan_seeded_random_init (LanSeededRandom *s, guint64 seed)
{
  s->base = (LanRandom){ .fill = fill_seeded, .data = s };
  s->state = seed;
}
