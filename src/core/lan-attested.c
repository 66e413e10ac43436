/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-attested.h"

#include "lan-core-private.h"

#include <string.h>

static void
set_attested (LanCore *core, LanCorePerson *person, gboolean attested)
{
  if (person->attested == attested)
    return;
  person->attested = attested;
  if (!person->kept) /* room for strangers is not theirs */
    core->strangers += attested ? (guint) -1 : 1;
}

static gboolean
take_name (LanCore *core, LanCorePerson *person, const char *name)
{
  g_autofree char *before = g_strdup (person->row.name);

  lan_core_set_name (person, name);
  return g_strcmp0 (before, person->row.name) != 0;
}

static gboolean
suspend (LanCore *core, LanCorePerson *person)
{
  if (!lan_trust_step (&person->row.trust, LAN_TRUST_ON_SUSPEND))
    return FALSE;
  person->row.flags |= LAN_PERSON_SUSPENDED;
  while (person->channels->len > 0)
    lan_core_close_channel (core, g_ptr_array_index (person->channels, 0), LAN_FAREWELL_REVOKED,
                            FALSE);
  lan_core_release (core, person);
  lan_core_want (core, person);
  lan_core_show_presence (core, person);
  return TRUE;
}

static gboolean
restore (LanCore *core, LanCorePerson *person)
{
  LanTrust before = person->row.trust;

  if ((person->row.flags & LAN_PERSON_SUSPENDED) != 0) {
    person->row.flags &= ~(guint32) LAN_PERSON_SUSPENDED;
    if (!lan_trust_step (&person->row.trust, LAN_TRUST_ON_RESTORE))
      return FALSE;
    lan_core_want (core, person);
    return TRUE;
  }
  if (!lan_trust_step (&person->row.trust, LAN_TRUST_ON_ATTEST))
    return FALSE;
  if (before == LAN_TRUST_CHANGED)
    lan_core_settle_claim (core, person);
  return before != person->row.trust;
}

/* The old key was compared in person: only a human says that this is the same one. */
static void
put_behind_bar (LanCore *core, LanCorePerson *person, LanCorePerson *old)
{
  LanCoreAction *event;

  if (lan_core_is_accepted (person) || !lan_trust_step (&person->row.trust, LAN_TRUST_ON_CLAIM) ||
      lan_account_id_equal (&person->row.replaces, &old->row.account))
    return;
  person->row.replaces = old->row.account;
  event = lan_core_action_new (LAN_CORE_KEY_CLAIM);
  event->account = person->row.account;
  event->claim.old = old->row.account;
  lan_core_push (core, event);
  if (old->talk != NULL)
    lan_core_hold_if_claimed (core, old->talk);
}

/* Returns TRUE when @person may be trusted in the place of whom it was before. */
static gboolean
succeed (LanCore *core, LanCorePerson *person, const LanAccountId *before)
{
  LanCorePerson *old = lan_core_find_person (core, before);

  if (old == NULL || old == person || !lan_account_id_is_zero (&old->row.merged_into))
    return TRUE;
  if (old->row.trust == LAN_TRUST_VERIFIED && person->row.trust != LAN_TRUST_VERIFIED &&
      !lan_core_is_accepted (person)) {
    put_behind_bar (core, person, old);
    return FALSE;
  }
  if (lan_core_is_accepted (old) || old->talk != NULL)
    lan_core_join (core, old, person);
  return TRUE;
}

void
lan_core_attest (LanCore *core, const LanAttested *attested, const LanTime *now)
{
  LanCorePerson *person;
  gboolean changed;

  core->now = *now;
  if (lan_account_id_equal (&attested->account, &core->self))
    return;
  if (!attested->is_active && lan_core_find_person (core, &attested->account) == NULL)
    return; /* gone before they were ever seen here */
  person = lan_core_add_person (core, &attested->account);
  changed = !person->told;
  set_attested (core, person, attested->is_active);
  changed |= take_name (core, person, attested->name);
  person->told = TRUE;
  if (!attested->is_active) {
    changed |= suspend (core, person);
  } else if (lan_account_id_is_zero (&attested->before) ||
             succeed (core, person, &attested->before)) {
    changed |= restore (core, person);
  }
  if (changed) {
    lan_core_touch_person (core, person);
    lan_core_tell_person (core, LAN_CORE_PERSON, person);
    lan_mail_people_changed (core, person);
  }
  lan_core_settle (core);
}

void
lan_core_unattest (LanCore *core, const LanAccountId *account, const LanTime *now)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  core->now = *now;
  if (person == NULL)
    return;
  set_attested (core, person, FALSE);
  if ((person->row.flags & LAN_PERSON_SUSPENDED) != 0)
    (void) restore (core, person);
  if (lan_trust_step (&person->row.trust, LAN_TRUST_ON_UNATTEST) && lan_core_is_accepted (person) &&
      !lan_trust_step (&person->row.trust, LAN_TRUST_ON_ACCEPT))
    lan_core_touch_person (core, person); /* claimed, as for somebody never accepted */
  if (!person->kept && person->channels->len == 0) {
    lan_core_forget_stranger (core, person);
  } else {
    lan_core_touch_person (core, person);
    lan_core_tell_person (core, LAN_CORE_PERSON, person);
  }
  lan_core_settle (core);
}

gboolean
lan_core_is_attested (LanCore *core, const LanAccountId *account)
{
  const LanCorePerson *person = lan_core_find_person (core, account);

  return person != NULL && person->attested;
}

LanStatus
lan_core_papers (LanCore *core, const LanAccountId *account, GBytes *list, GPtrArray *certs,
                 const LanTime *now)
{
  LanCorePerson *person = lan_core_find_person (core, account);
  LanStatus status = LAN_STATUS_MISMATCH;

  core->now = *now;
  if (person != NULL)
    status = lan_core_take_papers (core, person, list, certs);
  lan_core_settle (core);
  return status;
}

void
lan_core_at_server (LanCore *core, const LanAccountId *account, gboolean here, LanPresence state,
                    const LanTime *now)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  core->now = *now;
  if (person == NULL)
    return;
  person->at_server = here ? state : LAN_PRESENCE_OFFLINE;
  if (here)
    person->row.last_seen_ms = now->wall_ms;
  lan_core_show_presence (core, person);
  lan_core_settle (core);
}
