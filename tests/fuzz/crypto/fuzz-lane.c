/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The lane machine, both roles. Byte 0: bit 0 the role that is attacked (0: listener), bits 1-3 the
 * pattern, bits 4-5 the stage: 0 nothing has come, 1 the honest first flight has, 2 established and
 * attacked with raw bytes, 3 established and attacked by a peer who holds the keys (each piece is
 * one record's plaintext). Byte 1: how many bytes a feed has. The rest is the attack.
 */
#include "lan-deadlines.h"
#include "lan-identity.h"
#include "lan-lane-private.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const LanLanePattern patterns[8] = {
  LAN_LANE_PATTERN_XX,     LAN_LANE_PATTERN_IK,     LAN_LANE_PATTERN_XK, LAN_LANE_PATTERN_NK,
  LAN_LANE_PATTERN_NNPSK0, LAN_LANE_PATTERN_XXPSK0, LAN_LANE_PATTERN_IK, LAN_LANE_PATTERN_XX,
};

static gboolean
on_accept (gpointer data, LanLaneKind kind, LanLanePattern pattern)
{
  return kind != LAN_LANE_KIND_SERVER;
}

static gboolean
on_check_known (gpointer data, const guint8 remote_static[LAN_KEY_BYTES], const LanHello *hello)
{
  return hello->ts[0] == 0;
}

static gboolean
on_find_psk (gpointer data, LanLaneKind kind, const guint8 lane_id[LAN_LANE_ID_BYTES],
             guint8 psk[LAN_KEY_BYTES])
{
  memset (psk, 9, LAN_KEY_BYTES);
  return lane_id[0] == 0;
}

static gboolean
on_use_psk (gpointer data, LanLaneKind kind, const guint8 lane_id[LAN_LANE_ID_BYTES])
{
  return TRUE;
}

static const LanLaneListener callbacks = { on_accept, on_check_known, on_find_psk, on_use_psk };

static void
drain (LanLane *lane)
{
  LanLaneEvent event;

  while (lan_lane_next_event (lane, &event)) {
    if (event.type == LAN_LANE_FRAME)
      g_assert (g_bytes_get_size (event.frame) <= LAN_LANE_FRAME_MAX);
    lan_lane_event_clear (&event);
  }
}

static gboolean
move (LanLane *from, LanLane *to)
{
  g_autoptr (GBytes) bytes = lan_lane_take_output (from);
  gsize len;
  const guint8 *data;

  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &len);
  g_assert (lan_lane_feed (to, data, len, 0) == LAN_STATUS_OK);
  drain (to);
  return TRUE;
}

static void
attack_raw (LanLane *lane, const guint8 *data, gsize size, gsize chunk)
{
  for (gsize at = 0, n; at < size; at += n) {
    g_autofree guint8 *exact = NULL;

    n = MIN (chunk, size - at);
    exact = g_memdup2 (data + at, n);
    if (lan_lane_feed (lane, exact, n, (gint64) at) != LAN_STATUS_OK)
      break;
    drain (lane);
  }
}

/* As a peer who holds the keys and writes whatever it likes into its records. */
static void
attack_sealed (LanLane *lane, LanRecordFlow flow, const guint8 *data, gsize size, gsize chunk)
{
  for (gsize at = 0, n; at < size && !lan_lane_is_failed (lane); at += n) {
    guint8 record[2 + 256 + LAN_CIPHER_TAG_BYTES];

    n = MIN (MIN (chunk, 255), size - at);
    record[0] = (guint8) ((n + LAN_CIPHER_TAG_BYTES) >> 8);
    record[1] = (guint8) (n + LAN_CIPHER_TAG_BYTES);
    if (lan_cipher_seal (&flow.cipher, NULL, 0, data + at, n, record + 2) != LAN_STATUS_OK)
      break;
    if (n >= 3 && data[at] == LAN_RECORD_REKEY)
      lan_cipher_rekey (&flow.cipher);
    if (lan_lane_feed (lane, record, 2 + n + LAN_CIPHER_TAG_BYTES, 0) != LAN_STATUS_OK)
      break;
    drain (lane);
  }
}

static void
attack (LanLane *lane, LanLane *other, guint stage, const guint8 *data, gsize size, gsize chunk)
{
  if (stage == 3 && lan_lane_is_open (lane) && other->secrets != NULL)
    attack_sealed (lane, other->secrets->send, data, size, chunk);
  else
    attack_raw (lane, data, size, chunk);
  drain (lane);
  if (lan_lane_is_open (lane))
    g_assert (lan_lane_send (lane, (const guint8 *) "x", 1) == LAN_STATUS_OK);
  if (size % 2 == 0)
    lan_lane_close (lane);
  else
    lan_lane_abort (lane, 1);
  if (lan_lane_feed_eof (lane) != LAN_STATUS_OK)
    g_assert (lan_lane_next_deadline (lane) == LAN_NO_DEADLINE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint8 secrets[2][LAN_KEY_BYTES] = { { 1 }, { 2 } }, remote[LAN_KEY_BYTES], psk[LAN_KEY_BYTES];
  LanSeededRandom random;
  LanLaneConfig config;
  LanLane *lanes[2]; /* listener, dialler */
  guint role, stage;

  if (size < 2 || size > 200000)
    return 0;
  role = data[0] & 1;
  stage = data[0] >> 4 & 3;
  lan_seeded_random_init (&random, 1);
  lan_dh_public_from_secret (remote, secrets[0]);
  memset (psk, 9, sizeof psk);
  config = (LanLaneConfig){ .kind = LAN_LANE_KIND_PEER,
                            .pattern = patterns[data[0] >> 1 & 7],
                            .remote_public = remote,
                            .psk = psk,
                            .listener = &callbacks,
                            .local_secret = secrets[1],
                            .random = &random.base };
  lanes[1] = lan_lane_new_dialer (&config, 0);
  config.local_secret = secrets[0];
  lanes[0] = lan_lane_new_listener (&config, 0);
  if (stage == 1)
    move (lanes[1], lanes[0]);
  while (stage >= 2 && (move (lanes[1], lanes[0]) || move (lanes[0], lanes[1])))
    ;
  attack (lanes[role], lanes[!role], stage, data + 2, size - 2, (gsize) data[1] + 1);
  lan_lane_free (lanes[0]);
  lan_lane_free (lanes[1]);
  return 0;
}
