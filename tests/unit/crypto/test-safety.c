/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-crypto.h"

#include "lan-safety.h"

#include <string.h>

/* Two fixed keys, and what a Python implementation makes of them:
 * d = blake2b (pk, key=bytes (32), person=b"LY1-sn", digest_size=64), and so on. */
static void
fixed_pair (LanAccountId *a, LanAccountId *b)
{
  for (guint i = 0; i < sizeof a->b; i++) {
    a->b[i] = (guint8) i;
    b->b[i] = (guint8) (0xff - i);
  }
}

static void
test_known_answer (void)
{
  guint16 words[LAN_SAFETY_WORDS];
  char number[LAN_SAFETY_DIGITS + 1], swapped[LAN_SAFETY_DIGITS + 1];
  g_autoptr (GString) text = g_string_new (NULL);
  LanAccountId a, b;

  fixed_pair (&a, &b);
  lan_safety_number (&a, &b, number);
  lan_safety_number (&b, &a, swapped);
  g_assert_cmpstr (number, ==, swapped);
  g_assert_cmpstr (number, ==, "477285595507252533448788822560233541369677732647857224332425");
  lan_safety_words (&b, &a, words);
  for (guint i = 0; i < LAN_SAFETY_WORDS; i++) {
    g_autofree char *word = lan_word_dup (LAN_WORDS_ENGLISH, words[i]);

    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", word);
  }
  g_assert_cmpstr (text->str, ==,
                   "stool item limit ocean segment jar switch physical daring ripple pass two");
}

static void
test_matching (void)
{
  guint16 words[LAN_SAFETY_WORDS];
  char number[LAN_SAFETY_DIGITS + 1];
  g_autoptr (GString) spaced = g_string_new (NULL), english = g_string_new ("  ");
  g_autoptr (GString) chinese = g_string_new (NULL);
  LanAccountId a, b;

  fixed_pair (&a, &b);
  lan_safety_number (&a, &b, number);
  for (guint i = 0; i < LAN_SAFETY_DIGITS; i++)
    g_string_append_printf (spaced, "%c%s", number[i], i % 5 == 4 ? " " : "");
  g_assert_true (lan_safety_number_matches (&a, &b, spaced->str));
  g_assert_false (lan_safety_number_matches (&a, &b, spaced->str + 1));
  g_string_append_c (spaced, '1');
  g_assert_false (lan_safety_number_matches (&a, &b, spaced->str));
  g_assert_false (lan_safety_number_matches (&a, &b, ""));

  lan_safety_words (&a, &b, words);
  for (guint i = 0; i < LAN_SAFETY_WORDS; i++) {
    g_autofree char *en = lan_word_dup (LAN_WORDS_ENGLISH, words[i]);
    g_autofree char *zh = lan_word_dup (LAN_WORDS_CHINESE, words[i]);
    g_autofree char *up = g_ascii_strup (en, -1);

    g_string_append_printf (english, "%s, ", i % 2 ? en : up);
    g_string_append (chinese, zh);
  }
  g_assert_true (lan_safety_words_match (&a, &b, english->str));
  g_assert_true (lan_safety_words_match (&a, &b, chinese->str));
  g_assert_false (lan_safety_words_match (&a, &a, english->str));
  g_string_append (english, "abandon");
  g_assert_false (lan_safety_words_match (&a, &b, english->str));
  g_assert_false (lan_safety_words_match (&a, &b, ""));
  g_assert_false (lan_safety_words_match (&a, &b, "\xff"));
}

static void
test_lists (void)
{
  g_autofree char *first = lan_word_dup (LAN_WORDS_ENGLISH, 0);
  g_autofree char *last = lan_word_dup (LAN_WORDS_ENGLISH, 2047);
  g_autofree char *zh_first = lan_word_dup (LAN_WORDS_CHINESE, 0);
  g_autofree char *zh_last = lan_word_dup (LAN_WORDS_CHINESE, 2047);

  g_assert_cmpstr (first, ==, "abandon");
  g_assert_cmpstr (last, ==, "zoo");
  g_assert_cmpstr (zh_first, ==, "的");
  g_assert_cmpstr (zh_last, ==, "歇");
  g_assert_null (lan_word_dup (LAN_WORDS_ENGLISH, 2048));
  for (guint list = 0; list < LAN_WORDS_N; list++) {
    g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < 2048; i++)
      g_assert_true (g_hash_table_add (seen, lan_word_dup (list, i)));
  }
  g_assert_cmpint (lan_word_list_for_locale ("zh_CN.UTF-8"), ==, LAN_WORDS_CHINESE);
  g_assert_cmpint (lan_word_list_for_locale ("C"), ==, LAN_WORDS_ENGLISH);
  g_assert_cmpint (lan_word_list_for_locale (NULL), ==, LAN_WORDS_ENGLISH);
}

static void
test_qr (void)
{
  guint8 code[LAN_SAFETY_QR_BYTES];
  LanAccountId a, b;

  fixed_pair (&a, &b);
  lan_safety_qr (&a, &b, code);
  g_assert_cmpint (lan_safety_qr_check (&b, &a, code, sizeof code), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_safety_qr_check (&a, &b, code, sizeof code), ==, LAN_STATUS_MISMATCH);
  g_assert_cmpint (lan_safety_qr_check (&b, &a, code, 83), ==, LAN_STATUS_TRUNCATED);
  for (guint i = 0; i < sizeof code; i++) {
    code[i] ^= 1;
    g_assert_cmpint (lan_safety_qr_check (&b, &a, code, sizeof code), !=, LAN_STATUS_OK);
    code[i] ^= 1;
  }
}

void
add_safety_tests (void)
{
  g_test_add_func ("/crypto/safety/known-answer", test_known_answer);
  g_test_add_func ("/crypto/safety/matching", test_matching);
  g_test_add_func ("/crypto/safety/lists", test_lists);
  g_test_add_func ("/crypto/safety/qr", test_qr);
}
