/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Passwords (SECURITY 8.1): Argon2id belongs to the workers, a few at a time, some more waiting, the
 * rest is told 'busy'. An unknown login costs what a known one costs.
 */
#include "lan-registry-private.h"

#include "lan-password.h"

#include <string.h>

G_STATIC_ASSERT (sizeof (((LanRegistryJob *) 0)->made) == LAN_PASSWORD_HASH_MAX);

void
lan_registry_job_run (LanRegistryJob *job)
{
  gboolean outdated = FALSE;

  job->status = LAN_STATUS_OK;
  if (job->checks)
    job->status = lan_password_check (job->stored, job->old_secret, &outdated);
  if (job->status == LAN_STATUS_OK && (job->stores || outdated)) {
    if (!job->stores)
      memcpy (job->secret, job->old_secret, sizeof job->secret);
    job->status = lan_password_store (job->secret, job->made);
  }
}

LanRegistryJob *
lan_registry_job_new (Conn *conn, guint64 request)
{
  LanRegistryJob *job = g_new0 (LanRegistryJob, 1);

  job->conn = conn;
  job->request = request;
  conn->pending++;
  return job;
}

void
lan_registry_job_free (LanRegistryJob *job)
{
  if (job == NULL)
    return;
  lan_secret_wipe (job->secret, sizeof job->secret);
  lan_secret_wipe (job->old_secret, sizeof job->old_secret);
  lan_registry_conn_unref (job->conn);
  lan_mutation_free (job->enrol);
  g_free (job->stored);
  g_free (job->login);
  g_free (job);
}

gboolean
lan_registry_start_job (LanRegistry *registry, LanRegistryJob *job)
{
  if (registry->jobs_out < registry->limits.password_jobs) {
    registry->jobs_out++;
    lan_registry_push_job (registry, job);
    return TRUE;
  }
  if (registry->jobs.length < registry->limits.password_queue) {
    g_queue_push_tail (&registry->jobs, job);
    return TRUE;
  }
  lan_registry_job_free (job);
  return FALSE;
}

static void
password_set (LanRegistry *registry, Mutation *m, LanRefusal refusal)
{
  if (m->conn->stage != STAGE_ONLINE)
    return;
  if (refusal == LAN_REFUSAL_NONE)
    lan_registry_done (registry, m->conn, m->number);
  else
    lan_registry_refuse (registry, m->conn, m->number, refusal, LAN_REGISTRY_STORAGE_MS);
}

static LanRefusal
build_password (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  return lan_mutation_build_account (registry, m, op);
}

static void
changed (LanRegistry *registry, LanRegistryJob *job)
{
  Mutation *m;

  if (job->conn->stage != STAGE_ONLINE)
    return;
  if (job->status != LAN_STATUS_OK) {
    lan_registry_login_failed (registry, job->login);
    lan_registry_refuse (registry, job->conn, job->request, LAN_REFUSAL_CREDENTIALS, 0);
    return;
  }
  lan_registry_login_succeeded (registry, job->login);
  m = lan_mutation_new (job->conn, job->request);
  m->uid = job->conn->device->account->row.uid;
  m->password = g_strdup (job->made);
  m->build = build_password;
  m->done = password_set;
  lan_registry_mutate (registry, m);
}

void
lan_registry_job_done (LanRegistry *registry, LanRegistryJob *job, const LanTime *now)
{
  LanRegistryJob *next;

  registry->now = *now;
  registry->jobs_out--;
  if (job->for_enrolment)
    lan_registry_enrol_checked (registry, job);
  else
    changed (registry, job);
  lan_registry_job_free (job);
  next = g_queue_pop_head (&registry->jobs);
  if (next != NULL) {
    registry->jobs_out++;
    lan_registry_push_job (registry, next);
  }
}

void
lan_registry_on_password_set (LanRegistry *registry, Conn *conn,
                              const Lanyard__Server__PasswordSet *m)
{
  const Account *account = conn->device->account;
  LanRegistryJob *job;
  LanRegistryOp *op;
  guint32 retry_ms;

  if (!lan_registry_login_try (registry, account->row.login, &retry_ms)) {
    lan_registry_refuse (registry, conn, m->request, LAN_REFUSAL_RATE, retry_ms);
    return;
  }
  job = lan_registry_job_new (conn, m->request);
  job->stores = TRUE;
  job->login = g_strdup (account->row.login);
  memcpy (job->secret, m->secret.data, sizeof job->secret);
  if (m->old_secret.len == sizeof job->old_secret)
    memcpy (job->old_secret, m->old_secret.data, sizeof job->old_secret);
  op = lan_registry_op_new (LAN_OP_FIND_PASSWORD);
  op->find_password.uid = account->row.uid;
  op->registry_job = job;
  lan_registry_ask (registry, op, NULL, m->request);
}

static void
refuse (LanRegistry *registry, const LanRegistryJob *job, LanRefusal code, guint32 retry_ms)
{
  if (job->for_enrolment)
    lan_registry_enrol_refuse (registry, job->conn, code, retry_ms);
  else if (job->conn->stage == STAGE_ONLINE)
    lan_registry_refuse (registry, job->conn, job->request, code, retry_ms);
}

/* The stored hash is here, or there is none: an account without may set its first. */
void
lan_registry_on_password (LanRegistry *registry, LanRegistryOp *op)
{
  LanRegistryJob *job = g_steal_pointer (&op->registry_job), told;

  if (op->status != LAN_OP_OK && op->status != LAN_OP_NOT_FOUND) {
    refuse (registry, job, lan_registry_op_refusal (registry, op), LAN_REGISTRY_STORAGE_MS);
    lan_registry_job_free (job);
    return;
  }
  job->stored = g_steal_pointer (&op->find_password.hash);
  job->checks = job->for_enrolment || job->stored != NULL;
  told = (LanRegistryJob){ .conn = job->conn,
                           .request = job->request,
                           .for_enrolment = job->for_enrolment };
  told.conn->pending++;
  if (!lan_registry_start_job (registry, job))
    refuse (registry, &told, LAN_REFUSAL_BUSY, 2000);
  lan_registry_conn_unref (told.conn);
}
