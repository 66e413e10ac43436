/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a bare sealed datagram of a call carries: 16 bytes of header, then one Opus packet or one report.
 * PROTOCOL.md, Calls. The datagram itself is authenticated and cannot be replayed; what is in it is
 * the word of a contact and is checked here. Pure, allocates nothing.
 */
#pragma once

#include <glib.h>

#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_MEDIA_PACKET_MAX    1160 /* bytes with the header: one datagram */
#define LAN_MEDIA_HEADER_BYTES  16
#define LAN_MEDIA_VOICE_MAX     1000 /* bytes of one Opus packet */
#define LAN_MEDIA_REPORT_BYTES  28
#define LAN_MEDIA_FRAME_SAMPLES 960 /* 20 ms at 48 kHz */
#define LAN_MEDIA_RATE          48000
#define LAN_MEDIA_FRAME_US      20000

typedef enum {
  LAN_MEDIA_VOICE = 1,  /* one Opus packet of 20 ms, one channel */
  LAN_MEDIA_REPORT = 2, /* how voice arrives at the sender of this packet */
} LanMediaKind;

/* What the receiver of voice has seen of one stream. */
typedef struct {
  guint8 stream;
  guint32 highest;   /* greatest sequence */
  guint32 received;  /* packets */
  guint32 lost;      /* packets that never came */
  guint32 jitter_us; /* RFC 3550, 6.4.1 */
  guint32 echo_ms;   /* `clock` of the newest packet */
  guint32 held_ms;   /* since that came */
} LanMediaReport;

typedef struct {
  LanMediaKind kind;
  guint8 stream;    /* grows by one whenever the sender begins anew; wraps */
  guint32 tag;      /* of the call: its id's first four bytes, little-endian */
  guint32 sequence; /* voice: packets sent before this one in its stream */
  guint32 frame;    /* voice: which 20 ms of the call it is; report: the sender's clock, ms */
  const guint8 *payload;
  gsize len;
  LanMediaReport report; /* of a REPORT */
} LanMediaPacket;

/**
 * Looks at one datagram. @packet: its payload points into @data. Returns: OK, TRUNCATED, OVERSIZED,
 * VERSION (a kind not known here) or MALFORMED.
 */
LanStatus lan_media_packet_decode (const guint8 *data, gsize len,
                                   LanMediaPacket *packet) G_GNUC_WARN_UNUSED_RESULT;

/** Writes @packet (payload, or report) to @out. Returns: bytes, 0 when it does not fit or is too long. */
gsize lan_media_packet_encode (const LanMediaPacket *packet, guint8 out[LAN_MEDIA_PACKET_MAX]);

/* How many datagrams of a call are taken: a bucket, refilled by time. */
typedef struct {
  guint32 tag;
  gint64 tokens_us; /* what is left, as time at the rate below */
  gint64 seen_us;
  guint64 taken;
  guint64 foreign;   /* of another call */
  guint64 malformed; /* broken, or of a kind that was not agreed on */
  guint64 flooded;   /* over the limit */
} LanMediaGate;

#define LAN_MEDIA_GATE_RATE  120 /* datagrams a second: twice what voice and reports need */
#define LAN_MEDIA_GATE_BURST 120

void lan_media_gate_init (LanMediaGate *gate, guint32 tag, gint64 now_us);

/** TRUE when the datagram is well-formed, of this call, and within the limit. */
gboolean lan_media_gate_pass (LanMediaGate *gate, const guint8 *data, gsize len, gint64 now_us);

/** The tag of the call whose id is @id, of 16 bytes. */
guint32 lan_media_tag (const guint8 *id);

G_END_DECLS
