/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A person in the lists of a shared folder: with what they may do, or to be chosen.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

/** Returns: (transfer full): a row of @person without anything to set; "person" is on it as data. */
GtkWidget *lan_share_person_row_new (LanPerson *person);

/** The second line; NULL hides it. */
void lan_share_person_row_set_line (GtkWidget *row, const char *line);

/** Shows the choice of rights, and the button that takes out. */
GtkComboBox *lan_share_person_row_show_access (GtkWidget *row, LanShareAccess access);
GtkWidget *lan_share_person_row_show_remove (GtkWidget *row);
GtkToggleButton *lan_share_person_row_show_check (GtkWidget *row);

/** What is chosen in the row. */
LanShareAccess lan_share_person_row_get_access (GtkWidget *row);
gboolean lan_share_person_row_is_checked (GtkWidget *row);

LanPerson *lan_share_person_row_get_person (gpointer row);

/** Returns: whether a folder can be shared with @person at all. */
gboolean lan_share_person_row_may_share (LanNode *node, LanPerson *person);

/** For gtk_list_box_set_sort_func(): by name. */
int lan_share_person_row_compare (GtkListBoxRow *a, GtkListBoxRow *b, gpointer user_data);

G_END_DECLS
