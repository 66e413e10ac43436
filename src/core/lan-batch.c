/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Batches: what changes between two commits becomes durable together. While one is under way the
 * next is collected, so that a burst costs a few transactions and not thousands. Rows of people and
 * conversations are written once a batch, however often they were touched.
 *
 * What others are known to hold is a fact of their disks: it is told at once, and kept with whatever
 * is committed next. So the receipt of one message does not stand before the commit of the next.
 * When a crash comes first, their vector says it again.
 */
#include "lan-core-private.h"

static void
event_free (LanCoreAction *action)
{
  lan_core_action_clear (action);
  g_free (action);
}

LanBatch *
lan_batch_new (void)
{
  LanBatch *batch = g_new0 (LanBatch, 1);

  batch->changes = lan_changes_new ();
  batch->events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_free);
  batch->points = g_array_new (FALSE, FALSE, sizeof (LanCommitPoint));
  batch->persons = g_ptr_array_new ();
  batch->talks = g_ptr_array_new ();
  batch->groups = g_ptr_array_new ();
  return batch;
}

void
lan_batch_free (LanBatch *batch)
{
  if (batch == NULL)
    return;
  g_clear_pointer (&batch->changes, g_ptr_array_unref);
  g_ptr_array_unref (batch->events);
  g_array_unref (batch->points);
  g_ptr_array_unref (batch->persons);
  g_ptr_array_unref (batch->talks);
  g_ptr_array_unref (batch->groups);
  g_free (batch);
}

LanBatch *
lan_core_batch (LanCore *core)
{
  if (core->open == NULL)
    core->open = lan_batch_new ();
  return core->open;
}

void
lan_core_touch_person (LanCore *core, LanCorePerson *person)
{
  if (!person->kept)
    return;
  if (!person->dirty)
    g_ptr_array_add (lan_core_batch (core)->persons, person);
  person->dirty = TRUE;
}

static void
list_talk (LanCore *core, LanCoreTalk *talk)
{
  if (!talk->dirty)
    g_ptr_array_add (lan_core_batch (core)->talks, talk);
  talk->dirty = TRUE;
}

void
lan_core_touch_talk (LanCore *core, LanCoreTalk *talk)
{
  if (talk->group != NULL) { /* it has no row */
    lan_core_touch_holdings (core, talk);
    return;
  }
  list_talk (core, talk);
  talk->row_dirty = TRUE;
  talk->kept = TRUE;
  lan_core_batch (core)->urgent = TRUE;
}

void
lan_core_touch_holdings (LanCore *core, LanCoreTalk *talk)
{
  LanBatch *batch = lan_core_batch (core);

  if (!batch->lazy)
    lan_deadlines_set (core->deadlines, core, LAN_DUE_LAZY, core->now.mono_us + LAN_CORE_LAZY_US);
  batch->lazy = TRUE;
  list_talk (core, talk);
}

static void
note_point (LanBatch *batch, LanCoreLog *log)
{
  LanCommitPoint point = { log, log->head };

  for (guint i = 0; i < batch->points->len; i++) {
    LanCommitPoint *known = &g_array_index (batch->points, LanCommitPoint, i);

    if (known->log == log) {
      *known = point;
      return;
    }
  }
  g_array_append_val (batch->points, point);
}

/* Takes what @row points to; log->head is already this record. */
void
lan_core_add_record (LanCore *core, LanCoreLog *log, LanRecordRow *row, gboolean tell)
{
  LanBatch *batch = lan_core_batch (core);
  LanChange *change = lan_changes_add (batch->changes, LAN_CHANGE_RECORD);

  change->record = *row;
  log->pending_bytes += g_bytes_get_size (row->blob);
  note_point (batch, log);
  if (log->own || (row->flags & LAN_RECORD_OWN) != 0)
    batch->own_records = TRUE;
  if (tell) {
    LanCoreAction *event = lan_core_action_new (LAN_CORE_MESSAGE);

    event->account = log->talk != NULL ? log->talk->peer->row.account : row->author;
    event->record = g_new0 (LanRecordRow, 1);
    lan_record_row_copy (event->record, row);
    g_ptr_array_add (batch->events, event);
  }
}

static void
put_person (GPtrArray *changes, LanCorePerson *person)
{
  LanChange *change = lan_changes_add (changes, LAN_CHANGE_PERSON);

  lan_person_row_copy (&change->person, &person->row);
  person->dirty = FALSE;
  for (guint i = 0; i < person->devices->len; i++) {
    LanCoreDevice *device = g_ptr_array_index (person->devices, i);

    if (!device->dirty)
      continue;
    change = lan_changes_add (changes, LAN_CHANGE_DEVICE);
    lan_device_row_copy (&change->device, &device->row);
    device->dirty = FALSE;
  }
}

static void
put_talk (GPtrArray *changes, LanCoreTalk *talk)
{
  LanChange *change;

  if (talk->row_dirty) {
    change = lan_changes_add (changes, LAN_CHANGE_CONVERSATION);
    lan_conversation_row_copy (&change->conversation, &talk->row);
  }
  talk->dirty = talk->row_dirty = FALSE;
  lan_mail_put_points (changes, talk);
  for (guint i = 0; i < talk->holdings->len; i++) {
    LanHolding *holding = &g_array_index (talk->holdings, LanHolding, i);

    if (!holding->dirty)
      continue;
    holding->dirty = FALSE;
    change = lan_changes_add (changes, LAN_CHANGE_VECTOR);
    change->vector = (LanVectorRow){ talk->row.conversation, holding->holder, holding->author,
                                     holding->seq, holding->hash };
  }
}

static void
put_setting (GPtrArray *changes, const char *key, gboolean on)
{
  LanChange *change = lan_changes_add (changes, LAN_CHANGE_SETTING);

  change->setting.key = g_strdup (key);
  change->setting.value = g_bytes_new_static (on ? "1" : "0", 1);
}

/* People first, then conversations, then records: every row finds what it refers to. */
static GPtrArray *
seal (LanCore *core, LanBatch *batch)
{
  GPtrArray *changes = lan_changes_new ();

  for (guint i = 0; i < batch->persons->len; i++)
    put_person (changes, g_ptr_array_index (batch->persons, i));
  for (guint i = 0; i < batch->talks->len; i++)
    put_talk (changes, g_ptr_array_index (batch->talks, i));
  for (guint i = 0; i < batch->groups->len; i++)
    lan_group_put (core, g_ptr_array_index (batch->groups, i), changes);
  if (core->settings_dirty) {
    put_setting (changes, "core.read-receipts", core->read_receipts);
    put_setting (changes, "core.typing", core->typing);
    core->settings_dirty = FALSE;
    batch->settings = TRUE;
  }
  g_ptr_array_extend_and_steal (changes, g_steal_pointer (&batch->changes));
  return changes;
}

static gboolean
is_due (const LanCore *core)
{
  const LanBatch *open = core->open;

  return core->settings_dirty || lan_core_share_is_due (core) ||
         (open != NULL && (open->urgent || open->changes->len > 0 || open->persons->len > 0));
}

/* What was decided about people is told to the other devices in the batch that keeps it. */
static void
share (LanCore *core)
{
  for (guint i = 0; core->open != NULL && i < core->open->persons->len; i++)
    lan_core_share_person (core, g_ptr_array_index (core->open->persons, i));
  if (lan_core_share_is_due (core))
    lan_core_share_all (core);
}

void
lan_core_settle (LanCore *core)
{
  LanCoreAction *action;

  if (!core->started || core->flying != NULL || !is_due (core))
    return;
  /* In trouble only what a person does is tried at once. */
  if (core->retry_us > core->now.mono_us && !lan_core_batch (core)->own_records)
    return;
  share (core);
  core->flying = lan_core_batch (core);
  core->open = NULL;
  lan_deadlines_cancel (core->deadlines, core, LAN_DUE_LAZY);
  core->flying->id = ++core->next_id;
  action = lan_core_action_new (LAN_CORE_COMMIT);
  action->commit.batch = core->flying->id;
  action->commit.changes = seal (core, core->flying);
  lan_core_push (core, action);
}

void
lan_core_hurry (LanCore *core)
{
  if (core->open != NULL && core->open->talks->len > 0)
    core->open->urgent = TRUE;
}

/* What is durable now may be told, sent and acknowledged. */
static void
on_success (LanCore *core, LanBatch *batch)
{
  for (guint i = 0; i < batch->points->len; i++) {
    LanCommitPoint *point = &g_array_index (batch->points, LanCommitPoint, i);
    LanCoreLog *log = point->log;

    if (log->group != NULL) {
      lan_group_log_committed (core, log, &point->point);
      continue;
    }
    log->committed = point->point;
    if (log->committed.seq == log->head.seq)
      log->pending_bytes = 0;
    if (log != log->talk->own)
      log->talk->vector_due = TRUE;
  }
  for (guint i = 0; i < batch->events->len; i++) {
    lan_mail_event_done (core, g_ptr_array_index (batch->events, i), TRUE);
    lan_carry_event_done (core, g_ptr_array_index (batch->events, i), TRUE);
    lan_group_letters_kept (core, g_ptr_array_index (batch->events, i));
    lan_core_push (core, g_ptr_array_index (batch->events, i));
  }
  g_ptr_array_set_free_func (batch->events, NULL);
  for (guint i = 0; i < batch->points->len; i++) {
    LanCoreLog *log = g_array_index (batch->points, LanCommitPoint, i).log;
    LanCorePerson *peer;

    if (log->group != NULL)
      continue;
    peer = log->talk->peer;
    if (log->talk->vector_due)
      lan_core_for_each_best (core, peer, lan_core_send_vector);
    lan_core_tell_own (core, log->talk);
    if (log->gap)
      lan_core_ask_gap (core, log);
    if (log->own)
      lan_core_want (core, peer);
    if (log == log->talk->own)
      lan_core_for_each_best (core, peer, lan_core_pump);
  }
  lan_group_committed (core);
}

static void
uncount_offer (LanCore *core, const LanRecordRow *row)
{
  LanCoreTalk *talk = g_hash_table_lookup (core->talks, &row->conversation);

  if (talk != NULL && row->kind == LAN_KIND_FILE_OFFER && talk->request_offers > 0)
    talk->request_offers--;
}

/* The id of an own message or operation that @event tells of, NULL: none. */
static const LanMessageId *
own_of (LanCore *core, const LanCoreAction *event)
{
  if (event->type == LAN_CORE_MESSAGE && (event->record->flags & LAN_RECORD_OWN) != 0)
    return &event->record->message;
  if (event->type == LAN_CORE_OPERATION &&
      lan_account_id_equal (&event->operation->actor, &core->self))
    return &event->operation->id;
  return NULL;
}

/* A log goes back to what is on disk; what was dropped is failed or asked for again. */
static void
roll_back (LanCore *core, LanBatch *batch)
{
  for (guint i = 0; i < batch->points->len; i++) {
    LanCoreLog *log = g_array_index (batch->points, LanCommitPoint, i).log;

    if (log->group != NULL) {
      lan_group_log_failed (core, log);
      continue;
    }
    if (log == log->talk->own) {
      lan_talk_tail_cut (log->talk, log->committed.seq);
    } else {
      log->gap = TRUE;
      lan_talk_forget_recent (log->talk);
      log->talk->request_records -=
          MIN (log->talk->request_records, (guint) (log->head.seq - log->committed.seq));
    }
    log->head = log->committed;
    log->pending_bytes = 0;
  }
  for (guint i = 0; i < batch->events->len; i++) {
    LanCoreAction *event = g_ptr_array_index (batch->events, i);
    LanCoreAction *failed;

    lan_mail_event_done (core, event, FALSE);
    lan_carry_event_done (core, event, FALSE);
    if (own_of (core, event) == NULL) {
      if (event->type == LAN_CORE_MESSAGE)
        uncount_offer (core, event->record);
      continue;
    }
    failed = lan_core_action_new (LAN_CORE_SEND_FAILED);
    failed->account = event->account;
    failed->failed.message = *own_of (core, event);
    lan_core_push (core, failed);
  }
  for (guint i = 0; i < batch->persons->len; i++) {
    LanCorePerson *person = g_ptr_array_index (batch->persons, i);

    person->dirty = FALSE;
    for (guint k = 0; k < person->devices->len; k++)
      ((LanCoreDevice *) g_ptr_array_index (person->devices, k))->dirty = TRUE;
  }
  for (guint i = 0; i < batch->talks->len; i++) {
    LanCoreTalk *talk = g_ptr_array_index (batch->talks, i);

    talk->dirty = FALSE;
    lan_mail_dirty_points (talk);
    for (guint k = 0; k < talk->holdings->len; k++)
      g_array_index (talk->holdings, LanHolding, k).dirty = TRUE;
  }
  core->settings_dirty |= batch->settings;
}

/* Rows, and the states that they hold, are brought forward into the next batch. */
static void
touch_again (LanCore *core, LanBatch *batch)
{
  for (guint i = 0; i < batch->events->len;) {
    LanCoreAction *event = g_ptr_array_index (batch->events, i);

    if (event->type == LAN_CORE_MESSAGE_STATE)
      g_ptr_array_add (lan_core_batch (core)->events, g_ptr_array_steal_index (batch->events, i));
    else
      i++;
  }
  for (guint i = 0; i < batch->persons->len; i++)
    lan_core_touch_person (core, g_ptr_array_index (batch->persons, i));
  for (guint i = 0; i < batch->talks->len; i++)
    lan_core_touch_talk (core, g_ptr_array_index (batch->talks, i));
}

/* Records of the batch being collected stand on those that failed, so both go. */
static void
on_failure (LanCore *core, LanBatch *batch)
{
  LanBatch *open = g_steal_pointer (&core->open);
  gint64 wait = core->retry_us == 0 ? LAN_CORE_RETRY_US : LAN_CORE_RETRY_US * 4;

  roll_back (core, batch);
  if (open != NULL)
    roll_back (core, open);
  touch_again (core, batch);
  if (open != NULL)
    touch_again (core, open);
  lan_batch_free (open);
  core->shared = FALSE; /* what was told is not sure to be kept: all of it again */
  core->retry_us = core->now.mono_us + MIN (wait, LAN_CORE_RETRY_MAX_US);
  lan_deadlines_set (core->deadlines, core, LAN_DUE_RETRY, core->retry_us);
  lan_core_reset_repeats (core);
}

void
lan_core_committed (LanCore *core, guint64 batch_id, gboolean ok, const LanTime *now)
{
  LanBatch *batch;

  g_return_if_fail (core->flying != NULL && core->flying->id == batch_id);
  core->now = *now;
  batch = g_steal_pointer (&core->flying);
  if (ok) {
    core->retry_us = 0;
    on_success (core, batch);
  } else {
    on_failure (core, batch);
  }
  lan_batch_free (batch);
  lan_core_run_repeats (core);
  lan_mail_committed (core);
  lan_core_settle (core);
}
