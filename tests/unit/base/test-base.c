/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bytes.h"
#include "lan-change.h"
#include "lan-deadlines.h"
#include "lan-id.h"
#include "lan-random.h"
#include "lan-status.h"
#include "lan-text.h"
#include "test-file-name.h"
#include "test-words.h"

#include <string.h>

static void
test_bytes_round_trip (void)
{
  guint8 buf[64];
  LanWriter w;
  LanReader r;

  lan_writer_init (&w, buf, sizeof buf);
  lan_write_u8 (&w, 0xfe);
  lan_write_u16 (&w, 0x1234);
  lan_write_u32 (&w, 0x12345678);
  lan_write_u64 (&w, 0x123456789abcdef0);
  lan_write_u16_be (&w, 0x1234);
  lan_write_u32_be (&w, 0x12345678);
  lan_write_u64_be (&w, 0x123456789abcdef0);
  lan_write_zeros (&w, 3);
  g_assert_false (w.failed);
  g_assert_cmpuint (buf[1], ==, 0x34);
  g_assert_cmpuint (buf[15], ==, 0x12);

  lan_reader_init (&r, buf, w.len);
  g_assert_cmpuint (lan_read_u8 (&r), ==, 0xfe);
  g_assert_cmpuint (lan_read_u16 (&r), ==, 0x1234);
  g_assert_cmpuint (lan_read_u32 (&r), ==, 0x12345678);
  g_assert_cmpuint (lan_read_u64 (&r), ==, 0x123456789abcdef0);
  g_assert_cmpuint (lan_read_u16_be (&r), ==, 0x1234);
  g_assert_cmpuint (lan_read_u32_be (&r), ==, 0x12345678);
  g_assert_cmpuint (lan_read_u64_be (&r), ==, 0x123456789abcdef0);
  g_assert_false (lan_reader_done (&r));
  g_assert_nonnull (lan_read_span (&r, 3));
  g_assert_true (lan_reader_done (&r));
}

static void
test_bytes_never_past_end (void)
{
  const guint8 in[3] = { 1, 2, 3 };
  guint8 out[2];
  LanReader r;
  LanWriter w;

  lan_reader_init (&r, in, sizeof in);
  g_assert_cmpuint (lan_read_u16 (&r), ==, 0x0201);
  g_assert_cmpuint (lan_read_u32 (&r), ==, 0);
  g_assert_true (r.failed);
  g_assert_cmpuint (lan_read_u8 (&r), ==, 0);
  g_assert_cmpuint (lan_reader_left (&r), ==, 0);
  g_assert_null (lan_read_span (&r, G_MAXSIZE));
  g_assert_false (lan_reader_done (&r));

  lan_writer_init (&w, out, sizeof out);
  lan_write_u32 (&w, 1);
  g_assert_true (w.failed);
  lan_write_u8 (&w, 1);
  g_assert_cmpuint (w.len, ==, 0);
}

static void
test_ids (void)
{
  LanDeviceId a, b;
  g_autofree char *hex = NULL;

  g_assert_true (lan_device_id_from_hex (&a, "00000000000000ff"));
  g_assert_true (lan_device_id_from_hex (&b, "000000000000FF00"));
  g_assert_cmpint (lan_device_id_compare (&a, &b), <, 0);
  g_assert_false (lan_device_id_equal (&a, &b));
  hex = lan_device_id_to_hex (&b);
  g_assert_cmpstr (hex, ==, "000000000000ff00");
  g_assert_false (lan_device_id_from_hex (&a, "00"));
  g_assert_false (lan_device_id_from_hex (&a, "000000000000ff0g"));
  g_assert_false (lan_device_id_from_hex (&a, NULL));
  memset (&a, 0, sizeof a);
  g_assert_true (lan_device_id_is_zero (&a));
}

static void
test_deadlines_order (void)
{
  g_autoptr (LanDeadlines) d = lan_deadlines_new ();
  int key = 0;
  gpointer popped;
  guint what;

  g_assert_cmpint (lan_deadlines_next (d), ==, LAN_NO_DEADLINE);
  g_assert_false (lan_deadlines_pop (d, G_MAXINT64, &popped, &what));
  lan_deadlines_set (d, &key, 1, 50);
  lan_deadlines_set (d, &key, 2, 20);
  lan_deadlines_set (d, &key, 3, 20);
  lan_deadlines_set (d, &key, 4, 90);
  lan_deadlines_set (d, &key, 1, 10);
  lan_deadlines_cancel (d, &key, 4);
  lan_deadlines_cancel (d, &key, 5);
  g_assert_false (lan_deadlines_pop (d, 9, &popped, &what));
  for (guint expect = 1; expect <= 3; expect++) {
    g_assert_true (lan_deadlines_pop (d, 20, &popped, &what));
    g_assert_cmpuint (what, ==, expect);
    g_assert_true (popped == &key);
  }
  g_assert_cmpuint (lan_deadlines_count (d), ==, 0);
}

static void
test_deadlines_random (void)
{
  g_autoptr (LanDeadlines) d = lan_deadlines_new ();
  LanSeededRandom seeded;
  guint8 keys[16];
  gint64 last = 0;
  gpointer popped;
  guint what, n = 0;

  lan_seeded_random_init (&seeded, 7);
  for (guint i = 0; i < 5000; i++)
    lan_deadlines_set (d, &keys[lan_random_below (&seeded.base, 16)],
                       lan_random_below (&seeded.base, 200),
                       lan_random_below (&seeded.base, 100000));
  for (guint i = 0; i < 8; i++)
    lan_deadlines_cancel_all (d, &keys[i]);
  while (lan_deadlines_next (d) != LAN_NO_DEADLINE) {
    gint64 due = lan_deadlines_next (d);

    g_assert_cmpint (due, >=, last);
    last = due;
    g_assert_true (lan_deadlines_pop (d, due, &popped, &what));
    g_assert_true ((guint8 *) popped >= &keys[8]);
    n++;
  }
  g_assert_cmpuint (n, >, 500);
}

static void
test_random (void)
{
  LanSeededRandom a, b;
  guint seen[5] = { 0 };

  lan_seeded_random_init (&a, 1);
  lan_seeded_random_init (&b, 1);
  g_assert_cmpuint (lan_random_u64 (&a.base), ==, lan_random_u64 (&b.base));
  g_assert_cmpuint (lan_random_u32 (&a.base), ==, lan_random_u32 (&b.base));
  for (guint i = 0; i < 500; i++)
    seen[lan_random_below (&a.base, 5)]++;
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (seen[i], >, 50);
  g_assert_cmpuint (lan_random_below (&a.base, 0), ==, 0);
}

static void
assert_line (const char *in, const char *expect)
{
  g_autofree char *out = lan_text_clean_line (in, -1, LAN_NAME_MAX_BYTES);

  g_assert_cmpstr (out, ==, expect);
}

/* SECURITY section 10, T10, T14, T28: what a name may contain. */
static void
test_text_hostile (void)
{
  g_autofree char *big = g_strnfill (1024 * 1024, 'w');
  g_autofree char *cut = lan_text_clean_line (big, -1, LAN_NAME_MAX_BYTES);
  g_autofree char *wide = lan_text_clean_line ("王晓雯王晓雯王晓雯王晓雯王晓雯王晓雯", -1, 47);
  g_autofree char *block = lan_text_clean_block ("a\n\tb\x1b[1m \xc2\x85", -1, 100);

  assert_line ("  Li \t\n Wei ", "Li Wei");
  assert_line ("a\x1b[31mb", "a[31mb");
  assert_line ("gpj.\xe2\x80\xae"
               "exe",
               "gpj.exe");
  assert_line ("\xe2\x81\xa6x\xe2\x81\xa9", "x");
  assert_line ("\xff\xfe"
               "a",
               "\xef\xbf\xbd\xef\xbf\xbd"
               "a");
  assert_line ("e\xcc\x81", "\xc3\xa9");
  assert_line ("<b>&amp;</b>", "<b>&amp;</b>");
  assert_line ("\xe2\x80\x8b\xef\xbb\xbf", "");
  g_assert_cmpuint (strlen (cut), ==, LAN_NAME_MAX_BYTES);
  g_assert_cmpuint (strlen (wide), ==, 45);
  g_assert_true (g_utf8_validate (wide, -1, NULL));
  g_assert_cmpstr (block, ==, "a\n\tb[1m ");
  g_assert_true (lan_text_is_clean_name ("林子墨"));
  g_assert_false (lan_text_is_clean_name (""));
  g_assert_false (lan_text_is_clean_name (" x"));
  g_assert_false (lan_text_is_clean_name (big));
}

static void
test_text_skeleton (void)
{
  g_autofree char *latin = lan_text_skeleton ("Paypal Corp");
  g_autofree char *mixed = lan_text_skeleton ("P\xd0\xb0yp\xd0\xb0l C0rp");
  g_autofree char *other = lan_text_skeleton ("Li Wei");

  g_assert_cmpstr (latin, ==, mixed);
  g_assert_cmpstr (latin, !=, other);
}

static void
test_changes (void)
{
  g_autoptr (GPtrArray) changes = lan_changes_new ();
  LanChange *c = lan_changes_add (changes, LAN_CHANGE_PERSON);
  LanPersonRow copy;

  c->person.name = g_strdup ("Li");
  c->person.list = g_bytes_new_static ("x", 1);
  lan_person_row_copy (&copy, &c->person);
  g_assert_cmpstr (copy.name, ==, "Li");
  g_assert_true (copy.name != c->person.name);
  lan_person_row_clear (&copy);
  g_assert_null (copy.name);
  for (int t = LAN_CHANGE_DEVICE; t <= LAN_CHANGE_OPERATION; t++)
    lan_changes_add (changes, (LanChangeType) t);
  g_assert_cmpuint (changes->len, ==, 11);
  for (int i = 0; i < LAN_TRUST_N; i++)
    g_assert_cmpstr (lan_trust_name ((LanTrust) i), !=, i == 0 ? "" : "claimed");
  g_assert_cmpstr (lan_transfer_state_name (LAN_TRANSFER_CANCELLED), ==, "cancelled");
}

static void
test_status (void)
{
  for (int i = 0; i < LAN_STATUS_N; i++)
    g_assert_cmpstr (lan_status_text ((LanStatus) i), !=, "unknown status");
  g_assert_cmpstr (lan_status_name (LAN_STATUS_REPLAY), ==, "REPLAY");
  g_assert_cmpstr (lan_status_name ((LanStatus) 99), ==, "UNKNOWN");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/bytes/round-trip", test_bytes_round_trip);
  g_test_add_func ("/base/bytes/never-past-end", test_bytes_never_past_end);
  g_test_add_func ("/base/ids", test_ids);
  g_test_add_func ("/base/deadlines/order", test_deadlines_order);
  g_test_add_func ("/base/deadlines/random", test_deadlines_random);
  g_test_add_func ("/base/random", test_random);
  g_test_add_func ("/base/text/hostile", test_text_hostile);
  g_test_add_func ("/base/text/skeleton", test_text_skeleton);
  g_test_add_func ("/base/changes", test_changes);
  g_test_add_func ("/base/status", test_status);
  lan_test_file_name_add ();
  lan_test_manifest_add ();
  lan_test_words_add ();
  return g_test_run ();
}
