/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The methods and notifications of src/cli/README.md over one LanNode, for one listener: lines go
 * in, lines come out. Where the lines travel is the caller's affair. In the node's context.
 */
#pragma once

#include "lan-node.h"

G_BEGIN_DECLS

typedef struct _LanRpcService LanRpcService;

/* One line for the listener, without its line feed; borrowed for the call. */
typedef void (*LanRpcSend) (const char *line, gpointer user_data);

/**
 * @node must be open. Sends the `ready` notification at once, then `person.seen` for those who are
 * here already, then whatever happens.
 * Returns: (transfer full).
 */
LanRpcService *lan_rpc_service_new (LanNode *node, LanRpcSend send, gpointer user_data);

/** Answers nothing any more; NULL is fine. */
void lan_rpc_service_free (LanRpcService *service);

/** Whether a line taken before has not been answered yet. */
gboolean lan_rpc_service_is_busy (const LanRpcService *service);

/** Carries out one line. What cannot be understood is answered with an error. */
void lan_rpc_service_take_line (LanRpcService *service, const char *line, gsize len);

G_END_DECLS
