/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Presence and typing. Both are of the moment: never kept, told only to people accepted here, and
 * dropped rather than queued. Going away is told after a moment's patience, because a channel that
 * is replaced by a better one is not an absence.
 */
#include "lan-attested.h"
#include "lan-core-private.h"

#include "lan-text.h"

#include <string.h>

void
lan_core_send_presence (LanCore *core, LanCoreChannel *channel)
{
  Lanyard__Presence presence = LANYARD__PRESENCE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  presence.state = core->presence == LAN_PRESENCE_OFFLINE ? LANYARD__PRESENCE_STATE__AWAY
                                                          : (Lanyard__PresenceState) core->presence;
  presence.status_text = core->status_text;
  frame.body_case = LANYARD__FRAME__BODY_PRESENCE;
  frame.presence = &presence;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_IDLE);
}

void
lan_core_set_presence (LanCore *core, LanPresence state, const char *text, const LanTime *now)
{
  g_autofree char *clean = lan_text_clean_line (text != NULL ? text : "", -1, LAN_STATUS_MAX_BYTES);

  core->now = *now;
  if (core->presence == state && strcmp (core->status_text, clean) == 0)
    return;
  core->presence = state;
  g_free (core->status_text);
  core->status_text = g_steal_pointer (&clean);
  lan_deadlines_set (core->deadlines, core, LAN_DUE_PRESENCE, now->mono_us + LAN_CORE_PRESENCE_US);
}

void
lan_core_presence_due (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCorePerson *person = value;

    if (lan_core_is_accepted (person))
      lan_core_for_each_best (core, person, lan_core_send_presence);
  }
}

/* Of several devices, that of the one where somebody is most likely to be. */
static LanPresence
of_channels (const LanCorePerson *person)
{
  static const guint8 rank[] = { 0, 3, 1, 2 }; /* offline, available, away, busy */
  LanPresence state = LAN_PRESENCE_OFFLINE;

  for (guint i = 0; i < person->channels->len; i++) {
    const LanCoreChannel *channel = g_ptr_array_index (person->channels, i);

    if (rank[channel->state] > rank[state])
      state = channel->state;
  }
  return state;
}

static LanPresence
effective (const LanCorePerson *person)
{
  LanPresence hint = person->discovered ? person->hint : LAN_PRESENCE_OFFLINE;

  if (lan_core_is_blocked (person) || person->row.trust == LAN_TRUST_REVOKED)
    return LAN_PRESENCE_OFFLINE;
  if (hint == LAN_PRESENCE_OFFLINE)
    hint = person->at_server;
  if (person->channels->len == 0)
    return hint;
  if (of_channels (person) != LAN_PRESENCE_OFFLINE)
    return of_channels (person);
  if (person->state != LAN_PRESENCE_OFFLINE) /* a channel in another's place said nothing yet */
    return person->state;
  return hint != LAN_PRESENCE_OFFLINE ? hint : LAN_PRESENCE_AVAILABLE;
}

void
lan_core_show_presence (LanCore *core, LanCorePerson *person)
{
  LanPresence state = effective (person);

  if (state == LAN_PRESENCE_OFFLINE && person->shown != LAN_PRESENCE_OFFLINE) {
    lan_deadlines_set (core->deadlines, person, LAN_DUE_GONE, core->now.mono_us + LAN_CORE_GONE_US);
    return;
  }
  lan_deadlines_cancel (core->deadlines, person, LAN_DUE_GONE);
  if (state != person->shown) {
    person->shown = state;
    lan_core_tell_person (core, LAN_CORE_PRESENCE, person);
  }
}

/* The patience of lan_core_show_presence() is over. */
void
lan_core_gone (LanCore *core, LanCorePerson *person)
{
  if (effective (person) != LAN_PRESENCE_OFFLINE || person->shown == LAN_PRESENCE_OFFLINE)
    return;
  person->state = LAN_PRESENCE_OFFLINE;
  person->shown = LAN_PRESENCE_OFFLINE;
  lan_core_tell_person (core, LAN_CORE_PRESENCE, person);
}

void
lan_core_discovered (LanCore *core, const LanAccountId *account, gboolean here, LanPresence state,
                     const LanTime *now)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  core->now = *now;
  if (person == NULL)
    return;
  person->discovered = here;
  lan_group_reach_changed (core, person);
  person->hint = here ? state : LAN_PRESENCE_OFFLINE;
  if (here)
    person->row.last_seen_ms = now->wall_ms;
  lan_core_show_presence (core, person);
  lan_core_settle (core);
}

void
lan_core_on_presence (LanCore *core, LanCoreChannel *channel, const Lanyard__Presence *presence)
{
  LanCorePerson *person = channel->person;
  g_autofree char *clean = lan_text_clean_line (presence->status_text, -1, LAN_STATUS_MAX_BYTES);
  gboolean text_changed = strcmp (clean, person->status_text) != 0;
  LanPresence state = (LanPresence) presence->state;

  if ((guint) state > LAN_PRESENCE_BUSY || state == LAN_PRESENCE_OFFLINE)
    state = LAN_PRESENCE_AVAILABLE;
  g_free (person->status_text);
  person->status_text = g_steal_pointer (&clean);
  for (guint i = 0; i < person->channels->len; i++) {
    LanCoreChannel *other = g_ptr_array_index (person->channels, i);

    if (lan_device_id_equal (&other->device, &channel->device))
      other->state = state;
  }
  person->state = of_channels (person);
  if (text_changed && effective (person) == person->shown)
    lan_core_tell_person (core, LAN_CORE_PRESENCE, person);
  else
    lan_core_show_presence (core, person);
}

void
lan_core_status_text (LanCore *core, const LanAccountId *account, const char *text,
                      const LanTime *now)
{
  LanCorePerson *person = lan_core_find_person (core, account);
  g_autofree char *clean = lan_text_clean_line (text, -1, LAN_STATUS_MAX_BYTES);

  core->now = *now;
  if (person == NULL || strcmp (clean, person->status_text) == 0)
    return;
  g_free (person->status_text);
  person->status_text = g_steal_pointer (&clean);
  lan_core_tell_person (core, LAN_CORE_PRESENCE, person);
}

LanPresence
lan_core_get_presence (LanCore *core, const LanAccountId *account, const char **text)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  if (text != NULL)
    *text = person != NULL ? person->status_text : "";
  return person != NULL ? person->shown : LAN_PRESENCE_OFFLINE;
}

static void
tell_typing (LanCore *core, LanCorePerson *person, gboolean on)
{
  LanCoreAction *event;

  if (person->typing == on)
    return;
  person->typing = on;
  event = lan_core_action_new (LAN_CORE_TYPING);
  event->account = person->row.account;
  event->on = on;
  lan_core_push (core, event);
}

void
lan_core_typing_off (LanCore *core, LanCorePerson *person)
{
  lan_deadlines_cancel (core->deadlines, person, LAN_DUE_TYPING_OFF);
  tell_typing (core, person, FALSE);
}

void
lan_core_on_typing (LanCore *core, LanCoreChannel *channel, const Lanyard__Typing *typing)
{
  LanCorePerson *person = channel->person;
  LanConversationId id;

  lan_conversation_id_of_pair (&id, &core->self, &person->row.account);
  if (memcmp (id.b, typing->conversation.data, sizeof id.b) != 0) {
    lan_group_on_typing (core, channel, typing);
    return;
  }
  if (lan_core_is_me (core, person))
    return;
  if (!typing->on) {
    lan_core_typing_off (core, person);
    return;
  }
  lan_deadlines_set (core->deadlines, person, LAN_DUE_TYPING_OFF,
                     core->now.mono_us + LAN_CORE_TYPING_LIFE_US);
  tell_typing (core, person, TRUE);
}

static void
send_typing (LanCore *core, LanCorePerson *person, gboolean on)
{
  Lanyard__Typing typing = LANYARD__TYPING__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanConversationId id;

  person->typing_sent = on;
  person->typing_sent_us = core->now.mono_us;
  lan_conversation_id_of_pair (&id, &core->self, &person->row.account);
  typing.conversation = (ProtobufCBinaryData){ sizeof id.b, id.b };
  typing.on = on;
  frame.body_case = LANYARD__FRAME__BODY_TYPING;
  frame.typing = &typing;
  for (guint i = 0; i < person->channels->len; i++) {
    const LanCoreChannel *channel = g_ptr_array_index (person->channels, i);

    if (channel->best)
      lan_core_send_frame (core, channel, &frame, LAN_SEND_IDLE);
  }
}

void
lan_core_typing_sent_off (LanCore *core, LanCorePerson *person)
{
  lan_deadlines_cancel (core->deadlines, person, LAN_DUE_TYPING_SENT);
  if (person->typing_sent)
    send_typing (core, person, FALSE);
}

void
lan_core_set_typing (LanCore *core, const LanAccountId *to, gboolean on, const LanTime *now)
{
  LanCorePerson *person = lan_core_resolve (core, to);

  core->now = *now;
  if (person == NULL || !core->typing || !lan_core_is_accepted (person))
    return;
  if (!on) {
    lan_core_typing_sent_off (core, person);
    return;
  }
  lan_deadlines_set (core->deadlines, person, LAN_DUE_TYPING_SENT,
                     now->mono_us + LAN_CORE_TYPING_LIFE_US);
  if (!person->typing_sent || now->mono_us - person->typing_sent_us >= LAN_CORE_TYPING_SEND_US)
    send_typing (core, person, TRUE);
}
