/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Calls by name: each rule of lan-calls.h once, with all that is said. */
#include "test-calls.h"

#define SIG(name) LANYARD__CALL_SIGNAL_TYPE__CALL_##name

void
desk_init (Desk *d, gboolean self_is_smaller)
{
  memset (d, 0, sizeof *d);
  memset (&d->self, self_is_smaller ? 1 : 5, sizeof d->self);
  memset (&d->peer, 3, sizeof d->peer);
  memset (&d->other, 4, sizeof d->other);
  memset (&d->one, 1, sizeof d->one);
  memset (&d->two, 2, sizeof d->two);
  memset (&d->id, 7, sizeof d->id);
  memset (&d->id2, 8, sizeof d->id2);
  d->now = 1000 * S;
  d->calls = lan_calls_new (&d->self);
}

void
desk_clear (Desk *d)
{
  g_free (desk_take (d));
  lan_calls_free (d->calls);
}

void
desk_say (Desk *d, const LanAccountId *account, const LanDeviceId *device, const LanMessageId *id,
          int type, int reason, guint flags, guint revision)
{
  Lanyard__CallSignal signal = LANYARD__CALL_SIGNAL__INIT;

  signal.call = (ProtobufCBinaryData){ sizeof id->b, (guint8 *) id->b };
  signal.type = (Lanyard__CallSignalType) type;
  signal.reason = (Lanyard__CallEndReason) reason;
  signal.flags = flags;
  signal.revision = revision;
  lan_calls_signal (d->calls, account, device, &signal, d->now);
}

static void
put_sent (GString *out, const LanCallsAction *action)
{
  static const char *const names[] = {
    "?", "ring", "ringing", "answer", "confirm", "end", "state"
  };
  g_autoptr (LanFrame) frame = NULL;
  gsize len;
  const guint8 *data = g_bytes_get_data (action->frame, &len);

  g_assert_cmpint (lan_frame_decode (data, len, &frame), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_frame_type (frame), ==, LAN_FRAME_CALL_SIGNAL);
  g_string_append_printf (out, " %s", names[frame->call_signal->type]);
  if (frame->call_signal->type == SIG (END))
    g_string_append_printf (out, ":%s",
                            lan_calls_end_name ((LanCallEnd) frame->call_signal->reason));
  g_string_append_printf (out, ">%u", action->device.b[0]);
}

char *
desk_take (Desk *d)
{
  static const char *const outcomes[] = { "?",    "answered",  "not-answered", "declined",
                                          "busy", "cancelled", "unreachable" };
  g_autoptr (GString) out = g_string_new (NULL);
  LanCallsAction action;

  while (lan_calls_next_action (d->calls, &action)) {
    switch (action.type) {
    case LAN_CALLS_SEND:
      put_sent (out, &action);
      break;
    case LAN_CALLS_WANT:
      g_string_append (out, action.on ? " want+" : " want-");
      break;
    case LAN_CALLS_CHANGED:
      g_string_append_printf (out, " %s", lan_calls_state_name (action.view.state));
      if (action.view.state == LAN_CALL_ENDED)
        g_string_append_printf (out, ":%s%s", lan_calls_end_name (action.view.end),
                                action.view.was_missed ? "!" : "");
      break;
    case LAN_CALLS_MEDIA:
      g_string_append (out, action.on ? " media+" : " media-");
      break;
    case LAN_CALLS_RECORD:
      g_string_append_printf (out, " record:%s", outcomes[lan_calls_outcome (&action.view)]);
      break;
    }
    lan_calls_action_clear (&action);
  }
  return g_strdup (out->len > 0 ? out->str + 1 : "");
}

void
desk_expect (Desk *d, const char *words)
{
  g_autofree char *said = desk_take (d);

  g_assert_cmpstr (said, ==, words);
}

const char *
desk_state (Desk *d)
{
  LanCallView view;

  return lan_calls_look (d->calls, &view) ? lan_calls_state_name (view.state) : "none";
}

static void
start (Desk *d)
{
  lan_calls_device_up (d->calls, &d->peer, &d->one, d->now);
  g_assert_cmpint (lan_calls_start (d->calls, &d->peer, &d->id, FALSE, d->now), ==, LAN_STATUS_OK);
}

static void
test_out (void)
{
  Desk d;

  desk_init (&d, TRUE);
  start (&d);
  desk_expect (&d, "want+ calling ring>1");
  g_assert_cmpint (lan_calls_start (d.calls, &d.other, &d.id2, FALSE, d.now), ==, LAN_STATUS_STATE);
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (RINGING), 0, 0, 0);
  desk_expect (&d, "alerting");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (ANSWER), 0, LAN_CALL_VIDEO, 0);
  desk_expect (&d, "confirm>1 media+ active");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (ANSWER), 0, 0, 0); /* our CONFIRM was lost */
  desk_expect (&d, "confirm>1");
  d.now += 90 * S;
  lan_calls_advance (d.calls, d.now);
  desk_expect (&d, "");
  g_assert_cmpint (lan_calls_end (d.calls, &d.id2, d.now), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_calls_end (d.calls, &d.id, d.now), ==, LAN_STATUS_OK);
  desk_expect (&d, "end:hangup>1 media- ended:hangup record:answered want-");
  desk_clear (&d);
}

static void
test_in (void)
{
  Desk d;
  LanCallView view;

  desk_init (&d, TRUE);
  lan_calls_device_up (d.calls, &d.peer, &d.one, d.now);
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (RING), 0, LAN_CALL_VIDEO, 0);
  desk_expect (&d, "want+ ringing>1 ringing");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (RING), 0, 0, 0);
  desk_expect (&d, "ringing>1");
  g_assert_true (lan_calls_look (d.calls, &view));
  g_assert_true (view.incoming);
  g_assert_cmpuint (view.theirs, ==, LAN_CALL_VIDEO);
  g_assert_cmpint (lan_calls_answer (d.calls, &d.id, FALSE, d.now), ==, LAN_STATUS_OK);
  desk_expect (&d, "answer>1 media+ answering");
  g_assert_cmpint (lan_calls_answer (d.calls, &d.id, FALSE, d.now), ==, LAN_STATUS_STATE);
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (RING), 0, 0, 0); /* the answer was lost */
  desk_expect (&d, "answer>1");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (CONFIRM), 0, 0, 0);
  desk_expect (&d, "active");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (END), LAN_CALL_END_HANGUP, 0, 0);
  desk_expect (&d, "media- ended:hangup want-"); /* who called writes the record */
  desk_clear (&d);
}

static void
test_several_devices (void)
{
  Desk d;

  desk_init (&d, TRUE);
  lan_calls_device_up (d.calls, &d.peer, &d.two, d.now);
  start (&d);
  desk_expect (&d, "want+ calling ring>2 ring>1");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (RINGING), 0, 0, 0);
  desk_expect (&d, "alerting");
  desk_say (&d, &d.peer, &d.two, &d.id, SIG (ANSWER), 0, 0, 0);
  desk_expect (&d, "end:elsewhere>1 confirm>2 media+ active");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (ANSWER), 0, 0, 0); /* at the same moment */
  desk_expect (&d, "end:elsewhere>1");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (END), LAN_CALL_END_HANGUP, 0, 0);
  desk_expect (&d, ""); /* it is not the one */
  desk_clear (&d);

  /* One says no for all; a device that comes late rings too. */
  desk_init (&d, TRUE);
  start (&d);
  lan_calls_device_up (d.calls, &d.peer, &d.two, d.now);
  desk_expect (&d, "want+ calling ring>1 ring>2");
  desk_say (&d, &d.peer, &d.two, &d.id, SIG (END), LAN_CALL_END_DECLINED, 0, 0);
  desk_expect (&d, "end:elsewhere>1 ended:declined record:declined want-");
  desk_clear (&d);

  /* Answered elsewhere is not missed, given up is. */
  desk_init (&d, TRUE);
  lan_calls_device_up (d.calls, &d.peer, &d.one, d.now);
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (RING), 0, 0, 0);
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (END), LAN_CALL_END_ELSEWHERE, 0, 0);
  desk_expect (&d, "want+ ringing>1 ringing ended:elsewhere want-");
  desk_say (&d, &d.peer, &d.one, &d.id2, SIG (RING), 0, 0, 0);
  desk_say (&d, &d.peer, &d.one, &d.id2, SIG (END), LAN_CALL_END_CANCELLED, 0, 0);
  desk_expect (&d, "want+ ringing>1 ringing ended:cancelled! want-");
  desk_clear (&d);
}

static void
test_busy (void)
{
  Desk d;

  desk_init (&d, TRUE);
  start (&d);
  desk_say (&d, &d.other, &d.one, &d.id2, SIG (RING), 0, 0, 0);
  desk_expect (&d, "want+ calling ring>1 end:busy>1");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (END), LAN_CALL_END_BUSY, 0, 0);
  desk_expect (&d, "ended:busy record:busy want-");
  desk_clear (&d);
}

/* Both call at once: of the two exactly one goes on, whoever hears what first. */
static void
test_crossing (void)
{
  Desk small, great;

  desk_init (&small, TRUE);
  desk_init (&great, FALSE);
  start (&small);
  start (&great);
  desk_expect (&small, "want+ calling ring>1");
  desk_expect (&great, "want+ calling ring>1");
  desk_say (&small, &small.peer, &small.one, &small.id2, SIG (RING), 0, 0, 0);
  desk_expect (&small, ""); /* ours wins */
  desk_say (&great, &great.peer, &great.one, &great.id2, SIG (RING), 0, 0, 0);
  desk_expect (&great, "end:crossed>1 ended:crossed want- want+ answer>1 media+ answering");
  desk_say (&small, &small.peer, &small.one, &small.id2, SIG (END), LAN_CALL_END_CROSSED, 0, 0);
  desk_expect (&small, "");
  desk_say (&small, &small.peer, &small.one, &small.id, SIG (ANSWER), 0, 0, 0);
  desk_expect (&small, "confirm>1 media+ active");
  desk_say (&great, &great.peer, &great.one, &great.id2, SIG (CONFIRM), 0, 0, 0);
  desk_expect (&great, "active");
  desk_clear (&small);
  desk_clear (&great);
}

static void
test_states_shown (void)
{
  Desk d;
  LanCallView view;

  desk_init (&d, TRUE);
  start (&d);
  g_assert_cmpint (lan_calls_set (d.calls, &d.id, LAN_CALL_MUTED, TRUE, d.now), ==, LAN_STATUS_OK);
  desk_expect (&d, "want+ calling ring>1 calling"); /* nobody to be told yet */
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (ANSWER), 0, 0, 0);
  g_assert_cmpint (lan_calls_set (d.calls, &d.id, LAN_CALL_HELD, TRUE, d.now), ==, LAN_STATUS_OK);
  desk_expect (&d, "confirm>1 media+ active state>1 active");
  g_assert_cmpint (lan_calls_set (d.calls, &d.id, LAN_CALL_HELD, TRUE, d.now), ==, LAN_STATUS_OK);
  desk_expect (&d, "");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (STATE), 0, LAN_CALL_MUTED | 0xff00, 4);
  desk_expect (&d, "active");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (STATE), 0, LAN_CALL_VIDEO, 3); /* overtaken */
  desk_expect (&d, "");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (STATE), 0, LAN_CALL_MUTED, 5);
  desk_expect (&d, "");
  g_assert_true (lan_calls_look (d.calls, &view));
  g_assert_cmpuint (view.theirs, ==, LAN_CALL_MUTED);
  g_assert_cmpuint (view.ours, ==, LAN_CALL_MUTED | LAN_CALL_HELD);
  desk_clear (&d);
}

/* Flags of the last signal sent. */
static guint
flags_sent (Desk *d)
{
  guint flags = G_MAXUINT;

  for (;;) {
    g_auto (LanCallsAction) action = { 0 };
    LanFrame *frame = NULL;

    if (!lan_calls_next_action (d->calls, &action))
      return flags;
    if (action.type != LAN_CALLS_SEND)
      continue;
    g_assert_cmpint (lan_frame_decode (g_bytes_get_data (action.frame, NULL),
                                       g_bytes_get_size (action.frame), &frame),
                     ==, LAN_STATUS_OK);
    flags = frame->call_signal->flags;
    lan_frame_free (frame);
  }
}

/* A screen is said beside pictures, takes the camera's place, and gives it back. */
static void
test_screen (void)
{
  Desk d;
  LanCallView view;

  desk_init (&d, TRUE);
  start (&d);
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (ANSWER), 0, 0, 0);
  g_assert_cmpuint (flags_sent (&d), ==, 0);
  g_assert_cmpint (lan_calls_set (d.calls, &d.id, LAN_CALL_SCREEN, TRUE, d.now), ==, LAN_STATUS_OK);
  g_assert_cmpuint (flags_sent (&d), ==, LAN_CALL_SCREEN | LAN_CALL_VIDEO);
  g_assert_cmpint (lan_calls_set (d.calls, &d.id, LAN_CALL_SCREEN, FALSE, d.now), ==,
                   LAN_STATUS_OK);
  g_assert_cmpuint (flags_sent (&d), ==, 0);
  g_assert_cmpint (lan_calls_set (d.calls, &d.id, LAN_CALL_VIDEO, TRUE, d.now), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_calls_set (d.calls, &d.id, LAN_CALL_SCREEN, TRUE, d.now), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_calls_set (d.calls, &d.id, LAN_CALL_SCREEN, FALSE, d.now), ==,
                   LAN_STATUS_OK);
  g_assert_cmpuint (flags_sent (&d), ==, LAN_CALL_VIDEO);
  /* Theirs: without pictures it means nothing. */
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (STATE), 0, LAN_CALL_SCREEN | LAN_CALL_MUTED, 1);
  g_assert_true (lan_calls_look (d.calls, &view));
  g_assert_cmpuint (view.theirs, ==, LAN_CALL_MUTED);
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (STATE), 0, LAN_CALL_SCREEN | LAN_CALL_VIDEO, 2);
  g_assert_true (lan_calls_look (d.calls, &view));
  g_assert_cmpuint (view.theirs, ==, LAN_CALL_SCREEN | LAN_CALL_VIDEO);
  desk_clear (&d);
}

/* The other side dies, or its way to us does, in every state. */
static void
test_death (void)
{
  Desk d;

  desk_init (&d, TRUE);
  start (&d);
  lan_calls_device_down (d.calls, &d.peer, &d.one, d.now);
  d.now = lan_calls_next_deadline (d.calls);
  lan_calls_advance (d.calls, d.now);
  desk_expect (&d, "want+ calling ring>1 ended:unreachable record:unreachable want-");
  start (&d);
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (RINGING), 0, 0, 0);
  lan_calls_device_down (d.calls, &d.peer, &d.one, d.now);
  g_assert_cmpint (lan_calls_next_deadline (d.calls) - d.now, ==, LAN_CALL_RING_US);
  lan_calls_advance (d.calls, d.now + LAN_CALL_RING_US);
  desk_expect (&d, "want+ calling ring>1 alerting ended:no-answer record:not-answered want-");
  desk_say (&d, &d.peer, &d.one, &d.id2, SIG (RING), 0, 0, 0); /* and no channel any more */
  lan_calls_advance (d.calls, d.now + LAN_CALL_LOST_US);
  desk_expect (&d, "want+ ringing>1 ringing end:hangup>1 ended:lost! want-");
  start (&d);
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (ANSWER), 0, 0, 0);
  lan_calls_device_down (d.calls, &d.peer, &d.one, d.now);
  lan_calls_advance (d.calls, d.now + LAN_CALL_LOST_US - 1);
  desk_expect (&d, "want+ calling ring>1 confirm>1 media+ active");
  lan_calls_device_up (d.calls, &d.peer, &d.one, d.now); /* a path change */
  desk_expect (&d, "state>1");
  g_assert_cmpint (lan_calls_next_deadline (d.calls), ==, LAN_NO_DEADLINE);
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (END), LAN_CALL_END_GONE, 0, 0); /* it was a restart */
  desk_expect (&d, "media- ended:lost record:answered want-");
  desk_say (&d, &d.peer, &d.one, &d.id, SIG (STATE), 0, 0, 1); /* we forgot it as well */
  desk_expect (&d, "end:gone>1");
  desk_clear (&d);
}

/* Who rings ten times a second rings four times, and once more in ten seconds. */
static void
test_rings_limited (void)
{
  Desk d;
  guint heard = 0;

  desk_init (&d, TRUE);
  lan_calls_device_up (d.calls, &d.peer, &d.one, d.now);
  for (guint i = 0; i < 300; i++) {
    g_autofree char *said = NULL;

    d.id.b[0] = (guint8) i;
    d.id.b[1] = (guint8) (i >> 8);
    desk_say (&d, &d.peer, &d.one, &d.id, SIG (RING), 0, 0, 0);
    desk_say (&d, &d.peer, &d.one, &d.id, SIG (END), LAN_CALL_END_CANCELLED, 0, 0);
    said = desk_take (&d);
    heard += strstr (said, "want+") != NULL;
    d.now += S / 10;
  }
  g_assert_cmpuint (heard, ==, LAN_CALL_RINGS_BURST + 2);
  g_assert_cmpuint (lan_calls_get_counters (d.calls)->rings_refused, ==, 300 - heard);
  for (guint i = 0; i < 2 * LAN_CALL_RINGERS_MAX; i++) { /* and the count of people does not grow */
    d.other.b[0] = (guint8) i;
    d.other.b[1] = (guint8) (i >> 8);
    desk_say (&d, &d.other, &d.one, &d.id2, SIG (RING), 0, 0, 0);
    desk_say (&d, &d.other, &d.one, &d.id2, SIG (END), LAN_CALL_END_CANCELLED, 0, 0);
  }
  g_assert_cmpstr (desk_state (&d), ==, "none");
  desk_clear (&d);
}

static void
test_devices_limited (void)
{
  Desk d;

  desk_init (&d, TRUE);
  for (guint i = 0; i < LAN_CALL_DEVICES_MAX + 10; i++) {
    memcpy (d.two.b, &i, sizeof i);
    lan_calls_device_up (d.calls, &d.other, &d.two, d.now);
    lan_calls_device_up (d.calls, &d.other, &d.two, d.now);
  }
  lan_calls_device_up (d.calls, &d.peer, &d.one, d.now);
  lan_calls_drop (d.calls, &d.other, d.now);
  g_assert_cmpint (lan_calls_start (d.calls, &d.other, &d.id, FALSE, d.now), ==, LAN_STATUS_OK);
  desk_expect (&d, "want+ calling"); /* none is left */
  lan_calls_quit (d.calls, d.now);
  desk_expect (&d, "ended:cancelled record:cancelled want-");
  lan_calls_quit (d.calls, d.now);
  g_assert_cmpint (lan_calls_start (d.calls, &d.self, &d.id, FALSE, d.now), ==, LAN_STATUS_STATE);
  desk_clear (&d);
}

static void
test_names (void)
{
  g_assert_cmpstr (lan_calls_state_name ((LanCallState) 99), ==, "");
  g_assert_cmpstr (lan_calls_end_name ((LanCallEnd) 99), ==, "");
  g_assert_cmpstr (lan_calls_end_name (LAN_CALL_END_LOST), ==, "lost");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/calls/out", test_out);
  g_test_add_func ("/calls/in", test_in);
  g_test_add_func ("/calls/several-devices", test_several_devices);
  g_test_add_func ("/calls/busy", test_busy);
  g_test_add_func ("/calls/crossing", test_crossing);
  g_test_add_func ("/calls/states-shown", test_states_shown);
  g_test_add_func ("/calls/death", test_death);
  g_test_add_func ("/calls/rings-limited", test_rings_limited);
  g_test_add_func ("/calls/devices-limited", test_devices_limited);
  g_test_add_func ("/calls/screen", test_screen);
  g_test_add_func ("/calls/names", test_names);
  test_calls_walk_add ();
  return g_test_run ();
}
