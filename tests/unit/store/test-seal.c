/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The seal of a unit and the arithmetic of where units lie. */
#include "lan-page-layout.h"
#include "store-driver.h"
#include "test-store.h"

#include <string.h>

static void
test_seal_round_trip (void)
{
  g_autoptr (LanPageSeal) seal = lan_page_seal_new (store_key ());
  guint8 plain[100], sealed[100], trailer[LAN_PAGE_TRAILER_BYTES], again[100];
  guint8 other_trailer[LAN_PAGE_TRAILER_BYTES];

  memset (plain, 'p', sizeof plain);
  lan_page_seal_close (seal, LAN_PAGE_KIND_WAL, 4096, plain, sizeof plain, sealed, trailer);
  g_assert_cmpint (memcmp (plain, sealed, sizeof plain), !=, 0);
  g_assert_true (
      lan_page_seal_open (seal, LAN_PAGE_KIND_WAL, 4096, sealed, sizeof sealed, trailer, again));
  g_assert_cmpmem (plain, sizeof plain, again, sizeof again);

  lan_page_seal_close (seal, LAN_PAGE_KIND_WAL, 4096, plain, sizeof plain, again, other_trailer);
  g_assert_cmpint (memcmp (trailer, other_trailer, 24), !=, 0);
}

static void
test_seal_refuses (void)
{
  g_autoptr (LanPageSeal) seal = lan_page_seal_new (store_key ());
  g_autoptr (LanPageSeal) other =
      lan_page_seal_new ((const guint8 *) "another key of the same length..");
  guint8 plain[100], sealed[100], trailer[LAN_PAGE_TRAILER_BYTES], out[100];

  memset (plain, 'p', sizeof plain);
  lan_page_seal_close (seal, LAN_PAGE_KIND_MAIN, 0, plain, sizeof plain, sealed, trailer);
  g_assert_false (lan_page_seal_open (other, LAN_PAGE_KIND_MAIN, 0, sealed, 100, trailer, out));
  g_assert_false (lan_page_seal_open (seal, LAN_PAGE_KIND_WAL, 0, sealed, 100, trailer, out));
  g_assert_false (lan_page_seal_open (seal, LAN_PAGE_KIND_MAIN, 4096, sealed, 100, trailer, out));
  g_assert_false (lan_page_seal_open (seal, LAN_PAGE_KIND_MAIN, 0, sealed, 99, trailer, out));
  for (gsize i = 0; i < sizeof sealed + sizeof trailer; i++) {
    guint8 *at = i < sizeof sealed ? &sealed[i] : &trailer[i - sizeof sealed];

    *at ^= 1;
    g_assert_false (lan_page_seal_open (seal, LAN_PAGE_KIND_MAIN, 0, sealed, 100, trailer, out));
    *at ^= 1;
  }
  for (gsize i = 0; i < sizeof out; i++)
    g_assert_cmpint (out[i], ==, 0);
  g_assert_true (lan_page_seal_open (seal, LAN_PAGE_KIND_MAIN, 0, sealed, 100, trailer, out));
}

/* Units follow each other without gap or overlap, in SQLite's eyes and on disk. */
static void
test_layout_tiles (void)
{
  for (LanPageKind kind = LAN_PAGE_KIND_MAIN; kind <= LAN_PAGE_KIND_TEMP; kind++) {
    guint64 logical = 0, stored = 0;

    for (int i = 0; i < 20; i++) {
      LanPageUnit first, last;

      lan_page_unit_at (kind, logical, &first);
      g_assert_cmpuint (first.logical, ==, logical);
      g_assert_cmpuint (first.stored, ==, stored);
      g_assert_cmpuint (first.sealed, <=, first.size + 2);
      g_assert_cmpuint (first.size, <=, LAN_PAGE_UNIT_MAX);
      lan_page_unit_at (kind, logical + first.size - 1, &last);
      g_assert_cmpuint (last.logical, ==, logical);
      logical += first.size;
      stored += first.sealed + LAN_PAGE_TRAILER_BYTES;
      g_assert_cmpuint (lan_page_logical_size (kind, stored), ==, logical);
      g_assert_cmpuint (lan_page_stored_size (kind, logical), ==, stored);
    }
  }
}

static void
test_layout_odd_sizes (void)
{
  for (LanPageKind kind = LAN_PAGE_KIND_JOURNAL; kind <= LAN_PAGE_KIND_TEMP; kind++) {
    for (guint64 size = 0; size < 2000; size++) {
      guint64 end = lan_page_logical_size (kind, lan_page_stored_size (kind, size));

      g_assert_cmpuint (end, >=, size);
      g_assert_cmpuint (end, <, size + LAN_PAGE_BLOCK_BYTES);
    }
    g_assert_cmpuint (lan_page_logical_size (kind, 1), ==, LAN_PAGE_BLOCK_BYTES);
  }
  g_assert_cmpuint (lan_page_logical_size (LAN_PAGE_KIND_WAL, 71), ==, 0);
  g_assert_cmpuint (lan_page_stored_size (LAN_PAGE_KIND_WAL, 0), ==, 0);
}

void
add_seal_tests (void)
{
  g_test_add_func ("/store/seal/round-trip", test_seal_round_trip);
  g_test_add_func ("/store/seal/refuses", test_seal_refuses);
  g_test_add_func ("/store/layout/tiles", test_layout_tiles);
  g_test_add_func ("/store/layout/odd-sizes", test_layout_odd_sizes);
}
