/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Words of a text as search knows them (DESIGN section 9). Letters and digits are one word, folded: no
 * case, no diacritics, wide forms as narrow ones. Scripts that are written without spaces
 * (Han, Kana, Hangul, Thai...) give every two neighbours as a word and the last one of a run
 * alone: 历史记录 is 历史 史记 记录 录. All else, emoji too, only divides. A text need not be valid
 * UTF-8. Both the index and what is looked for come from here. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Raised whenever the same text may give other words: what was indexed before is indexed anew. */
#define LAN_WORDS_VERSION 2

#define LAN_WORD_MAX_BYTES 64 /* longer words are cut, here and in what is looked for */

typedef enum {
  LAN_WORD_PLAIN,  /* letters and digits */
  LAN_WORD_PAIR,   /* two neighbours */
  LAN_WORD_TAIL,   /* the last of a run of two or more, alone */
  LAN_WORD_SINGLE, /* a run of one */
} LanWordShape;

typedef struct {
  /* the word */
  char word[LAN_WORD_MAX_BYTES + 1];
  gsize len;
  LanWordShape shape;
  gsize start; /* bytes of the text, end not included */
  gsize end;

  /* private */
  const char *text;
  gsize text_len;
  gsize at;
  char held[8]; /* of a run: the character that was read last */
  gsize held_len;
  gsize held_start;
  gsize held_end;
  gboolean is_paired; /* it is the second of a pair */
} LanWords;

/** Begins with @text, which must stay: @len bytes, or -1 where a NUL ends it. */
void lan_words_init (LanWords *words, const char *text, gssize len);

/** The next word. FALSE: there is none. */
gboolean lan_words_next (LanWords *words);

G_END_DECLS
