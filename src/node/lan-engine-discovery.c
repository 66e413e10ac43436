/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-discovery-private.h"

#include "lan-engine-links.h"
#include "lan-engine-people.h"
#include "lan-random-system.h"

#include <string.h>

#define PROBES_PER_S    10
#define PROBES_BURST    20
#define PROBE_AGAIN_US  (5 * G_USEC_PER_SEC)   /* after nobody answered; doubled each time */
#define PROBE_SELDOM_US (300 * G_USEC_PER_SEC) /* at most */
#define NONCE_LIFE_US   (900 * G_USEC_PER_SEC) /* of a hidden record's tags */

/* --- candidates --- */

static void
give_addresses (LanEngine *engine, const LanEngineCandidate *candidate)
{
  if (candidate->c.has_record)
    lan_engine_links_set_hidden (engine, &candidate->account, candidate->c.record.hidden);
  for (guint i = 0; i < candidate->c.n_addresses; i++)
    lan_engine_links_add_address (engine, &candidate->account, candidate->c.addresses[i].address,
                                  candidate->c.addresses[i].port, candidate->c.has_record);
}

static void
lose_addresses (LanEngine *engine, const LanEngineCandidate *candidate)
{
  for (guint i = 0; i < candidate->c.n_addresses; i++)
    lan_engine_links_lose_address (engine, &candidate->account, candidate->c.addresses[i].address,
                                   candidate->c.addresses[i].port);
}

/* Addresses without a record (typed, remembered) are where to knock, not a sign of life. */
static void
note_discovered (LanEngine *engine, const LanEngineCandidate *candidate, gboolean here)
{
  LanPresence state =
      candidate->c.record.hidden ? LAN_PRESENCE_AVAILABLE : (LanPresence) candidate->c.record.state;

  if (!candidate->c.has_record)
    return;
  if (state > LAN_PRESENCE_BUSY)
    state = LAN_PRESENCE_AVAILABLE;
  lan_core_discovered (engine->core, &candidate->account, here, state, &engine->now);
  lan_engine_people_mark (engine, &candidate->account);
}

static void
claim (LanEngine *engine, LanEngineCandidate *candidate, const LanAccountId *account)
{
  candidate->known = TRUE;
  candidate->met = FALSE;
  candidate->account = *account;
  candidate->probes = 0;
  if (candidate->c.has_record)
    lan_engine_people_add_sign (engine, account);
  note_discovered (engine, candidate, TRUE);
  give_addresses (engine, candidate);
  if (!candidate->c.has_record)
    lan_engine_links_want (engine, account, LAN_WANT_SIGN, TRUE);
  /* A process that is new here: the one that a link leads to may be no more. */
  lan_engine_links_doubt (engine, account);
}

static void
disclaim (LanEngine *engine, LanEngineCandidate *candidate)
{
  if (!candidate->known)
    return;
  candidate->known = FALSE;
  lose_addresses (engine, candidate);
  if (candidate->c.has_record)
    lan_engine_people_drop_sign (engine, &candidate->account);
  else
    lan_engine_links_want (engine, &candidate->account, LAN_WANT_SIGN, FALSE);
  note_discovered (engine, candidate, FALSE);
}

static void
look (LanEngine *engine, LanEngineCandidate *candidate)
{
  const guint8 *own = lan_vault_account_id (engine->vault)->b;
  LanAccountId account;
  LanCert cert;

  if (!candidate->c.has_record || candidate->known)
    return;
  candidate->is_self = !candidate->c.record.hidden && memcmp (candidate->c.record.account_prefix,
                                                              own, LAN_ACCOUNT_PREFIX_BYTES) == 0;
  /* Another device of ours, or one that says so: the handshake will show. */
  if (candidate->is_self &&
      lan_core_get_devices (engine->core, lan_vault_account_id (engine->vault), &cert, 1) > 0)
    claim (engine, candidate, lan_vault_account_id (engine->vault));
  else if (!candidate->is_self &&
           lan_engine_discovery_recognise (engine, &candidate->c.record, &account))
    claim (engine, candidate, &account);
}

static LanEngine *
enter (gpointer data)
{
  LanEngine *engine = data;

  lan_engine_read_clock (engine);
  lan_engine_touch (engine);
  return engine;
}

static void
on_found (const LanCandidate *c, gpointer data)
{
  LanEngine *engine = enter (data);
  LanEngineCandidate *candidate = g_new0 (LanEngineCandidate, 1);

  candidate->c = *c;
  g_hash_table_insert (engine->discovery->candidates, &candidate->c.key, candidate);
  look (engine, candidate);
}

static void
on_updated (const LanCandidate *c, gpointer data)
{
  LanEngine *engine = enter (data);
  LanEngineCandidate *candidate = g_hash_table_lookup (engine->discovery->candidates, &c->key);
  gboolean same_person;

  if (candidate == NULL)
    return;
  same_person = candidate->c.has_record == c->has_record &&
                candidate->c.record.hidden == c->record.hidden &&
                memcmp (candidate->c.record.account_prefix, c->record.account_prefix,
                        LAN_ACCOUNT_PREFIX_BYTES) == 0;
  if (!same_person)
    disclaim (engine, candidate);
  else if (candidate->known)
    lose_addresses (engine, candidate);
  candidate->c = *c;
  candidate->probe_us = 0;
  if (candidate->known) {
    note_discovered (engine, candidate, TRUE);
    give_addresses (engine, candidate);
  }
  look (engine, candidate);
}

static void
on_lost (guint64 key, gpointer data)
{
  LanEngine *engine = enter (data);
  LanEngineCandidate *candidate = g_hash_table_lookup (engine->discovery->candidates, &key);

  if (candidate == NULL)
    return;
  if (candidate->known)
    lan_engine_links_doubt (engine, &candidate->account);
  disclaim (engine, candidate);
  g_hash_table_remove (engine->discovery->candidates, &key);
}

static void
on_network_changed (gpointer data)
{
  LanEngine *engine = enter (data);

  if (engine->stage == LAN_ENGINE_OPEN)
    lan_engine_links_network_changed (engine);
}

static void
on_notice (const char *code, const char *text, gpointer data)
{
  lan_engine_notice (enter (data), code, "%s", text);
}

/* --- probing --- */

void
lan_engine_discovery_probed (LanEngine *engine, guint64 key, const LanAccountId *account)
{
  LanEngineDiscovery *self = engine->discovery;
  LanEngineCandidate *candidate =
      key != 0 && self != NULL ? g_hash_table_lookup (self->candidates, &key) : NULL;

  if (candidate == NULL)
    return;
  candidate->probing = FALSE;
  if (account == NULL) {
    guint doubled = MIN (candidate->probes++, 6);

    candidate->probe_us = engine->now.mono_us + MIN (PROBE_AGAIN_US << doubled, PROBE_SELDOM_US);
    lan_engine_touch (engine);
    return;
  }
  lan_discovery_pin (self->discovery, key);
  /* A record may claim to be somebody else than who answers at its address: then it shows nobody. */
  if (!candidate->known &&
      (!candidate->c.has_record || candidate->c.record.hidden ||
       memcmp (candidate->c.record.account_prefix, account->b, LAN_ACCOUNT_PREFIX_BYTES) == 0))
    claim (engine, candidate, account);
  else
    candidate->probe_us = engine->now.mono_us + PROBE_SELDOM_US;
}

gboolean
lan_engine_discovery_is_typed (LanEngine *engine, guint64 key)
{
  const LanEngineCandidate *candidate = g_hash_table_lookup (engine->discovery->candidates, &key);

  return candidate != NULL && !candidate->c.has_record;
}

static gboolean
take_token (LanEngineDiscovery *self, gint64 now_us)
{
  self->tokens += (double) (now_us - self->tokens_us) * PROBES_PER_S / G_USEC_PER_SEC;
  self->tokens = MIN (self->tokens, PROBES_BURST);
  self->tokens_us = now_us;
  if (self->tokens < 1)
    return FALSE;
  self->tokens -= 1;
  return TRUE;
}

/* A member of a group is known by name before they were ever met: no device of theirs, and so no way to
 * them, until they are asked like anybody else. */
static gboolean
is_met (LanEngine *engine, LanEngineCandidate *candidate)
{
  const LanPersonRow *row;
  LanCert cert;

  if (!candidate->known || candidate->met)
    return candidate->known;
  row = lan_core_get_person (engine->core, &candidate->account);
  candidate->met = lan_core_get_devices (engine->core, &candidate->account, &cert, 1) > 0;
  return candidate->met || (row != NULL && (row->flags & LAN_PERSON_BLOCKED) != 0);
}

/* Hidden people answer contacts only, and those are recognised by their tags; and whoever is hidden
 * tells nobody who they are but where they were sent to by hand. */
static gboolean
may_probe (LanEngine *engine, LanEngineCandidate *candidate)
{
  const LanEngineDiscovery *self = engine->discovery;

  if ((self->hidden || self->has_tag) && candidate->c.has_record)
    return FALSE;
  return !candidate->is_self && !candidate->probing &&
         !(candidate->c.has_record && candidate->c.record.hidden) && !is_met (engine, candidate);
}

static void
probe (LanEngine *engine, LanEngineCandidate *candidate)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < candidate->c.n_addresses; i++)
    g_ptr_array_add (addresses, g_strdup_printf ("%s %u", candidate->c.addresses[i].address,
                                                 candidate->c.addresses[i].port));
  candidate->probing = TRUE;
  lan_engine_links_probe (engine, candidate->c.key, addresses);
}

gboolean
lan_engine_discovery_run (LanEngine *engine)
{
  LanEngineDiscovery *self = engine->discovery;
  GHashTableIter iter;
  gpointer value;
  gboolean any = FALSE;

  if ((self->hidden || self->has_tag) && engine->now.mono_us - self->nonce_us > NONCE_LIFE_US)
    self->republish = TRUE;
  if (self->republish) {
    lan_engine_discovery_publish (engine);
    any = TRUE;
  }
  g_hash_table_iter_init (&iter, self->candidates);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanEngineCandidate *candidate = value;

    if (!may_probe (engine, candidate) || candidate->probe_us > engine->now.mono_us)
      continue;
    if (!take_token (self, engine->now.mono_us))
      break;
    probe (engine, candidate);
    any = TRUE;
  }
  return any;
}

gint64
lan_engine_discovery_deadline (LanEngine *engine)
{
  LanEngineDiscovery *self = engine->discovery;
  gint64 due = self->hidden || self->has_tag ? self->nonce_us + NONCE_LIFE_US : LAN_NO_DEADLINE;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->candidates);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanEngineCandidate *candidate = value;

    if (may_probe (engine, candidate)) /* and not before there is a token */
      due = MIN (
          due, MAX (candidate->probe_us,
                    engine->now.mono_us + (self->tokens < 1 ? G_USEC_PER_SEC / PROBES_PER_S : 0)));
  }
  return due;
}

/* --- people --- */

void
lan_engine_discovery_on_devices (LanEngine *engine)
{
  GHashTableIter iter;
  gpointer value;

  if (engine->discovery == NULL)
    return;
  g_hash_table_iter_init (&iter, engine->discovery->candidates);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    look (engine, value);
}

void
lan_engine_discovery_on_person (LanEngine *engine, const LanAccountId *account)
{
  LanEngineDiscovery *self = engine->discovery;
  const LanPersonRow *row;
  GHashTableIter iter;
  gpointer value;

  if (self->hidden)
    lan_engine_discovery_republish (engine); /* the contacts' tags */
  g_hash_table_iter_init (&iter, self->candidates);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanEngineCandidate *candidate = value;

    row = lan_core_get_person (engine->core, account);
    if (!candidate->known && candidate->c.has_record && row != NULL &&
        lan_engine_discovery_is_theirs (&candidate->c.record, row))
      claim (engine, candidate, account);
  }
}

void
lan_engine_discovery_give_addresses (LanEngine *engine, const LanAccountId *account)
{
  GHashTableIter iter;
  gpointer value;

  if (engine->discovery == NULL)
    return;
  g_hash_table_iter_init (&iter, engine->discovery->candidates);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanEngineCandidate *candidate = value;

    if (candidate->known && lan_account_id_equal (&candidate->account, account))
      give_addresses (engine, candidate);
  }
}

void
lan_engine_discovery_doubt (LanEngine *engine, const LanAccountId *account)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  gpointer value;

  if (engine->discovery == NULL)
    return;
  g_hash_table_iter_init (&iter, engine->discovery->candidates);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanEngineCandidate *candidate = value;

    if (candidate->known && lan_account_id_equal (&candidate->account, account))
      g_array_append_val (keys, candidate->c.key);
  }
  for (guint i = 0; i < keys->len; i++)
    lan_discovery_doubt (engine->discovery->discovery, g_array_index (keys, guint64, i));
}

/* --- opening and closing --- */

gboolean
lan_engine_discovery_add_host (LanEngine *engine, const char *host, GError **error)
{
  return lan_discovery_add_host (engine->discovery->discovery, LAN_SOURCE_MANUAL, host, error);
}

gboolean
lan_engine_discovery_open (LanEngine *engine, const LanSnapshot *snapshot, GError **error)
{
  LanEngineDiscovery *self = g_new0 (LanEngineDiscovery, 1);
  const LanDiscoveryConfig config = {
    .interfaces = (const char *const *) engine->config.interfaces,
    .mdns = engine->config.mdns,
    .broadcast = engine->config.broadcast,
    .random = lan_random_system (),
    .callbacks = { on_found, on_updated, on_lost, on_network_changed, on_notice },
    .user_data = engine,
  };

  self->engine = engine;
  self->candidates = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  self->hidden = lan_snapshot_get_setting (snapshot, "node." LAN_ENGINE_SETTING_HIDDEN) != NULL;
  self->presence = LAN_PRESENCE_AVAILABLE;
  self->tokens = PROBES_BURST;
  self->tokens_us = engine->now.mono_us;
  engine->discovery = self;
  self->discovery = lan_discovery_new (&config);
  lan_engine_discovery_publish (engine);
  return lan_discovery_start (self->discovery, error);
}

void
lan_engine_discovery_shut (LanEngine *engine)
{
  if (engine->discovery != NULL)
    lan_discovery_stop (engine->discovery->discovery);
}

void
lan_engine_discovery_free (LanEngineDiscovery *self)
{
  if (self == NULL)
    return;
  lan_discovery_free (self->discovery);
  g_hash_table_unref (self->candidates);
  g_free (self);
}
