/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Questions as frames: each kind of question written out, from what it says when it is sent.
 */
#include "lan-server-client-private.h"

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
  m.size = ask->size;
  if (ask->knows_state && ask->is_piecewise) {
    m.offset = ask->number;
    m.data = all;
  } else if (ask->knows_state) {
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

static void
send_blob_drop (LanServerClient *client, const Ask *ask)
{
  Lanyard__Server__BlobDrop m = LANYARD__SERVER__BLOB_DROP__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  m.request = ask->request;
  m.root = (ProtobufCBinaryData){ LAN_HASH_BYTES, (guint8 *) ask->root.b };
  frame.body_case = LANYARD__SERVER__FRAME__BODY_BLOB_DROP;
  frame.blob_drop = &m;
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
  case ASK_BLOB_DROP:
    send_blob_drop (client, ask);
    break;
  default:
    break;
  }
}
