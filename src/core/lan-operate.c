/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Operations on messages: records about an earlier message of their conversation. Nothing is asked
 * of the message itself, which may not have come yet: what an operation says is kept under its key,
 * and of several with one key the greatest place holds (lan-change.h). So the order in which they
 * arrive does not matter. Only who wrote a message may edit or recall it.
 */
#include "lan-core-private.h"
#include "lan-group.h"

#include "lan-text.h"

#include <string.h>

static LanOperationKind
kind_of (const Lanyard__MessageOp *op)
{
  switch (op->op_case) {
  case LANYARD__MESSAGE_OP__OP_EDIT:
    return LAN_OPERATION_EDIT;
  case LANYARD__MESSAGE_OP__OP_RECALL:
    return LAN_OPERATION_RECALL;
  case LANYARD__MESSAGE_OP__OP_REACTION:
    return LAN_OPERATION_REACTION;
  case LANYARD__MESSAGE_OP__OP_PIN:
    return LAN_OPERATION_PIN;
  case LANYARD__MESSAGE_OP__OP__NOT_SET:
  default:
    return LAN_OPERATION_NONE;
  }
}

static gboolean
is_authors_only (LanOperationKind kind)
{
  return kind == LAN_OPERATION_EDIT || kind == LAN_OPERATION_RECALL;
}

/* FALSE: of a newer version, or not what @actor may do. */
static gboolean
read_operation (LanOperationRow *row, const Lanyard__MessageOp *op, const LanAccountId *actor)
{
  row->kind = kind_of (op);
  row->actor = *actor;
  row->on = TRUE;
  memcpy (row->author.b, op->author.data, sizeof row->author.b);
  memcpy (row->target.b, op->target.data, sizeof row->target.b);
  if (row->kind == LAN_OPERATION_NONE)
    return FALSE;
  if (is_authors_only (row->kind) && !lan_account_id_equal (actor, &row->author))
    return FALSE;
  if (row->kind == LAN_OPERATION_EDIT) {
    row->text = lan_text_clean_block (op->edit->text, -1, LAN_TEXT_MAX_BYTES);
  } else if (row->kind == LAN_OPERATION_REACTION) {
    row->text = g_strdup (op->reaction->emoji);
    row->on = op->reaction->on != FALSE;
  } else if (row->kind == LAN_OPERATION_PIN) {
    row->on = op->pin->on != FALSE;
  }
  return TRUE;
}

void
lan_core_note_operation (LanCore *core, const LanAccountId *peer, const LanAccountId *actor,
                         const LanRecordView *view, const LanHash *hash, const LanContent *content,
                         guint64 order)
{
  LanBatch *batch = lan_core_batch (core);
  LanOperationRow row = { .conversation = view->conversation };
  LanCoreAction *event;

  if (!read_operation (&row, content->message_op, actor)) {
    lan_operation_row_clear (&row);
    return;
  }
  row.order = order;
  row.id = view->message;
  row.hash = *hash;
  row.time_ms = lan_hlc_to_ms (view->hlc);
  event = lan_core_action_new (LAN_CORE_OPERATION);
  event->account = *peer;
  event->operation = g_new0 (LanOperationRow, 1);
  lan_operation_row_copy (event->operation, &row);
  g_ptr_array_add (batch->events, event);
  lan_changes_add (batch->changes, LAN_CHANGE_OPERATION)->operation = row;
}

/* @to: (nullable): with whom; else @group. */
static LanStatus
operate (LanCore *core, const LanAccountId *to, const LanConversationId *group,
         const LanMessageId *id, const LanOperationRow *op, const LanTime *now)
{
  LanContent content = LANYARD__CONTENT__INIT;
  Lanyard__MessageOp body = LANYARD__MESSAGE_OP__INIT;
  Lanyard__EditOp edit = LANYARD__EDIT_OP__INIT;
  Lanyard__RecallOp recall = LANYARD__RECALL_OP__INIT;
  Lanyard__ReactionOp reaction = LANYARD__REACTION_OP__INIT;
  Lanyard__PinOp pin = LANYARD__PIN_OP__INIT;
  LanStatus status;

  core->now = *now;
  if (is_authors_only (op->kind) && !lan_account_id_equal (&op->author, &core->self))
    return LAN_STATUS_STATE;
  body.author = (ProtobufCBinaryData){ sizeof op->author.b, (guint8 *) op->author.b };
  body.target = (ProtobufCBinaryData){ sizeof op->target.b, (guint8 *) op->target.b };
  switch (op->kind) {
  case LAN_OPERATION_EDIT:
    edit.text = op->text;
    body.edit = &edit;
    body.op_case = LANYARD__MESSAGE_OP__OP_EDIT;
    break;
  case LAN_OPERATION_RECALL:
    body.recall = &recall;
    body.op_case = LANYARD__MESSAGE_OP__OP_RECALL;
    break;
  case LAN_OPERATION_REACTION:
    reaction.emoji = op->text;
    reaction.on = op->on;
    body.reaction = &reaction;
    body.op_case = LANYARD__MESSAGE_OP__OP_REACTION;
    break;
  case LAN_OPERATION_PIN:
    pin.on = op->on;
    body.pin = &pin;
    body.op_case = LANYARD__MESSAGE_OP__OP_PIN;
    break;
  case LAN_OPERATION_NONE:
  default:
    return LAN_STATUS_MALFORMED;
  }
  content.body_case = LANYARD__CONTENT__BODY_MESSAGE_OP;
  content.message_op = &body;
  status = lan_core_check_content (LAN_KIND_MESSAGE_OP, &content);
  if (status == LAN_STATUS_OK && to != NULL)
    status = lan_core_send_content (core, to, id, LAN_KIND_MESSAGE_OP, &content);
  else if (status == LAN_STATUS_OK)
    status = lan_core_group_send (core, group, id, LAN_KIND_MESSAGE_OP, &content, now);
  lan_core_settle (core);
  return status;
}

LanStatus
lan_core_operate (LanCore *core, const LanAccountId *to, const LanMessageId *id,
                  const LanOperationRow *op, const LanTime *now)
{
  return operate (core, to, NULL, id, op, now);
}

LanStatus
lan_core_group_operate (LanCore *core, const LanConversationId *group, const LanMessageId *id,
                        const LanOperationRow *op, const LanTime *now)
{
  return operate (core, NULL, group, id, op, now);
}
