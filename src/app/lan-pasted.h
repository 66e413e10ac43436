/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Pictures that were pasted, or taken of the screen: files below the user's cache, of each profile by
 * itself, that lie there readably and so only for as long as something is still to be sent. GTK main thread, but for
 * lan_pasted_dup_path().
 */
#pragma once

#include <lan-node.h>

G_BEGIN_DECLS

/**
 * From now on these belong to the profile of @node, which is open. Removes what was left behind, and each
 * file once nobody is to fetch it any more; until @node is finalized.
 */
void lan_pasted_begin (LanNode *node, const char *profile);

/**
 * Makes the folder; the name says the time. Any thread. @suffix: "png".
 * Returns: (transfer full) (nullable): where a new picture goes; NULL and an error.
 */
char *lan_pasted_dup_path (const char *suffix, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** @path is not to be sent after all: removed where it is one of these and no transfer needs it. */
void lan_pasted_drop (const char *path);

G_END_DECLS
