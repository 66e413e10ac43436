/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What frames and contents of groups may hold (PROTOCOL.md, Groups): lengths and counts, and that an
 * operation says what its type needs.
 */
#include "lan-wire-private.h"

#include "lan-content.h"

#define MAX_PACKED_BYTES 60000

static gboolean
is_packed (const ProtobufCBinaryData *field, gsize item, gsize max_bytes)
{
  return field->len <= max_bytes && field->len % item == 0;
}

static gboolean
are_hashes (gsize n, const ProtobufCBinaryData *hashes)
{
  if (n > LAN_GROUP_PARENTS_MAX_COUNT)
    return FALSE;
  for (gsize i = 0; i < n; i++) {
    if (!lan_field_is (&hashes[i], LAN_HASH_BYTES))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_people (const Lanyard__GroupOp *op)
{
  if (op->n_people > LAN_GROUP_PEOPLE_MAX_COUNT)
    return FALSE;
  for (gsize i = 0; i < op->n_people; i++) {
    const Lanyard__GroupPerson *person = op->people[i];

    if (!lan_field_is (&person->account, LAN_ACCOUNT_ID_BYTES) ||
        !lan_wire_text_ok (person->name, LAN_GROUP_NAME_MAX_BYTES) ||
        person->n_certs > LAN_CERTS_MAX_COUNT)
      return FALSE;
    for (gsize k = 0; k < person->n_certs; k++) {
      if (person->certs[k].len > 512)
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
lan_group_op_ok (const Lanyard__GroupOp *op)
{
  gboolean is_first = op->type == LANYARD__GROUP_OP_TYPE__GROUP_CREATE;

  return op->version >= 1 && is_first == (op->n_parents == 0) &&
         are_hashes (op->n_parents, op->parents) && lan_field_is (&op->nonce, is_first ? 16 : 0) &&
         check_people (op) && lan_wire_text_ok (op->text, LAN_GROUP_TOPIC_MAX_BYTES) &&
         op->picture.len <= LAN_GROUP_PICTURE_MAX_BYTES &&
         is_packed (&op->cuts, LAN_GROUP_CUT_BYTES, LAN_GROUP_CUT_BYTES * LAN_GROUP_CUTS_MAX_COUNT);
}

gboolean
lan_group_key_ok (const Lanyard__GroupKey *key)
{
  return key->n_parents > 0 && are_hashes (key->n_parents, key->parents) &&
         lan_field_is (&key->name, LAN_HASH_BYTES) && lan_field_is (&key->ephemeral, 32) &&
         is_packed (&key->boxes, LAN_GROUP_KEY_BOX_BYTES,
                    LAN_GROUP_KEY_BOX_BYTES * LAN_GROUP_BOXES_MAX_COUNT);
}

gboolean
lan_group_frame_ok (const LanFrame *frame)
{
  switch (frame->body_case) {
  case LANYARD__FRAME__BODY_GROUP_VECTOR:
    return lan_field_is (&frame->group_vector->group, LAN_CONVERSATION_ID_BYTES) &&
           (frame->group_vector->digest.len == 0 ||
            lan_field_is (&frame->group_vector->digest, LAN_GROUP_DIGEST_BYTES)) &&
           is_packed (&frame->group_vector->heads, LAN_GROUP_HEAD_BYTES, MAX_PACKED_BYTES);
  case LANYARD__FRAME__BODY_GROUP_FETCH:
    return lan_field_is (&frame->group_fetch->group, LAN_CONVERSATION_ID_BYTES) &&
           is_packed (&frame->group_fetch->ranges, LAN_GROUP_RANGE_BYTES, MAX_PACKED_BYTES);
  case LANYARD__FRAME__BODY_GROUP_KEYS_WANTED:
    return lan_field_is (&frame->group_keys_wanted->group, LAN_CONVERSATION_ID_BYTES) &&
           is_packed (&frame->group_keys_wanted->chains, LAN_HASH_BYTES, MAX_PACKED_BYTES);
  case LANYARD__FRAME__BODY_GROUP_KEYS:
    return lan_field_is (&frame->group_keys->group, LAN_CONVERSATION_ID_BYTES) &&
           is_packed (&frame->group_keys->keys, LAN_GROUP_CHAIN_KEY_BYTES, MAX_PACKED_BYTES);
  default:
    return lan_field_is (&frame->group_notice->group, LAN_CONVERSATION_ID_BYTES) &&
           frame->group_notice->n_records >= 1 && frame->group_notice->n_records <= 2;
  }
}
