/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a message said before it was edited.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

/** Reads the texts of @message and shows them beside @row, the first one first. */
void lan_edit_history_show (LanNode *node, LanMessage *message, GtkWidget *row);

G_END_DECLS
