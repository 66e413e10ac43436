/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Recording a voice note where else one writes: how long and how loud, Cancel, and Send. A click began
 * it, so no button has to be held. Emits "taken" (LanVoiceNote) when it is to be sent, "ended" when it goes,
 * "failed" (text).
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_NOTE_BAR (lan_note_bar_get_type ())
G_DECLARE_FINAL_TYPE (LanNoteBar, lan_note_bar, LAN, NOTE_BAR, GtkBox)

void lan_note_bar_begin (LanNoteBar *self, LanNode *node);

/** Drops what was recorded. */
void lan_note_bar_cancel (LanNoteBar *self);

G_END_DECLS
