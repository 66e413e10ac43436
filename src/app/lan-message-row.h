/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One message: bubble, time, state. Texts are set as plain text, or as markup that was wholly
 * escaped here around web addresses; markup from the network never reaches a label.
 */
#pragma once

#include <gtk/gtk.h>

#include "lan-chat-text.h"

#include <lan-message.h>

G_BEGIN_DECLS

#define LAN_TYPE_MESSAGE_ROW (lan_message_row_get_type ())
G_DECLARE_FINAL_TYPE (LanMessageRow, lan_message_row, LAN, MESSAGE_ROW, GtkListBoxRow)

GtkWidget *lan_message_row_new (LanMessage *message);
LanMessage *lan_message_row_get_message (LanMessageRow *self);

/** Says where the row stands among its author's; @shows_meta: whether time and state are shown. */
void lan_message_row_set_place (LanMessageRow *self, LanBubblePlace place, gboolean shows_meta);

/** Puts the whole text into the clipboard. */
void lan_message_row_copy (LanMessageRow *self);

/** Lets the person mark a part of the text. */
void lan_message_row_select_text (LanMessageRow *self);

/** Returns: (transfer full): when it was written, delivered and read, a line each. */
char *lan_message_row_dup_info (LanMessageRow *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
