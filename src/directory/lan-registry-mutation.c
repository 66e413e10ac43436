/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Changes of accounts and of the directory. They wait in one line: each is built on what the one
 * before left behind, goes to the storage as one transaction, and reaches memory, the waiting client and
 * everybody else only after its COMMIT.
 */
#include "lan-registry-private.h"

#include <string.h>

Mutation *
lan_mutation_new (Conn *conn, guint64 number)
{
  Mutation *m = g_new0 (Mutation, 1);

  m->conn = conn;
  m->number = number;
  if (conn != NULL)
    conn->pending++;
  return m;
}

static void
free_entry (Entry *entry)
{
  g_clear_pointer (&entry->bytes, g_bytes_unref);
}

void
lan_registry_conn_unref (Conn *conn)
{
  conn->pending--;
  if (conn->stage == STAGE_GONE && conn->pending == 0)
    g_free (conn);
}

void
lan_mutation_free (Mutation *m)
{
  if (m == NULL)
    return;
  if (m->conn != NULL)
    lan_registry_conn_unref (m->conn);
  for (guint i = 0; m->entries != NULL && i < m->entries->len; i++)
    free_entry (&g_array_index (m->entries, Entry, i));
  g_clear_pointer (&m->entries, g_array_unref);
  g_clear_pointer (&m->head, g_bytes_unref);
  g_clear_pointer (&m->list, g_bytes_unref);
  g_clear_pointer (&m->certs, g_ptr_array_unref);
  g_clear_pointer (&m->objects, g_ptr_array_unref);
  lan_registry_account_row_clear (&m->row);
  lan_registry_invite_row_clear (&m->invite);
  g_free (m->password);
  g_free (m);
}

/* Until one goes out; those that refuse themselves end here. */
static void
begin (LanRegistry *registry)
{
  Mutation *m;

  while ((m = g_queue_peek_head (&registry->mutations)) != NULL) {
    LanRegistryOp *op = lan_registry_op_new (LAN_OP_WRITE);
    LanRefusal refusal = m->build (registry, m, op);

    if (refusal == LAN_REFUSAL_NONE) {
      lan_registry_ask (registry, op, NULL, 0);
      op->registry_data = m;
      return;
    }
    lan_registry_op_free (op);
    (void) g_queue_pop_head (&registry->mutations);
    m->done (registry, m, refusal);
    lan_mutation_free (m);
  }
}

void
lan_registry_mutate (LanRegistry *registry, Mutation *m)
{
  g_queue_push_tail (&registry->mutations, m);
  if (registry->mutations.length == 1)
    begin (registry);
}

void
lan_registry_mutated (LanRegistry *registry, LanRegistryOp *op)
{
  Mutation *m = g_queue_pop_head (&registry->mutations);

  m->done (registry, m, lan_registry_op_refusal (registry, op));
  lan_mutation_free (m);
  begin (registry);
}

/* ---- an account ---- */

static GBytes *
find_cert (GPtrArray *certs, const LanHash *hash)
{
  for (guint i = 0; certs != NULL && i < certs->len; i++) {
    GBytes *cert = g_ptr_array_index (certs, i);
    LanHash found;

    lan_cert_hash (&found, g_bytes_get_data (cert, NULL), g_bytes_get_size (cert));
    if (lan_hash_equal (&found, hash))
      return cert;
  }
  return NULL;
}

/* What the new list says of one device, where that is news. */
static void
add_device_row (LanRegistry *registry, Mutation *m, LanRegistryOp *op, const LanDeviceEntry *entry)
{
  const Device *known = g_hash_table_lookup (registry->devices, &entry->device);
  GBytes *bytes = find_cert (m->certs, &entry->cert_hash);
  LanRegistryRow *row;
  LanCert cert;

  if (bytes != NULL && lan_cert_decode (&cert, g_bytes_get_data (bytes, NULL),
                                        g_bytes_get_size (bytes)) != LAN_STATUS_OK)
    return;
  if (known == NULL ? bytes == NULL : !lan_user_id_equal (&known->account->row.uid, &m->uid))
    return;
  row = lan_registry_op_add_row (op, LAN_ROW_DEVICE);
  row->device.device = entry->device;
  row->device.uid = m->uid;
  row->device.state = entry->state;
  if (bytes != NULL) {
    memcpy (row->device.dh_public, cert.dh_public, sizeof cert.dh_public);
    row->device.cert = g_bytes_ref (bytes);
  } else {
    memcpy (row->device.dh_public, known->dh_public, sizeof known->dh_public);
    row->device.cert = known->cert != NULL ? g_bytes_ref (known->cert) : NULL;
    row->device.seen_s = known->seen_s;
  }
  if (entry->state != LAN_DEVICE_ACTIVE)
    lan_registry_op_add_row (op, LAN_ROW_MAILBOX_DROP)->device.device = entry->device;
}

static void
add_device_rows (LanRegistry *registry, Mutation *m, LanRegistryOp *op, const Account *account)
{
  LanDeviceList list;

  if (m->drops_devices && account != NULL) {
    for (const Device *device = account->devices; device != NULL; device = device->next) {
      LanRegistryRow *row = lan_registry_op_add_row (op, LAN_ROW_DEVICE);

      row->device.device = device->id;
      row->device.uid = m->uid;
      row->device.state = LAN_DEVICE_REVOKED;
      memcpy (row->device.dh_public, device->dh_public, sizeof device->dh_public);
      row->device.cert = device->cert != NULL ? g_bytes_ref (device->cert) : NULL;
      lan_registry_op_add_row (op, LAN_ROW_MAILBOX_DROP)->device.device = device->id;
    }
  }
  if (m->list == NULL || lan_device_list_decode (&list, g_bytes_get_data (m->list, NULL),
                                                 g_bytes_get_size (m->list)) != LAN_STATUS_OK)
    return;
  for (guint i = 0; i < list.n_devices; i++)
    add_device_row (registry, m, op, &list.devices[i]);
}

static void
add_single_rows (Mutation *m, LanRegistryOp *op)
{
  LanRegistryRow *row;

  if (m->changes_row) {
    row = lan_registry_op_add_row (op, LAN_ROW_ACCOUNT);
    lan_registry_account_row_copy (&row->account, &m->row);
  }
  if (m->password != NULL) {
    row = lan_registry_op_add_row (op, LAN_ROW_PASSWORD);
    row->password.uid = m->uid;
    row->password.hash = m->password[0] != 0 ? g_strdup (m->password) : NULL;
  }
  if (m->uses_invite) {
    row = lan_registry_op_add_row (op, LAN_ROW_INVITE_USE);
    memcpy (row->invite.hash, m->invite.hash, sizeof row->invite.hash);
    row->invite.uid = m->uid;
    row->invite.used_s = m->invite.used_s;
  }
}

LanRefusal
lan_mutation_build_account (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  const Account *account = g_hash_table_lookup (registry->uids, &m->uid);
  g_autoptr (GBytes) attestation = NULL;

  add_single_rows (m, op);
  add_device_rows (registry, m, op, account);
  if (m->attests)
    attestation = lan_registry_attest (registry, account, &m->row);
  if (attestation != NULL) {
    lan_registry_log_add (registry, m, op, attestation);
    lan_registry_log_seal (registry, m, op);
  }
  return LAN_REFUSAL_NONE;
}

static void
apply_list (LanRegistry *registry, Mutation *m, Account *account)
{
  LanDeviceList list;

  if (lan_device_list_decode (&list, g_bytes_get_data (m->list, NULL),
                              g_bytes_get_size (m->list)) != LAN_STATUS_OK)
    return;
  for (guint i = 0; i < list.n_devices; i++) {
    const LanDeviceEntry *entry = &list.devices[i];
    LanRegistryDeviceRow row = { .device = entry->device, .state = entry->state };
    GBytes *bytes = find_cert (m->certs, &entry->cert_hash);
    Device *device = g_hash_table_lookup (registry->devices, &entry->device);
    gboolean was_active = device != NULL && device->state == LAN_DEVICE_ACTIVE;
    LanCert cert;

    if (bytes != NULL && lan_cert_decode (&cert, g_bytes_get_data (bytes, NULL),
                                          g_bytes_get_size (bytes)) == LAN_STATUS_OK) {
      memcpy (row.dh_public, cert.dh_public, sizeof row.dh_public);
      row.cert = bytes;
    } else if (device == NULL) {
      continue;
    }
    if (device != NULL && device->account != account)
      continue;
    device = lan_registry_add_device (registry, account, &row);
    if (was_active && entry->state != LAN_DEVICE_ACTIVE) {
      device->mail_bytes = device->mail_count = device->one_time = 0;
      device->signed_expires_s = 0;
      lan_registry_event (registry, LAN_EVENT_DEVICE_REVOKED, NULL, account, LAN_REFUSAL_NONE,
                          LAN_OP_OK);
      while (device->conns != NULL)
        lan_registry_farewell (registry, device->conns, LAN_REFUSAL_REVOKED, 0);
    }
  }
}

static void
close_account (LanRegistry *registry, Account *account, LanRefusal reason)
{
  for (Device *device = account->devices; device != NULL; device = device->next) {
    while (device->conns != NULL)
      lan_registry_farewell (registry, device->conns, reason, 0);
  }
}

void
lan_mutation_apply_account (LanRegistry *registry, Mutation *m)
{
  Account *account = g_hash_table_lookup (registry->uids, &m->uid);

  if (account == NULL)
    account = lan_registry_add_account (registry, &m->row);
  else if (m->changes_row)
    lan_registry_change_account (registry, account, &m->row);
  lan_registry_log_apply (registry, m);
  if (m->drops_devices) {
    Device *device;

    while ((device = account->devices) != NULL)
      lan_registry_drop_device (registry, device, LAN_REFUSAL_REVOKED);
  }
  if (m->list != NULL)
    apply_list (registry, m, account);
  if (account->row.status == LAN_ACCOUNT_SUSPENDED)
    close_account (registry, account, LAN_REFUSAL_SUSPENDED);
  else if (account->row.status != LAN_ACCOUNT_ACTIVE)
    close_account (registry, account, LAN_REFUSAL_LEFT);
  lan_registry_presence_changed (registry, account);
  if (m->list != NULL)
    lan_registry_tell_papers (registry, account);
}

/* ---- from whom somebody hides: m->list holds the keys ---- */

static LanRefusal
build_hidden (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  LanRegistryRow *row = lan_registry_op_add_row (op, LAN_ROW_HIDDEN);

  row->hidden.uid = m->uid;
  row->hidden.accounts = g_bytes_ref (m->list);
  return LAN_REFUSAL_NONE;
}

static void
hidden (LanRegistry *registry, Mutation *m, LanRefusal refusal)
{
  if (refusal == LAN_REFUSAL_NONE)
    lan_registry_set_hidden (registry, g_hash_table_lookup (registry->uids, &m->uid), m->list);
  if (m->conn->stage != STAGE_ONLINE)
    return;
  if (refusal == LAN_REFUSAL_NONE)
    lan_registry_done (registry, m->conn, m->number);
  else
    lan_registry_refuse (registry, m->conn, m->number, refusal, LAN_REGISTRY_STORAGE_MS);
}

void
lan_registry_mutate_hidden (LanRegistry *registry, Mutation *m)
{
  m->build = build_hidden;
  m->done = hidden;
  lan_registry_mutate (registry, m);
}
