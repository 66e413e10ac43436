/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Mail: deposits wait here until the server has them on its disk, some of them under way at a time;
 * mail that comes in is acknowledged when its keeper says so, a few together.
 */
#include "lan-server-client-private.h"

#include <string.h>

static guint
id_hash (gconstpointer id)
{
  guint32 h;

  memcpy (&h, id, sizeof h);
  return h;
}

static gboolean
id_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, LAN_SERVER_DEPOSIT_ID_BYTES) == 0;
}

static void
deposit_free (gpointer data)
{
  Deposit *deposit = data;

  g_bytes_unref (deposit->envelope);
  g_free (deposit);
}

static void
send_deposit (LanServerClient *client, Deposit *deposit)
{
  Lanyard__Server__Deposit m = LANYARD__SERVER__DEPOSIT__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  deposit->is_sent = TRUE;
  client->deposits_out++;
  m.device = (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES, deposit->to.b };
  m.id = (ProtobufCBinaryData){ LAN_SERVER_DEPOSIT_ID_BYTES, deposit->id };
  m.envelope = lan_client_field (deposit->envelope);
  frame.body_case = LANYARD__SERVER__FRAME__BODY_DEPOSIT;
  frame.deposit = &m;
  lan_client_send (client, &frame);
}

static void
pump (LanServerClient *client)
{
  if (!client->is_welcome)
    return;
  for (GList *at = client->deposits.head; at != NULL && client->deposits_out < CLIENT_DEPOSITS_OUT;
       at = at->next) {
    Deposit *deposit = at->data;

    if (!deposit->is_sent)
      send_deposit (client, deposit);
  }
}

static Deposit *
find (LanServerClient *client, const guint8 *id)
{
  if (client->deposit_ids == NULL)
    client->deposit_ids = g_hash_table_new (id_hash, id_equal);
  return g_hash_table_lookup (client->deposit_ids, id);
}

static void
drop (LanServerClient *client, Deposit *deposit)
{
  if (deposit->is_sent)
    client->deposits_out--;
  g_hash_table_remove (client->deposit_ids, deposit->id);
  g_queue_remove (&client->deposits, deposit);
  deposit_free (deposit);
}

LanStatus
lan_server_client_deposit (LanServerClient *client, const guint8 id[LAN_SERVER_DEPOSIT_ID_BYTES],
                           const LanDeviceId *to, GBytes *envelope, const LanTime *now)
{
  Deposit *deposit = find (client, id);

  client->now = *now;
  if (!client->is_enrolled)
    return LAN_STATUS_STATE;
  if (g_bytes_get_size (envelope) == 0 || g_bytes_get_size (envelope) > LAN_SERVER_ENVELOPE_MAX)
    return LAN_STATUS_OVERSIZED;
  if (deposit != NULL)
    return LAN_STATUS_OK;
  if (client->deposits.length >= LAN_SERVER_CLIENT_DEPOSITS_MAX)
    return LAN_STATUS_LIMIT;
  deposit = g_new0 (Deposit, 1);
  memcpy (deposit->id, id, sizeof deposit->id);
  deposit->to = *to;
  deposit->envelope = g_bytes_ref (envelope);
  g_queue_push_tail (&client->deposits, deposit);
  g_hash_table_insert (client->deposit_ids, deposit->id, deposit);
  pump (client);
  return LAN_STATUS_OK;
}

void
lan_server_client_cancel_deposit (LanServerClient *client,
                                  const guint8 id[LAN_SERVER_DEPOSIT_ID_BYTES])
{
  Deposit *deposit = find (client, id);

  if (deposit != NULL)
    drop (client, deposit);
}

void
lan_client_on_stored (LanServerClient *client, const Lanyard__Server__Stored *m)
{
  Deposit *deposit = find (client, m->id.data);
  LanServerClientAction *action;

  if (deposit == NULL || !deposit->is_sent)
    return;
  action = lan_client_add (client, LAN_SERVER_CLIENT_STORED);
  memcpy (action->id, deposit->id, sizeof action->id);
  drop (client, deposit);
  pump (client);
}

void
lan_client_deposit_refused (LanServerClient *client, const Lanyard__Server__Refused *m)
{
  Deposit *deposit = find (client, m->id.data);
  LanServerClientAction *action;

  if (deposit == NULL || !deposit->is_sent)
    return;
  action = lan_client_add (client, LAN_SERVER_CLIENT_DEPOSIT_REFUSED);
  memcpy (action->id, deposit->id, sizeof action->id);
  action->device = deposit->to;
  action->refusal = m->code;
  action->retry_ms = m->retry_ms;
  drop (client, deposit);
  pump (client);
}

/* ---- incoming ---- */

void
lan_client_on_mail (LanServerClient *client, const Lanyard__Server__Mail *m)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_MAIL);

  action->mail.id = m->id;
  action->mail.time_ms = (gint64) MIN (m->time_ms, G_MAXINT64);
  action->mail.envelope = g_bytes_new (m->envelope.data, m->envelope.len);
}

void
lan_client_flush_acks (LanServerClient *client)
{
  Lanyard__Server__MailAck m = LANYARD__SERVER__MAIL_ACK__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  client->ack_us = LAN_NO_DEADLINE;
  if (!client->is_welcome || client->acks->len == 0)
    return;
  m.ids = (uint64_t *) (gpointer) client->acks->data;
  m.n_ids = MIN (client->acks->len, LAN_SERVER_ACK_MAX);
  frame.body_case = LANYARD__SERVER__FRAME__BODY_MAIL_ACK;
  frame.mail_ack = &m;
  lan_client_send (client, &frame);
  g_array_remove_range (client->acks, 0, (guint) m.n_ids);
  if (client->acks->len > 0)
    client->ack_us = client->now.mono_us;
}

void
lan_server_client_mail_ack (LanServerClient *client, guint64 mail_id, const LanTime *now)
{
  client->now = *now;
  if (client->acks->len >= 2 * LAN_SERVER_ACK_MAX) /* they are given and acknowledged again */
    return;
  g_array_append_val (client->acks, mail_id);
  if (client->acks->len >= CLIENT_MAIL_WINDOW / 2)
    lan_client_flush_acks (client);
  else if (client->ack_us == LAN_NO_DEADLINE && client->is_welcome)
    client->ack_us = now->mono_us + CLIENT_ACK_US;
}

void
lan_client_mail_online (LanServerClient *client)
{
  Lanyard__Server__MailFetch m = LANYARD__SERVER__MAIL_FETCH__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  lan_client_flush_acks (client);
  m.window = CLIENT_MAIL_WINDOW;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_MAIL_FETCH;
  frame.mail_fetch = &m;
  lan_client_send (client, &frame);
  pump (client);
}

void
lan_client_mail_offline (LanServerClient *client)
{
  client->deposits_out = 0;
  client->ack_us = LAN_NO_DEADLINE;
  for (GList *at = client->deposits.head; at != NULL; at = at->next)
    ((Deposit *) at->data)->is_sent = FALSE;
}

void
lan_client_mail_clear (LanServerClient *client)
{
  g_clear_pointer (&client->deposit_ids, g_hash_table_unref);
  g_queue_clear_full (&client->deposits, deposit_free);
  client->deposits_out = 0;
  g_array_set_size (client->acks, 0);
  client->ack_us = LAN_NO_DEADLINE;
}
