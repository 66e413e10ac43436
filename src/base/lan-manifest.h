/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The list of what a folder holds, as bytes (SECURITY section 7): what the receiver is shown before
 * anything is accepted, and is itself known by its tree hash. One layout, one order, so that the same
 * folder gives the same bytes.
 *
 *   "LYM1" | entries u32 | bytes of all files u64
 *   | entries times: length u16 | path | size u64 | mode u8 | mtime ms i64 | root 32 | kind u8
 *
 * in ascending order of the paths' bytes. Reading refuses, rather than mends, whatever breaks a rule:
 * names that are not clean, depth, duplicates also by case and normal form, a file where a folder must
 * be, sums that do not add up. Pure; any thread.
 */
#pragma once

#include "lan-file-tree.h"
#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_MANIFEST_MAX_BYTES   (32 * 1024 * 1024)
#define LAN_MANIFEST_MAX_ENTRIES 100000
#define LAN_MANIFEST_MAX_DEPTH   32
#define LAN_MANIFEST_MAX_PATH    1024
#define LAN_MANIFEST_HEAD_BYTES  16
#define LAN_MANIFEST_ENTRY_BYTES 52 /* without the path */

/** Returns: (transfer full): a folder's entries, which must be in order; NULL when it is too long. */
GBytes *lan_manifest_encode (const LanFileTree *tree) G_GNUC_WARN_UNUSED_RESULT;

/**
 * @tree: (out) (transfer full): set only on OK.
 * Returns: OK, OVERSIZED (more entries or bytes than anybody may have), MALFORMED (any other rule).
 */
LanStatus lan_manifest_decode (const guint8 *data, gsize len,
                               LanFileTree **tree) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when @path may stand in a manifest: its components, their number and its length. */
gboolean lan_manifest_is_path (const char *path, gsize len);

/**
 * Returns: (transfer full): what two paths have in common that some file system takes for one: case
 * and normal form.
 */
char *lan_manifest_fold (const char *path, gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
