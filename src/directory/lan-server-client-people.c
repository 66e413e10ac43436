/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Presence and device lists of the people that are watched. A list is believed for its own signature,
 * and never an older one than was seen before, whatever the server says (SECURITY 4.1).
 */
#include "lan-server-client-private.h"

#include <string.h>

static guint32
known_seq (LanServerClient *client, const LanAccountId *account)
{
  GBytes *known = g_hash_table_lookup (client->lists, account);
  LanDeviceList list;

  if (known == NULL || lan_device_list_decode (&list, g_bytes_get_data (known, NULL),
                                               g_bytes_get_size (known)) != LAN_STATUS_OK)
    return 0;
  return list.seq;
}

static void
send_subscribe (LanServerClient *client, Watched **watched, guint n, gboolean anew)
{
  Lanyard__Server__Subscribe m = LANYARD__SERVER__SUBSCRIBE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  Lanyard__Server__Watch watches[LAN_SERVER_WATCH_MAX], *list[LAN_SERVER_WATCH_MAX];

  for (guint i = 0; i < n; i++) {
    lanyard__server__watch__init (&watches[i]);
    watches[i].account = (ProtobufCBinaryData){ LAN_ACCOUNT_ID_BYTES, watched[i]->account.b };
    watches[i].list_seq = known_seq (client, &watched[i]->account);
    list[i] = &watches[i];
  }
  m.add = list;
  m.n_add = n;
  m.all_off = anew;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_SUBSCRIBE;
  frame.subscribe = &m;
  lan_client_send (client, &frame);
}

void
lan_client_subscribe_all (LanServerClient *client)
{
  Watched *some[LAN_SERVER_WATCH_MAX];
  GHashTableIter iter;
  gpointer value;
  gboolean anew = TRUE;
  guint n = 0;

  g_hash_table_iter_init (&iter, client->watched);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    some[n++] = value;
    if (n < G_N_ELEMENTS (some))
      continue;
    send_subscribe (client, some, n, anew);
    anew = FALSE;
    n = 0;
  }
  if (n > 0)
    send_subscribe (client, some, n, anew);
}

static void
send_unsubscribe (LanServerClient *client, const LanAccountId *account)
{
  Lanyard__Server__Subscribe m = LANYARD__SERVER__SUBSCRIBE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData key = { LAN_ACCOUNT_ID_BYTES, (guint8 *) account->b };

  m.remove = &key;
  m.n_remove = 1;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_SUBSCRIBE;
  frame.subscribe = &m;
  lan_client_send (client, &frame);
}

void
lan_server_client_watch (LanServerClient *client, const LanAccountId *account, gboolean on,
                         const LanTime *now)
{
  Watched *watched = g_hash_table_lookup (client->watched, account);

  client->now = *now;
  if (on == (watched != NULL) || (on && g_hash_table_size (client->watched) >= CLIENT_WATCH_MAX))
    return;
  if (!on) {
    if (client->is_welcome)
      send_unsubscribe (client, account);
    g_hash_table_remove (client->watched, account);
    return;
  }
  watched = g_new0 (Watched, 1);
  watched->account = *account;
  g_hash_table_insert (client->watched, &watched->account, watched);
  if (client->is_welcome)
    send_subscribe (client, &watched, 1, FALSE);
}

/* ---- own presence ---- */

void
lan_client_send_presence (LanServerClient *client)
{
  Lanyard__Server__PresenceSet m = LANYARD__SERVER__PRESENCE_SET__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  if (!client->is_welcome)
    return;
  m.state = (Lanyard__Server__State) client->presence;
  m.status = lan_client_field (client->status);
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PRESENCE_SET;
  frame.presence_set = &m;
  lan_client_send (client, &frame);
}

void
lan_server_client_set_presence (LanServerClient *client, guint state, GBytes *status,
                                const LanTime *now)
{
  client->now = *now;
  client->presence = state;
  g_clear_pointer (&client->status, g_bytes_unref);
  if (status != NULL && g_bytes_get_size (status) <= LAN_SERVER_STATUS_MAX)
    client->status = g_bytes_ref (status);
  lan_client_send_presence (client);
}

/* ---- theirs ---- */

static void
tell (LanServerClient *client, Watched *watched, guint state, const Lanyard__Server__Presence *m)
{
  LanServerClientAction *action = lan_client_add (client, LAN_SERVER_CLIENT_PRESENCE);

  watched->state = state;
  action->account = watched->account;
  action->presence.state = state;
  action->presence.devices = g_array_new (FALSE, FALSE, sizeof (LanDeviceId));
  if (m == NULL)
    return;
  if (m->status.len > 0)
    action->presence.status = g_bytes_new (m->status.data, m->status.len);
  for (gsize i = 0; i < m->n_devices; i++)
    g_array_append_vals (action->presence.devices, m->devices[i].data, 1);
}

void
lan_client_on_presence (LanServerClient *client, const Lanyard__Server__Presence *m)
{
  Watched *watched = g_hash_table_lookup (client->watched, m->account.data);

  if (watched != NULL)
    tell (client, watched,
          (guint) m->state <= LANYARD__SERVER__STATE__BUSY ? (guint) m->state
                                                           : LANYARD__SERVER__STATE__AVAILABLE,
          m);
}

/* Without the server nobody is known to be there through it. */
void
lan_client_people_offline (LanServerClient *client)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, client->watched);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Watched *watched = value;

    if (watched->state != LANYARD__SERVER__STATE__OFFLINE)
      tell (client, watched, LANYARD__SERVER__STATE__OFFLINE, NULL);
  }
}

static gboolean
is_of_interest (LanServerClient *client, const LanAccountId *account)
{
  if (g_hash_table_contains (client->watched, account) ||
      g_hash_table_contains (client->accounts, account) ||
      lan_account_id_equal (account, lan_device_keys_account (client->config.device)))
    return TRUE;
  for (const GList *at = client->asks.head; at != NULL; at = at->next) {
    const Ask *ask = at->data;

    if (ask->type == ASK_PAPERS && lan_account_id_equal (&ask->account, account))
      return TRUE;
  }
  return FALSE;
}

static GPtrArray *
good_certs (const Lanyard__Server__Papers *m, const LanDeviceList *list)
{
  GPtrArray *certs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (gsize i = 0; i < m->n_certs; i++) {
    LanHash hash;
    LanCert cert;

    lan_cert_hash (&hash, m->certs[i].data, m->certs[i].len);
    if (lan_cert_verify (&cert, m->certs[i].data, m->certs[i].len) == LAN_STATUS_OK &&
        lan_account_id_equal (&cert.account, &list->account) &&
        lan_device_list_check_cert (list, &cert.device, &hash) == LAN_STATUS_OK)
      g_ptr_array_add (certs, g_bytes_new (m->certs[i].data, m->certs[i].len));
  }
  return certs;
}

void
lan_client_on_papers (LanServerClient *client, const Lanyard__Server__Papers *m)
{
  g_autoptr (GBytes) bytes = g_bytes_new (m->list.data, m->list.len);
  LanServerClientAction *action;
  LanAccountId account;
  LanDeviceList list;
  GBytes *known;

  memcpy (account.b, m->account.data, LAN_ACCOUNT_ID_BYTES);
  if (!is_of_interest (client, &account))
    return;
  known = g_hash_table_lookup (client->lists, &account);
  if (lan_device_list_verify (&list, m->list.data, m->list.len) != LAN_STATUS_OK ||
      !lan_account_id_equal (&list.account, &account)) {
    lan_client_warn (client, LAN_DIRECTORY_FORGED, &account, FALSE, 0, bytes, NULL);
    return;
  }
  if (known != NULL &&
      lan_device_list_check_successor (g_bytes_get_data (known, NULL), g_bytes_get_size (known),
                                       m->list.data, m->list.len) != LAN_STATUS_OK) {
    lan_client_warn (client, LAN_DIRECTORY_OLD_LIST, &account, TRUE, 0, known, bytes);
    return;
  }
  if (known == NULL || !g_bytes_equal (known, bytes))
    lan_client_keep_list (client, &account, bytes);
  action = lan_client_add (client, LAN_SERVER_CLIENT_PAPERS);
  action->account = account;
  action->papers.list = g_bytes_ref (bytes);
  action->papers.certs = good_certs (m, &list);
  if (lan_account_id_equal (&account, lan_device_keys_account (client->config.device)))
    lan_client_own_papers (client, bytes, action->papers.certs);
}
