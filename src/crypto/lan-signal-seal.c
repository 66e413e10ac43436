/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-signal-seal.h"

#include "lan-bytes.h"
#include "lan-lane-suite.h"
#include "lan-noise.h"

#include <string.h>

#define HEAD_BYTES (LAN_TS_BYTES + LAN_LINK_ID_BYTES)

static LanNoise *
begin (const guint8 *own_secret, const guint8 *remote_public, const LanRandom *random)
{
  static const guint8 no_id[LAN_LANE_ID_BYTES];
  guint8 preamble[LAN_LANE_PREAMBLE_BYTES], prologue[LAN_LANE_PROLOGUE_BYTES];
  LanNoiseConfig config = {
    .pattern = "X",
    .is_initiator = remote_public != NULL,
    .prologue = prologue,
    .prologue_len = sizeof prologue,
    .local_secret = own_secret,
    .remote_public = remote_public,
    .random = random,
  };

  lan_lane_preamble_write (preamble, LAN_LANE_KIND_SIGNAL, LAN_LANE_PATTERN_X, no_id);
  lan_lane_prologue_write (prologue, NULL, preamble);
  return lan_noise_new (&config);
}

GBytes *
lan_signal_seal (const guint8 own_secret[LAN_KEY_BYTES], const guint8 remote_public[LAN_KEY_BYTES],
                 const guint8 ts[LAN_TS_BYTES], const LanLinkId *link_id, GBytes *frame,
                 const LanRandom *random)
{
  guint8 payload[LAN_SIGNAL_SEAL_MAX], out[LAN_SIGNAL_SEAL_MAX];
  g_autoptr (LanNoise) noise = NULL;
  gsize len, out_len;
  const guint8 *bytes = g_bytes_get_data (frame, &len);
  LanStatus status;

  if (len == 0 || len > LAN_SIGNAL_SEAL_FRAME_MAX)
    return NULL;
  noise = begin (own_secret, remote_public, random);
  if (noise == NULL)
    return NULL;
  memcpy (payload, ts, LAN_TS_BYTES);
  memcpy (payload + LAN_TS_BYTES, link_id->b, LAN_LINK_ID_BYTES);
  memcpy (payload + HEAD_BYTES, bytes, len);
  status = lan_noise_write (noise, payload, HEAD_BYTES + len, out, sizeof out, &out_len);
  return status == LAN_STATUS_OK ? g_bytes_new (out, out_len) : NULL;
}

LanStatus
lan_signal_open (const guint8 own_secret[LAN_KEY_BYTES], const guint8 *data, gsize len,
                 const LanRandom *random, LanSignalOpened *opened)
{
  guint8 payload[LAN_SIGNAL_SEAL_MAX];
  g_autoptr (LanNoise) noise = NULL;
  gsize payload_len;
  LanStatus status;

  if (len <= LAN_SIGNAL_SEAL_OVERHEAD)
    return LAN_STATUS_TRUNCATED;
  if (len > LAN_SIGNAL_SEAL_MAX)
    return LAN_STATUS_OVERSIZED;
  noise = begin (own_secret, NULL, random);
  if (noise == NULL)
    return LAN_STATUS_AUTH;
  status = lan_noise_read (noise, data, len, payload, &payload_len);
  if (status != LAN_STATUS_OK)
    return status;
  memcpy (opened->sender, lan_noise_remote_static (noise), LAN_KEY_BYTES);
  memcpy (opened->ts, payload, LAN_TS_BYTES);
  memcpy (opened->link_id.b, payload + LAN_TS_BYTES, LAN_LINK_ID_BYTES);
  opened->frame = g_bytes_new (payload + HEAD_BYTES, payload_len - HEAD_BYTES);
  return LAN_STATUS_OK;
}

void
lan_signal_opened_clear (LanSignalOpened *opened)
{
  g_clear_pointer (&opened->frame, g_bytes_unref);
}
