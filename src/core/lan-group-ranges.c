/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Ranges of members' logs: asking for what is missing, and giving what others ask for. */
#include "lan-group-private.h"

#include "lan-bytes.h"

#include <string.h>

/* ---- asking for what is missing ---- */

void
lan_group_flush_fetch (LanCore *core, LanGroup *group, LanCoreChannel *channel, GByteArray *ranges)
{
  Lanyard__GroupFetch fetch = LANYARD__GROUP_FETCH__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  if (ranges->len == 0)
    return;
  fetch.group =
      (ProtobufCBinaryData){ sizeof group->row.conversation.b, group->row.conversation.b };
  fetch.ranges = (ProtobufCBinaryData){ ranges->len, ranges->data };
  frame.body_case = LANYARD__FRAME__BODY_GROUP_FETCH;
  frame.group_fetch = &fetch;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
  g_byte_array_set_size (ranges, 0);
}

static void
add_range (LanCore *core, LanCoreLog *log, LanCoreChannel *channel, guint64 to, GByteArray *ranges)
{
  guint8 range[LAN_GROUP_RANGE_BYTES];
  LanWriter w;

  log->fetched_us = MAX (core->now.mono_us, 1);
  log->fetched_from = channel->id;
  log->fetched_to = MIN (to, log->head.seq + LAN_GROUP_PULL_RECORDS);
  lan_writer_init (&w, range, sizeof range);
  lan_write_bytes (&w, log->device.b, sizeof log->device.b);
  lan_write_u64 (&w, log->head.seq + 1);
  lan_write_u64 (&w, log->fetched_to);
  g_byte_array_append (ranges, range, sizeof range);
}

/* Is it on its way already? */
static gboolean
is_asked (LanCore *core, const LanCoreLog *log)
{
  return log->fetched_us != 0 && core->now.mono_us - log->fetched_us < LAN_GROUP_PULL_US &&
         log->head.seq < log->fetched_to &&
         g_hash_table_contains (core->channels, &log->fetched_from);
}

static gboolean
may_count (LanCore *core, LanGroup *group, const LanCoreLog *log)
{
  const LanAccountId *author = lan_group_author (core, group, &log->device);

  return author == NULL || group->state->first == NULL || lan_group_is_member (group, author) ||
         log->head.seq <
             lan_group_state_cut (group->state, author, &log->device) + LAN_GROUP_BEYOND;
}

void
lan_group_run_pulls (LanCore *core, LanGroup *group)
{
  g_autoptr (GByteArray) ranges = g_byte_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, group->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroupPeer *peer = value;
    LanCoreChannel *channel = lan_group_channel (core, peer);

    if (channel == NULL || !lan_group_may_bring (core, group, channel))
      continue;
    for (guint i = 0; i < group->logs->len; i++) {
      LanCoreLog *log = g_ptr_array_index (group->logs, i);
      guint64 held = lan_group_held (peer, &log->device);

      if (held > log->head.seq && !log->branched && !is_asked (core, log) &&
          may_count (core, group, log) &&
          ranges->len + LAN_GROUP_RANGE_BYTES <= LAN_GROUP_PACKED_MAX)
        add_range (core, log, channel, held, ranges);
    }
    lan_group_flush_fetch (core, group, channel, ranges);
  }
}

void
lan_group_ask_gap (LanCore *core, LanGroup *group, LanCoreLog *log, LanCoreChannel *channel)
{
  g_autoptr (GByteArray) ranges = g_byte_array_new ();
  guint64 first = G_MAXUINT64;
  GHashTableIter iter;
  gpointer key;

  if (is_asked (core, log) || log->waiting == NULL)
    return;
  g_hash_table_iter_init (&iter, log->waiting);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    if (*(guint64 *) key > log->head.seq)
      first = MIN (first, *(guint64 *) key);
  }
  if (first == G_MAXUINT64 || first <= log->head.seq + 1)
    return;
  add_range (core, log, channel, first - 1, ranges);
  lan_group_flush_fetch (core, group, channel, ranges);
}

/* ---- giving ---- */

GArray *
lan_group_serves_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (LanGroupServe));
}

void
lan_core_on_group_fetch (LanCore *core, LanCoreChannel *channel, const Lanyard__GroupFetch *fetch)
{
  LanGroup *group = lan_group_find (core, fetch->group.data);
  LanReader r;

  if (group == NULL || (!lan_core_is_me (core, channel->person) &&
                        !lan_group_is_member (group, &channel->person->row.account)))
    return;
  lan_reader_init (&r, fetch->ranges.data, fetch->ranges.len);
  while (lan_reader_left (&r) >= LAN_GROUP_RANGE_BYTES &&
         channel->group_serves->len < LAN_GROUP_MAX_LOGS) {
    LanGroupServe serve = { .group = group };
    LanCoreLog *log;

    lan_read_bytes (&r, serve.device.b, sizeof serve.device.b);
    serve.next = lan_read_u64 (&r);
    serve.to = lan_read_u64 (&r);
    log = lan_group_log (group, &serve.device);
    if (log == NULL || serve.next == 0)
      continue;
    serve.to = MIN (serve.to, log->committed.seq);
    if (serve.next <= serve.to)
      g_array_append_val (channel->group_serves, serve);
  }
  lan_group_serve (core, channel);
}

void
lan_group_serve (LanCore *core, LanCoreChannel *channel)
{
  LanGroupServe *serve;
  LanCoreAction *action;
  LanAsk *ask;

  if (channel->group_reading || !channel->writable || channel->group_serves->len == 0)
    return;
  serve = &g_array_index (channel->group_serves, LanGroupServe, 0);
  action = lan_core_action_new (LAN_CORE_READ);
  ask = lan_core_ask (core, LAN_ASK_GROUP_SERVE, NULL, &action->read.request);
  ask->group = serve->group;
  ask->channel = channel->id;
  channel->group_reading = TRUE;
  action->account = channel->person->row.account;
  action->read.conversation = serve->group->row.conversation;
  action->read.device = serve->device;
  action->read.from_seq = serve->next;
  action->read.to_seq = serve->to;
  action->read.max_bytes = LAN_CORE_READ_BYTES;
  lan_core_push (core, action);
}

void
lan_group_send_records (LanCore *core, LanCoreChannel *channel, GPtrArray *blobs)
{
  g_autofree ProtobufCBinaryData *data = g_new (ProtobufCBinaryData, MAX (blobs->len, 1));
  Lanyard__Records records = LANYARD__RECORDS__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  gsize bytes = 0;

  records.records = data;
  frame.body_case = LANYARD__FRAME__BODY_RECORDS;
  frame.records = &records;
  for (guint i = 0; i < blobs->len; i++) {
    GBytes *blob = g_ptr_array_index (blobs, i);

    if (records.n_records > 0 && (bytes + g_bytes_get_size (blob) + 8 > LAN_RECORDS_MAX_BYTES ||
                                  records.n_records >= LAN_RECORDS_MAX_COUNT)) {
      lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
      records.n_records = 0;
      bytes = 0;
    }
    data[records.n_records].data = (guint8 *) g_bytes_get_data (blob, NULL);
    data[records.n_records++].len = g_bytes_get_size (blob);
    bytes += g_bytes_get_size (blob) + 8;
  }
  if (records.n_records > 0)
    lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

void
lan_group_on_serve_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreChannel *channel = g_hash_table_lookup (core->channels, &ask->channel);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new ();
  LanGroupServe *serve;

  if (channel == NULL || !channel->group_reading)
    return;
  channel->group_reading = FALSE;
  if (channel->group_serves->len == 0)
    return;
  serve = &g_array_index (channel->group_serves, LanGroupServe, 0);
  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if (row->seq != serve->next || row->seq > serve->to || row->blob == NULL)
      break;
    g_ptr_array_add (blobs, row->blob);
    serve->next++;
  }
  if (blobs->len == 0 || serve->next > serve->to)
    g_array_remove_index (channel->group_serves, 0);
  /* They may have been removed while the disk was read. */
  if (lan_core_is_me (core, channel->person) ||
      lan_group_is_member (ask->group, &channel->person->row.account))
    lan_group_send_records (core, channel, blobs);
  lan_group_serve (core, channel);
}
