/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Giving letters to carriers: what waits for a device that no channel leads to is sealed for it
 * and given to at most three who carry, each its own letter, so that two of them cannot tell that
 * they hold the same.
 */
#include "lan-carry-private.h"

#include <string.h>

/* ---- what may go, and to whom ---- */

gboolean
lan_carry_may (LanCore *core, const LanCoreTalk *talk)
{
  const LanCorePerson *person = talk->peer;

  return core->started && !core->forked && !core->revoked && !lan_core_is_me (core, person) &&
         !talk->restoring && talk->suspect.seq == 0 &&
         (talk->row.flags & LAN_CONVERSATION_HELD) == 0 && lan_core_is_accepted (person) &&
         !lan_core_is_blocked (person) && person->row.trust != LAN_TRUST_REVOKED &&
         lan_account_id_is_zero (&person->row.merged_into) &&
         lan_carry_secret_of (person) != NULL &&
         (talk->group == NULL || lan_group_letters_may (core, talk));
}

static gboolean
has_channel (const LanCorePerson *person, const LanDeviceId *device)
{
  for (guint i = 0; i < person->channels->len; i++) {
    const LanCoreChannel *channel = g_ptr_array_index (person->channels, i);

    if (lan_device_id_equal (&channel->device, device))
      return TRUE;
  }
  return FALSE;
}

static void
set_due (LanCore *core, LanCoreTalk *talk, gint64 due_us)
{
  if (talk->carry_due_us != 0 && talk->carry_due_us <= due_us)
    return;
  talk->carry_due_us = due_us;
  lan_deadlines_set (core->deadlines, talk, LAN_DUE_CARRY, due_us);
}

void
lan_carry_arm (LanCore *core, LanCoreTalk *talk)
{
  if (lan_carry_may (core, talk) && talk->own->committed.seq > 0 &&
      g_hash_table_size (core->carry->carriers) > 0)
    set_due (core, talk, core->now.mono_us + LAN_MAIL_DELAY_US);
}

const LanPrekey *
lan_carry_fresh_key (LanCore *core, const LanCoreDevice *device)
{
  const LanCarryKey *key = g_hash_table_lookup (core->carry->keys, &device->row.device);

  if (key == NULL || !lan_mail_is_usable (device) ||
      lan_prekey_check_time (&key->prekey, core->now.wall_ms / 1000, LAN_MAIL_CLOCK_SLACK_S) !=
          LAN_STATUS_OK)
    return NULL;
  return &key->prekey;
}

guint64
lan_carry_base_of (LanCoreTalk *talk, const LanDeviceId *device)
{
  return MAX (lan_mail_get_point (talk, device)->base,
              lan_talk_holding (talk, device, &talk->own->device)->seq);
}

/* Up to where @carrier has what is for @device, or is being given it; @others: how many besides. */
static guint64
covered_by (LanCore *core, const LanCoreTalk *talk, const LanDeviceId *device,
            const LanAccountId *carrier, guint *pending, guint *others)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (lan_account_id_hash, lan_account_id_equal);
  guint64 up_to = 0;

  *pending = 0;
  for (guint i = 0; i < core->carry->parcels->len; i++) {
    LanParcel *parcel = g_ptr_array_index (core->carry->parcels, i);
    gboolean same = lan_account_id_equal (&parcel->carrier, carrier);

    *pending += same && !parcel->kept;
    if (parcel->talk != talk || parcel->over || !lan_device_id_equal (&parcel->holder, device))
      continue;
    if (same)
      up_to = MAX (up_to, parcel->to);
    else
      g_hash_table_add (seen, &parcel->carrier);
  }
  *others = g_hash_table_size (seen);
  return up_to;
}

/* Returns: the first record that is to go to @device by @carrier; 0: none. */
static guint64
next_for (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device, const LanAccountId *carrier)
{
  const LanCarrierOf *known = g_hash_table_lookup (core->carry->carriers, carrier);
  guint pending, others;
  guint64 up_to;

  if (known == NULL || !known->carries)
    return 0;
  if (known->full_until_us > core->now.mono_us) {
    set_due (core, talk, known->full_until_us);
    return 0;
  }
  up_to = covered_by (core, talk, device, carrier, &pending, &others);
  if (pending >= LAN_CARRY_PENDING_MAX || (up_to == 0 && others >= LAN_CARRY_CARRIERS_MAX))
    return 0;
  up_to = MAX (up_to, lan_carry_base_of (talk, device));
  if (talk->group != NULL)
    return lan_group_letters_next (talk, up_to);
  return up_to < talk->own->committed.seq ? up_to + 1 : 0;
}

static void
read_records (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device,
              const LanAccountId *carrier, guint64 from, guint64 to)
{
  guint64 request;
  LanAsk *ask = lan_core_ask (core, LAN_ASK_CARRY, talk, &request);

  talk->carry_reading = TRUE;
  ask->log = talk->own;
  ask->device = talk->own->device;
  ask->holder = *device;
  ask->carrier = *carrier;
  ask->from_seq = from;
  ask->to_seq = to;
  lan_core_read (core, ask, request, LAN_ENVELOPE_ROOM);
}

/* Begins one reading, if there is anything to be given to somebody at hand. */
static gboolean
run_device (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->carry->carriers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const LanCarrierOf *carrier = value;
    guint64 from;

    if (!carrier->carries || lan_account_id_equal (&carrier->account, &talk->peer->row.account) ||
        lan_carry_channel_to (core, &carrier->account) == NULL)
      continue;
    from = next_for (core, talk, device, &carrier->account);
    if (from == 0)
      continue;
    read_records (core, talk, device, &carrier->account, from,
                  MIN (talk->own->committed.seq, from + LAN_ENVELOPE_RECORDS_MAX - 1));
    return TRUE;
  }
  return FALSE;
}

/* Nobody has what waits for @device: carriers that are not here now would help. */
static gboolean
is_uncovered (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device)
{
  static const LanAccountId nobody;
  guint pending, others;

  (void) covered_by (core, talk, device, &nobody, &pending, &others);
  return others == 0 && lan_carry_base_of (talk, device) < talk->own->committed.seq;
}

static void
note_needs (LanCore *core, LanCoreTalk *talk, gboolean needs)
{
  GHashTableIter iter;
  gpointer value;

  if (talk->carry_needs == needs)
    return;
  talk->carry_needs = needs;
  g_hash_table_iter_init (&iter, core->carry->carriers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCorePerson *person = lan_core_find_person (core, &((LanCarrierOf *) value)->account);

    if (person != NULL)
      lan_core_want (core, person);
  }
}

void
lan_carry_run (LanCore *core, LanCoreTalk *talk)
{
  gboolean needs = FALSE;

  talk->carry_due_us = 0;
  if (!lan_carry_may (core, talk) || talk->carry_reading)
    return;
  for (guint i = 0; i < talk->peer->devices->len; i++) {
    const LanCoreDevice *device = g_ptr_array_index (talk->peer->devices, i);

    if (lan_carry_fresh_key (core, device) == NULL || has_channel (talk->peer, &device->row.device))
      continue;
    if (run_device (core, talk, &device->row.device))
      return;
    needs = needs || is_uncovered (core, talk, &device->row.device);
  }
  note_needs (core, talk, needs);
}

/* ---- giving ---- */

static void
send_put (LanCore *core, LanCoreChannel *channel, const LanCarryTag *tag, const guint8 *secret,
          const LanMessageId *id, GBytes *envelope)
{
  Lanyard__CarryPut put = LANYARD__CARRY_PUT__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint8 fetch_lock[LAN_CARRY_TAG_BYTES], ack_lock[LAN_CARRY_TAG_BYTES], token[LAN_CARRY_TAG_BYTES];

  lan_carry_lock (fetch_lock, tag->fetch_key);
  lan_carry_ack_token (token, secret, id);
  lan_carry_lock (ack_lock, token);
  put.tag = (ProtobufCBinaryData){ sizeof tag->tag, (guint8 *) tag->tag };
  put.fetch_lock = (ProtobufCBinaryData){ sizeof fetch_lock, fetch_lock };
  put.ack_lock = (ProtobufCBinaryData){ sizeof ack_lock, ack_lock };
  put.envelope = (ProtobufCBinaryData){ g_bytes_get_size (envelope),
                                        (guint8 *) g_bytes_get_data (envelope, NULL) };
  frame.body_case = LANYARD__FRAME__BODY_CARRY_PUT;
  frame.carry_put = &put;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

/* Collects records in the order of the log until the envelope is full. */
static LanParcel *
pack (LanCoreTalk *talk, const LanAsk *ask, GPtrArray *rows, GPtrArray *blobs)
{
  LanParcel *parcel = g_new0 (LanParcel, 1);
  gsize bytes = 0;

  parcel->talk = talk;
  parcel->holder = ask->holder;
  parcel->carrier = ask->carrier;
  parcel->from = ask->from_seq;
  parcel->messages = g_array_new (FALSE, FALSE, sizeof (LanMailMessage));
  for (guint i = 0; i < rows->len && blobs->len < LAN_ENVELOPE_RECORDS_MAX; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if (row->seq != ask->from_seq + i || bytes + g_bytes_get_size (row->blob) > LAN_ENVELOPE_ROOM)
      break;
    bytes += g_bytes_get_size (row->blob);
    g_ptr_array_add (blobs, row->blob);
    parcel->to = row->seq;
    parcel->hash = row->hash;
    if (lan_kind_has_state (row->kind)) {
      const LanMailMessage message = { row->message, row->seq };

      g_array_append_val (parcel->messages, message);
    }
  }
  return parcel;
}

GBytes *
lan_carry_seal (LanCore *core, LanCoreTalk *talk, const LanCoreDevice *device,
                const LanCarryTag *tag, GPtrArray *blobs)
{
  const LanPrekey *key = lan_carry_fresh_key (core, device);
  LanEnvelopeTo to = { .account = device->row.account, .device = device->row.device };
  GBytes *envelope = NULL;

  if (key == NULL || blobs->len == 0)
    return NULL;
  memcpy (to.dh_public, device->cert.dh_public, LAN_KEY_BYTES);
  to.signed_id = key->id;
  memcpy (to.signed_public, key->public_key, LAN_KEY_BYTES);
  to.tag = tag->tag;
  if (lan_envelope_seal (&to, core->device, lan_mail_own_list_seq (core),
                         (GBytes *const *) blobs->pdata, blobs->len, core->random,
                         &envelope) != LAN_STATUS_OK)
    return NULL;
  return envelope;
}

static gboolean
give_out (LanCore *core, LanCoreTalk *talk, const LanCoreDevice *device, LanCoreChannel *channel,
          LanParcel *parcel, GPtrArray *blobs)
{
  const guint8 *secret = lan_carry_secret_of (talk->peer);
  g_autoptr (GBytes) envelope = NULL;
  LanCarryTag tag;

  lan_carry_tag (&tag, secret, (guint32) (core->now.wall_ms / LAN_CARRY_DAY_MS),
                 &device->row.device);
  envelope = lan_carry_seal (core, talk, device, &tag, blobs);
  if (envelope == NULL)
    return FALSE;
  lan_carry_id (&parcel->id, g_bytes_get_data (envelope, NULL), g_bytes_get_size (envelope));
  parcel->time_ms = core->now.wall_ms;
  parcel->channel = channel->id;
  g_ptr_array_add (core->carry->parcels, parcel);
  talk->letter_bytes += g_bytes_get_size (envelope);
  send_put (core, channel, &tag, secret, &parcel->id, envelope);
  return TRUE;
}

/* TRUE: what was to go is not kept any more; what follows it is seen to. */
static gboolean
steps_over (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanLogPoint gone;
  LanGap gap = lan_core_find_gap (ask, rows, &gone);

  if (gap == LAN_GAP_ASK) {
    read_records (core, ask->talk, &ask->holder, &ask->carrier, ask->from_seq,
                  ask->log->committed.seq);
  } else if (gap == LAN_GAP_FOUND) {
    lan_core_skip_gone (core, ask->talk, &ask->holder, &gone);
    lan_carry_run (core, ask->talk);
  }
  return gap != LAN_GAP_NONE;
}

void
lan_carry_on_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreTalk *talk = ask->talk;
  const LanCoreDevice *device = lan_core_person_device (talk->peer, &ask->holder);
  LanCoreChannel *channel = lan_carry_channel_to (core, &ask->carrier);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new ();
  LanParcel *parcel;

  talk->carry_reading = FALSE;
  if (!lan_carry_may (core, talk) || ask->log != talk->own || device == NULL || channel == NULL ||
      has_channel (talk->peer, &ask->holder) ||
      next_for (core, talk, &ask->holder, &ask->carrier) != ask->from_seq) {
    lan_carry_arm (core, talk);
    return;
  }
  if (steps_over (core, ask, rows))
    return;
  parcel = pack (talk, ask, rows, blobs);
  if (give_out (core, talk, device, channel, parcel, blobs))
    lan_carry_run (core, talk);
  else
    lan_parcel_free (parcel);
}

/* ---- what carriers say ---- */

static void
tell_carried (LanCore *core, LanParcel *parcel)
{
  LanCoreTalk *talk = parcel->talk;
  LanCoreAction *event;
  guint64 told = MAX (lan_talk_delivered (talk, &talk->own->device), lan_mail_left_up_to (talk));

  if (talk->group != NULL) {
    g_clear_pointer (&parcel->messages, g_array_unref);
    lan_group_letters_moved (core, talk);
    return;
  }
  event = lan_core_action_new (LAN_CORE_MESSAGE_STATE);
  told = MAX (told, lan_carry_up_to (core, talk));
  event->account = talk->peer->row.account;
  event->state.conversation = talk->row.conversation;
  event->state.state = LAN_MESSAGE_CARRIED;
  event->state.time_ms = core->now.wall_ms;
  event->state.carrier = parcel->carrier;
  event->state.messages = g_array_new (FALSE, FALSE, sizeof (LanMessageId));
  for (guint i = 0; parcel->messages != NULL && i < parcel->messages->len; i++) {
    const LanMailMessage *message = &g_array_index (parcel->messages, LanMailMessage, i);

    if (message->seq > told)
      g_array_append_val (event->state.messages, message->id);
  }
  g_clear_pointer (&parcel->messages, g_array_unref);
  g_ptr_array_add (lan_core_batch (core)->events, event);
}

void
lan_carry_on_result (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryResult *result)
{
  LanParcel *parcel = lan_parcel_find (core, result->id.data, &channel->person->row.account);
  LanCarrierOf *carrier;

  if (parcel == NULL || parcel->kept)
    return;
  carrier = lan_carry_carrier (core, &parcel->carrier);
  if (result->result == 0 && !parcel->over) {
    LanCoreTalk *talk = parcel->talk;

    tell_carried (core, parcel);
    parcel->kept = TRUE;
    lan_parcel_keep (core, parcel);
    lan_carry_run (core, talk);
    lan_core_want (core, channel->person);
    return;
  }
  if (result->result == 1)
    carrier->full_until_us = core->now.mono_us + LAN_CARRY_FULL_US;
  else if (result->result != 0)
    carrier->carries = FALSE;
  lan_parcel_delete (core, parcel);
  lan_core_want (core, channel->person);
}

static void
send_drop (LanCore *core, LanCoreChannel *channel, const guint8 *ids, gsize n)
{
  Lanyard__CarryDrop drop = LANYARD__CARRY_DROP__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  drop.ids = (ProtobufCBinaryData){ n * LAN_CARRY_ID_BYTES, (guint8 *) ids };
  frame.body_case = LANYARD__FRAME__BODY_CARRY_DROP;
  frame.carry_drop = &drop;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

/* The carrier may say it again, or be wrong; who shares the secret with the recipient sees which. */
void
lan_carry_on_receipt (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryToken *receipt)
{
  LanParcel *parcel = lan_parcel_find (core, receipt->id.data, &channel->person->row.account);
  guint8 token[LAN_CARRY_TAG_BYTES];
  const guint8 *secret;
  LanCoreTalk *talk;
  LanParcel given;

  if (parcel == NULL) {
    send_drop (core, channel, receipt->id.data, 1);
    return;
  }
  talk = parcel->talk;
  secret = lan_carry_secret_of (talk->peer);
  if (secret == NULL || parcel->to > talk->own->committed.seq)
    return;
  lan_carry_ack_token (token, secret, &parcel->id);
  if (!lan_secret_equal (token, receipt->token.data, sizeof token)) {
    core->carry->counters.refused++;
    return;
  }
  given = *parcel; /* it has had its use, and goes */
  if (talk->group != NULL)
    lan_group_has_own (core, talk, &given.holder, given.to);
  else
    lan_core_confirm (core, talk, &given.holder, given.to, &given.hash);
}

void
lan_carry_on_holding (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 seq)
{
  GPtrArray *parcels = core->carry->parcels;

  for (guint i = parcels->len; i > 0; i--) {
    LanParcel *parcel = g_ptr_array_index (parcels, i - 1);
    LanCoreChannel *channel;

    if (parcel->talk != talk || parcel->over || parcel->to > seq ||
        !lan_device_id_equal (&parcel->holder, holder))
      continue;
    parcel->over = TRUE;
    channel = lan_carry_channel_to (core, &parcel->carrier);
    if (channel != NULL) {
      send_drop (core, channel, parcel->id.b, 1);
      lan_parcel_delete (core, parcel);
    } else if (parcel->kept) {
      lan_parcel_keep (core, parcel);
    }
  }
  if (talk->carry_needs)
    lan_carry_arm (core, talk);
}

/* What has arrived by other ways while this carrier was not here. */
void
lan_carry_send_drops (LanCore *core, LanCoreChannel *channel)
{
  GPtrArray *parcels = core->carry->parcels;

  for (guint i = parcels->len; i > 0; i--) {
    LanParcel *parcel = g_ptr_array_index (parcels, i - 1);

    if (!parcel->over || !lan_account_id_equal (&parcel->carrier, &channel->person->row.account))
      continue;
    send_drop (core, channel, parcel->id.b, 1);
    lan_parcel_delete (core, parcel);
  }
}
