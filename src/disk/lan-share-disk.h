/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Shared folders on disk: jobs of lan-share-job.h go in, results come out in the main context given.
 * One worker for each folder, so that its jobs are carried out in order. Everything happens below
 * the folder's descriptor: links are neither followed nor shared. What has to make way, or was removed by
 * others, moves into the folder of old versions; nothing is overwritten and nothing is deleted.
 */
#pragma once

#include "lan-share-job.h"

G_BEGIN_DECLS

typedef struct _LanShareDisk LanShareDisk;

/* Called in the main context; @result is lent for the call. */
typedef void (*LanShareDiskDone) (const LanShareResult *result, gpointer data);

/** @context: (nullable): NULL: the thread's default. */
LanShareDisk *lan_share_disk_new (GMainContext *context, LanShareDiskDone done,
                                  gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/** Waits for the step under way (a scan stops early), drops results. No callback runs after it. */
void lan_share_disk_free (LanShareDisk *disk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanShareDisk, lan_share_disk_free)

/** Queues @job (transfer full); never blocks. In the main context's thread. */
void lan_share_disk_submit (LanShareDisk *disk, LanShareJob *job);

G_END_DECLS
