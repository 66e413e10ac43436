/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Pictures of a call over ways that lose, fill up, change and are far, each with several seeds. */
#include "picture-line.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define SEEDS  5

static void
tell (PictureLine *line, const char *what)
{
  LanPictureReceiveStats r;
  LanPictureSendStats s;

  lan_picture_receiver_get_stats (line->receiver, &r);
  lan_picture_sender_get_stats (line->sender, &s);
  g_test_message (
      "%s: %d s, step %u, rate %u, arriving %u, queue %d ms, wait %d ms, rtt %d ms, loss %u", what,
      (int) (line->now / SECOND), line->step, s.rate, r.arriving, (int) (r.queue_us / LINE_MS),
      (int) (r.wait_us / LINE_MS), (int) (s.rtt_us / LINE_MS), s.loss);
  g_test_message ("  taken %d, behind %d, put %d, shown %d, left out %d, longest %d ms, freezes %d",
                  (int) line->taken, (int) line->behind, (int) s.pictures, (int) r.shown,
                  (int) r.left_out, (int) (line->longest_us / LINE_MS), (int) r.freezes);
  g_test_message ("  asked %d, repaired %d, repeats %d, refused %d, keys %d", (int) r.asked,
                  (int) r.repaired, (int) s.repeats, (int) s.repeats_refused, (int) r.keys_asked);
}

/* Nothing is lost: all are shown, evenly, at the full rate. */
static void
test_clean (void)
{
  for (guint64 seed = 1; seed <= SEEDS; seed++) {
    LanPictureReceiveStats r;
    PictureLine line;

    picture_line_init (&line, seed);
    picture_line_run (&line, 10 * SECOND);
    picture_line_watch (&line);
    picture_line_run (&line, 30 * SECOND);
    tell (&line, "clean");
    lan_picture_receiver_get_stats (line.receiver, &r);
    g_assert_cmpuint (line.broken, ==, 0);
    g_assert_cmpuint (line.intact + 5 + line.behind, >=, line.taken);
    g_assert_cmpuint (line.step, ==, 0);
    g_assert_cmpint (line.longest_us, <, 100 * LINE_MS);
    g_assert_cmpuint (r.keys_asked, ==, 0);
    g_assert_cmpuint (picture_line_rate (&line, 10, 30), >, LAN_RATE_MAX * 8 / 10);
    picture_line_clear (&line);
  }
}

/* 5 % each way, 60 ms there and back. */
static void
test_loss (void)
{
  for (guint64 seed = 1; seed <= SEEDS; seed++) {
    PictureLine line, reference;

    for (guint i = 0; i < 2; i++) {
      PictureLine *l = i == 0 ? &reference : &line;

      picture_line_init (l, seed);
      l->delay_us = 30 * LINE_MS;
      l->loss = i == 0 ? 0 : 5;
      l->leaves = TRUE;
      picture_line_run (l, 2 * SECOND);
      picture_line_watch (l);
      picture_line_run (l, 60 * SECOND);
      tell (l, i == 0 ? "reference" : "5 % lost");
    }
    g_assert_cmpuint (line.broken, ==, 0);
    g_assert_cmpuint (line.intact * 100, >=, reference.intact * 95);
    g_assert_cmpint (line.longest_us, <, 400 * LINE_MS);
    g_assert_cmpuint (picture_line_rate (&line, 10, 60) * 100, >=,
                      picture_line_rate (&reference, 10, 60) * 70);
    picture_line_clear (&line);
    picture_line_clear (&reference);
  }
}

/* 8 Mbit/s become a half, and are there again 20 s later. */
static void
test_fall (void)
{
  const gint64 buffers[] = { 60 * LINE_MS, 250 * LINE_MS, 500 * LINE_MS };

  for (guint64 seed = 1; seed <= SEEDS; seed++) {
    for (guint b = 0; b < G_N_ELEMENTS (buffers); b++) {
      PictureLine line;
      guint before, low, after;

      picture_line_init (&line, seed);
      line.buffer_us = buffers[b];
      line.leaves = b % 2 == 0;
      picture_line_run (&line, 20 * SECOND);
      before = picture_line_rate (&line, 15, 20);
      tell (&line, "wide");
      picture_line_watch (&line);
      line.capacity = 500000;
      picture_line_run (&line, 40 * SECOND);
      low = picture_line_rate (&line, 30, 40);
      tell (&line, "narrow");
      g_assert_cmpint (line.longest_us, <, 1000 * LINE_MS);
      g_assert_cmpuint (low, <, 520000);
      g_assert_cmpuint (low, >, 200000);
      line.capacity = 8000000;
      picture_line_run (&line, 50 * SECOND);
      tell (&line, "wide again");
      g_assert_cmpuint (line.step, ==, 0);
      picture_line_run (&line, 52 * SECOND);
      after = picture_line_rate (&line, 50, 52);
      g_test_message ("%u before, %u narrow, %u after, longest %d ms", before, low, after,
                      (int) (line.longest_us / LINE_MS));
      g_assert_cmpuint (after * 100, >=, before * 80);
      g_assert_cmpint (line.longest_us, <, 1000 * LINE_MS);
      g_assert_cmpuint (line.broken, ==, 0);
      picture_line_clear (&line);
    }
  }
}

/* A busy machine is no busy network: the rate does not follow it. */
static void
test_stolen_time (void)
{
  for (guint64 seed = 1; seed <= SEEDS; seed++) {
    PictureLine line;

    picture_line_init (&line, seed);
    line.leaves = TRUE;
    line.stall_every_us = 1100 * LINE_MS;
    line.stall_us = 250 * LINE_MS;
    picture_line_run (&line, 40 * SECOND);
    tell (&line, "stolen time");
    g_assert_cmpuint (picture_line_rate (&line, 20, 40), >, LAN_RATE_MAX * 7 / 10);
    g_assert_cmpuint (line.step, ==, 0);
    g_assert_cmpuint (line.broken, ==, 0);
    picture_line_clear (&line);
  }
}

/* The way gets longer for good: that is no queue. */
static void
test_longer_way (void)
{
  PictureLine line;

  picture_line_init (&line, 1);
  picture_line_run (&line, 10 * SECOND);
  line.delay_us = 150 * LINE_MS;
  picture_line_run (&line, 40 * SECOND);
  tell (&line, "longer way");
  g_assert_cmpuint (picture_line_rate (&line, 30, 40), >, LAN_RATE_MAX * 7 / 10);
  g_assert_cmpuint (line.broken, ==, 0);
  picture_line_clear (&line);
}

static void
test_steps (void)
{
  LanPictureSteps steps;
  LanPictureShape shape;
  guint last = 0;

  lan_picture_steps_init (&steps, FALSE);
  g_assert_cmpuint (lan_picture_steps_choose (&steps, LAN_RATE_MAX, 640, 480, 0), ==, 0);
  /* Fewer a second come before smaller ones. */
  g_assert_cmpuint (lan_picture_steps_choose (&steps, 300000, 640, 480, 0), ==, 1);
  lan_picture_steps_shape (&steps, 640, 480, &shape);
  g_assert_cmpuint (shape.width, ==, 640);
  g_assert_cmpuint (shape.interval_ms, >, 33);
  for (guint rate = 300000; rate > 30000; rate -= 1000) {
    guint step = lan_picture_steps_choose (&steps, rate, 640, 480, 0);

    g_assert_cmpuint (step, >=, last);
    last = step;
  }
  g_assert_cmpuint (last, ==, LAN_PICTURE_STEPS - 1);
  /* Up one at a time, each after a second. */
  for (guint i = 0; i < LAN_PICTURE_STEPS - 1; i++) {
    gint64 at = i * 2 * SECOND + 1;

    g_assert_cmpuint (lan_picture_steps_choose (&steps, LAN_RATE_MAX, 640, 480, at), ==, last);
    last = lan_picture_steps_choose (&steps, LAN_RATE_MAX, 640, 480, at + SECOND);
    g_assert_cmpuint (last, ==, LAN_PICTURE_STEPS - 2 - i);
  }
  lan_picture_steps_choose (&steps, LAN_RATE_MIN / 100, 640, 480, 0);
  lan_picture_steps_shape (&steps, 17, 17, &shape);
  g_assert_true (lan_picture_size_is_good (shape.width, shape.height));
}

/* ---- what a bad one may ask for ---- */

static GBytes *
bytes_of (gsize size)
{
  return g_bytes_new_take (g_malloc0 (size), size);
}

/* Whatever is asked for, and however often: repeats stay a share of the rate, keys are rare. */
static void
test_floods (void)
{
  g_autoptr (LanPictureSender) s = lan_picture_sender_new (1, 0, 0, 0);
  LanPictureReport report = { .rate = 0xffffffff, .received = 1, .echo_ms = 0xffffffff };
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanPictureSendStats stats;
  guint keys = 0;

  report.wants_key = TRUE;
  report.n_missing = LAN_PICTURE_MISSING_MAX;
  for (gint64 now = 0; now < 10 * SECOND; now += LINE_MS) {
    if (now % (33 * LINE_MS) == 0 && !lan_picture_sender_is_behind (s)) {
      gboolean is_key = lan_picture_sender_wants_key (s);
      g_autoptr (GBytes) picture = bytes_of (5000);

      keys += is_key;
      g_assert_true (lan_picture_sender_put (s, picture, 640, 480, is_key ? 0 : 1, now, now));
    }
    for (guint i = 0; i < LAN_PICTURE_MISSING_MAX; i++)
      report.missing[i] = (LanPictureMissing){ (guint32) (now / (33 * LINE_MS)) - i % 8,
                                               i % 2 ? LAN_PICTURE_WHOLE : (guint16) i };
    report.highest = (guint32) now * 977;
    lan_picture_sender_report (s, &report, now);
    while (lan_picture_sender_next (s, now, out) > 0)
      ;
  }
  lan_picture_sender_get_stats (s, &stats);
  g_test_message ("keys %u, repeats %d of %d packets, rate %u", keys, (int) stats.repeats,
                  (int) stats.packets, stats.rate);
  g_assert_cmpuint (keys, <=, 10 * SECOND / LAN_PICTURE_KEY_US + 1);
  g_assert_cmpuint (stats.rate, <=, LAN_RATE_MAX);
  g_assert_cmpuint (stats.repeats * LAN_MEDIA_PACKET_MAX * 8, <=, LAN_RATE_MAX * 10 / 2 + 1000000);
  g_assert_cmpuint (stats.repeats_refused, >, 1000);
}

static void
test_sender_limits (void)
{
  g_autoptr (LanPictureSender) s = lan_picture_sender_new (1, 0, 0, 0);
  g_autoptr (GBytes) small = bytes_of (10), empty = bytes_of (0),
                     large = bytes_of (LAN_PICTURE_BYTES_MAX + 1);
  LanPictureReport foreign = { .stream = 9, .wants_key = TRUE };
  LanPictureSendStats stats;
  guint n = 0;

  g_assert_true (lan_picture_sender_wants_key (s));
  g_assert_false (lan_picture_sender_put (s, large, 640, 480, 0, 0, 0));
  g_assert_false (lan_picture_sender_put (s, empty, 640, 480, 0, 0, 0));
  g_assert_false (lan_picture_sender_put (s, small, 65535, 480, 0, 0, 0));
  g_assert_false (lan_picture_sender_put (s, small, 640, 480, 1, 0, 0));
  g_assert_true (lan_picture_sender_put (s, small, 640, 480, 0, 0, 0));
  g_assert_false (lan_picture_sender_wants_key (s));
  lan_picture_sender_report (s, &foreign, 10 * SECOND);
  g_assert_false (lan_picture_sender_wants_key (s));
  /* Who never sends keeps no more than it may, and says so. */
  while (n < 1000 && lan_picture_sender_put (s, small, 640, 480, 1, 0, 0))
    n++;
  g_assert_cmpuint (n, ==, LAN_PICTURE_KEEP - 1);
  g_assert_true (lan_picture_sender_is_behind (s));
  g_assert_true (lan_picture_sender_wants_key (s));
  /* Without any report the rate goes down. */
  for (gint64 now = SECOND; now < 20 * SECOND; now += SECOND)
    lan_picture_sender_rate (s, now);
  lan_picture_sender_get_stats (s, &stats);
  g_assert_cmpuint (stats.rate, ==, LAN_RATE_MIN);
}

/* ---- what a bad one may send ---- */

static gsize
piece (LanPicturePiece head, gsize len, guint8 out[LAN_MEDIA_PACKET_MAX])
{
  guint8 bytes[LAN_PICTURE_PIECE_MAX] = { 1 };
  LanMediaPacket packet = {
    .kind = LAN_MEDIA_PICTURE, .picture = head, .payload = bytes, .len = len
  };

  return lan_media_packet_encode (&packet, out);
}

static void
test_packets (void)
{
  const LanPicturePiece good = {
    .number = 20, .pieces = 3, .codec = LAN_PICTURE_VP8, .back = 1, .width = 640, .height = 480
  };
  struct {
    LanPicturePiece head;
    gsize len;
    LanStatus status;
  } rows[] = {
    { good, LAN_PICTURE_PIECE_MAX, LAN_STATUS_OK },
    { good, LAN_PICTURE_PIECE_MAX - 1, LAN_STATUS_MALFORMED }, /* cut, with others behind it */
    { good, 0, LAN_STATUS_TRUNCATED },
    { good, 10, LAN_STATUS_OK },        /* .piece = 2 */
    { good, 10, LAN_STATUS_MALFORMED }, /* .piece = 3 */
    { good, 10, LAN_STATUS_VERSION },
    { good, 10, LAN_STATUS_MALFORMED }, /* .pieces */
    { good, 10, LAN_STATUS_MALFORMED },
    { good, 10, LAN_STATUS_MALFORMED },
    { good, 10, LAN_STATUS_MALFORMED },
    { good, 10, LAN_STATUS_MALFORMED },
    { good, 10, LAN_STATUS_MALFORMED },
  };
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanMediaPacket packet;

  rows[3].head.piece = 2;
  rows[4].head.piece = 3;
  for (guint i = 5; i < G_N_ELEMENTS (rows); i++)
    rows[i].head.piece = 2;
  rows[5].head.codec = (LanPictureCodec) 77;
  rows[6].head.pieces = LAN_PICTURE_PIECES_MAX + 1;
  rows[7].head.width = 65535;
  rows[8].head.height = 15;
  rows[9].head.width = rows[9].head.height = LAN_PICTURE_SIDE_MAX;
  rows[10].head.back = LAN_PICTURE_BACK_MAX + 1;
  rows[11].head.number = 0x80000000;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gsize len = piece (rows[i].head, rows[i].len, out);

    g_assert_cmpuint (len, ==, LAN_MEDIA_HEADER_BYTES + LAN_PICTURE_HEADER_BYTES + rows[i].len);
    g_assert_cmpint (lan_media_packet_decode (out, len, &packet), ==, rows[i].status);
  }
}

static void
test_reports (void)
{
  LanMediaPacket packet = { .kind = LAN_MEDIA_PICTURE_REPORT, .tag = 3 }, back;
  LanPictureReport *report = &packet.picture_report;
  guint8 out[LAN_MEDIA_PACKET_MAX];
  gsize len;

  report->wants_key = TRUE;
  report->rate = 12345;
  report->n_missing = LAN_PICTURE_MISSING_MAX;
  for (guint i = 0; i < LAN_PICTURE_MISSING_MAX; i++)
    report->missing[i] = (LanPictureMissing){ i, i == 3 ? LAN_PICTURE_WHOLE : (guint16) i };
  len = lan_media_packet_encode (&packet, out);
  g_assert_cmpint (lan_media_packet_decode (out, len, &back), ==, LAN_STATUS_OK);
  g_assert_cmpuint (back.picture_report.rate, ==, 12345);
  g_assert_true (back.picture_report.wants_key);
  g_assert_cmpuint (back.picture_report.missing[3].piece, ==, LAN_PICTURE_WHOLE);
  for (gsize cut = LAN_MEDIA_HEADER_BYTES; cut < len; cut++)
    g_assert_cmpint (lan_media_packet_decode (out, cut, &back), ==, LAN_STATUS_MALFORMED);
  out[LAN_MEDIA_HEADER_BYTES + 1] = 2; /* flags that nobody knows */
  g_assert_cmpint (lan_media_packet_decode (out, len, &back), ==, LAN_STATUS_MALFORMED);
  out[LAN_MEDIA_HEADER_BYTES + 1] = 0;
  out[LAN_MEDIA_HEADER_BYTES + 2] = LAN_PICTURE_MISSING_MAX + 1;
  g_assert_cmpint (lan_media_packet_decode (out, len, &back), ==, LAN_STATUS_MALFORMED);
  out[LAN_MEDIA_HEADER_BYTES + 2] = LAN_PICTURE_MISSING_MAX;
  out[len - 1] = 0x7f; /* a piece that cannot be */
  g_assert_cmpint (lan_media_packet_decode (out, len, &back), ==, LAN_STATUS_MALFORMED);
}

/* Pictures pass when they are agreed on, and have a bucket of their own. */
static void
test_gate (void)
{
  LanPicturePiece head = { .pieces = 1, .codec = LAN_PICTURE_VP8, .width = 640, .height = 480 };
  LanMediaPacket report = { .kind = LAN_MEDIA_PICTURE_REPORT };
  guint8 picture[LAN_MEDIA_PACKET_MAX], said[LAN_MEDIA_PACKET_MAX];
  gsize len = piece (head, 10, picture), said_len = lan_media_packet_encode (&report, said);
  LanMediaGate gate;
  guint passed = 0;

  lan_media_gate_init (&gate, 0, 0);
  g_assert_false (lan_media_gate_pass (&gate, picture, len, 0));
  g_assert_false (lan_media_gate_pass (&gate, said, said_len, 0));
  g_assert_cmpuint (gate.unagreed, ==, 2);
  lan_media_gate_agree (&gate, TRUE, FALSE);
  g_assert_true (lan_media_gate_pass (&gate, picture, len, 0));
  g_assert_false (lan_media_gate_pass (&gate, said, said_len, 0));
  lan_media_gate_agree (&gate, FALSE, TRUE);
  g_assert_false (lan_media_gate_pass (&gate, picture, len, 0));
  g_assert_true (lan_media_gate_pass (&gate, said, said_len, 0));
  lan_media_gate_agree (&gate, TRUE, TRUE);
  for (guint i = 0; i < 100000; i++)
    passed += lan_media_gate_pass (&gate, picture, len, i * 10); /* 100,000 in a second */
  g_assert_cmpuint (passed, <=, LAN_PICTURE_GATE_BURST + LAN_PICTURE_GATE_RATE);
  g_assert_cmpuint (gate.flooded, ==, 100000 - passed);
  g_assert_true (gate.voice.tokens_us > 0);
}

static void
take (LanPictureReceiver *r, LanPicturePiece head, guint8 stream, guint32 sequence, guint32 sent_ms,
      gint64 now)
{
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanMediaPacket packet;
  gsize len = piece (head, head.piece + 1 == head.pieces ? 10 : LAN_PICTURE_PIECE_MAX, out);

  g_assert_cmpint (lan_media_packet_decode (out, len, &packet), ==, LAN_STATUS_OK);
  packet.stream = stream;
  packet.sequence = sequence;
  packet.frame = sent_ms;
  lan_picture_receiver_take (r, &packet, now);
}

/* Large pictures that never get whole, numbers and times from nowhere: bounded, and it goes on after. */
static void
test_hostile (void)
{
  g_autoptr (LanPictureReceiver) r = lan_picture_receiver_new (1, 0);
  LanPicturePiece head = {
    .pieces = LAN_PICTURE_PIECES_MAX, .codec = LAN_PICTURE_VP8, .width = 640, .height = 480
  };
  const guint32 jumps[] = { 0, 1, 0x7fffffff, 5, 0x7ffffffe, 40, 0x3fffffff, 0 };
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanPictureReceiveStats stats;
  LanPictureOut picture;
  gint64 now = 1;

  for (guint i = 0; i < 4000; i++, now += 3 * LINE_MS) {
    head.piece = (guint16) (i % (LAN_PICTURE_PIECES_MAX - 1));
    head.number = i < 2000 ? i : jumps[i % G_N_ELEMENTS (jumps)];
    head.time_ms = i % 3 == 0 ? 0xffffffff : i * 77777;
    take (r, head, 0, i * 0x1234567, i % 5 == 0 ? 0 : 0xfffffff0 + i, now);
    g_assert_false (lan_picture_receiver_next (r, now, &picture));
    lan_picture_receiver_report (r, 0, now, out);
  }
  lan_picture_receiver_get_stats (r, &stats);
  g_assert_cmpuint (stats.refused, >, 100);
  g_assert_cmpuint (stats.shown, ==, 0);
  /* A new stream is shown at once. */
  head = (LanPicturePiece){
    .pieces = 1, .codec = LAN_PICTURE_VP8, .width = 640, .height = 480, .time_ms = 5
  };
  take (r, head, 1, 0, 5, now);
  g_assert_true (lan_picture_receiver_next (r, now, &picture));
  g_assert_cmpuint (picture.len, ==, 10);
  /* Of an older stream nothing is; nor what contradicts, nor what came before. */
  head.number = 1;
  take (r, head, 0, 1, 6, now);
  g_assert_false (lan_picture_receiver_next (r, now, &picture));
  head.pieces = 2;
  take (r, head, 1, 1, 6, now);
  head.piece = 1;
  head.width = 320;
  take (r, head, 1, 2, 6, now);
  g_assert_false (lan_picture_receiver_next (r, now, &picture));
  head.width = 640;
  take (r, head, 1, 3, 6, now);
  g_assert_true (lan_picture_receiver_next (r, now, &picture));
  g_assert_cmpuint (picture.len, ==, LAN_PICTURE_PIECE_MAX + 10);
}

/* What nothing needs is left out without a word; what others need stops them until a key picture. */
static void
test_left_out (void)
{
  g_autoptr (LanPictureReceiver) r = lan_picture_receiver_new (1, 0);
  LanPicturePiece head = { .pieces = 1, .codec = LAN_PICTURE_VP8, .width = 640, .height = 480 };
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanPictureReceiveStats stats;
  LanMediaPacket report;
  LanPictureOut picture;
  gsize len;

  take (r, head, 0, 0, 0, 1);
  g_assert_true (lan_picture_receiver_next (r, 1, &picture) && picture.is_key);
  head.number = 2;
  head.back = 2; /* 1 was a leaf */
  head.time_ms = 66;
  take (r, head, 0, 2, 66, 66 * LINE_MS);
  g_assert_true (lan_picture_receiver_next (r, 67 * LINE_MS, &picture) && picture.number == 2);
  head.number = 4;
  head.back = 1; /* needs 3 */
  take (r, head, 0, 4, 133, 133 * LINE_MS);
  g_assert_false (lan_picture_receiver_next (r, 200 * LINE_MS, &picture));
  len = lan_picture_receiver_report (r, 0, 200 * LINE_MS, out);
  g_assert_cmpint (lan_media_packet_decode (out, len, &report), ==, LAN_STATUS_OK);
  g_assert_cmpuint (report.picture_report.n_missing, ==, 1);
  g_assert_cmpuint (report.picture_report.missing[0].number, ==, 3);
  g_assert_cmpuint (report.picture_report.missing[0].piece, ==, LAN_PICTURE_WHOLE);
  g_assert_false (report.picture_report.wants_key);
  g_assert_false (lan_picture_receiver_next (r, 2 * SECOND, &picture));
  len = lan_picture_receiver_report (r, 0, 2 * SECOND, out);
  g_assert_cmpint (lan_media_packet_decode (out, len, &report), ==, LAN_STATUS_OK);
  g_assert_true (report.picture_report.wants_key);
  head.number = 9;
  head.back = 0;
  take (r, head, 0, 9, 2000, 2 * SECOND);
  g_assert_true (lan_picture_receiver_next (r, 3 * SECOND, &picture) && picture.number == 9);
  len = lan_picture_receiver_report (r, 0, 3 * SECOND, out);
  g_assert_cmpint (lan_media_packet_decode (out, len, &report), ==, LAN_STATUS_OK);
  g_assert_false (report.picture_report.wants_key);
  lan_picture_receiver_broken (r); /* the decoder says no */
  len = lan_picture_receiver_report (r, 0, 4 * SECOND, out);
  g_assert_cmpint (lan_media_packet_decode (out, len, &report), ==, LAN_STATUS_OK);
  g_assert_true (report.picture_report.wants_key);
  lan_picture_receiver_get_stats (r, &stats);
  g_assert_cmpuint (stats.keys_asked, ==, 2);
  g_assert_cmpuint (stats.freezes, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture/packets", test_packets);
  g_test_add_func ("/picture/reports", test_reports);
  g_test_add_func ("/picture/gate", test_gate);
  g_test_add_func ("/picture/steps", test_steps);
  g_test_add_func ("/picture/sender-limits", test_sender_limits);
  g_test_add_func ("/picture/floods", test_floods);
  g_test_add_func ("/picture/hostile", test_hostile);
  g_test_add_func ("/picture/left-out", test_left_out);
  g_test_add_func ("/picture/clean", test_clean);
  g_test_add_func ("/picture/loss", test_loss);
  g_test_add_func ("/picture/fall", test_fall);
  g_test_add_func ("/picture/stolen-time", test_stolen_time);
  g_test_add_func ("/picture/longer-way", test_longer_way);
  return g_test_run ();
}
