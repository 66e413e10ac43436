/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-interfaces.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

/* Changes come in bursts (link, then each address, then the end of duplicate detection). */
#define SETTLE_MS 40

struct _LanInterfaceWatch {
  int fd;
  GSource *readable;
  GSource *settle; /* pending call of changed, or NULL */
  GMainContext *context;
  void (*changed) (gpointer user_data);
  gpointer user_data;
};

static const char *const unfit_names[] = {
  "docker*", "veth*",  "br-*",    "virbr*", "vnet*",    "vboxnet*", "vmnet*",
  "lxc*",    "lxdbr*", "podman*", "cni*",   "flannel*", "cali*",    NULL,
};

static gboolean
matches_any (const char *const *patterns, const char *name)
{
  for (; *patterns != NULL; patterns++) {
    if (g_pattern_match_simple (*patterns, name))
      return TRUE;
  }
  return FALSE;
}

gboolean
lan_interface_exists (const char *pattern)
{
  struct if_nameindex *all = if_nameindex ();
  gboolean exists = FALSE;

  for (guint i = 0; all != NULL && all[i].if_index != 0 && !exists; i++)
    exists = g_pattern_match_simple (pattern, all[i].if_name);
  if (all != NULL)
    if_freenameindex (all);
  return exists;
}

gboolean
lan_interface_filter_accepts (const char *const *patterns, const char *name, guint flags)
{
  if ((flags & IFF_UP) == 0 || (flags & IFF_RUNNING) == 0)
    return FALSE;
  if (patterns != NULL)
    return matches_any (patterns, name);
  return (flags & IFF_LOOPBACK) == 0 && !matches_any (unfit_names, name);
}

static guint32
mix (guint32 digest, const void *bytes, gsize len)
{
  const guint8 *b = bytes;

  for (gsize i = 0; i < len; i++)
    digest = (digest ^ b[i]) * 16777619u;
  return digest;
}

static LanInterface *
find_or_add (GArray *list, const struct ifaddrs *ifa)
{
  LanInterface new = { .ifindex = if_nametoindex (ifa->ifa_name), .flags = ifa->ifa_flags };
  guint at = 0;

  if (new.ifindex == 0)
    return NULL;
  for (; at < list->len; at++) {
    LanInterface *known = &g_array_index (list, LanInterface, at);

    if (known->ifindex == new.ifindex)
      return known;
    if (known->ifindex > new.ifindex)
      break;
  }
  g_strlcpy (new.name, ifa->ifa_name, sizeof new.name);
  new.digest = 2166136261u;
  g_array_insert_val (list, at, new);
  return &g_array_index (list, LanInterface, at);
}

static void
add_ipv4 (LanInterface *iface, const struct ifaddrs *ifa)
{
  const struct sockaddr_in *address = (const struct sockaddr_in *) ifa->ifa_addr;
  const struct sockaddr_in *mask = (const struct sockaddr_in *) ifa->ifa_netmask;
  LanIpv4 *ipv4;

  if (iface->n_ipv4 == LAN_INTERFACE_MAX_IPV4)
    return;
  ipv4 = &iface->ipv4[iface->n_ipv4++];
  ipv4->address = address->sin_addr;
  /* Loopback has no broadcast flag, but 127.255.255.255 reaches every profile on the computer. */
  if ((iface->flags & (IFF_BROADCAST | IFF_LOOPBACK)) != 0 && mask != NULL &&
      g_ntohl (mask->sin_addr.s_addr) < 0xfffffffeu)
    ipv4->broadcast.s_addr = address->sin_addr.s_addr | ~mask->sin_addr.s_addr;
  iface->digest = mix (iface->digest, &ipv4->address, sizeof ipv4->address);
  iface->digest = mix (iface->digest, &ipv4->broadcast, sizeof ipv4->broadcast);
}

static void
add_ipv6 (LanInterface *iface, const struct ifaddrs *ifa)
{
  const struct sockaddr_in6 *address = (const struct sockaddr_in6 *) ifa->ifa_addr;

  if (IN6_IS_ADDR_LINKLOCAL (&address->sin6_addr))
    iface->has_ipv6_link_local = TRUE;
  iface->digest = mix (iface->digest, &address->sin6_addr, sizeof address->sin6_addr);
}

GArray *
lan_interfaces_read (const char *const *patterns, GError **error)
{
  GArray *list;
  struct ifaddrs *all;

  if (getifaddrs (&all) != 0) {
    int code = errno;

    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "Cannot list interfaces: %s",
                 g_strerror (code));
    return NULL;
  }
  list = g_array_new (FALSE, TRUE, sizeof (LanInterface));
  for (const struct ifaddrs *ifa = all; ifa != NULL; ifa = ifa->ifa_next) {
    LanInterface *iface;

    if (ifa->ifa_addr == NULL ||
        !lan_interface_filter_accepts (patterns, ifa->ifa_name, ifa->ifa_flags))
      continue;
    if (ifa->ifa_addr->sa_family != AF_INET && ifa->ifa_addr->sa_family != AF_INET6)
      continue;
    iface = find_or_add (list, ifa);
    if (iface != NULL && ifa->ifa_addr->sa_family == AF_INET)
      add_ipv4 (iface, ifa);
    else if (iface != NULL)
      add_ipv6 (iface, ifa);
  }
  freeifaddrs (all);
  return list;
}

const LanInterface *
lan_interfaces_find (const GArray *interfaces, guint ifindex)
{
  for (guint i = 0; interfaces != NULL && i < interfaces->len; i++) {
    const LanInterface *iface = &g_array_index (interfaces, LanInterface, i);

    if (iface->ifindex == ifindex)
      return iface;
  }
  return NULL;
}

static gboolean
on_settled (gpointer data)
{
  LanInterfaceWatch *watch = data;

  g_clear_pointer (&watch->settle, g_source_unref);
  watch->changed (watch->user_data);
  return G_SOURCE_REMOVE;
}

/* What changed is not parsed: the whole list is read again, which also covers lost messages
 * (ENOBUFS on a burst). */
static gboolean
on_netlink (int fd, GIOCondition condition, gpointer data)
{
  LanInterfaceWatch *watch = data;
  guint8 buf[8192];

  for (int i = 0; i < 256; i++) {
    ssize_t n = recv (fd, buf, sizeof buf, MSG_DONTWAIT);

    if (n < 0 && errno != EINTR && errno != ENOBUFS)
      break;
  }
  if (watch->settle == NULL) {
    watch->settle = g_timeout_source_new (SETTLE_MS);
    g_source_set_callback (watch->settle, on_settled, watch, NULL);
    g_source_attach (watch->settle, watch->context);
  }
  return G_SOURCE_CONTINUE;
}

LanInterfaceWatch *
lan_interface_watch_new (void (*changed) (gpointer user_data), gpointer user_data, GError **error)
{
  struct sockaddr_nl address = {
    .nl_family = AF_NETLINK,
    .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
  };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  LanInterfaceWatch *watch;

  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) != 0) {
    int code = errno;

    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "Cannot watch interfaces: %s",
                 g_strerror (code));
    if (fd >= 0)
      close (fd);
    return NULL;
  }
  watch = g_new0 (LanInterfaceWatch, 1);
  watch->fd = fd;
  watch->changed = changed;
  watch->user_data = user_data;
  watch->context = g_main_context_ref_thread_default ();
  watch->readable = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (watch->readable, G_SOURCE_FUNC (on_netlink), watch, NULL);
  g_source_attach (watch->readable, watch->context);
  return watch;
}

static void
clear_source (GSource **source)
{
  if (*source != NULL) {
    g_source_destroy (*source);
    g_clear_pointer (source, g_source_unref);
  }
}

void
lan_interface_watch_free (LanInterfaceWatch *watch)
{
  if (watch == NULL)
    return;
  clear_source (&watch->readable);
  clear_source (&watch->settle);
  close (watch->fd);
  g_main_context_unref (watch->context);
  g_free (watch);
}
