/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The jitter buffer of one voice stream: frames of 20 ms go in as they arrive, one comes out every
 * 20 ms. It waits as long as 97 of 100 recent packets need, plus a little, between 20 and 240 ms, and
 * follows the network both ways: it waits longer by one concealed frame at a time, and less by
 * melting two frames into one, where it can in a pause. Pure: time is given, nothing is allocated
 * after lan_jitter_init().
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_JITTER_SLOTS       64 /* frames: 1.28 s */
#define LAN_JITTER_PAYLOAD_MAX 1000
#define LAN_JITTER_HISTORY     200 /* packets that the wait is learnt from: 4 s of speech */
#define LAN_JITTER_MIN_US      20000
#define LAN_JITTER_MAX_US      240000

typedef enum {
  LAN_JITTER_NOTHING, /* nothing has come yet: silence */
  LAN_JITTER_VOICE,   /* .payload is this frame */
  LAN_JITTER_LOST,    /* to be concealed; .payload, when set, is the frame after it */
  LAN_JITTER_PAUSE,   /* the speaker is silent: nothing was sent */
  LAN_JITTER_MELT,    /* .payload and .second become one frame */
  LAN_JITTER_STRETCH, /* play on without any new frame: it waits longer from now on */
} LanJitterTake;

typedef struct {
  LanJitterTake take;
  const guint8 *payload; /* borrowed until the next call */
  gsize len;
  const guint8 *second;
  gsize second_len;
} LanJitterOut;

typedef struct {
  guint32 frame;
  guint32 sequence;
  guint16 len; /* 0: empty */
  guint8 payload[LAN_JITTER_PAYLOAD_MAX];
} LanJitterSlot;

typedef struct {
  gboolean is_started;
  gboolean is_primed; /* playing has begun */
  guint8 stream;
  guint32 next;                      /* frame to be played next */
  guint32 newest;                    /* greatest frame seen */
  guint32 played;                    /* sequence of the frame played last */
  guint32 highest;                   /* greatest sequence of this stream */
  guint32 first;                     /* first sequence of this stream */
  gint64 base_us;                    /* smallest (arrival - frame time) lately */
  gint64 transit_us;                 /* of the packet before, RFC 3550 */
  gint64 delays[LAN_JITTER_HISTORY]; /* (arrival - frame time) of the last packets */
  guint n_delays, next_delay;
  gint64 target_us;
  guint since_change; /* frames since the wait was changed last */
  guint unknown;      /* frames in a row of which nobody knows whether they were sent */
  guint64 received, late, lost, concealed, stretched, melted;
  gint64 jitter_us;
  LanJitterSlot slots[LAN_JITTER_SLOTS];
} LanJitter;

void lan_jitter_init (LanJitter *j);

/** A voice packet has come at @now_us. FALSE: too late, seen before, or of an older stream. */
gboolean lan_jitter_put (LanJitter *j, guint8 stream, guint32 sequence, guint32 frame,
                         const guint8 *payload, gsize len, gint64 now_us);

/** What is to be played for the 20 ms that begin at @now_us. Call it every 20 ms. */
void lan_jitter_take (LanJitter *j, LanJitterOut *out, gint64 now_us);

/** Packets of this stream that were sent and have not come. */
guint32 lan_jitter_lost (const LanJitter *j);

/** How long what is played now had to wait here, microseconds; 0: nothing is played. */
gint64 lan_jitter_wait_us (const LanJitter *j);

G_END_DECLS
