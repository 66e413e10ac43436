/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is in the clipboard, as something to send: files, a picture (its bytes, kept as a file that
 * a worker thread writes), or plain text. Never waits for the program that owns the clipboard.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Exactly one member is set, or none when there was nothing. */
typedef struct {
  char **uris;
  char *text;
  GError *error;
} LanPaste;

typedef void (*LanPasteFunc) (const LanPaste *paste, gpointer user_data);

/** Calls @func once, later; @destroy is called for @user_data afterwards. */
void lan_paste_request (GtkWidget *widget, LanPasteFunc func, gpointer user_data,
                        GDestroyNotify destroy);

G_END_DECLS
