/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * coturn's configuration by the rules of SECURITY 8.6: time-limited credentials only, no IPv6 peer at all
 * (its IPv6 rules are not to be trusted), no IPv4 peer but in the clients' subnets, and in these none of
 * the server's own addresses. Pure but for the host's list of addresses.
 */
#pragma once

#include "lan-hub-config.h"

G_BEGIN_DECLS

/** Returns: (transfer full): the file. @state: where its log and its database go. */
char *lan_hub_turn_config (const LanHubConfig *config, const char *secret, const char *state);

/** Returns: (transfer full): what clients are given for a bundled relay. */
char **lan_hub_turn_uris (const LanHubConfig *config);

G_END_DECLS
