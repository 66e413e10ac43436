/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The directory's log: issuer keys and attestations in the order in which they were made, a Merkle
 * tree over them, and signed heads. Of attestations that a later one replaced only the leaf is kept
 * in memory: nobody needs their bytes.
 */
#include "lan-registry-private.h"

#include <string.h>

static const LanIssuer *
find_in (GPtrArray *issuers, const LanIssuerId *id)
{
  for (guint i = 0; issuers != NULL && i < issuers->len; i++) {
    const LanIssuer *issuer = g_ptr_array_index (issuers, i);

    if (lan_issuer_id_equal (&issuer->id, id))
      return issuer;
  }
  return NULL;
}

const LanIssuer *
lan_registry_find_issuer (LanRegistry *registry, const LanIssuerId *id, GPtrArray *fresh)
{
  const LanIssuer *issuer = find_in (registry->issuers, id);

  return issuer != NULL ? issuer : find_in (fresh, id);
}

static gboolean
is_issuer (GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  return len >= 4 && memcmp (data, "LIK1", 4) == 0;
}

static gboolean
is_restart (GBytes *bytes)
{
  return lan_directory_restart_is (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static LanStatus
take_issuer (LanRegistry *registry, GBytes *bytes)
{
  LanIssuer issuer;
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  LanStatus status = lan_issuer_verify (&issuer, registry->org_root, data, len);

  if (status == LAN_STATUS_OK)
    g_ptr_array_add (registry->issuers, g_memdup2 (&issuer, sizeof issuer));
  return status;
}

/* The newest word on an account takes the place of the one before. */
static LanStatus
take_attestation (LanRegistry *registry, GBytes *bytes, guint64 index, gboolean trusted)
{
  LanAttestation a;
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  LanStatus status = lan_attestation_decode (&a, data, len);
  const LanIssuer *issuer;
  Account *account;

  if (status != LAN_STATUS_OK)
    return status;
  issuer = lan_registry_find_issuer (registry, &a.issuer, NULL);
  if (!trusted &&
      (issuer == NULL || lan_attestation_verify (&a, issuer, data, len) != LAN_STATUS_OK))
    return LAN_STATUS_AUTH;
  account = g_hash_table_lookup (registry->uids, &a.user);
  if (account == NULL)
    return LAN_STATUS_MISMATCH;
  if (a.seq <= account->seq)
    return LAN_STATUS_REPLAY;
  if (account->attestation != NULL) {
    g_clear_pointer (&g_array_index (registry->entries, Entry, account->index).bytes,
                     g_bytes_unref);
    g_bytes_unref (account->attestation);
  }
  account->attestation = g_bytes_ref (bytes);
  account->index = index;
  account->seq = a.seq;
  account->level = a.level;
  return LAN_STATUS_OK;
}

static void
append (LanRegistry *registry, GBytes *bytes, const LanHash *leaf)
{
  Entry entry = { g_bytes_ref (bytes), *leaf };

  g_array_append_val (registry->entries, entry);
  lan_merkle_tree_append (registry->tree, leaf);
}

LanStatus
lan_registry_load_entry (LanRegistry *registry, guint64 index, GBytes *bytes)
{
  LanStatus status;
  LanHash leaf;

  if (index != registry->entries->len)
    return LAN_STATUS_MISMATCH;
  lan_merkle_leaf (&leaf, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  append (registry, bytes, &leaf);
  lan_merkle_frontier_append (&registry->frontier, &leaf);
  if (is_issuer (bytes))
    return take_issuer (registry, bytes);
  if (is_restart (bytes))
    return LAN_STATUS_OK;
  status = take_attestation (registry, bytes, index, TRUE);
  /* Of an account that the table no longer has, or out of order: the log is what it is. */
  return status == LAN_STATUS_MISMATCH || status == LAN_STATUS_REPLAY ? LAN_STATUS_OK : status;
}

static guint64
epoch_of (GBytes *bytes)
{
  LanDirectoryHead head;

  return lan_directory_head_decode (&head, g_bytes_get_data (bytes, NULL),
                                    g_bytes_get_size (bytes)) == LAN_STATUS_OK
             ? head.epoch
             : 0;
}

guint64
lan_registry_epoch (const LanRegistry *registry)
{
  return registry->heads->len > 0
             ? epoch_of (g_ptr_array_index (registry->heads, registry->heads->len - 1))
             : 0;
}

/* Epochs grow by one, but where the directory began anew. */
static GBytes *
find_head (LanRegistry *registry, guint64 epoch)
{
  guint low = 0, high = registry->heads->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    GBytes *head = g_ptr_array_index (registry->heads, middle);
    guint64 found = epoch_of (head);

    if (found == epoch)
      return head;
    if (found < epoch)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

LanStatus
lan_registry_load_head (LanRegistry *registry, guint64 epoch, GBytes *bytes)
{
  if (epoch <= lan_registry_epoch (registry))
    return LAN_STATUS_MISMATCH;
  g_ptr_array_add (registry->heads, g_bytes_ref (bytes));
  return LAN_STATUS_OK;
}

GBytes *
lan_registry_newest_head (LanRegistry *registry)
{
  return registry->heads->len == 0 ? NULL
                                   : g_ptr_array_index (registry->heads, registry->heads->len - 1);
}

LanStatus
lan_registry_check_log (LanRegistry *registry)
{
  GBytes *newest = lan_registry_newest_head (registry);
  LanDirectoryHead head;
  LanStatus status;
  LanHash root;

  registry->told = registry->entries->len;
  if (newest == NULL)
    return registry->entries->len == 0 ? LAN_STATUS_OK : LAN_STATUS_MISMATCH;
  status =
      lan_directory_head_decode (&head, g_bytes_get_data (newest, NULL), g_bytes_get_size (newest));
  if (status != LAN_STATUS_OK)
    return status;
  lan_merkle_frontier_root (&registry->frontier, &root);
  if (head.size != registry->entries->len || !lan_hash_equal (&head.root, &root))
    return LAN_STATUS_MISMATCH;
  registry->head_due_ms = (head.time_s + LAN_REGISTRY_HEAD_S) * 1000;
  return LAN_STATUS_OK;
}

/* ---- growing ---- */

void
lan_registry_log_add (LanRegistry *registry, Mutation *m, LanRegistryOp *op, GBytes *bytes)
{
  LanRegistryRow *row = lan_registry_op_add_row (op, LAN_ROW_ENTRY);
  Entry entry = { g_bytes_ref (bytes), { { 0 } } };

  if (m->entries == NULL) {
    m->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
    m->frontier = registry->frontier;
  }
  row->entry.index = registry->entries->len + m->entries->len;
  row->entry.bytes = g_bytes_ref (bytes);
  lan_merkle_leaf (&entry.leaf, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_array_append_val (m->entries, entry);
  lan_merkle_frontier_append (&m->frontier, &entry.leaf);
}

guint64
lan_registry_next_epoch (LanRegistry *registry)
{
  return MAX (lan_registry_epoch (registry) + 1, registry->epoch_floor);
}

gboolean
lan_registry_log_seal (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  LanDirectoryHead head = { .epoch = lan_registry_next_epoch (registry),
                            .time_s = registry->now.wall_ms / 1000 };
  GBytes *before = lan_registry_newest_head (registry);
  LanRegistryRow *row;

  if (registry->signer.key == NULL)
    return FALSE;
  if (m->entries == NULL)
    m->frontier = registry->frontier;
  head.size = registry->entries->len + (m->entries != NULL ? m->entries->len : 0);
  lan_merkle_frontier_root (&m->frontier, &head.root);
  if (before != NULL)
    lan_directory_head_hash (&head.previous, g_bytes_get_data (before, NULL),
                             g_bytes_get_size (before));
  m->head = lan_directory_head_issue (&head, &registry->signer.issuer, registry->signer.key);
  row = lan_registry_op_add_row (op, LAN_ROW_HEAD);
  row->head.epoch = head.epoch;
  row->head.bytes = g_bytes_ref (m->head);
  return TRUE;
}

void
lan_registry_log_apply (LanRegistry *registry, Mutation *m)
{
  for (guint i = 0; m->entries != NULL && i < m->entries->len; i++) {
    const Entry *entry = &g_array_index (m->entries, Entry, i);

    append (registry, entry->bytes, &entry->leaf);
    if (is_issuer (entry->bytes))
      (void) !take_issuer (registry, entry->bytes);
    else if (!is_restart (entry->bytes))
      (void) !take_attestation (registry, entry->bytes, registry->entries->len - 1, TRUE);
  }
  if (m->head == NULL)
    return;
  registry->frontier = m->frontier;
  g_ptr_array_add (registry->heads, g_bytes_ref (m->head));
  registry->head_due_ms = registry->now.wall_ms + LAN_REGISTRY_HEAD_S * G_GINT64_CONSTANT (1000);
  if (registry->news_us == LAN_NO_DEADLINE)
    registry->news_us = registry->now.mono_us + LAN_REGISTRY_NEWS_US;
}

GBytes *
lan_registry_attest (LanRegistry *registry, const Account *account,
                     const LanRegistryAccountRow *row)
{
  LanAttestation a = { .status = row->status, .user = row->uid, .account = row->account };
  gint64 now_s = registry->now.wall_ms / 1000;

  if (registry->signer.key == NULL || lan_account_id_is_zero (&row->account))
    return NULL;
  a.seq = (account != NULL ? account->seq : 0) + 1;
  a.not_before_s = MAX (now_s - 300, registry->signer.issuer.not_before_s);
  a.not_after_s = registry->signer.issuer.not_after_s + LAN_ISSUER_LIFE_SECONDS;
  g_strlcpy (a.login, row->login, sizeof a.login);
  g_strlcpy (a.display, row->display, sizeof a.display);
  g_strlcpy (a.title, row->title, sizeof a.title);
  g_strlcpy (a.department, row->department, sizeof a.department);
  return lan_attestation_issue (&a, &registry->signer.issuer, registry->signer.key);
}

/* ---- showing ---- */

static void
set_bytes (ProtobufCBinaryData *field, GBytes *bytes)
{
  gsize len = 0;

  field->data = bytes != NULL ? (guint8 *) g_bytes_get_data (bytes, &len) : NULL;
  field->len = len;
}

/* Fills @page from entry @first on, as far as it goes. Returns: entries. */
static guint
fill_page (LanRegistry *registry, Lanyard__Server__DirectoryPage *page, guint64 first,
           Lanyard__Server__Entry *entries, Lanyard__Server__Entry **list)
{
  gsize room = LAN_REGISTRY_PAGE_BYTES;
  guint n = 0;

  for (guint64 i = first; i < registry->entries->len && n < LAN_SERVER_ENTRIES_MAX; i++) {
    Entry *entry = &g_array_index (registry->entries, Entry, i);
    gsize size = 8 + (entry->bytes != NULL ? g_bytes_get_size (entry->bytes) : LAN_HASH_BYTES);

    if (size > room)
      break;
    room -= size;
    lanyard__server__entry__init (&entries[n]);
    if (entry->bytes != NULL)
      set_bytes (&entries[n].bytes, entry->bytes);
    else
      entries[n].leaf = (ProtobufCBinaryData){ LAN_HASH_BYTES, entry->leaf.b };
    list[n] = &entries[n];
    n++;
  }
  page->first = first;
  page->entries = list;
  page->n_entries = n;
  if (first + n >= registry->entries->len)
    set_bytes (&page->head, lan_registry_newest_head (registry));
  return n;
}

static gsize
put_page (LanRegistry *registry, guint64 request, guint64 first, gsize *len)
{
  static Lanyard__Server__Entry entries[LAN_SERVER_ENTRIES_MAX];
  static Lanyard__Server__Entry *list[LAN_SERVER_ENTRIES_MAX];
  Lanyard__Server__DirectoryPage page = LANYARD__SERVER__DIRECTORY_PAGE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  page.request = request;
  fill_page (registry, &page, first, entries, list);
  frame.body_case = LANYARD__SERVER__FRAME__BODY_DIRECTORY_PAGE;
  frame.directory_page = &page;
  return lan_registry_put (registry, &frame, len);
}

void
lan_registry_on_directory_get (LanRegistry *registry, Conn *conn,
                               const Lanyard__Server__DirectoryGet *m)
{
  gsize len, at;

  if (m->first > registry->entries->len) {
    lan_registry_refuse (registry, conn, m->request, LAN_REFUSAL_GONE, 0);
    return;
  }
  at = put_page (registry, m->request, m->first, &len);
  lan_registry_push (registry, conn, at, len, FALSE);
}

/* Everybody gets what is new since the last time; whoever is further behind asks for the rest. */
void
lan_registry_tell_news (LanRegistry *registry)
{
  gsize len, at;

  registry->news_us = LAN_NO_DEADLINE;
  at = put_page (registry, 0, registry->told, &len);
  registry->told = registry->entries->len;
  for (Conn *conn = registry->online.oldest; conn != NULL; conn = conn->newer) {
    if (conn->stage == STAGE_ONLINE)
      lan_registry_push (registry, conn, at, len, FALSE);
  }
}

static void
set_proof (ProtobufCBinaryData *fields, const LanHash *proof, guint n)
{
  for (guint i = 0; i < n; i++)
    fields[i] = (ProtobufCBinaryData){ LAN_HASH_BYTES, (guint8 *) proof[i].b };
}

void
lan_registry_on_head_get (LanRegistry *registry, Conn *conn, const Lanyard__Server__HeadGet *m)
{
  Lanyard__Server__Head answer = LANYARD__SERVER__HEAD__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData fields[LAN_MERKLE_PROOF_MAX];
  LanHash proof[LAN_MERKLE_PROOF_MAX];
  LanDirectoryHead head;
  guint n = 0;
  GBytes *bytes = find_head (registry, m->epoch);

  if (bytes == NULL) {
    lan_registry_refuse (registry, conn, m->request, LAN_REFUSAL_GONE, 0);
    return;
  }
  if (lan_directory_head_decode (&head, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) !=
          LAN_STATUS_OK ||
      lan_merkle_tree_prove_consistency (registry->tree, head.size, registry->entries->len, proof,
                                         &n) != LAN_STATUS_OK) {
    lan_registry_refuse (registry, conn, m->request, LAN_REFUSAL_STORAGE, 0);
    return;
  }
  answer.request = m->request;
  set_bytes (&answer.head, bytes);
  set_bytes (&answer.newest, lan_registry_newest_head (registry));
  set_proof (fields, proof, n);
  answer.consistency = fields;
  answer.n_consistency = n;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_HEAD;
  frame.head = &answer;
  lan_registry_send (registry, conn, &frame);
}

void
lan_registry_on_person_get (LanRegistry *registry, Conn *conn, const Lanyard__Server__PersonGet *m)
{
  Lanyard__Server__Person answer = LANYARD__SERVER__PERSON__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData fields[LAN_MERKLE_PROOF_MAX];
  LanHash proof[LAN_MERKLE_PROOF_MAX];
  const Account *account = g_hash_table_lookup (registry->accounts, m->account.data);
  guint n = 0;

  if (account == NULL || account->attestation == NULL ||
      lan_merkle_tree_prove_inclusion (registry->tree, account->index, registry->entries->len,
                                       proof, &n) != LAN_STATUS_OK) {
    lan_registry_refuse (registry, conn, m->request, LAN_REFUSAL_UNKNOWN, 0);
    return;
  }
  answer.request = m->request;
  answer.index = account->index;
  set_bytes (&answer.attestation, account->attestation);
  set_bytes (&answer.head, lan_registry_newest_head (registry));
  set_proof (fields, proof, n);
  answer.inclusion = fields;
  answer.n_inclusion = n;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PERSON;
  frame.person = &answer;
  lan_registry_send (registry, conn, &frame);
}
