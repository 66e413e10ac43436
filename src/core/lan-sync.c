/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Vectors and fetches. A vector says what is on the sender's disk: it is the receipt of what came,
 * and tells the other where to go on. It lists every log of the conversation, so that each device of
 * either person can bring what another one wrote (lan-pull.c).
 */
#include "lan-core-private.h"

#include <string.h>

static void
add_head (GArray *heads, LanCoreLog *log)
{
  Lanyard__LogHead head = LANYARD__LOG_HEAD__INIT;

  head.device = (ProtobufCBinaryData){ sizeof log->device.b, log->device.b };
  head.seq = log->committed.seq;
  head.hash = (ProtobufCBinaryData){ sizeof log->committed.hash.b, log->committed.hash.b };
  g_array_append_val (heads, head);
}

/* What @holder, a device of the other, is known to have of our logs. */
static void
add_holdings (GArray *heads, LanCoreTalk *talk, const LanDeviceId *holder)
{
  for (guint i = 0; i < talk->holdings->len && heads->len < LAN_HEADS_MAX_COUNT; i++) {
    LanHolding *holding = &g_array_index (talk->holdings, LanHolding, i);
    Lanyard__LogHead head = LANYARD__LOG_HEAD__INIT;

    if (holding->seq == 0 || !lan_device_id_equal (&holding->holder, holder))
      continue;
    head.device = (ProtobufCBinaryData){ sizeof holding->author.b, holding->author.b };
    head.seq = holding->seq;
    head.hash = (ProtobufCBinaryData){ sizeof holding->hash.b, holding->hash.b };
    g_array_append_val (heads, head);
  }
}

/* The log of a device that this one was before is its own business: it may have forked. */
static gboolean
is_listed (LanCore *core, const LanCoreTalk *talk, const LanCoreLog *log)
{
  return log->committed.seq > 0 &&
         (!log->own || log == talk->own || lan_core_own_device (core, &log->device) != NULL);
}

void
lan_core_send_vector_of (LanCore *core, LanCoreChannel *channel, const LanConversationId *id,
                         LanCoreTalk *talk, const LanDeviceId *holder, gboolean ask)
{
  g_autoptr (GArray) heads = g_array_new (FALSE, FALSE, sizeof (Lanyard__LogHead));
  g_autoptr (GPtrArray) pointers = g_ptr_array_new ();
  Lanyard__Vector vector = LANYARD__VECTOR__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  if (holder != NULL)
    add_holdings (heads, talk, holder);
  for (guint i = 0; holder == NULL && talk != NULL && i < talk->logs->len; i++) {
    LanCoreLog *log = g_ptr_array_index (talk->logs, i);

    if (is_listed (core, talk, log))
      add_head (heads, log);
  }
  for (guint i = 0; i < heads->len; i++)
    g_ptr_array_add (pointers, &g_array_index (heads, Lanyard__LogHead, i));
  vector.conversation = (ProtobufCBinaryData){ sizeof id->b, (guint8 *) id->b };
  vector.heads = (Lanyard__LogHead **) pointers->pdata;
  vector.n_heads = pointers->len;
  if (holder != NULL)
    vector.holder = (ProtobufCBinaryData){ sizeof holder->b, (guint8 *) holder->b };
  vector.ask = ask;
  frame.body_case = LANYARD__FRAME__BODY_VECTOR;
  frame.vector = &vector;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

void
lan_core_send_vector (LanCore *core, LanCoreChannel *channel)
{
  LanCoreTalk *talk = channel->person->talk;
  LanConversationId id;

  lan_conversation_id_of_pair (&id, &core->self, &channel->person->row.account);
  channel->vector_sent = TRUE;
  if (talk != NULL)
    talk->vector_due = FALSE;
  lan_core_send_vector_of (core, channel, &id, talk, NULL, FALSE);
}

void
lan_core_send_fetch (LanCore *core, LanCoreChannel *channel, const LanConversationId *id,
                     const LanDeviceId *device, guint64 from, guint64 to)
{
  Lanyard__Fetch fetch = LANYARD__FETCH__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  fetch.conversation = (ProtobufCBinaryData){ sizeof id->b, (guint8 *) id->b };
  fetch.device = (ProtobufCBinaryData){ sizeof device->b, (guint8 *) device->b };
  fetch.from = from;
  fetch.to = to;
  frame.body_case = LANYARD__FRAME__BODY_FETCH;
  frame.fetch = &fetch;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

/* Of a stranger who left something before, it must be known how much before more is invited. */
void
lan_core_begin_sync (LanCore *core, LanCoreChannel *channel)
{
  LanCoreTalk *talk = channel->person->talk;

  channel->sent = channel->acked;
  g_array_set_size (channel->in_flight, 0);
  channel->in_flight_bytes = 0;
  if (lan_core_count_known (core, talk))
    lan_core_send_vector (core, channel);
  if (lan_core_is_me (core, channel->person))
    lan_core_own_met (core, channel);
  lan_core_pump (core, channel);
  lan_group_begin_sync (core, channel);
}

/* The other has more of our log than we do: this profile was put back from a copy. */
void
lan_core_begin_restore (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk, guint64 to)
{
  gboolean *once = channel->person == talk->peer ? &channel->restored : &talk->restored;

  if (*once || talk->restoring)
    return;
  *once = TRUE;
  talk->restoring = TRUE;
  talk->restore_to = to;
  lan_deadlines_set (core->deadlines, talk, LAN_DUE_RESTORE,
                     core->now.mono_us + LAN_CORE_RESTORE_US);
  lan_core_send_fetch (core, channel, &talk->row.conversation, &talk->own->device,
                       talk->own->committed.seq + 1, to);
}

static void
note_acked (LanCoreChannel *channel, guint64 seq, const LanHash *hash)
{
  channel->vector_seen = TRUE;
  if (seq < channel->gone.seq) { /* it cannot have what is not kept any more */
    seq = channel->gone.seq;
    hash = &channel->gone.hash;
  }
  channel->acked = seq;
  channel->acked_hash = *hash;
  channel->sent = MAX (channel->sent, seq);
  while (channel->in_flight->len > 0 &&
         g_array_index (channel->in_flight, LanInFlight, 0).last_seq <= seq) {
    channel->in_flight_bytes -= g_array_index (channel->in_flight, LanInFlight, 0).bytes;
    g_array_remove_index (channel->in_flight, 0);
  }
}

static void
own_entry (const LanCore *core, const Lanyard__Vector *vector, guint64 *seq, LanHash *hash)
{
  *seq = 0;
  memset (hash, 0, sizeof *hash);
  for (gsize i = 0; i < vector->n_heads; i++) {
    const Lanyard__LogHead *head = vector->heads[i];

    if (memcmp (head->device.data, core->self_device.b, sizeof core->self_device.b) != 0)
      continue;
    *seq = head->seq;
    memcpy (hash->b, head->hash.data, sizeof hash->b);
  }
}

/* Something was said on devices that are not at the ends of this channel. */
static gboolean
names_another (const LanCoreChannel *channel, const Lanyard__Vector *vector)
{
  for (gsize i = 0; i < vector->n_heads; i++) {
    if (memcmp (vector->heads[i]->device.data, channel->device.b, sizeof channel->device.b) != 0)
      return TRUE;
  }
  return FALSE;
}

/* Of the logs that our other devices wrote: what the other end has of them. */
static void
note_holdings (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk,
               const Lanyard__Vector *vector)
{
  for (gsize i = 0; i < vector->n_heads; i++) {
    LanDeviceId author;
    LanHash hash;

    memcpy (author.b, vector->heads[i]->device.data, sizeof author.b);
    memcpy (hash.b, vector->heads[i]->hash.data, sizeof hash.b);
    if (!lan_device_id_equal (&author, &core->self_device))
      lan_core_note_holding (core, talk, &channel->device, &author, vector->heads[i]->seq, &hash);
  }
}

void
lan_core_on_vector (LanCore *core, LanCoreChannel *channel, const Lanyard__Vector *vector)
{
  LanCorePerson *person = channel->person;
  LanCoreTalk *talk;
  LanConversationId id;
  LanHash hash;
  guint64 seq;

  lan_conversation_id_of_pair (&id, &core->self, &person->row.account);
  if (memcmp (id.b, vector->conversation.data, sizeof id.b) != 0) {
    if (lan_core_is_me (core, person))
      lan_core_on_own_vector (core, channel, vector);
    return;
  }
  own_entry (core, vector, &seq, &hash);
  talk = person->talk;
  if (!person->met) {
    person->met = TRUE;
    lan_core_want (core, person);
  }
  if (seq > 0 && talk == NULL) {
    /* Nothing is known of what was said: it is our own account's word that brings it back. */
    if (!lan_core_is_accepted (person))
      return;
    talk = lan_core_get_talk (core, person);
  }
  if (talk == NULL && lan_core_is_accepted (person) && names_another (channel, vector))
    talk = lan_core_get_talk (core, person);
  if (talk != NULL) {
    lan_core_note_heads (core, channel, talk, vector, lan_core_is_me (core, person));
    note_holdings (core, channel, talk, vector);
  }
  if (talk != NULL && seq > talk->own->committed.seq) {
    if (talk->own->head.seq < seq)
      lan_core_begin_restore (core, channel, talk, seq);
    channel->vector_seen = TRUE;
    return;
  }
  for (guint i = 0; i < person->channels->len; i++) {
    LanCoreChannel *other = g_ptr_array_index (person->channels, i);

    if (other == channel ||
        (other->vector_seen && lan_device_id_equal (&other->device, &channel->device)))
      note_acked (other, seq, &hash);
  }
  if (talk == NULL)
    return;
  if (seq > 0)
    lan_core_confirm (core, talk, &channel->device, seq, &hash);
  lan_core_for_each_best (core, person, lan_core_pump);
}

/* Sends own records again, as when the other could not keep them. */
void
lan_core_rewind (LanCore *core, LanCoreChannel *channel)
{
  guint64 from = channel->rewind_from;

  channel->rewind_from = 0;
  if (from == 0)
    return;
  channel->rewound_us = core->now.mono_us;
  channel->sent = MIN (channel->sent, from - 1);
  g_array_set_size (channel->in_flight, 0);
  channel->in_flight_bytes = 0;
  lan_core_pump (core, channel);
}

/* Each time costs a window of records, and asking costs a few bytes: so not at any rate. */
static void
ask_rewind (LanCore *core, LanCoreChannel *channel, guint64 from)
{
  gint64 due = channel->rewound_us + LAN_CORE_REWIND_US;

  /* Whoever does not know what `begins` is would ask for ever. */
  if (from <= channel->gone.seq && ++channel->begins_asked > LAN_CORE_BEGINS_MAX)
    return;
  channel->rewind_from = channel->rewind_from == 0 ? from : MIN (channel->rewind_from, from);
  if (channel->rewound_us == 0 || due <= core->now.mono_us)
    lan_core_rewind (core, channel);
  else
    lan_deadlines_set (core->deadlines, channel, LAN_DUE_REWIND, due);
}

/* Answered in turn; another one for the same log takes the place of the first. */
static void
queue_serve (LanCore *core, LanCoreChannel *channel, const LanServe *serve)
{
  for (guint i = 0; i < channel->serves->len; i++) {
    LanServe *known = &g_array_index (channel->serves, LanServe, i);

    if (known->talk != serve->talk || !lan_device_id_equal (&known->device, &serve->device))
      continue;
    *known = *serve;
    lan_core_serve (core, channel);
    return;
  }
  if (channel->serves->len >= LAN_CORE_SERVES_MAX)
    g_array_remove_index (channel->serves, channel->serves->len - 1);
  g_array_append_val (channel->serves, *serve);
  lan_core_serve (core, channel);
}

void
lan_core_on_fetch (LanCore *core, LanCoreChannel *channel, const Lanyard__Fetch *fetch)
{
  LanCoreTalk *talk = lan_core_channel_talk (core, channel, fetch->conversation.data);
  LanDeviceId device;
  LanServe serve;
  LanCoreLog *log;

  if (talk == NULL || fetch->from == 0 || (fetch->to != 0 && fetch->to < fetch->from))
    return;
  memcpy (device.b, fetch->device.data, sizeof device.b);
  log = lan_talk_find_log (talk, &device);
  if (log == NULL || fetch->from > log->committed.seq)
    return;
  if (log == talk->own && fetch->to == 0 && talk->peer == channel->person) {
    ask_rewind (core, channel, fetch->from);
    return;
  }
  serve.talk = talk;
  serve.device = device;
  serve.next = fetch->from;
  serve.to = fetch->to == 0 ? log->committed.seq : MIN (fetch->to, log->committed.seq);
  queue_serve (core, channel, &serve);
}
