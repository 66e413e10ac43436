/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the owner is told about people and conversations: snapshots of what core knows together with
 * what discovery and the links see. Whatever changes marks a person; once a turn all marked ones go
 * out. Also the unread counts.
 */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

typedef struct _LanEnginePeople LanEnginePeople;

LanEnginePeople *lan_engine_people_new (LanEngine *engine);
void lan_engine_people_free (LanEnginePeople *self);

/** Something about @account changed. */
void lan_engine_people_mark (LanEngine *engine, const LanAccountId *account);
void lan_engine_people_mark_all (LanEngine *engine);

/** Core forgot @account: a stranger of whom nothing is kept. */
void lan_engine_people_forget (LanEngine *engine, const LanAccountId *account);
void lan_engine_people_set_typing (LanEngine *engine, const LanAccountId *account, gboolean typing);

/** One more, or one less, sign that @account is there: a candidate or a channel. */
void lan_engine_people_add_sign (LanEngine *engine, const LanAccountId *account);
void lan_engine_people_drop_sign (LanEngine *engine, const LanAccountId *account);

/** Who @account is after merges; itself where it was never merged. @out may be @account. */
void lan_engine_people_resolve (LanEngine *engine, const LanAccountId *account, LanAccountId *out);

/** What stands for the other side of the conversation @row: a person, or a group. */
void lan_engine_people_peer_of (LanEngine *engine, const LanConversationRow *row,
                                LanAccountId *out);

/** A conversation's row changed, or it got a message (@row, NULL: none). */
void lan_engine_people_on_conversation (LanEngine *engine, const LanConversationId *id);
void lan_engine_people_on_message (LanEngine *engine, const LanRecordRow *row);
void lan_engine_people_set_unread (LanEngine *engine, const LanConversationId *id, guint n);

/** At opening: what the list of conversations shows at once. */
void lan_engine_people_load (LanEngine *engine, const LanSnapshot *snapshot);

/** Tells what was marked; once a turn. */
void lan_engine_people_flush (LanEngine *engine);

G_END_DECLS
