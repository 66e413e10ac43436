/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A path: one NiceAgent carrying datagrams between two devices, nothing else: what runs over it is
 * sealed above. libnice never looks for new interfaces, so a path that is to follow a change of
 * address is a new path beside the old one. One GMainContext.
 *
 *   GATHERING --remote signal--> CHECKING --> CONNECTED --> FAILED
 *
 * The text handed out by signal() and taken by lan_path_add_remote() is lines of ASCII, at most
 * LAN_PATH_SIGNAL_MAX bytes: "u <ufrag>", "p <password>", "c <candidate>" with the candidate
 * attribute of RFC 8839 section 5.1 (host, srflx, prflx, relay; UDP; component 1), "d" = this path is
 * to be without relays, "r" = by relays only, for who has one, and "e" = no more will follow. The first text has u, p and the host candidates; later ones have more.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LAN_PATH_SIGNAL_MAX     4096
#define LAN_PATH_CANDIDATES_MAX 32
#define LAN_PATH_DATAGRAM_MAX   1280

typedef enum {
  LAN_PATH_GATHERING,
  LAN_PATH_CHECKING,
  LAN_PATH_CONNECTED, /* datagrams may be sent */
  LAN_PATH_FAILED
} LanPathState;

typedef enum { LAN_PATH_NONE, LAN_PATH_DIRECT, LAN_PATH_RELAYED } LanPathType;

/** "", "direct", "relayed". */
const char *lan_path_type_name (LanPathType type);

typedef enum { LAN_RELAY_UDP, LAN_RELAY_TCP, LAN_RELAY_TLS } LanRelayType;

typedef struct {
  char *host; /* numeric */
  guint16 port;
  char *username;
  char *password;
  LanRelayType type;
} LanRelay;

/* Same numbers as core's LanSessionPath. */
typedef enum {
  LAN_PATH_WAY_ANY,    /* as the configuration says */
  LAN_PATH_WAY_RELAY,  /* only candidates of our relays */
  LAN_PATH_WAY_DIRECT, /* no relays; the other side is told ("d") to answer without its own */
} LanPathWay;

/* Borrowed by lan_path_new() and copied by lan_link_new(). Zeroed = host candidates only. */
typedef struct {
  GStrv addresses; /* local addresses to use; NULL: all but fe80::, loopback only if alone */
  char *stun_host; /* numeric, may be NULL */
  guint16 stun_port;
  GPtrArray *relays; /* of LanRelay, may be NULL */
  gboolean force_relay;
  gboolean direct_only; /* without relays, whatever the list says, on both sides */
} LanPathConfig;

void lan_path_config_copy (LanPathConfig *to, const LanPathConfig *from);
void lan_path_config_clear (LanPathConfig *config);
LanRelay *lan_relay_new (LanRelayType type, const char *host, guint16 port, const char *username,
                         const char *password) G_GNUC_WARN_UNUSED_RESULT;
void lan_relay_free (LanRelay *relay);

typedef struct _LanPath LanPath;

typedef struct {
  void (*signal) (LanPath *path, const char *text, gpointer data);
  void (*state) (LanPath *path, LanPathState state, gpointer data);
  void (*datagram) (LanPath *path, const guint8 *bytes, gsize len, gpointer data);
} LanPathEvents;

/**
 * Starts gathering; signal() comes from the main loop, never from within. @controlling: ICE role.
 * Returns: (transfer full), or NULL and an error of LAN_LINK_ERROR.
 */
LanPath *lan_path_new (gboolean controlling, const LanPathConfig *config,
                       const LanPathEvents *events, gpointer data,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a text of the other side. FALSE: it breaks a rule above; what was good before stays. */
gboolean lan_path_add_remote (LanPath *path, const char *text) G_GNUC_WARN_UNUSED_RESULT;

LanPathState lan_path_state (const LanPath *path);
LanPathType lan_path_type (const LanPath *path);

/** "address:port" of both ends, (transfer full); FALSE and nothing when not connected. */
gboolean lan_path_addresses (const LanPath *path, char **local, char **remote);

/** Microseconds from the first remote text to CONNECTED; -1 before. */
gint64 lan_path_connect_us (const LanPath *path);

/** Sends one datagram; what cannot be sent is lost, as datagrams are. */
void lan_path_send (LanPath *path, const guint8 *bytes, gsize len);

/**
 * For many at once: write a datagram of at most LAN_PATH_DATAGRAM_MAX bytes to lan_path_slot(), then
 * lan_path_add() it; they leave by lan_path_flush(), at the latest when the batch is full.
 */
guint8 *lan_path_slot (LanPath *path);
void lan_path_add (LanPath *path, gsize len);
void lan_path_flush (LanPath *path);

/** Ends it without callbacks; also inside one of its callbacks. NULL is allowed. */
void lan_path_free (LanPath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPath, lan_path_free)

/** Freed paths of this thread whose relays have not heard yet that they are over: its loop is to run on until
 * there is none, at most a second. */
guint lan_paths_closing (void);

G_END_DECLS
