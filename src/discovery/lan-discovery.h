/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Finds peers on every network this computer is in, and lets itself be found: Avahi, beacons
 * (broadcast and multicast on each interface), and addresses that were entered or remembered, all
 * merged into candidates. A candidate is one running process, whatever number of interfaces,
 * sources and addresses it is seen by. Everything in it is a hint until a handshake has spoken.
 *
 * Runs on the thread-default GMainContext of lan_discovery_new(); every call and every callback is
 * on that thread. Avahi's client library blocks on D-Bus, so it has a thread of its own inside.
 * Callbacks may call back into the object, except lan_discovery_free().
 */
#pragma once

#include "lan-discovery-record.h"
#include "lan-random.h"

G_BEGIN_DECLS

#define LAN_DISCOVERY_PORT 24789 /* UDP beacons; by default also the TCP port of lanes */

#define LAN_DISCOVERY_ERROR_LIST(X)                                                                \
  X (BAD_HOST, "bad-host", "that is not a host or host:port")                                      \
  X (SYSTEM, "discovery-system", "the system refused what discovery needs")

typedef enum {
#define X(name, code, text) LAN_DISCOVERY_ERROR_##name,
  LAN_DISCOVERY_ERROR_LIST (X)
#undef X
} LanDiscoveryError;

LAN_DECLARE_ERROR (LanDiscoveryError, lan_discovery_error)
#define LAN_DISCOVERY_ERROR (lan_discovery_error_quark ())

/* Bits: how an address is known. */
typedef enum {
  LAN_SOURCE_MDNS = 1 << 0,
  LAN_SOURCE_BEACON = 1 << 1,
  LAN_SOURCE_MANUAL = 1 << 2,     /* entered by a person or an administrator */
  LAN_SOURCE_REMEMBERED = 1 << 3, /* worked last time */
} LanSource;

#define LAN_CANDIDATE_ADDRESS_LEN   64
#define LAN_CANDIDATE_MAX_ADDRESSES 16

typedef struct {
  char address[LAN_CANDIDATE_ADDRESS_LEN]; /* numeric; IPv6 link-local with %interface */
  guint16 port;                            /* TCP */
  guint ifindex;                           /* where it was seen, 0 when not bound to one */
  guint sources;                           /* LanSource bits */
} LanCandidateAddress;

typedef struct {
  guint64 key;         /* unique within one LanDiscovery, never used twice */
  gboolean has_record; /* FALSE for manual and remembered addresses: instance and record are zero */
  LanInstanceId instance;
  LanDiscoveryRecord record;
  guint sources;                                              /* LanSource bits of all addresses */
  guint n_addresses;                                          /* 1..LAN_CANDIDATE_MAX_ADDRESSES */
  LanCandidateAddress addresses[LAN_CANDIDATE_MAX_ADDRESSES]; /* longest known first */
} LanCandidate;

typedef struct {
  /* Each candidate: found once, updated when record or addresses changed (at most 4 times a
   * second), lost once. @candidate is borrowed for the call. */
  void (*found) (const LanCandidate *candidate, gpointer user_data);
  void (*updated) (const LanCandidate *candidate, gpointer user_data);
  void (*lost) (guint64 key, gpointer user_data);
  /* The computer's own interfaces or addresses changed, or it woke up: a time to look at paths.
   * May be NULL. */
  void (*network_changed) (gpointer user_data);
  /* Something a person may want to know. @code is stable: "mdns-absent", "mdns-back",
   * "beacon-refused". May be NULL. */
  void (*notice) (const char *code, const char *text, gpointer user_data);
} LanDiscoveryCallbacks;

typedef struct {
  /* NULL: every interface that is up, except loopback, containers, virtual machines' bridges and
   * host-only networks (lan_interface_filter_accepts()). Else exactly these names; `*` matches. */
  const char *const *interfaces;
  gboolean mdns;
  gboolean broadcast;      /* beacons, sent and heard */
  guint16 beacon_port;     /* 0: LAN_DISCOVERY_PORT */
  const LanRandom *random; /* borrowed, outlives the object */
  LanDiscoveryCallbacks callbacks;
  gpointer user_data;
} LanDiscoveryConfig;

typedef struct _LanDiscovery LanDiscovery;

/** Returns: (transfer full): an idle object; @config is copied. */
LanDiscovery *lan_discovery_new (const LanDiscoveryConfig *config) G_GNUC_WARN_UNUSED_RESULT;

/** Stops without callbacks and frees; NULL is fine. */
void lan_discovery_free (LanDiscovery *discovery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanDiscovery, lan_discovery_free)

/**
 * Starts to listen, and to announce what was published. A source that cannot work (no Avahi, the
 * port refused) is a notice and is tried again later, not a failure.
 * Returns: FALSE with LAN_DISCOVERY_ERROR_SYSTEM when interfaces cannot be watched at all.
 */
gboolean lan_discovery_start (LanDiscovery *discovery, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Says goodbye on every source and stops; candidates are reported lost. Does not wait. */
void lan_discovery_stop (LanDiscovery *discovery);

/**
 * Announces @record (copied) from now on; in place when something was published before. NULL
 * withdraws with a goodbye while listening goes on. May be called before start.
 */
void lan_discovery_publish (LanDiscovery *discovery, const LanDiscoveryRecord *record);

/**
 * A candidate's connection broke: what beacons said of it no longer counts (DESIGN section 4: gone
 * "at once on a broken lane"). It is lost at once when nothing else vouches for it, and found again
 * with its next sign of life.
 */
void lan_discovery_doubt (LanDiscovery *discovery, guint64 key);

/** @key was authenticated: it is never evicted to make room for newcomers. */
void lan_discovery_pin (LanDiscovery *discovery, guint64 key);

/**
 * Adds a host that was entered or remembered: "host", "host:port", "[v6%scope]:port"; without a port
 * LAN_DISCOVERY_PORT. Names are looked up in the background, again after network changes. Each host
 * becomes a candidate without record. Adding one twice is fine.
 * Returns: FALSE with LAN_DISCOVERY_ERROR_BAD_HOST.
 */
gboolean lan_discovery_add_host (LanDiscovery *discovery, LanSource source, const char *host,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lan_discovery_remove_host (LanDiscovery *discovery, const char *host);

/** Returns: this process's instance id; changes after a name collision. */
const LanInstanceId *lan_discovery_get_instance (const LanDiscovery *discovery);

G_END_DECLS
