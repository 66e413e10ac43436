/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The emoji one can choose from: a table with their names and words in English and Chinese, looked
 * through in both at once, whatever the program's own language. Pure: no widgets, no files.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_EMOJI_RECENT_MAX 24
#define LAN_EMOJI_TONES      6 /* 0: none, then from light to dark */

typedef enum {
  LAN_EMOJI_SMILEYS,
  LAN_EMOJI_PEOPLE,
  LAN_EMOJI_NATURE,
  LAN_EMOJI_FOOD,
  LAN_EMOJI_TRAVEL,
  LAN_EMOJI_ACTIVITIES,
  LAN_EMOJI_OBJECTS,
  LAN_EMOJI_SYMBOLS,
  LAN_EMOJI_FLAGS,
  LAN_EMOJI_GROUPS,
} LanEmojiGroup;

typedef enum { LAN_EMOJI_ENGLISH, LAN_EMOJI_CHINESE, LAN_EMOJI_LANGUAGES } LanEmojiLanguage;

typedef struct {
  LanEmojiGroup group;
  gboolean has_tones;
  const char *text;
  const char *names[LAN_EMOJI_LANGUAGES];
  /* Names and words in lower case, the name first; NULL-terminated. */
  char **words[LAN_EMOJI_LANGUAGES];
} LanEmoji;

typedef struct _LanEmojiTable LanEmojiTable;

/** Returns: (transfer full): what @data (ui/emoji/emoji.tsv) says; lines that are no emoji are passed over. */
LanEmojiTable *lan_emoji_table_new (const char *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;
void lan_emoji_table_free (LanEmojiTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanEmojiTable, lan_emoji_table_free)

/** Returns: (transfer none): all of them as LanEmoji, in their order. */
GPtrArray *lan_emoji_table_get_all (LanEmojiTable *self);

/** Returns: (transfer none) (nullable): the one that @text is, with or without a skin tone. */
const LanEmoji *lan_emoji_table_find (LanEmojiTable *self, const char *text);

/**
 * Looks for @query: words, parted by blanks or "_", each of which must fit. Names come before other words,
 * whole ones before beginnings.
 * Returns: (transfer container): at most @max LanEmoji, best first.
 */
GPtrArray *lan_emoji_table_search (LanEmojiTable *self, const char *query,
                                   guint max) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): @emoji with skin tone @tone, as is where it can have none. */
char *lan_emoji_dup_toned (const LanEmoji *emoji, guint tone) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): @recent (nullable; parted by blanks) with @text before the others. */
char *lan_emoji_recent_add (const char *recent, const char *text) G_GNUC_WARN_UNUSED_RESULT;

/**
 * What is written behind a ":" that stands at the beginning of a word.
 * Returns: (transfer full) (nullable): the name begun at the end of @line, at least two letters or one
 *   Chinese character; @sign_chars: how many characters of @line stand before the sign.
 */
char *lan_emoji_find_query (const char *line, glong *sign_chars) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
