/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-file-name.h"

#include "lan-file-job.h"
#include "lan-file-name.h"
#include "lan-random.h"

#include <string.h>

static void
expect (const char *from, const char *to)
{
  g_autofree char *got = lan_file_name_clean (from, -1);

  g_assert_cmpstr (got, ==, to);
  g_assert_true (lan_file_name_is_clean (got));
}

/* T8: nothing that leads anywhere. */
static void
test_paths (void)
{
  expect ("report.pdf", "report.pdf");
  expect ("../../etc/passwd", "_.._.._etc_passwd");
  expect ("a/../../b", "a_.._.._b");
  expect ("/etc/passwd", "_etc_passwd");
  expect ("~", "_~");
  expect ("~root", "_~root");
  expect ("..", "file");
  expect (".", "file");
  expect ("", "file");
  expect ("   ", "file");
  expect ("C:\\Windows\\x.dll", "C:_Windows_x.dll");
  expect ("a/", "a_");
}

/* T9: files that programs read by themselves do not appear under the name they look for. */
static void
test_hidden (void)
{
  expect (".bashrc", "_.bashrc");
  expect (".ssh", "_.ssh");
  expect ("...x", "_...x");
  expect ("-rf", "_-rf");
  expect (" .profile", "_.profile");
}

/* T10: nothing reaches a terminal that it would obey. */
static void
test_terminal (void)
{
  g_autofree char *with_nul = lan_file_name_clean ("a\0b.txt", 7);

  expect ("\x1b[2Jx.txt", "[2Jx.txt");
  expect ("a\nb\rc\td", "abcd");
  expect ("a\xc2\x85"
          "b",
          "ab");
  expect ("a\xc2\x9b"
          "31mb",
          "a31mb");
  expect ("a\x7f"
          "b",
          "ab");
  expect ("a\u2028b\u2029c", "abc");
  g_assert_cmpstr (with_nul, ==, "a_b.txt");
}

/* T14: what is read is what it is. */
static void
test_bidi_and_forms (void)
{
  expect ("gnp.exe", "gnp.exe");
  expect ("photo\u202egnp.exe", "photognp.exe");
  expect ("a\u2066b\u2069.txt", "ab.txt");
  expect ("a\u200e\u200f\u061c.txt", "a.txt");
  expect ("a\ufeff\u200b\u2060.txt", "a.txt");
  expect ("e\u0301.txt", "\u00e9.txt");
  expect ("\u62a5\u544a.pdf", "\u62a5\u544a.pdf");
  expect ("\xff\xfe.txt", "\ufffd\ufffd.txt");
  expect ("\U0001f468\u200d\U0001f4bb.png", "\U0001f468\u200d\U0001f4bb.png");
}

static void
test_windows (void)
{
  expect ("con", "con_");
  expect ("CON.txt", "CON_.txt");
  expect ("nul.tar.gz", "nul_.tar.gz");
  expect ("Lpt1.doc", "Lpt1_.doc");
  expect ("com\u00b9", "com\u00b9_");
  expect ("com10", "com10");
  expect ("console", "console");
  expect ("aux .c", "aux _.c");
  expect ("name.", "name");
  expect ("name. . .", "name");
}

static void
test_long (void)
{
  g_autofree char *a = g_strnfill (1000, 'a');
  g_autofree char *named = g_strconcat (a, ".tar.gz", NULL);
  g_autofree char *cut = lan_file_name_clean (named, -1);
  g_autofree char *third = lan_file_name_numbered (cut, 3);
  g_autofree char *part = lan_file_name_with_suffix (cut, ".0a1b2c3d.part");
  GString *cjk = g_string_new (NULL);
  g_autofree char *cjk_cut = NULL;

  g_assert_cmpuint (strlen (cut), ==, 255);
  g_assert_true (g_str_has_suffix (cut, ".gz"));
  g_assert_cmpuint (strlen (third), ==, 255);
  g_assert_true (g_str_has_suffix (third, " (3).gz"));
  g_assert_cmpuint (strlen (part), ==, 255);
  g_assert_true (g_str_has_suffix (part, ".gz.0a1b2c3d.part"));
  for (int i = 0; i < 200; i++)
    g_string_append (cjk, "\u6587");
  cjk_cut = lan_file_name_clean (cjk->str, -1);
  g_assert_cmpuint (strlen (cjk_cut), ==, 255);
  g_assert_true (g_utf8_validate (cjk_cut, -1, NULL));
  g_string_free (cjk, TRUE);
}

static void
test_numbered (void)
{
  g_autofree char *first = lan_file_name_numbered ("a.txt", 1);
  g_autofree char *second = lan_file_name_numbered ("a.txt", 2);
  g_autofree char *plain = lan_file_name_numbered ("Makefile", 12);
  g_autofree char *dotted = lan_file_name_numbered ("_.bashrc", 2);

  g_assert_cmpstr (first, ==, "a.txt");
  g_assert_cmpstr (second, ==, "a (2).txt");
  g_assert_cmpstr (plain, ==, "Makefile (12)");
  g_assert_cmpstr (dotted, ==, "_ (2).bashrc");
}

/* Whatever comes in: safe, and stable when cleaned again. */
static void
test_random_names (void)
{
  static const char *const bits[] = { ".",  "..",     "/",      "\\",     "-",          "~",
                                      " ",  "con",    "\u202e", "\u0301", "e",          "\xff",
                                      "\n", "\u6587", "LPT1",   ".txt",   "\U000e0041", "\u200d" };
  LanSeededRandom random;

  lan_seeded_random_init (&random, 7);
  for (int round = 0; round < 20000; round++) {
    g_autoptr (GString) in = g_string_new (NULL);
    guint parts = lan_random_below (&random.base, round % 50 == 0 ? 400 : 12);
    g_autofree char *out = NULL;

    for (guint i = 0; i < parts; i++)
      g_string_append (in, bits[lan_random_below (&random.base, G_N_ELEMENTS (bits))]);
    out = lan_file_name_clean (in->str, (gssize) in->len);
    g_assert_true (lan_file_name_is_clean (out));
    g_assert_true (g_utf8_validate (out, -1, NULL));
    g_assert_null (strpbrk (out, "/\\\n"));
    g_assert_true (out[0] != '.' && out[0] != '-' && out[0] != '~' && out[0] != '\0');
    g_assert_cmpuint (strlen (out), <=, LAN_FILE_NAME_MAX_BYTES);
    for (guint n = 2; n < 4; n++) {
      g_autofree char *numbered = lan_file_name_numbered (out, n);

      g_assert_cmpuint (strlen (numbered), <=, LAN_FILE_NAME_MAX_BYTES);
      g_assert_true (g_utf8_validate (numbered, -1, NULL));
    }
  }
}

static void
test_error_codes (void)
{
  LanFileError error;

  for (int i = 0; i < LAN_FILE_ERROR_N; i++) {
    g_assert_true (lan_file_error_from_code (lan_file_error_code (i), &error));
    g_assert_cmpint (error, ==, i);
    g_assert_nonnull (lan_file_error_text (lan_file_error_code (i)));
  }
  g_assert_false (lan_file_error_from_code ("no such code", &error));
  g_assert_false (lan_file_error_from_code (NULL, &error));
  g_assert_cmpstr (lan_file_error_code (LAN_FILE_ERROR_DISK_FULL), ==, "disk-full");
}

static void
test_jobs (void)
{
  LanMessageId id = { { 1, 2 } };
  g_autoptr (LanFileJob) job = lan_file_job_new (LAN_FILE_JOB_WRITE, &id, 5);
  g_autoptr (LanFileResult) result = lan_file_result_new (job);

  job->path = g_strdup ("/x");
  job->bytes = g_bytes_new_static ("a", 1);
  result->error = g_error_new_literal (LAN_FILE_ERROR, LAN_FILE_ERROR_IO, "x");
  g_assert_cmpuint (result->job, ==, 5);
  g_assert_true (lan_message_id_equal (&result->file, &id));
}

void
lan_test_file_name_add (void)
{
  g_test_add_func ("/base/t8/paths", test_paths);
  g_test_add_func ("/base/t9/hidden", test_hidden);
  g_test_add_func ("/base/t10/terminal", test_terminal);
  g_test_add_func ("/base/t14/bidi-and-forms", test_bidi_and_forms);
  g_test_add_func ("/base/file-name/windows", test_windows);
  g_test_add_func ("/base/file-name/long", test_long);
  g_test_add_func ("/base/file-name/numbered", test_numbered);
  g_test_add_func ("/base/file-name/random", test_random_names);
  g_test_add_func ("/base/file-job/errors", test_error_codes);
  g_test_add_func ("/base/file-job/ownership", test_jobs);
}
