/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Parcels: which own records somebody has for whom. A parcel goes when the other has them, by
 * whichever way, or with the letter's life. A row is 121 bytes: conversation 16 | own device 8 |
 * holder 8 | carrier 32 | from u64 | to u64 | hash 32 | time u64 | over u8.
 */
#include "lan-carry-private.h"

#include <string.h>

#define PARCEL_BYTES 121

void
lan_parcel_free (LanParcel *parcel)
{
  g_clear_pointer (&parcel->messages, g_array_unref);
  g_free (parcel);
}

void
lan_parcel_keep (LanCore *core, const LanParcel *parcel)
{
  guint8 buf[PARCEL_BYTES];
  LanWriter w;

  lan_writer_init (&w, buf, sizeof buf);
  lan_write_bytes (&w, parcel->talk->row.conversation.b, LAN_CONVERSATION_ID_BYTES);
  lan_write_bytes (&w, parcel->talk->own->device.b, LAN_DEVICE_ID_BYTES);
  lan_write_bytes (&w, parcel->holder.b, LAN_DEVICE_ID_BYTES);
  lan_write_bytes (&w, parcel->carrier.b, LAN_ACCOUNT_ID_BYTES);
  lan_write_u64 (&w, parcel->from);
  lan_write_u64 (&w, parcel->to);
  lan_write_bytes (&w, parcel->hash.b, LAN_HASH_BYTES);
  lan_write_u64 (&w, (guint64) parcel->time_ms);
  lan_write_u8 (&w, parcel->over ? 1 : 0);
  lan_carry_keep_row (core, LAN_CARRIED_PARCEL, &parcel->id, g_bytes_new (buf, w.len), NULL);
}

void
lan_parcel_delete (LanCore *core, LanParcel *parcel)
{
  if (parcel->kept)
    lan_carry_keep_row (core, LAN_CARRIED_PARCEL, &parcel->id, NULL, NULL);
  g_ptr_array_remove (core->carry->parcels, parcel);
}

void
lan_carry_load_parcel (LanCore *core, const LanCarriedRow *row)
{
  LanParcel *parcel = g_new0 (LanParcel, 1);
  LanConversationId conversation;
  LanDeviceId own;
  LanReader r;

  lan_reader_init (&r, g_bytes_get_data (row->info, NULL), g_bytes_get_size (row->info));
  parcel->id = row->id;
  lan_read_bytes (&r, conversation.b, sizeof conversation.b);
  lan_read_bytes (&r, own.b, sizeof own.b);
  lan_read_bytes (&r, parcel->holder.b, sizeof parcel->holder.b);
  lan_read_bytes (&r, parcel->carrier.b, sizeof parcel->carrier.b);
  parcel->from = lan_read_u64 (&r);
  parcel->to = lan_read_u64 (&r);
  lan_read_bytes (&r, parcel->hash.b, sizeof parcel->hash.b);
  parcel->time_ms = (gint64) lan_read_u64 (&r);
  parcel->over = lan_read_u8 (&r) != 0;
  parcel->kept = TRUE;
  parcel->talk = lan_core_find_outlet (core, &conversation, &parcel->holder);
  /* Of a log that this device no longer writes nobody waits for anything. */
  if (!lan_reader_done (&r) || parcel->talk == NULL ||
      !lan_device_id_equal (&own, &core->self_device) ||
      parcel->to > parcel->talk->own->committed.seq) {
    lan_carry_keep_row (core, LAN_CARRIED_PARCEL, &row->id, NULL, NULL);
    lan_parcel_free (parcel);
    return;
  }
  g_ptr_array_add (core->carry->parcels, parcel);
}

LanParcel *
lan_parcel_find (LanCore *core, const guint8 *id, const LanAccountId *carrier)
{
  for (guint i = 0; i < core->carry->parcels->len; i++) {
    LanParcel *parcel = g_ptr_array_index (core->carry->parcels, i);

    if (memcmp (parcel->id.b, id, sizeof parcel->id.b) == 0 &&
        lan_account_id_equal (&parcel->carrier, carrier))
      return parcel;
  }
  return NULL;
}

/* ---- what becomes of them ---- */

void
lan_carry_forget_pending (LanCore *core, const LanCoreChannel *channel)
{
  GPtrArray *parcels = core->carry->parcels;

  for (guint i = parcels->len; i > 0; i--) {
    LanParcel *parcel = g_ptr_array_index (parcels, i - 1);
    LanCoreTalk *talk = parcel->talk;

    if (parcel->kept || parcel->channel != channel->id)
      continue;
    g_ptr_array_remove_index (parcels, i - 1);
    lan_carry_arm (core, talk);
  }
}

/* By now its carrier has thrown it away: what still waits is given out again. */
void
lan_carry_expire_parcels (LanCore *core)
{
  GPtrArray *parcels = core->carry->parcels;

  for (guint i = parcels->len; i > 0; i--) {
    LanParcel *parcel = g_ptr_array_index (parcels, i - 1);
    LanCoreTalk *talk = parcel->talk;

    if (core->now.wall_ms - parcel->time_ms <= LAN_CARRY_LIFE_MS)
      continue;
    lan_parcel_delete (core, parcel);
    lan_carry_arm (core, talk);
  }
}

/* Own logs have begun anew: nothing of them is anywhere. */
void
lan_carry_new_device (LanCore *core)
{
  while (core->carry->parcels->len > 0)
    lan_parcel_delete (core, g_ptr_array_index (core->carry->parcels, 0));
}

guint64
lan_carry_up_to (LanCore *core, const LanCoreTalk *talk)
{
  guint64 up_to = 0;

  for (guint i = 0; i < core->carry->parcels->len; i++) {
    const LanParcel *parcel = g_ptr_array_index (core->carry->parcels, i);

    if (parcel->talk == talk && parcel->kept && !parcel->over)
      up_to = MAX (up_to, parcel->to);
  }
  return up_to;
}

gboolean
lan_core_record_carrier (LanCore *core, const LanRecordRow *row, LanAccountId *carrier)
{
  for (guint i = 0; i < core->carry->parcels->len; i++) {
    const LanParcel *parcel = g_ptr_array_index (core->carry->parcels, i);
    const LanCoreTalk *talk = parcel->talk;

    if (!lan_conversation_id_equal (&talk->row.conversation, &row->conversation) || !parcel->kept ||
        parcel->over || row->seq > parcel->to || row->seq < parcel->from ||
        !lan_device_id_equal (&row->device, &talk->own->device))
      continue;
    *carrier = parcel->carrier;
    return TRUE;
  }
  return FALSE;
}
