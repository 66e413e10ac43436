/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is said about shared folders in words and icons. One place, so that list, page and notification agree.
 * GTK main thread.
 */
#pragma once

#include <lan-node.h>

G_BEGIN_DECLS

/** Returns: (transfer full): "Yours, with 3 people", "From Li Wei". */
char *lan_share_look_line (LanNode *node, LanShare *share) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): "12 files, 3.4 MB, 10 of them here". */
char *lan_share_look_sum (LanShare *share) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: a word for a tag beside the name and its style class in @style; NULL: nothing needs saying. */
const char *lan_share_look_tag (LanShare *share, const char **style);

/** Returns: (transfer full): the name of the person with this id, or "Somebody". */
char *lan_share_look_person (LanNode *node, const char *id) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): how it stands with @entry, "" where it is as everybody has it. */
char *lan_share_look_state (const LanSharedEntry *entry) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): one line of the log as a sentence. */
char *lan_share_look_record (LanNode *node,
                             const LanSharedRecord *record) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: the icon for a line of the log. */
const char *lan_share_look_record_icon (const LanSharedRecord *record);

/** Returns: why the folder cannot be used, in words. */
const char *lan_share_look_error (const char *code);

/** Returns: whether @path is the other version of a file that was changed on both sides. */
gboolean lan_share_look_is_copy (const char *path);

G_END_DECLS
