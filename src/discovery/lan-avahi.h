/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * mDNS through the system's Avahi daemon, which may be absent, frozen, die and come back at any
 * time. Its client library waits for D-Bus answers, up to 25 seconds from a daemon that hangs, so it
 * lives on a thread of its own; what it sees arrives on the context that lan_avahi_new() was called
 * in, bounded: at most one pending event for each service.
 */
#pragma once

#include "lan-discovery.h"

G_BEGIN_DECLS

#define LAN_MDNS_TYPE          "_lanyard._tcp"
#define LAN_MDNS_PER_INTERFACE 512 /* services of one interface and protocol that are looked at */

typedef struct {
  /* @origin names this service on this interface and protocol; a later call replaces the earlier. */
  void (*seen) (guint64 origin, guint ifindex, const LanInstanceId *instance,
                const LanDiscoveryRecord *record, const char *address, gpointer user_data);
  void (*gone) (guint64 origin, gpointer user_data);
  /* Somebody else holds our instance name: choose another. */
  void (*collision) (gpointer user_data);
  void (*available) (gboolean is_available, gpointer user_data);
} LanAvahiCallbacks;

typedef struct _LanAvahi LanAvahi;

LanAvahi *lan_avahi_new (const LanAvahiCallbacks *callbacks,
                         gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Ends the thread; the daemon says goodbye for us when the connection closes. No callback comes
 * afterwards. Waits a moment for the thread, but not for a daemon that hangs. NULL is fine.
 */
void lan_avahi_free (LanAvahi *avahi);

/**
 * What is to be announced from now on, on these interfaces; @record NULL: nothing. Everything known
 * about services is told again when the interfaces are others than before.
 */
void lan_avahi_publish (LanAvahi *avahi, const LanInstanceId *instance,
                        const LanDiscoveryRecord *record, const guint *ifindexes, gsize n);

G_END_DECLS
