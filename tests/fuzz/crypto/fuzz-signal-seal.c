/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A sealed signal as a carrier hands it over. The input is either the sealed bytes, or, behind a
 * first byte of 0, a frame that is sealed here first, with the rest of that byte's place flipped.
 */
#include "lan-identity.h"
#include "lan-signal-seal.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const guint8 own[32] = { 7 }, other[32] = { 3 };

static GBytes *
seal (const guint8 *data, gsize size, const LanRandom *random)
{
  static const guint8 ts[LAN_TS_BYTES] = { 1 };
  static const LanLinkId link_id = { { 2 } };
  g_autoptr (GBytes) frame = g_bytes_new_static (data, size);
  guint8 own_public[32];

  lan_dh_public_from_secret (own_public, own);
  return lan_signal_seal (other, own_public, ts, &link_id, frame, random);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (LanSignalOpened) opened = { { 0 } };
  g_autoptr (GBytes) sealed = NULL;
  LanSeededRandom random;
  LanStatus status;

  lan_seeded_random_init (&random, 1);
  if (size > 0 && data[0] == 0)
    sealed = seal (data + 1, size - 1, &random.base);
  else
    sealed = g_bytes_new (data, size);
  if (sealed == NULL)
    return 0;
  status = lan_signal_open (own, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed),
                            &random.base, &opened);
  if (size > 0 && data[0] == 0)
    g_assert (status == LAN_STATUS_OK &&
              memcmp (g_bytes_get_data (opened.frame, NULL), data + 1, size - 1) == 0);
  return 0;
}
