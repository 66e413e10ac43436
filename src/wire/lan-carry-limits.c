/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What frames of carried mail may hold (PROTOCOL.md, Carried mail): lengths and counts. */
#include "lan-wire-private.h"

static gboolean
is_id (const ProtobufCBinaryData *field)
{
  return lan_field_is (field, LAN_CARRY_ID_BYTES);
}

static gboolean
is_envelope (const ProtobufCBinaryData *field)
{
  return field->len >= LAN_CARRY_ENVELOPE_MIN && field->len <= LAN_CARRY_ENVELOPE_MAX;
}

static gboolean
is_packed (const ProtobufCBinaryData *field, gsize item, gsize most)
{
  return field->len % item == 0 && field->len <= item * most;
}

static gboolean
is_token (const Lanyard__CarryToken *token)
{
  return is_id (&token->id) && is_id (&token->token);
}

gboolean
lan_carry_frame_ok (const LanFrame *frame)
{
  switch (frame->body_case) {
  case LANYARD__FRAME__BODY_CARRY_HELLO:
    return lan_field_is (&frame->carry_hello->prekey, 0) ||
           lan_field_is (&frame->carry_hello->prekey, LAN_CARRY_PREKEY_BYTES);
  case LANYARD__FRAME__BODY_CARRY_PUT:
    return is_id (&frame->carry_put->tag) && is_id (&frame->carry_put->fetch_lock) &&
           is_id (&frame->carry_put->ack_lock) && is_envelope (&frame->carry_put->envelope);
  case LANYARD__FRAME__BODY_CARRY_RESULT:
    return is_id (&frame->carry_result->id);
  case LANYARD__FRAME__BODY_CARRY_LIST:
    return is_packed (&frame->carry_list->entries, LAN_CARRY_ENTRY_BYTES, LAN_CARRY_LIST_MAX);
  case LANYARD__FRAME__BODY_CARRY_FETCH:
    return is_token (frame->carry_fetch);
  case LANYARD__FRAME__BODY_CARRY_MAIL:
    return is_envelope (&frame->carry_mail->envelope);
  case LANYARD__FRAME__BODY_CARRY_ACK:
    return is_token (frame->carry_ack);
  case LANYARD__FRAME__BODY_CARRY_RECEIPT:
    return is_token (frame->carry_receipt);
  default:
    return frame->carry_drop->ids.len > 0 &&
           is_packed (&frame->carry_drop->ids, LAN_CARRY_ID_BYTES, LAN_CARRY_DROP_MAX);
  }
}
