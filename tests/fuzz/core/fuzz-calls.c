/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The machine of calls: each three bytes are one thing that happens; what, who and about which call,
 * and a number. Sound that begins ends, and at the end nothing waits.
 */
#include "lan-calls.h"
#include "lan-deadlines.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  LanCalls *calls;
  gint64 now;
  int sounding, wanted;
} Run;

static void
drain (Run *run)
{
  for (;;) {
    g_auto (LanCallsAction) action = { 0 };

    if (!lan_calls_next_action (run->calls, &action))
      return;
    if (action.type == LAN_CALLS_MEDIA)
      run->sounding += action.on ? 1 : -1;
    if (action.type == LAN_CALLS_WANT)
      run->wanted += action.on ? 1 : -1;
    if (action.type == LAN_CALLS_RECORD)
      lan_calls_outcome (&action.view);
    g_assert_true (run->sounding >= 0 && run->sounding <= 1 && run->wanted >= 0);
  }
}

static void
hear (Run *run, const LanAccountId *account, const LanDeviceId *device, const LanMessageId *id,
      guint8 what, guint8 number)
{
  Lanyard__CallSignal signal = LANYARD__CALL_SIGNAL__INIT;

  signal.call = (ProtobufCBinaryData){ sizeof id->b, (guint8 *) id->b };
  signal.type = (Lanyard__CallSignalType) (what & 7);
  signal.reason = (Lanyard__CallEndReason) (number & 15);
  signal.flags = number;
  signal.revision = number;
  lan_calls_signal (run->calls, account, device, &signal, run->now);
}

static void
act (Run *run, const guint8 *step)
{
  LanAccountId account;
  LanDeviceId device;
  LanMessageId id;
  LanStatus status = LAN_STATUS_OK;

  memset (&account, step[1] & 7, sizeof account);
  memset (&device, step[1] >> 3 & 3, sizeof device);
  memset (&id, step[1] >> 5, sizeof id);
  if (step[0] >= 128)
    hear (run, &account, &device, &id, step[0], step[2]);
  else if (step[0] < 16)
    status = lan_calls_start (run->calls, &account, &id, step[2] & 1, run->now);
  else if (step[0] < 32)
    status = lan_calls_answer (run->calls, &id, step[2] & 1, run->now);
  else if (step[0] < 40)
    status = lan_calls_end (run->calls, &id, run->now);
  else if (step[0] < 48)
    status =
        lan_calls_set (run->calls, &id, (LanCallFlags) (1 << (step[2] % 3)), step[2] & 8, run->now);
  else if (step[0] < 52)
    lan_calls_failed (run->calls, run->now);
  else if (step[0] < 56)
    lan_calls_silent (run->calls, run->now);
  else if (step[0] < 64)
    lan_calls_drop (run->calls, &account, run->now);
  else if (step[0] < 80)
    lan_calls_device_up (run->calls, &account, &device, run->now);
  else if (step[0] < 96)
    lan_calls_device_down (run->calls, &account, &device, run->now);
  else if (lan_calls_next_deadline (run->calls) != LAN_NO_DEADLINE && step[0] < 104)
    run->now = MAX (run->now, lan_calls_next_deadline (run->calls));
  else
    run->now += step[2] * 100000;
  g_assert_true (status == LAN_STATUS_OK || status == LAN_STATUS_STATE);
  lan_calls_advance (run->calls, run->now);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanAccountId self;
  Run run = { .now = 1000000 };

  memset (&self, 4, sizeof self);
  run.calls = lan_calls_new (&self);
  for (gsize at = 0; at + 3 <= size; at += 3) {
    act (&run, data + at);
    drain (&run);
  }
  lan_calls_quit (run.calls, run.now);
  drain (&run);
  g_assert_cmpint (run.sounding, ==, 0);
  g_assert_cmpint (run.wanted, ==, 0);
  lan_calls_free (run.calls);
  return 0;
}
