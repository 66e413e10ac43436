/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the machine around us can do to a path: the error domain of this module. Bad bytes from the
 * other side are a LanStatus or a LanCloseReason, never one of these.
 */
#pragma once

#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_LINK_ERROR_LIST(X)                                                                     \
  X (NO_SOCKET, "no-socket", "a socket could not be made")                                         \
  X (PORT_IN_USE, "port-in-use", "the port is taken")                                              \
  X (NO_ADDRESS, "no-address", "there is no address to dial or to listen on")                      \
  X (ICE, "ice", "the ICE agent refused its configuration")                                        \
  X (ENET, "enet", "ENet could not be started")                                                    \
  X (KEYS, "keys", "the keys cannot be used")

typedef enum {
#define X(name, code, text) LAN_LINK_ERROR_##name,
  LAN_LINK_ERROR_LIST (X)
#undef X
      LAN_LINK_ERROR_N
} LanLinkError;

#define LAN_LINK_ERROR (lan_link_error_quark ())
LAN_DECLARE_ERROR (LanLinkError, lan_link_error)

G_END_DECLS
