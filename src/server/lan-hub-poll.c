/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Who has something to say. Connections wait in an epoll of their own, edge-triggered and registered once,
 * so that one that was read costs nothing until it speaks again; libuv's loop with everything else
 * (timers, signals, the listener, the store's answers) is one descriptor in it.
 */
#include "lan-hub-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 1024
#define BATCH  64 /* so many are read before what they caused is sealed and written */

/* With thousands of connections none is in the cache: so far ahead each is asked for. */
#define AHEAD_CONN 6
#define AHEAD_KEYS 3
#define AHEAD_PEER 1

gboolean
lan_hub_poll_init (LanHub *hub)
{
  struct epoll_event event = { .events = EPOLLIN }; /* no connection: libuv's */

  hub->poll_fd = epoll_create1 (EPOLL_CLOEXEC);
  hub->unread = g_ptr_array_new ();
  return hub->poll_fd >= 0 &&
         epoll_ctl (hub->poll_fd, EPOLL_CTL_ADD, uv_backend_fd (&hub->loop), &event) == 0;
}

void
lan_hub_poll_clear (LanHub *hub)
{
  g_clear_pointer (&hub->unread, g_ptr_array_unref);
  if (hub->poll_fd >= 0)
    close (hub->poll_fd);
  hub->poll_fd = -1;
}

gboolean
lan_hub_poll_add (LanHubConn *conn)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                               .data.ptr = conn };

  return epoll_ctl (conn->hub->poll_fd, EPOLL_CTL_ADD, conn->fd, &event) == 0;
}

static void
take_event (const struct epoll_event *event)
{
  LanHubConn *conn = event->data.ptr;

  if (conn == NULL)
    return;
  if (event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    conn->is_hung_up = TRUE;
  if (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    lan_hub_conn_read (conn);
  if ((event->events & EPOLLOUT) && conn->is_blocked)
    lan_hub_conn_unblock (conn);
}

/* Those who sent more than one turn takes. */
static void
read_on (LanHub *hub)
{
  guint n = hub->unread->len;

  for (guint i = 0; i < n; i++) {
    LanHubConn *conn = hub->unread->pdata[i];

    conn->is_unread = FALSE;
    lan_hub_conn_read (conn);
  }
  g_ptr_array_remove_range (hub->unread, 0, n);
}

static LanHubConn *
conn_at (const struct epoll_event *events, int n, int i)
{
  return i < n ? events[i].data.ptr : NULL;
}

static void
warm (const struct epoll_event *events, int n, int i)
{
  LanHubConn *conn;

  __builtin_prefetch (conn_at (events, n, i + AHEAD_CONN));
  conn = conn_at (events, n, i + AHEAD_KEYS);
  if (conn != NULL) {
    lan_slim_lane_warm (conn->slim);
    __builtin_prefetch (conn->peer);
  }
  conn = conn_at (events, n, i + AHEAD_PEER);
  if (conn != NULL && conn->peer != NULL)
    lan_registry_warm (conn->peer);
}

/* Written while it is in the cache, and not after a thousand others. */
static void
end_batch (LanHub *hub)
{
  lan_hub_drain (hub);
  lan_hub_conns_flush (hub);
}

void
lan_hub_poll_turn (LanHub *hub)
{
  struct epoll_event events[EVENTS];
  gboolean is_busy = hub->unread->len > 0 || hub->dirty->len > 0;
  int n = epoll_wait (hub->poll_fd, events, EVENTS, is_busy ? 0 : uv_backend_timeout (&hub->loop));

  uv_update_time (&hub->loop);
  if (hub->unread->len > 0)
    read_on (hub);
  for (int i = 0; i < n; i++) {
    warm (events, n, i);
    take_event (&events[i]);
    if (i % BATCH == BATCH - 1)
      end_batch (hub);
  }
  lan_hub_drain (hub);
}
