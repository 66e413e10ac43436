/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The page of one shared folder: its files, its people, what happened; an invitation is answered here.
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_SHARE_VIEW (lan_share_view_get_type ())
G_DECLARE_FINAL_TYPE (LanShareView, lan_share_view, LAN, SHARE_VIEW, GtkBox)

void lan_share_view_set_share (LanShareView *self, LanNode *node, LanShare *share);

/** Returns: (nullable): what is shown. */
LanShare *lan_share_view_get_share (LanShareView *self);

/** The way back is shown where there is one pane only. */
void lan_share_view_set_folded (LanShareView *self, gboolean folded);
HdyHeaderBar *lan_share_view_get_header (LanShareView *self);

G_END_DECLS
