/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-blake2b-quad.h"

#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)

#define BLOCK_BYTES 128
#define ROUNDS      12
#define PARAMETERS  0x01010020 /* 32 bytes of hash, no key, fanout and depth 1 */

/* Everything below is compiled for AVX2, and runs only where it is there. */
#define WIDE       __attribute__ ((target ("avx2")))
#define WIDE_SMALL static inline __attribute__ ((always_inline, target ("avx2")))

/* The same word of the four messages. */
typedef guint64 Words __attribute__ ((vector_size (32)));
typedef guint32 Halves __attribute__ ((vector_size (32)));
typedef guint8 Bytes __attribute__ ((vector_size (32)));

static const guint64 start[8] = {
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* Which word of the block goes where (RFC 7693 2.7). */
static const guint8 order[ROUNDS][16] = {
  { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
  { 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
  { 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
  { 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
  { 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
  { 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
  { 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
  { 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
  { 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
  { 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
  { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
  { 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
};

/* ---- rotations to the right: by whole bytes they are one shuffle ---- */

WIDE_SMALL Words
turn_32 (Words x)
{
  Halves h = (Halves) x;

  return (Words) __builtin_shufflevector (h, h, 1, 0, 3, 2, 5, 4, 7, 6);
}

WIDE_SMALL Words
turn_24 (Words x)
{
  Bytes b = (Bytes) x;

  return (Words) __builtin_shufflevector (b, b, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9,
                                          10, 19, 20, 21, 22, 23, 16, 17, 18, 27, 28, 29, 30, 31,
                                          24, 25, 26);
}

WIDE_SMALL Words
turn_16 (Words x)
{
  Bytes b = (Bytes) x;

  return (Words) __builtin_shufflevector (b, b, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8,
                                          9, 18, 19, 20, 21, 22, 23, 16, 17, 26, 27, 28, 29, 30, 31,
                                          24, 25);
}

WIDE_SMALL Words
turn_63 (Words x)
{
  return x >> 63 | (x + x);
}

/* ---- one block of each ---- */

WIDE_SMALL void
mix (Words *a, Words *b, Words *c, Words *d, Words x, Words y)
{
  *a += *b + x;
  *d = turn_32 (*d ^ *a);
  *c += *d;
  *b = turn_24 (*b ^ *c);
  *a += *b + y;
  *d = turn_16 (*d ^ *a);
  *c += *d;
  *b = turn_63 (*b ^ *c);
}

/* Four words of each message, turned so that the same words stand together. */
WIDE_SMALL void
load_four (Words m[4], const guint8 *const p[4], gsize at)
{
  Words row[4], ab, AB, cd, CD;

  for (guint i = 0; i < 4; i++)
    memcpy (&row[i], p[i] + at, sizeof row[i]);
  ab = __builtin_shufflevector (row[0], row[1], 0, 4, 2, 6);
  AB = __builtin_shufflevector (row[0], row[1], 1, 5, 3, 7);
  cd = __builtin_shufflevector (row[2], row[3], 0, 4, 2, 6);
  CD = __builtin_shufflevector (row[2], row[3], 1, 5, 3, 7);
  m[0] = __builtin_shufflevector (ab, cd, 0, 1, 4, 5);
  m[1] = __builtin_shufflevector (AB, CD, 0, 1, 4, 5);
  m[2] = __builtin_shufflevector (ab, cd, 2, 3, 6, 7);
  m[3] = __builtin_shufflevector (AB, CD, 2, 3, 6, 7);
}

WIDE_SMALL Words
same (guint64 x)
{
  return (Words){ x, x, x, x };
}

/* @end: bytes up to the end of this block. */
WIDE_SMALL void
compress (Words h[8], const guint8 *const p[4], guint64 end, gboolean is_last)
{
  Words m[16], v[16];

  for (guint i = 0; i < 4; i++)
    load_four (m + 4 * i, p, 32 * i);
  for (guint i = 0; i < 8; i++) {
    v[i] = h[i];
    v[i + 8] = same (start[i]);
  }
  v[12] ^= same (end);
  v[14] ^= same (is_last ? G_MAXUINT64 : 0);
#pragma GCC unroll 12
  for (guint r = 0; r < ROUNDS; r++) {
    const guint8 *s = order[r];

    mix (&v[0], &v[4], &v[8], &v[12], m[s[0]], m[s[1]]);
    mix (&v[1], &v[5], &v[9], &v[13], m[s[2]], m[s[3]]);
    mix (&v[2], &v[6], &v[10], &v[14], m[s[4]], m[s[5]]);
    mix (&v[3], &v[7], &v[11], &v[15], m[s[6]], m[s[7]]);
    mix (&v[0], &v[5], &v[10], &v[15], m[s[8]], m[s[9]]);
    mix (&v[1], &v[6], &v[11], &v[12], m[s[10]], m[s[11]]);
    mix (&v[2], &v[7], &v[8], &v[13], m[s[12]], m[s[13]]);
    mix (&v[3], &v[4], &v[9], &v[14], m[s[14]], m[s[15]]);
  }
  for (guint i = 0; i < 8; i++)
    h[i] ^= v[i] ^ v[i + 8];
}

/* ---- whole messages ---- */

/* Blocks that lie whole in the data, from *@at on; the last one is never among them. */
WIDE static void
eat_data (Words h[8], const LanBlake2bPart parts[4], gsize head_len, gsize data_len, gsize *at)
{
  const guint8 *p[4];

  for (guint i = 0; i < 4; i++)
    p[i] = parts[i].data + *at;
  for (; data_len - *at > BLOCK_BYTES; *at += BLOCK_BYTES) {
    compress (h, p, head_len + *at + BLOCK_BYTES, FALSE);
    for (guint i = 0; i < 4; i++)
      p[i] += BLOCK_BYTES;
  }
}

/* What is left from @at on, padded; @head_len: of a head in front of it. */
WIDE static void
eat_padded (Words h[8], const LanBlake2bPart parts[4], gsize head_len, gsize at, gsize n,
            guint64 end, gboolean is_last)
{
  guint8 block[4][BLOCK_BYTES];
  const guint8 *p[4] = { block[0], block[1], block[2], block[3] };

  memset (block, 0, sizeof block);
  for (guint i = 0; i < 4; i++) {
    memcpy (block[i], parts[i].head, head_len);
    if (n > 0)
      memcpy (block[i] + head_len, parts[i].data + at, n);
  }
  compress (h, p, end, is_last);
}

gboolean
lan_blake2b_quad_works (void)
{
  return __builtin_cpu_supports ("avx2") != 0;
}

WIDE void
lan_blake2b_quad (guint8 out[LAN_BLAKE2B_QUAD][LAN_BLAKE2B_HASH_BYTES],
                  const guint8 personal[LAN_BLAKE2B_PERSONAL_BYTES],
                  const LanBlake2bPart parts[LAN_BLAKE2B_QUAD], gsize head_len, gsize data_len)
{
  guint64 total = head_len + data_len, name[2];
  gsize at = MIN (BLOCK_BYTES - head_len, data_len);
  Words h[8];

  memcpy (name, personal, sizeof name);
  for (guint i = 0; i < 8; i++)
    h[i] = same (start[i] ^ (i == 0 ? PARAMETERS : i >= 6 ? name[i - 6] : 0));
  eat_padded (h, parts, head_len, 0, at, head_len + at, at == data_len);
  if (at < data_len) {
    eat_data (h, parts, head_len, data_len, &at);
    eat_padded (h, parts, 0, at, data_len - at, total, TRUE);
  }
  for (guint i = 0; i < LAN_BLAKE2B_HASH_BYTES / 8; i++) {
    for (guint k = 0; k < 4; k++) {
      guint64 word = h[i][k];

      memcpy (out[k] + 8 * i, &word, sizeof word);
    }
  }
}

#else

gboolean
lan_blake2b_quad_works (void)
{
  return FALSE;
}

void
lan_blake2b_quad (guint8 out[LAN_BLAKE2B_QUAD][LAN_BLAKE2B_HASH_BYTES],
                  const guint8 personal[LAN_BLAKE2B_PERSONAL_BYTES],
                  const LanBlake2bPart parts[LAN_BLAKE2B_QUAD], gsize head_len, gsize data_len)
{
  g_return_if_reached (); /* lan_blake2b_quad_works() said no */
}

#endif
