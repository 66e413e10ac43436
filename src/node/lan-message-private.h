/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanMessage, for the node that makes and updates it. Owner's context. */
#pragma once

#include "lan-event.h"
#include "lan-message.h"

G_BEGIN_DECLS

/** Takes the contents of @info over. @author and @peer are referenced. */
LanMessage *lan_message_new (LanPerson *author, LanPerson *peer, LanMessageInfo *info);
const LanMessageInfo *lan_message_peek_info (LanMessage *self);

/** A state never goes back. Returns: whether anything changed. */
gboolean lan_message_apply_state (LanMessage *self, LanMessageStatus status, gint64 delivered_ms,
                                  gint64 read_ms);
/** Who carries it now; (nullable). */
void lan_message_set_carrier (LanMessage *self, const char *name);
/** What the message shows now, of @info, whose contents are taken over. Returns: whether anything
 * changed. */
gboolean lan_message_apply_shown (LanMessage *self, LanMessageInfo *info);

/** Returns: (transfer full): @actors: ids of those who reacted; @self_id: one's own. */
LanReaction *lan_reaction_new (const char *emoji, const LanAccountId *actors, guint n_actors,
                               const LanAccountId *self_id);
LanMessageEdit *lan_message_edit_new (const char *text, gint64 time_ms);
gboolean lan_reaction_equal (LanReaction *a, LanReaction *b);

/** The author of what is quoted, where known: set once, when it is made. */
void lan_message_set_quote_author (LanMessage *self, LanPerson *author);
/** To whom an event was done: when it is made, before anybody sees it. */
void lan_message_add_event_person (LanMessage *self, LanPerson *person);
void lan_message_set_transfer (LanMessage *self, LanTransfer *transfer);

/** Order on screen: by order key, then by id (DESIGN section 5). */
int lan_message_compare (LanMessage *a, LanMessage *b);

G_END_DECLS
