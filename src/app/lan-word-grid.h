/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Twelve words to be compared, three in a line; read out as one text by a screen reader.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAN_TYPE_WORD_GRID (lan_word_grid_get_type ())
G_DECLARE_FINAL_TYPE (LanWordGrid, lan_word_grid, LAN, WORD_GRID, GtkGrid)

/** @words: NULL-terminated; more than twelve are not shown. */
void lan_word_grid_set_words (LanWordGrid *self, const char *const *words);

/** The list of words that fits the language of the interface: "zh_CN" or "en". */
const char *lan_word_grid_locale (void);

G_END_DECLS
