/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What one core does of hashing, sealing and copying, in MB/s: the limits that files.py compares with. */
#include "lan-tree-hash.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define LEAF   LAN_TREE_LEAF_BYTES
#define RECORD 65000
#define US     700000

static double
measure (void (*work) (guint8 *data, guint8 *out))
{
  guint8 *data = g_malloc (LEAF), *out = g_malloc (LEAF + 64);
  gint64 start = g_get_monotonic_time (), now;
  guint64 bytes = 0;

  randombytes_buf (data, LEAF);
  do {
    work (data, out);
    bytes += LEAF;
    now = g_get_monotonic_time ();
  } while (now - start < US);
  g_free (data);
  g_free (out);
  return (double) bytes / (double) (now - start);
}

static void
hash (guint8 *data, guint8 *out)
{
  LanHash leaf;

  lan_tree_leaf (&leaf, 1, data, LEAF);
  memcpy (out, leaf.b, sizeof leaf.b);
}

static void
seal (guint8 *data, guint8 *out)
{
  static const guint8 key[32], nonce[12];

  for (gsize at = 0; at < LEAF; at += RECORD)
    crypto_aead_chacha20poly1305_ietf_encrypt (out, NULL, data + at, MIN (RECORD, LEAF - at), NULL,
                                               0, NULL, nonce, key);
}

static void
copy (guint8 *data, guint8 *out)
{
  memcpy (out, data, LEAF);
  data[0]++;
}

int
main (void)
{
  lan_crypto_init ();
  printf ("hash %.1f\nseal %.1f\ncopy %.1f\n", measure (hash), measure (seal), measure (copy));
  return 0;
}
