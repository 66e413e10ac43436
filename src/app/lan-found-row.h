/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One message among the results of a search: whose chat, when, and the piece of the text around the first
 * hit, hits in bold. The text is set as plain text with attributes, never as markup.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-message.h>
#include <lan-search.h>

G_BEGIN_DECLS

#define LAN_TYPE_FOUND_ROW (lan_found_row_get_type ())
G_DECLARE_FINAL_TYPE (LanFoundRow, lan_found_row, LAN, FOUND_ROW, GtkListBoxRow)

GtkWidget *lan_found_row_new (LanSearch *search, LanMessage *message);
LanMessage *lan_found_row_get_message (LanFoundRow *self);

G_END_DECLS
