/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Channels: up, down, and where each frame goes. The table of wire decides which frame is listened
 * to at which stage; a frame that breaks it is dropped, and before identification ends the channel.
 */
#include "lan-core-private.h"

#include <string.h>

void
lan_core_free_channel (LanCoreChannel *channel)
{
  g_array_unref (channel->in_flight);
  g_array_unref (channel->serves);
  g_array_unref (channel->pulls);
  g_array_unref (channel->group_serves);
  g_free (channel);
}

static LanCoreChannel *
find_channel (LanCore *core, guint64 id)
{
  return g_hash_table_lookup (core->channels, &id);
}

static LanStage
stage_of (const LanCoreChannel *channel)
{
  if (channel == NULL || channel->person == NULL)
    return LAN_STAGE_UNIDENTIFIED;
  return lan_core_is_accepted (channel->person) ? LAN_STAGE_ACCEPTED : LAN_STAGE_STRANGER;
}

LanStage
lan_core_channel_stage (LanCore *core, guint64 channel)
{
  return stage_of (find_channel (core, channel));
}

void
lan_core_channel_up (LanCore *core, guint64 channel_id, LanCarrier carrier, const guint8 *remote_dh,
                     const LanTime *now)
{
  LanCoreChannel *channel;

  g_return_if_fail (find_channel (core, channel_id) == NULL);
  core->now = *now;
  channel = g_new0 (LanCoreChannel, 1);
  channel->id = channel_id;
  channel->carrier = carrier;
  channel->writable = TRUE;
  memcpy (channel->dh, remote_dh, sizeof channel->dh);
  channel->in_flight = g_array_new (FALSE, FALSE, sizeof (LanInFlight));
  channel->serves = g_array_new (FALSE, FALSE, sizeof (LanServe));
  channel->pulls = g_array_new (FALSE, FALSE, sizeof (LanPull));
  channel->group_serves = lan_group_serves_new ();
  g_hash_table_insert (core->channels, &channel->id, channel);
  if (g_hash_table_size (core->channels) > LAN_CORE_MAX_CHANNELS) {
    lan_core_close_channel (core, channel, LAN_FAREWELL_LIMIT, FALSE);
    return;
  }
  lan_deadlines_set (core->deadlines, channel, LAN_DUE_IDENTITY,
                     now->mono_us + LAN_CORE_IDENTITY_US);
  lan_core_send_identity (core, channel);
}

/* A link before a lane, and of equals the newest: the others only stand by. */
static LanCoreChannel *
choose (LanCorePerson *person, const LanDeviceId *device)
{
  LanCoreChannel *best = NULL;

  for (guint i = 0; i < person->channels->len; i++) {
    LanCoreChannel *channel = g_ptr_array_index (person->channels, i);

    if ((device == NULL || lan_device_id_equal (device, &channel->device)) &&
        (best == NULL || channel->carrier >= best->carrier))
      best = channel;
  }
  return best;
}

void
lan_core_choose_active (LanCore *core, LanCorePerson *person)
{
  for (guint i = 0; i < person->channels->len; i++) {
    LanCoreChannel *channel = g_ptr_array_index (person->channels, i);

    channel->best = choose (person, &channel->device) == channel;
  }
  person->active = choose (person, NULL);
}

void
lan_core_for_each_best (LanCore *core, LanCorePerson *person,
                        void (*f) (LanCore *core, LanCoreChannel *channel))
{
  for (guint i = 0; i < person->channels->len; i++) {
    LanCoreChannel *channel = g_ptr_array_index (person->channels, i);

    if (channel->best)
      f (core, channel);
  }
}

LanCoreTalk *
lan_core_channel_talk (LanCore *core, LanCoreChannel *channel, const guint8 *id)
{
  LanConversationId conversation;
  LanCoreTalk *talk;

  memcpy (conversation.b, id, sizeof conversation.b);
  talk = g_hash_table_lookup (core->talks, &conversation);
  if (talk == NULL || (talk->peer != channel->person && !lan_core_is_me (core, channel->person)))
    return NULL;
  return talk;
}

static void
detach (LanCore *core, LanCoreChannel *channel)
{
  LanCorePerson *person = channel->person;

  lan_deadlines_cancel_all (core->deadlines, channel);
  g_hash_table_remove (core->channels, &channel->id);
  if (person == NULL) {
    lan_core_free_channel (channel);
    return;
  }
  g_ptr_array_remove (person->channels, channel);
  if (channel->best) {
    LanCoreChannel *next = choose (person, &channel->device);

    lan_core_choose_active (core, person);
    if (person->talk != NULL && person->talk->restoring) {
      person->talk->restoring = FALSE;
      lan_deadlines_cancel (core->deadlines, person->talk, LAN_DUE_RESTORE);
      lan_core_run_deferred (core, person->talk);
    }
    /* What was under way on the old one may be lost: the new one starts from their vector. */
    if (next != NULL)
      lan_core_begin_sync (core, next);
  }
  lan_carry_channel_down (core, channel);
  lan_core_free_channel (channel);
  if (lan_core_is_me (core, person))
    lan_core_push (core, lan_core_action_new (LAN_CORE_DEVICES));
  lan_group_reach_changed (core, person);
  if (person->talk != NULL)
    lan_mail_arm (core, person->talk);
  if (person->channels->len == 0) {
    person->accepted_us = FALSE;
    lan_core_typing_off (core, person);
  }
  lan_core_show_presence (core, person);
}

void
lan_core_channel_down (LanCore *core, guint64 channel_id, const LanTime *now)
{
  LanCoreChannel *channel = find_channel (core, channel_id);

  core->now = *now;
  if (channel != NULL)
    detach (core, channel);
  lan_core_settle (core);
}

/* @silent: nothing is said, as to somebody who is blocked. */
void
lan_core_close_channel (LanCore *core, LanCoreChannel *channel, LanFarewell reason, gboolean silent)
{
  Lanyard__Close farewell = LANYARD__CLOSE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanCoreAction *action = lan_core_action_new (LAN_CORE_CLOSE);

  if (!silent) {
    farewell.reason = reason;
    farewell.retry_ms = reason == LAN_FAREWELL_LIMIT ? 30000 : 0;
    frame.body_case = LANYARD__FRAME__BODY_CLOSE;
    frame.close = &farewell;
    lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
  }
  if (channel->person != NULL)
    action->account = channel->person->row.account;
  action->close.channel = channel->id;
  action->close.reason = reason;
  action->close.retry_ms = farewell.retry_ms;
  lan_core_push (core, action);
  detach (core, channel);
}

void
lan_core_channel_writable (LanCore *core, guint64 channel_id, gboolean writable, const LanTime *now)
{
  LanCoreChannel *channel = find_channel (core, channel_id);

  core->now = *now;
  if (channel == NULL)
    return;
  channel->writable = writable;
  if (writable && channel->person != NULL) {
    lan_core_pump (core, channel);
    lan_core_serve (core, channel);
    lan_core_run_pulls (core, channel);
    lan_group_serve (core, channel);
  }
  lan_core_settle (core);
}

static void
send_pong (LanCore *core, LanCoreChannel *channel, guint64 token)
{
  Lanyard__Pong pong = LANYARD__PONG__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  pong.token = token;
  frame.body_case = LANYARD__FRAME__BODY_PONG;
  frame.pong = &pong;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

/* Frames that are other machines' business go up with who sent them. Takes @frame. */
static void
hand_on (LanCore *core, LanCoreChannel *channel, LanFrame *frame)
{
  LanCoreAction *event = lan_core_action_new (LAN_CORE_FRAME);

  event->account = channel->person->row.account;
  event->frame.channel = channel->id;
  event->frame.device = channel->device;
  event->frame.frame = frame;
  lan_core_push (core, event);
}

static void
dispatch (LanCore *core, LanCoreChannel *channel, LanFrame *frame)
{
  g_autoptr (LanFrame) owned = frame;

  switch (lan_frame_type (frame)) {
  case LAN_FRAME_IDENTITY:
    lan_core_on_identity (core, channel, frame->identity);
    break;
  case LAN_FRAME_VECTOR:
    lan_core_on_vector (core, channel, frame->vector);
    break;
  case LAN_FRAME_RECORDS:
    lan_core_on_records (core, channel, frame->records);
    break;
  case LAN_FRAME_FETCH:
    lan_core_on_fetch (core, channel, frame->fetch);
    break;
  case LAN_FRAME_PRESENCE:
    lan_core_on_presence (core, channel, frame->presence);
    break;
  case LAN_FRAME_TYPING:
    lan_core_on_typing (core, channel, frame->typing);
    break;
  case LAN_FRAME_CONTACT_ACCEPT:
    lan_core_on_contact_accept (core, channel, frame->contact_accept);
    break;
  case LAN_FRAME_GROUP_VECTOR:
    lan_core_on_group_vector (core, channel, frame->group_vector);
    break;
  case LAN_FRAME_GROUP_FETCH:
    lan_core_on_group_fetch (core, channel, frame->group_fetch);
    break;
  case LAN_FRAME_GROUP_KEYS_WANTED:
    lan_core_on_group_keys_wanted (core, channel, frame->group_keys_wanted);
    break;
  case LAN_FRAME_GROUP_KEYS:
    lan_core_on_group_keys (core, channel, frame->group_keys);
    break;
  case LAN_FRAME_GROUP_NOTICE:
    lan_core_on_group_notice (core, channel, frame->group_notice);
    break;
  case LAN_FRAME_CARRY_HELLO:
  case LAN_FRAME_CARRY_PUT:
  case LAN_FRAME_CARRY_RESULT:
  case LAN_FRAME_CARRY_LIST:
  case LAN_FRAME_CARRY_FETCH:
  case LAN_FRAME_CARRY_MAIL:
  case LAN_FRAME_CARRY_ACK:
  case LAN_FRAME_CARRY_RECEIPT:
  case LAN_FRAME_CARRY_DROP:
    lan_carry_on_frame (core, channel, frame);
    break;
  case LAN_FRAME_PING:
    send_pong (core, channel, frame->ping->token);
    break;
  case LAN_FRAME_LINK_SIGNAL:
  case LAN_FRAME_FILE_HASHES_REQUEST:
  case LAN_FRAME_FILE_HASHES:
  case LAN_FRAME_FILE_REQUEST:
  case LAN_FRAME_FILE_BLOCK:
  case LAN_FRAME_FILE_STATE:
  case LAN_FRAME_FILE_MANIFEST_REQUEST:
  case LAN_FRAME_FILE_MANIFEST:
  case LAN_FRAME_FILE_HAVE:
  case LAN_FRAME_BULK_OPEN:
  case LAN_FRAME_SHARE_ROSTER:
  case LAN_FRAME_SHARE_HEAD:
  case LAN_FRAME_SHARE_PAGES_WANTED:
  case LAN_FRAME_SHARE_PAGE:
  case LAN_FRAME_SHARE_WANT:
  case LAN_FRAME_SHARE_ANSWER:
  case LAN_FRAME_CALL_SIGNAL:
    hand_on (core, channel, g_steal_pointer (&owned));
    break;
  case LAN_FRAME_PONG:
  case LAN_FRAME_CLOSE: /* the channel's end follows by itself */
    break;
  case LAN_FRAME_UNKNOWN:
  case LAN_FRAME_TYPE_N:
  default:
    core->counters.frames_unknown++;
    break;
  }
}

void
lan_core_channel_frame (LanCore *core, guint64 channel_id, LanCarrier carrier, const guint8 *data,
                        gsize len, const LanTime *now)
{
  LanCoreChannel *channel = find_channel (core, channel_id);
  LanFrame *frame = NULL;

  core->now = *now;
  if (channel == NULL)
    return;
  if (lan_frame_decode (data, len, &frame) != LAN_STATUS_OK) {
    core->counters.frames_refused++;
    lan_core_close_channel (core, channel, LAN_FAREWELL_PROTOCOL, FALSE);
  } else if (!lan_frame_allowed (lan_frame_type (frame), carrier, stage_of (channel))) {
    core->counters.frames_refused++;
    lan_frame_free (frame);
    if (channel->person == NULL)
      lan_core_close_channel (core, channel, LAN_FAREWELL_PROTOCOL, FALSE);
  } else {
    dispatch (core, channel, frame);
  }
  lan_core_settle (core);
}
