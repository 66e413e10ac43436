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
  gboolean begins; /* what stood before the first of them is not kept any more */
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
  records.begins = load->begins;
  frame.body_case = LANYARD__FRAME__BODY_RECORDS;
  frame.records = &records;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
  load->n = 0;
  load->bytes = 0;
  load->begins = FALSE;
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

  return talk != NULL && channel->best && channel->writable && channel->vector_seen &&
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
read_more (LanCore *core, LanCoreChannel *channel, guint64 to)
{
  LanCoreTalk *talk = channel->person->talk;
  guint64 request;
  LanAsk *ask = lan_core_ask (core, LAN_ASK_PUSH, talk, &request);

  ask->channel = channel->id;
  ask->log = talk->own;
  ask->device = talk->own->device;
  ask->from_seq = channel->sent + 1;
  ask->to_seq = to;
  channel->reading = TRUE;
  lan_core_read (core, ask, request, LAN_CORE_READ_BYTES);
}

/* FALSE: @load was sent first, as it had no room, or as a frame begins behind a gap; again. */
static gboolean
put_next (LanCore *core, LanCoreChannel *channel, Load *load, guint64 seq, GBytes *blob)
{
  gboolean begins = channel->gone.seq != 0 && seq == channel->gone.seq + 1;

  if ((begins && load->n > 0) || !put (load, blob)) {
    flush (core, channel, load);
    return FALSE;
  }
  load->begins = load->begins || begins;
  channel->sent = seq;
  return TRUE;
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
      read_more (core, channel,
                 MIN (talk->own->committed.seq, channel->sent + LAN_CORE_WINDOW_RECORDS));
      return;
    }
    if (!links_up (core, channel, entry->seq, entry->blob))
      break;
    (void) put_next (core, channel, &load, entry->seq, entry->blob);
  }
  flush (core, channel, &load);
}

/* What was to be sent next is not kept any more: it goes on behind that. */
static void
step_over (LanCore *core, LanCoreChannel *channel, const LanLogPoint *gone)
{
  channel->gone = *gone;
  channel->sent = MAX (channel->sent, gone->seq);
  if (channel->acked < gone->seq) {
    channel->acked = gone->seq;
    channel->acked_hash = gone->hash;
  }
  lan_core_skip_gone (core, channel->person->talk, &channel->device, gone);
}

static void
send_rows (LanCore *core, LanCoreChannel *channel, GPtrArray *rows)
{
  Load load = { .n = 0 };

  for (guint i = 0; i < rows->len && may_send (channel) && window_open (channel); i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if (row->seq != channel->sent + 1)
      continue; /* a gap between them is found when it is asked for what follows */
    if (!links_up (core, channel, row->seq, row->blob))
      break;
    if (!put_next (core, channel, &load, row->seq, row->blob))
      (void) put_next (core, channel, &load, row->seq, row->blob);
  }
  flush (core, channel, &load);
}

void
lan_core_on_push_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreChannel *channel = g_hash_table_lookup (core->channels, &ask->channel);
  LanGap gap = LAN_GAP_NONE;
  LanLogPoint gone;

  if (channel == NULL || channel->person != ask->talk->peer)
    return;
  channel->reading = FALSE;
  if (ask->log != ask->talk->own)
    return;
  if (may_send (channel) && ask->from_seq == channel->sent + 1)
    gap = lan_core_find_gap (ask, rows, &gone);
  if (gap == LAN_GAP_ASK) {
    read_more (core, channel, ask->log->committed.seq);
    return;
  }
  if (gap == LAN_GAP_FOUND)
    step_over (core, channel, &gone);
  send_rows (core, channel, rows);
  if (rows->len > 0 || gap == LAN_GAP_FOUND)
    lan_core_pump (core, channel);
}

void
lan_core_serve (LanCore *core, LanCoreChannel *channel)
{
  const LanServe *serve;
  guint64 request;
  LanAsk *ask;

  if (channel->serves->len == 0 || channel->serve_reading || !channel->writable)
    return;
  serve = &g_array_index (channel->serves, LanServe, 0);
  ask = lan_core_ask (core, LAN_ASK_SERVE, serve->talk, &request);
  ask->channel = channel->id;
  ask->device = serve->device;
  ask->from_seq = serve->next;
  ask->to_seq = serve->to;
  channel->serve_reading = TRUE;
  lan_core_read (core, ask, request, LAN_CORE_READ_BYTES);
}

/* Sends those of @rows that are asked for. FALSE: no more of them can be given. */
static gboolean
serve_rows (LanCore *core, LanCoreChannel *channel, LanServe *serve, GPtrArray *rows)
{
  Load load = { .n = 0 };
  gboolean goes_on = TRUE;

  for (guint i = 0; i < rows->len && goes_on; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);
    gboolean begins = row->seq > serve->next;

    if (row->seq < serve->next)
      continue;
    goes_on = row->seq <= serve->to &&
              (!begins || lan_core_may_tell_begin (core, channel, &serve->device));
    if (!goes_on)
      break;
    if ((begins && load.n > 0) || !put (&load, row->blob)) {
      send_load (core, channel, &load);
      put (&load, row->blob);
    }
    load.begins = load.begins || begins;
    serve->next = row->seq + 1;
  }
  send_load (core, channel, &load);
  return goes_on && rows->len > 0 && serve->next <= serve->to;
}

void
lan_core_on_serve_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreChannel *channel = g_hash_table_lookup (core->channels, &ask->channel);
  LanServe *serve;
  LanLogPoint gone;
  LanGap gap;

  if (channel == NULL || channel->serves->len == 0)
    return;
  channel->serve_reading = FALSE;
  serve = &g_array_index (channel->serves, LanServe, 0);
  if (serve->talk != ask->talk || serve->next != ask->from_seq ||
      !lan_device_id_equal (&serve->device, &ask->device)) {
    lan_core_serve (core, channel);
    return;
  }
  ask->log = lan_talk_find_log (ask->talk, &ask->device);
  gap = lan_core_find_gap (ask, rows, &gone);
  if (gap == LAN_GAP_ASK && lan_core_may_tell_begin (core, channel, &serve->device)) {
    serve->to = ask->log->committed.seq;
    lan_core_serve (core, channel);
    return;
  }
  if (gap == LAN_GAP_FOUND && rows->len > 0)
    serve->to = MIN (serve->to, gone.seq + LAN_CORE_PULL_RECORDS);
  if (!serve_rows (core, channel, serve, rows))
    g_array_remove_index (channel->serves, 0);
  lan_core_serve (core, channel);
}

/* Does @device of the other lack something of ours? */
static gboolean
lacks (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device)
{
  if (talk->own->head.seq > talk->own->committed.seq || talk->deferred.length > 0)
    return TRUE;
  for (guint i = 0; i < talk->logs->len; i++) {
    const LanCoreLog *log = g_ptr_array_index (talk->logs, i);
    const LanCoreDevice *author = lan_core_own_device (core, &log->device);

    if (log != talk->own && (!log->own || author == NULL || author->row.state != 0))
      continue; /* theirs, or of a device that is no more: written again, if it has to be */
    if (log->committed.seq > 0 &&
        log->committed.seq > lan_talk_holding (talk, device, &log->device)->seq)
      return TRUE;
  }
  return FALSE;
}

static void
tell_want (LanCore *core, LanCorePerson *person, const LanCoreDevice *device, gboolean on)
{
  LanCoreAction *action = lan_core_action_new (LAN_CORE_WANT_CHANNEL);

  action->account = person->row.account;
  action->on = on;
  if (device != NULL)
    action->want.device = device->row.device;
  lan_core_push (core, action);
}

/* Tells node once that a channel is wanted, and once that it no longer is; of each device that has
 * a use for it. One's own devices are always wanted; after restoring, everybody is until they have said
 * what they have. */
void
lan_core_want (LanCore *core, LanCorePerson *person)
{
  gboolean me = lan_core_is_me (core, person);
  gboolean may =
      me || (person->talk != NULL && lan_talk_has_records (person->talk) &&
             (person->talk->row.flags & LAN_CONVERSATION_HELD) == 0 &&
             lan_account_id_is_zero (&person->row.merged_into) && !lan_core_is_blocked (person));
  gboolean in_group = !lan_core_is_blocked (person) && lan_group_wants (core, &person->row.account);
  gboolean carries = lan_carry_wants (core, person);
  gboolean meet = may && !me && !person->met && core->now.wall_ms < core->meet_until_ms;
  gboolean any = FALSE, nobody = TRUE;

  for (guint i = 0; i < person->devices->len; i++) {
    LanCoreDevice *device = g_ptr_array_index (person->devices, i);
    gboolean active = device->row.state == 0 && device->row.cert != NULL;
    gboolean use =
        active && ((may && (me || lacks (core, person->talk, &device->row.device))) || in_group);
    gboolean want = use || (active && (meet || carries));

    nobody = nobody && !active;
    any = any || use;
    if (want == device->wanted)
      continue;
    device->wanted = want;
    tell_want (core, person, device, want);
  }
  /* Known by name only, as out of a directory: whoever answers there will do. */
  if (nobody && !me && ((may && lan_talk_has_waiting (person->talk)) || in_group))
    any = TRUE;
  if (nobody && any != person->wanted)
    tell_want (core, person, NULL, any);
  person->wanted = any;
  if (any && !me && may && person->talk != NULL)
    lan_mail_arm (core, person->talk);
}
