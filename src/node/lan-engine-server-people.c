/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The directory's people and where the server says they are. Core is told who is vouched for, and
 * the owner what they do; whose presence is asked for follows from whom one has to do with, so that
 * the server sends no more than is shown.
 */
#include "lan-engine-links-private.h"
#include "lan-engine-people.h"
#include "lan-engine-server-private.h"

#include "lan-attested.h"

#define WATCH_ALL_MAX 256 /* people of a directory that is small enough to be shown whole */
#define HEARD_MAX     4096
#define GRACE_US      (30 * G_USEC_PER_SEC) /* presence stays while the server is away this long */
#define SETTLE_US     (5 * G_USEC_PER_SEC)  /* after a login, for the server to say it anew */

void
lan_colleague_free (LanColleague *colleague)
{
  g_free (colleague->login);
  g_free (colleague->title);
  g_free (colleague->department);
  g_free (colleague);
}

void
lan_server_presence_free (LanServerPresence *presence)
{
  g_array_unref (presence->devices);
  g_free (presence);
}

static char *
or_null (const char *text)
{
  return *text != '\0' ? g_strdup (text) : NULL;
}

/* One's own devices are told of like others', but there is nobody to show. */
static gboolean
is_self (LanEngine *engine, const LanAccountId *account)
{
  return lan_account_id_equal (account, lan_vault_account_id (engine->vault));
}

/* --- whose presence is wanted --- */

static gboolean
is_of_interest (LanEngine *engine, const LanColleague *colleague)
{
  const LanPersonRow *row = lan_core_get_person (engine->core, &colleague->account);

  if (!colleague->is_active || row == NULL || is_self (engine, &colleague->account) ||
      (row->flags & LAN_PERSON_BLOCKED) != 0)
    return FALSE;
  return g_hash_table_size (engine->server->colleagues) <= WATCH_ALL_MAX || colleague->is_shown ||
         (row->flags & (LAN_PERSON_ACCEPTED | LAN_PERSON_FAVOURITE)) != 0 ||
         g_hash_table_lookup (engine->links->wants, &colleague->account) != NULL;
}

static void
update_watch (LanEngine *engine, LanColleague *colleague)
{
  gboolean on = is_of_interest (engine, colleague);

  if (on == colleague->is_watched)
    return;
  colleague->is_watched = on;
  lan_server_client_watch (engine->server->client, &colleague->account, on, &engine->now);
  lan_engine_touch (engine);
}

static LanColleague *
find (LanEngine *engine, const LanAccountId *account)
{
  return engine->server != NULL ? g_hash_table_lookup (engine->server->colleagues, account) : NULL;
}

void
lan_engine_server_on_person (LanEngine *engine, const LanAccountId *account)
{
  LanColleague *colleague = find (engine, account);

  if (colleague != NULL)
    update_watch (engine, colleague);
}

void
lan_engine_server_set_shown (LanEngine *engine, const LanAccountId *account, gboolean shown)
{
  LanColleague *colleague = find (engine, account);

  if (colleague == NULL)
    return;
  colleague->is_shown = shown;
  update_watch (engine, colleague);
}

void
lan_engine_server_want (LanEngine *engine, const LanAccountId *account)
{
  LanColleague *colleague = find (engine, account);
  LanCert cert;

  if (colleague == NULL || !colleague->is_active)
    return;
  update_watch (engine, colleague);
  if (lan_core_get_devices (engine->core, account, &cert, 1) == 0)
    lan_server_client_want_papers (engine->server->client, account, &engine->now);
  lan_engine_touch (engine);
}

/* --- the directory --- */

static LanColleague *
take (LanEngine *engine, const LanAttestation *person)
{
  LanColleague *colleague = find (engine, &person->account);

  if (colleague == NULL) {
    colleague = g_new0 (LanColleague, 1);
    colleague->account = person->account;
    g_hash_table_insert (engine->server->colleagues, &colleague->account, colleague);
  }
  g_free (colleague->login);
  g_free (colleague->title);
  g_free (colleague->department);
  colleague->login = g_strdup (person->login);
  colleague->title = or_null (person->title);
  colleague->department = or_null (person->department);
  colleague->level = person->level;
  colleague->is_active = person->status == LAN_ATTESTED_ACTIVE;
  colleague->standing = person->status == LAN_ATTESTED_ACTIVE ? NULL
                        : person->status == LAN_ATTESTED_LEFT ? "left"
                                                              : "suspended";
  return colleague;
}

static void
attest (LanEngine *engine, const LanAttestation *person, const LanAccountId *before)
{
  LanColleague *colleague = take (engine, person);
  LanAttested attested = { .account = person->account, .name = person->display };

  if (is_self (engine, &person->account)) {
    lan_engine_tell_self (engine);
    return;
  }
  attested.is_active = colleague->is_active;
  if (before != NULL)
    attested.before = *before;
  lan_core_attest (engine->core, &attested, &engine->now);
  update_watch (engine, colleague);
  lan_engine_people_mark (engine, &person->account);
}

static void
on_known_person (const LanAttestation *person, gpointer data)
{
  attest (data, person, NULL);
}

/* People whom a size over the limit had watched, or a size below it does now. */
static void
update_watches (LanEngine *engine)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, engine->server->colleagues);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    update_watch (engine, value);
}

void
lan_engine_server_load_people (LanEngine *engine)
{
  lan_server_client_foreach_person (engine->server->client, on_known_person, engine);
  update_watches (engine);
}

static void
forget (LanEngine *engine, const LanAccountId *account)
{
  LanColleague *colleague = find (engine, account);
  const LanAccountId id = *account;

  if (colleague == NULL)
    return;
  if (colleague->is_watched)
    lan_server_client_watch (engine->server->client, &id, FALSE, &engine->now);
  g_hash_table_remove (engine->server->colleagues, &id);
  if (is_self (engine, &id)) {
    lan_engine_tell_self (engine);
    return;
  }
  lan_core_unattest (engine->core, &id, &engine->now);
  lan_engine_people_mark (engine, &id);
}

void
lan_engine_server_on_person_action (LanEngine *engine, const LanServerClientAction *action)
{
  LanAttestation person;
  gsize len;
  const guint8 *data = g_bytes_get_data (action->person.attestation, &len);
  gboolean changed = action->person.key_changed;
  guint before = g_hash_table_size (engine->server->colleagues);

  if (lan_attestation_decode (&person, data, len) != LAN_STATUS_OK)
    return;
  attest (engine, &person, changed ? &action->person.old_account : NULL);
  if (changed)
    forget (engine, &action->person.old_account);
  if ((before <= WATCH_ALL_MAX) !=
      (g_hash_table_size (engine->server->colleagues) <= WATCH_ALL_MAX))
    update_watches (engine);
}

void
lan_engine_server_on_person_gone (LanEngine *engine, const LanServerClientAction *action)
{
  forget (engine, &action->account);
}

void
lan_engine_server_on_papers (LanEngine *engine, const LanServerClientAction *action)
{
  LanStatus status;

  if (is_self (engine, &action->account)) {
    lan_engine_server_on_own_papers (engine, action);
    return;
  }
  status = lan_core_papers (engine->core, &action->account, action->papers.list,
                            action->papers.certs, &engine->now);

  if (status != LAN_STATUS_OK)
    g_info ("papers are not taken: %s", lan_status_name (status));
}

void
lan_engine_server_describe (LanEngine *engine, const LanAccountId *account, LanPersonInfo *info)
{
  const LanColleague *colleague = find (engine, account);

  if (colleague != NULL)
    info->standing = colleague->standing;
  if (colleague == NULL || !colleague->is_active)
    return;
  info->login = g_strdup (colleague->login);
  info->title = g_strdup (colleague->title);
  info->department = g_strdup (colleague->department);
  info->level = colleague->level;
  info->mailbox = engine->server->is_online;
}

/* --- presence --- */

static void
update_posts (LanEngine *engine, const LanAccountId *account)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, engine->links->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanPeer *peer = value;

    if (account != NULL && !lan_account_id_equal (&peer->account, account))
      continue;
    lan_session_set_post (peer->session,
                          lan_engine_server_has_post (engine, &peer->account, &peer->device),
                          engine->now.mono_us);
    lan_engine_peer_touch (peer);
  }
}

static void
drop (LanEngine *engine, LanServerPresence *presence)
{
  const LanAccountId account = presence->account;

  g_hash_table_remove (engine->server->presence, &account);
  update_posts (engine, &account);
  if (is_self (engine, &account))
    return;
  lan_core_at_server (engine->core, &account, FALSE, LAN_PRESENCE_OFFLINE, &engine->now);
  lan_engine_people_drop_sign (engine, &account);
}

static gboolean
has_unknown_device (LanEngine *engine, const LanServerPresence *presence)
{
  LanCert certs[LAN_DEVICE_LIST_MAX];
  guint n = lan_core_get_devices (engine->core, &presence->account, certs, G_N_ELEMENTS (certs));

  for (guint i = 0; i < presence->devices->len; i++) {
    gboolean known = FALSE;

    for (guint k = 0; k < n && !known; k++)
      known = lan_device_id_equal (&certs[k].device,
                                   &g_array_index (presence->devices, LanDeviceId, i));
    if (!known)
      return TRUE;
  }
  return FALSE;
}

void
lan_engine_server_on_presence (LanEngine *engine, const LanServerClientAction *action)
{
  LanEngineServer *self = engine->server;
  LanServerPresence *presence = g_hash_table_lookup (self->presence, &action->account);
  gboolean is_news = presence == NULL || presence->session != self->session;

  if (action->presence.state == 0 || action->presence.state > LAN_PRESENCE_BUSY) {
    /* Of the lane's own end nothing follows at once: see lan_engine_server_on_session(). */
    if (presence != NULL && lan_server_client_get_state (self->client) == LAN_SERVER_ONLINE)
      drop (engine, presence);
    return;
  }
  if (presence == NULL) {
    presence = g_new0 (LanServerPresence, 1);
    presence->account = action->account;
    presence->devices = g_array_new (FALSE, FALSE, sizeof (LanDeviceId));
    g_hash_table_insert (self->presence, &presence->account, presence);
    if (!is_self (engine, &action->account))
      lan_engine_people_add_sign (engine, &action->account);
  }
  presence->state = (LanPresence) action->presence.state;
  presence->session = self->session;
  is_news |=
      action->presence.devices != NULL && action->presence.devices->len != presence->devices->len;
  g_array_set_size (presence->devices, 0);
  if (action->presence.devices != NULL)
    g_array_append_vals (presence->devices, action->presence.devices->data,
                         action->presence.devices->len);
  update_posts (engine, &action->account);
  if (is_self (engine, &action->account))
    return;
  lan_core_at_server (engine->core, &action->account, TRUE, presence->state, &engine->now);
  if (has_unknown_device (engine, presence))
    lan_server_client_want_papers (self->client, &action->account, &engine->now);
  if (is_news && engine->status_text != NULL && *engine->status_text != '\0')
    lan_engine_server_tell_status (engine, presence);
}

void
lan_engine_server_on_session (LanEngine *engine, gboolean online)
{
  LanEngineServer *self = engine->server;

  if (self->is_online == online)
    return;
  self->is_online = online;
  g_hash_table_remove_all (self->heard);
  if (online) {
    self->session++;
    lan_server_client_watch (self->client, lan_vault_account_id (engine->vault), TRUE,
                             &engine->now);
  }
  self->sweep_us = engine->now.mono_us + (online ? SETTLE_US : GRACE_US);
  update_posts (engine, NULL);
  lan_engine_people_mark_all (engine); /* their mailboxes came, or went */
}

void
lan_engine_server_sweep (LanEngine *engine)
{
  LanEngineServer *self = engine->server;
  g_autoptr (GList) all = g_hash_table_get_values (self->presence);

  self->sweep_us = LAN_NO_DEADLINE;
  for (GList *l = all; l != NULL; l = l->next) {
    LanServerPresence *presence = l->data;

    if (!self->is_online || presence->session != self->session)
      drop (engine, presence);
  }
}

void
lan_engine_server_forget_people (LanEngine *engine)
{
  LanEngineServer *self = engine->server;
  g_autoptr (GList) present = g_hash_table_get_values (self->presence);
  g_autoptr (GList) known = NULL;

  for (GList *l = present; l != NULL; l = l->next)
    drop (engine, l->data);
  known = g_hash_table_get_values (self->colleagues);
  for (GList *l = known; l != NULL; l = l->next)
    forget (engine, &((LanColleague *) l->data)->account);
}

gboolean
lan_engine_server_has_post (LanEngine *engine, const LanAccountId *account,
                            const LanDeviceId *device)
{
  LanServerPresence *presence;

  if (engine->server == NULL || !engine->server->is_online)
    return FALSE;
  if (g_hash_table_contains (engine->server->heard, device))
    return TRUE;
  presence = g_hash_table_lookup (engine->server->presence, account);
  for (guint i = 0; presence != NULL && i < presence->devices->len; i++) {
    if (lan_device_id_equal (&g_array_index (presence->devices, LanDeviceId, i), device))
      return TRUE;
  }
  return FALSE;
}

void
lan_engine_server_note_device (LanEngine *engine, const LanDeviceId *device, gboolean here)
{
  LanEngineServer *self = engine->server;
  LanPeer *peer = g_hash_table_lookup (engine->links->peers, device);
  LanServerPresence *presence;

  if (here) {
    if (g_hash_table_size (self->heard) < HEARD_MAX)
      g_hash_table_add (self->heard, g_memdup2 (device, sizeof *device));
  } else {
    g_hash_table_remove (self->heard, device);
    presence = peer != NULL ? g_hash_table_lookup (self->presence, &peer->account) : NULL;
    for (guint i = 0; presence != NULL && i < presence->devices->len; i++) {
      if (lan_device_id_equal (&g_array_index (presence->devices, LanDeviceId, i), device)) {
        g_array_remove_index_fast (presence->devices, i);
        break;
      }
    }
  }
  if (peer != NULL)
    update_posts (engine, &peer->account);
}
