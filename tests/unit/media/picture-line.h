/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Pictures of one call over a way of this file's, under its own clock: a source that gives pictures of the
 * size that the rate asks for, a sender, a bottleneck with a queue, loss and delay, a receiver on a machine
 * that may stand still, and reports by a way back that loses as much.
 */
#pragma once

#include "lan-picture-receive.h"
#include "lan-picture-send.h"
#include "lan-picture-steps.h"
#include "lan-random.h"

#define LINE_MS      ((gint64) 1000)
#define LINE_SECONDS 120

typedef struct {
  LanPictureSender *sender;
  LanPictureReceiver *receiver;
  LanPictureSteps steps;
  LanSeededRandom random;
  gint64 now;
  guint step;
  /* the way */
  guint capacity;   /* bit/s */
  gint64 buffer_us; /* that its queue holds at most */
  gint64 delay_us;  /* one way */
  guint loss;       /* percent, each way */
  gint64 free_us;   /* when the bottleneck has sent what it holds */
  GQueue there, back;
  /* the source */
  gint64 next_picture_us;
  gboolean leaves;  /* every other picture is needed by none */
  guint32 base;     /* the last one that others need */
  guint since_base; /* put since then, itself as well */
  guint64 taken, behind;
  /* the machine of the receiver stands still now and then */
  gint64 stall_every_us, stall_us;
  /* what was seen */
  guint64 intact, broken;
  guint32 shown[64];
  gint64 last_shown_us, longest_us;
  gint64 longest_from_us; /* gaps count that begin later */
  gint64 sent_bytes[LINE_SECONDS];
} PictureLine;

void picture_line_init (PictureLine *line, guint64 seed);
void picture_line_run (PictureLine *line, gint64 until_us);
void picture_line_clear (PictureLine *line);

/** Forgets the longest gap so far. */
void picture_line_watch (PictureLine *line);

/** Bit/s of pictures sent in the seconds from @begin up to @end. */
guint picture_line_rate (const PictureLine *line, guint begin, guint end);
