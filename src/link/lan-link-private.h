/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The inside of a link: lan-link.c has its life, its paths and the time, lan-link-wire.c what goes
 * through the seal, both ways. Private to this module.
 */
#pragma once

#include "lan-channel-private.h"
#include "lan-flow.h"
#include "lan-link.h"
#include "lan-path-set.h"
#include "lan-ticker.h"

G_BEGIN_DECLS

struct _LanLink {
  LanChannel channel;
  LanLinkConfig config;
  LanLinkEvents events;
  gpointer data;
  LanPathSet *paths;
  LanDatagramSession *session; /* the offerer's: from the first connected path on */
  LanFlow *flow;
  LanTicker *timer;
  gboolean is_closing;
  gint64 setup_by_us, broken_by_us, close_by_us; /* LAN_NO_DEADLINE when not running */
  gint64 last_probe_us;
  gint64 silent_us; /* something is unacknowledged: silent() is told then; LAN_NO_DEADLINE */
  LanPathType told_type;
  guint64 bytes_sent, bytes_received, refused;
};

extern const LanFlowEvents lan_link_flow_events;

gboolean lan_link_is_over (const LanLink *link);
void lan_link_set_timer (LanLink *link);

/** @packet is sealed. NULL @path: lost. */
void lan_link_send_over (LanLink *link, LanPath *path, const guint8 *packet, gsize len);

/** What the session's handshake wants out, over @path or, NULL, the current one. */
void lan_link_send_handshakes (LanLink *link, LanPath *path);
void lan_link_send_ping (LanLink *link, LanPath *path);

/** Of LanPathSetEvents. */
void lan_link_on_datagram (gpointer data, LanPath *path, const guint8 *bytes, gsize len);

G_END_DECLS
