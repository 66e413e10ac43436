/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Messages in a file, for a stick that somebody carries: written for everybody for whom something waits, or for those
 * that are chosen, and read; with progress, and what was in it in words.
 */
#pragma once

#include "lan-node.h"

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_BUNDLE_WINDOW (lan_bundle_window_get_type ())
G_DECLARE_FINAL_TYPE (LanBundleWindow, lan_bundle_window, LAN, BUNDLE_WINDOW, HdyWindow)

GtkWidget *lan_bundle_window_new (LanNode *node);

/** Reads the file at @path at once, unless something is under way. */
void lan_bundle_window_read (LanBundleWindow *self, const char *path);

G_END_DECLS
