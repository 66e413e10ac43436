/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Datagrams to encoded pictures. Pieces are put together in any order; what is missing is asked for
 * again (selective repeat) for as long as it can still be shown, and given out in the order of decoding at
 * an even pace: a picture waits as long as 95 of 100 lately needed to be whole. A picture that is not
 * whole in time is left out when nothing else needs it; else what follows cannot be decoded, and a key
 * picture is asked for. Pure: time is given; memory is bounded by LAN_PICTURE_HOLD_MAX.
 */
#pragma once

#include "lan-media-packet.h"
#include "lan-rate.h"

G_BEGIN_DECLS

#define LAN_PICTURE_WINDOW    32 /* pictures under way at once */
#define LAN_PICTURE_HOLD_MAX  (4 << 20)
#define LAN_PICTURE_REPORT_US 50000
#define LAN_PICTURE_FREEZE_US 400000 /* longer without a new picture is a freeze */
#define LAN_PICTURE_WAIT_MAX  250000 /* us that a whole picture waits for an even pace */

typedef struct {
  guint32 number;
  const guint8 *bytes; /* borrowed until the next call */
  gsize len;
  guint width, height;
  gboolean is_key;
  guint32 time_ms;
} LanPictureOut;

typedef struct {
  guint64 packets;
  guint64 bytes;
  guint64 shown;    /* given out */
  guint64 left_out; /* not whole in time, or not to be decoded */
  guint64 lost;     /* packets that never came, repeats as well */
  guint64 asked;    /* pieces asked for again */
  guint64 repaired; /* pieces that came after that */
  guint64 keys_asked;
  guint64 refused; /* packets that contradict others, come too late or twice, or are too much */
  guint64 freezes;
  gint64 longest_us; /* without a new picture */
  gint64 wait_us;    /* for an even pace, just now */
  gint64 queue_us;   /* that the way's queue holds */
  guint arriving;    /* bit/s */
  guint width, height;
} LanPictureReceiveStats;

typedef struct _LanPictureReceiver LanPictureReceiver;

/** @start_us: of the call, the clock of its reports. */
LanPictureReceiver *lan_picture_receiver_new (guint32 tag,
                                              gint64 start_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_picture_receiver_free (LanPictureReceiver *receiver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPictureReceiver, lan_picture_receiver_free)

/** A PICTURE that the gate let through. */
void lan_picture_receiver_take (LanPictureReceiver *receiver, const LanMediaPacket *packet,
                                gint64 now_us);

/** The picture to be decoded and shown now. FALSE: none yet; ask every few milliseconds. */
gboolean lan_picture_receiver_next (LanPictureReceiver *receiver, gint64 now_us,
                                    LanPictureOut *out);

/** What was given out could not be decoded: a key picture is needed. */
void lan_picture_receiver_broken (LanPictureReceiver *receiver);

/** @rtt_us: of the way, -1: not known. */
void lan_picture_receiver_set_rtt (LanPictureReceiver *receiver, gint64 rtt_us);

/** What the other side is to be told; bytes in @out, 0: not now. @stream: our own, for the header. */
gsize lan_picture_receiver_report (LanPictureReceiver *receiver, guint8 stream, gint64 now_us,
                                   guint8 out[LAN_MEDIA_PACKET_MAX]);

void lan_picture_receiver_get_stats (const LanPictureReceiver *receiver,
                                     LanPictureReceiveStats *stats);

G_END_DECLS
