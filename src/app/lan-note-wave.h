/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* How loud something said is from begin to end, and how much of it was heard. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAN_TYPE_NOTE_WAVE (lan_note_wave_get_type ())
G_DECLARE_FINAL_TYPE (LanNoteWave, lan_note_wave, LAN, NOTE_WAVE, GtkDrawingArea)

/** @peaks: (nullable): bytes, as many as there are bars. */
void lan_note_wave_set_peaks (LanNoteWave *self, GBytes *peaks);

/** Puts a bar of @level, 0 to 255, behind the others; the oldest go. */
void lan_note_wave_add (LanNoteWave *self, guint8 level);

/** From 0 to 1. */
void lan_note_wave_set_heard (LanNoteWave *self, double heard);

G_END_DECLS
