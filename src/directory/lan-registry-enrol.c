/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Enrolment over NK (SECURITY 8.1): an invite, or login and password, brings a key into the company.
 *
 *   Enrol --checks--> FIND_INVITE ----> [JOB: store a password] --> WRITE --> Enrolled
 *                \--> FIND_PASSWORD --> JOB: compare ----------/
 */
#include "lan-registry-private.h"

#include "lan-invite.h"
#include "lan-password.h"
#include "lan-text.h"

#include <string.h>

#define CERT_SLACK_S 86400

void
lan_registry_enrol_refuse (LanRegistry *registry, Conn *conn, LanRefusal code, guint32 retry_ms)
{
  if (conn->stage >= STAGE_ONLINE)
    return;
  conn->stage = STAGE_NEW;
  registry->counters.enrolments_refused++;
  lan_registry_event (registry, LAN_EVENT_ENROL_REFUSED, conn, NULL, code, LAN_OP_OK);
  lan_registry_refuse (registry, conn, 0, code, retry_ms);
  if (++conn->fresh->tries >= LAN_REGISTRY_ENROL_TRIES)
    lan_registry_farewell (registry, conn, code, retry_ms);
}

static void
set_bytes (ProtobufCBinaryData *field, GBytes *bytes)
{
  gsize len = 0;

  field->data = bytes != NULL ? (guint8 *) g_bytes_get_data (bytes, &len) : NULL;
  field->len = len;
}

static void
enrolled (LanRegistry *registry, Mutation *m, LanRefusal refusal)
{
  Lanyard__Server__Enrolled answer = LANYARD__SERVER__ENROLLED__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  const Account *account;

  if (refusal != LAN_REFUSAL_NONE) {
    /* The invite was used while this waited. */
    if (refusal == LAN_REFUSAL_STATE)
      refusal = LAN_REFUSAL_CREDENTIALS;
    lan_registry_enrol_refuse (registry, m->conn, refusal,
                               refusal == LAN_REFUSAL_STORAGE ? LAN_REGISTRY_STORAGE_MS : 0);
    return;
  }
  lan_mutation_apply_account (registry, m);
  account = g_hash_table_lookup (registry->uids, &m->uid);
  registry->counters.enrolments++;
  lan_registry_event (registry, LAN_EVENT_ENROLLED, m->conn, account, LAN_REFUSAL_NONE, LAN_OP_OK);
  if (m->conn->stage >= STAGE_ONLINE)
    return;
  m->conn->stage = STAGE_NEW;
  answer.uid = (ProtobufCBinaryData){ LAN_USER_ID_BYTES, m->uid.b };
  answer.login = account->row.login;
  answer.org_root = (ProtobufCBinaryData){ LAN_KEY_BYTES, registry->org_root };
  set_bytes (&answer.attestation, account->attestation);
  answer.org_name = registry->org_name;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_ENROLLED;
  frame.enrolled = &answer;
  lan_registry_send (registry, m->conn, &frame);
}

/* Which account it is for: that of the invite, that of the login, or a new one. */
static LanRefusal
choose_account (LanRegistry *registry, Mutation *m, const LanAccountId *key, Account **account)
{
  Account *owner = g_hash_table_lookup (registry->accounts, key);

  if (m->uses_invite && !lan_user_id_is_zero (&m->invite.uid)) {
    *account = g_hash_table_lookup (registry->uids, &m->invite.uid);
    if (*account == NULL)
      return LAN_REFUSAL_CREDENTIALS;
  } else {
    *account = g_hash_table_lookup (registry->logins, m->row.login);
    /* An invite is not the password of somebody who is here already. */
    if (m->uses_invite && *account != NULL && !lan_account_id_is_zero (&(*account)->row.account))
      return LAN_REFUSAL_LOGIN_TAKEN;
    if (!m->uses_invite && *account == NULL)
      return LAN_REFUSAL_CREDENTIALS;
  }
  return owner != NULL && owner != *account ? LAN_REFUSAL_KEY_CONFLICT : LAN_REFUSAL_NONE;
}

static void
take_texts (Mutation *m, const Account *account)
{
  LanRegistryAccountRow row;

  if (account != NULL) {
    lan_registry_account_row_copy (&row, &account->row);
  } else {
    row = m->row;
    row.login = g_strdup (m->row.login);
    row.display = g_strdup (m->row.display);
    row.title = g_strdup (m->invite.title != NULL ? m->invite.title : "");
    row.department = g_strdup (m->invite.department != NULL ? m->invite.department : "");
    row.role = m->invite.role;
    row.uid = m->uid;
    row.list = NULL;
  }
  lan_registry_account_row_clear (&m->row);
  m->row = row;
}

static LanRefusal
build_enrol (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  Account *account = NULL;
  LanDeviceList list;
  LanRefusal refusal;

  if (lan_device_list_decode (&list, g_bytes_get_data (m->list, NULL),
                              g_bytes_get_size (m->list)) != LAN_STATUS_OK)
    return LAN_REFUSAL_IDENTITY;
  refusal = choose_account (registry, m, &list.account, &account);
  if (refusal != LAN_REFUSAL_NONE)
    return refusal;
  if (account != NULL && !lan_account_is_active (account))
    return account->row.status == LAN_ACCOUNT_SUSPENDED ? LAN_REFUSAL_SUSPENDED : LAN_REFUSAL_LEFT;
  refusal = lan_registry_check_papers (registry, account, m->list, m->certs, &list);
  if (refusal != LAN_REFUSAL_NONE)
    return refusal;
  if (account != NULL && !lan_account_id_is_zero (&account->row.account) &&
      !lan_account_id_equal (&account->row.account, &list.account)) {
    if (!m->uses_invite)
      return LAN_REFUSAL_KEY_CONFLICT;
    m->drops_devices = TRUE;
  }
  m->is_new = account == NULL;
  m->keys_changed = account == NULL || !lan_account_id_equal (&account->row.account, &list.account);
  if (account != NULL)
    m->uid = account->row.uid;
  else
    lan_random_bytes (registry->random, m->uid.b, sizeof m->uid.b);
  take_texts (m, account);
  m->row.account = list.account;
  if (m->is_new)
    m->row.created_s = registry->now.wall_ms / 1000;
  g_clear_pointer (&m->row.list, g_bytes_unref);
  m->row.list = g_bytes_ref (m->list);
  m->changes_row = TRUE;
  m->attests = registry->auto_attest && (m->keys_changed || account->attestation == NULL);
  return lan_mutation_build_account (registry, m, op);
}

void
lan_registry_enrol_checked (LanRegistry *registry, LanRegistryJob *job)
{
  Mutation *m;

  if (job->conn->stage != STAGE_ENROLLING)
    return;
  if (job->status != LAN_STATUS_OK) {
    lan_registry_login_failed (registry, job->login);
    lan_registry_enrol_refuse (registry, job->conn, LAN_REFUSAL_CREDENTIALS, 0);
    return;
  }
  if (job->checks)
    lan_registry_login_succeeded (registry, job->login);
  m = g_steal_pointer (&job->enrol);
  if (job->made[0] != 0)
    m->password = g_strdup (job->made);
  m->build = build_enrol;
  m->done = enrolled;
  lan_registry_mutate (registry, m);
}

/* What the invite says goes before what the client proposed. */
static LanRefusal
use_invite (LanRegistry *registry, Mutation *m, const LanRegistryInviteRow *invite)
{
  gint64 now_s = registry->now.wall_ms / 1000;

  if (invite->used_s != 0 || invite->expires_s <= now_s)
    return LAN_REFUSAL_CREDENTIALS;
  lan_registry_invite_row_clear (&m->invite);
  lan_registry_invite_row_copy (&m->invite, invite);
  m->invite.used_s = now_s;
  m->uses_invite = TRUE;
  if (invite->login != NULL && invite->login[0] != 0) {
    g_free (m->row.login);
    m->row.login = g_strdup (invite->login);
  }
  if (invite->display != NULL && invite->display[0] != 0) {
    g_free (m->row.display);
    m->row.display = g_strdup (invite->display);
  }
  if (m->row.display[0] == 0) {
    g_free (m->row.display);
    m->row.display = g_strdup (m->row.login);
  }
  if (lan_user_id_is_zero (&invite->uid) &&
      (!lan_attestation_is_login (m->row.login) || !lan_attestation_is_display (m->row.display)))
    return LAN_REFUSAL_IDENTITY;
  return LAN_REFUSAL_NONE;
}

void
lan_registry_on_invite (LanRegistry *registry, LanRegistryOp *op)
{
  LanRegistryJob *job = g_steal_pointer (&op->registry_job);
  Conn *conn = job->conn;
  LanRefusal refusal = LAN_REFUSAL_CREDENTIALS;

  if (op->status != LAN_OP_OK && op->status != LAN_OP_NOT_FOUND)
    refusal = lan_registry_op_refusal (registry, op);
  else if (op->find_invite.found)
    refusal = use_invite (registry, job->enrol, &op->find_invite.invite);
  if (refusal != LAN_REFUSAL_NONE) {
    lan_registry_enrol_refuse (registry, conn, refusal, 0);
    lan_registry_job_free (job);
  } else if (job->stores) {
    conn->pending++;
    if (!lan_registry_start_job (registry, job))
      lan_registry_enrol_refuse (registry, conn, LAN_REFUSAL_BUSY, 2000);
    lan_registry_conn_unref (conn);
  } else {
    lan_registry_enrol_checked (registry, job);
    lan_registry_job_free (job);
  }
}

/* Everything that can be seen without asking anybody. */
static LanRefusal
check (LanRegistry *registry, Conn *conn, const Lanyard__Server__Enrol *m, Mutation *mutation)
{
  LanDeviceList list;
  LanHash hash;
  LanCert cert;

  if (m->version != LAN_SERVER_VERSION)
    return LAN_REFUSAL_VERSION;
  if (m->invite.len == 0 && (m->secret.len == 0 || m->login[0] == 0))
    return LAN_REFUSAL_CREDENTIALS;
  if (m->display[0] != 0 && !lan_attestation_is_display (m->display))
    return LAN_REFUSAL_IDENTITY;
  if (lan_cert_verify (&cert, m->cert.data, m->cert.len) != LAN_STATUS_OK ||
      lan_device_list_verify (&list, m->list.data, m->list.len) != LAN_STATUS_OK ||
      !lan_account_id_equal (&cert.account, &list.account) ||
      lan_cert_check_time (&cert, registry->now.wall_ms / 1000, CERT_SLACK_S) != LAN_STATUS_OK)
    return LAN_REFUSAL_IDENTITY;
  lan_cert_hash (&hash, m->cert.data, m->cert.len);
  if (lan_device_list_check_cert (&list, &cert.device, &hash) != LAN_STATUS_OK ||
      lan_enrol_verify (cert.sign_public, conn->fresh->hash, sizeof conn->fresh->hash, m->login,
                        m->proof.data) != LAN_STATUS_OK)
    return LAN_REFUSAL_IDENTITY;
  mutation->list = g_bytes_new (m->list.data, m->list.len);
  mutation->certs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (mutation->certs, g_bytes_new (m->cert.data, m->cert.len));
  return LAN_REFUSAL_NONE;
}

static void
ask (LanRegistry *registry, LanRegistryJob *job, const Lanyard__Server__Enrol *m)
{
  const Account *account = g_hash_table_lookup (registry->logins, job->login);
  Conn *conn = job->conn;
  LanRegistryOp *op;
  LanHash hash;

  if (m->invite.len > 0) {
    op = lan_registry_op_new (LAN_OP_FIND_INVITE);
    lan_invite_hash (&hash, m->invite.data);
    memcpy (op->find_invite.hash, hash.b, sizeof op->find_invite.hash);
    job->stores = m->secret.len > 0;
  } else if (account != NULL) {
    op = lan_registry_op_new (LAN_OP_FIND_PASSWORD);
    op->find_password.uid = account->row.uid;
  } else {
    job->checks = TRUE;
    conn->pending++;
    if (!lan_registry_start_job (registry, job))
      lan_registry_enrol_refuse (registry, conn, LAN_REFUSAL_BUSY, 2000);
    lan_registry_conn_unref (conn);
    return;
  }
  op->registry_job = job;
  lan_registry_ask (registry, op, NULL, 0);
}

void
lan_registry_on_enrol (LanRegistry *registry, Conn *conn, const Lanyard__Server__Enrol *m)
{
  g_autofree char *login = NULL;
  LanRegistryJob *job;
  LanRefusal refusal;
  guint32 retry_ms = 0;

  if (!lan_registry_address_try (registry, conn->fresh->address, &retry_ms)) {
    lan_registry_enrol_refuse (registry, conn, LAN_REFUSAL_RATE, retry_ms);
    return;
  }
  login = m->login[0] != 0 ? lan_login_canonical (m->login) : g_strdup ("");
  if (login != NULL && login[0] != 0 && !lan_registry_login_try (registry, login, &retry_ms)) {
    lan_registry_enrol_refuse (registry, conn, LAN_REFUSAL_RATE, retry_ms);
    return;
  }
  job = lan_registry_job_new (conn, 0);
  job->for_enrolment = TRUE;
  job->enrol = lan_mutation_new (conn, 0);
  refusal = login == NULL ? LAN_REFUSAL_CREDENTIALS : check (registry, conn, m, job->enrol);
  if (refusal != LAN_REFUSAL_NONE) {
    lan_registry_enrol_refuse (registry, conn, refusal, 0);
    lan_registry_job_free (job);
    return;
  }
  conn->stage = STAGE_ENROLLING;
  job->login = g_steal_pointer (&login);
  job->enrol->row.login = g_strdup (job->login);
  job->enrol->row.display = g_strdup (m->display);
  if (m->secret.len == sizeof job->secret) {
    memcpy (job->secret, m->secret.data, sizeof job->secret);
    memcpy (job->old_secret, m->secret.data, sizeof job->old_secret);
  }
  ask (registry, job, m);
}
