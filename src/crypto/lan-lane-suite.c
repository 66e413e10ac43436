/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-lane-suite.h"

#include "lan-bytes.h"

const LanLaneSuite *
lan_lane_suite_find (guint pattern)
{
  static const LanLaneSuite suites[] = {
    [LAN_LANE_PATTERN_XX] = { "XX", 1 << 1 | 1 << 2, FALSE, FALSE },
    [LAN_LANE_PATTERN_IK] = { "IK", 1 << 0 | 1 << 1, FALSE, TRUE },
    [LAN_LANE_PATTERN_XK] = { "XK", 1 << 1 | 1 << 2, FALSE, FALSE },
    [LAN_LANE_PATTERN_NK] = { "NK", 0, FALSE, TRUE },
    [LAN_LANE_PATTERN_NNPSK0] = { "NNpsk0", 0, TRUE, TRUE },
    [LAN_LANE_PATTERN_XXPSK0] = { "XXpsk0", 1 << 1 | 1 << 2, TRUE, FALSE },
  };

  if (pattern >= G_N_ELEMENTS (suites) || suites[pattern].noise == NULL)
    return NULL;
  return &suites[pattern];
}

gboolean
lan_lane_kind_is_stream (guint kind)
{
  return (kind >= LAN_LANE_KIND_PEER && kind <= LAN_LANE_KIND_SERVER) ||
         kind == LAN_LANE_KIND_DEVICE;
}

void
lan_lane_preamble_write (guint8 out[LAN_LANE_PREAMBLE_BYTES], guint kind, guint pattern,
                         const guint8 id[LAN_LANE_ID_BYTES])
{
  LanWriter w;

  lan_writer_init (&w, out, LAN_LANE_PREAMBLE_BYTES);
  lan_write_bytes (&w, "LY", 2);
  lan_write_u8 (&w, LAN_LANE_VERSION);
  lan_write_u8 (&w, (guint8) pattern);
  lan_write_u8 (&w, (guint8) kind);
  lan_write_bytes (&w, id, LAN_LANE_ID_BYTES);
}

void
lan_lane_prologue_write (guint8 out[LAN_LANE_PROLOGUE_BYTES], const guint8 *net_id,
                         const guint8 preamble[LAN_LANE_PREAMBLE_BYTES])
{
  LanWriter w;

  lan_writer_init (&w, out, LAN_LANE_PROLOGUE_BYTES);
  lan_write_bytes (&w, "LANYARD", 7);
  lan_write_u8 (&w, preamble[2]); /* version */
  lan_write_u8 (&w, preamble[4]); /* kind */
  lan_write_u8 (&w, preamble[3]); /* pattern */
  lan_write_u8 (&w, 0);           /* flags */
  if (net_id != NULL)
    lan_write_bytes (&w, net_id, LAN_NET_ID_BYTES);
  else
    lan_write_zeros (&w, LAN_NET_ID_BYTES);
  lan_write_bytes (&w, preamble, LAN_LANE_PREAMBLE_BYTES);
}
