/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Packets, the gate, messages, and the helper process with its deaths. */
#include "test-media.h"

#include "lan-media-packet.h"
#include "lan-media.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

static const char *helper_path;

static void
test_packet (void)
{
  const guint8 coded[] = { 1, 2, 3 };
  LanMediaPacket packet = { .kind = LAN_MEDIA_VOICE,
                            .stream = 3,
                            .tag = 0x04030201,
                            .sequence = 5,
                            .frame = 6,
                            .payload = coded,
                            .len = sizeof coded };
  LanMediaPacket again;
  guint8 out[LAN_MEDIA_PACKET_MAX], big[LAN_MEDIA_PACKET_MAX + 1] = { LAN_MEDIA_VOICE };
  gsize len = lan_media_packet_encode (&packet, out);

  g_assert_cmpuint (len, ==, LAN_MEDIA_HEADER_BYTES + sizeof coded);
  g_assert_cmpint (lan_media_packet_decode (out, len, &again), ==, LAN_STATUS_OK);
  g_assert_cmpmem (again.payload, again.len, coded, sizeof coded);
  g_assert_cmpuint (again.stream, ==, 3);
  g_assert_cmpuint (again.tag, ==, 0x04030201);
  g_assert_cmpuint (again.sequence, ==, 5);
  g_assert_cmpuint (again.frame, ==, 6);
  for (gsize n = 0; n < LAN_MEDIA_HEADER_BYTES; n++)
    g_assert_cmpint (lan_media_packet_decode (out, n, &again), ==, LAN_STATUS_TRUNCATED);
  g_assert_cmpint (lan_media_packet_decode (out, LAN_MEDIA_HEADER_BYTES, &again), ==,
                   LAN_STATUS_MALFORMED); /* no voice in it */
  g_assert_cmpint (lan_media_packet_decode (big, sizeof big, &again), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_media_packet_decode (big, sizeof big - 1, &again), ==, LAN_STATUS_MALFORMED);
  out[2] = 1;
  g_assert_cmpint (lan_media_packet_decode (out, len, &again), ==, LAN_STATUS_MALFORMED);
  out[2] = 0;
  out[0] = 9; /* never agreed */
  g_assert_cmpint (lan_media_packet_decode (out, len, &again), ==, LAN_STATUS_VERSION);
  packet.len = LAN_MEDIA_VOICE_MAX + 1;
  g_assert_cmpuint (lan_media_packet_encode (&packet, out), ==, 0);
}

static void
test_report (void)
{
  LanMediaPacket packet = { .kind = LAN_MEDIA_REPORT, .report = { 1, 2, 3, 4, 5, 6, 7 } }, again;
  guint8 out[LAN_MEDIA_PACKET_MAX];
  gsize len = lan_media_packet_encode (&packet, out);

  g_assert_cmpuint (len, ==, LAN_MEDIA_HEADER_BYTES + LAN_MEDIA_REPORT_BYTES);
  g_assert_cmpint (lan_media_packet_decode (out, len, &again), ==, LAN_STATUS_OK);
  g_assert_cmpmem (&again.report, sizeof again.report, &packet.report, sizeof packet.report);
  g_assert_cmpint (lan_media_packet_decode (out, len - 1, &again), ==, LAN_STATUS_MALFORMED);
  out[LAN_MEDIA_HEADER_BYTES + 1] = 1;
  g_assert_cmpint (lan_media_packet_decode (out, len, &again), ==, LAN_STATUS_MALFORMED);
}

/* Whatever comes, no more than the limit goes on to the decoder. */
static void
test_gate (void)
{
  const guint8 coded[] = { 1 };
  const guint8 id[16] = { 1, 2, 3, 4 };
  LanMediaPacket packet = {
    .kind = LAN_MEDIA_VOICE, .tag = 0x04030201, .payload = coded, .len = 1
  };
  guint8 out[LAN_MEDIA_PACKET_MAX];
  gsize len = lan_media_packet_encode (&packet, out);
  LanMediaGate gate;
  guint passed = 0;

  g_assert_cmpuint (lan_media_tag (id), ==, 0x04030201);
  lan_media_gate_init (&gate, lan_media_tag (id), 0);
  for (guint i = 0; i < 10000; i++)
    passed += lan_media_gate_pass (&gate, out, len, i * 100); /* 10,000 a second */
  g_assert_cmpuint (passed, >=, LAN_MEDIA_GATE_BURST);
  g_assert_cmpuint (passed, <=, LAN_MEDIA_GATE_BURST + LAN_MEDIA_GATE_RATE + 1);
  g_assert_cmpuint (gate.flooded, ==, 10000 - passed);
  lan_media_gate_init (&gate, 7, 0);
  g_assert_false (lan_media_gate_pass (&gate, out, len, 0));
  g_assert_false (lan_media_gate_pass (&gate, out, 3, 0));
  g_assert_cmpuint (gate.foreign, ==, 1);
  g_assert_cmpuint (gate.malformed, ==, 1);
  /* At the rate of a call nothing is ever refused. */
  lan_media_gate_init (&gate, 0x04030201, 0);
  for (guint i = 0; i < 1000; i++)
    g_assert_true (lan_media_gate_pass (&gate, out, len, (gint64) i * LAN_MEDIA_FRAME_US));
}

static void
test_messages (void)
{
  const guint8 body[] = { 4, 5 };
  LanMediaMessage all[] = {
    { .type = LAN_MEDIA_START,
      .start = { .tag = 1,
                 .stream = 2,
                 .flags = 3,
                 .start_us = 4,
                 .source = "test",
                 .sink = "null" } },
    { .type = LAN_MEDIA_SET, .flags = 1 },
    { .type = LAN_MEDIA_PACKET, .data = body, .len = sizeof body },
    { .type = LAN_MEDIA_READY },
    { .type = LAN_MEDIA_STATS,
      .stats = { .sent = 1, .rtt_us = -1, .loss_in = 1000, .first_us = 5, .level_out = 100 } },
    { .type = LAN_MEDIA_FAILED, .flags = 1, .text = "麦克风" },
    { .type = LAN_MEDIA_DEVICE,
      .device = { .kind = LAN_MEDIA_SPEAKER, .is_default = TRUE, .id = "a", .label = "耳机" } },
    { .type = LAN_MEDIA_LISTED },
    { .type = LAN_MEDIA_USE, .start = { .source = "none", .sink = "null" } },
  };
  guint8 out[LAN_MEDIA_MESSAGE_MAX], big[LAN_MEDIA_MESSAGE_MAX + 1] = { LAN_MEDIA_SET };
  LanMediaMessage again;

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    gsize len = lan_media_message_encode (&all[i], out);

    g_assert_cmpint (lan_media_message_decode (out, len, &again), ==, LAN_STATUS_OK);
    g_assert_cmpint (again.type, ==, all[i].type);
    g_assert_cmpmem (&again.stats, sizeof again.stats, &all[i].stats, sizeof again.stats);
    g_assert_cmpstr (again.text, ==, all[i].text);
    g_assert_cmpstr (again.start.source, ==, all[i].start.source);
    g_assert_cmpstr (again.device.id, ==, all[i].device.id);
    g_assert_cmpstr (again.device.label, ==, all[i].device.label);
    g_assert_cmpint (again.device.kind, ==, all[i].device.kind);
    g_assert_cmpint (again.device.is_default, ==, all[i].device.is_default);
    for (gsize n = 0; n < len; n++) {
      LanStatus status = lan_media_message_decode (out, n, &again);

      g_assert_true (status != LAN_STATUS_OK || all[i].type == LAN_MEDIA_PACKET);
    }
  }
  g_assert_cmpint (lan_media_message_decode (big, sizeof big, &again), ==, LAN_STATUS_OVERSIZED);
  big[0] = 99;
  g_assert_cmpint (lan_media_message_decode (big, 1, &again), ==, LAN_STATUS_VERSION);
  all[4].stats.loss_in = 1001;
  g_assert_cmpint (lan_media_message_decode (out, lan_media_message_encode (&all[4], out), &again),
                   ==, LAN_STATUS_MALFORMED);
  all[6].device.kind = 2; /* neither */
  g_assert_cmpint (lan_media_message_decode (out, lan_media_message_encode (&all[6], out), &again),
                   ==, LAN_STATUS_MALFORMED);
  all[2].len = LAN_MEDIA_PACKET_MAX + 1;
  g_assert_cmpuint (lan_media_message_encode (&all[2], out), ==, 0);
}

/* ---- the process ---- */

typedef struct {
  LanMedia *media[2];
  GMainLoop *loop;
  guint packets[2];
  gint64 first_us[2];
  guint missing;
  char *failed;
  guint stats_wanted;
  gint64 silent_since_us, gap_us;
} Room;

typedef struct {
  Room *room;
  guint which;
} Seat;

static void
on_packet (const guint8 *data, gsize len, gpointer user_data)
{
  Seat *seat = user_data;
  Room *room = seat->room;

  room->packets[seat->which]++;
  if (room->silent_since_us != 0 && seat->which == 0 &&
      lan_media_get_restarts (room->media[0]) > 0) { /* not what the first still had sent */
    room->gap_us = g_get_monotonic_time () - room->silent_since_us;
    room->silent_since_us = 0;
  }
  if (room->media[1 - seat->which] != NULL)
    lan_media_take (room->media[1 - seat->which], data, len);
}

static void
on_stats (const LanMediaStats *stats, gpointer user_data)
{
  Seat *seat = user_data;

  seat->room->first_us[seat->which] = stats->first_us;
  g_main_loop_quit (seat->room->loop);
}

static void
on_missing (guint missing, const char *text, gpointer user_data)
{
  ((Seat *) user_data)->room->missing |= missing;
}

static void
on_failed (const char *text, gpointer user_data)
{
  Room *room = ((Seat *) user_data)->room;

  g_free (room->failed);
  room->failed = g_strdup (text);
  g_main_loop_quit (room->loop);
}

static const LanMediaEvents events = { on_packet, on_stats, on_missing, on_failed };

static gboolean
on_late (gpointer data)
{
  g_assert_not_reached (); /* the helper does not do what it should */
  return G_SOURCE_REMOVE;
}

static void
run_until (Room *room, gboolean (*done) (Room *))
{
  guint late = g_timeout_add_seconds (20, on_late, NULL);

  while (!done (room))
    g_main_loop_run (room->loop);
  g_source_remove (late);
}

static gboolean
both_hear (Room *room)
{
  return room->first_us[0] > 0 && room->first_us[1] > 0;
}

static gboolean
goes_on (Room *room)
{
  return room->gap_us > 0;
}

static gboolean
has_failed (Room *room)
{
  return room->failed != NULL;
}

/* Two helpers speak with each other; one is killed in the middle and is back within a second. */
static void
test_helper (void)
{
  g_autofree char *dir = g_dir_make_tmp ("lanyard-media-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "heard.wav", NULL);
  g_autofree char *sink = g_strconcat ("file:", path, NULL);
  g_autofree char *heard = NULL;
  LanMediaConfig config = { .tag = 9, .source = "test", .sink = sink };
  Room room = { .loop = g_main_loop_new (NULL, FALSE) };
  Seat seats[2] = { { &room, 0 }, { &room, 1 } };
  gsize len;

  room.media[0] = lan_media_new (&config, &events, &seats[0]);
  config.sink = "null";
  room.media[1] = lan_media_new (&config, &events, &seats[1]);
  run_until (&room, both_hear);
  g_assert_cmpint (lan_media_get_pid (room.media[0]), >, 0);
  g_assert_cmpint (room.first_us[0], >=, lan_media_get_start_us (room.media[0]));
  room.silent_since_us = g_get_monotonic_time ();
  kill (lan_media_get_pid (room.media[0]), SIGKILL);
  run_until (&room, goes_on);
  g_test_message ("voice again after %d ms", (int) (room.gap_us / 1000));
  g_assert_cmpint (room.gap_us, <, G_USEC_PER_SEC);
  g_assert_cmpuint (lan_media_get_restarts (room.media[0]), ==, 1);
  lan_media_set_flags (room.media[0], LAN_MEDIA_MUTED);
  g_assert_cmpuint (room.missing, ==, 0);
  g_assert_null (room.failed);
  lan_media_free (room.media[0]);
  lan_media_free (room.media[1]);
  g_assert_true (g_file_get_contents (path, &heard, &len, NULL));
  g_assert_cmpuint (len, >, 44);
  g_assert_cmpmem (heard, 4, "RIFF", 4);
  g_unlink (path);
  g_rmdir (dir);
  g_main_loop_unref (room.loop);
}

/* ---- a call to oneself, and looking at devices ---- */

typedef struct {
  GMainLoop *loop;
  LanMedia *media;
  guint listed, n, ready;
  gint64 first_us;
  gboolean frees;
} Alone;

static void
alone_packet (const guint8 *data, gsize len, gpointer user_data)
{
  g_assert_not_reached (); /* a call to oneself stays inside */
}

static void
alone_stats (const LanMediaStats *stats, gpointer user_data)
{
  Alone *alone = user_data;

  alone->first_us = stats->first_us;
  if (alone->first_us > 0)
    g_main_loop_quit (alone->loop);
}

static void
alone_missing (guint missing, const char *text, gpointer user_data)
{
}

static void
alone_failed (const char *text, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
alone_ready (gpointer user_data)
{
  ((Alone *) user_data)->ready++;
}

static void
alone_devices (const LanMediaDeviceInfo *list, guint n, gpointer user_data)
{
  Alone *alone = user_data;

  alone->listed++;
  alone->n = n;
  if (alone->frees)
    g_clear_pointer (&alone->media, lan_media_free); /* in the middle of an event */
  g_main_loop_quit (alone->loop);
}

static const LanMediaEvents alone_events = { alone_packet, alone_stats, alone_missing,
                                             alone_failed, alone_ready, alone_devices };

static void
test_alone (void)
{
  LanMediaConfig config = { .source = "test", .sink = "null", .flags = LAN_MEDIA_LOOP };
  Alone alone = { .loop = g_main_loop_new (NULL, FALSE) };
  guint late = g_timeout_add_seconds (20, on_late, NULL);
  gint64 begun_us = g_get_monotonic_time ();

  alone.media = lan_media_new (&config, &alone_events, &alone);
  while (alone.first_us == 0)
    g_main_loop_run (alone.loop);
  g_assert_cmpint (alone.first_us - begun_us, >=, LAN_MEDIA_LOOP_MS * 1000);
  g_assert_cmpuint (alone.ready, ==, 1);
  g_assert_false (lan_media_use (alone.media, "file:/dev/null", "null"));
  g_assert_true (lan_media_use (alone.media, "none", "null"));
  while (alone.ready == 1)
    g_main_context_iteration (NULL, TRUE);
  lan_media_free (alone.media);

  g_setenv ("PULSE_SERVER", "unix:/nonexistent/native", TRUE);
  config = (LanMediaConfig){ .source = "none", .sink = "null", .flags = LAN_MEDIA_WATCH };
  alone.frees = TRUE;
  alone.media = lan_media_new (&config, &alone_events, &alone);
  while (alone.listed == 0)
    g_main_loop_run (alone.loop);
  g_test_message ("%u devices", alone.n);
  g_assert_null (alone.media);
  g_source_remove (late);
  g_main_loop_unref (alone.loop);
}

/* One that dies again and again is given up. */
static void
test_failing (void)
{
  LanMediaConfig config = { .source = "test", .sink = "null" };
  Room room = { .loop = g_main_loop_new (NULL, FALSE) };
  Seat seat = { &room, 0 };

  g_setenv ("LANYARD_MEDIA", "/bin/false", TRUE);
  room.media[0] = lan_media_new (&config, &events, &seat);
  run_until (&room, has_failed);
  g_assert_cmpuint (lan_media_get_restarts (room.media[0]), ==, LAN_MEDIA_DEATHS_MAX);
  lan_media_take (room.media[0], (const guint8 *) "x", 1); /* into the void */
  lan_media_free (room.media[0]);
  g_clear_pointer (&room.failed, g_free);
  g_setenv ("LANYARD_MEDIA", helper_path, TRUE);
  config.source = "file:/nonexistent/x.wav";
  room.media[0] = lan_media_new (&config, &events, &seat);
  run_until (&room, has_failed);
  lan_media_free (room.media[0]);
  g_clear_pointer (&room.failed, g_free);
  g_main_loop_unref (room.loop);
}

/* A file that is no sound: the call goes on without it. */
static gboolean
misses_source (Room *room)
{
  return room->missing != 0;
}

static void
test_no_sound (void)
{
  LanMediaConfig config = { .source = "file:/proc/self/exe", .sink = "null" };
  Room room = { .loop = g_main_loop_new (NULL, FALSE) };
  Seat seat = { &room, 0 };

  room.media[0] = lan_media_new (&config, &events, &seat);
  run_until (&room, misses_source);
  lan_media_free (room.media[0]);
  g_free (room.failed);
  g_main_loop_unref (room.loop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  helper_path = argc > 1 ? argv[1] : "lanyard-media";
  g_setenv ("LANYARD_MEDIA", helper_path, TRUE);
  g_test_add_func ("/media/packet", test_packet);
  g_test_add_func ("/media/report", test_report);
  g_test_add_func ("/media/gate", test_gate);
  g_test_add_func ("/media/messages", test_messages);
  g_test_add_func ("/media/helper", test_helper);
  g_test_add_func ("/media/failing", test_failing);
  g_test_add_func ("/media/alone", test_alone);
  g_test_add_func ("/media/no-sound", test_no_sound);
  test_voice_add ();
  return g_test_run ();
}
