/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The heading above a part of a list: a word and how many there are.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAN_TYPE_SECTION (lan_section_get_type ())
G_DECLARE_FINAL_TYPE (LanSection, lan_section, LAN, SECTION, GtkBox)

/** @count is hidden when negative. */
GtkWidget *lan_section_new (const char *title, int count);

/** Sets @row's heading to @title and @count, or takes it away when @title is NULL. */
void lan_section_put (GtkListBoxRow *row, const char *title, int count);

G_END_DECLS
