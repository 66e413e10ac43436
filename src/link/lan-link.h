/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A link: one sealed session (crypto's LanDatagramSession) between two devices over a current path,
 * with ENet inside it for what must arrive, and bare sealed datagrams beside ENet for media. A
 * path may be replaced under the session; ENet does not notice. Implements LanChannel: frames go
 * by lan_channel_send() on LAN_STREAM_*, up() and closed() come as for every channel. Several
 * links live side by side. One GMainContext.
 *
 * Signals are what the two sides must tell each other by another way (a lane, a server, a third
 * person) before the link is up, and, by the link itself or that way, when it moves.
 */
#pragma once

#include "lan-channel.h"
#include "lan-datagram-session.h"
#include "lan-id.h"
#include "lan-path.h"
#include "lan-tcp-lane.h"

G_BEGIN_DECLS

/* Wire values, append-only. */
typedef enum {
  LAN_LINK_SIGNAL_OFFER = 1,     /* opens path @path; text of LanPath */
  LAN_LINK_SIGNAL_ANSWER = 2,    /* to an offer of that path; text of LanPath */
  LAN_LINK_SIGNAL_CANDIDATE = 3, /* more text of LanPath */
  LAN_LINK_SIGNAL_DECLINE = 4,   /* no link now; text = stable reason code */
  LAN_LINK_SIGNAL_CLOSE = 5,     /* the link is over; text = stable reason code */
  LAN_LINK_SIGNAL_CHECK = 6, /* asks whether the link still exists; CLOSE when not. By session */
} LanLinkSignalType;

typedef struct {
  LanLinkId link_id;
  LanLinkSignalType type;
  guint32 path; /* 0 for the first; a higher number is a newer path */
  char *text;   /* at most LAN_PATH_SIGNAL_MAX bytes; borrowed in callbacks */
} LanLinkSignal;

typedef struct _LanLink LanLink;

typedef struct {
  LanLinkId link_id;
  gboolean offerer; /* ICE-controlling, Noise initiator and ENet client */
  LanLocalKeys keys;
  guint8 remote_key[LAN_KEY_BYTES];
  LanPathConfig path;
  gint64 setup_us;     /* 0: LAN_LINK_SETUP_US */
  gboolean force_shim; /* ENet by loopback UDP sockets even where the hook is in force */
} LanLinkConfig;

typedef struct {
  /* To be brought to the other side's lan_link_signal(), in order. */
  void (*signal) (LanLink *link, const LanLinkSignal *signal, gpointer data);
  /* The kind of path, or its absence (LAN_PATH_NONE: broken, the link waits for a move). */
  void (*path) (LanLink *link, LanPathType type, gpointer data);
  /* What was sent is not acknowledged and nothing has been heard for LAN_LINK_SILENT_US, though the
   * path has not failed; repeated while it is so. */
  void (*silent) (LanLink *link, gpointer data);
  /* A path is about to be made: fill @config, zeroed, as it is to be now (transfer full); relay
   * credentials do not live long. NULL: always as it was at first. */
  void (*configure) (LanLink *link, LanPathConfig *config, gpointer data);
  /* A bare datagram that the other side sealed for us: MEDIA or CONTROL. */
  void (*datagram) (LanLink *link, LanDatagramLane inner_lane, const guint8 *bytes, gsize len,
                    gpointer data);
} LanLinkEvents;

#define LAN_LINK_DATAGRAM_MAX 1160     /* bytes of one bare datagram */
#define LAN_LINK_SETUP_US     10000000 /* from the offer or answer to UP, else closed(TIMEOUT) */
#define LAN_LINK_SILENT_US    2500000
#define LAN_LINK_BROKEN_US    15000000 /* without a working path, else closed(BROKEN) */

/**
 * Makes a link and starts gathering. The offerer's first signal() is its OFFER; the answerer gives
 * the OFFER it got to lan_link_signal() at once. Returns: (transfer full): free it with
 * lan_channel_free() through lan_link_channel(); NULL and an error of LAN_LINK_ERROR.
 */
LanLink *lan_link_new (const LanLinkConfig *config, const LanLinkEvents *events, gpointer data,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The link as a channel, and back (NULL when @channel is none). */
LanChannel *lan_link_channel (LanLink *link);
LanLink *lan_link_from_channel (LanChannel *channel);

const LanLinkId *lan_link_id (const LanLink *link);
gboolean lan_link_is_offerer (const LanLink *link);

/** Takes a signal of the other side. FALSE: it is not for this link, or breaks a rule. */
gboolean lan_link_signal (LanLink *link, const LanLinkSignal *signal) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a new path beside the current one and goes over to it when it works; the current one is
 * given up after that. For a change of address, a wake-up, a better way. Also before the link is
 * up: whichever path works first makes it.
 */
void lan_link_move (LanLink *link, LanPathWay way);

/** The clock jumped (suspend): keys count as expired, a new handshake and a move start. */
void lan_link_resume (LanLink *link);

/** Seals and sends @len bytes (<= LAN_LINK_DATAGRAM_MAX) on MEDIA or CONTROL; may be lost. */
gboolean lan_link_send_datagram (LanLink *link, LanDatagramLane inner_lane, const guint8 *bytes,
                                 gsize len) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  LanPathType path_type;
  gint64 rtt_us;      /* smoothed, -1 unknown */
  guint64 bytes_sent; /* of sealed datagrams */
  guint64 bytes_received;
  guint64 datagrams_refused; /* arrived and did not open */
  guint32 paths;             /* made since the start */
  gint64 connect_us;         /* ICE: from the remote text to CONNECTED, of the current path */
  gsize window;              /* the pacer's, bytes */
  gint64 queue_delay_us;     /* the pacer's, -1 unknown */
  gboolean shim;             /* ENet goes through loopback sockets */
  guint64 packets_lost;      /* that ENet had to repeat, since the start */
} LanLinkStats;

void lan_link_get_stats (const LanLink *link, LanLinkStats *stats);

/** "address:port" of both ends of the current path, (transfer full); FALSE where there is none. */
gboolean lan_link_addresses (const LanLink *link, char **local, char **remote);

/** TRUE when our enet_socket_* are the ones ENet calls; tried once per process. Any thread. */
gboolean lan_link_hook_in_force (void);

void lan_link_signal_clear (LanLinkSignal *signal);

G_END_DECLS
