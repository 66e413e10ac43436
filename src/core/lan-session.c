/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-session.h"

#include "lan-address-book.h"
#include "lan-deadlines.h"

#include <string.h>

#define ACCEPTED_IDLE_US (600 * G_USEC_PER_SEC)
#define MOVE_SPACING_US  (1 * G_USEC_PER_SEC)
#define REDIAL_SPREAD_MS 500 /* both sides see a lane break at once */
#define BACKOFF_STEPS    6   /* 1 s << 6 is beyond the maximum */

struct _LanSession {
  LanDeviceId self, remote;
  gboolean has_key;
  guint8 key[LAN_SESSION_KEY_BYTES];
  LanSessionPool *pool;
  const LanRandom *random;
  LanAddressBook *addresses;
  GQueue actions; /* of LanSessionAction */

  /* what is wanted */
  gboolean keep, has_slot, demand, is_hidden;
  gint64 used_us; /* last traffic */

  /* lanes: the one in use, and a dial that may replace it */
  guint64 lane; /* 0: none */
  gboolean lane_is_ours, lane_is_suspect;
  gboolean peer_does_links;
  gint64 lane_up_us;
  guint64 dial; /* 0: none */
  gboolean dial_is_ik;
  gboolean try_xx; /* an IK dial failed in its handshake */
  guint64 next_dial;
  guint failures;
  gint64 retry_us; /* no dial before */

  /* the link */
  LanSessionLink link; /* never WAIT: that is NONE and wanted */
  LanLinkId link_id;
  gboolean link_is_ours;
  gint64 link_up_us;
  guint link_failures;
  gint64 link_retry_us; /* no offer before */
  gint64 moved_us;
  gboolean move_due;
  GQueue held; /* of LanSessionSignal: for the lane that is being dialled */
  GQueue
      passed_over; /* of LanSessionSignal: an offer that lost against our link, and what followed */
  gint64 passed_over_us;

  LanSessionWay told_way;
};

/* ---- actions ---- */

static void
signal_set (LanSessionSignal *to, const LanSessionSignal *from)
{
  *to = *from;
  to->text = g_strdup (from->text);
}

static void
signal_free (LanSessionSignal *signal)
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

static LanSessionAction *
act (LanSession *s, LanSessionActionType type)
{
  LanSessionAction *action = g_new0 (LanSessionAction, 1);

  action->type = type;
  g_queue_push_tail (&s->actions, action);
  return action;
}

static void
act_lane (LanSession *s, LanSessionActionType type, guint64 lane)
{
  act (s, type)->lane = lane;
}

static void
act_link (LanSession *s, LanSessionActionType type)
{
  act (s, type)->signal.link_id = s->link_id;
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

static gboolean
link_is_made (const LanSession *s)
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

static gboolean
wants_link (const LanSession *s)
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
  return s->link == LAN_SESSION_LINK_NONE && wants_link (s) ? LAN_SESSION_LINK_WAIT : s->link;
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
  act (s, LAN_SESSION_PREFER)->prefer = way;
}

static gint64
back_off_us (LanSession *s, guint failures)
{
  gint64 base = LAN_SESSION_RETRY_MIN_US << MIN (MAX (failures, 1) - 1, BACKOFF_STEPS);

  base = MIN (base, LAN_SESSION_RETRY_MAX_US);
  /* 3/4 to 5/4 of it, so that an office that lost its switch does not come back as one. */
  return base * 3 / 4 + lan_random_below (s->random, (guint32) (base / 2));
}

static gboolean
is_smaller (const LanSession *s)
{
  return lan_device_id_compare (&s->self, &s->remote) < 0;
}

/* ---- signals ---- */

static void
send_signal (LanSession *s, const LanSessionSignal *signal)
{
  gboolean lane_is_good = s->lane != 0 && !(s->lane_is_suspect && s->dial != 0);
  LanSessionAction *action;

  if (!lane_is_good && s->link != LAN_SESSION_LINK_UP) {
    LanSessionSignal *copy = g_new0 (LanSessionSignal, 1);

    signal_set (copy, signal);
    g_queue_push_tail (&s->held, copy);
    if (s->held.length > LAN_SESSION_HELD_SIGNALS)
      signal_free (g_queue_pop_head (&s->held));
    return;
  }
  action = act (s, LAN_SESSION_SEND_SIGNAL);
  action->lane = lane_is_good ? s->lane : 0;
  signal_set (&action->signal, signal);
}

static void
send_held (LanSession *s)
{
  GQueue held = s->held;
  LanSessionSignal *signal;

  g_queue_init (&s->held);
  g_queue_init (&s->passed_over);
  while ((signal = g_queue_pop_head (&held)) != NULL) {
    /* A close may be about any link; the rest only about the present one. */
    if (signal->type == LAN_SESSION_SIGNAL_CLOSE ||
        (s->link != LAN_SESSION_LINK_NONE && lan_link_id_equal (&signal->link_id, &s->link_id)))
      send_signal (s, signal);
    signal_free (signal);
  }
}

static void
send_plain (LanSession *s, LanSessionSignalType type, const LanLinkId *link_id)
{
  LanSessionSignal signal = { .link_id = *link_id, .type = type };

  send_signal (s, &signal);
}

/* ---- steps: what follows from the state and the time ---- */

static void
dial (LanSession *s)
{
  LanSessionAction *action = act (s, LAN_SESSION_DIAL);

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

static void
step_link (LanSession *s, gint64 now_us)
{
  if (s->link == LAN_SESSION_LINK_UP && !s->demand &&
      now_us - MAX (s->used_us, s->link_up_us) >= LAN_SESSION_LINK_IDLE_US) {
    act_link (s, LAN_SESSION_CLOSE_LINK);
    s->link = LAN_SESSION_LINK_NONE;
    s->used_us = now_us; /* the lane is idle from here on */
  }
  if (s->link == LAN_SESSION_LINK_NONE && wants_link (s) && s->lane != 0 &&
      now_us >= s->link_retry_us) {
    lan_random_bytes (s->random, s->link_id.b, sizeof s->link_id.b);
    s->link = LAN_SESSION_LINK_OFFERED;
    s->link_is_ours = TRUE;
    act_link (s, LAN_SESSION_OFFER_LINK);
  }
  if (s->move_due && link_is_made (s) && now_us >= s->moved_us + MOVE_SPACING_US) {
    s->move_due = FALSE;
    s->moved_us = now_us;
    act_link (s, LAN_SESSION_MOVE_LINK);
  }
}

static void
step (LanSession *s, gint64 now_us)
{
  step_lane (s, now_us);
  step_link (s, now_us);
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
  if (s->link == LAN_SESSION_LINK_UP && !s->demand)
    due = MIN (due, MAX (s->used_us, s->link_up_us) + LAN_SESSION_LINK_IDLE_US);
  if (s->link == LAN_SESSION_LINK_NONE && wants_link (s) && s->lane != 0)
    due = MIN (due, s->link_retry_us);
  if (s->move_due && link_is_made (s))
    due = MIN (due, s->moved_us + MOVE_SPACING_US);
  return due;
}

void
lan_session_advance (LanSession *s, gint64 now_us)
{
  step (s, now_us);
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
  s->moved_us = -MOVE_SPACING_US;
  g_queue_init (&s->actions);
  g_queue_init (&s->held);
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
  g_queue_clear_full (&s->held, (GDestroyNotify) signal_free);
  g_queue_clear_full (&s->passed_over, (GDestroyNotify) signal_free);
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
  step (s, now_us);
}

void
lan_session_set_demand (LanSession *s, gboolean demand, gint64 now_us)
{
  if (demand && !s->demand)
    s->retry_us = s->link_retry_us = 0;
  if (!demand && s->demand)
    s->used_us = MAX (s->used_us, now_us);
  s->demand = demand;
  step (s, now_us);
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
  step (s, now_us);
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
    act_link (s, LAN_SESSION_CLOSE_LINK);
    s->link = LAN_SESSION_LINK_NONE;
  }
}

void
lan_session_on_network_changed (LanSession *s, gint64 now_us)
{
  distrust (s, now_us);
  s->move_due = link_is_made (s);
  /* A link that is to move needs a lane it can trust, wanted or not. */
  if (s->move_due && s->lane != 0 && s->dial == 0 && lan_address_book_count (s->addresses) > 0)
    dial (s);
  step (s, now_us);
}

void
lan_session_on_resume (LanSession *s, gint64 now_us)
{
  distrust (s, now_us);
  s->move_due = FALSE;
  if (link_is_made (s)) { /* moves by itself */
    s->moved_us = now_us;
    act_link (s, LAN_SESSION_RESUME_LINK);
  }
  step (s, now_us);
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
  return new_is_ours == is_smaller (s);
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
  if (!is_ours && s->dial != 0 && !is_smaller (s)) { /* theirs would win over it */
    act_lane (s, LAN_SESSION_CLOSE_LANE, s->dial);
    s->dial = 0;
  }
  send_held (s);
  if (link_is_made (s)) /* or has the other side restarted? */
    send_plain (s, LAN_SESSION_SIGNAL_CHECK, &s->link_id);
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
    LanSessionAction *action = act (s, LAN_SESSION_KEY_CHANGED);

    action->lane = handle;
    memcpy (action->key, key, sizeof action->key);
    if (is_dial)
      s->retry_us = now_us + back_off_us (s, ++s->failures);
  } else {
    if (!s->has_key)
      lan_session_set_remote (s, &s->remote, key);
    if (new_lane_stays (s, is_ours, now_us))
      take_lane (s, handle, is_ours, caps_link, now_us);
    else
      act_lane (s, LAN_SESSION_CLOSE_LANE, handle);
  }
  step (s, now_us);
}

static void
on_dial_failed (LanSession *s, LanSessionFail fail, gint64 now_us)
{
  s->dial = 0;
  if (s->lane != 0) {
    s->lane_is_suspect = FALSE; /* nothing better: TCP will tell */
    send_held (s);
    return;
  }
  if (fail == LAN_SESSION_FAIL_HANDSHAKE && s->dial_is_ik && !s->is_hidden) {
    s->try_xx = TRUE; /* perhaps another key now: at once */
    s->retry_us = now_us;
    return;
  }
  s->retry_us = now_us + back_off_us (s, ++s->failures);
  if (wants_lane (s))
    act (s, LAN_SESSION_UNREACHABLE)->attempts = s->failures;
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
      s->retry_us = now_us + back_off_us (s, ++s->failures);
    }
  }
  step (s, now_us);
}

void
lan_session_on_lane_address (LanSession *s, const char *address, guint16 port)
{
  lan_address_book_worked (s->addresses, address, port);
}

/* ---- links ---- */

static void
answer (LanSession *s, const LanSessionSignal *offer)
{
  if (s->link != LAN_SESSION_LINK_NONE)
    act_link (s, LAN_SESSION_CLOSE_LINK);
  s->link = LAN_SESSION_LINK_ANSWERED;
  s->link_id = offer->link_id;
  s->link_is_ours = FALSE;
  s->move_due = FALSE;
  signal_set (&act (s, LAN_SESSION_ANSWER_LINK)->signal, offer);
}

static void
pass_over (LanSession *s, const LanSessionSignal *signal)
{
  LanSessionSignal *copy = g_new0 (LanSessionSignal, 1);

  signal_set (copy, signal);
  g_queue_push_tail (&s->passed_over, copy);
}

/* What followed an offer that was passed over belongs to it. */
static void
keep_with_offer (LanSession *s, const LanSessionSignal *signal)
{
  const LanSessionSignal *offer = g_queue_peek_head (&s->passed_over);

  if (offer != NULL && signal->type == LAN_SESSION_SIGNAL_CANDIDATE &&
      s->passed_over.length < LAN_SESSION_HELD_SIGNALS &&
      lan_link_id_equal (&offer->link_id, &signal->link_id))
    pass_over (s, signal);
}

/* Our link was dead after all: whoever offered had lost it. */
static void
answer_passed_over (LanSession *s, gint64 now_us)
{
  LanSessionSignal *signal = g_queue_pop_head (&s->passed_over);

  if (signal == NULL)
    return;
  if (now_us - s->passed_over_us < LAN_SESSION_CROSS_US) {
    LanSessionSignal *next;

    answer (s, signal);
    while ((next = g_queue_pop_head (&s->passed_over)) != NULL) {
      signal_set (&act (s, LAN_SESSION_GIVE_SIGNAL)->signal, next);
      signal_free (next);
    }
  }
  signal_free (signal);
  g_queue_clear_full (&s->passed_over, (GDestroyNotify) signal_free);
}

/*
 * An offer of a new link. One per pair of devices: which of two stays? One that crossed ours comes
 * before our link is up, or little later over another lane; after that it is from somebody who was
 * restarted, and who would wait for an answer in vain.
 */
static void
on_offer (LanSession *s, const LanSessionSignal *offer, gint64 now_us)
{
  gboolean is_glare =
      s->link_is_ours &&
      (s->link == LAN_SESSION_LINK_OFFERED ||
       (s->link == LAN_SESSION_LINK_UP && now_us - s->link_up_us < LAN_SESSION_LINK_CROSS_US));

  g_queue_clear_full (&s->passed_over, (GDestroyNotify) signal_free);
  if (is_glare &&
      is_smaller (s)) { /* ours wins, and they know it, unless they have started again */
    if (s->link == LAN_SESSION_LINK_UP) {
      pass_over (s, offer);
      s->passed_over_us = now_us;
    }
    return;
  }
  answer (s, offer); /* also when a link is up: they have lost it */
}

void
lan_session_on_signal (LanSession *s, const LanSessionSignal *signal, gint64 now_us)
{
  gboolean is_known =
      s->link != LAN_SESSION_LINK_NONE && lan_link_id_equal (&signal->link_id, &s->link_id);

  if (signal->text != NULL && strlen (signal->text) > LAN_SESSION_SIGNAL_MAX)
    return;
  if (!is_known) {
    if (signal->type == LAN_SESSION_SIGNAL_OFFER && signal->path == 0)
      on_offer (s, signal, now_us);
    else if (signal->type == LAN_SESSION_SIGNAL_OFFER || signal->type == LAN_SESSION_SIGNAL_CHECK)
      send_plain (s, LAN_SESSION_SIGNAL_CLOSE, &signal->link_id);
    else
      keep_with_offer (s, signal);
  } else if (signal->type != LAN_SESSION_SIGNAL_CHECK) {
    signal_set (&act (s, LAN_SESSION_GIVE_SIGNAL)->signal, signal);
  }
  step (s, now_us);
}

void
lan_session_on_link_signal (LanSession *s, const LanSessionSignal *signal, gint64 now_us)
{
  if (s->link != LAN_SESSION_LINK_NONE && lan_link_id_equal (&signal->link_id, &s->link_id))
    send_signal (s, signal);
  step (s, now_us);
}

static gboolean
is_current (const LanSession *s, const LanLinkId *link_id)
{
  return s->link != LAN_SESSION_LINK_NONE && lan_link_id_equal (link_id, &s->link_id);
}

void
lan_session_on_link_up (LanSession *s, const LanLinkId *link_id, gint64 now_us)
{
  if (!is_current (s, link_id) || link_is_made (s))
    return;
  s->link = LAN_SESSION_LINK_UP;
  s->link_up_us = now_us;
  s->link_failures = 0;
  step (s, now_us);
}

void
lan_session_on_link_path (LanSession *s, const LanLinkId *link_id, gboolean works, gint64 now_us)
{
  if (!is_current (s, link_id) || !link_is_made (s))
    return;
  if (!works && s->link == LAN_SESSION_LINK_UP)
    s->move_due = TRUE;
  s->link = works ? LAN_SESSION_LINK_UP : LAN_SESSION_LINK_BROKEN;
  step (s, now_us);
}

void
lan_session_on_link_down (LanSession *s, const LanLinkId *link_id, LanSessionFail fail,
                          gint64 now_us)
{
  if (!is_current (s, link_id))
    return;
  s->link = LAN_SESSION_LINK_NONE;
  s->move_due = FALSE;
  s->used_us = MAX (s->used_us, now_us); /* the lane is idle from here on */
  s->link_retry_us = now_us;
  if (fail != LAN_SESSION_FAIL_CLOSED)
    s->link_retry_us += back_off_us (s, ++s->link_failures);
  answer_passed_over (s, now_us);
  step (s, now_us);
}
