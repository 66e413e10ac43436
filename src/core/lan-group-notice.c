/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Records that a member shows out of their turn: that we were removed, or that a device contradicts itself. */
#include "lan-group-private.h"

#define TRIAL_MAX 1024 /* operations gone through once more for a notice */

/* A record as somebody shows it to us, outside of its log. FALSE: not one of a device known here. */
static gboolean
read_notice (LanCore *core, LanGroup *group, const ProtobufCBinaryData *record, LanRecordView *view,
             LanHash *hash)
{
  const LanGroupDevice *device;

  (void) core;
  if (lan_record_decode (record->data, record->len, view) != LAN_STATUS_OK ||
      !lan_conversation_id_equal (&view->conversation, &group->row.conversation))
    return FALSE;
  device = g_hash_table_lookup (group->devices, &view->device);
  lan_hash_256 (hash, record->data, record->len);
  return device != NULL &&
         lan_signature_verify (device->cert.sign_public, LAN_SIGN_RECORD, view->signed_part,
                               view->signed_len, view->signature) == LAN_STATUS_OK;
}

static int
compare_time (gconstpointer a, gconstpointer b)
{
  const LanGroupOp *x = *(const LanGroupOp *const *) a, *y = *(const LanGroupOp *const *) b;

  return x->hlc < y->hlc ? -1 : x->hlc > y->hlc;
}

static gboolean
add_copy (LanGroupState *state, const LanGroupOp *op, const LanContent *content)
{
  g_autoptr (GBytes) bytes = lan_content_encode (content);
  LanContent *copy = NULL;

  if (lan_content_decode (LAN_KIND_GROUP_OP, g_bytes_get_data (bytes, NULL),
                          g_bytes_get_size (bytes), &copy) == LAN_STATUS_OK &&
      lan_group_state_add (state, op, copy) == LAN_STATUS_OK)
    return TRUE;
  lan_content_free (copy);
  return FALSE;
}

/* Its author may have been taken out by an operation that did not know of it (two owners, each removing the
 * other): what counts is worked out beside the real state, which its record enters in its turn only. */
static gboolean
would_remove_us (LanCore *core, LanGroup *group, const LanRecordView *view, const LanHash *hash)
{
  g_autoptr (LanGroupState) trial = lan_group_state_new (&group->row.conversation);
  g_autoptr (GPtrArray) ops = g_ptr_array_new ();
  g_autoptr (GBytes) blob = g_bytes_new (NULL, 0);
  g_autoptr (LanContent) content = NULL;
  const LanAccountId *author = lan_group_author (core, group, &view->device);
  LanGroupOp op = { .hash = *hash, .device = view->device, .seq = view->seq, .hlc = view->hlc };
  GHashTableIter iter;
  gpointer value;

  if (author == NULL || g_hash_table_size (group->state->ops) > TRIAL_MAX ||
      lan_content_decode (view->kind, view->content, view->content_len, &content) != LAN_STATUS_OK)
    return FALSE;
  g_hash_table_iter_init (&iter, group->state->ops);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (ops, value);
  g_ptr_array_sort (ops, compare_time); /* whoever names an operation has seen its time */
  for (guint i = 0; i < ops->len; i++) {
    const LanGroupOp *known = g_ptr_array_index (ops, i);

    if (!add_copy (trial, known, known->content))
      return FALSE;
  }
  op.actor = *author;
  op.blob = blob;
  if (!add_copy (trial, &op, content))
    return FALSE;
  lan_group_state_resolve (trial);
  return lan_group_state_role (trial, &core->self) == LAN_GROUP_ROLE_NONE;
}

/* The removal of ourselves, ahead of what led to it: nothing more is written there. */
static void
on_removal (LanCore *core, LanGroup *group, const LanRecordView *view, const LanHash *hash)
{
  const LanGroupMember *self = lan_group_state_member (group->state, &core->self);
  g_autoptr (LanContent) content = NULL;
  const Lanyard__GroupOp *op;
  gboolean us = FALSE;

  if (view->kind != LAN_KIND_GROUP_OP || self == NULL || group->out ||
      lan_content_decode (view->kind, view->content, view->content_len, &content) != LAN_STATUS_OK)
    return;
  op = content->group_op;
  for (gsize i = 0; i < op->n_people; i++)
    us |= memcmp (op->people[i]->account.data, core->self.b, sizeof core->self.b) == 0;
  if (!us || op->type != LANYARD__GROUP_OP_TYPE__GROUP_REMOVE ||
      (lan_group_state_may (group->state, lan_group_author (core, group, &view->device), op) !=
           LAN_STATUS_OK &&
       !would_remove_us (core, group, view, hash)))
    return;
  group->out = TRUE;
  group->joined = self->joined->hash;
  group->row.flags |= LAN_CONVERSATION_LEFT;
  lan_group_touch (core, group);
  lan_group_tell (core, group);
  lan_group_update_wants (core, group);
}

void
lan_core_on_group_notice (LanCore *core, LanCoreChannel *channel,
                          const Lanyard__GroupNotice *notice)
{
  LanGroup *group = lan_group_find (core, notice->group.data);
  LanRecordView views[2];
  LanHash hashes[2];

  if (group == NULL || channel->by_mail ||
      !lan_group_is_member (group, &channel->person->row.account))
    return;
  for (gsize i = 0; i < notice->n_records; i++) {
    if (!read_notice (core, group, &notice->records[i], &views[i], &hashes[i])) {
      core->counters.records_refused++;
      return;
    }
  }
  if (notice->n_records == 1)
    on_removal (core, group, &views[0], &hashes[0]);
  else if (views[0].seq == views[1].seq && !lan_hash_equal (&hashes[0], &hashes[1]) &&
           lan_device_id_equal (&views[0].device, &views[1].device))
    lan_group_note_fork (core, group, lan_group_add_log (group, &views[0].device));
}
