/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What happened to a shared folder: who fetched, changed and removed what, and which files were changed on both sides.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_SHARE_LOG (lan_share_log_get_type ())
G_DECLARE_FINAL_TYPE (LanShareLog, lan_share_log, LAN, SHARE_LOG, GtkBox)

/** Shows the log of @share (nullable: none), and counts as having read it; call again when it changed. */
void lan_share_log_set_share (LanShareLog *self, LanNode *node, LanShare *share);

G_END_DECLS
