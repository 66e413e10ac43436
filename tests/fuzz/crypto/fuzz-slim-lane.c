/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The slim lane of a server. Byte 0: 0 raw bytes, else each piece is one record's plaintext, sealed
 * by a peer who holds the keys. Byte 1: how many bytes a feed has. The rest is the attack.
 */
#include "lan-deadlines.h"
#include "lan-identity.h"
#include "lan-lane-private.h"
#include "lan-slim-lane.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
on_accept (gpointer data, LanLaneKind kind, LanLanePattern pattern)
{
  return TRUE;
}

static const LanLaneListener callbacks = { .accept = on_accept };

static gboolean
move (LanLane *from, LanLane *to)
{
  g_autoptr (GBytes) bytes = lan_lane_take_output (from);
  LanLaneEvent event;
  const guint8 *data;
  gsize len;

  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &len);
  g_assert (lan_lane_feed (to, data, len, 0) == LAN_STATUS_OK);
  while (lan_lane_next_event (to, &event))
    lan_lane_event_clear (&event);
  return TRUE;
}

static void
on_frame (gpointer user_data, const guint8 *frame, gsize len)
{
  g_assert (len > 0 && len <= LAN_LANE_FRAME_MAX);
  *(guint *) user_data += frame[0] + frame[len - 1];
}

static void
attack (LanSlimLane *lane, LanRecordFlow flow, gboolean is_sealed, const guint8 *data, gsize size,
        gsize chunk)
{
  guint sum = 0;

  for (gsize at = 0, n; at < size; at += n) {
    guint8 record[2 + 256 + LAN_CIPHER_TAG_BYTES];
    gsize len;

    n = MIN (chunk, size - at);
    len = n;
    if (is_sealed) {
      n = MIN (n, 255);
      record[0] = (guint8) ((n + LAN_CIPHER_TAG_BYTES) >> 8);
      record[1] = (guint8) (n + LAN_CIPHER_TAG_BYTES);
      if (lan_cipher_seal (&flow.cipher, NULL, 0, data + at, n, record + 2) != LAN_STATUS_OK)
        break;
      if (data[at] == LAN_RECORD_REKEY)
        lan_cipher_rekey (&flow.cipher);
      len = 2 + n + LAN_CIPHER_TAG_BYTES;
    } else {
      memcpy (record, data + at, n);
    }
    for (gsize from = 0, part; from < len; from += part) {
      g_autofree guint8 *exact = NULL;

      part = MIN (len - from, chunk % 7 == 0 ? 3 : len);
      exact = g_memdup2 (record + from, part);
      if (lan_slim_lane_feed (lane, exact, part, (gint64) at, on_frame, &sum) != LAN_STATUS_OK)
        g_assert (lan_slim_lane_state (lane) == LAN_SLIM_LANE_FAILED);
    }
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint8 secrets[2][LAN_KEY_BYTES] = { { 1 }, { 2 } }, remote[LAN_KEY_BYTES];
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (LanSlimPool) pool = lan_slim_pool_new ();
  LanLane *dialer, *listener;
  LanSeededRandom random;
  LanLaneConfig config;
  LanSlimLane *lane;

  if (size < 2 || size > 200000)
    return 0;
  lan_seeded_random_init (&random, 1);
  lan_dh_public_from_secret (remote, secrets[0]);
  config = (LanLaneConfig){ .kind = LAN_LANE_KIND_SERVER,
                            .pattern = LAN_LANE_PATTERN_XK,
                            .remote_public = remote,
                            .listener = &callbacks,
                            .local_secret = secrets[1],
                            .random = &random.base };
  dialer = lan_lane_new_dialer (&config, 0);
  config.local_secret = secrets[0];
  listener = lan_lane_new_listener (&config, 0);
  while (move (dialer, listener) || move (listener, dialer))
    ;
  lane = lan_slim_lane_adopt (pool, listener, 0);
  g_assert (lane != NULL);
  attack (lane, dialer->secrets->send, data[0] != 0, data + 2, size - 2, (gsize) data[1] % 256 + 1);
  if (lan_slim_lane_state (lane) != LAN_SLIM_LANE_FAILED)
    g_assert (lan_slim_lane_send (lane, (const guint8 *) "x", 1, 0, out) == LAN_STATUS_OK);
  if (size % 2 == 0)
    lan_slim_lane_end (lane, out);
  else
    lan_slim_lane_abort (lane, 1, out);
  lan_slim_lane_free (pool, lane);
  lan_lane_free (listener);
  lan_lane_free (dialer);
  return 0;
}
