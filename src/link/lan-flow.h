/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The reliable, ordered streams of a link: one ENet host with one peer, queues in front of it, and
 * the pacer's word on how much of the file stream may be inside. Knows no keys and no paths:
 * datagrams come in and go out by functions. Made once per link; paths change beneath it. Private
 * to this module; one GMainContext.
 */
#pragma once

#include "lan-channel.h"
#include "lan-pacer.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LanFlow LanFlow;

typedef struct {
  /* A datagram of at most LAN_ENET_MTU bytes for the other side's lan_flow_deliver(). */
  void (*send) (gpointer data, const GOutputVector *vectors, guint n_vectors);
  /* The end of a turn: what send() was given is to leave now. */
  void (*flush) (gpointer data);
  void (*up) (gpointer data);
  void (*frame) (gpointer data, LanStream stream, const guint8 *frame, gsize len);
  void (*writable) (gpointer data, LanStream stream);
  /* Frames entered ENet: a moment to measure the path. */
  void (*sent) (gpointer data, LanStream stream);
  /* The last event: closed in order by us or by them (@is_timeout FALSE), or given up. */
  void (*down) (gpointer data, gboolean is_timeout);
} LanFlowEvents;

/** Returns: (transfer full), or NULL and an error. @is_client: it is the one to connect. */
LanFlow *lan_flow_new (gboolean is_client, gboolean force_shim, const LanFlowEvents *events,
                       gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Also inside an event: then what is left goes when that event is over. */
void lan_flow_free (LanFlow *flow);

/** The client's first datagram; call it when datagrams can be carried. */
void lan_flow_connect (LanFlow *flow);

/** An authenticated datagram of the other side; FALSE when it is refused. */
gboolean lan_flow_deliver (LanFlow *flow, const guint8 *bytes, gsize len);

gboolean lan_flow_send (LanFlow *flow, LanStream stream, const guint8 *frame,
                        gsize len) G_GNUC_WARN_UNUSED_RESULT;
gsize lan_flow_queued (const LanFlow *flow, LanStream stream);

/** The pacer of the path in use, borrowed; NULL while there is none. */
void lan_flow_set_pacer (LanFlow *flow, LanPacer *pacer);

/** A new path: what was lost with the old one goes out again now, not after ENet's doubled waits. */
void lan_flow_kick (LanFlow *flow);

/** Sends what is queued, then ends with down(). */
void lan_flow_close (LanFlow *flow);

gboolean lan_flow_is_shim (const LanFlow *flow);

/** Returns: how many packets ENet had to repeat since the start. */
guint64 lan_flow_lost (const LanFlow *flow);

/** File frames are queued or not yet acknowledged. */
gboolean lan_flow_is_busy (const LanFlow *flow);

/** TRUE while ENet has something of any stream that is not acknowledged. */
gboolean lan_flow_is_waiting (const LanFlow *flow);

G_END_DECLS
