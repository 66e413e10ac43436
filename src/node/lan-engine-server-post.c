/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the server does for paths: it brings signals about links to devices that no lane leads to,
 * sealed from device to device (DESIGN section 4). Before an offer goes our own
 * papers, so that whoever does not know this device yet can answer it.
 */
#include "lan-engine-links-private.h"
#include "lan-engine-server-private.h"
#include "lan-engine-store.h"

#include "lan-attested.h"
#include "lan-device-list.h"
#include "lan-frame.h"
#include "lan-random-system.h"
#include "lan-signal-seal.h"

#include <string.h>

/* --- out --- */

static void
give (LanEngine *engine, const LanDeviceId *device, const guint8 *dh, const LanLinkId *link_id,
      GBytes *frame)
{
  guint8 ts[LAN_TS_BYTES];
  g_autoptr (GBytes) sealed = NULL;
  LanStatus status = LAN_STATUS_OVERSIZED;

  lan_engine_hello_ts (engine, ts);
  sealed = lan_signal_seal (lan_device_keys_dh_secret (lan_vault_device (engine->vault)), dh, ts,
                            link_id, frame, lan_random_system ());
  if (sealed != NULL)
    status =
        lan_server_client_signal (engine->server->client, device, g_bytes_get_data (sealed, NULL),
                                  g_bytes_get_size (sealed), &engine->now);
  if (status != LAN_STATUS_OK)
    g_info ("a signal does not leave: %s", lan_status_name (status));
  lan_engine_touch (engine);
}

static GBytes *
own_papers (LanEngine *engine)
{
  Lanyard__Identity identity = LANYARD__IDENTITY__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  ProtobufCBinaryData cert;
  gsize len;

  identity.list.data = (guint8 *) g_bytes_get_data (lan_vault_list (engine->vault), &len);
  identity.list.len = len;
  cert.data = (guint8 *) g_bytes_get_data (lan_vault_cert (engine->vault), &len);
  cert.len = len;
  identity.certs = &cert;
  identity.n_certs = 1;
  frame.body_case = LANYARD__FRAME__BODY_IDENTITY;
  frame.identity = &identity;
  return lan_frame_encode (&frame);
}

static gboolean
is_offer (GBytes *bytes)
{
  g_autoptr (LanFrame) frame = NULL;

  return lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &frame) ==
             LAN_STATUS_OK &&
         lan_frame_type (frame) == LAN_FRAME_LINK_SIGNAL &&
         frame->link_signal->type == (Lanyard__LinkSignalType) LAN_SESSION_SIGNAL_OFFER;
}

/* Of no link: a word from person to person, which stands for itself. */
static gboolean
is_status (const LanLinkId *link_id)
{
  const LanLinkId none = { { 0 } };

  return lan_link_id_equal (link_id, &none);
}

void
lan_engine_server_send_signal (LanEngine *engine, const LanDeviceId *device, const guint8 *dh,
                               const LanLinkId *link_id, GBytes *frame)
{
  if (engine->server == NULL || !engine->server->is_online)
    return;
  if (is_offer (frame) || is_status (link_id)) {
    g_autoptr (GBytes) papers = own_papers (engine);

    give (engine, device, dh, link_id, papers);
  }
  give (engine, device, dh, link_id, frame);
}

/* --- in --- */

/* The papers of whoever has sealed this, when they are a person known or vouched for. */
static void
take_papers (LanEngine *engine, const LanSignalOpened *opened, const LanFrame *frame)
{
  g_autoptr (GPtrArray) certs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GBytes) list = g_bytes_new (frame->identity->list.data, frame->identity->list.len);
  LanCert cert;

  for (gsize i = 0; i < frame->identity->n_certs; i++) {
    const ProtobufCBinaryData *data = &frame->identity->certs[i];

    if (lan_cert_decode (&cert, data->data, data->len) != LAN_STATUS_OK ||
        memcmp (cert.dh_public, opened->sender, sizeof cert.dh_public) != 0)
      continue;
    g_ptr_array_add (certs, g_bytes_new (data->data, data->len));
    if (lan_core_papers (engine->core, &cert.account, list, certs, &engine->now) != LAN_STATUS_OK)
      g_info ("papers in a signal are not taken");
    return;
  }
}

static void
take_signal (LanEngine *engine, const LanSignalOpened *opened, const LanFrame *frame,
             const LanAccountId *account, const LanDeviceId *device)
{
  const LanPersonRow *row = lan_core_get_person (engine->core, account);
  LanSessionSignal signal = { .type = (LanSessionSignalType) frame->link_signal->type,
                              .path = frame->link_signal->path,
                              .text = frame->link_signal->text };
  LanPeer *peer;

  if (row == NULL || (row->flags & LAN_PERSON_BLOCKED) != 0 || row->trust == LAN_TRUST_REVOKED ||
      !lan_field_is (&frame->link_signal->link_id, sizeof signal.link_id.b) ||
      memcmp (frame->link_signal->link_id.data, opened->link_id.b, sizeof opened->link_id.b) != 0)
    return;
  signal.link_id = opened->link_id;
  peer = lan_engine_peer_ensure (engine, account, device, opened->sender);
  lan_engine_server_note_device (engine, device, TRUE); /* the answer goes the same way */
  lan_session_on_signal (peer->session, &signal, engine->now.mono_us);
  lan_engine_peer_touch (peer);
}

void
lan_engine_server_on_signal (LanEngine *engine, const LanServerClientAction *action)
{
  g_auto (LanSignalOpened) opened = { { 0 } };
  g_autoptr (LanFrame) frame = NULL;
  LanAccountId account;
  LanDeviceId device;
  gsize len;
  const guint8 *data = g_bytes_get_data (action->bytes, &len);
  gboolean is_known;

  if (lan_signal_open (lan_device_keys_dh_secret (lan_vault_device (engine->vault)), data, len,
                       lan_random_system (), &opened) != LAN_STATUS_OK ||
      !lan_engine_signal_is_new (engine, opened.sender, opened.ts) ||
      lan_frame_decode (g_bytes_get_data (opened.frame, NULL), g_bytes_get_size (opened.frame),
                        &frame) != LAN_STATUS_OK) {
    g_info ("a signal that does not open, or was seen before");
    return;
  }
  is_known = lan_core_find_dh (engine->core, opened.sender, &account, &device);
  if (lan_frame_type (frame) == LAN_FRAME_IDENTITY) {
    take_papers (engine, &opened, frame);
    is_known = lan_core_find_dh (engine->core, opened.sender, &account, &device);
  } else if (lan_frame_type (frame) == LAN_FRAME_LINK_SIGNAL && is_known) {
    take_signal (engine, &opened, frame, &account, &device);
  } else if (lan_frame_type (frame) == LAN_FRAME_PRESENCE && is_known) {
    lan_engine_server_on_status (engine, &account, frame);
  }
  if (is_known)
    lan_engine_signal_note (engine, opened.sender, opened.ts);
}
