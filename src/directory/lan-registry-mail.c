/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The mailbox. A deposit is answered when the storage has it; a recipient who is here and has kept up
 * gets it at once, everybody else by pages from the storage, never more than their window. What a
 * mailbox holds is counted here, so that its limit holds before anything is written.
 */
#include "lan-registry-private.h"

#include <string.h>

#define PAGE_BYTES (256 * 1024)

static void
refuse_deposit (LanRegistry *registry, Conn *conn, const guint8 *id, LanRefusal code,
                guint32 retry_ms)
{
  Lanyard__Server__Refused refused = LANYARD__SERVER__REFUSED__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  registry->counters.deposits_refused++;
  refused.code = code;
  refused.retry_ms = retry_ms;
  refused.id = (ProtobufCBinaryData){ LAN_SERVER_DEPOSIT_ID_BYTES, (guint8 *) id };
  frame.body_case = LANYARD__SERVER__FRAME__BODY_REFUSED;
  frame.refused = &refused;
  lan_registry_send (registry, conn, &frame);
}

static guint64
weight (GBytes *envelope)
{
  return g_bytes_get_size (envelope) + LAN_REGISTRY_MAIL_OVERHEAD;
}

void
lan_registry_on_deposit (LanRegistry *registry, Conn *conn, const Lanyard__Server__Deposit *m)
{
  Device *to = g_hash_table_lookup (registry->devices, m->device.data);
  guint32 retry_ms = 0;
  LanRegistryOp *op;

  if (m->envelope.len > LAN_SERVER_ENVELOPE_MAX) {
    refuse_deposit (registry, conn, m->id.data, LAN_REFUSAL_SIZE, 0);
  } else if (to == NULL || to->state != LAN_DEVICE_ACTIVE || !lan_account_is_active (to->account)) {
    refuse_deposit (registry, conn, m->id.data, LAN_REFUSAL_UNKNOWN, 0);
  } else if (!lan_bucket_take (&conn->device->deposits, registry->now.mono_us,
                               registry->limits.deposit_burst, registry->limits.deposit_rate,
                               &retry_ms)) {
    refuse_deposit (registry, conn, m->id.data, LAN_REFUSAL_RATE, retry_ms);
  } else if (to->mail_bytes + m->envelope.len + LAN_REGISTRY_MAIL_OVERHEAD >
             registry->limits.mailbox_bytes) {
    refuse_deposit (registry, conn, m->id.data, LAN_REFUSAL_QUOTA, 60 * 60 * 1000);
  } else {
    op = lan_registry_op_new (LAN_OP_DEPOSIT);
    op->deposit.from = conn->device->id;
    op->deposit.to = to->id;
    memcpy (op->deposit.id, m->id.data, sizeof op->deposit.id);
    op->deposit.envelope = g_bytes_new (m->envelope.data, m->envelope.len);
    op->deposit.time_ms = registry->now.wall_ms;
    op->deposit.expires_ms = registry->now.wall_ms + registry->limits.mail_life_ms;
    to->mail_bytes += weight (op->deposit.envelope);
    to->mail_count++;
    lan_registry_ask (registry, op, conn, 0);
  }
}

static void
send_mail (LanRegistry *registry, Conn *conn, guint64 id, gint64 time_ms, GBytes *envelope)
{
  Lanyard__Server__Mail mail = LANYARD__SERVER__MAIL__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  gsize len;

  mail.id = id;
  mail.time_ms = (guint64) time_ms;
  mail.envelope.data = (guint8 *) g_bytes_get_data (envelope, &len);
  mail.envelope.len = len;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_MAIL;
  frame.mail = &mail;
  lan_registry_send (registry, conn, &frame);
  conn->mail_last = id;
  conn->mail_out++;
  registry->counters.mail_given++;
}

static void
uncount (LanRegistry *registry, const LanDeviceId *id, guint64 bytes, guint32 count)
{
  Device *device = g_hash_table_lookup (registry->devices, id);

  if (device == NULL)
    return;
  device->mail_bytes -=
      MIN (device->mail_bytes, bytes + (guint64) count * LAN_REGISTRY_MAIL_OVERHEAD);
  device->mail_count -= MIN (device->mail_count, count);
}

/* The newest connection of the device that asked for mail. */
static Conn *
mail_conn (Device *device)
{
  for (Conn *conn = device->conns; conn != NULL; conn = conn->sibling) {
    if (conn->mail_window > 0)
      return conn;
  }
  return NULL;
}

static void
hand_over (LanRegistry *registry, const LanRegistryOp *op)
{
  Device *device = g_hash_table_lookup (registry->devices, &op->deposit.to);
  Conn *conn = device != NULL ? mail_conn (device) : NULL;

  if (conn == NULL)
    return;
  if (conn->mail_behind || conn->mail_reading || conn->mail_out >= conn->mail_window ||
      !conn->is_writable) {
    conn->mail_behind = TRUE;
    lan_registry_mail_pump (registry, conn);
    return;
  }
  send_mail (registry, conn, op->deposit.mail_id, op->deposit.time_ms, op->deposit.envelope);
}

void
lan_registry_deposited (LanRegistry *registry, LanRegistryOp *op, Conn *conn)
{
  Lanyard__Server__Stored stored = LANYARD__SERVER__STORED__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  LanRefusal refusal = lan_registry_op_refusal (registry, op);

  if (refusal != LAN_REFUSAL_NONE || op->deposit.duplicate)
    uncount (registry, &op->deposit.to, g_bytes_get_size (op->deposit.envelope), 1);
  if (refusal != LAN_REFUSAL_NONE) {
    if (conn->stage == STAGE_ONLINE)
      refuse_deposit (registry, conn, op->deposit.id, refusal, LAN_REGISTRY_STORAGE_MS);
    return;
  }
  registry->counters.deposits++;
  if (!op->deposit.duplicate)
    hand_over (registry, op);
  if (conn->stage != STAGE_ONLINE)
    return;
  stored.id = (ProtobufCBinaryData){ LAN_SERVER_DEPOSIT_ID_BYTES, op->deposit.id };
  frame.body_case = LANYARD__SERVER__FRAME__BODY_STORED;
  frame.stored = &stored;
  lan_registry_send (registry, conn, &frame);
}

/* ---- fetching ---- */

void
lan_registry_mail_pump (LanRegistry *registry, Conn *conn)
{
  LanRegistryOp *op;

  if (conn->stage != STAGE_ONLINE || !conn->mail_behind || conn->mail_reading ||
      conn->mail_out >= conn->mail_window || !conn->is_writable)
    return;
  conn->mail_reading = TRUE;
  conn->mail_behind = FALSE;
  op = lan_registry_op_new (LAN_OP_MAIL_READ);
  op->mail_read.device = conn->device->id;
  op->mail_read.after = conn->mail_last;
  op->mail_read.max_count = conn->mail_window - conn->mail_out;
  op->mail_read.max_bytes = PAGE_BYTES;
  lan_registry_ask (registry, op, conn, op->mail_read.max_count);
}

void
lan_registry_mail_read (LanRegistry *registry, LanRegistryOp *op, Conn *conn)
{
  GArray *mail = op->mail_read.mail;
  gsize bytes = 0;

  if (conn->stage != STAGE_ONLINE)
    return;
  conn->mail_reading = FALSE;
  if (lan_registry_op_refusal (registry, op) != LAN_REFUSAL_NONE) {
    conn->mail_behind = TRUE; /* with the next acknowledgement or deposit */
    return;
  }
  for (guint i = 0; mail != NULL && i < mail->len; i++) {
    const LanRegistryMail *one = &g_array_index (mail, LanRegistryMail, i);

    if (one->id <= conn->mail_last)
      continue;
    bytes += g_bytes_get_size (one->envelope);
    send_mail (registry, conn, one->id, one->time_ms, one->envelope);
  }
  if (mail != NULL && mail->len > 0 &&
      (mail->len >= op->ticket || bytes + LAN_SERVER_ENVELOPE_MAX > PAGE_BYTES))
    conn->mail_behind = TRUE;
  lan_registry_mail_pump (registry, conn);
}

void
lan_registry_on_mail_fetch (LanRegistry *registry, Conn *conn, const Lanyard__Server__MailFetch *m)
{
  conn->mail_last = m->after;
  conn->mail_window = (guint16) m->window;
  conn->mail_out = 0;
  conn->mail_behind = TRUE;
  lan_registry_mail_pump (registry, conn);
}

void
lan_registry_on_mail_ack (LanRegistry *registry, Conn *conn, const Lanyard__Server__MailAck *m)
{
  LanRegistryOp *op;

  if (m->n_ids == 0)
    return;
  op = lan_registry_op_new (LAN_OP_MAIL_ACK);
  op->mail_ack.device = conn->device->id;
  op->mail_ack.ids = g_array_sized_new (FALSE, FALSE, sizeof (guint64), (guint) m->n_ids);
  g_array_append_vals (op->mail_ack.ids, m->ids, (guint) m->n_ids);
  lan_registry_ask (registry, op, NULL, 0);
  conn->mail_out -= (guint16) MIN (conn->mail_out, m->n_ids);
  lan_registry_mail_pump (registry, conn);
}

void
lan_registry_mail_acked (LanRegistry *registry, LanRegistryOp *op)
{
  if (lan_registry_op_refusal (registry, op) != LAN_REFUSAL_NONE)
    return;
  registry->counters.mail_acked += op->mail_ack.freed_count;
  uncount (registry, &op->mail_ack.device, op->mail_ack.freed_bytes, op->mail_ack.freed_count);
}

void
lan_registry_expired (LanRegistry *registry, LanRegistryOp *op)
{
  if (lan_registry_op_refusal (registry, op) != LAN_REFUSAL_NONE)
    return;
  for (guint i = 0; op->expire.freed != NULL && i < op->expire.freed->len; i++) {
    const LanRegistryFreed *freed = &g_array_index (op->expire.freed, LanRegistryFreed, i);

    uncount (registry, &freed->device, freed->bytes, freed->count);
  }
}
