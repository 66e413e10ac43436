/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The computer's network interfaces with their addresses, which of them are fit for announcing, and
 * a watch (netlink) that tells when they change. The watch runs on the context it was made in.
 */
#pragma once

#include <gio/gio.h>

#include <net/if.h>
#include <netinet/in.h>

G_BEGIN_DECLS

#define LAN_INTERFACE_MAX_IPV4 8

typedef struct {
  struct in_addr address;
  struct in_addr broadcast; /* zero when the network has none (/31, /32, point to point) */
} LanIpv4;

typedef struct {
  char name[IF_NAMESIZE];
  guint ifindex;
  guint flags; /* IFF_* */
  guint n_ipv4;
  LanIpv4 ipv4[LAN_INTERFACE_MAX_IPV4];
  gboolean has_ipv6_link_local;
  guint32 digest; /* of all addresses: differs when any came or went */
} LanInterface;

/** Whether this computer has an interface, up or not, whose name @pattern fits. Any thread. */
gboolean lan_interface_exists (const char *pattern);

/**
 * Decides by name and flags. @patterns NULL: up, not loopback, and not named like what containers
 * and virtual machines bring along (docker*, veth*, br-*, virbr*, vnet*, vboxnet*, vmnet*, lxc*,
 * lxdbr*, podman*, cni*, flannel*, cali*). Else: up and named in @patterns, where `*` stands for
 * anything; then every kind is fit. The name decides, never the kind: a veth that is called eth0
 * inside a container is that container's ordinary interface.
 */
gboolean lan_interface_filter_accepts (const char *const *patterns, const char *name, guint flags);

/** Returns: (transfer full) (element-type LanInterface): those fit for announcing, by ifindex. */
GArray *lan_interfaces_read (const char *const *patterns, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (nullable): the interface of this index in @interfaces. */
const LanInterface *lan_interfaces_find (const GArray *interfaces, guint ifindex);

typedef struct _LanInterfaceWatch LanInterfaceWatch;

/**
 * Calls @changed, a moment after the last change of a burst, whenever links or addresses may have
 * changed. Returns: (transfer full): NULL with an error of G_IO_ERROR.
 */
LanInterfaceWatch *lan_interface_watch_new (void (*changed) (gpointer user_data),
                                            gpointer user_data,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lan_interface_watch_free (LanInterfaceWatch *watch);

G_END_DECLS
