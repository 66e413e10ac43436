/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Words of texts, and what is looked for in them. */
#include "test-words.h"
#include "lan-word-query.h"

#include <string.h>

static void
assert_words (const char *text, const char *expected)
{
  g_autoptr (GString) all = g_string_new (NULL);
  LanWords words;

  lan_words_init (&words, text, -1);
  while (lan_words_next (&words)) {
    g_assert_cmpuint (words.start, <, words.end);
    g_assert_cmpuint (words.end, <=, strlen (text));
    g_assert_cmpuint (words.len, ==, strlen (words.word));
    g_string_append_printf (all, "%s%s", all->len > 0 ? " " : "", words.word);
  }
  g_assert_cmpstr (all->str, ==, expected);
}

static void
test_words (void)
{
  assert_words ("", "");
  assert_words ("Hello, World-42!", "hello world 42");
  assert_words ("Ünïcode ÉCOLE Straße œuvre Łódź Άλφας", "unicode ecole strasse oeuvre lodz αλφασ");
  assert_words ("e\xcc\x81t\xc3\xa9", "ete");
  assert_words ("历史记录", "历史 史记 记录 录");
  assert_words ("人", "人");
  assert_words ("发给A组的report，明天", "发给 给 a 组的 的 report 明天 天");
  assert_words ("ＡＢＣ１２", "abc12");
  assert_words ("カメラをコピー", "カメ メラ ラを をコ コピ ピー ー");
  assert_words ("한국어", "한국 국어 어");
  assert_words ("\xef\xa4\x80車", "豈車 車"); /* U+F900 is U+8C48 twice over */
  assert_words ("👍🏽 ok 👨‍👩‍👧 好🎉", "ok 好");
  assert_words ("1️⃣", "1");
  assert_words ("bad\xff\xfe bytes \xe5\x8e", "bad bytes");
}

static void
test_long_word (void)
{
  g_autofree char *text = g_strnfill (10000, 'X');
  LanWords words;

  lan_words_init (&words, text, -1);
  g_assert_true (lan_words_next (&words));
  g_assert_cmpuint (words.len, ==, LAN_WORD_MAX_BYTES);
  g_assert_cmpuint (words.end, ==, 10000);
  g_assert_false (lan_words_next (&words));
}

/* @marked: the text with [ and ] around each hit; NULL: it is not found. */
static void
assert_found (const char *query_text, gboolean is_typing, const char *text, const char *marked)
{
  g_autoptr (LanWordQuery) query = lan_word_query_new (query_text, is_typing);
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (LanWordRange));
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean found = lan_word_query_find (query, text, ranges, 100);
  gsize at = 0;

  g_assert_cmpint (found, ==, marked != NULL);
  g_assert_cmpint (lan_word_query_find (query, text, NULL, 0), ==, found);
  if (!found)
    return;
  for (guint i = 0; i < ranges->len; i++) {
    const LanWordRange *range = &g_array_index (ranges, LanWordRange, i);

    g_string_append_len (out, text + at, (gssize) (range->start - at));
    g_string_append_c (out, '[');
    g_string_append_len (out, text + range->start, (gssize) (range->end - range->start));
    g_string_append_c (out, ']');
    at = range->end;
  }
  g_string_append (out, text + at);
  g_assert_cmpstr (out->str, ==, marked);
}

static void
test_found (void)
{
  assert_found ("école", FALSE, "L'ECOLE est finie", "L'[ECOLE] est finie");
  assert_found ("finie ecole", FALSE, "L'école est finie", "L'[école] est [finie]");
  assert_found ("\"ecole est\"", FALSE, "L'école est finie", "L'[école est] finie");
  assert_found ("\"est ecole\"", FALSE, "L'école est finie", NULL);
  assert_found ("eco", FALSE, "L'école est finie", NULL);
  assert_found ("eco*", FALSE, "L'école est finie", "L'[école] est finie");
  assert_found ("eco", TRUE, "L'école est finie", "L'[école] est finie");
  assert_found ("记录", FALSE, "聊天记录在哪里", "聊天[记录]在哪里");
  assert_found ("天记录在", FALSE, "聊天记录在哪里", "聊[天记录在]哪里");
  assert_found ("天在", FALSE, "聊天记录在哪里", NULL);
  assert_found ("里", FALSE, "聊天记录在哪里", "聊天记录在哪[里]");
  assert_found ("录", FALSE, "聊天记录在哪里", "聊天记[录]在哪里");
  assert_found ("给A组", FALSE, "发给A组的report", "发[给A组]的report");
  assert_found ("“发给 a”", FALSE, "发给A组的", "[发给A]组的");
  assert_found ("哈", FALSE, "哈哈哈，哈", "[哈哈哈]，[哈]");
  assert_found ("foo-bar", FALSE, "the Foo/Bar thing", "the [Foo/Bar] thing");
  assert_found ("a a a b", FALSE, "a a b", "[a] [a] [b]");
}

static void
test_query_bounds (void)
{
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (LanWordQuery) none = lan_word_query_new ("👍 !? \" \" *", TRUE);
  g_autoptr (LanWordQuery) query = NULL;

  g_assert_cmpuint (none->n_parts, ==, 0);
  g_assert_false (lan_word_query_has_prefix (none));
  for (guint i = 0; i < 500; i++)
    g_string_append (many, "一二三 x\xff ");
  query = lan_word_query_new (many->str, FALSE);
  g_assert_cmpuint (query->n_parts, ==, LAN_WORD_QUERY_PARTS);
  lan_word_query_free (g_steal_pointer (&query));
  g_string_assign (many, "\"");
  for (guint i = 0; i < 100; i++)
    g_string_append (many, "一");
  query = lan_word_query_new (many->str, FALSE);
  g_assert_cmpuint (query->n_parts, ==, 1);
  g_assert_cmpuint (query->parts[0].n_words, ==, LAN_WORD_QUERY_WORDS);
  g_assert_true (lan_word_query_find (query, many->str, NULL, 0));
}

void
lan_test_words_add (void)
{
  g_test_add_func ("/base/words", test_words);
  g_test_add_func ("/base/words/long", test_long_word);
  g_test_add_func ("/base/word-query/found", test_found);
  g_test_add_func ("/base/word-query/bounds", test_query_bounds);
}
