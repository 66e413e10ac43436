/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What lanes, links and the in-memory loopback have in common: an authenticated pipe of frames to
 * one device. Frames of one stream arrive whole and in order, or the channel closes; nothing is
 * reported before the other side's static key is known. Every callback comes from the GMainContext
 * that was the thread's default when the channel was made; a channel may be freed inside any of
 * its own callbacks, and no callback comes after lan_channel_free().
 *
 *   CONNECTING --up()--> UP --closed(reason)--> CLOSED
 *        `-----------------closed(reason)---------^
 */
#pragma once

#include "lan-datagram-session.h"
#include "lan-hello.h"
#include "lan-lane.h"

G_BEGIN_DECLS

#define LAN_CHANNEL_FRAME_MAX 65000 /* bytes of one frame, DESIGN section 5 */

typedef enum {
  LAN_CHANNEL_LANE,    /* Noise over TCP */
  LAN_CHANNEL_LINK,    /* ICE, sealed datagrams, ENet */
  LAN_CHANNEL_LOOPBACK /* in memory, for tests */
} LanChannelKind;

typedef enum {
  LAN_CHANNEL_CONNECTING,
  LAN_CHANNEL_UP,
  LAN_CHANNEL_CLOSED,
} LanChannelState;

/* Streams keep their order apart from each other. A lane has one pipe for all of them. */
typedef enum {
  LAN_STREAM_CHAT = 0,  /* control and chat: goes before files */
  LAN_STREAM_FILES = 1, /* file blocks */
  LAN_STREAM_SPARE = 2,
  LAN_STREAM_N
} LanStream;

typedef enum {
  LAN_CLOSE_LOCAL,       /* we closed it */
  LAN_CLOSE_REMOTE,      /* the other side said END */
  LAN_CLOSE_UNREACHABLE, /* no address answered */
  LAN_CLOSE_REFUSED, /* connected, and closed before the handshake was done: key not known, limits */
  LAN_CLOSE_AUTH,    /* the handshake or a record did not authenticate */
  LAN_CLOSE_PROTOCOL, /* bytes that break a rule */
  LAN_CLOSE_TIMEOUT,  /* silence, or a deadline of the handshake */
  LAN_CLOSE_BROKEN,   /* cut without END: network gone, or the other process died */
  LAN_CLOSE_LIMIT,    /* more unread data than we keep */
  LAN_CLOSE_N
} LanCloseReason;

/** "local", "remote", "unreachable", "refused", "auth", "protocol", "timeout", "broken", "limit". */
const char *lan_close_reason_name (LanCloseReason reason);

/* Who is at the other end, as the handshake proved it. Borrowed for the call. */
typedef struct {
  const guint8 *static_key; /* LAN_KEY_BYTES: the device's DH key */
  LanHello hello;
  LanLanePattern pattern;       /* of a lane: XX or IK; of a link always IK */
  const guint8 *handshake_hash; /* 64 bytes; NULL for a link */
} LanChannelPeer;

typedef struct _LanChannel LanChannel;

/* Any member may be NULL. */
typedef struct {
  void (*up) (LanChannel *channel, const LanChannelPeer *peer, gpointer data);
  void (*frame) (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len,
                 gpointer data);
  /* The queue of @stream fell below LAN_CHANNEL_LOW_WATER, after it had been above, or a send had
   * been refused. A lane has one queue, and says LAN_STREAM_CHAT for it. */
  void (*writable) (LanChannel *channel, LanStream stream, gpointer data);
  /* Once, the last callback; not after lan_channel_free(). @detail is English, for logs. */
  void (*closed) (LanChannel *channel, LanCloseReason reason, const char *detail, gpointer data);
} LanChannelEvents;

#define LAN_CHANNEL_QUEUE_MAX (1024 * 1024) /* bytes queued at which a stream refuses more */
#define LAN_CHANNEL_LOW_WATER (256 * 1024)  /* room is told when it falls below this */

/** @events is copied. Call it before returning to the main loop, or early events are missed. */
void lan_channel_set_events (LanChannel *channel, const LanChannelEvents *events, gpointer data);

LanChannelKind lan_channel_kind (const LanChannel *channel);
LanChannelState lan_channel_state (const LanChannel *channel);

/**
 * Queues a frame of 1 to LAN_CHANNEL_FRAME_MAX bytes (copied). Frames of one turn of the loop leave
 * together. FALSE, and nothing is queued, while the channel is not UP or the queue of @stream is
 * full; writable() tells when to go on.
 */
gboolean lan_channel_send (LanChannel *channel, LanStream stream, const guint8 *frame,
                           gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Bytes accepted by lan_channel_send() that the other side is not known to have got yet. */
gsize lan_channel_queued (const LanChannel *channel, LanStream stream);

/**
 * The one-time secret of an extra lane @lane_id (16 bytes; SECURITY 1.5), for the case that we dial it (@we_dial)
 * or that the other side does: both sides get the same two. @session: what
 * lan_channel_session_name() said on either side. MISMATCH: that session is gone; STATE: not UP.
 */
LanStatus lan_channel_export_psk (const LanChannel *channel,
                                  const guint8 session[LAN_SESSION_NAME_BYTES],
                                  const guint8 lane_id[LAN_LANE_ID_BYTES], gboolean we_dial,
                                  guint8 psk[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

/** The public name of the keys that are in use now: a link's change; zeros elsewhere. FALSE: not UP. */
gboolean lan_channel_session_name (const LanChannel *channel,
                                   guint8 session[LAN_SESSION_NAME_BYTES]);

/** Monotonic (CLOCK_BOOTTIME) microseconds of the last frame sent or received. */
gint64 lan_channel_last_activity_us (const LanChannel *channel);

/** Sends what is queued, says END, then closed(LAN_CLOSE_LOCAL); at the latest after 2 seconds. */
void lan_channel_close (LanChannel *channel);

/** Ends it at once without callbacks. NULL is allowed; also inside a callback of this channel. */
void lan_channel_free (LanChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanChannel, lan_channel_free)

/**
 * Two channels joined in memory, for tests of what stands above. Both report up() in the next turn
 * of the loop, each with the other's @key (LAN_KEY_BYTES) as static key and a zeroed HELLO.
 */
void lan_channel_loopback_pair (const guint8 *key_a, const guint8 *key_b, LanChannel **a,
                                LanChannel **b);

G_END_DECLS
