/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * All words about the company's server, in the language of the interface.
 */
#pragma once

#include "lan-node.h"

G_BEGIN_DECLS

/** Returns: (transfer full): how it stands with the server, a line for the preferences. */
char *lan_server_look_status (LanServer *server) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer none) (nullable): a quiet line for the window; NULL when there is nothing. */
const char *lan_server_look_quiet (LanServer *server);

/** Returns: (transfer none) (nullable): what must be said in red; NULL when nothing is wrong. */
const char *lan_server_look_warning (LanServer *server);

/** Returns: (transfer none): why joining failed, and what to do about it. */
const char *lan_server_look_join_error (const GError *error);

/** Returns: whether @text is a link that an invitation to a server may be. */
gboolean lan_server_look_is_invite (const char *text);

G_END_DECLS
