/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The input is one datagram. What decodes must encode to something that decodes to the same. */
#include "lan-beacon.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanBeacon beacon, again;
  guint8 bytes[LAN_BEACON_MAX_BYTES];
  gsize len;

  if (lan_beacon_decode (&beacon, data, size) != LAN_STATUS_OK)
    return 0;
  g_assert (g_utf8_validate (beacon.record.name, -1, NULL));
  len = lan_beacon_encode (&beacon, bytes);
  g_assert (lan_beacon_decode (&again, bytes, len) == LAN_STATUS_OK);
  g_assert (lan_discovery_record_equal (&beacon.record, &again.record));
  return 0;
}
