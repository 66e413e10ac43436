/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a sealed link costs against what it is made of: raw ENet on real sockets, and plain TCP, in
 * the same run on the same machine. Each side has a thread and a main context of its own, as in
 * life. Prints one line per figure; with --check fails when a link carries less than 0.6 of raw
 * ENet. Not part of any test suite: figures of a busy machine say nothing.
 */
#include "lan-identity.h"
#include "lan-link.h"
#include "lan-random-system.h"

#include <enet/enet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_BYTES 60000
#define ECHO_BYTES  120
#define LINKS_MAX   8

static guint64 total_bytes = 256 * 1024 * 1024;
static guint pings = 2000;

static double
cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

typedef struct {
  double mb_s, cpu_s_gb;
  double p50_us, p99_us;
} Figures;

static void
print_figures (const char *name, const Figures *f)
{
  g_print ("%-24s %8.0f MB/s  %6.2f CPU-s/GB (both sides)  round trip p50 %7.1f us  p99 %7.1f us\n",
           name, f->mb_s, f->cpu_s_gb, f->p50_us, f->p99_us);
}

static int
by_value (gconstpointer a, gconstpointer b)
{
  return *(const gint64 *) a < *(const gint64 *) b ? -1 : *(const gint64 *) a > *(const gint64 *) b;
}

static void
set_percentiles (Figures *f, GArray *samples)
{
  g_array_sort (samples, by_value);
  f->p50_us = (double) g_array_index (samples, gint64, samples->len / 2) / 1000;
  f->p99_us = (double) g_array_index (samples, gint64, samples->len * 99 / 100) / 1000;
}

static gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- plain TCP ---- */

static gpointer
tcp_echo_thread (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  static guint8 bytes[1 << 16];
  guint64 got = 0;

  for (guint i = 0; i < pings; i++) {
    if (recv (fd, bytes, ECHO_BYTES, MSG_WAITALL) != ECHO_BYTES ||
        send (fd, bytes, ECHO_BYTES, MSG_NOSIGNAL) != ECHO_BYTES)
      return NULL;
  }
  while (got < total_bytes) {
    gssize n = recv (fd, bytes, sizeof bytes, 0);

    if (n <= 0)
      break;
    got += (guint64) n;
  }
  (void) !send (fd, bytes, 1, MSG_NOSIGNAL);
  return NULL;
}

static void
bench_tcp (Figures *f)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (0x7f000001) };
  socklen_t len = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM, 0), client = socket (AF_INET, SOCK_STREAM, 0);
  int server, one = 1;
  static guint8 bytes[FRAME_BYTES];
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (gint64));
  GThread *thread;
  double cpu;
  gint64 start;

  if (bind (listener, (struct sockaddr *) &address, sizeof address) != 0 ||
      listen (listener, 1) != 0 ||
      getsockname (listener, (struct sockaddr *) &address, &len) != 0 ||
      connect (client, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("no TCP");
  server = accept (listener, NULL, NULL);
  setsockopt (client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt (server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  thread = g_thread_new ("tcp", tcp_echo_thread, GINT_TO_POINTER (server));
  for (guint i = 0; i < pings; i++) {
    start = now_ns ();
    if (send (client, bytes, ECHO_BYTES, 0) != ECHO_BYTES ||
        recv (client, bytes, ECHO_BYTES, MSG_WAITALL) != ECHO_BYTES)
      g_error ("TCP echo");
    start = now_ns () - start;
    g_array_append_val (samples, start);
  }
  set_percentiles (f, samples);
  cpu = cpu_s ();
  start = now_ns ();
  for (guint64 sent = 0; sent < total_bytes;) {
    gssize n = send (client, bytes, (gsize) MIN (sizeof bytes, total_bytes - sent), 0);

    if (n <= 0)
      g_error ("TCP send");
    sent += (guint64) n;
  }
  if (recv (client, bytes, 1, 0) != 1)
    g_error ("TCP end");
  f->mb_s = (double) total_bytes * 1000 / (double) (now_ns () - start);
  f->cpu_s_gb = (cpu_s () - cpu) / ((double) total_bytes / 1e9);
  g_thread_join (thread);
  close (client);
  close (server);
  close (listener);
}

/* ---- raw ENet, the same settings, on its own sockets ---- */

#define RAW_QUEUE (1024 * 1024)

static guint64 raw_queued;

static void
on_raw_free (ENetPacket *packet)
{
  raw_queued -= packet->dataLength;
}

static void
tune_raw (ENetPeer *peer)
{
  peer->windowSize = 2 * 1024 * 1024;
  peer->roundTripTimeVariance = MAX (peer->roundTripTimeVariance, 5);
}

static gboolean raw_stop;

static gpointer
raw_server_thread (gpointer data)
{
  ENetHost *host = data;
  ENetEvent event;

  while (!g_atomic_int_get (&raw_stop)) {
    int n = enet_host_service (host, &event, 1);

    for (; n > 0; n = enet_host_check_events (host, &event)) {
      if (event.type == ENET_EVENT_TYPE_CONNECT) {
        enet_peer_throttle_configure (event.peer, 5000, 32, 0);
        tune_raw (event.peer);
      } else if (event.type == ENET_EVENT_TYPE_RECEIVE) {
        if (event.packet->dataLength == ECHO_BYTES) {
          enet_peer_send (
              event.peer, 0,
              enet_packet_create (event.packet->data, ECHO_BYTES, ENET_PACKET_FLAG_RELIABLE));
          enet_host_flush (host);
        }
        enet_packet_destroy (event.packet);
      }
    }
  }
  return NULL;
}

static void
raw_wait (ENetHost *host, ENetEventType type)
{
  ENetEvent event;

  while (enet_host_service (host, &event, 100) <= 0 || event.type != type)
    ;
  if (type == ENET_EVENT_TYPE_RECEIVE)
    enet_packet_destroy (event.packet);
}

static void
bench_raw (Figures *f)
{
  ENetAddress address = { .host = g_htonl (0x7f000001) };
  ENetHost *server = enet_host_create (&address, 1, 3, 0, 0);
  ENetHost *client = enet_host_create (NULL, 1, 3, 0, 0);
  static guint8 bytes[FRAME_BYTES];
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (gint64));
  ENetEvent event;
  ENetPeer *peer;
  GThread *thread;
  guint64 sent = 0;
  double cpu;
  gint64 start;
  int size = 1024 * 1024;

  enet_socket_get_address (server->socket, &address);
  address.host = g_htonl (0x7f000001);
  setsockopt (server->socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt (client->socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  client->peers[0].mtu = 1160;
  thread = g_thread_new ("enet", raw_server_thread, server);
  peer = enet_host_connect (client, &address, 3, 0);
  raw_wait (client, ENET_EVENT_TYPE_CONNECT);
  enet_peer_throttle_configure (peer, 5000, 32, 0);
  for (guint i = 0; i < pings; i++) {
    start = now_ns ();
    enet_peer_send (peer, 0, enet_packet_create (bytes, ECHO_BYTES, ENET_PACKET_FLAG_RELIABLE));
    raw_wait (client, ENET_EVENT_TYPE_RECEIVE);
    start = now_ns () - start;
    g_array_append_val (samples, start);
  }
  set_percentiles (f, samples);
  cpu = cpu_s ();
  start = now_ns ();
  while (sent < total_bytes || raw_queued > 0) {
    while (sent < total_bytes && raw_queued < RAW_QUEUE) {
      ENetPacket *packet = enet_packet_create (bytes, FRAME_BYTES, ENET_PACKET_FLAG_RELIABLE);

      packet->freeCallback = on_raw_free;
      raw_queued += FRAME_BYTES;
      sent += FRAME_BYTES;
      enet_peer_send (peer, 1, packet);
    }
    tune_raw (peer);
    enet_host_service (client, &event, 0);
    if (raw_queued >= RAW_QUEUE || sent >= total_bytes) {
      enet_uint32 condition = ENET_SOCKET_WAIT_RECEIVE;

      enet_socket_wait (client->socket, &condition, 1);
    }
  }
  f->mb_s = (double) total_bytes * 1000 / (double) (now_ns () - start);
  f->cpu_s_gb = (cpu_s () - cpu) / ((double) total_bytes / 1e9);
  g_atomic_int_set (&raw_stop, TRUE);
  g_thread_join (thread);
  enet_host_destroy (client);
  enet_host_destroy (server);
}

/* ---- links ---- */

typedef struct _Side Side;

typedef struct {
  Side *side;
  LanLink *link;
  guint64 got, sent;
} End;

struct _Side {
  gboolean is_sender;
  guint n;
  gboolean shim;
  LanLocalKeys keys;
  guint8 public_key[LAN_KEY_BYTES];
  Side *other;
  GMainContext *context;
  GMainLoop *loop;
  End ends[LINKS_MAX];
  guint ups;
  guint64 share; /* bytes each link is to carry */
  guint done;
  Figures *figures;
  GArray *samples;
  gint64 ping_ns;
  double connect_ms, cpu;
  gint64 start_ns;
};

static void
on_hello (LanHello *hello, gpointer data)
{
  static guint64 count;

  *hello = (LanHello){ .caps = LAN_CAP_LINK };
  lan_ts_next (hello->ts, NULL, g_get_real_time () / 1000);
  lan_ts_add (hello->ts, ++count);
}

typedef struct {
  Side *to;
  LanLinkSignal signal;
} Letter;

static void open_link (Side *side, guint i);

static gboolean
on_letter (gpointer data)
{
  Letter *letter = data;
  guint i = letter->signal.link_id.b[0];
  Side *side = letter->to;

  if (side->ends[i].link == NULL && !side->is_sender)
    open_link (side, i);
  if (side->ends[i].link != NULL && !lan_link_signal (side->ends[i].link, &letter->signal))
    g_error ("signal refused");
  lan_link_signal_clear (&letter->signal);
  g_free (letter);
  return G_SOURCE_REMOVE;
}

static void
on_signal (LanLink *link, const LanLinkSignal *signal, gpointer data)
{
  End *end = data;
  Letter *letter = g_new0 (Letter, 1);

  letter->to = end->side->other;
  letter->signal = *signal;
  letter->signal.text = g_strdup (signal->text);
  g_main_context_invoke (letter->to->context, on_letter, letter);
}

static void
ping (End *end)
{
  static guint8 bytes[ECHO_BYTES];

  end->side->ping_ns = now_ns ();
  if (!lan_channel_send (lan_link_channel (end->link), LAN_STREAM_CHAT, bytes, sizeof bytes))
    g_error ("ping refused");
}

static void
pour (End *end)
{
  static guint8 bytes[FRAME_BYTES];

  while (end->sent < end->side->share &&
         lan_channel_send (lan_link_channel (end->link), LAN_STREAM_FILES, bytes, sizeof bytes))
    end->sent += sizeof bytes;
}

static void
begin_pouring (Side *side)
{
  set_percentiles (side->figures, side->samples);
  side->cpu = cpu_s ();
  side->start_ns = now_ns ();
  for (guint i = 0; i < side->n; i++)
    pour (&side->ends[i]);
}

static void
on_up (LanChannel *channel, const LanChannelPeer *peer, gpointer data)
{
  End *end = data;
  Side *side = end->side;
  LanLinkStats stats;

  if (++side->ups < side->n || !side->is_sender)
    return;
  lan_link_get_stats (end->link, &stats);
  side->connect_ms = (double) stats.connect_us / 1000;
  ping (&side->ends[0]);
}

static void
on_frame (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len, gpointer data)
{
  End *end = data;
  Side *side = end->side;
  static const guint8 thanks[1];
  gint64 ns;

  if (!side->is_sender) {
    end->got += len;
    if (stream == LAN_STREAM_CHAT && !lan_channel_send (channel, stream, frame, len))
      g_error ("echo refused");
    if (stream == LAN_STREAM_FILES && end->got >= side->share && end->got - len < side->share &&
        !lan_channel_send (channel, LAN_STREAM_CHAT, thanks, 1))
      g_error ("thanks refused");
    return;
  }
  if (len == 1) {
    if (++side->done == side->n)
      g_main_loop_quit (side->loop);
    return;
  }
  ns = now_ns () - side->ping_ns;
  g_array_append_val (side->samples, ns);
  if (side->samples->len < pings)
    ping (end);
  else
    begin_pouring (side);
}

static void
on_writable (LanChannel *channel, LanStream stream, gpointer data)
{
  pour (data);
}

static void
on_closed (LanChannel *channel, LanCloseReason reason, const char *detail, gpointer data)
{
  g_error ("link closed: %s, %s", lan_close_reason_name (reason), detail);
}

static void
open_link (Side *side, guint i)
{
  static char *loopback[] = { (char *) "127.0.0.1", NULL };
  static const LanLinkEvents link_events = { .signal = on_signal };
  static const LanChannelEvents events = { on_up, on_frame, on_writable, on_closed };
  LanLinkConfig config = { .link_id = { { (guint8) i } },
                           .offerer = side->is_sender,
                           .keys = side->keys,
                           .force_shim = side->shim,
                           .path = { .addresses = loopback } };
  g_autoptr (GError) error = NULL;
  End *end = &side->ends[i];

  memcpy (config.remote_key, side->other->public_key, LAN_KEY_BYTES);
  end->side = side;
  end->link = lan_link_new (&config, &link_events, end, &error);
  if (end->link == NULL)
    g_error ("link: %s", error->message);
  lan_channel_set_events (lan_link_channel (end->link), &events, end);
}

static gpointer
link_thread (gpointer data)
{
  Side *side = data;

  g_main_context_push_thread_default (side->context);
  if (side->is_sender) {
    for (guint i = 0; i < side->n; i++)
      open_link (side, i);
  }
  g_main_loop_run (side->loop);
  if (side->is_sender) {
    side->figures->mb_s =
        (double) side->share * side->n * 1000 / (double) (now_ns () - side->start_ns);
    side->figures->cpu_s_gb = (cpu_s () - side->cpu) / ((double) side->share * side->n / 1e9);
    g_main_loop_quit (side->other->loop);
  }
  for (guint i = 0; i < side->n; i++) {
    if (side->ends[i].link != NULL)
      lan_channel_free (lan_link_channel (side->ends[i].link));
  }
  while (g_main_context_iteration (side->context, FALSE))
    ;
  g_main_context_pop_thread_default (side->context);
  return NULL;
}

static double
bench_links (Figures *f, guint n, gboolean shim)
{
  Side *sides = g_new0 (Side, 2);
  GThread *threads[2];
  double connect_ms;

  for (guint i = 0; i < 2; i++) {
    sides[i].is_sender = i == 0;
    sides[i].n = n;
    sides[i].shim = shim;
    sides[i].other = &sides[1 - i];
    sides[i].context = g_main_context_new ();
    sides[i].loop = g_main_loop_new (sides[i].context, FALSE);
    sides[i].share = total_bytes / n / FRAME_BYTES * FRAME_BYTES;
    sides[i].figures = f;
    sides[i].samples = g_array_new (FALSE, FALSE, sizeof (gint64));
    lan_random_bytes (lan_random_system (), sides[i].keys.dh_secret, LAN_KEY_BYTES);
    lan_dh_public_from_secret (sides[i].public_key, sides[i].keys.dh_secret);
    sides[i].keys.hello = on_hello;
  }
  for (guint i = 2; i-- > 0;)
    threads[i] = g_thread_new ("link", link_thread, &sides[i]);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  connect_ms = sides[0].connect_ms;
  for (guint i = 0; i < 2; i++) {
    g_main_loop_unref (sides[i].loop);
    g_main_context_unref (sides[i].context);
    g_array_unref (sides[i].samples);
  }
  g_free (sides);
  return connect_ms;
}

int
main (int argc, char **argv)
{
  int megabytes = 256, rounds = 3;
  gboolean check = FALSE;
  GOptionEntry entries[] = {
    { "megabytes", 'm', 0, G_OPTION_ARG_INT, &megabytes, "bytes to carry, in MB", "N" },
    { "rounds", 'r', 0, G_OPTION_ARG_INT, &rounds, "rounds; the best counts", "N" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &check, "fail below 0.6 of raw ENet", NULL },
    { 0 },
  };
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  double best_raw = 0, best_link = 0;

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, NULL) || megabytes < 8 || rounds < 1)
    return 2;
  total_bytes = (guint64) megabytes * 1000000 / FRAME_BYTES * FRAME_BYTES;
  g_print ("our sockets in force: %s\n", lan_link_hook_in_force () ? "yes" : "no");
  for (int round = 0; round < rounds; round++) {
    Figures tcp = { 0 }, raw = { 0 }, one = { 0 }, four = { 0 }, shim = { 0 };
    double connect_ms;

    raw_stop = FALSE;
    bench_tcp (&tcp);
    bench_raw (&raw);
    connect_ms = bench_links (&one, 1, FALSE);
    bench_links (&four, 4, FALSE);
    bench_links (&shim, 1, TRUE);
    print_figures ("plain TCP", &tcp);
    print_figures ("raw ENet", &raw);
    print_figures ("sealed link", &one);
    print_figures ("four sealed links", &four);
    print_figures ("sealed link, shim", &shim);
    g_print ("ICE connected in %.1f ms; link / raw ENet = %.2f, four = %.2f\n\n", connect_ms,
             one.mb_s / raw.mb_s, four.mb_s / raw.mb_s);
    best_raw = MAX (best_raw, raw.mb_s);
    best_link = MAX (best_link, one.mb_s);
  }
  g_print ("best: link %.0f MB/s, raw ENet %.0f MB/s, ratio %.2f\n", best_link, best_raw,
           best_link / best_raw);
  return check && best_link < 0.6 * best_raw ? 1 : 0;
}
