/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-session-private.h"

#include "lan-deadlines.h"

#include <string.h>

#define ACCEPTED_IDLE_US (600 * G_USEC_PER_SEC)
#define REDIAL_SPREAD_MS 500 /* both sides see a lane break at once */
#define BACKOFF_STEPS    6   /* 1 s << 6 is beyond the maximum */

/* ---- actions ---- */

void
lan_session_signal_set (LanSessionSignal *to, const LanSessionSignal *from)
{
  *to = *from;
  to->text = g_strdup (from->text);
}

void
lan_session_signal_free (LanSessionSignal *signal)
{
  g_free (signal->text);
  g_free (signal);
}

void
lan_session_action_clear (LanSessionAction *action)
{
  g_clear_pointer (&action->addresses, g_ptr_array_unref);
  g_clear_pointer (&action->signal.text, g_free);
}

static void
action_free (LanSessionAction *action)
{
  lan_session_action_clear (action);
  g_free (action);
}

LanSessionAction *
lan_session_act (LanSession *s, LanSessionActionType type)
{
  LanSessionAction *action = g_new0 (LanSessionAction, 1);

  action->type = type;
  g_queue_push_tail (&s->actions, action);
  return action;
}

static void
act_lane (LanSession *s, LanSessionActionType type, guint64 lane)
{
  lan_session_act (s, type)->lane = lane;
}

void
lan_session_act_link (LanSession *s, LanSessionActionType type)
{
  lan_session_act (s, type)->signal.link_id = s->link_id;
}

gboolean
lan_session_next_action (LanSession *s, LanSessionAction *action)
{
  LanSessionAction *next = g_queue_pop_head (&s->actions);

  memset (action, 0, sizeof *action);
  if (next == NULL)
    return FALSE;
  *action = *next;
  g_free (next);
  return TRUE;
}

/* ---- state ---- */

gboolean
lan_session_link_is_made (const LanSession *s)
{
  return s->link == LAN_SESSION_LINK_UP || s->link == LAN_SESSION_LINK_BROKEN;
}

/* Without a lane a link under way, or without a path, has no way to signal. */
static gboolean
wants_lane (const LanSession *s)
{
  return s->demand || (s->keep && s->has_slot) || s->held.length > 0 ||
         s->link == LAN_SESSION_LINK_BROKEN;
}

gboolean
lan_session_wants_link (const LanSession *s)
{
  return s->demand && s->peer_does_links;
}

LanSessionLane
lan_session_lane_state (const LanSession *s)
{
  if (s->lane != 0)
    return LAN_SESSION_LANE_UP;
  if (s->dial != 0)
    return LAN_SESSION_LANE_DIALING;
  return wants_lane (s) && lan_address_book_count (s->addresses) > 0 ? LAN_SESSION_LANE_WAIT
                                                                     : LAN_SESSION_LANE_NONE;
}

LanSessionLink
lan_session_link_state (const LanSession *s)
{
  return s->link == LAN_SESSION_LINK_NONE && lan_session_wants_link (s) ? LAN_SESSION_LINK_WAIT
                                                                        : s->link;
}

LanSessionWay
lan_session_way (const LanSession *s)
{
  if (s->link == LAN_SESSION_LINK_UP)
    return LAN_SESSION_BY_LINK;
  return s->lane != 0 ? LAN_SESSION_BY_LANE : LAN_SESSION_BY_NOTHING;
}

static void
tell_way (LanSession *s)
{
  LanSessionWay way = lan_session_way (s);

  if (way == s->told_way)
    return;
  s->told_way = way;
  lan_session_act (s, LAN_SESSION_PREFER)->prefer = way;
}

gint64
lan_session_back_off_us (LanSession *s, guint failures)
{
  gint64 base = LAN_SESSION_RETRY_MIN_US << MIN (MAX (failures, 1) - 1, BACKOFF_STEPS);

  base = MIN (base, LAN_SESSION_RETRY_MAX_US);
  /* 3/4 to 5/4 of it, so that an office that lost its switch does not come back as one. */
  return base * 3 / 4 + lan_random_below (s->random, (guint32) (base / 2));
}

gboolean
lan_session_is_smaller (const LanSession *s)
{
  return lan_device_id_compare (&s->self, &s->remote) < 0;
}

/* ---- steps: what follows from the state and the time ---- */

static void
dial (LanSession *s)
{
  LanSessionAction *action = lan_session_act (s, LAN_SESSION_DIAL);

  s->dial = ++s->next_dial;
  s->dial_is_ik = s->has_key && !s->try_xx;
  s->try_xx = FALSE;
  action->lane = s->dial;
  action->with_key = s->dial_is_ik;
  if (s->dial_is_ik)
    memcpy (action->key, s->key, sizeof s->key);
  action->addresses = lan_address_book_list (s->addresses);
}

static gint64
lane_idle_us (const LanSession *s)
{
  return s->lane_is_ours ? LAN_SESSION_LANE_IDLE_US : ACCEPTED_IDLE_US;
}

/* Only its dialler closes an idle lane soon: the other side cannot know whether it is wanted. */
static gboolean
lane_is_idle (const LanSession *s)
{
  return s->lane != 0 && !wants_lane (s) && s->link == LAN_SESSION_LINK_NONE;
}

static void
step_lane (LanSession *s, gint64 now_us)
{
  if (lane_is_idle (s) && now_us - MAX (s->used_us, s->lane_up_us) >= lane_idle_us (s)) {
    act_lane (s, LAN_SESSION_CLOSE_LANE, s->lane);
    s->lane = 0;
  }
  if (s->dial == 0 && (s->lane == 0 || s->lane_is_suspect) && wants_lane (s) &&
      lan_address_book_count (s->addresses) > 0 && now_us >= s->retry_us)
    dial (s);
}

void
lan_session_step (LanSession *s, gint64 now_us)
{
  step_lane (s, now_us);
  lan_session_step_link (s, now_us);
  tell_way (s);
}

gint64
lan_session_next_deadline (const LanSession *s)
{
  gint64 due = LAN_NO_DEADLINE;

  if (s->dial == 0 && (s->lane == 0 || s->lane_is_suspect) && wants_lane (s) &&
      lan_address_book_count (s->addresses) > 0)
    due = MIN (due, s->retry_us);
  if (lane_is_idle (s))
    due = MIN (due, MAX (s->used_us, s->lane_up_us) + lane_idle_us (s));
  return MIN (due, lan_session_link_deadline (s));
}

void
lan_session_advance (LanSession *s, gint64 now_us)
{
  lan_session_step (s, now_us);
}

/* ---- life and wishes ---- */

LanSession *
lan_session_new (const LanSessionConfig *config)
{
  LanSession *s = g_new0 (LanSession, 1);

  s->self = config->self;
  s->pool = config->pool;
  s->random = config->random;
  s->addresses = lan_address_book_new (LAN_SESSION_ADDRESSES_MAX);
  s->peer_does_links = TRUE;
  s->moved_us = -LAN_SESSION_MOVE_SPACING_US;
  s->relay_due_us = s->direct_due_us = LAN_NO_DEADLINE;
  g_queue_init (&s->actions);
  g_queue_init (&s->held);
  g_queue_init (&s->passed_over);
  lan_session_set_remote (s, &config->remote, config->remote_key);
  return s;
}

void
lan_session_free (LanSession *s)
{
  if (s == NULL)
    return;
  if (s->has_slot)
    s->pool->kept--;
  g_queue_clear_full (&s->actions, (GDestroyNotify) action_free);
  g_queue_clear_full (&s->held, (GDestroyNotify) lan_session_signal_free);
  g_queue_clear_full (&s->passed_over, (GDestroyNotify) lan_session_signal_free);
  lan_address_book_free (s->addresses);
  g_free (s);
}

void
lan_session_set_keep_lane (LanSession *s, gboolean keep, gint64 now_us)
{
  s->keep = keep;
  if (keep && !s->has_slot && s->pool->kept < LAN_SESSION_IDLE_LANES_MAX) {
    s->has_slot = TRUE;
    s->pool->kept++;
  } else if (!keep && s->has_slot) {
    s->has_slot = FALSE;
    s->pool->kept--;
    s->used_us = MAX (s->used_us, now_us); /* its idle time begins */
  }
  lan_session_step (s, now_us);
}

void
lan_session_set_demand (LanSession *s, gboolean demand, gint64 now_us)
{
  if (demand && !s->demand)
    s->retry_us = s->link_retry_us = 0;
  if (!demand && s->demand)
    s->used_us = MAX (s->used_us, now_us);
  s->demand = demand;
  lan_session_step (s, now_us);
}

void
lan_session_on_traffic (LanSession *s, gint64 now_us)
{
  s->used_us = MAX (s->used_us, now_us);
}

void
lan_session_set_self (LanSession *s, const LanDeviceId *self)
{
  s->self = *self;
}

void
lan_session_set_remote (LanSession *s, const LanDeviceId *remote, const guint8 *key)
{
  s->remote = *remote;
  s->has_key = key != NULL;
  if (key != NULL)
    memcpy (s->key, key, sizeof s->key);
}

void
lan_session_set_post (LanSession *s, gboolean on, gint64 now_us)
{
  if (s->has_post == on)
    return;
  s->has_post = on;
  if (on) {
    s->link_failures = 0;
    s->link_retry_us = MIN (s->link_retry_us, now_us);
    lan_session_send_held (s);
  }
  lan_session_step (s, now_us);
}

void
lan_session_set_remote_hidden (LanSession *s, gboolean hidden)
{
  s->is_hidden = hidden;
}

void
lan_session_add_address (LanSession *s, const char *address, guint16 port, gboolean seen,
                         gint64 now_us)
{
  if (lan_address_book_add (s->addresses, address, port, seen) && s->dial == 0) {
    s->failures = 0;
    s->retry_us = 0;
  }
  lan_session_step (s, now_us);
}

void
lan_session_lose_address (LanSession *s, const char *address, guint16 port)
{
  lan_address_book_lose (s->addresses, address, port);
}

/* ---- the ground moves ---- */

/* What was connected by the old addresses may be dead without a sign. */
static void
distrust (LanSession *s, gint64 now_us)
{
  s->failures = s->link_failures = 0;
  s->retry_us = s->link_retry_us = 0;
  if (s->dial != 0)
    act_lane (s, LAN_SESSION_CLOSE_LANE, s->dial);
  s->dial = 0;
  s->lane_is_suspect = s->lane != 0;
  if (s->link == LAN_SESSION_LINK_OFFERED) { /* with addresses that may be gone */
    lan_session_act_link (s, LAN_SESSION_CLOSE_LINK);
    s->link = LAN_SESSION_LINK_NONE;
  }
}

void
lan_session_on_network_changed (LanSession *s, gint64 now_us)
{
  distrust (s, now_us);
  s->move_due = lan_session_link_is_made (s);
  lan_session_expect_direct (s, now_us);
  /* A link that is to move needs a lane it can trust, wanted or not. */
  if (s->move_due && s->lane != 0 && s->dial == 0 && lan_address_book_count (s->addresses) > 0)
    dial (s);
  lan_session_step (s, now_us);
}

void
lan_session_on_resume (LanSession *s, gint64 now_us)
{
  distrust (s, now_us);
  s->move_due = FALSE;
  lan_session_expect_direct (s, now_us);
  if (lan_session_link_is_made (s)) { /* moves by itself */
    s->moved_us = now_us;
    lan_session_act_link (s, LAN_SESSION_RESUME_LINK);
  }
  lan_session_step (s, now_us);
}

/* ---- lanes ---- */

/* Of a new lane and the one in use: does the new one stay? */
static gboolean
new_lane_stays (const LanSession *s, gboolean new_is_ours, gint64 now_us)
{
  if (s->lane == 0 || s->lane_is_suspect || new_is_ours == s->lane_is_ours)
    return TRUE; /* the same side dials again only when the old one is dead to it */
  if (now_us - s->lane_up_us >= LAN_SESSION_CROSS_US)
    return TRUE; /* not crossed: the other side has lost the old one */
  return new_is_ours == lan_session_is_smaller (s);
}

static void
take_lane (LanSession *s, guint64 handle, gboolean is_ours, gboolean caps_link, gint64 now_us)
{
  if (s->lane != 0)
    act_lane (s, LAN_SESSION_CLOSE_LANE, s->lane);
  s->lane = handle;
  s->lane_is_ours = is_ours;
  s->lane_is_suspect = FALSE;
  s->lane_up_us = now_us;
  s->peer_does_links = caps_link;
  s->try_xx = FALSE;
  if (!is_ours && s->dial != 0 && !lan_session_is_smaller (s)) { /* theirs would win over it */
    act_lane (s, LAN_SESSION_CLOSE_LANE, s->dial);
    s->dial = 0;
  }
  lan_session_send_held (s);
  if (lan_session_link_is_made (s)) /* or has the other side restarted? */
    lan_session_send_plain (s, LAN_SESSION_SIGNAL_CHECK, &s->link_id);
}

void
lan_session_on_lane_up (LanSession *s, guint64 handle, const guint8 *key, gboolean caps_link,
                        gint64 now_us)
{
  gboolean is_dial = (handle & LAN_SESSION_NODES_LANE) == 0;
  gboolean is_ours = is_dial || (handle & LAN_SESSION_NODES_DIAL) != 0;

  if (is_dial && handle != s->dial) { /* given up meanwhile */
    act_lane (s, LAN_SESSION_CLOSE_LANE, handle);
    return;
  }
  if (is_dial)
    s->dial = 0;
  if (s->has_key && memcmp (key, s->key, sizeof s->key) != 0) {
    LanSessionAction *action = lan_session_act (s, LAN_SESSION_KEY_CHANGED);

    action->lane = handle;
    memcpy (action->key, key, sizeof action->key);
    if (is_dial)
      s->retry_us = now_us + lan_session_back_off_us (s, ++s->failures);
  } else {
    if (!s->has_key)
      lan_session_set_remote (s, &s->remote, key);
    if (new_lane_stays (s, is_ours, now_us))
      take_lane (s, handle, is_ours, caps_link, now_us);
    else
      act_lane (s, LAN_SESSION_CLOSE_LANE, handle);
  }
  lan_session_step (s, now_us);
}

static void
on_dial_failed (LanSession *s, LanSessionFail fail, gint64 now_us)
{
  s->dial = 0;
  if (s->lane != 0) {
    s->lane_is_suspect = FALSE; /* nothing better: TCP will tell */
    lan_session_send_held (s);
    return;
  }
  if (s->link == LAN_SESSION_LINK_UP)
    lan_session_send_held (s); /* by the link, then */
  if (fail == LAN_SESSION_FAIL_HANDSHAKE && s->dial_is_ik && !s->is_hidden) {
    s->try_xx = TRUE; /* perhaps another key now: at once */
    s->retry_us = now_us;
    return;
  }
  s->retry_us = now_us + lan_session_back_off_us (s, ++s->failures);
  if (wants_lane (s))
    lan_session_act (s, LAN_SESSION_UNREACHABLE)->attempts = s->failures;
}

void
lan_session_on_lane_down (LanSession *s, guint64 handle, LanSessionFail fail, gint64 now_us)
{
  if (handle != 0 && handle == s->dial) {
    on_dial_failed (s, fail, now_us);
  } else if (handle != 0 && handle == s->lane) {
    s->lane = 0;
    s->lane_is_suspect = FALSE;
    if (now_us - s->lane_up_us >= LAN_SESSION_CROSS_US) {
      s->failures = 0;
      s->retry_us = now_us + 1000 * (gint64) lan_random_below (s->random, REDIAL_SPREAD_MS);
    } else { /* taken and thrown out: they do not want us now */
      s->retry_us = now_us + lan_session_back_off_us (s, ++s->failures);
    }
  }
  lan_session_step (s, now_us);
}

void
lan_session_on_lane_address (LanSession *s, const char *address, guint16 port)
{
  lan_address_book_worked (s->addresses, address, port);
}
