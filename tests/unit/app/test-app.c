/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The part of the app without widgets: what texts of others become, and how things are told.
 */
#include "lan-chat-text.h"
#include "lan-file-kind.h"
#include "lan-format.h"

#include <string.h>

#define MINUTE ((gint64) 60 * 1000)

static void
test_initials (void)
{
  static const struct {
    const char *name;
    int size;
    const char *initials;
  } cases[] = {
    { "Li Wei", 40, "Li Wei" },
    { "王晓雯", 40, "晓 雯" },
    { "李伟", 40, "李 伟" },
    { "王晓雯", 28, "雯" },
    { "Li 伟", 40, "伟" },
    { "伟", 40, "伟" },
    { "", 40, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *initials = lan_chat_text_initials (cases[i].name, cases[i].size);

    g_assert_cmpstr (initials, ==, cases[i].initials);
  }
}

static void
test_preview (void)
{
  g_autofree char *one = lan_chat_text_preview ("a\n\n b\tc", 80);
  g_autofree char *cut = lan_chat_text_preview ("合同已经盖章", 4);

  g_assert_cmpstr (one, ==, "a b c");
  g_assert_cmpstr (cut, ==, "合同已经");
}

static void
test_parse_uri (void)
{
  g_autofree char *id = g_strnfill (64, 'A');
  g_autofree char *good = g_strconcat ("lanyard:", id, NULL);
  g_autofree char *slashes = g_strconcat ("LANYARD://", id, "/", NULL);
  g_autofree char *longer = g_strconcat (good, "0", NULL);
  g_autofree char *lower = g_ascii_strdown (id, -1);
  g_autofree char *a = lan_chat_text_parse_uri (good);
  g_autofree char *b = lan_chat_text_parse_uri (slashes);

  g_assert_cmpstr (a, ==, lower);
  g_assert_cmpstr (b, ==, lower);
  g_assert_null (lan_chat_text_parse_uri (longer));
  g_assert_null (lan_chat_text_parse_uri ("lanyard:12"));
  g_assert_null (lan_chat_text_parse_uri ("https://a.example"));
}

static void
test_matches (void)
{
  g_assert_true (lan_chat_text_matches ("Anna Keller", "kel ann"));
  g_assert_true (lan_chat_text_matches ("王晓雯", "晓"));
  g_assert_true (lan_chat_text_matches ("Ａnna", "anna"));
  g_assert_true (lan_chat_text_matches ("x", ""));
  g_assert_false (lan_chat_text_matches ("Anna", "anne"));
}

static void
test_grouping (void)
{
  gint64 noon = 1800000000000;

  g_assert_true (lan_chat_text_joins (noon, noon + 5 * MINUTE));
  g_assert_false (lan_chat_text_joins (noon, noon + 5 * MINUTE + 1));
  g_assert_cmpstr (lan_bubble_class (lan_bubble_place (FALSE, FALSE)), ==, "one");
  g_assert_cmpstr (lan_bubble_class (lan_bubble_place (FALSE, TRUE)), ==, "first");
  g_assert_cmpstr (lan_bubble_class (lan_bubble_place (TRUE, TRUE)), ==, "mid");
  g_assert_cmpstr (lan_bubble_class (lan_bubble_place (TRUE, FALSE)), ==, "last");
}

static gint64
at (int year, int month, int day, int hour, int minute)
{
  g_autoptr (GDateTime) when = g_date_time_new_local (year, month, day, hour, minute, 0);

  return g_date_time_to_unix (when) * 1000;
}

static void
test_times (void)
{
  gint64 now = at (2026, 11, 23, 14, 32);
  static const struct {
    int year, month, day;
    const char *list;
    const char *separator;
  } cases[] = {
    { 2026, 11, 23, "00:05", "Today" },
    { 2026, 11, 22, "Yesterday", "Yesterday" },
    { 2026, 11, 20, "Fri", "Friday, 20 November" },
    { 2026, 3, 9, "9 Mar", "Monday, 9 March" },
    { 2025, 12, 31, "2025-12-31", "Wednesday, 31 December 2025" },
    /* A clock that runs ahead. */
    { 2026, 11, 24, "24 Nov", "Tuesday, 24 November" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gint64 then = at (cases[i].year, cases[i].month, cases[i].day, 0, 5);
    g_autofree char *list = lan_format_list_time (then, now);
    g_autofree char *separator = lan_format_day (then, now);

    g_assert_cmpstr (list, ==, cases[i].list);
    g_assert_cmpstr (separator, ==, cases[i].separator);
  }
  g_assert_false (lan_format_same_day (at (2026, 11, 22, 23, 59), at (2026, 11, 23, 0, 0)));
}

static void
test_figures (void)
{
  g_autofree char *rate = lan_format_rate (88400000);
  g_autofree char *seconds = lan_format_left (17);
  g_autofree char *minutes = lan_format_left (95);
  g_autofree char *unknown = lan_format_left (-1);
  g_autofree char *quick = lan_format_round_trip (312);
  g_autofree char *slow = lan_format_round_trip (38400);
  g_autofree char *number =
      lan_format_number ("012345678901234567890123456789012345678901234567890123456789");

  g_assert_true (g_str_has_prefix (rate, "88.4") && g_str_has_suffix (rate, "MB/s"));
  g_assert_cmpstr (seconds, ==, "17 s left");
  g_assert_cmpstr (minutes, ==, "2 min left");
  g_assert_cmpstr (unknown, ==, "");
  g_assert_cmpstr (quick, ==, "0.3 ms");
  g_assert_cmpstr (slow, ==, "38 ms");
  g_assert_cmpstr (number, ==,
                   "01234 56789 01234 56789\n01234 56789 01234 56789\n01234 56789 01234 56789");
}

/* Row 14: the end of a name decides, and a program says that it is one. */
static void
test_file_kind (void)
{
  g_autofree char *letters = lan_file_kind_letters ("Frame contract 2027.docx");
  g_autofree char *none = lan_file_kind_letters ("README");
  g_autofree char *hidden = lan_file_kind_letters (".bashrc");
  g_autofree char *odd = lan_file_kind_letters ("x.a b");

  g_assert_cmpstr (letters, ==, "DOCX");
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (hidden, ==, "");
  g_assert_cmpstr (odd, ==, "A");
  g_assert_cmpstr (lan_file_kind ("a.PDF").style, ==, "fpdf");
  g_assert_cmpstr (lan_file_kind ("a.unknown").style, ==, "");
  g_assert_true (lan_file_kind ("photo.jpg.exe").is_program);
  g_assert_false (lan_file_kind ("photo.exe.jpg").is_program);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/initials", test_initials);
  g_test_add_func ("/app/preview", test_preview);
  g_test_add_func ("/app/parse-uri", test_parse_uri);
  g_test_add_func ("/app/matches", test_matches);
  g_test_add_func ("/app/grouping", test_grouping);
  g_test_add_func ("/app/times", test_times);
  g_test_add_func ("/app/figures", test_figures);
  g_test_add_func ("/app/t14/file-kind", test_file_kind);
  return g_test_run ();
}
