/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The part that lanes, links and the loopback share: state, events, and a count of holders, so that
 * a channel may be freed inside its own callbacks. Private to this module.
 */
#pragma once

#include "lan-channel.h"

G_BEGIN_DECLS

typedef struct {
  gboolean (*send) (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len);
  gsize (*queued) (const LanChannel *channel, LanStream stream);
  /* NULL: zeros. */
  gboolean (*session_name) (const LanChannel *channel, guint8 *session);
  LanStatus (*export_psk) (const LanChannel *channel, const guint8 *session, const guint8 *lane_id,
                           gboolean we_dial, guint8 *psk);
  /* Begins an orderly end; the channel calls lan_channel_end() when it is done. */
  void (*close) (LanChannel *channel);
  /* Lets go of sockets, sources, paths; once, at the end or on free. Memory stays. */
  void (*stop) (LanChannel *channel);
  /* The last holder has gone. */
  void (*finalize) (LanChannel *channel);
} LanChannelOps;

struct _LanChannel {
  const LanChannelOps *ops;
  LanChannelKind kind;
  LanChannelState state;
  guint holders;
  gboolean is_freed;
  gboolean is_stopped;
  LanChannelEvents events;
  gpointer data;
  gint64 last_activity_us;
};

/** The first holder is whoever made it. */
void lan_channel_init (LanChannel *channel, const LanChannelOps *ops, LanChannelKind kind);
LanChannel *lan_channel_hold (LanChannel *channel);
void lan_channel_let_go (LanChannel *channel);

/*
 * Each tells the owner, and may lead to the channel's being freed: hold it, and look at is_over
 * afterwards. None does anything once the channel is over.
 */
void lan_channel_up (LanChannel *channel, const LanChannelPeer *peer);
void lan_channel_got_frame (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len);
void lan_channel_got_room (LanChannel *channel, LanStream stream);
void lan_channel_end (LanChannel *channel, LanCloseReason reason, const char *detail);

/** TRUE once it is freed or CLOSED. */
gboolean lan_channel_is_over (const LanChannel *channel);

G_END_DECLS
