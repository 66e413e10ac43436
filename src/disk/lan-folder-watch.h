/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Notices that something changes in shared folders, without saying what: who is told looks. Where the system
 * gives no (more) watches, it says so, and looking from time to time has to do. One thread: that of its context.
 */
#pragma once

#include "lan-id.h"

G_BEGIN_DECLS

typedef struct _LanFolderWatch LanFolderWatch;

/* @lost: not all of it can be watched. */
typedef void (*LanFolderNotice) (const LanConversationId *share, gboolean lost, gpointer data);

LanFolderWatch *lan_folder_watch_new (GMainContext *context, LanFolderNotice notice,
                                      gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void lan_folder_watch_free (LanFolderWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanFolderWatch, lan_folder_watch_free)

/** Watches @folders (element-type utf8) below @dir, and nothing else of @share; NULL: none. */
void lan_folder_watch_set (LanFolderWatch *watch, const LanConversationId *share, const char *dir,
                           const GPtrArray *folders);

G_END_DECLS
