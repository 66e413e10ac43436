/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanGroupChat, for the node that makes and updates it. Owner's context. */
#pragma once

#include "lan-event.h"
#include "lan-group-chat.h"

G_BEGIN_DECLS

/* What a GROUP command asks for. */
typedef enum {
  LAN_GROUP_CALL_CREATE, /* bytes: accounts, name, group_kind, open, number: ends */
  LAN_GROUP_CALL_ADD,    /* bytes: accounts */
  LAN_GROUP_CALL_REMOVE, /* other */
  LAN_GROUP_CALL_LEAVE,
  LAN_GROUP_CALL_ROLE,    /* other, number */
  LAN_GROUP_CALL_RENAME,  /* text */
  LAN_GROUP_CALL_TOPIC,   /* text */
  LAN_GROUP_CALL_PICTURE, /* bytes, or NULL */
  LAN_GROUP_CALL_HISTORY, /* number */
  LAN_GROUP_CALL_PROPER,
  LAN_GROUP_CALL_END,
  LAN_GROUP_CALL_JOIN,
} LanGroupCall;

/** @node is borrowed until lan_group_chat_orphan(), @peer, who owns it, as long as it lives. */
LanGroupChat *lan_group_chat_new (LanNode *node, LanPerson *peer);
void lan_group_chat_orphan (LanGroupChat *self);

/** Takes the contents of @info over. Returns: whether it is the first that is known of the group. */
gboolean lan_group_chat_apply (LanGroupChat *self, LanGroupChatInfo *info);

/** The node it belongs to, NULL once that is gone. */
LanNode *lan_group_chat_peek_node (LanGroupChat *self);

/** People's keys in a row, as commands carry them. Returns: (transfer full). */
GBytes *lan_group_chat_pack_people (GPtrArray *people);

G_END_DECLS
