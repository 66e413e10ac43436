/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lane-pair.h"

#include "lan-deadlines.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
  LanLanePattern pattern;
  gboolean dialer_knows, listener_knows, hello;
} patterns[] = {
  { LAN_LANE_PATTERN_XX, TRUE, TRUE, TRUE },        { LAN_LANE_PATTERN_IK, TRUE, TRUE, TRUE },
  { LAN_LANE_PATTERN_XK, TRUE, TRUE, TRUE },        { LAN_LANE_PATTERN_NK, TRUE, FALSE, FALSE },
  { LAN_LANE_PATTERN_NNPSK0, FALSE, FALSE, FALSE }, { LAN_LANE_PATTERN_XXPSK0, TRUE, TRUE, TRUE },
};

static void
check_established (const LanLaneEvent *e, gboolean knows, gboolean hello, TestPerson *other,
                   guint list_seq)
{
  g_assert_cmpint (e->type, ==, LAN_LANE_ESTABLISHED);
  g_assert_cmpint (e->has_remote_static, ==, knows);
  if (knows)
    g_assert_cmpmem (e->remote_static, LAN_KEY_BYTES, lan_device_keys_dh_public (other->device),
                     LAN_KEY_BYTES);
  g_assert_cmpint (e->has_remote_hello, ==, hello);
  if (hello)
    g_assert_cmpuint (e->remote_hello.list_seq, ==, list_seq);
  g_assert_cmpuint (e->lane_id[2], ==, 3);
}

static void
send_ok (LanLane *lane, const char *text)
{
  g_assert_cmpint (lan_lane_send (lane, (const guint8 *) text, strlen (text)), ==, LAN_STATUS_OK);
}

static void
check_frame (const LanLaneEvent *e, const char *text)
{
  g_assert_cmpint (e->type, ==, LAN_LANE_FRAME);
  g_assert_cmpmem (g_bytes_get_data (e->frame, NULL), g_bytes_get_size (e->frame), text,
                   strlen (text));
}

/* Every pattern, with the stream cut in every way that matters. */
static void
test_every_pattern (void)
{
  static const gsize chunks[] = { 0, 1, 2, 3, 20, 22, 150 };

  for (guint i = 0; i < G_N_ELEMENTS (patterns) * G_N_ELEMENTS (chunks); i++) {
    guint c = i / G_N_ELEMENTS (chunks);
    guint8 psk[2][LAN_KEY_BYTES];
    LanePair p;

    lane_pair_init (&p, LAN_LANE_KIND_PEER, patterns[c].pattern);
    p.chunk = chunks[i % G_N_ELEMENTS (chunks)];
    lane_pair_pump (&p);
    g_assert_cmpuint (p.n_events[0], ==, 1);
    g_assert_cmpuint (p.n_events[1], ==, 1);
    check_established (&p.events[0][0], patterns[c].dialer_knows, patterns[c].hello, &p.bob, 8);
    check_established (&p.events[1][0], patterns[c].listener_knows, patterns[c].hello, &p.alice, 7);
    g_assert_cmpmem (p.events[0][0].handshake_hash, 64, p.events[1][0].handshake_hash, 64);
    g_assert_true (lan_lane_next_deadline (p.dialer) == LAN_NO_DEADLINE);
    g_assert_true (lan_lane_next_deadline (p.listener) == LAN_NO_DEADLINE);
    lane_pair_drop_events (&p);

    send_ok (p.dialer, "from the dialler");
    send_ok (p.dialer, "and again");
    send_ok (p.listener, "from the listener");
    lane_pair_pump (&p);
    g_assert_cmpuint (p.n_events[1], ==, 2);
    check_frame (&p.events[1][0], "from the dialler");
    check_frame (&p.events[1][1], "and again");
    check_frame (&p.events[0][0], "from the listener");
    g_assert_cmpint (lan_lane_export_psk (p.dialer, psk[0], TRUE, psk[0]), ==, LAN_STATUS_OK);
    memset (psk, 0, sizeof psk);
    g_assert_cmpint (lan_lane_export_psk (p.dialer, (guint8[16]){ 5 }, TRUE, psk[0]), ==,
                     LAN_STATUS_OK);
    g_assert_cmpint (lan_lane_export_psk (p.listener, (guint8[16]){ 5 }, TRUE, psk[1]), ==,
                     LAN_STATUS_OK);
    g_assert_cmpmem (psk[0], LAN_KEY_BYTES, psk[1], LAN_KEY_BYTES);
    g_assert_cmpint (lan_lane_export_psk (p.listener, (guint8[16]){ 5 }, FALSE, psk[1]), ==,
                     LAN_STATUS_OK);
    g_assert_true (memcmp (psk[0], psk[1], LAN_KEY_BYTES) != 0);
    lane_pair_clear (&p);
  }
}

static void
test_orderly_end (void)
{
  LanePair p;

  lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
  send_ok (p.dialer, "last words");
  lan_lane_close (p.dialer);
  g_assert_cmpint (lan_lane_send (p.dialer, (const guint8 *) "x", 1), ==, LAN_STATUS_STATE);
  send_ok (p.listener, "crossing");
  lane_pair_pump (&p);
  check_frame (&p.events[1][0], "last words");
  g_assert_cmpint (p.events[1][1].type, ==, LAN_LANE_END);
  check_frame (&p.events[0][0], "crossing");
  g_assert_cmpint (p.events[0][1].type, ==, LAN_LANE_END);
  g_assert_cmpint (lan_lane_feed_eof (p.dialer), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_lane_feed_eof (p.listener), ==, LAN_STATUS_OK);
  g_assert_false (lan_lane_is_open (p.listener));
  lane_pair_clear (&p);
}

static void
test_abort_carries_its_code (void)
{
  LanePair p;

  lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_XX);
  lan_lane_abort (p.listener, 9);
  lane_pair_pump (&p);
  g_assert_cmpint (p.events[0][0].type, ==, LAN_LANE_FAILED);
  g_assert_cmpuint (p.events[0][0].remote_code, ==, 9);
  g_assert_true (lan_lane_is_failed (p.dialer));
  lane_pair_clear (&p);
}

static void
test_sizes (void)
{
  g_autofree guint8 *big = g_malloc0 (LAN_LANE_FRAME_MAX + 1);
  LanStatus status = LAN_STATUS_OK;
  LanePair p;

  lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
  g_assert_cmpint (lan_lane_send (p.dialer, big, LAN_LANE_FRAME_MAX + 1), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_lane_send (p.dialer, big, 0), ==, LAN_STATUS_MALFORMED);
  p.chunk = 4000;
  g_assert_cmpint (lan_lane_send (p.dialer, big, LAN_LANE_FRAME_MAX), ==, LAN_STATUS_OK);
  g_assert_cmpuint (lan_lane_output_size (p.dialer), ==, LAN_LANE_FRAME_MAX + 21);
  lane_pair_pump (&p);
  g_assert_cmpuint (g_bytes_get_size (p.events[1][0].frame), ==, LAN_LANE_FRAME_MAX);
  /* What nobody takes is bounded. */
  for (guint i = 0; status == LAN_STATUS_OK && i < 100; i++)
    status = lan_lane_send (p.dialer, big, LAN_LANE_FRAME_MAX);
  g_assert_cmpint (status, ==, LAN_STATUS_LIMIT);
  g_assert_cmpuint (lan_lane_output_size (p.dialer), <, LAN_LANE_OUTPUT_MAX + 70000);
  lane_pair_clear (&p);
}

/* Both directions change their keys by themselves, and nothing is noticed above. */
static void
test_rekey_by_count (void)
{
  guint got = 0;
  LanePair p;

  lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
  for (guint i = 0; i < 140000; i++) {
    g_assert_cmpint (lan_lane_send (p.dialer, (const guint8 *) &i, sizeof i), ==, LAN_STATUS_OK);
    if (i % 50 == 49) {
      lane_pair_pump (&p);
      for (guint k = 0; k < p.n_events[1]; k++, got++)
        g_assert_cmpuint (*(const guint *) g_bytes_get_data (p.events[1][k].frame, NULL), ==, got);
      lane_pair_drop_events (&p);
    }
  }
  g_assert_cmpuint (got, ==, 140000);
  lane_pair_clear (&p);
}

/* T37: a child that was forked with the keys must not seal with them. */
static void
test_t37_forked_child_cannot_send (void)
{
  LanePair p;
  int wait_status;
  pid_t pid;

  lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0) {
    gboolean refused = lan_lane_send (p.dialer, (const guint8 *) "x", 1) == LAN_STATUS_STATE;

    lan_lane_close (p.dialer);
    _exit (refused && lan_lane_output_size (p.dialer) == 0 ? 0 : 1);
  }
  g_assert_cmpint (waitpid (pid, &wait_status, 0), ==, pid);
  g_assert_true (WIFEXITED (wait_status) && WEXITSTATUS (wait_status) == 0);
  send_ok (p.dialer, "the parent goes on");
  lane_pair_clear (&p);
}

static void
test_exhausted_misuse (void)
{
  LanLaneConfig config;
  LanePair p;

  lane_pair_init (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_XX);
  lane_pair_config (&p, TRUE, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK, &config);
  config.remote_public = NULL;
  g_assert_null (lan_lane_new_dialer (&config, 0));
  config.pattern = LAN_LANE_PATTERN_NNPSK0;
  config.psk = NULL;
  g_assert_null (lan_lane_new_dialer (&config, 0));
  g_assert_cmpint (lan_lane_send (p.dialer, (const guint8 *) "x", 1), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_lane_export_psk (p.dialer, config.lane_id, TRUE, p.psk), ==,
                   LAN_STATUS_STATE);
  lan_lane_close (p.listener);
  lan_lane_close (p.listener);
  lan_lane_abort (p.listener, 1);
  g_assert_null (lan_lane_take_output (p.listener));
  g_assert_cmpint (lan_lane_feed_eof (p.listener), ==, LAN_STATUS_OK);
  lane_pair_clear (&p);
}

/* Frames of @len bytes, @burst of them sealed before each is carried over; prints the speed. */
static void
measure (LanePair *p, const guint8 *frame, gsize len, guint burst, guint rounds)
{
  double seal = 0, open = 0;

  for (guint i = 0; i < rounds; i++) {
    g_autoptr (GBytes) out = NULL;
    LanLaneEvent event;

    g_test_timer_start ();
    for (guint k = 0; k < burst; k++)
      g_assert_cmpint (lan_lane_send (p->dialer, frame, len), ==, LAN_STATUS_OK);
    out = lan_lane_take_output (p->dialer);
    seal += g_test_timer_elapsed ();
    g_test_timer_start ();
    g_assert_cmpint (lan_lane_feed (p->listener, g_bytes_get_data (out, NULL),
                                    g_bytes_get_size (out), p->now_us),
                     ==, LAN_STATUS_OK);
    while (lan_lane_next_event (p->listener, &event))
      lan_lane_event_clear (&event);
    open += g_test_timer_elapsed ();
  }
  g_test_message ("frames of %zu: seal %.2f us (%.0f MB/s), open %.2f us (%.0f MB/s)", len,
                  seal / rounds / burst * 1e6, (double) len * rounds * burst / seal / 1e6,
                  open / rounds / burst * 1e6, (double) len * rounds * burst / open / 1e6);
}

static void
test_speed (void)
{
  g_autofree guint8 *frame = g_malloc0 (LAN_LANE_FRAME_MAX);
  enum { HANDSHAKES = 300 };
  LanePair p;

  if (!g_test_perf ()) {
    g_test_skip ("run with -m perf");
    return;
  }
  g_test_timer_start ();
  for (guint i = 0; i < HANDSHAKES; i++) {
    lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
    lane_pair_clear (&p);
  }
  g_test_message ("IK lane, both sides: %.0f us", g_test_timer_elapsed () / HANDSHAKES * 1e6);
  lane_pair_establish (&p, LAN_LANE_KIND_PEER, LAN_LANE_PATTERN_IK);
  measure (&p, frame, 200, 100, 500);
  measure (&p, frame, LAN_LANE_FRAME_MAX, 8, 200);
  lane_pair_clear (&p);
}

void
add_lane_tests (void)
{
  g_test_add_func ("/crypto/lane/every-pattern", test_every_pattern);
  g_test_add_func ("/crypto/lane/orderly-end", test_orderly_end);
  g_test_add_func ("/crypto/lane/abort-carries-its-code", test_abort_carries_its_code);
  g_test_add_func ("/crypto/lane/sizes", test_sizes);
  g_test_add_func ("/crypto/lane/rekey-by-count", test_rekey_by_count);
  g_test_add_func ("/crypto/lane/t37-forked-child", test_t37_forked_child_cannot_send);
  g_test_add_func ("/crypto/lane/misuse", test_exhausted_misuse);
  g_test_add_func ("/crypto/lane/speed", test_speed);
}
