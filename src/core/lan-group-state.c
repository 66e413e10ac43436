/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-group-state-private.h"

#include "lan-group-key.h"

#include <string.h>

static void
op_free (LanGroupOp *op)
{
  g_clear_pointer (&op->blob, g_bytes_unref);
  g_clear_pointer (&op->content, lan_content_free);
  g_ptr_array_unref (op->parents);
  g_ptr_array_unref (op->children);
  g_free (op);
}

static void
member_free (LanGroupMember *member)
{
  g_free (member->name);
  g_free (member);
}

LanGroupState *
lan_group_state_new (const LanConversationId *id)
{
  LanGroupState *state = g_new0 (LanGroupState, 1);

  state->id = *id;
  state->ops =
      g_hash_table_new_full (lan_hash_hash, lan_hash_equal, NULL, (GDestroyNotify) op_free);
  state->order = g_ptr_array_new ();
  state->members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_free);
  state->ever = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, NULL);
  state->removals = g_ptr_array_new ();
  state->heads = g_ptr_array_new ();
  state->name = g_strdup ("");
  state->topic = g_strdup ("");
  state->kind = LAN_GROUP_PROPER;
  return state;
}

void
lan_group_state_free (LanGroupState *state)
{
  if (state == NULL)
    return;
  g_ptr_array_unref (state->order);
  g_ptr_array_unref (state->members);
  g_hash_table_unref (state->ever);
  g_ptr_array_unref (state->removals);
  g_ptr_array_unref (state->heads);
  g_hash_table_unref (state->ops);
  g_clear_pointer (&state->picture, g_bytes_unref);
  g_free (state->name);
  g_free (state->topic);
  g_free (state);
}

LanGroupOp *
lan_group_state_find_op (const LanGroupState *state, const ProtobufCBinaryData *hash)
{
  LanHash key;

  memcpy (key.b, hash->data, sizeof key.b);
  return g_hash_table_lookup (state->ops, &key);
}

gboolean
lan_group_state_knows (const LanGroupState *state, gsize n, const ProtobufCBinaryData *parents)
{
  for (gsize i = 0; i < n; i++) {
    if (lan_group_state_find_op (state, &parents[i]) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_beginning (const LanGroupState *state, const LanGroupOp *from, const Lanyard__GroupOp *op)
{
  LanConversationId id;

  lan_group_id_compute (&id, &from->actor, op->nonce.data);
  return from->seq == 1 && lan_conversation_id_equal (&id, &state->id);
}

static void
note_ever (LanGroupState *state, const guint8 *account)
{
  if (!g_hash_table_contains (state->ever, account))
    g_hash_table_add (state->ever, g_memdup2 (account, LAN_ACCOUNT_ID_BYTES));
}

LanStatus
lan_group_state_add (LanGroupState *state, const LanGroupOp *from, LanContent *content)
{
  const Lanyard__GroupOp *body = content->group_op;
  LanGroupOp *op;

  if (g_hash_table_contains (state->ops, &from->hash)) {
    lan_content_free (content);
    return LAN_STATUS_OK;
  }
  if (body->type == LANYARD__GROUP_OP_TYPE__GROUP_CREATE &&
      (state->first != NULL || !is_beginning (state, from, body)))
    return LAN_STATUS_MISMATCH;
  if (!lan_group_state_knows (state, body->n_parents, body->parents))
    return LAN_STATUS_STATE;
  if (g_hash_table_size (state->ops) >= LAN_GROUP_MAX_OPS)
    return LAN_STATUS_LIMIT;
  op = g_new0 (LanGroupOp, 1);
  *op = (LanGroupOp){ .hash = from->hash,
                      .actor = from->actor,
                      .device = from->device,
                      .seq = from->seq,
                      .hlc = from->hlc,
                      .content = content,
                      .blob = from->blob != NULL ? g_bytes_ref (from->blob) : NULL };
  op->parents = g_ptr_array_new ();
  op->children = g_ptr_array_new ();
  for (gsize i = 0; i < body->n_parents; i++) {
    LanGroupOp *parent = lan_group_state_find_op (state, &body->parents[i]);

    if (g_ptr_array_find (op->parents, parent, NULL))
      continue;
    g_ptr_array_add (op->parents, parent);
    g_ptr_array_add (parent->children, op);
    g_ptr_array_remove (state->heads, parent);
  }
  g_ptr_array_add (state->heads, op);
  g_hash_table_insert (state->ops, &op->hash, op);
  if (body->type == LANYARD__GROUP_OP_TYPE__GROUP_CREATE)
    state->first = op;
  note_ever (state, op->actor.b);
  for (gsize i = 0; i < body->n_people; i++)
    note_ever (state, body->people[i]->account.data);
  return LAN_STATUS_OK;
}

LanGroupMember *
lan_group_state_find_member (const LanGroupState *state, const guint8 *account)
{
  for (guint i = 0; i < state->members->len; i++) {
    LanGroupMember *member = g_ptr_array_index (state->members, i);

    if (memcmp (member->account.b, account, sizeof member->account.b) == 0)
      return member;
  }
  return NULL;
}

const LanGroupMember *
lan_group_state_member (const LanGroupState *state, const LanAccountId *account)
{
  return lan_group_state_find_member (state, account->b);
}

LanGroupRole
lan_group_state_role (const LanGroupState *state, const LanAccountId *account)
{
  const LanGroupMember *member = lan_group_state_find_member (state, account->b);

  return member != NULL ? member->role : LAN_GROUP_ROLE_NONE;
}

static LanStatus
may_add (const LanGroupState *state, LanGroupRole role, const Lanyard__GroupOp *op)
{
  gboolean any = FALSE;

  if (role < LAN_GROUP_ROLE_ADMINISTRATOR && state->kind == LAN_GROUP_PROPER)
    return LAN_STATUS_STATE;
  for (gsize i = 0; i < op->n_people; i++) {
    if (op->people[i]->role > LANYARD__GROUP_ROLE__GROUP_MEMBER && role < LAN_GROUP_ROLE_OWNER)
      return LAN_STATUS_STATE;
    any |= lan_group_state_find_member (state, op->people[i]->account.data) == NULL;
  }
  return any ? LAN_STATUS_OK : LAN_STATUS_MISMATCH;
}

static LanStatus
may_remove (const LanGroupState *state, LanGroupRole role, const Lanyard__GroupOp *op)
{
  gboolean any = FALSE;

  for (gsize i = 0; i < op->n_people; i++) {
    const LanGroupMember *target = lan_group_state_find_member (state, op->people[i]->account.data);

    if (target != NULL && role < LAN_GROUP_ROLE_OWNER &&
        (role < LAN_GROUP_ROLE_ADMINISTRATOR || target->role >= role))
      return LAN_STATUS_STATE;
    any |= target != NULL;
  }
  return any ? LAN_STATUS_OK : LAN_STATUS_MISMATCH;
}

LanStatus
lan_group_state_may (const LanGroupState *state, const LanAccountId *actor,
                     const Lanyard__GroupOp *op)
{
  LanGroupRole role = lan_group_state_role (state, actor);
  LanGroupRole needed = LAN_GROUP_ROLE_OWNER;

  if (role == LAN_GROUP_ROLE_NONE || state->ended)
    return LAN_STATUS_STATE;
  switch (op->type) {
  case LANYARD__GROUP_OP_TYPE__GROUP_ADD:
    return may_add (state, role, op);
  case LANYARD__GROUP_OP_TYPE__GROUP_REMOVE:
    return may_remove (state, role, op);
  case LANYARD__GROUP_OP_TYPE__GROUP_LEAVE:
    return LAN_STATUS_OK;
  case LANYARD__GROUP_OP_TYPE__GROUP_RENAME:
  case LANYARD__GROUP_OP_TYPE__GROUP_TOPIC:
  case LANYARD__GROUP_OP_TYPE__GROUP_PICTURE:
    needed = state->kind == LAN_GROUP_PROPER ? LAN_GROUP_ROLE_ADMINISTRATOR : LAN_GROUP_ROLE_MEMBER;
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_HISTORY:
    needed = LAN_GROUP_ROLE_ADMINISTRATOR;
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_ROLE:
    if (op->n_people == 0 ||
        lan_group_state_find_member (state, op->people[0]->account.data) == NULL)
      return LAN_STATUS_MISMATCH;
    break;
  case LANYARD__GROUP_OP_TYPE__GROUP_KIND:
  case LANYARD__GROUP_OP_TYPE__GROUP_END:
    break;
  default: /* CREATE a second time, and what a newer version knows */
    return LAN_STATUS_STATE;
  }
  return role >= needed ? LAN_STATUS_OK : LAN_STATUS_STATE;
}
