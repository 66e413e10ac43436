/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The world's side of a core's actions, and what it checks of each: that nothing leaves or is told
 * before it is on disk, and nothing twice.
 */
#include "sim-post.h"

#include "lan-content.h"
#include "lan-record.h"

#include <string.h>

static gint64
draw (Sim *sim, gint64 most_us)
{
  return lan_random_below (&sim->random.base, (guint32) most_us + 1);
}

static gboolean
chance (Sim *sim, guint permille)
{
  return permille > 0 && lan_random_below (&sim->random.base, 1000) < permille;
}

static void
check_vector (SimNode *node, const Lanyard__Vector *vector)
{
  LanConversationId id;

  memcpy (id.b, vector->conversation.data, sizeof id.b);
  for (gsize i = 0; i < vector->n_heads && vector->holder.len == 0; i++) {
    LanDeviceId device;
    LanRecordRow *row;

    memcpy (device.b, vector->heads[i]->device.data, sizeof device.b);
    row = sim_store_find (node->store, &id, &device, vector->heads[i]->seq);
    g_assert_nonnull (row);
    g_assert_cmpmem (row->hash.b, sizeof row->hash.b, vector->heads[i]->hash.data,
                     vector->heads[i]->hash.len);
  }
}

/* Heads of groups' logs, too, are of records on disk. */
static void
check_group_vector (SimNode *node, const Lanyard__GroupVector *vector)
{
  LanConversationId id;

  memcpy (id.b, vector->group.data, sizeof id.b);
  for (gsize at = 0; at < vector->heads.len; at += LAN_GROUP_HEAD_BYTES) {
    LanDeviceId device;
    guint64 seq;

    memcpy (device.b, vector->heads.data + at, sizeof device.b);
    memcpy (&seq, vector->heads.data + at + sizeof device.b, sizeof seq);
    g_assert_nonnull (sim_store_find (node->store, &id, &device, GUINT64_FROM_LE (seq)));
  }
}

static void
check_records (SimNode *node, const Lanyard__Records *records)
{
  for (gsize i = 0; i < records->n_records; i++) {
    LanRecordView view;
    LanRecordRow *row;

    g_assert_cmpint (lan_record_decode (records->records[i].data, records->records[i].len, &view),
                     ==, LAN_STATUS_OK);
    row = sim_store_find (node->store, &view.conversation, &view.device, view.seq);
    g_assert_nonnull (row);
    g_assert_cmpmem (g_bytes_get_data (row->blob, NULL), g_bytes_get_size (row->blob),
                     records->records[i].data, records->records[i].len);
  }
}

/* Records and receipts leave only when they are on disk. */
void
sim_check_send (Sim *sim, SimNode *node, GBytes *bytes)
{
  g_autoptr (LanFrame) frame = NULL;
  LanFrameType type =
      lan_frame_peek_type (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  g_assert_cmpint (
      lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &frame), ==,
      LAN_STATUS_OK);
  g_assert_cmpint (type, ==, lan_frame_type (frame));
  if (type == LAN_FRAME_VECTOR)
    check_vector (node, frame->vector);
  else if (type == LAN_FRAME_GROUP_VECTOR)
    check_group_vector (node, frame->group_vector);
  else if (type == LAN_FRAME_RECORDS)
    check_records (node, frame->records);
}

static char *
key_of (const LanAccountId *author, const LanMessageId *message)
{
  g_autofree char *a = lan_account_id_to_hex (author);
  g_autofree char *m = lan_message_id_to_hex (message);

  return g_strconcat (a, m, NULL);
}

void
sim_check_message (Sim *sim, SimNode *node, const LanRecordRow *row)
{
  g_autofree char *key = key_of (&row->author, &row->message);
  LanRecordRow *kept = sim_store_find (node->store, &row->conversation, &row->device, row->seq);

  g_assert_nonnull (kept);
  g_assert_true (lan_hash_equal (&kept->hash, &row->hash));
  /* Only what is written again under a new key may be told again. */
  if ((row->flags & LAN_RECORD_SENT_AGAIN) == 0 && g_hash_table_contains (node->told, key))
    g_error ("seed %" G_GUINT64_FORMAT ": desktop %u was told of one message twice", sim->seed,
             node->index);
  if ((row->flags & LAN_RECORD_OWN) == 0)
    node->received++;
  g_hash_table_add (node->told, g_steal_pointer (&key));
}

/* States by how far they are, which is not the order of their numbers. */
static const LanMessageState by_rank[] = { LAN_MESSAGE_QUEUED, LAN_MESSAGE_CARRIED,
                                           LAN_MESSAGE_MAILBOX, LAN_MESSAGE_DELIVERED,
                                           LAN_MESSAGE_READ };

static int
rank_of (LanMessageState state)
{
  for (guint i = 0; i < G_N_ELEMENTS (by_rank); i++)
    if (by_rank[i] == state)
      return (int) i;
  return -1;
}

void
sim_note_state (Sim *sim, SimNode *node, LanCoreAction *action)
{
  for (guint i = 0; i < action->state.messages->len; i++) {
    char *key = lan_message_id_to_hex (&g_array_index (action->state.messages, LanMessageId, i));
    int known = GPOINTER_TO_INT (g_hash_table_lookup (node->states, key));

    g_hash_table_insert (node->states, key,
                         GINT_TO_POINTER (MAX (known, rank_of (action->state.state) + 1)));
  }
}

static SimPipe *
pipe_of (Sim *sim, guint64 channel)
{
  return g_hash_table_lookup (sim->pipes, &channel);
}

static void
deliver (Sim *sim, SimPipe *pipe, guint end, GBytes *bytes, gint64 due)
{
  SimEvent *event = sim_add (sim, SIM_FRAME, pipe->ends[end], due);

  event->channel = pipe->id;
  event->carrier = pipe->carrier;
  event->bytes = g_bytes_ref (bytes);
}

static void
send_frame (Sim *sim, SimNode *node, LanCoreAction *action)
{
  SimPipe *pipe = pipe_of (sim, action->send.channel);
  LanFrameType type = lan_frame_peek_type (g_bytes_get_data (action->send.bytes, NULL),
                                           g_bytes_get_size (action->send.bytes));
  g_autoptr (GBytes) bytes = NULL;
  gboolean twice = FALSE;
  guint end;
  gint64 due;

  sim_check_send (sim, node, action->send.bytes);
  if (pipe == NULL)
    return;
  sim->frames_sent++;
  sim->bytes_sent += g_bytes_get_size (action->send.bytes);
  if (chance (sim, sim->break_permille)) {
    sim_break (sim, pipe);
    return;
  }
  end = pipe->ends[0] == node->index ? 1 : 0;
  bytes = sim->tamper == NULL ? g_bytes_ref (action->send.bytes)
                              : sim->tamper (sim, node->index, pipe->ends[end], action->send.bytes,
                                             sim->tamper_data, &twice);
  if (bytes == NULL)
    return;
  if (type != LAN_FRAME_IDENTITY && chance (sim, sim->lost_permille))
    return;
  due = sim->now_us + 50 + draw (sim, sim->delay_us);
  if (type != LAN_FRAME_IDENTITY && chance (sim, sim->rough_permille)) {
    switch (lan_random_below (&sim->random.base, 3)) {
    case 0: /* lost */
      return;
    case 1: /* doubled */
      deliver (sim, pipe, end, bytes, due + sim->delay_us);
      break;
    default: /* overtaken by what follows */
      deliver (sim, pipe, end, bytes, due + sim->delay_us * 4);
      return;
    }
  }
  due = MAX (due, pipe->last_due_us[end] + 1);
  pipe->last_due_us[end] = due;
  deliver (sim, pipe, end, bytes, due);
  if (twice)
    deliver (sim, pipe, end, bytes, due + 1);
}

/* The store does one thing after the other. */
static gint64
store_time (Sim *sim, SimNode *node)
{
  node->store_free_us = MAX (node->store_free_us, sim->now_us) + 100 + draw (sim, 1500);
  return node->store_free_us;
}

static int
index_of (Sim *sim, const LanAccountId *account, const LanDeviceId *device)
{
  for (guint i = 0; i < sim->nodes->len; i++) {
    if (lan_account_id_equal (sim_id (sim, i), account) &&
        (lan_device_id_is_zero (device) || lan_device_id_equal (sim_device (sim, i), device)))
      return (int) i;
  }
  return -1;
}

static void
want (Sim *sim, SimNode *node, LanCoreAction *action)
{
  int peer = index_of (sim, &action->account, &action->want.device);

  if (peer < 0)
    return;
  if (!action->on) {
    g_hash_table_remove (node->wanted, GINT_TO_POINTER (peer + 1));
    return;
  }
  g_hash_table_add (node->wanted, GINT_TO_POINTER (peer + 1));
  sim_add (sim, SIM_DIAL, node->index, sim->now_us + 1000)->peer = (guint) peer;
}

static void
new_keys (Sim *sim, SimNode *node)
{
  LanTime now = sim_time (sim, node->index);
  LanCoreConfig config;

  node->n_new_keys++;
  sim_make_device (sim, node);
  config = (LanCoreConfig){ g_ptr_array_index (node->device_keys, node->device_keys->len - 1),
                            node->list, node->cert, &sim->random.base };
  lan_core_set_identity (node->core, &config, &now);
}

/* Another device of the person brought another list. */
static void
own_list (Sim *sim, SimNode *node, LanCoreAction *action)
{
  g_autoptr (GBytes) list =
      lan_device_list_settle (node->list, sim_device (sim, node->index), action->own_list.list,
                              &action->own_list.from, node->account);

  if (list != NULL && !g_bytes_equal (list, node->list))
    sim_take_list (sim, node, list);
}

void
sim_carry_out (Sim *sim, SimNode *node, LanCoreAction *action)
{
  SimEvent *event;

  if (sim_post_carry_out (sim, node, action))
    return;
  switch (action->type) {
  case LAN_CORE_SEND:
    send_frame (sim, node, action);
    break;
  case LAN_CORE_COMMIT:
    event = sim_add (sim, SIM_COMMITTED, node->index, store_time (sim, node));
    event->batch = action->commit.batch;
    event->changes = g_steal_pointer (&action->commit.changes);
    break;
  case LAN_CORE_READ:
    sim_add (sim, SIM_ROWS, node->index, store_time (sim, node))->ask = *action;
    break;
  case LAN_CORE_FIND:
    sim_add (sim, SIM_FOUND, node->index, store_time (sim, node))->ask = *action;
    break;
  case LAN_CORE_WANT_CHANNEL:
    want (sim, node, action);
    break;
  case LAN_CORE_CLOSE:
    if (pipe_of (sim, action->close.channel) != NULL)
      sim_break (sim, pipe_of (sim, action->close.channel));
    break;
  case LAN_CORE_NEW_KEYS:
    new_keys (sim, node);
    break;
  case LAN_CORE_OWN_LIST:
    own_list (sim, node, action);
    break;
  case LAN_CORE_REVOKED:
    node->n_revoked++;
    break;
  case LAN_CORE_MESSAGE:
    sim_check_message (sim, node, action->record);
    break;
  case LAN_CORE_MESSAGE_STATE:
    sim_note_state (sim, node, action);
    break;
  case LAN_CORE_SEND_FAILED:
    node->n_failed++;
    break;
  case LAN_CORE_TYPING:
    node->n_typing++;
    break;
  case LAN_CORE_PRESENCE:
    node->n_presence++;
    break;
  case LAN_CORE_KEY_CLAIM:
    node->n_claims++;
    break;
  case LAN_CORE_WANT_BUNDLE: /* only with a mailbox */
  case LAN_CORE_WANT_PAPERS:
  case LAN_CORE_DEPOSIT:
  case LAN_CORE_CANCEL_DEPOSIT:
  case LAN_CORE_MAIL_ACK:
  case LAN_CORE_PUBLISH_PREKEYS:
  case LAN_CORE_ACTION_N:
    break;
  case LAN_CORE_READ_CARRIED:
    sim_add (sim, SIM_LETTER, node->index, store_time (sim, node))->ask = *action;
    break;
  case LAN_CORE_OVER_LIMIT:
    node->n_over++;
    break;
  case LAN_CORE_CLOCK:
    node->n_clock++;
    break;
  case LAN_CORE_FRAME:
    node->n_frames++;
    break;
  case LAN_CORE_IDENTIFIED:
  case LAN_CORE_PERSON:
  case LAN_CORE_PERSON_GONE:
  case LAN_CORE_CONVERSATION:
  case LAN_CORE_DEVICES:
  default:
    break;
  }
}

/* ---- what scenarios say ---- */

LanMessageId
sim_say (Sim *sim, guint from, guint to, const char *text)
{
  SimNode *node = sim_node (sim, from);
  LanTime now = sim_time (sim, from);
  LanMessageId id;

  lan_random_bytes (&sim->random.base, &id, sizeof id);
  g_assert_cmpint (lan_core_send_text (node->core, sim_id (sim, to), &id, text, &now), ==,
                   LAN_STATUS_OK);
  sim_drain (sim, node);
  return id;
}

LanMessageId
sim_offer (Sim *sim, guint from, guint to, const char *name)
{
  SimNode *node = sim_node (sim, from);
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  LanTime now = sim_time (sim, from);
  guint8 root[32] = { 1 };
  LanMessageId id;

  lan_random_bytes (&sim->random.base, &id, sizeof id);
  offer.name = (char *) name;
  offer.size = 1000;
  offer.root = (ProtobufCBinaryData){ sizeof root, root };
  offer.leaf_size = LAN_FILE_LEAF_BYTES;
  g_assert_cmpint (lan_core_offer_file (node->core, sim_id (sim, to), &id, &offer, &now), ==,
                   LAN_STATUS_OK);
  sim_drain (sim, node);
  return id;
}

void
sim_accept (Sim *sim, guint who, guint whom)
{
  LanTime now = sim_time (sim, who);

  g_assert_cmpint (lan_core_accept (sim_node (sim, who)->core, sim_id (sim, whom), &now), ==,
                   LAN_STATUS_OK);
  sim_drain (sim, sim_node (sim, who));
}

void
sim_befriend (Sim *sim, guint a, guint b)
{
  sim_connect (sim, a, b, LAN_CARRIER_LANE);
  sim_run (sim, 100);
  sim_accept (sim, a, b);
  sim_accept (sim, b, a);
  sim_run (sim, 100);
}

void
sim_read_all (Sim *sim, guint who, guint other)
{
  SimNode *node = sim_node (sim, who);
  LanConversationId id = sim_conversation (sim, who, other);
  g_autoptr (GPtrArray) rows = sim_store_screen (node->store, &id);
  LanTime now = sim_time (sim, who);

  for (guint i = rows->len; i > 0; i--) {
    const LanRecordRow *row = g_ptr_array_index (rows, i - 1);

    if ((row->flags & LAN_RECORD_OWN) != 0)
      continue;
    lan_core_mark_read (node->core, &id, &row->device, row->seq, row->hlc, &now);
    break;
  }
  sim_drain (sim, node);
}

int
sim_state (Sim *sim, guint index, const LanMessageId *message)
{
  g_autofree char *key = lan_message_id_to_hex (message);

  int rank = GPOINTER_TO_INT (g_hash_table_lookup (sim_node (sim, index)->states, key)) - 1;

  return rank >= 0 ? (int) by_rank[rank] : -1;
}

void
sim_shown (Sim *sim, guint who, guint a, guint b, const LanAccountId *author,
           const LanMessageId *message, LanShown *shown)
{
  SimStore *store = sim_node (sim, who)->store;
  LanConversationId id = sim_conversation (sim, a, b);
  g_autoptr (GPtrArray) rows = sim_store_screen (store, &id);
  g_autoptr (GPtrArray) operations = sim_store_operations (store, &id, author, message);
  const LanRecordRow *row = NULL;

  for (guint i = 0; i < rows->len && row == NULL; i++) {
    row = g_ptr_array_index (rows, i);
    if (!lan_message_id_equal (&row->message, message) ||
        !lan_account_id_equal (&row->author, author))
      row = NULL;
  }
  g_assert_nonnull (row);
  lan_shown_fold (shown, row->kind, row->text, operations);
}

guint
sim_count (Sim *sim, guint who, guint other)
{
  LanConversationId id = sim_conversation (sim, who, other);
  g_autoptr (GPtrArray) rows = sim_store_screen (sim_node (sim, who)->store, &id);

  return rows->len;
}

const char *
sim_text (Sim *sim, guint who, guint other, guint nth)
{
  LanConversationId id = sim_conversation (sim, who, other);
  g_autoptr (GPtrArray) rows = sim_store_screen (sim_node (sim, who)->store, &id);

  g_assert_cmpuint (nth, <, rows->len);
  return ((LanRecordRow *) g_ptr_array_index (rows, nth))->text;
}

void
sim_assert_same (Sim *sim, guint a, guint b, guint count)
{
  LanConversationId id = sim_conversation (sim, a, b);
  g_autoptr (GPtrArray) left = sim_store_screen (sim_node (sim, a)->store, &id);
  g_autoptr (GPtrArray) right = sim_store_screen (sim_node (sim, b)->store, &id);

  if (left->len != count || right->len != count)
    g_error ("seed %" G_GUINT64_FORMAT ": %u and %u show %u and %u messages, not %u", sim->seed, a,
             b, left->len, right->len, count);
  for (guint i = 0; i < count; i++) {
    const LanRecordRow *x = g_ptr_array_index (left, i), *y = g_ptr_array_index (right, i);

    if (!lan_message_id_equal (&x->message, &y->message) ||
        !lan_account_id_equal (&x->author, &y->author) || g_strcmp0 (x->text, y->text) != 0)
      g_error ("seed %" G_GUINT64_FORMAT ": %u and %u differ at message %u", sim->seed, a, b, i);
  }
}
