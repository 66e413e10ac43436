/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The list of shared folders in the left pane: one's own and those of others. Emits "open-share" with a LanShare.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_SHARES_SIDE (lan_shares_side_get_type ())
G_DECLARE_FINAL_TYPE (LanSharesSide, lan_shares_side, LAN, SHARES_SIDE, GtkBox)

/** Once; the list follows @node's. */
void lan_shares_side_set_node (LanSharesSide *self, LanNode *node);

/** Marks @share (nullable: none) in the list. */
void lan_shares_side_select (LanSharesSide *self, LanShare *share);

G_END_DECLS
