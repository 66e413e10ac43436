/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-path-set.h"

#include "lan-deadlines.h"
#include "lan-path-signal.h"
#include "lan-ticker.h"

#define LINGER_US  (2 * G_USEC_PER_SEC) /* an old path stays for what is still on its way */
#define CONNECT_US (10 * G_USEC_PER_SEC)
#define PROVE_US   (200 * 1000)

typedef struct {
  LanPathSet *set;
  guint32 number;
  LanPath *path;
  LanPacer *pacer;
  gboolean is_ours;    /* we offered it */
  gboolean has_spoken; /* our OFFER or ANSWER is out: what follows is CANDIDATE */
  gboolean is_heard;
  gint64 prove_us;  /* when to send the next proof */
  gint64 expire_us; /* given up then, unless it is connected, or lingering */
} Member;

struct _LanPathSet {
  gboolean is_offerer;
  const LanPathConfig *config;
  LanPathSetEvents events;
  gpointer data;
  GPtrArray *members; /* of Member, by number */
  Member *current;
  guint32 highest;        /* number of any path so far */
  guint32 highest_theirs; /* of those the other side offered */
  guint32 made;
};

static void
member_free (Member *member)
{
  lan_path_free (member->path);
  lan_pacer_free (member->pacer);
  g_free (member);
}

LanPathSet *
lan_path_set_new (gboolean is_offerer, const LanPathConfig *config, const LanPathSetEvents *events,
                  gpointer data)
{
  LanPathSet *set = g_new0 (LanPathSet, 1);

  set->is_offerer = is_offerer;
  set->config = config;
  set->events = *events;
  set->data = data;
  set->members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_free);
  return set;
}

void
lan_path_set_free (LanPathSet *set)
{
  if (set == NULL)
    return;
  g_ptr_array_unref (set->members);
  g_free (set);
}

static Member *
find (const LanPathSet *set, guint32 number)
{
  for (guint i = 0; i < set->members->len; i++) {
    Member *member = g_ptr_array_index (set->members, i);

    if (member->number == number)
      return member;
  }
  return NULL;
}

static Member *
find_path (const LanPathSet *set, const LanPath *path)
{
  for (guint i = 0; i < set->members->len; i++) {
    Member *member = g_ptr_array_index (set->members, i);

    if (member->path == path)
      return member;
  }
  return NULL;
}

static Member *
best (const LanPathSet *set, const Member *except)
{
  for (guint i = set->members->len; i-- > 0;) {
    Member *member = g_ptr_array_index (set->members, i);

    if (member != except && lan_path_state (member->path) == LAN_PATH_CONNECTED)
      return member;
  }
  return NULL;
}

static void
use (LanPathSet *set, Member *member)
{
  if (set->current == member)
    return;
  set->current = member;
  set->events.current (set->data);
}

/* Also when it is the one in use. The owner may free the set in current(). */
static void
drop (LanPathSet *set, Member *member)
{
  Member *next = set->current == member ? best (set, member) : set->current;
  gboolean was_current = set->current == member;

  set->current = next;
  g_ptr_array_remove (set->members, member);
  if (was_current)
    set->events.current (set->data);
}

/* ---- events of a path ---- */

static void
on_signal (LanPath *path, const char *text, gpointer data)
{
  Member *member = data;
  LanLinkSignalType type = LAN_LINK_SIGNAL_CANDIDATE;

  if (!member->has_spoken)
    type = member->is_ours ? LAN_LINK_SIGNAL_OFFER : LAN_LINK_SIGNAL_ANSWER;
  member->has_spoken = TRUE;
  member->set->events.signal (member->set->data, type, member->number, text);
}

static void
on_state (LanPath *path, LanPathState state, gpointer data)
{
  Member *member = data;
  LanPathSet *set = member->set;

  if (state == LAN_PATH_FAILED) {
    drop (set, member);
  } else if (state == LAN_PATH_CONNECTED) {
    if (set->current == member) {
      set->events.current (set->data); /* of another type than it seemed */
    } else if (set->current == NULL || member->is_heard) {
      use (set, member);
    } else {
      /* Not used before it has proved itself: the other side may not have it yet. */
      member->prove_us = lan_boottime_us () + PROVE_US;
      set->events.prove (set->data, path);
    }
  }
}

static void
on_datagram (LanPath *path, const guint8 *bytes, gsize len, gpointer data)
{
  Member *member = data;

  member->set->events.datagram (member->set->data, path, bytes, len);
}

static const LanPathEvents path_events = { on_signal, on_state, on_datagram };

static Member *
add (LanPathSet *set, guint32 number, gboolean is_ours, LanPathWay way, GError **error)
{
  Member *member = g_new0 (Member, 1);
  LanPathConfig config = *set->config; /* lent */
  gint64 now_us = lan_boottime_us ();
  guint at = set->members->len;

  member->set = set;
  member->number = number;
  member->is_ours = is_ours;
  config.force_relay |= way == LAN_PATH_WAY_RELAY;
  config.direct_only |= way == LAN_PATH_WAY_DIRECT;
  member->path = lan_path_new (set->is_offerer, &config, &path_events, member, error);
  if (member->path == NULL) {
    g_free (member);
    return NULL;
  }
  member->pacer = lan_pacer_new (now_us);
  member->prove_us = LAN_NO_DEADLINE;
  member->expire_us = now_us + CONNECT_US;
  set->highest = MAX (set->highest, number);
  set->made++;
  if (!is_ours)
    set->highest_theirs = number;
  while (at > 0 && ((Member *) g_ptr_array_index (set->members, at - 1))->number > number)
    at--;
  g_ptr_array_insert (set->members, (int) at, member);
  return member;
}

gboolean
lan_path_set_offer (LanPathSet *set, LanPathWay way, GError **error)
{
  guint32 number = 0;

  if (set->made > 0)
    number = ((set->highest >> 1) + 1) << 1 | (set->is_offerer ? 0 : 1);
  if (set->members->len >= LAN_PATH_SET_MAX) {
    Member *oldest = g_ptr_array_index (set->members, 0);

    if (oldest == set->current)
      oldest = g_ptr_array_index (set->members, 1);
    drop (set, oldest);
  }
  return add (set, number, TRUE, way, error) != NULL;
}

/*
 * A number of theirs: above all they have offered, of their parity, and not so high that ours would
 * run out. It may be below our newest, when both move at once.
 */
static gboolean
may_offer (const LanPathSet *set, guint32 number)
{
  if (set->members->len >= LAN_PATH_SET_MAX)
    return FALSE;
  if (set->made == 0)
    return number == 0 && !set->is_offerer;
  return number > MAX (set->highest_theirs, 1) && number < set->highest + 1024 &&
         number < G_MAXINT32 && (number & 1) == (set->is_offerer ? 1 : 0);
}

/* What the offer asks of the answer. Who has no relay answers with what there is. */
static LanPathWay
way_of_offer (const LanPathSet *set, const char *text)
{
  g_auto (LanPathSignal) signal = { 0 };

  if (lan_path_signal_parse (&signal, text) != LAN_STATUS_OK)
    return LAN_PATH_WAY_ANY;
  if (signal.is_relay_only && set->config->relays != NULL && set->config->relays->len > 0)
    return LAN_PATH_WAY_RELAY;
  return signal.is_direct_only ? LAN_PATH_WAY_DIRECT : LAN_PATH_WAY_ANY;
}

gboolean
lan_path_set_signal (LanPathSet *set, LanLinkSignalType type, guint32 number, const char *text)
{
  Member *member = find (set, number);
  g_autoptr (GError) error = NULL;

  switch (type) {
  case LAN_LINK_SIGNAL_OFFER:
    if (member != NULL || !may_offer (set, number))
      return FALSE;
    member = add (set, number, FALSE, way_of_offer (set, text), &error);
    if (member == NULL) {
      g_info ("an offered path could not be made: %s", error->message);
      return FALSE;
    }
    break;
  case LAN_LINK_SIGNAL_ANSWER:
    if (member == NULL || !member->is_ours)
      return FALSE;
    break;
  case LAN_LINK_SIGNAL_CANDIDATE:
    if (member == NULL)
      return TRUE; /* of a path given up meanwhile */
    break;
  default:
    return FALSE;
  }
  return lan_path_add_remote (member->path, text);
}

void
lan_path_set_heard (LanPathSet *set, LanPath *path)
{
  Member *member = find_path (set, path);
  gint64 linger_us;

  if (member == NULL || member->is_heard)
    return;
  if (lan_path_state (path) != LAN_PATH_CONNECTED)
    return; /* heard again when it is */
  member->is_heard = TRUE;
  member->prove_us = LAN_NO_DEADLINE;
  linger_us = lan_boottime_us () + LINGER_US;
  for (guint i = 0; i < set->members->len; i++) {
    Member *other = g_ptr_array_index (set->members, i);

    if (other->number < member->number)
      other->expire_us = MIN (other->expire_us, linger_us);
  }
  if (set->current == NULL || set->current->number < member->number)
    use (set, member);
}

LanPath *
lan_path_set_current (const LanPathSet *set)
{
  return set->current != NULL ? set->current->path : NULL;
}

LanPacer *
lan_path_set_pacer (const LanPathSet *set, const LanPath *path)
{
  const Member *member = find_path (set, path);

  return member != NULL ? member->pacer : NULL;
}

guint
lan_path_set_count (const LanPathSet *set)
{
  return set->members->len;
}

guint32
lan_path_set_made (const LanPathSet *set)
{
  return set->made;
}

/* A connected path expires only when a higher one has been heard. */
static gint64
expiry (const LanPathSet *set, const Member *member)
{
  if (lan_path_state (member->path) != LAN_PATH_CONNECTED)
    return member->expire_us;
  return set->current != NULL && set->current->is_heard && member->number < set->current->number
             ? member->expire_us
             : LAN_NO_DEADLINE;
}

gint64
lan_path_set_next_deadline (const LanPathSet *set)
{
  gint64 due = LAN_NO_DEADLINE;

  for (guint i = 0; i < set->members->len; i++) {
    const Member *member = g_ptr_array_index (set->members, i);

    due = MIN (due, MIN (member->prove_us, expiry (set, member)));
  }
  return due;
}

void
lan_path_set_advance (LanPathSet *set, gint64 now_us)
{
  for (guint i = 0; i < set->members->len; i++) {
    Member *member = g_ptr_array_index (set->members, i);

    if (now_us >= expiry (set, member)) {
      drop (set, member); /* the owner may have freed the set: the rest waits for the next turn */
      return;
    }
    if (now_us < member->prove_us)
      continue;
    member->prove_us = now_us + PROVE_US;
    set->events.prove (set->data, member->path);
  }
}
