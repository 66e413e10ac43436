/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A bulk lane and nothing else, between two processes: what the wire allows, without disk and
 * transfer machine.
 *
 *   bench-bulk serve PORT                      says "ready", takes one lane, says what came
 *   bench-bulk send ADDRESS PORT SECONDS       sends blocks of 256 KiB for that long
 *   bench-bulk limits                          this machine's sealing and hashing, one core
 */
#include "lan-bulk-opening.h"
#include "lan-bulk-record.h"
#include "lan-ticker.h"

#include <string.h>
#include <sys/resource.h>

#define BLOCK_BYTES (256 * 1024)
#define BUFFERS     16

typedef struct {
  GMainLoop *loop;
  LanBulkLane *lane;
  guint8 *block;
  gint64 until_us, first_us, last_us;
  gint in_lane; /* atomic */
  guint8 *buffers[BUFFERS];
  guint next;
  guint64 bytes;
} Bench;

static double
cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static LanBulkAnswer
on_begin (LanBulkLane *lane, LanBulkIn *in, gpointer data)
{
  Bench *bench = data;

  in->payload = bench->buffers[bench->next++ % BUFFERS];
  return in->payload_len <= BLOCK_BYTES ? LAN_BULK_TAKE : LAN_BULK_REFUSE;
}

static void
on_message (LanBulkLane *lane, const LanBulkIn *in, gpointer data)
{
  Bench *bench = data;

  bench->last_us = lan_boottime_us ();
  if (bench->bytes == 0)
    bench->first_us = bench->last_us;
  else
    bench->bytes += in->payload_len;
  bench->bytes += bench->bytes == 0;
}

static gboolean
on_second (gpointer data)
{
  Bench *bench = data;
  LanBulkStats stats;

  lan_bulk_lane_get_stats (bench->lane, &stats);
  g_printerr ("%.1f s: %.1f MB, rtt %d us (least %d), window %zu\n", (double) stats.age_us / 1e6,
              (double) stats.bytes_sent / 1e6, (int) stats.rtt_us, (int) stats.base_rtt_us,
              stats.window);
  return G_SOURCE_CONTINUE;
}

static void
on_done (gpointer data, gboolean sent)
{
  g_atomic_int_add (&((Bench *) data)->in_lane, -1);
}

static gboolean
send_more (gpointer data)
{
  Bench *bench = data;
  LanBulkOut out = {
    .type = 1, .payload = bench->block, .payload_len = BLOCK_BYTES, .done = on_done, .data = bench
  };

  if (lan_boottime_us () >= bench->until_us) {
    lan_bulk_lane_close (bench->lane);
    return G_SOURCE_REMOVE;
  }
  while (g_atomic_int_get (&bench->in_lane) < BUFFERS / 2) {
    g_atomic_int_inc (&bench->in_lane);
    if (!lan_bulk_lane_send (bench->lane, &out)) {
      g_atomic_int_add (&bench->in_lane, -1);
      break;
    }
  }
  return G_SOURCE_CONTINUE;
}

static void
on_closed (LanBulkLane *lane, LanCloseReason reason, const char *detail, gpointer data)
{
  Bench *bench = data;
  double s = (double) (bench->last_us - bench->first_us) / 1e6;
  LanBulkStats stats;

  lan_bulk_lane_get_stats (lane, &stats);
  if (bench->bytes > 1)
    g_print ("%.3f MB/s %.3f s %.2f CPU-s/GB %s\n", (double) bench->bytes / s / 1e6, s,
             cpu_s () * 1e9 / (double) bench->bytes, lan_close_reason_name (reason));
  else
    g_print ("sent %.1f MB, %.2f CPU-s/GB, %s (%s)\n", (double) stats.bytes_sent / 1e6,
             cpu_s () * 1e9 / (double) MAX (stats.bytes_sent, 1), lan_close_reason_name (reason),
             detail);
  g_main_loop_quit (bench->loop);
}

static const LanBulkEvents events = { .begin = on_begin,
                                      .message = on_message,
                                      .closed = on_closed };

static void
on_opened (LanBulkOpening *opening, LanBulkLane *lane, gpointer data)
{
  Bench *bench = data;

  if (lane == NULL)
    g_error ("no lane");
  bench->lane = lane;
  lan_bulk_lane_start (lane, &events, bench);
  if (bench->until_us > 0) {
    bench->until_us += lan_boottime_us ();
    g_timeout_add (1, send_more, bench);
    if (g_getenv ("BENCH_BULK_VERBOSE") != NULL)
      g_timeout_add (1000, on_second, bench);
  }
}

static void
on_lane (LanListener *listener, LanChannel *lane, const LanChannelPeer *peer, gpointer data)
{
  lan_channel_free (lane);
}

static int
run (Bench *bench, LanBulkOpeningConfig *config)
{
  static const guint8 id[LAN_LANE_ID_BYTES] = "bench";
  LanBulkOpening *opening;

  memcpy (config->lane_id, id, sizeof id);
  memset (config->psk_dial, 1, LAN_KEY_BYTES); /* the same both ways: a bench has no secrets */
  memset (config->psk_listen, 1, LAN_KEY_BYTES);
  bench->loop = g_main_loop_new (NULL, FALSE);
  bench->block = g_malloc (BLOCK_BYTES);
  memset (bench->block, 0x5a, BLOCK_BYTES);
  for (guint i = 0; i < BUFFERS; i++)
    bench->buffers[i] = g_malloc (BLOCK_BYTES);
  opening = lan_bulk_opening_new (config, on_opened, bench);
  g_main_loop_run (bench->loop);
  lan_bulk_lane_free (bench->lane);
  lan_bulk_opening_free (opening);
  return 0;
}

static int
limits (void)
{
  static const guint8 key[LAN_KEY_BYTES] = { 1 };
  g_autoptr (LanBulkFlow) flow = lan_bulk_flow_new (key);
  g_autofree guint8 *room = g_malloc (LAN_BULK_RECORD_ROOM), *in = g_malloc0 (BLOCK_BYTES);
  guint8 head[LAN_BULK_RECORD_HEAD_BYTES] = { 0 };
  gint64 start = g_get_monotonic_time ();
  guint64 n = 0;
  LanHash hash;

  for (; g_get_monotonic_time () - start < G_USEC_PER_SEC; n += 52480) {
    gsize len;

    if (lan_bulk_flow_seal (flow, head, in, 52480, room, &len) != LAN_STATUS_OK)
      return 1;
  }
  g_print ("seal %.0f MB/s\n", (double) n / (double) (g_get_monotonic_time () - start));
  start = g_get_monotonic_time ();
  for (n = 0; g_get_monotonic_time () - start < G_USEC_PER_SEC; n += BLOCK_BYTES)
    lan_hash_256 (&hash, in, BLOCK_BYTES);
  g_print ("hash %.0f MB/s\n", (double) n / (double) (g_get_monotonic_time () - start));
  return 0;
}

int
main (int argc, char **argv)
{
  static const LanListenerEvents listener_events = { .lane = on_lane };
  const char *mode = argc > 1 ? argv[1] : "";
  LanBulkOpeningConfig config = { 0 };
  Bench bench = { 0 };
  g_autoptr (LanListener) listener = NULL;
  g_autoptr (GError) error = NULL;

  if (strcmp (mode, "limits") == 0)
    return limits ();
  if (strcmp (mode, "serve") == 0 && argc == 3) {
    LanListenerConfig port = { .port = (guint16) atoi (argv[2]) };
    LanLocalKeys keys = { { 0 } };

    listener = lan_listener_new (&port, &keys, &listener_events, NULL, &error);
    if (listener == NULL)
      g_error ("%s", error->message);
    config.listener = listener;
    g_print ("ready %u\n", lan_listener_port (listener));
    return run (&bench, &config);
  }
  if (strcmp (mode, "send") == 0 && argc == 5) {
    g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);

    g_ptr_array_add (addresses, lan_socket_address_parse (argv[2], (guint16) atoi (argv[3])));
    config.addresses = addresses;
    config.is_initiator = TRUE;
    bench.until_us = (gint64) (g_ascii_strtod (argv[4], NULL) * 1e6);
    return run (&bench, &config);
  }
  g_printerr ("bench-bulk serve PORT | send ADDRESS PORT SECONDS | limits\n");
  return 2;
}
