/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a bare sealed datagram of a call carries: 16 bytes of header, then one Opus packet, a piece of an
 * encoded picture, or a report on how either of them arrives.
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

#define LAN_PICTURE_HEADER_BYTES 18
#define LAN_PICTURE_PIECE_MAX                                                                      \
  (LAN_MEDIA_PACKET_MAX - LAN_MEDIA_HEADER_BYTES - LAN_PICTURE_HEADER_BYTES)
#define LAN_PICTURE_PIECES_MAX   232 /* of one picture: about 256 KiB */
#define LAN_PICTURE_BYTES_MAX    (LAN_PICTURE_PIECES_MAX * LAN_PICTURE_PIECE_MAX)
#define LAN_PICTURE_SIDE_MIN     16 /* px */
#define LAN_PICTURE_SIDE_MAX     1920
#define LAN_PICTURE_AREA_MAX     (1920 * 1200)
#define LAN_PICTURE_BACK_MAX     16
#define LAN_PICTURE_REPORT_BYTES 24
#define LAN_PICTURE_MISSING_MAX  64     /* in one report */
#define LAN_PICTURE_WHOLE        0xffff /* as a missing piece: nothing of that picture has come */

typedef enum {
  LAN_MEDIA_VOICE = 1,  /* one Opus packet of 20 ms, one channel */
  LAN_MEDIA_REPORT = 2, /* how voice arrives at the sender of this packet */
  LAN_MEDIA_PICTURE = 3,
  LAN_MEDIA_PICTURE_REPORT = 4, /* how pictures arrive, and what is missing of them */
} LanMediaKind;

typedef enum {
  LAN_PICTURE_VP8 = 1, /* RFC 6386 */
} LanPictureCodec;

/* Which piece of which picture. All pieces but the last have LAN_PICTURE_PIECE_MAX bytes. */
typedef struct {
  guint32 number; /* of the picture in its stream, from 0, below 2^31 */
  guint16 piece, pieces;
  LanPictureCodec codec;
  guint8 back; /* it can be decoded when the picture so many numbers before was; 0: a key picture */
  guint16 width, height;
  guint32 time_ms; /* when it was taken, since the call's start at its sender */
} LanPicturePiece;

typedef struct {
  guint32 number;
  guint16 piece; /* or LAN_PICTURE_WHOLE */
} LanPictureMissing;

/* What the receiver of pictures has seen of one stream, and what it wants. */
typedef struct {
  guint8 stream;
  gboolean wants_key; /* it cannot go on without a key picture */
  guint32 highest;    /* greatest sequence */
  guint32 received;   /* packets */
  guint32 rate;       /* bit/s that the way bears, as its delay says */
  guint32 echo_ms;    /* `frame` of the newest packet */
  guint32 held_ms;    /* since that came */
  guint n_missing;
  LanPictureMissing missing[LAN_PICTURE_MISSING_MAX];
} LanPictureReport;

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
  guint8 stream; /* grows by one whenever the sender begins anew; wraps */
  guint32 tag;   /* of the call: its id's first four bytes, little-endian */
  guint32
      sequence;  /* voice, picture: packets sent before this one in its stream, repeats as well */
  guint32 frame; /* voice: which 20 ms of the call it is; else the sender's clock, ms */
  const guint8 *payload;
  gsize len;
  LanMediaReport report;           /* of a REPORT */
  LanPicturePiece picture;         /* of a PICTURE */
  LanPictureReport picture_report; /* of a PICTURE_REPORT */
} LanMediaPacket;

/**
 * Looks at one datagram. @packet: its payload points into @data. Returns: OK, TRUNCATED, OVERSIZED,
 * VERSION (a kind not known here) or MALFORMED.
 */
LanStatus lan_media_packet_decode (const guint8 *data, gsize len,
                                   LanMediaPacket *packet) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when pictures of this size are taken. */
gboolean lan_picture_size_is_good (guint width, guint height);

/** Writes @packet (payload, or report) to @out. Returns: bytes, 0 when it does not fit or is too long. */
gsize lan_media_packet_encode (const LanMediaPacket *packet, guint8 out[LAN_MEDIA_PACKET_MAX]);

/* A bucket, refilled by time. */
typedef struct {
  gint64 tokens_us; /* what is left, as time at its rate */
  gint64 seen_us;
} LanMediaBucket;

/* Which datagrams of a call are taken, and how many: pictures have a bucket of their own. */
typedef struct {
  guint32 tag;
  LanMediaBucket voice, picture;
  gboolean takes_pictures;        /* the other side has said that it shows some */
  gboolean takes_picture_reports; /* we have */
  guint64 taken;
  guint64 foreign;   /* of another call */
  guint64 malformed; /* broken, or of a kind not known */
  guint64 unagreed;  /* of a kind that is not expected now */
  guint64 flooded;   /* over the limit */
} LanMediaGate;

#define LAN_MEDIA_GATE_RATE  120 /* datagrams a second: twice what voice and reports need */
#define LAN_MEDIA_GATE_BURST 120

#define LAN_PICTURE_GATE_RATE  1000 /* the same for pictures: 9 Mbit/s */
#define LAN_PICTURE_GATE_BURST 500

void lan_media_gate_init (LanMediaGate *gate, guint32 tag, gint64 now_us);

/** What is agreed on beside voice: nothing in the beginning. */
void lan_media_gate_agree (LanMediaGate *gate, gboolean takes_pictures,
                           gboolean takes_picture_reports);

/** TRUE when the datagram is well-formed, of this call, agreed on, and within the limit. */
gboolean lan_media_gate_pass (LanMediaGate *gate, const guint8 *data, gsize len, gint64 now_us);

/** The tag of the call whose id is @id, of 16 bytes. */
guint32 lan_media_tag (const guint8 *id);

G_END_DECLS
