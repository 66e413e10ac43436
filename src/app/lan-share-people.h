/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Who is in a shared folder and what they may do; its owner changes both.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_SHARE_PEOPLE (lan_share_people_get_type ())
G_DECLARE_FINAL_TYPE (LanSharePeople, lan_share_people, LAN, SHARE_PEOPLE, GtkBox)

/** Shows @share (nullable: none); call again whenever it changed. */
void lan_share_people_set_share (LanSharePeople *self, LanNode *node, LanShare *share);

G_END_DECLS
