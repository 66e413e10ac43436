/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Looking for emoji in two languages, in the table that the program carries. */
#include "lan-emoji.h"

#include <lan-content.h>

static LanEmojiTable *table;

static const char *
best (const char *query)
{
  g_autoptr (GPtrArray) found = lan_emoji_table_search (table, query, 8);

  return found->len > 0 ? ((LanEmoji *) g_ptr_array_index (found, 0))->text : "";
}

static gboolean
finds (const char *query, const char *text)
{
  g_autoptr (GPtrArray) found = lan_emoji_table_search (table, query, 60);

  for (guint i = 0; i < found->len; i++) {
    if (g_str_equal (((LanEmoji *) g_ptr_array_index (found, i))->text, text))
      return TRUE;
  }
  return FALSE;
}

static void
test_table (void)
{
  GPtrArray *all = lan_emoji_table_get_all (table);
  guint groups[LAN_EMOJI_GROUPS] = { 0 };

  g_assert_cmpuint (all->len, >, 1800);
  for (guint i = 0; i < all->len; i++) {
    const LanEmoji *emoji = g_ptr_array_index (all, i);

    groups[emoji->group]++;
    g_assert_cmpstr (emoji->names[LAN_EMOJI_ENGLISH], !=, "");
    g_assert_cmpstr (emoji->names[LAN_EMOJI_CHINESE], !=, "");
    for (guint tone = 0; tone < LAN_EMOJI_TONES; tone++) {
      g_autofree char *text = lan_emoji_dup_toned (emoji, tone);

      if (!lan_emoji_is_valid (text) && !g_ascii_isdigit (*text) && *text != '#' && *text != '*')
        g_error ("no reaction: %s (%s)", text, emoji->names[0]);
      g_assert_true (lan_emoji_table_find (table, text) == emoji);
    }
  }
  for (int i = 0; i < LAN_EMOJI_GROUPS; i++)
    g_assert_cmpuint (groups[i], >, 50);
}

static void
test_search (void)
{
  g_autoptr (GPtrArray) none = lan_emoji_table_search (table, " _ ", 8);
  g_autoptr (GPtrArray) few = lan_emoji_table_search (table, "face", 3);

  g_assert_cmpstr (best ("grinning face"), ==, "😀");
  g_assert_cmpstr (best ("Grinning_Face"), ==, "😀");
  g_assert_cmpstr (best ("thumbs up"), ==, "👍");
  g_assert_cmpstr (best ("大笑"), ==, "😄");
  g_assert_cmpstr (best ("咖啡"), ==, "☕");
  g_assert_cmpstr (best ("red heart"), ==, "❤️");
  g_assert_true (finds ("笑", "😂"));
  g_assert_true (finds ("中国", "🇨🇳"));
  g_assert_true (finds ("china", "🇨🇳"));
  g_assert_true (finds ("face tear", "😂"));
  g_assert_true (finds ("coff", "☕"));
  g_assert_false (finds ("offee", "☕"));
  g_assert_false (finds ("coffee elephant", "☕"));
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (few->len, ==, 3);
}

static void
test_tones (void)
{
  const LanEmoji *wave = lan_emoji_table_find (table, "👋");
  const LanEmoji *victory = lan_emoji_table_find (table, "✌️");
  const LanEmoji *dog = lan_emoji_table_find (table, "🐶");
  g_autofree char *dark = lan_emoji_dup_toned (wave, 5);
  g_autofree char *light = lan_emoji_dup_toned (victory, 1);
  g_autofree char *same = lan_emoji_dup_toned (dog, 3);
  g_autofree char *beyond = lan_emoji_dup_toned (wave, 6);

  g_assert_cmpstr (dark, ==, "👋🏿");
  g_assert_cmpstr (light, ==, "✌🏻");
  g_assert_cmpstr (same, ==, "🐶");
  g_assert_cmpstr (beyond, ==, "👋");
  g_assert_null (lan_emoji_table_find (table, "x"));
}

static void
test_recent (void)
{
  g_autofree char *one = lan_emoji_recent_add (NULL, "😀");
  g_autofree char *two = lan_emoji_recent_add (one, "👍");
  g_autofree char *again = lan_emoji_recent_add (two, "😀");
  char *many = g_strdup (again);
  g_auto (GStrv) kept = NULL;

  g_assert_cmpstr (one, ==, "😀");
  g_assert_cmpstr (two, ==, "👍 😀");
  g_assert_cmpstr (again, ==, "😀 👍");
  for (guint i = 0; i < 40; i++) {
    const LanEmoji *emoji = g_ptr_array_index (lan_emoji_table_get_all (table), i);
    char *next = lan_emoji_recent_add (many, emoji->text);

    g_free (many);
    many = next;
  }
  kept = g_strsplit (many, " ", -1);
  g_assert_cmpuint (g_strv_length (kept), ==, LAN_EMOJI_RECENT_MAX);
  g_free (many);
}

static void
assert_query (const char *line, const char *expected, glong before)
{
  glong chars = -1;
  g_autofree char *query = lan_emoji_find_query (line, &chars);

  g_assert_cmpstr (query, ==, expected);
  if (expected != NULL)
    g_assert_cmpint (chars, ==, before);
}

static void
test_query (void)
{
  assert_query (":sm", "sm", 0);
  assert_query ("you :thumbs_up", "thumbs_up", 4);
  assert_query ("好的 ：笑", "笑", 3);
  assert_query ("😀:grin", "grin", 1);
  assert_query (":s", NULL, 0);
  assert_query (":", NULL, 0);
  assert_query ("", NULL, 0);
  assert_query ("12:30", NULL, 0);
  assert_query ("https:ab", NULL, 0);
  assert_query ("他说：好", NULL, 0);
  assert_query (":smile now", NULL, 0);
  assert_query ("::smile", NULL, 0);
  assert_query (":a_name_that_is_longer_than_any", NULL, 0);
}

/* A table that is damaged is shorter, nothing else. */
static void
test_damaged (void)
{
  static const char data[] = "smileys\t😀\t\tgrin\t\t嘿嘿\t\nnothing\t😀\t\ta\tb\tc\td\nsmileys\t\t\t"
                             "\t\t\t\nsmileys\t😃\t\n\xff\t";
  g_autoptr (LanEmojiTable) odd = lan_emoji_table_new (data, sizeof data - 1);
  g_autoptr (LanEmojiTable) empty = lan_emoji_table_new ("", 0);

  g_assert_cmpuint (lan_emoji_table_get_all (odd)->len, ==, 1);
  g_assert_cmpuint (lan_emoji_table_get_all (empty)->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = NULL;
  gsize len;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (g_file_get_contents (EMOJI_TABLE, &data, &len, NULL));
  table = lan_emoji_table_new (data, len);
  g_test_add_func ("/app/emoji/table", test_table);
  g_test_add_func ("/app/emoji/search", test_search);
  g_test_add_func ("/app/emoji/tones", test_tones);
  g_test_add_func ("/app/emoji/recent", test_recent);
  g_test_add_func ("/app/emoji/query", test_query);
  g_test_add_func ("/app/emoji/damaged", test_damaged);
  status = g_test_run ();
  lan_emoji_table_free (table);
  return status;
}
