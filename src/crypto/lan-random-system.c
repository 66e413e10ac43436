/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-random-system.h"

#include "lan-crypto.h"

#include <sodium.h>

static void
fill_system (gpointer data, guint8 *out, gsize len)
{
  randombytes_buf (out, len);
}

const LanRandom *
lan_random_system (void)
{
  static const LanRandom source = { .fill = fill_system };

  lan_crypto_init ();
  return &source;
}
