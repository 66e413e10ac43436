/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-word-query.h"

#include <string.h>

#define TEXT_MAX_BYTES 1024

/* --- making one --- */

static gboolean
is_quote (gunichar c)
{
  return c == '"' || (c >= 0x201c && c <= 0x201f) || c == 0xff02 || c == 0x300c || c == 0x300d;
}

/* Adds the words of @text as one part; nothing where it has none. */
static void
add_part (LanWordQuery *query, const char *text, gsize len, gboolean may_go_on)
{
  LanWordPart *part;
  LanWords words;
  LanWordShape shape = LAN_WORD_PLAIN;

  if (query->n_parts == LAN_WORD_QUERY_PARTS)
    return;
  part = &query->parts[query->n_parts];
  lan_words_init (&words, text, (gssize) len);
  while (part->n_words < LAN_WORD_QUERY_WORDS && lan_words_next (&words)) {
    shape = words.shape;
    part->words[part->n_words++] = g_strdup (words.word);
  }
  /* The last character alone says where a run ends; what is looked for may stand amid one. */
  if (part->n_words > 1 && shape == LAN_WORD_TAIL)
    g_clear_pointer (&part->words[--part->n_words], g_free);
  part->is_prefix = shape == LAN_WORD_SINGLE || (may_go_on && shape == LAN_WORD_PLAIN);
  query->n_parts += part->n_words > 0;
}

LanWordQuery *
lan_word_query_new (const char *text, gboolean is_typing)
{
  LanWordQuery *query = g_new0 (LanWordQuery, 1);
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) strnlen (text, TEXT_MAX_BYTES));
  const char *begin = valid, *p = valid;
  gboolean in_quotes = FALSE;

  for (;; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    gboolean quote = is_quote (c);

    if (c != 0 && !quote && (in_quotes || !g_unichar_isspace (c)))
      continue;
    if (p > begin)
      add_part (query, begin, (gsize) (p - begin),
                !in_quotes && (p[-1] == '*' || (c == 0 && is_typing)));
    if (c == 0)
      break;
    if (quote)
      in_quotes = !in_quotes;
    begin = g_utf8_next_char (p);
  }
  return query;
}

void
lan_word_query_free (LanWordQuery *query)
{
  if (query == NULL)
    return;
  for (guint i = 0; i < query->n_parts; i++) {
    for (guint j = 0; j < query->parts[i].n_words; j++)
      g_free (query->parts[i].words[j]);
  }
  g_free (query);
}

gboolean
lan_word_query_has_prefix (const LanWordQuery *query)
{
  for (guint i = 0; i < query->n_parts; i++) {
    if (query->parts[i].is_prefix)
      return TRUE;
  }
  return FALSE;
}

/* --- looking into a text --- */

/* A part on its way through a text: bit n is set where the last n + 1 words were its first ones. */
typedef struct {
  guint32 reached;
  gsize starts[LAN_WORD_QUERY_WORDS]; /* by number of the word in the text, modulo */
  gboolean is_found;
} Walk;

static gboolean
fits (const LanWordPart *part, guint i, const LanWords *words)
{
  gboolean is_last = i + 1 == part->n_words;

  if (is_last && part->is_prefix)
    return strncmp (words->word, part->words[i], strlen (part->words[i])) == 0;
  return strcmp (words->word, part->words[i]) == 0;
}

/* A prefix is marked as far as it goes; of a pair that is its first character. */
static gsize
end_of_hit (const LanWordPart *part, const LanWords *words)
{
  if (part->is_prefix && words->shape == LAN_WORD_PAIR)
    return words->start + (gsize) g_utf8_skip[(guint8) words->text[words->start]];
  return words->end;
}

static gboolean
step (const LanWordPart *part, Walk *walk, guint number, const LanWords *words, LanWordRange *hit)
{
  guint32 before = walk->reached << 1 | 1;
  guint last = part->n_words - 1;

  walk->reached = 0;
  walk->starts[number % LAN_WORD_QUERY_WORDS] = words->start;
  for (guint i = 0; i <= last; i++) {
    if ((before >> i & 1) != 0 && fits (part, i, words))
      walk->reached |= 1U << i;
  }
  if ((walk->reached >> last & 1) == 0)
    return FALSE;
  walk->is_found = TRUE;
  hit->start = walk->starts[(number - last) % LAN_WORD_QUERY_WORDS];
  hit->end = end_of_hit (part, words);
  return TRUE;
}

static int
compare_ranges (gconstpointer a, gconstpointer b, gpointer data)
{
  const LanWordRange *one = a, *two = b;

  return one->start < two->start ? -1 : one->start > two->start;
}

static void
merge (GArray *ranges, guint from, guint max)
{
  LanWordRange *all = (LanWordRange *) (gpointer) ranges->data;
  guint n = from;

  g_qsort_with_data (all + from, (int) (ranges->len - from), sizeof *all, compare_ranges, NULL);
  for (guint i = from; i < ranges->len; i++) {
    if (n > from && all[i].start <= all[n - 1].end)
      all[n - 1].end = MAX (all[n - 1].end, all[i].end);
    else
      all[n++] = all[i];
  }
  g_array_set_size (ranges, MIN (n, from + max));
}

gboolean
lan_word_query_find (const LanWordQuery *query, const char *text, GArray *ranges, guint max)
{
  Walk walks[LAN_WORD_QUERY_PARTS] = { 0 };
  guint from = ranges != NULL ? ranges->len : 0;
  gboolean is_whole = TRUE;
  LanWordRange hit;
  LanWords words;

  lan_words_init (&words, text, -1);
  for (guint number = 0; lan_words_next (&words); number++) {
    for (guint i = 0; i < query->n_parts; i++) {
      if (step (&query->parts[i], &walks[i], number, &words, &hit) && ranges != NULL &&
          ranges->len - from < max * 4)
        g_array_append_val (ranges, hit);
    }
  }
  for (guint i = 0; i < query->n_parts; i++)
    is_whole = is_whole && walks[i].is_found;
  if (ranges != NULL)
    merge (ranges, from, max);
  return is_whole;
}
