/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The online issuer: a fresh head at least daily, and the change to a renewed key. The new key's
 * certificate goes into the log with the first head that it signs, in one transaction, so that nobody is
 * ever shown a signature of a key that the log does not hold. Also what the organisation says of the key
 * of the lanes, which is no part of the log: a client needs it before it can ask for anything.
 */
#include "lan-registry-private.h"

#include <string.h>

static void
swap (Signer *a, Signer *b)
{
  const Signer kept = *a;

  *a = *b;
  *b = kept;
}

static void
clear (Signer *signer)
{
  g_clear_pointer (&signer->cert, g_bytes_unref);
  *signer = (Signer){ NULL };
}

static LanRefusal
build_renewal (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  if (registry->next_signer.key != NULL) {
    m->is_switch = TRUE;
    registry->last_signer = registry->signer;
    registry->signer = registry->next_signer;
    registry->next_signer = (Signer){ NULL };
  }
  if (lan_registry_find_issuer (registry, &registry->signer.issuer.id, NULL) == NULL)
    lan_registry_log_add (registry, m, op, registry->signer.cert);
  return lan_registry_log_seal (registry, m, op) ? LAN_REFUSAL_NONE : LAN_REFUSAL_STATE;
}

static void
renewed (LanRegistry *registry, Mutation *m, LanRefusal refusal)
{
  if (refusal == LAN_REFUSAL_NONE)
    lan_registry_log_apply (registry, m);
  if (!m->is_switch)
    return;
  if (refusal != LAN_REFUSAL_NONE) { /* not kept: the one before goes on, until the next try */
    swap (&registry->signer, &registry->last_signer);
    if (registry->next_signer.key == NULL)
      swap (&registry->next_signer, &registry->last_signer);
  } else {
    registry->auto_attest = TRUE;
  }
  clear (&registry->last_signer);
}

void
lan_registry_renew_head (LanRegistry *registry)
{
  Mutation *m;

  if (registry->signer.key == NULL && registry->next_signer.key == NULL)
    return;
  registry->head_due_ms = registry->now.wall_ms + 60000; /* until it is done */
  m = lan_mutation_new (NULL, 0);
  m->build = build_renewal;
  m->done = renewed;
  lan_registry_mutate (registry, m);
}

static LanStatus
read_signer (LanRegistry *registry, Signer *signer, const LanIssuerKey *key, GBytes *cert)
{
  LanStatus status = lan_issuer_verify (&signer->issuer, registry->org_root,
                                        g_bytes_get_data (cert, NULL), g_bytes_get_size (cert));

  if (status != LAN_STATUS_OK)
    return status;
  if (memcmp (signer->issuer.public_key, lan_issuer_key_public (key), LAN_KEY_BYTES) != 0)
    return LAN_STATUS_MISMATCH;
  signer->key = key;
  signer->cert = g_bytes_ref (cert);
  return LAN_STATUS_OK;
}

void
lan_registry_issuer_init (LanRegistry *registry, const LanIssuerKey *key, GBytes *cert)
{
  if (key != NULL && cert != NULL)
    (void) !read_signer (registry, &registry->signer, key, cert);
}

LanStatus
lan_registry_set_issuer (LanRegistry *registry, const LanIssuerKey *key, GBytes *cert,
                         const LanTime *now)
{
  Signer next = { NULL };
  LanStatus status = read_signer (registry, &next, key, cert);

  registry->now = *now;
  if (status != LAN_STATUS_OK)
    return status;
  clear (&registry->next_signer);
  registry->next_signer = next;
  lan_registry_renew_head (registry);
  return LAN_STATUS_OK;
}

/* ---- the key of the lanes ---- */

static void
fill_server_key (LanServerFrame *frame, Lanyard__Server__ServerKey *m, GBytes *cert)
{
  m->key.data = (guint8 *) g_bytes_get_data (cert, &m->key.len);
  frame->body_case = LANYARD__SERVER__FRAME__BODY_SERVER_KEY;
  frame->server_key = m;
}

void
lan_registry_set_server_key (LanRegistry *registry, GBytes *cert, const LanTime *now)
{
  Lanyard__Server__ServerKey m = LANYARD__SERVER__SERVER_KEY__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  gsize len, at;

  registry->now = *now;
  if (cert != NULL)
    g_bytes_ref (cert);
  g_clear_pointer (&registry->server_key, g_bytes_unref);
  registry->server_key = cert;
  if (cert == NULL || registry->online.oldest == NULL)
    return;
  fill_server_key (&frame, &m, cert);
  at = lan_registry_put (registry, &frame, &len);
  for (Conn *conn = registry->online.oldest; conn != NULL; conn = conn->newer) {
    if (conn->stage == STAGE_ONLINE)
      lan_registry_push (registry, conn, at, len, FALSE);
  }
}

GBytes *
lan_registry_server_key_frame (const LanRegistry *registry)
{
  Lanyard__Server__ServerKey m = LANYARD__SERVER__SERVER_KEY__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  if (registry->server_key == NULL)
    return NULL;
  fill_server_key (&frame, &m, registry->server_key);
  return lan_server_frame_encode (&frame);
}

void
lan_registry_issuer_clear (LanRegistry *registry)
{
  g_clear_pointer (&registry->server_key, g_bytes_unref);
  clear (&registry->signer);
  clear (&registry->next_signer);
  clear (&registry->last_signer);
}
