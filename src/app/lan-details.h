/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The right pane: all that is known of one person, and what one can do about them.
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_DETAILS (lan_details_get_type ())
G_DECLARE_FINAL_TYPE (LanDetails, lan_details, LAN, DETAILS, GtkBox)

/** Shows @person (nullable). */
void lan_details_set_person (LanDetails *self, LanNode *node, LanPerson *person);

HdyHeaderBar *lan_details_get_header (LanDetails *self);

/** Shows or hides the button that closes the pane, for a folded window. */
void lan_details_set_folded (LanDetails *self, gboolean folded);

G_END_DECLS
