/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The client's queue of actions, and the names of what it tells.
 */
#include "lan-server-client-private.h"

#include <string.h>

const char *
lan_server_state_name (LanServerState state)
{
  static const char *const names[LAN_SERVER_STATE_N] = { "off",     "enrolling", "waiting",
                                                         "dialing", "online",    "denied" };

  return (guint) state < LAN_SERVER_STATE_N ? names[state] : "unknown";
}

const char *
lan_directory_warning_code (LanDirectoryWarning warning)
{
  static const char *const codes[LAN_DIRECTORY_WARNING_N] = {
    "equivocation", "rollback",  "stale",    "fresh", "forged",
    "broken",       "downgrade", "old-list", "clock", "server-key",
  };

  return (guint) warning < LAN_DIRECTORY_WARNING_N ? codes[warning] : "unknown";
}

LanServerClientAction *
lan_client_add (LanServerClient *client, LanServerClientActionType type)
{
  LanServerClientAction *action = g_new0 (LanServerClientAction, 1);

  action->type = type;
  g_queue_push_tail (&client->actions, action);
  return action;
}

void
lan_client_send (LanServerClient *client, const LanServerFrame *frame)
{
  LanServerClientAction *action;

  if (client->lane == 0)
    return;
  action = lan_client_add (client, LAN_SERVER_CLIENT_SEND);
  action->lane = client->lane;
  action->bytes = lan_server_frame_encode (frame);
}

void
lan_client_warn (LanServerClient *client, LanDirectoryWarning kind, const LanAccountId *account,
                 gboolean proved, guint64 epoch, GBytes *first, GBytes *second)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_WARNING);

  if (account != NULL)
    action->account = *account;
  action->warning.kind = kind;
  action->warning.proved = proved;
  action->warning.epoch = epoch;
  action->warning.first = first != NULL ? g_bytes_ref (first) : NULL;
  action->warning.second = second != NULL ? g_bytes_ref (second) : NULL;
}

void
lan_client_keep (LanServerClient *client, const char *key, GBytes *value)
{
  LanChange *change;

  if (client->changes == NULL)
    client->changes = lan_changes_new ();
  change = lan_changes_add (client->changes, LAN_CHANGE_SETTING);
  change->setting.key = g_strdup (key);
  change->setting.value = value != NULL ? g_bytes_ref (value) : NULL;
}

ProtobufCBinaryData
lan_client_field (GBytes *bytes)
{
  ProtobufCBinaryData field = { 0 };
  gsize len = 0;

  if (bytes != NULL)
    field.data = (guint8 *) g_bytes_get_data (bytes, &len);
  field.len = len;
  return field;
}

void
lan_server_client_action_clear (LanServerClientAction *action)
{
  g_clear_pointer (&action->bytes, g_bytes_unref);
  g_clear_pointer (&action->changes, g_ptr_array_unref);
  g_clear_pointer (&action->attestation, g_bytes_unref);
  g_clear_pointer (&action->person.attestation, g_bytes_unref);
  g_clear_pointer (&action->presence.status, g_bytes_unref);
  g_clear_pointer (&action->presence.devices, g_array_unref);
  g_clear_pointer (&action->mail.envelope, g_bytes_unref);
  g_clear_pointer (&action->bundle.signed_prekey, g_bytes_unref);
  g_clear_pointer (&action->bundle.one_time, g_bytes_unref);
  g_clear_pointer (&action->papers.list, g_bytes_unref);
  g_clear_pointer (&action->papers.certs, g_ptr_array_unref);
  g_clear_pointer (&action->turn.username, g_free);
  g_clear_pointer (&action->turn.password, g_free);
  g_clear_pointer (&action->turn.uris, g_ptr_array_unref);
  g_clear_pointer (&action->blob.part, g_bytes_unref);
  g_clear_pointer (&action->warning.first, g_bytes_unref);
  g_clear_pointer (&action->warning.second, g_bytes_unref);
}

/* What is to be kept goes out before what was done because of it is told. */
gboolean
lan_server_client_next_action (LanServerClient *client, LanServerClientAction *action)
{
  LanServerClientAction *next;

  if (client->changes != NULL) {
    *action = (LanServerClientAction){ .type = LAN_SERVER_CLIENT_COMMIT };
    action->changes = g_steal_pointer (&client->changes);
    return TRUE;
  }
  next = g_queue_pop_head (&client->actions);
  if (next == NULL)
    return FALSE;
  *action = *next;
  g_free (next);
  return TRUE;
}
