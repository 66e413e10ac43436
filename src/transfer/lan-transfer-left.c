/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is left with the server for somebody who is away, sealed (SECURITY section 5): when that is done, and what
 * becomes of it. Reading and sealing is -give.c, fetching -take.c.
 *
 * The sender leaves what was offered to one person, once no lane has led to them for a while; a record says so then,
 * with the key. Whoever it was offered to fetches it when it was accepted and the sender cannot be reached, and says
 * in a record what became of it: by that, or by word of mouth, the sender learns it. Only the sender has it deleted,
 * when all devices of the other that could fetch it have answered, or some days after the first did, so that one
 * device does not take it away from another.
 */
#include "lan-transfers-private.h"

#include "lan-random.h"

#include <string.h>

static const guint8 no_device[LAN_DEVICE_ID_BYTES];

LanTransferAction *
lan_left_push (LanTransfers *t, LanTransferOne *one, LanLeftDo what)
{
  LanTransferAction *action = lan_transfers_push (t, LAN_TRANSFER_ACTION_LEFT);
  const LanLeft *left = &one->detail.left;

  action->id = one->row.id;
  action->peer = one->row.peer;
  action->left.what = what;
  action->left.root = left->root;
  action->left.size = left->size;
  action->left.expires_ms = left->expires_ms;
  memcpy (action->left.key, left->key, sizeof action->left.key);
  return action;
}

void
lan_left_set (LanTransfers *t, LanTransferOne *one, LanLeftState state)
{
  one->detail.left.state = state;
  one->is_left_said = FALSE;
  if (state == LAN_LEFT_SEALING)
    lan_transfer_push_event (t, one, LAN_TRANSFER_EVENT_STATE);
  else
    lan_transfer_commit (t, one, LAN_AFTER_EVENT);
}

static gboolean
has_channel (LanTransfers *t, const LanTransferOne *one, gboolean any)
{
  return lan_transfer_channel_to (t, &one->row.peer, any) != NULL;
}

/* -- when -- */

static gboolean
may_give (LanTransfers *t, const LanTransferOne *one)
{
  LanLeftState state = one->detail.left.state;

  return !one->row.incoming && !one->detail.is_group && !one->detail.is_part &&
         !one->detail.is_paused &&
         (one->row.state == LAN_TRANSFER_OFFERED || one->row.state == LAN_TRANSFER_ACCEPTED) &&
         (state == LAN_LEFT_NONE || state == LAN_LEFT_SEALING || state == LAN_LEFT_SENDING ||
          state == LAN_LEFT_NO_ROOM) &&
         t->server_open && !has_channel (t, one, TRUE);
}

static gboolean
wants_manifest (const LanTransferOne *one)
{
  return one->row.state == LAN_TRANSFER_OFFERED && one->detail.is_folder && one->tree == NULL &&
         !one->request && one->detail.manifest_size <= LAN_TRANSFER_PEEK_BYTES;
}

static gboolean
may_take (LanTransfers *t, const LanTransferOne *one)
{
  return one->row.incoming && t->server_open && one->detail.left.state == LAN_LEFT_THERE &&
         (one->row.state == LAN_TRANSFER_ACCEPTED || one->row.state == LAN_TRANSFER_RUNNING ||
          wants_manifest (one)) &&
         !has_channel (t, one, FALSE);
}

static void
look_incoming (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (!may_take (t, one)) {
    lan_deadlines_cancel (t->deadlines, one, LAN_DUE_LEFT);
    lan_left_take_stop (t, one, now);
  } else if (one->take == NULL) {
    lan_deadlines_set (t->deadlines, one, LAN_DUE_LEFT,
                       now.mono_us +
                           (has_channel (t, one, TRUE) ? LAN_LEFT_LINK_US : LAN_LEFT_PATIENCE_US));
  }
}

static void
look_outgoing (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (!may_give (t, one)) {
    one->is_left_waiting = FALSE;
    lan_deadlines_cancel (t->deadlines, one, LAN_DUE_LEFT);
    lan_left_give_stop (t, one);
    if (one->detail.left.state == LAN_LEFT_SEALING)
      one->detail.left.state = LAN_LEFT_NONE;
  } else if (one->give == NULL && !one->is_left_waiting) {
    lan_deadlines_set (t->deadlines, one, LAN_DUE_LEFT,
                       now.mono_us + (one->detail.left.state == LAN_LEFT_NO_ROOM
                                          ? LAN_LEFT_AGAIN_US
                                          : LAN_LEFT_DELAY_US));
  }
}

void
lan_left_look (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->row.incoming)
    look_incoming (t, one, now);
  else
    look_outgoing (t, one, now);
}

static void
begin (LanTransfers *t, LanTransferOne *one)
{
  one->is_left_waiting = t->n_giving >= LAN_LEFT_MAX_GIVING;
  if (one->is_left_waiting)
    return;
  if (one->detail.left.state == LAN_LEFT_SENDING)
    lan_left_give_put (t, one);
  else
    lan_left_push (t, one, LAN_LEFT_DO_BEGIN);
}

void
lan_left_on_due (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->row.incoming) {
    if (one->take != NULL)
      lan_left_take_deliver (t, one, now);
    else if (may_take (t, one) && !lan_left_take_start (t, one, now))
      lan_left_set (t, one, LAN_LEFT_BROKEN);
    return;
  }
  if (may_give (t, one) && one->give == NULL)
    begin (t, one);
}

void
lan_left_look_at_all (LanTransfers *t)
{
  LanTransferOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, t->all);
  while (t->n_giving < LAN_LEFT_MAX_GIVING &&
         g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    if (one->is_left_waiting)
      begin (t, one);
  }
}

void
lan_transfers_left_begin (LanTransfers *t, const LanMessageId *id, guint devices, LanTime now)
{
  LanTransferOne *one = lan_transfers_find (t, id);
  LanLeft *left;

  if (one == NULL || devices == 0 || one->give != NULL || !may_give (t, one) ||
      one->detail.left.state == LAN_LEFT_SENDING)
    return;
  if (one->row.size > t->server_max) {
    lan_left_set (t, one, LAN_LEFT_TOO_BIG);
    return;
  }
  left = &one->detail.left;
  left->devices = (guint8) MIN (devices, LAN_LEFT_MAX_DEVICES);
  lan_random_bytes (t->random, left->key, sizeof left->key);
  lan_left_set (t, one, LAN_LEFT_SEALING);
  lan_left_give_start (t, one, now);
}

void
lan_left_peer_changed (LanTransfers *t, const LanAccountId *peer, LanTime now)
{
  g_autoptr (GPtrArray) theirs = lan_transfers_of_peer (t, peer);

  for (guint i = 0; i < theirs->len; i++)
    lan_left_look (t, g_ptr_array_index (theirs, i), now);
}

/* -- the server -- */

static GPtrArray *
list_all (LanTransfers *t)
{
  GPtrArray *all = g_ptr_array_new ();
  LanTransferOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one))
    g_ptr_array_add (all, one);
  return all;
}

void
lan_transfers_set_server (LanTransfers *t, gboolean is_open, guint64 max_bytes, gint64 life_ms,
                          LanTime now)
{
  g_autoptr (GPtrArray) all = NULL;

  t->server_life_ms = life_ms;
  if (t->server_open == is_open && t->server_max == max_bytes)
    return;
  t->server_open = is_open;
  t->server_max = max_bytes;
  all = list_all (t);
  for (guint i = 0; i < all->len; i++) {
    LanTransferOne *one = g_ptr_array_index (all, i);
    LanLeftState state = one->detail.left.state;

    if (is_open &&
        (state == LAN_LEFT_NO_ROOM || (state == LAN_LEFT_TOO_BIG && one->row.size <= max_bytes)))
      one->detail.left.state = LAN_LEFT_NONE;
    if (is_open && state == LAN_LEFT_DROPPING)
      lan_left_push (t, one, LAN_LEFT_DO_DROP);
    lan_left_look (t, one, now);
  }
}

static LanTransferOne *
find_blob (LanTransfers *t, const LanHash *root, gboolean incoming)
{
  LanTransferOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    if (one->row.incoming == incoming && one->detail.left.size > 0 &&
        lan_hash_equal (&one->detail.left.root, root))
      return one;
  }
  return NULL;
}

void
lan_transfers_blob_wanted (LanTransfers *t, const LanHash *root, guint64 have, LanTime now)
{
  LanTransferOne *one = find_blob (t, root, FALSE);

  if (one != NULL && one->detail.left.state == LAN_LEFT_SENDING)
    lan_left_give_want (t, one, have, now);
}

static void
watch_end (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  gint64 left_ms = MAX (one->detail.left.expires_ms - now.wall_ms, 0);

  lan_deadlines_set (t->deadlines, one, LAN_DUE_LEFT_END, now.mono_us + left_ms * 1000);
}

void
lan_transfers_blob_stored (LanTransfers *t, const LanHash *root, LanTime now)
{
  LanTransferOne *one = find_blob (t, root, FALSE);

  if (one == NULL || one->detail.left.state != LAN_LEFT_SENDING)
    return;
  one->detail.left.expires_ms = now.wall_ms + t->server_life_ms;
  lan_left_give_stop (t, one);
  lan_left_set (t, one, LAN_LEFT_TELLING);
  lan_left_look_at_all (t);
}

void
lan_transfers_blob_refused (LanTransfers *t, const LanHash *root, LanLeftState why, LanTime now)
{
  gboolean incoming = why == LAN_LEFT_GONE || why == LAN_LEFT_BROKEN;
  LanTransferOne *one = find_blob (t, root, incoming);

  if (one == NULL || one->detail.left.state != (incoming ? LAN_LEFT_THERE : LAN_LEFT_SENDING))
    return;
  lan_left_set (t, one, why);
  lan_left_give_stop (t, one);
  lan_left_look (t, one, now);
  lan_left_look_at_all (t);
}

void
lan_transfers_blob_part (LanTransfers *t, const LanHash *root, guint64 offset, GBytes *bytes,
                         guint64 size, LanTime now)
{
  LanTransferOne *one = find_blob (t, root, TRUE);

  if (one == NULL || one->take == NULL)
    return;
  if (size == one->detail.left.size)
    lan_left_take_part (t, one, offset, bytes, now);
  else
    lan_transfers_blob_refused (t, root, LAN_LEFT_BROKEN, now);
}

/* What found no room may find some now. */
void
lan_transfers_blob_dropped (LanTransfers *t, const LanHash *root, LanTime now)
{
  LanTransferOne *one = find_blob (t, root, FALSE);
  GHashTableIter iter;

  if (one == NULL || one->detail.left.state != LAN_LEFT_DROPPING)
    return;
  lan_left_set (t, one, LAN_LEFT_OVER);
  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    if (one->detail.left.state == LAN_LEFT_NO_ROOM && may_give (t, one))
      lan_deadlines_set (t->deadlines, one, LAN_DUE_LEFT, now.mono_us);
  }
}

/* -- what becomes of it -- */

static guint
count_answers (const LanLeft *left)
{
  return left->answered != NULL ? (guint) (g_bytes_get_size (left->answered) / LAN_DEVICE_ID_BYTES)
                                : 0;
}

static void
add_answer (LanLeft *left, const guint8 device[LAN_DEVICE_ID_BYTES])
{
  gsize len = 0;
  const guint8 *old = left->answered != NULL ? g_bytes_get_data (left->answered, &len) : NULL;
  GByteArray *all;

  for (gsize at = 0; at < len; at += LAN_DEVICE_ID_BYTES) {
    if (memcmp (old + at, device, LAN_DEVICE_ID_BYTES) == 0)
      return;
  }
  if (count_answers (left) >= LAN_LEFT_MAX_DEVICES)
    return;
  all = g_byte_array_new ();
  g_byte_array_append (all, old, (guint) len);
  g_byte_array_append (all, device, LAN_DEVICE_ID_BYTES);
  g_clear_pointer (&left->answered, g_bytes_unref);
  left->answered = g_byte_array_free_to_bytes (all);
}

/* It is over, in whichever way. TRUE: what is kept of it changed. */
static gboolean
end_outgoing (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanLeft *left = &one->detail.left;
  LanLeftState before = left->state;
  gboolean is_there = before == LAN_LEFT_THERE || before == LAN_LEFT_TELLING;

  lan_left_give_stop (t, one);
  if (before == LAN_LEFT_SEALING) {
    left->state = LAN_LEFT_NONE;
  } else if (before == LAN_LEFT_SENDING) {
    left->state = LAN_LEFT_DROPPING;
  } else if (is_there && one->row.state == LAN_TRANSFER_DONE) {
    if (count_answers (left) == 0)
      add_answer (left, no_device); /* it was fetched from here */
    if (count_answers (left) >= left->devices) {
      left->state = LAN_LEFT_DROPPING;
    } else {
      left->expires_ms = MIN (left->expires_ms, now.wall_ms + LAN_LEFT_KEEP_MS);
      watch_end (t, one, now);
    }
  } else if (is_there &&
             (one->row.state != LAN_TRANSFER_FAILED || g_strcmp0 (one->row.error, "peer") != 0)) {
    left->state = LAN_LEFT_DROPPING;
  }
  return left->state != before;
}

void
lan_left_state_changed (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (!one->row.incoming && lan_transfer_is_over (one))
    end_outgoing (t, one, now);
  lan_left_look (t, one, now);
}

void
lan_left_on_end_due (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->detail.left.state != LAN_LEFT_THERE)
    return;
  if (now.wall_ms < one->detail.left.expires_ms) {
    watch_end (t, one, now);
    return;
  }
  lan_left_set (t, one,
                !one->row.incoming && lan_transfer_is_over (one) ? LAN_LEFT_DROPPING
                                                                 : LAN_LEFT_EXPIRED);
  lan_left_look (t, one, now);
}

/* An incoming one is over, and whoever left it does not know. */
static gboolean
owes_answer (const LanTransferOne *one)
{
  LanLeftState state = one->detail.left.state;

  return one->row.incoming &&
         (one->row.state == LAN_TRANSFER_DONE || one->row.state == LAN_TRANSFER_DECLINED ||
          one->row.state == LAN_TRANSFER_CANCELLED) &&
         (state == LAN_LEFT_THERE || state == LAN_LEFT_EXPIRED || state == LAN_LEFT_GONE ||
          state == LAN_LEFT_BROKEN);
}

/* What is to be written as a record. */
static void
say (LanTransfers *t, LanTransferOne *one)
{
  if (one->is_left_said)
    return;
  if (one->detail.left.state == LAN_LEFT_TELLING) {
    one->is_left_said = TRUE;
    lan_left_push (t, one, LAN_LEFT_DO_TELL);
  } else if (owes_answer (one)) {
    one->is_left_said = TRUE;
    lan_left_push (t, one, LAN_LEFT_DO_ANSWER)->left.declined = one->row.state != LAN_TRANSFER_DONE;
  }
}

void
lan_left_committed (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  say (t, one);
  if (one->detail.left.state == LAN_LEFT_SENDING && one->give != NULL)
    lan_left_give_put (t, one);
  else if (one->detail.left.state == LAN_LEFT_DROPPING && t->server_open)
    lan_left_push (t, one, LAN_LEFT_DO_DROP);
}

void
lan_left_loaded (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanLeft *left = &one->detail.left;

  if (left->state == LAN_LEFT_NO_ROOM || left->state == LAN_LEFT_TOO_BIG)
    left->state = LAN_LEFT_NONE;
  if (left->state == LAN_LEFT_THERE)
    watch_end (t, one, now);
  say (t, one);
}

/* -- records -- */

gboolean
lan_transfers_on_left (LanTransfers *t, const LanMessageId *id, const LanAccountId *author,
                       gboolean own, const Lanyard__FileLeftOp *op, LanTime now,
                       LanTransferRow *row)
{
  LanTransferOne *one = lan_transfers_find (t, id);
  LanLeft *left;

  if (one == NULL ||
      (!own && (!one->row.incoming || !lan_account_id_equal (author, &one->row.peer))) ||
      (own && (one->row.incoming || one->detail.left.state != LAN_LEFT_TELLING)))
    return FALSE;
  left = &one->detail.left;
  if (!own) {
    if (left->state != LAN_LEFT_NONE &&
        memcmp (left->root.b, op->root.data, sizeof left->root.b) == 0)
      return FALSE;
    lan_left_take_stop (t, one, now);
    memcpy (left->root.b, op->root.data, sizeof left->root.b);
    memcpy (left->key, op->key.data, sizeof left->key);
    left->size = op->size;
    left->expires_ms = (gint64) op->expires_ms;
  }
  lan_left_set (t, one, LAN_LEFT_THERE);
  lan_transfer_fill_row (one, row);
  watch_end (t, one, now);
  lan_left_look (t, one, now);
  return TRUE;
}

static void
take_answer (LanTransfers *t, LanTransferOne *one, LanTransferState next, LanTime now)
{
  if (one->row.state != LAN_TRANSFER_VERIFYING && lan_transfer_may (one, next)) {
    one->is_quiet = TRUE;
    if (next == LAN_TRANSFER_DONE)
      one->row.done = one->row.size;
    lan_transfer_out_stop (t, one, now);
    lan_transfer_set_state (t, one, next, now);
  } else if (lan_transfer_is_over (one)) {
    end_outgoing (t, one, now);
    lan_transfer_commit (t, one, LAN_AFTER_EVENT);
  }
}

gboolean
lan_transfers_on_answer (LanTransfers *t, const LanMessageId *id, const LanAccountId *author,
                         const LanDeviceId *device, gboolean own, gboolean declined, LanTime now,
                         LanTransferRow *row)
{
  LanTransferOne *one = lan_transfers_find (t, id);

  if (one == NULL || one->row.incoming != own || one->detail.left.state == LAN_LEFT_NONE)
    return FALSE;
  if (own) {
    lan_left_set (t, one, LAN_LEFT_ANSWERED);
  } else {
    if (!lan_account_id_equal (author, &one->row.peer))
      return FALSE;
    add_answer (&one->detail.left, device->b);
    take_answer (t, one, declined ? LAN_TRANSFER_DECLINED : LAN_TRANSFER_DONE, now);
  }
  lan_transfer_fill_row (one, row);
  return TRUE;
}

LanLeftState
lan_transfers_left (const LanTransfers *t, const LanMessageId *id)
{
  const LanTransferOne *one = lan_transfers_find (t, id);

  return one != NULL ? one->detail.left.state : LAN_LEFT_NONE;
}
