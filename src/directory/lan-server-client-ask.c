/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Questions to the server: each has a number, is sent when the server is there, repeated on the next
 * connection until it was answered, and asked again later when it was refused for a while.
 */
#include "lan-server-client-private.h"

#include <string.h>

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
    if (ask->type == ASK_DIRECTORY || ask->type == ASK_HEAD || ask->type == ASK_TURN)
      lan_client_end_ask (client, ask);
  }
}

/* ---- sending ---- */

static void
send_simple (LanServerClient *client, const Ask *ask)
{
  Lanyard__Server__BundleGet bundle = LANYARD__SERVER__BUNDLE_GET__INIT;
  Lanyard__Server__TurnGet turn = LANYARD__SERVER__TURN_GET__INIT;
  Lanyard__Server__DirectoryGet directory = LANYARD__SERVER__DIRECTORY_GET__INIT;
  Lanyard__Server__HeadGet head = LANYARD__SERVER__HEAD_GET__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  if (ask->type == ASK_BUNDLE) {
    bundle.request = ask->request;
    bundle.device = (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES, (guint8 *) ask->device.b };
    frame.body_case = LANYARD__SERVER__FRAME__BODY_BUNDLE_GET;
    frame.bundle_get = &bundle;
  } else if (ask->type == ASK_TURN) {
    turn.request = ask->request;
    frame.body_case = LANYARD__SERVER__FRAME__BODY_TURN_GET;
    frame.turn_get = &turn;
  } else if (ask->type == ASK_DIRECTORY) {
    directory.request = ask->request;
    directory.first = ask->number;
    frame.body_case = LANYARD__SERVER__FRAME__BODY_DIRECTORY_GET;
    frame.directory_get = &directory;
  } else {
    head.request = ask->request;
    head.epoch = ask->number;
    frame.body_case = LANYARD__SERVER__FRAME__BODY_HEAD_GET;
    frame.head_get = &head;
  }
  lan_client_send (client, &frame);
}

static void
send_papers_get (LanServerClient *client, const Ask *ask)
{
  Lanyard__Server__PapersGet m = LANYARD__SERVER__PAPERS_GET__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData account = { LAN_ACCOUNT_ID_BYTES, (guint8 *) ask->account.b };

  m.request = ask->request;
  m.accounts = &account;
  m.n_accounts = 1;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PAPERS_GET;
  frame.papers_get = &m;
  lan_client_send (client, &frame);
}

static gboolean
is_active (const LanDeviceList *list, GBytes *bytes)
{
  LanHash hash;
  LanCert cert;

  lan_cert_hash (&hash, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return lan_cert_decode (&cert, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) ==
             LAN_STATUS_OK &&
         lan_device_list_check_cert (list, &cert.device, &hash) == LAN_STATUS_OK;
}

static void
send_papers_put (LanServerClient *client, const Ask *ask)
{
  Lanyard__Server__PapersPut m = LANYARD__SERVER__PAPERS_PUT__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData certs[LAN_DEVICE_LIST_MAX];
  LanDeviceList list = { 0 };

  (void) !lan_device_list_decode (&list, g_bytes_get_data (client->config.list, NULL),
                                  g_bytes_get_size (client->config.list));
  m.request = ask->request;
  m.list = lan_client_field (client->config.list);
  m.certs = certs;
  if (is_active (&list, client->config.cert))
    certs[m.n_certs++] = lan_client_field (client->config.cert);
  for (guint i = 0; i < client->certs->len && m.n_certs < G_N_ELEMENTS (certs); i++) {
    GBytes *cert = g_ptr_array_index (client->certs, i);

    if (is_active (&list, cert))
      certs[m.n_certs++] = lan_client_field (cert);
  }
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PAPERS_PUT;
  frame.papers_put = &m;
  lan_client_send (client, &frame);
}

static void
send_prekeys (LanServerClient *client, const Ask *ask)
{
  Lanyard__Server__PrekeysPut m = LANYARD__SERVER__PREKEYS_PUT__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData keys[LAN_SERVER_ONE_TIME_MAX], all = lan_client_field (ask->second);

  m.request = ask->request;
  m.signed_prekey = lan_client_field (ask->first);
  m.one_time = keys;
  for (gsize at = 0;
       at + LAN_SERVER_ONE_TIME_BYTES <= all.len && m.n_one_time < G_N_ELEMENTS (keys);
       at += LAN_SERVER_ONE_TIME_BYTES)
    keys[m.n_one_time++] = (ProtobufCBinaryData){ LAN_SERVER_ONE_TIME_BYTES, all.data + at };
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PREKEYS_PUT;
  frame.prekeys_put = &m;
  lan_client_send (client, &frame);
}

static void
send_hide (LanServerClient *client, const Ask *ask)
{
  Lanyard__Server__Hide m = LANYARD__SERVER__HIDE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData keys[LAN_SERVER_HIDE_MAX], all = lan_client_field (ask->first);

  m.request = ask->request;
  m.accounts = keys;
  for (gsize at = 0; at + LAN_ACCOUNT_ID_BYTES <= all.len && m.n_accounts < G_N_ELEMENTS (keys);
       at += LAN_ACCOUNT_ID_BYTES)
    keys[m.n_accounts++] = (ProtobufCBinaryData){ LAN_ACCOUNT_ID_BYTES, all.data + at };
  frame.body_case = LANYARD__SERVER__FRAME__BODY_HIDE;
  frame.hide = &m;
  lan_client_send (client, &frame);
}

static void
send_password (LanServerClient *client, const Ask *ask)
{
  Lanyard__Server__PasswordSet m = LANYARD__SERVER__PASSWORD_SET__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  m.request = ask->request;
  m.old_secret = lan_client_field (ask->first);
  m.secret = lan_client_field (ask->second);
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PASSWORD_SET;
  frame.password_set = &m;
  lan_client_send (client, &frame);
}

/* Without data at first: how far is it? */
static void
send_blob_put (LanServerClient *client, const Ask *ask)
{
  Lanyard__Server__BlobPut m = LANYARD__SERVER__BLOB_PUT__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData all = lan_client_field (ask->first);

  m.request = ask->request;
  m.root = (ProtobufCBinaryData){ LAN_HASH_BYTES, (guint8 *) ask->root.b };
  m.size = all.len;
  if (ask->knows_state) {
    m.offset = ask->number;
    m.data.data = all.data + ask->number;
    m.data.len = MIN (LAN_SERVER_BLOB_PART, all.len - ask->number);
  }
  frame.body_case = LANYARD__SERVER__FRAME__BODY_BLOB_PUT;
  frame.blob_put = &m;
  lan_client_send (client, &frame);
}

static void
send_blob_get (LanServerClient *client, const Ask *ask)
{
  Lanyard__Server__BlobGet m = LANYARD__SERVER__BLOB_GET__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  m.request = ask->request;
  m.root = (ProtobufCBinaryData){ LAN_HASH_BYTES, (guint8 *) ask->root.b };
  m.offset = ask->number;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_BLOB_GET;
  frame.blob_get = &m;
  lan_client_send (client, &frame);
}

void
lan_client_send_ask (LanServerClient *client, Ask *ask)
{
  if (!client->is_welcome || ask->again_us > client->now.mono_us)
    return;
  ask->is_sent = TRUE;
  ask->again_us = 0;
  switch (ask->type) {
  case ASK_BUNDLE:
  case ASK_TURN:
  case ASK_DIRECTORY:
  case ASK_HEAD:
    send_simple (client, ask);
    break;
  case ASK_PAPERS:
    send_papers_get (client, ask);
    break;
  case ASK_PAPERS_PUT:
    send_papers_put (client, ask);
    break;
  case ASK_PREKEYS:
    send_prekeys (client, ask);
    break;
  case ASK_HIDE:
    send_hide (client, ask);
    break;
  case ASK_PASSWORD:
    send_password (client, ask);
    break;
  case ASK_BLOB_PUT:
    send_blob_put (client, ask);
    break;
  case ASK_BLOB_GET:
    send_blob_get (client, ask);
    break;
  default:
    break;
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

/* ---- answers ---- */

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
    tell_blob (client, ask, ask->size, 0, FALSE, m->code, NULL);
    break;
  case ASK_DIRECTORY:
    client->staging.is_asked = FALSE;
    if (m->code == LAN_REFUSAL_GONE) /* it has fewer entries than it once showed us */
      lan_client_warn (client, LAN_DIRECTORY_ROLLBACK, NULL, FALSE, 0, client->head, NULL);
    break;
  case ASK_PAPERS_PUT:
    if (m->code == LAN_REFUSAL_LIST || m->code == LAN_REFUSAL_KEY_CONFLICT)
      lan_client_warn (client, LAN_DIRECTORY_OLD_LIST,
                       lan_device_keys_account (client->config.device), FALSE, 0,
                       client->config.list, NULL);
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

static void
on_blob_state (LanServerClient *client, const Lanyard__Server__BlobState *m)
{
  Ask *ask = lan_client_find_ask (client, m->request, ASK_BLOB_PUT);
  gsize size;

  if (ask == NULL || memcmp (ask->root.b, m->root.data, LAN_HASH_BYTES) != 0)
    return;
  size = g_bytes_get_size (ask->first);
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
  if (ask->number == m->size)
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
