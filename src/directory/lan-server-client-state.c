/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The state of the way to the server: dialling, backing off, losing the lane, and the deadlines of it all.
 */
#include "lan-server-client-private.h"

#include <string.h>

void
lan_client_set_state (LanServerClient *client, LanServerState state, gint64 due_us)
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

void
lan_client_wait (LanServerClient *client, gint64 at_least_us)
{
  gint64 delay;

  if (client->state == LAN_SERVER_ONLINE &&
      client->now.mono_us - client->online_us >= CLIENT_STEADY_US)
    client->attempts = 0;
  delay = MAX (backoff (client), at_least_us);

  lan_client_set_state (client, LAN_SERVER_WAITING, client->now.mono_us + delay);
}

static LanServerClientAction *
dial (LanServerClient *client, gboolean look)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_DIAL);

  client->is_looking = look;
  client->lane = ++client->next_lane;
  client->is_welcome = FALSE;
  client->farewell_ms = 0;
  action->lane = client->lane;
  action->dial.look = look;
  action->dial.address = client->address;
  return action;
}

void
lan_client_dial (LanServerClient *client, gboolean enrol)
{
  LanServerClientAction *action = dial (client, FALSE);

  action->dial.enrol = enrol;
  memcpy (action->dial.server_public, client->server_public, LAN_KEY_BYTES);
  lan_client_set_state (client, enrol ? LAN_SERVER_ENROLLING : LAN_SERVER_DIALING,
                        client->now.mono_us + CLIENT_WELCOME_US);
}

void
lan_client_look (LanServerClient *client)
{
  dial (client, TRUE);
  lan_client_set_state (client, LAN_SERVER_DIALING, client->now.mono_us + CLIENT_WELCOME_US);
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

void
lan_client_cut (LanServerClient *client)
{
  LanServerClientAction *action;

  if (client->lane == 0)
    return;
  action = lan_client_add (client, LAN_SERVER_CLIENT_CLOSE);
  action->lane = client->lane;
  offline (client);
}

void
lan_client_join_failed (LanServerClient *client, guint32 refusal, guint32 retry_ms)
{
  LanServerClientAction *action;

  lan_client_cut (client);
  client->is_known = FALSE;
  lan_client_set_state (client, LAN_SERVER_OFF, LAN_NO_DEADLINE);
  action = lan_client_add (client, LAN_SERVER_CLIENT_JOIN_FAILED);
  action->refusal = refusal;
  action->retry_ms = retry_ms;
}

void
lan_client_lost (LanServerClient *client)
{
  if (client->state == LAN_SERVER_ENROLLING) {
    client->lane = 0;
    lan_client_join_failed (client, LAN_REFUSAL_NONE, 0);
    return;
  }
  offline (client);
  if (client->state != LAN_SERVER_ONLINE && client->state != LAN_SERVER_DIALING)
    return;
  if (client->is_looking) { /* with the key that it has found, or the one there was */
    lan_client_dial (client, FALSE);
    return;
  }
  lan_client_wait (client, (gint64) client->farewell_ms * 1000);
}

void
lan_client_switched (LanServerClient *client)
{
  client->has_switched = FALSE;
  lan_client_cut (client);
  client->attempts = 0;
  lan_client_dial (client, FALSE);
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
    if (lan_client_should_look (client))
      lan_client_look (client);
    else
      lan_client_dial (client, FALSE);
    break;
  case LAN_SERVER_DIALING:
    lan_client_cut (client);
    if (client->is_looking)
      lan_client_dial (client, FALSE);
    else
      lan_client_wait (client, 0);
    break;
  case LAN_SERVER_ENROLLING:
    lan_client_join_failed (client, LAN_REFUSAL_NONE, 0);
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
    lan_client_cut (client);
    lan_client_wait (client, 0);
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
