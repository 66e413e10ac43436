/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One session's keys under a link: a slot of LanDatagramSession (SECURITY 2.3, 2.4). Lives in
 * guarded memory. Private to this module. One thread.
 */
#pragma once

#include "lan-datagram-session.h"
#include "lan-replay-window.h"

G_BEGIN_DECLS

#define LAN_DATAGRAM_HEADER_BYTES 16
#define LAN_DATAGRAM_TYPE_DATA    4
#define LAN_DATAGRAM_REKEY_MSGS   (G_GUINT64_CONSTANT (1) << 40)
#define LAN_DATAGRAM_REJECT_MSGS  (G_GUINT64_CONSTANT (1) << 60)
#define LAN_DATAGRAM_FORGERY_MAX  (G_GUINT64_CONSTANT (1) << 36)

typedef struct {
  gboolean is_live;
  guint32 local_index; /* what the other side writes into its packets */
  guint32 remote_index;
  gint64 born_us;
  guint64 sent;   /* next counter */
  guint64 failed; /* packets that named this key and did not open */
  guint8 send_key[LAN_KEY_BYTES];
  guint8 receive_key[LAN_KEY_BYTES];
  guint8 exporter[LAN_KEY_BYTES];
  LanReplayWindow window;
} LanDatagramKey;

/** Fills a slot from a finished handshake. */
LanStatus lan_datagram_key_init (LanDatagramKey *key, LanNoise *noise, guint32 local_index,
                                 guint32 remote_index, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_datagram_key_wipe (LanDatagramKey *key);

/** TRUE while it may be used at all. */
gboolean lan_datagram_key_is_usable (const LanDatagramKey *key, gint64 now_us);

/** Writes header, sealed lane and body; @out has @len + LAN_DATAGRAM_OVERHEAD bytes. */
LanStatus lan_datagram_key_seal (LanDatagramKey *key, guint8 lane, const guint8 *body, gsize len,
                                 guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

/** Opens a whole packet that names this key into @out (lane, then body). */
LanStatus lan_datagram_key_open (LanDatagramKey *key, const guint8 *packet, gsize len,
                                 guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

void lan_datagram_key_name (const LanDatagramKey *key, guint8 name[LAN_SESSION_NAME_BYTES]);

G_END_DECLS
