/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A message's text with its looks: labels with attributes, code in frames of its own. Text is never
 * markup. Emits "link" (address) when one is clicked; opens nothing itself.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAN_TYPE_RICH_VIEW (lan_rich_view_get_type ())
G_DECLARE_FINAL_TYPE (LanRichView, lan_rich_view, LAN, RICH_VIEW, GtkEventBox)

/**
 * Shows @text, valid UTF-8. @names: (nullable): whom an "@" may call; @formats: FALSE: as typed.
 */
void lan_rich_view_set_text (LanRichView *self, const char *text, const char *const *names,
                             gboolean formats);

/** Shows words of ours in the place of a text, dimmed. */
void lan_rich_view_set_words (LanRichView *self, const char *words);

/** Shows the text as typed, lets the person mark a part of it, and marks all. */
void lan_rich_view_select (LanRichView *self);

/** Returns: (transfer none) (element-type utf8): the addresses in it, in their order. */
GPtrArray *lan_rich_view_get_links (LanRichView *self);

G_END_DECLS
