/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The folder of one profile: its names, its lock, its local socket's name. Mode 0700. Blocking but
 * short; the engine's thread, and the path functions any thread.
 *
 *   <dir>/lock      flock by the one program that has it open; says which
 *   <dir>/keys      key store (SECURITY 9)
 *   <dir>/history   the store's database (and its -wal)
 *   <dir>/socket    the local socket of that program
 */
#pragma once

#include "lan-node-error.h"

G_BEGIN_DECLS

typedef struct _LanProfile LanProfile;

/** Returns: TRUE when the folder holds keys. */
gboolean lan_profile_exists (const char *dir);

/** Returns: (transfer full): the socket's name; in the runtime folder when @dir is too long. */
char *lan_profile_dup_socket_path (const char *dir);

/**
 * Locks the profile at @dir; with @create makes the folder first and refuses one that holds keys.
 * Returns: (transfer full), or NULL with NO_PROFILE, PROFILE_EXISTS, PROFILE_IN_USE or FAILED.
 */
LanProfile *lan_profile_lock (const char *dir, gboolean create,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Gives the lock free. NULL is allowed. */
void lan_profile_free (LanProfile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanProfile, lan_profile_free)

const char *lan_profile_keys_path (const LanProfile *profile);
const char *lan_profile_history_path (const LanProfile *profile);

G_END_DECLS
