/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the other side says about calls. Each signal may come at any moment, again, or never. */
#include "lan-calls-private.h"

#include <string.h>

#define SIGNAL(name) LANYARD__CALL_SIGNAL_TYPE__CALL_##name

/* Who said something, and when. */
typedef struct {
  LanCalls *calls;
  const LanAccountId *account;
  const LanDeviceId *device;
  LanMessageId id;
  const Lanyard__CallSignal *signal;
  gint64 now_us;
} Said;

/* What is not known here is passed over, and so is a screen without pictures. */
static guint
flags_of (const Said *s)
{
  guint flags = s->signal->flags & LAN_CALL_FLAGS;

  return flags & LAN_CALL_VIDEO ? flags : flags & ~(guint) LAN_CALL_SCREEN;
}

static void
reply (const Said *s, Lanyard__CallSignalType type, LanCallEnd reason)
{
  lan_calls_send (s->calls, s->account, s->device, &s->id, type, reason);
}

/* FALSE: this person rings too often. */
static gboolean
may_ring (LanCalls *calls, const LanAccountId *account, gint64 now_us)
{
  LanCallRinger ringer = { *account, LAN_CALL_RINGS_BURST, now_us };

  for (guint i = 0; i < calls->ringers->len; i++) {
    LanCallRinger *known = &g_array_index (calls->ringers, LanCallRinger, i);
    gint64 more;

    if (!lan_account_id_equal (&known->account, account))
      continue;
    more = (now_us - known->since_us) / LAN_CALL_RINGS_US;
    if (more > 0) {
      known->tokens = (guint) MIN ((gint64) LAN_CALL_RINGS_BURST, known->tokens + more);
      known->since_us += more * LAN_CALL_RINGS_US;
    }
    if (known->tokens == 0)
      return FALSE;
    known->tokens--;
    return TRUE;
  }
  if (calls->ringers->len >= LAN_CALL_RINGERS_MAX)
    g_array_remove_index (calls->ringers, 0);
  ringer.tokens--;
  g_array_append_val (calls->ringers, ringer);
  return TRUE;
}

static LanOneCall *
ring_here (const Said *s)
{
  LanOneCall *call = lan_calls_make (s->calls, &s->id, s->account, LAN_CALL_RINGING);

  call->view.device = *s->device;
  call->view.theirs = flags_of (s);
  if (!lan_calls_is_at_hand (s->calls, s->account, s->device))
    call->lost_us = s->now_us + LAN_CALL_LOST_US;
  return call;
}

/* They call while we call them. The call of the smaller account key goes on. */
static void
on_crossing (const Said *s)
{
  LanCalls *calls = s->calls;
  guint ours = calls->call->view.ours;

  if (lan_account_id_compare (&calls->self, s->account) < 0)
    return; /* ours: our RING is on its way to them */
  lan_calls_finish (calls, LAN_CALL_END_CROSSED, TRUE, NULL, s->now_us);
  ring_here (s)->view.ours = ours;
  lan_calls_do_answer (calls, s->now_us);
}

/* The device that this call is with rings anew: it has forgotten the call, or gave it up. */
static gboolean
is_replaced (const LanOneCall *call, const Said *s)
{
  return call->view.state >= LAN_CALL_RINGING &&
         lan_account_id_equal (&call->view.peer, s->account) &&
         lan_device_id_equal (&call->view.device, s->device);
}

static void
on_ring (const Said *s)
{
  LanCalls *calls = s->calls;
  LanOneCall *call = calls->call;

  if (!may_ring (calls, s->account, s->now_us)) {
    calls->counters.rings_refused++;
    reply (s, SIGNAL (END), LAN_CALL_END_BUSY);
    return;
  }
  if (call != NULL && call->view.state <= LAN_CALL_ALERTING &&
      lan_account_id_equal (&call->view.peer, s->account)) {
    on_crossing (s);
    return;
  }
  if (call != NULL && is_replaced (call, s))
    lan_calls_finish (
        calls, call->view.state == LAN_CALL_RINGING ? LAN_CALL_END_CANCELLED : LAN_CALL_END_LOST,
        FALSE, s->device, s->now_us);
  if (calls->call != NULL) {
    reply (s, SIGNAL (END), LAN_CALL_END_BUSY);
    return;
  }
  ring_here (s);
  reply (s, SIGNAL (RINGING), LAN_CALL_END_NONE);
  lan_calls_enter (calls, LAN_CALL_RINGING, s->now_us);
}

/* RING of the call that we know: what we said to it may be lost. */
static void
on_ring_again (const Said *s)
{
  const LanOneCall *call = s->calls->call;

  if (!lan_device_id_equal (&call->view.device, s->device) || !call->view.incoming)
    return;
  reply (s, call->view.state == LAN_CALL_RINGING ? SIGNAL (RINGING) : SIGNAL (ANSWER),
         LAN_CALL_END_NONE);
}

static void
on_ringing (const Said *s)
{
  LanOneCall *call = s->calls->call;

  if (call->view.state != LAN_CALL_CALLING)
    return;
  lan_calls_enter (s->calls, LAN_CALL_ALERTING, s->now_us);
}

static void
on_answer (const Said *s)
{
  LanCalls *calls = s->calls;
  LanOneCall *call = calls->call;

  if (call->view.incoming)
    return;
  if (call->view.state == LAN_CALL_ACTIVE) {
    gboolean again = lan_device_id_equal (&call->view.device, s->device);

    reply (s, again ? SIGNAL (CONFIRM) : SIGNAL (END),
           again ? LAN_CALL_END_NONE : LAN_CALL_END_ELSEWHERE);
    return;
  }
  lan_calls_rung_remove (call, s->device);
  for (guint i = 0; i < call->rung->len; i++)
    lan_calls_send (calls, s->account, &g_array_index (call->rung, LanDeviceId, i), &s->id,
                    SIGNAL (END), LAN_CALL_END_ELSEWHERE);
  g_array_set_size (call->rung, 0);
  call->view.device = *s->device;
  call->view.theirs = flags_of (s);
  reply (s, SIGNAL (CONFIRM), LAN_CALL_END_NONE);
  lan_calls_start_media (calls, s->now_us);
  if (!lan_calls_is_at_hand (calls, s->account, s->device))
    call->lost_us = s->now_us + LAN_CALL_LOST_US;
  lan_calls_enter (calls, LAN_CALL_ACTIVE, s->now_us);
}

static gboolean
is_other_end (const Said *s)
{
  return lan_device_id_equal (&s->calls->call->view.device, s->device);
}

static void
on_confirm (const Said *s)
{
  LanOneCall *call = s->calls->call;

  if (call->view.state != LAN_CALL_ANSWERING || !is_other_end (s))
    return;
  lan_calls_enter (s->calls, LAN_CALL_ACTIVE, s->now_us);
  if (call->revision > 0)
    lan_calls_send_state (s->calls);
}

static void
on_state (const Said *s)
{
  LanOneCall *call = s->calls->call;

  if (!is_other_end (s) || call->view.state < LAN_CALL_ANSWERING)
    return;
  on_confirm (s); /* who tells its state has heard the answer */
  if (s->signal->revision <= call->their_revision)
    return;
  call->their_revision = s->signal->revision;
  if (call->view.theirs == flags_of (s))
    return;
  call->view.theirs = flags_of (s);
  lan_calls_tell (s->calls);
}

/* One of the devices that ring says no. */
static void
on_end_of_ringing (const Said *s, LanCallEnd reason)
{
  LanOneCall *call = s->calls->call;

  if (!lan_calls_rung_remove (call, s->device))
    return;
  if (reason == LAN_CALL_END_DECLINED || reason == LAN_CALL_END_BUSY)
    lan_calls_finish (s->calls, reason, FALSE, s->device, s->now_us);
  else if (call->rung->len == 0 && reason == LAN_CALL_END_NO_ANSWER)
    lan_calls_finish (s->calls, LAN_CALL_END_NO_ANSWER, FALSE, s->device, s->now_us);
}

static void
on_end (const Said *s)
{
  LanOneCall *call = s->calls->call;
  LanCallEnd reason = (LanCallEnd) s->signal->reason;

  if ((guint) reason > LAN_CALL_END_FAILED || reason == LAN_CALL_END_NONE)
    reason = LAN_CALL_END_HANGUP;
  if (call->view.state <= LAN_CALL_ALERTING)
    on_end_of_ringing (s, reason);
  else if (is_other_end (s))
    lan_calls_finish (s->calls, reason == LAN_CALL_END_GONE ? LAN_CALL_END_LOST : reason, FALSE,
                      s->device, s->now_us);
}

static gboolean
is_present (const Said *s)
{
  const LanOneCall *call = s->calls->call;

  return call != NULL && lan_message_id_equal (&call->view.id, &s->id) &&
         lan_account_id_equal (&call->view.peer, s->account);
}

static void
on_present (const Said *s)
{
  switch (s->signal->type) {
  case SIGNAL (RING):
    on_ring_again (s);
    break;
  case SIGNAL (RINGING):
    on_ringing (s);
    break;
  case SIGNAL (ANSWER):
    on_answer (s);
    break;
  case SIGNAL (CONFIRM):
    on_confirm (s);
    break;
  case SIGNAL (STATE):
    on_state (s);
    break;
  case SIGNAL (END):
    on_end (s);
    break;
  default:
    s->calls->counters.signals_unknown++;
    break;
  }
}

void
lan_calls_signal (LanCalls *calls, const LanAccountId *account, const LanDeviceId *device,
                  const Lanyard__CallSignal *signal, gint64 now_us)
{
  Said s = {
    .calls = calls, .account = account, .device = device, .signal = signal, .now_us = now_us
  };

  memcpy (s.id.b, signal->call.data, sizeof s.id.b);
  if (is_present (&s)) {
    on_present (&s);
  } else if (signal->type == SIGNAL (RING)) {
    on_ring (&s);
  } else {
    calls->counters.signals_unknown++;
    if (signal->type == SIGNAL (ANSWER) || signal->type == SIGNAL (CONFIRM) ||
        signal->type == SIGNAL (STATE) || signal->type == SIGNAL (RINGING))
      reply (&s, SIGNAL (END), LAN_CALL_END_GONE);
  }
}
