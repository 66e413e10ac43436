/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where a server of this name is: its addresses, and before them those that a DNS record leads to
 * (_lanyard-server._tcp, only where no port was said). DNS is believed for addresses, never for keys.
 * Answers come in the thread's default context.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LanServerName LanServerName;

/** @sockets: (transfer full) (nullable): in the order in which they are to be tried; NULL: none. */
typedef void (*LanServerNameFound) (GPtrArray *sockets, gpointer data);

/** @host: no numeric address. @found comes once, and @self is gone then, unless it is cancelled. */
LanServerName *lan_server_name_find (const char *host, guint16 port, LanServerNameFound found,
                                     gpointer data);

/** NULL is allowed. */
void lan_server_name_cancel (LanServerName *self);

G_END_DECLS
