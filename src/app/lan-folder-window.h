/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * An offered folder as a tree, before it is accepted: what is wanted of it, where it goes, and what
 * becomes of files that are there already.
 */
#pragma once

#include "lan-node.h"

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_FOLDER_WINDOW (lan_folder_window_get_type ())
G_DECLARE_FINAL_TYPE (LanFolderWindow, lan_folder_window, LAN, FOLDER_WINDOW, HdyWindow)

GtkWidget *lan_folder_window_new (LanTransfer *transfer);

G_END_DECLS
