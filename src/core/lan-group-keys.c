/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Chains: made whenever the members are others than the last one was made for, put into the own log
 * with a box for each device of the members, taken from others' logs, asked for where no box was
 * ours, and given to those who may have them.
 */
#include "lan-group-private.h"

#include "lan-bytes.h"

#include <string.h>

#define CHAIN_BYTES (8 + 8 + 8 + 1 + 32 + 32)

void
lan_group_free_chain (LanGroupChainState *chain)
{
  lan_secret_wipe (&chain->first, sizeof chain->first);
  lan_secret_wipe (&chain->current, sizeof chain->current);
  g_byte_array_unref (chain->parents);
  g_free (chain);
}

/* device 8 | KEY record's seq 8 | made 8 | state 1 | first key 32 | epoch 32 | parents. State: 0 no
 * key, 1 key, 2 key and records on disk that are to be opened. */
static void
keep (LanCore *core, LanGroup *group, const LanGroupChainState *chain)
{
  gsize size = CHAIN_BYTES + chain->parents->len;
  guint8 *data = g_malloc (size);
  LanWriter w;

  lan_writer_init (&w, data, size);
  lan_write_bytes (&w, chain->writer.device.b, sizeof chain->writer.device.b);
  lan_write_u64 (&w, chain->key_seq);
  lan_write_u64 (&w, (guint64) chain->made_ms);
  lan_write_u8 (&w, !chain->has_key ? 0 : chain->sealed_to != 0 ? 2 : 1);
  lan_write_bytes (&w, chain->first.key, sizeof chain->first.key);
  lan_write_bytes (&w, chain->epoch.b, sizeof chain->epoch.b);
  lan_write_bytes (&w, chain->parents->data, chain->parents->len);
  lan_group_put_item (core, group, LAN_GROUP_ITEM_CHAIN, &chain->first.name,
                      sizeof chain->first.name, g_bytes_new_take (data, size));
}

static LanGroupChainState *
add_chain (LanGroup *group, const LanHash *name, const LanDeviceId *device, guint64 key_seq)
{
  LanGroupChainState *chain = g_new0 (LanGroupChainState, 1);

  chain->first.name = *name;
  chain->writer.group = group->row.conversation;
  chain->writer.device = *device;
  chain->key_seq = key_seq;
  chain->parents = g_byte_array_new ();
  g_hash_table_replace (group->chains, &chain->first.name, chain);
  return chain;
}

/* What is written next takes the places of what was lost, and none of that has left. */
void
lan_group_take_back_chains (LanGroup *group, const LanCoreLog *log)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, group->chains);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroupChainState *chain = value;

    if (!lan_device_id_equal (&chain->writer.device, &log->device))
      continue;
    if (chain->key_seq <= log->committed.seq) {
      chain->current = chain->first;
      continue;
    }
    if (group->sending == chain)
      group->sending = NULL;
    g_hash_table_iter_remove (&iter);
  }
}

gboolean
lan_group_load_chain (LanGroup *group, const guint8 *key, GBytes *value)
{
  LanGroupChainState *chain;
  LanDeviceId device;
  LanHash name;
  LanReader r;
  gsize len;
  const guint8 *data = g_bytes_get_data (value, &len);
  guint64 seq;
  guint8 kept;

  if (len < CHAIN_BYTES || (len - CHAIN_BYTES) % LAN_HASH_BYTES != 0)
    return FALSE;
  lan_reader_init (&r, data, len);
  memcpy (name.b, key, sizeof name.b);
  lan_read_bytes (&r, device.b, sizeof device.b);
  seq = lan_read_u64 (&r);
  chain = add_chain (group, &name, &device, seq);
  chain->made_ms = (gint64) lan_read_u64 (&r);
  kept = lan_read_u8 (&r);
  chain->has_key = kept != 0;
  lan_read_bytes (&r, chain->first.key, sizeof chain->first.key);
  lan_read_bytes (&r, chain->epoch.b, sizeof chain->epoch.b);
  chain->current = chain->first;
  g_byte_array_append (chain->parents, data + r.pos, (guint) (len - r.pos));
  if (lan_device_id_equal (&device, &group->own->device) &&
      (group->sending == NULL || group->sending->key_seq < seq))
    group->sending = chain;
  if (!chain->has_key)
    group->keys_missing = TRUE;
  chain->sealed_to = kept == 1 ? 0 : G_MAXUINT64; /* perhaps some: they are looked through */
  return TRUE;
}

gboolean
lan_group_chain_is_good (LanCore *core, LanGroup *group)
{
  const LanGroupChainState *chain = group->sending;

  return chain != NULL && chain->has_key && lan_hash_equal (&chain->epoch, &group->state->epoch) &&
         group->own->head.seq - chain->key_seq < LAN_GROUP_CHAIN_MAX &&
         core->now.wall_ms - chain->made_ms < LAN_GROUP_CHAIN_SECONDS * G_GINT64_CONSTANT (1000);
}

static GByteArray *
parents_of (gsize n, const ProtobufCBinaryData *parents)
{
  GByteArray *all = g_byte_array_new ();

  for (gsize i = 0; i < n; i++)
    g_byte_array_append (all, parents[i].data, LAN_HASH_BYTES);
  return all;
}

static gboolean
is_revoked (LanCore *core, const LanGroupDevice *device)
{
  return !lan_core_is_active_device (core, &device->cert.account, &device->cert.device);
}

/* A box for each device of the members, our own other ones included. */
static GByteArray *
make_boxes (LanCore *core, LanGroup *group, const LanGroupChain *chain, const guint8 *ephemeral)
{
  GByteArray *boxes = g_byte_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, group->devices);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const LanGroupDevice *device = value;
    guint8 box[LAN_GROUP_BOX_BYTES];

    if (lan_device_id_equal (&device->cert.device, &core->self_device) ||
        !lan_group_is_member (group, &device->cert.account) || is_revoked (core, device) ||
        boxes->len >= LAN_GROUP_BOXES_MAX_COUNT * LAN_GROUP_KEY_BOX_BYTES ||
        !lan_group_box_seal (box, chain, ephemeral, device->cert.dh_public))
      continue;
    g_byte_array_append (boxes, device->cert.device.b, LAN_DEVICE_ID_BYTES);
    g_byte_array_append (boxes, box, sizeof box);
  }
  return boxes;
}

void
lan_group_make_chain (LanCore *core, LanGroup *group)
{
  LanGroupWriter writer = { group->row.conversation, core->self_device };
  ProtobufCBinaryData parents[LAN_GROUP_PARENTS_MAX_COUNT];
  Lanyard__GroupKey key = LANYARD__GROUP_KEY__INIT;
  LanContent content = LANYARD__CONTENT__INIT;
  guint8 secrets[2][LAN_KEY_BYTES], ephemeral_public[LAN_KEY_BYTES];
  g_autoptr (GByteArray) boxes = NULL;
  LanGroupChainState *chain;
  LanGroupChain first;
  LanMessageId id;

  lan_random_bytes (core->random, secrets, sizeof secrets);
  lan_random_bytes (core->random, &id, sizeof id);
  lan_group_chain_begin (&first, &writer, secrets[0]);
  lan_dh_public_from_secret (ephemeral_public, secrets[1]);
  boxes = make_boxes (core, group, &first, secrets[1]);
  for (guint i = 0; i < group->state->heads->len && i < G_N_ELEMENTS (parents); i++) {
    LanGroupOp *head = g_ptr_array_index (group->state->heads, i);

    parents[key.n_parents++] = (ProtobufCBinaryData){ sizeof head->hash.b, head->hash.b };
  }
  key.parents = parents;
  key.name = (ProtobufCBinaryData){ sizeof first.name.b, first.name.b };
  key.ephemeral = (ProtobufCBinaryData){ sizeof ephemeral_public, ephemeral_public };
  key.boxes = (ProtobufCBinaryData){ boxes->len, boxes->data };
  content.body_case = LANYARD__CONTENT__BODY_GROUP_KEY;
  content.group_key = &key;
  chain = add_chain (group, &first.name, &core->self_device, group->own->head.seq + 1);
  chain->first = chain->current = first;
  chain->has_key = TRUE;
  chain->made_ms = core->now.wall_ms;
  chain->epoch = group->state->epoch;
  g_byte_array_unref (chain->parents);
  chain->parents = parents_of (key.n_parents, parents);
  group->sending = chain;
  keep (core, group, chain);
  lan_group_write (core, group, &id, LAN_KIND_GROUP_KEY, &content);
  lan_secret_wipe (secrets, sizeof secrets);
  lan_secret_wipe (&first, sizeof first);
}

/* ---- others' chains ---- */

static const guint8 *
find_box (LanCore *core, const ProtobufCBinaryData *boxes)
{
  for (gsize at = 0; at < boxes->len; at += LAN_GROUP_KEY_BOX_BYTES) {
    if (memcmp (boxes->data + at, core->self_device.b, LAN_DEVICE_ID_BYTES) == 0)
      return boxes->data + at + LAN_DEVICE_ID_BYTES;
  }
  return NULL;
}

/* @key is in the record @seq of @device, and its parents are known. */
void
lan_group_take_key (LanCore *core, LanGroup *group, const LanDeviceId *device, guint64 seq,
                    const Lanyard__GroupKey *key)
{
  LanGroupChainState *chain;
  const guint8 *box = find_box (core, &key->boxes);
  LanHash name;

  memcpy (name.b, key->name.data, sizeof name.b);
  if (g_hash_table_contains (group->chains, &name))
    return; /* a name is used once */
  chain = add_chain (group, &name, device, seq);
  chain->made_ms = core->now.wall_ms;
  g_byte_array_unref (chain->parents);
  chain->parents = parents_of (key->n_parents, key->parents);
  if (box != NULL)
    chain->has_key =
        lan_group_box_open (&chain->first, &chain->writer, &name, box, key->ephemeral.data,
                            lan_device_keys_dh_secret (core->device),
                            lan_device_keys_dh_public (core->device)) == LAN_STATUS_OK;
  chain->first.name = name;
  chain->current = chain->first;
  if (!chain->has_key)
    group->keys_missing = TRUE;
  keep (core, group, chain);
}

GBytes *
lan_group_open (LanGroup *group, const LanDeviceId *device, guint64 seq,
                const LanMessageId *message, const Lanyard__Sealed *sealed)
{
  LanGroupPlace place = { sealed->index, *message };
  LanGroupChainState *chain;
  guint8 *plain;
  LanHash name;
  gsize len;

  memcpy (name.b, sealed->chain.data, sizeof name.b);
  chain = g_hash_table_lookup (group->chains, &name);
  if (chain == NULL || !lan_device_id_equal (&chain->writer.device, device) ||
      sealed->body.len < LAN_GROUP_BOX_OVERHEAD)
    return NULL;
  if (!chain->has_key) {
    chain->sealed_to = MAX (chain->sealed_to == G_MAXUINT64 ? 0 : chain->sealed_to, seq);
    return NULL;
  }
  len = sealed->body.len - LAN_GROUP_BOX_OVERHEAD;
  plain = g_malloc (MAX (len, 1));
  if (place.index < chain->current.index)
    chain->current = chain->first;
  if (lan_group_chain_open (&chain->current, &chain->writer, &place, sealed->body.data,
                            sealed->body.len, plain) != LAN_STATUS_OK) {
    g_free (plain);
    return NULL;
  }
  return g_bytes_new_take (plain, len);
}

/* ---- asking and giving ---- */

static void
send_packed (LanCore *core, LanCoreChannel *channel, LanGroup *group, GByteArray *packed,
             gboolean answer)
{
  Lanyard__GroupKeysWanted wanted = LANYARD__GROUP_KEYS_WANTED__INIT;
  Lanyard__GroupKeys keys = LANYARD__GROUP_KEYS__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  ProtobufCBinaryData id = { sizeof group->row.conversation.b, group->row.conversation.b };
  ProtobufCBinaryData data = { packed->len, packed->data };

  if (answer) {
    keys.group = id;
    keys.keys = data;
    frame.body_case = LANYARD__FRAME__BODY_GROUP_KEYS;
    frame.group_keys = &keys;
  } else {
    wanted.group = id;
    wanted.chains = data;
    frame.body_case = LANYARD__FRAME__BODY_GROUP_KEYS_WANTED;
    frame.group_keys_wanted = &wanted;
  }
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

void
lan_group_ask_keys (LanCore *core, LanGroup *group, LanCoreChannel *channel)
{
  g_autoptr (GByteArray) names = NULL;
  GHashTableIter iter;
  gpointer value;

  if (!group->keys_missing || !lan_group_we_are_in (core, group))
    return;
  names = g_byte_array_new ();
  g_hash_table_iter_init (&iter, group->chains);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroupChainState *chain = value;

    if (!chain->has_key && names->len < 500 * LAN_HASH_BYTES)
      g_byte_array_append (names, chain->first.name.b, LAN_HASH_BYTES);
  }
  if (names->len == 0)
    group->keys_missing = FALSE;
  else
    send_packed (core, channel, group, names, FALSE);
}

/* A key is for those whom its author knew to be in the group; where history is open, for all. */
static gboolean
may_have (LanGroup *group, const LanGroupChainState *chain, const LanGroupMember *member)
{
  ProtobufCBinaryData heads[LAN_GROUP_PARENTS_MAX_COUNT];
  gsize n = MIN (chain->parents->len / LAN_HASH_BYTES, G_N_ELEMENTS (heads));

  if (group->state->open_history)
    return TRUE;
  for (gsize i = 0; i < n; i++)
    heads[i] = (ProtobufCBinaryData){ LAN_HASH_BYTES, chain->parents->data + i * LAN_HASH_BYTES };
  return lan_group_state_is_known_to (group->state, member->joined, n, heads);
}

void
lan_core_on_group_keys_wanted (LanCore *core, LanCoreChannel *channel,
                               const Lanyard__GroupKeysWanted *wanted)
{
  LanGroup *group = lan_group_find (core, wanted->group.data);
  const LanGroupMember *member;
  g_autoptr (GByteArray) keys = NULL;

  if (group == NULL ||
      !lan_core_is_active_device (core, &channel->person->row.account, &channel->device))
    return;
  member = lan_group_state_member (group->state, &channel->person->row.account);
  if (member == NULL)
    return;
  keys = g_byte_array_new ();
  for (gsize at = 0; at < wanted->chains.len; at += LAN_HASH_BYTES) {
    LanGroupChainState *chain;
    guint8 index[4] = { 0 };
    LanHash name;

    memcpy (name.b, wanted->chains.data + at, sizeof name.b);
    chain = g_hash_table_lookup (group->chains, &name);
    if (chain == NULL || !chain->has_key || !may_have (group, chain, member) ||
        keys->len + LAN_GROUP_CHAIN_KEY_BYTES > LAN_GROUP_PACKED_MAX)
      continue;
    g_byte_array_append (keys, name.b, sizeof name.b);
    g_byte_array_append (keys, index, sizeof index);
    g_byte_array_append (keys, chain->first.key, LAN_KEY_BYTES);
  }
  if (keys->len > 0)
    send_packed (core, channel, group, keys, TRUE);
}

void
lan_core_on_group_keys (LanCore *core, LanCoreChannel *channel, const Lanyard__GroupKeys *keys)
{
  LanGroup *group = lan_group_find (core, keys->group.data);

  if (group == NULL || !lan_group_is_member (group, &channel->person->row.account))
    return;
  for (gsize at = 0; at < keys->keys.len; at += LAN_GROUP_CHAIN_KEY_BYTES) {
    LanGroupChainState *chain;
    LanGroupChain first;
    LanHash name;

    memcpy (name.b, keys->keys.data + at, sizeof name.b);
    chain = g_hash_table_lookup (group->chains, &name);
    if (chain == NULL || chain->has_key)
      continue;
    /* Whoever hands it on cannot put another one in its place: the name is made of it. */
    lan_group_chain_begin (&first, &chain->writer,
                           keys->keys.data + at + LAN_HASH_BYTES + sizeof (guint32));
    if (!lan_hash_equal (&first.name, &name)) {
      core->counters.records_refused++;
      continue;
    }
    chain->first = chain->current = first;
    chain->has_key = TRUE;
    keep (core, group, chain);
  }
  lan_group_run_chains (core, group);
}

/* ---- opening what is on disk ---- */

static void
read_on (LanCore *core, LanGroup *group, LanGroupChainState *chain, LanCoreLog *log, guint64 from)
{
  LanCoreAction *action = lan_core_action_new (LAN_CORE_READ);
  LanAsk *ask = lan_core_ask (core, LAN_ASK_GROUP_OPEN, NULL, &action->read.request);
  guint64 to = MIN (chain->key_seq + LAN_GROUP_CHAIN_MAX, log->committed.seq);

  ask->group = group;
  ask->chain = chain->first.name;
  ask->log = log;
  ask->from_seq = from;
  ask->to_seq = MIN (to, MAX (chain->sealed_to, from));
  chain->reading = ask->id;
  action->account = core->self;
  action->read.conversation = group->row.conversation;
  action->read.device = log->device;
  action->read.from_seq = from;
  action->read.to_seq = ask->to_seq;
  action->read.max_bytes = LAN_CORE_READ_BYTES;
  lan_core_push (core, action);
}

/* Chains whose keys came after their records: what waits on disk is opened. */
void
lan_group_run_chains (LanCore *core, LanGroup *group)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, group->chains);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroupChainState *chain = value;
    LanCoreLog *log = lan_group_log (group, &chain->writer.device);

    if (chain->sealed_to == 0 || chain->reading != 0 || !chain->has_key || log == NULL)
      continue;
    if (log->committed.seq > chain->key_seq &&
        (chain->sealed_to == G_MAXUINT64 || log->committed.seq >= chain->sealed_to))
      read_on (core, group, chain, log, chain->key_seq + 1);
  }
}

static void
open_row (LanCore *core, LanGroup *group, const LanRecordRow *row)
{
  g_autoptr (LanContent) outer = NULL;
  g_autoptr (LanContent) inside = NULL;
  g_autoptr (GBytes) opened = NULL;
  LanRecordView view;
  LanChange *change;
  LanCoreAction *event;
  guint16 kind;
  gsize len;
  const guint8 *data = g_bytes_get_data (row->blob, &len);

  if (row->kind != LAN_KIND_SEALED || lan_record_decode (data, len, &view) != LAN_STATUS_OK ||
      lan_content_decode (view.kind, view.content, view.content_len, &outer) != LAN_STATUS_OK)
    return;
  opened = lan_group_open (group, &row->device, row->seq, &row->message, outer->sealed);
  if (opened == NULL ||
      lan_content_decode_sealed (g_bytes_get_data (opened, NULL), g_bytes_get_size (opened), &kind,
                                 &inside) != LAN_STATUS_OK)
    return;
  change = lan_changes_add (lan_core_batch (core)->changes, LAN_CHANGE_RECORD_OPENED);
  lan_record_row_copy (&change->record, row);
  lan_core_set_opened (&change->record, kind, g_steal_pointer (&opened), inside);
  if (kind == LAN_KIND_MESSAGE_OP && (row->flags & LAN_RECORD_WITHDRAWN) == 0)
    lan_core_note_operation (core, &row->author, &row->author, &view, &row->hash, inside,
                             row->order);
  if ((change->record.flags & (LAN_RECORD_HIDDEN | LAN_RECORD_WITHDRAWN)) != 0)
    return;
  event = lan_core_action_new (LAN_CORE_MESSAGE);
  event->account = row->author;
  event->record = g_new0 (LanRecordRow, 1);
  lan_record_row_copy (event->record, &change->record);
  g_ptr_array_add (lan_core_batch (core)->events, event);
}

static void
all_open (LanCore *core, LanGroup *group, LanGroupChainState *chain)
{
  chain->sealed_to = 0;
  keep (core, group, chain);
}

void
lan_group_on_open_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanGroup *group = ask->group;
  LanGroupChainState *chain = g_hash_table_lookup (group->chains, &ask->chain);
  guint64 last = ask->from_seq;

  if (chain == NULL || chain->reading != ask->id)
    return;
  chain->reading = 0;
  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    open_row (core, group, row);
    last = row->seq + 1;
  }
  if (rows->len > 0 && last <= ask->to_seq)
    read_on (core, group, chain, ask->log, last);
  else
    all_open (core, group, chain);
}
