/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The inside of a link's session, shared by its two halves: lan-datagram-handshake.c makes keys,
 * lan-datagram-session.c uses them and keeps the time.
 */
#pragma once

#include "lan-datagram-key.h"
#include "lan-lane-suite.h"

G_BEGIN_DECLS

#define LAN_DATAGRAM_TYPE_IK1       5
#define LAN_DATAGRAM_TYPE_IK2       6
#define LAN_DATAGRAM_PACKET_VERSION 1
#define LAN_DATAGRAM_IK1_BYTES      148
#define LAN_DATAGRAM_IK2_BYTES      104

/* In guarded memory. */
typedef struct {
  guint8 local_secret[LAN_KEY_BYTES];
  LanDatagramKey prev; /* opens only */
  LanDatagramKey cur;
  LanDatagramKey next; /* responder: not confirmed yet */
} Secrets;

struct _LanDatagramSession {
  gboolean is_initiator;
  const LanRandom *random;
  guint64 fork_token;
  guint8 remote_public[LAN_KEY_BYTES];
  guint8 prologue[LAN_LANE_PROLOGUE_BYTES];
  LanHello hello;
  gint64 started_us;
  guint8 last_ts[LAN_TS_BYTES]; /* sent by the initiator, seen by the responder */
  gboolean has_remote_hello;
  LanHello remote_hello;
  Secrets *secrets;

  LanNoise *noise; /* initiator: the try under way */
  guint32 noise_index;
  guint tries;
  gboolean has_failed;
  gboolean is_dead; /* 540 s without a key: nothing starts by itself any more */

  gint64 retry_due_us, keepalive_due_us, silence_due_us; /* LAN_NO_DEADLINE when not running */
  gint64 last_key_us;
  gint64 handshake_tat_us; /* when the next handshake packet would be in time (GCRA) */

  guint8 handshake_out[LAN_DATAGRAM_IK1_BYTES];
  gsize handshake_out_len;
  guint8 keepalive_out[LAN_DATAGRAM_OVERHEAD];
  gsize keepalive_out_len;
  LanDatagramStats stats;
};

/** Returns: (nullable) (transfer none): the live key that the other side calls by @index. */
LanDatagramKey *lan_datagram_find_key (LanDatagramSession *s, guint32 index);

/** Initiator: makes an IK1. Every try is a new handshake, since no timestamp is taken twice. */
void lan_datagram_start_try (LanDatagramSession *s, gint64 now_us);

/** Responder: answers an IK1; its key waits in `next`. */
LanStatus lan_datagram_take_ik1 (LanDatagramSession *s, const guint8 *packet, gsize len,
                                 gint64 now_us);

/** Initiator: takes the answer; its key is `cur` at once. */
LanStatus lan_datagram_take_ik2 (LanDatagramSession *s, const guint8 *packet, gsize len,
                                 gint64 now_us);

/** A key has become the one to send with. */
void lan_datagram_on_new_key (LanDatagramSession *s, gint64 now_us);
void lan_datagram_queue_keepalive (LanDatagramSession *s, gint64 now_us);

G_END_DECLS
