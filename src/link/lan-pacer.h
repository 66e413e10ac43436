/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How many file bytes may be under way on one path: a delay-based window after RFC 6817 (LEDBAT),
 * so that files take what voice and chat leave. ENet has no congestion control of its own. Pure:
 * time is passed in, nothing is read or sent here.
 *
 * Three classes: voice and chat are never held back, only counted; files wait while chat is
 * waiting, and stay inside the window. The window grows fast until the queue on the path first
 * shows, then follows the target; it halves at most once per round trip on loss.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_PACER_TARGET_US       25000 /* queueing delay aimed at; RFC 6817 2.5: at most 100 ms */
#define LAN_PACER_VOICE_TARGET_US 10000 /* the same while voice is under way */
#define LAN_PACER_WINDOW_MIN      (16 * 1024)
#define LAN_PACER_WINDOW_MAX      (1024 * 1024)

typedef enum { LAN_PACE_VOICE, LAN_PACE_CHAT, LAN_PACE_FILES, LAN_PACE_N } LanPaceClass;

typedef struct _LanPacer LanPacer;

LanPacer *lan_pacer_new (gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_pacer_free (LanPacer *pacer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPacer, lan_pacer_free)

/** TRUE when @bytes of class @pace may go now. Files: never while chat is waiting. */
gboolean lan_pacer_may_send (const LanPacer *pacer, LanPaceClass pace, gsize bytes);

/**
 * @bytes of class @pace left for the path. Voice is not acknowledged; for a second after each frame
 * of it files aim at a shorter queue.
 */
void lan_pacer_on_sent (LanPacer *pacer, LanPaceClass pace, gsize bytes, gint64 now_us);

/** The path is taken over: @bytes of files are under way, whatever was counted before. */
void lan_pacer_take_over (LanPacer *pacer, gsize bytes);

/** @bytes of class @pace are known to have arrived. */
void lan_pacer_on_acked (LanPacer *pacer, LanPaceClass pace, gsize bytes, gint64 now_us);

/** Chat frames are waiting for ENet's own window: files stand back until it says 0. */
void lan_pacer_set_chat_waiting (LanPacer *pacer, gsize bytes);

/**
 * A probe came back. @one_way_us = the other clock's reading minus ours: only its changes count.
 * @rtt_us: the round trip.
 */
void lan_pacer_on_delay (LanPacer *pacer, gint64 one_way_us, gint64 rtt_us, gint64 now_us);

/** Something was lost: halves the window, at most once per round trip. */
void lan_pacer_on_loss (LanPacer *pacer, gint64 now_us);

/**
 * Something was sent again because a timer ran out, which may also mean that a machine was busy: as
 * on_loss() while there is a queue, or nothing known about it, or when it happens for the third time in a
 * few seconds; else the window loses an eighth.
 */
void lan_pacer_on_repeat (LanPacer *pacer, gint64 now_us);

gsize lan_pacer_window (const LanPacer *pacer);
gsize lan_pacer_in_flight (const LanPacer *pacer, LanPaceClass pace);

/** The queueing delay last seen, and the smoothed and least round trip; -1 when unknown. */
gint64 lan_pacer_queue_delay_us (const LanPacer *pacer);
gint64 lan_pacer_rtt_us (const LanPacer *pacer);

G_END_DECLS
