/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Taking mail: an envelope is opened, its sender looked up, and its records go the way of all
 * records. It is done with, and acknowledged, when each of them is on disk or will never be taken;
 * until then it is looked at again after each commit. Mail that cannot be read is acknowledged too:
 * the sender has it still, and the next meeting brings it.
 */
#include "lan-carry-private.h"

#include <string.h>

static void
ack (LanCore *core, guint64 id)
{
  LanCoreAction *action = lan_core_action_new (LAN_CORE_MAIL_ACK);

  action->mail.id = id;
  lan_core_push (core, action);
}

/* ---- envelopes seen before: a server that shows one again costs nothing ---- */

static void
remember (LanMailer *mail, const guint8 *tag)
{
  LanMessageId *copy;

  if (g_hash_table_contains (mail->seen_set, tag))
    return;
  if (mail->seen.length >= LAN_MAIL_SEEN_MAX) {
    LanMessageId *oldest = g_queue_pop_head (&mail->seen);

    g_hash_table_remove (mail->seen_set, oldest);
    g_free (oldest);
  }
  copy = g_memdup2 (tag, sizeof *copy);
  g_queue_push_tail (&mail->seen, copy);
  g_hash_table_add (mail->seen_set, copy);
}

/* ---- who it is from ---- */

static LanCorePerson *
find_sender (LanCore *core, const LanMailIncoming *incoming, LanCoreDevice **device)
{
  LanAccountId account;
  LanDeviceId id;
  LanCorePerson *person;

  if (!lan_core_find_dh (core, incoming->sender_dh, &account, &id))
    return NULL;
  person = lan_core_find_person (core, &account);
  *device = person != NULL ? lan_core_person_device (person, &id) : NULL;
  return *device != NULL ? person : NULL;
}

static guint32
known_list_seq (const LanCorePerson *person)
{
  LanDeviceList list;

  if (person->row.list == NULL ||
      lan_device_list_decode (&list, g_bytes_get_data (person->row.list, NULL),
                              g_bytes_get_size (person->row.list)) != LAN_STATUS_OK)
    return 0;
  return list.seq;
}

static gboolean
view_of (GBytes *record, LanRecordView *view)
{
  return lan_record_decode (g_bytes_get_data (record, NULL), g_bytes_get_size (record), view) ==
         LAN_STATUS_OK;
}

/* The conversation names both accounts, or is a group: of the people known here, whose can it be? */
static LanCorePerson *
guess_sender (LanCore *core, const LanMailIncoming *incoming)
{
  GBytes *record = NULL;
  GHashTableIter iter;
  LanRecordView view;
  LanAccountId account;
  gpointer value;

  /* Some may be done with already. */
  for (guint i = 0; i < incoming->records->len && record == NULL; i++)
    record = g_ptr_array_index (incoming->records, i);
  if (record == NULL || !view_of (record, &view))
    return NULL;
  if (lan_group_find_author (core, &view.conversation, &view.device, &account))
    return lan_core_find_person (core, &account);
  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCorePerson *person = value;
    LanConversationId id;

    lan_conversation_id_of_pair (&id, &core->self, &person->row.account);
    if (lan_conversation_id_equal (&id, &view.conversation))
      return person;
  }
  return NULL;
}

static void
want_papers (LanCore *core, LanMailIncoming *incoming, const LanCorePerson *person)
{
  if (person == NULL || incoming->asked_papers)
    return;
  incoming->asked_papers = TRUE;
  lan_core_tell_person (core, LAN_CORE_WANT_PAPERS, person);
}

/* ---- records ---- */

typedef enum {
  MORE,    /* some are not on disk yet */
  DONE,    /* nothing is left to wait for */
  UNKNOWN, /* from nobody known */
} Progress;

static void
drop_record (LanMailIncoming *incoming, guint i)
{
  g_clear_pointer ((GBytes **) &incoming->records->pdata[i], g_bytes_unref);
}

static gboolean
is_of_two (LanCore *core, const LanCoreChannel *via, const LanRecordView *view)
{
  LanConversationId id;

  lan_conversation_id_of_pair (&id, &core->self, &via->person->row.account);
  return lan_conversation_id_equal (&id, &view->conversation);
}

/* Record @i is of a group. TRUE when it needs nothing more. */
static gboolean
feed_letter (LanCore *core, LanCoreChannel *via, LanMailIncoming *incoming, guint i,
             const LanRecordView *view)
{
  switch (lan_group_take_letter (core, via, view, g_ptr_array_index (incoming->records, i))) {
  case LAN_LETTER_LATER:
    return FALSE;
  case LAN_LETTER_REFUSED:
    core->mail->counters.refused++;
    incoming->dropped = TRUE;
    break;
  case LAN_LETTER_KEPT:
  default:
    break;
  }
  drop_record (incoming, i);
  return TRUE;
}

/* TRUE when record @i needs nothing more. */
static gboolean
feed_record (LanCore *core, LanCoreChannel *via, LanMailIncoming *incoming, guint i)
{
  GBytes *record = g_ptr_array_index (incoming->records, i);
  LanCoreLog *log;
  LanRecordView view;

  if (record == NULL)
    return TRUE;
  if (!view_of (record, &view)) {
    core->counters.records_refused++;
    incoming->dropped = TRUE;
    drop_record (incoming, i);
    return TRUE;
  }
  if (!is_of_two (core, via, &view))
    return feed_letter (core, via, incoming, i, &view);
  if (!lan_core_is_accepted (via->person) && !lan_core_count_known (core, via->person->talk))
    return FALSE; /* how much this stranger left before is being read */
  log = via->person->talk != NULL ? lan_talk_find_log (via->person->talk, &view.device) : NULL;
  if ((log == NULL || view.seq > log->head.seq) && !lan_core_take_mailed (core, via, record)) {
    incoming->dropped = TRUE;
    drop_record (incoming, i);
    return TRUE;
  }
  log = via->person->talk != NULL ? lan_talk_find_log (via->person->talk, &view.device) : NULL;
  if (log == NULL || view.seq > log->committed.seq) {
    incoming->fresh = TRUE;
    return FALSE;
  }
  drop_record (incoming, i);
  return TRUE;
}

static Progress
feed (LanCore *core, LanMailIncoming *incoming)
{
  LanCoreDevice *device = NULL;
  LanCorePerson *person = find_sender (core, incoming, &device);
  LanCoreChannel via = { .by_mail = TRUE, .clock_told = TRUE };
  gboolean done = TRUE;

  if (person == NULL) {
    want_papers (core, incoming, guess_sender (core, incoming));
    return UNKNOWN;
  }
  if (incoming->list_seq > known_list_seq (person))
    want_papers (core, incoming, person);
  /* One's own devices have other ways, and mail in their name is most likely not theirs. */
  if (lan_core_is_me (core, person) || device->row.state != 0 ||
      person->row.trust == LAN_TRUST_REVOKED || lan_core_is_blocked (person) ||
      (incoming->carried && !lan_account_id_equal (&incoming->author, &person->row.account))) {
    core->mail->counters.refused++;
    incoming->dropped = TRUE;
    return DONE;
  }
  via.person = person;
  via.device = device->row.device;
  for (guint i = 0; i < incoming->records->len; i++)
    done &= feed_record (core, &via, incoming, i);
  lan_core_drain_mailed (core, &via);
  return done ? DONE : MORE;
}

/* Acknowledged at once, or with the commit that takes the one-time key away. */
static void
finish (LanCore *core, LanMailIncoming *incoming)
{
  LanCoreAction *event;

  remember (core->mail, incoming->tag);
  if (incoming->carried) {
    const LanMailIncoming done = *incoming;

    g_ptr_array_remove (core->mail->incoming, incoming);
    lan_bundle_letter_done (core, &done.letter, done.dropped, done.fresh);
    if (!done.dropped)
      lan_carry_taken (core, &done.letter, &done.author, &done.carrier);
    return;
  }
  if (incoming->one_time_id == 0) {
    ack (core, incoming->id);
    g_ptr_array_remove (core->mail->incoming, incoming);
    return;
  }
  incoming->closing = TRUE;
  lan_mail_keys_use (core, incoming->one_time_id);
  event = lan_core_action_new (LAN_CORE_MAIL_ACK);
  event->mail.id = incoming->id;
  g_ptr_array_add (lan_core_batch (core)->events, event);
}

/* Returns TRUE when it was finished. */
static gboolean
look_at (LanCore *core, LanMailIncoming *incoming)
{
  Progress progress = feed (core, incoming);

  if (progress != DONE && core->now.mono_us - incoming->since_us < LAN_MAIL_INCOMING_US)
    return FALSE;
  if (progress == UNKNOWN)
    core->mail->counters.refused++;
  incoming->dropped |= progress != DONE;
  finish (core, incoming);
  return TRUE;
}

void
lan_mail_look (LanCore *core)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  GPtrArray *incoming = core->mail->incoming;

  for (guint i = 0; i < incoming->len; i++)
    if (!((LanMailIncoming *) g_ptr_array_index (incoming, i))->closing)
      g_ptr_array_add (open, g_ptr_array_index (incoming, i));
  for (guint i = 0; i < open->len; i++)
    (void) look_at (core, g_ptr_array_index (open, i));
  if (incoming->len > 0)
    lan_deadlines_set (core->deadlines, core->mail, LAN_DUE_MAIL_LOOK,
                       core->now.mono_us + LAN_MAIL_LOOK_US);
}

void
lan_mail_people_changed (LanCore *core, LanCorePerson *person)
{
  if (core->mail->incoming->len > 0)
    lan_mail_look (core);
  if (person->talk != NULL && lan_talk_has_waiting (person->talk))
    lan_mail_arm (core, person->talk);
  lan_group_arm_letters_to (core, person);
}

/* ---- the door ---- */

static LanMailIncoming *
open_envelope (LanCore *core, GBytes *envelope)
{
  const LanPrekeyRing *ring = core->mail->ring;
  const guint8 *signed_secret, *one_time_secret = NULL;
  g_auto (LanEnvelopeBody) body = { 0 };
  LanMailIncoming *incoming;
  LanEnvelopeHead head;
  gsize len;
  const guint8 *data = g_bytes_get_data (envelope, &len);

  if (lan_envelope_peek (&head, data, len) != LAN_STATUS_OK)
    return NULL;
  signed_secret = lan_prekey_ring_find (ring, LAN_RING_SIGNED, head.signed_id);
  if (head.one_time_id != 0)
    one_time_secret = lan_prekey_ring_find (ring, LAN_RING_ONE_TIME, head.one_time_id);
  if (signed_secret == NULL || (head.one_time_id != 0 && one_time_secret == NULL) ||
      lan_envelope_open (data, len, core->device, signed_secret, one_time_secret, &body) !=
          LAN_STATUS_OK)
    return NULL;
  incoming = g_new0 (LanMailIncoming, 1);
  memcpy (incoming->sender_dh, body.sender_dh, sizeof incoming->sender_dh);
  incoming->list_seq = body.sender_list_seq;
  incoming->one_time_id = head.one_time_id;
  incoming->records = g_steal_pointer (&body.records);
  return incoming;
}

/* What the envelope is known again by: a part of its ephemeral key. */
static gboolean
tag_of (GBytes *envelope, guint8 tag[16])
{
  gsize len;
  const guint8 *data = g_bytes_get_data (envelope, &len);

  if (len < LAN_ENVELOPE_OVERHEAD || len > LAN_ENVELOPE_BYTES_MAX)
    return FALSE;
  lan_hash_n (tag, 16, data, LAN_ENVELOPE_OVERHEAD);
  return TRUE;
}

static gboolean
is_here (const LanMailer *mail, guint64 id)
{
  for (guint i = 0; i < mail->incoming->len; i++)
    if (((LanMailIncoming *) g_ptr_array_index (mail->incoming, i))->id == id)
      return TRUE;
  return FALSE;
}

/* The oldest gives way: it has waited for something that does not come. */
static void
make_room (LanCore *core)
{
  GPtrArray *incoming = core->mail->incoming;

  for (guint i = 0; i < incoming->len && incoming->len >= LAN_MAIL_INCOMING_MAX; i++) {
    LanMailIncoming *oldest = g_ptr_array_index (incoming, i);

    if (oldest->closing)
      continue;
    oldest->dropped = TRUE;
    finish (core, oldest);
    return;
  }
}

void
lan_core_mail (LanCore *core, guint64 id, GBytes *envelope, const LanTime *now)
{
  LanMailer *mail = core->mail;
  LanMailIncoming *incoming;
  guint8 tag[16];

  core->now = *now;
  if (is_here (mail, id) || !core->started)
    return;
  mail->counters.received++;
  if (!tag_of (envelope, tag) || g_hash_table_contains (mail->seen_set, tag)) {
    ack (core, id);
    return;
  }
  incoming = open_envelope (core, envelope);
  if (incoming == NULL) {
    mail->counters.unreadable++;
    remember (mail, tag);
    ack (core, id);
    return;
  }
  incoming->id = id;
  memcpy (incoming->tag, tag, sizeof tag);
  incoming->since_us = now->mono_us;
  make_room (core);
  g_ptr_array_add (mail->incoming, incoming);
  if (!look_at (core, incoming))
    lan_deadlines_set (core->deadlines, mail, LAN_DUE_MAIL_LOOK, now->mono_us + LAN_MAIL_LOOK_US);
  lan_core_settle (core);
}

/* ---- carried by a colleague ---- */

/* It does not say which of the signed prekeys it is for: that would say for whom. */
static gboolean
try_keys (LanCore *core, GBytes *envelope, LanEnvelopeBody *body)
{
  const LanPrekeyRing *ring = core->mail->ring;
  gsize len;
  const guint8 *data = g_bytes_get_data (envelope, &len);

  for (guint i = 0; i < lan_prekey_ring_count (ring); i++) {
    LanRingEntry entry;

    lan_prekey_ring_get (ring, i, &entry);
    if (entry.kind == LAN_RING_SIGNED &&
        lan_envelope_open (data, len, core->device,
                           lan_prekey_ring_find (ring, LAN_RING_SIGNED, entry.id), NULL,
                           body) == LAN_STATUS_OK)
      return TRUE;
  }
  return FALSE;
}

gboolean
lan_mail_take_carried (LanCore *core, GBytes *envelope, const LanMessageId *id,
                       const LanAccountId *author, const LanAccountId *carrier)
{
  g_auto (LanEnvelopeBody) body = { 0 };
  LanMailIncoming *incoming;

  if (!try_keys (core, envelope, &body))
    return FALSE;
  incoming = g_new0 (LanMailIncoming, 1);
  incoming->carried = TRUE;
  incoming->letter = *id;
  incoming->author = *author;
  incoming->carrier = *carrier;
  incoming->id = core->carry->next_mail--;
  memcpy (incoming->sender_dh, body.sender_dh, sizeof incoming->sender_dh);
  incoming->list_seq = body.sender_list_seq;
  incoming->records = g_steal_pointer (&body.records);
  memcpy (incoming->tag, id->b, sizeof incoming->tag);
  incoming->since_us = core->now.mono_us;
  make_room (core);
  g_ptr_array_add (core->mail->incoming, incoming);
  if (!look_at (core, incoming))
    lan_deadlines_set (core->deadlines, core->mail, LAN_DUE_MAIL_LOOK,
                       core->now.mono_us + LAN_MAIL_LOOK_US);
  return TRUE;
}
