/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Encoded pictures to datagrams: cut into pieces, sent at a measured pace (half as much again as the rate, so
 * that a key picture does not fill the way's queue), kept for a second, and repeated piece by piece when the other
 * side reports what it misses. What the other side may ask for is bounded: repeats have a share of
 * the rate, a key picture is made at most twice a second. Pure: time is given, memory is bounded.
 */
#pragma once

#include "lan-media-packet.h"
#include "lan-rate.h"

G_BEGIN_DECLS

#define LAN_PICTURE_KEEP      32 /* pictures for repeats */
#define LAN_PICTURE_KEEP_US   G_USEC_PER_SEC
#define LAN_PICTURE_KEY_US    (G_USEC_PER_SEC / 2)
#define LAN_PICTURE_REPEATS   128    /* that wait */
#define LAN_PICTURE_BEHIND_US 200000 /* of waiting pieces: no new picture then */

typedef struct {
  guint64 pictures, packets, bytes;
  guint64 repeats;
  guint64 repeats_refused; /* not kept any more, asked for too soon, or over the share */
  guint64 keys_asked;      /* reports that asked for one */
  gint64 rtt_us;           /* -1: not known */
  guint loss;              /* per mille of the last second that the other side missed */
  guint rate;              /* bit/s that is aimed at */
} LanPictureSendStats;

typedef struct _LanPictureSender LanPictureSender;

/** @start_us: of the call, the clock of what it sends. */
LanPictureSender *lan_picture_sender_new (guint32 tag, guint8 stream, gint64 start_us,
                                          gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_picture_sender_free (LanPictureSender *sender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPictureSender, lan_picture_sender_free)

/**
 * Pictures of a screen: a page of text is large and worth its time. It goes on when the way becomes narrow, where a camera's
 * pictures begin anew.
 */
void lan_picture_sender_set_screen (LanPictureSender *sender);

/** TRUE when too much waits already: the next picture is left out, before it is encoded. */
gboolean lan_picture_sender_is_behind (const LanPictureSender *sender);

/** TRUE when the next picture must be a key picture; it is until one is put. */
gboolean lan_picture_sender_wants_key (const LanPictureSender *sender);

/**
 * An encoded picture, taken at @at_us. @back: which one before it, counted in pictures put, it needs; 0 for a
 * key picture. FALSE: too large, or of no size that is sent; the next one must be a key picture then.
 */
gboolean lan_picture_sender_put (LanPictureSender *sender, GBytes *picture, guint width,
                                 guint height, guint back, gint64 at_us, gint64 now_us);

/** The datagram to be sent now; 0: none yet. Ask until then, and again at lan_picture_sender_due(). */
gsize lan_picture_sender_next (LanPictureSender *sender, gint64 now_us,
                               guint8 out[LAN_MEDIA_PACKET_MAX]);

/** When the next datagram may go; G_MAXINT64: nothing waits. */
gint64 lan_picture_sender_due (const LanPictureSender *sender);

/** A report that the gate let through. */
void lan_picture_sender_report (LanPictureSender *sender, const LanPictureReport *report,
                                gint64 now_us);

/** Bit/s for the encoder. */
guint lan_picture_sender_rate (LanPictureSender *sender, gint64 now_us);

void lan_picture_sender_get_stats (const LanPictureSender *sender, LanPictureSendStats *stats);

G_END_DECLS
