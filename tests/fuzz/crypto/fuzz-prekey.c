/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Prekeys. Byte 0: 0 a signed one, 1 a one-time one, 2 an entry of the ring. */
#include "lan-prekey-ring.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
on_signed (const guint8 *data, gsize size)
{
  static LanDeviceKeys *device;
  LanSeededRandom random;
  LanAccountId account = { { 1 } };
  LanPrekey prekey;

  if (device == NULL) {
    lan_seeded_random_init (&random, 79);
    device = lan_device_keys_new (&account, &random.base);
  }
  if (lan_prekey_verify (&prekey, lan_device_keys_sign_public (device), data, size) ==
      LAN_STATUS_OK) {
    g_assert (size == LAN_PREKEY_BYTES && prekey.id != 0 && prekey.made_s < prekey.expires_s);
    if (prekey.expires_s - prekey.made_s <= LAN_PREKEY_LIFE_SECONDS)
      g_assert (lan_prekey_check_time (&prekey, prekey.made_s, 0) == LAN_STATUS_OK);
  }
}

static void
on_one_time (const guint8 *data, gsize size)
{
  guint8 again[LAN_ONE_TIME_BYTES];
  LanOneTimePrekey prekey;

  if (lan_one_time_decode (&prekey, data, size) != LAN_STATUS_OK)
    return;
  lan_one_time_encode (&prekey, again);
  g_assert (size == sizeof again && memcmp (again, data, size) == 0);
}

static void
on_ring (const guint8 *data, gsize size)
{
  g_autoptr (LanPrekeyRing) ring = lan_prekey_ring_new ();
  g_autoptr (GBytes) again = NULL;
  LanRingEntry entry;

  if (lan_prekey_ring_load (ring, data, size) != LAN_STATUS_OK)
    return;
  g_assert (lan_prekey_ring_load (ring, data, size) == LAN_STATUS_STATE);
  lan_prekey_ring_get (ring, 0, &entry);
  again = lan_prekey_ring_save (ring, entry.kind, entry.id);
  g_assert (g_bytes_get_size (again) == size &&
            memcmp (g_bytes_get_data (again, NULL), data, size) == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size >= 1 && data[0] == 0)
    on_signed (data + 1, size - 1);
  else if (size >= 1 && data[0] == 1)
    on_one_time (data + 1, size - 1);
  else if (size >= 1)
    on_ring (data + 1, size - 1);
  return 0;
}
