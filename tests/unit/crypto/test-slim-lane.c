/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lane-pair.h"

#include "lan-deadlines.h"
#include "lan-slim-lane.h"

#include <string.h>

typedef struct {
  LanePair pair;
  LanSlimPool *pool;
  LanSlimLane *slim; /* in the listener's place */
  GString *heard;
  guint frames;
} SlimPair;

static void
on_frame (gpointer user_data, const guint8 *frame, gsize len)
{
  SlimPair *p = user_data;

  p->frames++;
  g_string_append_len (p->heard, (const char *) frame, (gssize) len);
}

static void
slim_init (SlimPair *p, LanLanePattern pattern)
{
  *p = (SlimPair){ .pool = lan_slim_pool_new (), .heard = g_string_new (NULL) };
  lane_pair_establish (&p->pair, LAN_LANE_KIND_SERVER, pattern);
  p->slim = lan_slim_lane_adopt (p->pool, p->pair.listener, p->pair.now_us);
  g_assert_nonnull (p->slim);
}

static void
slim_clear (SlimPair *p)
{
  lan_slim_lane_free (p->pool, p->slim);
  lan_slim_pool_free (p->pool);
  lane_pair_clear (&p->pair);
  g_string_free (p->heard, TRUE);
}

/* What the dialler has sealed goes to the slim lane in pieces of @chunk bytes. */
static LanStatus
to_slim (SlimPair *p, gsize chunk)
{
  g_autoptr (GBytes) out = lan_lane_take_output (p->pair.dialer);
  gsize len = 0;
  const guint8 *data = out != NULL ? g_bytes_get_data (out, &len) : NULL;
  g_autofree guint8 *copy = g_memdup2 (data, len);
  LanStatus status = LAN_STATUS_OK;

  for (gsize at = 0; at < len && status == LAN_STATUS_OK; at += chunk)
    status =
        lan_slim_lane_feed (p->slim, copy + at, MIN (chunk, len - at), p->pair.now_us, on_frame, p);
  return status;
}

static void
send_text (SlimPair *p, const char *text)
{
  g_assert_cmpint (lan_lane_send (p->pair.dialer, (const guint8 *) text, strlen (text)), ==,
                   LAN_STATUS_OK);
}

static void
test_both_ways (void)
{
  static const gsize chunks[] = { 1, 2, 3, 7, 21, 22, 23, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    LanLaneEvent event;
    SlimPair p;

    slim_init (&p, LAN_LANE_PATTERN_XK);
    send_text (&p, "one ");
    send_text (&p, "two ");
    send_text (&p, "three");
    g_assert_cmpint (to_slim (&p, chunks[i]), ==, LAN_STATUS_OK);
    g_assert_cmpstr (p.heard->str, ==, "one two three");
    g_assert_cmpuint (p.frames, ==, 3);
    g_assert_true (lan_slim_lane_due (p.slim) == LAN_NO_DEADLINE);
    g_assert_cmpuint (lan_slim_lane_memory (p.slim), <, 256);

    g_assert_cmpint (lan_slim_lane_send (p.slim, (const guint8 *) "back", 4, p.pair.now_us, out),
                     ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_lane_feed (p.pair.dialer, out->data, out->len, p.pair.now_us), ==,
                     LAN_STATUS_OK);
    g_assert_true (lan_lane_next_event (p.pair.dialer, &event));
    g_assert_cmpmem (g_bytes_get_data (event.frame, NULL), g_bytes_get_size (event.frame), "back",
                     4);
    lan_lane_event_clear (&event);
    slim_clear (&p);
  }
}

/* Bytes that came in one read with the end of the handshake. */
static void
test_cut_at_adoption (void)
{
  SlimPair p = { .pool = lan_slim_pool_new (), .heard = g_string_new (NULL) };
  g_autoptr (GBytes) out = NULL;
  const guint8 *data;
  gsize len;

  lane_pair_establish (&p.pair, LAN_LANE_KIND_SERVER, LAN_LANE_PATTERN_NK);
  g_assert_cmpint (lan_lane_send (p.pair.dialer, (const guint8 *) "early", 5), ==, LAN_STATUS_OK);
  out = lan_lane_take_output (p.pair.dialer);
  data = g_bytes_get_data (out, &len);
  g_assert_cmpint (lan_lane_feed (p.pair.listener, data, 10, p.pair.now_us), ==, LAN_STATUS_OK);
  p.slim = lan_slim_lane_adopt (p.pool, p.pair.listener, p.pair.now_us);
  g_assert_nonnull (p.slim);
  g_assert_null (lan_slim_lane_adopt (p.pool, p.pair.listener, p.pair.now_us));
  g_assert_cmpint (lan_slim_lane_due (p.slim), <, LAN_NO_DEADLINE);
  {
    g_autofree guint8 *rest = g_memdup2 (data + 10, len - 10);

    g_assert_cmpint (lan_slim_lane_feed (p.slim, rest, len - 10, p.pair.now_us, on_frame, &p), ==,
                     LAN_STATUS_OK);
  }
  g_assert_cmpstr (p.heard->str, ==, "early");
  slim_clear (&p);
}

/* A key that was used is changed after two minutes, and the other side follows. */
static void
test_rekey_by_time (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  LanLaneEvent event;
  guint plain_len, n = 0;
  SlimPair p;

  slim_init (&p, LAN_LANE_PATTERN_XK);
  for (guint i = 0; i < 3; i++) {
    guint before = out->len;

    g_assert_cmpint (lan_slim_lane_send (p.slim, (const guint8 *) "tick", 4, p.pair.now_us, out),
                     ==, LAN_STATUS_OK);
    if (i == 0)
      plain_len = out->len;
    else
      g_assert_cmpuint (out->len - before, >, plain_len);
    p.pair.now_us += LAN_SLIM_LANE_REKEY_US;
  }
  g_assert_cmpint (lan_lane_feed (p.pair.dialer, out->data, out->len, p.pair.now_us), ==,
                   LAN_STATUS_OK);
  for (; lan_lane_next_event (p.pair.dialer, &event); n++)
    lan_lane_event_clear (&event);
  g_assert_cmpuint (n, ==, 3);
  slim_clear (&p);
}

static void
feed_bad (guint8 *bytes, gsize len, LanStatus want)
{
  SlimPair p;

  slim_init (&p, LAN_LANE_PATTERN_XK);
  g_assert_cmpint (lan_slim_lane_feed (p.slim, bytes, len, p.pair.now_us, on_frame, &p), ==, want);
  g_assert_cmpint (lan_slim_lane_state (p.slim), ==, LAN_SLIM_LANE_FAILED);
  g_assert_cmpint (lan_slim_lane_feed (p.slim, bytes, len, p.pair.now_us, on_frame, &p), ==,
                   LAN_STATUS_STATE);
  slim_clear (&p);
}

static void
test_hostile (void)
{
  guint8 small[] = { 0, 3, 1, 2, 3 }, huge[] = { 0xff, 0xff, 0 }, junk[40] = { 0, 38 };
  guint8 promise[] = { 0xff, 0xf0, 1, 2, 3 };
  SlimPair p;

  feed_bad (small, sizeof small, LAN_STATUS_MALFORMED);
  feed_bad (huge, sizeof huge, LAN_STATUS_OVERSIZED);
  feed_bad (junk, sizeof junk, LAN_STATUS_AUTH);

  /* A promised record costs what has come of it, and its time runs out. */
  slim_init (&p, LAN_LANE_PATTERN_XK);
  g_assert_cmpint (
      lan_slim_lane_feed (p.slim, promise, sizeof promise, p.pair.now_us, on_frame, &p), ==,
      LAN_STATUS_OK);
  g_assert_cmpuint (lan_slim_lane_memory (p.slim), <, 256);
  g_assert_cmpint (lan_slim_lane_due (p.slim), ==, p.pair.now_us + LAN_LANE_RECORD_US);
  p.pair.now_us += LAN_LANE_RECORD_US;
  g_assert_cmpint (
      lan_slim_lane_feed (p.slim, promise, sizeof promise, p.pair.now_us, on_frame, &p), ==,
      LAN_STATUS_EXPIRED);
  slim_clear (&p);
}

static void
test_ends (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  LanLaneEvent event;
  SlimPair p;

  slim_init (&p, LAN_LANE_PATTERN_XK);
  lan_lane_close (p.pair.dialer);
  g_assert_cmpint (to_slim (&p, 5), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_slim_lane_state (p.slim), ==, LAN_SLIM_LANE_ENDED);
  lan_slim_lane_end (p.slim, out);
  lan_slim_lane_end (p.slim, out);
  g_assert_cmpint (lan_slim_lane_send (p.slim, (const guint8 *) "x", 1, 0, out), ==,
                   LAN_STATUS_STATE);
  g_assert_cmpint (lan_lane_feed (p.pair.dialer, out->data, out->len, p.pair.now_us), ==,
                   LAN_STATUS_OK);
  g_assert_true (lan_lane_next_event (p.pair.dialer, &event));
  g_assert_cmpint (event.type, ==, LAN_LANE_END);
  slim_clear (&p);
}

void
add_slim_lane_tests (void)
{
  g_test_add_func ("/crypto/slim-lane/both-ways", test_both_ways);
  g_test_add_func ("/crypto/slim-lane/cut-at-adoption", test_cut_at_adoption);
  g_test_add_func ("/crypto/slim-lane/rekey-by-time", test_rekey_by_time);
  g_test_add_func ("/crypto/slim-lane/hostile", test_hostile);
  g_test_add_func ("/crypto/slim-lane/ends", test_ends);
}
