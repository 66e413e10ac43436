/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanConversation, for the node that makes and updates it. Owner's context. */
#pragma once

#include "lan-conversation.h"
#include "lan-event.h"
#include "lan-message-window.h"

G_BEGIN_DECLS

struct _LanConversation {
  GObject parent_instance;

  LanNode *node; /* borrowed, NULL when orphaned */
  LanPerson *person;
  char *id;
  LanMessageWindow *window;
  LanMessage *last; /* newest of all, NULL: none known */
  char *draft;
  guint unread;
  gboolean held;
  gboolean request;
  gboolean viewed; /* somebody asked for the messages */
  gboolean loaded;
  gboolean loading;
  gboolean has_older;
  gboolean has_newer;
  gboolean missed; /* something came behind the window since the last page was asked for */
  gboolean listed;
  guint generation; /* pages asked for before this one are stale */
  gboolean typing;
  gint64 typing_told_us;
};

/** @node is borrowed (see lan_conversation_orphan()), @person referenced. */
LanConversation *lan_conversation_new (LanNode *node, LanPerson *person);
void lan_conversation_orphan (LanConversation *self);

void lan_conversation_apply (LanConversation *self, const LanConversationInfo *info);
void lan_conversation_apply_draft (LanConversation *self, const char *draft);

/** New messages of one batch, in any order: kept when the window is open at its newest end. */
void lan_conversation_add (LanConversation *self, GPtrArray *messages);

/** Another log shows in this conversation from now on: a window that is open is read anew. */
void lan_conversation_reload (LanConversation *self);

/** Much came or went at once: as lan_conversation_reload(), and the last message is told anew. */
void lan_conversation_reread (LanConversation *self);

/** What @message shows has changed. */
void lan_conversation_on_changed (LanConversation *self, LanMessage *message);

/** @message is no row of this conversation any more. */
void lan_conversation_drop (LanConversation *self, LanMessage *message);

/** Takes over what is newer than the last message. Returns: whether it was. */
gboolean lan_conversation_offer_last (LanConversation *self, LanMessage *message);

void lan_conversation_set_loaded (LanConversation *self, gboolean loaded);
void lan_conversation_set_has_older (LanConversation *self, gboolean has_older);
void lan_conversation_set_has_newer (LanConversation *self, gboolean has_newer);

/** TRUE once it belongs into the list of conversations. */
gboolean lan_conversation_is_listed (LanConversation *self);
void lan_conversation_set_listed (LanConversation *self);

G_END_DECLS
