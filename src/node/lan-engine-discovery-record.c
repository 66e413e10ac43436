/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Records: our own, and whose somebody else's is; the tags by which contacts know a hidden one. */
#include "lan-engine-discovery-private.h"

#include "lan-engine-links.h"
#include "lan-engine-store.h"
#include "lan-kdf.h"
#include "lan-random-system.h"

#include <string.h>

/* --- recognising --- */

/* SECURITY amendment i: what the two who share a secret can both compute. */
static void
make_tag_of (const guint8 *secret, const guint8 *nonce, guint8 tag[LAN_CONTACT_TAG_BYTES])
{
  guint8 long_tag[16];

  lan_kdf (long_tag, sizeof long_tag, secret, LAN_KDF_DTAG, nonce, LAN_BEACON_NONCE_BYTES);
  memcpy (tag, long_tag, LAN_CONTACT_TAG_BYTES);
}

static gboolean
make_tag (const LanPersonRow *row, const guint8 *nonce, guint8 tag[LAN_CONTACT_TAG_BYTES])
{
  if (row->contact_secret == NULL || g_bytes_get_size (row->contact_secret) != LAN_KEY_BYTES)
    return FALSE;
  make_tag_of (g_bytes_get_data (row->contact_secret, NULL), nonce, tag);
  return TRUE;
}

static gboolean
has_tag (const LanDiscoveryRecord *record, const guint8 tag[LAN_CONTACT_TAG_BYTES])
{
  for (guint i = 0; i < record->n_tags; i++)
    if (memcmp (record->tags[i], tag, LAN_CONTACT_TAG_BYTES) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
tag_is_theirs (const LanDiscoveryRecord *record, const LanPersonRow *row)
{
  guint8 tag[LAN_CONTACT_TAG_BYTES];

  return make_tag (row, record->nonce, tag) && has_tag (record, tag);
}

gboolean
lan_engine_discovery_is_theirs (const LanDiscoveryRecord *record, const LanPersonRow *row)
{
  if (!lan_account_id_is_zero (&row->merged_into))
    return FALSE;
  if (record->hidden)
    return tag_is_theirs (record, row);
  return memcmp (record->account_prefix, row->account.b, LAN_ACCOUNT_PREFIX_BYTES) == 0;
}

gboolean
lan_engine_discovery_recognise (LanEngine *engine, const LanDiscoveryRecord *record,
                                LanAccountId *account)
{
  g_autoptr (GPtrArray) people = lan_core_list_people (engine->core);

  for (guint i = 0; i < people->len; i++) {
    const LanPersonRow *row = g_ptr_array_index (people, i);

    if (lan_engine_discovery_is_theirs (record, row)) {
      *account = row->account;
      return TRUE;
    }
  }
  return FALSE;
}

/* --- our own record --- */

static guint
add_tags (LanEngine *engine, guint8 tags[LAN_CONTACT_TAGS_MAX][LAN_CONTACT_TAG_BYTES])
{
  LanEngineDiscovery *self = engine->discovery;
  g_autoptr (GPtrArray) people = lan_core_list_people (engine->core);
  guint n = 0;

  if (self->has_tag) {
    make_tag_of (self->tag_secret, self->nonce, tags[0]);
    return 1;
  }

  for (guint i = 0; i < people->len && n < LAN_CONTACT_TAGS_MAX; i++) {
    const LanPersonRow *row = g_ptr_array_index (people, i);

    if ((row->flags & LAN_PERSON_BLOCKED) == 0 && make_tag (row, self->nonce, tags[n]))
      n++;
  }
  return n;
}

void
lan_engine_discovery_publish (LanEngine *engine)
{
  LanEngineDiscovery *self = engine->discovery;
  LanDiscoveryRecord record;
  guint16 port = lan_engine_links_port (engine);

  self->republish = FALSE;
  if (lan_engine_discovery_is_hidden (engine)) {
    guint8 tags[LAN_CONTACT_TAGS_MAX][LAN_CONTACT_TAG_BYTES];

    lan_random_bytes (lan_random_system (), self->nonce, sizeof self->nonce);
    self->nonce_us = engine->now.mono_us;
    lan_discovery_record_init_hidden (&record, port, self->nonce, tags[0], add_tags (engine, tags));
  } else {
    lan_discovery_record_init_visible (&record, port, lan_vault_name (engine->vault),
                                       lan_vault_account_id (engine->vault)->b,
                                       (guint8) self->presence);
  }
  lan_discovery_publish (self->discovery, &record);
}

void
lan_engine_discovery_republish (LanEngine *engine)
{
  engine->discovery->republish = TRUE;
  lan_engine_touch (engine);
}

gboolean
lan_engine_discovery_is_hidden (LanEngine *engine)
{
  return engine->discovery != NULL && (engine->discovery->hidden || engine->discovery->has_tag);
}

void
lan_engine_discovery_set_tag (LanEngine *engine, const guint8 *secret)
{
  LanEngineDiscovery *self = engine->discovery;

  if (secret == NULL && !self->has_tag)
    return;
  self->has_tag = secret != NULL;
  lan_secret_wipe (self->tag_secret, sizeof self->tag_secret);
  if (secret != NULL)
    memcpy (self->tag_secret, secret, sizeof self->tag_secret);
  lan_engine_discovery_republish (engine);
}

void
lan_engine_discovery_find_tag (LanEngine *engine, const guint8 *secret, GPtrArray *sockets)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, engine->discovery->candidates);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const LanEngineCandidate *candidate = value;
    guint8 tag[LAN_CONTACT_TAG_BYTES];

    if (!candidate->c.has_record || !candidate->c.record.hidden)
      continue;
    make_tag_of (secret, candidate->c.record.nonce, tag);
    for (guint i = 0; has_tag (&candidate->c.record, tag) && i < candidate->c.n_addresses; i++) {
      GSocketAddress *socket = lan_socket_address_parse (candidate->c.addresses[i].address,
                                                         candidate->c.addresses[i].port);

      if (socket != NULL)
        g_ptr_array_add (sockets, socket);
    }
  }
}

void
lan_engine_discovery_set_hidden (LanEngine *engine, gboolean hidden)
{
  LanEvent *event = lan_event_new (LAN_EVENT_HIDDEN);

  event->flags = hidden;
  lan_engine_tell (engine, event);
  if (engine->discovery->hidden == hidden)
    return;
  engine->discovery->hidden = hidden;
  lan_engine_store_put (engine->stores, "node", LAN_ENGINE_SETTING_HIDDEN, hidden ? "1" : NULL, 1);
  lan_engine_discovery_republish (engine);
}

void
lan_engine_discovery_set_presence (LanEngine *engine, LanPresence presence)
{
  if (engine->discovery->presence == presence)
    return;
  engine->discovery->presence = presence;
  if (!engine->discovery->hidden)
    lan_engine_discovery_republish (engine);
}
