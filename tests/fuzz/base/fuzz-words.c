/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Texts from others and what a person looks for in them. The input: 1 byte (whether it is still being
 * typed), length of the query 1, query, text. Every hit lies in the text, in order; what a text
 * says is found in it.
 */
#include "lan-word-query.h"

#include <string.h>

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition))                                                                              \
      __builtin_trap ();                                                                           \
  } while (0)

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_words (const char *text)
{
  gsize len = strlen (text), start = 0;
  LanWords words;

  lan_words_init (&words, text, -1);
  while (lan_words_next (&words)) {
    CHECK (words.start >= start && words.start < words.end && words.end <= len);
    CHECK (words.len > 0 && words.len <= LAN_WORD_MAX_BYTES && strlen (words.word) == words.len);
    CHECK (g_utf8_validate (words.word, (gssize) words.len, NULL));
    CHECK (strpbrk (words.word, " \"\x01*") == NULL);
    start = words.start;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (LanWordRange));
  g_autoptr (LanWordQuery) query = NULL;
  g_autofree char *typed = NULL, *text = NULL;
  gsize n, end = 0;
  gboolean found;

  if (size < 2)
    return 0;
  n = MIN (data[1], size - 2);
  typed = g_strndup ((const char *) data + 2, n);
  text = g_strndup ((const char *) data + 2 + n, size - 2 - n);
  check_words (text);
  query = lan_word_query_new (typed, data[0] & 1);
  CHECK (query->n_parts <= LAN_WORD_QUERY_PARTS);
  found = lan_word_query_find (query, text, ranges, 8);
  CHECK (found == lan_word_query_find (query, text, NULL, 0));
  CHECK (ranges->len <= 8 && (!found || ranges->len > 0 || query->n_parts == 0));
  for (guint i = 0; i < ranges->len; i++) {
    const LanWordRange *range = &g_array_index (ranges, LanWordRange, i);

    CHECK (range->start < range->end && range->end <= strlen (text));
    CHECK (i == 0 || range->start > end);
    end = range->end;
  }
  (void) lan_word_query_has_prefix (query);
  return 0;
}
