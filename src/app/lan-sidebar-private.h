/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The sidebar's inside: lan-sidebar.c is the pane, -lists.c what stands in its lists.
 */
#pragma once

#include "lan-avatar.h"
#include "lan-found-list.h"
#include "lan-list-keeper.h"
#include "lan-sidebar.h"

G_BEGIN_DECLS

struct _LanSidebar {
  GtkBox parent;
  LanNode *node;
  LanListKeeper *chats;  /* conversations in chats_list */
  LanListKeeper *nearby; /* people without one, below them */
  LanListKeeper *people; /* made when first shown */
  LanPerson *selected;
  guint counts_id;
  guint popovers_id;
  HdyHeaderBar *header;
  GtkMenuButton *me_button;
  LanAvatar *me_avatar;
  GtkMenuButton *add_button;
  GtkToggleButton *search_button;
  GtkToggleButton *chats_button;
  GtkToggleButton *people_button;
  GtkToggleButton *transfers_button;
  GtkLabel *chats_count;
  GtkLabel *people_count;
  GtkLabel *transfers_count;
  GtkRevealer *search_revealer;
  GtkEntry *search_entry;
  GtkStack *pages;
  GtkListBox *chats_list;
  GtkWidget *chats_empty;
  LanFoundList *found;
  GtkListBox *people_list;
  GtkLabel *server_label;
  GtkLabel *warning_label;
};

/** Whom a row of either list is about. */
LanPerson *lan_sidebar_row_person (gpointer row);

/** Whether a conversation stands among the chats; @user_data is not looked at. */
gboolean lan_sidebar_wants_chat (gpointer object, gpointer user_data);

/** How many people stand under the heading @rank of the list of people; 0: requests. */
int lan_sidebar_count_people (LanSidebar *self, int rank);

/** Fills the list of chats, and gives both lists their order and headings. */
void lan_sidebar_make_chats (LanSidebar *self);

/** Fills the list of people. */
void lan_sidebar_make_people (LanSidebar *self);

G_END_DECLS
