/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Questions to the store: what is to be done with an answer is kept under its request number.
 */
#include "lan-core-private.h"

void
lan_deferred_free (LanDeferred *deferred)
{
  if (deferred == NULL)
    return;
  lan_content_free (deferred->content);
  g_free (deferred);
}

void
lan_ask_free (LanAsk *ask)
{
  g_clear_pointer (&ask->blob, g_bytes_unref);
  lan_deferred_free (ask->deferred);
  g_free (ask);
}

LanAsk *
lan_core_ask (LanCore *core, LanAskType type, LanCoreTalk *talk, guint64 *request)
{
  LanAsk *ask = g_new0 (LanAsk, 1);
  guint64 *key = g_new (guint64, 1);

  ask->type = type;
  ask->talk = talk;
  *key = *request = ask->id = ++core->next_id;
  g_hash_table_insert (core->asks, key, ask);
  return ask;
}

void
lan_core_read (LanCore *core, LanAsk *ask, guint64 request, gsize max_bytes)
{
  LanCoreAction *action = lan_core_action_new (LAN_CORE_READ);

  action->account = ask->talk->peer->row.account;
  action->read.request = request;
  action->read.conversation = ask->talk->row.conversation;
  action->read.device = ask->device;
  action->read.from_seq = ask->from_seq;
  action->read.to_seq = ask->to_seq;
  action->read.max_bytes = max_bytes;
  lan_core_push (core, action);
}

static LanAsk *
take_ask (LanCore *core, guint64 request)
{
  gpointer key, value;

  if (!g_hash_table_steal_extended (core->asks, &request, &key, &value))
    return NULL;
  g_free (key);
  return value;
}

void
lan_core_rows (LanCore *core, guint64 request, GPtrArray *rows, const LanTime *now)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  LanAsk *ask = take_ask (core, request);

  core->now = *now;
  if (ask == NULL)
    return;
  ask->failed = rows == NULL;
  if (rows == NULL)
    rows = none;
  switch (ask->type) {
  case LAN_ASK_PUSH:
    lan_core_on_push_rows (core, ask, rows);
    break;
  case LAN_ASK_SERVE:
    lan_core_on_serve_rows (core, ask, rows);
    break;
  case LAN_ASK_CONFIRM:
    lan_core_on_confirm_rows (core, ask, rows);
    break;
  case LAN_ASK_STATES:
    lan_core_on_states_rows (core, ask, rows);
    break;
  case LAN_ASK_REPEAT:
    lan_core_on_repeat_rows (core, ask, rows);
    break;
  case LAN_ASK_COUNT:
    lan_core_on_count_rows (core, ask, rows);
    break;
  case LAN_ASK_MAIL:
    lan_mail_on_rows (core, ask, rows);
    break;
  case LAN_ASK_CARRY:
    lan_carry_on_rows (core, ask, rows);
    break;
  case LAN_ASK_GROUP_SERVE:
  case LAN_ASK_GROUP_OPEN:
  case LAN_ASK_GROUP_STATES:
    lan_group_on_rows (core, ask, rows);
    break;
  case LAN_ASK_AGAIN:
  case LAN_ASK_OFFER:
  default:
    break;
  }
  lan_ask_free (ask);
  lan_core_settle (core);
}

/* An offer that is in the history already was written before a restart: say so, and no more. */
static void
on_offer_found (LanCore *core, LanAsk *ask, gboolean found)
{
  LanCoreAction *event;

  if (!found) {
    if (ask->talk->restoring)
      g_queue_push_tail (&ask->talk->deferred, g_steal_pointer (&ask->deferred));
    else
      lan_core_write (core, ask->talk, &ask->deferred->message, ask->deferred->kind,
                      ask->deferred->content, 0);
    return;
  }
  event = lan_core_action_new (LAN_CORE_MESSAGE_STATE);
  event->account = ask->talk->peer->row.account;
  event->state.conversation = ask->talk->row.conversation;
  event->state.state = LAN_MESSAGE_QUEUED;
  event->state.time_ms = core->now.wall_ms;
  event->state.messages = g_array_new (FALSE, FALSE, sizeof (LanMessageId));
  g_array_append_val (event->state.messages, ask->deferred->message);
  lan_core_push (core, event);
}

void
lan_core_found (LanCore *core, guint64 request, gboolean found, const LanTime *now)
{
  LanAsk *ask = take_ask (core, request);

  core->now = *now;
  if (ask == NULL)
    return;
  if (ask->type == LAN_ASK_AGAIN)
    lan_core_on_again (core, ask, found);
  else if (ask->type == LAN_ASK_OFFER)
    on_offer_found (core, ask, found);
  lan_ask_free (ask);
  lan_core_settle (core);
}
