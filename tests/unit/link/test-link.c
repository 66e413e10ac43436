/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Links between two ends in one process, over real sockets on the loopback interface. */
#include "link-fixture.h"

#include "lan-ticker.h"

#include <arpa/inet.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct _Side Side;
struct _Side {
  Device device;
  LanLink *link; /* its channel is the ear's */
  Ear *ear;
  Side *other;
  GQueue post; /* of LanLinkSignal: on its way to the other side */
  LanTicker *postman;
  gboolean holds_post;
  gint64 setup_us;
  guint bad_signals;
  guint paths_seen;
  LanPathType type;
  guint datagrams;
  guint8 last_lane;
  GString *last;
  char *last_offer; /* text of the newest offer or answer: where our sockets are */
};

static void
on_post (gpointer data)
{
  Side *side = data;
  LanLinkSignal *signal;

  while (!side->holds_post && (signal = g_queue_pop_head (&side->post)) != NULL) {
    if (side->other->link != NULL)
      side->bad_signals += !lan_link_signal (side->other->link, signal);
    lan_link_signal_clear (signal);
    g_free (signal);
  }
}

static void
on_signal (LanLink *link, const LanLinkSignal *signal, gpointer data)
{
  Side *side = data;
  LanLinkSignal *copy = g_new (LanLinkSignal, 1);

  *copy = *signal;
  copy->text = g_strdup (signal->text);
  if (signal->type != LAN_LINK_SIGNAL_CANDIDATE) {
    g_free (side->last_offer);
    side->last_offer = g_strdup (signal->text);
  }
  g_queue_push_tail (&side->post, copy);
  lan_ticker_set (side->postman, 0);
}

static void
on_path (LanLink *link, LanPathType type, gpointer data)
{
  Side *side = data;

  side->type = type;
  side->paths_seen++;
}

static void
on_datagram (LanLink *link, LanDatagramLane lane, const guint8 *bytes, gsize len, gpointer data)
{
  Side *side = data;

  side->datagrams++;
  side->last_lane = lane;
  g_string_truncate (side->last, 0);
  g_string_append_len (side->last, (const char *) bytes, (gssize) len);
}

static const LanLinkEvents link_events = { .signal = on_signal,
                                           .path = on_path,
                                           .datagram = on_datagram };

static void
side_open (Side *side, const LanLinkId *id, gboolean is_offerer, gboolean shim)
{
  static char *loopback[] = { (char *) "127.0.0.1", NULL };
  LanLinkConfig config = {
    .link_id = *id, .offerer = is_offerer, .force_shim = shim, .path = { .addresses = loopback }
  };
  g_autoptr (GError) error = NULL;

  config.keys = side->device.keys;
  config.setup_us = side->setup_us;
  memcpy (config.remote_key, side->other->device.public_key, LAN_KEY_BYTES);
  side->link = lan_link_new (&config, &link_events, side, &error);
  g_assert_no_error (error);
  side->ear = ear_new (lan_link_channel (side->link));
}

static void
side_close (Side *side)
{
  side->link = NULL;
  g_clear_pointer (&side->ear, ear_free);
}

static void
sides_init (Side *a, Side *b)
{
  Side *sides[] = { a, b };

  for (guint i = 0; i < 2; i++) {
    memset (sides[i], 0, sizeof *sides[i]);
    device_init (&sides[i]->device);
    sides[i]->other = sides[1 - i];
    g_queue_init (&sides[i]->post);
    sides[i]->postman = lan_ticker_new (on_post, sides[i]);
    sides[i]->last = g_string_new (NULL);
  }
}

static void
post_free (LanLinkSignal *signal)
{
  lan_link_signal_clear (signal);
  g_free (signal);
}

static void
sides_clear (Side *a, Side *b)
{
  Side *sides[] = { a, b };

  for (guint i = 0; i < 2; i++) {
    side_close (sides[i]);
    lan_ticker_free (sides[i]->postman);
    g_queue_clear_full (&sides[i]->post, (GDestroyNotify) post_free);
    g_string_free (sides[i]->last, TRUE);
    g_free (sides[i]->last_offer);
  }
  settle ();
}

static void
join (Side *a, Side *b, gboolean shim)
{
  LanLinkId id = { { 7 } };

  side_open (a, &id, TRUE, shim);
  side_open (b, &id, FALSE, shim);
  wait_until (a->ear->ups == 1 && b->ear->ups == 1);
}

static LanLinkStats
stats_of (Side *side)
{
  LanLinkStats stats;

  lan_link_get_stats (side->link, &stats);
  return stats;
}

static void
test_basics (gconstpointer data)
{
  gboolean shim = GPOINTER_TO_INT (data);
  Side a, b;
  LanLinkStats stats;

  sides_init (&a, &b);
  join (&a, &b, shim);
  g_assert_cmpmem (a.ear->key, LAN_KEY_BYTES, b.device.public_key, LAN_KEY_BYTES);
  g_assert_cmpmem (b.ear->key, LAN_KEY_BYTES, a.device.public_key, LAN_KEY_BYTES);
  g_assert_true (lan_link_is_offerer (a.link));
  g_assert_true (lan_link_from_channel (a.ear->channel) == a.link);
  g_assert_cmpint (a.type, ==, LAN_PATH_DIRECT);
  g_assert_true (lan_channel_send (a.ear->channel, LAN_STREAM_CHAT, (const guint8 *) "hi", 2));
  g_assert_true (lan_channel_send (b.ear->channel, LAN_STREAM_FILES, (const guint8 *) "block", 5));
  g_assert_true (lan_link_send_datagram (a.link, LAN_DATAGRAM_LANE_MEDIA, (guint8 *) "voice", 5));
  g_assert_false (lan_link_send_datagram (a.link, LAN_DATAGRAM_LANE_ENET, (guint8 *) "no", 2));
  g_assert_false (lan_link_send_datagram (a.link, LAN_DATAGRAM_LANE_MEDIA, (guint8 *) "no", 9999));
  wait_until (a.ear->frames == 1 && b.ear->frames == 1 && b.datagrams == 1);
  g_assert_cmpstr (b.ear->text[LAN_STREAM_CHAT]->str, ==, "hi");
  g_assert_cmpstr (a.ear->text[LAN_STREAM_FILES]->str, ==, "block");
  g_assert_cmpstr (b.last->str, ==, "voice");
  g_assert_cmpint (b.last_lane, ==, LAN_DATAGRAM_LANE_MEDIA);
  wait_until (stats_of (&a).rtt_us >= 0);
  stats = stats_of (&a);
  g_assert_cmpint (stats.shim, ==, shim);
  g_assert_cmpint (stats.path_type, ==, LAN_PATH_DIRECT);
  g_assert_cmpuint (stats.paths, ==, 1);
  g_assert_cmpint (stats.connect_us, >=, 0);
  g_test_message ("ICE connected in %.1f ms", (double) stats.connect_us / 1000);
  lan_channel_close (a.ear->channel);
  wait_until (a.ear->closes == 1 && b.ear->closes == 1);
  g_assert_cmpint (a.ear->reason, ==, LAN_CLOSE_LOCAL);
  g_assert_cmpint (b.ear->reason, ==, LAN_CLOSE_REMOTE);
  g_assert_cmpint (stats_of (&a).path_type, ==, LAN_PATH_NONE);
  sides_clear (&a, &b);
}

/* Sends @count frames each way on both streams, calling @at_half when half have come. */
static void
pour (Side *a, Side *b, guint count, void (*at_half) (Side *a, Side *b))
{
  guint32 next[4] = { 0 };

  a->ear->keeps = b->ear->keeps = FALSE;
  memset (a->ear->next, 0, sizeof a->ear->next);
  memset (b->ear->next, 0, sizeof b->ear->next);
  a->ear->frames = b->ear->frames = 0;
  for (;;) {
    gboolean is_done = FALSE;

    wait_until ((send_numbered (a->ear->channel, LAN_STREAM_CHAT, &next[0], count, 300),
                 send_numbered (b->ear->channel, LAN_STREAM_CHAT, &next[1], count, 300),
                 send_numbered (a->ear->channel, LAN_STREAM_FILES, &next[2], count, 20000),
                 send_numbered (b->ear->channel, LAN_STREAM_FILES, &next[3], count, 20000),
                 is_done = a->ear->frames == 2 * count && b->ear->frames == 2 * count,
                 is_done || (at_half != NULL && a->ear->next[LAN_STREAM_FILES] > count / 2)));
    if (is_done)
      break;
    at_half (a, b);
    at_half = NULL;
  }
  g_assert_cmpuint (a->ear->out_of_order + b->ear->out_of_order, ==, 0);
}

static void
move_offerer (Side *a, Side *b)
{
  lan_link_move (a->link, LAN_PATH_WAY_ANY);
}

static void
move_answerer (Side *a, Side *b)
{
  lan_link_move (b->link, LAN_PATH_WAY_ANY);
}

static void
move_both (Side *a, Side *b)
{
  lan_link_move (a->link, LAN_PATH_WAY_ANY);
  lan_link_move (b->link, LAN_PATH_WAY_ANY);
}

/* A new path in mid-stream, by either side and by both at once: nothing is lost or doubled. */
static void
test_move (gconstpointer data)
{
  static void (*const moves[]) (Side *, Side *) = { move_offerer, move_answerer, move_both };
  guint which = GPOINTER_TO_UINT (data), made = which == 2 ? 3 : 2;
  Side a, b;

  sides_init (&a, &b);
  join (&a, &b, FALSE);
  pour (&a, &b, 400, moves[which]);
  wait_until (stats_of (&a).paths == made && stats_of (&b).paths == made);
  /* It works on, and after the old path is gone. */
  pour (&a, &b, 100, NULL);
  wait_until (stats_of (&a).path_type == LAN_PATH_DIRECT);
  g_assert_cmpuint (a.ear->closes + b.ear->closes, ==, 0);
  g_assert_cmpint (a.type, ==, LAN_PATH_DIRECT);
  sides_clear (&a, &b);
}

static void
resume_both (Side *a, Side *b)
{
  lan_link_resume (a->link);
  lan_link_resume (b->link);
}

static void
test_resume (void)
{
  Side a, b;

  sides_init (&a, &b);
  join (&a, &b, FALSE);
  pour (&a, &b, 200, resume_both);
  g_assert_cmpuint (a.ear->closes + b.ear->closes, ==, 0);
  sides_clear (&a, &b);
}

static void
test_several (void)
{
  Side a[8], b[8];

  for (guint i = 0; i < 8; i++) {
    LanLinkId id = { { (guint8) i } };

    sides_init (&a[i], &b[i]);
    side_open (&a[i], &id, TRUE, i % 4 == 3);
    side_open (&b[i], &id, FALSE, i % 4 == 2);
  }
  for (guint i = 0; i < 8; i++)
    wait_until (a[i].ear->ups == 1 && b[i].ear->ups == 1);
  for (guint i = 0; i < 8; i++)
    pour (&a[i], &b[i], 50, NULL);
  for (guint i = 0; i < 8; i++)
    sides_clear (&a[i], &b[i]);
}

/* The other process dies: consent ends, the link says that it has no path, then that it is over. */
static void
test_other_side_dies (void)
{
  Side a, b;

  sides_init (&a, &b);
  join (&a, &b, FALSE);
  side_close (&b);
  wait_until (a.type == LAN_PATH_NONE);
  g_assert_cmpint (lan_channel_state (a.ear->channel), ==, LAN_CHANNEL_UP);
  /* It is back under the same link id with new sockets: not the same session, so nobody is there. */
  lan_link_move (a.link, LAN_PATH_WAY_ANY);
  g_assert_true (lan_channel_send (a.ear->channel, LAN_STREAM_CHAT, (const guint8 *) "x", 1));
  sides_clear (&a, &b);
}

static void
test_no_answer (void)
{
  Side a, b;
  LanLinkId id = { { 9 } };

  sides_init (&a, &b);
  a.setup_us = b.setup_us = G_USEC_PER_SEC;
  side_open (&a, &id, TRUE, FALSE);
  wait_until (a.ear->closes == 1);
  g_assert_cmpint (a.ear->reason, ==, LAN_CLOSE_TIMEOUT);
  sides_clear (&a, &b);
}

static void
test_bad_signals (void)
{
  Side a, b;
  LanLinkId id = { { 7 } }, other = { { 8 } };
  LanLinkSignal signal = { .link_id = other, .type = LAN_LINK_SIGNAL_OFFER, .text = (char *) "e" };

  sides_init (&a, &b);
  side_open (&a, &id, TRUE, FALSE);
  side_open (&b, &id, FALSE, FALSE);
  g_assert_false (lan_link_signal (a.link, &signal)); /* another link */
  signal.link_id = id;
  g_assert_false (lan_link_signal (a.link, &signal)); /* the offerer's first path is its own */
  signal.type = LAN_LINK_SIGNAL_ANSWER;
  signal.text = (char *) "u abcd";
  g_assert_false (lan_link_signal (a.link, &signal));
  signal.text = NULL;
  g_assert_false (lan_link_signal (a.link, &signal));
  signal.text = (char *) "e";
  signal.path = 5;
  g_assert_false (lan_link_signal (a.link, &signal)); /* an answer to nothing */
  signal.type = (LanLinkSignalType) 77;
  g_assert_false (lan_link_signal (a.link, &signal));
  wait_until (a.ear->ups == 1 && b.ear->ups == 1);
  /* Paths that never come to be: four at once, no more, and the link lives on. */
  signal.type = LAN_LINK_SIGNAL_OFFER;
  signal.text = (char *) "u abcd\np 0123456789abcdefghijkl\n";
  for (guint i = 0; i < 3; i++) {
    signal.path = 2 * i + 3;
    g_assert_true (lan_link_signal (a.link, &signal));
    g_assert_false (lan_link_signal (a.link, &signal)); /* twice */
  }
  signal.path = 99;
  g_assert_false (lan_link_signal (a.link, &signal));
  signal.type = LAN_LINK_SIGNAL_CHECK;
  g_assert_true (lan_link_signal (a.link, &signal));
  b.holds_post = a.holds_post = TRUE;
  pour (&a, &b, 20, NULL);
  signal.type = LAN_LINK_SIGNAL_CLOSE;
  g_assert_true (lan_link_signal (a.link, &signal));
  g_assert_cmpint (a.ear->reason, ==, LAN_CLOSE_REMOTE);
  g_assert_false (lan_link_signal (a.link, &signal));
  sides_clear (&a, &b);
}

static void
test_declined (void)
{
  Side a, b;
  LanLinkId id = { { 7 } };
  LanLinkSignal signal = { .link_id = id, .type = LAN_LINK_SIGNAL_DECLINE, .text = (char *) "no" };

  sides_init (&a, &b);
  side_open (&a, &id, TRUE, FALSE);
  g_assert_true (lan_link_signal (a.link, &signal));
  g_assert_cmpint (a.ear->reason, ==, LAN_CLOSE_REFUSED);
  sides_clear (&a, &b);
}

/* Somebody with another key answers: no link comes of it, whatever ICE says. */
static void
test_wrong_key (void)
{
  Side a, b;
  LanLinkId id = { { 7 } };

  sides_init (&a, &b);
  a.setup_us = b.setup_us = G_USEC_PER_SEC;
  side_open (&a, &id, TRUE, FALSE);
  device_init (&b.device);
  side_open (&b, &id, FALSE, FALSE);
  wait_until (a.ear->closes == 1);
  g_assert_cmpuint (a.ear->ups + b.ear->ups, ==, 0);
  g_assert_cmpint (a.ear->reason, ==, LAN_CLOSE_TIMEOUT);
  sides_clear (&a, &b);
}

/* ---- junk at the ICE port ---- */

static guint16
port_in (const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new ("127\\.0\\.0\\.1 ([0-9]+) typ host", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *number = NULL;

  g_assert_true (g_regex_match (regex, text, 0, &match));
  number = g_match_info_fetch (match, 1);
  return (guint16) g_ascii_strtoull (number, NULL, 10);
}

static void
throw_at (guint16 port, const void *bytes, gsize len)
{
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = g_htons (port),
                            .sin_addr.s_addr = g_htonl (0x7f000001) };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  (void) !sendto (fd, bytes, len, 0, (struct sockaddr *) &to, sizeof to);
  close (fd);
}

static void
throw_all_kinds (guint16 port)
{
  static const guint8 bad_stun[] = { 0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42, 1,    2,    3, 4, 5, 6,
                                     7, 8, 9, 9, 9,    9,    0,    6,    0xff, 0xff, 1, 2, 3, 4 };
  static const guint8 huge_stun[] = { 0, 1, 0xff, 0xfc, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4 };
  guint8 bytes[1500];

  throw_at (port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
  for (gsize cut = 0; cut <= sizeof bad_stun; cut++)
    throw_at (port, bad_stun, cut);
  throw_at (port, huge_stun, sizeof huge_stun);
  for (guint type = 0; type < 256; type++) {
    memset (bytes, (int) type, sizeof bytes);
    throw_at (port, bytes, 1 + type * 5);
  }
}

static void
test_junk (void)
{
  Side a, b;
  LanLinkId id = { { 7 } };

  sides_init (&a, &b);
  side_open (&a, &id, TRUE, FALSE);
  a.holds_post = TRUE;
  wait_until (a.last_offer != NULL);
  throw_all_kinds (port_in (a.last_offer)); /* while gathering */
  settle ();
  a.holds_post = FALSE;
  lan_ticker_set (a.postman, 0);
  side_open (&b, &id, FALSE, FALSE);
  wait_until (b.last_offer != NULL);
  throw_all_kinds (port_in (a.last_offer)); /* while checking */
  throw_all_kinds (port_in (b.last_offer));
  wait_until (a.ear->ups == 1 && b.ear->ups == 1);
  throw_all_kinds (port_in (a.last_offer)); /* in use */
  throw_all_kinds (port_in (b.last_offer));
  pour (&a, &b, 50, NULL);
  g_assert_cmpuint (a.ear->closes + b.ear->closes, ==, 0);
  sides_clear (&a, &b);
}

/* ---- a hostile relay between the two (T16) ---- */

typedef struct {
  int fds[2]; /* what A sends to, what B sends to */
  GSource *sources[2];
  guint16 real[2]; /* ports of A and of B */
  guint64 seen;
  guint flips, replays, drops, passed;
  gboolean is_honest, is_cut;
  GBytes *kept; /* an earlier sealed packet, to be sent again */
} Relay;

static Relay relay;

static gboolean
on_relay (int fd, GIOCondition condition, gpointer data)
{
  guint from = GPOINTER_TO_UINT (data);
  guint8 bytes[2048];
  gssize len;

  while ((len = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
    /* Out of the other socket, so that the source address is the one the receiver knows. */
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = g_htons (relay.real[1 - from]),
                              .sin_addr.s_addr = g_htonl (0x7f000001) };
    gboolean is_sealed = bytes[0] == 4 && !relay.is_honest;

    relay.seen++;
    if (relay.is_cut)
      continue;
    if (is_sealed && relay.seen % 13 == 0) {
      relay.drops++;
      continue;
    }
    if (is_sealed && relay.seen % 11 == 0 && relay.kept != NULL) {
      gsize kept_len;
      const void *kept = g_bytes_get_data (relay.kept, &kept_len);

      relay.replays++;
      (void) !sendto (relay.fds[1 - from], kept, kept_len, 0, (struct sockaddr *) &to, sizeof to);
    }
    if (is_sealed && relay.seen % 7 == 0) {
      g_clear_pointer (&relay.kept, g_bytes_unref);
      relay.kept = g_bytes_new (bytes, (gsize) len);
    }
    if (is_sealed && relay.seen % 17 == 0) {
      relay.flips++;
      bytes[relay.seen % (guint64) len] ^= (guint8) (1 << relay.seen % 8);
    }
    relay.passed++;
    (void) !sendto (relay.fds[1 - from], bytes, (gsize) len, 0, (struct sockaddr *) &to, sizeof to);
  }
  return G_SOURCE_CONTINUE;
}

static guint16
relay_open (guint i)
{
  struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (0x7f000001) };
  socklen_t len = sizeof own;

  relay.fds[i] = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (relay.fds[i], (struct sockaddr *) &own, sizeof own), ==, 0);
  g_assert_cmpint (getsockname (relay.fds[i], (struct sockaddr *) &own, &len), ==, 0);
  relay.sources[i] = g_unix_fd_source_new (relay.fds[i], G_IO_IN);
  g_source_set_callback (relay.sources[i], G_SOURCE_FUNC (on_relay), GUINT_TO_POINTER (i), NULL);
  g_source_attach (relay.sources[i], NULL);
  return g_ntohs (own.sin_port);
}

/* Replaces the port of the sender's candidate by @port and brings the signal over. */
static void
bring_changed (Side *from, guint16 port)
{
  LanLinkSignal *signal;

  while ((signal = g_queue_pop_head (&from->post)) != NULL) {
    g_autoptr (GRegex) regex = g_regex_new ("127\\.0\\.0\\.1 [0-9]+ typ host", 0, 0, NULL);
    g_autofree char *by = g_strdup_printf ("127.0.0.1 %u typ host", port);
    char *text = g_regex_replace_literal (regex, signal->text, -1, 0, by, 0, NULL);

    g_free (signal->text);
    signal->text = text;
    g_assert_true (lan_link_signal (from->other->link, signal));
    post_free (signal);
  }
}

/* Two sides whose only way to each other is the relay. */
static void
join_by_relay (Side *a, Side *b)
{
  LanLinkId id = { { 7 } };
  guint16 toward_a, toward_b;

  memset (&relay, 0, sizeof relay);
  toward_b = relay_open (0); /* A sends here */
  toward_a = relay_open (1); /* B sends here */
  sides_init (a, b);
  a->holds_post = b->holds_post = TRUE;
  side_open (a, &id, TRUE, FALSE);
  wait_until (a->last_offer != NULL);
  side_open (b, &id, FALSE, FALSE);
  relay.real[0] = port_in (a->last_offer);
  bring_changed (a, toward_a);
  wait_until (b->last_offer != NULL);
  relay.real[1] = port_in (b->last_offer);
  bring_changed (b, toward_b);
  wait_until ((bring_changed (a, toward_a), bring_changed (b, toward_b),
               a->ear->ups == 1 && b->ear->ups == 1));
}

static void
relay_clear (void)
{
  for (guint i = 0; i < 2; i++) {
    g_source_destroy (relay.sources[i]);
    g_source_unref (relay.sources[i]);
    close (relay.fds[i]);
  }
  g_clear_pointer (&relay.kept, g_bytes_unref);
}

static void
test_hostile_relay (void)
{
  Side a, b;

  join_by_relay (&a, &b);
  pour (&a, &b, 60, NULL);
  g_assert_cmpuint (relay.flips, >, 0);
  g_assert_cmpuint (relay.replays, >, 0);
  g_assert_cmpuint (relay.drops, >, 0);
  g_assert_cmpuint (stats_of (&a).datagrams_refused + stats_of (&b).datagrams_refused, >=,
                    relay.flips);
  sides_clear (&a, &b);
  relay_clear ();
}

static void
cut_and_move (Side *a, Side *b)
{
  relay.is_cut = TRUE;
  a->holds_post = b->holds_post = FALSE;
  lan_link_move (b->link, LAN_PATH_WAY_ANY);
}

/* The cable is pulled in mid-stream: what was on its way comes over the new path. */
static void
test_cable_pulled (void)
{
  Side a, b;

  join_by_relay (&a, &b);
  relay.is_honest = TRUE;
  pour (&a, &b, 100, cut_and_move);
  g_assert_cmpuint (stats_of (&a).paths, ==, 2);
  g_assert_cmpuint (a.ear->closes + b.ear->closes, ==, 0);
  sides_clear (&a, &b);
  relay_clear ();
}

static void
test_free_in_callbacks (void)
{
  for (guint i = 0; i < 3; i++) {
    Side a, b;
    LanLinkId id = { { 7 } };

    sides_init (&a, &b);
    side_open (&a, &id, TRUE, FALSE);
    side_open (&b, &id, FALSE, FALSE);
    b.ear->free_in_up = i == 0;
    b.ear->free_in_frame = i == 1;
    b.ear->free_in_closed = i == 2;
    wait_until (a.ear->ups == 1 && b.ear->ups == 1);
    for (guint j = 0; j < 3; j++)
      g_assert_true (lan_channel_send (a.ear->channel, LAN_STREAM_CHAT, (const guint8 *) "x", 1));
    if (i == 2)
      lan_channel_close (a.ear->channel);
    wait_until (b.ear->channel == NULL);
    b.link = NULL;
    settle ();
    sides_clear (&a, &b);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_batch_tests ();
  add_bulk_tests ();
  add_channel_tests ();
  add_pacer_tests ();
  add_gate_tests ();
  add_path_signal_tests ();
  add_server_lane_tests ();
  add_enet_tests ();
  add_lane_tests ();
  g_test_add_data_func ("/link/link/basics/hook", GINT_TO_POINTER (FALSE), test_basics);
  g_test_add_data_func ("/link/link/basics/shim", GINT_TO_POINTER (TRUE), test_basics);
  g_test_add_data_func ("/link/link/move/offerer", GUINT_TO_POINTER (0), test_move);
  g_test_add_data_func ("/link/link/move/answerer", GUINT_TO_POINTER (1), test_move);
  g_test_add_data_func ("/link/link/move/both", GUINT_TO_POINTER (2), test_move);
  g_test_add_func ("/link/link/resume", test_resume);
  g_test_add_func ("/link/link/several", test_several);
  g_test_add_func ("/link/link/free-in-callbacks", test_free_in_callbacks);
  g_test_add_func ("/link/link/bad-signals", test_bad_signals);
  g_test_add_func ("/link/link/declined", test_declined);
  g_test_add_func ("/link/link/wrong-key", test_wrong_key);
  g_test_add_func ("/link/link/T19-junk", test_junk);
  g_test_add_func ("/link/link/T16-hostile-relay", test_hostile_relay);
  g_test_add_func ("/link/link/cable-pulled", test_cable_pulled);
  g_test_add_func ("/link/link/no-answer", test_no_answer);
  g_test_add_func ("/link/link/other-side-dies", test_other_side_dies);
  return g_test_run ();
}
