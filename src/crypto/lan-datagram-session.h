/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The sealed datagrams of a link (SECURITY 1.6, 2; amendment a) as a machine without I/O. One
 * object lives as long as the link; under it Noise sessions follow each other: IK by the offerer
 * every 120 s, keys in three slots (prev, cur, next). Only the initiator ever starts a handshake,
 * so there is no glare here.
 *
 *   packet types: 5 IK1 (148 bytes), 6 IK2 (104), 4 DATA (33 + body)
 *   DATA: 4 | 0 0 0 | receiver index u32 | counter u64 | sealed (lane u8 | body) | tag 16
 *
 * Sealing and opening allocate nothing and work in the caller's buffers. Whatever does not
 * authenticate is dropped without any change of state. Keys are never kept beyond the object, and a
 * forked child refuses to send (T37). One thread at a time.
 */
#pragma once

#include "lan-hello.h"
#include "lan-noise.h"

G_BEGIN_DECLS

#define LAN_DATAGRAM_HEADROOM    17 /* bytes before the body in a sealed packet: header and lane */
#define LAN_DATAGRAM_TAILROOM    16
#define LAN_DATAGRAM_OVERHEAD    (LAN_DATAGRAM_HEADROOM + LAN_DATAGRAM_TAILROOM)
#define LAN_DATAGRAM_MAX         1500 /* of a sealed packet */
#define LAN_DATAGRAM_CONTROL_MAX 148  /* of a packet that take_packet gives */

/* SECURITY 2.4 */
#define LAN_DATAGRAM_REKEY_US     (120 * G_GINT64_CONSTANT (1000000))
#define LAN_DATAGRAM_REJECT_US    (180 * G_GINT64_CONSTANT (1000000))
#define LAN_DATAGRAM_ZERO_US      (540 * G_GINT64_CONSTANT (1000000))
#define LAN_DATAGRAM_KEEPALIVE_US (10 * G_GINT64_CONSTANT (1000000))
#define LAN_DATAGRAM_SILENCE_US                                                                    \
  (15 * G_GINT64_CONSTANT (1000000)) /* sent, nothing heard: initiator rekeys */

/* First byte inside the seal; wire values, append-only. */
typedef enum {
  LAN_DATAGRAM_LANE_ENET = 0,
  LAN_DATAGRAM_LANE_PROBE = 1, /* with an empty body: keepalive and key confirmation, ignore */
  LAN_DATAGRAM_LANE_MEDIA = 2,
  LAN_DATAGRAM_LANE_CONTROL = 3,
} LanDatagramLane;

#define LAN_SESSION_NAME_BYTES 8

typedef struct _LanDatagramSession LanDatagramSession;

typedef struct {
  gboolean is_initiator;      /* the side whose offer the link came from */
  const guint8 *local_secret; /* 32 bytes, copied */
  const guint8
      *remote_public;      /* 32 bytes, copied: from the lane, the directory or the introduction */
  LanLinkId link_id;       /* bound into every handshake */
  const guint8 *net_id;    /* 16 bytes, NULL: zeros */
  LanHello hello;          /* ts: lan_ts_next() of this moment; the session moves it on itself */
  const LanRandom *random; /* borrowed for the object's life */
} LanDatagramConfig;

typedef struct {
  gboolean is_data; /* FALSE: a handshake packet was taken in, nothing to deliver */
  LanDatagramLane lane;
  const guint8 *body; /* inside the @out of the call */
  gsize len;
} LanDatagramIn;

/** Returns: (transfer full) (nullable): NULL when @config's keys are unusable. An initiator has its
 * first packet ready at once. */
LanDatagramSession *lan_datagram_session_new (const LanDatagramConfig *config,
                                              gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_datagram_session_free (LanDatagramSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanDatagramSession, lan_datagram_session_free)

/**
 * Takes a packet from the path. @out needs room for @len bytes and may be @packet + 16 exactly, to
 * open in place (then a packet that fails is spoilt). Look at take_packet and is_established
 * afterwards. Not OK: dropped, nothing has changed.
 */
LanStatus lan_datagram_session_receive (LanDatagramSession *session, const guint8 *packet,
                                        gsize len, guint8 *out, LanDatagramIn *in,
                                        gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Seals @len bytes into @out, which needs @len + LAN_DATAGRAM_OVERHEAD bytes; @body may be @out +
 * LAN_DATAGRAM_HEADROOM exactly, to seal in place. LAN_STATUS_STATE: no key to send with now
 * (before the handshake, expired, forked); LAN_STATUS_OVERSIZED: beyond LAN_DATAGRAM_MAX.
 */
LanStatus lan_datagram_session_seal (LanDatagramSession *session, LanDatagramLane lane,
                                     const guint8 *body, gsize len, guint8 *out, gsize *out_len,
                                     gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Returns: bytes written to @out (room: LAN_DATAGRAM_CONTROL_MAX), 0 when no packet waits. Call
 * until 0 after new, receive, advance, jump and rekey, and send each.
 */
gsize lan_datagram_session_take_packet (LanDatagramSession *session, guint8 *out);

/** TRUE while there is a key to send with; on the responder only after a first DATA packet came. */
gboolean lan_datagram_session_is_established (const LanDatagramSession *session, gint64 now_us);

/** TRUE when five tries in a row were not answered (a new series starts by itself 15 s later), or
 * nothing came for 540 s. FALSE again with the next key. */
gboolean lan_datagram_session_has_failed (const LanDatagramSession *session);

gint64 lan_datagram_session_next_deadline (const LanDatagramSession *session);
void lan_datagram_session_advance (LanDatagramSession *session, gint64 now_us);

/** The machine slept or its clock jumped: all keys count as expired, the initiator starts anew. */
void lan_datagram_session_jump (LanDatagramSession *session, gint64 now_us);

/** Initiator: starts a handshake now, under a new path for instance. No effect on a responder. */
void lan_datagram_session_rekey (LanDatagramSession *session, gint64 now_us);

/** Returns: (nullable) (transfer none): what the other side said in its newest handshake. */
const LanHello *lan_datagram_session_remote_hello (const LanDatagramSession *session);

/** The public name of the session whose key is sent with; FALSE when there is none. */
gboolean lan_datagram_session_name (const LanDatagramSession *session,
                                    guint8 name[LAN_SESSION_NAME_BYTES]);

/**
 * The one-time secret for a bulk lane, exported from the session @name (current or previous one).
 * @opener_is_initiator: whether the link's initiator dials that lane. LAN_STATUS_MISMATCH: gone.
 */
LanStatus lan_datagram_session_export_psk (const LanDatagramSession *session,
                                           const guint8 name[LAN_SESSION_NAME_BYTES],
                                           const guint8 lane_id[16], gboolean opener_is_initiator,
                                           guint8 psk[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  guint64 packets_sealed;
  guint64 packets_opened;
  guint64 dropped_auth;
  guint64 dropped_replay;
  guint64 dropped_other;
  guint64 handshakes;
} LanDatagramStats;

void lan_datagram_session_stats (const LanDatagramSession *session, LanDatagramStats *stats);

G_END_DECLS
