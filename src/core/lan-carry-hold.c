/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Holding mail for others: what is taken and within which limits, handed over to who can open its
 * lock, and forgotten once its author knows. A letter is on disk before its author hears so. A row
 * is 109 bytes: tag 16 | fetch lock 16 | ack lock 16 | token 16 | author 32 | arrival u64 | size u32 |
 * acked u8.
 */
#include "lan-carry-private.h"

#include <string.h>

#define HELD_BYTES 109

enum {
  KEPT = 0,
  NO_ROOM = 1,
  NOT_HERE = 2,
};

static LanHeld *
find_held (LanCore *core, const ProtobufCBinaryData *id)
{
  return g_hash_table_lookup (core->carry->held_set, id->data);
}

static void
add_held (LanCarry *carry, LanHeld *held)
{
  g_ptr_array_add (carry->held, held);
  g_hash_table_insert (carry->held_set, &held->id, held);
}

static void
forget_held (LanCore *core, LanHeld *held)
{
  g_hash_table_remove (core->carry->held_set, &held->id);
  g_ptr_array_remove (core->carry->held, held);
}

/* Also on disk. */
static void
delete_held (LanCore *core, LanHeld *held)
{
  lan_carry_keep_row (core, LAN_CARRIED_HELD, &held->id, NULL, NULL);
  forget_held (core, held);
}

static GBytes *
encode (const LanHeld *held)
{
  guint8 buf[HELD_BYTES];
  LanWriter w;

  lan_writer_init (&w, buf, sizeof buf);
  lan_write_bytes (&w, held->tag, sizeof held->tag);
  lan_write_bytes (&w, held->fetch_lock, sizeof held->fetch_lock);
  lan_write_bytes (&w, held->ack_lock, sizeof held->ack_lock);
  lan_write_bytes (&w, held->token, sizeof held->token);
  lan_write_bytes (&w, held->origin.b, sizeof held->origin.b);
  lan_write_u64 (&w, (guint64) held->arrival_ms);
  lan_write_u32 (&w, held->size);
  lan_write_u8 (&w, held->acked ? 1 : 0);
  return g_bytes_new (buf, w.len);
}

void
lan_carry_load_held (LanCore *core, const LanCarriedRow *row)
{
  LanHeld *held = g_new0 (LanHeld, 1);
  LanReader r;

  lan_reader_init (&r, g_bytes_get_data (row->info, NULL), g_bytes_get_size (row->info));
  held->id = row->id;
  lan_read_bytes (&r, held->tag, sizeof held->tag);
  lan_read_bytes (&r, held->fetch_lock, sizeof held->fetch_lock);
  lan_read_bytes (&r, held->ack_lock, sizeof held->ack_lock);
  lan_read_bytes (&r, held->token, sizeof held->token);
  lan_read_bytes (&r, held->origin.b, sizeof held->origin.b);
  held->arrival_ms = (gint64) lan_read_u64 (&r);
  held->size = lan_read_u32 (&r);
  held->acked = lan_read_u8 (&r) != 0;
  held->kept = TRUE;
  if (!lan_reader_done (&r) || g_hash_table_contains (core->carry->held_set, &held->id))
    g_free (held);
  else
    add_held (core->carry, held);
}

/* ---- taking ---- */

static gboolean
has_room (LanCore *core, const LanAccountId *origin, gsize size)
{
  const LanCarry *carry = core->carry;
  guint64 bytes = size;
  guint of_author = 0;

  for (guint i = 0; i < carry->held->len; i++) {
    const LanHeld *held = g_ptr_array_index (carry->held, i);

    bytes += held->acked ? 0 : held->size;
    of_author += lan_account_id_equal (&held->origin, origin);
  }
  return bytes <= LAN_CARRY_QUOTA_BYTES && of_author < LAN_CARRY_PER_AUTHOR &&
         carry->held->len < LAN_CARRY_LETTERS_MAX;
}

static void
send_result (LanCore *core, LanCoreChannel *channel, const LanMessageId *id, guint32 value)
{
  Lanyard__CarryResult result = LANYARD__CARRY_RESULT__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  result.id = (ProtobufCBinaryData){ sizeof id->b, (guint8 *) id->b };
  result.result = value;
  frame.body_case = LANYARD__FRAME__BODY_CARRY_RESULT;
  frame.carry_result = &result;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

static void
hold (LanCore *core, const LanMessageId *id, const LanAccountId *origin,
      const LanBundleEntry *letter, gint64 arrival_ms)
{
  g_autoptr (GBytes) envelope = g_bytes_new (letter->body, letter->len);
  LanHeld *held = g_new0 (LanHeld, 1);

  held->id = *id;
  memcpy (held->tag, letter->tag, sizeof held->tag);
  memcpy (held->fetch_lock, letter->fetch_lock, sizeof held->fetch_lock);
  memcpy (held->ack_lock, letter->ack_lock, sizeof held->ack_lock);
  held->origin = *origin;
  held->arrival_ms = arrival_ms;
  held->size = (guint32) letter->len;
  add_held (core->carry, held);
  lan_carry_keep_row (core, LAN_CARRIED_HELD, id, encode (held), envelope);
  lan_carry_note_event (core, LAN_CARRY_EVENT_HELD, id);
}

void
lan_carry_on_put (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryPut *put)
{
  LanBundleEntry letter = { .type = LAN_BUNDLE_LETTER };
  LanEnvelopeHead head;
  LanMessageId id;
  const LanHeld *held;

  lan_carry_id (&id, put->envelope.data, put->envelope.len);
  held = g_hash_table_lookup (core->carry->held_set, &id);
  if (held != NULL) {
    if (held->kept)
      send_result (core, channel, &id, KEPT);
    return;
  }
  if (!core->carry->on || !channel->carry_met) {
    send_result (core, channel, &id, NOT_HERE);
    return;
  }
  if (lan_envelope_peek (&head, put->envelope.data, put->envelope.len) != LAN_STATUS_OK ||
      !head.is_carried || memcmp (head.tag, put->tag.data, sizeof head.tag) != 0 ||
      !has_room (core, &channel->person->row.account, put->envelope.len)) {
    core->carry->counters.over_limit++;
    send_result (core, channel, &id, NO_ROOM);
    return;
  }
  letter.tag = put->tag.data;
  letter.fetch_lock = put->fetch_lock.data;
  letter.ack_lock = put->ack_lock.data;
  letter.body = put->envelope.data;
  letter.len = put->envelope.len;
  hold (core, &id, &channel->person->row.account, &letter, core->now.wall_ms);
}

gboolean
lan_carry_hold (LanCore *core, const LanAccountId *origin, const LanBundleEntry *letter,
                gint64 arrival_ms)
{
  LanMessageId id;

  lan_carry_id (&id, letter->body, letter->len);
  if (g_hash_table_contains (core->carry->held_set, &id))
    return TRUE;
  if (!has_room (core, origin, letter->len))
    return FALSE;
  hold (core, &id, origin, letter, arrival_ms);
  return TRUE;
}

/* ---- telling what is here ---- */

static void
send_entries (LanCore *core, LanCoreChannel *channel, GByteArray *entries)
{
  Lanyard__CarryList list = LANYARD__CARRY_LIST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  if (entries->len == 0)
    return;
  list.entries = (ProtobufCBinaryData){ entries->len, entries->data };
  frame.body_case = LANYARD__FRAME__BODY_CARRY_LIST;
  frame.carry_list = &list;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
  g_byte_array_set_size (entries, 0);
}

static void
add_entry (GByteArray *entries, const LanHeld *held)
{
  g_byte_array_append (entries, held->tag, sizeof held->tag);
  g_byte_array_append (entries, held->id.b, sizeof held->id.b);
}

void
lan_carry_send_list (LanCore *core, LanCoreChannel *channel)
{
  g_autoptr (GByteArray) entries = g_byte_array_new ();

  for (guint i = 0; i < core->carry->held->len; i++) {
    const LanHeld *held = g_ptr_array_index (core->carry->held, i);

    if (!held->kept || held->acked ||
        lan_account_id_equal (&held->origin, &channel->person->row.account))
      continue;
    add_entry (entries, held);
    if (entries->len == LAN_CARRY_LIST_MAX * LAN_CARRY_ENTRY_BYTES)
      send_entries (core, channel, entries);
  }
  send_entries (core, channel, entries);
}

/* Whoever it is for may be here already. */
static void
list_to_all (LanCore *core, const LanHeld *held)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCoreChannel *channel = value;
    g_autoptr (GByteArray) entries = g_byte_array_new ();

    if (!channel->carry_met || !channel->best ||
        lan_account_id_equal (&held->origin, &channel->person->row.account))
      continue;
    add_entry (entries, held);
    send_entries (core, channel, entries);
  }
}

void
lan_carry_send_receipts (LanCore *core, LanCoreChannel *channel)
{
  for (guint i = 0; i < core->carry->held->len; i++) {
    const LanHeld *held = g_ptr_array_index (core->carry->held, i);

    if (held->acked && lan_account_id_equal (&held->origin, &channel->person->row.account))
      lan_carry_send_token (core, channel, LAN_FRAME_CARRY_RECEIPT, &held->id, held->token);
  }
}

/* ---- handing over ---- */

static gboolean
opens (const guint8 *lock, const ProtobufCBinaryData *key)
{
  guint8 made[LAN_CARRY_TAG_BYTES];

  lan_carry_lock (made, key->data);
  return lan_secret_equal (made, lock, sizeof made);
}

void
lan_carry_on_fetch (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryToken *fetch)
{
  LanHeld *held = find_held (core, &fetch->id);
  LanCoreAction *action;
  LanCarryRead entry;

  if (held == NULL || !held->kept || held->acked || !opens (held->fetch_lock, &fetch->token) ||
      core->carry->reads->len >= LAN_CARRY_READS_MAX)
    return;
  entry = (LanCarryRead){ held->id, channel->id };
  g_array_append_val (core->carry->reads, entry);
  action = lan_core_action_new (LAN_CORE_READ_CARRIED);
  action->carried.id = held->id;
  lan_core_push (core, action);
}

static void
send_mail (LanCore *core, LanCoreChannel *channel, GBytes *envelope)
{
  Lanyard__CarryMail mail = LANYARD__CARRY_MAIL__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  mail.envelope = (ProtobufCBinaryData){ g_bytes_get_size (envelope),
                                         (guint8 *) g_bytes_get_data (envelope, NULL) };
  frame.body_case = LANYARD__FRAME__BODY_CARRY_MAIL;
  frame.carry_mail = &mail;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

void
lan_core_carried_read (LanCore *core, const LanMessageId *id, GBytes *envelope, const LanTime *now)
{
  GArray *reads = core->carry->reads;

  core->now = *now;
  for (guint i = 0; i < reads->len; i++) {
    const LanCarryRead entry = g_array_index (reads, LanCarryRead, i);
    LanCoreChannel *channel;

    if (!lan_message_id_equal (&entry.id, id))
      continue;
    g_array_remove_index (reads, i);
    channel = g_hash_table_lookup (core->channels, &entry.channel);
    if (channel != NULL && envelope != NULL &&
        g_bytes_get_size (envelope) <= LAN_CARRY_ENVELOPE_MAX)
      send_mail (core, channel, envelope);
    break; /* one answer for each question */
  }
  lan_core_settle (core);
}

void
lan_carry_on_ack (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryToken *ack)
{
  LanHeld *held = find_held (core, &ack->id);

  if (held == NULL || !held->kept || held->acked || !opens (held->ack_lock, &ack->token))
    return;
  if (lan_account_id_equal (&held->origin, &core->self)) {
    /* Out of a file: whose it is, is not known here. */
    lan_carry_note_event (core, LAN_CARRY_EVENT_ACKED, &held->id);
    delete_held (core, held);
    return;
  }
  held->acked = TRUE;
  memcpy (held->token, ack->token.data, sizeof held->token);
  lan_carry_keep_row (core, LAN_CARRIED_HELD, &held->id, encode (held), NULL);
  lan_carry_note_event (core, LAN_CARRY_EVENT_ACKED, &held->id);
}

void
lan_carry_on_drop (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryDrop *drop)
{
  for (gsize at = 0; at < drop->ids.len; at += LAN_CARRY_ID_BYTES) {
    LanHeld *held = g_hash_table_lookup (core->carry->held_set, drop->ids.data + at);

    if (held != NULL && held->kept &&
        lan_account_id_equal (&held->origin, &channel->person->row.account))
      delete_held (core, held);
  }
}

/* ---- commits and time ---- */

void
lan_carry_held_done (LanCore *core, const LanCoreAction *event, gboolean ok)
{
  LanHeld *held = g_hash_table_lookup (core->carry->held_set, &event->carried.id);
  LanCoreChannel *channel;

  if (held == NULL)
    return;
  channel = lan_carry_channel_to (core, &held->origin);
  if (event->carried.what == LAN_CARRY_EVENT_ACKED) {
    held->acked = ok;
    if (ok && channel != NULL)
      lan_carry_send_token (core, channel, LAN_FRAME_CARRY_RECEIPT, &held->id, held->token);
    return;
  }
  if (channel != NULL)
    send_result (core, channel, &held->id, ok ? KEPT : NO_ROOM);
  held->kept = ok;
  if (ok)
    list_to_all (core, held);
  else
    forget_held (core, held);
}

void
lan_carry_expire_held (LanCore *core)
{
  for (guint i = core->carry->held->len; i > 0; i--) {
    LanHeld *held = g_ptr_array_index (core->carry->held, i - 1);
    gint64 age = core->now.wall_ms - held->arrival_ms;

    if (held->kept && age > (held->acked ? LAN_CARRY_RECEIPT_MS : LAN_CARRY_LIFE_MS))
      delete_held (core, held);
  }
}
