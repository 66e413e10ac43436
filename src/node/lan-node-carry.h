/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Mail carried by colleagues: whether this computer carries sealed letters of contacts for people
 * who are away, and how much it holds.
 */
#pragma once

#include "lan-node.h"

G_BEGIN_DECLS

/**
 * lan_node_set_carrying:
 * @carrying: TRUE: contacts may leave sealed mail here for people who are away (kept in the profile;
 *   off at first). At most 64 MiB in all, 200 letters of one author, a week long; what they say, and
 *   for whom, cannot be read here. What was taken before is still handed over when it is turned off.
 */
LAN_API void lan_node_set_carrying (LanNode *self, gboolean carrying);
LAN_API gboolean lan_node_get_carrying (LanNode *self);

/**
 * lan_node_get_carried_letters:
 *
 * Returns: letters of others that are here.
 */
LAN_API guint lan_node_get_carried_letters (LanNode *self);

/**
 * lan_node_get_carried_bytes:
 *
 * Returns: what they take on this disk.
 */
LAN_API guint64 lan_node_get_carried_bytes (LanNode *self);

G_END_DECLS
