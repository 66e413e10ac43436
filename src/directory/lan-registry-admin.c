/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What administrators do: invites, accounts, revocations, objects of the offline tool. Rights are the
 * caller's to check; everything here ends in one transaction.
 */
#include "lan-registry-private.h"

#include <string.h>

static void
told (LanRegistry *registry, Mutation *m, LanRefusal refusal)
{
  lan_registry_tell_admin (registry, m->number, refusal, &m->uid);
}

static Mutation *
start (LanRegistry *registry, guint64 ticket, const LanTime *now)
{
  registry->now = *now;
  return lan_mutation_new (NULL, ticket);
}

/* ---- invites ---- */

static LanRefusal
build_invite (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  LanRegistryRow *row =
      lan_registry_op_add_row (op, m->drops_invite ? LAN_ROW_INVITE_DROP : LAN_ROW_INVITE);

  if (!lan_user_id_is_zero (&m->invite.uid) &&
      g_hash_table_lookup (registry->uids, &m->invite.uid) == NULL)
    return LAN_REFUSAL_UNKNOWN;
  lan_registry_invite_row_copy (&row->invite, &m->invite);
  return LAN_REFUSAL_NONE;
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || text[0] == 0;
}

void
lan_registry_admin_invite (LanRegistry *registry, guint64 ticket, const LanRegistryInviteRow *row,
                           const LanTime *now)
{
  Mutation *m = start (registry, ticket, now);

  lan_registry_invite_row_copy (&m->invite, row);
  m->uid = row->uid;
  m->build = build_invite;
  m->done = told;
  if ((!is_empty (row->login) && !lan_attestation_is_login (row->login)) ||
      (!is_empty (row->display) && !lan_attestation_is_display (row->display)) ||
      (row->title != NULL && !lan_attestation_is_title (row->title)) ||
      (row->department != NULL && !lan_attestation_is_department (row->department)) ||
      row->role >= LAN_ROLE_N) {
    told (registry, m, LAN_REFUSAL_PROTOCOL);
    lan_mutation_free (m);
    return;
  }
  lan_registry_mutate (registry, m);
}

void
lan_registry_admin_drop_invite (LanRegistry *registry, guint64 ticket, const guint8 hash[32],
                                const LanTime *now)
{
  Mutation *m = start (registry, ticket, now);

  memcpy (m->invite.hash, hash, sizeof m->invite.hash);
  m->drops_invite = TRUE;
  m->build = build_invite;
  m->done = told;
  lan_registry_mutate (registry, m);
}

/* ---- accounts ---- */

static gboolean
texts_ok (const LanRegistryAccountRow *row)
{
  return lan_attestation_is_login (row->login) && lan_attestation_is_display (row->display) &&
         lan_attestation_is_title (row->title) && lan_attestation_is_department (row->department) &&
         row->status < LAN_ACCOUNT_STATUS_N && row->role < LAN_ROLE_N;
}

static void
take_text (char **to, const char *wanted)
{
  if (wanted == NULL)
    return;
  g_free (*to);
  *to = g_strdup (wanted);
}

/* m->invite carries what was asked for: texts NULL where they stay. */
static void
take_changes (Mutation *m)
{
  take_text (&m->row.login, m->invite.login);
  take_text (&m->row.display, m->invite.display);
  take_text (&m->row.title, m->invite.title);
  take_text (&m->row.department, m->invite.department);
  if (m->status >= 0)
    m->row.status = (guint8) m->status;
  if (m->role >= 0)
    m->row.role = (guint8) m->role;
  if (m->resets_key) {
    m->row.account = (LanAccountId){ { 0 } };
    g_clear_pointer (&m->row.list, g_bytes_unref);
    m->drops_devices = TRUE;
  }
}

static LanRefusal
build_account (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  const Account *account = NULL, *other;

  if (!lan_user_id_is_zero (&m->uid)) {
    account = g_hash_table_lookup (registry->uids, &m->uid);
    if (account == NULL)
      return LAN_REFUSAL_UNKNOWN;
    lan_registry_account_row_copy (&m->row, &account->row);
  } else {
    lan_random_bytes (registry->random, m->uid.b, sizeof m->uid.b);
    m->row.uid = m->uid;
    m->row.login = g_strdup ("");
    m->row.display = g_strdup (m->invite.login != NULL ? m->invite.login : "");
    m->row.title = g_strdup ("");
    m->row.department = g_strdup ("");
    m->row.created_s = registry->now.wall_ms / 1000;
  }
  take_changes (m);
  if (!texts_ok (&m->row))
    return LAN_REFUSAL_PROTOCOL;
  other = g_hash_table_lookup (registry->logins, m->row.login);
  if (other != NULL && other != account)
    return LAN_REFUSAL_LOGIN_TAKEN;
  m->changes_row = TRUE;
  /* Whoever was vouched for, is so as they are now; or, being cut off, no longer. */
  m->attests = account != NULL && account->attestation != NULL;
  return lan_mutation_build_account (registry, m, op);
}

static void
account_changed (LanRegistry *registry, Mutation *m, LanRefusal refusal)
{
  if (refusal == LAN_REFUSAL_NONE) {
    lan_mutation_apply_account (registry, m);
    lan_registry_event (registry, LAN_EVENT_ACCOUNT_CHANGED, NULL,
                        g_hash_table_lookup (registry->uids, &m->uid), LAN_REFUSAL_NONE, LAN_OP_OK);
  }
  told (registry, m, refusal);
}

void
lan_registry_admin_account (LanRegistry *registry, guint64 ticket,
                            const LanRegistryAccountChange *change, const LanTime *now)
{
  Mutation *m = start (registry, ticket, now);

  if (change->uid != NULL)
    m->uid = *change->uid;
  m->invite.login = g_strdup (change->login);
  m->invite.display = g_strdup (change->display);
  m->invite.title = g_strdup (change->title);
  m->invite.department = g_strdup (change->department);
  m->status = change->status;
  m->role = change->role;
  m->resets_key = change->reset_key;
  m->password = g_strdup (change->password_hash);
  m->build = build_account;
  m->done = account_changed;
  lan_registry_mutate (registry, m);
}

/* ---- one device ---- */

static LanRefusal
build_revocation (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  const Device *device = g_hash_table_lookup (registry->devices, &m->device);
  LanRegistryRow *row;

  if (device == NULL)
    return LAN_REFUSAL_UNKNOWN;
  m->uid = device->account->row.uid;
  row = lan_registry_op_add_row (op, LAN_ROW_DEVICE);
  row->device.device = device->id;
  row->device.uid = m->uid;
  row->device.state = LAN_DEVICE_REVOKED;
  row->device.seen_s = device->seen_s;
  memcpy (row->device.dh_public, device->dh_public, sizeof device->dh_public);
  row->device.cert = device->cert != NULL ? g_bytes_ref (device->cert) : NULL;
  lan_registry_op_add_row (op, LAN_ROW_MAILBOX_DROP)->device.device = device->id;
  return LAN_REFUSAL_NONE;
}

static void
revoked (LanRegistry *registry, Mutation *m, LanRefusal refusal)
{
  Device *device = g_hash_table_lookup (registry->devices, &m->device);

  if (refusal == LAN_REFUSAL_NONE && device != NULL) {
    device->state = LAN_DEVICE_REVOKED;
    device->mail_bytes = device->mail_count = device->one_time = 0;
    device->signed_expires_s = 0;
    while (device->conns != NULL)
      lan_registry_farewell (registry, device->conns, LAN_REFUSAL_REVOKED, 0);
    lan_registry_event (registry, LAN_EVENT_DEVICE_REVOKED, NULL, device->account, LAN_REFUSAL_NONE,
                        LAN_OP_OK);
  }
  told (registry, m, refusal);
}

void
lan_registry_admin_revoke_device (LanRegistry *registry, guint64 ticket, const LanDeviceId *device,
                                  const LanTime *now)
{
  Mutation *m = start (registry, ticket, now);

  m->device = *device;
  m->build = build_revocation;
  m->done = revoked;
  lan_registry_mutate (registry, m);
}

/* ---- objects of the offline tool ---- */

/* It speaks of this very log, as it is before this entry. */
static LanRefusal
import_restart (LanRegistry *registry, Mutation *m, LanRegistryOp *op, GBytes *bytes)
{
  LanDirectoryRestart restart;
  LanHash root;

  if (lan_directory_restart_verify (&restart, registry->org_root, g_bytes_get_data (bytes, NULL),
                                    g_bytes_get_size (bytes)) != LAN_STATUS_OK)
    return LAN_REFUSAL_IDENTITY;
  lan_merkle_frontier_root (&registry->frontier, &root);
  if (m->entries != NULL || restart.size != registry->entries->len ||
      !lan_hash_equal (&restart.root, &root) || restart.epoch < lan_registry_next_epoch (registry))
    return LAN_REFUSAL_STATE;
  registry->epoch_floor = MAX (registry->epoch_floor, restart.epoch);
  lan_registry_log_add (registry, m, op, bytes);
  return LAN_REFUSAL_NONE;
}

void
lan_registry_get_restart (LanRegistry *registry, LanDirectoryRestart *restart, const LanTime *now)
{
  *restart = (LanDirectoryRestart){ .epoch = MAX (lan_registry_next_epoch (registry), 2),
                                    .time_s = now->wall_ms / 1000,
                                    .size = registry->entries->len };
  lan_org_id_of_root (&restart->org, registry->org_root);
  lan_merkle_frontier_root (&registry->frontier, &restart->root);
}

static LanRefusal
import_one (LanRegistry *registry, Mutation *m, LanRegistryOp *op, GBytes *bytes, GPtrArray *fresh,
            GHashTable *seqs)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  const LanIssuer *issuer;
  const Account *account;
  LanAttestation a;
  LanIssuer key;
  guint64 *seq;

  if (lan_issuer_verify (&key, registry->org_root, data, len) == LAN_STATUS_OK) {
    if (lan_registry_find_issuer (registry, &key.id, fresh) != NULL)
      return LAN_REFUSAL_NONE;
    g_ptr_array_add (fresh, g_memdup2 (&key, sizeof key));
    lan_registry_log_add (registry, m, op, bytes);
    return LAN_REFUSAL_NONE;
  }
  if (lan_directory_restart_is (data, len))
    return import_restart (registry, m, op, bytes);
  if (lan_attestation_decode (&a, data, len) != LAN_STATUS_OK)
    return LAN_REFUSAL_IDENTITY;
  issuer = lan_registry_find_issuer (registry, &a.issuer, fresh);
  if (issuer == NULL || lan_attestation_verify (&a, issuer, data, len) != LAN_STATUS_OK)
    return LAN_REFUSAL_IDENTITY;
  account = g_hash_table_lookup (registry->uids, &a.user);
  if (account == NULL || !lan_account_id_equal (&account->row.account, &a.account))
    return LAN_REFUSAL_UNKNOWN;
  seq = g_hash_table_lookup (seqs, account);
  if (a.seq <= (seq != NULL ? *seq : account->seq))
    return LAN_REFUSAL_STATE;
  g_hash_table_insert (seqs, (gpointer) account, g_memdup2 (&a.seq, sizeof a.seq));
  lan_registry_log_add (registry, m, op, bytes);
  return LAN_REFUSAL_NONE;
}

static LanRefusal
build_import (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seqs = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  for (guint i = 0; i < m->objects->len; i++) {
    LanRefusal refusal =
        import_one (registry, m, op, g_ptr_array_index (m->objects, i), fresh, seqs);

    if (refusal != LAN_REFUSAL_NONE)
      return refusal;
  }
  return lan_registry_log_seal (registry, m, op) ? LAN_REFUSAL_NONE : LAN_REFUSAL_STATE;
}

static void
imported (LanRegistry *registry, Mutation *m, LanRefusal refusal)
{
  if (refusal == LAN_REFUSAL_NONE)
    lan_registry_log_apply (registry, m);
  told (registry, m, refusal);
}

void
lan_registry_admin_import (LanRegistry *registry, guint64 ticket, GPtrArray *objects,
                           const LanTime *now)
{
  Mutation *m = start (registry, ticket, now);

  m->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < objects->len; i++)
    g_ptr_array_add (m->objects, g_bytes_ref (g_ptr_array_index (objects, i)));
  m->build = build_import;
  m->done = imported;
  lan_registry_mutate (registry, m);
}
