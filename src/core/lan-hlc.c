/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hlc.h"

#include "lan-record.h"

guint64
lan_hlc_from_ms (gint64 wall_ms)
{
  return MIN ((guint64) MAX (wall_ms, 0), (LAN_HLC_MAX >> 16) - 1) << 16;
}

gint64
lan_hlc_to_ms (guint64 hlc)
{
  return (gint64) (hlc >> 16);
}

guint64
lan_hlc_tick (LanHlc *clock, gint64 wall_ms, guint64 floor)
{
  guint64 next = MAX (lan_hlc_from_ms (wall_ms), MAX (clock->last, floor) + 1);

  next = MIN (next, LAN_HLC_MAX - 1);
  /* A log of our own that ran ahead with a wrong clock does not take the clock with it. */
  if (lan_hlc_to_ms (next) - LAN_HLC_TOLERANCE_MS <= wall_ms)
    clock->last = next;
  return next;
}

gboolean
lan_hlc_merge (LanHlc *clock, guint64 remote, gint64 wall_ms)
{
  if (lan_hlc_to_ms (remote) - LAN_HLC_TOLERANCE_MS > wall_ms)
    return FALSE;
  clock->last = MAX (clock->last, remote);
  return TRUE;
}
