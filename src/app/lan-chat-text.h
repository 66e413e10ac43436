/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What texts from the network become before a widget sees them, and how rows of a conversation
 * belong together. Pure functions, no widgets.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Returns: (transfer full): the text whose initials stand in an avatar: for names that end in
 *   Chinese characters the last two, set apart ("晓 雯"), one of them below 32 px; others as is.
 */
char *lan_chat_text_initials (const char *name, int size) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): @text as one line of at most @max_chars characters for a list. */
char *lan_chat_text_preview (const char *text, glong max_chars) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full) (nullable): the 64 hex digits of a lanyard: link, lower case. */
char *lan_chat_text_parse_uri (const char *uri) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: whether every character of @needle's words occurs in @name, case folded. */
gboolean lan_chat_text_matches (const char *name, const char *needle);

/* Where a bubble stands among those of one sender; says which corners are round. */
typedef enum {
  LAN_BUBBLE_ONE,
  LAN_BUBBLE_FIRST,
  LAN_BUBBLE_MID,
  LAN_BUBBLE_LAST,
} LanBubblePlace;

/** Returns: whether two neighbouring rows of one author stand together (five minutes, one day). */
gboolean lan_chat_text_joins (gint64 earlier_ms, gint64 later_ms);

/** Returns: the place of a bubble that does or does not join its neighbours. */
LanBubblePlace lan_bubble_place (gboolean joins_before, gboolean joins_after);

/** Returns: (transfer none): the style class for @place. */
const char *lan_bubble_class (LanBubblePlace place);

G_END_DECLS
