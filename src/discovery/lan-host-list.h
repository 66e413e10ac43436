/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Hosts that a person entered or that worked last time, and the addresses their names stand for,
 * looked up in the background and again when the network changed. Runs on the context it was made in.
 */
#pragma once

#include "lan-discovery.h"

G_BEGIN_DECLS

#define LAN_HOST_LIST_MAX 512

/* @addresses: numeric, @n may be 0; replaces what was told of @origin before. */
typedef void (*LanHostResolved) (guint64 origin, LanSource source, const char *const *addresses,
                                 guint n, guint16 port, gpointer user_data);

typedef struct _LanHostList LanHostList;

LanHostList *lan_host_list_new (LanHostResolved resolved,
                                gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void lan_host_list_free (LanHostList *list);

/** Returns: FALSE with LAN_DISCOVERY_ERROR_BAD_HOST. A numeric address is told before it returns. */
gboolean lan_host_list_add (LanHostList *list, LanSource source, const char *host,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Tells an empty list of addresses for it. */
void lan_host_list_remove (LanHostList *list, const char *host);

/** Looks all names up again; numeric addresses are told again. */
void lan_host_list_refresh (LanHostList *list);

/**
 * Takes "host", "host:port", "[v6]:port", "v6", link-local ones with %interface, apart.
 * Returns: (transfer full) (nullable): the host, NULL when it is none.
 */
char *lan_host_parse (const char *text, guint16 *port) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE for a numeric address, with or without %interface. */
gboolean lan_host_is_numeric (const char *host);

G_END_DECLS
