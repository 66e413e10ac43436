/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A call's life: commands, time, what is said to whom. */
#include "lan-calls-private.h"

#include <string.h>

static const char *const state_names[LAN_CALL_STATE_N] = {
  "calling", "alerting", "ringing", "answering", "active", "ended",
};

static const char *const end_names[LAN_CALL_END_N] = {
  "",     "hangup",    "cancelled", "declined", "busy",        "elsewhere",
  "gone", "no-answer", "crossed",   "failed",   "unreachable", "lost",
};

const char *
lan_calls_state_name (LanCallState state)
{
  return (guint) state < LAN_CALL_STATE_N ? state_names[state] : "";
}

const char *
lan_calls_end_name (LanCallEnd end)
{
  return (guint) end < LAN_CALL_END_N ? end_names[end] : "";
}

/* ---- actions ---- */

void
lan_calls_action_clear (LanCallsAction *action)
{
  g_clear_pointer (&action->frame, g_bytes_unref);
}

static void
action_free (gpointer action)
{
  lan_calls_action_clear (action);
  g_free (action);
}

LanCallsAction *
lan_calls_act (LanCalls *calls, LanCallsActionType type, const LanAccountId *account)
{
  LanCallsAction *action = g_new0 (LanCallsAction, 1);

  action->type = type;
  action->account = *account;
  g_queue_push_tail (&calls->actions, action);
  return action;
}

gboolean
lan_calls_next_action (LanCalls *calls, LanCallsAction *action)
{
  LanCallsAction *next = g_queue_pop_head (&calls->actions);

  memset (action, 0, sizeof *action);
  if (next == NULL)
    return FALSE;
  *action = *next;
  g_free (next);
  return TRUE;
}

/* Who shows a screen shows pictures: that much an older version understands as well. */
static guint32
flags_to_say (const LanCallView *view)
{
  return view->ours | (view->ours & LAN_CALL_SCREEN ? LAN_CALL_VIDEO : 0);
}

static void
send_signal (LanCalls *calls, const LanAccountId *account, const LanDeviceId *device,
             Lanyard__CallSignal *signal, const LanMessageId *id)
{
  LanFrame frame = LANYARD__FRAME__INIT;
  LanCallsAction *action;

  signal->call = (ProtobufCBinaryData){ sizeof id->b, (guint8 *) id->b };
  frame.body_case = LANYARD__FRAME__BODY_CALL_SIGNAL;
  frame.call_signal = signal;
  action = lan_calls_act (calls, LAN_CALLS_SEND, account);
  action->device = *device;
  action->frame = lan_frame_encode (&frame);
}

void
lan_calls_send (LanCalls *calls, const LanAccountId *account, const LanDeviceId *device,
                const LanMessageId *id, Lanyard__CallSignalType type, LanCallEnd reason)
{
  Lanyard__CallSignal signal = LANYARD__CALL_SIGNAL__INIT;
  const LanOneCall *call = calls->call;

  signal.type = type;
  signal.reason = reason <= LAN_CALL_END_FAILED ? (Lanyard__CallEndReason) reason
                                                : LANYARD__CALL_END_REASON__CALL_END_HANGUP;
  if (call != NULL && lan_message_id_equal (id, &call->view.id))
    signal.flags = flags_to_say (&call->view);
  send_signal (calls, account, device, &signal, id);
}

void
lan_calls_send_state (LanCalls *calls)
{
  Lanyard__CallSignal signal = LANYARD__CALL_SIGNAL__INIT;
  const LanCallView *view = &calls->call->view;

  signal.type = LANYARD__CALL_SIGNAL_TYPE__CALL_STATE;
  signal.flags = flags_to_say (view);
  signal.revision = calls->call->revision;
  send_signal (calls, &view->peer, &view->device, &signal, &view->id);
}

void
lan_calls_tell (LanCalls *calls)
{
  lan_calls_act (calls, LAN_CALLS_CHANGED, &calls->call->view.peer)->view = calls->call->view;
}

/* ---- who is at hand ---- */

static guint
find_device (const LanCalls *calls, const LanAccountId *account, const LanDeviceId *device)
{
  guint i;

  for (i = 0; i < calls->devices->len; i++) {
    const LanCallDevice *d = &g_array_index (calls->devices, LanCallDevice, i);

    if (lan_account_id_equal (&d->account, account) && lan_device_id_equal (&d->device, device))
      break;
  }
  return i;
}

gboolean
lan_calls_is_at_hand (const LanCalls *calls, const LanAccountId *account, const LanDeviceId *device)
{
  return find_device (calls, account, device) < calls->devices->len;
}

/* ---- a call's life ---- */

LanOneCall *
lan_calls_make (LanCalls *calls, const LanMessageId *id, const LanAccountId *peer,
                LanCallState state)
{
  LanOneCall *call = g_new0 (LanOneCall, 1);

  g_assert (calls->call == NULL);
  call->view.id = *id;
  call->view.peer = *peer;
  call->view.state = state;
  call->view.incoming = state == LAN_CALL_RINGING;
  call->rung = g_array_new (FALSE, FALSE, sizeof (LanDeviceId));
  call->due_us = call->lost_us = LAN_NO_DEADLINE;
  calls->call = call;
  lan_calls_act (calls, LAN_CALLS_WANT, peer)->on = TRUE;
  return call;
}

static void
call_free (LanOneCall *call)
{
  g_array_unref (call->rung);
  g_free (call);
}

gboolean
lan_calls_rung_remove (LanOneCall *call, const LanDeviceId *device)
{
  for (guint i = 0; i < call->rung->len; i++) {
    if (lan_device_id_equal (&g_array_index (call->rung, LanDeviceId, i), device)) {
      g_array_remove_index (call->rung, i);
      return TRUE;
    }
  }
  return FALSE;
}

void
lan_calls_enter (LanCalls *calls, LanCallState state, gint64 now_us)
{
  static const gint64 patience_us[LAN_CALL_STATE_N] = {
    [LAN_CALL_CALLING] = LAN_CALL_FIND_US,
    [LAN_CALL_ALERTING] = LAN_CALL_RING_US,
    [LAN_CALL_RINGING] = LAN_CALL_LISTEN_US,
    [LAN_CALL_ANSWERING] = LAN_CALL_CONFIRM_US,
  };
  LanOneCall *call = calls->call;

  call->view.state = state;
  call->due_us = patience_us[state] > 0 ? now_us + patience_us[state] : LAN_NO_DEADLINE;
  lan_calls_tell (calls);
}

static void
ring (LanCalls *calls, const LanDeviceId *device)
{
  LanOneCall *call = calls->call;

  lan_calls_rung_remove (call, device);
  g_array_append_val (call->rung, *device);
  lan_calls_send (calls, &call->view.peer, device, &call->view.id,
                  LANYARD__CALL_SIGNAL_TYPE__CALL_RING, LAN_CALL_END_NONE);
}

void
lan_calls_start_media (LanCalls *calls, gint64 now_us)
{
  LanOneCall *call = calls->call;
  LanCallsAction *action;

  if (call->is_sounding)
    return;
  call->is_sounding = TRUE;
  call->view.answered_us = now_us;
  action = lan_calls_act (calls, LAN_CALLS_MEDIA, &call->view.peer);
  action->device = call->view.device;
  action->on = TRUE;
}

void
lan_calls_do_answer (LanCalls *calls, gint64 now_us)
{
  LanOneCall *call = calls->call;

  lan_calls_send (calls, &call->view.peer, &call->view.device, &call->view.id,
                  LANYARD__CALL_SIGNAL_TYPE__CALL_ANSWER, LAN_CALL_END_NONE);
  lan_calls_start_media (calls, now_us);
  lan_calls_enter (calls, LAN_CALL_ANSWERING, now_us);
}

/* What the devices hear that only rang. */
static LanCallEnd
reason_for_others (LanCallEnd reason)
{
  return reason == LAN_CALL_END_DECLINED ? LAN_CALL_END_ELSEWHERE : reason;
}

void
lan_calls_finish (LanCalls *calls, LanCallEnd reason, gboolean by_us, const LanDeviceId *except,
                  gint64 now_us)
{
  LanOneCall *call = g_steal_pointer (&calls->call);
  LanCallView *view = &call->view;
  gboolean has_device = !lan_device_id_is_zero (&view->device);
  gboolean was_ringing = view->state == LAN_CALL_RINGING;

  for (guint i = 0; i < call->rung->len; i++) {
    const LanDeviceId *device = &g_array_index (call->rung, LanDeviceId, i);

    if (except == NULL || !lan_device_id_equal (device, except))
      lan_calls_send (calls, &view->peer, device, &view->id, LANYARD__CALL_SIGNAL_TYPE__CALL_END,
                      reason_for_others (reason));
  }
  if (has_device && (except == NULL || !lan_device_id_equal (&view->device, except)))
    lan_calls_send (calls, &view->peer, &view->device, &view->id,
                    LANYARD__CALL_SIGNAL_TYPE__CALL_END, reason);
  if (call->is_sounding)
    lan_calls_act (calls, LAN_CALLS_MEDIA, &view->peer)->device = view->device;
  view->state = LAN_CALL_ENDED;
  view->end = reason;
  view->by_us = by_us;
  view->duration_us = view->answered_us > 0 ? now_us - view->answered_us : 0;
  view->was_missed =
      was_ringing && !by_us && reason != LAN_CALL_END_ELSEWHERE && reason != LAN_CALL_END_CROSSED;
  lan_calls_act (calls, LAN_CALLS_CHANGED, &view->peer)->view = *view;
  if (!view->incoming && reason != LAN_CALL_END_CROSSED)
    lan_calls_act (calls, LAN_CALLS_RECORD, &view->peer)->view = *view;
  lan_calls_act (calls, LAN_CALLS_WANT, &view->peer);
  call_free (call);
}

Lanyard__CallOutcome
lan_calls_outcome (const LanCallView *view)
{
  if (view->answered_us > 0)
    return LANYARD__CALL_OUTCOME__CALL_ANSWERED;
  switch (view->end) {
  case LAN_CALL_END_DECLINED:
    return LANYARD__CALL_OUTCOME__CALL_DECLINED;
  case LAN_CALL_END_BUSY:
    return LANYARD__CALL_OUTCOME__CALL_BUSY;
  case LAN_CALL_END_CANCELLED:
  case LAN_CALL_END_HANGUP:
    return LANYARD__CALL_OUTCOME__CALL_CANCELLED;
  case LAN_CALL_END_NO_ANSWER:
    return LANYARD__CALL_OUTCOME__CALL_NOT_ANSWERED;
  case LAN_CALL_END_NONE:
  case LAN_CALL_END_ELSEWHERE:
  case LAN_CALL_END_GONE:
  case LAN_CALL_END_CROSSED:
  case LAN_CALL_END_FAILED:
  case LAN_CALL_END_UNREACHABLE:
  case LAN_CALL_END_LOST:
  case LAN_CALL_END_N:
  default:
    return LANYARD__CALL_OUTCOME__CALL_UNREACHABLE;
  }
}

/* ---- commands ---- */

LanStatus
lan_calls_start (LanCalls *calls, const LanAccountId *peer, const LanMessageId *id, gboolean video,
                 gint64 now_us)
{
  if (calls->call != NULL || lan_account_id_equal (peer, &calls->self))
    return LAN_STATUS_STATE;
  lan_calls_make (calls, id, peer, LAN_CALL_CALLING)->view.ours = video ? LAN_CALL_VIDEO : 0;
  lan_calls_enter (calls, LAN_CALL_CALLING, now_us);
  for (guint i = 0; i < calls->devices->len; i++) {
    const LanCallDevice *d = &g_array_index (calls->devices, LanCallDevice, i);

    if (lan_account_id_equal (&d->account, peer))
      ring (calls, &d->device);
  }
  return LAN_STATUS_OK;
}

static gboolean
is_present (const LanCalls *calls, const LanMessageId *id)
{
  return calls->call != NULL && lan_message_id_equal (&calls->call->view.id, id);
}

LanStatus
lan_calls_answer (LanCalls *calls, const LanMessageId *id, gboolean video, gint64 now_us)
{
  if (!is_present (calls, id) || calls->call->view.state != LAN_CALL_RINGING)
    return LAN_STATUS_STATE;
  calls->call->view.ours = video ? LAN_CALL_VIDEO : 0;
  lan_calls_do_answer (calls, now_us);
  return LAN_STATUS_OK;
}

/* Hangs up, cancels or declines. */
static void
end_present (LanCalls *calls, gint64 now_us)
{
  static const LanCallEnd ends[LAN_CALL_STATE_N] = {
    [LAN_CALL_CALLING] = LAN_CALL_END_CANCELLED, [LAN_CALL_ALERTING] = LAN_CALL_END_CANCELLED,
    [LAN_CALL_RINGING] = LAN_CALL_END_DECLINED,  [LAN_CALL_ANSWERING] = LAN_CALL_END_HANGUP,
    [LAN_CALL_ACTIVE] = LAN_CALL_END_HANGUP,
  };

  lan_calls_finish (calls, ends[calls->call->view.state], TRUE, NULL, now_us);
}

LanStatus
lan_calls_end (LanCalls *calls, const LanMessageId *id, gint64 now_us)
{
  if (!is_present (calls, id))
    return LAN_STATUS_STATE;
  end_present (calls, now_us);
  return LAN_STATUS_OK;
}

LanStatus
lan_calls_set (LanCalls *calls, const LanMessageId *id, LanCallFlags flag, gboolean on,
               gint64 now_us)
{
  LanOneCall *call = calls->call;
  guint flags;

  if (!is_present (calls, id) || call->view.state == LAN_CALL_RINGING)
    return LAN_STATUS_STATE;
  flags = on ? call->view.ours | flag : call->view.ours & ~(guint) flag;
  if (flags == call->view.ours)
    return LAN_STATUS_OK;
  call->view.ours = flags;
  call->revision++;
  if (call->view.state == LAN_CALL_ACTIVE || call->view.state == LAN_CALL_ANSWERING)
    lan_calls_send_state (calls);
  lan_calls_tell (calls);
  return LAN_STATUS_OK;
}

void
lan_calls_failed (LanCalls *calls, gint64 now_us)
{
  if (calls->call != NULL && calls->call->is_sounding)
    lan_calls_finish (calls, LAN_CALL_END_FAILED, TRUE, NULL, now_us);
}

void
lan_calls_silent (LanCalls *calls, gint64 now_us)
{
  if (calls->call != NULL && calls->call->is_sounding)
    lan_calls_finish (calls, LAN_CALL_END_LOST, FALSE, NULL, now_us);
}

void
lan_calls_drop (LanCalls *calls, const LanAccountId *peer, gint64 now_us)
{
  guint i = 0;

  if (calls->call != NULL && lan_account_id_equal (&calls->call->view.peer, peer))
    lan_calls_finish (calls, LAN_CALL_END_HANGUP, TRUE, NULL, now_us);
  while (i < calls->devices->len) {
    if (lan_account_id_equal (&g_array_index (calls->devices, LanCallDevice, i).account, peer))
      g_array_remove_index (calls->devices, i);
    else
      i++;
  }
}

void
lan_calls_quit (LanCalls *calls, gint64 now_us)
{
  if (calls->call != NULL)
    end_present (calls, now_us);
}

/* ---- the other side's devices ---- */

void
lan_calls_device_up (LanCalls *calls, const LanAccountId *account, const LanDeviceId *device,
                     gint64 now_us)
{
  const LanCallDevice d = { *account, *device };
  LanOneCall *call = calls->call;

  if (!lan_calls_is_at_hand (calls, account, device)) {
    if (calls->devices->len >= LAN_CALL_DEVICES_MAX)
      g_array_remove_index (calls->devices, 0);
    g_array_append_val (calls->devices, d);
  }
  if (call == NULL || !lan_account_id_equal (&call->view.peer, account))
    return;
  if (call->view.state <= LAN_CALL_ALERTING) {
    ring (calls, device);
    return;
  }
  if (!lan_device_id_equal (&call->view.device, device))
    return;
  /* What was said last may be lost with the way that it went by. */
  call->lost_us = LAN_NO_DEADLINE;
  if (call->view.state == LAN_CALL_RINGING)
    lan_calls_send (calls, account, device, &call->view.id, LANYARD__CALL_SIGNAL_TYPE__CALL_RINGING,
                    LAN_CALL_END_NONE);
  else if (call->view.state == LAN_CALL_ANSWERING)
    lan_calls_send (calls, account, device, &call->view.id, LANYARD__CALL_SIGNAL_TYPE__CALL_ANSWER,
                    LAN_CALL_END_NONE);
  else
    lan_calls_send_state (calls);
}

void
lan_calls_device_down (LanCalls *calls, const LanAccountId *account, const LanDeviceId *device,
                       gint64 now_us)
{
  guint i = find_device (calls, account, device);
  LanOneCall *call = calls->call;

  if (i < calls->devices->len)
    g_array_remove_index (calls->devices, i);
  if (call == NULL || !lan_account_id_equal (&call->view.peer, account))
    return;
  if (call->view.state <= LAN_CALL_ALERTING)
    lan_calls_rung_remove (call, device);
  else if (lan_device_id_equal (&call->view.device, device))
    call->lost_us = now_us + LAN_CALL_LOST_US;
}

/* ---- time ---- */

gint64
lan_calls_next_deadline (const LanCalls *calls)
{
  return calls->call != NULL ? MIN (calls->call->due_us, calls->call->lost_us) : LAN_NO_DEADLINE;
}

void
lan_calls_advance (LanCalls *calls, gint64 now_us)
{
  LanOneCall *call = calls->call;
  LanCallEnd end;

  if (call == NULL || now_us < lan_calls_next_deadline (calls))
    return;
  if (call->view.state == LAN_CALL_CALLING)
    end = LAN_CALL_END_UNREACHABLE;
  else if (call->view.state == LAN_CALL_ALERTING)
    end = LAN_CALL_END_NO_ANSWER;
  else if (call->view.state == LAN_CALL_RINGING && now_us >= call->due_us)
    end = LAN_CALL_END_NO_ANSWER;
  else
    end = LAN_CALL_END_LOST;
  lan_calls_finish (calls, end, FALSE, NULL, now_us);
}

/* ---- */

gboolean
lan_calls_look (const LanCalls *calls, LanCallView *view)
{
  if (calls->call == NULL)
    return FALSE;
  *view = calls->call->view;
  return TRUE;
}

const LanCallsCounters *
lan_calls_get_counters (const LanCalls *calls)
{
  return &calls->counters;
}

LanCalls *
lan_calls_new (const LanAccountId *self)
{
  LanCalls *calls = g_new0 (LanCalls, 1);

  calls->self = *self;
  calls->devices = g_array_new (FALSE, FALSE, sizeof (LanCallDevice));
  calls->ringers = g_array_new (FALSE, FALSE, sizeof (LanCallRinger));
  g_queue_init (&calls->actions);
  return calls;
}

void
lan_calls_free (LanCalls *calls)
{
  if (calls == NULL)
    return;
  if (calls->call != NULL)
    call_free (calls->call);
  g_queue_clear_full (&calls->actions, action_free);
  g_array_unref (calls->devices);
  g_array_unref (calls->ringers);
  g_free (calls);
}
