/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Where clients knock: libuv listens and accepts, also where descriptors run out. */
#include "lan-hub-private.h"

#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#define BACKLOG 1024

static void
on_closed (uv_handle_t *handle)
{
  g_free (handle);
}

/* The connection gets a descriptor of its own: libuv's goes with its handle. */
static int
take_descriptor (uv_tcp_t *tcp)
{
  uv_os_fd_t fd;

  return uv_fileno ((uv_handle_t *) tcp, &fd) == 0 ? fcntl (fd, F_DUPFD_CLOEXEC, 3) : -1;
}

static void
on_connection (uv_stream_t *listener, int status)
{
  LanHub *hub = listener->data;
  struct sockaddr_storage address;
  int size = sizeof address, fd = -1;
  uv_tcp_t *tcp;

  if (status < 0) {
    lan_hub_log (LAN_HUB_LOG_ERROR, "accept-failed", "why=%s", uv_err_name (status));
    return;
  }
  tcp = g_new0 (uv_tcp_t, 1);
  uv_tcp_init (&hub->loop, tcp);
  if (uv_accept (listener, (uv_stream_t *) tcp) == 0 &&
      uv_tcp_getpeername (tcp, (struct sockaddr *) &address, &size) == 0)
    fd = take_descriptor (tcp);
  uv_close ((uv_handle_t *) tcp, on_closed);
  if (fd >= 0)
    lan_hub_conn_accept (hub, fd, (struct sockaddr *) &address);
}

static int
bind_one (LanHub *hub, uv_tcp_t *tcp, const char *host, guint16 port)
{
  struct sockaddr_storage address;
  int rc = uv_ip4_addr (host, port, (struct sockaddr_in *) &address);

  if (rc != 0)
    rc = uv_ip6_addr (host, port, (struct sockaddr_in6 *) &address);
  if (rc == 0)
    rc = uv_tcp_bind (tcp, (struct sockaddr *) &address, 0);
  return rc == 0 ? uv_listen ((uv_stream_t *) tcp, BACKLOG, on_connection) : rc;
}

static void
log_listening (uv_tcp_t *tcp)
{
  struct sockaddr_storage address;
  char host[64] = "?", port[8] = "?";
  int size = sizeof address;

  if (uv_tcp_getsockname (tcp, (struct sockaddr *) &address, &size) == 0)
    (void) getnameinfo ((struct sockaddr *) &address, (socklen_t) size, host, sizeof host, port,
                        sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  lan_hub_log (LAN_HUB_LOG_NOTICE, "listening", "address=%s port=%s", host, port);
}

gboolean
lan_hub_listen (LanHub *hub, GError **error)
{
  hub->n_listeners = g_strv_length (hub->config->listen);
  hub->listeners = g_new0 (uv_tcp_t, hub->n_listeners);
  for (guint i = 0; i < hub->n_listeners; i++) {
    g_autofree char *host = NULL;
    guint16 port = 0;
    int rc;

    uv_tcp_init (&hub->loop, &hub->listeners[i]);
    hub->listeners[i].data = hub;
    if (!lan_hub_address_split (hub->config->listen[i], LAN_HUB_PORT, &host, &port))
      continue;
    rc = bind_one (hub, &hub->listeners[i], host, port);
    if ((rc == UV_EAFNOSUPPORT || rc == UV_EADDRNOTAVAIL) && strcmp (host, "::") == 0)
      rc = bind_one (hub, &hub->listeners[i], "0.0.0.0", port); /* a host without IPv6 */
    if (rc != 0) {
      g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "%s: %s", hub->config->listen[i],
                   uv_strerror (rc));
      return FALSE;
    }
    log_listening (&hub->listeners[i]);
  }
  return TRUE;
}
