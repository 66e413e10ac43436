/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-device-frame.h"

#include "lan-content.h"
#include "lan-frame.h"
#include "lan-wire-private.h"

#define KEY_BYTES      32
#define CERT_MAX_BYTES 512
#define LIST_MAX_BYTES 1024

static gboolean
check_list (const ProtobufCBinaryData *list, gsize n_certs, const ProtobufCBinaryData *certs)
{
  if (list->len == 0 || list->len > LIST_MAX_BYTES || n_certs == 0 || n_certs > LAN_CERTS_MAX_COUNT)
    return FALSE;
  for (gsize i = 0; i < n_certs; i++) {
    if (certs[i].len == 0 || certs[i].len > CERT_MAX_BYTES)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_grant (const Lanyard__DeviceGrant *grant)
{
  if (!check_list (&grant->list, grant->n_certs, grant->certs) ||
      (grant->seed.len != 0 && grant->seed.len != KEY_BYTES) ||
      grant->n_settings > LAN_DEVICE_SETTINGS_MAX)
    return FALSE;
  for (gsize i = 0; i < grant->n_settings; i++) {
    if (grant->settings[i]->key[0] == '\0' ||
        !lan_wire_text_ok (grant->settings[i]->key, LAN_DEVICE_SETTING_KEY_MAX) ||
        !lan_wire_text_ok (grant->settings[i]->value, LAN_DEVICE_SETTING_MAX))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_frame (const LanDeviceFrame *frame)
{
  switch (frame->body_case) {
  case LANYARD__DEVICE_FRAME__BODY_HELLO:
    return lan_wire_text_ok (frame->hello->name, LAN_DEVICE_NAME_MAX_BYTES) &&
           lan_field_is (&frame->hello->sign_public, KEY_BYTES) &&
           lan_field_is (&frame->hello->dh_public, KEY_BYTES);
  case LANYARD__DEVICE_FRAME__BODY_OFFER:
    return check_list (&frame->offer->list, frame->offer->n_certs, frame->offer->certs) &&
           lan_wire_text_ok (frame->offer->name, LAN_DEVICE_NAME_MAX_BYTES);
  case LANYARD__DEVICE_FRAME__BODY_REQUEST:
    return frame->request->cert.len > 0 && frame->request->cert.len <= CERT_MAX_BYTES;
  case LANYARD__DEVICE_FRAME__BODY_GRANT:
    return check_grant (frame->grant);
  case LANYARD__DEVICE_FRAME__BODY_DONE:
  case LANYARD__DEVICE_FRAME__BODY_REFUSE:
  case LANYARD__DEVICE_FRAME__BODY__NOT_SET:
  default:
    return TRUE;
  }
}

LanStatus
lan_device_frame_decode (const guint8 *data, gsize len, LanDeviceFrame **frame)
{
  ProtobufCMessage *message;

  if (len > LAN_DEVICE_FRAME_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  message = lan_wire_unpack (&lanyard__device_frame__descriptor, data, len, LAN_FRAME_MAX_MEMORY);
  if (message == NULL)
    return LAN_STATUS_MALFORMED;
  if (!check_frame ((LanDeviceFrame *) message)) {
    lan_wire_free (message);
    return LAN_STATUS_MALFORMED;
  }
  *frame = (LanDeviceFrame *) message;
  return LAN_STATUS_OK;
}

void
lan_device_frame_free (LanDeviceFrame *frame)
{
  lan_wire_free ((ProtobufCMessage *) frame);
}

GBytes *
lan_device_frame_encode (const LanDeviceFrame *frame)
{
  gsize len = protobuf_c_message_get_packed_size (&frame->base);
  guint8 *data = g_malloc (MAX (len, 1));

  g_assert (len <= LAN_DEVICE_FRAME_MAX_BYTES);
  protobuf_c_message_pack (&frame->base, data);
  return g_bytes_new_take (data, len);
}
