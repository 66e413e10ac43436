/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Who in a group is writing just now. Of the moment: never kept, told to members whom a channel leads to, at most every
 * LAN_CORE_TYPING_SEND_US and in groups of at most LAN_GROUP_READERS_MAX; dropped where a channel is full.
 */
#include "lan-group-private.h"

static void
send_typing (LanCore *core, LanGroup *group, gboolean on)
{
  Lanyard__Typing typing = LANYARD__TYPING__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  GHashTableIter iter;
  gpointer value;

  group->typing_sent = on;
  group->typing_sent_us = core->now.mono_us;
  typing.conversation =
      (ProtobufCBinaryData){ sizeof group->row.conversation.b, group->row.conversation.b };
  typing.on = on;
  frame.body_case = LANYARD__FRAME__BODY_TYPING;
  frame.typing = &typing;
  g_hash_table_iter_init (&iter, group->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const LanGroupPeer *peer = value;
    LanCoreChannel *channel = lan_group_channel (core, peer);

    if (channel != NULL && lan_group_is_member (group, &peer->account) &&
        !lan_account_id_equal (&peer->account, &core->self))
      lan_core_send_frame (core, channel, &frame, LAN_SEND_IDLE);
  }
}

void
lan_group_typing_sent_off (LanCore *core, LanGroup *group)
{
  lan_deadlines_cancel (core->deadlines, group, LAN_DUE_GROUP_TYPING_SENT);
  if (group->typing_sent)
    send_typing (core, group, FALSE);
}

void
lan_core_group_set_typing (LanCore *core, const LanConversationId *id, gboolean on,
                           const LanTime *now)
{
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  LanGroupInfo info;

  core->now = *now;
  if (group == NULL || !core->typing || !lan_group_we_are_in (core, group) ||
      group->state->members->len > LAN_GROUP_READERS_MAX || !lan_core_get_group (core, id, &info) ||
      info.ended || info.invited)
    return;
  if (!on) {
    lan_group_typing_sent_off (core, group);
    return;
  }
  lan_deadlines_set (core->deadlines, group, LAN_DUE_GROUP_TYPING_SENT,
                     now->mono_us + LAN_CORE_TYPING_LIFE_US);
  if (!group->typing_sent || now->mono_us - group->typing_sent_us >= LAN_CORE_TYPING_SEND_US)
    send_typing (core, group, TRUE);
}

/* ---- others ---- */

static void
tell (LanCore *core, LanGroup *group)
{
  LanCoreAction *news = lan_core_action_new (LAN_CORE_CONVERSATION);

  news->conversation.id = group->row.conversation;
  lan_core_push (core, news);
}

static void
wait_for_first (LanCore *core, LanGroup *group)
{
  gint64 first = LAN_NO_DEADLINE;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, group->typing);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    first = MIN (first, *(gint64 *) value);
  if (first == LAN_NO_DEADLINE)
    lan_deadlines_cancel (core->deadlines, group, LAN_DUE_GROUP_TYPING);
  else
    lan_deadlines_set (core->deadlines, group, LAN_DUE_GROUP_TYPING, first);
}

void
lan_group_typing_off (LanCore *core, LanGroup *group, const LanAccountId *account)
{
  if (!g_hash_table_remove (group->typing, account))
    return;
  wait_for_first (core, group);
  tell (core, group);
}

void
lan_group_typing_due (LanCore *core, LanGroup *group)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, group->typing);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (*(gint64 *) value <= core->now.mono_us)
      g_hash_table_iter_remove (&iter);
  }
  wait_for_first (core, group);
  tell (core, group);
}

void
lan_group_on_typing (LanCore *core, LanCoreChannel *channel, const Lanyard__Typing *typing)
{
  LanGroup *group = lan_group_find (core, typing->conversation.data);
  const LanAccountId *account = &channel->person->row.account;
  gint64 until = core->now.mono_us + LAN_CORE_TYPING_LIFE_US;
  gboolean was;

  if (group == NULL || lan_core_is_me (core, channel->person) ||
      !lan_group_is_member (group, account) || !lan_group_we_are_in (core, group))
    return;
  if (!typing->on) {
    lan_group_typing_off (core, group, account);
    return;
  }
  was = g_hash_table_contains (group->typing, account);
  g_hash_table_replace (group->typing, g_memdup2 (account, sizeof *account),
                        g_memdup2 (&until, sizeof until));
  wait_for_first (core, group);
  if (!was)
    tell (core, group);
}
