/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The pump: sends committed own records over the active channel, from memory or from the store, as
 * many in one frame as fit, and no more than a window ahead of what the other has acknowledged.
 * Beside it, the serving of fetches: other logs, piece by piece.
 */
#include "lan-core-private.h"

#include <string.h>

typedef struct {
  ProtobufCBinaryData items[LAN_RECORDS_MAX_COUNT];
  guint n;
  gsize bytes;
} Load;

static void
send_load (LanCore *core, LanCoreChannel *channel, Load *load)
{
  Lanyard__Records records = LANYARD__RECORDS__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  if (load->n == 0)
    return;
  records.records = load->items;
  records.n_records = load->n;
  frame.body_case = LANYARD__FRAME__BODY_RECORDS;
  frame.records = &records;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
  load->n = 0;
  load->bytes = 0;
}

/* FALSE when @blob has no room any more: send first. */
static gboolean
put (Load *load, GBytes *blob)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (blob, &len);

  if (load->n == LAN_RECORDS_MAX_COUNT ||
      (load->n > 0 && load->bytes + len > LAN_RECORDS_MAX_BYTES))
    return FALSE;
  load->items[load->n++] = (ProtobufCBinaryData){ len, (guint8 *) data };
  load->bytes += len + 4;
  return TRUE;
}

static gboolean
may_send (const LanCoreChannel *channel)
{
  const LanCorePerson *person = channel->person;
  const LanCoreTalk *talk = person->talk;

  return talk != NULL && person->active == channel && channel->writable && channel->vector_seen &&
         !channel->reading && !talk->restoring && talk->suspect.seq == 0 &&
         (talk->row.flags & LAN_CONVERSATION_HELD) == 0 && !lan_core_is_blocked (person) &&
         lan_account_id_is_zero (&person->row.merged_into);
}

static gboolean
window_open (const LanCoreChannel *channel)
{
  return channel->sent - MIN (channel->acked, channel->sent) < LAN_CORE_WINDOW_RECORDS &&
         channel->in_flight_bytes < LAN_CORE_WINDOW_BYTES;
}

/* The first record after the acknowledged one shows whether the other holds the same log. */
static gboolean
links_up (LanCore *core, LanCoreChannel *channel, guint64 seq, GBytes *blob)
{
  LanRecordView view;

  if (channel->acked == 0 || seq != channel->acked + 1)
    return TRUE;
  if (lan_record_decode (g_bytes_get_data (blob, NULL), g_bytes_get_size (blob), &view) !=
      LAN_STATUS_OK)
    return FALSE;
  if (lan_hash_equal (&view.previous, &channel->acked_hash))
    return TRUE;
  lan_core_suspect (core, channel, channel->acked, &view.previous);
  return FALSE;
}

static void
note_in_flight (LanCoreChannel *channel, const Load *load)
{
  LanInFlight entry = { channel->sent, load->bytes };

  if (load->n == 0)
    return;
  g_array_append_val (channel->in_flight, entry);
  channel->in_flight_bytes += load->bytes;
}

static void
flush (LanCore *core, LanCoreChannel *channel, Load *load)
{
  note_in_flight (channel, load);
  send_load (core, channel, load);
}

static void
read_more (LanCore *core, LanCoreChannel *channel)
{
  LanCoreTalk *talk = channel->person->talk;
  guint64 request;
  LanAsk *ask = lan_core_ask (core, LAN_ASK_PUSH, talk, &request);

  ask->channel = channel->id;
  ask->log = talk->own;
  ask->device = talk->own->device;
  ask->from_seq = channel->sent + 1;
  ask->to_seq = MIN (talk->own->committed.seq, channel->sent + LAN_CORE_WINDOW_RECORDS);
  channel->reading = TRUE;
  lan_core_read (core, ask, request, LAN_CORE_READ_BYTES);
}

void
lan_core_pump (LanCore *core, LanCoreChannel *channel)
{
  Load load = { .n = 0 };
  LanCoreTalk *talk = channel->person->talk;

  while (may_send (channel) && window_open (channel) && channel->sent < talk->own->committed.seq) {
    LanTailEntry *entry = lan_talk_tail_entry (talk, channel->sent + 1);

    if (entry == NULL || entry->blob == NULL) {
      flush (core, channel, &load);
      read_more (core, channel);
      return;
    }
    if (!links_up (core, channel, entry->seq, entry->blob))
      break;
    if (!put (&load, entry->blob)) {
      flush (core, channel, &load);
      continue;
    }
    channel->sent++;
  }
  flush (core, channel, &load);
}

void
lan_core_on_push_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreChannel *channel = g_hash_table_lookup (core->channels, &ask->channel);
  Load load = { .n = 0 };

  if (channel == NULL || channel->person != ask->talk->peer)
    return;
  channel->reading = FALSE;
  for (guint i = 0; i < rows->len && may_send (channel) && ask->log == ask->talk->own; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if (row->seq != channel->sent + 1)
      continue;
    if (!links_up (core, channel, row->seq, row->blob))
      break;
    if (!put (&load, row->blob)) {
      flush (core, channel, &load);
      put (&load, row->blob);
    }
    channel->sent = row->seq;
  }
  flush (core, channel, &load);
  if (rows->len > 0)
    lan_core_pump (core, channel);
}

void
lan_core_serve (LanCore *core, LanCoreChannel *channel)
{
  LanCoreTalk *talk = channel->person->talk;
  guint64 request;
  LanAsk *ask;

  if (talk == NULL || channel->serve_next == 0 || channel->serve_reading || !channel->writable)
    return;
  ask = lan_core_ask (core, LAN_ASK_SERVE, talk, &request);
  ask->channel = channel->id;
  ask->device = channel->serve_device;
  ask->from_seq = channel->serve_next;
  ask->to_seq = channel->serve_to;
  channel->serve_reading = TRUE;
  lan_core_read (core, ask, request, LAN_CORE_READ_BYTES);
}

void
lan_core_on_serve_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreChannel *channel = g_hash_table_lookup (core->channels, &ask->channel);
  Load load = { .n = 0 };

  if (channel == NULL || channel->person != ask->talk->peer)
    return;
  channel->serve_reading = FALSE;
  if (channel->serve_next != ask->from_seq ||
      !lan_device_id_equal (&channel->serve_device, &ask->device)) {
    lan_core_serve (core, channel);
    return;
  }
  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if (row->seq != channel->serve_next)
      continue;
    if (!put (&load, row->blob)) {
      send_load (core, channel, &load);
      put (&load, row->blob);
    }
    channel->serve_next++;
  }
  send_load (core, channel, &load);
  if (rows->len == 0 || channel->serve_next > channel->serve_to)
    channel->serve_next = 0;
  lan_core_serve (core, channel);
}

/* Tells node once that a channel is wanted, and once that it no longer is. */
void
lan_core_want (LanCore *core, LanCorePerson *person)
{
  gboolean want = person->talk != NULL && lan_talk_has_waiting (person->talk) &&
                  (person->talk->row.flags & LAN_CONVERSATION_HELD) == 0 &&
                  lan_account_id_is_zero (&person->row.merged_into) &&
                  !lan_core_is_blocked (person);
  LanCoreAction *action;

  if (want == person->wanted)
    return;
  person->wanted = want;
  action = lan_core_action_new (LAN_CORE_WANT_CHANNEL);
  action->account = person->row.account;
  action->on = want;
  lan_core_push (core, action);
}
