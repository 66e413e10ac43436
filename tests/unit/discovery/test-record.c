/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-discovery.h"

#include "lan-beacon.h"

#include <string.h>

static const guint8 prefix[LAN_ACCOUNT_PREFIX_BYTES] = { 1, 2, 3, 0, 0xff, '=' };

static LanDiscoveryRecord
visible (const char *name)
{
  LanDiscoveryRecord record;

  lan_discovery_record_init_visible (&record, 24789, name, prefix, 2);
  return record;
}

static LanDiscoveryRecord
hidden (guint n_tags)
{
  guint8 nonce[LAN_BEACON_NONCE_BYTES], tags[LAN_CONTACT_TAGS_MAX][LAN_CONTACT_TAG_BYTES];
  LanDiscoveryRecord record;

  memset (nonce, 7, sizeof nonce);
  memset (tags, 9, sizeof tags);
  lan_discovery_record_init_hidden (&record, 1, nonce, tags[0], n_tags);
  return record;
}

static LanStatus
read_txt (GPtrArray *items, LanDiscoveryRecord *out)
{
  LanTxtReader reader;

  lan_txt_reader_init (&reader);
  for (guint i = 0; i < items->len; i++) {
    gsize len;
    const guint8 *bytes = g_bytes_get_data (items->pdata[i], &len);

    (void) lan_txt_reader_add (&reader, bytes, len);
  }
  return lan_txt_reader_finish (&reader, out);
}

static void
assert_round_trip (const LanDiscoveryRecord *record)
{
  g_autoptr (GPtrArray) items = lan_discovery_record_to_txt (record);
  LanDiscoveryRecord from_txt;
  LanBeacon beacon = { .instance.b = { 5, 6 }, .interval_ms = 1900, .record = *record };
  LanBeacon back;
  guint8 bytes[LAN_BEACON_MAX_BYTES];
  gsize len;

  for (guint i = 0; i < items->len; i++)
    g_assert_cmpuint (g_bytes_get_size (items->pdata[i]), <=, LAN_TXT_ITEM_MAX_BYTES);
  g_assert_cmpint (read_txt (items, &from_txt), ==, LAN_STATUS_OK);
  g_assert_true (lan_discovery_record_equal (record, &from_txt));
  len = lan_beacon_encode (&beacon, bytes);
  g_assert_cmpint (lan_beacon_decode (&back, bytes, len), ==, LAN_STATUS_OK);
  g_assert_true (lan_discovery_record_equal (record, &back.record));
  g_assert_true (lan_instance_id_equal (&beacon.instance, &back.instance));
  g_assert_cmpuint (back.interval_ms, ==, 1900);
  g_assert_false (back.bye);
  for (gsize cut = 0; cut < len; cut++)
    g_assert_cmpint (lan_beacon_decode (&back, bytes, cut), !=, LAN_STATUS_OK);
  bytes[len] = 0;
  g_assert_cmpint (lan_beacon_decode (&back, bytes, len + 1), ==, LAN_STATUS_OVERSIZED);
}

static void
test_round_trip (void)
{
  LanDiscoveryRecord records[] = {
    visible ("Li Wei"), visible ("王晓雯王晓雯王晓雯王晓雯"), visible (""),
    hidden (0),         hidden (LAN_CONTACT_TAGS_MAX),
  };

  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    assert_round_trip (&records[i]);
  g_assert_false (lan_discovery_record_equal (&records[0], &records[1]));
  g_assert_false (lan_discovery_record_equal (&records[0], &records[3]));
}

static LanStatus
read_strings (const char *const *items)
{
  LanTxtReader reader;
  LanDiscoveryRecord record;

  lan_txt_reader_init (&reader);
  for (; *items != NULL; items++)
    (void) lan_txt_reader_add (&reader, (const guint8 *) *items, strlen (*items));
  return lan_txt_reader_finish (&reader, &record);
}

#define ID    "i=0123456789abcdef"
#define NONCE "b=0123456789abcdef"

static void
assert_txt (LanStatus expect, const char *a, const char *b, const char *c, const char *d,
            const char *e)
{
  const char *const items[] = { a, b, c, d, e, NULL };

  g_assert_cmpstr (lan_status_name (read_strings (items)), ==, lan_status_name (expect));
}

static void
test_txt_strict (void)
{
  assert_txt (LAN_STATUS_OK, "v=1", "p=1", "n=", ID, "s=0");
  assert_txt (LAN_STATUS_OK, "v=1", "p=65535", NONCE, "t=", "future=1");
  assert_txt (LAN_STATUS_OK, "v=1", "p=1", NONCE, "t=01234567", "");
  assert_txt (LAN_STATUS_VERSION, "v=2", "p=1", "n=", ID, "s=0");
  assert_txt (LAN_STATUS_MALFORMED, "v=x", "p=1", "n=", ID, "s=0");
  assert_txt (LAN_STATUS_MALFORMED, "v=01", "p=1", "n=", ID, "s=0");
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=0", "n=", ID, "s=0");
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=65536", "n=", ID, "s=0");
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=", "n=", ID, "s=0");
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=-1", "n=", ID, "s=0");
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=1", "n=", ID, "s=16");
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=1", "n=", "i=short", "s=0");
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=1", "n=", ID, NULL);
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=1", "p=1", ID, "s=0");
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=1", NONCE, "t=0123456", NULL);
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=1", NONCE, "t=", "n=Li");
  assert_txt (LAN_STATUS_MALFORMED, NULL, NULL, NULL, NULL, NULL);
}

/* T20: what a service of 64 KB looks like, and thousands of items. */
static void
test_txt_bounds (void)
{
  g_autofree char *big = g_strnfill (64 * 1024, 'x');
  g_autofree char *item = g_strnfill (LAN_TXT_ITEM_MAX_BYTES, 'x');
  g_autofree char *tags = g_strdup_printf ("t=%0200d", 0);
  LanDiscoveryRecord record = { .port = 77 };
  LanTxtReader reader;

  assert_txt (LAN_STATUS_OVERSIZED, big, "p=1", "n=", ID, "s=0");
  assert_txt (LAN_STATUS_MALFORMED, "v=1", "p=1", NONCE, tags, NULL);
  lan_txt_reader_init (&reader);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (lan_txt_reader_add (&reader, (guint8 *) item, strlen (item)), ==,
                     LAN_STATUS_OK);
  g_assert_cmpint (lan_txt_reader_add (&reader, (guint8 *) item, strlen (item)), ==,
                   LAN_STATUS_OVERSIZED);
  lan_txt_reader_init (&reader);
  for (guint i = 0; i < 10000; i++)
    (void) lan_txt_reader_add (&reader, (const guint8 *) "x", 1);
  g_assert_cmpint (lan_txt_reader_finish (&reader, &record), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpuint (record.port, ==, 77);
}

/* SECURITY section 10, T10, T14: names are made safe where they come in. */
static void
test_hostile_names (void)
{
  const char *const items[] = { "v=1",
                                "p=1",
                                "n=\xe2\x80\xae"
                                "exe\x1b[31m\n",
                                ID,
                                "s=0",
                                NULL };
  LanDiscoveryRecord record = visible ("a\xe2\x80\xae"
                                       "b\nc");
  LanBeacon beacon = { .interval_ms = 1900, .record = record };
  guint8 bytes[LAN_BEACON_MAX_BYTES];
  gsize len;
  LanTxtReader reader;

  g_assert_cmpstr (record.name, ==, "ab c");
  lan_txt_reader_init (&reader);
  for (guint i = 0; items[i] != NULL; i++)
    (void) lan_txt_reader_add (&reader, (const guint8 *) items[i], strlen (items[i]));
  g_assert_cmpint (lan_txt_reader_finish (&reader, &record), ==, LAN_STATUS_OK);
  g_assert_cmpstr (record.name, ==, "exe[31m");
  len = lan_beacon_encode (&beacon, bytes);
  bytes[len - 1] = 0xff;
  bytes[len - 2] = 0;
  g_assert_cmpint (lan_beacon_decode (&beacon, bytes, len), ==, LAN_STATUS_OK);
  g_assert_true (g_utf8_validate (beacon.record.name, -1, NULL));
}

static LanStatus
decode_with (gsize at, guint8 value)
{
  LanBeacon beacon = { .interval_ms = 1900, .record = visible ("Li") };
  guint8 bytes[LAN_BEACON_MAX_BYTES];
  gsize len = lan_beacon_encode (&beacon, bytes);

  bytes[at] = value;
  return lan_beacon_decode (&beacon, bytes, len);
}

static void
test_beacon_strict (void)
{
  guint8 huge[LAN_BEACON_MAX_BYTES + 1] = { 0 };
  LanBeacon beacon = { .interval_ms = 1900, .bye = TRUE, .record = hidden (3) };
  guint8 bytes[LAN_BEACON_MAX_BYTES];
  gsize len = lan_beacon_encode (&beacon, bytes);

  g_assert_cmpint (lan_beacon_decode (&beacon, bytes, len), ==, LAN_STATUS_OK);
  g_assert_true (beacon.bye);
  bytes[34] = LAN_CONTACT_TAGS_MAX + 1;
  g_assert_cmpint (lan_beacon_decode (&beacon, bytes, len), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (lan_beacon_decode (&beacon, huge, sizeof huge), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (decode_with (0, 'x'), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (decode_with (4, 2), ==, LAN_STATUS_VERSION);
  g_assert_cmpint (decode_with (5, 4), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (decode_with (7, 0), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (decode_with (7, 255), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (decode_with (18, 16), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (decode_with (35, 49), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (decode_with (35, 48), ==, LAN_STATUS_TRUNCATED);
}

void
add_record_tests (void)
{
  g_test_add_func ("/discovery/record/round-trip", test_round_trip);
  g_test_add_func ("/discovery/record/txt-strict", test_txt_strict);
  g_test_add_func ("/discovery/record/txt-bounds", test_txt_bounds);
  g_test_add_func ("/discovery/record/hostile-names", test_hostile_names);
  g_test_add_func ("/discovery/beacon/strict", test_beacon_strict);
}
