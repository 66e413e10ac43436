/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * bench-server-bare PORT: the least that a server must do which passes on sealed messages, and what is left for
 * lanyard-server to save beyond it: plain epoll, one read, one opening, one sealing and one write for
 * a message. No rights, limits, timers, counters, accounts, or clients that do not read.
 */
#include <arpa/inet.h>
#include <glib.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bare.h"

#define EVENTS 1024
#define BATCH  64

typedef struct {
  int fd;
  guint64 in, out;
  guint n_cut;
  guint8 key[crypto_aead_chacha20poly1305_ietf_KEYBYTES];
  guint8 cut[BARE_SEALED]; /* the beginning of a message */
} Conn;

typedef struct {
  Conn *to;
  guint8 sealed[BARE_SEALED];
} Out;

static GPtrArray *conns;
static GArray *outs; /* of Out */
static int epoll_fd;

static void
accept_one (int listener)
{
  int on = 1, fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  struct epoll_event event = { .events = EPOLLIN | EPOLLET };
  Conn *conn;

  if (fd < 0)
    return;
  conn = g_new0 (Conn, 1);
  conn->fd = fd;
  event.data.ptr = conn;
  (void) setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event);
  g_ptr_array_add (conns, conn);
}

static void
pass_on (Conn *from, const guint8 *sealed)
{
  guint8 plain[BARE_PLAIN];
  guint32 to;
  Out *out;

  if (!bare_open (from->key, from->in++, sealed, plain))
    g_error ("a message was not what its sender sealed");
  memcpy (&to, plain, sizeof to);
  g_array_set_size (outs, outs->len + 1);
  out = &g_array_index (outs, Out, outs->len - 1);
  out->to = conns->pdata[to % conns->len];
  bare_seal (out->to->key, out->to->out++, plain, out->sealed);
}

static void
take (Conn *conn, const guint8 *data, gsize len)
{
  while (len > 0) {
    gsize part = MIN (len, (gsize) BARE_SEALED - conn->n_cut);

    if (part == BARE_SEALED) {
      pass_on (conn, data);
    } else {
      memcpy (conn->cut + conn->n_cut, data, part);
      conn->n_cut += (guint) part;
      if (conn->n_cut == BARE_SEALED) {
        conn->n_cut = 0;
        pass_on (conn, conn->cut);
      }
    }
    data += part;
    len -= part;
  }
}

static void
read_one (Conn *conn)
{
  static guint8 buffer[65536];
  gssize n;

  do {
    n = recv (conn->fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0)
      take (conn, buffer, (gsize) n);
  } while (n == (gssize) sizeof buffer);
  if (n == 0) {
    g_ptr_array_remove_fast (conns, conn); /* somebody who looked whether we listen */
    close (conn->fd);
    conn->fd = -1;
  }
}

static void
flush (void)
{
  for (guint i = 0; i < outs->len; i++) {
    Out *out = &g_array_index (outs, Out, i);

    if (out->to->fd >= 0 &&
        send (out->to->fd, out->sealed, BARE_SEALED, MSG_NOSIGNAL) != BARE_SEALED)
      g_error ("half a message is out");
  }
  g_array_set_size (outs, 0);
}

static int
listen_at (guint16 port)
{
  struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons (port) };
  struct epoll_event event = { .events = EPOLLIN };
  int on = 1, fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  at.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  (void) setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (fd, (struct sockaddr *) &at, sizeof at) != 0 || listen (fd, 4096) != 0)
    g_error ("port %u cannot be used", port);
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event);
  return fd;
}

int
main (int argc, char **argv)
{
  struct epoll_event events[EVENTS];
  int listener;

  if (argc != 2 || sodium_init () < 0)
    return 2;
  conns = g_ptr_array_new ();
  outs = g_array_new (FALSE, FALSE, sizeof (Out));
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  listener = listen_at ((guint16) atoi (argv[1]));
  for (;;) {
    int n = epoll_wait (epoll_fd, events, EVENTS, -1);

    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr == NULL)
        accept_one (listener);
      else
        read_one (events[i].data.ptr);
      if (i % BATCH == BATCH - 1)
        flush ();
    }
    flush ();
  }
}
