/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-core-action.h"

#include "lan-core-private.h"

void
lan_core_action_clear (LanCoreAction *action)
{
  switch (action->type) {
  case LAN_CORE_SEND:
    g_clear_pointer (&action->send.bytes, g_bytes_unref);
    break;
  case LAN_CORE_COMMIT:
    g_clear_pointer (&action->commit.changes, g_ptr_array_unref);
    break;
  case LAN_CORE_MESSAGE:
    if (action->record != NULL)
      lan_record_row_clear (action->record);
    g_clear_pointer (&action->record, g_free);
    break;
  case LAN_CORE_OPERATION:
    if (action->operation != NULL)
      lan_operation_row_clear (action->operation);
    g_clear_pointer (&action->operation, g_free);
    break;
  case LAN_CORE_MESSAGE_STATE:
    g_clear_pointer (&action->state.messages, g_array_unref);
    break;
  case LAN_CORE_OWN_LIST:
    g_clear_pointer (&action->own_list.list, g_bytes_unref);
    break;
  case LAN_CORE_OWN_SETTING:
    g_clear_pointer (&action->setting.key, g_free);
    g_clear_pointer (&action->setting.value, g_free);
    break;
  case LAN_CORE_FRAME:
    g_clear_pointer (&action->frame.frame, lan_frame_free);
    break;
  case LAN_CORE_DEPOSIT:
    g_clear_pointer (&action->deposit.envelope, g_bytes_unref);
    break;
  case LAN_CORE_PUBLISH_PREKEYS:
    g_clear_pointer (&action->prekeys.signed_prekey, g_bytes_unref);
    g_clear_pointer (&action->prekeys.one_time, g_bytes_unref);
    break;
  default:
    break;
  }
}

LanCoreAction *
lan_core_action_new (LanCoreActionType type)
{
  LanCoreAction *action = g_new0 (LanCoreAction, 1);

  action->type = type;
  return action;
}

void
lan_core_push (LanCore *core, LanCoreAction *action)
{
  g_queue_push_tail (&core->actions, action);
}

void
lan_core_tell_person (LanCore *core, LanCoreActionType type, const LanCorePerson *person)
{
  LanCoreAction *action;

  if (lan_core_is_me (core, person))
    return; /* one's own devices are nobody to be shown */
  action = lan_core_action_new (type);
  action->account = person->row.account;
  lan_core_push (core, action);
}

void
lan_core_send_frame (LanCore *core, const LanCoreChannel *channel, const LanFrame *frame,
                     LanSendPriority priority)
{
  LanCoreAction *action = lan_core_action_new (LAN_CORE_SEND);

  if (channel->person != NULL)
    action->account = channel->person->row.account;
  action->send.channel = channel->id;
  action->send.bytes = lan_frame_encode (frame);
  action->send.priority = priority;
  lan_core_push (core, action);
}
