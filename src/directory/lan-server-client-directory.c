/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The client's copy of the directory. Entries come in pages and are believed only when the head that
 * ends them is signed by a key of the company and states the very root that all entries, those held
 * before and the new ones, give together: that the log only grew is seen by computing it, not by
 * being told. Each attestation stands on its own signature besides.
 */
#include "lan-server-client-private.h"

#include <string.h>

void
lan_client_person_free (gpointer data)
{
  Person *person = data;

  g_bytes_unref (person->attestation);
  g_free (person);
}

static void
close_staging (LanServerClient *client)
{
  client->staging.is_open = client->staging.is_whole = client->staging.is_restarted = FALSE;
  g_clear_pointer (&client->staging.entries, g_ptr_array_unref);
}

void
lan_client_directory_clear (LanServerClient *client)
{
  close_staging (client);
  client->staging.is_asked = FALSE;
  lan_merkle_frontier_init (&client->frontier);
  g_clear_pointer (&client->head, g_bytes_unref);
  client->head_fields = (LanDirectoryHead){ 0 };
  g_hash_table_remove_all (client->accounts);
  g_hash_table_remove_all (client->people);
  g_hash_table_remove_all (client->lists);
  g_ptr_array_set_size (client->issuers, 0);
  g_byte_array_set_size (client->issuer_log, 0);
  g_array_set_size (client->past, 0);
  g_array_set_size (client->claims, 0);
  client->is_stale = FALSE;
  client->stale_us = LAN_NO_DEADLINE;
  client->restart_epoch = client->whole_epoch = 0;
}

/* What was kept must belong together, else everything is fetched and verified anew. */
void
lan_client_directory_init (LanServerClient *client)
{
  LanHash root;

  if (client->head == NULL && client->frontier.size == 0)
    return;
  lan_merkle_frontier_root (&client->frontier, &root);
  if (client->head == NULL || client->head_fields.size != client->frontier.size ||
      !lan_hash_equal (&client->head_fields.root, &root))
    lan_client_directory_clear (client);
  lan_client_check_stale (client);
}

void
lan_client_directory_offline (LanServerClient *client)
{
  close_staging (client);
  client->staging.is_asked = FALSE;
  client->whole_epoch = 0;
}

void
lan_client_check_stale (LanServerClient *client)
{
  gint64 now_s = client->now.wall_ms / 1000;
  gboolean stale;

  client->stale_us = LAN_NO_DEADLINE;
  if (client->head == NULL)
    return;
  stale = lan_directory_head_is_stale (&client->head_fields, now_s);
  if (stale != client->is_stale)
    lan_client_warn (client, stale ? LAN_DIRECTORY_STALE : LAN_DIRECTORY_FRESH, NULL, FALSE,
                     client->head_fields.epoch, NULL, NULL);
  client->is_stale = stale;
  client->stale_us = client->now.mono_us + 60 * 60 * (gint64) G_USEC_PER_SEC;
}

const LanIssuer *
lan_client_find_issuer (LanServerClient *client, const LanIssuerId *id)
{
  for (guint i = 0; i < client->issuers->len; i++) {
    const LanIssuer *issuer = g_ptr_array_index (client->issuers, i);

    if (lan_issuer_id_equal (&issuer->id, id))
      return issuer;
  }
  return NULL;
}

/* ---- what is new? ---- */

static void
ask_pages (LanServerClient *client, guint64 first)
{
  Ask *ask;

  if (client->staging.is_asked)
    return;
  ask = lan_client_ask (client, ASK_DIRECTORY);
  if (ask == NULL)
    return;
  client->staging.is_asked = TRUE;
  ask->number = first;
  lan_client_send_ask (client, ask);
}

static void
keep_evidence (LanServerClient *client, GBytes *first, GBytes *second)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  g_byte_array_append (all, g_bytes_get_data (first, NULL), (guint) g_bytes_get_size (first));
  g_byte_array_append (all, g_bytes_get_data (second, NULL), (guint) g_bytes_get_size (second));
  bytes = g_bytes_new (all->data, all->len);
  lan_client_keep (client, "server.evidence", bytes);
}

void
lan_client_on_newest_head (LanServerClient *client, const ProtobufCBinaryData *field)
{
  g_autoptr (GBytes) bytes = g_bytes_new (field->data, field->len);
  const LanIssuer *issuer;
  LanDirectoryHead head;

  if (field->len == 0) {
    if (client->head != NULL)
      lan_client_warn (client, LAN_DIRECTORY_ROLLBACK, NULL, FALSE, 0, client->head, NULL);
    return;
  }
  if (lan_directory_head_decode (&head, field->data, field->len) != LAN_STATUS_OK)
    return;
  if (client->head != NULL && g_bytes_equal (bytes, client->head)) {
    lan_client_add (client, LAN_SERVER_CLIENT_DIRECTORY);
    lan_client_judge_claims (client);
    return;
  }
  client->newest_epoch = head.epoch;
  if (client->head == NULL || head.epoch > client->head_fields.epoch) {
    ask_pages (client, client->frontier.size);
    return;
  }
  issuer = lan_client_find_issuer (client, &head.issuer);
  if (issuer == NULL ||
      lan_directory_head_verify (&head, issuer, field->data, field->len) != LAN_STATUS_OK) {
    lan_client_warn (client, LAN_DIRECTORY_FORGED, NULL, FALSE, head.epoch, bytes, NULL);
  } else if (head.epoch == client->head_fields.epoch) {
    keep_evidence (client, client->head, bytes);
    lan_client_warn (client, LAN_DIRECTORY_EQUIVOCATION, NULL, TRUE, head.epoch, client->head,
                     bytes);
  } else {
    lan_client_warn (client, LAN_DIRECTORY_ROLLBACK, NULL, TRUE, head.epoch, client->head, bytes);
  }
}

/* ---- pages ---- */

static void
open_staging (LanServerClient *client)
{
  if (client->staging.is_whole)
    lan_merkle_frontier_init (&client->staging.frontier);
  else
    client->staging.frontier = client->frontier;
  client->staging.is_restarted = FALSE;
  client->staging.entries = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  client->staging.is_open = TRUE;
}

/* What the server has does not follow from what we hold. Perhaps the company says that it begins anew:
 * then all of it is needed. Once for each head, so that nobody keeps us busy. */
static void
suspect (LanServerClient *client, LanDirectoryWarning kind, guint64 epoch, GBytes *head)
{
  gboolean was_whole = client->staging.is_whole;
  LanDirectoryWarning first = client->staging.suspect;

  close_staging (client);
  if (was_whole || client->head == NULL || epoch <= client->head_fields.epoch ||
      client->whole_epoch == epoch) {
    lan_client_warn (client, was_whole ? first : kind, NULL, FALSE, epoch, client->head, head);
    return;
  }
  client->whole_epoch = epoch;
  client->staging.suspect = kind;
  client->staging.is_whole = TRUE;
  ask_pages (client, 0);
}

void
lan_client_directory_gone (LanServerClient *client)
{
  client->staging.is_asked = FALSE;
  suspect (client, LAN_DIRECTORY_ROLLBACK, client->newest_epoch, NULL);
}

static gboolean
is_issuer (const guint8 *data, gsize len)
{
  return len >= 4 && memcmp (data, "LIK1", 4) == 0;
}

/* An issuer key is signed by the company's root, whatever else is said. */
static void
take_issuer (LanServerClient *client, GBytes *bytes)
{
  LanIssuer issuer;
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  if (lan_issuer_verify (&issuer, client->root_public, data, len) == LAN_STATUS_OK)
    lan_client_add_issuer (client, &issuer, data);
  else
    lan_client_warn (client, LAN_DIRECTORY_FORGED, NULL, FALSE, 0, bytes, NULL);
}

static void
tell_person (LanServerClient *client, const LanAttestation *a, GBytes *bytes, const Person *old)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_PERSON);

  action->account = a->account;
  action->person.attestation = g_bytes_ref (bytes);
  action->person.old_status = old != NULL ? old->status : 255;
  if (old != NULL) {
    action->person.old_account = old->account;
    action->person.key_changed = !lan_account_id_equal (&old->account, &a->account);
  }
}

/* One person's new attestation, of which the log proves only that everybody sees the same. */
void
lan_client_take_person (LanServerClient *client, GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  LanAttestation a, current;
  const LanIssuer *issuer;
  const Person *old, *owner;
  LanStatus status;

  if (lan_attestation_decode (&a, data, len) != LAN_STATUS_OK ||
      (issuer = lan_client_find_issuer (client, &a.issuer)) == NULL ||
      lan_attestation_verify (&a, issuer, data, len) != LAN_STATUS_OK) {
    lan_client_warn (client, LAN_DIRECTORY_FORGED, NULL, FALSE, 0, bytes, NULL);
    return;
  }
  /* One key, one person. */
  owner = g_hash_table_lookup (client->accounts, &a.account);
  if (owner != NULL && !lan_user_id_equal (&owner->uid, &a.user)) {
    lan_client_warn (client, LAN_DIRECTORY_FORGED, &a.account, FALSE, 0, bytes, NULL);
    return;
  }
  old = g_hash_table_lookup (client->people, &a.user);
  if (old != NULL &&
      lan_attestation_decode (&current, g_bytes_get_data (old->attestation, NULL),
                              g_bytes_get_size (old->attestation)) == LAN_STATUS_OK) {
    status = lan_attestation_check_successor (&current, &a);
    if (status != LAN_STATUS_OK) {
      lan_client_warn (client,
                       status == LAN_STATUS_AUTH     ? LAN_DIRECTORY_DOWNGRADE
                       : status == LAN_STATUS_REPLAY ? LAN_DIRECTORY_ROLLBACK
                                                     : LAN_DIRECTORY_FORGED,
                       &old->account, FALSE, 0, old->attestation, bytes);
      return;
    }
  }
  tell_person (client, &a, bytes,
               old != NULL ? old : g_hash_table_lookup (client->before, &a.user));
  lan_client_add_person (client, &a, bytes);
  lan_client_own_person (client, &a);
  lan_client_keep_person (client, g_hash_table_lookup (client->people, &a.user));
}

static void
reject (LanServerClient *client, LanDirectoryWarning kind, guint64 epoch, GBytes *head)
{
  close_staging (client);
  lan_client_warn (client, kind, NULL, FALSE, epoch, client->head, head);
}

/* Issuer keys that came with these pages may sign their head. */
static gboolean
verify_head (LanServerClient *client, LanDirectoryHead *head, GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  const LanIssuer *known;

  if (lan_directory_head_decode (head, data, len) != LAN_STATUS_OK)
    return FALSE;
  known = lan_client_find_issuer (client, &head->issuer);
  if (known != NULL)
    return lan_directory_head_verify (head, known, data, len) == LAN_STATUS_OK;
  for (guint i = 0; i < client->staging.entries->len; i++) {
    GBytes *entry = g_ptr_array_index (client->staging.entries, i);
    LanIssuer issuer;
    gsize size;
    const guint8 *at = g_bytes_get_data (entry, &size);

    if (is_issuer (at, size) &&
        lan_issuer_verify (&issuer, client->root_public, at, size) == LAN_STATUS_OK &&
        lan_issuer_id_equal (&issuer.id, &head->issuer))
      return lan_directory_head_verify (head, &issuer, data, len) == LAN_STATUS_OK;
  }
  return FALSE;
}

static gboolean
follows (LanServerClient *client, const LanDirectoryHead *head)
{
  LanHash hash;

  if (client->head == NULL || head->epoch != client->head_fields.epoch + 1)
    return TRUE;
  lan_directory_head_hash (&hash, g_bytes_get_data (client->head, NULL),
                           g_bytes_get_size (client->head));
  return lan_hash_equal (&hash, &head->previous);
}

static void
accept (LanServerClient *client, const LanDirectoryHead *head, GBytes *bytes)
{
  g_autoptr (GPtrArray) entries = g_steal_pointer (&client->staging.entries);

  client->staging.is_open = FALSE;
  if (client->staging.is_whole && client->head != NULL)
    lan_client_restart (client, entries);
  if (client->staging.is_restarted)
    client->restart_epoch = client->staging.restart.epoch;
  client->staging.is_whole = client->staging.is_restarted = FALSE;
  client->frontier = client->staging.frontier;
  g_clear_pointer (&client->head, g_bytes_unref);
  client->head = g_bytes_ref (bytes);
  client->head_fields = *head;
  for (guint i = 0; i < entries->len; i++) {
    GBytes *entry = g_ptr_array_index (entries, i);
    gsize len;
    const guint8 *data = g_bytes_get_data (entry, &len);

    if (is_issuer (data, len))
      take_issuer (client, entry);
    else if (!lan_directory_restart_is (data, len))
      lan_client_take_person (client, entry);
  }
  g_hash_table_remove_all (client->before);
  lan_client_note_past (client, head->epoch, &head->root);
  lan_client_keep_directory (client);
  lan_client_check_stale (client);
  lan_client_add (client, LAN_SERVER_CLIENT_DIRECTORY);
  lan_client_judge_claims (client);
}

static void
end_pages (LanServerClient *client, const ProtobufCBinaryData *field)
{
  g_autoptr (GBytes) bytes = g_bytes_new (field->data, field->len);
  LanDirectoryHead head;
  LanHash root;

  if (client->head != NULL && g_bytes_equal (bytes, client->head)) {
    close_staging (client);
    return;
  }
  if (!verify_head (client, &head, bytes)) {
    reject (client, LAN_DIRECTORY_FORGED, 0, bytes);
    return;
  }
  lan_merkle_frontier_root (&client->staging.frontier, &root);
  if (client->head != NULL && head.epoch == client->head_fields.epoch) {
    keep_evidence (client, client->head, bytes);
    close_staging (client);
    lan_client_warn (client, LAN_DIRECTORY_EQUIVOCATION, NULL, TRUE, head.epoch, client->head,
                     bytes);
  } else if (client->head != NULL && head.epoch < client->head_fields.epoch) {
    reject (client, LAN_DIRECTORY_ROLLBACK, head.epoch, bytes);
  } else if (head.size != client->staging.frontier.size || !lan_hash_equal (&root, &head.root) ||
             (client->staging.is_whole ? !lan_client_may_restart (client, &head)
                                       : !follows (client, &head))) {
    suspect (client, LAN_DIRECTORY_BROKEN, head.epoch, bytes);
  } else {
    accept (client, &head, bytes);
  }
}

/* FALSE: nothing could be made of it. */
static gboolean
stage (LanServerClient *client, const Lanyard__Server__DirectoryPage *page)
{
  LanMerkleFrontier *frontier = &client->staging.frontier;
  guint64 index = page->first;

  for (gsize i = 0; i < page->n_entries; i++, index++) {
    const Lanyard__Server__Entry *entry = page->entries[i];
    LanHash leaf;

    if (index < frontier->size) /* known already */
      continue;
    if (frontier->size >= CLIENT_ENTRIES_MAX)
      return FALSE;
    if (entry->bytes.len > 0) {
      lan_merkle_leaf (&leaf, entry->bytes.data, entry->bytes.len);
      lan_client_stage_restart (client, frontier, entry->bytes.data, entry->bytes.len);
      g_ptr_array_add (client->staging.entries, g_bytes_new (entry->bytes.data, entry->bytes.len));
    } else {
      memcpy (leaf.b, entry->leaf.data, LAN_HASH_BYTES);
    }
    lan_merkle_frontier_append (frontier, &leaf);
  }
  return TRUE;
}

void
lan_client_on_page (LanServerClient *client, const Lanyard__Server__DirectoryPage *page)
{
  guint64 before;

  if (page->request != 0) {
    Ask *ask = lan_client_find_ask (client, page->request, ASK_DIRECTORY);

    if (ask == NULL)
      return;
    lan_client_end_ask (client, ask);
    client->staging.is_asked = FALSE;
  } else if (client->staging.is_asked) {
    return; /* the answer will have it as well */
  }
  if (!client->has_root)
    return;
  if (!client->staging.is_open)
    open_staging (client);
  before = client->staging.frontier.size;
  if (page->first > before) { /* we are further behind */
    ask_pages (client, before);
    return;
  }
  if (!stage (client, page)) {
    reject (client, LAN_DIRECTORY_BROKEN, 0, NULL);
    return;
  }
  if (page->head.len > 0)
    end_pages (client, &page->head);
  else if (client->staging.frontier.size > before)
    ask_pages (client, client->staging.frontier.size);
  else
    close_staging (client);
}

/* ---- looking ---- */

gboolean
lan_server_client_find_person (LanServerClient *client, const LanAccountId *account,
                               LanAttestation *out)
{
  const Person *person = g_hash_table_lookup (client->accounts, account);

  return person != NULL &&
         lan_attestation_decode (out, g_bytes_get_data (person->attestation, NULL),
                                 g_bytes_get_size (person->attestation)) == LAN_STATUS_OK;
}

void
lan_server_client_foreach_person (LanServerClient *client,
                                  void (*func) (const LanAttestation *person, gpointer data),
                                  gpointer data)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, client->people);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Person *person = value;
    LanAttestation a;

    if (lan_attestation_decode (&a, g_bytes_get_data (person->attestation, NULL),
                                g_bytes_get_size (person->attestation)) == LAN_STATUS_OK)
      func (&a, data);
  }
}

guint
lan_server_client_count_people (LanServerClient *client)
{
  return g_hash_table_size (client->people);
}

void
lan_server_client_get_hello (LanServerClient *client, guint64 *epoch,
                             guint8 root_trunc[LAN_DIRECTORY_ROOT_TRUNC])
{
  *epoch = client->head != NULL ? client->head_fields.epoch : 0;
  memcpy (root_trunc, client->head_fields.root.b, LAN_DIRECTORY_ROOT_TRUNC);
}
