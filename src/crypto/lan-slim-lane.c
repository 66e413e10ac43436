/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-slim-lane.h"

#include "lan-deadlines.h"
#include "lan-fork-guard.h"
#include "lan-lane-private.h"

#include <sodium.h>
#include <string.h>

#define BLOCK_LANES 256 /* lanes that share one guarded allocation */

struct _LanSlimLane {
  LanRecordFlow send;
  LanRecordFlow receive;
  guint64 fork_token;
  gint64 send_keyed_us; /* since when the sending key is in use */
  gint64 record_due_us; /* LAN_NO_DEADLINE without a cut record */
  union {
    guint8 *partial;   /* NULL, or what has come of a cut record */
    LanSlimLane *free; /* of an unused slot */
  } rest;
  guint32 partial_len;
  guint32 partial_cap;
  guint8 state;
  guint8 is_ended; /* our END or error is sealed */
};

struct _LanSlimPool {
  GPtrArray *blocks;
  LanSlimLane *free;
  guint used;
};

LanSlimPool *
lan_slim_pool_new (void)
{
  LanSlimPool *pool = g_new0 (LanSlimPool, 1);

  lan_crypto_init ();
  pool->blocks = g_ptr_array_new_with_free_func (sodium_free);
  return pool;
}

void
lan_slim_pool_free (LanSlimPool *pool)
{
  if (pool == NULL)
    return;
  g_warn_if_fail (pool->used == 0);
  g_ptr_array_unref (pool->blocks);
  g_free (pool);
}

static LanSlimLane *
take_slot (LanSlimPool *pool)
{
  LanSlimLane *lane;

  if (pool->free == NULL) {
    LanSlimLane *block = sodium_allocarray (BLOCK_LANES, sizeof *block);

    if (block == NULL)
      g_error ("no memory for keys");
    g_ptr_array_add (pool->blocks, block);
    for (guint i = 0; i < BLOCK_LANES; i++) {
      block[i].rest.free = pool->free;
      pool->free = &block[i];
    }
  }
  lane = pool->free;
  pool->free = lane->rest.free;
  pool->used++;
  memset (lane, 0, sizeof *lane);
  return lane;
}

LanSlimLane *
lan_slim_lane_adopt (LanSlimPool *pool, LanLane *from, gint64 now_us)
{
  LanSlimLane *lane;

  if (from->state != LAN_LANE_STATE_OPEN || from->items_head < from->items->len ||
      lan_lane_output_size (from) > 0)
    return NULL;
  lane = take_slot (pool);
  lane->send = from->secrets->send;
  lane->receive = from->secrets->receive;
  sodium_memzero (from->secrets, sizeof *from->secrets);
  lane->fork_token = from->fork_token;
  lane->send_keyed_us = now_us;
  lane->record_due_us = from->record_due_us;
  lane->rest.partial = g_steal_pointer (&from->partial);
  lane->partial_len = (guint32) from->partial_len;
  lane->partial_cap = (guint32) from->partial_cap;
  from->partial_len = from->partial_cap = 0;
  lan_lane_set_state (from, LAN_LANE_STATE_CLOSED);
  return lane;
}

static void
drop_partial (LanSlimLane *lane)
{
  g_clear_pointer (&lane->rest.partial, g_free);
  lane->partial_len = lane->partial_cap = 0;
  lane->record_due_us = LAN_NO_DEADLINE;
}

void
lan_slim_lane_free (LanSlimPool *pool, LanSlimLane *lane)
{
  if (lane == NULL)
    return;
  drop_partial (lane);
  sodium_memzero (lane, sizeof *lane);
  lane->rest.free = pool->free;
  pool->free = lane;
  pool->used--;
}

void
lan_slim_lane_warm (const LanSlimLane *lane)
{
  const guint8 *at = (const guint8 *) lane;

  for (gsize i = 0; lane != NULL && i < sizeof *lane; i += 64)
    __builtin_prefetch (at + i);
}

static LanStatus
fail (LanSlimLane *lane, LanStatus status)
{
  lane->state = LAN_SLIM_LANE_FAILED;
  drop_partial (lane);
  sodium_memzero (&lane->send, sizeof lane->send);
  sodium_memzero (&lane->receive, sizeof lane->receive);
  return status;
}

static LanStatus
take_record (LanSlimLane *lane, guint8 *unit, gsize size, LanSlimLaneFrame on_frame,
             gpointer user_data)
{
  guint8 *sealed = unit + LAN_RECORD_HEADER_BYTES;
  const guint8 *body;
  gsize len;
  guint8 type;
  LanStatus status = lan_record_open (&lane->receive, sealed, size - LAN_RECORD_HEADER_BYTES,
                                      sealed, &type, &body, &len);

  if (status != LAN_STATUS_OK)
    return fail (lane, status);
  if (type == LAN_RECORD_DATA) {
    if (len > LAN_LANE_FRAME_MAX)
      return fail (lane, LAN_STATUS_OVERSIZED);
    if (len > 0)
      on_frame (user_data, body, len);
    return LAN_STATUS_OK;
  }
  if (type == LAN_RECORD_ERROR && len == 1)
    return fail (lane, LAN_STATUS_STATE);
  if (len > 0 || (type != LAN_RECORD_REKEY && type != LAN_RECORD_END))
    return fail (lane, LAN_STATUS_MALFORMED);
  if (type == LAN_RECORD_END) {
    lane->state = LAN_SLIM_LANE_ENDED;
    drop_partial (lane);
  }
  return LAN_STATUS_OK;
}

/* The size of the record that begins at @data, header included; 0 while the header has not come. */
static LanStatus
measure (const guint8 *data, gsize have, gsize *size)
{
  gsize len;

  *size = 0;
  if (have < LAN_RECORD_HEADER_BYTES)
    return LAN_STATUS_OK;
  len = (gsize) data[0] << 8 | data[1];
  if (len < LAN_RECORD_SEALED_MIN || len > LAN_RECORD_SEALED_MAX)
    return len < LAN_RECORD_SEALED_MIN ? LAN_STATUS_MALFORMED : LAN_STATUS_OVERSIZED;
  *size = LAN_RECORD_HEADER_BYTES + len;
  return LAN_STATUS_OK;
}

/* Room grows with what has come, not with what a length promises. */
static void
keep (LanSlimLane *lane, const guint8 *data, gsize len)
{
  gsize need = lane->partial_len + len;

  if (need > lane->partial_cap) {
    lane->partial_cap = (guint32) MAX (need, MIN ((gsize) lane->partial_cap * 2, 65535));
    lane->rest.partial = g_realloc (lane->rest.partial, lane->partial_cap);
  }
  memcpy (lane->rest.partial + lane->partial_len, data, len);
  lane->partial_len += (guint32) len;
}

/* Adds to the cut record; @used says how many bytes of @data went in. */
static LanStatus
take_partial (LanSlimLane *lane, guint8 *data, gsize len, gsize *used, LanSlimLaneFrame on_frame,
              gpointer user_data)
{
  gsize size, want;
  LanStatus status = measure (lane->rest.partial, lane->partial_len, &size);

  *used = 0;
  if (status != LAN_STATUS_OK)
    return fail (lane, status);
  want = (size > 0 ? size : LAN_RECORD_HEADER_BYTES) - lane->partial_len;
  *used = MIN (len, want);
  keep (lane, data, *used);
  if (size == 0) {
    status = measure (lane->rest.partial, lane->partial_len, &size);
    if (status != LAN_STATUS_OK)
      return fail (lane, status);
  }
  if (size > 0 && lane->partial_len == size) {
    g_autofree guint8 *unit = g_steal_pointer (&lane->rest.partial);

    drop_partial (lane);
    return take_record (lane, unit, size, on_frame, user_data);
  }
  return LAN_STATUS_OK;
}

LanStatus
lan_slim_lane_feed (LanSlimLane *lane, guint8 *data, gsize len, gint64 now_us,
                    LanSlimLaneFrame on_frame, gpointer user_data)
{
  LanStatus status = LAN_STATUS_OK;

  if (lane->state == LAN_SLIM_LANE_FAILED)
    return LAN_STATUS_STATE;
  if (now_us >= lane->record_due_us)
    return fail (lane, LAN_STATUS_EXPIRED);
  while (status == LAN_STATUS_OK && len > 0 && lane->state == LAN_SLIM_LANE_OPEN) {
    gsize size = 0;

    if (lane->partial_len > 0) {
      status = take_partial (lane, data, len, &size, on_frame, user_data);
    } else {
      status = measure (data, len, &size);
      if (status != LAN_STATUS_OK)
        return fail (lane, status);
      if (size > 0 && size <= len) {
        status = take_record (lane, data, size, on_frame, user_data);
      } else {
        keep (lane, data, len);
        size = len;
      }
    }
    data += size;
    len -= size;
    if (lane->partial_len > 0 && lane->record_due_us == LAN_NO_DEADLINE)
      lane->record_due_us = now_us + LAN_LANE_RECORD_US;
  }
  return status;
}

LanSlimLaneState
lan_slim_lane_state (const LanSlimLane *lane)
{
  return lane->state;
}

static gboolean
may_seal (const LanSlimLane *lane)
{
  return lane->state != LAN_SLIM_LANE_FAILED && !lane->is_ended &&
         lan_fork_guard_holds (lane->fork_token);
}

LanStatus
lan_slim_lane_send (LanSlimLane *lane, const guint8 *frame, gsize len, gint64 now_us,
                    GByteArray *out)
{
  if (!may_seal (lane))
    return LAN_STATUS_STATE;
  if (len == 0 || len > LAN_LANE_FRAME_MAX)
    return len == 0 ? LAN_STATUS_MALFORMED : LAN_STATUS_OVERSIZED;
  if (now_us - lane->send_keyed_us >= LAN_SLIM_LANE_REKEY_US) {
    LanStatus status =
        lane->send.records > 0 ? lan_record_change_key (&lane->send, out) : LAN_STATUS_OK;

    if (status != LAN_STATUS_OK)
      return status;
    lane->send_keyed_us = now_us;
  }
  return lan_record_seal (&lane->send, LAN_RECORD_DATA, frame, len, out);
}

static void
seal_last (LanSlimLane *lane, LanRecordType type, const guint8 *body, gsize len, GByteArray *out)
{
  if (!may_seal (lane))
    return;
  if (lan_record_seal (&lane->send, type, body, len, out) != LAN_STATUS_OK)
    g_debug ("lane %p: no last record out", (void *) lane);
  lane->is_ended = TRUE;
}

void
lan_slim_lane_end (LanSlimLane *lane, GByteArray *out)
{
  seal_last (lane, LAN_RECORD_END, NULL, 0, out);
}

void
lan_slim_lane_abort (LanSlimLane *lane, guint8 code, GByteArray *out)
{
  seal_last (lane, LAN_RECORD_ERROR, &code, 1, out);
}

gint64
lan_slim_lane_due (const LanSlimLane *lane)
{
  return lane->record_due_us;
}

gsize
lan_slim_lane_memory (const LanSlimLane *lane)
{
  return sizeof *lane + lane->partial_cap;
}
