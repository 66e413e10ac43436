/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Groups as they stand again after a start, out of the rows that the store gives. */
#include "lan-group-private.h"

#include <string.h>

static void
load_op (LanCore *core, LanGroup *group, GBytes *blob)
{
  LanContent *content = NULL;
  LanRecordView view;
  LanGroupOp op = { .blob = blob };
  gsize len;
  const guint8 *data = g_bytes_get_data (blob, &len);

  if (lan_record_decode (data, len, &view) != LAN_STATUS_OK ||
      lan_content_decode (view.kind, view.content, view.content_len, &content) != LAN_STATUS_OK)
    return;
  lan_hash_256 (&op.hash, data, len);
  op.device = view.device;
  op.seq = view.seq;
  op.hlc = view.hlc;
  if (view.kind != LAN_KIND_GROUP_OP || lan_group_author (core, group, &view.device) == NULL) {
    lan_content_free (content);
    return;
  }
  op.actor = *lan_group_author (core, group, &view.device);
  if (lan_group_state_add (group->state, &op, content) != LAN_STATUS_OK)
    lan_content_free (content);
}

static void
load_read (LanGroup *group, GBytes *key, GBytes *value)
{
  guint64 *seq = g_new0 (guint64, 1);

  memcpy (seq, g_bytes_get_data (value, NULL), MIN (sizeof *seq, g_bytes_get_size (value)));
  *seq = GUINT64_FROM_LE (*seq);
  g_hash_table_insert (group->reads, g_memdup2 (g_bytes_get_data (key, NULL), LAN_ACCOUNT_ID_BYTES),
                       seq);
}

/* Certificates come before operations, and these in the order in which they were kept: the store
 * gives kinds backwards and rows as they were written. */
void
lan_core_load_group_item (LanCore *core, const LanGroupItemRow *row)
{
  LanGroup *group = g_hash_table_lookup (core->groups, &row->conversation);
  gsize key_len;
  const guint8 *key = g_bytes_get_data (row->key, &key_len);

  if (group == NULL || row->value == NULL)
    return;
  if (row->kind == LAN_GROUP_ITEM_CERT)
    (void) lan_group_add_cert (core, group, g_bytes_get_data (row->value, NULL),
                               g_bytes_get_size (row->value), NULL);
  else if (row->kind == LAN_GROUP_ITEM_OP)
    load_op (core, group, row->value);
  else if (row->kind == LAN_GROUP_ITEM_CHAIN && key_len == LAN_HASH_BYTES)
    (void) lan_group_load_chain (group, key, row->value);
  else if (row->kind == LAN_GROUP_ITEM_READ && key_len == LAN_ACCOUNT_ID_BYTES)
    load_read (group, row->key, row->value);
  else if (row->kind == LAN_GROUP_ITEM_FORK && key_len == LAN_ACCOUNT_ID_BYTES)
    g_hash_table_add (group->forked, g_memdup2 (key, key_len));
}

void
lan_group_load (LanCore *core, const LanConversationRow *row)
{
  LanGroup *group;

  if (g_hash_table_contains (core->groups, &row->conversation) ||
      g_hash_table_contains (core->talks, &row->conversation))
    return;
  group = lan_group_add (core, &row->conversation);
  lan_conversation_row_copy (&group->row, row);
  group->kept = TRUE;
  group->out = (row->flags & LAN_CONVERSATION_LEFT) != 0;
}

void
lan_group_load_head (LanCore *core, const LanConversationId *id, const LanDeviceId *device,
                     const LanLogPoint *point)
{
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  LanCoreLog *log = group != NULL ? lan_group_add_log (group, device) : NULL;

  if (log == NULL)
    return;
  log->committed = log->head = *point;
  group->top_order = MAX (group->top_order, point->order);
  if (log == group->own)
    group->told_delivered = group->told_read =
        point->seq > LAN_CORE_TAIL_KEEP ? point->seq - LAN_CORE_TAIL_KEEP : 0;
}
