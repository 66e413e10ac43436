/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-pairing-private.h"

#include <string.h>

void
lan_pairing_action_clear (LanPairingAction *action)
{
  g_clear_pointer (&action->bytes, g_bytes_unref);
}

void
lan_pairing_push (LanPairing *self, LanPairingActionType type, GBytes *bytes)
{
  LanPairingAction *action = g_new0 (LanPairingAction, 1);

  action->type = type;
  action->bytes = bytes;
  g_queue_push_tail (&self->actions, action);
}

void
lan_pairing_set_state (LanPairing *self, LanPairingState state)
{
  if (self->state == state)
    return;
  self->state = state;
  lan_pairing_push (self, LAN_PAIRING_STATE, NULL);
}

gboolean
lan_pairing_is_over (const LanPairing *self)
{
  return self->state == LAN_PAIRING_DONE || self->state == LAN_PAIRING_FAILED;
}

void
lan_pairing_send (LanPairing *self, const LanDeviceFrame *frame)
{
  if (self->up)
    lan_pairing_push (self, LAN_PAIRING_SEND, lan_device_frame_encode (frame));
}

static void
give_up (LanPairing *self, LanPairingFail fail)
{
  if (lan_pairing_is_over (self))
    return;
  self->fail = fail;
  self->dial_us = LAN_NO_DEADLINE;
  if (self->up)
    lan_pairing_push (self, LAN_PAIRING_CLOSE, NULL);
  lan_pairing_set_state (self, LAN_PAIRING_FAILED);
}

void
lan_pairing_refuse (LanPairing *self, LanPairingFail fail)
{
  LanDeviceFrame frame = LANYARD__DEVICE_FRAME__INIT;
  Lanyard__DeviceRefuse body = LANYARD__DEVICE_REFUSE__INIT;

  body.reason = fail == LAN_PAIRING_FAIL_LIMIT     ? LAN_DEVICE_REFUSE_LIMIT
                : fail == LAN_PAIRING_FAIL_REFUSED ? LAN_DEVICE_REFUSE_PERSON
                                                   : LAN_DEVICE_REFUSE_INVALID;
  frame.body_case = LANYARD__DEVICE_FRAME__BODY_REFUSE;
  frame.refuse = &body;
  if (!lan_pairing_is_over (self))
    lan_pairing_send (self, &frame);
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
  lan_pairing_push (self, LAN_PAIRING_DIAL, NULL);
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
  if (lan_pairing_is_over (self))
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

/* --- lanes --- */

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
    lan_pairing_set_state (self, LAN_PAIRING_MEETING);
  if (self->is_new)
    lan_pairing_send_hello (self);
  return TRUE;
}

void
lan_pairing_lane_down (LanPairing *self, gint64 now_us)
{
  self->up = FALSE;
  if (!self->is_new && !lan_pairing_is_over (self))
    self->dial_us = now_us + LAN_PAIRING_REDIAL_US;
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
    lan_pairing_refuse (self, LAN_PAIRING_FAIL_INVALID);
    return;
  }
  switch (frame->body_case) {
  case LANYARD__DEVICE_FRAME__BODY_HELLO:
    if (!self->is_new)
      lan_pairing_on_hello (self, frame->hello);
    break;
  case LANYARD__DEVICE_FRAME__BODY_OFFER:
    if (self->is_new)
      lan_pairing_on_offer (self, frame->offer);
    break;
  case LANYARD__DEVICE_FRAME__BODY_REQUEST:
    if (!self->is_new)
      lan_pairing_on_request (self, frame->request);
    break;
  case LANYARD__DEVICE_FRAME__BODY_GRANT:
    if (self->is_new)
      lan_pairing_on_grant (self, g_steal_pointer (&frame));
    break;
  case LANYARD__DEVICE_FRAME__BODY_DONE:
    if (!self->is_new)
      lan_pairing_on_done (self);
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
  lan_pairing_set_state (self, LAN_PAIRING_AGREED);
  if (self->is_new) {
    self->request = g_bytes_ref (request);
    lan_pairing_send_request (self);
  } else {
    lan_pairing_maybe_grant (self);
  }
}

void
lan_pairing_cancel (LanPairing *self)
{
  lan_pairing_refuse (self, LAN_PAIRING_FAIL_REFUSED);
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
  return lan_pairing_is_over (self) ? LAN_NO_DEADLINE : MIN (self->expires_us, self->dial_us);
}

void
lan_pairing_advance (LanPairing *self, gint64 now_us)
{
  if (lan_pairing_is_over (self))
    return;
  if (now_us >= self->expires_us) {
    lan_pairing_refuse (self, LAN_PAIRING_FAIL_EXPIRED);
  } else if (now_us >= self->dial_us) {
    self->dial_us = LAN_NO_DEADLINE;
    lan_pairing_push (self, LAN_PAIRING_DIAL, NULL);
  }
}
