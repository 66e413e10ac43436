/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The middle pane of Transfers: every file on its way, by state, the ones that need an answer first.
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

#include "lan-transfer-filter.h"

G_BEGIN_DECLS

#define LAN_TYPE_TRANSFERS_VIEW (lan_transfers_view_get_type ())
G_DECLARE_FINAL_TYPE (LanTransfersView, lan_transfers_view, LAN, TRANSFERS_VIEW, GtkBox)

void lan_transfers_view_set_node (LanTransfersView *self, LanNode *node);

/** Shows what fits @part and, when not NULL, @person. */
void lan_transfers_view_set_filter (LanTransfersView *self, LanTransferPart part,
                                    LanPerson *person);

void lan_transfers_view_set_folded (LanTransfersView *self, gboolean folded);

HdyHeaderBar *lan_transfers_view_get_header (LanTransfersView *self);

G_END_DECLS
