/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanServer, for the node that makes and updates it. Owner's context. */
#pragma once

#include "lan-event.h"
#include "lan-server.h"

G_BEGIN_DECLS

/** @node is borrowed; it calls lan_server_orphan() before it goes away. */
LanServer *lan_server_new (LanNode *node);
void lan_server_orphan (LanServer *self);

/** Takes the contents of @info over and notifies what differs. Returns: whether anything did. */
gboolean lan_server_apply (LanServer *self, LanServerInfo *info);

G_END_DECLS
