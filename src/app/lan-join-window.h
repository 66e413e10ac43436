/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Joins the company's server: by a link, or by an address whose twelve words are compared first.
 *
 *   link ------------------------------> [name and password] --> joined
 *   address --> the server's words, compared --^
 */
#pragma once

#include "lan-node.h"

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_JOIN_WINDOW (lan_join_window_get_type ())
G_DECLARE_FINAL_TYPE (LanJoinWindow, lan_join_window, LAN, JOIN_WINDOW, HdyWindow)

/** @where: (nullable): a link to begin with at once. Emits "joined" with the company's name. */
GtkWidget *lan_join_window_new (LanNode *node, const char *where);

G_END_DECLS
