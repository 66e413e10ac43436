/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the two devices of a pairing say, and what each does with what it hears. */
#include "lan-pairing-private.h"

#include "lan-text.h"

#include <string.h>

#define CLOCK_SLACK_S (3 * 86400)

/* --- what each says --- */

void
lan_pairing_send_hello (LanPairing *self)
{
  LanDeviceFrame frame = LANYARD__DEVICE_FRAME__INIT;
  Lanyard__DeviceHello hello = LANYARD__DEVICE_HELLO__INIT;

  hello.name = self->name;
  hello.sign_public = (ProtobufCBinaryData){ LAN_KEY_BYTES, self->sign_public };
  hello.dh_public = (ProtobufCBinaryData){ LAN_KEY_BYTES, self->dh_public };
  frame.body_case = LANYARD__DEVICE_FRAME__BODY_HELLO;
  frame.hello = &hello;
  lan_pairing_send (self, &frame);
}

static void
send_offer (LanPairing *self)
{
  LanDeviceFrame frame = LANYARD__DEVICE_FRAME__INIT;
  Lanyard__DeviceOffer offer = LANYARD__DEVICE_OFFER__INIT;
  ProtobufCBinaryData certs[LAN_DEVICE_LIST_MAX];
  gsize len;

  offer.list.data = (guint8 *) g_bytes_get_data (self->list, &len);
  offer.list.len = len;
  for (guint i = 0; i < self->certs->len; i++) {
    certs[i].data = (guint8 *) g_bytes_get_data (g_ptr_array_index (self->certs, i), &len);
    certs[i].len = len;
  }
  offer.certs = certs;
  offer.n_certs = self->certs->len;
  offer.name = self->name;
  offer.full = self->full;
  frame.body_case = LANYARD__DEVICE_FRAME__BODY_OFFER;
  frame.offer = &offer;
  lan_pairing_send (self, &frame);
}

void
lan_pairing_send_request (LanPairing *self)
{
  LanDeviceFrame frame = LANYARD__DEVICE_FRAME__INIT;
  Lanyard__DeviceRequest request = LANYARD__DEVICE_REQUEST__INIT;
  gsize len;

  request.cert.data = (guint8 *) g_bytes_get_data (self->request, &len);
  request.cert.len = len;
  frame.body_case = LANYARD__DEVICE_FRAME__BODY_REQUEST;
  frame.request = &request;
  lan_pairing_send (self, &frame);
}

static void
send_done (LanPairing *self)
{
  LanDeviceFrame frame = LANYARD__DEVICE_FRAME__INIT;
  Lanyard__DeviceDone done = LANYARD__DEVICE_DONE__INIT;

  frame.body_case = LANYARD__DEVICE_FRAME__BODY_DONE;
  frame.done = &done;
  lan_pairing_send (self, &frame);
}

static void
send_grant (LanPairing *self)
{
  if (self->up)
    lan_pairing_push (self, LAN_PAIRING_SEND, g_bytes_ref (self->grant));
}

/* --- the new device --- */

/* The certificate of @certs that belongs to the other end, and whose list it is in. */
static gboolean
find_other (LanPairing *self, const Lanyard__DeviceOffer *offer, const LanDeviceList *list,
            LanCert *cert)
{
  for (gsize i = 0; i < offer->n_certs; i++) {
    LanHash hash;

    if (lan_cert_verify (cert, offer->certs[i].data, offer->certs[i].len) != LAN_STATUS_OK ||
        memcmp (cert->dh_public, self->remote, LAN_KEY_BYTES) != 0)
      continue;
    lan_cert_hash (&hash, offer->certs[i].data, offer->certs[i].len);
    return lan_account_id_equal (&cert->account, &list->account) &&
           lan_device_list_check_cert (list, &cert->device, &hash) == LAN_STATUS_OK;
  }
  return FALSE;
}

void
lan_pairing_on_offer (LanPairing *self, const Lanyard__DeviceOffer *offer)
{
  LanDeviceList list;
  LanCert cert;

  if (lan_device_list_verify (&list, offer->list.data, offer->list.len) != LAN_STATUS_OK ||
      !find_other (self, offer, &list, &cert) ||
      (self->met && !lan_account_id_equal (&self->account, &list.account))) {
    lan_pairing_refuse (self, LAN_PAIRING_FAIL_INVALID);
    return;
  }
  g_clear_pointer (&self->list, g_bytes_unref);
  self->list = g_bytes_new (offer->list.data, offer->list.len);
  if (!self->met) {
    self->met = TRUE;
    self->account = list.account;
    self->full = offer->full;
    self->person_name = g_strdup (cert.name);
    self->other_name = lan_text_clean_line (offer->name, -1, 64);
    lan_pairing_set_state (self, LAN_PAIRING_CONFIRM);
  } else if (self->state == LAN_PAIRING_AGREED) {
    lan_pairing_send_request (self);
  } else if (self->state == LAN_PAIRING_DONE) {
    send_done (self);
  }
}

/* Is it what was asked for, and sound? */
static gboolean
check_grant (LanPairing *self, const Lanyard__DeviceGrant *grant)
{
  gsize request_len;
  const guint8 *request = g_bytes_get_data (self->request, &request_len);
  LanDeviceList list;

  if (lan_device_list_verify (&list, grant->list.data, grant->list.len) != LAN_STATUS_OK ||
      !lan_account_id_equal (&list.account, &self->account) ||
      (self->full != (grant->seed.len == LAN_KEY_BYTES)))
    return FALSE;
  if (grant->seed.len == LAN_KEY_BYTES) {
    g_autoptr (LanAccountKeys) keys = lan_account_keys_new_from_seed (grant->seed.data);

    if (!lan_account_id_equal (lan_account_keys_id (keys), &self->account))
      return FALSE;
  }
  for (gsize i = 0; i < grant->n_certs; i++) {
    LanCert cert;
    LanHash hash;

    if (grant->certs[i].len != request_len + LAN_SIGNATURE_BYTES ||
        memcmp (grant->certs[i].data, request, request_len) != 0)
      continue;
    lan_cert_hash (&hash, grant->certs[i].data, grant->certs[i].len);
    return lan_cert_verify (&cert, grant->certs[i].data, grant->certs[i].len) == LAN_STATUS_OK &&
           lan_device_list_check_cert (&list, &cert.device, &hash) == LAN_STATUS_OK;
  }
  return FALSE;
}

/* (transfer full) @frame. */
void
lan_pairing_on_grant (LanPairing *self, LanDeviceFrame *frame)
{
  g_autoptr (LanDeviceFrame) owned = frame;

  if (self->state == LAN_PAIRING_DONE) {
    send_done (self);
    return;
  }
  if (self->state != LAN_PAIRING_AGREED)
    return; /* once more, while it is being kept */
  if (!check_grant (self, frame->grant)) {
    lan_pairing_refuse (self, LAN_PAIRING_FAIL_INVALID);
    return;
  }
  self->granted = g_steal_pointer (&owned);
  lan_pairing_set_state (self, LAN_PAIRING_ADOPTING);
  lan_pairing_push (self, LAN_PAIRING_ADOPT, NULL);
}

const Lanyard__DeviceGrant *
lan_pairing_get_grant (const LanPairing *self)
{
  return self->granted != NULL ? self->granted->grant : NULL;
}

void
lan_pairing_adopted (LanPairing *self, gboolean ok)
{
  if (self->state != LAN_PAIRING_ADOPTING)
    return;
  if (!ok) {
    lan_pairing_refuse (self, LAN_PAIRING_FAIL_STORE);
    return;
  }
  send_done (self);
  lan_pairing_set_state (self, LAN_PAIRING_DONE);
}

/* --- the old device --- */

void
lan_pairing_maybe_grant (LanPairing *self)
{
  if (self->state != LAN_PAIRING_AGREED || self->request == NULL)
    return;
  lan_pairing_set_state (self, LAN_PAIRING_GRANTING);
  lan_pairing_push (self, LAN_PAIRING_GRANT, g_bytes_ref (self->request));
}

void
lan_pairing_on_hello (LanPairing *self, const Lanyard__DeviceHello *hello)
{
  LanHash keys;

  lan_link_code_hash_keys (&keys, hello->sign_public.data, hello->dh_public.data);
  if (memcmp (hello->dh_public.data, self->remote, LAN_KEY_BYTES) != 0 ||
      (self->code.has_keys && !lan_hash_equal (&keys, &self->code.keys)) ||
      (self->met && memcmp (hello->sign_public.data, self->sign_public, LAN_KEY_BYTES) != 0)) {
    lan_pairing_refuse (self, LAN_PAIRING_FAIL_INVALID);
    return;
  }
  send_offer (self);
  if (self->met)
    return;
  self->met = TRUE;
  memcpy (self->sign_public, hello->sign_public.data, LAN_KEY_BYTES);
  memcpy (self->dh_public, hello->dh_public.data, LAN_KEY_BYTES);
  self->other_name = lan_text_clean_line (hello->name, -1, 64);
  lan_pairing_set_state (self, LAN_PAIRING_CONFIRM);
}

/* The half that the new device made, for this account and with the keys that it showed. */
static gboolean
check_request (LanPairing *self, const Lanyard__DeviceRequest *request)
{
  LanCert cert;
  LanDeviceList list;

  return lan_device_list_decode (&list, g_bytes_get_data (self->list, NULL),
                                 g_bytes_get_size (self->list)) == LAN_STATUS_OK &&
         lan_cert_check_request (&cert, request->cert.data, request->cert.len) == LAN_STATUS_OK &&
         lan_account_id_equal (&cert.account, &list.account) &&
         memcmp (cert.sign_public, self->sign_public, LAN_KEY_BYTES) == 0 &&
         memcmp (cert.dh_public, self->dh_public, LAN_KEY_BYTES) == 0 &&
         cert.not_after_s - cert.not_before_s <= LAN_CERT_LIFE_SECONDS + CLOCK_SLACK_S;
}

void
lan_pairing_on_request (LanPairing *self, const Lanyard__DeviceRequest *request)
{
  if (self->grant != NULL) {
    send_grant (self);
    return;
  }
  if (!self->met || !check_request (self, request)) {
    lan_pairing_refuse (self, LAN_PAIRING_FAIL_INVALID);
    return;
  }
  if (self->request == NULL)
    self->request = g_bytes_new (request->cert.data, request->cert.len);
  lan_pairing_maybe_grant (self);
}

void
lan_pairing_granted (LanPairing *self, GBytes *list, const Lanyard__DeviceGrant *grant,
                     LanPairingFail fail)
{
  LanDeviceFrame frame = LANYARD__DEVICE_FRAME__INIT;
  Lanyard__DeviceGrant body = LANYARD__DEVICE_GRANT__INIT;
  gsize len;

  if (self->state != LAN_PAIRING_GRANTING)
    return;
  if (list == NULL) {
    lan_pairing_refuse (self, fail);
    return;
  }
  body.certs = grant->certs;
  body.n_certs = grant->n_certs;
  body.seed = grant->seed;
  body.settings = grant->settings;
  body.n_settings = grant->n_settings;
  body.list.data = (guint8 *) g_bytes_get_data (list, &len);
  body.list.len = len;
  frame.body_case = LANYARD__DEVICE_FRAME__BODY_GRANT;
  frame.grant = &body;
  self->grant = lan_device_frame_encode (&frame);
  send_grant (self);
}

void
lan_pairing_on_done (LanPairing *self)
{
  if (self->grant == NULL || lan_pairing_is_over (self))
    return;
  lan_pairing_push (self, LAN_PAIRING_CLOSE, NULL);
  lan_pairing_set_state (self, LAN_PAIRING_DONE);
}

void
lan_pairing_seen (LanPairing *self, const guint8 dh_public[LAN_KEY_BYTES])
{
  if (!self->is_new && self->met && memcmp (self->dh_public, dh_public, LAN_KEY_BYTES) == 0)
    lan_pairing_on_done (self);
}
