/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DIALS_AT_ONCE    128 /* of all workers together */
#define PAYLOAD          100
#define PER_ADDRESS      20000 /* connections from one source address: its ports are fewer than 28,000 */
#define BATCH            64      /* connections that are read before what they caused is written */
#define DEPOSITS_PENDING 1048576 /* whose time of sending is remembered */

static const Protocol *protocol;
static Share *share;
static Worker *worker;
static Conn *conns;
static int epoll_fd;
static GPtrArray *dirty, *blocked;
static gint64 *deposit_sent_ns; /* by number */
static guint64 sent;
static Plan plan;
static guint32 dice;

gint64
load_now_ns (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (gint64) ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static guint
roll (guint below)
{
  dice ^= dice << 13;
  dice ^= dice >> 17;
  dice ^= dice << 5;
  return dice % below;
}

void
load_output (Conn *conn)
{
  if (conn->is_dirty || conn->out->len == 0)
    return;
  conn->is_dirty = TRUE;
  g_ptr_array_add (dirty, conn);
}

/* What a full socket does not take goes out with the next turn. */
static void
flush (void)
{
  GPtrArray *now = dirty;

  dirty = blocked;
  blocked = now;
  for (guint i = 0; i < now->len; i++) {
    Conn *conn = now->pdata[i];
    gssize n = send (conn->fd, conn->out->data, conn->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);

    conn->is_dirty = FALSE;
    if (n < 0 && errno != EAGAIN)
      g_error ("connection %u: %s", conn->index, g_strerror (errno));
    if (n > 0)
      g_byte_array_remove_range (conn->out, 0, (guint) n);
    load_output (conn);
  }
  g_ptr_array_set_size (now, 0);
}

static void
open_one (void)
{
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons ((guint16) share->port) };
  struct sockaddr_in from = { .sin_family = AF_INET };
  Conn *conn = &conns[worker->opened];
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = conn };
  int on = 1;

  conn->index = worker->first + worker->opened++;
  conn->out = g_byte_array_new ();
  conn->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  to.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  from.sin_addr.s_addr = htonl (INADDR_LOOPBACK + 1 + conn->index / PER_ADDRESS);
  (void) setsockopt (conn->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind (conn->fd, (struct sockaddr *) &from, sizeof from) != 0 ||
      connect (conn->fd, (struct sockaddr *) &to, sizeof to) != 0)
    g_error ("connection %u: %s", conn->index, g_strerror (errno));
  (void) setsockopt (conn->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, conn->fd, &event);
  protocol->open (conn);
}

void
load_ready (Conn *conn)
{
  if (conn->is_ready)
    return;
  conn->is_ready = TRUE;
  worker->ready++;
}

static void
send_one (void)
{
  Conn *from = &conns[roll (worker->count)];
  guint8 payload[PAYLOAD] = { 0 };
  gint64 now = load_now_ns ();

  sent++;
  if (plan.phase == PHASE_DEPOSIT) {
    deposit_sent_ns[sent % DEPOSITS_PENDING] = now;
    protocol->deposit (from, roll (share->n_conns), sent);
    return;
  }
  memcpy (payload, &now, sizeof now);
  protocol->send (from, roll (share->n_conns), payload, sizeof payload);
}

static void
note_latency (gint64 sent_ns)
{
  gint64 now = load_now_ns ();
  double us = (double) (now - sent_ns) / 1000;
  guint at = us <= 1 ? 0 : (guint) (log2 (us) * LOAD_STEPS);

  if (sent_ns >= plan.count_ns)
    worker->latencies[MIN (at, LOAD_BUCKETS - 1)]++;
}

double
load_bucket_ms (guint at)
{
  return exp2 ((double) (at + 1) / LOAD_STEPS) / 1000;
}

void
load_received (const guint8 *payload, gsize len)
{
  gint64 when;

  worker->received++;
  memcpy (&when, payload, sizeof when);
  note_latency (when);
  if (plan.in_flight > 0 && plan.phase == PHASE_SEND)
    send_one ();
}

void
load_stored (guint64 number)
{
  worker->stored++;
  note_latency (deposit_sent_ns[number % DEPOSITS_PENDING]);
  if (plan.in_flight > 0 && plan.phase == PHASE_DEPOSIT)
    send_one ();
}

void
load_refused (void)
{
  if (worker->refused++ == 0)
    fprintf (stderr, "the server refused something\n");
}

static void
turn (int timeout_ms)
{
  static guint8 buffer[65536];
  struct epoll_event events[1024];
  int n = epoll_wait (epoll_fd, events, G_N_ELEMENTS (events), timeout_ms);

  for (int i = 0; i < n; i++) {
    Conn *conn = events[i].data.ptr;
    gssize len = recv (conn->fd, buffer, sizeof buffer, MSG_DONTWAIT);

    if (len > 0)
      protocol->read (conn, buffer, (gsize) len);
    else if (len == 0)
      g_error ("connection %u was cut", conn->index);
    if (i % BATCH == BATCH - 1)
      flush ();
  }
  flush ();
}

static void
dial (void)
{
  guint at_once = MAX (1, DIALS_AT_ONCE / share->n_workers);

  while (worker->opened < worker->count && worker->opened - worker->ready < at_once)
    open_one ();
}

/* Sends what is due at the plan's rate; @first is what had been sent when it began. */
static void
keep_pace (gint64 begun_ns, guint64 first)
{
  guint64 due = (guint64) ((double) (load_now_ns () - begun_ns) / 1e9 * plan.rate);

  while (sent - first < due)
    send_one ();
  flush ();
}

void
load_work (Share *s, guint w, const Protocol *p)
{
  gint64 begun_ns = 0;
  guint64 first = 0;
  guint seen = 0;

  share = s;
  worker = &s->workers[w];
  protocol = p;
  dice = 2463534242u + w * 977u;
  conns = g_new0 (Conn, worker->count);
  dirty = g_ptr_array_new ();
  blocked = g_ptr_array_new ();
  deposit_sent_ns = g_new0 (gint64, DEPOSITS_PENDING);
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  while (plan.phase != PHASE_QUIT) {
    guint seq = __atomic_load_n (&s->seq, __ATOMIC_ACQUIRE);

    if (seq != seen) {
      seen = seq;
      plan = s->plan;
      begun_ns = load_now_ns ();
      first = sent;
      for (guint i = 0; i < plan.in_flight; i++)
        send_one ();
    }
    if (plan.phase == PHASE_LOGIN)
      dial ();
    if (plan.rate > 0)
      keep_pace (begun_ns, first);
    else
      flush ();
    turn (plan.rate > 0 ? 1 : 20);
  }
}
