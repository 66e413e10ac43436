/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#pragma once

#include "lan-window.h"

#include "lan-call-bar.h"
#include "lan-chat-view.h"
#include "lan-details.h"
#include "lan-share-view.h"
#include "lan-sidebar.h"
#include "lan-transfers-side.h"
#include "lan-transfers-view.h"

G_BEGIN_DECLS

struct _LanWindow {
  HdyApplicationWindow parent;
  LanNode *node;
  LanPerson *person;
  GtkStack *root;
  LanCallBar *call_bar;
  HdyLeaflet *leaflet;
  LanSidebar *sidebar;
  HdyFlap *flap;
  GtkStack *content;
  HdyHeaderBar *empty_header;
  GtkWidget *empty_back;
  /* Made when first shown: a start has no time for what nobody sees yet. */
  LanChatView *chat;
  LanTransfersView *transfers;
  LanTransfersSide *side;
  LanShareView *share;
  LanDetails *details;
  GtkRevealer *notice_revealer;
  GtkLabel *notice_label;
  gboolean shows_transfers;
};

/** Shows the part @name of the middle pane. */
void lan_window_show_content (LanWindow *self, const char *name);

/** Makes the pane of details, once. */
void lan_window_ensure_details (LanWindow *self);

/** What the menus and keys of the window do. */
void lan_window_add_actions (LanWindow *self);

/** Escape goes one step back. Returns: TRUE. */
gboolean lan_window_escape (LanWindow *self);

G_END_DECLS
