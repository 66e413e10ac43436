/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * load prepare DATABASE N                        people 0..N-1 into a server's database
 * load run lanyard|mqtt PORT PID N KEY SECONDS   all phases; one `name value` a line on standard output
 */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DIALS_AT_ONCE 128
#define PAYLOAD       100

typedef enum { PHASE_NONE, PHASE_SEND, PHASE_DEPOSIT } Phase;

static const Protocol *protocol;
static Conn *conns;
static guint n_conns, n_opened, n_ready, port;
static int epoll_fd, server_pid;
static GPtrArray *dirty;
static guint64 received, stored, refused, sent;
static GArray *latencies;       /* guint32, us */
static gint64 *deposit_sent_ns; /* by number */
static guint window;            /* 0: paced */
static Phase phase;
static guint32 dice = 1;

#define DEPOSITS_MAX 8000000

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

static void
flush (void)
{
  for (guint i = 0; i < dirty->len; i++) {
    Conn *conn = dirty->pdata[i];
    gssize n = send (conn->fd, conn->out->data, conn->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);

    conn->is_dirty = FALSE;
    if (n > 0)
      g_byte_array_remove_range (conn->out, 0, (guint) n);
    else if (n < 0 && errno != EAGAIN)
      g_byte_array_set_size (conn->out, 0);
  }
  g_ptr_array_set_size (dirty, 0);
}

/* What a full socket did not take goes out with the next turn. */
static void
retry (void)
{
  for (guint i = 0; i < n_opened; i++)
    load_output (&conns[i]);
  flush ();
}

static void
open_one (void)
{
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons ((guint16) port) };
  struct sockaddr_in from = { .sin_family = AF_INET };
  Conn *conn = &conns[n_opened];
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = conn };
  int on = 1;

  conn->index = n_opened++;
  conn->out = g_byte_array_new ();
  conn->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  to.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  from.sin_addr.s_addr = htonl (INADDR_LOOPBACK + 1 + conn->index / 20000);
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
  n_ready++;
}

static void
send_one (void)
{
  guint8 payload[PAYLOAD] = { 0 };
  gint64 now = load_now_ns ();

  sent++;
  if (phase == PHASE_DEPOSIT) {
    deposit_sent_ns[sent % DEPOSITS_MAX] = now;
    protocol->deposit (&conns[roll (n_conns)], roll (n_conns), sent);
    return;
  }
  memcpy (payload, &now, sizeof now);
  protocol->send (&conns[roll (n_conns)], roll (n_conns), payload, sizeof payload);
}

static void
note_latency (gint64 sent_ns)
{
  guint32 us = (guint32) ((load_now_ns () - sent_ns) / 1000);

  g_array_append_val (latencies, us);
}

void
load_received (const guint8 *payload, gsize len)
{
  gint64 when;

  received++;
  memcpy (&when, payload, sizeof when);
  note_latency (when);
  if (window > 0 && phase == PHASE_SEND)
    send_one ();
}

void
load_stored (guint64 number)
{
  stored++;
  note_latency (deposit_sent_ns[number % DEPOSITS_MAX]);
  if (window > 0 && phase == PHASE_DEPOSIT)
    send_one ();
}

void
load_refused (void)
{
  if (refused++ == 0)
    fprintf (stderr, "the server refused something\n");
}

static void
turn (int timeout_ms)
{
  static guint8 buffer[65536];
  struct epoll_event events[512];
  int n = epoll_wait (epoll_fd, events, G_N_ELEMENTS (events), timeout_ms);

  for (int i = 0; i < n; i++) {
    Conn *conn = events[i].data.ptr;
    gssize len = recv (conn->fd, buffer, sizeof buffer, MSG_DONTWAIT);

    if (len > 0)
      protocol->read (conn, buffer, (gsize) len);
    else if (len == 0)
      g_error ("connection %u was cut", conn->index);
  }
  flush ();
}

static double
cpu_seconds (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", server_pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  words = g_strsplit (strrchr (text, ')') + 2, " ", -1);
  return (double) (strtoull (words[11], NULL, 10) + strtoull (words[12], NULL, 10)) /
         (double) sysconf (_SC_CLK_TCK);
}

static double
own_kilobytes (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", server_pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  line = strstr (text, "Private_Dirty:");
  return line != NULL ? strtod (line + 14, NULL) : 0;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

  return x < y ? -1 : x > y;
}

static double
percentile (double part)
{
  g_array_sort (latencies, compare);
  return latencies->len > 0
             ? g_array_index (latencies, guint32, (guint) ((latencies->len - 1) * part)) / 1000.0
             : 0;
}

static void
say (const char *name, double value)
{
  printf ("%s %.3f\n", name, value);
  fflush (stdout);
}

static void
log_in (void)
{
  double before = own_kilobytes (), cpu = cpu_seconds ();
  gint64 begun = load_now_ns ();
  double seconds;

  while (n_ready < n_conns) {
    while (n_opened < n_conns && n_opened - n_ready < DIALS_AT_ONCE)
      open_one ();
    turn (100);
  }
  seconds = (double) (load_now_ns () - begun) / 1e9;
  say ("logins_per_s", n_conns / seconds);
  say ("login_cpu_us", (cpu_seconds () - cpu) * 1e6 / n_conns);
  for (gint64 end = load_now_ns () + 2000000000; load_now_ns () < end;)
    turn (50);
  say ("idle_bytes_each", (own_kilobytes () - before) * 1024 / n_conns);
}

static void
run_phase (Phase what, guint in_flight, guint rate, double seconds, const char *name)
{
  g_autofree char *label = NULL;
  gint64 begun = load_now_ns (), end = begun + (gint64) (seconds * 1e9);
  guint64 *counter = what == PHASE_SEND ? &received : &stored, from = *counter, first = sent;
  double cpu = cpu_seconds (), took;
  guint turns = 0;

  phase = what;
  window = in_flight;
  g_array_set_size (latencies, 0);
  for (guint i = 0; i < in_flight; i++)
    send_one ();
  flush ();
  while (load_now_ns () < end) {
    if (rate > 0) {
      guint64 due = (guint64) ((double) (load_now_ns () - begun) / 1e9 * rate);

      while (sent - first < due)
        send_one ();
      flush ();
    }
    turn (rate > 0 ? 1 : 100);
    if (++turns % 1024 == 0)
      retry ();
  }
  took = (double) (load_now_ns () - begun) / 1e9;
  cpu = cpu_seconds () - cpu;
  window = 0;
  label = g_strdup_printf ("%s_per_s", name);
  say (label, (double) (*counter - from) / took);
  g_free (label);
  label = g_strdup_printf ("%s_cpu_us", name);
  say (label, cpu * 1e6 / (double) MAX (1, *counter - from));
  g_free (label);
  label = g_strdup_printf ("%s_p99_ms", name);
  say (label, percentile (0.99));
  for (end = load_now_ns () + 1000000000; load_now_ns () < end;)
    turn (50); /* what is under way arrives */
  phase = PHASE_NONE;
}

static int
run (char **args)
{
  double seconds = strtod (args[5], NULL);

  protocol = strcmp (args[0], "mqtt") == 0 ? &mqtt_protocol : &office_protocol;
  port = (guint) atoi (args[1]);
  server_pid = atoi (args[2]);
  n_conns = (guint) atoi (args[3]);
  if (protocol == &office_protocol)
    office_setup (args[4], n_conns);
  conns = g_new0 (Conn, n_conns);
  dirty = g_ptr_array_new ();
  latencies = g_array_new (FALSE, FALSE, sizeof (guint32));
  deposit_sent_ns = g_new0 (gint64, DEPOSITS_MAX);
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  log_in ();
  run_phase (PHASE_SEND, 512, 0, seconds, "routed");
  run_phase (PHASE_SEND, 0, 5000, seconds, "paced");
  if (protocol->deposit != NULL) {
    run_phase (PHASE_DEPOSIT, 2048, 0, seconds, "deposits");
    run_phase (PHASE_DEPOSIT, 0, 2000, seconds, "deposits_paced");
  }
  say ("refused", (double) refused);
  for (guint i = 0; i < n_conns; i++) {
    close (conns[i].fd);
    protocol->close (&conns[i]);
  }
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "prepare") == 0)
    return office_prepare (argv[2], (guint) atoi (argv[3]));
  if (argc == 8 && strcmp (argv[1], "run") == 0)
    return run (argv + 2);
  fprintf (stderr, "load prepare DATABASE N | load run lanyard|mqtt PORT PID N KEY SECONDS\n");
  return 2;
}
