/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-content.h"

#include "lan-device-frame.h"
#include "lan-manifest.h"
#include "lan-record.h"
#include "lan-text.h"
#include "lan-wire-private.h"

#include <string.h>

gboolean
lan_kind_is_visible (guint32 kind)
{
  return kind != LAN_KIND_READ_UP_TO && kind != LAN_KIND_OWN_OP && kind != LAN_KIND_MESSAGE_OP &&
         kind != LAN_KIND_GROUP_KEY && kind != LAN_KIND_SEALED;
}

gboolean
lan_kind_has_state (guint32 kind)
{
  return kind == LAN_KIND_MESSAGE_OP || lan_kind_is_visible (kind);
}

gboolean
lan_kind_is_known (guint32 kind)
{
  return kind == LAN_KIND_TEXT || kind == LAN_KIND_FILE_OFFER || kind == LAN_KIND_READ_UP_TO ||
         kind == LAN_KIND_CALL || kind == LAN_KIND_NOTE || kind == LAN_KIND_STICKER ||
         kind == LAN_KIND_MESSAGE_OP;
}

/* Blocks that have emoji and what holds them together. A fixed list: two programs must never differ
 * about a record because one knows a newer Unicode. */
static gboolean
check_emoji_char (gunichar c)
{
  static const struct {
    gunichar first, last;
  } ranges[] = {
    { '#', '#' },       { '*', '*' },         { '0', '9' },         { 0xa9, 0xa9 },
    { 0xae, 0xae },     { 0x200d, 0x200d },   { 0x203c, 0x203c },   { 0x2049, 0x2049 },
    { 0x20e3, 0x20e3 }, { 0x2122, 0x2122 },   { 0x2139, 0x2139 },   { 0x2190, 0x2bff },
    { 0x3030, 0x3030 }, { 0x303d, 0x303d },   { 0x3297, 0x3297 },   { 0x3299, 0x3299 },
    { 0xfe0e, 0xfe0f }, { 0x1f000, 0x1fbff }, { 0xe0020, 0xe007f },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++) {
    if (c >= ranges[i].first && c <= ranges[i].last)
      return TRUE;
  }
  return FALSE;
}

gboolean
lan_emoji_is_valid (const char *emoji)
{
  if (emoji[0] == '\0' || !lan_wire_text_ok (emoji, LAN_EMOJI_MAX_BYTES))
    return FALSE;
  for (const char *p = emoji; *p != '\0'; p = g_utf8_next_char (p)) {
    if (!check_emoji_char (g_utf8_get_char (p)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_holders (const Lanyard__FileOffer *offer)
{
  if (offer->n_holders > LAN_HOLDERS_MAX_COUNT)
    return FALSE;
  for (gsize i = 0; i < offer->n_holders; i++) {
    if (!lan_field_is (&offer->holders[i], LAN_ACCOUNT_ID_BYTES))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_offer (const Lanyard__FileOffer *offer)
{
  if (offer->folder != NULL && (offer->folder->manifest_size > LAN_MANIFEST_MAX_BYTES ||
                                offer->folder->entries > LAN_MANIFEST_MAX_ENTRIES))
    return FALSE;
  return check_holders (offer) &&
         (offer->share.len == 0 || lan_field_is (&offer->share, LAN_SHARE_BYTES)) &&
         offer->name[0] != '\0' && lan_wire_text_ok (offer->name, LAN_FILE_NAME_MAX_BYTES) &&
         lan_wire_text_ok (offer->media_type, 128) && lan_field_is (&offer->root, LAN_HASH_BYTES) &&
         offer->size <= LAN_FILE_MAX_BYTES && offer->leaf_size == LAN_FILE_LEAF_BYTES;
}

static gboolean
check_marks (const Lanyard__ReadUpTo *read)
{
  if (read->n_marks == 0 || read->n_marks > LAN_READ_MARK_MAX_COUNT)
    return FALSE;
  for (gsize i = 0; i < read->n_marks; i++) {
    if (!lan_field_is (&read->marks[i]->device, LAN_DEVICE_ID_BYTES) || read->marks[i]->seq == 0 ||
        read->marks[i]->hlc >= LAN_HLC_MAX)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_person_op (const Lanyard__PersonOp *op)
{
  if (!lan_field_is (&op->account, LAN_ACCOUNT_ID_BYTES) || op->list.len > 1024 ||
      op->n_certs > LAN_CERTS_MAX_COUNT || op->n_fields > LAN_PERSON_FIELD_MAX_COUNT)
    return FALSE;
  for (gsize i = 0; i < op->n_certs; i++) {
    if (op->certs[i].len > 512)
      return FALSE;
  }
  for (gsize i = 0; i < op->n_fields; i++) {
    if (op->fields[i]->at >= LAN_HLC_MAX || op->fields[i]->data.len > LAN_PERSON_FIELD_MAX_BYTES)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_own_op (const Lanyard__OwnOp *own)
{
  switch (own->op_case) {
  case LANYARD__OWN_OP__OP_PERSON:
    return check_person_op (own->person);
  case LANYARD__OWN_OP__OP_READ:
    return lan_field_is (&own->read->conversation, LAN_CONVERSATION_ID_BYTES) &&
           own->read->hlc < LAN_HLC_MAX;
  case LANYARD__OWN_OP__OP_DEVICE:
    return lan_field_is (&own->device->device, LAN_DEVICE_ID_BYTES) &&
           lan_wire_text_ok (own->device->name, LAN_DEVICE_NAME_MAX_BYTES);
  case LANYARD__OWN_OP__OP_SETTING:
    return own->setting->key[0] != '\0' &&
           lan_wire_text_ok (own->setting->key, LAN_DEVICE_SETTING_KEY_MAX) &&
           lan_wire_text_ok (own->setting->value, LAN_DEVICE_SETTING_MAX);
  case LANYARD__OWN_OP__OP__NOT_SET: /* of a newer version */
  default:
    return TRUE;
  }
}

static gboolean
check_message_op (const Lanyard__MessageOp *op)
{
  if (!lan_field_is (&op->author, LAN_ACCOUNT_ID_BYTES) ||
      !lan_field_is (&op->target, LAN_MESSAGE_ID_BYTES))
    return FALSE;
  switch (op->op_case) {
  case LANYARD__MESSAGE_OP__OP_EDIT:
    return op->edit->text[0] != '\0' && lan_wire_text_ok (op->edit->text, LAN_TEXT_MAX_BYTES);
  case LANYARD__MESSAGE_OP__OP_REACTION:
    return lan_emoji_is_valid (op->reaction->emoji);
  case LANYARD__MESSAGE_OP__OP_FILE_LEFT:
    return lan_field_is (&op->file_left->root, LAN_HASH_BYTES) &&
           lan_field_is (&op->file_left->key, LAN_HASH_BYTES) && op->file_left->size > 0 &&
           op->file_left->size <= LAN_FILE_MAX_BYTES && op->file_left->expires_ms < LAN_HLC_MAX;
  case LANYARD__MESSAGE_OP__OP_FILE_ANSWER:
  case LANYARD__MESSAGE_OP__OP_RECALL:
  case LANYARD__MESSAGE_OP__OP_PIN:
  case LANYARD__MESSAGE_OP__OP__NOT_SET: /* of a newer version */
  default:
    return TRUE;
  }
}

/* What stands beside a text or an offer. */
static gboolean
check_beside (const LanContent *content)
{
  const Lanyard__Quote *quote = content->quote;
  const Lanyard__Forwarded *forwarded = content->forwarded;

  if (quote != NULL && (!lan_field_is (&quote->author, LAN_ACCOUNT_ID_BYTES) ||
                        !lan_field_is (&quote->message, LAN_MESSAGE_ID_BYTES) ||
                        !lan_wire_text_ok (quote->excerpt, LAN_EXCERPT_MAX_BYTES)))
    return FALSE;
  if (forwarded != NULL &&
      ((forwarded->author.len != 0 && !lan_field_is (&forwarded->author, LAN_ACCOUNT_ID_BYTES)) ||
       !lan_wire_text_ok (forwarded->name, LAN_NAME_MAX_BYTES)))
    return FALSE;
  if (content->n_mentions > LAN_MENTION_MAX_COUNT)
    return FALSE;
  for (gsize i = 0; i < content->n_mentions; i++) {
    const ProtobufCBinaryData *account = &content->mentions[i]->account;

    if (account->len != 0 && !lan_field_is (account, LAN_ACCOUNT_ID_BYTES))
      return FALSE;
  }
  return TRUE;
}

/* Only that the packets' lengths add up: what is in them is for the helper. */
static gboolean
check_packets (const ProtobufCBinaryData *opus)
{
  gsize at = 0;

  while (opus->len - at >= 2) {
    gsize len = (gsize) opus->data[at] | (gsize) opus->data[at + 1] << 8;

    at += 2;
    if (len == 0 || len > LAN_NOTE_PACKET_MAX || len > opus->len - at)
      return FALSE;
    at += len;
  }
  return at == opus->len && at > 0 && at <= LAN_NOTE_MAX_BYTES;
}

static gboolean
check_note (const Lanyard__VoiceNote *note)
{
  return note->duration_ms > 0 && note->duration_ms <= LAN_NOTE_MAX_MS && note->peaks.len > 0 &&
         note->peaks.len <= LAN_NOTE_MAX_PEAKS && check_packets (&note->opus);
}

static gboolean
check_side (guint32 px)
{
  return px > 0 && px <= LAN_STICKER_MAX_SIDE;
}

/* What is in the picture is for the helper. */
static gboolean
check_sticker (const Lanyard__Sticker *sticker)
{
  return sticker->name[0] != '\0' && lan_wire_text_ok (sticker->name, LAN_STICKER_NAME_MAX_BYTES) &&
         lan_wire_text_ok (sticker->set, LAN_STICKER_NAME_MAX_BYTES) &&
         check_side (sticker->width) && check_side (sticker->height) && sticker->picture.len > 0 &&
         sticker->picture.len <= LAN_STICKER_MAX_BYTES;
}

static gboolean
check_body (guint32 kind, const LanContent *content)
{
  switch (kind) {
  case LAN_KIND_TEXT:
    return content->body_case == LANYARD__CONTENT__BODY_TEXT &&
           lan_wire_text_ok (content->text->text, LAN_TEXT_MAX_BYTES) && check_beside (content);
  case LAN_KIND_FILE_OFFER:
    return content->body_case == LANYARD__CONTENT__BODY_FILE_OFFER &&
           check_offer (content->file_offer) && check_beside (content);
  case LAN_KIND_READ_UP_TO:
    return content->body_case == LANYARD__CONTENT__BODY_READ_UP_TO &&
           check_marks (content->read_up_to);
  case LAN_KIND_CALL:
    return content->body_case == LANYARD__CONTENT__BODY_CALL_RECORD &&
           content->call_record->duration_ms < LAN_CALL_MAX_MS;
  case LAN_KIND_NOTE:
    return content->body_case == LANYARD__CONTENT__BODY_VOICE_NOTE &&
           check_note (content->voice_note) && check_beside (content);
  case LAN_KIND_STICKER:
    return content->body_case == LANYARD__CONTENT__BODY_STICKER &&
           check_sticker (content->sticker) && check_beside (content);
  case LAN_KIND_MESSAGE_OP:
    return content->body_case == LANYARD__CONTENT__BODY_MESSAGE_OP &&
           check_message_op (content->message_op);
  case LAN_KIND_OWN_OP:
    return content->body_case == LANYARD__CONTENT__BODY_OWN_OP && check_own_op (content->own_op);
  case LAN_KIND_GROUP_OP:
    return content->body_case == LANYARD__CONTENT__BODY_GROUP_OP &&
           lan_group_op_ok (content->group_op);
  case LAN_KIND_GROUP_KEY:
    return content->body_case == LANYARD__CONTENT__BODY_GROUP_KEY &&
           lan_group_key_ok (content->group_key);
  case LAN_KIND_SEALED:
    return content->body_case == LANYARD__CONTENT__BODY_SEALED &&
           lan_field_is (&content->sealed->chain, LAN_HASH_BYTES) &&
           content->sealed->body.len >= 18;
  default:
    return TRUE;
  }
}

LanStatus
lan_content_decode (guint32 kind, const guint8 *data, gsize len, LanContent **content)
{
  ProtobufCMessage *message;

  if (len > LAN_RECORD_MAX_CONTENT)
    return LAN_STATUS_OVERSIZED;
  message = lan_wire_unpack (&lanyard__content__descriptor, data, len, LAN_FRAME_MAX_MEMORY);
  if (message == NULL)
    return LAN_STATUS_MALFORMED;
  if (((LanContent *) message)->order >= LAN_HLC_MAX || ((LanContent *) message)->cert.len > 512 ||
      !check_body (kind, (LanContent *) message)) {
    lan_wire_free (message);
    return LAN_STATUS_MALFORMED;
  }
  *content = (LanContent *) message;
  return LAN_STATUS_OK;
}

void
lan_content_free (LanContent *content)
{
  lan_wire_free ((ProtobufCMessage *) content);
}

GBytes *
lan_content_encode (const LanContent *content)
{
  gsize len = protobuf_c_message_get_packed_size (&content->base);
  guint8 *data = g_malloc (MAX (len, 1));

  protobuf_c_message_pack (&content->base, data);
  return g_bytes_new_take (data, len);
}

LanStatus
lan_content_decode_sealed (const guint8 *data, gsize len, guint16 *kind, LanContent **content)
{
  if (len < 2)
    return LAN_STATUS_TRUNCATED;
  *kind = (guint16) (data[0] | data[1] << 8);
  if (*kind == LAN_KIND_NONE || *kind == LAN_KIND_OWN_OP ||
      (*kind >= LAN_KIND_GROUP_OP && *kind <= LAN_KIND_SEALED))
    return LAN_STATUS_MALFORMED;
  return lan_content_decode (*kind, data + 2, len - 2, content);
}

GBytes *
lan_content_encode_sealed (guint16 kind, const LanContent *content)
{
  gsize len = protobuf_c_message_get_packed_size (&content->base);
  guint8 *data = g_malloc (len + 2);

  data[0] = (guint8) kind;
  data[1] = (guint8) (kind >> 8);
  protobuf_c_message_pack (&content->base, data + 2);
  return g_bytes_new_take (data, len + 2);
}
