/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-lane-private.h"

#include "lan-bytes.h"
#include "lan-deadlines.h"

#include <sodium.h>
#include <string.h>

static gboolean
carries_hello (const LanLane *lane, guint message)
{
  return (lane->suite->hello_messages & 1u << message) != 0;
}

/* The keys leave the handshake, which then holds nothing worth keeping. */
static LanStatus
take_keys (LanLane *lane)
{
  LanLaneSecrets *secrets = lane->secrets;
  const guint8 *remote = lan_noise_remote_static (lane->noise);

  if (remote != NULL) {
    lane->has_remote_static = TRUE;
    memcpy (lane->remote_static, remote, LAN_KEY_BYTES);
  }
  lan_noise_hash (lane->noise, lane->handshake_hash);
  if (lan_noise_finish (lane->noise, &secrets->send.cipher, &secrets->receive.cipher,
                        secrets->exporter) != LAN_STATUS_OK)
    return lan_lane_fail (lane, LAN_STATUS_STATE);
  g_clear_pointer (&lane->noise, lan_noise_free);
  sodium_memzero (secrets->local_secret, sizeof secrets->local_secret);
  if (!lane->is_dialer && lane->suite->listener_writes_last) {
    lan_lane_set_state (lane, LAN_LANE_STATE_CONFIRM);
    return LAN_STATUS_OK;
  }
  lane->handshake_due_us = LAN_NO_DEADLINE;
  lan_lane_set_state (lane, LAN_LANE_STATE_OPEN);
  lan_lane_push (lane, &(LanLaneItem){ .type = LAN_LANE_ESTABLISHED });
  if (lane->is_dialer && lane->suite->listener_writes_last)
    return lan_record_seal (&secrets->send, LAN_RECORD_DATA, NULL, 0, lan_lane_output (lane));
  return LAN_STATUS_OK;
}

static LanStatus
write_messages (LanLane *lane)
{
  while (lane->noise != NULL && lan_noise_is_our_turn (lane->noise)) {
    guint8 payload[LAN_HELLO_BYTES], message[LAN_LANE_HANDSHAKE_MAX], header[2];
    gsize payload_len = carries_hello (lane, lane->messages) ? sizeof payload : 0, len;
    GByteArray *out = lan_lane_output (lane);
    LanStatus status;
    LanWriter w;

    lan_hello_encode (&lane->hello, payload);
    status = lan_noise_write (lane->noise, payload, payload_len, message, sizeof message, &len);
    if (status != LAN_STATUS_OK)
      return lan_lane_fail (lane, status);
    lan_writer_init (&w, header, sizeof header);
    lan_write_u16_be (&w, (guint16) len);
    g_byte_array_append (out, header, sizeof header);
    g_byte_array_append (out, message, (guint) len);
    lane->messages++;
    if (lan_noise_is_finished (lane->noise))
      return take_keys (lane);
  }
  return LAN_STATUS_OK;
}

/* XX to a server asks which key it has; who asks that does not know its network's id, which is made of
 * that key. */
static gboolean
knows_network (const LanLane *lane)
{
  return lane->kind != LAN_LANE_KIND_SERVER || lane->pattern != LAN_LANE_PATTERN_XX;
}

LanStatus
lan_lane_handshake_start (LanLane *lane, const guint8 *remote_public, const guint8 *psk)
{
  guint8 preamble[LAN_LANE_PREAMBLE_BYTES], prologue[LAN_LANE_PROLOGUE_BYTES];

  lan_lane_preamble_write (preamble, lane->kind, lane->pattern, lane->lane_id);
  lan_lane_prologue_write (prologue, knows_network (lane) ? lane->net_id : NULL, preamble);
  lane->noise = lan_noise_new (&(LanNoiseConfig){
      .pattern = lane->suite->noise,
      .is_initiator = lane->is_dialer,
      .prologue = prologue,
      .prologue_len = sizeof prologue,
      .local_secret = lane->has_local_secret ? lane->secrets->local_secret : NULL,
      .local_public = lane->has_local_public ? lane->secrets->local_public : NULL,
      .remote_public = remote_public,
      .psks = psk,
      .n_psks = lane->suite->needs_psk && psk != NULL ? 1 : 0,
      .random = lane->random,
  });
  if (lane->noise == NULL)
    return LAN_STATUS_STATE;
  if (lane->is_dialer)
    g_byte_array_append (lan_lane_output (lane), preamble, sizeof preamble);
  return write_messages (lane);
}

LanStatus
lan_lane_handshake_preamble (LanLane *lane, const guint8 *data)
{
  const LanLaneListener *ask = lane->listener;
  guint8 psk[LAN_KEY_BYTES] = { 0 }, version, pattern, kind;
  LanStatus status;
  LanReader r;

  lan_reader_init (&r, data, LAN_LANE_PREAMBLE_BYTES);
  if (lan_read_u8 (&r) != 'L' || lan_read_u8 (&r) != 'Y')
    return lan_lane_fail (lane, LAN_STATUS_MALFORMED);
  version = lan_read_u8 (&r);
  pattern = lan_read_u8 (&r);
  kind = lan_read_u8 (&r);
  lan_read_bytes (&r, lane->lane_id, sizeof lane->lane_id);
  if (version != LAN_LANE_VERSION)
    return lan_lane_fail (lane, LAN_STATUS_VERSION);
  lane->suite = lan_lane_suite_find (pattern);
  if (lane->suite == NULL || !lan_lane_kind_is_stream (kind))
    return lan_lane_fail (lane, LAN_STATUS_MALFORMED);
  lane->kind = kind;
  lane->pattern = pattern;
  if (ask->accept == NULL || !ask->accept (lane->listener_data, lane->kind, lane->pattern))
    return lan_lane_fail (lane, LAN_STATUS_MISMATCH);
  if (lane->suite->needs_psk &&
      (ask->find_psk == NULL ||
       !ask->find_psk (lane->listener_data, lane->kind, lane->lane_id, psk)))
    return lan_lane_fail (lane, LAN_STATUS_MISMATCH);
  status = lan_lane_handshake_start (lane, NULL, lane->suite->needs_psk ? psk : NULL);
  sodium_memzero (psk, sizeof psk);
  if (status != LAN_STATUS_OK)
    return lan_lane_fail (lane, status);
  lan_lane_set_state (lane, LAN_LANE_STATE_HANDSHAKE);
  return LAN_STATUS_OK;
}

/* The first message opened: what a listener wants to know before it answers anything. */
static LanStatus
check_first (LanLane *lane)
{
  const LanLaneListener *ask = lane->listener;

  if (lane->suite->needs_psk &&
      (ask->use_psk == NULL || !ask->use_psk (lane->listener_data, lane->kind, lane->lane_id)))
    return LAN_STATUS_REPLAY;
  if (lane->pattern == LAN_LANE_PATTERN_IK &&
      (ask->check_known == NULL ||
       !ask->check_known (lane->listener_data, lan_noise_remote_static (lane->noise),
                          &lane->remote_hello)))
    return LAN_STATUS_REPLAY;
  return LAN_STATUS_OK;
}

LanStatus
lan_lane_handshake_message (LanLane *lane, const guint8 *data, gsize len)
{
  guint8 payload[LAN_LANE_HANDSHAKE_MAX];
  gsize payload_len;
  LanStatus status = lan_noise_read (lane->noise, data, len, payload, &payload_len);

  if (status == LAN_STATUS_OK && carries_hello (lane, lane->messages)) {
    status = lan_hello_decode (&lane->remote_hello, payload, payload_len);
    lane->has_remote_hello = status == LAN_STATUS_OK;
  } else if (status == LAN_STATUS_OK && payload_len > 0) {
    status = LAN_STATUS_MALFORMED;
  }
  if (status == LAN_STATUS_OK && !lane->is_dialer && lane->messages == 0)
    status = check_first (lane);
  if (status != LAN_STATUS_OK)
    return lan_lane_fail (lane, status);
  lane->first_due_us = LAN_NO_DEADLINE;
  lane->messages++;
  if (lan_noise_is_finished (lane->noise))
    return take_keys (lane);
  return write_messages (lane);
}
