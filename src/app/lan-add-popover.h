/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Adds somebody whom the network does not show by itself: by address, or by a lanyard: link.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_ADD_POPOVER (lan_add_popover_get_type ())
G_DECLARE_FINAL_TYPE (LanAddPopover, lan_add_popover, LAN, ADD_POPOVER, GtkPopover)

GtkWidget *lan_add_popover_new (LanNode *node);

G_END_DECLS
