/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Commands beside a running server: a Unix socket in the state folder (0600, in a folder of 0700). One
 * line of words, escaped and with tabs between, asks; lines that begin with '+' answer, '.' ends well, '!'
 * with a reason.
 */
#pragma once

#include "lan-hub.h"

G_BEGIN_DECLS

/**
 * Asks the server of @state and BLOCKS until it has ended. @said: lines of the answer, may be NULL.
 * FALSE with MISSING when no server is running, with REFUSED when it said no.
 */
gboolean lan_hub_control_ask (const char *state, const char *const *words, GPtrArray *said,
                              GError **error);

G_END_DECLS
