/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * People: found by account, kept on disk from the moment something of theirs is to stay, forgotten
 * when they were strangers who left nothing. Also who claims whose name.
 */
#include "lan-core-private.h"

#include "lan-text.h"

#include <string.h>

static void
device_free (LanCoreDevice *device)
{
  lan_device_row_clear (&device->row);
  g_free (device);
}

void
lan_core_free_person (LanCorePerson *person)
{
  lan_person_row_clear (&person->row);
  lan_core_clear_shared (&person->shared);
  g_free (person->skeleton);
  g_free (person->status_text);
  g_ptr_array_unref (person->devices);
  g_ptr_array_unref (person->channels);
  g_free (person);
}

LanCorePerson *
lan_core_find_person (LanCore *core, const LanAccountId *account)
{
  return g_hash_table_lookup (core->persons, account);
}

void
lan_core_forget_stranger (LanCore *core, LanCorePerson *person)
{
  g_return_if_fail (!person->kept && person->channels->len == 0);
  if (person->told)
    lan_core_tell_person (core, LAN_CORE_PERSON_GONE, person);
  lan_deadlines_cancel_all (core->deadlines, person);
  if (person->talk != NULL) {
    lan_deadlines_cancel_all (core->deadlines, person->talk);
    g_hash_table_remove (core->talks, &person->talk->row.conversation);
  }
  core->strangers--;
  g_hash_table_remove (core->persons, &person->row.account);
}

/* Strangers are remembered as long as there is room; whoever was not seen for longest goes. */
static void
make_room (LanCore *core)
{
  LanCorePerson *oldest = NULL;
  GHashTableIter iter;
  gpointer value;

  if (core->strangers < LAN_CORE_MAX_STRANGERS)
    return;
  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCorePerson *person = value;

    if (!person->kept && !person->attested && person->channels->len == 0 &&
        (person->talk == NULL || !person->talk->kept) &&
        (oldest == NULL || person->row.last_seen_ms < oldest->row.last_seen_ms))
      oldest = person;
  }
  if (oldest != NULL)
    lan_core_forget_stranger (core, oldest);
}

LanCorePerson *
lan_core_add_person (LanCore *core, const LanAccountId *account)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  if (person != NULL)
    return person;
  make_room (core);
  person = g_new0 (LanCorePerson, 1);
  person->row.account = *account;
  person->row.name = g_strdup ("");
  person->skeleton = g_strdup ("");
  person->row.first_seen_ms = person->row.last_seen_ms = core->now.wall_ms;
  person->devices = g_ptr_array_new_with_free_func ((GDestroyNotify) device_free);
  person->channels = g_ptr_array_new ();
  person->status_text = g_strdup ("");
  core->strangers++;
  g_hash_table_insert (core->persons, &person->row.account, person);
  return person;
}

void
lan_core_keep_person (LanCore *core, LanCorePerson *person)
{
  if (person->kept)
    return;
  person->kept = TRUE;
  if (!person->attested)
    core->strangers--;
  for (guint i = 0; i < person->devices->len; i++)
    ((LanCoreDevice *) g_ptr_array_index (person->devices, i))->dirty = TRUE;
  lan_core_touch_person (core, person);
}

void
lan_core_set_name (LanCorePerson *person, const char *name)
{
  g_free (person->row.name);
  g_free (person->skeleton);
  person->row.name = lan_text_clean_line (name, -1, LAN_NAME_MAX_BYTES);
  person->skeleton = lan_text_skeleton (person->row.name);
}

gboolean
lan_core_is_accepted (const LanCorePerson *person)
{
  return (person->row.flags & LAN_PERSON_ACCEPTED) != 0;
}

gboolean
lan_core_is_blocked (const LanCorePerson *person)
{
  return (person->row.flags & LAN_PERSON_BLOCKED) != 0;
}

/* Who is written to when @account is: the end of a chain of merges (which has no cycles). */
LanCorePerson *
lan_core_resolve (LanCore *core, const LanAccountId *account)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  for (guint hops = 0; person != NULL && hops < 64; hops++) {
    LanCorePerson *next = NULL;

    if (!lan_account_id_is_zero (&person->row.merged_into))
      next = lan_core_find_person (core, &person->row.merged_into);
    if (next == NULL)
      return person;
    person = next;
  }
  return person;
}

LanCoreDevice *
lan_core_person_device (LanCorePerson *person, const LanDeviceId *device)
{
  for (guint i = 0; i < person->devices->len; i++) {
    LanCoreDevice *known = g_ptr_array_index (person->devices, i);

    if (lan_device_id_equal (&known->row.device, device))
      return known;
  }
  return NULL;
}

LanCoreDevice *
lan_core_add_device (LanCorePerson *person, const LanDeviceId *id)
{
  LanCoreDevice *device;

  if (person->devices->len >= LAN_CORE_MAX_DEVICES)
    return NULL;
  device = g_new0 (LanCoreDevice, 1);
  device->row.device = *id;
  device->row.account = person->row.account;
  device->dirty = TRUE;
  g_ptr_array_add (person->devices, device);
  return device;
}

static void
set_held (LanCore *core, LanCoreTalk *talk, gboolean held)
{
  LanCoreAction *event;

  if (((talk->row.flags & LAN_CONVERSATION_HELD) != 0) == held)
    return;
  talk->row.flags ^= LAN_CONVERSATION_HELD;
  lan_core_touch_talk (core, talk);
  event = lan_core_action_new (LAN_CORE_CONVERSATION);
  event->account = talk->peer->row.account;
  event->conversation.id = talk->row.conversation;
  lan_core_push (core, event);
}

static LanCorePerson *
find_claimant (LanCore *core, const LanCorePerson *person)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCorePerson *other = value;

    if (other->row.trust == LAN_TRUST_CHANGED && !lan_core_is_blocked (other) &&
        lan_account_id_equal (&other->row.replaces, &person->row.account))
      return other;
  }
  return NULL;
}

/* What was written for somebody whose name another key now bears waits until a person decides,
 * or until the key it was written for is here again. */
void
lan_core_hold_if_claimed (LanCore *core, LanCoreTalk *talk)
{
  if (talk->peer->channels->len == 0 && lan_talk_has_waiting (talk) &&
      find_claimant (core, talk->peer) != NULL)
    set_held (core, talk, TRUE);
}

void
lan_core_release (LanCore *core, LanCorePerson *person)
{
  if (person->talk != NULL)
    set_held (core, person->talk, FALSE);
}

/*
 * DESIGN section 1.2: a new key under the name of somebody known is a new person behind a bar; so is
 * one under the name of a colleague. Those the directory vouches for are who they are, whatever
 * their name.
 */
void
lan_core_check_claim (LanCore *core, LanCorePerson *person)
{
  GHashTableIter iter;
  gpointer value;

  if (lan_core_is_accepted (person) || person->skeleton[0] == '\0' ||
      person->row.trust == LAN_TRUST_REVOKED || person->attested)
    return;
  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCorePerson *known = value;
    LanCoreAction *event;

    if (known == person || (!lan_core_is_accepted (known) && !known->attested) ||
        !lan_account_id_is_zero (&known->row.merged_into) ||
        strcmp (known->skeleton, person->skeleton) != 0 ||
        lan_account_id_equal (&person->row.replaces, &known->row.account))
      continue;
    if (!lan_trust_step (&person->row.trust, LAN_TRUST_ON_CLAIM))
      return;
    person->row.replaces = known->row.account;
    lan_core_touch_person (core, person);
    event = lan_core_action_new (LAN_CORE_KEY_CLAIM);
    event->account = person->row.account;
    event->claim.old = known->row.account;
    lan_core_push (core, event);
    if (known->talk != NULL)
      lan_core_hold_if_claimed (core, known->talk);
    return;
  }
}
