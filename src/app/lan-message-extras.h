/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What few messages have beside their text: above it what they answer, where they are from and that
 * they are urgent; below it reactions, and that they were edited or pinned. Made only where there is
 * something to show, since a window has many rows.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-message.h>

G_BEGIN_DECLS

typedef struct {
  GtkWidget *head; /* NULL: there is none */
  GtkWidget *foot;
  GtkWidget *chips;
  GtkLabel *marks;
} LanMessageExtras;

/**
 * Brings @extras, zeroed at first, to what @message shows: the head at the start of @bubble, the foot
 * at the end of @column. Clicks go to the chat view that has them in it.
 */
void lan_message_extras_update (LanMessageExtras *extras, LanMessage *message, GtkBox *bubble,
                                GtkBox *column);

G_END_DECLS
