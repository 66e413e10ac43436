/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What an input method composes in a text view. It is not in the buffer yet, and must be neither sent
 * in halves nor lost.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Begins to watch @view; call it before others connect to "preedit-changed". */
void lan_preedit_watch (GtkTextView *view);

/** Returns: whether something is composed in @view, which is watched. */
gboolean lan_preedit_composes (GtkTextView *view);

/** Ends composing: what the input method does not commit itself stands in the text as composed so far. */
void lan_preedit_settle (GtkTextView *view);

G_END_DECLS
