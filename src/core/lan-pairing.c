/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-pairing.h"

#include "lan-text.h"

#include <string.h>

#define CLOCK_SLACK_S (3 * 86400)

struct _LanPairing {
  gboolean is_new;
  gboolean full;
  LanLinkCode code;
  LanPairingState state;
  LanPairingFail fail;
  char *name;                        /* of this device */
  guint8 sign_public[LAN_KEY_BYTES]; /* of the new device, once known */
  guint8 dh_public[LAN_KEY_BYTES];
  GBytes *list; /* old: as it was; new: as offered */
  GPtrArray *certs;
  guint wrong;    /* tries, of which the last may still prove itself */
  gboolean bound; /* .remote is who it is */
  guint8 remote[LAN_KEY_BYTES];
  gboolean up;
  gboolean met;            /* the other's first frame came, on any lane */
  gboolean confirmed;      /* here */
  GBytes *request;         /* new: ours; old: theirs */
  GBytes *grant;           /* old: the frame, once kept */
  LanDeviceFrame *granted; /* new */
  char *other_name;
  char *person_name;
  LanAccountId account;
  gint64 expires_us;
  gint64 dial_us; /* old: not before; LAN_NO_DEADLINE: a lane is up or being made */
  GQueue actions;
};

void
lan_pairing_action_clear (LanPairingAction *action)
{
  g_clear_pointer (&action->bytes, g_bytes_unref);
}

static void
push (LanPairing *self, LanPairingActionType type, GBytes *bytes)
{
  LanPairingAction *action = g_new0 (LanPairingAction, 1);

  action->type = type;
  action->bytes = bytes;
  g_queue_push_tail (&self->actions, action);
}

static void
set_state (LanPairing *self, LanPairingState state)
{
  if (self->state == state)
    return;
  self->state = state;
  push (self, LAN_PAIRING_STATE, NULL);
}

static gboolean
is_over (const LanPairing *self)
{
  return self->state == LAN_PAIRING_DONE || self->state == LAN_PAIRING_FAILED;
}

static void
send (LanPairing *self, const LanDeviceFrame *frame)
{
  if (self->up)
    push (self, LAN_PAIRING_SEND, lan_device_frame_encode (frame));
}

static void
give_up (LanPairing *self, LanPairingFail fail)
{
  if (is_over (self))
    return;
  self->fail = fail;
  self->dial_us = LAN_NO_DEADLINE;
  if (self->up)
    push (self, LAN_PAIRING_CLOSE, NULL);
  set_state (self, LAN_PAIRING_FAILED);
}

static void
refuse (LanPairing *self, LanPairingFail fail)
{
  LanDeviceFrame frame = LANYARD__DEVICE_FRAME__INIT;
  Lanyard__DeviceRefuse body = LANYARD__DEVICE_REFUSE__INIT;

  body.reason = fail == LAN_PAIRING_FAIL_LIMIT     ? LAN_DEVICE_REFUSE_LIMIT
                : fail == LAN_PAIRING_FAIL_REFUSED ? LAN_DEVICE_REFUSE_PERSON
                                                   : LAN_DEVICE_REFUSE_INVALID;
  frame.body_case = LANYARD__DEVICE_FRAME__BODY_REFUSE;
  frame.refuse = &body;
  if (!is_over (self))
    send (self, &frame);
  give_up (self, fail);
}

static LanPairing *
pairing_new (const char *name, gint64 now_us)
{
  LanPairing *self = g_new0 (LanPairing, 1);

  self->name = g_strdup (name);
  self->certs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->expires_us = now_us + LAN_LINK_CODE_LIFE_US;
  self->dial_us = LAN_NO_DEADLINE;
  g_queue_init (&self->actions);
  return self;
}

LanPairing *
lan_pairing_new_for_new (const guint8 sign_public[LAN_KEY_BYTES],
                         const guint8 dh_public[LAN_KEY_BYTES], const char *name,
                         const LanRandom *random, gint64 now_us)
{
  LanPairing *self = pairing_new (name, now_us);

  self->is_new = TRUE;
  lan_link_code_make (&self->code, random);
  self->code.has_keys = TRUE;
  lan_link_code_hash_keys (&self->code.keys, sign_public, dh_public);
  memcpy (self->sign_public, sign_public, LAN_KEY_BYTES);
  memcpy (self->dh_public, dh_public, LAN_KEY_BYTES);
  return self;
}

LanPairing *
lan_pairing_new_for_old (const LanLinkCode *code, GBytes *list, GBytes *const *certs, guint n_certs,
                         const char *name, gboolean full, gint64 now_us)
{
  LanPairing *self = pairing_new (name, now_us);

  self->code = *code;
  self->full = full;
  self->list = g_bytes_ref (list);
  for (guint i = 0; i < n_certs && i < LAN_DEVICE_LIST_MAX; i++)
    g_ptr_array_add (self->certs, g_bytes_ref (certs[i]));
  push (self, LAN_PAIRING_DIAL, NULL);
  return self;
}

void
lan_pairing_free (LanPairing *self)
{
  LanPairingAction *action;

  if (self == NULL)
    return;
  while ((action = g_queue_pop_head (&self->actions)) != NULL) {
    lan_pairing_action_clear (action);
    g_free (action);
  }
  g_clear_pointer (&self->list, g_bytes_unref);
  g_ptr_array_unref (self->certs);
  g_clear_pointer (&self->request, g_bytes_unref);
  g_clear_pointer (&self->grant, g_bytes_unref);
  lan_device_frame_free (self->granted);
  g_free (self->name);
  g_free (self->other_name);
  g_free (self->person_name);
  lan_secret_wipe (&self->code, sizeof self->code);
  g_free (self);
}

const LanLinkCode *
lan_pairing_get_code (const LanPairing *self)
{
  return &self->code;
}

gboolean
lan_pairing_is_new (const LanPairing *self)
{
  return self->is_new;
}

LanPairingState
lan_pairing_get_state (const LanPairing *self)
{
  return self->state;
}

LanPairingFail
lan_pairing_get_fail (const LanPairing *self)
{
  return self->fail;
}

gboolean
lan_pairing_get_full (const LanPairing *self)
{
  return self->full;
}

const char *
lan_pairing_get_other_name (const LanPairing *self)
{
  return self->other_name;
}

const char *
lan_pairing_get_person_name (const LanPairing *self)
{
  return self->person_name;
}

const LanAccountId *
lan_pairing_get_account (const LanPairing *self)
{
  return &self->account;
}

/* --- the listener's questions --- */

gboolean
lan_pairing_tried (LanPairing *self)
{
  if (is_over (self))
    return FALSE;
  if (!self->bound && self->wrong >= LAN_LINK_CODE_TRIES) {
    give_up (self, LAN_PAIRING_FAIL_WRONG_CODE);
    return FALSE;
  }
  self->wrong++;
  return TRUE;
}

void
lan_pairing_proved (LanPairing *self)
{
  self->wrong = 0;
}

/* --- what each says first --- */

static void
send_hello (LanPairing *self)
{
  LanDeviceFrame frame = LANYARD__DEVICE_FRAME__INIT;
  Lanyard__DeviceHello hello = LANYARD__DEVICE_HELLO__INIT;

  hello.name = self->name;
  hello.sign_public = (ProtobufCBinaryData){ LAN_KEY_BYTES, self->sign_public };
  hello.dh_public = (ProtobufCBinaryData){ LAN_KEY_BYTES, self->dh_public };
  frame.body_case = LANYARD__DEVICE_FRAME__BODY_HELLO;
  frame.hello = &hello;
  send (self, &frame);
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
  send (self, &frame);
}

static void
send_request (LanPairing *self)
{
  LanDeviceFrame frame = LANYARD__DEVICE_FRAME__INIT;
  Lanyard__DeviceRequest request = LANYARD__DEVICE_REQUEST__INIT;
  gsize len;

  request.cert.data = (guint8 *) g_bytes_get_data (self->request, &len);
  request.cert.len = len;
  frame.body_case = LANYARD__DEVICE_FRAME__BODY_REQUEST;
  frame.request = &request;
  send (self, &frame);
}

static void
send_done (LanPairing *self)
{
  LanDeviceFrame frame = LANYARD__DEVICE_FRAME__INIT;
  Lanyard__DeviceDone done = LANYARD__DEVICE_DONE__INIT;

  frame.body_case = LANYARD__DEVICE_FRAME__BODY_DONE;
  frame.done = &done;
  send (self, &frame);
}

static void
send_grant (LanPairing *self)
{
  if (self->up)
    push (self, LAN_PAIRING_SEND, g_bytes_ref (self->grant));
}

gboolean
lan_pairing_lane_up (LanPairing *self, const guint8 remote_dh[LAN_KEY_BYTES], gint64 now_us)
{
  if (self->state == LAN_PAIRING_FAILED ||
      (self->bound && memcmp (self->remote, remote_dh, LAN_KEY_BYTES) != 0))
    return FALSE;
  if (!self->bound) {
    self->bound = TRUE;
    memcpy (self->remote, remote_dh, LAN_KEY_BYTES);
    self->expires_us = now_us + LAN_PAIRING_CONFIRM_US;
  }
  self->up = TRUE;
  self->dial_us = LAN_NO_DEADLINE;
  if (self->state == LAN_PAIRING_WAITING)
    set_state (self, LAN_PAIRING_MEETING);
  if (self->is_new)
    send_hello (self);
  return TRUE;
}

void
lan_pairing_lane_down (LanPairing *self, gint64 now_us)
{
  self->up = FALSE;
  if (!self->is_new && !is_over (self))
    self->dial_us = now_us + LAN_PAIRING_REDIAL_US;
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

static void
on_offer (LanPairing *self, const Lanyard__DeviceOffer *offer)
{
  LanDeviceList list;
  LanCert cert;

  if (lan_device_list_verify (&list, offer->list.data, offer->list.len) != LAN_STATUS_OK ||
      !find_other (self, offer, &list, &cert) ||
      (self->met && !lan_account_id_equal (&self->account, &list.account))) {
    refuse (self, LAN_PAIRING_FAIL_INVALID);
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
    set_state (self, LAN_PAIRING_CONFIRM);
  } else if (self->state == LAN_PAIRING_AGREED) {
    send_request (self);
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
static void
on_grant (LanPairing *self, LanDeviceFrame *frame)
{
  g_autoptr (LanDeviceFrame) owned = frame;

  if (self->state == LAN_PAIRING_DONE) {
    send_done (self);
    return;
  }
  if (self->state != LAN_PAIRING_AGREED)
    return; /* once more, while it is being kept */
  if (!check_grant (self, frame->grant)) {
    refuse (self, LAN_PAIRING_FAIL_INVALID);
    return;
  }
  self->granted = g_steal_pointer (&owned);
  set_state (self, LAN_PAIRING_ADOPTING);
  push (self, LAN_PAIRING_ADOPT, NULL);
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
    refuse (self, LAN_PAIRING_FAIL_STORE);
    return;
  }
  send_done (self);
  set_state (self, LAN_PAIRING_DONE);
}

/* --- the old device --- */

static void
maybe_grant (LanPairing *self)
{
  if (self->state != LAN_PAIRING_AGREED || self->request == NULL)
    return;
  set_state (self, LAN_PAIRING_GRANTING);
  push (self, LAN_PAIRING_GRANT, g_bytes_ref (self->request));
}

static void
on_hello (LanPairing *self, const Lanyard__DeviceHello *hello)
{
  LanHash keys;

  lan_link_code_hash_keys (&keys, hello->sign_public.data, hello->dh_public.data);
  if (memcmp (hello->dh_public.data, self->remote, LAN_KEY_BYTES) != 0 ||
      (self->code.has_keys && !lan_hash_equal (&keys, &self->code.keys)) ||
      (self->met && memcmp (hello->sign_public.data, self->sign_public, LAN_KEY_BYTES) != 0)) {
    refuse (self, LAN_PAIRING_FAIL_INVALID);
    return;
  }
  send_offer (self);
  if (self->met)
    return;
  self->met = TRUE;
  memcpy (self->sign_public, hello->sign_public.data, LAN_KEY_BYTES);
  memcpy (self->dh_public, hello->dh_public.data, LAN_KEY_BYTES);
  self->other_name = lan_text_clean_line (hello->name, -1, 64);
  set_state (self, LAN_PAIRING_CONFIRM);
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

static void
on_request (LanPairing *self, const Lanyard__DeviceRequest *request)
{
  if (self->grant != NULL) {
    send_grant (self);
    return;
  }
  if (!self->met || !check_request (self, request)) {
    refuse (self, LAN_PAIRING_FAIL_INVALID);
    return;
  }
  if (self->request == NULL)
    self->request = g_bytes_new (request->cert.data, request->cert.len);
  maybe_grant (self);
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
    refuse (self, fail);
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

static void
on_done (LanPairing *self)
{
  if (self->grant == NULL || is_over (self))
    return;
  push (self, LAN_PAIRING_CLOSE, NULL);
  set_state (self, LAN_PAIRING_DONE);
}

void
lan_pairing_seen (LanPairing *self, const guint8 dh_public[LAN_KEY_BYTES])
{
  if (!self->is_new && self->met && memcmp (self->dh_public, dh_public, LAN_KEY_BYTES) == 0)
    on_done (self);
}

/* --- both --- */

static void
on_refuse (LanPairing *self, const Lanyard__DeviceRefuse *body)
{
  give_up (self, body->reason == LAN_DEVICE_REFUSE_LIMIT     ? LAN_PAIRING_FAIL_LIMIT
                 : body->reason == LAN_DEVICE_REFUSE_INVALID ? LAN_PAIRING_FAIL_INVALID
                                                             : LAN_PAIRING_FAIL_REFUSED);
}

void
lan_pairing_frame (LanPairing *self, const guint8 *data, gsize len, gint64 now_us)
{
  g_autoptr (LanDeviceFrame) frame = NULL;

  if (!self->up || self->state == LAN_PAIRING_FAILED)
    return;
  if (lan_device_frame_decode (data, len, &frame) != LAN_STATUS_OK) {
    refuse (self, LAN_PAIRING_FAIL_INVALID);
    return;
  }
  switch (frame->body_case) {
  case LANYARD__DEVICE_FRAME__BODY_HELLO:
    if (!self->is_new)
      on_hello (self, frame->hello);
    break;
  case LANYARD__DEVICE_FRAME__BODY_OFFER:
    if (self->is_new)
      on_offer (self, frame->offer);
    break;
  case LANYARD__DEVICE_FRAME__BODY_REQUEST:
    if (!self->is_new)
      on_request (self, frame->request);
    break;
  case LANYARD__DEVICE_FRAME__BODY_GRANT:
    if (self->is_new)
      on_grant (self, g_steal_pointer (&frame));
    break;
  case LANYARD__DEVICE_FRAME__BODY_DONE:
    if (!self->is_new)
      on_done (self);
    break;
  case LANYARD__DEVICE_FRAME__BODY_REFUSE:
    on_refuse (self, frame->refuse);
    break;
  case LANYARD__DEVICE_FRAME__BODY__NOT_SET:
  default:
    break; /* of a newer version */
  }
}

void
lan_pairing_confirm (LanPairing *self, GBytes *request)
{
  if (self->state != LAN_PAIRING_CONFIRM)
    return;
  self->confirmed = TRUE;
  set_state (self, LAN_PAIRING_AGREED);
  if (self->is_new) {
    self->request = g_bytes_ref (request);
    send_request (self);
  } else {
    maybe_grant (self);
  }
}

void
lan_pairing_cancel (LanPairing *self)
{
  refuse (self, LAN_PAIRING_FAIL_REFUSED);
}

gboolean
lan_pairing_next_action (LanPairing *self, LanPairingAction *action)
{
  g_autofree LanPairingAction *next = g_queue_pop_head (&self->actions);

  if (next == NULL)
    return FALSE;
  *action = *next;
  return TRUE;
}

gint64
lan_pairing_next_deadline (const LanPairing *self)
{
  return is_over (self) ? LAN_NO_DEADLINE : MIN (self->expires_us, self->dial_us);
}

void
lan_pairing_advance (LanPairing *self, gint64 now_us)
{
  if (is_over (self))
    return;
  if (now_us >= self->expires_us) {
    refuse (self, LAN_PAIRING_FAIL_EXPIRED);
  } else if (now_us >= self->dial_us) {
    self->dial_us = LAN_NO_DEADLINE;
    push (self, LAN_PAIRING_DIAL, NULL);
  }
}
