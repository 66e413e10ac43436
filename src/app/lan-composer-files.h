/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The files and folders that wait above the field until they are sent. Emits "changed" when one came
 * or went, "failed" (text) when one could not be taken.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAN_TYPE_COMPOSER_FILES (lan_composer_files_get_type ())
G_DECLARE_FINAL_TYPE (LanComposerFiles, lan_composer_files, LAN, COMPOSER_FILES, GtkRevealer)

/** Looks, without waiting, at what is behind @uris (NULL-terminated) and takes what can be sent. */
void lan_composer_files_add_uris (LanComposerFiles *self, const char *const *uris);

/** Asks for files, or for a folder as @action says. */
void lan_composer_files_choose (LanComposerFiles *self, const char *title,
                                GtkFileChooserAction action);

guint lan_composer_files_get_count (LanComposerFiles *self);

/** Returns: (transfer full): how many and how large, "" for none. */
char *lan_composer_files_dup_amount (LanComposerFiles *self);

/** Returns: (transfer full): their paths. */
char **lan_composer_files_dup_paths (LanComposerFiles *self);

/** Drops them all, and what still loads; says nothing about it. */
void lan_composer_files_clear (LanComposerFiles *self);

/** As lan_composer_files_clear(), of what is not sent: pictures that were pasted are removed. */
void lan_composer_files_discard (LanComposerFiles *self);

G_END_DECLS
