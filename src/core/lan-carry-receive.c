/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Taking letters from a carrier: of the tags that it lists those are ours that a contact's secret
 * makes for one of the last days. A letter goes the way of all mail; only when all of its records
 * are on disk is the carrier told so, with a word that no carrier can make up.
 */
#include "lan-carry-private.h"

#include <string.h>

static guint
tag_hash (gconstpointer tag)
{
  return lan_message_id_hash (tag); /* also 16 bytes that nobody chooses */
}

static void
add_tags_of (LanCore *core, const LanCorePerson *person)
{
  const guint8 *secret = lan_carry_secret_of (person);
  guint32 today = (guint32) (core->now.wall_ms / LAN_CARRY_DAY_MS);

  if (secret == NULL || !lan_core_is_accepted (person) || lan_core_is_blocked (person))
    return;
  for (guint32 day = today - LAN_CARRY_DAYS_BACK; day <= today + LAN_CARRY_DAYS_AHEAD; day++) {
    LanTagOwner *owner = g_new0 (LanTagOwner, 1);

    owner->author = person->row.account;
    lan_carry_tag (&owner->tag, secret, day, &core->self_device);
    g_hash_table_insert (core->carry->tags, owner->tag.tag, owner);
  }
}

const LanTagOwner *
lan_carry_find_tag (LanCore *core, const guint8 *tag)
{
  LanCarry *carry = core->carry;
  GHashTableIter iter;
  gpointer value;

  if (carry->tags != NULL && core->now.mono_us - carry->tags_us > LAN_CARRY_TAGS_US)
    g_clear_pointer (&carry->tags, g_hash_table_unref);
  if (carry->tags == NULL) {
    carry->tags = g_hash_table_new_full (tag_hash, lan_message_id_equal, NULL, g_free);
    carry->tags_us = core->now.mono_us;
    g_hash_table_iter_init (&iter, core->persons);
    while (g_hash_table_iter_next (&iter, NULL, &value))
      add_tags_of (core, value);
  }
  return g_hash_table_lookup (carry->tags, tag);
}

/* ---- what is fetched ---- */

static void
pump (LanCore *core, LanCoreChannel *channel)
{
  guint asked = 0;

  for (guint i = 0; i < core->carry->wanted->len && asked < LAN_CARRY_FETCHES_MAX; i++) {
    LanWanted *wanted = g_ptr_array_index (core->carry->wanted, i);

    if (wanted->channel != channel->id)
      continue;
    asked++;
    if (wanted->asked)
      continue;
    wanted->asked = TRUE;
    lan_carry_send_token (core, channel, LAN_FRAME_CARRY_FETCH, &wanted->id, wanted->tag.fetch_key);
  }
}

static LanWanted *
find_wanted (LanCarry *carry, const LanAccountId *carrier, const LanMessageId *id)
{
  for (guint i = 0; i < carry->wanted->len; i++) {
    LanWanted *wanted = g_ptr_array_index (carry->wanted, i);

    if (lan_account_id_equal (&wanted->carrier, carrier) && lan_message_id_equal (&wanted->id, id))
      return wanted;
  }
  return NULL;
}

static void
send_ack (LanCore *core, LanCoreChannel *channel, const LanAccountId *author,
          const LanMessageId *id)
{
  const guint8 *secret = lan_carry_secret_of (lan_core_find_person (core, author));
  guint8 token[LAN_CARRY_TAG_BYTES];

  if (secret == NULL)
    return;
  lan_carry_ack_token (token, secret, id);
  lan_carry_send_token (core, channel, LAN_FRAME_CARRY_ACK, id, token);
}

static void
on_entry (LanCore *core, LanCoreChannel *channel, const LanTagOwner *owner, const guint8 *id_bytes)
{
  LanCarry *carry = core->carry;
  LanMessageId id;
  LanWanted *wanted;

  memcpy (id.b, id_bytes, sizeof id.b);
  if (g_hash_table_contains (carry->done_set, &id)) {
    send_ack (core, channel, &owner->author, &id);
    return;
  }
  if (carry->wanted->len >= LAN_CARRY_WANTED_MAX ||
      find_wanted (carry, &channel->person->row.account, &id) != NULL)
    return;
  wanted = g_new0 (LanWanted, 1);
  wanted->id = id;
  wanted->tag = owner->tag;
  wanted->author = owner->author;
  wanted->carrier = channel->person->row.account;
  wanted->channel = channel->id;
  g_ptr_array_add (carry->wanted, wanted);
}

void
lan_carry_on_list (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryList *list)
{
  for (gsize at = 0; at < list->entries.len; at += LAN_CARRY_ENTRY_BYTES) {
    const guint8 *entry = list->entries.data + at;
    const LanTagOwner *owner = lan_carry_find_tag (core, entry);

    if (owner != NULL)
      on_entry (core, channel, owner, entry + LAN_CARRY_TAG_BYTES);
  }
  pump (core, channel);
}

void
lan_carry_on_mail (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryMail *mail)
{
  g_autoptr (GBytes) envelope = g_bytes_new (mail->envelope.data, mail->envelope.len);
  LanCarry *carry = core->carry;
  LanEnvelopeHead head;
  LanWanted *wanted;
  LanMessageId id;
  LanAccountId author;

  lan_carry_id (&id, mail->envelope.data, mail->envelope.len);
  wanted = find_wanted (carry, &channel->person->row.account, &id);
  if (wanted == NULL || !wanted->asked ||
      lan_envelope_peek (&head, mail->envelope.data, mail->envelope.len) != LAN_STATUS_OK ||
      !head.is_carried || memcmp (head.tag, wanted->tag.tag, sizeof head.tag) != 0) {
    carry->counters.refused++;
    return;
  }
  author = wanted->author;
  g_ptr_array_remove (carry->wanted, wanted);
  carry->counters.fetched++;
  if (!lan_mail_take_carried (core, envelope, &id, &author, &channel->person->row.account))
    carry->counters.refused++;
  pump (core, channel);
  lan_core_want (core, channel->person);
}

/* What was not fetched yet comes by the carrier's next channel, or is a reason to see it again soon. */
void
lan_carry_forget_wanted (LanCore *core, LanCoreChannel *channel)
{
  const LanAccountId *account = &channel->person->row.account;
  GPtrArray *all = core->carry->wanted;
  LanCoreChannel *next = lan_carry_channel_to (core, account);
  gboolean any = FALSE;

  for (guint i = all->len; i > 0; i--) {
    LanWanted *wanted = g_ptr_array_index (all, i - 1);

    if (wanted->channel != channel->id)
      continue;
    any = TRUE;
    if (next == NULL) {
      g_ptr_array_remove_index (all, i - 1);
      continue;
    }
    wanted->channel = next->id;
    wanted->asked = FALSE;
  }
  if (any && next != NULL)
    pump (core, next);
  else if (any)
    lan_carry_carrier (core, account)->met_us = 0;
}

/* ---- what has arrived ---- */

static void
remember (LanCarry *carry, const LanMessageId *id)
{
  LanMessageId *copy;

  if (g_hash_table_contains (carry->done_set, id))
    return;
  if (carry->done.length >= LAN_CARRY_DONE_MAX) {
    LanMessageId *oldest = g_queue_pop_head (&carry->done);

    g_hash_table_remove (carry->done_set, oldest);
    g_free (oldest);
  }
  copy = g_new (LanMessageId, 1);
  *copy = *id;
  g_queue_push_tail (&carry->done, copy);
  g_hash_table_add (carry->done_set, copy);
}

void
lan_carry_taken (LanCore *core, const LanMessageId *id, const LanAccountId *author,
                 const LanAccountId *carrier)
{
  LanCoreChannel *channel = lan_carry_channel_to (core, carrier);

  remember (core->carry, id);
  if (lan_account_id_is_zero (carrier))
    return;
  if (channel == NULL) {
    LanCorePerson *person = lan_core_find_person (core, carrier);

    lan_carry_carrier (core, carrier)->met_us = 0; /* it does not know yet */
    if (person != NULL)
      lan_core_want (core, person);
    return;
  }
  send_ack (core, channel, author, id);
  lan_core_want (core, channel->person);
}
