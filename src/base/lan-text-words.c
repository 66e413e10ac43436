/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-text-words.h"

#include <string.h>

typedef enum {
  KIND_NONE,
  KIND_LETTER,
  KIND_RUN, /* of a script without spaces */
  KIND_MARK,
} Kind;

void
lan_words_init (LanWords *words, const char *text, gssize len)
{
  memset (words, 0, sizeof *words);
  words->text = text;
  words->text_len = len < 0 ? strlen (text) : (gsize) len;
}

static gboolean
is_script_of_runs (gunichar c)
{
  switch (g_unichar_get_script (c)) {
  case G_UNICODE_SCRIPT_HAN:
  case G_UNICODE_SCRIPT_HIRAGANA:
  case G_UNICODE_SCRIPT_KATAKANA:
  case G_UNICODE_SCRIPT_HANGUL:
  case G_UNICODE_SCRIPT_BOPOMOFO:
  case G_UNICODE_SCRIPT_YI:
  case G_UNICODE_SCRIPT_THAI:
  case G_UNICODE_SCRIPT_LAO:
  case G_UNICODE_SCRIPT_KHMER:
  case G_UNICODE_SCRIPT_MYANMAR:
    return TRUE;
  default:
    return c == 0x30fc; /* the long vowel of Kana is of no script */
  }
}

static Kind
kind_of (gunichar c)
{
  if (c < 0x80)
    return g_ascii_isalnum ((char) c) ? KIND_LETTER : KIND_NONE;
  if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3))
    return KIND_RUN;
  if (g_unichar_ismark (c))
    return KIND_MARK;
  if (!g_unichar_isalnum (c))
    return KIND_NONE;
  return is_script_of_runs (c) ? KIND_RUN : KIND_LETTER;
}

/* One character at @words->at; where the bytes are no UTF-8, one byte that only divides. */
static gunichar
peek (const LanWords *words, gsize *len)
{
  const char *p = words->text + words->at;
  gsize left = words->text_len - words->at;
  gunichar c;

  *len = 1;
  if ((guint8) *p < 0x80)
    return (guint8) *p;
  c = g_utf8_get_char_validated (p, (gssize) left);
  if (c == (gunichar) -1 || c == (gunichar) -2)
    return 0;
  *len = (gsize) (g_utf8_skip[(guint8) *p]);
  return c;
}

/* Letters that no decomposition makes plain. */
static const char *
plain_form (gunichar c)
{
  switch (c) {
  case 0xdf:
    return "ss";
  case 0xe6:
    return "ae";
  case 0xf8:
    return "o";
  case 0x111:
    return "d";
  case 0x131:
    return "i";
  case 0x142:
    return "l";
  case 0x153:
    return "oe";
  case 0x3c2:
    return "σ";
  default:
    return NULL;
  }
}

static gsize
put (gunichar c, char *to)
{
  gunichar lower = g_unichar_tolower (c);
  const char *plain = plain_form (lower);
  gsize len;

  if (plain == NULL)
    return (gsize) g_unichar_to_utf8 (lower, to);
  len = strlen (plain);
  memcpy (to, plain, len);
  return len;
}

/* @to: room for all that one character comes to. */
static gsize
fold_letter (gunichar c, char *to)
{
  gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
  gsize n, len = 0;

  if (c < 0x80) {
    *to = g_ascii_tolower ((char) c);
    return 1;
  }
  n = g_unichar_fully_decompose (c, TRUE, parts, G_N_ELEMENTS (parts));
  for (gsize i = 0; i < n; i++) {
    if (g_unichar_isalnum (parts[i]))
      len += put (parts[i], to + len);
  }
  return len;
}

/* A whole word of letters and digits. FALSE: it folded to nothing. */
static gboolean
take_letters (LanWords *words)
{
  char folded[G_UNICHAR_MAX_DECOMPOSITION_LENGTH * 6];
  gboolean is_full = FALSE;

  words->len = 0;
  words->start = words->at;
  words->shape = LAN_WORD_PLAIN;
  while (words->at < words->text_len) {
    gsize step, n;
    gunichar c = peek (words, &step);
    Kind kind = kind_of (c);

    if (kind != KIND_LETTER && kind != KIND_MARK)
      break;
    words->at += step;
    n = kind == KIND_LETTER && !is_full ? fold_letter (c, folded) : 0;
    is_full = is_full || words->len + n > LAN_WORD_MAX_BYTES;
    if (is_full)
      continue;
    memcpy (words->word + words->len, folded, n);
    words->len += n;
  }
  words->end = words->at;
  words->word[words->len] = '\0';
  return words->len > 0;
}

/* Ideographs that Unicode has twice are one; everything else of a run stays as it is. */
static void
hold (LanWords *words, gunichar c, gsize step)
{
  gunichar one = c;

  if ((c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f))
    (void) g_unichar_fully_decompose (c, FALSE, &one, 1);
  words->held_len = (gsize) g_unichar_to_utf8 (one, words->held);
  words->held_start = words->at;
  words->held_end = words->at + step;
  words->at += step;
}

/* What is held becomes a word, with its neighbour where it has one. */
static void
take_held (LanWords *words)
{
  gsize step = 1;
  gunichar c = 0;
  Kind kind = KIND_MARK;

  memcpy (words->word, words->held, words->held_len);
  words->len = words->held_len;
  words->start = words->held_start;
  words->end = words->held_end;
  for (; words->at < words->text_len; words->at += step) {
    c = peek (words, &step);
    kind = kind_of (c);
    if (kind != KIND_MARK)
      break;
  }
  if (kind == KIND_RUN) {
    hold (words, c, step);
    memcpy (words->word + words->len, words->held, words->held_len);
    words->len += words->held_len;
    words->end = words->held_end;
    words->shape = LAN_WORD_PAIR;
    words->is_paired = TRUE;
  } else {
    words->shape = words->is_paired ? LAN_WORD_TAIL : LAN_WORD_SINGLE;
    words->held_len = 0;
    words->is_paired = FALSE;
  }
  words->word[words->len] = '\0';
}

gboolean
lan_words_next (LanWords *words)
{
  while (words->held_len == 0 && words->at < words->text_len) {
    gsize step;
    gunichar c = peek (words, &step);

    switch (kind_of (c)) {
    case KIND_RUN:
      hold (words, c, step);
      break;
    case KIND_LETTER:
      if (take_letters (words))
        return TRUE;
      break;
    case KIND_NONE:
    case KIND_MARK:
    default:
      words->at += step;
      break;
    }
  }
  if (words->held_len == 0)
    return FALSE;
  take_held (words);
  return TRUE;
}
