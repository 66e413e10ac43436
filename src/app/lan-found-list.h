/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The results of a search as a list that grows on request. A new search drops the one under way.
 * Signals: open-message (LanMessage): a person chose one; changed: results came, or none did.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_FOUND_LIST (lan_found_list_get_type ())
G_DECLARE_FINAL_TYPE (LanFoundList, lan_found_list, LAN, FOUND_LIST, GtkBox)

/** @title: (nullable): a heading above the results, which hides while there are none. */
void lan_found_list_set_title (LanFoundList *self, const char *title);

/** Shows what @search (transfer full, nullable: nothing) finds. */
void lan_found_list_search (LanFoundList *self, LanNode *node, LanSearch *search);

guint lan_found_list_get_count (LanFoundList *self);

G_END_DECLS
