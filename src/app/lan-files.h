/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where received files go, and showing them with the desktop's own programs. Nothing here waits for
 * the other program.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Sets the folder for files that are accepted without asking; NULL: the user's downloads. */
void lan_files_set_folder (const char *folder);

/** Returns: (transfer full): the folder for accepted files; made when it does not exist. */
char *lan_files_dup_folder (void) G_GNUC_WARN_UNUSED_RESULT;

/** Opens the file at @path with the program the person uses for such files. */
void lan_files_open (GtkWidget *window, const char *path);

/** Shows the file at @path marked in the file manager, or its folder. */
void lan_files_show_in_folder (GtkWidget *window, const char *path);

G_END_DECLS
