/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Two small windows beside the main one: what this is, and which keys there are.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void lan_window_about_show (GtkWindow *parent);
void lan_window_shortcuts_show (GtkWindow *parent);

G_END_DECLS
