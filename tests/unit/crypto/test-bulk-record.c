/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Records sealed in pieces are the records every lane has: held against the cipher as a whole. */
#include "lan-bulk-record.h"
#include "lan-cipher.h"
#include "lane-pair.h"

#include <string.h>

static const guint8 key[LAN_KEY_BYTES] = { 9, 8, 7 };
static const gsize sizes[] = { 0,    1,    15,   16,    17,    63,    64,   65,
                               8191, 8192, 8193, 52480, 65407, 65408, 12345 };

static void
fill_head (guint8 head[LAN_BULK_RECORD_HEAD_BYTES])
{
  for (guint i = 0; i < LAN_BULK_RECORD_HEAD_BYTES; i++)
    head[i] = (guint8) (i + 1);
}

static void
test_same_bytes (void)
{
  g_autoptr (LanBulkFlow) out = lan_bulk_flow_new (key);
  g_autoptr (LanBulkFlow) in = lan_bulk_flow_new (key);
  LanCipher whole = { .n = 0 };
  guint8 *payload = g_malloc (65408), *sealed = g_malloc (LAN_BULK_RECORD_ROOM);
  guint8 *plain = g_malloc (65535), *opened = g_malloc (65408);

  memcpy (whole.key, key, sizeof key);
  for (guint i = 0; i < 65408; i++)
    payload[i] = (guint8) (i * 13 + (i >> 8));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    guint8 head[LAN_BULK_RECORD_HEAD_BYTES];
    LanBulkRecord record;
    gsize len, size;

    fill_head (head);
    g_assert_cmpint (lan_bulk_flow_seal (out, head, payload, sizes[i], sealed, &len), ==,
                     LAN_STATUS_OK);
    g_assert_cmpuint (len, ==, sizes[i] + LAN_BULK_RECORD_OVERHEAD);
    g_assert_cmpint (lan_bulk_record_measure (sealed, len, &size), ==, LAN_STATUS_OK);
    g_assert_cmpuint (size, ==, len);
    g_assert_cmpint (lan_cipher_open (&whole, NULL, 0, sealed + 2, len - 2, plain), ==,
                     LAN_STATUS_OK);
    g_assert_cmpmem (plain, 3, "\0\0\0", 3);
    g_assert_cmpmem (plain + 3, sizeof head, head, sizeof head);
    g_assert_cmpmem (plain + 64, sizes[i], payload, sizes[i]);
    g_assert_cmpint (lan_bulk_flow_open (in, sealed, len, &record), ==, LAN_STATUS_OK);
    g_assert_cmpint (record.type, ==, LAN_BULK_RECORD_MESSAGE);
    g_assert_cmpuint (record.payload_len, ==, sizes[i]);
    g_assert_cmpmem (record.head, sizeof head, head, sizeof head);
    lan_bulk_flow_take_payload (in, &record, opened);
    g_assert_cmpmem (opened, sizes[i], payload, sizes[i]);
  }
  g_free (payload);
  g_free (sealed);
  g_free (plain);
  g_free (opened);
}

/* Every single bit counts, and a refused record leaves the flow where it was. */
static void
test_flipped (void)
{
  g_autoptr (LanBulkFlow) out = lan_bulk_flow_new (key);
  g_autoptr (LanBulkFlow) in = lan_bulk_flow_new (key);
  guint8 head[LAN_BULK_RECORD_HEAD_BYTES], sealed[LAN_BULK_RECORD_OVERHEAD + 40 + 21];
  g_autofree guint8 *room = g_malloc (LAN_BULK_RECORD_ROOM);
  LanBulkRecord record;
  gsize len;

  fill_head (head);
  g_assert_cmpint (lan_bulk_flow_seal (out, head, head, 40, room, &len), ==, LAN_STATUS_OK);
  for (gsize bit = 16; bit < len * 8; bit++) {
    memcpy (sealed, room, len);
    sealed[bit / 8] ^= (guint8) (1u << bit % 8);
    g_assert_cmpint (lan_bulk_flow_open (in, sealed, len, &record), ==, LAN_STATUS_AUTH);
  }
  g_assert_cmpint (lan_bulk_flow_open (in, room, len, &record), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_bulk_flow_open (in, room, len, &record), ==, LAN_STATUS_AUTH); /* replay */
}

/* The key changes by itself, by count, and both sides follow. */
static void
test_rekey (void)
{
  g_autoptr (LanBulkFlow) out = lan_bulk_flow_new (key);
  g_autoptr (LanBulkFlow) in = lan_bulk_flow_new (key);
  g_autofree guint8 *room = g_malloc (LAN_BULK_RECORD_ROOM);
  guint8 head[LAN_BULK_RECORD_HEAD_BYTES];
  guint rekeys = 0;

  fill_head (head);
  for (guint i = 0; i < 140000; i++) {
    LanBulkRecord record;
    gsize len, size, at = 0;

    g_assert_cmpint (lan_bulk_flow_seal (out, head, NULL, 0, room, &len), ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_bulk_record_measure (room, len, &size), ==, LAN_STATUS_OK);
    if (size < len) {
      g_assert_cmpint (lan_bulk_flow_open (in, room, size, &record), ==, LAN_STATUS_OK);
      g_assert_cmpint (record.type, ==, LAN_BULK_RECORD_EMPTY);
      at = size;
      rekeys++;
    }
    g_assert_cmpint (lan_bulk_flow_open (in, room + at, len - at, &record), ==, LAN_STATUS_OK);
    g_assert_cmpint (record.type, ==, LAN_BULK_RECORD_MESSAGE);
  }
  g_assert_cmpuint (rekeys, ==, 2);
}

/* Out of a lane after its handshake: the flows of both sides fit, END is heard. */
static void
test_taken (void)
{
  LanePair p;
  LanBulkFlow *flows[4];
  guint8 head[LAN_BULK_RECORD_HEAD_BYTES], end[64];
  g_autofree guint8 *room = g_malloc (LAN_BULK_RECORD_ROOM);
  LanBulkRecord record;
  gsize len;

  lane_pair_init (&p, LAN_LANE_KIND_BULK, LAN_LANE_PATTERN_NNPSK0);
  g_assert_cmpint (lan_lane_take_flows (p.dialer, &flows[0], &flows[1]), ==, LAN_STATUS_STATE);
  lane_pair_clear (&p);
  lane_pair_establish (&p, LAN_LANE_KIND_BULK, LAN_LANE_PATTERN_NNPSK0);
  g_assert_cmpint (lan_lane_take_flows (p.dialer, &flows[0], &flows[1]), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_lane_take_flows (p.listener, &flows[2], &flows[3]), ==, LAN_STATUS_OK);
  g_assert_false (lan_lane_is_open (p.dialer));
  fill_head (head);
  for (guint i = 0; i < 2; i++) {
    LanBulkFlow *from = flows[i * 2], *to = flows[3 - i * 2];

    g_assert_cmpint (lan_bulk_flow_seal (from, head, head, 10, room, &len), ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_bulk_flow_open (to, room, len, &record), ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_bulk_flow_seal_end (from, end, &len), ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_bulk_flow_open (to, end, len, &record), ==, LAN_STATUS_OK);
    g_assert_cmpint (record.type, ==, LAN_BULK_RECORD_END);
  }
  for (guint i = 0; i < 4; i++)
    lan_bulk_flow_free (flows[i]);
  lane_pair_clear (&p);
}

/* Fed what it wants and no more, a listener takes nothing beyond its handshake. */
static void
test_wanted (void)
{
  LanePair p;
  g_autoptr (GByteArray) wire = g_byte_array_new ();
  gsize at = 0;

  lane_pair_init (&p, LAN_LANE_KIND_BULK, LAN_LANE_PATTERN_NNPSK0);
  for (guint turn = 0; turn < 2; turn++) {
    g_autoptr (GBytes) out = lan_lane_take_output (p.dialer);
    g_autoptr (GBytes) back = NULL;
    gsize len;
    const guint8 *bytes = g_bytes_get_data (out, &len);

    g_byte_array_append (wire, bytes, (guint) len);
    if (turn == 1) /* what the taker is to find untouched */
      g_byte_array_append (wire, (const guint8 *) "after", 5);
    while (!lan_lane_is_open (p.listener) && at < wire->len) {
      gsize n = MIN (lan_lane_wanted (p.listener), wire->len - at);

      g_assert_cmpuint (n, >, 0);
      g_assert_cmpint (lan_lane_feed (p.listener, wire->data + at, n, p.now_us), ==, LAN_STATUS_OK);
      at += n;
    }
    back = lan_lane_take_output (p.listener);
    if (back != NULL) {
      bytes = g_bytes_get_data (back, &len);
      g_assert_cmpint (lan_lane_feed (p.dialer, bytes, len, p.now_us), ==, LAN_STATUS_OK);
    }
  }
  g_assert_true (lan_lane_is_open (p.listener));
  g_assert_cmpmem (wire->data + at, wire->len - at, "after", 5);
  lane_pair_clear (&p);
}

void
add_bulk_record_tests (void)
{
  g_test_add_func ("/bulk-record/same-bytes", test_same_bytes);
  g_test_add_func ("/bulk-record/flipped", test_flipped);
  g_test_add_func ("/bulk-record/rekey", test_rekey);
  g_test_add_func ("/bulk-record/taken", test_taken);
  g_test_add_func ("/bulk-record/wanted", test_wanted);
}
