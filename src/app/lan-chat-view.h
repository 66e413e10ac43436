/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The middle pane when a chat is open: who it is and how they are reached, what has to be decided,
 * the messages, and where one writes.
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_CHAT_VIEW (lan_chat_view_get_type ())
G_DECLARE_FINAL_TYPE (LanChatView, lan_chat_view, LAN, CHAT_VIEW, GtkBox)

/** Opens the chat with @person (nullable: none). */
void lan_chat_view_set_person (LanChatView *self, LanNode *node, LanPerson *person);

/** Returns: (nullable): whose chat is open. */
LanPerson *lan_chat_view_get_person (LanChatView *self);

/** @folded: whether this is the only pane, which needs a way back and less margin. */
void lan_chat_view_set_folded (LanChatView *self, gboolean folded);

/** Reads the settings again that concern writing. */
void lan_chat_view_reload_settings (LanChatView *self);

/** Says that what is seen is read, when the window became active. */
void lan_chat_view_mark_seen (LanChatView *self);

/** Shows a sentence about something that went wrong above the messages. */
void lan_chat_view_notice (LanChatView *self, const char *text);

/** Shows a sentence about something that went well, likewise. */
void lan_chat_view_tell (LanChatView *self, const char *text);

void lan_chat_view_focus_composer (LanChatView *self);
void lan_chat_view_focus_history (LanChatView *self);
void lan_chat_view_save_draft (LanChatView *self);

HdyHeaderBar *lan_chat_view_get_header (LanChatView *self);

/** Goes to the message @id of this chat, however old it is. */
void lan_chat_view_show_message (LanChatView *self, const char *id);

/* What is done with @message of this chat; what went wrong is said above the messages. */
void lan_chat_view_reply (LanChatView *self, LanMessage *message);
/** Asks to whom, and sends it on. */
void lan_chat_view_forward (LanChatView *self, LanMessage *message);
/** Puts a file beside what is written. */
void lan_chat_view_add_file (LanChatView *self, const char *uri);

/** Opens the picture of @message, when it is on this computer. */
void lan_chat_view_show_picture (LanChatView *self, LanMessage *message);

/** Shows what it said before, beside @row. */
void lan_chat_view_show_edits (LanChatView *self, LanMessage *message, GtkWidget *row);
void lan_chat_view_edit (LanChatView *self, LanMessage *message);
void lan_chat_view_recall (LanChatView *self, LanMessage *message);
void lan_chat_view_pin (LanChatView *self, LanMessage *message, gboolean on);
void lan_chat_view_react (LanChatView *self, LanMessage *message, const char *emoji, gboolean on);

/** Lets one choose any emoji as a reaction to @message, beside @row that shows it. */
void lan_chat_view_react_other (LanChatView *self, LanMessage *message, GtkWidget *row);

/** Returns: (transfer none) (nullable): whose chat it is. */
LanNode *lan_chat_view_get_node (LanChatView *self);

/** Opens the bar that searches this chat. */
void lan_chat_view_begin_search (LanChatView *self);

/** Returns: whether it was open. */
gboolean lan_chat_view_end_search (LanChatView *self);

G_END_DECLS
