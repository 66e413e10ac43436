/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Records of groups that come in, from whomever. Each is taken when it is the next of its log, its
 * device is certified by an account that is (or was, as far as it counts) a member, and everything
 * that it names is here; so the logs of all members grow into the same, in causal order.
 */
#include "lan-group-private.h"

#include <string.h>

typedef enum {
  TAKEN,
  WAITING, /* not its turn: kept for a while */
  REFUSED, /* wrong: counted against whoever brought it */
  DROPPED, /* not now */
} Verdict;

static void
remember (LanCoreLog *log, guint64 seq, GBytes *blob)
{
  guint64 *key;

  if (log->waiting == NULL)
    log->waiting =
        g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_bytes_unref);
  if (g_hash_table_contains (log->waiting, &seq) ||
      g_hash_table_size (log->waiting) >= LAN_GROUP_WAITING ||
      log->waiting_bytes + g_bytes_get_size (blob) > LAN_CORE_WAITING_BYTES)
    return;
  key = g_new (guint64, 1);
  *key = seq;
  g_hash_table_insert (log->waiting, key, g_bytes_ref (blob));
  log->waiting_bytes += g_bytes_get_size (blob);
}

/* May this account's record stand there? Before the beginning is known only its founder's may. What
 * somebody wrote behind their removal is kept, though not shown: it may hold the operation by which
 * that removal is void. It comes from members only, and there is an end to it. */
static gboolean
may_stand (LanCore *core, LanGroup *group, const LanAccountId *author, const LanRecordView *view)
{
  if (lan_group_is_member (group, author))
    return TRUE;
  if (group->state->first == NULL)
    return view->kind == LAN_KIND_GROUP_OP && view->seq == 1;
  return g_hash_table_contains (group->state->ever, author) &&
         view->seq <= lan_group_state_cut (group->state, author, &view->device) + LAN_GROUP_BEYOND;
}

static gboolean
knows_causes (LanGroup *group, guint16 kind, const LanContent *content)
{
  if (kind == LAN_KIND_GROUP_OP)
    return lan_group_state_knows (group->state, content->group_op->n_parents,
                                  content->group_op->parents);
  if (kind == LAN_KIND_GROUP_KEY)
    return lan_group_state_knows (group->state, content->group_key->n_parents,
                                  content->group_key->parents);
  return TRUE;
}

/* Two records of one device for one place: they are kept apart by whoever has which, and said. */
void
lan_group_note_fork (LanCore *core, LanGroup *group, LanCoreLog *log)
{
  const LanAccountId *author;

  if (log == NULL)
    return;
  author = lan_group_author (core, group, &log->device);
  log->branched = TRUE;
  if (log == group->own) {
    lan_core_fork (core);
    return;
  }
  if (author == NULL || g_hash_table_contains (group->forked, author))
    return;
  g_hash_table_add (group->forked, g_memdup2 (author, sizeof *author));
  lan_group_put_item (core, group, LAN_GROUP_ITEM_FORK, author, sizeof *author,
                      g_bytes_new_static ("\1", 1));
  lan_group_touch (core, group);
  lan_group_tell (core, group);
}

static void
note_read (LanCore *core, LanGroup *group, const LanAccountId *author, const LanDeviceId *device,
           const Lanyard__ReadUpTo *read)
{
  for (gsize i = 0; i < read->n_marks; i++) {
    guint64 *known = g_hash_table_lookup (group->reads, author);
    guint64 seq = MIN (read->marks[i]->seq, group->own->head.seq);
    guint64 le = GUINT64_TO_LE (seq);

    if (memcmp (read->marks[i]->device.data, group->own->device.b, LAN_DEVICE_ID_BYTES) != 0 ||
        (known != NULL && *known >= seq))
      continue;
    g_hash_table_insert (group->reads, g_memdup2 (author, sizeof *author),
                         g_memdup2 (&seq, sizeof seq));
    lan_group_letters_held (core, group, author, device, seq);
    lan_group_put_item (core, group, LAN_GROUP_ITEM_READ, author, sizeof *author,
                        g_bytes_new (&le, sizeof le));
    lan_group_tell_states (core, group);
  }
}

/* What is inside goes into the row. Returns: (transfer full): NULL: not opened yet. */
static LanContent *
open_into (LanCore *core, LanGroup *group, const LanRecordView *view, const LanContent *content,
           LanRecordRow *row)
{
  g_autoptr (GBytes) opened =
      lan_group_open (group, &view->device, view->seq, &view->message, content->sealed);
  LanContent *inside = NULL;
  guint16 kind;

  if (opened == NULL ||
      lan_content_decode_sealed (g_bytes_get_data (opened, NULL), g_bytes_get_size (opened), &kind,
                                 &inside) != LAN_STATUS_OK)
    return NULL;
  lan_core_set_opened (row, kind, g_steal_pointer (&opened), inside);
  return inside;
}

static gboolean
take_op (LanCore *core, LanGroup *group, const LanRecordRow *row, const LanContent *content)
{
  LanGroupOp op = { .hash = row->hash,
                    .actor = row->author,
                    .device = row->device,
                    .seq = row->seq,
                    .hlc = row->hlc,
                    .blob = row->blob };
  LanContent *copy = NULL;
  g_autoptr (GBytes) bytes = lan_content_encode (content);

  if (lan_content_decode (LAN_KIND_GROUP_OP, g_bytes_get_data (bytes, NULL),
                          g_bytes_get_size (bytes), &copy) != LAN_STATUS_OK)
    return FALSE;
  if (lan_group_state_add (group->state, &op, copy) != LAN_STATUS_OK) {
    lan_content_free (copy);
    return FALSE;
  }
  lan_group_put_item (core, group, LAN_GROUP_ITEM_OP, &op.hash, sizeof op.hash,
                      g_bytes_ref (row->blob));
  return TRUE;
}

/* A checked record goes to the end of its log. */
static gboolean
append (LanCore *core, LanGroup *group, LanCoreLog *log, const LanRecordView *view, GBytes *blob,
        const LanContent *content)
{
  const LanAccountId *author = lan_group_author (core, group, &view->device);
  guint64 order = MAX (view->hlc, content != NULL ? content->order : 0);
  g_autoptr (LanContent) inside = NULL;
  g_autofree LanRecordRow *row =
      lan_core_make_row (core, view, g_bytes_ref (blob), author, content, order);

  if (content == NULL && view->kind != LAN_KIND_SEALED)
    row->flags |= LAN_RECORD_HIDDEN; /* of a newer version */
  if (view->kind == LAN_KIND_GROUP_OP && !take_op (core, group, row, content)) {
    lan_record_row_clear (row);
    return FALSE;
  }
  if (!group->kept)
    lan_group_touch (core, group);
  if (log->head.seq == 0)
    lan_group_note_author (core, group, log);
  if (view->kind == LAN_KIND_SEALED) {
    inside = open_into (core, group, view, content, row);
    lan_group_typing_off (core, group, author);
  }
  (void) !lan_hlc_merge (&core->hlc, view->hlc, core->now.wall_ms);
  log->head = (LanLogPoint){ view->seq, row->hash, view->hlc, order };
  group->top_order = MAX (group->top_order, order);
  if (view->seq > log->hidden_after)
    row->flags |= LAN_RECORD_WITHDRAWN;
  if (view->kind == LAN_KIND_GROUP_KEY)
    lan_group_take_key (core, group, &view->device, view->seq, content->group_key);
  else if (view->kind == LAN_KIND_READ_UP_TO)
    note_read (core, group, author, &view->device, content->read_up_to);
  if (lan_account_id_equal (author, &core->self) && view->kind != LAN_KIND_GROUP_OP)
    lan_group_agree (core, group);
  if (inside != NULL && row->kind == LAN_KIND_MESSAGE_OP &&
      (row->flags & LAN_RECORD_WITHDRAWN) == 0)
    lan_core_note_operation (core, author, author, view, &row->hash, inside, order);
  lan_core_add_record (core, log, row,
                       (row->flags & (LAN_RECORD_HIDDEN | LAN_RECORD_WITHDRAWN)) == 0);
  if (view->kind == LAN_KIND_GROUP_OP) {
    lan_group_resolved (core, group);
    group->unblocked = TRUE;
  }
  return TRUE;
}

/* The device's certificate comes with the first record of its log. */
static gboolean
take_cert (LanCore *core, LanGroup *group, const LanRecordView *view, const LanContent *content)
{
  LanCert cert;

  if (lan_group_author (core, group, &view->device) != NULL)
    return TRUE;
  return content != NULL && content->cert.len > 0 &&
         lan_cert_decode (&cert, content->cert.data, content->cert.len) == LAN_STATUS_OK &&
         lan_device_id_equal (&cert.device, &view->device) &&
         (group->state->first == NULL ||
          g_hash_table_contains (group->state->ever, &cert.account)) &&
         lan_group_add_cert (core, group, content->cert.data, content->cert.len, NULL);
}

static gboolean
is_signed (LanCore *core, LanGroup *group, const LanRecordView *view)
{
  const LanGroupDevice *device = g_hash_table_lookup (group->devices, &view->device);
  const guint8 *key =
      device != NULL ? device->cert.sign_public : lan_device_keys_sign_public (core->device);

  return lan_signature_verify (key, LAN_SIGN_RECORD, view->signed_part, view->signed_len,
                               view->signature) == LAN_STATUS_OK;
}

/* The next of its log, by its number. */
static Verdict
take_next (LanCore *core, LanGroup *group, LanCoreLog *log, const LanRecordView *view, GBytes *blob)
{
  g_autoptr (LanContent) content = NULL;
  LanStatus status = LAN_STATUS_OK;
  const LanAccountId *author;
  gboolean known_kind = view->kind == LAN_KIND_READ_UP_TO ||
                        (view->kind >= LAN_KIND_GROUP_OP && view->kind <= LAN_KIND_SEALED);

  status = lan_content_decode (view->kind, view->content, view->content_len, &content);
  if (known_kind && status != LAN_STATUS_OK)
    return REFUSED;
  if (!take_cert (core, group, view, content))
    return DROPPED;
  author = lan_group_author (core, group, &view->device);
  if (!may_stand (core, group, author, view))
    return DROPPED;
  if (!is_signed (core, group, view))
    return REFUSED;
  if (!lan_hash_equal (&view->previous, &log->head.hash)) {
    lan_group_note_fork (core, group, log);
    return DROPPED;
  }
  if (view->hlc <= log->head.hlc)
    return REFUSED;
  if (log->pending_bytes + g_bytes_get_size (blob) > LAN_CORE_PENDING_BYTES)
    return DROPPED;
  if (!knows_causes (group, view->kind, content))
    return WAITING;
  return append (core, group, log, view, blob, content) ? TAKEN : REFUSED;
}

static Verdict
take (LanCore *core, LanGroup *group, LanCoreChannel *channel, GBytes *blob)
{
  LanRecordView view;
  LanCoreLog *log;
  Verdict verdict;

  if (lan_record_decode (g_bytes_get_data (blob, NULL), g_bytes_get_size (blob), &view) !=
      LAN_STATUS_OK)
    return REFUSED;
  log = lan_group_add_log (group, &view.device);
  if (log == NULL || log->branched)
    return DROPPED;
  if (view.seq == log->head.seq) {
    LanHash hash;

    lan_hash_256 (&hash, g_bytes_get_data (blob, NULL), g_bytes_get_size (blob));
    if (!lan_hash_equal (&hash, &log->head.hash) &&
        lan_group_author (core, group, &view.device) != NULL && is_signed (core, group, &view))
      lan_group_note_fork (core, group, log);
  }
  if (view.seq <= log->head.seq) {
    core->counters.records_again++;
    return TAKEN;
  }
  if (view.seq > log->head.seq + 1) {
    remember (log, view.seq, blob);
    if (channel != NULL)
      lan_group_ask_gap (core, group, log, channel);
    return WAITING;
  }
  verdict = take_next (core, group, log, &view, blob);
  if (verdict == WAITING)
    remember (log, view.seq, blob);
  return verdict;
}

static gboolean
drain_log (LanCore *core, LanGroup *group, LanCoreLog *log)
{
  gboolean any = FALSE;

  while (log->waiting != NULL && g_hash_table_size (log->waiting) > 0) {
    guint64 seq = log->head.seq + 1;
    gpointer key, value;
    g_autoptr (GBytes) blob = NULL;

    if (!g_hash_table_steal_extended (log->waiting, &seq, &key, &value))
      break;
    g_free (key);
    blob = value;
    log->waiting_bytes -= g_bytes_get_size (blob);
    if (take (core, group, NULL, blob) != TAKEN)
      break;
    any = TRUE;
  }
  return any;
}

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

/* What waited for its turn, or for an operation in another log. */
void
lan_group_drain (LanCore *core, LanGroup *group)
{
  gboolean again = TRUE;

  while (again) {
    again = FALSE;
    for (guint i = 0; i < group->logs->len; i++)
      again |= drain_log (core, group, g_ptr_array_index (group->logs, i));
  }
  for (guint i = 0; i < group->logs->len; i++)
    forget_stale (g_ptr_array_index (group->logs, i));
}

/* TRUE: it was a record of a group, whatever became of it; @refused counts the bad ones. */
gboolean
lan_core_take_group_record (LanCore *core, LanCoreChannel *channel, const guint8 *data, gsize len,
                            guint *refused)
{
  LanGroup *group = len >= LAN_CONVERSATION_ID_BYTES ? lan_group_find (core, data) : NULL;
  g_autoptr (GBytes) blob = NULL;
  LanCoreLog *log;
  LanDeviceId device;

  if (group == NULL)
    return FALSE;
  if (len < LAN_RECORD_HEAD_BYTES || !lan_group_may_bring (core, group, channel))
    return TRUE;
  blob = g_bytes_new (data, len);
  if (take (core, group, channel->by_mail ? NULL : channel, blob) == REFUSED) {
    core->counters.records_refused++;
    (*refused)++;
  }
  memcpy (device.b, data + LAN_CONVERSATION_ID_BYTES, sizeof device.b);
  log = lan_group_log (group, &device);
  if (log != NULL)
    (void) drain_log (core, group, log);
  if (group->unblocked) {
    group->unblocked = FALSE;
    for (guint i = 0; i < group->logs->len; i++) {
      LanCoreLog *other = g_ptr_array_index (group->logs, i);

      if (other->head.seq == 0)
        other->fetched_us = 0; /* may have come before its author was known */
    }
    lan_group_drain (core, group);
    lan_group_run_pulls (core, group);
  }
  if (group->restore_to != 0 && group->own->head.seq >= group->restore_to)
    lan_group_run_deferred (core, group);
  return TRUE;
}
