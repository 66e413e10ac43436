/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Answers of the server to questions, refusals among them: what becomes of the question, and what the owner
 * is told.
 */
#include "lan-server-client-private.h"

#include <string.h>

static void
tell_answer (LanServerClient *client, guint64 request, guint32 refusal, guint32 retry_ms)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_ANSWER);

  action->request = request;
  action->refusal = refusal;
  action->retry_ms = retry_ms;
}

static void
tell_blob (LanServerClient *client, const Ask *ask, guint64 size, guint64 done, gboolean complete,
           guint32 refusal, GBytes *part)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_BLOB);

  action->refusal = refusal;
  action->blob.root = ask->root;
  action->blob.upload = ask->type == ASK_BLOB_PUT;
  action->blob.size = size;
  action->blob.done = done;
  action->blob.complete = complete;
  action->blob.part = part != NULL ? g_bytes_ref (part) : NULL;
}

static void
tell_dropped (LanServerClient *client, const Ask *ask)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_BLOB);

  action->blob.root = ask->root;
  action->blob.dropped = TRUE;
}

static void
refuse_turn (LanServerClient *client)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_TURN);

  action->turn.uris = g_ptr_array_new_with_free_func (g_free);
}

static void
refused_for_good (LanServerClient *client, const Ask *ask, const Lanyard__Server__Refused *m)
{
  LanServerClientAction *action;

  switch (ask->type) {
  case ASK_BUNDLE:
    action = lan_client_add (client, LAN_SERVER_CLIENT_BUNDLE_REFUSED);
    action->device = ask->device;
    action->refusal = m->code;
    action->retry_ms = m->retry_ms;
    break;
  case ASK_HIDE:
  case ASK_PASSWORD:
    tell_answer (client, ask->request, m->code, m->retry_ms);
    break;
  case ASK_TURN:
    refuse_turn (client);
    break;
  case ASK_BLOB_PUT:
  case ASK_BLOB_GET:
    tell_blob (client, ask, ask->size, ask->is_piecewise ? ask->number : 0, FALSE, m->code, NULL);
    break;
  case ASK_BLOB_DROP:
    tell_dropped (client, ask);
    break;
  case ASK_DIRECTORY:
    client->staging.is_asked = FALSE;
    if (m->code == LAN_REFUSAL_GONE) /* it has fewer entries than it once showed us */
      lan_client_directory_gone (client);
    break;
  case ASK_PAPERS_PUT:
    if (m->code == LAN_REFUSAL_LIST || m->code == LAN_REFUSAL_KEY_CONFLICT)
      lan_client_warn (client, LAN_DIRECTORY_OLD_LIST,
                       lan_device_keys_account (client->config.device), FALSE, 0,
                       client->config.list, NULL);
    if (m->code == LAN_REFUSAL_LIST) /* another device has put one since: let us see it */
      lan_server_client_want_papers (client, lan_device_keys_account (client->config.device),
                                     &client->now);
    break;
  case ASK_PAPERS:
  case ASK_PREKEYS:
  case ASK_HEAD:
  default:
    break;
  }
}

void
lan_client_ask_refused (LanServerClient *client, const Lanyard__Server__Refused *m)
{
  for (GList *at = client->asks.head; at != NULL; at = at->next) {
    Ask *ask = at->data;

    if (ask->request != m->request || !ask->is_sent)
      continue;
    if (m->retry_ms > 0 && ask->type != ASK_PASSWORD) {
      ask->is_sent = FALSE;
      ask->again_us = client->now.mono_us + (gint64) MAX (m->retry_ms, 100) * 1000;
      return;
    }
    refused_for_good (client, ask, m);
    lan_client_end_ask (client, ask);
    return;
  }
}

void
lan_client_ask_done (LanServerClient *client, guint64 request)
{
  for (GList *at = client->asks.head; at != NULL; at = at->next) {
    Ask *ask = at->data;

    if (ask->request != request || !ask->is_sent)
      continue;
    if (ask->type == ASK_HIDE || ask->type == ASK_PASSWORD)
      tell_answer (client, request, LAN_REFUSAL_NONE, 0);
    else if (ask->type == ASK_PAPERS_PUT)
      lan_client_add (client, LAN_SERVER_CLIENT_PAPERS_STORED);
    else if (ask->type == ASK_BLOB_DROP)
      tell_dropped (client, ask);
    else if (ask->type != ASK_PAPERS && ask->type != ASK_PREKEYS)
      return; /* these have answers of their own */
    lan_client_end_ask (client, ask);
    if (client->has_switched)
      lan_client_switched (client);
    return;
  }
}

static void
on_bundle (LanServerClient *client, const Lanyard__Server__Bundle *m)
{
  Ask *ask = lan_client_find_ask (client, m->request, ASK_BUNDLE);
  LanServerClientAction *action;

  if (ask == NULL || memcmp (ask->device.b, m->device.data, LAN_DEVICE_ID_BYTES) != 0)
    return;
  action = lan_client_add (client, LAN_SERVER_CLIENT_BUNDLE);
  action->device = ask->device;
  action->bundle.signed_prekey = g_bytes_new (m->signed_prekey.data, m->signed_prekey.len);
  if (m->one_time.len > 0)
    action->bundle.one_time = g_bytes_new (m->one_time.data, m->one_time.len);
  lan_client_end_ask (client, ask);
}

static void
on_turn (LanServerClient *client, const Lanyard__Server__Turn *m)
{
  Ask *ask = lan_client_find_ask (client, m->request, ASK_TURN);
  LanServerClientAction *action;

  if (ask == NULL)
    return;
  lan_client_end_ask (client, ask);
  if (!client->wants_turn)
    return;
  action = lan_client_add (client, LAN_SERVER_CLIENT_TURN);
  action->turn.username = g_strdup (m->username);
  action->turn.password = g_strdup (m->password);
  action->turn.life_s = m->life_s;
  action->turn.uris = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < m->n_uris; i++)
    g_ptr_array_add (action->turn.uris, g_strdup (m->uris[i]));
  client->turn_us =
      client->now.mono_us + MAX ((gint64) m->life_s * 3 / 4, 10) * (gint64) G_USEC_PER_SEC;
}

/* Its owner is asked for the piece that begins where the server stands. */
static void
want_piece (LanServerClient *client, Ask *ask)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_BLOB);

  g_clear_pointer (&ask->first, g_bytes_unref);
  action->blob.root = ask->root;
  action->blob.upload = TRUE;
  action->blob.wanted = TRUE;
  action->blob.size = ask->size;
  action->blob.done = ask->number;
}

static void
on_blob_state (LanServerClient *client, const Lanyard__Server__BlobState *m)
{
  Ask *ask = lan_client_find_ask (client, m->request, ASK_BLOB_PUT);
  guint64 size;

  if (ask == NULL || memcmp (ask->root.b, m->root.data, LAN_HASH_BYTES) != 0)
    return;
  size = ask->size;
  if (m->complete) {
    tell_blob (client, ask, size, size, TRUE, LAN_REFUSAL_NONE, NULL);
    lan_client_end_ask (client, ask);
    return;
  }
  if (m->have >= size || m->have % LAN_SERVER_BLOB_PART != 0) {
    tell_blob (client, ask, size, 0, FALSE, LAN_REFUSAL_PROTOCOL, NULL);
    lan_client_end_ask (client, ask);
    return;
  }
  if (ask->is_piecewise) {
    ask->knows_state = TRUE;
    ask->number = m->have;
    want_piece (client, ask);
    return;
  }
  if (ask->knows_state && m->have > ask->number)
    tell_blob (client, ask, size, m->have, FALSE, LAN_REFUSAL_NONE, NULL);
  ask->knows_state = TRUE;
  ask->number = m->have;
  lan_client_send_ask (client, ask);
}

static void
on_blob_part (LanServerClient *client, const Lanyard__Server__BlobPart *m)
{
  Ask *ask = lan_client_find_ask (client, m->request, ASK_BLOB_GET);
  g_autoptr (GBytes) part = NULL;

  if (ask == NULL || memcmp (ask->root.b, m->root.data, LAN_HASH_BYTES) != 0 ||
      m->offset != ask->number)
    return;
  if ((ask->size != 0 && ask->size != m->size) || m->size <= m->offset ||
      m->data.len != MIN (LAN_SERVER_BLOB_PART, m->size - m->offset)) {
    tell_blob (client, ask, m->size, 0, FALSE, LAN_REFUSAL_PROTOCOL, NULL);
    lan_client_end_ask (client, ask);
    return;
  }
  part = g_bytes_new (m->data.data, m->data.len);
  ask->size = m->size;
  ask->number += m->data.len;
  tell_blob (client, ask, m->size, ask->number, ask->number == m->size, LAN_REFUSAL_NONE, part);
  if (ask->is_piecewise || ask->number == m->size)
    lan_client_end_ask (client, ask);
  else
    lan_client_send_ask (client, ask);
}

gboolean
lan_client_on_answer (LanServerClient *client, const LanServerFrame *frame)
{
  Ask *ask;

  switch (lan_server_frame_type (frame)) {
  case LAN_SERVER_BUNDLE:
    on_bundle (client, frame->bundle);
    return TRUE;
  case LAN_SERVER_TURN:
    on_turn (client, frame->turn);
    return TRUE;
  case LAN_SERVER_HEAD:
    ask = lan_client_find_ask (client, frame->head->request, ASK_HEAD);
    if (ask != NULL) {
      lan_client_on_head (client, ask, frame->head);
      lan_client_end_ask (client, ask);
    }
    return TRUE;
  case LAN_SERVER_BLOB_STATE:
    on_blob_state (client, frame->blob_state);
    return TRUE;
  case LAN_SERVER_BLOB_PART_FRAME:
    on_blob_part (client, frame->blob_part);
    return TRUE;
  case LAN_SERVER_DONE:
    lan_client_ask_done (client, frame->done->request);
    return TRUE;
  default:
    return FALSE;
  }
}
