/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Operations of a group, five bytes each: any author, any kind, any operations before it as parents. Whoever takes
 * them in another order works out the same, whatever they are.
 */
#include "lan-bytes.h"
#include "lan-group-key.h"
#include "lan-group-state.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_OPS 48
#define PEOPLE  5

typedef struct {
  LanGroupOp op;
  GBytes *content;
  gboolean is_known; /* to the state that takes them backwards */
} Item;

static LanAccountId
account_of (guint n)
{
  LanAccountId account = { { (guint8) (n % PEOPLE + 1), 1 } };

  return account;
}

static ProtobufCBinaryData
field (const void *data, gsize len)
{
  return (ProtobufCBinaryData){ len, (guint8 *) data };
}

static void
fill (Item *item, const Item *items, guint n, const guint8 *in)
{
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;
  Lanyard__GroupPerson people_[2] = { LANYARD__GROUP_PERSON__INIT, LANYARD__GROUP_PERSON__INIT };
  Lanyard__GroupPerson *people[] = { &people_[0], &people_[1] };
  LanAccountId accounts[2] = { account_of (in[2]), account_of (in[2] / PEOPLE) };
  LanContent content = LANYARD__CONTENT__INIT;
  ProtobufCBinaryData parents[2];
  guint8 nonce[LAN_GROUP_NONCE_BYTES] = { 1 }, cuts[16] = { (guint8) (in[2] % PEOPLE + 1) };

  op.version = 1;
  op.type = (Lanyard__GroupOpType) (n == 0 ? LANYARD__GROUP_OP_TYPE__GROUP_CREATE : in[1] % 12);
  for (guint i = 0; op.type != LANYARD__GROUP_OP_TYPE__GROUP_CREATE && i < 2; i++) {
    const Item *parent = &items[(in[3] >> (4 * i) & 15) % n];

    if (i == 0 || (in[4] & 1) != 0)
      parents[op.n_parents++] = field (parent->op.hash.b, sizeof parent->op.hash.b);
  }
  op.parents = parents;
  if (op.type == LANYARD__GROUP_OP_TYPE__GROUP_CREATE)
    op.nonce = field (nonce, sizeof nonce);
  op.kind = (Lanyard__GroupKind) (1 + in[4] % 3);
  op.open_history = (in[4] & 2) != 0;
  op.text = (char *) ((in[4] & 4) != 0 ? "one" : "two");
  op.ends_ms = in[4] / 64u;
  for (guint i = 0; i < 2; i++) {
    people_[i].account = field (accounts[i].b, sizeof accounts[i].b);
    people_[i].role = (Lanyard__GroupRole) (1 + (in[4] >> (3 + i)) % 3);
    people_[i].name = (char *) "name";
  }
  op.people = people;
  op.n_people = (in[4] & 32) != 0 ? 2 : 1;
  cuts[8] = in[3];
  op.cuts = field (cuts, sizeof cuts);
  content.body_case = LANYARD__CONTENT__BODY_GROUP_OP;
  content.group_op = &op;
  item->content = lan_content_encode (&content);
  item->op.actor = n == 0 ? account_of (0) : account_of (in[0]);
  item->op.device.b[0] = item->op.actor.b[0];
  item->op.seq = n + 1;
  item->op.hlc = 1000 + (in[1] >> 4);
  item->op.blob = item->content;
  lan_hash_256 (&item->op.hash, (const guint8 *) &n, sizeof n);
  item->op.hash.b[0] ^= in[2];
}

static LanStatus
take (LanGroupState *state, const Item *item)
{
  LanContent *content = NULL;
  LanStatus status = lan_content_decode (LAN_KIND_GROUP_OP, g_bytes_get_data (item->content, NULL),
                                         g_bytes_get_size (item->content), &content);

  if (status == LAN_STATUS_OK)
    status = lan_group_state_add (state, &item->op, content);
  if (status != LAN_STATUS_OK)
    lan_content_free (content);
  return status;
}

static void
assert_same (const LanGroupState *a, const LanGroupState *b)
{
  g_assert (g_hash_table_size (a->ops) == g_hash_table_size (b->ops));
  g_assert (a->members->len == b->members->len && a->order->len == b->order->len);
  g_assert (lan_hash_equal (&a->epoch, &b->epoch));
  g_assert (g_strcmp0 (a->name, b->name) == 0 && g_strcmp0 (a->topic, b->topic) == 0);
  g_assert (a->kind == b->kind && a->ended == b->ended && a->open_history == b->open_history);
  g_assert (a->forks == b->forks && a->heads->len == b->heads->len);
  for (guint i = 0; i < a->order->len; i++)
    g_assert (lan_hash_equal (&((LanGroupOp *) a->order->pdata[i])->hash,
                              &((LanGroupOp *) b->order->pdata[i])->hash));
  for (guint i = 0; i < PEOPLE; i++) {
    LanAccountId account = account_of (i);
    LanDeviceId device = { { account.b[0] } };
    const LanGroupOp *removal = lan_group_state_removal (a, &account);
    ProtobufCBinaryData head;

    g_assert (lan_group_state_role (a, &account) == lan_group_state_role (b, &account));
    g_assert (lan_group_state_cut (a, &account, &device) ==
              lan_group_state_cut (b, &account, &device));
    g_assert ((removal != NULL) == (lan_group_state_removal (b, &account) != NULL));
    if (removal == NULL || a->first == NULL)
      continue;
    head = field (a->first->hash.b, sizeof a->first->hash.b);
    g_assert (removal == a->first ||
              !lan_group_state_is_known_to ((LanGroupState *) a, removal, 1, &head));
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Item items[MAX_OPS] = { 0 };
  LanAccountId founder = account_of (0);
  guint8 nonce[LAN_GROUP_NONCE_BYTES] = { 1 };
  g_autoptr (LanGroupState) forwards = NULL;
  g_autoptr (LanGroupState) backwards = NULL;
  LanConversationId id;
  guint n = MIN ((guint) size / 5, MAX_OPS);
  gboolean any = TRUE;

  lan_group_id_compute (&id, &founder, nonce);
  forwards = lan_group_state_new (&id);
  backwards = lan_group_state_new (&id);
  for (guint i = 0; i < n; i++) {
    LanStatus status;

    fill (&items[i], items, i, data + 5 * i);
    status = take (forwards, &items[i]);
    g_assert ((guint) status < LAN_STATUS_N);
    items[i].is_known = status != LAN_STATUS_OK;
    if (data[5 * i] % 4 == 0)
      lan_group_state_resolve (forwards);
    (void) !lan_group_state_may (forwards, &items[i].op.actor,
                                 lan_group_state_knows (forwards, 0, NULL) && forwards->first
                                     ? forwards->first->content->group_op
                                     : &(Lanyard__GroupOp) LANYARD__GROUP_OP__INIT);
  }
  while (any) {
    any = FALSE;
    for (guint i = n; i > 0; i--) {
      if (items[i - 1].is_known || take (backwards, &items[i - 1]) != LAN_STATUS_OK)
        continue;
      items[i - 1].is_known = any = TRUE;
      if (i % 3 == 0)
        lan_group_state_resolve (backwards);
    }
  }
  lan_group_state_resolve (forwards);
  lan_group_state_resolve (backwards);
  assert_same (forwards, backwards);
  for (guint i = 0; i < n; i++)
    g_bytes_unref (items[i].content);
  return 0;
}
