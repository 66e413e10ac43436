/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Moves what SQLite's log has gathered into the database, beside the writer: a thread of its own with a
 * connection of its own, so that no deposit waits for it. A log that grows meanwhile is never moved
 * whole; the writer does the little that is left and begins the log anew (lan_hub_db_tidy).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LanHubTidy LanHubTidy;

typedef enum {
  LAN_HUB_TIDY_IDLE,
  LAN_HUB_TIDY_AT_WORK,
  LAN_HUB_TIDY_DONE, /* until it is asked again */
} LanHubTidyState;

/** Returns: (transfer full) (nullable): NULL when the database cannot be opened once more. */
LanHubTidy *lan_hub_tidy_new (const char *path) G_GNUC_WARN_UNUSED_RESULT;
void lan_hub_tidy_free (LanHubTidy *tidy); /* BLOCKS until it has done what it is at */

void lan_hub_tidy_ask (LanHubTidy *tidy);

/** @left: of the log's pages, those that were not moved when it was done. */
LanHubTidyState lan_hub_tidy_look (LanHubTidy *tidy, int *left);

/** What is left was moved by somebody else. */
void lan_hub_tidy_rest (LanHubTidy *tidy);

G_END_DECLS
