/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is kept between starts, as settings:
 *
 *   server.pin           version 1 | flags | port u16 | key 32 | root 32 | uid 16 | three texts
 *                        (host, login, organisation), each u8 length and bytes
 *   server.key           newest LSK1 that the server was known by; none: the key it was joined by
 *   server.head          the newest LDH1
 *   server.log           frontier of the log (lan_merkle_frontier_save)
 *   server.issuers       LIK1s, one behind the other
 *   server.heads         epochs seen: n times (epoch u64 | root 16)
 *   server.person.UID    LAT1
 *   server.list.ACCOUNT  newest LDL1 seen
 *   server.evidence      LDH1s that contradict each other
 */
#include "lan-server-client-private.h"

#include <string.h>

#define PIN_VERSION  1
#define PIN_MAX      (2 + 2 + 32 + 32 + 16 + 3 * 256)
#define HAS_ENROLLED 1
#define HAS_ROOT     2
#define ROOT_PINNED  4
#define IS_ADOPTED   8

static void
write_text (LanWriter *w, const char *text)
{
  gsize len = MIN (strlen (text), 255);

  lan_write_u8 (w, (guint8) len);
  lan_write_bytes (w, text, len);
}

static char *
read_text (LanReader *r)
{
  gsize len = lan_read_u8 (r);
  const guint8 *text = lan_read_span (r, len);

  return text != NULL ? g_strndup ((const char *) text, len) : g_strdup ("");
}

GBytes *
lan_client_encode_pin (const LanServerClient *client)
{
  guint8 buffer[PIN_MAX];
  LanWriter w;

  lan_writer_init (&w, buffer, sizeof buffer);
  lan_write_u8 (&w, PIN_VERSION);
  lan_write_u8 (
      &w,
      (guint8) ((client->is_enrolled ? HAS_ENROLLED : 0) | (client->has_root ? HAS_ROOT : 0) |
                (client->root_pinned ? ROOT_PINNED : 0) | (client->is_adopted ? IS_ADOPTED : 0)));
  lan_write_u16 (&w, client->address.port);
  lan_write_bytes (&w, client->server_public, LAN_KEY_BYTES);
  lan_write_bytes (&w, client->root_public, LAN_KEY_BYTES);
  lan_write_bytes (&w, client->uid.b, LAN_USER_ID_BYTES);
  write_text (&w, client->address.host);
  write_text (&w, client->login);
  write_text (&w, client->org_name);
  return g_bytes_new (buffer, w.len);
}

void
lan_client_keep_pin (LanServerClient *client)
{
  g_autoptr (GBytes) bytes = lan_client_encode_pin (client);

  lan_client_keep (client, "server.pin", bytes);
}

static void
load_pin (LanServerClient *client, GBytes *value)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (value, &len);
  g_autofree char *host = NULL;
  guint8 flags;
  LanReader r;

  lan_reader_init (&r, data, len);
  if (lan_read_u8 (&r) != PIN_VERSION)
    return;
  flags = lan_read_u8 (&r);
  client->address.port = lan_read_u16 (&r);
  lan_read_bytes (&r, client->server_public, LAN_KEY_BYTES);
  lan_read_bytes (&r, client->root_public, LAN_KEY_BYTES);
  lan_read_bytes (&r, client->uid.b, LAN_USER_ID_BYTES);
  host = read_text (&r);
  g_free (client->login);
  client->login = read_text (&r);
  g_free (client->org_name);
  client->org_name = read_text (&r);
  if (!lan_reader_done (&r))
    return;
  g_strlcpy (client->address.host, host, sizeof client->address.host);
  client->has_root = (flags & HAS_ROOT) != 0;
  client->root_pinned = (flags & ROOT_PINNED) != 0;
  client->is_adopted = (flags & IS_ADOPTED) != 0;
  client->is_known = client->is_enrolled = (flags & HAS_ENROLLED) != 0;
}

void
lan_client_keep_directory (LanServerClient *client)
{
  g_autoptr (GBytes) log = lan_merkle_frontier_save (&client->frontier);
  g_autoptr (GBytes) issuers = g_bytes_new (client->issuer_log->data, client->issuer_log->len);
  g_autoptr (GByteArray) past = g_byte_array_new ();
  g_autoptr (GBytes) heads = NULL;

  for (guint i = 0; i < client->past->len; i++) {
    const PastHead *head = &g_array_index (client->past, PastHead, i);
    guint8 buffer[8 + LAN_DIRECTORY_ROOT_TRUNC];
    LanWriter w;

    lan_writer_init (&w, buffer, sizeof buffer);
    lan_write_u64 (&w, head->epoch);
    lan_write_bytes (&w, head->root, sizeof head->root);
    g_byte_array_append (past, buffer, sizeof buffer);
  }
  heads = g_bytes_new (past->data, past->len);
  lan_client_keep (client, "server.head", client->head);
  lan_client_keep (client, "server.log", log);
  lan_client_keep (client, "server.issuers", issuers);
  lan_client_keep (client, "server.heads", heads);
}

void
lan_client_keep_person (LanServerClient *client, const Person *person)
{
  g_autofree char *hex = lan_user_id_to_hex (&person->uid);
  g_autofree char *key = g_strconcat ("server.person.", hex, NULL);

  lan_client_keep (client, key, person->attestation);
}

void
lan_client_keep_list (LanServerClient *client, const LanAccountId *account, GBytes *list)
{
  g_autofree char *hex = lan_account_id_to_hex (account);
  g_autofree char *key = g_strconcat ("server.list.", hex, NULL);

  g_hash_table_replace (client->lists, g_memdup2 (account, sizeof *account), g_bytes_ref (list));
  lan_client_keep (client, key, list);
}

void
lan_client_forget_all (LanServerClient *client)
{
  static const char *const keys[] = { "server.pin",     "server.key",     "server.head",
                                      "server.log",     "server.issuers", "server.heads",
                                      "server.evidence" };
  GHashTableIter iter;
  gpointer id;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    lan_client_keep (client, keys[i], NULL);
  g_hash_table_iter_init (&iter, client->people);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    g_autofree char *hex = lan_user_id_to_hex (id);
    g_autofree char *key = g_strconcat ("server.person.", hex, NULL);

    lan_client_keep (client, key, NULL);
  }
  g_hash_table_iter_init (&iter, client->lists);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    g_autofree char *hex = lan_account_id_to_hex (id);
    g_autofree char *key = g_strconcat ("server.list.", hex, NULL);

    lan_client_keep (client, key, NULL);
  }
}

/* ---- the copy in memory ---- */

void
lan_client_add_person (LanServerClient *client, const LanAttestation *a, GBytes *bytes)
{
  Person *person = g_hash_table_lookup (client->people, &a->user);

  if (person == NULL) {
    person = g_new0 (Person, 1);
    person->uid = a->user;
    g_hash_table_insert (client->people, &person->uid, person);
  } else {
    if (g_hash_table_lookup (client->accounts, &person->account) == person)
      g_hash_table_remove (client->accounts, &person->account);
    g_bytes_unref (person->attestation);
  }
  person->account = a->account;
  person->status = a->status;
  person->attestation = g_bytes_ref (bytes);
  g_hash_table_insert (client->accounts, &person->account, person);
}

void
lan_client_add_issuer (LanServerClient *client, const LanIssuer *issuer, const guint8 *data)
{
  if (lan_client_find_issuer (client, &issuer->id) != NULL)
    return;
  g_ptr_array_add (client->issuers, g_memdup2 (issuer, sizeof *issuer));
  g_byte_array_append (client->issuer_log, data, LAN_ISSUER_BYTES);
}

void
lan_client_note_past (LanServerClient *client, guint64 epoch, const LanHash *root)
{
  PastHead head = { .epoch = epoch };

  memcpy (head.root, root->b, sizeof head.root);
  if (client->past->len >= CLIENT_HEADS_MAX)
    g_array_remove_index (client->past, 0);
  g_array_append_val (client->past, head);
}

static void
load_issuers (LanServerClient *client, GBytes *value)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (value, &len);

  for (gsize at = 0; at + LAN_ISSUER_BYTES <= len; at += LAN_ISSUER_BYTES) {
    LanIssuer issuer;

    if (lan_issuer_decode (&issuer, data + at, LAN_ISSUER_BYTES) == LAN_STATUS_OK)
      lan_client_add_issuer (client, &issuer, data + at);
  }
}

static void
load_heads (LanServerClient *client, GBytes *value)
{
  LanReader r;

  lan_reader_init (&r, g_bytes_get_data (value, NULL), g_bytes_get_size (value));
  while (lan_reader_left (&r) >= 8 + LAN_DIRECTORY_ROOT_TRUNC &&
         client->past->len < CLIENT_HEADS_MAX) {
    PastHead head;

    head.epoch = lan_read_u64 (&r);
    lan_read_bytes (&r, head.root, sizeof head.root);
    g_array_append_val (client->past, head);
  }
}

static void
load_person (LanServerClient *client, GBytes *value)
{
  LanAttestation a;

  if (lan_attestation_decode (&a, g_bytes_get_data (value, NULL), g_bytes_get_size (value)) ==
      LAN_STATUS_OK)
    lan_client_add_person (client, &a, value);
}

static void
load_list (LanServerClient *client, const char *hex, GBytes *value)
{
  LanAccountId account;

  if (lan_account_id_from_hex (&account, hex))
    g_hash_table_replace (client->lists, g_memdup2 (&account, sizeof account), g_bytes_ref (value));
}

void
lan_server_client_load_setting (LanServerClient *client, const char *key, GBytes *value)
{
  const guint8 *data;
  gsize len;

  if (value == NULL || !g_str_has_prefix (key, "server."))
    return;
  data = g_bytes_get_data (value, &len);
  key += strlen ("server.");
  if (strcmp (key, "pin") == 0) {
    load_pin (client, value);
  } else if (strcmp (key, "key") == 0) {
    lan_client_load_server_key (client, data, len);
  } else if (strcmp (key, "head") == 0) {
    if (lan_directory_head_decode (&client->head_fields, data, len) != LAN_STATUS_OK)
      return;
    g_clear_pointer (&client->head, g_bytes_unref);
    client->head = g_bytes_ref (value);
  } else if (strcmp (key, "log") == 0) {
    if (lan_merkle_frontier_load (&client->frontier, data, len) != LAN_STATUS_OK)
      lan_merkle_frontier_init (&client->frontier);
  } else if (strcmp (key, "issuers") == 0) {
    load_issuers (client, value);
  } else if (strcmp (key, "heads") == 0) {
    load_heads (client, value);
  } else if (g_str_has_prefix (key, "person.")) {
    load_person (client, value);
  } else if (g_str_has_prefix (key, "list.")) {
    load_list (client, key + strlen ("list."), value);
  }
}
