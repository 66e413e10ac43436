/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The client's front: joining, dialling and backing off, the way of a frame, time.
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

/* ---- states ---- */

static void
set_state (LanServerClient *client, LanServerState state, gint64 due_us)
{
  client->due_us = due_us;
  if (client->state == state)
    return;
  client->state = state;
  client->since_ms = client->now.wall_ms;
  lan_client_add (client, LAN_SERVER_CLIENT_STATE);
}

/* Half of it is chance, so that a thousand clients do not come back at once. */
static gint64
backoff (LanServerClient *client)
{
  gint64 delay = LAN_SERVER_CLIENT_RETRY_MIN_US << MIN (client->attempts, 6);

  delay = MIN (delay, LAN_SERVER_CLIENT_RETRY_MAX_US);
  client->attempts++;
  return delay / 2 + lan_random_below (client->config.random, (guint32) (delay / 2) + 1);
}

static void
wait (LanServerClient *client, gint64 at_least_us)
{
  gint64 delay;

  if (client->state == LAN_SERVER_ONLINE &&
      client->now.mono_us - client->online_us >= CLIENT_STEADY_US)
    client->attempts = 0;
  delay = MAX (backoff (client), at_least_us);

  set_state (client, LAN_SERVER_WAITING, client->now.mono_us + delay);
}

static void
dial (LanServerClient *client, gboolean enrol)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_DIAL);

  client->lane = ++client->next_lane;
  client->is_welcome = FALSE;
  client->farewell_ms = 0;
  action->lane = client->lane;
  action->dial.enrol = enrol;
  action->dial.address = client->address;
  memcpy (action->dial.server_public, client->server_public, LAN_KEY_BYTES);
  set_state (client, enrol ? LAN_SERVER_ENROLLING : LAN_SERVER_DIALING,
             client->now.mono_us + CLIENT_WELCOME_US);
}

/* What lived on the connection is over. */
static void
offline (LanServerClient *client)
{
  client->lane = 0;
  client->is_welcome = FALSE;
  client->ping_us = client->heard_us = client->turn_us = LAN_NO_DEADLINE;
  lan_client_directory_offline (client);
  lan_client_asks_offline (client);
  lan_client_mail_offline (client);
  lan_client_people_offline (client);
}

static void
cut (LanServerClient *client)
{
  LanServerClientAction *action;

  if (client->lane == 0)
    return;
  action = lan_client_add (client, LAN_SERVER_CLIENT_CLOSE);
  action->lane = client->lane;
  offline (client);
}

static void
join_failed (LanServerClient *client, guint32 refusal, guint32 retry_ms)
{
  LanServerClientAction *action;

  cut (client);
  client->is_known = FALSE;
  set_state (client, LAN_SERVER_OFF, LAN_NO_DEADLINE);
  action = lan_client_add (client, LAN_SERVER_CLIENT_JOIN_FAILED);
  action->refusal = refusal;
  action->retry_ms = retry_ms;
}

static gboolean
is_denial (guint32 code)
{
  switch (code) {
  case LAN_REFUSAL_VERSION:
  case LAN_REFUSAL_UNKNOWN:
  case LAN_REFUSAL_SUSPENDED:
  case LAN_REFUSAL_LEFT:
  case LAN_REFUSAL_REVOKED:
  case LAN_REFUSAL_KEY_CONFLICT:
    return TRUE;
  default:
    return FALSE;
  }
}

static void
lost (LanServerClient *client)
{
  if (client->state == LAN_SERVER_ENROLLING) {
    client->lane = 0;
    join_failed (client, LAN_REFUSAL_NONE, 0);
    return;
  }
  offline (client);
  if (client->state != LAN_SERVER_ONLINE && client->state != LAN_SERVER_DIALING)
    return;
  wait (client, (gint64) client->farewell_ms * 1000);
}

void
lan_client_switched (LanServerClient *client)
{
  client->has_switched = FALSE;
  cut (client);
  client->attempts = 0;
  dial (client, FALSE);
}

/* ---- start, joining ---- */

void
lan_server_client_start (LanServerClient *client, const LanTime *now)
{
  client->now = *now;
  client->is_started = TRUE;
  lan_client_directory_init (client);
  if (client->is_enrolled)
    dial (client, FALSE);
}

static void
forget (LanServerClient *client)
{
  cut (client);
  if (client->is_enrolled || client->head != NULL)
    lan_client_forget_all (client);
  lan_client_directory_clear (client);
  lan_client_mail_clear (client);
  lan_client_asks_clear (client);
  client->is_known = client->is_enrolled = client->has_root = client->root_pinned = FALSE;
  client->attempts = 0;
  client->refusal = 0;
  memset (client->root_public, 0, sizeof client->root_public);
}

void
lan_server_client_leave (LanServerClient *client, const LanTime *now)
{
  client->now = *now;
  forget (client);
  set_state (client, LAN_SERVER_OFF, LAN_NO_DEADLINE);
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
  dial (client, TRUE);
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
  cut (client);
  client->attempts = 0;
  dial (client, FALSE);
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
    cut (client);
    dial (client, FALSE);
  }
}

void
lan_server_client_set_certs (LanServerClient *client, GPtrArray *certs, const LanTime *now)
{
  client->now = *now;
  g_ptr_array_set_size (client->certs, 0);
  for (guint i = 0; i < certs->len; i++)
    g_ptr_array_add (client->certs, g_bytes_ref (g_ptr_array_index (certs, i)));
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

static guint32
own_list_seq (LanServerClient *client)
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
  m.list_seq = own_list_seq (client);
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
    lost (client);
}

void
lan_server_client_network_changed (LanServerClient *client, const LanTime *now)
{
  client->now = *now;
  if (client->state == LAN_SERVER_WAITING || client->state == LAN_SERVER_DIALING) {
    cut (client);
    client->attempts = 0;
    dial (client, FALSE);
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

/* ---- frames ---- */

static void
on_enrolled (LanServerClient *client, const Lanyard__Server__Enrolled *m)
{
  LanServerClientAction *action;

  if (client->has_root && memcmp (client->root_public, m->org_root.data, LAN_KEY_BYTES) != 0) {
    join_failed (client, LAN_REFUSAL_IDENTITY, 0); /* not the company that invited */
    return;
  }
  client->has_root = TRUE;
  memcpy (client->root_public, m->org_root.data, LAN_KEY_BYTES);
  memcpy (client->uid.b, m->uid.data, LAN_USER_ID_BYTES);
  g_free (client->login);
  client->login = g_strdup (m->login);
  g_free (client->org_name);
  client->org_name = g_strdup (m->org_name);
  client->is_enrolled = TRUE;
  client->has_code = client->has_secret = FALSE;
  lan_secret_wipe (client->secret, sizeof client->secret);
  lan_secret_wipe (client->code, sizeof client->code);
  lan_client_keep_pin (client);
  action = lan_client_add (client, LAN_SERVER_CLIENT_ENROLLED);
  if (m->attestation.len > 0)
    action->attestation = g_bytes_new (m->attestation.data, m->attestation.len);
  cut (client);
  dial (client, FALSE);
}

static void
tell_prekeys (LanServerClient *client, const Lanyard__Server__PrekeysState *m)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_PREKEYS);

  action->prekeys.one_time = m != NULL ? m->one_time : 0;
  action->prekeys.signed_expires_s = m != NULL ? (gint64) MIN (m->signed_expires_s, G_MAXINT64) : 0;
}

static void
take_welcome (LanServerClient *client, const Lanyard__Server__Welcome *m)
{
  client->is_welcome = TRUE;
  client->online_us = client->now.mono_us;
  client->refusal = 0;
  client->has_relay = m->turn;
  client->blob_max = m->blob_max;
  client->idle_ms = CLAMP (m->idle_ms, 5000, 10 * 60 * 1000);
  client->ping_us = client->now.mono_us + (gint64) client->idle_ms * 1000;
  client->heard_us = client->now.mono_us + (gint64) client->idle_ms * 2500;
  g_free (client->seen_address);
  client->seen_address = g_strdup (m->address);
  if (strcmp (client->org_name, m->org_name) != 0) {
    g_free (client->org_name);
    client->org_name = g_strdup (m->org_name);
    lan_client_keep_pin (client);
  }
}

static void
on_welcome (LanServerClient *client, const Lanyard__Server__Welcome *m)
{
  guint32 seq = own_list_seq (client);
  gint64 ahead = (gint64) MIN (m->time_ms, G_MAXINT64) - client->now.wall_ms;

  take_welcome (client, m);
  set_state (client, LAN_SERVER_ONLINE, LAN_NO_DEADLINE);
  if (ahead > CLIENT_CLOCK_MS || ahead < -CLIENT_CLOCK_MS)
    lan_client_warn (client, LAN_DIRECTORY_CLOCK, NULL, FALSE, 0, NULL, NULL);
  if (seq > m->list_seq)
    lan_client_put_papers (client);
  else if (seq < m->list_seq)
    lan_server_client_want_papers (client, lan_device_keys_account (client->config.device),
                                   &client->now);
  lan_client_send_presence (client);
  lan_client_subscribe_all (client);
  lan_client_on_newest_head (client, &m->head);
  tell_prekeys (client, m->prekeys);
  lan_client_mail_online (client);
  lan_client_send_asks (client);
  lan_client_renew_turn (client);
}

static void
on_goodbye (LanServerClient *client, const Lanyard__Server__Goodbye *m)
{
  if (client->state == LAN_SERVER_ENROLLING) {
    join_failed (client, m->code, m->retry_ms);
    return;
  }
  cut (client);
  if (client->has_switched) { /* it was the old device that had to go */
    lan_client_switched (client);
    return;
  }
  client->refusal = m->code;
  if (is_denial (m->code)) {
    set_state (client, LAN_SERVER_DENIED, client->now.mono_us + CLIENT_DENIED_US);
    return;
  }
  /* Another program with this device's keys is there: do not fight over the place. */
  wait (client, m->code == LAN_REFUSAL_REPLACED ? LAN_SERVER_CLIENT_RETRY_MAX_US
                                                : (gint64) m->retry_ms * 1000);
}

static void
on_refused (LanServerClient *client, const Lanyard__Server__Refused *m)
{
  LanServerClientAction *action;

  if (client->state == LAN_SERVER_ENROLLING) {
    join_failed (client, m->code, m->retry_ms);
  } else if (m->id.len > 0) {
    lan_client_deposit_refused (client, m);
  } else if (m->device.len > 0) {
    action = lan_client_add (client, LAN_SERVER_CLIENT_SIGNAL_REFUSED);
    memcpy (action->device.b, m->device.data, LAN_DEVICE_ID_BYTES);
    action->refusal = m->code;
    action->retry_ms = m->retry_ms;
  } else if (m->request != 0) {
    lan_client_ask_refused (client, m);
  }
}

static void
send_pong (LanServerClient *client, guint64 token)
{
  Lanyard__Server__Pong pong = LANYARD__SERVER__PONG__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  pong.token = token;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PONG;
  frame.pong = &pong;
  lan_client_send (client, &frame);
}

static void
on_signal (LanServerClient *client, const guint8 *device, const guint8 *payload, gsize len)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_SIGNAL);

  memcpy (action->device.b, device, LAN_DEVICE_ID_BYTES);
  action->bytes = g_bytes_new (payload, len);
}

static void
dispatch_online (LanServerClient *client, const LanServerFrame *frame)
{
  switch (lan_server_frame_type (frame)) {
  case LAN_SERVER_SIGNAL:
    on_signal (client, frame->signal->device.data, frame->signal->payload.data,
               frame->signal->payload.len);
    break;
  case LAN_SERVER_STORED:
    lan_client_on_stored (client, frame->stored);
    break;
  case LAN_SERVER_MAIL:
    lan_client_on_mail (client, frame->mail);
    break;
  case LAN_SERVER_PRESENCE:
    lan_client_on_presence (client, frame->presence);
    break;
  case LAN_SERVER_PREKEYS_STATE:
    tell_prekeys (client, frame->prekeys_state);
    break;
  case LAN_SERVER_DIRECTORY_PAGE:
    lan_client_on_page (client, frame->directory_page);
    break;
  case LAN_SERVER_PAPERS:
    lan_client_on_papers (client, frame->papers);
    break;
  case LAN_SERVER_PING:
    send_pong (client, frame->ping->token);
    break;
  default:
    (void) lan_client_on_answer (client, frame);
    break;
  }
}

static void
dispatch (LanServerClient *client, const LanServerFrame *frame)
{
  LanServerFrameType type = lan_server_frame_type (frame);

  if (!lan_server_frame_allowed (type, LAN_SERVER_FROM_SERVER))
    return;
  if (type == LAN_SERVER_GOODBYE)
    on_goodbye (client, frame->goodbye);
  else if (type == LAN_SERVER_REFUSED)
    on_refused (client, frame->refused);
  else if (client->is_welcome)
    dispatch_online (client, frame);
  else if (type == LAN_SERVER_ENROLLED && client->state == LAN_SERVER_ENROLLING)
    on_enrolled (client, frame->enrolled);
  else if (type == LAN_SERVER_WELCOME && client->state == LAN_SERVER_DIALING)
    on_welcome (client, frame->welcome);
}

void
lan_server_client_frame (LanServerClient *client, guint64 lane, const guint8 *data, gsize len,
                         const LanTime *now)
{
  LanServerFrame *frame = NULL;

  client->now = *now;
  if (lane != client->lane || lane == 0)
    return;
  if (client->is_welcome)
    client->heard_us = now->mono_us + (gint64) client->idle_ms * 2500;
  if (lan_server_frame_decode (data, len, &frame) != LAN_STATUS_OK) {
    cut (client);
    lost (client);
    return;
  }
  dispatch (client, frame);
  lan_server_frame_free (frame);
}

/* ---- time ---- */

gint64
lan_server_client_next_deadline (const LanServerClient *client)
{
  gint64 due = MIN (MIN (client->due_us, client->ping_us), MIN (client->heard_us, client->ack_us));

  due = MIN (due, MIN (client->turn_us, client->stale_us));
  return MIN (due, lan_client_asks_due (client));
}

static void
advance_state (LanServerClient *client)
{
  switch (client->state) {
  case LAN_SERVER_WAITING:
  case LAN_SERVER_DENIED:
    dial (client, FALSE);
    break;
  case LAN_SERVER_DIALING:
    cut (client);
    wait (client, 0);
    break;
  case LAN_SERVER_ENROLLING:
    join_failed (client, LAN_REFUSAL_NONE, 0);
    break;
  case LAN_SERVER_OFF:
  case LAN_SERVER_ONLINE:
  case LAN_SERVER_STATE_N:
  default:
    client->due_us = LAN_NO_DEADLINE;
    break;
  }
}

static void
ping (LanServerClient *client)
{
  Lanyard__Server__Ping m = LANYARD__SERVER__PING__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  m.token = (guint64) client->now.mono_us;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PING;
  frame.ping = &m;
  lan_client_send (client, &frame);
  client->ping_us = client->now.mono_us + (gint64) client->idle_ms * 1000;
}

void
lan_server_client_advance (LanServerClient *client, const LanTime *now)
{
  client->now = *now;
  if (now->mono_us >= client->due_us)
    advance_state (client);
  if (now->mono_us >= client->heard_us) {
    cut (client);
    wait (client, 0);
  }
  if (now->mono_us >= client->ping_us)
    ping (client);
  if (now->mono_us >= client->ack_us)
    lan_client_flush_acks (client);
  if (now->mono_us >= client->turn_us)
    lan_client_renew_turn (client);
  if (now->mono_us >= client->stale_us) {
    lan_client_check_stale (client);
    if (client->is_welcome)
      lan_client_withheld (client);
  }
  if (client->is_welcome)
    lan_client_send_asks (client);
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
