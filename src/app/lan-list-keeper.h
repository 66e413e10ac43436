/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Keeps one row of a list box per wanted object of a list model. Unlike
 * gtk_list_box_bind_model() a row stays when its object moves or is taken out and put back in one
 * batch, so that selection, focus and scroll position survive; order comes from the box's sort
 * function. Several keepers may share one box. GTK main thread.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _LanListKeeper LanListKeeper;

/* Makes the (floating) row of @object. */
typedef GtkWidget *(*LanListKeeperMake) (gpointer object, gpointer user_data);
/* Whether @object has a row at the moment. */
typedef gboolean (*LanListKeeperWants) (gpointer object, gpointer user_data);

/** @wants may be NULL: all objects. Rows appear before this returns. */
LanListKeeper *lan_list_keeper_new (GtkListBox *box, GListModel *model, LanListKeeperMake make,
                                    LanListKeeperWants wants, gpointer user_data);
void lan_list_keeper_free (LanListKeeper *self);

/** Looks again, soon, at which objects are wanted, and sorts and filters the box. */
void lan_list_keeper_refresh (LanListKeeper *self);

/** Returns: (nullable): the row of @object. */
GtkWidget *lan_list_keeper_find (LanListKeeper *self, gpointer object);

/** Returns: how many rows this keeper has in the box. */
guint lan_list_keeper_count (LanListKeeper *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanListKeeper, lan_list_keeper_free)

G_END_DECLS
