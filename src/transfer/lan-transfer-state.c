/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * States of a transfer: what may follow what, what is kept, and what a person and the other side
 * are told. Whatever outlives the program is committed first and told afterwards.
 */
#include "lan-transfers-private.h"

#define RATE_SMOOTH_US (2 * G_USEC_PER_SEC)
#define IDLE_TICK_US   (1 * G_USEC_PER_SEC)

#define BIT(state) (1u << LAN_TRANSFER_##state)
#define STOPPED    (BIT (FAILED) | BIT (CANCELLED))

static const guint next_outgoing[LAN_TRANSFER_N] = {
  [LAN_TRANSFER_VERIFYING] = BIT (OFFERED) | STOPPED,
  [LAN_TRANSFER_OFFERED] = BIT (ACCEPTED) | BIT (RUNNING) | BIT (DONE) | BIT (DECLINED) | STOPPED,
  [LAN_TRANSFER_ACCEPTED] = BIT (RUNNING) | BIT (PAUSED) | BIT (DONE) | BIT (DECLINED) | STOPPED,
  [LAN_TRANSFER_RUNNING] = BIT (ACCEPTED) | BIT (PAUSED) | BIT (DONE) | BIT (DECLINED) | STOPPED,
  [LAN_TRANSFER_PAUSED] = BIT (ACCEPTED) | BIT (RUNNING) | BIT (DONE) | BIT (DECLINED) | STOPPED,
  [LAN_TRANSFER_FAILED] = BIT (ACCEPTED) | BIT (RUNNING) | BIT (DONE) | BIT (CANCELLED),
};

static const guint next_incoming[LAN_TRANSFER_N] = {
  [LAN_TRANSFER_OFFERED] = BIT (ACCEPTED) | BIT (DECLINED) | STOPPED,
  [LAN_TRANSFER_ACCEPTED] = BIT (RUNNING) | BIT (PAUSED) | BIT (VERIFYING) | STOPPED,
  [LAN_TRANSFER_RUNNING] = BIT (ACCEPTED) | BIT (PAUSED) | BIT (VERIFYING) | STOPPED,
  [LAN_TRANSFER_PAUSED] = BIT (ACCEPTED) | STOPPED,
  [LAN_TRANSFER_VERIFYING] = BIT (ACCEPTED) | BIT (DONE) | STOPPED,
  [LAN_TRANSFER_FAILED] = BIT (ACCEPTED) | BIT (CANCELLED),
};

gboolean
lan_transfer_may (const LanTransferOne *one, LanTransferState next)
{
  const guint *table = one->row.incoming ? next_incoming : next_outgoing;

  return (table[one->row.state] & (1u << next)) != 0;
}

gboolean
lan_transfer_is_over (const LanTransferOne *one)
{
  switch (one->row.state) {
  case LAN_TRANSFER_DONE:
  case LAN_TRANSFER_FAILED:
  case LAN_TRANSFER_DECLINED:
  case LAN_TRANSFER_CANCELLED:
    return TRUE;
  case LAN_TRANSFER_OFFERED:
  case LAN_TRANSFER_ACCEPTED:
  case LAN_TRANSFER_RUNNING:
  case LAN_TRANSFER_PAUSED:
  case LAN_TRANSFER_VERIFYING:
  case LAN_TRANSFER_N:
  default:
    return FALSE;
  }
}

void
lan_transfer_push_event (LanTransfers *t, LanTransferOne *one, LanTransferEventType type)
{
  LanTransferAction *action;

  if (one->detail.is_part) {
    one = lan_transfer_group_whole (t, one);
    type = LAN_TRANSFER_EVENT_PROGRESS;
    if (one == NULL)
      return;
  }
  action = lan_transfers_push (t, LAN_TRANSFER_ACTION_EVENT);
  action->id = one->row.id;
  action->peer = one->row.peer;
  action->event.type = type;
  action->event.state = one->row.state;
  action->event.done = one->row.done;
  action->event.rate = one->rate;
  action->event.request = one->request;
}

void
lan_transfer_fill_row (const LanTransferOne *one, LanTransferRow *row)
{
  lan_transfer_row_copy (row, &one->row);
  row->bitmap = lan_transfer_in_bitmap (one);
  row->detail = lan_transfer_detail_encode (&one->detail);
}

void
lan_transfer_commit (LanTransfers *t, LanTransferOne *one, guint after)
{
  LanTransferAction *action = lan_transfers_push (t, LAN_TRANSFER_ACTION_COMMIT);
  LanChange *change;

  one->after |= after;
  one->batch = ++t->last_batch;
  g_hash_table_insert (t->batches, g_memdup2 (&one->batch, sizeof one->batch), one);
  one->is_commit_due = FALSE;
  lan_deadlines_cancel (t->deadlines, one, LAN_DUE_COMMIT);
  lan_deadlines_cancel (t->deadlines, one, LAN_DUE_RECOMMIT);
  action->commit.batch = one->batch;
  action->commit.changes = lan_changes_new ();
  change = lan_changes_add (action->commit.changes, LAN_CHANGE_TRANSFER);
  lan_transfer_fill_row (one, &change->transfer);
}

static void
rest (LanTransfers *t, LanTransferOne *one)
{
  one->rate = 0;
  lan_deadlines_cancel (t->deadlines, one, LAN_DUE_PROGRESS);
}

void
lan_transfer_set_state (LanTransfers *t, LanTransferOne *one, LanTransferState next, LanTime now)
{
  LanTransferState old = one->row.state;

  g_assert (lan_transfer_may (one, next));
  one->row.state = next;
  g_debug ("transfer %s: %s -> %s", one->row.incoming ? "in" : "out", lan_transfer_state_name (old),
           lan_transfer_state_name (next));
  if (next != LAN_TRANSFER_FAILED) {
    g_clear_pointer (&one->row.error, g_free);
    g_clear_pointer (&one->error_text, g_free);
  }
  lan_transfer_set_need (
      t, one, one->row.incoming && (next == LAN_TRANSFER_ACCEPTED || next == LAN_TRANSFER_RUNNING),
      now);
  if (next == LAN_TRANSFER_RUNNING) {
    one->rate_us = now.mono_us;
    one->rate_from = one->row.done;
    lan_deadlines_set (t->deadlines, one, LAN_DUE_PROGRESS, now.mono_us + IDLE_TICK_US);
  } else {
    rest (t, one);
  }
  if (lan_transfer_is_over (one) && next != LAN_TRANSFER_FAILED && one->out.manifest != NULL &&
      !one->detail.is_group)
    lan_transfer_plan_commit (t, one, FALSE);
  /* Whether bytes move just now is not worth a commit: after a restart they do not. */
  if (next == LAN_TRANSFER_RUNNING || old == LAN_TRANSFER_RUNNING)
    lan_transfer_push_event (t, one, LAN_TRANSFER_EVENT_STATE);
  if (next == LAN_TRANSFER_RUNNING ||
      (old == LAN_TRANSFER_RUNNING && next == LAN_TRANSFER_ACCEPTED)) {
    lan_left_state_changed (t, one, now);
    return;
  }
  lan_left_state_changed (t, one, now);
  lan_transfer_commit (t, one, LAN_AFTER_EVENT | LAN_AFTER_TELL | LAN_AFTER_NEXT);
  if (one->detail.is_part)
    lan_transfer_group_part_changed (t, one, now);
}

/* After these the part file is worth keeping: the receiver may try again. */
static gboolean
may_be_tried_again (LanFileError code)
{
  switch (code) {
  case LAN_FILE_ERROR_DISK_FULL:
  case LAN_FILE_ERROR_IO:
  case LAN_FILE_ERROR_NOT_FOUND:
  case LAN_FILE_ERROR_ACCESS:
  case LAN_FILE_ERROR_READ_ONLY:
  case LAN_FILE_ERROR_EXISTS:
  case LAN_FILE_ERROR_STALLED:
  case LAN_FILE_ERROR_PEER:
  case LAN_FILE_ERROR_STORE:
    return TRUE;
  case LAN_FILE_ERROR_PATH:
  case LAN_FILE_ERROR_NOT_A_FILE:
  case LAN_FILE_ERROR_TOO_LARGE:
  case LAN_FILE_ERROR_CHANGED:
  case LAN_FILE_ERROR_HASH:
  case LAN_FILE_ERROR_MANIFEST:
  case LAN_FILE_ERROR_STOPPED:
  case LAN_FILE_ERROR_N:
  default:
    return FALSE;
  }
}

void
lan_transfer_fail (LanTransfers *t, LanTransferOne *one, LanFileError code, const char *detail,
                   LanTime now)
{
  const char *text = lan_file_error_code (code);

  if (!lan_transfer_may (one, LAN_TRANSFER_FAILED))
    return;
  if (one->row.incoming)
    lan_transfer_in_stop (t, one, !may_be_tried_again (code), now);
  else
    lan_transfer_out_stop (t, one, now);
  g_free (one->row.error);
  g_free (one->error_text);
  one->row.error = g_strdup (text);
  one->error_text = g_strdup (detail);
  lan_transfer_set_state (t, one, LAN_TRANSFER_FAILED, now);
  lan_transfer_in_start_waiting (t, now);
}

static void
update_rate (LanTransferOne *one, gint64 now_us)
{
  gint64 passed = now_us - one->rate_us;
  guint64 moved = one->row.done > one->rate_from ? one->row.done - one->rate_from : 0;
  double fresh = (double) moved * G_USEC_PER_SEC / (double) passed;
  double weight = (double) passed / (double) (passed + RATE_SMOOTH_US);

  /* The first figure stands alone, or the rate would creep up from nothing. */
  if (one->rate == 0)
    weight = 1;
  one->rate = (guint64) ((double) one->rate * (1 - weight) + fresh * weight);
  one->rate_us = now_us;
  one->rate_from = one->row.done;
}

void
lan_transfer_moved (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->row.state != LAN_TRANSFER_RUNNING)
    return;
  if (now.mono_us - one->rate_us >= LAN_TRANSFER_PROGRESS_US) {
    update_rate (one, now.mono_us);
    lan_transfer_push_event (t, one, LAN_TRANSFER_EVENT_PROGRESS);
    lan_deadlines_set (t->deadlines, one, LAN_DUE_PROGRESS, now.mono_us + IDLE_TICK_US);
  } else {
    lan_deadlines_set (t->deadlines, one, LAN_DUE_PROGRESS,
                       one->rate_us + LAN_TRANSFER_PROGRESS_US);
  }
}

/* Either something moved too soon after the last event, or nothing did for a while. */
void
lan_transfer_on_progress_due (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  guint64 before = one->rate;
  gboolean moved = one->row.done != one->rate_from;

  if (one->row.state != LAN_TRANSFER_RUNNING || now.mono_us <= one->rate_us)
    return;
  update_rate (one, now.mono_us);
  if (moved || one->rate != before)
    lan_transfer_push_event (t, one, LAN_TRANSFER_EVENT_PROGRESS);
  lan_deadlines_set (t->deadlines, one, LAN_DUE_PROGRESS, now.mono_us + IDLE_TICK_US);
}
