/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Who is where: candidates of discovery become signs of known people and addresses of their devices;
 * unknown ones are asked, seldom enough that nobody is flooded, who they are. And our own record.
 */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

typedef struct _LanEngineDiscovery LanEngineDiscovery;

gboolean lan_engine_discovery_open (LanEngine *engine, const LanSnapshot *snapshot, GError **error);

/** Says goodbye on the network. */
void lan_engine_discovery_shut (LanEngine *engine);
void lan_engine_discovery_free (LanEngineDiscovery *self);

gboolean lan_engine_discovery_is_hidden (LanEngine *engine);
void lan_engine_discovery_set_hidden (LanEngine *engine, gboolean hidden);
void lan_engine_discovery_set_presence (LanEngine *engine, LanPresence presence);

/** Name, presence, contacts: the record may have to be another one. */
void lan_engine_discovery_republish (LanEngine *engine);

/** "host", "host:port": tried until it answers. */
gboolean lan_engine_discovery_add_host (LanEngine *engine, const char *host, GError **error);

/** A probe ended: @account is who it is, or NULL when nobody answered. @candidate 0: no probe. */
void lan_engine_discovery_probed (LanEngine *engine, guint64 candidate,
                                  const LanAccountId *account);

/** TRUE for a candidate that is no more than an address: a lane is the only sign of who is there. */
gboolean lan_engine_discovery_is_typed (LanEngine *engine, guint64 candidate);

/** While a device is being linked: hidden but for a tag made of @secret (32 bytes). NULL: as ever. */
void lan_engine_discovery_set_tag (LanEngine *engine, const guint8 *secret);

/** Addresses of whoever announces a tag made of @secret are added to @sockets. */
void lan_engine_discovery_find_tag (LanEngine *engine, const guint8 *secret, GPtrArray *sockets);

/** The account's own devices have changed. */
void lan_engine_discovery_on_devices (LanEngine *engine);

/** Core told of @account: candidates that nobody claimed may be theirs. */
void lan_engine_discovery_on_person (LanEngine *engine, const LanAccountId *account);

/** Gives the addresses of all of @account's candidates to the links. */
void lan_engine_discovery_give_addresses (LanEngine *engine, const LanAccountId *account);

/** A channel to @account broke: what beacons said of them no longer counts. */
void lan_engine_discovery_doubt (LanEngine *engine, const LanAccountId *account);

gboolean lan_engine_discovery_run (LanEngine *engine);
gint64 lan_engine_discovery_deadline (LanEngine *engine);

G_END_DECLS
