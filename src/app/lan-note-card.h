/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A voice note in a bubble: play and pause, how it goes up and down, a click into which goes there, time, and
 * the speed. One of them plays at a time.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-message.h>

G_BEGIN_DECLS

#define LAN_TYPE_NOTE_CARD (lan_note_card_get_type ())
G_DECLARE_FINAL_TYPE (LanNoteCard, lan_note_card, LAN, NOTE_CARD, GtkBox)

/** Returns: (transfer floating): a card for @message, of LAN_MESSAGE_KIND_NOTE. */
GtkWidget *lan_note_card_new (LanMessage *message);

/** Returns: (transfer full): "Voice note, 0:07". */
char *lan_note_card_words (LanMessage *message);

G_END_DECLS
