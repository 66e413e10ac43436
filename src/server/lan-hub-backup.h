/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One file that holds everything a server is: a consistent copy of its database, made while it runs, with
 * keys and configuration in a table of their own. 0600; whoever has it can be the server. Any thread; BLOCK.
 */
#pragma once

#include "lan-hub-db.h"

G_BEGIN_DECLS

/** @config: text of the configuration. @path must not exist. */
gboolean lan_hub_backup_make (const char *state, const char *config, const char *path,
                              GError **error);

/** Returns: (transfer full) (nullable): the configuration that a backup holds. */
char *lan_hub_backup_config (const char *path, GError **error);

/** Makes @state, which must be empty or missing, from a backup, but for the configuration. */
gboolean lan_hub_backup_restore (const char *path, const char *state, GError **error);

/** Below which a server that came from a backup makes no head; 0: it did not. */
guint64 lan_hub_backup_epoch (const char *state);

G_END_DECLS
