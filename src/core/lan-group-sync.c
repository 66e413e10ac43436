/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How members' logs become the same. Two who meet exchange a digest of what they have; where it
 * differs, all heads; then each asks for the ranges that it lacks, one range of one log of one peer
 * at a time. What is written meanwhile goes from its author to a few neighbours, who tell theirs
 * that they have it. Nobody keeps channels to all: neighbours are chosen on a ring of the members,
 * those at hand first.
 */
#include "lan-group-private.h"

#include "lan-bytes.h"

#include <string.h>

void
lan_group_free_peer (LanGroupPeer *peer)
{
  g_hash_table_unref (peer->held);
  g_free (peer);
}

LanGroupPeer *
lan_group_peer (LanGroup *group, const LanDeviceId *device, const LanAccountId *account)
{
  LanGroupPeer *peer = g_hash_table_lookup (group->peers, device);

  if (peer != NULL)
    return peer;
  peer = g_new0 (LanGroupPeer, 1);
  peer->device = *device;
  peer->account = *account;
  peer->held = g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, g_free, g_free);
  g_hash_table_insert (group->peers, &peer->device, peer);
  return peer;
}

guint64
lan_group_held (const LanGroupPeer *peer, const LanDeviceId *log)
{
  const guint64 *seq = g_hash_table_lookup (peer->held, log);

  return seq != NULL ? *seq : 0;
}

static void
set_held (LanGroupPeer *peer, const LanDeviceId *log, guint64 seq)
{
  guint64 *known = g_hash_table_lookup (peer->held, log);

  if (known != NULL)
    *known = seq;
  else if (g_hash_table_size (peer->held) < LAN_GROUP_MAX_LOGS)
    g_hash_table_insert (peer->held, g_memdup2 (log, sizeof *log), g_memdup2 (&seq, sizeof seq));
}

LanCoreChannel *
lan_group_channel (LanCore *core, const LanGroupPeer *peer)
{
  return peer->channel != 0 ? g_hash_table_lookup (core->channels, &peer->channel) : NULL;
}

/* A newcomer listens to whom it knows; a member to members and to its own other devices. */
gboolean
lan_group_may_bring (LanCore *core, LanGroup *group, LanCoreChannel *channel)
{
  const LanAccountId *account = &channel->person->row.account;

  if (lan_core_is_me (core, channel->person) || lan_group_is_member (group, account))
    return TRUE;
  return !lan_group_we_are_in (core, group) && lan_core_is_accepted (channel->person);
}

/* ---- vectors ---- */

static int
compare_logs (gconstpointer a, gconstpointer b)
{
  const LanCoreLog *x = *(LanCoreLog *const *) a, *y = *(LanCoreLog *const *) b;

  return lan_device_id_compare (&x->device, &y->device);
}

/* Logs with something in them, in one order for all. */
static GPtrArray *
filled_logs (LanGroup *group)
{
  GPtrArray *logs = g_ptr_array_new ();

  for (guint i = 0; i < group->logs->len; i++) {
    if (((LanCoreLog *) g_ptr_array_index (group->logs, i))->committed.seq > 0)
      g_ptr_array_add (logs, g_ptr_array_index (group->logs, i));
  }
  g_ptr_array_sort (logs, compare_logs);
  return logs;
}

static void
write_head (const LanCoreLog *log, GByteArray *out)
{
  guint8 head[LAN_GROUP_HEAD_BYTES] = { 0 };
  guint64 seq = log->committed.seq;
  LanWriter w;

  lan_writer_init (&w, head, sizeof head);
  lan_write_bytes (&w, log->device.b, sizeof log->device.b);
  lan_write_u64 (&w, seq);
  lan_write_bytes (&w, log->committed.hash.b, 8);
  g_byte_array_append (out, head, sizeof head);
}

static GByteArray *
all_heads (LanGroup *group)
{
  g_autoptr (GPtrArray) logs = filled_logs (group);
  GByteArray *heads = g_byte_array_new ();

  for (guint i = 0; i < logs->len && heads->len + LAN_GROUP_HEAD_BYTES <= LAN_GROUP_PACKED_MAX; i++)
    write_head (g_ptr_array_index (logs, i), heads);
  return heads;
}

static void
send_vector (LanCore *core, LanGroup *group, LanCoreChannel *channel, GByteArray *heads,
             const guint8 *digest, gboolean full, gboolean ask)
{
  Lanyard__GroupVector vector = LANYARD__GROUP_VECTOR__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  vector.group =
      (ProtobufCBinaryData){ sizeof group->row.conversation.b, group->row.conversation.b };
  if (digest != NULL)
    vector.digest = (ProtobufCBinaryData){ LAN_GROUP_DIGEST_BYTES, (guint8 *) digest };
  if (heads != NULL)
    vector.heads = (ProtobufCBinaryData){ heads->len, heads->data };
  vector.full = full;
  vector.ask = ask;
  frame.body_case = LANYARD__FRAME__BODY_GROUP_VECTOR;
  frame.group_vector = &vector;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

/* @full: all heads, not their digest alone. */
void
lan_group_send_state (LanCore *core, LanGroup *group, LanCoreChannel *channel, gboolean full,
                      gboolean ask)
{
  g_autoptr (GByteArray) heads = all_heads (group);
  guint8 digest[LAN_GROUP_DIGEST_BYTES];

  lan_hash_n (digest, sizeof digest, heads->data, heads->len);
  send_vector (core, group, channel, full ? heads : NULL, digest, full, ask);
}

static gboolean
covers (LanGroup *group, const LanGroupPeer *peer)
{
  for (guint i = 0; i < group->logs->len; i++) {
    LanCoreLog *log = g_ptr_array_index (group->logs, i);

    if (log->committed.seq > 0 && lan_group_held (peer, &log->device) < log->committed.seq)
      return FALSE;
  }
  return TRUE;
}

/* Somebody who is out is told so once on each channel, by the record that says it. */
static void
tell_out (LanCore *core, LanGroup *group, LanCoreChannel *channel)
{
  const LanAccountId *account = &channel->person->row.account;
  LanGroupPeer *peer = lan_group_peer (group, &channel->device, account);
  const LanGroupOp *removal = lan_group_state_removal (group->state, account);
  Lanyard__GroupNotice notice = LANYARD__GROUP_NOTICE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  ProtobufCBinaryData record;

  if (removal == NULL || removal->blob == NULL || peer->told_out)
    return;
  peer->told_out = TRUE;
  record.data = (guint8 *) g_bytes_get_data (removal->blob, &record.len);
  notice.group =
      (ProtobufCBinaryData){ sizeof group->row.conversation.b, group->row.conversation.b };
  notice.records = &record;
  notice.n_records = 1;
  frame.body_case = LANYARD__FRAME__BODY_GROUP_NOTICE;
  frame.group_notice = &notice;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

/* They hold another record than we do at this place: let us see it. */
static void
ask_record (LanCore *core, LanGroup *group, LanGroupPeer *peer, const LanDeviceId *device,
            guint64 seq)
{
  LanCoreChannel *channel = lan_group_channel (core, peer);
  g_autoptr (GByteArray) ranges = g_byte_array_new ();
  guint8 range[LAN_GROUP_RANGE_BYTES];
  LanWriter w;

  if (channel == NULL)
    return;
  lan_writer_init (&w, range, sizeof range);
  lan_write_bytes (&w, device->b, sizeof device->b);
  lan_write_u64 (&w, seq);
  lan_write_u64 (&w, seq);
  g_byte_array_append (ranges, range, sizeof range);
  lan_group_flush_fetch (core, group, channel, ranges);
}

/* What @channel's end holds of one log. */
static void
note_head (LanCore *core, LanGroup *group, LanGroupPeer *peer, const guint8 *data)
{
  LanDeviceId device;
  LanCoreLog *log;
  LanReader r;
  guint64 seq;

  lan_reader_init (&r, data, LAN_GROUP_HEAD_BYTES);
  lan_read_bytes (&r, device.b, sizeof device.b);
  seq = lan_read_u64 (&r);
  if (seq == 0 || seq >= G_MAXINT64)
    return;
  set_held (peer, &device, seq);
  log = lan_group_add_log (group, &device);
  if (log == NULL)
    return;
  if (seq == log->committed.seq && !log->branched &&
      memcmp (data + LAN_GROUP_HEAD_BYTES - 8, log->committed.hash.b, 8) != 0)
    ask_record (core, group, peer, &device, seq);
  else if (log == group->own)
    lan_group_letters_held (core, group, &peer->account, &peer->device, seq);
  if (log == group->own && seq > log->head.seq) {
    group->restore_to = MAX (group->restore_to, seq);
    lan_deadlines_set (core->deadlines, group, LAN_DUE_GROUP_RESTORE,
                       core->now.mono_us + LAN_CORE_RESTORE_US);
  }
}

LanGroup *
lan_group_join (LanCore *core, LanCoreChannel *channel, const guint8 *id)
{
  LanConversationId conversation;
  LanGroup *group;

  /* A colleague is no stranger, as with a first message. */
  if (channel->person->attested && !lan_core_is_accepted (channel->person) &&
      !lan_core_is_blocked (channel->person))
    lan_core_make_accepted (core, channel->person);
  if ((!lan_core_is_accepted (channel->person) && !lan_core_is_me (core, channel->person)) ||
      lan_core_is_blocked (channel->person) ||
      g_hash_table_size (core->groups) >= LAN_GROUP_MAX_GROUPS)
    return NULL;
  memcpy (conversation.b, id, sizeof conversation.b);
  if (g_hash_table_contains (core->talks, &conversation))
    return NULL;
  group = lan_group_add (core, &conversation);
  if (!lan_core_is_me (core, channel->person) && channel->person->row.trust != LAN_TRUST_VERIFIED &&
      channel->person->row.trust != LAN_TRUST_ATTESTED)
    group->row.flags |= LAN_CONVERSATION_REQUEST;
  return group;
}

static void
look_at (LanCore *core, LanGroup *group, LanGroupPeer *peer)
{
  peer->covered = covers (group, peer);
  lan_group_update_wants (core, group);
  if (group->states_due)
    lan_group_tell_states (core, group);
  group->states_due = FALSE;
}

/* Of two whose digests crossed one answers. */
static gboolean
wants_heads (LanCore *core, LanGroup *group, const LanGroupPeer *peer,
             const Lanyard__GroupVector *vector)
{
  if (vector->ask)
    return TRUE;
  return vector->digest.len > 0 && !vector->full &&
         (group->state->first == NULL ||
          lan_device_id_compare (&core->self_device, &peer->device) < 0);
}

void
lan_core_on_group_vector (LanCore *core, LanCoreChannel *channel,
                          const Lanyard__GroupVector *vector)
{
  LanGroup *group = lan_group_find (core, vector->group.data);
  g_autoptr (GByteArray) heads = NULL;
  guint8 digest[LAN_GROUP_DIGEST_BYTES];
  LanGroupPeer *peer;
  guint64 had;
  gboolean same;

  if (channel->by_mail)
    return;
  if (group == NULL)
    group = lan_group_join (core, channel, vector->group.data);
  if (group == NULL)
    return;
  if (!lan_group_may_bring (core, group, channel)) {
    tell_out (core, group, channel);
    return;
  }
  peer = lan_group_peer (group, &channel->device, &channel->person->row.account);
  if (channel->best)
    peer->channel = channel->id;
  heads = all_heads (group);
  lan_hash_n (digest, sizeof digest, heads->data, heads->len);
  same = vector->digest.len > 0 && memcmp (digest, vector->digest.data, sizeof digest) == 0;
  had = lan_group_held (peer, &group->own->device);
  if (vector->full)
    g_hash_table_remove_all (peer->held);
  for (gsize at = 0; at < vector->heads.len; at += LAN_GROUP_HEAD_BYTES)
    note_head (core, group, peer, vector->heads.data + at);
  for (gsize at = 0; same && at < heads->len; at += LAN_GROUP_HEAD_BYTES)
    note_head (core, group, peer, heads->data + at);
  group->states_due = had != lan_group_held (peer, &group->own->device);
  look_at (core, group, peer);
  if (same && vector->ask && !vector->full)
    lan_group_send_state (core, group, channel, FALSE, FALSE); /* they did not know that */
  if (!same && wants_heads (core, group, peer, vector))
    send_vector (core, group, channel, heads, digest, TRUE, !vector->full);
  lan_group_run_pulls (core, group);
  lan_group_ask_keys (core, group, channel);
  lan_group_look_later (core, group);
}

/* ---- telling what is new ---- */

/* Own records that are on disk now go out as they are, to at most eight. */
static void
push_fresh (LanCore *core, LanGroup *group, LanCoreChannel *channel, LanGroupPeer *peer)
{
  g_autoptr (GPtrArray) blobs = g_ptr_array_new ();

  for (GList *l = group->fresh.head; l != NULL; l = l->next) {
    LanGroupFresh *fresh = l->data;

    if (fresh->seq <= group->own->committed.seq && fresh->seq > peer->pushed &&
        fresh->seq > lan_group_held (peer, &group->own->device)) {
      g_ptr_array_add (blobs, fresh->blob);
      peer->pushed = fresh->seq;
    }
  }
  lan_group_send_records (core, channel, blobs);
}

static void
drop_fresh (LanGroup *group)
{
  LanGroupFresh *fresh;

  while ((fresh = g_queue_peek_head (&group->fresh)) != NULL &&
         fresh->seq <= group->own->committed.seq) {
    g_queue_pop_head (&group->fresh);
    g_bytes_unref (fresh->blob);
    g_free (fresh);
  }
}

/* Heads that the peer does not have yet, and its own log's: that is its receipt. */
static void
tell_heads (LanCore *core, LanGroup *group, LanCoreChannel *channel, LanGroupPeer *peer,
            gboolean pushed)
{
  g_autoptr (GByteArray) heads = g_byte_array_new ();

  for (guint i = 0; i < group->logs->len; i++) {
    LanCoreLog *log = g_ptr_array_index (group->logs, i);
    guint64 counted;

    if (!log->announce || (log == group->own && pushed))
      continue;
    counted = log->committed.seq;
    if (counted > 0 && (lan_group_held (peer, &log->device) < counted ||
                        lan_device_id_equal (&log->device, &peer->device)))
      write_head (log, heads);
  }
  if (heads->len > 0)
    send_vector (core, group, channel, heads, NULL, FALSE, FALSE);
}

void
lan_group_announce (LanCore *core, LanGroup *group)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, group->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroupPeer *peer = value;
    LanCoreChannel *channel = lan_group_channel (core, peer);
    gboolean push = n < LAN_GROUP_NEIGHBOURS;

    peer->covered = covers (group, peer);
    if (channel == NULL)
      continue;
    if (!lan_core_is_me (core, channel->person) && !lan_group_is_member (group, &peer->account)) {
      tell_out (core, group, channel);
      continue;
    }
    n++;
    if (push)
      push_fresh (core, group, channel, peer);
    tell_heads (core, group, channel, peer, push);
  }
  for (guint i = 0; i < group->logs->len; i++)
    ((LanCoreLog *) g_ptr_array_index (group->logs, i))->announce = FALSE;
  drop_fresh (group);
  group->announce = FALSE;
  lan_group_run_pulls (core, group);
  lan_group_run_chains (core, group);
  lan_group_update_wants (core, group);
  lan_group_look_later (core, group);
  lan_group_arm_letters (core, group);
}

/* ---- channels ---- */

/* @channel is a device of a member, or of us. */
static void
greet (LanCore *core, LanGroup *group, LanCoreChannel *channel)
{
  LanGroupPeer *peer;

  if (group->state->first == NULL)
    return;
  if (!lan_core_is_me (core, channel->person) &&
      !lan_group_is_member (group, &channel->person->row.account)) {
    if (g_hash_table_contains (group->state->ever, &channel->person->row.account) &&
        lan_group_we_are_in (core, group))
      tell_out (core, group, channel);
    return;
  }
  peer = lan_group_peer (group, &channel->device, &channel->person->row.account);
  peer->channel = channel->id;
  peer->pushed = 0;
  peer->told_out = FALSE;
  lan_group_send_state (core, group, channel, FALSE, FALSE);
  lan_group_look_later (core, group);
}

void
lan_group_begin_sync (LanCore *core, LanCoreChannel *channel)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    greet (core, value, channel);
}

/* Members whom no digest went to yet: they have just been added. */
void
lan_group_greet (LanCore *core, LanGroup *group)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCoreChannel *channel = value;
    LanGroupPeer *peer;

    if (channel->person == NULL || !channel->best)
      continue;
    peer = g_hash_table_lookup (group->peers, &channel->device);
    if (peer == NULL || peer->channel != channel->id)
      greet (core, group, channel);
  }
}
