/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is in a shared folder, as a tree: how it stands with each file, fetching, keeping in step.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_SHARE_FILES (lan_share_files_get_type ())
G_DECLARE_FINAL_TYPE (LanShareFiles, lan_share_files, LAN, SHARE_FILES, GtkBox)

/** Shows @share (nullable: none); call again whenever it changed. */
void lan_share_files_set_share (LanShareFiles *self, LanShare *share);

G_END_DECLS
