/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How many bits a second of pictures a way bears. Two halves, as in Google's congestion control
 * (draft-ietf-rmcat-gcc-02): the receiver watches delay, the sender loss, the lower of both holds.
 *
 * LanRateSensor, at the receiver: the state machine and the rates of the draft's section 5.5 (increase
 * by a factor, near the last known capacity by a packet a round trip; decrease to 0.85 of what arrives;
 * hold until the queue is gone). What tells it of congestion is not the draft's gradient but the
 * queueing delay of NADA (RFC 8698, 5.1.1): the delay's growth over its least, through a minimum filter
 * over RATE_WINDOW. A machine that is busy for 200 ms delays some packets but never all of a window; a
 * full queue delays every one of them.
 *
 * LanRateControl, at the sender: the draft's section 6, but what counts is the loss above its floor,
 * the least of the last ten seconds. Loss that stays when less is sent is the way's own (radio) and is
 * made good by repair. Time is given; nothing is allocated.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_RATE_MIN     60000 /* bit/s */
#define LAN_RATE_START   600000
#define LAN_RATE_MAX     2500000
#define LAN_RATE_TICK_US 100000

#define LAN_RATE_SAMPLES 64 /* packets that the filter remembers */
#define LAN_RATE_SLICES  8  /* of 62.5 ms: what arrives is measured over half a second */

typedef enum {
  LAN_RATE_INCREASE,
  LAN_RATE_HOLD,
  LAN_RATE_DECREASE,
} LanRateState;

typedef struct {
  gboolean is_started;
  guint32 first_ms; /* of the sender's clock */
  gint64 first_us;
  struct {
    gint64 at_us, delay_us;
  } samples[LAN_RATE_SAMPLES];
  guint n_samples, next_sample;
  gint64 least_us, least_before_us; /* delay, of this base window and of the one before */
  gint64 window_us;                 /* when this base window began */
  guint slices[LAN_RATE_SLICES];    /* bytes */
  gint64 slice;                     /* number of the present one */
  gint64 begun_us;                  /* measuring */
  LanRateState state;
  guint over;                    /* ticks in a row with a queue */
  guint full;                    /* with a long one */
  guint32 highest, highest_then; /* sequence; the same at the last tick */
  guint came;                    /* packets since then */
  guint gaps;                    /* ticks in a row that lost much */
  guint decreases;               /* in a row, without the queue getting shorter */
  gint64 queue_then_us;
  gint64 decreased_us, tick_us;
  guint capacity; /* bit/s seen at the last decreases; 0: not known */
  gint64 queue_us;
  guint rate;
} LanRateSensor;

void lan_rate_sensor_init (LanRateSensor *s);

/** Packet number @sequence of @bytes came; @sent_ms: the sender's clock when it left. */
void lan_rate_sensor_packet (LanRateSensor *s, guint32 sequence, guint32 sent_ms, gsize bytes,
                             gint64 now_us);

/** Looks again when a tick has passed. @rtt_us: -1 when not known. */
void lan_rate_sensor_advance (LanRateSensor *s, gint64 rtt_us, gint64 now_us);

/** What arrives, bit/s. */
guint lan_rate_sensor_arriving (const LanRateSensor *s, gint64 now_us);

#define LAN_RATE_FLOOR_SECONDS 10

typedef struct {
  guint sensed;                         /* the other side's limit */
  guint loss_limit;                     /* ours */
  guint losses[LAN_RATE_FLOOR_SECONDS]; /* per mille, each of about a second */
  guint n_losses, next_loss;
  guint32 highest, received; /* as the other side said at the begin of this second */
  gboolean has_begun;
  gint64 second_us;
  guint loss; /* per mille, of the last second */
  gint64 heard_us;
  guint rate;
} LanRateControl;

void lan_rate_control_init (LanRateControl *c, gint64 now_us);

/** The other side's sensor says @sensed, after @received packets up to number @highest. */
void lan_rate_control_report (LanRateControl *c, guint sensed, guint32 highest, guint32 received,
                              gint64 now_us);

/** Without any report for a second the rate is halved, each second again. */
void lan_rate_control_advance (LanRateControl *c, gint64 now_us);

G_END_DECLS
