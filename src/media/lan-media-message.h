/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What node and lanyard-media say to each other: one message a packet of their socket pair. The
 * helper decodes what strangers encode, so what it says is checked like anything foreign.
 */
#pragma once

#include <glib.h>

#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_MEDIA_MESSAGE_MAX 2048
#define LAN_MEDIA_NAME_MAX    256 /* bytes of a source's or sink's name */
#define LAN_MEDIA_TEXT_MAX    256
#define LAN_MEDIA_DEVICES_MAX 32 /* more are not told of */
#define LAN_MEDIA_LOOP_MS     1000

typedef enum {
  LAN_MEDIA_START = 1,     /* to the helper, first: .start */
  LAN_MEDIA_SET = 2,       /* to the helper: .flags */
  LAN_MEDIA_PACKET = 3,    /* either way: .data is a datagram of the call */
  LAN_MEDIA_READY = 4,     /* from the helper: sound runs, nothing is missing any more */
  LAN_MEDIA_STATS = 5,     /* from the helper: .stats */
  LAN_MEDIA_FAILED = 6,    /* from the helper: .text, .flags says what is missing */
  LAN_MEDIA_DEVICE = 7,    /* from the helper: .device is there */
  LAN_MEDIA_LISTED = 8,    /* from the helper: those since the last LISTED are all there are */
  LAN_MEDIA_USE = 9,       /* to the helper: .start.source and .start.sink from now on */
  LAN_MEDIA_CAMERA = 10,   /* to the helper: .start.camera from now on */
  LAN_MEDIA_PICTURES = 11, /* from the helper: .pictures */
  LAN_MEDIA_SHARE = 12,    /* to the helper: .start.screen instead of the camera; "": no longer */
} LanMediaMessageType;

typedef enum {
  LAN_MEDIA_MUTED = 1 << 0,     /* nothing is sent */
  LAN_MEDIA_HELD = 1 << 1,      /* nothing is sent, nothing is heard */
  LAN_MEDIA_UNTREATED = 1 << 2, /* no echo cancelling, noise suppression, gain control */
  LAN_MEDIA_WATCH = 1 << 3,     /* it tells which devices there are, and when they change */
  LAN_MEDIA_LOOP = 1 << 4,      /* what is said is heard here, LAN_MEDIA_LOOP_MS later */
  LAN_MEDIA_RING = 1 << 5,      /* no voice: it rings */
  LAN_MEDIA_RINGBACK = 1 << 6,  /* no voice: the sound of ringing at the other side */
  LAN_MEDIA_VIDEO = 1 << 7,     /* pictures are sent */
} LanMediaSetFlags;

typedef enum {
  LAN_MEDIA_NO_SOURCE = 1 << 0, /* nothing to speak into: listening only */
  LAN_MEDIA_NO_SINK = 1 << 1,
  LAN_MEDIA_NO_CAMERA = 1 << 2, /* no pictures to be sent */
  LAN_MEDIA_NO_SCREEN = 1 << 3, /* it cannot be shown, or is there no more */
} LanMediaFailure;

typedef struct {
  guint32 tag;
  guint8 stream;
  guint8 flags;
  gint64 start_us; /* CLOCK_MONOTONIC: frame 0 of the call */
  char source[LAN_MEDIA_NAME_MAX + 1];
  char sink[LAN_MEDIA_NAME_MAX + 1];
  guint8 pictures; /* stream of the pictures that are sent; also of SET, CAMERA and SHARE */
  char camera[LAN_MEDIA_NAME_MAX + 1];
  char screen[LAN_MEDIA_NAME_MAX + 1]; /* of SHARE alone */
} LanMediaStart;

typedef enum {
  LAN_MEDIA_MICROPHONE = 0,
  LAN_MEDIA_SPEAKER = 1,
} LanMediaDeviceKind;

typedef struct {
  LanMediaDeviceKind kind;
  gboolean is_default;
  char id[LAN_MEDIA_NAME_MAX + 1];    /* stays the same when it is plugged in again */
  char label[LAN_MEDIA_NAME_MAX + 1]; /* for people */
} LanMediaDeviceInfo;

/* As lan-voice.h has them. */
typedef struct {
  guint64 sent, received, lost, late, concealed, recovered;
  guint32 jitter_us, wait_us;
  gint64 rtt_us;
  guint32 loss_out, loss_in, bitrate;
  gint64 first_us;
  guint8 level_in, level_out;
} LanMediaStats;

/* As lan-picture-send.h and lan-picture-receive.h have them. */
typedef struct {
  guint64 taken, sent, repeats, keys_sent;
  guint64 shown, left_out, lost, asked, repaired, keys_asked, freezes;
  guint32 longest_ms; /* without a new picture */
  guint32 wait_ms, queue_ms;
  guint32 rate, arriving; /* bit/s: aimed at here, coming in */
  guint32 loss_out;       /* per mille */
  gint32 rtt_ms;          /* -1: not known */
  guint32 number;         /* of the pictures of the test source: the one shown; G_MAXUINT32: none */
  guint16 width_out, height_out, width_in, height_in;
} LanMediaPictures;

typedef struct {
  LanMediaMessageType type;
  LanMediaStart start;
  guint8 flags;
  const guint8 *data; /* borrowed from what was decoded */
  gsize len;
  LanMediaStats stats;
  LanMediaPictures pictures;
  LanMediaDeviceInfo device;
  char text[LAN_MEDIA_TEXT_MAX + 1];
} LanMediaMessage;

/** Returns: OK, TRUNCATED, OVERSIZED, MALFORMED or VERSION (a type not known). */
LanStatus lan_media_message_decode (const guint8 *data, gsize len,
                                    LanMediaMessage *message) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: bytes written to @out, 0 when something is too long. */
gsize lan_media_message_encode (const LanMediaMessage *message, guint8 out[LAN_MEDIA_MESSAGE_MAX]);

G_END_DECLS
