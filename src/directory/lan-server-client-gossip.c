/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Comparing with what others were shown (SECURITY 4.1). A HELLO names an epoch and half a root; where
 * we have not seen that epoch ourselves, the server must show its head and prove that our log grew out
 * of it. A HELLO is not signed by the company: its contradiction is somebody's word, only two signed
 * heads are proof.
 */
#include "lan-server-client-private.h"

#include <string.h>

static const PastHead *
find_past (LanServerClient *client, guint64 epoch)
{
  for (guint i = client->past->len; i > 0; i--) {
    const PastHead *head = &g_array_index (client->past, PastHead, i - 1);

    if (head->epoch == epoch)
      return head;
  }
  return NULL;
}

static void
compare (LanServerClient *client, const guint8 *root, const Claim *claim)
{
  if (memcmp (root, claim->head.root, LAN_DIRECTORY_ROOT_TRUNC) != 0)
    lan_client_warn (client, LAN_DIRECTORY_EQUIVOCATION, &claim->account, FALSE, claim->head.epoch,
                     client->head, NULL);
}

static Ask *
find_head_ask (LanServerClient *client, guint64 epoch)
{
  for (GList *at = client->asks.head; at != NULL; at = at->next) {
    Ask *ask = at->data;

    if (ask->type == ASK_HEAD && ask->number == epoch)
      return ask;
  }
  return NULL;
}

/* TRUE: nothing more is to be learnt about it. */
static gboolean
judge (LanServerClient *client, const Claim *claim)
{
  const PastHead *past = find_past (client, claim->head.epoch);
  Ask *ask;

  if (past != NULL) {
    compare (client, past->root, claim);
    return TRUE;
  }
  if (claim->head.epoch < client->restart_epoch)
    return TRUE; /* of the time that a backup has undone */
  if (client->head == NULL || claim->head.epoch > client->head_fields.epoch ||
      find_head_ask (client, claim->head.epoch) != NULL)
    return FALSE;
  ask = lan_client_ask (client, ASK_HEAD);
  if (ask == NULL)
    return TRUE;
  ask->number = claim->head.epoch;
  lan_client_send_ask (client, ask);
  return FALSE;
}

void
lan_client_judge_claims (LanServerClient *client)
{
  for (guint i = 0; i < client->claims->len;) {
    Claim claim = g_array_index (client->claims, Claim, i);

    if (judge (client, &claim))
      g_array_remove_index (client->claims, i);
    else
      i++;
  }
}

void
lan_server_client_heard_head (LanServerClient *client, const LanAccountId *account, guint64 epoch,
                              const guint8 root_trunc[LAN_DIRECTORY_ROOT_TRUNC], const LanTime *now)
{
  Claim claim = { .head.epoch = epoch, .account = *account, .since_us = now->mono_us };

  client->now = *now;
  if (epoch == 0 || !client->is_enrolled)
    return;
  memcpy (claim.head.root, root_trunc, sizeof claim.head.root);
  for (guint i = 0; i < client->claims->len; i++) {
    if (memcmp (&g_array_index (client->claims, Claim, i).head, &claim.head, sizeof claim.head) ==
        0)
      return;
  }
  if (!judge (client, &claim) && client->claims->len < CLIENT_CLAIMS_MAX)
    g_array_append_val (client->claims, claim);
}

LanStatus
lan_server_client_heard_whole_head (LanServerClient *client, const LanAccountId *account,
                                    const guint8 *data, gsize len, const LanTime *now)
{
  LanDirectoryHead head;
  LanStatus status = lan_directory_head_decode (&head, data, len);
  const LanIssuer *issuer;
  const PastHead *past;

  client->now = *now;
  if (status != LAN_STATUS_OK)
    return status;
  issuer = lan_client_find_issuer (client, &head.issuer);
  if (issuer == NULL)
    return LAN_STATUS_MISMATCH;
  status = lan_directory_head_verify (&head, issuer, data, len);
  if (status != LAN_STATUS_OK)
    return status;
  past = find_past (client, head.epoch);
  if (past != NULL && memcmp (past->root, head.root.b, sizeof past->root) != 0) {
    g_autoptr (GBytes) bytes = g_bytes_new (data, len);
    gboolean is_newest = client->head != NULL && head.epoch == client->head_fields.epoch;

    lan_client_keep (client, "server.evidence", bytes);
    lan_client_warn (client, LAN_DIRECTORY_EQUIVOCATION, account, TRUE, head.epoch,
                     is_newest ? client->head : NULL, bytes);
  } else if (past == NULL) {
    lan_server_client_heard_head (client, account, head.epoch, head.root.b, now);
  }
  return LAN_STATUS_OK;
}

/* The server's head of an epoch that others spoke of: signed, and the beginning of our log? */
static gboolean
check_head (LanServerClient *client, const Ask *ask, const Lanyard__Server__Head *m,
            LanDirectoryHead *head)
{
  LanHash proof[LAN_SERVER_PROOF_MAX];
  const LanIssuer *issuer;

  if (lan_directory_head_decode (head, m->head.data, m->head.len) != LAN_STATUS_OK ||
      head->epoch != ask->number || client->head == NULL)
    return FALSE;
  issuer = lan_client_find_issuer (client, &head->issuer);
  if (issuer == NULL ||
      lan_directory_head_verify (head, issuer, m->head.data, m->head.len) != LAN_STATUS_OK)
    return FALSE;
  for (gsize i = 0; i < m->n_consistency; i++)
    memcpy (proof[i].b, m->consistency[i].data, LAN_HASH_BYTES);
  return lan_merkle_verify_consistency (head->size, &head->root, client->head_fields.size,
                                        &client->head_fields.root, proof,
                                        m->n_consistency) == LAN_STATUS_OK;
}

void
lan_client_on_head (LanServerClient *client, const Ask *ask, const Lanyard__Server__Head *m)
{
  g_autoptr (GBytes) bytes = g_bytes_new (m->head.data, m->head.len);
  LanDirectoryHead head;

  /* The proof leads to a head that we do not have yet: its page is on the way, ask again after it. */
  if (client->head == NULL || m->newest.len != g_bytes_get_size (client->head) ||
      memcmp (m->newest.data, g_bytes_get_data (client->head, NULL), m->newest.len) != 0)
    return;
  if (!check_head (client, ask, m, &head)) {
    lan_client_warn (client, LAN_DIRECTORY_BROKEN, NULL, FALSE, ask->number, client->head, bytes);
    for (guint i = client->claims->len; i > 0; i--) {
      if (g_array_index (client->claims, Claim, i - 1).head.epoch == ask->number)
        g_array_remove_index (client->claims, i - 1);
    }
    return;
  }
  for (guint i = client->claims->len; i > 0; i--) {
    Claim claim = g_array_index (client->claims, Claim, i - 1);

    if (claim.head.epoch != head.epoch)
      continue;
    compare (client, head.root.b, &claim);
    g_array_remove_index (client->claims, i - 1);
  }
}

/* Others have long had a newer directory than the server shows us. */
void
lan_client_withheld (LanServerClient *client)
{
  for (guint i = client->claims->len; i > 0; i--) {
    Claim claim = g_array_index (client->claims, Claim, i - 1);

    if (client->head == NULL || claim.head.epoch <= client->head_fields.epoch ||
        client->now.mono_us - MAX (claim.since_us, client->online_us) < CLIENT_WITHHELD_US)
      continue;
    lan_client_warn (client, LAN_DIRECTORY_ROLLBACK, &claim.account, FALSE, claim.head.epoch,
                     client->head, NULL);
    g_array_remove_index (client->claims, i - 1);
  }
}
