/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where what comes in goes: a client's frame to the part that serves it, an answer of the storage to the
 * part that asked. Signals end here.
 */
#include "lan-registry-private.h"

/* ---- frames ---- */

static void
refuse_signal (LanRegistry *registry, Conn *conn, const guint8 *device, LanRefusal code,
               guint32 retry_ms)
{
  Lanyard__Server__Refused refused = LANYARD__SERVER__REFUSED__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  registry->counters.signals_refused++;
  refused.code = code;
  refused.retry_ms = retry_ms;
  refused.device = (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES, (guint8 *) device };
  frame.body_case = LANYARD__SERVER__FRAME__BODY_REFUSED;
  frame.refused = &refused;
  lan_registry_send (registry, conn, &frame);
}

/* Nothing is allocated here: the signal goes into the buffer of frames with the sender in place of the
 * recipient. Whoever hides from the sender is not there. */
static void
route (LanRegistry *registry, Conn *conn, const LanServerSignal *signal)
{
  const Device *to = g_hash_table_lookup (registry->devices, signal->device);
  guint32 retry_ms = 0;
  guint8 *out;
  gsize at, len;

  if (!lan_bucket_take (&conn->device->signals, registry->now.mono_us,
                        registry->limits.signal_burst, registry->limits.signal_rate, &retry_ms)) {
    refuse_signal (registry, conn, signal->device, LAN_REFUSAL_RATE, retry_ms);
    return;
  }
  if (to == NULL || to->state != LAN_DEVICE_ACTIVE || !lan_account_is_active (to->account)) {
    refuse_signal (registry, conn, signal->device, LAN_REFUSAL_UNKNOWN, 0);
    return;
  }
  if (to->conns == NULL || lan_account_hides_from (to->account, conn->device->account)) {
    refuse_signal (registry, conn, signal->device, LAN_REFUSAL_OFFLINE, 0);
    return;
  }
  registry->counters.signals++;
  len = lan_server_signal_size (signal->payload_len);
  out = lan_registry_reserve (registry, len, &at);
  (void) lan_server_signal_write (out, conn->device->id.b, signal->payload, signal->payload_len);
  lan_registry_push (registry, to->conns, at, len, FALSE);
}

/* Cheap for the server, not counted as a request. */
static gboolean
dispatch_daily (LanRegistry *registry, Conn *conn, const LanServerFrame *frame)
{
  Lanyard__Server__Pong pong = LANYARD__SERVER__PONG__INIT;
  LanServerFrame answer = LANYARD__SERVER__FRAME__INIT;
  LanServerSignal signal;

  switch (lan_server_frame_type (frame)) {
  case LAN_SERVER_SIGNAL:
    signal.device = frame->signal->device.data;
    signal.payload = frame->signal->payload.data;
    signal.payload_len = frame->signal->payload.len;
    route (registry, conn, &signal);
    return TRUE;
  case LAN_SERVER_DEPOSIT:
    lan_registry_on_deposit (registry, conn, frame->deposit);
    return TRUE;
  case LAN_SERVER_MAIL_ACK:
    lan_registry_on_mail_ack (registry, conn, frame->mail_ack);
    return TRUE;
  case LAN_SERVER_PING:
    pong.token = frame->ping->token;
    answer.body_case = LANYARD__SERVER__FRAME__BODY_PONG;
    answer.pong = &pong;
    lan_registry_send (registry, conn, &answer);
    return TRUE;
  case LAN_SERVER_PONG:
    return TRUE;
  case LAN_SERVER_UNKNOWN:
    registry->counters.frames_unknown++;
    return TRUE;
  case LAN_SERVER_GOODBYE:
    lan_registry_farewell (registry, conn, LAN_REFUSAL_NONE, 0);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
dispatch_request (LanRegistry *registry, Conn *conn, const LanServerFrame *frame)
{
  switch (lan_server_frame_type (frame)) {
  case LAN_SERVER_PRESENCE_SET:
    lan_registry_on_presence_set (registry, conn, frame->presence_set);
    break;
  case LAN_SERVER_SUBSCRIBE:
    lan_registry_on_subscribe (registry, conn, frame->subscribe);
    break;
  case LAN_SERVER_HIDE:
    lan_registry_on_hide (registry, conn, frame->hide);
    break;
  case LAN_SERVER_MAIL_FETCH:
    lan_registry_on_mail_fetch (registry, conn, frame->mail_fetch);
    break;
  case LAN_SERVER_PREKEYS_PUT:
    lan_registry_on_prekeys_put (registry, conn, frame->prekeys_put);
    break;
  case LAN_SERVER_BUNDLE_GET:
    lan_registry_on_bundle_get (registry, conn, frame->bundle_get);
    break;
  case LAN_SERVER_DIRECTORY_GET:
    lan_registry_on_directory_get (registry, conn, frame->directory_get);
    break;
  case LAN_SERVER_HEAD_GET:
    lan_registry_on_head_get (registry, conn, frame->head_get);
    break;
  case LAN_SERVER_PERSON_GET:
    lan_registry_on_person_get (registry, conn, frame->person_get);
    break;
  case LAN_SERVER_PAPERS_GET:
    lan_registry_on_papers_get (registry, conn, frame->papers_get);
    break;
  case LAN_SERVER_PAPERS_PUT:
    lan_registry_on_papers_put (registry, conn, frame->papers_put);
    break;
  case LAN_SERVER_TURN_GET:
    lan_registry_on_turn_get (registry, conn, frame->turn_get);
    break;
  case LAN_SERVER_BLOB_PUT:
    lan_registry_on_blob_put (registry, conn, frame->blob_put);
    break;
  case LAN_SERVER_BLOB_GET:
    lan_registry_on_blob_get (registry, conn, frame->blob_get);
    break;
  case LAN_SERVER_BLOB_DROP:
    lan_registry_on_blob_drop (registry, conn, frame->blob_drop);
    break;
  case LAN_SERVER_PASSWORD_SET:
    lan_registry_on_password_set (registry, conn, frame->password_set);
    break;
  default:
    break;
  }
}

static guint64
request_of (const LanServerFrame *frame)
{
  switch (lan_server_frame_type (frame)) {
  case LAN_SERVER_HIDE:
    return frame->hide->request;
  case LAN_SERVER_PREKEYS_PUT:
    return frame->prekeys_put->request;
  case LAN_SERVER_BUNDLE_GET:
    return frame->bundle_get->request;
  case LAN_SERVER_DIRECTORY_GET:
    return frame->directory_get->request;
  case LAN_SERVER_HEAD_GET:
    return frame->head_get->request;
  case LAN_SERVER_PERSON_GET:
    return frame->person_get->request;
  case LAN_SERVER_PAPERS_GET:
    return frame->papers_get->request;
  case LAN_SERVER_PAPERS_PUT:
    return frame->papers_put->request;
  case LAN_SERVER_TURN_GET:
    return frame->turn_get->request;
  case LAN_SERVER_BLOB_PUT:
    return frame->blob_put->request;
  case LAN_SERVER_BLOB_GET:
    return frame->blob_get->request;
  case LAN_SERVER_BLOB_DROP:
    return frame->blob_drop->request;
  case LAN_SERVER_PASSWORD_SET:
    return frame->password_set->request;
  default:
    return 0;
  }
}

static void
protocol_error (LanRegistry *registry, Conn *conn)
{
  registry->counters.frames_refused++;
  lan_registry_event (registry, LAN_EVENT_PROTOCOL, conn,
                      conn->device != NULL ? conn->device->account : NULL, LAN_REFUSAL_PROTOCOL,
                      LAN_OP_OK);
  lan_registry_farewell (registry, conn, LAN_REFUSAL_PROTOCOL, 0);
}

static void
dispatch_new (LanRegistry *registry, Conn *conn, const LanServerFrame *frame)
{
  LanServerFrameType type = lan_server_frame_type (frame);

  if (type == LAN_SERVER_LOGIN && conn->stage == STAGE_NEW)
    lan_registry_on_login (registry, conn, frame->login);
  else if (type == LAN_SERVER_ENROL && conn->stage == STAGE_NEW && conn->fresh->has_hash)
    lan_registry_on_enrol (registry, conn, frame->enrol);
  else if (type == LAN_SERVER_GOODBYE)
    lan_registry_farewell (registry, conn, LAN_REFUSAL_NONE, 0);
  else
    protocol_error (registry, conn);
}

/* Pieces of blobs have a bucket of their own: a large one would take the turns of everything else. */
static gboolean
may_ask (LanRegistry *registry, Conn *conn, LanServerFrameType type, guint32 *retry_ms)
{
  const LanRegistryLimits *limits = &registry->limits;
  gint64 now_us = registry->now.mono_us;

  if (type == LAN_SERVER_BLOB_PUT || type == LAN_SERVER_BLOB_GET)
    return lan_bucket_take (&conn->device->pieces, now_us, limits->piece_burst, limits->piece_rate,
                            retry_ms);
  return lan_bucket_take (&conn->device->requests, now_us, limits->request_burst,
                          limits->request_rate, retry_ms);
}

static void
dispatch (LanRegistry *registry, Conn *conn, const LanServerFrame *frame)
{
  guint32 retry_ms = 0;

  if (conn->stage < STAGE_ONLINE)
    dispatch_new (registry, conn, frame);
  else if (!lan_server_frame_allowed (lan_server_frame_type (frame), LAN_SERVER_FROM_CLIENT) ||
           lan_server_frame_type (frame) == LAN_SERVER_LOGIN ||
           lan_server_frame_type (frame) == LAN_SERVER_ENROL)
    protocol_error (registry, conn);
  else if (dispatch_daily (registry, conn, frame))
    return;
  else if (!may_ask (registry, conn, lan_server_frame_type (frame), &retry_ms))
    lan_registry_refuse (registry, conn, request_of (frame), LAN_REFUSAL_RATE, retry_ms);
  else
    dispatch_request (registry, conn, frame);
}

void
lan_registry_warm (const LanRegistryConn *conn)
{
  __builtin_prefetch (conn->device);
}

gboolean
lan_registry_frame (LanRegistry *registry, LanRegistryConn *conn, const guint8 *data, gsize len,
                    const LanTime *now)
{
  LanServerFrame *frame = NULL;
  LanServerSignal signal;

  registry->now = *now;
  if (conn->stage >= STAGE_CLOSING)
    return TRUE;
  if (conn->stage == STAGE_ONLINE) {
    if (now->mono_us - conn->last_us >= LAN_REGISTRY_HEARD_US) {
      conn->last_us = now->mono_us;
      lan_conn_list_remove (&registry->online, conn);
      lan_conn_list_append (&registry->online, conn);
    }
    if (lan_server_signal_read (&signal, data, len)) {
      route (registry, conn, &signal);
      return TRUE;
    }
  }
  if (lan_server_frame_decode (data, len, &frame) != LAN_STATUS_OK) {
    protocol_error (registry, conn);
    return FALSE;
  }
  dispatch (registry, conn, frame);
  lan_server_frame_free (frame);
  return FALSE;
}

/* ---- answers of the storage ---- */

static void
take_answer (LanRegistry *registry, LanRegistryOp *op, Conn *conn)
{
  switch (op->type) {
  case LAN_OP_WRITE:
    if (op->ticket == 0)
      lan_registry_mutated (registry, op);
    else
      (void) lan_registry_op_refusal (registry, op);
    break;
  case LAN_OP_FIND_INVITE:
    lan_registry_on_invite (registry, op);
    break;
  case LAN_OP_FIND_PASSWORD:
    lan_registry_on_password (registry, op);
    break;
  case LAN_OP_DEPOSIT:
    lan_registry_deposited (registry, op, conn);
    break;
  case LAN_OP_MAIL_READ:
    lan_registry_mail_read (registry, op, conn);
    break;
  case LAN_OP_MAIL_ACK:
    lan_registry_mail_acked (registry, op);
    break;
  case LAN_OP_EXPIRE:
    lan_registry_expired (registry, op);
    break;
  case LAN_OP_PREKEYS_PUT:
    lan_registry_prekeys_put (registry, op, conn);
    break;
  case LAN_OP_PREKEYS_TAKE:
    lan_registry_prekeys_taken (registry, op, conn);
    break;
  case LAN_OP_BLOB_PUT:
  case LAN_OP_BLOB_STAT:
  case LAN_OP_BLOB_LEAVES:
  case LAN_OP_BLOB_SEAL:
  case LAN_OP_BLOB_READ:
    lan_registry_blob_done (registry, op, conn);
    break;
  case LAN_OP_N:
  default:
    break;
  }
}

void
lan_registry_op_done (LanRegistry *registry, LanRegistryOp *op, const LanTime *now)
{
  Conn *conn = op->type == LAN_OP_WRITE ? NULL : op->registry_data;

  registry->now = *now;
  registry->ops_out--;
  take_answer (registry, op, conn);
  if (conn != NULL)
    lan_registry_conn_unref (conn);
  lan_registry_op_free (op);
}
