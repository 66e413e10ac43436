/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Questions to the server: each has a number, is sent when the server is there, repeated on the next
 * connection until it was answered, and asked again later when it was refused for a while.
 */
#include "lan-server-client-private.h"

Ask *
lan_client_ask (LanServerClient *client, AskType type)
{
  Ask *ask;

  if (client->asks.length >= CLIENT_ASKS_MAX)
    return NULL;
  ask = g_new0 (Ask, 1);
  ask->type = type;
  ask->request = ++client->next_request;
  g_queue_push_tail (&client->asks, ask);
  return ask;
}

Ask *
lan_client_find_ask (LanServerClient *client, guint64 request, AskType type)
{
  for (GList *at = client->asks.head; at != NULL; at = at->next) {
    Ask *ask = at->data;

    if (ask->request == request && ask->type == type)
      return ask;
  }
  return NULL;
}

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_clear_pointer (&ask->first, g_bytes_unref);
  g_clear_pointer (&ask->second, g_bytes_unref);
  g_free (ask);
}

void
lan_client_end_ask (LanServerClient *client, Ask *ask)
{
  g_queue_remove (&client->asks, ask);
  ask_free (ask);
}

void
lan_client_asks_clear (LanServerClient *client)
{
  g_queue_clear_full (&client->asks, ask_free);
}

/* What belongs to one connection ends with it, the rest is sent again on the next. */
void
lan_client_asks_offline (LanServerClient *client)
{
  GList *next;

  for (GList *at = client->asks.head; at != NULL; at = next) {
    Ask *ask = at->data;

    next = at->next;
    ask->is_sent = FALSE;
    ask->knows_state = FALSE;
    ask->again_us = 0;
    if (ask->type == ASK_BLOB_PUT && ask->is_piecewise)
      g_clear_pointer (&ask->first, g_bytes_unref);
    if (ask->type == ASK_DIRECTORY || ask->type == ASK_HEAD || ask->type == ASK_TURN)
      lan_client_end_ask (client, ask);
  }
}

void
lan_client_send_asks (LanServerClient *client)
{
  for (GList *at = client->asks.head; at != NULL; at = at->next) {
    Ask *ask = at->data;

    if (!ask->is_sent)
      lan_client_send_ask (client, ask);
  }
}

gint64
lan_client_asks_due (const LanServerClient *client)
{
  gint64 due = LAN_NO_DEADLINE;

  if (!client->is_welcome)
    return due;
  for (const GList *at = client->asks.head; at != NULL; at = at->next) {
    const Ask *ask = at->data;

    if (!ask->is_sent)
      due = MIN (due, ask->again_us);
  }
  return due;
}

/* ---- commands that are questions ---- */

void
lan_client_put_papers (LanServerClient *client)
{
  Ask *ask;

  for (GList *at = client->asks.head; at != NULL; at = at->next) {
    ask = at->data;
    if (ask->type == ASK_PAPERS_PUT && !ask->is_sent)
      return; /* takes what is newest when it goes */
  }
  ask = lan_client_ask (client, ASK_PAPERS_PUT);
  if (ask != NULL)
    lan_client_send_ask (client, ask);
}

void
lan_server_client_want_bundle (LanServerClient *client, const LanDeviceId *device,
                               const LanTime *now)
{
  Ask *ask;

  client->now = *now;
  for (GList *at = client->asks.head; at != NULL; at = at->next) {
    ask = at->data;
    if (ask->type == ASK_BUNDLE && lan_device_id_equal (&ask->device, device))
      return;
  }
  ask = lan_client_ask (client, ASK_BUNDLE);
  if (ask == NULL)
    return;
  ask->device = *device;
  lan_client_send_ask (client, ask);
}

void
lan_server_client_want_papers (LanServerClient *client, const LanAccountId *account,
                               const LanTime *now)
{
  Ask *ask;

  client->now = *now;
  for (GList *at = client->asks.head; at != NULL; at = at->next) {
    ask = at->data;
    if (ask->type == ASK_PAPERS && lan_account_id_equal (&ask->account, account))
      return;
  }
  ask = lan_client_ask (client, ASK_PAPERS);
  if (ask == NULL)
    return;
  ask->account = *account;
  lan_client_send_ask (client, ask);
}

void
lan_server_client_publish_prekeys (LanServerClient *client, GBytes *signed_prekey, GBytes *one_time,
                                   const LanTime *now)
{
  Ask *ask = lan_client_ask (client, ASK_PREKEYS);

  client->now = *now;
  if (ask == NULL)
    return;
  ask->first = signed_prekey != NULL ? g_bytes_ref (signed_prekey) : NULL;
  ask->second = one_time != NULL ? g_bytes_ref (one_time) : NULL;
  lan_client_send_ask (client, ask);
}

guint64
lan_server_client_hide (LanServerClient *client, const LanAccountId *accounts, gsize n,
                        const LanTime *now)
{
  Ask *ask = lan_client_ask (client, ASK_HIDE);

  client->now = *now;
  if (ask == NULL)
    return 0;
  ask->first = g_bytes_new (accounts, MIN (n, LAN_SERVER_HIDE_MAX) * sizeof *accounts);
  lan_client_send_ask (client, ask);
  return ask->request;
}

guint64
lan_server_client_set_password (LanServerClient *client, const guint8 *old_secret,
                                const guint8 *secret, const LanTime *now)
{
  Ask *ask = lan_client_ask (client, ASK_PASSWORD);

  client->now = *now;
  if (ask == NULL)
    return 0;
  ask->first = old_secret != NULL ? g_bytes_new (old_secret, LAN_SERVER_SECRET_BYTES) : NULL;
  ask->second = g_bytes_new (secret, LAN_SERVER_SECRET_BYTES);
  lan_client_send_ask (client, ask);
  return ask->request;
}

void
lan_client_renew_turn (LanServerClient *client)
{
  client->turn_us = LAN_NO_DEADLINE;
  if (client->wants_turn && client->is_welcome && client->has_relay) {
    Ask *ask = lan_client_ask (client, ASK_TURN);

    if (ask != NULL)
      lan_client_send_ask (client, ask);
  }
}

void
lan_server_client_want_turn (LanServerClient *client, gboolean on, const LanTime *now)
{
  client->now = *now;
  if (client->wants_turn == on)
    return;
  client->wants_turn = on;
  lan_client_renew_turn (client);
}

LanStatus
lan_server_client_put_blob (LanServerClient *client, const LanHash *root, GBytes *sealed,
                            const LanTime *now)
{
  Ask *ask;

  client->now = *now;
  if (!client->is_enrolled)
    return LAN_STATUS_STATE;
  if (g_bytes_get_size (sealed) == 0)
    return LAN_STATUS_MALFORMED;
  ask = lan_client_ask (client, ASK_BLOB_PUT);
  if (ask == NULL)
    return LAN_STATUS_LIMIT;
  ask->root = *root;
  ask->first = g_bytes_ref (sealed);
  ask->size = g_bytes_get_size (sealed);
  lan_client_send_ask (client, ask);
  return LAN_STATUS_OK;
}

static Ask *
find_blob (LanServerClient *client, AskType type, const LanHash *root)
{
  for (GList *at = client->asks.head; at != NULL; at = at->next) {
    Ask *ask = at->data;

    if (ask->type == type && lan_hash_equal (&ask->root, root))
      return ask;
  }
  return NULL;
}

LanStatus
lan_server_client_put_blob_pieces (LanServerClient *client, const LanHash *root, guint64 size,
                                   const LanTime *now)
{
  Ask *ask;

  client->now = *now;
  if (!client->is_enrolled)
    return LAN_STATUS_STATE;
  if (find_blob (client, ASK_BLOB_PUT, root) != NULL)
    return LAN_STATUS_OK;
  ask = lan_client_ask (client, ASK_BLOB_PUT);
  if (ask == NULL)
    return LAN_STATUS_LIMIT;
  ask->root = *root;
  ask->size = size;
  ask->is_piecewise = TRUE;
  lan_client_send_ask (client, ask);
  return LAN_STATUS_OK;
}

void
lan_server_client_blob_data (LanServerClient *client, const LanHash *root, guint64 offset,
                             GBytes *piece, const LanTime *now)
{
  Ask *ask = find_blob (client, ASK_BLOB_PUT, root);

  client->now = *now;
  if (ask == NULL || !ask->is_piecewise || !ask->knows_state || ask->first != NULL ||
      ask->number != offset ||
      g_bytes_get_size (piece) != MIN (LAN_SERVER_BLOB_PART, ask->size - offset))
    return;
  ask->first = g_bytes_ref (piece);
  lan_client_send_ask (client, ask);
}

void
lan_server_client_get_blob_piece (LanServerClient *client, const LanHash *root, guint64 offset,
                                  const LanTime *now)
{
  Ask *ask;

  client->now = *now;
  for (GList *at = client->asks.head; at != NULL; at = at->next) {
    ask = at->data;
    if (ask->type == ASK_BLOB_GET && ask->is_piecewise && ask->number == offset &&
        lan_hash_equal (&ask->root, root))
      return;
  }
  ask = lan_client_ask (client, ASK_BLOB_GET);
  if (ask == NULL)
    return;
  ask->root = *root;
  ask->number = offset;
  ask->is_piecewise = TRUE;
  lan_client_send_ask (client, ask);
}

void
lan_server_client_stop_blob (LanServerClient *client, const LanHash *root)
{
  GList *next;

  for (GList *at = client->asks.head; at != NULL; at = next) {
    Ask *ask = at->data;

    next = at->next;
    if ((ask->type == ASK_BLOB_PUT || ask->type == ASK_BLOB_GET) &&
        lan_hash_equal (&ask->root, root))
      lan_client_end_ask (client, ask);
  }
}

void
lan_server_client_drop_blob (LanServerClient *client, const LanHash *root, const LanTime *now)
{
  Ask *ask;

  client->now = *now;
  if (find_blob (client, ASK_BLOB_DROP, root) != NULL)
    return;
  ask = lan_client_ask (client, ASK_BLOB_DROP);
  if (ask == NULL)
    return;
  ask->root = *root;
  lan_client_send_ask (client, ask);
}

void
lan_server_client_get_blob (LanServerClient *client, const LanHash *root, guint64 from,
                            const LanTime *now)
{
  Ask *ask = lan_client_ask (client, ASK_BLOB_GET);

  client->now = *now;
  if (ask == NULL)
    return;
  ask->root = *root;
  ask->number = from - from % LAN_SERVER_BLOB_PART;
  lan_client_send_ask (client, ask);
}
