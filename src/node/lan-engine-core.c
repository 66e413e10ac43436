/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-core.h"

#include "lan-content.h"
#include "lan-engine-call.h"
#include "lan-engine-carry.h"
#include "lan-engine-devices.h"
#include "lan-engine-discovery.h"
#include "lan-engine-files.h"
#include "lan-engine-left.h"
#include "lan-engine-links.h"
#include "lan-engine-operations.h"
#include "lan-engine-people.h"
#include "lan-engine-server.h"
#include "lan-engine-share.h"
#include "lan-engine-store.h"

/* A file offer's record: its content goes on to the transfers. */
static void
hand_offer_on (LanEngine *engine, const LanRecordRow *row)
{
  if (row->kind == LAN_KIND_FILE_OFFER)
    lan_engine_files_on_offer (engine, row);
}

static void
on_message (LanEngine *engine, const LanRecordRow *row)
{
  LanEvent *event = lan_event_new (LAN_EVENT_MESSAGE);

  if (!lan_engine_message_info (engine, row, &event->message)) {
    lan_event_free (event);
    return;
  }
  event->message.whole = FALSE;
  if (lan_engine_operations_meet (engine, row))
    lan_event_free (event);
  else
    lan_engine_tell (engine, event);
  if ((row->flags & LAN_RECORD_OWN) != 0)
    g_hash_table_remove (engine->unsaved, &row->message);
  lan_engine_people_on_message (engine, row);
  hand_offer_on (engine, row);
}

static void
on_state (LanEngine *engine, const LanCoreAction *action)
{
  const LanConversationRow *row =
      lan_core_get_conversation (engine->core, &action->state.conversation);
  LanMessageStatus status = lan_engine_message_status (action->state.state);
  LanAccountId peer;

  if (row == NULL)
    return;
  lan_engine_people_peer_of (engine, row, &peer);
  for (guint i = 0; i < action->state.messages->len; i++) {
    LanEvent *event = lan_event_new (LAN_EVENT_MESSAGE_STATE);
    LanMessageInfo *info = &event->message;

    info->id = g_array_index (action->state.messages, LanMessageId, i);
    info->conversation = action->state.conversation;
    info->peer = peer;
    info->own = TRUE;
    info->status = status;
    if (status == LAN_MESSAGE_STATUS_CARRIED)
      info->carrier = lan_engine_carry_name (engine, &action->state.carrier);
    if (status == LAN_MESSAGE_STATUS_DELIVERED)
      info->delivered_ms = action->state.time_ms;
    if (status == LAN_MESSAGE_STATUS_READ)
      info->read_ms = action->state.time_ms;
    lan_engine_tell (engine, event);
  }
}

static void
on_send_failed (LanEngine *engine, const LanCoreAction *action)
{
  if (!lan_engine_operations_failed (engine, &action->failed.message) &&
      !lan_engine_files_on_offer_failed (engine, &action->failed.message))
    lan_engine_give_back (engine, &action->account, &action->failed.message);
}

void
lan_engine_core_new_keys (LanEngine *engine)
{
  g_autoptr (GError) error = NULL;

  if (engine->vault_busy) {
    engine->new_keys_due = TRUE;
    return;
  }
  engine->new_keys_due = FALSE;
  g_message ("this profile was put back or is used twice: it goes on as a new device");
  if (!lan_vault_reissue (engine->vault, lan_vault_name (engine->vault), TRUE, engine->now.wall_ms,
                          &error)) {
    lan_engine_notice (engine, "keys", "%s", error->message);
    return;
  }
  lan_engine_new_identity (engine, TRUE);
  lan_engine_notice (engine, "new-device",
                     "This profile was put back from a copy, or is in use elsewhere. It goes on "
                     "with new device keys; nothing is lost");
}

static void
on_claim (LanEngine *engine, const LanCoreAction *action)
{
  lan_engine_people_mark (engine, &action->account);
  lan_engine_people_mark (engine, &action->claim.old);
}

static void
on_clock (LanEngine *engine, const LanCoreAction *action)
{
  const LanPersonRow *row = lan_core_get_person (engine->core, &action->account);
  gint64 minutes = action->clock.ahead_ms / 60000;

  lan_engine_notice (engine, "clock",
                     "The clock of %s is %" G_GINT64_FORMAT
                     " minutes ahead of this one: check the time on both computers",
                     row != NULL && row->name != NULL ? row->name : "somebody", minutes);
}

static void
on_over_limit (LanEngine *engine, const LanCoreAction *action)
{
  const LanPersonRow *row = lan_core_get_person (engine->core, &action->account);

  lan_engine_notice (engine, "request-limit",
                     "%s has sent as much as a stranger may: accept them to receive the rest",
                     row != NULL && row->name != NULL ? row->name : "Somebody");
}

static void
on_person (LanEngine *engine, const LanAccountId *account)
{
  const LanPersonRow *row = lan_core_get_person (engine->core, account);

  lan_engine_people_mark (engine, account);
  lan_engine_links_on_person (engine, account);
  lan_engine_discovery_on_person (engine, account);
  lan_engine_server_on_person (engine, account);
  if (row != NULL && (row->flags & LAN_PERSON_BLOCKED) != 0) {
    lan_engine_files_drop (engine, account);
    lan_engine_share_drop (engine, account);
    lan_engine_call_drop (engine, account);
  }
}

static void
on_frame (LanEngine *engine, LanCoreAction *action)
{
  if (lan_frame_type (action->frame.frame) == LAN_FRAME_LINK_SIGNAL)
    lan_engine_links_on_signal (engine, action);
  else if (lan_frame_type (action->frame.frame) == LAN_FRAME_CALL_SIGNAL)
    lan_engine_call_on_frame (engine, action);
  else if (lan_frame_type (action->frame.frame) >= LAN_FRAME_SHARE_ROSTER &&
           lan_frame_type (action->frame.frame) <= LAN_FRAME_SHARE_ANSWER)
    lan_engine_share_on_frame (engine, action->frame.channel, action->frame.frame);
  else
    lan_engine_files_on_frame (engine, action->frame.channel, action->frame.frame);
}

static void
on_devices (LanEngine *engine)
{
  lan_engine_server_set_certs (engine);
  lan_engine_links_on_person (engine, lan_vault_account_id (engine->vault));
  lan_engine_discovery_on_devices (engine);
  lan_engine_devices_tell (engine);
}

static void
carry_out (LanEngine *engine, LanCoreAction *action)
{
  switch (action->type) {
  case LAN_CORE_SEND:
    lan_engine_links_send (engine, action->send.channel, action->send.bytes, action->send.priority);
    break;
  case LAN_CORE_COMMIT:
    lan_engine_files_join_batch (engine, action->commit.changes);
    lan_engine_left_join_batch (engine, action->commit.changes);
    lan_engine_store_commit (engine->stores, LAN_BATCH_OF_CORE, action->commit.batch,
                             g_steal_pointer (&action->commit.changes));
    break;
  case LAN_CORE_READ:
    lan_engine_store_read (engine->stores, action);
    break;
  case LAN_CORE_FIND:
    lan_engine_store_find (engine->stores, action);
    break;
  case LAN_CORE_WANT_CHANNEL:
    lan_engine_links_want_device (engine, &action->account, &action->want.device, action->on);
    break;
  case LAN_CORE_CLOSE:
    lan_engine_links_close (engine, action->close.channel, action->close.reason,
                            action->close.retry_ms);
    break;
  case LAN_CORE_NEW_KEYS:
    lan_engine_core_new_keys (engine);
    break;
  case LAN_CORE_IDENTIFIED:
    lan_engine_links_identified (engine, action->identified.channel, &action->account,
                                 &action->identified.device);
    break;
  case LAN_CORE_PERSON:
    on_person (engine, &action->account);
    break;
  case LAN_CORE_PERSON_GONE:
    lan_engine_people_forget (engine, &action->account);
    break;
  case LAN_CORE_KEY_CLAIM:
    on_claim (engine, action);
    break;
  case LAN_CORE_CONVERSATION:
    lan_engine_people_on_conversation (engine, &action->conversation.id);
    break;
  case LAN_CORE_MESSAGE:
    on_message (engine, action->record);
    break;
  case LAN_CORE_OPERATION:
    lan_engine_operations_on_operation (engine, action->operation);
    break;
  case LAN_CORE_MESSAGE_STATE:
    on_state (engine, action);
    break;
  case LAN_CORE_SEND_FAILED:
    on_send_failed (engine, action);
    break;
  case LAN_CORE_TYPING:
    lan_engine_people_set_typing (engine, &action->account, action->on);
    break;
  case LAN_CORE_PRESENCE:
    lan_engine_people_mark (engine, &action->account);
    break;
  case LAN_CORE_FRAME:
    on_frame (engine, action);
    break;
  case LAN_CORE_CLOCK:
    on_clock (engine, action);
    break;
  case LAN_CORE_WANT_BUNDLE:
  case LAN_CORE_WANT_PAPERS:
  case LAN_CORE_DEPOSIT:
  case LAN_CORE_CANCEL_DEPOSIT:
  case LAN_CORE_MAIL_ACK:
  case LAN_CORE_PUBLISH_PREKEYS:
    lan_engine_server_on_core (engine, action);
    break;
  case LAN_CORE_READ_CARRIED:
  case LAN_CORE_CARRIED:
    lan_engine_carry_on_core (engine, action);
    break;
  case LAN_CORE_ACTION_N:
    break;
  case LAN_CORE_OVER_LIMIT:
    on_over_limit (engine, action);
    break;
  case LAN_CORE_OWN_LIST:
    lan_engine_devices_on_list (engine, action->own_list.list, &action->own_list.from);
    break;
  case LAN_CORE_REVOKED:
    lan_engine_devices_on_revoked (engine);
    break;
  case LAN_CORE_OWN_SETTING:
    if (g_str_equal (action->setting.key, LAN_SETTING_SERVER))
      lan_engine_server_adopt (engine, action->setting.value);
    break;
  case LAN_CORE_DEVICES:
    on_devices (engine);
    break;
  }
}

gboolean
lan_engine_core_run (LanEngine *engine)
{
  gboolean any = FALSE;

  if (lan_core_next_deadline (engine->core) <= engine->now.mono_us)
    lan_core_advance (engine->core, &engine->now);
  for (;;) {
    g_auto (LanCoreAction) action = { 0 };

    if (!lan_core_next_action (engine->core, &action))
      return any;
    any = TRUE;
    carry_out (engine, &action);
  }
}
