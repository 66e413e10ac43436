/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The left pane of Transfers: the parts and the people with their counts, and the rates right now.
 * Emits "filter-changed" (part, person or NULL). Below stand the shared folders: "open-share" (LanShare).
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

#include "lan-transfer-filter.h"

G_BEGIN_DECLS

#define LAN_TYPE_TRANSFERS_SIDE (lan_transfers_side_get_type ())
G_DECLARE_FINAL_TYPE (LanTransfersSide, lan_transfers_side, LAN, TRANSFERS_SIDE, GtkBox)

GtkWidget *lan_transfers_side_new (LanNode *node);

/** Marks @share (nullable: none). */
void lan_transfers_side_select_share (LanTransfersSide *self, LanShare *share);

G_END_DECLS
