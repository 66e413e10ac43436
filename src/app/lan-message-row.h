/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One message: bubble, time, state. Texts are shown by LanRichView; markup from the network never
 * reaches a label.
 */
#pragma once

#include <gtk/gtk.h>

#include "lan-chat-text.h"

#include <lan-message.h>

G_BEGIN_DECLS

#define LAN_TYPE_MESSAGE_ROW (lan_message_row_get_type ())
G_DECLARE_FINAL_TYPE (LanMessageRow, lan_message_row, LAN, MESSAGE_ROW, GtkListBoxRow)

/* How the texts of a conversation are shown; see lan_text_habits_new(). */
typedef struct {
  char **names;     /* whom an "@" may call */
  gboolean formats; /* FALSE: as typed */
  gboolean fetches; /* pictures, from whom one knows; FALSE at first */
} LanTextHabits;

/** @names: (transfer full). Returns: (transfer full): counted with g_rc_box_acquire(). */
LanTextHabits *lan_text_habits_new (char **names, gboolean formats);
void lan_text_habits_unref (LanTextHabits *habits);

GtkWidget *lan_message_row_new (LanMessage *message, LanTextHabits *habits);
void lan_message_row_set_habits (LanMessageRow *self, LanTextHabits *habits);
LanMessage *lan_message_row_get_message (LanMessageRow *self);

/** Says where the row stands among its author's; @shows_meta: whether time and state are shown. */
void lan_message_row_set_place (LanMessageRow *self, LanBubblePlace place, gboolean shows_meta);

/** Puts the whole text into the clipboard. */
void lan_message_row_copy (LanMessageRow *self);

/** Asks whether to open the address in it, or which; nothing without one. */
void lan_message_row_open_link (LanMessageRow *self);
gboolean lan_message_row_has_link (LanMessageRow *self);

/** Shows the text with the signs it was typed with, or no more so; kept while the chat is loaded. */
void lan_message_row_set_as_typed (LanMessageRow *self, gboolean as_typed);
gboolean lan_message_row_get_as_typed (LanMessageRow *self);

/** Lets the person mark a part of the text. */
void lan_message_row_select_text (LanMessageRow *self);

/** Returns: (transfer full): when it was written, delivered and read, a line each. */
char *lan_message_row_dup_info (LanMessageRow *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
