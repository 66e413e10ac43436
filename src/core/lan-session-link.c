/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The half of the session machine that decides on links: which of two offers stays, what is
 * signalled and over what, when a link is moved or given up. No I/O; time is passed in.
 */
#include "lan-session-private.h"

#include "lan-deadlines.h"

#include <string.h>

/* ---- signals ---- */

static void
send_signal (LanSession *s, const LanSessionSignal *signal)
{
  gboolean is_between = s->lane_is_suspect && s->dial != 0; /* the ground moved: a dial will tell */
  gboolean lane_is_good = s->lane != 0 && !is_between;
  LanSessionAction *action;

  /* Not by the link either where it stands on the old ground: what moves it would be lost with it,
   * and be sent again only when its silence is noticed. */
  if (!lane_is_good && !s->has_post && (is_between || s->link != LAN_SESSION_LINK_UP)) {
    LanSessionSignal *copy = g_new0 (LanSessionSignal, 1);

    lan_session_signal_set (copy, signal);
    g_queue_push_tail (&s->held, copy);
    if (s->held.length > LAN_SESSION_HELD_SIGNALS)
      lan_session_signal_free (g_queue_pop_head (&s->held));
    return;
  }
  action = lan_session_act (s, LAN_SESSION_SEND_SIGNAL);
  /* The post before the link: it does not hang on the path that a signal may be about. */
  action->lane = lane_is_good ? s->lane : s->has_post ? LAN_SESSION_BY_POST : 0;
  lan_session_signal_set (&action->signal, signal);
}

void
lan_session_send_held (LanSession *s)
{
  GQueue held = s->held;
  LanSessionSignal *signal;

  g_queue_init (&s->held);
  while ((signal = g_queue_pop_head (&held)) != NULL) {
    /* A close may be about any link; the rest only about the present one. */
    if (signal->type == LAN_SESSION_SIGNAL_CLOSE ||
        (s->link != LAN_SESSION_LINK_NONE && lan_link_id_equal (&signal->link_id, &s->link_id)))
      send_signal (s, signal);
    lan_session_signal_free (signal);
  }
}

void
lan_session_send_plain (LanSession *s, LanSessionSignalType type, const LanLinkId *link_id)
{
  LanSessionSignal signal = { .link_id = *link_id, .type = type };

  send_signal (s, &signal);
}

/* ---- which paths ---- */

static void
add_path (LanSession *s, LanSessionPath path)
{
  LanSessionAction *action = lan_session_act (s, LAN_SESSION_MOVE_LINK);

  action->signal.link_id = s->link_id;
  action->path = path;
}

/* Only the offerer: one of the two is enough. */
static gboolean
may_relay (const LanSession *s)
{
  return s->link == LAN_SESSION_LINK_OFFERED && s->has_relay;
}

static gboolean
looks_for_direct (const LanSession *s)
{
  return s->link == LAN_SESSION_LINK_UP && s->link_is_ours && s->is_relayed;
}

static void
forget_paths (LanSession *s)
{
  s->move_due = FALSE;
  s->is_relayed = FALSE;
  s->relay_due_us = s->direct_due_us = LAN_NO_DEADLINE;
  s->direct_tries = 0;
}

void
lan_session_expect_direct (LanSession *s, gint64 now_us)
{
  s->direct_tries = 0;
  s->direct_due_us = now_us + LAN_SESSION_DIRECT_MIN_US;
}

static void
try_direct (LanSession *s, gint64 now_us)
{
  gint64 wait_us;

  s->direct_tries = MIN (s->direct_tries + 1, 8); /* 2 s << 8 is beyond the maximum */
  wait_us = LAN_SESSION_DIRECT_MIN_US << s->direct_tries;
  s->direct_due_us = now_us + MIN (wait_us, LAN_SESSION_DIRECT_MAX_US);
  add_path (s, LAN_SESSION_PATH_DIRECT);
}

static void
step_paths (LanSession *s, gint64 now_us)
{
  if (may_relay (s) && now_us >= s->relay_due_us) {
    s->relay_due_us = LAN_NO_DEADLINE;
    add_path (s, LAN_SESSION_PATH_RELAY);
  }
  if (s->move_due && lan_session_link_is_made (s) &&
      now_us >= s->moved_us + LAN_SESSION_MOVE_SPACING_US) {
    s->move_due = FALSE;
    s->moved_us = now_us;
    add_path (s, LAN_SESSION_PATH_ANY);
  }
  if (looks_for_direct (s) && now_us >= s->direct_due_us)
    try_direct (s, now_us);
}

void
lan_session_step_link (LanSession *s, gint64 now_us)
{
  if (s->link == LAN_SESSION_LINK_UP && !s->demand &&
      now_us - MAX (s->used_us, s->link_up_us) >= LAN_SESSION_LINK_IDLE_US) {
    lan_session_act_link (s, LAN_SESSION_CLOSE_LINK);
    s->link = LAN_SESSION_LINK_NONE;
    s->used_us = now_us; /* the lane is idle from here on */
  }
  if (s->link == LAN_SESSION_LINK_NONE && lan_session_wants_link (s) &&
      (s->lane != 0 || s->has_post) && now_us >= s->link_retry_us) {
    lan_random_bytes (s->random, s->link_id.b, sizeof s->link_id.b);
    s->link = LAN_SESSION_LINK_OFFERED;
    s->link_is_ours = TRUE;
    forget_paths (s);
    lan_session_act_link (s, LAN_SESSION_OFFER_LINK);
  }
  step_paths (s, now_us);
}

gint64
lan_session_link_deadline (const LanSession *s)
{
  gint64 due = LAN_NO_DEADLINE;

  if (s->link == LAN_SESSION_LINK_UP && !s->demand)
    due = MIN (due, MAX (s->used_us, s->link_up_us) + LAN_SESSION_LINK_IDLE_US);
  if (s->link == LAN_SESSION_LINK_NONE && lan_session_wants_link (s) &&
      (s->lane != 0 || s->has_post))
    due = MIN (due, s->link_retry_us);
  if (s->move_due && lan_session_link_is_made (s))
    due = MIN (due, s->moved_us + LAN_SESSION_MOVE_SPACING_US);
  if (may_relay (s))
    due = MIN (due, s->relay_due_us);
  if (looks_for_direct (s))
    due = MIN (due, s->direct_due_us);
  return due;
}

/* ---- links ---- */

static void
answer (LanSession *s, const LanSessionSignal *offer)
{
  if (s->link != LAN_SESSION_LINK_NONE)
    lan_session_act_link (s, LAN_SESSION_CLOSE_LINK);
  s->link = LAN_SESSION_LINK_ANSWERED;
  s->link_id = offer->link_id;
  s->link_is_ours = FALSE;
  forget_paths (s);
  lan_session_signal_set (&lan_session_act (s, LAN_SESSION_ANSWER_LINK)->signal, offer);
}

static void
pass_over (LanSession *s, const LanSessionSignal *signal)
{
  LanSessionSignal *copy = g_new0 (LanSessionSignal, 1);

  lan_session_signal_set (copy, signal);
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
      lan_session_signal_set (&lan_session_act (s, LAN_SESSION_GIVE_SIGNAL)->signal, next);
      lan_session_signal_free (next);
    }
  }
  lan_session_signal_free (signal);
  g_queue_clear_full (&s->passed_over, (GDestroyNotify) lan_session_signal_free);
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

  g_queue_clear_full (&s->passed_over, (GDestroyNotify) lan_session_signal_free);
  if (is_glare && lan_session_is_smaller (s)) {
    /* Ours wins, and they know it, unless they have started again. */
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
      lan_session_send_plain (s, LAN_SESSION_SIGNAL_CLOSE, &signal->link_id);
    else
      keep_with_offer (s, signal);
  } else if (signal->type != LAN_SESSION_SIGNAL_CHECK) {
    lan_session_signal_set (&lan_session_act (s, LAN_SESSION_GIVE_SIGNAL)->signal, signal);
    if (signal->type == LAN_SESSION_SIGNAL_ANSWER && signal->path == 0 && may_relay (s))
      s->relay_due_us = now_us + LAN_SESSION_RELAY_AFTER_US;
  }
  lan_session_step (s, now_us);
}

void
lan_session_on_link_signal (LanSession *s, const LanSessionSignal *signal, gint64 now_us)
{
  if (s->link != LAN_SESSION_LINK_NONE && lan_link_id_equal (&signal->link_id, &s->link_id))
    send_signal (s, signal);
  lan_session_step (s, now_us);
}

static gboolean
is_current (const LanSession *s, const LanLinkId *link_id)
{
  return s->link != LAN_SESSION_LINK_NONE && lan_link_id_equal (link_id, &s->link_id);
}

void
lan_session_on_link_up (LanSession *s, const LanLinkId *link_id, gint64 now_us)
{
  if (!is_current (s, link_id) || lan_session_link_is_made (s))
    return;
  s->link = LAN_SESSION_LINK_UP;
  s->link_up_us = now_us;
  s->link_failures = 0;
  lan_session_step (s, now_us);
}

void
lan_session_on_link_path (LanSession *s, const LanLinkId *link_id, gboolean works, gint64 now_us)
{
  if (!is_current (s, link_id) || !lan_session_link_is_made (s))
    return;
  if (!works && s->link == LAN_SESSION_LINK_UP)
    s->move_due = TRUE;
  s->link = works ? LAN_SESSION_LINK_UP : LAN_SESSION_LINK_BROKEN;
  lan_session_step (s, now_us);
}

void
lan_session_on_link_relayed (LanSession *s, const LanLinkId *link_id, gboolean is_relayed,
                             gint64 now_us)
{
  if (!is_current (s, link_id) || s->is_relayed == is_relayed)
    return;
  s->is_relayed = is_relayed;
  if (is_relayed)
    lan_session_expect_direct (s, now_us);
  lan_session_step (s, now_us);
}

void
lan_session_on_link_silent (LanSession *s, const LanLinkId *link_id, gint64 now_us)
{
  if (is_current (s, link_id) && lan_session_link_is_made (s))
    s->move_due = TRUE;
  lan_session_step (s, now_us);
}

void
lan_session_set_relay (LanSession *s, gboolean has_relay, gint64 now_us)
{
  s->has_relay = has_relay;
  lan_session_step (s, now_us);
}

void
lan_session_on_link_down (LanSession *s, const LanLinkId *link_id, LanSessionFail fail,
                          gint64 now_us)
{
  if (!is_current (s, link_id))
    return;
  s->link = LAN_SESSION_LINK_NONE;
  forget_paths (s);
  s->used_us = MAX (s->used_us, now_us); /* the lane is idle from here on */
  s->link_retry_us = now_us;
  if (fail != LAN_SESSION_FAIL_CLOSED)
    s->link_retry_us += lan_session_back_off_us (s, ++s->link_failures);
  answer_passed_over (s, now_us);
  lan_session_step (s, now_us);
}
