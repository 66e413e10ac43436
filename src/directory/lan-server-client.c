/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The client's front: start and end, joining, the lane as it comes and goes, what is to be seen.
 */
#include "lan-server-client-private.h"

#include "lan-password.h"

#include <string.h>

LanServerClient *
lan_server_client_new (const LanServerClientConfig *config)
{
  LanServerClient *client = g_new0 (LanServerClient, 1);

  client->config = *config;
  client->certs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  client->login = g_strdup ("");
  client->org_name = g_strdup ("");
  client->seen_address = g_strdup ("");
  client->display = g_strdup ("");
  client->issuers = g_ptr_array_new_with_free_func (g_free);
  client->issuer_log = g_byte_array_new ();
  client->people =
      g_hash_table_new_full (lan_user_id_hash, lan_user_id_equal, NULL, lan_client_person_free);
  client->before =
      g_hash_table_new_full (lan_user_id_hash, lan_user_id_equal, NULL, lan_client_person_free);
  client->accounts = g_hash_table_new (lan_account_id_hash, lan_account_id_equal);
  client->past = g_array_new (FALSE, FALSE, sizeof (PastHead));
  client->claims = g_array_new (FALSE, FALSE, sizeof (Claim));
  client->watched = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL, g_free);
  client->lists = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free,
                                         (GDestroyNotify) g_bytes_unref);
  client->acks = g_array_new (FALSE, FALSE, sizeof (guint64));
  client->presence = LANYARD__SERVER__STATE__AVAILABLE;
  client->due_us = client->ping_us = client->heard_us = LAN_NO_DEADLINE;
  client->ack_us = client->turn_us = client->stale_us = LAN_NO_DEADLINE;
  lan_merkle_frontier_init (&client->frontier);
  g_queue_init (&client->deposits);
  g_queue_init (&client->asks);
  g_queue_init (&client->actions);
  return client;
}

void
lan_server_client_free (LanServerClient *client)
{
  LanServerClientAction action;

  if (client == NULL)
    return;
  while (lan_server_client_next_action (client, &action))
    lan_server_client_action_clear (&action);
  lan_client_directory_clear (client);
  lan_client_mail_clear (client);
  lan_client_asks_clear (client);
  lan_secret_wipe (client->secret, sizeof client->secret);
  lan_secret_wipe (client->code, sizeof client->code);
  g_ptr_array_unref (client->certs);
  g_ptr_array_unref (client->issuers);
  g_byte_array_unref (client->issuer_log);
  g_hash_table_unref (client->accounts);
  g_hash_table_unref (client->people);
  g_hash_table_unref (client->before);
  g_array_unref (client->past);
  g_array_unref (client->claims);
  g_hash_table_unref (client->watched);
  g_hash_table_unref (client->lists);
  g_array_unref (client->acks);
  g_clear_pointer (&client->status, g_bytes_unref);
  g_free (client->login);
  g_free (client->org_name);
  g_free (client->seen_address);
  g_free (client->display);
  g_free (client);
}

/* ---- start, joining ---- */

void
lan_server_client_start (LanServerClient *client, const LanTime *now)
{
  client->now = *now;
  client->is_started = TRUE;
  lan_client_directory_init (client);
  lan_client_own_start (client);
  if (client->is_enrolled)
    lan_client_dial (client, FALSE);
}

static void
forget (LanServerClient *client)
{
  lan_client_cut (client);
  if (client->is_enrolled || client->head != NULL)
    lan_client_forget_all (client);
  lan_client_directory_clear (client);
  lan_client_mail_clear (client);
  lan_client_asks_clear (client);
  client->is_known = client->is_enrolled = client->has_root = client->root_pinned = FALSE;
  client->is_adopted = client->is_looking = FALSE;
  client->key_seq = 0;
  client->attempts = 0;
  client->refusal = 0;
  memset (client->root_public, 0, sizeof client->root_public);
}

void
lan_server_client_leave (LanServerClient *client, const LanTime *now)
{
  client->now = *now;
  forget (client);
  lan_client_set_state (client, LAN_SERVER_OFF, LAN_NO_DEADLINE);
}

void
lan_server_client_join (LanServerClient *client, const LanServerJoin *join, const LanTime *now)
{
  client->now = *now;
  forget (client);
  client->is_known = TRUE;
  client->address = join->address;
  memcpy (client->server_public, join->server_public, LAN_KEY_BYTES);
  client->has_root = client->root_pinned = join->root_public != NULL;
  if (client->has_root)
    memcpy (client->root_public, join->root_public, LAN_KEY_BYTES);
  client->has_code = join->code != NULL;
  if (client->has_code)
    memcpy (client->code, join->code, sizeof client->code);
  client->has_secret = join->secret != NULL;
  if (client->has_secret)
    memcpy (client->secret, join->secret, sizeof client->secret);
  g_free (client->login);
  client->login = g_strdup (join->login != NULL ? join->login : "");
  g_free (client->display);
  client->display = g_strdup (join->display != NULL ? join->display : "");
  lan_client_dial (client, TRUE);
}

LanStatus
lan_server_client_adopt (LanServerClient *client, const LanServerAddress *address,
                         const guint8 *server_public, const guint8 *root_public, const LanTime *now)
{
  client->now = *now;
  if (client->is_enrolled || client->state == LAN_SERVER_ENROLLING)
    return LAN_STATUS_STATE;
  forget (client);
  lan_client_take_server (client, address, server_public, root_public);
  memset (&client->uid, 0, sizeof client->uid);
  g_free (client->login);
  client->login = g_strdup ("");
  g_free (client->org_name);
  client->org_name = g_strdup ("");
  lan_client_keep_pin (client);
  lan_client_dial (client, FALSE);
  return LAN_STATUS_OK;
}

void
lan_server_client_set_address (LanServerClient *client, const LanServerAddress *address,
                               const LanTime *now)
{
  client->now = *now;
  if (!client->is_enrolled)
    return;
  client->address = *address;
  lan_client_keep_pin (client);
  lan_client_cut (client);
  client->attempts = 0;
  lan_client_dial (client, FALSE);
}

void
lan_server_client_set_identity (LanServerClient *client, const LanServerClientConfig *config,
                                const LanTime *now)
{
  gboolean is_other = !lan_device_id_equal (lan_device_keys_id (client->config.device),
                                            lan_device_keys_id (config->device));

  client->now = *now;
  client->config = *config;
  if (!client->is_enrolled)
    return;
  client->has_switched = is_other && client->is_welcome;
  /* The old device still holds the lane: it says who comes after it. */
  lan_client_put_papers (client);
  if (is_other && !client->is_welcome && client->lane != 0) {
    lan_client_cut (client);
    lan_client_dial (client, FALSE);
  }
}

/* ---- lane ---- */

static void
send_enrol (LanServerClient *client, const guint8 *handshake_hash)
{
  Lanyard__Server__Enrol m = LANYARD__SERVER__ENROL__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  guint8 proof[LAN_SIGNATURE_BYTES];

  lan_enrol_sign (client->config.device, handshake_hash, 64, client->login, proof);
  m.version = LAN_SERVER_VERSION;
  m.login = client->login;
  m.display = client->display;
  if (client->has_secret)
    m.secret = (ProtobufCBinaryData){ sizeof client->secret, client->secret };
  if (client->has_code)
    m.invite = (ProtobufCBinaryData){ sizeof client->code, client->code };
  m.cert = lan_client_field (client->config.cert);
  m.list = lan_client_field (client->config.list);
  m.proof = (ProtobufCBinaryData){ sizeof proof, proof };
  frame.body_case = LANYARD__SERVER__FRAME__BODY_ENROL;
  frame.enrol = &m;
  lan_client_send (client, &frame);
}

guint32
lan_client_own_list_seq (LanServerClient *client)
{
  LanDeviceList list;

  return lan_device_list_decode (&list, g_bytes_get_data (client->config.list, NULL),
                                 g_bytes_get_size (client->config.list)) == LAN_STATUS_OK
             ? list.seq
             : 0;
}

static void
send_login (LanServerClient *client)
{
  Lanyard__Server__Login m = LANYARD__SERVER__LOGIN__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  m.version = LAN_SERVER_VERSION;
  m.list_seq = lan_client_own_list_seq (client);
  m.dir_epoch = client->head != NULL ? client->head_fields.epoch : 0;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_LOGIN;
  frame.login = &m;
  lan_client_send (client, &frame);
}

void
lan_server_client_lane_up (LanServerClient *client, guint64 lane, const guint8 *handshake_hash,
                           const LanTime *now)
{
  client->now = *now;
  if (lane != client->lane)
    return;
  if (client->is_looking)
    return;
  if (client->state == LAN_SERVER_ENROLLING)
    send_enrol (client, handshake_hash);
  else
    send_login (client);
}

void
lan_server_client_lane_down (LanServerClient *client, guint64 lane, const LanTime *now)
{
  client->now = *now;
  if (lane == client->lane && lane != 0)
    lan_client_lost (client);
}

void
lan_server_client_network_changed (LanServerClient *client, const LanTime *now)
{
  client->now = *now;
  if (client->state == LAN_SERVER_WAITING || client->state == LAN_SERVER_DIALING) {
    lan_client_cut (client);
    client->attempts = 0;
    lan_client_dial (client, FALSE);
  } else if (client->state == LAN_SERVER_ONLINE) {
    client->ping_us = now->mono_us;
    client->heard_us = now->mono_us + CLIENT_PROBE_US;
  }
}

LanStatus
lan_server_client_signal (LanServerClient *client, const LanDeviceId *to, const guint8 *payload,
                          gsize len, const LanTime *now)
{
  LanServerClientAction *action;
  guint8 *frame;
  gsize size;

  client->now = *now;
  if (!client->is_welcome)
    return LAN_STATUS_STATE;
  if (len == 0 || len > LAN_SERVER_SIGNAL_MAX)
    return LAN_STATUS_OVERSIZED;
  size = lan_server_signal_size (len);
  frame = g_malloc (size);
  (void) lan_server_signal_write (frame, to->b, payload, len);
  action = lan_client_add (client, LAN_SERVER_CLIENT_SEND);
  action->lane = client->lane;
  action->bytes = g_bytes_new_take (frame, size);
  return LAN_STATUS_OK;
}

/* ---- looking ---- */

void
lan_server_client_get_info (LanServerClient *client, LanServerClientInfo *info)
{
  *info = (LanServerClientInfo){
    .state = client->state,
    .refusal = client->refusal,
    .retry_us = client->state == LAN_SERVER_WAITING ? client->due_us : LAN_NO_DEADLINE,
    .since_ms = client->since_ms,
    .address = client->address,
    .root_pinned = client->root_pinned,
    .uid = client->uid,
    .login = client->login,
    .org_name = client->org_name,
    .seen_address = client->seen_address,
    .dir_epoch = client->head_fields.epoch,
    .dir_size = client->head_fields.size,
    .dir_time_s = client->head_fields.time_s,
    .stale = client->is_stale,
    .relay = client->has_relay,
    .deposits = client->deposits.length,
    .blob_max = client->blob_max,
    .blob_life_ms = client->blob_life_ms,
  };
  memcpy (info->server_public, client->server_public, LAN_KEY_BYTES);
  memcpy (info->root_public, client->root_public, LAN_KEY_BYTES);
}

LanServerState
lan_server_client_get_state (const LanServerClient *client)
{
  return client->state;
}

gboolean
lan_server_client_is_joined (const LanServerClient *client)
{
  return client->is_enrolled;
}
