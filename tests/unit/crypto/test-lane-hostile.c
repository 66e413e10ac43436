/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lane-pair.h"

#include "lan-deadlines.h"
#include "lan-lane-record.h"
#include "lan-lane-suite.h"

#include <string.h>

static LanStatus
last_failure (const LanLaneEvent *events, guint n)
{
  for (guint i = 0; i < n; i++)
    if (events[i].type == LAN_LANE_FAILED)
      return events[i].status;
  return LAN_STATUS_OK;
}

static GBytes *
take (LanLane *lane)
{
  GBytes *bytes = lan_lane_take_output (lane);

  g_assert_nonnull (bytes);
  return bytes;
}

static LanStatus
feed_bytes (LanLane *lane, GBytes *bytes, gint64 now_us)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  return lan_lane_feed (lane, data, len, now_us);
}

static LanLane *
another_listener (LanePair *p)
{
  LanLaneConfig config;
  LanLane *lane;

  lane_pair_config (p, FALSE, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK, &config);
  lane = lan_lane_new_listener (&config, p->now_us);
  g_assert_nonnull (lane);
  return lane;
}

static void
test_preambles (void)
{
  static const struct {
    guint at;
    guint8 value;
    LanStatus status;
  } bad[] = {
    { 0, 'M', LAN_STATUS_MALFORMED }, { 1, 0, LAN_STATUS_MALFORMED },
    { 2, 2, LAN_STATUS_VERSION },     { 2, 0, LAN_STATUS_VERSION },
    { 3, 0, LAN_STATUS_MALFORMED },   { 3, 7, LAN_STATUS_MALFORMED },
    { 3, 255, LAN_STATUS_MALFORMED }, { 4, 0, LAN_STATUS_MALFORMED },
    { 4, 4, LAN_STATUS_MALFORMED },   { 4, 255, LAN_STATUS_MALFORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    guint8 preamble[LAN_LANE_PREAMBLE_BYTES], id[LAN_LANE_ID_BYTES] = { 1 };
    LanePair p;

    lane_pair_init (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
    lan_lane_preamble_write (preamble, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK, id);
    preamble[bad[i].at] = bad[i].value;
    g_assert_cmpint (lan_lane_feed (p.listener, preamble, sizeof preamble, p.now_us), ==,
                     bad[i].status);
    /* Nothing is answered to a stranger, and nothing more is taken from him. */
    g_assert_null (lan_lane_take_output (p.listener));
    g_assert_cmpint (lan_lane_feed (p.listener, preamble, sizeof preamble, p.now_us), ==,
                     bad[i].status);
    lane_pair_clear (&p);
  }
}

static void
test_refused_kind (void)
{
  LanePair p;

  lane_pair_init (&p, LAN_LANE_KIND_BULK, LAN_LANE_PATTERN_XX);
  p.refuse = TRUE;
  lane_pair_pump (&p);
  g_assert_cmpint (last_failure (p.events[1], p.n_events[1]), ==, LAN_STATUS_MISMATCH);
  g_assert_cmpuint (p.n_events[0], ==, 0);
  lane_pair_clear (&p);
}

/* SECURITY 1.6: an IK1 whose ts is not new gets no answer at all. */
static void
test_ik1_replay (void)
{
  g_autoptr (GBytes) first = NULL;
  LanLane *again;
  LanePair p;

  lane_pair_init (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
  first = take (p.dialer);
  g_assert_cmpint (feed_bytes (p.listener, first, p.now_us), ==, LAN_STATUS_OK);
  g_assert_cmpuint (lan_lane_output_size (p.listener), >, 0);
  /* Replayed before the first lane is confirmed: answered, never reported. */
  again = another_listener (&p);
  g_assert_cmpint (feed_bytes (again, first, p.now_us), ==, LAN_STATUS_OK);
  g_assert_false (lan_lane_is_open (again));
  lan_lane_free (again);
  lane_pair_pump (&p);
  g_assert_cmpint (p.events[1][0].type, ==, LAN_LANE_ESTABLISHED);
  memcpy (p.greatest_ts, p.events[1][0].remote_hello.ts, LAN_TS_BYTES);
  again = another_listener (&p);
  g_assert_cmpint (feed_bytes (again, first, p.now_us), ==, LAN_STATUS_REPLAY);
  g_assert_null (lan_lane_take_output (again));
  lan_lane_free (again);
  lane_pair_clear (&p);
}

/* A one-time secret is not burnt by somebody who only saw its lane's id, and opens one lane. */
static void
test_psk_is_used_once (void)
{
  guint8 junk[LAN_LANE_PREAMBLE_BYTES + 2 + 48] = { 0 };
  g_autoptr (GBytes) first = NULL;
  LanLane *other;
  LanePair p;

  lane_pair_init (&p, LAN_LANE_KIND_BULK, LAN_LANE_PATTERN_NNPSK0);
  first = take (p.dialer);
  memcpy (junk, g_bytes_get_data (first, NULL), LAN_LANE_PREAMBLE_BYTES + 2);
  g_assert_cmpint (lan_lane_feed (p.listener, junk, sizeof junk, p.now_us), ==, LAN_STATUS_AUTH);
  g_assert_cmpuint (p.psk_used, ==, 0);
  other = another_listener (&p);
  g_assert_cmpint (feed_bytes (other, first, p.now_us), ==, LAN_STATUS_OK);
  g_assert_cmpuint (p.psk_used, ==, 1);
  lan_lane_free (other);
  other = another_listener (&p);
  g_assert_cmpint (feed_bytes (other, first, p.now_us), ==, LAN_STATUS_MISMATCH);
  lan_lane_free (other);
  lane_pair_clear (&p);
}

/* Flips and cuts of the dialler's whole first flight, and of the answer. */
static void
test_flips_in_handshakes (void)
{
  static const LanLanePattern all[] = { LAN_LANE_PATTERN_XX, LAN_LANE_PATTERN_IK,
                                        LAN_LANE_PATTERN_NNPSK0, LAN_LANE_PATTERN_XXPSK0 };

  for (guint c = 0; c < G_N_ELEMENTS (all); c++) {
    gsize len = 1;

    for (gsize i = 0; i < len; i++) {
      g_autoptr (GBytes) flight = NULL;
      g_autofree guint8 *copy = NULL;
      LanePair p;

      lane_pair_init (&p, LAN_LANE_KIND_PEER, all[c]);
      flight = take (p.dialer);
      len = g_bytes_get_size (flight);
      copy = g_memdup2 (g_bytes_get_data (flight, NULL), len);
      copy[i] ^= 0x10;
      if (lan_lane_feed (p.listener, copy, len, p.now_us) == LAN_STATUS_OK)
        lane_pair_pump (&p);
      g_assert_false (lan_lane_is_open (p.listener));
      g_assert_false (lan_lane_is_open (p.dialer));
      lane_pair_clear (&p);
    }
  }
}

/* Flips in a record kill the lane: a stream has no honest way to differ. */
static void
test_flips_in_records (void)
{
  gsize len = 1;

  for (gsize i = 0; i < len; i++) {
    g_autoptr (GBytes) flight = NULL;
    g_autofree guint8 *copy = NULL;
    LanePair p;

    lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
    g_assert_cmpint (lan_lane_send (p.dialer, (const guint8 *) "abc", 3), ==, LAN_STATUS_OK);
    flight = take (p.dialer);
    len = g_bytes_get_size (flight);
    copy = g_memdup2 (g_bytes_get_data (flight, NULL), len);
    copy[i] ^= 1;
    if (lan_lane_feed (p.listener, copy, len, p.now_us) == LAN_STATUS_OK)
      g_assert_cmpint (lan_lane_feed_eof (p.listener), ==, LAN_STATUS_TRUNCATED);
    lane_pair_pump (&p);
    g_assert_cmpuint (p.n_events[1], ==, 1);
    g_assert_cmpint (p.events[1][0].type, ==, LAN_LANE_FAILED);
    lane_pair_clear (&p);
  }
}

static void
test_truncation_is_an_error (void)
{
  LanePair p;

  lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
  g_assert_cmpint (lan_lane_feed_eof (p.listener), ==, LAN_STATUS_TRUNCATED);
  g_assert_cmpint (lan_lane_feed_eof (p.listener), ==, LAN_STATUS_TRUNCATED);
  lane_pair_clear (&p);
}

/* T33: one byte a second at each stage; the lane dies by its clock with almost nothing kept. */
static void
test_t33_slow_loris (void)
{
  for (guint stage = 0; stage < 3; stage++) {
    g_autoptr (GBytes) slow = NULL;
    LanStatus status = LAN_STATUS_OK;
    const guint8 *data;
    gint64 start;
    gsize len, i;
    LanePair p;

    if (stage == 0) {
      lane_pair_init (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
    } else if (stage == 1) {
      lane_pair_init (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_XX);
      slow = take (p.dialer);
      g_assert_cmpint (feed_bytes (p.listener, slow, p.now_us), ==, LAN_STATUS_OK);
      g_clear_pointer (&slow, g_bytes_unref);
      slow = take (p.listener);
      g_assert_cmpint (feed_bytes (p.dialer, slow, p.now_us), ==, LAN_STATUS_OK);
      g_clear_pointer (&slow, g_bytes_unref);
    } else {
      lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
      g_assert_cmpint (lan_lane_send (p.dialer, p.psk, sizeof p.psk), ==, LAN_STATUS_OK);
    }
    start = p.now_us;
    slow = take (p.dialer);
    data = g_bytes_get_data (slow, &len);
    for (i = 0; i < len && status == LAN_STATUS_OK; i++, p.now_us += G_USEC_PER_SEC)
      status = lan_lane_feed (p.listener, data + i, 1, p.now_us);
    g_assert_cmpint (status, ==, LAN_STATUS_EXPIRED);
    g_assert_cmpint (p.now_us - start, <=, LAN_LANE_RECORD_US + 2 * G_USEC_PER_SEC);
    lane_pair_clear (&p);
  }
}

/* T13: lengths that no honest record has, in the open and during the handshake. */
static void
test_t13_lengths (void)
{
  static const struct {
    guint16 len;
    LanStatus status;
  } lengths[] = {
    { 0, LAN_STATUS_MALFORMED },  { 1, LAN_STATUS_MALFORMED },     { 15, LAN_STATUS_MALFORMED },
    { 18, LAN_STATUS_MALFORMED }, { 65534, LAN_STATUS_OVERSIZED }, { 65535, LAN_STATUS_OVERSIZED },
    { 19, LAN_STATUS_TRUNCATED }, { 65533, LAN_STATUS_TRUNCATED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    guint8 header[2] = { (guint8) (lengths[i].len >> 8), (guint8) lengths[i].len };
    LanStatus status;
    LanePair p;

    lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
    status = lan_lane_feed (p.listener, header, sizeof header, p.now_us);
    if (status == LAN_STATUS_OK)
      status = lan_lane_feed_eof (p.listener); /* then cut */
    g_assert_cmpint (status, ==, lengths[i].status);
    lane_pair_clear (&p);

    /* A handshake message never has more than a kibibyte. */
    lane_pair_init (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_XX);
    status = lan_lane_feed (p.dialer, header, sizeof header, p.now_us);
    g_assert_cmpint (status, ==,
                     lengths[i].len == 0     ? LAN_STATUS_MALFORMED
                     : lengths[i].len > 1024 ? LAN_STATUS_OVERSIZED
                                             : LAN_STATUS_OK);
    lane_pair_clear (&p);
  }
}

static void
test_deadlines (void)
{
  LanePair p;

  lane_pair_init (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_XX);
  g_assert_cmpint (lan_lane_next_deadline (p.listener), ==, p.now_us + LAN_LANE_FIRST_US);
  g_assert_cmpint (lan_lane_advance (p.listener, p.now_us + LAN_LANE_FIRST_US - 1), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_lane_advance (p.listener, p.now_us + LAN_LANE_FIRST_US), ==,
                   LAN_STATUS_EXPIRED);
  g_assert_true (lan_lane_next_deadline (p.listener) == LAN_NO_DEADLINE);
  lane_pair_clear (&p);
}

/* A listener that waits for its confirmation waits no longer than for the rest. */
static void
test_unconfirmed_lane_expires (void)
{
  g_autoptr (GBytes) first = NULL;
  LanePair p;

  lane_pair_init (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
  first = take (p.dialer);
  g_assert_cmpint (feed_bytes (p.listener, first, p.now_us), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_lane_send (p.listener, p.psk, 1), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_lane_next_deadline (p.listener), ==, p.now_us + LAN_LANE_HANDSHAKE_US);
  g_assert_cmpint (lan_lane_advance (p.listener, p.now_us + LAN_LANE_HANDSHAKE_US), ==,
                   LAN_STATUS_EXPIRED);
  lane_pair_clear (&p);
}

/* Records that authenticate and still break a rule: from a peer who holds the keys. */
static void
test_malformed_records (void)
{
  static const struct {
    guint8 plain[6];
    gsize len;
    LanStatus status;
  } bad[] = {
    { { 0, 4, 0, 1, 2, 3 }, 6, LAN_STATUS_MALFORMED }, /* more padding than there is */
    { { 0, 1, 0, 1, 2, 3 }, 6, LAN_STATUS_MALFORMED }, /* padding that is not zero */
    { { 9, 0, 0 }, 3, LAN_STATUS_MALFORMED },          /* unknown type */
    { { 2, 0, 0, 1 }, 4, LAN_STATUS_MALFORMED },       /* END with a body */
    { { 3, 0, 0 }, 3, LAN_STATUS_MALFORMED },          /* error without a code */
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    LanRecordFlow flow[2] = { 0 };
    guint8 sealed[64], out[64], type;
    const guint8 *body;
    gsize body_len;
    LanStatus status;

    g_assert_cmpint (lan_cipher_seal (&flow[0].cipher, NULL, 0, bad[i].plain, bad[i].len, sealed),
                     ==, LAN_STATUS_OK);
    status = lan_record_open (&flow[1], sealed, bad[i].len + 16, out, &type, &body, &body_len);
    /* The two rules of padding are the record's, the others the lane's. */
    g_assert_cmpint (status, ==, i < 2 ? bad[i].status : LAN_STATUS_OK);
  }
}

void
add_lane_hostile_tests (void)
{
  g_test_add_func ("/crypto/lane/preambles", test_preambles);
  g_test_add_func ("/crypto/lane/refused-kind", test_refused_kind);
  g_test_add_func ("/crypto/lane/ik1-replay", test_ik1_replay);
  g_test_add_func ("/crypto/lane/psk-is-used-once", test_psk_is_used_once);
  g_test_add_func ("/crypto/lane/flips-in-handshakes", test_flips_in_handshakes);
  g_test_add_func ("/crypto/lane/flips-in-records", test_flips_in_records);
  g_test_add_func ("/crypto/lane/truncation-is-an-error", test_truncation_is_an_error);
  g_test_add_func ("/crypto/lane/t33-slow-loris", test_t33_slow_loris);
  g_test_add_func ("/crypto/lane/t13-lengths", test_t13_lengths);
  g_test_add_func ("/crypto/lane/deadlines", test_deadlines);
  g_test_add_func ("/crypto/lane/unconfirmed-expires", test_unconfirmed_lane_expires);
  g_test_add_func ("/crypto/lane/malformed-records", test_malformed_records);
}
