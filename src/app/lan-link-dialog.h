/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Says where an address of a message really goes, before the desktop opens it.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Asks above @widget's window whether to open @uri; does nothing for what may not be opened. */
void lan_link_dialog_ask (GtkWidget *widget, const char *uri);

/** Lets one choose of @uris, of which there is at least one, by keyboard; points at @widget. */
void lan_link_dialog_choose (GtkWidget *widget, GPtrArray *uris);

G_END_DECLS
