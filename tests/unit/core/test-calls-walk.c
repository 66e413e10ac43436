/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Every event in every state: the table says what state follows, and that is all that follows. */
#include "test-calls.h"

#define SIG(name) LANYARD__CALL_SIGNAL_TYPE__CALL_##name

enum { NONE, CALLING, ALERTING, RINGING, ANSWERING, ACTIVE_OUT, ACTIVE_IN, N_PLACES };

static const char *const places[N_PLACES] = {
  "none", "calling", "alerting", "ringing", "answering", "active", "active",
};

typedef enum {
  DO_START,
  DO_ANSWER,
  DO_END,
  DO_MUTE,
  DO_FAIL,
  DO_SILENCE,
  DO_DROP,
  DO_QUIT,
  SAY_RING,       /* this call, its device */
  SAY_RING_NEW,   /* another call of the same device */
  SAY_RING_OTHER, /* of somebody else */
  SAY_RINGING,
  SAY_ANSWER,
  SAY_CONFIRM,
  SAY_STATE,
  SAY_JUNK,
  SAY_HANGUP,
  SAY_CANCELLED,
  SAY_DECLINED,
  SAY_BUSY,
  SAY_ELSEWHERE,
  SAY_GONE,
  SAY_NO_ANSWER,
  SAY_END_JUNK,
  FOREIGN_END, /* of another device of the same person */
  WAY_UP,
  WAY_DOWN,
  TIME, /* the next deadline passes */
  N_EVENTS
} Event;

/* Letters: . stays, n none, c calling, a alerting, r ringing, w answering, A active. */
static const struct {
  const char *name;
  const char *next; /* by place */
} table[N_EVENTS] = {
  /*                                  n c a r w A A */
  [DO_START] = { "start", "c......" },
  [DO_ANSWER] = { "answer", "...w..." },
  [DO_END] = { "end", ".nnnnnn" },
  [DO_MUTE] = { "mute", "......." },
  [DO_FAIL] = { "fail", "....nnn" },
  [DO_SILENCE] = { "silence", "....nnn" },
  [DO_DROP] = { "drop", ".nnnnnn" },
  [DO_QUIT] = { "quit", ".nnnnnn" },
  [SAY_RING] = { "ring", "r......" },
  [SAY_RING_NEW] = { "ring-new", "r..rrrr" },
  [SAY_RING_OTHER] = { "ring-other", "r......" },
  [SAY_RINGING] = { "ringing", ".a....." },
  [SAY_ANSWER] = { "answered", ".AA...." },
  [SAY_CONFIRM] = { "confirm", "....A.." },
  [SAY_STATE] = { "state", "....A.." },
  [SAY_JUNK] = { "junk", "......." },
  [SAY_HANGUP] = { "hangup", "...nnnn" },
  [SAY_CANCELLED] = { "cancelled", "...nnnn" },
  [SAY_DECLINED] = { "declined", ".nnnnnn" },
  [SAY_BUSY] = { "busy", ".nnnnnn" },
  [SAY_ELSEWHERE] = { "elsewhere", "...nnnn" },
  [SAY_GONE] = { "gone", "...nnnn" },
  [SAY_NO_ANSWER] = { "no-answer", ".nnnnnn" },
  [SAY_END_JUNK] = { "end-junk", "...nnnn" },
  [FOREIGN_END] = { "foreign-end", "......." },
  [WAY_UP] = { "up", "......." },
  [WAY_DOWN] = { "down", "......." },
  [TIME] = { "time", ".nnnn.." },
};

static void
go_to (Desk *d, int place)
{
  desk_init (d, TRUE);
  lan_calls_device_up (d->calls, &d->peer, &d->one, d->now);
  if (place == CALLING || place == ALERTING || place == ACTIVE_OUT)
    g_assert_cmpint (lan_calls_start (d->calls, &d->peer, &d->id, FALSE, d->now), ==,
                     LAN_STATUS_OK);
  if (place == ALERTING)
    desk_say (d, &d->peer, &d->one, &d->id, SIG (RINGING), 0, 0, 0);
  if (place == ACTIVE_OUT)
    desk_say (d, &d->peer, &d->one, &d->id, SIG (ANSWER), 0, 0, 0);
  if (place == RINGING || place == ANSWERING || place == ACTIVE_IN)
    desk_say (d, &d->peer, &d->one, &d->id, SIG (RING), 0, 0, 0);
  if (place == ANSWERING || place == ACTIVE_IN)
    g_assert_cmpint (lan_calls_answer (d->calls, &d->id, FALSE, d->now), ==, LAN_STATUS_OK);
  if (place == ACTIVE_IN)
    desk_say (d, &d->peer, &d->one, &d->id, SIG (CONFIRM), 0, 0, 0);
  g_assert_cmpstr (desk_state (d), ==, places[place]);
}

static void
command (Desk *d, Event event)
{
  LanStatus status = LAN_STATUS_OK;

  switch ((guint) event) {
  case DO_START:
    status = lan_calls_start (d->calls, &d->peer, &d->id, FALSE, d->now);
    break;
  case DO_ANSWER:
    status = lan_calls_answer (d->calls, &d->id, TRUE, d->now);
    break;
  case DO_END:
    status = lan_calls_end (d->calls, &d->id, d->now);
    break;
  case DO_MUTE:
    status = lan_calls_set (d->calls, &d->id, LAN_CALL_MUTED, TRUE, d->now);
    break;
  case DO_FAIL:
    lan_calls_failed (d->calls, d->now);
    break;
  case DO_SILENCE:
    lan_calls_silent (d->calls, d->now);
    break;
  case DO_DROP:
    lan_calls_drop (d->calls, &d->peer, d->now);
    break;
  default:
    lan_calls_quit (d->calls, d->now);
    break;
  }
  g_assert_true (status == LAN_STATUS_OK || status == LAN_STATUS_STATE);
}

static void
make (Desk *d, Event event)
{
  static const int ends[] = { LAN_CALL_END_HANGUP,    LAN_CALL_END_CANCELLED,
                              LAN_CALL_END_DECLINED,  LAN_CALL_END_BUSY,
                              LAN_CALL_END_ELSEWHERE, LAN_CALL_END_GONE,
                              LAN_CALL_END_NO_ANSWER, 77 };
  static const int types[] = { SIG (RINGING), SIG (ANSWER), SIG (CONFIRM), SIG (STATE), 99 };

  if (event <= DO_QUIT)
    command (d, event);
  else if (event == SAY_RING || event == SAY_RING_NEW)
    desk_say (d, &d->peer, &d->one, event == SAY_RING ? &d->id : &d->id2, SIG (RING), 0, 0, 0);
  else if (event == SAY_RING_OTHER)
    desk_say (d, &d->other, &d->one, &d->id2, SIG (RING), 0, 0, 0);
  else if (event <= SAY_JUNK)
    desk_say (d, &d->peer, &d->one, &d->id, types[event - SAY_RINGING], 0, 0, 1);
  else if (event <= SAY_END_JUNK)
    desk_say (d, &d->peer, &d->one, &d->id, SIG (END), ends[event - SAY_HANGUP], 0, 0);
  else if (event == FOREIGN_END)
    desk_say (d, &d->peer, &d->two, &d->id, SIG (END), LAN_CALL_END_DECLINED, 0, 0);
  else if (event == WAY_UP)
    lan_calls_device_up (d->calls, &d->peer, &d->one, d->now);
  else if (event == WAY_DOWN)
    lan_calls_device_down (d->calls, &d->peer, &d->one, d->now);
  else if (lan_calls_next_deadline (d->calls) != LAN_NO_DEADLINE)
    lan_calls_advance (d->calls, lan_calls_next_deadline (d->calls));
}

static const char *
name_of (char letter, int place)
{
  switch (letter) {
  case 'n':
    return "none";
  case 'c':
    return "calling";
  case 'a':
    return "alerting";
  case 'r':
    return "ringing";
  case 'w':
    return "answering";
  case 'A':
    return "active";
  default:
    return places[place];
  }
}

static guint
count (const char *words, const char *word)
{
  guint n = 0;

  for (const char *p = words; (p = strstr (p, word)) != NULL; p++)
    n++;
  return n;
}

static void
test_walk (void)
{
  for (int place = 0; place < N_PLACES; place++) {
    for (guint event = 0; event < N_EVENTS; event++) {
      g_autoptr (GString) all = g_string_new (NULL);
      g_autofree char *before = NULL, *after = NULL;
      const char *next;
      Desk d;

      go_to (&d, place);
      before = desk_take (&d);
      make (&d, (Event) event);
      next = name_of (table[event].next[place], place);
      g_test_message ("%s in %s: %s", table[event].name, places[place], desk_state (&d));
      g_assert_cmpstr (desk_state (&d), ==, next);
      lan_calls_quit (d.calls, d.now);
      after = desk_take (&d);
      /* Sound that begins ends, and so does what was wanted. */
      g_string_printf (all, "%s %s", before, after);
      g_assert_cmpuint (count (all->str, "media+"), ==, count (all->str, "media-"));
      g_assert_cmpuint (count (all->str, "want+"), ==, count (all->str, "want-"));
      g_assert_cmpint (lan_calls_next_deadline (d.calls), ==, LAN_NO_DEADLINE);
      desk_clear (&d);
    }
  }
}

void
test_calls_walk_add (void)
{
  g_test_add_func ("/calls/walk", test_walk);
}
