/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Prekeys, credentials for the relay, and sealed blobs.
 */
#include "lan-registry-private.h"

#include "lan-prekey.h"
#include "lan-tree-hash.h"
#include "lan-turn-credential.h"

#include <string.h>

/* ---- prekeys ---- */

static void
set_bytes (ProtobufCBinaryData *field, GBytes *bytes)
{
  gsize len = 0;

  field->data = bytes != NULL ? (guint8 *) g_bytes_get_data (bytes, &len) : NULL;
  field->len = len;
}

static void
send_prekeys_state (LanRegistry *registry, Conn *conn)
{
  Lanyard__Server__PrekeysState m = LANYARD__SERVER__PREKEYS_STATE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  m.one_time = conn->device->one_time;
  m.signed_expires_s = (guint64) conn->device->signed_expires_s;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PREKEYS_STATE;
  frame.prekeys_state = &m;
  lan_registry_send (registry, conn, &frame);
}

void
lan_registry_on_prekeys_put (LanRegistry *registry, Conn *conn,
                             const Lanyard__Server__PrekeysPut *m)
{
  LanRegistryOp *op;
  LanPrekey prekey = { 0 };
  LanCert cert;

  if (m->signed_prekey.len > 0 &&
      (conn->device->cert == NULL ||
       lan_cert_decode (&cert, g_bytes_get_data (conn->device->cert, NULL),
                        g_bytes_get_size (conn->device->cert)) != LAN_STATUS_OK ||
       lan_prekey_verify (&prekey, cert.sign_public, m->signed_prekey.data, m->signed_prekey.len) !=
           LAN_STATUS_OK ||
       !lan_device_id_equal (&prekey.device, &conn->device->id))) {
    lan_registry_refuse (registry, conn, m->request, LAN_REFUSAL_IDENTITY, 0);
    return;
  }
  op = lan_registry_op_new (LAN_OP_PREKEYS_PUT);
  op->prekeys_put.device = conn->device->id;
  op->prekeys_put.max_one_time = LAN_ONE_TIME_FILL;
  if (m->signed_prekey.len > 0) {
    op->prekeys_put.signed_prekey = g_bytes_new (m->signed_prekey.data, m->signed_prekey.len);
    op->prekeys_put.signed_expires_s = prekey.expires_s;
  }
  if (m->n_one_time > 0) {
    GByteArray *all = g_byte_array_new ();

    for (gsize i = 0; i < m->n_one_time; i++)
      g_byte_array_append (all, m->one_time[i].data, LAN_SERVER_ONE_TIME_BYTES);
    op->prekeys_put.one_time = g_byte_array_free_to_bytes (all);
  }
  lan_registry_ask (registry, op, conn, m->request);
}

void
lan_registry_prekeys_put (LanRegistry *registry, LanRegistryOp *op, Conn *conn)
{
  LanRefusal refusal = lan_registry_op_refusal (registry, op);
  Device *device = g_hash_table_lookup (registry->devices, &op->prekeys_put.device);

  if (refusal == LAN_REFUSAL_NONE && device != NULL) {
    device->one_time = op->prekeys_put.left;
    if (op->prekeys_put.signed_prekey != NULL)
      device->signed_expires_s = op->prekeys_put.signed_expires_s;
  }
  if (conn->stage != STAGE_ONLINE)
    return;
  if (refusal != LAN_REFUSAL_NONE) {
    lan_registry_refuse (registry, conn, op->ticket, refusal, LAN_REGISTRY_STORAGE_MS);
    return;
  }
  lan_registry_done (registry, conn, op->ticket);
  send_prekeys_state (registry, conn);
}

/* Over the limit there is still the signed prekey, which any number may use: mail goes on, and nobody
 * can empty somebody's store of one-time ones. */
void
lan_registry_on_bundle_get (LanRegistry *registry, Conn *conn, const Lanyard__Server__BundleGet *m)
{
  const Device *device = g_hash_table_lookup (registry->devices, m->device.data);
  LanRegistryOp *op;

  if (device == NULL || device->state != LAN_DEVICE_ACTIVE ||
      !lan_account_is_active (device->account)) {
    lan_registry_refuse (registry, conn, m->request, LAN_REFUSAL_UNKNOWN, 0);
    return;
  }
  op = lan_registry_op_new (LAN_OP_PREKEYS_TAKE);
  op->prekeys_take.device = device->id;
  op->prekeys_take.with_one_time =
      lan_registry_bundle_try (registry, conn->device->account, device);
  lan_registry_ask (registry, op, conn, m->request);
}

void
lan_registry_prekeys_taken (LanRegistry *registry, LanRegistryOp *op, Conn *conn)
{
  Lanyard__Server__Bundle m = LANYARD__SERVER__BUNDLE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  LanRefusal refusal = lan_registry_op_refusal (registry, op);
  Device *device = g_hash_table_lookup (registry->devices, &op->prekeys_take.device);

  if (refusal == LAN_REFUSAL_NONE && device != NULL) {
    guint32 before = device->one_time;

    device->one_time = op->prekeys_take.left;
    if (before >= LAN_ONE_TIME_REFILL && device->one_time < LAN_ONE_TIME_REFILL &&
        device->conns != NULL)
      send_prekeys_state (registry, device->conns);
  }
  if (conn->stage != STAGE_ONLINE)
    return;
  if (refusal == LAN_REFUSAL_NONE &&
      (op->prekeys_take.signed_prekey == NULL ||
       g_bytes_get_size (op->prekeys_take.signed_prekey) != LAN_PREKEY_BYTES))
    refusal = LAN_REFUSAL_GONE;
  if (refusal != LAN_REFUSAL_NONE) {
    lan_registry_refuse (registry, conn, op->ticket, refusal,
                         refusal == LAN_REFUSAL_STORAGE ? LAN_REGISTRY_STORAGE_MS : 0);
    return;
  }
  registry->counters.bundles++;
  m.request = op->ticket;
  m.device = (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES, op->prekeys_take.device.b };
  set_bytes (&m.signed_prekey, op->prekeys_take.signed_prekey);
  set_bytes (&m.one_time, op->prekeys_take.one_time);
  frame.body_case = LANYARD__SERVER__FRAME__BODY_BUNDLE;
  frame.bundle = &m;
  lan_registry_send (registry, conn, &frame);
}

/* ---- relay ---- */

void
lan_registry_on_turn_get (LanRegistry *registry, Conn *conn, const Lanyard__Server__TurnGet *m)
{
  Lanyard__Server__Turn answer = LANYARD__SERVER__TURN__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  LanTurnCredential credential;

  if (registry->turn_secret == NULL) {
    lan_registry_refuse (registry, conn, m->request, LAN_REFUSAL_GONE, 0);
    return;
  }
  lan_turn_credential_make (&credential, registry->turn_secret, &conn->device->id,
                            MAX (registry->now.wall_ms / 1000, 0) + registry->turn_life_s);
  answer.request = m->request;
  answer.username = credential.user;
  answer.password = credential.password;
  answer.life_s = registry->turn_life_s;
  answer.uris = registry->turn_uris;
  answer.n_uris = MIN (g_strv_length (registry->turn_uris), LAN_SERVER_URIS_MAX);
  frame.body_case = LANYARD__SERVER__FRAME__BODY_TURN;
  frame.turn = &answer;
  lan_registry_send (registry, conn, &frame);
  registry->counters.turn_credentials++;
}

/* ---- blobs ---- */

static void
send_blob_state (LanRegistry *registry, Conn *conn, guint64 request, const LanHash *root,
                 guint64 have, gboolean complete)
{
  Lanyard__Server__BlobState m = LANYARD__SERVER__BLOB_STATE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  m.request = request;
  m.root = (ProtobufCBinaryData){ LAN_HASH_BYTES, (guint8 *) root->b };
  m.have = have;
  m.complete = complete;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_BLOB_STATE;
  frame.blob_state = &m;
  lan_registry_send (registry, conn, &frame);
}

void
lan_registry_on_blob_put (LanRegistry *registry, Conn *conn, const Lanyard__Server__BlobPut *m)
{
  const LanUserId *uid = &conn->device->account->row.uid;
  LanRegistryOp *op;

  if (m->size == 0 || m->size > registry->limits.blob_bytes) {
    lan_registry_refuse (registry, conn, m->request, LAN_REFUSAL_SIZE, 0);
    return;
  }
  if (m->data.len == 0) {
    op = lan_registry_op_new (LAN_OP_BLOB_STAT);
    op->blob_stat.uid = *uid;
    memcpy (op->blob_stat.root.b, m->root.data, LAN_HASH_BYTES);
    lan_registry_ask (registry, op, conn, m->request);
    return;
  }
  if (m->offset >= m->size || m->data.len != MIN (LAN_SERVER_BLOB_PART, m->size - m->offset)) {
    lan_registry_refuse (registry, conn, m->request, LAN_REFUSAL_PROTOCOL, 0);
    return;
  }
  op = lan_registry_op_new (LAN_OP_BLOB_PUT);
  op->blob_put.uid = *uid;
  memcpy (op->blob_put.root.b, m->root.data, LAN_HASH_BYTES);
  op->blob_put.size = m->size;
  op->blob_put.offset = m->offset;
  op->blob_put.data = g_bytes_new (m->data.data, m->data.len);
  lan_tree_leaf (&op->blob_put.leaf, m->offset / LAN_SERVER_BLOB_PART, m->data.data, m->data.len);
  op->blob_put.quota = registry->limits.blob_quota;
  op->blob_put.expires_ms = registry->now.wall_ms + registry->limits.blob_life_ms;
  lan_registry_ask (registry, op, conn, m->request);
}

void
lan_registry_on_blob_get (LanRegistry *registry, Conn *conn, const Lanyard__Server__BlobGet *m)
{
  LanRegistryOp *op = lan_registry_op_new (LAN_OP_BLOB_READ);

  memcpy (op->blob_read.root.b, m->root.data, LAN_HASH_BYTES);
  op->blob_read.offset = m->offset;
  lan_registry_ask (registry, op, conn, m->request);
}

void
lan_registry_on_blob_drop (LanRegistry *registry, Conn *conn, const Lanyard__Server__BlobDrop *m)
{
  LanRegistryOp *op = lan_registry_op_new (LAN_OP_BLOB_SEAL);

  op->blob_seal.uid = conn->device->account->row.uid;
  memcpy (op->blob_seal.root.b, m->root.data, LAN_HASH_BYTES);
  op->blob_seal.is_drop = TRUE;
  lan_registry_ask (registry, op, conn, m->request);
}

/* The last piece is there: do the leaves give the root? */
static void
ask_leaves (LanRegistry *registry, const LanUserId *uid, const LanHash *root, guint64 request,
            Conn *conn)
{
  LanRegistryOp *op = lan_registry_op_new (LAN_OP_BLOB_LEAVES);

  op->blob_leaves.uid = *uid;
  op->blob_leaves.root = *root;
  lan_registry_ask (registry, op, conn, request);
}

static void
judge (LanRegistry *registry, const LanRegistryOp *leaves, Conn *conn)
{
  LanRegistryOp *op = lan_registry_op_new (LAN_OP_BLOB_SEAL);
  gsize len = 0;
  const guint8 *data = leaves->blob_leaves.leaves != NULL
                           ? g_bytes_get_data (leaves->blob_leaves.leaves, &len)
                           : NULL;

  op->blob_seal.uid = leaves->blob_leaves.uid;
  op->blob_seal.root = leaves->blob_leaves.root;
  op->blob_seal.keep =
      lan_tree_verify_leaves (data, len, leaves->blob_leaves.size, LAN_SERVER_BLOB_PART,
                              &leaves->blob_leaves.root) == LAN_STATUS_OK;
  if (op->blob_seal.keep)
    registry->counters.blob_bytes += leaves->blob_leaves.size;
  lan_registry_ask (registry, op, conn, leaves->ticket);
}

static void
send_part (LanRegistry *registry, const LanRegistryOp *op, Conn *conn)
{
  Lanyard__Server__BlobPart m = LANYARD__SERVER__BLOB_PART__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  m.request = op->ticket;
  m.root = (ProtobufCBinaryData){ LAN_HASH_BYTES, (guint8 *) op->blob_read.root.b };
  m.size = op->blob_read.size;
  m.offset = op->blob_read.offset;
  set_bytes (&m.data, op->blob_read.data);
  frame.body_case = LANYARD__SERVER__FRAME__BODY_BLOB_PART;
  frame.blob_part = &m;
  lan_registry_send (registry, conn, &frame);
}

static void
blob_put (LanRegistry *registry, const LanRegistryOp *op, Conn *conn)
{
  if (op->status == LAN_OP_OK && op->blob_put.have >= op->blob_put.size)
    ask_leaves (registry, &op->blob_put.uid, &op->blob_put.root, op->ticket, conn);
  else
    send_blob_state (registry, conn, op->ticket, &op->blob_put.root, op->blob_put.have, FALSE);
}

void
lan_registry_blob_done (LanRegistry *registry, LanRegistryOp *op, Conn *conn)
{
  LanRefusal refusal;

  if (conn->stage != STAGE_ONLINE)
    return;
  /* Another place than expected is an answer, not a fault; so is a blob nobody began. */
  if (op->type == LAN_OP_BLOB_PUT && op->status == LAN_OP_CONFLICT) {
    blob_put (registry, op, conn);
    return;
  }
  if (op->type == LAN_OP_BLOB_STAT && op->status == LAN_OP_NOT_FOUND) {
    send_blob_state (registry, conn, op->ticket, &op->blob_stat.root, 0, FALSE);
    return;
  }
  if (op->type == LAN_OP_BLOB_SEAL && op->blob_seal.is_drop && op->status == LAN_OP_NOT_FOUND)
    op->status = LAN_OP_OK;
  refusal = lan_registry_op_refusal (registry, op);
  if (refusal != LAN_REFUSAL_NONE) {
    lan_registry_refuse (registry, conn, op->ticket, refusal,
                         refusal == LAN_REFUSAL_STORAGE ? LAN_REGISTRY_STORAGE_MS : 0);
    return;
  }
  if (op->type == LAN_OP_BLOB_SEAL && op->blob_seal.is_drop)
    lan_registry_done (registry, conn, op->ticket);
  else if (op->type == LAN_OP_BLOB_PUT)
    blob_put (registry, op, conn);
  else if (op->type == LAN_OP_BLOB_STAT && op->blob_stat.have == op->blob_stat.size &&
           !op->blob_stat.complete)
    ask_leaves (registry, &op->blob_stat.uid, &op->blob_stat.root, op->ticket, conn);
  else if (op->type == LAN_OP_BLOB_STAT)
    send_blob_state (registry, conn, op->ticket, &op->blob_stat.root, op->blob_stat.have,
                     op->blob_stat.complete);
  else if (op->type == LAN_OP_BLOB_LEAVES)
    judge (registry, op, conn);
  else if (op->type == LAN_OP_BLOB_READ)
    send_part (registry, op, conn);
  else if (op->blob_seal.keep)
    send_blob_state (registry, conn, op->ticket, &op->blob_seal.root, 0, TRUE);
  else
    lan_registry_refuse (registry, conn, op->ticket, LAN_REFUSAL_HASH, 0);
}
