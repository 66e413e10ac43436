/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside the disk of shared folders: what the worker of one folder does. */
#pragma once

#include "lan-share-disk.h"

G_BEGIN_DECLS

/* The worker's own, but for .stopping. */
typedef struct {
  int fd; /* -1: not open */
  GThreadPool *pool;
  gint *stopping; /* atomic */
} LanShareFolder;

/** FALSE: @error, NOT_FOUND where the mark of @share is not there. */
gboolean lan_share_folder_open (LanShareFolder *folder, const LanShareJob *job, GError **error);
gboolean lan_share_folder_is_marked (LanShareFolder *folder, const LanConversationId *share);

void lan_share_folder_scan (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result);
void lan_share_folder_place (LanShareFolder *folder, const LanShareJob *job,
                             LanShareResult *result);
void lan_share_folder_remove (LanShareFolder *folder, const LanShareJob *job,
                              LanShareResult *result);
void lan_share_folder_make (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result);
/** Old versions go, but for the newest of what is not in the folder any more: that may be the only copy. */
void lan_share_folder_trim (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result);
void lan_share_folder_read (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result);
void lan_share_folder_drop (LanShareFolder *folder, const LanShareJob *job);

G_END_DECLS
