/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-lane.h"

#include "lan-deadlines.h"
#include "lan-fork-guard.h"
#include "lan-kdf.h"
#include "lan-lane-private.h"
#include "lan-secret-slab.h"

#include <sodium.h>
#include <string.h>

#define S(state) (1u << LAN_LANE_STATE_##state)

/* From each state, where it may go; the reasons are in the picture at the head of lan-lane.h. */
static const guint legal[LAN_LANE_STATE_N] = {
  [LAN_LANE_STATE_PREAMBLE] = S (HANDSHAKE) | S (CLOSED) | S (FAILED),
  [LAN_LANE_STATE_HANDSHAKE] = S (CONFIRM) | S (OPEN) | S (CLOSED) | S (FAILED),
  [LAN_LANE_STATE_CONFIRM] = S (OPEN) | S (CLOSED) | S (FAILED),
  [LAN_LANE_STATE_OPEN] = S (CLOSING) | S (CLOSED) | S (FAILED),
  [LAN_LANE_STATE_CLOSING] = S (CLOSED) | S (FAILED),
  [LAN_LANE_STATE_CLOSED] = 0,
  [LAN_LANE_STATE_FAILED] = 0,
};

void
lan_lane_set_state (LanLane *lane, LanLaneState state)
{
  g_assert ((legal[lane->state] & 1u << state) != 0);
  lane->state = state;
}

void
lan_lane_push (LanLane *lane, const LanLaneItem *item)
{
  g_array_append_vals (lane->items, item, 1);
}

static gboolean
is_over (const LanLane *lane)
{
  return lane->state == LAN_LANE_STATE_CLOSED || lane->state == LAN_LANE_STATE_FAILED;
}

static void
stop_clocks (LanLane *lane)
{
  lane->first_due_us = lane->handshake_due_us = lane->record_due_us = LAN_NO_DEADLINE;
}

static LanStatus
fail_with_code (LanLane *lane, LanStatus status, guint8 code)
{
  if (is_over (lane))
    return status;
  lan_lane_set_state (lane, LAN_LANE_STATE_FAILED);
  lane->failure = status;
  stop_clocks (lane);
  g_clear_pointer (&lane->noise, lan_noise_free);
  sodium_memzero (lane->secrets, sizeof *lane->secrets);
  lan_lane_push (lane, &(LanLaneItem){ LAN_LANE_FAILED, status, code, NULL });
  return status;
}

LanStatus
lan_lane_fail (LanLane *lane, LanStatus status)
{
  return fail_with_code (lane, status, 0);
}

GByteArray *
lan_lane_output (LanLane *lane)
{
  if (lane->output == NULL)
    lane->output = g_byte_array_new ();
  return lane->output;
}

static LanSecretSlab secrets = { .size = sizeof (LanLaneSecrets) };

static LanLane *
lane_new (const LanLaneConfig *config, gboolean is_dialer, gint64 now_us)
{
  LanLane *lane;

  g_return_val_if_fail (config->random != NULL, NULL);
  lan_crypto_init ();
  lane = g_new0 (LanLane, 1);
  lane->is_dialer = is_dialer;
  lane->state = is_dialer ? LAN_LANE_STATE_HANDSHAKE : LAN_LANE_STATE_PREAMBLE;
  lane->fork_token = lan_fork_guard_token ();
  lane->listener = config->listener;
  lane->listener_data = config->listener_data;
  lane->random = config->random;
  lane->hello = config->hello;
  if (config->net_id != NULL)
    memcpy (lane->net_id, config->net_id, sizeof lane->net_id);
  lane->secrets = lan_secret_slab_take (&secrets);
  lane->has_local_secret = config->local_secret != NULL;
  if (lane->has_local_secret)
    memcpy (lane->secrets->local_secret, config->local_secret, LAN_KEY_BYTES);
  lane->has_local_public = config->local_public != NULL;
  if (lane->has_local_public)
    memcpy (lane->secrets->local_public, config->local_public, LAN_KEY_BYTES);
  lane->items = g_array_new (FALSE, FALSE, sizeof (LanLaneItem));
  lane->first_due_us = now_us + LAN_LANE_FIRST_US;
  lane->handshake_due_us = now_us + LAN_LANE_HANDSHAKE_US;
  lane->record_due_us = LAN_NO_DEADLINE;
  return lane;
}

LanLane *
lan_lane_new_dialer (const LanLaneConfig *config, gint64 now_us)
{
  const LanLaneSuite *suite = lan_lane_suite_find (config->pattern);
  LanLane *lane;

  g_return_val_if_fail (suite != NULL, NULL);
  g_return_val_if_fail (lan_lane_kind_is_stream (config->kind), NULL);
  if (suite->needs_psk && config->psk == NULL)
    return NULL;
  lane = lane_new (config, TRUE, now_us);
  lane->kind = config->kind;
  lane->pattern = config->pattern;
  lane->suite = suite;
  memcpy (lane->lane_id, config->lane_id, sizeof lane->lane_id);
  if (lan_lane_handshake_start (lane, config->remote_public, config->psk) != LAN_STATUS_OK)
    g_clear_pointer (&lane, lan_lane_free);
  return lane;
}

LanLane *
lan_lane_new_listener (const LanLaneConfig *config, gint64 now_us)
{
  g_return_val_if_fail (config->listener != NULL, NULL);
  return lane_new (config, FALSE, now_us);
}

void
lan_lane_free (LanLane *lane)
{
  if (lane == NULL)
    return;
  for (guint i = lane->items_head; i < lane->items->len; i++)
    g_clear_pointer (&g_array_index (lane->items, LanLaneItem, i).frame, g_bytes_unref);
  g_array_unref (lane->items);
  g_clear_pointer (&lane->output, g_byte_array_unref);
  lan_noise_free (lane->noise);
  lan_secret_slab_give (&secrets, lane->secrets);
  if (lane->opened != NULL)
    sodium_memzero (lane->opened, LAN_RECORD_SEALED_MAX);
  g_free (lane->opened);
  g_free (lane->partial);
  g_free (lane);
}

/* The first record proves to a listener that the other has today's keys, not only yesterday's
 * packets. */
static void
confirm (LanLane *lane)
{
  lane->handshake_due_us = LAN_NO_DEADLINE;
  lan_lane_set_state (lane, LAN_LANE_STATE_OPEN);
  lan_lane_push (lane, &(LanLaneItem){ .type = LAN_LANE_ESTABLISHED });
}

static LanStatus
take_data (LanLane *lane, const guint8 *body, gsize len)
{
  if (len > LAN_LANE_FRAME_MAX)
    return lan_lane_fail (lane, LAN_STATUS_OVERSIZED);
  if (len > 0)
    lan_lane_push (lane, &(LanLaneItem){ LAN_LANE_FRAME, 0, 0, g_bytes_new (body, len) });
  return LAN_STATUS_OK;
}

/* An END is answered by an END, so that both sides know that nothing was cut off. */
static void
take_end (LanLane *lane)
{
  if (lane->state == LAN_LANE_STATE_OPEN && lan_fork_guard_holds (lane->fork_token) &&
      lan_record_seal (&lane->secrets->send, LAN_RECORD_END, NULL, 0, lan_lane_output (lane)) !=
          LAN_STATUS_OK)
    g_debug ("lane %p: no END back", (void *) lane);
  lan_lane_set_state (lane, LAN_LANE_STATE_CLOSED);
  stop_clocks (lane);
  lan_lane_push (lane, &(LanLaneItem){ .type = LAN_LANE_END });
}

static LanStatus
take_record (LanLane *lane, const guint8 *sealed, gsize len)
{
  const guint8 *body;
  gsize body_len;
  guint8 type;
  LanStatus status;

  if (lane->opened == NULL)
    lane->opened = g_malloc (LAN_RECORD_SEALED_MAX);
  status =
      lan_record_open (&lane->secrets->receive, sealed, len, lane->opened, &type, &body, &body_len);
  if (status != LAN_STATUS_OK)
    return lan_lane_fail (lane, status);
  if (lane->state == LAN_LANE_STATE_CONFIRM)
    confirm (lane);
  if (type == LAN_RECORD_DATA)
    return take_data (lane, body, body_len);
  if (type == LAN_RECORD_ERROR && body_len == 1)
    return fail_with_code (lane, LAN_STATUS_STATE, body[0]);
  if (body_len > 0 || (type != LAN_RECORD_REKEY && type != LAN_RECORD_END))
    return lan_lane_fail (lane, LAN_STATUS_MALFORMED);
  if (type == LAN_RECORD_END)
    take_end (lane);
  return LAN_STATUS_OK;
}

/*
 * How long the unit is that begins at @data: the preamble, a handshake message or a record with its
 * length. @whole is FALSE while the length itself has not come.
 */
static LanStatus
measure_unit (const LanLane *lane, const guint8 *data, gsize have, gsize *size, gboolean *whole)
{
  gsize len, max = LAN_LANE_HANDSHAKE_MAX, min = 1;

  *whole = TRUE;
  *size = LAN_LANE_PREAMBLE_BYTES;
  if (lane->state == LAN_LANE_STATE_PREAMBLE)
    return LAN_STATUS_OK;
  *size = LAN_RECORD_HEADER_BYTES;
  *whole = have >= LAN_RECORD_HEADER_BYTES;
  if (!*whole)
    return LAN_STATUS_OK;
  if (lane->noise == NULL) {
    min = LAN_RECORD_SEALED_MIN;
    max = LAN_RECORD_SEALED_MAX;
  }
  len = (gsize) data[0] << 8 | data[1];
  if (len < min || len > max)
    return len < min ? LAN_STATUS_MALFORMED : LAN_STATUS_OVERSIZED;
  *size += len;
  return LAN_STATUS_OK;
}

static LanStatus
take_unit (LanLane *lane, const guint8 *data, gsize size)
{
  lane->record_due_us = LAN_NO_DEADLINE;
  if (lane->state == LAN_LANE_STATE_PREAMBLE)
    return lan_lane_handshake_preamble (lane, data);
  data += LAN_RECORD_HEADER_BYTES;
  size -= LAN_RECORD_HEADER_BYTES;
  if (lane->noise != NULL)
    return lan_lane_handshake_message (lane, data, size);
  return take_record (lane, data, size);
}

/* Adds to the unit that has begun; returns how many bytes of @data went in. */
static gsize
take_partial (LanLane *lane, const guint8 *data, gsize len, gint64 now_us, LanStatus *status)
{
  gsize size, n;
  gboolean whole;

  *status = measure_unit (lane, lane->partial, lane->partial_len, &size, &whole);
  if (*status != LAN_STATUS_OK) {
    lan_lane_fail (lane, *status);
    return 0;
  }
  if (size > lane->partial_cap) {
    lane->partial = g_realloc (lane->partial, size);
    lane->partial_cap = size;
  }
  n = MIN (len, size - lane->partial_len);
  if (n > 0)
    memcpy (lane->partial + lane->partial_len, data, n);
  lane->partial_len += n;
  if (lane->record_due_us == LAN_NO_DEADLINE)
    lane->record_due_us = now_us + LAN_LANE_RECORD_US;
  if (whole && lane->partial_len == size) {
    g_autofree guint8 *unit = g_steal_pointer (&lane->partial);

    lane->partial_len = lane->partial_cap = 0;
    *status = take_unit (lane, unit, size);
  }
  return n;
}

LanStatus
lan_lane_feed (LanLane *lane, const guint8 *data, gsize len, gint64 now_us)
{
  LanStatus status = lan_lane_advance (lane, now_us);

  while (status == LAN_STATUS_OK && len > 0 && !is_over (lane)) {
    gsize n = 0;
    gboolean whole = FALSE;

    /* Whole units are taken where they lie; only what a read has cut is copied. */
    if (lane->partial_len == 0) {
      status = measure_unit (lane, data, len, &n, &whole);
      if (status != LAN_STATUS_OK) {
        lan_lane_fail (lane, status);
        break;
      }
    }
    if (whole && n <= len)
      status = take_unit (lane, data, n);
    else
      n = take_partial (lane, data, len, now_us, &status);
    data += n;
    len -= n;
  }
  return status;
}

gsize
lan_lane_wanted (const LanLane *lane)
{
  gsize size;
  gboolean whole;

  if (is_over (lane) || measure_unit (lane, lane->partial, lane->partial_len, &size, &whole) != 0)
    return 1;
  return size - MIN (lane->partial_len, size - 1);
}

LanStatus
lan_lane_feed_eof (LanLane *lane)
{
  if (lane->state == LAN_LANE_STATE_FAILED)
    return lane->failure;
  if (lane->state == LAN_LANE_STATE_CLOSED)
    return LAN_STATUS_OK;
  return lan_lane_fail (lane, LAN_STATUS_TRUNCATED);
}

gboolean
lan_lane_next_event (LanLane *lane, LanLaneEvent *event)
{
  LanLaneItem *item;

  if (lane->items_head >= lane->items->len)
    return FALSE;
  item = &g_array_index (lane->items, LanLaneItem, lane->items_head);
  *event = (LanLaneEvent){ .type = item->type,
                           .status = item->status,
                           .remote_code = item->remote_code,
                           .frame = g_steal_pointer (&item->frame),
                           .kind = lane->kind,
                           .pattern = lane->pattern,
                           .has_remote_static = lane->has_remote_static,
                           .has_remote_hello = lane->has_remote_hello };
  if (event->type == LAN_LANE_ESTABLISHED) {
    memcpy (event->lane_id, lane->lane_id, sizeof event->lane_id);
    memcpy (event->remote_static, lane->remote_static, sizeof event->remote_static);
    memcpy (event->handshake_hash, lane->handshake_hash, sizeof event->handshake_hash);
    event->remote_hello = lane->remote_hello;
  }
  if (++lane->items_head == lane->items->len) {
    g_array_set_size (lane->items, 0);
    lane->items_head = 0;
  }
  return TRUE;
}

void
lan_lane_event_clear (LanLaneEvent *event)
{
  g_clear_pointer (&event->frame, g_bytes_unref);
}

GBytes *
lan_lane_take_output (LanLane *lane)
{
  GByteArray *output = g_steal_pointer (&lane->output);

  if (output == NULL)
    return NULL;
  if (output->len == 0) {
    g_byte_array_unref (output);
    return NULL;
  }
  return g_byte_array_free_to_bytes (output);
}

gsize
lan_lane_output_size (const LanLane *lane)
{
  return lane->output != NULL ? lane->output->len : 0;
}

LanStatus
lan_lane_send (LanLane *lane, const guint8 *frame, gsize len)
{
  if (lane->state != LAN_LANE_STATE_OPEN || !lan_fork_guard_holds (lane->fork_token))
    return LAN_STATUS_STATE;
  if (len == 0 || len > LAN_LANE_FRAME_MAX)
    return len == 0 ? LAN_STATUS_MALFORMED : LAN_STATUS_OVERSIZED;
  if (lan_lane_output_size (lane) + len > LAN_LANE_OUTPUT_MAX)
    return LAN_STATUS_LIMIT;
  return lan_record_seal (&lane->secrets->send, LAN_RECORD_DATA, frame, len,
                          lan_lane_output (lane));
}

void
lan_lane_close (LanLane *lane)
{
  if (is_over (lane) || lane->state == LAN_LANE_STATE_CLOSING)
    return;
  if (lane->state == LAN_LANE_STATE_OPEN && lan_fork_guard_holds (lane->fork_token) &&
      lan_record_seal (&lane->secrets->send, LAN_RECORD_END, NULL, 0, lan_lane_output (lane)) ==
          LAN_STATUS_OK) {
    lan_lane_set_state (lane, LAN_LANE_STATE_CLOSING);
    return;
  }
  lan_lane_set_state (lane, LAN_LANE_STATE_CLOSED);
  stop_clocks (lane);
}

void
lan_lane_abort (LanLane *lane, guint8 code)
{
  if (is_over (lane))
    return;
  if (lane->state == LAN_LANE_STATE_OPEN && lan_fork_guard_holds (lane->fork_token) &&
      lan_record_seal (&lane->secrets->send, LAN_RECORD_ERROR, &code, 1, lan_lane_output (lane)) !=
          LAN_STATUS_OK)
    g_debug ("lane %p: no error record out", (void *) lane);
  lan_lane_set_state (lane, LAN_LANE_STATE_CLOSED);
  stop_clocks (lane);
}

gboolean
lan_lane_is_open (const LanLane *lane)
{
  return lane->state == LAN_LANE_STATE_OPEN;
}

gboolean
lan_lane_is_failed (const LanLane *lane)
{
  return lane->state == LAN_LANE_STATE_FAILED;
}

gint64
lan_lane_next_deadline (const LanLane *lane)
{
  return MIN (lane->first_due_us, MIN (lane->handshake_due_us, lane->record_due_us));
}

LanStatus
lan_lane_advance (LanLane *lane, gint64 now_us)
{
  if (lane->state == LAN_LANE_STATE_FAILED)
    return lane->failure;
  if (now_us >= lan_lane_next_deadline (lane))
    return lan_lane_fail (lane, LAN_STATUS_EXPIRED);
  return LAN_STATUS_OK;
}

LanStatus
lan_lane_export_psk (const LanLane *lane, const guint8 lane_id[LAN_LANE_ID_BYTES],
                     gboolean opener_is_dialer, guint8 psk[LAN_KEY_BYTES])
{
  guint8 context[LAN_LANE_ID_BYTES + 1];

  if (lane->state != LAN_LANE_STATE_OPEN)
    return LAN_STATUS_STATE;
  memcpy (context, lane_id, LAN_LANE_ID_BYTES);
  context[LAN_LANE_ID_BYTES] = opener_is_dialer ? 0 : 1;
  lan_kdf (psk, LAN_KEY_BYTES, lane->secrets->exporter, LAN_KDF_LANE, context, sizeof context);
  return LAN_STATUS_OK;
}
