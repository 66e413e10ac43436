/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "sim-group.h"

#include "lan-content.h"
#include "lan-record.h"
#include "sim-world.h"

#include <string.h>

#define ITEM_CHAIN 3 /* LAN_GROUP_ITEM_CHAIN: as it is on people's disks */

LanConversationId
sim_group_create (Sim *sim, guint who, guint first, guint last, gboolean open_history)
{
  g_autoptr (GArray) accounts = g_array_new (FALSE, FALSE, sizeof (LanAccountId));
  LanTime now = sim_time (sim, who);
  LanConversationId id;

  for (guint i = first; i <= last; i++) {
    if (i != who)
      g_array_append_val (accounts, *sim_id (sim, i));
  }
  g_assert_cmpint (lan_core_group_create (sim_node (sim, who)->core, LAN_GROUP_PROPER, "Design",
                                          (LanAccountId *) accounts->data, accounts->len,
                                          open_history, 0, &id, &now),
                   ==, LAN_STATUS_OK);
  sim_drain (sim, sim_node (sim, who));
  return id;
}

void
sim_group_add (Sim *sim, const LanConversationId *id, guint who, guint whom)
{
  LanTime now = sim_time (sim, who);

  g_assert_cmpint (lan_core_group_add (sim_node (sim, who)->core, id, sim_id (sim, whom), 1, &now),
                   ==, LAN_STATUS_OK);
  sim_drain (sim, sim_node (sim, who));
}

void
sim_group_remove (Sim *sim, const LanConversationId *id, guint who, guint whom)
{
  LanTime now = sim_time (sim, who);

  g_assert_cmpint (lan_core_group_remove (sim_node (sim, who)->core, id, sim_id (sim, whom), &now),
                   ==, LAN_STATUS_OK);
  sim_drain (sim, sim_node (sim, who));
}

LanMessageId
sim_group_say (Sim *sim, const LanConversationId *id, guint who, const char *text)
{
  LanTime now = sim_time (sim, who);
  LanMessageId message;

  lan_random_bytes (&sim->random.base, &message, sizeof message);
  g_assert_cmpint (lan_core_group_send_text (sim_node (sim, who)->core, id, &message, text, &now),
                   ==, LAN_STATUS_OK);
  sim_drain (sim, sim_node (sim, who));
  return message;
}

void
sim_discover_all (Sim *sim)
{
  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *node = sim_node (sim, i);
    LanTime now = sim_time (sim, i);

    for (guint k = 0; node->core != NULL && k < sim->nodes->len; k++) {
      if (i != k)
        lan_core_discovered (node->core, sim_id (sim, k),
                             sim_node (sim, k)->core != NULL &&
                                 sim_node (sim, k)->group == node->group,
                             LAN_PRESENCE_AVAILABLE, &now);
    }
    sim_drain (sim, node);
  }
}

static GPtrArray *
texts (Sim *sim, const LanConversationId *id, guint who)
{
  GPtrArray *rows = sim_store_screen (sim_node (sim, who)->store, id);

  for (guint i = rows->len; i > 0; i--) {
    const LanRecordRow *row = g_ptr_array_index (rows, i - 1);

    if (row->kind != LAN_KIND_TEXT)
      g_ptr_array_remove_index (rows, i - 1);
  }
  return rows;
}

guint
sim_group_count (Sim *sim, const LanConversationId *id, guint who)
{
  g_autoptr (GPtrArray) rows = texts (sim, id, who);

  return rows->len;
}

gboolean
sim_group_shows (Sim *sim, const LanConversationId *id, guint who, const char *text)
{
  g_autoptr (GPtrArray) rows = texts (sim, id, who);

  for (guint i = 0; i < rows->len; i++) {
    if (g_strcmp0 (((LanRecordRow *) g_ptr_array_index (rows, i))->text, text) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The name of the chain that @record is sealed by. */
static LanHash
chain_of (const LanRecordRow *record)
{
  LanContent *content = NULL;
  LanRecordView view;
  LanHash name;

  g_assert_cmpint (lan_record_decode (g_bytes_get_data (record->blob, NULL),
                                      g_bytes_get_size (record->blob), &view),
                   ==, LAN_STATUS_OK);
  g_assert_cmpint (view.kind, ==, LAN_KIND_SEALED);
  g_assert_cmpint (lan_content_decode (view.kind, view.content, view.content_len, &content), ==,
                   LAN_STATUS_OK);
  memcpy (name.b, content->sealed->chain.data, sizeof name.b);
  lan_content_free (content);
  return name;
}

gboolean
sim_group_has_key (Sim *sim, const LanConversationId *id, guint who, const LanRecordRow *record)
{
  const GPtrArray *items = sim_node (sim, who)->store->group_items;
  LanHash name = chain_of (record);

  for (guint i = 0; i < items->len; i++) {
    const LanGroupItemRow *item = g_ptr_array_index (items, i);
    const guint8 *value = g_bytes_get_data (item->value, NULL);

    if (item->kind == ITEM_CHAIN && lan_conversation_id_equal (&item->conversation, id) &&
        memcmp (g_bytes_get_data (item->key, NULL), name.b, sizeof name.b) == 0)
      return value[LAN_DEVICE_ID_BYTES + 16] != 0;
  }
  return FALSE;
}

LanGroupInfo
sim_group_info (Sim *sim, const LanConversationId *id, guint who)
{
  LanGroupInfo info;

  g_assert_true (lan_core_get_group (sim_node (sim, who)->core, id, &info));
  return info;
}

static guint
records_of (Sim *sim, const LanConversationId *id, guint who)
{
  const GPtrArray *records = sim_node (sim, who)->store->records;
  guint n = 0;

  for (guint i = 0; i < records->len; i++)
    n += lan_conversation_id_equal (
        &((LanRecordRow *) g_ptr_array_index (records, i))->conversation, id);
  return n;
}

void
sim_group_assert_same_logs (Sim *sim, const LanConversationId *id, guint a, guint b)
{
  const GPtrArray *records = sim_node (sim, a)->store->records;

  for (guint i = 0; i < records->len; i++) {
    const LanRecordRow *x = g_ptr_array_index (records, i), *y;

    if (!lan_conversation_id_equal (&x->conversation, id))
      continue;
    y = sim_store_find (sim_node (sim, b)->store, id, &x->device, x->seq);
    if (y == NULL || !lan_hash_equal (&x->hash, &y->hash) || x->kind != y->kind)
      g_error ("seed %" G_GUINT64_FORMAT ": record %" G_GUINT64_FORMAT " of a log, kind %u: %u has "
               "it and %u %s",
               sim->seed, x->seq, x->kind, a, b, y == NULL ? "does not" : "another one");
  }
  g_assert_cmpuint (records_of (sim, id, a), ==, records_of (sim, id, b));
}

static void
assert_same_members (Sim *sim, const LanConversationId *id, guint a, guint b)
{
  g_autoptr (GArray) left = lan_core_list_group_members (sim_node (sim, a)->core, id);
  g_autoptr (GArray) right = lan_core_list_group_members (sim_node (sim, b)->core, id);

  if (left->len != right->len)
    g_error ("seed %" G_GUINT64_FORMAT ": %u knows %u members and %u knows %u", sim->seed, a,
             left->len, b, right->len);
  for (guint i = 0; i < left->len; i++) {
    const LanGroupMemberInfo *x = &g_array_index (left, LanGroupMemberInfo, i);
    const LanGroupMemberInfo *y = &g_array_index (right, LanGroupMemberInfo, i);

    g_assert_true (lan_account_id_equal (&x->account, &y->account));
    g_assert_cmpint (x->role, ==, y->role);
  }
}

void
sim_group_assert_same (Sim *sim, const LanConversationId *id, guint a, guint b)
{
  g_autoptr (GPtrArray) left = texts (sim, id, a);
  g_autoptr (GPtrArray) right = texts (sim, id, b);
  LanGroupInfo x = sim_group_info (sim, id, a), y;

  for (guint i = 0; i < MIN (left->len, right->len); i++) {
    const LanRecordRow *l = g_ptr_array_index (left, i), *r = g_ptr_array_index (right, i);

    if (!lan_hash_equal (&l->hash, &r->hash) || l->order != r->order ||
        g_strcmp0 (l->text, r->text) != 0)
      g_error ("seed %" G_GUINT64_FORMAT ": %u and %u differ at text %u: %s, %s", sim->seed, a, b,
               i, l->text, r->text);
  }
  if (left->len != right->len)
    g_error ("seed %" G_GUINT64_FORMAT ": %u shows %u texts and %u shows %u", sim->seed, a,
             left->len, b, right->len);
  g_assert_cmpuint (x.n_members, >, 0);
  y = sim_group_info (sim, id, b);
  g_assert_cmpstr (x.name, ==, y.name);
  g_assert_cmpstr (x.topic, ==, y.topic);
  g_assert_cmpint (x.kind, ==, y.kind);
  g_assert_cmpint (x.open_history, ==, y.open_history);
  assert_same_members (sim, id, a, b);
}
