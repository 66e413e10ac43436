/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a person types into a search, as words (lan-text-words.h): parts with spaces between them must all
 * be there, in any order; the words of one part, and of what stands in quotes, one after the other.
 * A part that ends with one character of a script without spaces, or with '*', also finds longer words;
 * so does the last one while a person is still typing it. Bounded: at most 16 parts of 32 words. A
 * query is not changed once it is made. Any thread.
 */
#pragma once

#include "lan-text-words.h"

G_BEGIN_DECLS

#define LAN_WORD_QUERY_PARTS 16
#define LAN_WORD_QUERY_WORDS 32

typedef struct {
  guint n_words;
  gboolean is_prefix; /* the last word may go on */
  char *words[LAN_WORD_QUERY_WORDS];
} LanWordPart;

typedef struct {
  guint n_parts;
  LanWordPart parts[LAN_WORD_QUERY_PARTS];
} LanWordQuery;

/* Bytes of a text, end not included. */
typedef struct {
  gsize start;
  gsize end;
} LanWordRange;

/** @is_typing: more may follow the last part. Returns: (transfer full): never NULL; perhaps no parts. */
LanWordQuery *lan_word_query_new (const char *text, gboolean is_typing) G_GNUC_WARN_UNUSED_RESULT;
void lan_word_query_free (LanWordQuery *query);

/** Whether some part may match longer words than it names. */
gboolean lan_word_query_has_prefix (const LanWordQuery *query);

/**
 * Whether @text holds every part. @ranges: (nullable) (element-type LanWordRange): where, in order and
 * without overlaps, is appended (also where the answer is FALSE), at most @max of them.
 */
gboolean lan_word_query_find (const LanWordQuery *query, const char *text, GArray *ranges,
                              guint max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanWordQuery, lan_word_query_free)

G_END_DECLS
