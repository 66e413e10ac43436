/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A group: made, looked at, and what follows when its operations say something new.
 */
#include "lan-group-private.h"

#include <string.h>

static void
device_free (LanGroupDevice *device)
{
  g_bytes_unref (device->bytes);
  g_free (device);
}

static void
log_free (LanCoreLog *log)
{
  g_clear_pointer (&log->waiting, g_hash_table_unref);
  g_free (log);
}

static void
fresh_free (LanGroupFresh *fresh)
{
  g_bytes_unref (fresh->blob);
  g_free (fresh);
}

LanGroup *
lan_group_find (LanCore *core, const guint8 *id)
{
  LanConversationId key;

  memcpy (key.b, id, sizeof key.b);
  return g_hash_table_lookup (core->groups, &key);
}

LanGroup *
lan_group_add (LanCore *core, const LanConversationId *id)
{
  LanGroup *group = g_new0 (LanGroup, 1);

  group->row.conversation = *id;
  group->row.kind = LAN_CONVERSATION_GROUP;
  group->state = lan_group_state_new (id);
  group->logs = g_ptr_array_new_with_free_func ((GDestroyNotify) log_free);
  group->by_device = g_hash_table_new (lan_device_id_hash, lan_device_id_equal);
  group->devices = g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, NULL,
                                          (GDestroyNotify) device_free);
  group->chains = g_hash_table_new_full (lan_hash_hash, lan_hash_equal, NULL,
                                         (GDestroyNotify) lan_group_free_chain);
  group->peers = g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, NULL,
                                        (GDestroyNotify) lan_group_free_peer);
  group->reads = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, g_free);
  group->wanted = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, NULL);
  group->forked = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, NULL);
  group->typing = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, g_free);
  group->letters = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL,
                                          (GDestroyNotify) lan_core_free_talk);
  group->marks = g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, g_free, g_free);
  g_queue_init (&group->fresh);
  g_queue_init (&group->deferred);
  group->version = 1;
  group->own = lan_group_add_log (group, &core->self_device);
  (void) lan_group_add_cert (core, group, g_bytes_get_data (core->cert, NULL),
                             g_bytes_get_size (core->cert), &core->self);
  g_hash_table_insert (core->groups, &group->row.conversation, group);
  return group;
}

const LanConversationRow *
lan_group_row (LanCore *core, const LanConversationId *id)
{
  const LanGroup *group = g_hash_table_lookup (core->groups, id);

  return group != NULL ? &group->row : NULL;
}

void
lan_group_free (LanGroup *group)
{
  lan_conversation_row_clear (&group->row);
  g_queue_clear_full (&group->fresh, (GDestroyNotify) fresh_free);
  g_queue_clear_full (&group->deferred, (GDestroyNotify) lan_deferred_free);
  g_hash_table_unref (group->chains);
  g_hash_table_unref (group->peers);
  g_hash_table_unref (group->reads);
  g_hash_table_unref (group->wanted);
  g_clear_pointer (&group->neighbours, g_hash_table_unref);
  g_hash_table_unref (group->forked);
  g_hash_table_unref (group->marks);
  g_hash_table_unref (group->letters);
  g_hash_table_unref (group->typing);
  g_hash_table_unref (group->devices);
  g_hash_table_unref (group->by_device);
  g_ptr_array_unref (group->logs);
  lan_group_state_free (group->state);
  g_free (group);
}

LanCoreLog *
lan_group_log (LanGroup *group, const LanDeviceId *device)
{
  return g_hash_table_lookup (group->by_device, device);
}

/* NULL: too many. */
LanCoreLog *
lan_group_add_log (LanGroup *group, const LanDeviceId *device)
{
  LanCoreLog *log = lan_group_log (group, device);

  if (log != NULL || group->logs->len >= LAN_GROUP_MAX_LOGS)
    return log;
  log = g_new0 (LanCoreLog, 1);
  log->group = group;
  log->device = *device;
  log->hidden_after = G_MAXUINT64;
  g_ptr_array_add (group->logs, log);
  g_hash_table_insert (group->by_device, &log->device, log);
  return log;
}

/* Whose device it is, by its certificate; NULL: not known. */
const LanAccountId *
lan_group_author (LanCore *core, LanGroup *group, const LanDeviceId *device)
{
  const LanGroupDevice *known = g_hash_table_lookup (group->devices, device);

  if (known != NULL)
    return &known->cert.account;
  return lan_device_id_equal (device, &core->self_device) ? &core->self : NULL;
}

/* @account: (nullable): whose it must be. */
gboolean
lan_group_add_cert (LanCore *core, LanGroup *group, const guint8 *data, gsize len,
                    const LanAccountId *account)
{
  LanGroupDevice *device;
  LanCert cert;

  if (lan_cert_verify (&cert, data, len) != LAN_STATUS_OK ||
      (account != NULL && !lan_account_id_equal (&cert.account, account)))
    return FALSE;
  if (g_hash_table_contains (group->devices, &cert.device))
    return TRUE;
  if (g_hash_table_size (group->devices) >= LAN_GROUP_MAX_LOGS)
    return FALSE;
  device = g_new0 (LanGroupDevice, 1);
  device->cert = cert;
  device->bytes = g_bytes_new (data, len);
  g_hash_table_insert (group->devices, &device->cert.device, device);
  if (core->started && !lan_device_id_equal (&cert.device, &core->self_device))
    lan_group_put_item (core, group, LAN_GROUP_ITEM_CERT, &cert.device, sizeof cert.device,
                        g_bytes_ref (device->bytes));
  return TRUE;
}

gboolean
lan_group_is_member (LanGroup *group, const LanAccountId *account)
{
  return lan_group_state_role (group->state, account) != LAN_GROUP_ROLE_NONE;
}

gboolean
lan_group_we_are_in (LanCore *core, LanGroup *group)
{
  return !group->out && lan_group_is_member (group, &core->self);
}

/* Before the beginning has taken effect nobody is a member, its author included. */
void
lan_group_note_author (LanCore *core, LanGroup *group, LanCoreLog *log)
{
  const LanAccountId *author = lan_group_author (core, group, &log->device);

  if (author != NULL && !lan_account_id_equal (author, &core->self) &&
      !lan_group_is_member (group, author) && group->state->members->len > 0)
    log->hidden_after = lan_group_state_cut (group->state, author, &log->device);
}

void
lan_group_touch (LanCore *core, LanGroup *group)
{
  LanBatch *batch = lan_core_batch (core);

  if (!g_ptr_array_find (batch->groups, group, NULL))
    g_ptr_array_add (batch->groups, group);
  group->dirty = group->kept = TRUE;
  batch->urgent = TRUE;
}

/* Takes @value. */
void
lan_group_put_item (LanCore *core, LanGroup *group, LanGroupItemKind kind, const void *key,
                    gsize key_len, GBytes *value)
{
  LanChange *change = lan_changes_add (lan_core_batch (core)->changes, LAN_CHANGE_GROUP_ITEM);

  change->group_item.conversation = group->row.conversation;
  change->group_item.kind = kind;
  change->group_item.key = g_bytes_new (key, key_len);
  change->group_item.value = value;
}

void
lan_group_tell (LanCore *core, LanGroup *group)
{
  LanCoreAction *event = lan_core_action_new (LAN_CORE_CONVERSATION);

  event->conversation.id = group->row.conversation;
  g_ptr_array_add (lan_core_batch (core)->events, event);
}

/* ---- after operations ---- */

static void
take_certs (LanCore *core, LanGroup *group, const LanGroupOp *op)
{
  const Lanyard__GroupOp *body = op->content->group_op;

  for (gsize i = 0; i < body->n_people; i++) {
    LanAccountId account;

    memcpy (account.b, body->people[i]->account.data, sizeof account.b);
    for (gsize k = 0; k < body->people[i]->n_certs; k++)
      (void) lan_group_add_cert (core, group, body->people[i]->certs[k].data,
                                 body->people[i]->certs[k].len, &account);
  }
}

/* Co-members are people: known by name, so that they can be found and shown. */
static void
know_members (LanCore *core, LanGroup *group)
{
  for (guint i = 0; i < group->state->members->len; i++) {
    const LanGroupMember *member = g_ptr_array_index (group->state->members, i);
    LanCorePerson *person;

    if (lan_account_id_equal (&member->account, &core->self))
      continue;
    person = lan_core_add_person (core, &member->account);
    if (person->row.name[0] == '\0' && member->name[0] != '\0')
      lan_core_set_name (person, member->name);
    if (core->started && !person->told) {
      person->told = TRUE;
      lan_core_tell_person (core, LAN_CORE_PERSON, person);
    }
  }
}

static void
show_range (LanCore *core, LanCoreLog *log, guint64 from, guint64 to, gboolean on)
{
  LanChange *change;

  if (from > to)
    return;
  change = lan_changes_add (lan_core_batch (core)->changes, LAN_CHANGE_RECORDS_SHOWN);
  change->range.conversation = log->group->row.conversation;
  change->range.device = log->device;
  change->range.from_seq = from;
  change->range.to_seq = to;
  change->range.on = on;
}

/* What somebody wrote behind their removal does not stand, wherever it was seen. */
static void
hide_removed (LanCore *core, LanGroup *group, LanCoreLog *log)
{
  const LanAccountId *author = lan_group_author (core, group, &log->device);
  guint64 after = G_MAXUINT64;

  if (author == NULL || lan_account_id_equal (author, &core->self))
    return;
  if (!lan_group_is_member (group, author))
    after = lan_group_state_cut (group->state, author, &log->device);
  if (after == log->hidden_after)
    return;
  if (after < log->hidden_after)
    show_range (core, log, after + 1, MIN (log->hidden_after, log->head.seq), FALSE);
  else
    show_range (core, log, log->hidden_after + 1, MIN (after, log->head.seq), TRUE);
  log->hidden_after = after;
}

/* Whoever was told to be out is in again by another operation than before. */
static void
note_membership (LanCore *core, LanGroup *group)
{
  const LanGroupMember *self = lan_group_state_member (group->state, &core->self);

  if (self == NULL || !group->out)
    return;
  if (!core->started)
    group->joined = self->joined->hash;
  else if (!lan_hash_equal (&group->joined, &self->joined->hash))
    group->out = FALSE;
  if (!group->out)
    group->row.flags &= ~(guint32) LAN_CONVERSATION_LEFT;
}

void
lan_group_resolved (LanCore *core, LanGroup *group)
{
  GHashTableIter iter;
  gpointer value;

  lan_group_state_resolve (group->state);
  g_hash_table_iter_init (&iter, group->state->ops);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    take_certs (core, group, value);
  know_members (core, group);
  for (guint i = 0; i < group->logs->len; i++) {
    LanCoreLog *log = g_ptr_array_index (group->logs, i);

    if (core->started)
      hide_removed (core, group, log);
    else
      lan_group_note_author (core, group, log);
  }
  group->version++;
  g_clear_pointer (&group->neighbours, g_hash_table_unref);
  note_membership (core, group);
  if (!core->started)
    return;
  lan_group_tell (core, group);
  lan_group_update_wants (core, group);
}

/* ---- commits ---- */

/* After NEW_KEYS: another log, other chains; the old log stays as it is. */
void
lan_group_new_device (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroup *group = value;

    group->own = lan_group_add_log (group, &core->self_device);
    lan_group_letters_new_device (group);
    group->told_delivered = group->told_read = group->told_left = group->told_carried = 0;
    group->sending = NULL;
    group->restore_to = 0;
    g_queue_clear_full (&group->fresh, (GDestroyNotify) fresh_free);
    (void) lan_group_add_cert (core, group, g_bytes_get_data (core->cert, NULL),
                               g_bytes_get_size (core->cert), &core->self);
    lan_group_run_deferred (core, group);
  }
}

void
lan_group_log_committed (LanCore *core, LanCoreLog *log, const LanLogPoint *point)
{
  (void) core;
  log->committed = *point;
  if (log->committed.seq == log->head.seq)
    log->pending_bytes = 0;
  log->announce = log->group->announce = TRUE;
}

void
lan_group_log_failed (LanCore *core, LanCoreLog *log)
{
  LanGroup *group = log->group;
  LanGroupFresh *fresh;

  (void) core;
  while (log == group->own && (fresh = g_queue_peek_tail (&group->fresh)) != NULL &&
         fresh->seq > log->committed.seq)
    fresh_free (g_queue_pop_tail (&group->fresh));
  log->head = log->committed;
  log->pending_bytes = 0;
  log->fetched_us = 0;
  lan_group_take_back_chains (group, log);
}

/* What went along with every commit: news for those at hand. */
void
lan_group_committed (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroup *group = value;

    if (!group->announce)
      continue;
    lan_group_greet (core, group);
    lan_group_announce (core, group);
  }
}

void
lan_group_put (LanCore *core, LanGroup *group, GPtrArray *changes)
{
  LanChange *change = lan_changes_add (changes, LAN_CHANGE_CONVERSATION);

  (void) core;
  lan_conversation_row_copy (&change->conversation, &group->row);
  group->dirty = FALSE;
}

void
lan_group_on_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  if (ask->type == LAN_ASK_GROUP_SERVE)
    lan_group_on_serve_rows (core, ask, rows);
  else if (ask->type == LAN_ASK_GROUP_OPEN)
    lan_group_on_open_rows (core, ask, rows);
  else
    lan_group_on_states_rows (core, ask, rows);
}

/* ---- reading ---- */

/* FALSE: not a group's. */
gboolean
lan_group_mark_read (LanCore *core, const LanConversationId *id, const LanDeviceId *device,
                     guint64 seq, guint64 hlc)
{
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  LanCoreLog *log = group != NULL ? lan_group_log (group, device) : NULL;
  guint64 *known;

  if (group == NULL)
    return FALSE;
  if (log == NULL || log == group->own || seq == 0 || seq > log->committed.seq)
    return TRUE;
  if (hlc > group->row.own_read_hlc) {
    group->row.own_read_hlc = hlc;
    lan_group_touch (core, group);
  }
  known = g_hash_table_lookup (group->marks, device);
  if (known != NULL && *known >= seq)
    return TRUE;
  g_hash_table_insert (group->marks, g_memdup2 (device, sizeof *device),
                       g_memdup2 (&seq, sizeof seq));
  lan_deadlines_set (core->deadlines, group, LAN_DUE_GROUP_RECEIPT,
                     core->now.mono_us + LAN_GROUP_RECEIPT_US);
  return TRUE;
}

void
lan_group_receipt_due (LanCore *core, LanGroup *group)
{
  lan_group_write_receipt (core, group);
}

/* A record of another device of this account: whether everybody said that they have it. */
static gboolean
all_hold (LanCore *core, LanGroup *group, const LanRecordRow *row)
{
  g_autoptr (GHashTable) holders = g_hash_table_new (lan_account_id_hash, lan_account_id_equal);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, group->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroupPeer *peer = value;

    if (lan_group_held (peer, &row->device) >= row->seq &&
        lan_group_is_member (group, &peer->account) &&
        !lan_account_id_equal (&peer->account, &core->self))
      g_hash_table_add (holders, &peer->account);
  }
  return g_hash_table_size (holders) + 1 >= group->state->members->len;
}

/* The least that is known of any other member. */
LanMessageState
lan_group_state_of (LanCore *core, const LanRecordRow *row)
{
  LanGroup *group = g_hash_table_lookup (core->groups, &row->conversation);
  LanGroupWay least;

  if (group == NULL || group->state->members->len < 2)
    return LAN_MESSAGE_QUEUED;
  if (!lan_device_id_equal (&row->device, &group->own->device))
    return all_hold (core, group, row) ? LAN_MESSAGE_DELIVERED : LAN_MESSAGE_QUEUED;
  lan_group_least_way (core, group, &least);
  if (row->seq <= least.read)
    return LAN_MESSAGE_READ;
  if (row->seq <= least.has)
    return LAN_MESSAGE_DELIVERED;
  if (row->seq <= least.left)
    return LAN_MESSAGE_MAILBOX;
  return row->seq <= least.carried ? LAN_MESSAGE_CARRIED : LAN_MESSAGE_QUEUED;
}

void
lan_group_start (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroup *group = value;

    core->started = FALSE;
    lan_group_resolved (core, group);
    core->started = TRUE;
    for (guint i = 0; i < group->logs->len; i++) {
      LanCoreLog *log = g_ptr_array_index (group->logs, i);

      (void) !lan_hlc_merge (&core->hlc, log->head.hlc, core->now.wall_ms);
    }
    lan_group_run_chains (core, group);
    lan_group_update_wants (core, group);
    lan_group_arm_letters (core, group);
  }
}

/* ---- looking ---- */

gboolean
lan_core_get_group (LanCore *core, const LanConversationId *id, LanGroupInfo *info)
{
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  const LanGroupMember *self;
  GHashTableIter iter;
  gpointer value;

  if (group == NULL)
    return FALSE;
  *info = (LanGroupInfo){
    .id = *id,
    .name = group->state->name,
    .topic = group->state->topic,
    .picture = group->state->picture,
    .kind = group->state->kind,
    .role = group->out ? LAN_GROUP_ROLE_NONE : lan_group_state_role (group->state, &core->self),
    .open_history = group->state->open_history,
    .known = group->state->first != NULL,
    .ends_ms = group->state->ends_ms,
    .n_members = group->state->members->len,
    .forks = group->state->forks,
    .invited = (group->row.flags & LAN_CONVERSATION_REQUEST) != 0,
    .muted = (group->row.flags & LAN_CONVERSATION_MUTED) != 0,
    .keep_days = lan_keep_days (group->row.flags),
  };
  info->ended = group->state->ended || (group->state->ends_ms != 0 &&
                                        (guint64) core->now.wall_ms >= group->state->ends_ms);
  self = lan_group_state_member (group->state, &core->self);
  if (self != NULL && !lan_account_id_equal (&self->joined->actor, &core->self))
    info->inviter = self->joined->actor;
  g_hash_table_iter_init (&iter, group->chains);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    info->unreadable += ((LanGroupChainState *) value)->has_key ? 0 : 1;
  return TRUE;
}

GArray *
lan_core_list_group_members (LanCore *core, const LanConversationId *id)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (LanGroupMemberInfo));
  LanGroup *group = g_hash_table_lookup (core->groups, id);

  for (guint i = 0; group != NULL && i < group->state->members->len; i++) {
    const LanGroupMember *member = g_ptr_array_index (group->state->members, i);
    LanCorePerson *person = lan_core_find_person (core, &member->account);
    LanGroupMemberInfo info = { .account = member->account, .role = member->role };
    LanGroupWay way;

    info.name = person != NULL && person->row.name[0] != '\0' ? person->row.name : member->name;
    lan_group_get_way (core, group, &member->account, &way);
    info.read = way.read;
    info.delivered = way.has;
    info.left = way.left;
    info.carried = way.carried;
    info.forked = g_hash_table_contains (group->forked, &member->account);
    info.typing = g_hash_table_contains (group->typing, &member->account);
    g_array_append_val (list, info);
  }
  return list;
}
