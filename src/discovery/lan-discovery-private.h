/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The inside of LanDiscovery: lan-discovery.c is its life, its clock and what the others bring,
 * -beacons.c the interfaces and the beacons on them.
 */
#pragma once

#include "lan-avahi.h"
#include "lan-beacon-schedule.h"
#include "lan-beacon-socket.h"
#include "lan-candidates.h"
#include "lan-discovery.h"
#include "lan-host-list.h"
#include "lan-interfaces.h"

G_BEGIN_DECLS

/* An interface that is announced on. */
typedef struct {
  guint ifindex;
  LanBeaconSchedule schedule;
} LanDiscoverySegment;

struct _LanDiscovery {
  LanDiscoveryConfig config; /* .interfaces is our copy */
  char **patterns;
  gboolean is_started;
  LanInstanceId instance;
  gboolean has_record;
  LanDiscoveryRecord record;
  LanCandidates *candidates;
  GArray *interfaces; /* of LanInterface */
  GArray *segments;   /* of LanDiscoverySegment, one for each interface */
  LanInterfaceWatch *watch;
  LanBeaconSocket *socket;
  gint64 socket_retry_us; /* LAN_NEVER_US unless the socket was refused */
  LanAvahi *avahi;
  gboolean is_mdns_absent; /* as last told */
  LanHostList *hosts;
  LanRate collisions;
  GSource *timer;
  gint64 timer_us;
  gint64 asleep_us; /* how long this computer has slept, to see that it woke up */
};

/* lan-discovery.c */
void lan_discovery_update_timer (LanDiscovery *d);
void lan_discovery_notice (LanDiscovery *d, const char *code, const char *text);

/* lan-discovery-beacons.c */
/** Opens the socket for beacons; where it is refused, that is told once and tried again. */
void lan_discovery_open_socket (LanDiscovery *d);

/** Says on every interface that this record is gone. */
void lan_discovery_say_bye (LanDiscovery *d);

/** Sends the beacons whose time has come. */
void lan_discovery_send_due (LanDiscovery *d, gint64 now_us);

/** Brings the next beacon of every interface forward. */
void lan_discovery_hurry (LanDiscovery *d);

/** Returns: (nullable): the interface as it is announced on. */
LanDiscoverySegment *lan_discovery_find_segment (LanDiscovery *d, guint ifindex);

/** Takes @interfaces (transfer full). Returns: whether anything is different now. */
gboolean lan_discovery_take_interfaces (LanDiscovery *d, GArray *interfaces);

G_END_DECLS
