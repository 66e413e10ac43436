/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What is said of messages in a file (lan-node-bundle.h), in the language of the interface. No widgets. */
#pragma once

#include <lan-node-bundle.h>

G_BEGIN_DECLS

/** The end of such a file's name. */
#define LAN_BUNDLE_SUFFIX ".lanyard-bundle"

/** What a file has in it that was just written to @path; names come from @node. (transfer full) */
char *lan_bundle_text_written (LanNode *node, const LanBundleWritten *written, const char *path);

/** What became of what was in a file, a line each. (transfer full) */
char *lan_bundle_text_taken (const LanBundleTaken *taken);

/** Why nothing was written, or nothing read, and what helps. (transfer full) */
char *lan_bundle_text_error (const GError *error, gboolean writing);

G_END_DECLS
