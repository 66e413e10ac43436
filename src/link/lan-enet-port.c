/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-enet-port.h"

#include "lan-link-error.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SHIM_BUFFER_BYTES (2 * 1024 * 1024)

typedef struct {
  guint16 len;
  guint8 bytes[LAN_ENET_MTU];
} Slot;

struct _LanEnetPort {
  ENetHost *host;
  ENetAddress peer_address;
  void (*send) (gpointer data, const GOutputVector *vectors, guint n_vectors);
  gpointer data;
  guint waiting;

  /* hook */
  LanEnetHook hook;
  guint first; /* of the ring */
  Slot *ring;  /* LAN_ENET_PORT_BATCH slots, NULL for the shim */

  /* shim */
  int fd; /* our end, -1 with the hook */
};

static gsize
on_hook_receive (gpointer data, guint8 *out, gsize cap)
{
  LanEnetPort *port = data;
  const Slot *slot;
  gsize len;

  if (port->waiting == 0)
    return 0;
  slot = &port->ring[port->first];
  len = MIN (slot->len, cap);
  memcpy (out, slot->bytes, len);
  port->first = (port->first + 1) % LAN_ENET_PORT_BATCH;
  port->waiting--;
  return len;
}

static void
on_hook_send (gpointer data, const GOutputVector *vectors, guint n_vectors)
{
  LanEnetPort *port = data;

  port->send (port->data, vectors, n_vectors);
}

static gboolean
open_hook (LanEnetPort *port)
{
  port->hook = (LanEnetHook){ on_hook_send, on_hook_receive, port };
  port->host = lan_enet_hook_host (&port->hook, 1, 3);
  if (port->host == NULL)
    return FALSE;
  port->ring = g_new (Slot, LAN_ENET_PORT_BATCH);
  port->peer_address = (ENetAddress){ .host = g_htonl (0x7f000001), .port = 1 };
  return TRUE;
}

/* Another local process may have written before both ends were connected: that is thrown away. */
static void
drain (int fd)
{
  guint8 bytes[1];

  while (recv (fd, bytes, sizeof bytes, MSG_DONTWAIT) >= 0)
    ;
}

static gboolean
open_shim (LanEnetPort *port)
{
  struct sockaddr_in ours = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (0x7f000001) };
  struct sockaddr_in theirs = ours;
  ENetAddress address = { .host = g_htonl (0x7f000001), .port = ENET_PORT_ANY };
  socklen_t len = sizeof ours;
  int size = SHIM_BUFFER_BYTES;

  port->fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (port->fd < 0 || bind (port->fd, (struct sockaddr *) &ours, sizeof ours) != 0 ||
      getsockname (port->fd, (struct sockaddr *) &ours, &len) != 0)
    return FALSE;
  port->host = enet_host_create (&address, 1, 3, 0, 0);
  if (port->host == NULL)
    return FALSE;
  len = sizeof theirs;
  if (getsockname (port->host->socket, (struct sockaddr *) &theirs, &len) != 0)
    return FALSE;
  theirs.sin_addr.s_addr = g_htonl (0x7f000001);
  if (connect (port->fd, (struct sockaddr *) &theirs, sizeof theirs) != 0 ||
      connect (port->host->socket, (struct sockaddr *) &ours, sizeof ours) != 0)
    return FALSE;
  setsockopt (port->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt (port->host->socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  drain (port->fd);
  drain (port->host->socket);
  port->peer_address =
      (ENetAddress){ .host = ours.sin_addr.s_addr, .port = g_ntohs (ours.sin_port) };
  return TRUE;
}

LanEnetPort *
lan_enet_port_new (gboolean force_shim,
                   void (*send_func) (gpointer data, const GOutputVector *vectors, guint n_vectors),
                   gpointer data, GError **error)
{
  LanEnetPort *port = g_new0 (LanEnetPort, 1);

  port->fd = -1;
  port->send = send_func;
  port->data = data;
  if ((force_shim || !open_hook (port)) && !open_shim (port)) {
    g_set_error (error, LAN_LINK_ERROR, LAN_LINK_ERROR_ENET, "ENet host: %s", g_strerror (errno));
    lan_enet_port_free (port);
    return NULL;
  }
  return port;
}

void
lan_enet_port_free (LanEnetPort *port)
{
  if (port == NULL)
    return;
  g_clear_pointer (&port->host, enet_host_destroy);
  if (port->fd >= 0)
    close (port->fd);
  g_free (port->ring);
  g_free (port);
}

ENetHost *
lan_enet_port_host (LanEnetPort *port)
{
  return port->host;
}

gboolean
lan_enet_port_is_shim (const LanEnetPort *port)
{
  return port->ring == NULL;
}

const ENetAddress *
lan_enet_port_peer_address (const LanEnetPort *port)
{
  return &port->peer_address;
}

gboolean
lan_enet_port_deliver (LanEnetPort *port, const guint8 *bytes, gsize len)
{
  Slot *slot;

  if (len == 0 || len > LAN_ENET_MTU || port->waiting >= LAN_ENET_PORT_BATCH)
    return FALSE;
  if (port->ring == NULL) {
    if (send (port->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
      return FALSE;
  } else {
    slot = &port->ring[(port->first + port->waiting) % LAN_ENET_PORT_BATCH];
    slot->len = (guint16) len;
    memcpy (slot->bytes, bytes, len);
  }
  port->waiting++;
  return TRUE;
}

guint
lan_enet_port_waiting (const LanEnetPort *port)
{
  return port->waiting;
}

void
lan_enet_port_flush (LanEnetPort *port)
{
  guint8 bytes[LAN_ENET_MTU];
  GOutputVector vector = { .buffer = bytes };

  if (port->ring != NULL)
    return;
  port->waiting = 0; /* a service reads until the socket is empty, or comes again at once */
  for (;;) {
    gssize len = recv (port->fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (len < 0 && errno == ECONNREFUSED)
      continue; /* an ICMP error of an earlier datagram, not of this read */
    if (len < 0)
      break;
    vector.size = (gsize) len;
    port->send (port->data, &vector, 1);
  }
}
