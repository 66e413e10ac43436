/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Mail for the absent: core seals and opens it, the machine carries it to the server and back; here
 * one is handed on to the other, nothing is looked at. Mail is acknowledged when core says that it
 * is on our disk.
 */
#include "lan-engine-left.h"
#include "lan-engine-server-private.h"

#include "lan-mail.h"

#define DEPOSIT_RETRY_MS (60 * 1000) /* when the machine takes no more */

void
lan_engine_server_update_mailbox (LanEngine *engine)
{
  LanServerClient *client = engine->server->client;
  LanMailbox mailbox = LAN_MAILBOX_NONE;

  if (lan_server_client_get_state (client) == LAN_SERVER_ONLINE)
    mailbox = LAN_MAILBOX_OPEN;
  else if (lan_server_client_is_joined (client))
    mailbox = LAN_MAILBOX_AWAY;
  lan_core_set_mailbox (engine->core, mailbox, &engine->now);
}

static void
deposit (LanEngine *engine, const LanCoreAction *action)
{
  LanStatus status =
      lan_server_client_deposit (engine->server->client, action->deposit.id,
                                 &action->deposit.device, action->deposit.envelope, &engine->now);

  if (status == LAN_STATUS_OK)
    return;
  g_info ("mail is not taken: %s", lan_status_name (status));
  lan_core_deposit_refused (engine->core, action->deposit.id,
                            status == LAN_STATUS_LIMIT ? DEPOSIT_RETRY_MS : 0, &engine->now);
}

void
lan_engine_server_on_core (LanEngine *engine, const LanCoreAction *action)
{
  LanServerClient *client;

  if (engine->server == NULL) /* before it is opened there is no mailbox */
    return;
  client = engine->server->client;
  if (action->type == LAN_CORE_WANT_BUNDLE)
    lan_server_client_want_bundle (client, &action->bundle.device, &engine->now);
  else if (action->type == LAN_CORE_WANT_PAPERS)
    lan_server_client_want_papers (client, &action->account, &engine->now);
  else if (action->type == LAN_CORE_DEPOSIT)
    deposit (engine, action);
  else if (action->type == LAN_CORE_CANCEL_DEPOSIT)
    lan_server_client_cancel_deposit (client, action->deposit.id);
  else if (action->type == LAN_CORE_MAIL_ACK)
    lan_server_client_mail_ack (client, action->mail.id, &engine->now);
  else if (action->type == LAN_CORE_PUBLISH_PREKEYS)
    lan_server_client_publish_prekeys (client, action->prekeys.signed_prekey,
                                       action->prekeys.one_time, &engine->now);
  lan_engine_touch (engine);
}

static void
on_stored (LanEngine *engine, const LanServerClientAction *action)
{
  lan_core_deposit_stored (engine->core, action->id, &engine->now);
  lan_engine_left_on_deposit (engine);
}

void
lan_engine_server_on_mail (LanEngine *engine, const LanServerClientAction *action)
{
  LanCore *core = engine->core;

  if (action->type == LAN_SERVER_CLIENT_MAIL)
    lan_core_mail (core, action->mail.id, action->mail.envelope, &engine->now);
  else if (action->type == LAN_SERVER_CLIENT_STORED)
    on_stored (engine, action);
  else if (action->type == LAN_SERVER_CLIENT_DEPOSIT_REFUSED)
    lan_core_deposit_refused (core, action->id, action->retry_ms, &engine->now);
  else if (action->type == LAN_SERVER_CLIENT_BUNDLE)
    lan_core_bundle (core, &action->device, action->bundle.signed_prekey, action->bundle.one_time,
                     &engine->now);
  else if (action->type == LAN_SERVER_CLIENT_BUNDLE_REFUSED)
    lan_core_bundle_refused (core, &action->device, action->retry_ms, &engine->now);
  else if (action->type == LAN_SERVER_CLIENT_PREKEYS)
    lan_core_prekeys_left (core, action->prekeys.one_time, action->prekeys.signed_expires_s,
                           &engine->now);
}
