/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The inside of lan-avahi: what the owner's thread and the Avahi thread share, and the two parts
 * that live on the Avahi thread, the publisher and the browser. Both are made when the daemon is
 * there; the browser's table survives the daemon for a while.
 */
#pragma once

#include "lan-avahi.h"

#include <avahi-client/client.h>

G_BEGIN_DECLS

#define LAN_AVAHI_MAX_INTERFACES 16

typedef struct {
  gboolean has_record;
  LanInstanceId instance;
  LanDiscoveryRecord record;
  gsize n_ifindexes;
  guint ifindexes[LAN_AVAHI_MAX_INTERFACES];
} LanAvahiWanted;

typedef struct {
  guint64 origin;
  gboolean is_gone;
  guint ifindex;
  LanInstanceId instance;
  LanDiscoveryRecord record;
  char address[LAN_CANDIDATE_ADDRESS_LEN];
} LanAvahiSeen;

typedef struct _LanAvahiShared LanAvahiShared;

/* From the Avahi thread to the owner; each returns at once. */
void lan_avahi_post_seen (LanAvahiShared *shared, const LanAvahiSeen *seen);
void lan_avahi_post_collision (LanAvahiShared *shared);
void lan_avahi_post_available (LanAvahiShared *shared, gboolean is_available);

/** Copies what the owner wants to be announced. */
void lan_avahi_get_wanted (LanAvahiShared *shared, LanAvahiWanted *wanted);

/* The thread's main: runs until the loop is quit. */
void lan_avahi_worker_run (LanAvahiShared *shared, GMainContext *context, GMainLoop *loop);

/** Called in the worker's context when the wanted announcement changed. */
void lan_avahi_worker_wanted (LanAvahiShared *shared);
void lan_avahi_set_worker (LanAvahiShared *shared, gpointer worker);
gpointer lan_avahi_get_worker (LanAvahiShared *shared);

typedef struct _LanAvahiPublisher LanAvahiPublisher;

LanAvahiPublisher *lan_avahi_publisher_new (LanAvahiShared *shared, AvahiClient *client);
void lan_avahi_publisher_free (LanAvahiPublisher *publisher);

/** Brings what the daemon announces in line with what is wanted. */
void lan_avahi_publisher_sync (LanAvahiPublisher *publisher, const LanAvahiWanted *wanted);

/** The daemon's host name is being settled: what was announced is void. */
void lan_avahi_publisher_reset (LanAvahiPublisher *publisher);

typedef struct _LanAvahiBrowser LanAvahiBrowser;

LanAvahiBrowser *lan_avahi_browser_new (LanAvahiShared *shared, GMainContext *context);
void lan_avahi_browser_free (LanAvahiBrowser *browser);
void lan_avahi_browser_attach (LanAvahiBrowser *browser, AvahiClient *client);

/** The client is about to be freed; what is known stays for a while. */
void lan_avahi_browser_detach (LanAvahiBrowser *browser);

/** Tells everything known again. */
void lan_avahi_browser_repeat (LanAvahiBrowser *browser);

G_END_DECLS
