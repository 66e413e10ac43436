/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a person decides about people: accept, block, verify, merge, remove, and small notes.
 */
#include "lan-core-private.h"

#include "lan-text.h"

/* On their channels they learn it at once, and may go on with what was over a stranger's limits. */
static void
greet_accepted (LanCore *core, LanCorePerson *person)
{
  for (guint i = 0; i < person->channels->len; i++) {
    LanCoreChannel *channel = g_ptr_array_index (person->channels, i);

    lan_core_send_contact_accept (core, channel);
    lan_core_send_presence (core, channel);
  }
  if (person->active == NULL)
    return;
  lan_core_for_each_best (core, person, lan_core_send_vector);
  for (guint i = 0; person->talk != NULL && i < person->talk->logs->len; i++) {
    LanCoreLog *log = g_ptr_array_index (person->talk->logs, i);

    if (!log->own)
      lan_core_send_fetch (core, person->active, &person->talk->row.conversation, &log->device,
                           log->head.seq + 1, 0);
  }
}

static void
tell_talk (LanCore *core, LanCoreTalk *talk)
{
  LanCoreAction *event = lan_core_action_new (LAN_CORE_CONVERSATION);

  event->account = talk->peer->row.account;
  event->conversation.id = talk->row.conversation;
  lan_core_push (core, event);
}

void
lan_core_settle_claim (LanCore *core, LanCorePerson *person)
{
  LanCorePerson *old = lan_core_find_person (core, &person->row.replaces);

  person->row.replaces = (LanAccountId){ { 0 } };
  if (old != NULL)
    lan_core_release (core, old);
  if (old != NULL)
    lan_core_want (core, old);
}

void
lan_core_make_accepted (LanCore *core, LanCorePerson *person)
{
  gboolean was = lan_core_is_accepted (person);

  person->row.flags |= LAN_PERSON_ACCEPTED;
  person->row.flags &= ~(guint32) LAN_PERSON_REMOVED;
  if (!lan_trust_step (&person->row.trust, LAN_TRUST_ON_ACCEPT))
    return;
  lan_core_keep_person (core, person);
  lan_core_touch_person (core, person);
  lan_core_settle_claim (core, person);
  if (person->talk != NULL && (person->talk->row.flags & LAN_CONVERSATION_REQUEST) != 0) {
    person->talk->row.flags &= ~(guint32) LAN_CONVERSATION_REQUEST;
    lan_core_touch_talk (core, person->talk);
    tell_talk (core, person->talk);
  }
  lan_core_tell_person (core, LAN_CORE_PERSON, person);
  if (!was)
    greet_accepted (core, person);
}

LanStatus
lan_core_accept (LanCore *core, const LanAccountId *account, const LanTime *now)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  core->now = *now;
  if (person == NULL)
    return LAN_STATUS_MISMATCH;
  if (lan_core_is_blocked (person) || person->row.trust == LAN_TRUST_REVOKED ||
      !lan_account_id_is_zero (&person->row.merged_into))
    return LAN_STATUS_STATE;
  lan_core_make_accepted (core, person);
  /* Accepted again while another key bears the name: this one is meant. */
  lan_core_release (core, person);
  lan_core_want (core, person);
  lan_core_for_each_best (core, person, lan_core_pump);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

static void
close_channels (LanCore *core, LanCorePerson *person)
{
  while (person->channels->len > 0)
    lan_core_close_channel (core, g_ptr_array_index (person->channels, 0), LAN_FAREWELL_NORMAL,
                            TRUE);
}

void
lan_core_set_blocked (LanCore *core, LanCorePerson *person, gboolean on)
{
  if (on == lan_core_is_blocked (person))
    return;
  person->row.flags ^= LAN_PERSON_BLOCKED;
  lan_core_keep_person (core, person);
  lan_core_touch_person (core, person);
  if (on) {
    close_channels (core, person);
    lan_core_settle_claim (core, person);
  }
  lan_core_want (core, person);
  lan_core_show_presence (core, person);
  lan_core_tell_person (core, LAN_CORE_PERSON, person);
}

LanStatus
lan_core_block (LanCore *core, const LanAccountId *account, gboolean on, const LanTime *now)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  core->now = *now;
  if (person == NULL)
    return LAN_STATUS_MISMATCH;
  lan_core_set_blocked (core, person, on);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_verify (LanCore *core, const LanAccountId *account, const LanTime *now)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  core->now = *now;
  if (person == NULL)
    return LAN_STATUS_MISMATCH;
  if (lan_core_is_blocked (person) || person->row.trust == LAN_TRUST_REVOKED)
    return LAN_STATUS_STATE;
  lan_core_make_accepted (core, person);
  if (!lan_trust_step (&person->row.trust, LAN_TRUST_ON_VERIFY))
    return LAN_STATUS_STATE;
  lan_core_touch_person (core, person);
  lan_core_tell_person (core, LAN_CORE_PERSON, person);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

void
lan_core_join (LanCore *core, LanCorePerson *old, LanCorePerson *into)
{
  lan_core_make_accepted (core, into);
  old->row.merged_into = into->row.account;
  lan_core_keep_person (core, old);
  lan_core_touch_person (core, old);
  lan_core_release (core, old);
  lan_core_want (core, old);
  lan_core_tell_person (core, LAN_CORE_PERSON, old);
  lan_core_tell_person (core, LAN_CORE_PERSON, into);
  if (old->talk != NULL) {
    tell_talk (core, old->talk);
    lan_core_get_talk (core, into);
    lan_core_find_repeats (core);
    lan_core_run_repeats (core);
  }
}

LanStatus
lan_core_merge (LanCore *core, const LanAccountId *old_id, const LanAccountId *into_id,
                const LanTime *now)
{
  LanCorePerson *old = lan_core_find_person (core, old_id);
  LanCorePerson *into = lan_core_find_person (core, into_id);

  core->now = *now;
  if (old == NULL || into == NULL)
    return LAN_STATUS_MISMATCH;
  if (old == into || !lan_account_id_is_zero (&old->row.merged_into) ||
      lan_core_resolve (core, into_id) != into || lan_core_is_blocked (into) ||
      into->row.trust == LAN_TRUST_REVOKED)
    return LAN_STATUS_STATE;
  lan_core_join (core, old, into);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_remove (LanCore *core, const LanAccountId *account, const LanTime *now)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  core->now = *now;
  if (person == NULL)
    return LAN_STATUS_MISMATCH;
  person->row.flags &= ~(guint32) (LAN_PERSON_ACCEPTED | LAN_PERSON_FAVOURITE);
  person->row.flags |= LAN_PERSON_REMOVED;
  if (person->talk != NULL)
    person->talk->request_counted = FALSE;
  lan_core_touch_person (core, person);
  lan_core_tell_person (core, LAN_CORE_PERSON, person);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_set_flags (LanCore *core, const LanAccountId *account, guint32 set, guint32 clear)
{
  const guint32 allowed = LAN_PERSON_FAVOURITE | LAN_PERSON_MUTED;
  LanCorePerson *person = lan_core_find_person (core, account);

  if (person == NULL)
    return LAN_STATUS_MISMATCH;
  person->row.flags = (person->row.flags & ~(clear & allowed)) | (set & allowed);
  lan_core_keep_person (core, person);
  lan_core_touch_person (core, person);
  lan_core_tell_person (core, LAN_CORE_PERSON, person);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_set_note (LanCore *core, const LanAccountId *account, const char *note)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  if (person == NULL)
    return LAN_STATUS_MISMATCH;
  g_free (person->row.note);
  person->row.note = note != NULL && *note != '\0' ? lan_text_clean_block (note, -1, 4096) : NULL;
  lan_core_keep_person (core, person);
  lan_core_touch_person (core, person);
  lan_core_tell_person (core, LAN_CORE_PERSON, person);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_set_draft (LanCore *core, const LanConversationId *conversation, const char *draft)
{
  LanCoreTalk *talk = g_hash_table_lookup (core->talks, conversation);

  if (talk == NULL)
    return LAN_STATUS_MISMATCH;
  if (g_strcmp0 (talk->row.draft, draft) == 0)
    return LAN_STATUS_OK;
  g_free (talk->row.draft);
  talk->row.draft = draft != NULL && *draft != '\0' ? g_strndup (draft, LAN_TEXT_MAX_BYTES) : NULL;
  lan_core_touch_talk (core, talk);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_open_conversation (LanCore *core, const LanAccountId *account, LanConversationId *out)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  if (person == NULL)
    return LAN_STATUS_MISMATCH;
  *out = lan_core_get_talk (core, person)->row.conversation;
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

void
lan_core_set_receipts (LanCore *core, gboolean read_receipts, gboolean typing)
{
  if (core->read_receipts == read_receipts && core->typing == typing)
    return;
  core->read_receipts = read_receipts;
  core->typing = typing;
  core->settings_dirty = TRUE;
  lan_core_settle (core);
}

gboolean
lan_core_get_read_receipts (LanCore *core)
{
  return core->read_receipts;
}

gboolean
lan_core_get_typing (LanCore *core)
{
  return core->typing;
}
