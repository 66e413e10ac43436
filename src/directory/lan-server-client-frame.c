/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where a frame of the server goes: Enrolled, Welcome, Goodbye and Refused are dealt with here, all others
 * by the part whose they are.
 */
#include "lan-server-client-private.h"

#include <string.h>

#define BLOB_DAYS      30 /* of a server that does not say for how long it keeps a blob */
#define BLOB_DAYS_MOST 3660

static void
on_enrolled (LanServerClient *client, const Lanyard__Server__Enrolled *m)
{
  LanServerClientAction *action;

  if (client->has_root && memcmp (client->root_public, m->org_root.data, LAN_KEY_BYTES) != 0) {
    lan_client_join_failed (client, LAN_REFUSAL_IDENTITY, 0); /* not the company that invited */
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
  lan_client_cut (client);
  lan_client_dial (client, FALSE);
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
  client->blob_life_ms = (m->blob_days > 0 ? MIN (m->blob_days, BLOB_DAYS_MOST) : BLOB_DAYS) *
                         G_GINT64_CONSTANT (86400000);
  client->idle_ms = CLAMP (m->idle_ms, 5000, 10 * 60 * 1000);
  client->ping_us = client->now.mono_us + (gint64) client->idle_ms * 1000;
  client->heard_us = client->now.mono_us + (gint64) client->idle_ms * 2500;
  g_free (client->seen_address);
  client->seen_address = g_strdup (m->address);
  if (strcmp (client->org_name, m->org_name) != 0 || client->is_adopted) {
    g_free (client->org_name);
    client->org_name = g_strdup (m->org_name);
    client->is_adopted = FALSE;
    memcpy (client->uid.b, m->uid.data, LAN_USER_ID_BYTES);
    lan_client_keep_pin (client);
  }
}

static void
on_welcome (LanServerClient *client, const Lanyard__Server__Welcome *m)
{
  gint64 ahead = (gint64) MIN (m->time_ms, G_MAXINT64) - client->now.wall_ms;

  take_welcome (client, m);
  lan_client_set_state (client, LAN_SERVER_ONLINE, LAN_NO_DEADLINE);
  if (ahead > CLIENT_CLOCK_MS || ahead < -CLIENT_CLOCK_MS)
    lan_client_warn (client, LAN_DIRECTORY_CLOCK, NULL, FALSE, 0, NULL, NULL);
  lan_client_own_welcome (client, m->list_seq);
  lan_client_send_presence (client);
  lan_client_subscribe_all (client);
  lan_client_on_newest_head (client, &m->head);
  lan_client_on_server_key (client, &m->server_key);
  tell_prekeys (client, m->prekeys);
  lan_client_mail_online (client);
  lan_client_send_asks (client);
  lan_client_renew_turn (client);
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
on_goodbye (LanServerClient *client, const Lanyard__Server__Goodbye *m)
{
  if (client->state == LAN_SERVER_ENROLLING) {
    lan_client_join_failed (client, m->code, m->retry_ms);
    return;
  }
  lan_client_cut (client);
  if (client->has_switched) { /* it was the old device that had to go */
    lan_client_switched (client);
    return;
  }
  client->refusal = m->code;
  /* The device that linked this one has not been there since. */
  if (is_denial (m->code) && !(client->is_adopted && m->code == LAN_REFUSAL_UNKNOWN)) {
    lan_client_set_state (client, LAN_SERVER_DENIED, client->now.mono_us + CLIENT_DENIED_US);
    return;
  }
  /* Another program with this device's keys is there: do not fight over the place. */
  lan_client_wait (client, m->code == LAN_REFUSAL_REPLACED ? LAN_SERVER_CLIENT_RETRY_MAX_US
                                                           : (gint64) m->retry_ms * 1000);
}

static void
on_refused (LanServerClient *client, const Lanyard__Server__Refused *m)
{
  LanServerClientAction *action;

  if (client->state == LAN_SERVER_ENROLLING) {
    lan_client_join_failed (client, m->code, m->retry_ms);
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
  case LAN_SERVER_SERVER_KEY:
    lan_client_on_server_key (client, &frame->server_key->key);
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
  if (client->is_looking) {
    if (type == LAN_SERVER_SERVER_KEY)
      lan_client_on_server_key (client, &frame->server_key->key);
  } else if (type == LAN_SERVER_GOODBYE)
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
    lan_client_cut (client);
    lan_client_lost (client);
    return;
  }
  dispatch (client, frame);
  lan_server_frame_free (frame);
}
