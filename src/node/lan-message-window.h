/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The rows of a conversation that are in memory: a GListModel of LanMessage in the order of the
 * screen, each message once, at most LAN_WINDOW_MAX of them. Owner's context.
 */
#pragma once

#include <gio/gio.h>

#include "lan-message.h"

G_BEGIN_DECLS

#define LAN_WINDOW_MAX  200
#define LAN_WINDOW_PAGE 50

#define LAN_TYPE_MESSAGE_WINDOW (lan_message_window_get_type ())
G_DECLARE_FINAL_TYPE (LanMessageWindow, lan_message_window, LAN, MESSAGE_WINDOW, GObject)

LanMessageWindow *lan_message_window_new (void);

/** @LAN_WINDOW_CUT_OLDEST: what is too much leaves at the oldest end, or at the newest. */
typedef enum { LAN_WINDOW_CUT_OLDEST, LAN_WINDOW_CUT_NEWEST } LanWindowCut;

/**
 * Puts @messages (sorted or not, known ones are skipped) in their places with as few list changes
 * as possible, then cuts. Returns: TRUE when rows were cut off.
 */
gboolean lan_message_window_add (LanMessageWindow *self, GPtrArray *messages, LanWindowCut cut);

/** Takes @message out, where it is in. */
void lan_message_window_remove (LanMessageWindow *self, LanMessage *message);
void lan_message_window_clear (LanMessageWindow *self);

/** Returns: (transfer none) (nullable): the oldest row. */
LanMessage *lan_message_window_first (LanMessageWindow *self);
LanMessage *lan_message_window_last (LanMessageWindow *self);
guint lan_message_window_length (LanMessageWindow *self);

G_END_DECLS
