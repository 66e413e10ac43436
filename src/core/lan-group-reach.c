/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * To whom channels are wanted, when to look again for what is missing, and how far own messages
 * have come.
 */
#include "lan-carry.h"
#include "lan-group-private.h"

void
lan_group_reach_changed (LanCore *core, LanCorePerson *person)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroup *group = value;

    if (!lan_group_is_member (group, &person->row.account))
      continue;
    g_clear_pointer (&group->neighbours, g_hash_table_unref);
    lan_group_update_wants (core, group);
  }
  lan_group_arm_letters_to (core, person);
}

/* ---- neighbours ---- */

static int
compare_accounts (gconstpointer a, gconstpointer b)
{
  return lan_account_id_compare (*(gconstpointer const *) a, *(gconstpointer const *) b);
}

gboolean
lan_group_is_at_hand (LanCore *core, const LanAccountId *account)
{
  const LanCorePerson *person = lan_core_find_person (core, account);

  return person != NULL &&
         (person->channels->len > 0 || person->discovered || person->at_server != 0);
}

static gboolean
is_covered (LanGroup *group, const LanAccountId *account)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, group->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroupPeer *peer = value;

    if (peer->covered && lan_account_id_equal (&peer->account, account))
      return TRUE;
  }
  return FALSE;
}

/* Members in the order in which they are wanted: next to us on the ring, then ever farther. */
static GPtrArray *
by_distance (LanCore *core, LanGroup *group)
{
  g_autoptr (GPtrArray) ring = g_ptr_array_new ();
  GPtrArray *order = g_ptr_array_new ();
  guint here = 0, n;

  for (guint i = 0; i < group->state->members->len; i++)
    g_ptr_array_add (ring,
                     &((LanGroupMember *) g_ptr_array_index (group->state->members, i))->account);
  g_ptr_array_sort (ring, compare_accounts);
  n = ring->len;
  while (here < n && !lan_account_id_equal (g_ptr_array_index (ring, here), &core->self))
    here++;
  for (guint step = 1; step < n; step *= 2) {
    g_ptr_array_add (order, g_ptr_array_index (ring, (here + step) % n));
    g_ptr_array_add (order, g_ptr_array_index (ring, (here + n - step) % n));
  }
  for (guint step = 1; step < n; step++)
    g_ptr_array_add (order, g_ptr_array_index (ring, (here + step) % n));
  return order;
}

/* Those at hand first; who is not may come back, so the rest of the places goes to the nearest. */
static GHashTable *
choose_neighbours (LanCore *core, LanGroup *group)
{
  g_autoptr (GPtrArray) order = by_distance (core, group);
  GHashTable *chosen =
      g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, NULL);

  for (guint pass = 0; pass < 2; pass++) {
    for (guint i = 0; i < order->len && g_hash_table_size (chosen) < LAN_GROUP_NEIGHBOURS; i++) {
      const LanAccountId *account = g_ptr_array_index (order, i);

      if (!lan_account_id_equal (account, &core->self) &&
          (pass == 1 || lan_group_is_at_hand (core, account)) &&
          !g_hash_table_contains (chosen, account))
        g_hash_table_add (chosen, g_memdup2 (account, sizeof *account));
    }
  }
  return chosen;
}

static void
want_again (LanCore *core, const LanAccountId *account)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  if (person != NULL)
    lan_core_want (core, person);
}

void
lan_group_update_wants (LanCore *core, LanGroup *group)
{
  g_autoptr (GHashTable) before = NULL;
  GHashTableIter iter;
  gpointer key;

  if (!core->started)
    return;
  if (group->neighbours == NULL)
    group->neighbours = choose_neighbours (core, group);
  before = g_steal_pointer (&group->wanted);
  group->wanted = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, NULL);
  g_hash_table_iter_init (&iter, group->neighbours);
  while (lan_group_we_are_in (core, group) && g_hash_table_iter_next (&iter, &key, NULL)) {
    if (!is_covered (group, key))
      g_hash_table_add (group->wanted, g_memdup2 (key, LAN_ACCOUNT_ID_BYTES));
  }
  g_hash_table_iter_init (&iter, group->wanted);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    if (!g_hash_table_contains (before, key))
      want_again (core, key);
  }
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    if (!g_hash_table_contains (group->wanted, key))
      want_again (core, key);
  }
}

gboolean
lan_group_wants (LanCore *core, const LanAccountId *account)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (g_hash_table_contains (((LanGroup *) value)->wanted, account))
      return TRUE;
  }
  return FALSE;
}

/* ---- looking again ---- */

/* As long as somebody at hand has something else than we do, or keys are missing. */
void
lan_group_look_later (LanCore *core, LanGroup *group)
{
  gboolean needed = FALSE;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, group->peers);
  while (!needed && g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroupPeer *peer = value;

    needed = lan_group_channel (core, peer) != NULL && (!peer->covered || group->keys_missing);
  }
  if (!needed)
    lan_deadlines_cancel (core->deadlines, group, LAN_DUE_GROUP);
  else if (!group->looking)
    lan_deadlines_set (core->deadlines, group, LAN_DUE_GROUP,
                       core->now.mono_us + LAN_GROUP_LOOK_US);
  group->looking = needed;
}

/* What was lost on the way is said and asked again. */
void
lan_group_look (LanCore *core, LanGroup *group)
{
  GHashTableIter iter;
  gpointer value;

  group->looking = FALSE;
  g_hash_table_iter_init (&iter, group->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroupPeer *peer = value;
    LanCoreChannel *channel = lan_group_channel (core, peer);

    if (channel == NULL || !lan_group_may_bring (core, group, channel))
      continue;
    if (!peer->covered)
      lan_group_send_state (core, group, channel, FALSE, TRUE);
    lan_group_ask_keys (core, group, channel);
  }
  lan_group_run_pulls (core, group);
  lan_group_look_later (core, group);
}

/* Own records that were not brought in time: life goes on without them. */
void
lan_group_restore_over (LanCore *core, LanGroup *group)
{
  group->restore_to = 0;
  lan_group_run_deferred (core, group);
}

/* ---- states ---- */

/* Which messages these are, the store knows. */
static void
read_states (LanCore *core, LanGroup *group, LanMessageState state, guint64 *told, guint64 to)
{
  LanCoreAction *action = lan_core_action_new (LAN_CORE_READ);
  LanAsk *ask = lan_core_ask (core, LAN_ASK_GROUP_STATES, NULL, &action->read.request);

  ask->group = group;
  ask->state = state;
  action->account = core->self;
  action->read.request = ask->id;
  action->read.conversation = group->row.conversation;
  action->read.device = group->own->device;
  action->read.from_seq = *told + 1;
  action->read.to_seq = to;
  action->read.max_bytes = LAN_CORE_READ_BYTES;
  *told = to;
  lan_core_push (core, action);
}

void
lan_group_on_states_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreAction *event = lan_core_action_new (LAN_CORE_MESSAGE_STATE);

  event->account = core->self;
  event->state.conversation = ask->group->row.conversation;
  event->state.state = ask->state;
  event->state.time_ms = core->now.wall_ms;
  event->state.messages = g_array_new (FALSE, FALSE, sizeof (LanMessageId));
  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if ((row->flags & LAN_RECORD_HIDDEN) == 0 && row->kind != LAN_KIND_GROUP_OP)
      g_array_append_val (event->state.messages, row->message);
    if (ask->state == LAN_MESSAGE_CARRIED)
      (void) lan_core_record_carrier (core, row, &event->state.carrier);
  }
  lan_core_push (core, event);
}

void
lan_group_tell_moved (LanCore *core, LanGroup *group)
{
  guint64 last = group->own->committed.seq;
  LanGroupWay way;

  if (group->state->members->len < 2)
    return;
  lan_group_least_way (core, group, &way);
  if (MIN (way.read, last) > group->told_read)
    read_states (core, group, LAN_MESSAGE_READ, &group->told_read, MIN (way.read, last));
  group->told_delivered = MAX (group->told_delivered, group->told_read);
  if (MIN (way.has, last) > group->told_delivered)
    read_states (core, group, LAN_MESSAGE_DELIVERED, &group->told_delivered, MIN (way.has, last));
  group->told_left = MAX (group->told_left, group->told_delivered);
  if (MIN (way.left, last) > group->told_left)
    read_states (core, group, LAN_MESSAGE_MAILBOX, &group->told_left, MIN (way.left, last));
  group->told_carried = MAX (group->told_carried, group->told_left);
  if (MIN (way.carried, last) > group->told_carried)
    read_states (core, group, LAN_MESSAGE_CARRIED, &group->told_carried, MIN (way.carried, last));
}

void
lan_group_tell_states (LanCore *core, LanGroup *group)
{
  LanCoreAction *news = lan_core_action_new (LAN_CORE_CONVERSATION);

  news->conversation.id = group->row.conversation; /* who has what is news, too */
  lan_core_push (core, news);
  lan_group_tell_moved (core, group);
}
