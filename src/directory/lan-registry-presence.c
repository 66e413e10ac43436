/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Presence: who watches whom, what is shown of an account, and telling it in gathered, bounded turns.
 * Whoever hides from somebody looks offline there; whoever cannot keep up is left out and gets
 * everything anew when the lane has drained.
 */
#include "lan-registry-private.h"

#include <string.h>

static const guint8 rank[] = {
  [LANYARD__SERVER__STATE__OFFLINE] = 0,
  [LANYARD__SERVER__STATE__AWAY] = 1,
  [LANYARD__SERVER__STATE__AVAILABLE] = 2,
  [LANYARD__SERVER__STATE__BUSY] = 3,
};

static guint8
state_of (const Account *account)
{
  guint8 state = LANYARD__SERVER__STATE__OFFLINE;

  if (!lan_account_is_active (account))
    return state;
  for (const Device *device = account->devices; device != NULL; device = device->next) {
    if (device->conns != NULL && rank[device->presence] > rank[state])
      state = device->presence;
  }
  return state;
}

/* What @account looks like, or how it looks to those it hides from. */
static gsize
put_presence (LanRegistry *registry, const Account *account, gboolean hidden, gsize *len)
{
  Lanyard__Server__Presence m = LANYARD__SERVER__PRESENCE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData devices[LAN_DEVICE_LIST_MAX];
  gsize size = 0;

  m.account = (ProtobufCBinaryData){ LAN_ACCOUNT_ID_BYTES, (guint8 *) account->row.account.b };
  m.devices = devices;
  if (!hidden)
    m.state = (Lanyard__Server__State) state_of (account);
  if (m.state != LANYARD__SERVER__STATE__OFFLINE) {
    if (account->status != NULL)
      m.status.data = (guint8 *) g_bytes_get_data (account->status, &size);
    m.status.len = size;
    for (Device *device = account->devices; device != NULL; device = device->next) {
      if (device->conns != NULL && device->presence != LANYARD__SERVER__STATE__OFFLINE &&
          m.n_devices < G_N_ELEMENTS (devices))
        devices[m.n_devices++] = (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES, device->id.b };
    }
  }
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PRESENCE;
  frame.presence = &m;
  return lan_registry_put (registry, &frame, len);
}

void
lan_registry_presence_changed (LanRegistry *registry, Account *account)
{
  if (account->is_dirty)
    return;
  account->is_dirty = TRUE;
  g_ptr_array_add (registry->dirty, account);
  if (registry->presence_us == LAN_NO_DEADLINE)
    registry->presence_us = registry->now.mono_us + LAN_REGISTRY_PRESENCE_US;
}

static guint
tell (LanRegistry *registry, const Account *account)
{
  gsize at = 0, len = 0, hidden_at = 0, hidden_len = 0;
  guint n = account->watchers != NULL ? account->watchers->len : 0;

  for (guint i = 0; i < n; i++) {
    Conn *conn = g_array_index (account->watchers, Watcher, i).conn;

    if (!conn->is_writable) {
      conn->is_stale = TRUE;
      registry->counters.presence_shed++;
      continue;
    }
    registry->counters.presence_sent++;
    if (lan_account_hides_from (account, conn->device->account)) {
      if (hidden_len == 0)
        hidden_at = put_presence (registry, account, TRUE, &hidden_len);
      lan_registry_push (registry, conn, hidden_at, hidden_len, TRUE);
    } else {
      if (len == 0)
        at = put_presence (registry, account, FALSE, &len);
      lan_registry_push (registry, conn, at, len, TRUE);
    }
  }
  return n;
}

void
lan_registry_flush_presence (LanRegistry *registry)
{
  guint sent = 0, done = 0;

  while (done < registry->dirty->len && sent <= registry->limits.presence_turn) {
    Account *account = g_ptr_array_index (registry->dirty, done++);

    account->is_dirty = FALSE;
    account->state = state_of (account);
    sent += tell (registry, account);
  }
  g_ptr_array_remove_range (registry->dirty, 0, done);
  registry->presence_us =
      registry->dirty->len > 0 ? registry->now.mono_us + LAN_REGISTRY_PRESENCE_US : LAN_NO_DEADLINE;
}

static void
show (LanRegistry *registry, Conn *conn, const Account *account)
{
  gsize len, at = put_presence (registry, account,
                                lan_account_hides_from (account, conn->device->account), &len);

  registry->counters.presence_sent++;
  lan_registry_push (registry, conn, at, len, TRUE);
}

void
lan_registry_catch_up_presence (LanRegistry *registry, Conn *conn)
{
  conn->is_stale = FALSE;
  for (guint i = 0; conn->edges != NULL && i < conn->edges->len; i++)
    show (registry, conn, g_array_index (conn->edges, Edge, i).account);
}

/* ---- who watches whom ---- */

static Edge *
find_edge (Conn *conn, const Account *account)
{
  for (guint i = 0; conn->edges != NULL && i < conn->edges->len; i++) {
    Edge *edge = &g_array_index (conn->edges, Edge, i);

    if (edge->account == account)
      return edge;
  }
  return NULL;
}

/* Looks on the shorter side: few watchers, or few watched. */
static gboolean
is_watching (Conn *conn, const Account *account)
{
  if (conn->edges == NULL || account->watchers == NULL)
    return FALSE;
  if (conn->edges->len <= account->watchers->len)
    return find_edge (conn, account) != NULL;
  for (guint i = 0; i < account->watchers->len; i++) {
    if (g_array_index (account->watchers, Watcher, i).conn == conn)
      return TRUE;
  }
  return FALSE;
}

static void
watch (Conn *conn, Account *account)
{
  Edge edge = { account, account->watchers != NULL ? account->watchers->len : 0 };
  Watcher watcher = { conn, conn->edges != NULL ? conn->edges->len : 0 };

  if (conn->edges == NULL)
    conn->edges = g_array_new (FALSE, FALSE, sizeof (Edge));
  if (account->watchers == NULL)
    account->watchers = g_array_new (FALSE, FALSE, sizeof (Watcher));
  g_array_append_val (conn->edges, edge);
  g_array_append_val (account->watchers, watcher);
}

/* Takes the last watcher's place for it, and tells that one's connection. */
static void
drop_watcher (Account *account, guint32 at)
{
  Watcher *last = &g_array_index (account->watchers, Watcher, account->watchers->len - 1);

  if (at + 1 < account->watchers->len) {
    g_array_index (account->watchers, Watcher, at) = *last;
    g_array_index (last->conn->edges, Edge, last->edge).watcher = at;
  }
  g_array_set_size (account->watchers, account->watchers->len - 1);
}

static void
unwatch (Conn *conn, const Account *account)
{
  Edge *edge = find_edge (conn, account);
  guint32 at;

  if (edge == NULL)
    return;
  at = (guint32) (edge - &g_array_index (conn->edges, Edge, 0));
  drop_watcher (edge->account, edge->watcher);
  if (at + 1 < conn->edges->len) {
    const Edge *last = &g_array_index (conn->edges, Edge, conn->edges->len - 1);

    *edge = *last;
    g_array_index (edge->account->watchers, Watcher, edge->watcher).edge = at;
  }
  g_array_set_size (conn->edges, conn->edges->len - 1);
}

void
lan_registry_unwatch_all (LanRegistry *registry, Conn *conn)
{
  for (guint i = 0; conn->edges != NULL && i < conn->edges->len; i++) {
    const Edge *edge = &g_array_index (conn->edges, Edge, i);

    drop_watcher (edge->account, edge->watcher);
  }
  g_clear_pointer (&conn->edges, g_array_unref);
}

static guint32
list_seq (const Account *account)
{
  LanDeviceList list;

  if (account->row.list == NULL ||
      lan_device_list_decode (&list, g_bytes_get_data (account->row.list, NULL),
                              g_bytes_get_size (account->row.list)) != LAN_STATUS_OK)
    return 0;
  return list.seq;
}

void
lan_registry_on_subscribe (LanRegistry *registry, Conn *conn, const Lanyard__Server__Subscribe *m)
{
  if (m->all_off)
    lan_registry_unwatch_all (registry, conn);
  for (gsize i = 0; i < m->n_remove; i++) {
    const Account *account = g_hash_table_lookup (registry->accounts, m->remove[i].data);

    if (account != NULL)
      unwatch (conn, account);
  }
  for (gsize i = 0; i < m->n_add; i++) {
    Account *account = g_hash_table_lookup (registry->accounts, m->add[i]->account.data);

    if (account == NULL)
      continue;
    if (!is_watching (conn, account)) {
      if (conn->edges != NULL && conn->edges->len >= registry->limits.subscriptions) {
        lan_registry_refuse (registry, conn, 0, LAN_REFUSAL_QUOTA, 0);
        return;
      }
      watch (conn, account);
    }
    show (registry, conn, account);
    if (list_seq (account) > m->add[i]->list_seq)
      lan_registry_send_papers (registry, conn, 0, account);
  }
}

void
lan_registry_on_presence_set (LanRegistry *registry, Conn *conn,
                              const Lanyard__Server__PresenceSet *m)
{
  Account *account = conn->device->account;

  conn->device->presence = (guint) m->state < G_N_ELEMENTS (rank)
                               ? (guint8) m->state
                               : LANYARD__SERVER__STATE__AVAILABLE;
  g_clear_pointer (&account->status, g_bytes_unref);
  if (m->status.len > 0)
    account->status = g_bytes_new (m->status.data, m->status.len);
  lan_registry_presence_changed (registry, account);
}

void
lan_registry_on_hide (LanRegistry *registry, Conn *conn, const Lanyard__Server__Hide *m)
{
  g_autoptr (GByteArray) keys = g_byte_array_new ();
  Mutation *mutation = lan_mutation_new (conn, m->request);

  for (gsize i = 0; i < m->n_accounts; i++)
    g_byte_array_append (keys, m->accounts[i].data, LAN_ACCOUNT_ID_BYTES);
  mutation->uid = conn->device->account->row.uid;
  mutation->list = g_byte_array_free_to_bytes (g_steal_pointer (&keys));
  lan_registry_mutate_hidden (registry, mutation);
}
