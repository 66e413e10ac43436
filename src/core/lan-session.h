/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The dialling rules of DESIGN section 4 for one remote device: when to dial a lane and how, which
 * of two crossed lanes stays, when to offer a link and whose offer wins, when idle ones close, what
 * follows a change of address. Pure: events and time go in, actions come out of a queue, node
 * carries them out. It never sees a socket; lanes are named by node's handles.
 *
 *   lane:  NONE <-> WAIT <-> DIALING --> UP --> NONE | WAIT
 *   link:  NONE <-> WAIT <-> OFFERED | ANSWERED --> UP <-> BROKEN --> NONE | WAIT
 *
 * One thread.
 */
#pragma once

#include "lan-id.h"
#include "lan-random.h"

G_BEGIN_DECLS

#define LAN_SESSION_KEY_BYTES    32
#define LAN_SESSION_LANE_IDLE_US (60 * G_USEC_PER_SEC)
#define LAN_SESSION_LINK_IDLE_US (120 * G_USEC_PER_SEC)
#define LAN_SESSION_RETRY_MIN_US (1 * G_USEC_PER_SEC)
#define LAN_SESSION_RETRY_MAX_US (60 * G_USEC_PER_SEC)
#define LAN_SESSION_CROSS_US     (10 * G_USEC_PER_SEC) /* lanes younger than this have crossed */
#define LAN_SESSION_LINK_CROSS_US                                                                  \
  (2 * G_USEC_PER_SEC) /* offers that crossed: shorter, see on_offer() */
/* A link on its way for this long since the other side answered is tried by a relay as well. */
#define LAN_SESSION_RELAY_AFTER_US (200 * 1000)
/* A relayed link looks for a direct path this soon, and then ever more seldom, up to the maximum. */
#define LAN_SESSION_DIRECT_MIN_US  (2 * G_USEC_PER_SEC)
#define LAN_SESSION_DIRECT_MAX_US  (300 * G_USEC_PER_SEC)
#define LAN_SESSION_IDLE_LANES_MAX 128
#define LAN_SESSION_ADDRESSES_MAX  16
#define LAN_SESSION_SIGNAL_MAX     4096
#define LAN_SESSION_HELD_SIGNALS   16

/* Bits of a handle that node chose: a lane that did not come from a DIAL of this session, either
 * accepted or, with the second bit too, dialled before it was known whose it is. */
#define LAN_SESSION_NODES_LANE (G_GUINT64_CONSTANT (1) << 63)
#define LAN_SESSION_NODES_DIAL (G_GUINT64_CONSTANT (1) << 62)

/* The place of .lane in SEND_SIGNAL for what goes by the post (lan_session_set_post()). */
#define LAN_SESSION_BY_POST G_MAXUINT64

typedef enum {
  LAN_SESSION_LANE_NONE,    /* not wanted, or nothing to dial */
  LAN_SESSION_LANE_WAIT,    /* wanted; the next dial waits for its time */
  LAN_SESSION_LANE_DIALING, /* a dial is out */
  LAN_SESSION_LANE_UP,
  LAN_SESSION_LANE_N
} LanSessionLane;

typedef enum {
  LAN_SESSION_LINK_NONE,
  LAN_SESSION_LINK_WAIT,     /* wanted; the next offer waits for its time or for a lane */
  LAN_SESSION_LINK_OFFERED,  /* our offer is out */
  LAN_SESSION_LINK_ANSWERED, /* theirs is answered */
  LAN_SESSION_LINK_UP,
  LAN_SESSION_LINK_BROKEN, /* was up, has no path now */
  LAN_SESSION_LINK_N
} LanSessionLink;

/* Same numbers as on the wire. */
typedef enum {
  LAN_SESSION_SIGNAL_OFFER = 1,
  LAN_SESSION_SIGNAL_ANSWER = 2,
  LAN_SESSION_SIGNAL_CANDIDATE = 3,
  LAN_SESSION_SIGNAL_DECLINE = 4,
  LAN_SESSION_SIGNAL_CLOSE = 5,
  LAN_SESSION_SIGNAL_CHECK = 6, /* do you still have this link? CLOSE when not */
} LanSessionSignalType;

typedef struct {
  LanLinkId link_id;
  LanSessionSignalType type;
  guint32 path; /* 0: the link's first path */
  char *text;   /* may be NULL */
} LanSessionSignal;

/* Same numbers as link's LanPathWay. */
typedef enum {
  LAN_SESSION_PATH_ANY,
  LAN_SESSION_PATH_RELAY,  /* only by a relay of ours */
  LAN_SESSION_PATH_DIRECT, /* without any relay */
} LanSessionPath;

typedef enum {
  LAN_SESSION_FAIL_UNREACHABLE, /* nothing answered: the network or the machine is away */
  LAN_SESSION_FAIL_HANDSHAKE,   /* something answered and the handshake failed or was cut */
  LAN_SESSION_FAIL_CLOSED,      /* an orderly end of what was up */
  LAN_SESSION_FAIL_BROKEN,      /* what was up broke, or went silent */
} LanSessionFail;

typedef enum {
  LAN_SESSION_DIAL,        /* .dial: handle, key (NULL: XX), addresses */
  LAN_SESSION_CLOSE_LANE,  /* .lane: a lane or an unfinished dial */
  LAN_SESSION_OFFER_LINK,  /* make a link as offerer: .signal.link_id */
  LAN_SESSION_ANSWER_LINK, /* make a link as answerer and give it .signal, an OFFER */
  LAN_SESSION_GIVE_SIGNAL, /* give .signal to the link .signal.link_id */
  LAN_SESSION_SEND_SIGNAL, /* send .signal on channel .lane, or on the link when .lane is 0, or by
                            * the post when it is LAN_SESSION_BY_POST */
  LAN_SESSION_MOVE_LINK,   /* .signal.link_id: a new path, .path says of which kind */
  LAN_SESSION_RESUME_LINK, /* .signal.link_id */
  LAN_SESSION_CLOSE_LINK,  /* .signal.link_id */
  LAN_SESSION_PREFER,      /* frames go over .prefer from now on */
  LAN_SESSION_KEY_CHANGED, /* XX showed another key: .lane is not this device's, .key is the new one */
  LAN_SESSION_UNREACHABLE, /* all that was wanted failed .attempts times in a row */
} LanSessionActionType;

typedef enum { LAN_SESSION_BY_NOTHING, LAN_SESSION_BY_LANE, LAN_SESSION_BY_LINK } LanSessionWay;

typedef struct {
  LanSessionActionType type;
  guint64 lane;      /* node's or, for a dial, the machine's handle */
  gboolean with_key; /* DIAL: IK with .key; else XX */
  guint8 key[LAN_SESSION_KEY_BYTES];
  GPtrArray *addresses; /* DIAL: of char *: "address port", best first */
  LanSessionSignal signal;
  LanSessionWay prefer;
  LanSessionPath path;
  guint attempts;
} LanSessionAction;

void lan_session_action_clear (LanSessionAction *action);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LanSessionAction, lan_session_action_clear)

/* Idle lanes kept open over all sessions of a node. Zero it, and share it between its sessions. */
typedef struct {
  guint kept;
} LanSessionPool;

typedef struct {
  LanDeviceId self;
  LanDeviceId remote;       /* zero when not known yet */
  const guint8 *remote_key; /* device DH key, NULL when not known yet */
  LanSessionPool *pool;     /* borrowed; outlives the session */
  const LanRandom *random;  /* borrowed */
} LanSessionConfig;

typedef struct _LanSession LanSession;

LanSession *lan_session_new (const LanSessionConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void lan_session_free (LanSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanSession, lan_session_free)

/* ---- what a person or core wants ---- */

/** Favourite, or its chat is open: a lane is kept as long as the pool has room. */
void lan_session_set_keep_lane (LanSession *session, gboolean keep, gint64 now_us);

/**
 * Something waits to be sent (or has ceased to): a lane is dialled, then a link is offered, until it
 * is up; retries go on, ever slower, while this is set. Setting it also ends the present waiting.
 */
void lan_session_set_demand (LanSession *session, gboolean demand, gint64 now_us);

/** A frame that counts as use (not a keep-alive) went either way. */
void lan_session_on_traffic (LanSession *session, gint64 now_us);

/** This device goes on under another id (new keys): who wins a crossing is counted by that from now
 * on. Lanes and links that proved the old one end as they always do. */
void lan_session_set_self (LanSession *session, const LanDeviceId *self);

/** The key of a device first met by XX, or of a device that is to be held to it. NULL: forget. */
void lan_session_set_remote (LanSession *session, const LanDeviceId *remote, const guint8 *key);

/**
 * There is somebody who carries single signals to the remote device (a server where it is connected,
 * a common contact): links are offered and moved without a lane. Going on also ends the waiting for
 * the next offer. A good lane is still preferred.
 */
void lan_session_set_post (LanSession *session, gboolean on, gint64 now_us);

/**
 * There is a relay to be used. With one, a link that is slow in coming is tried by it as well, and
 * what goes by a relay looks for a direct path, by itself and whenever the ground moves.
 */
void lan_session_set_relay (LanSession *session, gboolean has_relay, gint64 now_us);

/** Their record says hidden: XX is never answered, so it is not tried. */
void lan_session_set_remote_hidden (LanSession *session, gboolean hidden);

/* ---- where it is ---- */

/**
 * An address to try, @seen: a discovery source shows it now, else it is remembered or typed.
 * Addresses that worked last come first, then seen ones, then the rest; the oldest of more than
 * LAN_SESSION_ADDRESSES_MAX is dropped. A new seen address ends the present waiting.
 */
void lan_session_add_address (LanSession *session, const char *address, guint16 port, gboolean seen,
                              gint64 now_us);
/** A source no longer shows it: it stays as a remembered one. */
void lan_session_lose_address (LanSession *session, const char *address, guint16 port);

/** An interface of ours came, went or changed. */
void lan_session_on_network_changed (LanSession *session, gint64 now_us);
/** The machine woke up. */
void lan_session_on_resume (LanSession *session, gint64 now_us);

/* ---- lanes ---- */

/**
 * A lane is up: @handle of a DIAL, or node's own (LAN_SESSION_NODES_LANE).
 * @key: what the handshake proved. @caps_link: its HELLO can do links. The machine answers with
 * CLOSE_LANE when it is not the one to stay, and KEY_CHANGED when @key is not the known one.
 */
void lan_session_on_lane_up (LanSession *session, guint64 handle, const guint8 *key,
                             gboolean caps_link, gint64 now_us);
/** A dial failed or a lane ended. @address: for a dial that worked: NULL. */
void lan_session_on_lane_down (LanSession *session, guint64 handle, LanSessionFail fail,
                               gint64 now_us);
/** The address that a dial of ours connected to, to be tried first next time. */
void lan_session_on_lane_address (LanSession *session, const char *address, guint16 port);

/* ---- links ---- */

/** A signal of the remote device came over a lane or a link of it. */
void lan_session_on_signal (LanSession *session, const LanSessionSignal *signal, gint64 now_us);
/** A link of ours wants @signal brought to the remote device. */
void lan_session_on_link_signal (LanSession *session, const LanSessionSignal *signal,
                                 gint64 now_us);
void lan_session_on_link_up (LanSession *session, const LanLinkId *link_id, gint64 now_us);
/** The link has a working path (TRUE) or none now. */
void lan_session_on_link_path (LanSession *session, const LanLinkId *link_id, gboolean works,
                               gint64 now_us);
/** The path in use goes by a relay (TRUE), or is direct. After on_link_path(). */
void lan_session_on_link_relayed (LanSession *session, const LanLinkId *link_id,
                                  gboolean is_relayed, gint64 now_us);
/** What was sent is not acknowledged and nothing is heard, though no path has failed yet. */
void lan_session_on_link_silent (LanSession *session, const LanLinkId *link_id, gint64 now_us);
void lan_session_on_link_down (LanSession *session, const LanLinkId *link_id, LanSessionFail fail,
                               gint64 now_us);

/* ---- out ---- */

/** Takes the next action; FALSE when there is none. @action: clear it after use. */
gboolean lan_session_next_action (LanSession *session,
                                  LanSessionAction *action) G_GNUC_WARN_UNUSED_RESULT;
gint64 lan_session_next_deadline (const LanSession *session);
void lan_session_advance (LanSession *session, gint64 now_us);

LanSessionLane lan_session_lane_state (const LanSession *session);
LanSessionLink lan_session_link_state (const LanSession *session);
/** What frames go over now. */
LanSessionWay lan_session_way (const LanSession *session);

G_END_DECLS
