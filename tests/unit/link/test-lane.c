/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Lanes over real sockets on the loopback interface, and what strangers do to the port. */
#include "link-fixture.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  Device device;
  LanListener *listener;
  Ear *ear; /* of the newest lane */
  guint lanes;
  gboolean hidden, refuses_known;
} Host;

static void
on_lane (LanListener *listener, LanChannel *lane, const LanChannelPeer *peer, gpointer data)
{
  Host *host = data;

  host->lanes++;
  g_clear_pointer (&host->ear, ear_free);
  host->ear = ear_new (lane);
  memcpy (host->ear->key, peer->static_key, LAN_KEY_BYTES);
  host->ear->pattern = peer->pattern;
  g_assert_cmpuint (peer->hello.caps, ==, LAN_CAP_LINK);
}

static gboolean
on_accepts_xx (LanListener *listener, gpointer data)
{
  return !((Host *) data)->hidden;
}

static gboolean
on_check_known (LanListener *listener, const guint8 *key, const LanHello *hello, gpointer data)
{
  return !((Host *) data)->refuses_known;
}

static const LanListenerEvents host_events = { on_lane, on_accepts_xx, on_check_known };

static void
host_init (Host *host, const LanListenerConfig *limits)
{
  LanListenerConfig config = limits != NULL ? *limits : (LanListenerConfig){ 0 };
  g_autoptr (GError) error = NULL;

  memset (host, 0, sizeof *host);
  device_init (&host->device);
  config.loopback_only = TRUE;
  host->listener = lan_listener_new (&config, &host->device.keys, &host_events, host, &error);
  g_assert_no_error (error);
}

static void
host_clear (Host *host)
{
  g_clear_pointer (&host->ear, ear_free);
  g_clear_pointer (&host->listener, lan_listener_free);
}

static GPtrArray *
addresses_of (Host *host, const char *first)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  if (first != NULL) /* discard: nobody listens, or nobody answers */
    g_ptr_array_add (list, lan_socket_address_parse (first, 9));
  if (host != NULL)
    g_ptr_array_add (list,
                     lan_socket_address_parse ("127.0.0.1", lan_listener_port (host->listener)));
  return list;
}

static Ear *
dial (Device *device, Host *host, gboolean with_key)
{
  g_autoptr (GPtrArray) addresses = addresses_of (host, NULL);

  return ear_new (
      lan_tcp_lane_dial (&device->keys, with_key ? host->device.public_key : NULL, addresses));
}

static void
test_patterns (gconstpointer data)
{
  gboolean is_ik = GPOINTER_TO_INT (data);
  Host host;
  Device device;
  g_autoptr (Ear) ear = NULL;
  guint16 port;

  host_init (&host, NULL);
  device_init (&device);
  ear = dial (&device, &host, is_ik);
  g_assert_true (lan_tcp_lane_is_dialer (ear->channel));
  wait_until (ear->ups == 1 && host.lanes == 1);
  g_assert_false (lan_tcp_lane_is_dialer (host.ear->channel));
  g_assert_cmpmem (ear->key, LAN_KEY_BYTES, host.device.public_key, LAN_KEY_BYTES);
  g_assert_cmpmem (host.ear->key, LAN_KEY_BYTES, device.public_key, LAN_KEY_BYTES);
  g_assert_cmpint (host.ear->pattern, ==, is_ik ? LAN_LANE_PATTERN_IK : LAN_LANE_PATTERN_XX);
  g_assert_cmpint (ear->pattern, ==, host.ear->pattern);
  g_assert_cmpmem (lan_tcp_lane_id (ear->channel), 16, lan_tcp_lane_id (host.ear->channel), 16);
  g_free (lan_socket_address_text (lan_tcp_lane_remote_address (ear->channel), &port));
  g_assert_cmpuint (port, ==, lan_listener_port (host.listener));
  g_assert_true (lan_channel_send (ear->channel, LAN_STREAM_CHAT, (const guint8 *) "ping", 4));
  g_assert_true (lan_channel_send (host.ear->channel, LAN_STREAM_CHAT, (const guint8 *) "pong", 4));
  wait_until (ear->frames == 1 && host.ear->frames == 1);
  g_assert_cmpstr (host.ear->text[0]->str, ==, "ping");
  g_assert_cmpstr (ear->text[0]->str, ==, "pong");
  lan_channel_close (ear->channel);
  wait_until (ear->closes == 1 && host.ear->closes == 1);
  g_assert_cmpint (ear->reason, ==, LAN_CLOSE_LOCAL);
  g_assert_cmpint (host.ear->reason, ==, LAN_CLOSE_REMOTE);
  host_clear (&host);
}

static void
test_much (void)
{
  Host host;
  Device device;
  g_autoptr (Ear) ear = NULL;
  guint32 there = 0, back = 0;
  gsize most = 0;

  host_init (&host, NULL);
  device_init (&device);
  ear = dial (&device, &host, TRUE);
  wait_until (ear->ups == 1 && host.lanes == 1);
  ear->keeps = host.ear->keeps = FALSE;
  wait_until ((send_numbered (ear->channel, LAN_STREAM_CHAT, &there, 400, LAN_CHANNEL_FRAME_MAX),
               send_numbered (host.ear->channel, LAN_STREAM_CHAT, &back, 20000, 100),
               most = MAX (most, lan_channel_queued (ear->channel, LAN_STREAM_CHAT)),
               host.ear->frames == 400 && ear->frames == 20000));
  g_assert_cmpuint (host.ear->out_of_order + ear->out_of_order, ==, 0);
  g_assert_cmpuint (most, <=, LAN_CHANNEL_QUEUE_MAX + LAN_CHANNEL_FRAME_MAX);
  /* What was queued before the close arrives. */
  there = 0;
  host.ear->next[0] = 0;
  send_numbered (ear->channel, LAN_STREAM_CHAT, &there, 10, LAN_CHANNEL_FRAME_MAX);
  lan_channel_close (ear->channel);
  wait_until (host.ear->closes == 1);
  g_assert_cmpuint (host.ear->frames, ==, 410);
  host_clear (&host);
}

/* A reader that does not read: the sender is told to stop, and later to go on. */
static void
test_back_pressure (void)
{
  Host host;
  Device device;
  g_autoptr (Ear) ear = NULL;
  guint32 next = 0;

  host_init (&host, NULL);
  device_init (&device);
  ear = dial (&device, &host, TRUE);
  wait_until (ear->ups == 1 && host.lanes == 1);
  host.ear->keeps = FALSE;
  send_numbered (ear->channel, LAN_STREAM_CHAT, &next, 10000, 50000);
  g_assert_cmpuint (next, <, 10000);
  wait_until (ear->writables > 0);
  host_clear (&host);
}

static LanListenerStats
stats_of (Host *host)
{
  LanListenerStats stats;

  lan_listener_get_stats (host->listener, &stats);
  return stats;
}

static void
test_race (void)
{
  Host host, stranger_host;
  Device device;
  g_autoptr (Ear) ear = NULL;
  g_autoptr (Ear) lost = NULL;
  g_autoptr (GPtrArray) refused = NULL, several = NULL, none = g_ptr_array_new ();

  host_init (&host, NULL);
  device_init (&device);
  /* The first is refused, at the second sits somebody else, the third is the right one. */
  host_init (&stranger_host, NULL);
  several = addresses_of (NULL, "127.0.0.1");
  g_ptr_array_add (
      several, lan_socket_address_parse ("127.0.0.1", lan_listener_port (stranger_host.listener)));
  g_ptr_array_add (several,
                   lan_socket_address_parse ("127.0.0.1", lan_listener_port (host.listener)));
  ear = ear_new (lan_tcp_lane_dial (&device.keys, host.device.public_key, several));
  wait_until (ear->ups == 1);
  g_assert_cmpuint (stats_of (&stranger_host).accepted, ==, 1);
  /* Only the wrong one: the handshake is what failed, though another address did not answer. */
  g_ptr_array_remove_index (several, 2);
  lost = ear_new (lan_tcp_lane_dial (&device.keys, host.device.public_key, several));
  wait_until (lost->closes == 1);
  g_assert_cmpint (lost->reason, ==, LAN_CLOSE_REFUSED);
  g_clear_pointer (&lost, ear_free);
  refused = addresses_of (NULL, "127.0.0.1");
  lost = ear_new (lan_tcp_lane_dial (&device.keys, NULL, refused));
  wait_until (lost->closes == 1);
  g_assert_cmpint (lost->reason, ==, LAN_CLOSE_UNREACHABLE);
  g_clear_pointer (&lost, ear_free);
  lost = ear_new (lan_tcp_lane_dial (&device.keys, NULL, none));
  wait_until (lost->closes == 1);
  g_assert_cmpint (lost->reason, ==, LAN_CLOSE_UNREACHABLE);
  /* Given up before it is connected. */
  g_clear_pointer (&lost, ear_free);
  lost = ear_new (lan_tcp_lane_dial (&device.keys, NULL, several));
  lan_channel_close (lost->channel);
  wait_until (lost->closes == 1);
  g_assert_cmpint (lost->reason, ==, LAN_CLOSE_LOCAL);
  host_clear (&stranger_host);
  host_clear (&host);
}

/* Wrong key, hidden, a timestamp seen before: the dialler learns only that it was refused. */
static void
test_refusals (void)
{
  for (guint i = 0; i < 3; i++) {
    Host host;
    Device device, other;
    g_autoptr (Ear) ear = NULL;

    host_init (&host, NULL);
    device_init (&device);
    device_init (&other);
    host.hidden = i == 1;
    host.refuses_known = i == 2;
    if (i == 0) { /* the key of somebody else */
      g_autoptr (GPtrArray) addresses = addresses_of (&host, NULL);

      ear = ear_new (lan_tcp_lane_dial (&device.keys, other.public_key, addresses));
    } else {
      ear = dial (&device, &host, i == 2);
    }
    wait_until (ear->closes == 1);
    g_assert_cmpuint (ear->ups, ==, 0);
    g_assert_cmpint (ear->reason, ==, LAN_CLOSE_REFUSED);
    g_assert_cmpuint (host.lanes, ==, 0);
    host_clear (&host);
  }
}

static void
test_cut (void)
{
  Host host;
  Device device;
  g_autoptr (Ear) ear = NULL;

  host_init (&host, NULL);
  device_init (&device);
  ear = dial (&device, &host, TRUE);
  wait_until (ear->ups == 1 && host.lanes == 1);
  g_clear_pointer (&host.ear, ear_free); /* the process dies */
  wait_until (ear->closes == 1);
  g_assert_cmpint (ear->reason, ==, LAN_CLOSE_BROKEN);
  host_clear (&host);
}

static void
test_free_in_callbacks (void)
{
  for (guint i = 0; i < 3; i++) {
    Host host;
    Device device;
    g_autoptr (Ear) ear = NULL;

    host_init (&host, NULL);
    device_init (&device);
    ear = dial (&device, &host, FALSE);
    ear->free_in_up = i == 0;
    ear->free_in_frame = i == 1;
    ear->free_in_closed = i == 2;
    /* Freed in up(), the last message of its handshake is never written. */
    wait_until (i == 0 ? ear->channel == NULL : host.lanes == 1);
    for (guint j = 0; j < 3 && i != 0; j++)
      g_assert_true (lan_channel_send (host.ear->channel, LAN_STREAM_CHAT, (guint8 *) "x", 1));
    if (i == 2)
      lan_channel_close (host.ear->channel);
    wait_until (ear->channel == NULL);
    settle ();
    host_clear (&host);
  }
}

/* ---- strangers ---- */

static int
stranger (Host *host)
{
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = g_htons (lan_listener_port (host->listener)),
                            .sin_addr.s_addr = g_htonl (0x7f000001) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &to, sizeof to), ==, 0);
  return fd;
}

/* Waits until the other side has closed, and returns how many bytes it said before. */
static gsize
until_closed (int fd)
{
  guint8 bytes[512];
  gsize said = 0;
  gssize n = -1;

  wait_until ((n = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT)) == 0 ||
              (n < 0 && errno != EAGAIN) || (said += (gsize) MAX (n, 0)) > 1000000);
  close (fd);
  return said;
}

/* T13, T19: lengths and protocols that are none of ours, cut at every point. */
static void
test_junk (void)
{
  static const struct {
    const char *bytes;
    gsize len;
  } junk[] = {
    { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27 },
    { "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and so on", 22 },
    { "LY\x01\x01\x01"
      "0123456789abcdef"
      "\x00\x00",
      23 }, /* length 0 */
    { "LY\x01\x01\x01"
      "0123456789abcdef"
      "\x00\x01x",
      24 }, /* 1 */
    { "LY\x01\x01\x01"
      "0123456789abcdef"
      "\x00\x0fx",
      24 }, /* 15 */
    { "LY\x01\x01\x01"
      "0123456789abcdef"
      "\xff\xff",
      23 }, /* 65535, then cut */
    { "LY\x02\x01\x01"
      "0123456789abcdef",
      21 }, /* version */
    { "LY\x01\x09\x01"
      "0123456789abcdef",
      21 }, /* pattern */
    { "LY\x01\x04\x01"
      "0123456789abcdef",
      21 }, /* NK: not for peers */
    { "LY\x01\x01\x03"
      "0123456789abcdef",
      21 }, /* server */
    { "LY\x01\x01\x00"
      "0123456789abcdef",
      21 }, /* link on TCP */
    { "LY", 2 },
    { "", 0 },
  };
  LanListenerConfig limits = { .failures_per_second = 10000 };
  Host host;

  host_init (&host, &limits);
  for (guint i = 0; i < G_N_ELEMENTS (junk); i++) {
    for (gsize cut = 0; cut <= junk[i].len; cut += MAX (1, junk[i].len / 5)) {
      int fd = stranger (&host);

      if (cut > 0)
        g_assert_cmpint (send (fd, junk[i].bytes, cut, MSG_NOSIGNAL), ==, (gssize) cut);
      shutdown (fd, SHUT_WR);
      g_assert_cmpuint (until_closed (fd), ==, 0); /* not a byte to strangers */
    }
  }
  wait_until (stats_of (&host).unfinished == 0);
  g_assert_cmpuint (host.lanes, ==, 0);
  host_clear (&host);
}

static gsize
descriptors (void)
{
  DIR *dir = opendir ("/proc/self/fd");
  gsize n = 0;

  while (readdir (dir) != NULL)
    n++;
  closedir (dir);
  return n;
}

static gsize
resident_pages (void)
{
  g_autofree char *text = NULL;
  gsize pages = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%*u %zu", &pages), ==, 1);
  return pages;
}

/* T29: 5,000 connections; descriptors and memory stay flat, and a friend still comes in. */
static void
test_flood (void)
{
  Host host;
  Device device;
  g_autoptr (Ear) ear = NULL;
  gsize fds_before, pages_before = 0, most_fds = 0;
  guint held = 0;
  int fds[64];

  host_init (&host, NULL);
  device_init (&device);
  fds_before = descriptors ();
  for (guint i = 0; i < 5000; i++) {
    if (held == G_N_ELEMENTS (fds))
      close (fds[--held]);
    fds[held++] = stranger (&host);
    if (i % 16 == 0) {
      settle ();
      most_fds = MAX (most_fds, descriptors ());
    }
    if (i == 500)
      pages_before = resident_pages ();
  }
  g_assert_cmpuint (most_fds - fds_before, <, G_N_ELEMENTS (fds) + 64);
  wait_until (stats_of (&host).accepted == 5000);
  g_assert_cmpuint (stats_of (&host).refused, >, 4000);
  g_assert_cmpuint (stats_of (&host).unfinished, <=, 32);
#ifdef __SANITIZE_ADDRESS__
  pages_before += 1 << 20; /* it keeps freed memory back */
#endif
  g_assert_cmpuint (resident_pages (), <, pages_before + 1024);
  while (held > 0)
    close (fds[--held]);
  wait_until (stats_of (&host).unfinished == 0);
  do {
    g_clear_pointer (&ear, ear_free);
    ear = dial (&device, &host, TRUE);
    wait_until (ear->ups == 1 || ear->closes == 1);
    /* From the same address, as soon as its bucket has a token again. */
  } while (ear->ups == 0);
  host_clear (&host);
}

/* T33: a byte now and then. The deadlines are crypto's; here: they are kept, and free the place. */
static void
test_slow_loris (void)
{
  Host host;
  int silent, slow;
  gint64 start_us = g_get_monotonic_time (), last_us = 0;
  gboolean silent_closed = FALSE, slow_closed = FALSE;
  guint8 byte;

  host_init (&host, NULL);
  silent = stranger (&host);
  slow = stranger (&host);
  while (!silent_closed || !slow_closed) {
    LanWaker *waker = lan_waker_new ();

    g_main_context_iteration (NULL, TRUE);
    lan_waker_free (waker);
    if (g_get_monotonic_time () - last_us > G_USEC_PER_SEC) {
      last_us = g_get_monotonic_time ();
      (void) !send (slow, "L", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    silent_closed = silent_closed || recv (silent, &byte, 1, MSG_DONTWAIT) == 0;
    slow_closed = slow_closed || recv (slow, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET;
    g_assert_cmpint (g_get_monotonic_time () - start_us, <, 12 * G_USEC_PER_SEC);
  }
  g_assert_cmpuint (stats_of (&host).unfinished, ==, 0);
  close (silent);
  close (slow);
  host_clear (&host);
}

static void
test_ports (void)
{
  Host first, second;
  LanListenerConfig config = { 0 };

  host_init (&first, NULL);
  config.port = lan_listener_port (first.listener);
  host_init (&second, &config); /* taken: another one */
  g_assert_cmpuint (lan_listener_port (second.listener), !=, config.port);
  g_assert_cmpuint (lan_listener_port (second.listener), !=, 0);
  host_clear (&first);
  host_clear (&second);
  host_init (&second, &config); /* free again */
  g_assert_cmpuint (lan_listener_port (second.listener), ==, config.port);
  host_clear (&second);
}

void
add_lane_tests (void)
{
  g_test_add_data_func ("/link/lane/xx", GINT_TO_POINTER (FALSE), test_patterns);
  g_test_add_data_func ("/link/lane/ik", GINT_TO_POINTER (TRUE), test_patterns);
  g_test_add_func ("/link/lane/much", test_much);
  g_test_add_func ("/link/lane/back-pressure", test_back_pressure);
  g_test_add_func ("/link/lane/race", test_race);
  g_test_add_func ("/link/lane/refusals", test_refusals);
  g_test_add_func ("/link/lane/cut", test_cut);
  g_test_add_func ("/link/lane/free-in-callbacks", test_free_in_callbacks);
  g_test_add_func ("/link/listener/ports", test_ports);
  g_test_add_func ("/link/listener/T13-T19-junk", test_junk);
  g_test_add_func ("/link/listener/T29-flood", test_flood);
  g_test_add_func ("/link/listener/T33-slow-loris", test_slow_loris);
}
