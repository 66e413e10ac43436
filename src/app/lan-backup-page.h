/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The preferences' page about backups: the recovery code, shown, saved and confirmed by typing a part of it,
 * and writing a backup, with progress. And the words for what can be wrong with one.
 */
#pragma once

#include "lan-node.h"

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_BACKUP_PAGE (lan_backup_page_get_type ())
G_DECLARE_FINAL_TYPE (LanBackupPage, lan_backup_page, LAN, BACKUP_PAGE, HdyPreferencesPage)

/** Once, before it is shown. */
void lan_backup_page_set_node (LanBackupPage *self, LanNode *node);

/** Where backups are written to and looked for at first. */
void lan_backup_page_set_folder (GtkFileChooser *chooser);

/** Returns: (transfer full): @error of making or reading a backup, in the person's language. */
char *lan_backup_page_describe (const GError *error);

G_END_DECLS
