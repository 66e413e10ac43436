/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The inside of LanCalls: lan-calls.c has the call's life, commands and time, lan-calls-signals.c
 * what the other side says. Private to these two.
 */
#pragma once

#include "lan-calls.h"
#include "lan-deadlines.h"

G_BEGIN_DECLS

typedef struct {
  LanAccountId account;
  LanDeviceId device;
} LanCallDevice;

/* How often somebody has rung lately. */
typedef struct {
  LanAccountId account;
  guint tokens;
  gint64 since_us;
} LanCallRinger;

typedef struct {
  LanCallView view;
  GArray *rung;           /* of LanDeviceId: ours: where it rings */
  guint32 revision;       /* of our STATE */
  guint32 their_revision; /* the newest taken; 0: none */
  gint64 due_us;          /* the present state ends then */
  gint64 lost_us;         /* no way to their device: the call ends then */
  gboolean is_sounding;   /* MEDIA was told */
} LanOneCall;

struct _LanCalls {
  LanAccountId self;
  LanOneCall *call; /* NULL: none */
  GArray *devices;  /* of LanCallDevice: at hand */
  GArray *ringers;  /* of LanCallRinger, oldest first */
  GQueue actions;   /* of LanCallsAction */
  LanCallsCounters counters;
};

LanOneCall *lan_calls_make (LanCalls *calls, const LanMessageId *id, const LanAccountId *peer,
                            LanCallState state);
LanCallsAction *lan_calls_act (LanCalls *calls, LanCallsActionType type,
                               const LanAccountId *account);
void lan_calls_send (LanCalls *calls, const LanAccountId *account, const LanDeviceId *device,
                     const LanMessageId *id, Lanyard__CallSignalType type, LanCallEnd reason);
void lan_calls_send_state (LanCalls *calls);
void lan_calls_tell (LanCalls *calls);

/** The call goes to @state; what time it has left follows. */
void lan_calls_enter (LanCalls *calls, LanCallState state, gint64 now_us);

/** ANSWER is said to the device that rings here. */
void lan_calls_do_answer (LanCalls *calls, gint64 now_us);

/** Sound begins; from now on the time counts. */
void lan_calls_start_media (LanCalls *calls, gint64 now_us);

/** Ends the call for everybody but @except (nullable), whom @reason came from. */
void lan_calls_finish (LanCalls *calls, LanCallEnd reason, gboolean by_us,
                       const LanDeviceId *except, gint64 now_us);
gboolean lan_calls_rung_remove (LanOneCall *call, const LanDeviceId *device);
gboolean lan_calls_is_at_hand (const LanCalls *calls, const LanAccountId *account,
                               const LanDeviceId *device);

G_END_DECLS
