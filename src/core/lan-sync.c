/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Vectors and fetches. A vector says what is on the sender's disk: it is the receipt of what came,
 * and tells the other where to go on. It lists the logs of the other and the own present one.
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

void
lan_core_send_vector (LanCore *core, LanCoreChannel *channel)
{
  g_autoptr (GArray) heads = g_array_new (FALSE, FALSE, sizeof (Lanyard__LogHead));
  g_autoptr (GPtrArray) pointers = g_ptr_array_new ();
  LanCoreTalk *talk = channel->person->talk;
  Lanyard__Vector vector = LANYARD__VECTOR__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanConversationId id;

  for (guint i = 0; talk != NULL && i < talk->logs->len; i++) {
    LanCoreLog *log = g_ptr_array_index (talk->logs, i);

    if ((!log->own || log == talk->own) && log->committed.seq > 0)
      add_head (heads, log);
  }
  for (guint i = 0; i < heads->len; i++)
    g_ptr_array_add (pointers, &g_array_index (heads, Lanyard__LogHead, i));
  lan_conversation_id_of_pair (&id, &core->self, &channel->person->row.account);
  vector.conversation = (ProtobufCBinaryData){ sizeof id.b, id.b };
  vector.heads = (Lanyard__LogHead **) pointers->pdata;
  vector.n_heads = pointers->len;
  frame.body_case = LANYARD__FRAME__BODY_VECTOR;
  frame.vector = &vector;
  channel->vector_sent = TRUE;
  if (talk != NULL)
    talk->vector_due = FALSE;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
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
  lan_core_pump (core, channel);
}

/* The other has more of our log than we do: this profile was put back from a copy. */
static void
begin_restore (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk, guint64 to)
{
  if (channel->restored || talk->restoring)
    return;
  channel->restored = TRUE;
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

void
lan_core_on_vector (LanCore *core, LanCoreChannel *channel, const Lanyard__Vector *vector)
{
  LanCorePerson *person = channel->person;
  LanCoreTalk *talk;
  LanConversationId id;
  LanHash hash;
  guint64 seq;

  lan_conversation_id_of_pair (&id, &core->self, &person->row.account);
  if (memcmp (id.b, vector->conversation.data, sizeof id.b) != 0)
    return;
  own_entry (core, vector, &seq, &hash);
  talk = person->talk;
  if (seq > 0 && talk == NULL) {
    /* Nothing is known of what was said: it is our own account's word that brings it back. */
    if (!lan_core_is_accepted (person))
      return;
    talk = lan_core_get_talk (core, person);
  }
  if (talk != NULL && seq > talk->own->committed.seq) {
    if (talk->own->head.seq < seq)
      begin_restore (core, channel, talk, seq);
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
  if (person->active != NULL)
    lan_core_pump (core, person->active);
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

  channel->rewind_from = channel->rewind_from == 0 ? from : MIN (channel->rewind_from, from);
  if (channel->rewound_us == 0 || due <= core->now.mono_us)
    lan_core_rewind (core, channel);
  else
    lan_deadlines_set (core->deadlines, channel, LAN_DUE_REWIND, due);
}

void
lan_core_on_fetch (LanCore *core, LanCoreChannel *channel, const Lanyard__Fetch *fetch)
{
  LanCoreTalk *talk = channel->person->talk;
  LanDeviceId device;
  LanCoreLog *log;

  if (talk == NULL || fetch->from == 0 || (fetch->to != 0 && fetch->to < fetch->from) ||
      memcmp (talk->row.conversation.b, fetch->conversation.data,
              sizeof talk->row.conversation.b) != 0)
    return;
  memcpy (device.b, fetch->device.data, sizeof device.b);
  log = lan_talk_find_log (talk, &device);
  if (log == NULL || fetch->from > log->committed.seq)
    return;
  if (log == talk->own && fetch->to == 0) {
    ask_rewind (core, channel, fetch->from);
    return;
  }
  channel->serve_device = device;
  channel->serve_next = fetch->from;
  channel->serve_to = fetch->to == 0 ? log->committed.seq : MIN (fetch->to, log->committed.seq);
  lan_core_serve (core, channel);
}
