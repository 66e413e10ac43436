/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Keeps requests for room from getting lost.
 *
 * GTK 3 lets gtk_widget_queue_resize() mark a widget and all around it, and stops at the first that is
 * marked already, as that one's turn will come. While a text view in a scrolled window is laid out, it
 * sets the range of the scroll bar, which asks for room: in the middle of the layout. A box around
 * them that is itself not laid out in this pass, as neither its size nor its place changed, stays
 * marked, while all around it are taken as done. From then on no request from inside that box gets
 * out: a button that is shown there has no room, a line that is added does not make the field grow.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * After each layout of @inner, a text view in a scrolled window, takes marks away that were left on
 * what stands between it and @outer. Owner's thread; lasts as long as @inner.
 */
void lan_layout_keep_requests (GtkWidget *inner, GtkWidget *outer);

/**
 * Looks a little later whether @child, which was just shown, was given room, and asks anew where the request
 * was lost in what is around it. A popover that closes meanwhile is one way to lose it. Owner's thread.
 */
void lan_layout_make_sure (GtkWidget *child);

G_END_DECLS
