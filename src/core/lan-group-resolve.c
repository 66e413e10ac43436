/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Operations put into their one order, and carried out in it: see the rules in lan-group-state.h. */
#include "lan-group-state-private.h"

#include "lan-bytes.h"
#include "lan-crypto.h"
#include "lan-text.h"

#include <string.h>

/* ---- carrying out ---- */

static void
add_member (LanGroupState *state, const LanGroupOp *op, const guint8 *account, LanGroupRole role,
            const char *name)
{
  LanGroupMember *member;

  if (lan_group_state_find_member (state, account) != NULL ||
      state->members->len >= LAN_GROUP_MAX_MEMBERS)
    return;
  member = g_new0 (LanGroupMember, 1);
  memcpy (member->account.b, account, sizeof member->account.b);
  member->role = CLAMP (role, LAN_GROUP_ROLE_MEMBER, LAN_GROUP_ROLE_OWNER);
  member->name = lan_text_clean_line (name, -1, LAN_NAME_MAX_BYTES);
  member->joined = op;
  g_ptr_array_add (state->members, member);
}

/* Somebody must be able to decide: without an owner whoever has been here for longest is it. */
static void
keep_owner (LanGroupState *state)
{
  LanGroupMember *best = NULL;

  for (guint i = 0; i < state->members->len; i++) {
    LanGroupMember *member = g_ptr_array_index (state->members, i);

    if (best == NULL || member->role > best->role)
      best = member;
  }
  if (best != NULL)
    best->role = LAN_GROUP_ROLE_OWNER;
}

static void
set_text (char **text, const char *value, gsize max)
{
  g_free (*text);
  *text = lan_text_clean_line (value, -1, max);
}

static void
add_people (LanGroupState *state, const LanGroupOp *op, gboolean owner)
{
  const Lanyard__GroupOp *body = op->content->group_op;

  for (gsize i = 0; i < body->n_people; i++)
    add_member (state, op, body->people[i]->account.data,
                owner ? (LanGroupRole) body->people[i]->role : LAN_GROUP_ROLE_MEMBER,
                body->people[i]->name);
}

static void
begin (LanGroupState *state, const LanGroupOp *op)
{
  const Lanyard__GroupOp *body = op->content->group_op;

  add_member (state, op, op->actor.b, LAN_GROUP_ROLE_OWNER, "");
  add_people (state, op, TRUE);
  set_text (&state->name, body->text, LAN_GROUP_NAME_MAX_BYTES);
  state->kind = body->kind >= LANYARD__GROUP_KIND__GROUP_PROPER &&
                        body->kind <= LANYARD__GROUP_KIND__GROUP_TEMPORARY
                    ? (LanGroupKind) body->kind
                    : LAN_GROUP_PROPER;
  state->open_history = body->open_history;
  state->ends_ms = state->kind == LAN_GROUP_TEMPORARY ? body->ends_ms : 0;
}

static void
remove_members (LanGroupState *state, LanGroupOp *op)
{
  const Lanyard__GroupOp *body = op->content->group_op;

  if (body->type == LANYARD__GROUP_OP_TYPE__GROUP_LEAVE)
    g_ptr_array_remove (state->members, lan_group_state_find_member (state, op->actor.b));
  for (gsize i = 0; i < body->n_people && body->type == LANYARD__GROUP_OP_TYPE__GROUP_REMOVE; i++) {
    LanGroupMember *member = lan_group_state_find_member (state, body->people[i]->account.data);

    if (member != NULL)
      g_ptr_array_remove (state->members, member);
  }
  g_ptr_array_add (state->removals, op);
}

static void
set_role (LanGroupState *state, const Lanyard__GroupOp *body)
{
  for (gsize i = 0; i < body->n_people; i++) {
    LanGroupMember *member = lan_group_state_find_member (state, body->people[i]->account.data);

    if (member != NULL)
      member->role =
          CLAMP ((LanGroupRole) body->people[i]->role, LAN_GROUP_ROLE_MEMBER, LAN_GROUP_ROLE_OWNER);
  }
}

static void
carry_out (LanGroupState *state, LanGroupOp *op)
{
  const Lanyard__GroupOp *body = op->content->group_op;

  switch (body->type) {
  case LANYARD__GROUP_OP_TYPE__GROUP_CREATE:
    begin (state, op);
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_ADD:
    add_people (state, op, lan_group_state_role (state, &op->actor) == LAN_GROUP_ROLE_OWNER);
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_REMOVE:
  case LANYARD__GROUP_OP_TYPE__GROUP_LEAVE:
    remove_members (state, op);
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_ROLE:
    set_role (state, body);
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_RENAME:
    set_text (&state->name, body->text, LAN_GROUP_NAME_MAX_BYTES);
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_TOPIC:
    set_text (&state->topic, body->text, LAN_GROUP_TOPIC_MAX_BYTES);
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_PICTURE:
    g_clear_pointer (&state->picture, g_bytes_unref);
    if (body->picture.len > 0)
      state->picture = g_bytes_new (body->picture.data, body->picture.len);
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_HISTORY:
    state->open_history = body->open_history;
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_KIND:
    state->kind = LAN_GROUP_PROPER;
    state->ends_ms = 0;
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_END:
    state->ended = TRUE;
    break;
  default:
    break;
  }
  keep_owner (state);
}

/* ---- the order ---- */

static int
class_of (const LanGroupOp *op)
{
  switch (op->content->group_op->type) {
  case LANYARD__GROUP_OP_TYPE__GROUP_REMOVE:
  case LANYARD__GROUP_OP_TYPE__GROUP_LEAVE:
  case LANYARD__GROUP_OP_TYPE__GROUP_END:
    return 0;
  case LANYARD__GROUP_OP_TYPE__GROUP_ROLE:
    return 1;
  default:
    return 2;
  }
}

static gboolean
goes_first (const LanGroupState *state, const LanGroupOp *a, const LanGroupOp *b)
{
  LanGroupRole role_a = lan_group_state_role (state, &a->actor);
  LanGroupRole role_b = lan_group_state_role (state, &b->actor);

  if (class_of (a) != class_of (b))
    return class_of (a) < class_of (b);
  if (role_a != role_b)
    return role_a > role_b;
  if (a->hlc != b->hlc)
    return a->hlc < b->hlc;
  return lan_hash_compare (&a->hash, &b->hash) < 0;
}

static LanGroupOp *
take_next (LanGroupState *state, GPtrArray *ready)
{
  guint best = 0;

  for (guint i = 1; i < ready->len; i++) {
    if (goes_first (state, g_ptr_array_index (ready, i), g_ptr_array_index (ready, best)))
      best = i;
  }
  if (ready->len > 1)
    state->forks++;
  return g_ptr_array_steal_index_fast (ready, best);
}

static void
reset (LanGroupState *state)
{
  g_ptr_array_set_size (state->order, 0);
  g_ptr_array_set_size (state->members, 0);
  g_ptr_array_set_size (state->removals, 0);
  set_text (&state->name, "", LAN_GROUP_NAME_MAX_BYTES);
  set_text (&state->topic, "", LAN_GROUP_TOPIC_MAX_BYTES);
  g_clear_pointer (&state->picture, g_bytes_unref);
  state->ended = FALSE;
  state->forks = 0;
}

static void
go_through (LanGroupState *state)
{
  g_autoptr (GPtrArray) ready = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  reset (state);
  g_hash_table_iter_init (&iter, state->ops);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((LanGroupOp *) value)->left = ((LanGroupOp *) value)->parents->len;
  if (state->first != NULL)
    g_ptr_array_add (ready, state->first);
  while (ready->len > 0) {
    LanGroupOp *op = take_next (state, ready);

    op->effective = !op->excluded && (op == state->first ||
                                      lan_group_state_may (state, &op->actor,
                                                           op->content->group_op) == LAN_STATUS_OK);
    if (op->effective) {
      carry_out (state, op);
      g_ptr_array_add (state->order, op);
    }
    for (guint i = 0; i < op->children->len; i++) {
      LanGroupOp *child = g_ptr_array_index (op->children, i);

      if (--child->left == 0)
        g_ptr_array_add (ready, child);
    }
  }
}

static gboolean
removes (const LanGroupOp *removal, const LanAccountId *account)
{
  const Lanyard__GroupOp *body = removal->content->group_op;

  if (body->type == LANYARD__GROUP_OP_TYPE__GROUP_LEAVE)
    return lan_account_id_equal (&removal->actor, account);
  for (gsize i = 0; i < body->n_people; i++) {
    if (memcmp (body->people[i]->account.data, account->b, sizeof account->b) == 0)
      return TRUE;
  }
  return FALSE;
}

static guint64
cut_in (const LanGroupOp *removal, const LanDeviceId *device)
{
  const Lanyard__GroupOp *body = removal->content->group_op;
  LanReader r;
  guint64 cut = 0;

  lan_reader_init (&r, body->cuts.data, body->cuts.len);
  while (lan_reader_left (&r) >= LAN_GROUP_CUT_BYTES) {
    const guint8 *id = lan_read_span (&r, LAN_DEVICE_ID_BYTES);
    guint64 seq = lan_read_u64 (&r);

    if (memcmp (id, device->b, sizeof device->b) == 0)
      cut = MAX (cut, seq);
  }
  /* Whoever leaves has the last word with that. */
  if (body->type == LANYARD__GROUP_OP_TYPE__GROUP_LEAVE &&
      lan_device_id_equal (&removal->device, device))
    cut = MAX (cut, removal->seq);
  return cut;
}

static gboolean
is_reached (GPtrArray *from, const LanGroupOp *wanted, guint mark)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (stack, g_ptr_array_index (from, i));
  while (stack->len > 0) {
    LanGroupOp *op = g_ptr_array_steal_index_fast (stack, stack->len - 1);

    if (op == wanted)
      return TRUE;
    if (op->mark == mark)
      continue;
    op->mark = mark;
    for (guint i = 0; i < op->parents->len; i++)
      g_ptr_array_add (stack, g_ptr_array_index (op->parents, i));
  }
  return FALSE;
}

gboolean
lan_group_state_is_known_to (LanGroupState *state, const LanGroupOp *op, gsize n,
                             const ProtobufCBinaryData *heads)
{
  g_autoptr (GPtrArray) from = g_ptr_array_new ();

  for (gsize i = 0; i < n; i++) {
    LanGroupOp *head = lan_group_state_find_op (state, &heads[i]);

    if (head != NULL)
      g_ptr_array_add (from, head);
  }
  return is_reached (from, op, ++state->marks);
}

/* Rule 3. TRUE: something was taken out that counted before. */
static gboolean
exclude (LanGroupState *state)
{
  gboolean any = FALSE;

  for (guint i = 0; i < state->removals->len; i++) {
    const LanGroupOp *removal = g_ptr_array_index (state->removals, i);

    for (guint k = 0; k < state->order->len; k++) {
      LanGroupOp *op = g_ptr_array_index (state->order, k);

      if (op == removal || op->excluded || !removes (removal, &op->actor) ||
          op->seq <= cut_in (removal, &op->device) ||
          is_reached (op->parents, removal, ++state->marks))
        continue;
      op->excluded = any = TRUE;
    }
  }
  return any;
}

static void
compute_epoch (LanGroupState *state)
{
  GByteArray *all = g_byte_array_new ();

  for (guint i = 0; i < state->members->len; i++) {
    const LanGroupMember *member = g_ptr_array_index (state->members, i);

    g_byte_array_append (all, member->account.b, sizeof member->account.b);
    g_byte_array_append (all, member->joined->hash.b, sizeof member->joined->hash.b);
  }
  lan_hash_256 (&state->epoch, all->data, all->len);
  g_byte_array_unref (all);
}

void
lan_group_state_resolve (LanGroupState *state)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, state->ops);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((LanGroupOp *) value)->excluded = FALSE;
  do
    go_through (state);
  while (exclude (state));
  compute_epoch (state);
}

guint64
lan_group_state_cut (const LanGroupState *state, const LanAccountId *account,
                     const LanDeviceId *device)
{
  guint64 cut = 0;

  for (guint i = 0; i < state->removals->len; i++) {
    const LanGroupOp *removal = g_ptr_array_index (state->removals, i);

    if (removes (removal, account))
      cut = MAX (cut, cut_in (removal, device));
  }
  return cut;
}

const LanGroupOp *
lan_group_state_removal (const LanGroupState *state, const LanAccountId *account)
{
  for (guint i = state->removals->len; i > 0; i--) {
    if (removes (g_ptr_array_index (state->removals, i - 1), account))
      return g_ptr_array_index (state->removals, i - 1);
  }
  return NULL;
}
