/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How long each field of a frame between client and server may be: the table of SERVER-PROTOCOL.md.
 */
#include "lan-record.h"
#include "lan-server-frame.h"
#include "lan-wire-private.h"

#define LIST_MAX       1024
#define CERT_MAX       512
#define CERTS_MAX      16
#define HEAD_MAX       512
#define ONE_TIME_BYTES LAN_SERVER_ONE_TIME_BYTES

static gboolean
each_is (const ProtobufCBinaryData *fields, gsize n, gsize max, gsize len)
{
  if (n > max)
    return FALSE;
  for (gsize i = 0; i < n; i++) {
    if (fields[i].len != len)
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_between (const ProtobufCBinaryData *field, gsize min, gsize max)
{
  return field->len >= min && field->len <= max;
}

static gboolean
is_empty_or (const ProtobufCBinaryData *field, gsize len)
{
  return field->len == 0 || field->len == len;
}

static gboolean
check_papers (const ProtobufCBinaryData *list, const ProtobufCBinaryData *certs, gsize n_certs)
{
  if (!is_between (list, 1, LIST_MAX) || n_certs > CERTS_MAX)
    return FALSE;
  for (gsize i = 0; i < n_certs; i++) {
    if (!is_between (&certs[i], 1, CERT_MAX))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_enrol (const Lanyard__Server__Enrol *m)
{
  return lan_wire_text_ok (m->login, LAN_SERVER_LOGIN_MAX) &&
         is_empty_or (&m->secret, LAN_SERVER_SECRET_BYTES) &&
         is_empty_or (&m->invite, LAN_SERVER_INVITE_BYTES) && is_between (&m->cert, 1, CERT_MAX) &&
         is_between (&m->list, 1, LIST_MAX) && lan_field_is (&m->proof, 64) &&
         lan_wire_text_ok (m->display, LAN_SERVER_DISPLAY_MAX);
}

static gboolean
check_enrolled (const Lanyard__Server__Enrolled *m)
{
  return lan_field_is (&m->uid, LAN_SERVER_UID_BYTES) &&
         lan_wire_text_ok (m->login, LAN_SERVER_LOGIN_MAX) &&
         lan_field_is (&m->org_root, LAN_HASH_BYTES) &&
         m->attestation.len <= LAN_SERVER_ENTRY_MAX &&
         lan_wire_text_ok (m->org_name, LAN_SERVER_DISPLAY_MAX);
}

static gboolean
check_welcome (const Lanyard__Server__Welcome *m)
{
  return lan_field_is (&m->uid, LAN_SERVER_UID_BYTES) && m->head.len <= HEAD_MAX &&
         lan_wire_text_ok (m->org_name, LAN_SERVER_DISPLAY_MAX) &&
         lan_wire_text_ok (m->address, 64) && is_empty_or (&m->server_key, LAN_SERVER_LSK1_BYTES);
}

static gboolean
check_subscribe (const Lanyard__Server__Subscribe *m)
{
  if (m->n_add > LAN_SERVER_WATCH_MAX)
    return FALSE;
  for (gsize i = 0; i < m->n_add; i++) {
    if (!lan_field_is (&m->add[i]->account, LAN_ACCOUNT_ID_BYTES))
      return FALSE;
  }
  return each_is (m->remove, m->n_remove, LAN_SERVER_WATCH_MAX, LAN_ACCOUNT_ID_BYTES);
}

static gboolean
check_page (const Lanyard__Server__DirectoryPage *m)
{
  if (m->n_entries > LAN_SERVER_ENTRIES_MAX || m->head.len > HEAD_MAX)
    return FALSE;
  for (gsize i = 0; i < m->n_entries; i++) {
    const Lanyard__Server__Entry *entry = m->entries[i];

    if (!is_empty_or (&entry->leaf, LAN_HASH_BYTES) || entry->bytes.len > LAN_SERVER_ENTRY_MAX ||
        (entry->leaf.len == 0) == (entry->bytes.len == 0))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_turn (const Lanyard__Server__Turn *m)
{
  if (!lan_wire_text_ok (m->username, 128) || !lan_wire_text_ok (m->password, 128) ||
      m->n_uris > LAN_SERVER_URIS_MAX)
    return FALSE;
  for (gsize i = 0; i < m->n_uris; i++) {
    if (!lan_wire_text_ok (m->uris[i], 256))
      return FALSE;
  }
  return TRUE;
}

/* Frames that an idle or busy company sends all day. */
static gboolean
check_daily (const LanServerFrame *frame)
{
  switch (frame->body_case) {
  case LANYARD__SERVER__FRAME__BODY_SIGNAL:
    return lan_field_is (&frame->signal->device, LAN_DEVICE_ID_BYTES) &&
           is_between (&frame->signal->payload, 1, LAN_SERVER_SIGNAL_MAX);
  case LANYARD__SERVER__FRAME__BODY_DEPOSIT:
    return lan_field_is (&frame->deposit->device, LAN_DEVICE_ID_BYTES) &&
           lan_field_is (&frame->deposit->id, LAN_SERVER_DEPOSIT_ID_BYTES) &&
           frame->deposit->envelope.len > 0;
  case LANYARD__SERVER__FRAME__BODY_STORED:
    return lan_field_is (&frame->stored->id, LAN_SERVER_DEPOSIT_ID_BYTES);
  case LANYARD__SERVER__FRAME__BODY_MAIL:
    return is_between (&frame->mail->envelope, 1, LAN_SERVER_ENVELOPE_MAX);
  case LANYARD__SERVER__FRAME__BODY_MAIL_ACK:
    return frame->mail_ack->n_ids <= LAN_SERVER_ACK_MAX;
  case LANYARD__SERVER__FRAME__BODY_MAIL_FETCH:
    return frame->mail_fetch->window >= 1 && frame->mail_fetch->window <= LAN_SERVER_WINDOW_MAX;
  case LANYARD__SERVER__FRAME__BODY_PRESENCE_SET:
    return frame->presence_set->status.len <= LAN_SERVER_STATUS_MAX;
  case LANYARD__SERVER__FRAME__BODY_PRESENCE:
    return lan_field_is (&frame->presence->account, LAN_ACCOUNT_ID_BYTES) &&
           frame->presence->status.len <= LAN_SERVER_STATUS_MAX &&
           each_is (frame->presence->devices, frame->presence->n_devices, CERTS_MAX,
                    LAN_DEVICE_ID_BYTES);
  case LANYARD__SERVER__FRAME__BODY_SUBSCRIBE:
    return check_subscribe (frame->subscribe);
  case LANYARD__SERVER__FRAME__BODY_HIDE:
    return each_is (frame->hide->accounts, frame->hide->n_accounts, LAN_SERVER_HIDE_MAX,
                    LAN_ACCOUNT_ID_BYTES);
  case LANYARD__SERVER__FRAME__BODY_REFUSED:
    return is_empty_or (&frame->refused->device, LAN_DEVICE_ID_BYTES) &&
           is_empty_or (&frame->refused->id, LAN_SERVER_DEPOSIT_ID_BYTES);
  default:
    return TRUE;
  }
}

static gboolean
check_directory (const LanServerFrame *frame)
{
  switch (frame->body_case) {
  case LANYARD__SERVER__FRAME__BODY_DIRECTORY_PAGE:
    return check_page (frame->directory_page);
  case LANYARD__SERVER__FRAME__BODY_HEAD:
    return frame->head->head.len <= HEAD_MAX && frame->head->newest.len <= HEAD_MAX &&
           each_is (frame->head->consistency, frame->head->n_consistency, LAN_SERVER_PROOF_MAX,
                    LAN_HASH_BYTES);
  case LANYARD__SERVER__FRAME__BODY_PERSON_GET:
    return lan_field_is (&frame->person_get->account, LAN_ACCOUNT_ID_BYTES);
  case LANYARD__SERVER__FRAME__BODY_PERSON:
    return is_between (&frame->person->attestation, 1, LAN_SERVER_ENTRY_MAX) &&
           frame->person->head.len <= HEAD_MAX &&
           each_is (frame->person->inclusion, frame->person->n_inclusion, LAN_SERVER_PROOF_MAX,
                    LAN_HASH_BYTES);
  case LANYARD__SERVER__FRAME__BODY_PAPERS_GET:
    return each_is (frame->papers_get->accounts, frame->papers_get->n_accounts,
                    LAN_SERVER_PAPERS_MAX, LAN_ACCOUNT_ID_BYTES);
  case LANYARD__SERVER__FRAME__BODY_PAPERS:
    return lan_field_is (&frame->papers->account, LAN_ACCOUNT_ID_BYTES) &&
           check_papers (&frame->papers->list, frame->papers->certs, frame->papers->n_certs);
  case LANYARD__SERVER__FRAME__BODY_PAPERS_PUT:
    return check_papers (&frame->papers_put->list, frame->papers_put->certs,
                         frame->papers_put->n_certs);
  default:
    return TRUE;
  }
}

static gboolean
check_services (const LanServerFrame *frame)
{
  switch (frame->body_case) {
  case LANYARD__SERVER__FRAME__BODY_PREKEYS_PUT:
    return is_empty_or (&frame->prekeys_put->signed_prekey, 128) &&
           each_is (frame->prekeys_put->one_time, frame->prekeys_put->n_one_time,
                    LAN_SERVER_ONE_TIME_MAX, ONE_TIME_BYTES);
  case LANYARD__SERVER__FRAME__BODY_BUNDLE_GET:
    return lan_field_is (&frame->bundle_get->device, LAN_DEVICE_ID_BYTES);
  case LANYARD__SERVER__FRAME__BODY_BUNDLE:
    return lan_field_is (&frame->bundle->device, LAN_DEVICE_ID_BYTES) &&
           lan_field_is (&frame->bundle->signed_prekey, 128) &&
           is_empty_or (&frame->bundle->one_time, ONE_TIME_BYTES);
  case LANYARD__SERVER__FRAME__BODY_TURN:
    return check_turn (frame->turn);
  case LANYARD__SERVER__FRAME__BODY_BLOB_PUT:
    return lan_field_is (&frame->blob_put->root, LAN_HASH_BYTES) &&
           frame->blob_put->data.len <= LAN_SERVER_BLOB_PART &&
           frame->blob_put->offset % LAN_SERVER_BLOB_PART == 0;
  case LANYARD__SERVER__FRAME__BODY_BLOB_STATE:
    return lan_field_is (&frame->blob_state->root, LAN_HASH_BYTES);
  case LANYARD__SERVER__FRAME__BODY_BLOB_GET:
    return lan_field_is (&frame->blob_get->root, LAN_HASH_BYTES) &&
           frame->blob_get->offset % LAN_SERVER_BLOB_PART == 0;
  case LANYARD__SERVER__FRAME__BODY_BLOB_DROP:
    return lan_field_is (&frame->blob_drop->root, LAN_HASH_BYTES);
  case LANYARD__SERVER__FRAME__BODY_BLOB_PART:
    return lan_field_is (&frame->blob_part->root, LAN_HASH_BYTES) &&
           frame->blob_part->offset % LAN_SERVER_BLOB_PART == 0 &&
           frame->blob_part->data.len <= LAN_SERVER_BLOB_PART;
  case LANYARD__SERVER__FRAME__BODY_PASSWORD_SET:
    return is_empty_or (&frame->password_set->old_secret, LAN_SERVER_SECRET_BYTES) &&
           lan_field_is (&frame->password_set->secret, LAN_SERVER_SECRET_BYTES);
  case LANYARD__SERVER__FRAME__BODY_SERVER_KEY:
    return lan_field_is (&frame->server_key->key, LAN_SERVER_LSK1_BYTES);
  case LANYARD__SERVER__FRAME__BODY_ENROL:
    return check_enrol (frame->enrol);
  case LANYARD__SERVER__FRAME__BODY_ENROLLED:
    return check_enrolled (frame->enrolled);
  case LANYARD__SERVER__FRAME__BODY_WELCOME:
    return check_welcome (frame->welcome);
  default:
    return TRUE;
  }
}

LanStatus
lan_server_frame_check (const LanServerFrame *frame)
{
  return check_daily (frame) && check_directory (frame) && check_services (frame)
             ? LAN_STATUS_OK
             : LAN_STATUS_MALFORMED;
}
