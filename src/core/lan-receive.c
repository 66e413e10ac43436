/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Records that come in: checked before they are kept, kept before they are told, each log in its
 * own order. The cheap checks come first; a signature is verified only for a record that would be
 * the next of its log.
 */
#include "lan-core-private.h"

#include <string.h>

typedef enum {
  TAKEN,   /* appended, or already there */
  WAITING, /* not its turn yet */
  REFUSED, /* wrong: counted against the channel */
  DROPPED, /* right, but not now */
  BUSY,    /* right, and its turn, but too much waits for the disk */
} Verdict;

static void
remember_waiting (LanCoreLog *log, guint64 seq, const guint8 *data, gsize len)
{
  guint64 *key;

  if (log->waiting == NULL)
    log->waiting =
        g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_bytes_unref);
  if (g_hash_table_contains (log->waiting, &seq) ||
      g_hash_table_size (log->waiting) >= LAN_CORE_WAITING_MAX ||
      log->waiting_bytes + len > LAN_CORE_WAITING_BYTES)
    return;
  key = g_new (guint64, 1);
  *key = seq;
  g_hash_table_insert (log->waiting, key, g_bytes_new (data, len));
  log->waiting_bytes += len;
}

static void
ask_for_gap (LanCore *core, LanCoreChannel *channel, LanCoreLog *log, guint64 to)
{
  if (channel->by_mail)
    return; /* whoever it came from is not here to be asked */
  if (log->fetched_us != 0 && core->now.mono_us - log->fetched_us < LAN_CORE_FETCH_US)
    return;
  log->fetched_us = core->now.mono_us;
  lan_core_send_fetch (core, channel, &log->talk->row.conversation, &log->device, log->head.seq + 1,
                       to);
}

static gboolean
verify (const guint8 *sign_public, const LanRecordView *view)
{
  return lan_signature_verify (sign_public, LAN_SIGN_RECORD, view->signed_part, view->signed_len,
                               view->signature) == LAN_STATUS_OK;
}

static void
warn_clock (LanCore *core, LanCoreChannel *channel, guint64 hlc)
{
  LanCoreAction *event;

  if (channel == NULL || channel->clock_told)
    return;
  channel->clock_told = TRUE;
  event = lan_core_action_new (LAN_CORE_CLOCK);
  event->account = channel->person->row.account;
  event->clock.ahead_ms = lan_hlc_to_ms (hlc) - core->now.wall_ms;
  lan_core_push (core, event);
}

/* The other has read what we wrote, or a device of ours showed what they wrote. */
static void
note_read (LanCore *core, LanCoreLog *log, const Lanyard__ReadUpTo *read)
{
  if (!log->own) {
    lan_core_on_read_up_to (core, log->talk, read);
    return;
  }
  for (gsize i = 0; i < read->n_marks; i++)
    lan_core_apply_read (core, log->talk, read->marks[i]->hlc);
}

/* Puts a checked record at the end of its log. @seen: an older log of its author had the message. */
static void
append (LanCore *core, LanCoreChannel *channel, LanCoreLog *log, const LanRecordView *view,
        GBytes *blob, gboolean seen)
{
  LanCoreTalk *talk = log->talk;
  const LanAccountId *author = log->own ? &core->self : &talk->peer->row.account;
  gboolean mine = lan_core_is_me (core, talk->peer);
  g_autoptr (LanContent) content = NULL;
  g_autofree LanRecordRow *row = NULL;
  guint64 order = MAX (view->hlc, log->head.order);

  if (lan_content_decode (view->kind, view->content, view->content_len, &content) == LAN_STATUS_OK)
    order = MAX (order, content->order);
  row = lan_core_make_row (core, view, g_bytes_ref (blob), author, content, order);
  if (mine || seen || (!log->own && !lan_talk_remember (talk, &view->message)))
    row->flags |= LAN_RECORD_HIDDEN;
  if (!lan_hlc_merge (&core->hlc, view->hlc, core->now.wall_ms))
    warn_clock (core, channel, view->hlc);
  log->head = (LanLogPoint){ view->seq, row->hash, view->hlc, order };
  talk->top_order = MAX (talk->top_order, order);
  if (log == talk->own) {
    LanTailEntry entry = {
      view->seq, view->message, row->hash, view->hlc, lan_kind_has_state (view->kind), row->blob
    };

    lan_talk_tail_add (talk, &entry);
  } else if (!log->own && !lan_core_is_accepted (talk->peer)) {
    row->flags |= LAN_RECORD_REQUEST;
    lan_core_count_request (talk, view->kind);
    if ((talk->row.flags & LAN_CONVERSATION_REQUEST) == 0) {
      talk->row.flags |= LAN_CONVERSATION_REQUEST;
      lan_core_touch_talk (core, talk);
    }
  }
  if (mine && view->kind == LAN_KIND_OWN_OP && content != NULL)
    lan_core_apply_op (core, content->own_op, view->hlc);
  else if (view->kind == LAN_KIND_READ_UP_TO && content != NULL)
    note_read (core, log, content->read_up_to);
  else if (!mine && view->kind == LAN_KIND_MESSAGE_OP && content != NULL)
    lan_core_note_operation (core, &talk->peer->row.account, author, view, &row->hash, content,
                             order);
  else if (!log->own)
    lan_core_typing_off (core, talk->peer);
  lan_core_add_record (core, log, row, (row->flags & LAN_RECORD_HIDDEN) == 0);
}

/* Devices of one person write messages of their own. Only a log that was given up has some that
 * another one repeats: then the history knows. */
static gboolean
may_repeat (LanCore *core, const LanCoreLog *log)
{
  LanCorePerson *author = log->own ? core->me : log->talk->peer;
  const LanCoreDevice *device = lan_core_person_device (author, &log->device);
  gboolean given_up = device == NULL || device->row.state != 0;

  for (guint i = 0; i < log->talk->logs->len; i++) {
    const LanCoreLog *other = g_ptr_array_index (log->talk->logs, i);

    if (other == log || other->own != log->own || other->head.seq == 0)
      continue;
    device = lan_core_person_device (author, &other->device);
    if (given_up || (other != log->talk->own && (device == NULL || device->row.state != 0)))
      return TRUE;
  }
  return FALSE;
}

static void
ask_again (LanCore *core, LanCoreChannel *channel, LanCoreLog *log, const LanRecordView *view,
           const guint8 *data, gsize len)
{
  LanCoreAction *action = lan_core_action_new (LAN_CORE_FIND);
  LanAsk *ask = lan_core_ask (core, LAN_ASK_AGAIN, log->talk, &action->find.request);

  ask->log = log;
  ask->channel = channel->id;
  ask->blob = g_bytes_new (data, len);
  log->finding = view->seq;
  action->account = log->own ? core->self : log->talk->peer->row.account;
  action->find.message = view->message;
  lan_core_push (core, action);
}

/* The next record of a log, its place already checked. */
static Verdict
take_next (LanCore *core, LanCoreChannel *channel, LanCoreLog *log, const guint8 *sign_public,
           const LanRecordView *view, const guint8 *data, gsize len)
{
  g_autoptr (GBytes) blob = NULL;
  g_autoptr (LanContent) content = NULL;

  if (!lan_hash_equal (&view->previous, &log->head.hash)) {
    /* Another branch than the one kept here: the vector tells the author where this one ends. */
    core->counters.records_refused++;
    log->talk->vector_due = TRUE;
    log->branched = TRUE;
    return DROPPED;
  }
  if (view->hlc <= log->head.hlc)
    return REFUSED;
  if (log->pending_bytes + len > LAN_CORE_PENDING_BYTES) {
    log->gap = TRUE;
    return BUSY;
  }
  if (!verify (sign_public, view))
    return REFUSED;
  if (lan_kind_is_known (view->kind) &&
      lan_content_decode (view->kind, view->content, view->content_len, &content) != LAN_STATUS_OK)
    return REFUSED;
  if (log != log->talk->own && may_repeat (core, log) &&
      !g_hash_table_contains (log->talk->recent_set, &view->message)) {
    ask_again (core, channel, log, view, data, len);
    return TAKEN;
  }
  blob = g_bytes_new (data, len);
  append (core, channel, log, view, blob, FALSE);
  return TAKEN;
}

/* The first record that its author still has: what was before it will not come. */
static Verdict
begin_log (LanCore *core, LanCoreChannel *channel, LanCoreLog *log, const guint8 *sign_public,
           const LanRecordView *view, const guint8 *data, gsize len)
{
  LanLogPoint before = log->head;
  Verdict verdict;

  log->head.seq = view->seq - 1;
  log->head.hash = view->previous;
  verdict = take_next (core, channel, log, sign_public, view, data, len);
  if (verdict != TAKEN)
    log->head = before;
  return verdict;
}

/* One more own record is back. */
static Verdict
restored (LanCore *core, LanCoreTalk *talk, Verdict verdict)
{
  if (talk->restore_to > talk->own->head.seq)
    return verdict;
  talk->restoring = FALSE;
  lan_deadlines_cancel (core->deadlines, talk, LAN_DUE_RESTORE);
  lan_core_run_deferred (core, talk);
  return verdict;
}

/* Own records come back only while they are being restored, or as proof that the log has forked. */
static Verdict
take_own (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk, const LanRecordView *view,
          const guint8 *data, gsize len, gboolean begins)
{
  LanCoreLog *log = talk != NULL ? talk->own : NULL;
  const guint8 *key = lan_device_keys_sign_public (core->device);
  LanHash hash;

  if (log == NULL || !lan_device_id_equal (&view->device, &log->device))
    return DROPPED;
  lan_hash_256 (&hash, data, len);
  if (talk->suspect.seq == view->seq && !lan_hash_equal (&hash, &talk->suspect.hash)) {
    if (!verify (key, view))
      return REFUSED;
    lan_core_fork (core);
    return TAKEN;
  }
  if (!talk->restoring || view->seq <= log->head.seq)
    return DROPPED;
  if (view->seq > log->head.seq + 1 && begins && view->seq <= talk->restore_to)
    return restored (core, talk, begin_log (core, channel, log, key, view, data, len));
  if (view->seq != log->head.seq + 1)
    return DROPPED;
  if (!lan_hash_equal (&view->previous, &log->head.hash)) {
    if (!verify (key, view))
      return REFUSED;
    lan_core_fork (core);
    return TAKEN;
  }
  return restored (core, talk, take_next (core, channel, log, key, view, data, len));
}

static LanCoreLog *
log_for (LanCore *core, LanCorePerson *person, const LanDeviceId *device, gboolean own)
{
  LanCoreTalk *talk = lan_core_get_talk (core, person);

  return lan_talk_add_log (talk, device, own);
}

/*
 * The device that wrote it, of either side; NULL: nobody's that may write here. What a device that
 * is no more has written comes from its own person's devices only: they had it from there.
 */
static LanCoreDevice *
author_of (LanCore *core, LanCoreChannel *channel, LanCorePerson *peer, const LanDeviceId *id,
           gboolean *own)
{
  LanCoreDevice *device = lan_core_own_device (core, id);

  *own = device != NULL && !lan_core_is_me (core, peer);
  if (device == NULL)
    device = lan_core_person_device (peer, id);
  if (device == NULL || device->row.cert == NULL)
    return NULL;
  if (device->row.state != 0 && !lan_core_is_me (core, channel->person) &&
      !lan_account_id_equal (&channel->person->row.account, &device->row.account))
    return NULL;
  return device;
}

/* @begins: nothing before it is kept any more, as is said. @found: (out): the log it belongs to, where there
 * is one. */
static Verdict
take (LanCore *core, LanCoreChannel *channel, const guint8 *data, gsize len, gboolean begins,
      LanCoreLog **found)
{
  gboolean from_me = lan_core_is_me (core, channel->person), own;
  LanCorePerson *person = channel->person;
  LanConversationId id;
  LanCoreTalk *talk;
  LanCoreDevice *device;
  LanCoreLog *log;
  LanRecordView view;

  *found = NULL;
  if (lan_record_decode (data, len, &view) != LAN_STATUS_OK)
    return REFUSED;
  lan_conversation_id_of_pair (&id, &core->self, &person->row.account);
  talk = lan_core_channel_talk (core, channel, view.conversation.b);
  if (talk == NULL && !lan_conversation_id_equal (&id, &view.conversation))
    return from_me ? DROPPED : REFUSED;
  if (talk != NULL)
    person = talk->peer;
  if (lan_device_id_equal (&view.device, &core->self_device))
    return take_own (core, channel, talk, &view, data, len, begins);
  device = author_of (core, channel, person, &view.device, &own);
  if (device == NULL)
    return from_me ? DROPPED : REFUSED;
  log = *found = talk != NULL ? lan_talk_find_log (talk, &view.device) : NULL;
  if (log != NULL && view.seq <= log->head.seq) {
    core->counters.records_again++;
    return TAKEN;
  }
  if (!own && !from_me && !lan_core_may_leave (core, person, person->talk, view.kind))
    return DROPPED;
  if (log == NULL) {
    /* Only a genuine record makes a stranger's conversation exist. */
    if (person->talk == NULL && !verify (device->cert.sign_public, &view))
      return REFUSED;
    log = *found = log_for (core, person, &view.device, own);
    if (log == NULL)
      return REFUSED;
  }
  if (begins && view.seq > log->head.seq + 1 && view.seq <= LAN_CORE_BEGINS_SEQ_MAX &&
      log->finding == 0 && lan_core_judge_begin (core, channel, log) == LAN_BEGIN_NOW)
    return begin_log (core, channel, log, device->cert.sign_public, &view, data, len);
  if (view.seq > log->head.seq + 1 || log->finding != 0) {
    remember_waiting (log, view.seq, data, len);
    if (log->finding == 0 && !log->begins)
      ask_for_gap (core, channel, log, view.seq - 1);
    return WAITING;
  }
  return take_next (core, channel, log, device->cert.sign_public, &view, data, len);
}

/* What waited and then came another way. */
static void
forget_stale (LanCoreLog *log)
{
  GHashTableIter iter;
  gpointer key, value;

  if (log->waiting == NULL)
    return;
  g_hash_table_iter_init (&iter, log->waiting);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    if (*(guint64 *) key > log->head.seq)
      continue;
    log->waiting_bytes -= g_bytes_get_size (value);
    g_hash_table_iter_remove (&iter);
  }
}

/* What came too early may have its turn now. */
static void
drain_waiting (LanCore *core, LanCoreChannel *channel, LanCoreLog *log)
{
  while (log->finding == 0 && log->waiting != NULL && g_hash_table_size (log->waiting) > 0) {
    guint64 seq = log->head.seq + 1;
    gpointer key, value;
    LanCoreLog *found;
    g_autoptr (GBytes) blob = NULL;

    if (!g_hash_table_steal_extended (log->waiting, &seq, &key, &value))
      break;
    g_free (key);
    blob = value;
    log->waiting_bytes -= g_bytes_get_size (blob);
    if (take (core, channel, g_bytes_get_data (blob, NULL), g_bytes_get_size (blob), FALSE,
              &found) != TAKEN)
      break;
  }
  forget_stale (log);
}

static void
drain_all (LanCore *core, LanCoreChannel *channel)
{
  LanCoreTalk *talk = channel->person->talk;

  for (guint i = 0; talk != NULL && i < talk->logs->len; i++) {
    LanCoreLog *log = g_ptr_array_index (talk->logs, i);

    if (log != talk->own)
      drain_waiting (core, channel, log);
  }
}

void
lan_core_on_records (LanCore *core, LanCoreChannel *channel, const Lanyard__Records *records)
{
  guint refused = 0;
  LanCoreTalk *talk;

  for (gsize i = 0; i < records->n_records; i++) {
    LanCoreLog *log;
    Verdict verdict;

    if (lan_core_take_group_record (core, channel, records->records[i].data,
                                    records->records[i].len, &refused))
      continue;
    verdict = take (core, channel, records->records[i].data, records->records[i].len,
                    records->begins && i == 0, &log);
    if (verdict == REFUSED) {
      core->counters.records_refused++;
      refused++;
    } else if (verdict == TAKEN && log != NULL && log->talk->peer != channel->person) {
      drain_waiting (core, channel, log);
    }
  }
  drain_all (core, channel);
  channel->bad_records += refused;
  if (channel->bad_records > LAN_CORE_BAD_RECORDS_MAX) {
    lan_core_close_channel (core, channel, LAN_FAREWELL_PROTOCOL, FALSE);
    return;
  }
  /* Where everything was known already, no commit will bring the vector that the other waits for. */
  talk = channel->person->talk;
  if (talk != NULL && refused == 0 && core->open == NULL && core->flying == NULL)
    talk->vector_due = TRUE;
  if (talk != NULL && talk->vector_due)
    lan_core_send_vector (core, channel);
  lan_core_run_pulls (core, channel);
}

/* Answer of the history to ask_again(). The log may have been rolled back meanwhile. */
void
lan_core_on_again (LanCore *core, LanAsk *ask, gboolean found)
{
  LanCoreLog *log = ask->log;
  LanCoreChannel *channel = g_hash_table_lookup (core->channels, &ask->channel);
  LanRecordView view;
  gsize len;
  const guint8 *data = g_bytes_get_data (ask->blob, &len);

  log->finding = 0;
  if (lan_record_decode (data, len, &view) != LAN_STATUS_OK || view.seq != log->head.seq + 1 ||
      !lan_hash_equal (&view.previous, &log->head.hash))
    return;
  append (core, channel, log, &view, ask->blob, found);
  if (channel != NULL && channel->person == log->talk->peer)
    drain_all (core, channel);
  else if (channel != NULL && lan_core_is_me (core, channel->person))
    drain_waiting (core, channel, log);
  if (channel != NULL)
    lan_core_run_pulls (core, channel);
}

gboolean
lan_core_take_mailed (LanCore *core, LanCoreChannel *channel, GBytes *record)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (record, &len);
  LanCoreLog *log;
  Verdict verdict = take (core, channel, data, len, FALSE, &log);

  if (verdict == REFUSED)
    core->counters.records_refused++;
  return verdict == TAKEN || verdict == WAITING || verdict == BUSY;
}

void
lan_core_drain_mailed (LanCore *core, LanCoreChannel *channel)
{
  drain_all (core, channel);
}
