/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Writing again. An own log forks when a profile was put back from a copy and written to before the
 * lost part could be fetched; then the device makes new keys, its logs start again, and what was
 * not delivered is written again under the same message ids. A merge of two keys of one person does
 * the same from one conversation into another. Old records are marked in the batch that brings the
 * new ones, so that a crash in between repeats nothing twice.
 */
#include "lan-core-private.h"

#include "lan-device-list.h"

/*
 * @ours: hash of our record @seq, for which the other names another hash. A word is no proof: the
 * other is asked for its record, and only one that we signed shows that the log has forked.
 */
void
lan_core_suspect (LanCore *core, LanCoreChannel *channel, guint64 seq, const LanHash *ours)
{
  lan_core_suspect_in (core, channel, channel->person->talk, seq, ours);
}

void
lan_core_suspect_in (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk, guint64 seq,
                     const LanHash *ours)
{
  if (talk == NULL || core->forked || talk->suspect.seq == seq)
    return;
  talk->suspect = (LanLogPoint){ .seq = seq, .hash = *ours };
  lan_core_send_fetch (core, channel, &talk->row.conversation, &talk->own->device, seq, seq);
}

void
lan_core_fork (LanCore *core)
{
  if (core->forked)
    return;
  core->forked = TRUE;
  lan_core_push (core, lan_core_action_new (LAN_CORE_NEW_KEYS));
}

/* What is not known to be delivered of @from, an own log, goes into @into. */
void
lan_core_repeat (LanCore *core, LanCoreLog *from, LanCoreTalk *into)
{
  LanRepeat *repeat;
  guint64 done = MAX (lan_talk_delivered (from->talk, &from->device), from->repeated);

  if (from->head.seq <= done || from == into->own)
    return;
  for (guint i = 0; i < core->repeats->len; i++) {
    if (((LanRepeat *) g_ptr_array_index (core->repeats, i))->from == from)
      return;
  }
  repeat = g_new0 (LanRepeat, 1);
  repeat->from = from;
  repeat->into = into;
  repeat->next = done + 1;
  repeat->to = from->head.seq;
  g_ptr_array_add (core->repeats, repeat);
}

static gboolean
is_siblings (LanCore *core, const LanCoreLog *log)
{
  return lan_core_own_device (core, &log->device) != NULL;
}

static void
find_in_talk (LanCore *core, LanCoreTalk *talk)
{
  LanCorePerson *peer = lan_core_resolve (core, &talk->row.peer);

  if (peer == NULL || lan_core_is_blocked (peer))
    return;
  for (guint i = 0; i < talk->logs->len; i++) {
    LanCoreLog *log = g_ptr_array_index (talk->logs, i);

    /* What another device of ours wrote is that device's to write again, while it is one. */
    if (log->own && (peer != talk->peer || log != talk->own) && !is_siblings (core, log))
      lan_core_repeat (core, log, peer == talk->peer ? talk : lan_core_get_talk (core, peer));
  }
}

/* Which logs have something left to be written again? */
void
lan_core_find_repeats (LanCore *core)
{
  g_autoptr (GList) talks = g_hash_table_get_values (core->talks);

  for (GList *l = talks; l != NULL; l = l->next)
    find_in_talk (core, l->data);
}

/* After a failed commit: what memory says was written again was not. The store knows. */
void
lan_core_reset_repeats (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_ptr_array_set_size (core->repeats, 0);
  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCoreTalk *talk = value;

    for (guint i = 0; i < talk->logs->len; i++)
      ((LanCoreLog *) g_ptr_array_index (talk->logs, i))->repeated = 0;
  }
  lan_core_find_repeats (core);
}

void
lan_core_run_repeats (LanCore *core)
{
  for (guint i = core->repeats->len; i > 0; i--) {
    LanRepeat *repeat = g_ptr_array_index (core->repeats, i - 1);
    guint64 request;
    LanAsk *ask;

    if (repeat->reading != 0 || repeat->into->restoring)
      continue;
    if (repeat->next > repeat->to) {
      g_ptr_array_remove_index (core->repeats, i - 1);
      continue;
    }
    if (repeat->from->committed.seq < repeat->next)
      continue; /* the last of the old log is still on its way to the disk */
    ask = lan_core_ask (core, LAN_ASK_REPEAT, repeat->from->talk, &request);
    ask->device = repeat->from->device;
    ask->from_seq = repeat->next;
    ask->to_seq = MIN (repeat->to, repeat->from->committed.seq);
    repeat->reading = request;
    lan_core_read (core, ask, request, LAN_CORE_READ_BYTES);
  }
}

static void
mark_old (LanCore *core, const LanRecordRow *row)
{
  LanChange *change = lan_changes_add (lan_core_batch (core)->changes, LAN_CHANGE_RECORD_FLAGS);

  change->record.conversation = row->conversation;
  change->record.device = row->device;
  change->record.seq = row->seq;
  change->record.flags = row->flags | LAN_RECORD_SENT_AGAIN | LAN_RECORD_HIDDEN;
}

static void
repeat_row (LanCore *core, LanRepeat *repeat, const LanRecordRow *row)
{
  g_autoptr (LanContent) content = NULL;
  LanRecordView view;
  gsize len;
  const guint8 *data = g_bytes_get_data (row->blob, &len);

  if ((row->flags & LAN_RECORD_SENT_AGAIN) != 0 || !lan_kind_has_state (row->kind) ||
      lan_record_decode (data, len, &view) != LAN_STATUS_OK ||
      lan_content_decode (view.kind, view.content, view.content_len, &content) != LAN_STATUS_OK)
    return;
  mark_old (core, row);
  lan_core_write (core, repeat->into, &view.message, view.kind, content, LAN_RECORD_SENT_AGAIN);
}

void
lan_core_on_repeat_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanRepeat *repeat = NULL;

  for (guint i = 0; i < core->repeats->len && repeat == NULL; i++) {
    repeat = g_ptr_array_index (core->repeats, i);
    if (repeat->reading != ask->id)
      repeat = NULL;
  }
  if (repeat == NULL)
    return;
  repeat->reading = 0;
  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if (row->seq < repeat->next)
      continue;
    repeat_row (core, repeat, row);
    repeat->from->repeated = row->seq;
    repeat->next = row->seq + 1;
  }
  if (rows->len == 0)
    repeat->next = repeat->to + 1; /* the store failed: the next start finds what is left */
  lan_core_run_repeats (core);
}

static void
restart_logs (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCoreTalk *talk = value;
    LanCoreLog *log = lan_talk_add_log (talk, &core->self_device, TRUE);

    if (log == NULL || log == talk->own)
      continue;
    talk->own = log;
    lan_talk_tail_clear (talk);
    talk->suspect = (LanLogPoint){ 0 };
    talk->claimed = (LanHolding){ 0 };
    talk->restoring = FALSE;
    lan_deadlines_cancel (core->deadlines, talk, LAN_DUE_RESTORE);
    lan_core_run_deferred (core, talk);
  }
}

/* Channels of the old device prove the old key: they end, node dials again with the new one. */
static void
close_all (LanCore *core)
{
  g_autoptr (GList) channels = g_hash_table_get_values (core->channels);

  for (GList *l = channels; l != NULL; l = l->next)
    lan_core_close_channel (core, l->data, LAN_FAREWELL_REPLACED, FALSE);
}

void
lan_core_set_identity (LanCore *core, const LanCoreConfig *config, const LanTime *now)
{
  gboolean new_device =
      !lan_device_id_equal (lan_device_keys_id (config->device), &core->self_device);
  GHashTableIter iter;
  gpointer value;

  core->now = *now;
  g_bytes_ref (config->list);
  g_bytes_ref (config->cert);
  g_bytes_unref (core->list);
  g_bytes_unref (core->cert);
  core->list = config->list;
  core->cert = config->cert;
  core->device = config->device;
  if (new_device)
    close_all (core);
  core->self_device = *lan_device_keys_id (config->device);
  lan_core_take_own_list (core);
  if (new_device) {
    core->forked = FALSE;
    restart_logs (core);
    lan_mail_new_device (core);
    lan_group_new_device (core);
    lan_core_find_repeats (core);
    lan_core_run_repeats (core);
    lan_core_want (core, core->me);
  } else {
    g_hash_table_iter_init (&iter, core->channels);
    while (g_hash_table_iter_next (&iter, NULL, &value))
      lan_core_send_identity (core, value);
  }
  lan_core_settle (core);
}
