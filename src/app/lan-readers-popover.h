/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* About one message: its times, and of an own one in a group who has read it, who has it, and who not yet. */
#pragma once

#include <gtk/gtk.h>

#include <lan-message.h>

G_BEGIN_DECLS

/** Opens at @widget; @info: lines that stand on top, "" for none. */
void lan_readers_popover_open (GtkWidget *widget, LanMessage *message, const char *info);

G_END_DECLS
