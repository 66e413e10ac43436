/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a person sees beside an own message. 'Delivered' is read off the vectors of the other's
 * devices, but only once the vector's hash was found to be that of our record, and told at once: it
 * is the other's disk that holds the message. 'Read' is read off the other's read-up-to records, and
 * kept before it is told.
 */
#include "lan-core-private.h"

#include <string.h>

static LanCoreAction *
state_event (LanCore *core, LanCoreTalk *talk, LanMessageState state)
{
  LanCoreAction *event = lan_core_action_new (LAN_CORE_MESSAGE_STATE);

  event->account = talk->peer->row.account;
  event->state.conversation = talk->row.conversation;
  event->state.state = state;
  event->state.time_ms = core->now.wall_ms;
  event->state.messages = g_array_new (FALSE, FALSE, sizeof (LanMessageId));
  return event;
}

static gboolean
is_empty (LanCoreAction *event)
{
  if (event->state.messages->len > 0)
    return FALSE;
  lan_core_action_clear (event);
  g_free (event);
  return TRUE;
}

static void
tell (LanCore *core, LanCoreAction *event)
{
  if (!is_empty (event))
    lan_core_push (core, event);
}

/* Told when the batch that is being collected is committed. */
static void
tell_later (LanCore *core, LanCoreAction *event)
{
  if (!is_empty (event))
    g_ptr_array_add (lan_core_batch (core)->events, event);
}

void
lan_core_set_holding (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 seq,
                      const LanHash *hash)
{
  LanHolding *holding = lan_talk_holding (talk, holder, &talk->own->device);

  if (seq <= holding->seq)
    return;
  holding->seq = seq;
  holding->hash = *hash;
  holding->dirty = TRUE;
  lan_core_touch_holdings (core, talk);
  lan_mail_on_holding (core, talk, holder, seq);
  lan_carry_on_holding (core, talk, holder, seq);
  lan_talk_tail_trim (talk);
  lan_core_want (core, talk->peer);
  lan_core_tell_own_holder (core, talk, holder);
}

static void
confirm_from_tail (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 known,
                   guint64 seq, const LanHash *hash)
{
  LanCoreAction *event = state_event (core, talk, LAN_MESSAGE_DELIVERED);
  guint64 told = lan_talk_delivered (talk, &talk->own->device);

  for (guint64 s = MAX (known, told) + 1; s <= seq; s++) {
    LanTailEntry *entry = lan_talk_tail_entry (talk, s);

    if (entry->has_state)
      g_array_append_val (event->state.messages, entry->message);
  }
  lan_core_set_holding (core, talk, holder, seq, hash);
  tell (core, event);
}

static void
ask_confirm (LanCore *core, LanCoreTalk *talk, guint64 known)
{
  guint64 request;
  LanAsk *ask = lan_core_ask (core, LAN_ASK_CONFIRM, talk, &request);

  ask->log = talk->own;
  ask->device = talk->own->device;
  ask->from_seq = talk->claim_checked ? known + 1 : talk->claimed.seq;
  ask->to_seq = talk->claimed.seq;
  talk->confirming = request;
  lan_core_read (core, ask, request, LAN_CORE_READ_BYTES);
}

/* Whose vector it was is asked for the record. */
static void
suspect (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 seq,
         const LanHash *ours)
{
  for (guint i = 0; i < talk->peer->channels->len; i++) {
    LanCoreChannel *channel = g_ptr_array_index (talk->peer->channels, i);

    if (!channel->best || !lan_device_id_equal (&channel->device, holder))
      continue;
    lan_core_suspect (core, channel, seq, ours);
    return;
  }
}

/* @seq is at most what is committed here. */
void
lan_core_confirm (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 seq,
                  const LanHash *hash)
{
  LanHolding *holding = lan_talk_holding (talk, holder, &talk->own->device);
  LanTailEntry *last = lan_talk_tail_entry (talk, seq);

  if (seq < holding->seq)
    return; /* the other was put back from a copy: the pump sends it again */
  if (seq == holding->seq) {
    if (!lan_hash_equal (hash, &holding->hash))
      suspect (core, talk, holder, seq, &holding->hash);
    return;
  }
  if (last != NULL && !lan_hash_equal (&last->hash, hash)) {
    suspect (core, talk, holder, seq, &last->hash);
    return;
  }
  if (last != NULL && lan_talk_tail_entry (talk, holding->seq + 1) != NULL) {
    confirm_from_tail (core, talk, holder, holding->seq, seq, hash);
    return;
  }
  talk->claimed = (LanHolding){ *holder, talk->own->device, seq, *hash, FALSE };
  talk->claim_checked = last != NULL;
  if (talk->confirming == 0)
    ask_confirm (core, talk, holding->seq);
}

/* The one record whose hash the vector names: is it ours? */
static void
check_claim (LanCore *core, LanCoreTalk *talk, guint64 known, const LanRecordRow *row)
{
  if (row->seq != talk->claimed.seq) {
    ask_confirm (core, talk, known); /* a newer vector came in between */
  } else if (lan_hash_equal (&row->hash, &talk->claimed.hash)) {
    talk->claim_checked = TRUE;
    ask_confirm (core, talk, known);
  } else {
    suspect (core, talk, &talk->claimed.holder, row->seq, &row->hash);
  }
}

/* Other devices' vectors may have come in while the store was asked about one. */
static void
confirm_others (LanCore *core, LanCoreTalk *talk)
{
  for (guint i = 0; i < talk->peer->channels->len && talk->confirming == 0; i++) {
    const LanCoreChannel *channel = g_ptr_array_index (talk->peer->channels, i);

    if (channel->vector_seen && channel->acked <= talk->own->committed.seq &&
        channel->acked > lan_talk_holding (talk, &channel->device, &talk->own->device)->seq)
      lan_core_confirm (core, talk, &channel->device, channel->acked, &channel->acked_hash);
  }
}

void
lan_core_on_confirm_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreTalk *talk = ask->talk;
  LanHolding *holding;
  LanCoreAction *event;
  const LanRecordRow *row = NULL;

  talk->confirming = 0;
  if (ask->log != talk->own || rows->len == 0 || talk->claimed.seq == 0)
    return;
  holding = lan_talk_holding (talk, &talk->claimed.holder, &talk->own->device);
  if (!talk->claim_checked) {
    check_claim (core, talk, holding->seq, g_ptr_array_index (rows, 0));
    return;
  }
  if (holding->seq + 1 != ask->from_seq || holding->seq >= talk->claimed.seq)
    return;
  event = state_event (core, talk, LAN_MESSAGE_DELIVERED);
  /* Ascending; of what is missing between them nothing is kept any more. */
  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *next = g_ptr_array_index (rows, i);

    if (next->seq > talk->claimed.seq)
      break;
    row = next;
    if (lan_kind_has_state (row->kind))
      g_array_append_val (event->state.messages, row->message);
  }
  if (row != NULL)
    lan_core_set_holding (core, talk, &talk->claimed.holder, row->seq, &row->hash);
  tell (core, event);
  if (row != NULL && row->seq < talk->claimed.seq)
    ask_confirm (core, talk, row->seq);
  else if (row != NULL)
    confirm_others (core, talk);
}

static void
ask_states (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device, guint64 seq, guint64 low,
            guint64 high, LanMessageState state)
{
  guint64 request;
  LanAsk *ask = lan_core_ask (core, LAN_ASK_STATES, talk, &request);

  ask->state = state;
  ask->device = *device;
  ask->from_seq = seq > LAN_CORE_TAIL_KEEP ? seq - LAN_CORE_TAIL_KEEP + 1 : 1;
  ask->to_seq = seq;
  ask->low_hlc = low;
  ask->high_hlc = high;
  lan_core_read (core, ask, request, LAN_CORE_READ_BYTES);
}

/* All that this account wrote above @low and up to @hlc, on whichever device. What memory does not
 * reach, the store does: the newest of those, for whoever looks at them. */
static void
tell_read (LanCore *core, LanCoreTalk *talk, guint64 low, guint64 hlc)
{
  LanCoreAction *event = state_event (core, talk, LAN_MESSAGE_READ);
  LanTailEntry *entry;
  guint64 s;

  for (s = talk->own->committed.seq; (entry = lan_talk_tail_entry (talk, s)) != NULL; s--) {
    if (entry->hlc <= low)
      break;
    if (entry->has_state && entry->hlc <= hlc)
      g_array_prepend_val (event->state.messages, entry->message);
  }
  tell_later (core, event);
  if (s > 0 && entry == NULL)
    ask_states (core, talk, &talk->own->device, s, low, hlc, LAN_MESSAGE_READ);
  for (guint i = 0; i < talk->logs->len; i++) {
    const LanCoreLog *log = g_ptr_array_index (talk->logs, i);

    if (log->own && log != talk->own && log->committed.seq > 0 && log->committed.hlc > low)
      ask_states (core, talk, &log->device, log->committed.seq, low, hlc, LAN_MESSAGE_READ);
  }
}

static void
read_up_to (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device, guint64 seq, guint64 hlc)
{
  LanCoreLog *log = lan_talk_find_log (talk, device);
  guint64 low = talk->row.peer_read_hlc;

  if (lan_core_own_device (core, device) != NULL) {
    /* What another device of ours wrote may reach this one later than the news that it was read. */
    hlc = MIN (hlc, (guint64) (core->now.wall_ms + LAN_CLOCK_TOLERANCE_MS) << 16);
  } else if (log == NULL || !log->own || seq > log->committed.seq) {
    return;
  } else {
    hlc = MIN (hlc, log->committed.hlc);
  }
  if (hlc <= low)
    return;
  talk->row.peer_read_hlc = hlc;
  lan_core_touch_talk (core, talk);
  tell_read (core, talk, low, hlc);
}

/* The hash is looked at where memory has ours to compare: the log is another device's, whose
 * business it is, and nothing but the ticks on this screen follows. */
void
lan_core_note_holding (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder,
                       const LanDeviceId *author, guint64 seq, const LanHash *hash)
{
  LanCoreLog *log = lan_talk_find_log (talk, author);
  LanHolding *holding;
  guint64 told;

  if (log == NULL || !log->own || log == talk->own || lan_core_is_me (core, talk->peer) ||
      seq > log->committed.seq)
    return;
  if (seq == log->committed.seq && !lan_hash_equal (hash, &log->committed.hash))
    return;
  told = lan_talk_delivered (talk, author);
  holding = lan_talk_holding (talk, holder, author);
  if (seq <= holding->seq)
    return;
  holding->seq = seq;
  holding->hash = *hash;
  holding->dirty = TRUE;
  lan_core_touch_holdings (core, talk);
  lan_core_want (core, talk->peer);
  lan_core_tell_own_holder (core, talk, holder);
  if (seq > told)
    ask_states (core, talk, author, seq, 0, LAN_HLC_MAX, LAN_MESSAGE_DELIVERED);
}

void
lan_core_on_read_up_to (LanCore *core, LanCoreTalk *talk, const Lanyard__ReadUpTo *read)
{
  for (gsize i = 0; i < read->n_marks; i++) {
    LanDeviceId device;

    memcpy (device.b, read->marks[i]->device.data, sizeof device.b);
    read_up_to (core, talk, &device, read->marks[i]->seq, read->marks[i]->hlc);
  }
}

void
lan_core_on_states_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreAction *event = state_event (core, ask->talk, ask->state);

  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if (ask->state == LAN_MESSAGE_DELIVERED && row->hlc <= ask->talk->row.peer_read_hlc)
      continue;
    if (row->hlc > ask->low_hlc && row->hlc <= ask->high_hlc && lan_kind_has_state (row->kind))
      g_array_append_val (event->state.messages, row->message);
  }
  tell (core, event);
}

LanMessageState
lan_core_record_state (LanCore *core, const LanRecordRow *row)
{
  LanCoreTalk *talk = g_hash_table_lookup (core->talks, &row->conversation);

  if (talk == NULL)
    return lan_group_state_of (core, row);
  if (row->hlc <= talk->row.peer_read_hlc)
    return LAN_MESSAGE_READ;
  if (row->seq <= lan_talk_delivered (talk, &row->device))
    return LAN_MESSAGE_DELIVERED;
  if (lan_device_id_equal (&row->device, &talk->own->device) &&
      row->seq <= lan_mail_left_up_to (talk))
    return LAN_MESSAGE_MAILBOX;
  if (lan_device_id_equal (&row->device, &talk->own->device) &&
      row->seq <= lan_carry_up_to (core, talk))
    return LAN_MESSAGE_CARRIED;
  return LAN_MESSAGE_QUEUED;
}
