/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The bar above a conversation that asks for a decision: a stranger's request, a key that is not
 * the one that was known, messages that are held because of it, a blocked person. It never blocks
 * the rest of the window and never decides by itself (DESIGN section 1, rule 2). Emits "compare"
 * when the person wants to see the safety words.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_PERSON_BAR (lan_person_bar_get_type ())
G_DECLARE_FINAL_TYPE (LanPersonBar, lan_person_bar, LAN, PERSON_BAR, GtkBox)

/** Shows what is to be decided about the other side of @conversation (nullable). */
void lan_person_bar_set (LanPersonBar *self, LanNode *node, LanConversation *conversation);

G_END_DECLS
