/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The one modal question Lanyard has: before what cannot be taken back.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Asks above @widget's window; calls @yes with @object, held until then, when @verb was chosen. */
void lan_confirm_ask (GtkWidget *widget, const char *title, const char *text, const char *verb,
                      void (*yes) (gpointer object), gpointer object);

G_END_DECLS
