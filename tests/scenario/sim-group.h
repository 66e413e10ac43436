/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Groups in the small world: what people do in them, and what must be the same for all. */
#pragma once

#include "lan-group.h"
#include "sim.h"

/* @who makes a group of everybody of @first to @last; returns its id. */
LanConversationId sim_group_create (Sim *sim, guint who, guint first, guint last,
                                    gboolean open_history);
void sim_group_add (Sim *sim, const LanConversationId *id, guint who, guint whom);
void sim_group_remove (Sim *sim, const LanConversationId *id, guint who, guint whom);
LanMessageId sim_group_say (Sim *sim, const LanConversationId *id, guint who, const char *text);

/* Everybody hears of everybody in their own partition, as discovery would say it. */
void sim_discover_all (Sim *sim);

/* What @who shows, operations left out: number of texts. */
guint sim_group_count (Sim *sim, const LanConversationId *id, guint who);
gboolean sim_group_shows (Sim *sim, const LanConversationId *id, guint who, const char *text);
LanGroupInfo sim_group_info (Sim *sim, const LanConversationId *id, guint who);
/* @who has a key that opens what @record says: one of a member, sealed. */
gboolean sim_group_has_key (Sim *sim, const LanConversationId *id, guint who,
                            const LanRecordRow *record);
/* @a and @b keep the same records of everybody: each log as long, and each record the same. */
void sim_group_assert_same_logs (Sim *sim, const LanConversationId *id, guint a, guint b);
/* @a and @b hold the same records, show the same in the same order, and agree on everything. */
void sim_group_assert_same (Sim *sim, const LanConversationId *id, guint a, guint b);
