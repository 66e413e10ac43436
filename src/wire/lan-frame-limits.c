/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The two tables of PROTOCOL.md: which frame may come over which channel at which stage, and how
 * long each field of a frame may be.
 */
#include "lan-wire-private.h"

#include "lan-record.h"
#include "lan-text.h"

#define BIT(x) (1u << (x))

/* Per frame type: carriers and stages in which it is listened to (T2). */
static const struct {
  guint8 carriers;
  guint8 stages;
} allowed[LAN_FRAME_TYPE_N] = {
#define LANE     BIT (LAN_CARRIER_LANE)
#define LINK     BIT (LAN_CARRIER_LINK)
#define FILES    BIT (LAN_CARRIER_LINK_FILES)
#define NEW      BIT (LAN_STAGE_UNIDENTIFIED)
#define STRANGER BIT (LAN_STAGE_STRANGER)
#define KNOWN    BIT (LAN_STAGE_ACCEPTED)
  [LAN_FRAME_UNKNOWN] = { LANE | LINK | FILES, NEW | STRANGER | KNOWN },
  [LAN_FRAME_IDENTITY] = { LANE | LINK, NEW | STRANGER | KNOWN },
  [LAN_FRAME_VECTOR] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_RECORDS] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_FETCH] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_PRESENCE] = { LANE | LINK, KNOWN },
  [LAN_FRAME_TYPING] = { LANE | LINK, KNOWN },
  [LAN_FRAME_CONTACT_ACCEPT] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_LINK_SIGNAL] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_FILE_HASHES_REQUEST] = { LANE | LINK | FILES, STRANGER | KNOWN },
  [LAN_FRAME_FILE_HASHES] = { LANE | LINK | FILES, STRANGER | KNOWN },
  [LAN_FRAME_FILE_REQUEST] = { LANE | LINK | FILES, STRANGER | KNOWN },
  [LAN_FRAME_FILE_BLOCK] = { LINK | FILES, STRANGER | KNOWN },
  [LAN_FRAME_FILE_STATE] = { LANE | LINK | FILES, STRANGER | KNOWN },
  [LAN_FRAME_PING] = { LANE | LINK, NEW | STRANGER | KNOWN },
  [LAN_FRAME_PONG] = { LANE | LINK, NEW | STRANGER | KNOWN },
  [LAN_FRAME_CLOSE] = { LANE | LINK, NEW | STRANGER | KNOWN },
  [LAN_FRAME_FILE_MANIFEST_REQUEST] = { LANE | LINK | FILES, STRANGER | KNOWN },
  [LAN_FRAME_FILE_MANIFEST] = { LANE | LINK | FILES, STRANGER | KNOWN },
  [LAN_FRAME_FILE_HAVE] = { LANE | LINK | FILES, STRANGER | KNOWN },
  [LAN_FRAME_BULK_OPEN] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_GROUP_VECTOR] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_GROUP_FETCH] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_GROUP_KEYS_WANTED] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_GROUP_KEYS] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_GROUP_NOTICE] = { LANE | LINK, STRANGER | KNOWN },
  [LAN_FRAME_SHARE_ROSTER] = { LANE | LINK, KNOWN },
  [LAN_FRAME_SHARE_HEAD] = { LANE | LINK, KNOWN },
  [LAN_FRAME_SHARE_PAGES_WANTED] = { LANE | LINK, KNOWN },
  [LAN_FRAME_SHARE_PAGE] = { LANE | LINK, KNOWN },
  [LAN_FRAME_SHARE_WANT] = { LANE | LINK, KNOWN },
  [LAN_FRAME_SHARE_ANSWER] = { LANE | LINK | FILES, KNOWN },
  [LAN_FRAME_CALL_SIGNAL] = { LANE | LINK, KNOWN },
  [LAN_FRAME_CARRY_HELLO] = { LANE | LINK, KNOWN },
  [LAN_FRAME_CARRY_PUT] = { LANE | LINK, KNOWN },
  [LAN_FRAME_CARRY_RESULT] = { LANE | LINK, KNOWN },
  [LAN_FRAME_CARRY_LIST] = { LANE | LINK, KNOWN },
  [LAN_FRAME_CARRY_FETCH] = { LANE | LINK, KNOWN },
  [LAN_FRAME_CARRY_MAIL] = { LANE | LINK, KNOWN },
  [LAN_FRAME_CARRY_ACK] = { LANE | LINK, KNOWN },
  [LAN_FRAME_CARRY_RECEIPT] = { LANE | LINK, KNOWN },
  [LAN_FRAME_CARRY_DROP] = { LANE | LINK, KNOWN },
};

gboolean
lan_frame_allowed (LanFrameType type, LanCarrier carrier, LanStage stage)
{
  if ((guint) type >= LAN_FRAME_TYPE_N || (guint) carrier >= LAN_CARRIER_N ||
      (guint) stage >= LAN_STAGE_N)
    return FALSE;
  return (allowed[type].carriers & BIT (carrier)) != 0 && (allowed[type].stages & BIT (stage)) != 0;
}

static gboolean
check_identity (const Lanyard__Identity *m)
{
  if (m->list.len == 0 || m->list.len > 1024 || m->n_certs > LAN_CERTS_MAX_COUNT)
    return FALSE;
  for (gsize i = 0; i < m->n_certs; i++) {
    if (m->certs[i].len == 0 || m->certs[i].len > 512)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_vector (const Lanyard__Vector *m)
{
  if (!lan_field_is (&m->conversation, LAN_CONVERSATION_ID_BYTES) ||
      m->n_heads > LAN_HEADS_MAX_COUNT ||
      (m->holder.len != 0 && m->holder.len != LAN_DEVICE_ID_BYTES))
    return FALSE;
  for (gsize i = 0; i < m->n_heads; i++) {
    if (!lan_field_is (&m->heads[i]->device, LAN_DEVICE_ID_BYTES) ||
        !lan_field_is (&m->heads[i]->hash, LAN_HASH_BYTES))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_records (const Lanyard__Records *m)
{
  if (m->n_records > LAN_RECORDS_MAX_COUNT)
    return FALSE;
  for (gsize i = 0; i < m->n_records; i++) {
    if (m->records[i].len > LAN_RECORD_MAX_BYTES)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_offer_id (const ProtobufCBinaryData *offer)
{
  return lan_field_is (offer, LAN_MESSAGE_ID_BYTES);
}

static gboolean
check_bulk_open (const Lanyard__BulkOpen *m)
{
  if (!lan_field_is (&m->lane_id, 16) || !lan_field_is (&m->session, 8) ||
      m->n_addresses > LAN_BULK_ADDRESSES || m->port > 65535)
    return FALSE;
  for (gsize i = 0; i < m->n_addresses; i++) {
    if (!lan_wire_text_ok (m->addresses[i], 64))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_folder_frame (const LanFrame *frame)
{
  switch (frame->body_case) {
  case LANYARD__FRAME__BODY_FILE_MANIFEST_REQUEST:
    return check_offer_id (&frame->file_manifest_request->offer) &&
           frame->file_manifest_request->length <= LAN_PAGE_MAX_BYTES;
  case LANYARD__FRAME__BODY_FILE_MANIFEST:
    return check_offer_id (&frame->file_manifest->offer) &&
           frame->file_manifest->data.len <= LAN_PAGE_MAX_BYTES;
  case LANYARD__FRAME__BODY_FILE_HAVE:
    return (frame->file_have->root.len == 0 ||
            lan_field_is (&frame->file_have->root, LAN_HASH_BYTES)) &&
           (frame->file_have->name.len == 0 || check_offer_id (&frame->file_have->name)) &&
           frame->file_have->first % 8 == 0 && frame->file_have->bits.len <= LAN_PAGE_MAX_BYTES;
  default:
    return check_bulk_open (frame->bulk_open);
  }
}

static gboolean
check_file_frame (const LanFrame *frame)
{
  switch (frame->body_case) {
  case LANYARD__FRAME__BODY_FILE_HASHES_REQUEST:
    return check_offer_id (&frame->file_hashes_request->offer) &&
           frame->file_hashes_request->count <= LAN_HASHES_MAX_COUNT;
  case LANYARD__FRAME__BODY_FILE_HASHES:
    return check_offer_id (&frame->file_hashes->offer) &&
           frame->file_hashes->hashes.len % LAN_HASH_BYTES == 0 &&
           frame->file_hashes->hashes.len <= LAN_HASHES_MAX_COUNT * LAN_HASH_BYTES;
  case LANYARD__FRAME__BODY_FILE_REQUEST:
    return check_offer_id (&frame->file_request->offer);
  case LANYARD__FRAME__BODY_FILE_BLOCK:
    return check_offer_id (&frame->file_block->offer) &&
           frame->file_block->data.len <= LAN_BLOCK_MAX_BYTES;
  default:
    return check_offer_id (&frame->file_state->offer) &&
           lan_wire_text_ok (frame->file_state->code, 64);
  }
}

static gboolean
check_share_id (const ProtobufCBinaryData *share)
{
  return lan_field_is (share, LAN_CONVERSATION_ID_BYTES);
}

/* n hashes, 1 to @most. */
static gboolean
check_hashes (const ProtobufCBinaryData *hashes, gsize most)
{
  return hashes->len % LAN_HASH_BYTES == 0 && hashes->len <= most * LAN_HASH_BYTES;
}

static gboolean
check_share_paper (const ProtobufCBinaryData *paper, const ProtobufCBinaryData *cert)
{
  return paper->len > 0 && paper->len <= LAN_SHARE_PAPER_MAX && cert->len > 0 && cert->len <= 512;
}

static gboolean
check_share_frame (const LanFrame *frame)
{
  switch (frame->body_case) {
  case LANYARD__FRAME__BODY_SHARE_ROSTER:
    return check_share_id (&frame->share_roster->share) &&
           check_share_paper (&frame->share_roster->roster, &frame->share_roster->cert);
  case LANYARD__FRAME__BODY_SHARE_HEAD:
    return check_share_id (&frame->share_head->share) &&
           check_share_paper (&frame->share_head->head, &frame->share_head->cert) &&
           check_hashes (&frame->share_head->pages, LAN_SHARE_PAGES_MAX);
  case LANYARD__FRAME__BODY_SHARE_PAGES_WANTED:
    return check_share_id (&frame->share_pages_wanted->share) &&
           frame->share_pages_wanted->hashes.len > 0 &&
           check_hashes (&frame->share_pages_wanted->hashes, LAN_SHARE_ASK_MAX);
  case LANYARD__FRAME__BODY_SHARE_PAGE:
    return check_share_id (&frame->share_page->share) &&
           frame->share_page->data.len <= LAN_PAGE_MAX_BYTES;
  case LANYARD__FRAME__BODY_SHARE_WANT:
    return check_share_id (&frame->share_want->share) &&
           lan_field_is (&frame->share_want->id, LAN_MESSAGE_ID_BYTES) &&
           lan_field_is (&frame->share_want->root, LAN_HASH_BYTES) &&
           lan_wire_text_ok (frame->share_want->path, LAN_SHARE_PATH_MAX);
  default:
    return check_share_id (&frame->share_answer->share) &&
           (frame->share_answer->id.len == 0 ||
            lan_field_is (&frame->share_answer->id, LAN_MESSAGE_ID_BYTES)) &&
           frame->share_answer->data.len <= LAN_SHARE_SHORT_MAX;
  }
}

static gboolean
check_body (const LanFrame *frame)
{
  switch (lan_frame_type (frame)) {
  case LAN_FRAME_IDENTITY:
    return check_identity (frame->identity);
  case LAN_FRAME_VECTOR:
    return check_vector (frame->vector);
  case LAN_FRAME_RECORDS:
    return check_records (frame->records);
  case LAN_FRAME_FETCH:
    return lan_field_is (&frame->fetch->conversation, LAN_CONVERSATION_ID_BYTES) &&
           lan_field_is (&frame->fetch->device, LAN_DEVICE_ID_BYTES);
  case LAN_FRAME_PRESENCE:
    return lan_wire_text_ok (frame->presence->status_text, LAN_STATUS_MAX_BYTES);
  case LAN_FRAME_TYPING:
    return lan_field_is (&frame->typing->conversation, LAN_CONVERSATION_ID_BYTES);
  case LAN_FRAME_CONTACT_ACCEPT:
    return lan_field_is (&frame->contact_accept->secret, 0) ||
           lan_field_is (&frame->contact_accept->secret, 32);
  case LAN_FRAME_LINK_SIGNAL:
    return lan_field_is (&frame->link_signal->link_id, LAN_LINK_ID_BYTES) &&
           lan_wire_text_ok (frame->link_signal->text, LAN_SIGNAL_MAX_BYTES);
  case LAN_FRAME_FILE_HASHES_REQUEST:
  case LAN_FRAME_FILE_HASHES:
  case LAN_FRAME_FILE_REQUEST:
  case LAN_FRAME_FILE_BLOCK:
  case LAN_FRAME_FILE_STATE:
    return check_file_frame (frame);
  case LAN_FRAME_FILE_MANIFEST_REQUEST:
  case LAN_FRAME_FILE_MANIFEST:
  case LAN_FRAME_FILE_HAVE:
  case LAN_FRAME_BULK_OPEN:
    return check_folder_frame (frame);
  case LAN_FRAME_GROUP_VECTOR:
  case LAN_FRAME_GROUP_FETCH:
  case LAN_FRAME_GROUP_KEYS_WANTED:
  case LAN_FRAME_GROUP_KEYS:
  case LAN_FRAME_GROUP_NOTICE:
    return lan_group_frame_ok (frame);
  case LAN_FRAME_SHARE_ROSTER:
  case LAN_FRAME_SHARE_HEAD:
  case LAN_FRAME_SHARE_PAGES_WANTED:
  case LAN_FRAME_SHARE_PAGE:
  case LAN_FRAME_SHARE_WANT:
  case LAN_FRAME_SHARE_ANSWER:
    return check_share_frame (frame);
  case LAN_FRAME_CALL_SIGNAL:
    return lan_field_is (&frame->call_signal->call, LAN_MESSAGE_ID_BYTES);
  case LAN_FRAME_CARRY_HELLO:
  case LAN_FRAME_CARRY_PUT:
  case LAN_FRAME_CARRY_RESULT:
  case LAN_FRAME_CARRY_LIST:
  case LAN_FRAME_CARRY_FETCH:
  case LAN_FRAME_CARRY_MAIL:
  case LAN_FRAME_CARRY_ACK:
  case LAN_FRAME_CARRY_RECEIPT:
  case LAN_FRAME_CARRY_DROP:
    return lan_carry_frame_ok (frame);
  case LAN_FRAME_PING:
  case LAN_FRAME_PONG:
  case LAN_FRAME_CLOSE:
  case LAN_FRAME_UNKNOWN:
  case LAN_FRAME_TYPE_N:
  default:
    return TRUE;
  }
}

LanStatus
lan_frame_check (const LanFrame *frame)
{
  return check_body (frame) ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}
