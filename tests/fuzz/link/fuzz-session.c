/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The session machine under any order of events. Input: first byte = who is smaller, whether the key
 * is known; then two bytes an event: which, and a small argument.
 */
#include "lan-session.h"

#include "lan-deadlines.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define FOREIGN (G_GUINT64_CONSTANT (1) << 63)

typedef struct {
  LanSession *session;
  gint64 now;
  guint64 dial, lane;
  LanLinkId link;
} State;

static void
drain (State *s)
{
  LanSessionAction action;

  for (guint i = 0; lan_session_next_action (s->session, &action); i++) {
    g_assert_cmpuint (i, <, 1000);
    if (action.type == LAN_SESSION_DIAL)
      s->dial = action.lane;
    if (action.type == LAN_SESSION_OFFER_LINK || action.type == LAN_SESSION_ANSWER_LINK)
      s->link = action.signal.link_id;
    lan_session_action_clear (&action);
  }
}

static void
on_lane_event (State *s, guint which, guint8 arg)
{
  static const guint8 keys[2][32] = { { 1 }, { 2 } };

  if (which == 0) {
    s->lane = (arg & 1) != 0 ? FOREIGN | arg : s->dial;
    lan_session_on_lane_up (s->session, s->lane, keys[(arg & 2) != 0], (arg & 4) == 0, s->now);
  } else if (which == 1) {
    lan_session_on_lane_down (s->session, (arg & 4) != 0 ? s->dial : s->lane, arg & 3, s->now);
  } else {
    lan_session_on_lane_address (s->session, "10.0.0.9", arg);
  }
}

static void
on_link_event (State *s, guint which, guint8 arg)
{
  LanSessionSignal signal = { .link_id = s->link,
                              .type = (LanSessionSignalType) (arg & 7),
                              .path = arg >> 4,
                              .text = (char *) "e" };

  if ((arg & 8) != 0)
    signal.link_id.b[0] ^= arg;
  switch (which) {
  case 0:
    lan_session_on_signal (s->session, &signal, s->now);
    break;
  case 1:
    lan_session_on_link_signal (s->session, &signal, s->now);
    break;
  case 2:
    lan_session_on_link_up (s->session, &signal.link_id, s->now);
    break;
  case 3:
    lan_session_on_link_path (s->session, &signal.link_id, arg & 1, s->now);
    break;
  default:
    lan_session_on_link_down (s->session, &signal.link_id, arg & 3, s->now);
    break;
  }
}

static void
on_wish (State *s, guint which, guint8 arg)
{
  g_autofree char *address = g_strdup_printf ("10.0.0.%u", arg);

  switch (which) {
  case 0:
    lan_session_set_keep_lane (s->session, arg & 1, s->now);
    break;
  case 1:
    lan_session_set_demand (s->session, arg & 1, s->now);
    break;
  case 2:
    lan_session_set_remote_hidden (s->session, arg & 1);
    break;
  case 3:
    lan_session_add_address (s->session, address, 1, arg & 1, s->now);
    break;
  case 4:
    lan_session_lose_address (s->session, address, 1);
    break;
  case 5:
    lan_session_on_network_changed (s->session, s->now);
    break;
  default:
    lan_session_on_resume (s->session, s->now);
    break;
  }
}

static void
on_way (State *s, guint which, gboolean on)
{
  switch (which) {
  case 0:
    lan_session_set_post (s->session, on, s->now);
    break;
  case 1:
    lan_session_set_relay (s->session, on, s->now);
    break;
  case 2:
    lan_session_on_link_relayed (s->session, &s->link, on, s->now);
    break;
  default:
    lan_session_on_link_silent (s->session, &s->link, s->now);
    break;
  }
}

static void
step (State *s, guint8 which, guint8 arg)
{
  switch (which % 5) {
  case 0:
    on_wish (s, which / 5 % 7, arg);
    break;
  case 1:
    on_lane_event (s, which / 5 % 3, arg);
    break;
  case 2:
    on_link_event (s, which / 5 % 5, arg);
    break;
  case 3:
    if (which / 5 % 2 == 0)
      lan_session_on_traffic (s->session, s->now);
    else
      on_way (s, arg >> 1 & 3, arg & 1);
    break;
  default:
    s->now += (gint64) arg * G_USEC_PER_SEC;
    lan_session_advance (s->session, s->now);
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanSessionPool pool = { 0 };
  LanSeededRandom random;
  static const guint8 key[32] = { 1 };
  LanSessionConfig config = { .self = { { 5 } }, .pool = &pool, .random = &random.base };
  State s = { .now = G_USEC_PER_SEC };

  if (size == 0)
    return 0;
  lan_seeded_random_init (&random, 1);
  config.remote.b[0] = (data[0] & 1) != 0 ? 9 : 2;
  config.remote_key = (data[0] & 2) != 0 ? key : NULL;
  s.session = lan_session_new (&config);
  for (gsize at = 1; at + 1 < size; at += 2) {
    step (&s, data[at], data[at + 1]);
    drain (&s);
  }
  /* It comes to rest: nothing is due at once for ever. */
  for (guint i = 0; i < 8; i++) {
    lan_session_advance (s.session, s.now);
    drain (&s);
  }
  g_assert_cmpint (lan_session_next_deadline (s.session), >, s.now);
  lan_session_free (s.session);
  g_assert_cmpuint (pool.kept, ==, 0);
  return 0;
}
