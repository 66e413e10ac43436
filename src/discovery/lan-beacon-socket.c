/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-beacon-socket.h"

#include "lan-beacon.h"
#include "lan-discovery.h"
#include "lan-rate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH             64 /* datagrams for one turn of the loop */
#define BUSY              16 /* so many at once: a flood, read on without a pause */
#define PAUSE_US          100000
#define RATE_SLOTS        256 /* source addresses share these, by hash */
#define PER_SOURCE_SECOND 40
#define PER_SOURCE_BURST  80

/*
 * A crowd sends its beacons one by one, and each would wake this process up. So after reading it
 * looks away for a moment and then reads what has come meanwhile; silence ends that.
 */
typedef struct {
  GSource base;
  LanBeaconSocket *socket;
  int fd;
  gpointer tag; /* of the descriptor in the source */
} Listener;

typedef struct {
  int fd; /* -1: this family cannot be had */
  GSource *listener;
  struct sockaddr_storage group;
  socklen_t group_len;
} Half;

struct _LanBeaconSocket {
  Half v4, v6;
  guint16 port;
  LanBeaconReceived received;
  gpointer user_data;
  guint named_ifindex; /* the interface asked for last, 0 for none, and its name */
  char name[IF_NAMESIZE];
  LanRate rates[RATE_SLOTS];
};

static void
set_int (int fd, int level, int option, int value)
{
  if (setsockopt (fd, level, option, &value, sizeof value) != 0)
    g_debug ("setsockopt %d/%d: %s", level, option, g_strerror (errno));
}

static void
set_options (int fd, int family)
{
  set_int (fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (family == AF_INET) {
    set_int (fd, SOL_SOCKET, SO_BROADCAST, 1);
    set_int (fd, IPPROTO_IP, IP_PKTINFO, 1);
    set_int (fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
    set_int (fd, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
    set_int (fd, IPPROTO_IP, IP_MULTICAST_TTL, 1);
  } else {
    set_int (fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    set_int (fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    set_int (fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
    set_int (fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
    set_int (fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1);
  }
}

static socklen_t
make_address (struct sockaddr_storage *out, int family, const char *numeric, guint16 port)
{
  memset (out, 0, sizeof *out);
  if (family == AF_INET) {
    struct sockaddr_in *in = (struct sockaddr_in *) out;

    in->sin_family = AF_INET;
    in->sin_port = g_htons (port);
    inet_pton (AF_INET, numeric, &in->sin_addr);
    return sizeof *in;
  } else {
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) out;

    in6->sin6_family = AF_INET6;
    in6->sin6_port = g_htons (port);
    inet_pton (AF_INET6, numeric, &in6->sin6_addr);
    return sizeof *in6;
  }
}

static guint
ifindex_of (struct msghdr *msg)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR (msg); c != NULL; c = CMSG_NXTHDR (msg, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo info;

      memcpy (&info, CMSG_DATA (c), sizeof info);
      return (guint) info.ipi_ifindex;
    }
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo info;

      memcpy (&info, CMSG_DATA (c), sizeof info);
      return info.ipi6_ifindex;
    }
  }
  return 0;
}

/* Asking costs three system calls, and the answer seldom differs from the one before. */
static const char *
interface_name (LanBeaconSocket *self, guint ifindex)
{
  if (ifindex != self->named_ifindex)
    self->named_ifindex = if_indextoname (ifindex, self->name) != NULL ? ifindex : 0;
  return self->named_ifindex != 0 ? self->name : NULL;
}

static void
format_address (LanBeaconSocket *self, const struct sockaddr_storage *from, guint ifindex,
                char out[LAN_CANDIDATE_ADDRESS_LEN])
{
  const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) from;

  out[0] = '\0';
  if (from->ss_family == AF_INET) {
    inet_ntop (AF_INET, &((const struct sockaddr_in *) from)->sin_addr, out,
               LAN_CANDIDATE_ADDRESS_LEN);
    return;
  }
  inet_ntop (AF_INET6, &in6->sin6_addr, out, LAN_CANDIDATE_ADDRESS_LEN);
  if (IN6_IS_ADDR_LINKLOCAL (&in6->sin6_addr) && interface_name (self, ifindex) != NULL) {
    g_strlcat (out, "%", LAN_CANDIDATE_ADDRESS_LEN);
    g_strlcat (out, self->name, LAN_CANDIDATE_ADDRESS_LEN);
  }
}

static void
receive_one (LanBeaconSocket *socket, struct msghdr *msg, const guint8 *data, gsize len,
             const struct sockaddr_storage *from, gint64 now_us)
{
  char address[LAN_CANDIDATE_ADDRESS_LEN];
  guint ifindex = ifindex_of (msg);

  format_address (socket, from, ifindex, address);
  if (address[0] == '\0' || ifindex == 0 ||
      !lan_rate_take (&socket->rates[g_str_hash (address) % RATE_SLOTS], now_us))
    return;
  socket->received (data, len, ifindex, address, socket->user_data);
}

/* Returns: how many came. */
static guint
receive_batch (LanBeaconSocket *socket, int fd)
{
  gint64 now_us = g_get_monotonic_time ();
  guint got = 0;

  for (int i = 0; i < BATCH; i++) {
    /* One byte more than a beacon may have, so that a longer one is seen to be longer. */
    guint8 bytes[LAN_BEACON_MAX_BYTES + 1];
    union {
      struct cmsghdr align;
      char
          space[CMSG_SPACE (sizeof (struct in6_pktinfo)) + CMSG_SPACE (sizeof (struct in_pktinfo))];
    } control;
    struct sockaddr_storage from;
    struct iovec iov = { bytes, sizeof bytes };
    struct msghdr msg = {
      .msg_name = &from,
      .msg_namelen = sizeof from,
      .msg_iov = &iov,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof control,
    };
    ssize_t n = recvmsg (fd, &msg, MSG_DONTWAIT);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      break;
    receive_one (socket, &msg, bytes, (gsize) n, &from, now_us);
    got++;
  }
  return got;
}

static gboolean
on_listener (GSource *source, GSourceFunc callback, gpointer data)
{
  Listener *listener = (Listener *) source;
  guint got = receive_batch (listener->socket, listener->fd);
  gboolean pauses = got > 0 && got < BUSY;

  g_source_modify_unix_fd (source, listener->tag, pauses ? 0 : G_IO_IN);
  g_source_set_ready_time (source, pauses ? g_source_get_time (source) + PAUSE_US : -1);
  return G_SOURCE_CONTINUE;
}

static GSource *
listener_new (LanBeaconSocket *socket, int fd)
{
  static GSourceFuncs funcs = { .dispatch = on_listener };
  GSource *source = g_source_new (&funcs, sizeof (Listener));
  Listener *listener = (Listener *) source;

  listener->socket = socket;
  listener->fd = fd;
  listener->tag = g_source_add_unix_fd (source, fd, G_IO_IN);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static gboolean
open_half (LanBeaconSocket *self, Half *half, int family, GError **error)
{
  struct sockaddr_storage any;
  socklen_t len = make_address (&any, family, family == AF_INET ? "0.0.0.0" : "::", self->port);

  half->group_len =
      make_address (&half->group, family,
                    family == AF_INET ? LAN_BEACON_GROUP_IPV4 : LAN_BEACON_GROUP_IPV6, self->port);
  half->fd = socket (family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
  if (half->fd >= 0)
    set_options (half->fd, family);
  if (half->fd < 0 || bind (half->fd, (struct sockaddr *) &any, len) != 0) {
    int code = errno;

    g_clear_error (error);
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                 "Cannot listen for beacons on UDP port %u: %s", self->port, g_strerror (code));
    if (half->fd >= 0)
      close (half->fd);
    half->fd = -1;
    return FALSE;
  }
  half->listener = listener_new (self, half->fd);
  return TRUE;
}

LanBeaconSocket *
lan_beacon_socket_new (guint16 port, LanBeaconReceived received, gpointer user_data, GError **error)
{
  LanBeaconSocket *self = g_new0 (LanBeaconSocket, 1);
  g_autoptr (GError) first = NULL;
  gboolean has_v4, has_v6;

  self->port = port;
  self->received = received;
  self->user_data = user_data;
  for (guint i = 0; i < RATE_SLOTS; i++)
    lan_rate_init (&self->rates[i], PER_SOURCE_SECOND, PER_SOURCE_BURST);
  has_v4 = open_half (self, &self->v4, AF_INET, &first);
  has_v6 = open_half (self, &self->v6, AF_INET6, &first);
  if (has_v4 || has_v6)
    return self;
  g_propagate_error (error, g_steal_pointer (&first));
  lan_beacon_socket_free (self);
  return NULL;
}

static void
close_half (Half *half)
{
  if (half->listener != NULL) {
    g_source_destroy (half->listener);
    g_clear_pointer (&half->listener, g_source_unref);
  }
  if (half->fd >= 0)
    close (half->fd);
  half->fd = -1;
}

void
lan_beacon_socket_free (LanBeaconSocket *self)
{
  if (self == NULL)
    return;
  close_half (&self->v4);
  close_half (&self->v6);
  g_free (self);
}

void
lan_beacon_socket_join (LanBeaconSocket *self, const LanInterface *iface)
{
  struct group_req request = { .gr_interface = iface->ifindex };

  self->named_ifindex = 0; /* it may have been renamed */
  if ((iface->flags & IFF_MULTICAST) == 0)
    return;
  if (self->v4.fd >= 0 && iface->n_ipv4 > 0) {
    memcpy (&request.gr_group, &self->v4.group, self->v4.group_len);
    if (setsockopt (self->v4.fd, IPPROTO_IP, MCAST_JOIN_GROUP, &request, sizeof request) != 0 &&
        errno != EADDRINUSE)
      g_debug ("join on %s: %s", iface->name, g_strerror (errno));
  }
  if (self->v6.fd >= 0 && iface->has_ipv6_link_local) {
    memcpy (&request.gr_group, &self->v6.group, self->v6.group_len);
    if (setsockopt (self->v6.fd, IPPROTO_IPV6, MCAST_JOIN_GROUP, &request, sizeof request) != 0 &&
        errno != EADDRINUSE)
      g_debug ("join on %s: %s", iface->name, g_strerror (errno));
  }
}

static void
send_from (int fd, const struct sockaddr_storage *to, socklen_t to_len, const LanInterface *iface,
           const struct in_addr *source, const guint8 *data, gsize len)
{
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE (sizeof (struct in6_pktinfo))];
  } control = { 0 };
  struct iovec iov = { (void *) data, len };
  struct msghdr msg = {
    .msg_name = (void *) to,
    .msg_namelen = to_len,
    .msg_iov = &iov,
    .msg_iovlen = 1,
    .msg_control = &control,
  };
  struct cmsghdr *c = &control.align;

  if (to->ss_family == AF_INET) {
    struct in_pktinfo info = { .ipi_ifindex = (int) iface->ifindex, .ipi_spec_dst = *source };

    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN (sizeof info);
    msg.msg_controllen = CMSG_SPACE (sizeof info);
    memcpy (CMSG_DATA (c), &info, sizeof info);
  } else {
    struct in6_pktinfo info = { .ipi6_ifindex = iface->ifindex };

    c->cmsg_level = IPPROTO_IPV6;
    c->cmsg_type = IPV6_PKTINFO;
    c->cmsg_len = CMSG_LEN (sizeof info);
    msg.msg_controllen = CMSG_SPACE (sizeof info);
    memcpy (CMSG_DATA (c), &info, sizeof info);
  }
  if (sendmsg (fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    g_debug ("beacon on %s: %s", iface->name, g_strerror (errno));
}

/* Calls with NULL data only count. */
static guint
each_datagram (const LanBeaconSocket *self, const LanInterface *iface, const guint8 *data,
               gsize len)
{
  guint n = 0;

  for (guint i = 0; self->v4.fd >= 0 && i < iface->n_ipv4; i++) {
    struct sockaddr_storage to = self->v4.group;

    if (iface->ipv4[i].broadcast.s_addr == 0)
      continue;
    ((struct sockaddr_in *) &to)->sin_addr = iface->ipv4[i].broadcast;
    if (data != NULL)
      send_from (self->v4.fd, &to, self->v4.group_len, iface, &iface->ipv4[i].address, data, len);
    n++;
  }
  if (self->v4.fd >= 0 && iface->n_ipv4 > 0 && (iface->flags & IFF_MULTICAST) != 0) {
    if (data != NULL)
      send_from (self->v4.fd, &self->v4.group, self->v4.group_len, iface, &iface->ipv4[0].address,
                 data, len);
    n++;
  }
  if (self->v6.fd >= 0 && iface->has_ipv6_link_local && (iface->flags & IFF_MULTICAST) != 0) {
    if (data != NULL)
      send_from (self->v6.fd, &self->v6.group, self->v6.group_len, iface, NULL, data, len);
    n++;
  }
  return n;
}

guint
lan_beacon_socket_count (const LanBeaconSocket *self, const LanInterface *iface)
{
  return each_datagram (self, iface, NULL, 0);
}

void
lan_beacon_socket_send (LanBeaconSocket *self, const LanInterface *iface, const guint8 *data,
                        gsize len)
{
  each_datagram (self, iface, data, len);
}
