/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A directory that begins anew (LDR1): the server was set up from a backup. Nothing that a server
 * says makes our copy give way, only the organisation's root: its signature names the very entries that
 * were restored and an epoch above all that were shown. Whoever holds the server alone, with its issuer
 * key, cannot make one, and an old one does not reach above our epoch.
 */
#include "lan-server-client-private.h"

void
lan_client_stage_restart (LanServerClient *client, const LanMerkleFrontier *frontier,
                          const guint8 *data, gsize len)
{
  LanDirectoryRestart restart;
  LanHash root;

  if (!lan_directory_restart_is (data, len) || !client->has_root ||
      lan_directory_restart_verify (&restart, client->root_public, data, len) != LAN_STATUS_OK)
    return;
  lan_merkle_frontier_root (frontier, &root);
  if (restart.size != frontier->size || !lan_hash_equal (&restart.root, &root) ||
      (client->staging.is_restarted && restart.epoch <= client->staging.restart.epoch))
    return;
  client->staging.is_restarted = TRUE;
  client->staging.restart = restart;
}

gboolean
lan_client_may_restart (const LanServerClient *client, const LanDirectoryHead *head)
{
  return client->staging.is_restarted &&
         client->staging.restart.epoch > client->head_fields.epoch &&
         head->epoch >= client->staging.restart.epoch;
}

/* Returns: (transfer full): the set of users whom @entries name. */
static GHashTable *
named_in (GPtrArray *entries)
{
  GHashTable *set = g_hash_table_new_full (lan_user_id_hash, lan_user_id_equal, g_free, NULL);

  for (guint i = 0; i < entries->len; i++) {
    GBytes *entry = g_ptr_array_index (entries, i);
    LanAttestation a;

    if (lan_attestation_decode (&a, g_bytes_get_data (entry, NULL), g_bytes_get_size (entry)) ==
        LAN_STATUS_OK)
      g_hash_table_add (set, g_memdup2 (&a.user, sizeof a.user));
  }
  return set;
}

static void
tell_gone (LanServerClient *client, const Person *person)
{
  g_autofree char *hex = lan_user_id_to_hex (&person->uid);
  g_autofree char *key = g_strconcat ("server.person.", hex, NULL);

  lan_client_keep (client, key, NULL);
  lan_client_add (client, LAN_SERVER_CLIENT_PERSON_GONE)->account = person->account;
}

void
lan_client_restart (LanServerClient *client, GPtrArray *entries)
{
  g_autoptr (GHashTable) named = named_in (entries);
  GHashTableIter iter;
  gpointer value;

  lan_client_add (client, LAN_SERVER_CLIENT_RESTARTED)->time_s = client->staging.restart.time_s;
  g_hash_table_remove_all (client->accounts);
  g_hash_table_remove_all (client->before);
  g_hash_table_iter_init (&iter, client->people);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Person *person = value;

    g_hash_table_iter_steal (&iter);
    if (!g_hash_table_contains (named, &person->uid))
      tell_gone (client, person);
    g_hash_table_replace (client->before, &person->uid, person);
  }
  g_ptr_array_set_size (client->issuers, 0);
  g_byte_array_set_size (client->issuer_log, 0);
  g_array_set_size (client->past, 0);
  g_array_set_size (client->claims, 0);
}
