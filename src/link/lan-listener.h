/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The TCP port that discovery advertises: accepts peer lanes under the limits of SECURITY 8.5 and
 * amendment j, so that a flood of connections keeps memory and descriptors flat and nobody behind
 * the same address is locked out by those who are already in. Hands out lanes whose handshake is
 * done. One GMainContext.
 */
#pragma once

#include "lan-tcp-lane.h"

G_BEGIN_DECLS

#define LAN_LISTENER_PORT 24789

typedef struct _LanListener LanListener;

typedef struct {
  guint16 port; /* first choice; 0 = ephemeral at once. An ephemeral one where it is taken */
  gboolean loopback_only;       /* tests: 127.0.0.1 and ::1 */
  guint unfinished_per_address; /* 0: 32 */
  guint failures_per_second;    /* of one address; 0: 10 */
  guint unauthenticated_max;    /* 0: 512 */
} LanListenerConfig;

typedef struct {
  /* A lane is up. (transfer full): set its events before returning; its own up() is not called. */
  void (*lane) (LanListener *listener, LanChannel *lane, const LanChannelPeer *peer, gpointer data);
  /* Whether a first contact (XX) is answered; a hidden person says FALSE. NULL: yes. */
  gboolean (*accepts_xx) (LanListener *listener, gpointer data);
  /* An IK dial showed @static_key: FALSE when @hello's ts is not greater than the greatest stored
   * for it, or when it is not to be answered; the dial is dropped in silence. Only compares: what
   * is stored moves with lane(). NULL: yes. */
  gboolean (*check_known) (LanListener *listener, const guint8 *static_key, const LanHello *hello,
                           gpointer data);
} LanListenerEvents;

typedef struct {
  guint unfinished; /* handshakes under way now */
  guint64 accepted; /* connections since start */
  guint64 refused;  /* closed at once by a limit */
  guint64 failed;   /* handshakes that failed or timed out */
  guint64 finished; /* lanes handed out */
} LanListenerStats;

/**
 * Listens on IPv4 and IPv6 (either alone is enough). Returns: (transfer full), or NULL and an error
 * of LAN_LINK_ERROR when no socket could be made at all.
 */
LanListener *lan_listener_new (const LanListenerConfig *config, const LanLocalKeys *keys,
                               const LanListenerEvents *events, gpointer data,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define LAN_LISTENER_EXPECT_MAX 64 /* secrets at once */

/* A lane that somebody will dial with lan_tcp_lane_dial_secret(). */
typedef struct {
  LanLaneSecret secret;
  gint64 life_us; /* from now; SECURITY 1.4: 30 s for bulk lanes */
  /* Its handshake is done. (transfer full) @lane: set its events before returning. The secret was
   * forgotten before. */
  void (*lane) (LanListener *listener, LanChannel *lane, const LanChannelPeer *peer, gpointer data);
  gpointer data;
  /* Somebody dials that kind with whatever id, right or wrong; may forget the secret. May be NULL. */
  void (*tried) (LanListener *listener, gpointer data);
  /* A first message proved this secret. May be NULL. */
  void (*proved) (LanListener *listener, gpointer data);
} LanListenerExpect;

/**
 * Answers one dial by that secret, once, until its time is over. Other kinds and patterns than a
 * peer's are answered in no other way. FALSE: LAN_LISTENER_EXPECT_MAX, or the id is there already.
 */
gboolean lan_listener_expect (LanListener *listener,
                              const LanListenerExpect *expect) G_GNUC_WARN_UNUSED_RESULT;

/** Forgets it; a handshake under way by it fails. No effect when it is not there. */
void lan_listener_unexpect (LanListener *listener, const guint8 lane_id[LAN_LANE_ID_BYTES]);

/** The TCP port in use, the same for both families. */
guint16 lan_listener_port (const LanListener *listener);
void lan_listener_get_stats (const LanListener *listener, LanListenerStats *stats);

/** Closes the port and unfinished handshakes; lanes handed out live on. NULL is allowed. */
void lan_listener_free (LanListener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanListener, lan_listener_free)

G_END_DECLS
