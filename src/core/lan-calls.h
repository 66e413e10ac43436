/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Calls of two people, without I/O: ringing, answering, ending, what each side does with voice and
 * picture. Frames of authenticated devices, commands and the time go in; frames to send, records to
 * write and the word to start or stop sound come out. At most one call at a time: who rings meanwhile
 * hears 'busy'. PROTOCOL.md, Calls.
 *
 *   CALLING --RINGING--> ALERTING --ANSWER--> ACTIVE --end--> ENDED
 *   RINGING --answer--> ANSWERING --CONFIRM--> ACTIVE
 *
 * All devices of a person ring; the first that answers has the call and the others hear ELSEWHERE.
 * When both call at once, the call of the smaller account key goes on and the other side answers it
 * by itself. Every state ends by a deadline when the other side is silent or away. One thread.
 */
#pragma once

#include "lan-frame.h"
#include "lan-id.h"

G_BEGIN_DECLS

#define LAN_CALL_RING_US     (60 * G_USEC_PER_SEC) /* then nobody has answered */
#define LAN_CALL_LISTEN_US   (75 * G_USEC_PER_SEC) /* the same where it rings: the caller says so */
#define LAN_CALL_FIND_US     (30 * G_USEC_PER_SEC) /* until some device of theirs rings */
#define LAN_CALL_CONFIRM_US  (15 * G_USEC_PER_SEC)
#define LAN_CALL_SILENT_US   (15 * G_USEC_PER_SEC)
#define LAN_CALL_LOST_US     (30 * G_USEC_PER_SEC) /* without any channel to the other device */
#define LAN_CALL_RINGS_BURST 4                     /* rings of one person at once */
#define LAN_CALL_RINGS_US    (10 * G_USEC_PER_SEC) /* and one more each */
#define LAN_CALL_RINGERS_MAX 256                   /* whose rings are counted */
#define LAN_CALL_DEVICES_MAX 1024                  /* at hand, of all people */

typedef enum {
  LAN_CALL_CALLING,   /* ours: no device of theirs rings yet */
  LAN_CALL_ALERTING,  /* ours: it rings there */
  LAN_CALL_RINGING,   /* theirs */
  LAN_CALL_ANSWERING, /* theirs: answered here, not yet confirmed */
  LAN_CALL_ACTIVE,
  LAN_CALL_ENDED,
  LAN_CALL_STATE_N
} LanCallState;

/* Why a call is over. Those up to FAILED have the numbers of the wire. */
typedef enum {
  LAN_CALL_END_NONE = 0,
  LAN_CALL_END_HANGUP = 1,
  LAN_CALL_END_CANCELLED = 2,
  LAN_CALL_END_DECLINED = 3,
  LAN_CALL_END_BUSY = 4,
  LAN_CALL_END_ELSEWHERE = 5,
  LAN_CALL_END_GONE = 6,
  LAN_CALL_END_NO_ANSWER = 7,
  LAN_CALL_END_CROSSED = 8,
  LAN_CALL_END_FAILED = 9,
  LAN_CALL_END_UNREACHABLE = 10, /* no device of theirs was at hand */
  LAN_CALL_END_LOST = 11,        /* the way to the other side broke, or the other side died */
  LAN_CALL_END_N
} LanCallEnd;

typedef enum {
  LAN_CALL_VIDEO = 1 << 0,
  LAN_CALL_MUTED = 1 << 1,
  LAN_CALL_HELD = 1 << 2,
  LAN_CALL_SCREEN = 1 << 3, /* the pictures are a screen; ours: instead of the camera's */
  LAN_CALL_FLAGS = LAN_CALL_VIDEO | LAN_CALL_MUTED | LAN_CALL_HELD | LAN_CALL_SCREEN
} LanCallFlags;

typedef struct {
  LanMessageId id;
  LanAccountId peer;
  LanDeviceId device; /* of theirs that has the call; zero until one has */
  gboolean incoming;
  LanCallState state;
  LanCallEnd end;
  gboolean by_us;      /* ENDED: the end was our decision */
  guint ours;          /* LanCallFlags */
  guint theirs;        /* LanCallFlags; SCREEN only with VIDEO */
  gint64 answered_us;  /* 0: not */
  gint64 duration_us;  /* ENDED: since then */
  gboolean was_missed; /* ENDED, theirs: nobody here took it or declined it */
} LanCallView;

typedef enum {
  LAN_CALLS_SEND,    /* .frame to .device of .account, over what way there is */
  LAN_CALLS_WANT,    /* a link to .account is wanted (.on), or no longer */
  LAN_CALLS_CHANGED, /* .view: a new call, or something of it is different */
  LAN_CALLS_MEDIA,   /* sound to and from .device of .account begins (.on), or ends */
  LAN_CALLS_RECORD,  /* .view is over: write its record into the conversation with .account */
} LanCallsActionType;

typedef struct {
  LanCallsActionType type;
  LanAccountId account;
  LanDeviceId device;
  gboolean on;
  GBytes *frame;
  LanCallView view;
} LanCallsAction;

void lan_calls_action_clear (LanCallsAction *action);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LanCallsAction, lan_calls_action_clear)

typedef struct _LanCalls LanCalls;

LanCalls *lan_calls_new (const LanAccountId *self) G_GNUC_WARN_UNUSED_RESULT;
void lan_calls_free (LanCalls *calls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanCalls, lan_calls_free)

/* ---- commands; STATE: not now ---- */

/** Calls @peer. @id: random, of the call and later of its record. STATE: there is a call already. */
LanStatus lan_calls_start (LanCalls *calls, const LanAccountId *peer, const LanMessageId *id,
                           gboolean video, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_calls_answer (LanCalls *calls, const LanMessageId *id, gboolean video,
                            gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

/** Hangs up, cancels or declines, as the call stands. */
LanStatus lan_calls_end (LanCalls *calls, const LanMessageId *id,
                         gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

/** Sets or clears one of LanCallFlags of ours; told to the other side. */
LanStatus lan_calls_set (LanCalls *calls, const LanMessageId *id, LanCallFlags flag, gboolean on,
                         gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

/** Sound cannot go on here. */
void lan_calls_failed (LanCalls *calls, gint64 now_us);

/**
 * Nothing has come from the other side for LAN_CALL_SILENT_US, though it reports five times a second
 * even while it is muted: it died, or no way leads there any more. The call ends as lost.
 */
void lan_calls_silent (LanCalls *calls, gint64 now_us);

/** Calls of @peer end without a word: the person was blocked or removed. */
void lan_calls_drop (LanCalls *calls, const LanAccountId *peer, gint64 now_us);

/** The program ends: the other side is told. */
void lan_calls_quit (LanCalls *calls, gint64 now_us);

/* ---- the other side ---- */

/** A way to @device of an accepted person is there (again, or another), or the last one is gone. */
void lan_calls_device_up (LanCalls *calls, const LanAccountId *account, const LanDeviceId *device,
                          gint64 now_us);
void lan_calls_device_down (LanCalls *calls, const LanAccountId *account, const LanDeviceId *device,
                            gint64 now_us);

/** A checked CallSignal of @device. Whatever it says, nothing grows and nothing fails. */
void lan_calls_signal (LanCalls *calls, const LanAccountId *account, const LanDeviceId *device,
                       const Lanyard__CallSignal *signal, gint64 now_us);

/* ---- time, output, looking ---- */

gint64 lan_calls_next_deadline (const LanCalls *calls);
void lan_calls_advance (LanCalls *calls, gint64 now_us);
gboolean lan_calls_next_action (LanCalls *calls, LanCallsAction *action) G_GNUC_WARN_UNUSED_RESULT;

/** The present call; FALSE when there is none. */
gboolean lan_calls_look (const LanCalls *calls, LanCallView *view);

typedef struct {
  guint64 rings_refused;   /* over the limit of one person */
  guint64 signals_unknown; /* of a call or type not known here */
} LanCallsCounters;

const LanCallsCounters *lan_calls_get_counters (const LanCalls *calls);

/** What the record of a call that is over says. @view: ENDED and ours. */
Lanyard__CallOutcome lan_calls_outcome (const LanCallView *view);

/** "calling", "alerting", "ringing", "answering", "active", "ended". */
const char *lan_calls_state_name (LanCallState state);

/** "hangup", "cancelled"...; "" for NONE. */
const char *lan_calls_end_name (LanCallEnd end);

G_END_DECLS
