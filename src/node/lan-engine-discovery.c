/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-discovery.h"

#include "lan-engine-links.h"
#include "lan-engine-people.h"
#include "lan-engine-store.h"
#include "lan-kdf.h"
#include "lan-random-system.h"

#include <string.h>

#define PROBES_PER_S    10
#define PROBES_BURST    20
#define PROBE_AGAIN_US  (5 * G_USEC_PER_SEC)   /* after nobody answered; doubled each time */
#define PROBE_SELDOM_US (300 * G_USEC_PER_SEC) /* at most */
#define NONCE_LIFE_US   (900 * G_USEC_PER_SEC) /* of a hidden record's tags */
#define SETTING_HIDDEN  "hidden"

/* One running process somewhere, as discovery shows it. */
typedef struct {
  LanCandidate c;
  gboolean known; /* .account is who it says it is, or who a probe found */
  LanAccountId account;
  gboolean is_self;
  gboolean probing;
  guint probes;    /* that nobody answered, in a row */
  gint64 probe_us; /* not before */
} Candidate;

struct _LanEngineDiscovery {
  LanEngine *engine;
  LanDiscovery *discovery;
  GHashTable *candidates; /* guint64 key -> Candidate, owned */
  gboolean hidden;
  gboolean started;
  LanPresence presence;
  guint8 nonce[LAN_BEACON_NONCE_BYTES];
  gint64 nonce_us;  /* when it was made */
  double tokens;    /* of the probes' bucket */
  gint64 tokens_us; /* when they were counted */
  gboolean republish;
  gboolean has_tag; /* of a code that links this device */
  guint8 tag_secret[LAN_KEY_BYTES];
};

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

static gboolean
is_theirs (const LanDiscoveryRecord *record, const LanPersonRow *row)
{
  if (!lan_account_id_is_zero (&row->merged_into))
    return FALSE;
  if (record->hidden)
    return tag_is_theirs (record, row);
  return memcmp (record->account_prefix, row->account.b, LAN_ACCOUNT_PREFIX_BYTES) == 0;
}

static gboolean
recognise (LanEngine *engine, const LanDiscoveryRecord *record, LanAccountId *account)
{
  g_autoptr (GPtrArray) people = lan_core_list_people (engine->core);

  for (guint i = 0; i < people->len; i++) {
    const LanPersonRow *row = g_ptr_array_index (people, i);

    if (is_theirs (record, row)) {
      *account = row->account;
      return TRUE;
    }
  }
  return FALSE;
}

/* --- candidates --- */

static void
give_addresses (LanEngine *engine, const Candidate *candidate)
{
  if (candidate->c.has_record)
    lan_engine_links_set_hidden (engine, &candidate->account, candidate->c.record.hidden);
  for (guint i = 0; i < candidate->c.n_addresses; i++)
    lan_engine_links_add_address (engine, &candidate->account, candidate->c.addresses[i].address,
                                  candidate->c.addresses[i].port, candidate->c.has_record);
}

static void
lose_addresses (LanEngine *engine, const Candidate *candidate)
{
  for (guint i = 0; i < candidate->c.n_addresses; i++)
    lan_engine_links_lose_address (engine, &candidate->account, candidate->c.addresses[i].address,
                                   candidate->c.addresses[i].port);
}

/* Addresses without a record (typed, remembered) are where to knock, not a sign of life. */
static void
note_discovered (LanEngine *engine, const Candidate *candidate, gboolean here)
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
claim (LanEngine *engine, Candidate *candidate, const LanAccountId *account)
{
  candidate->known = TRUE;
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
disclaim (LanEngine *engine, Candidate *candidate)
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
look (LanEngine *engine, Candidate *candidate)
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
  else if (!candidate->is_self && recognise (engine, &candidate->c.record, &account))
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
  Candidate *candidate = g_new0 (Candidate, 1);

  candidate->c = *c;
  g_hash_table_insert (engine->discovery->candidates, &candidate->c.key, candidate);
  look (engine, candidate);
}

static void
on_updated (const LanCandidate *c, gpointer data)
{
  LanEngine *engine = enter (data);
  Candidate *candidate = g_hash_table_lookup (engine->discovery->candidates, &c->key);
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
  Candidate *candidate = g_hash_table_lookup (engine->discovery->candidates, &key);

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

static void
publish (LanEngine *engine)
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
    const Candidate *candidate = value;
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
  lan_engine_store_put (engine->stores, "node", SETTING_HIDDEN, hidden ? "1" : NULL, 1);
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

/* --- probing --- */

void
lan_engine_discovery_probed (LanEngine *engine, guint64 key, const LanAccountId *account)
{
  LanEngineDiscovery *self = engine->discovery;
  Candidate *candidate =
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
  else if (!candidate->known)
    candidate->probe_us = engine->now.mono_us + PROBE_SELDOM_US;
}

gboolean
lan_engine_discovery_is_typed (LanEngine *engine, guint64 key)
{
  const Candidate *candidate = g_hash_table_lookup (engine->discovery->candidates, &key);

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

/* Hidden people answer contacts only, and those are recognised by their tags; and whoever is hidden
 * tells nobody who they are but where they were sent to by hand. */
static gboolean
may_probe (const LanEngineDiscovery *self, const Candidate *candidate)
{
  if ((self->hidden || self->has_tag) && candidate->c.has_record)
    return FALSE;
  return !candidate->known && !candidate->is_self && !candidate->probing &&
         !(candidate->c.has_record && candidate->c.record.hidden);
}

static void
probe (LanEngine *engine, Candidate *candidate)
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
    publish (engine);
    any = TRUE;
  }
  g_hash_table_iter_init (&iter, self->candidates);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Candidate *candidate = value;

    if (!may_probe (self, candidate) || candidate->probe_us > engine->now.mono_us)
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
    const Candidate *candidate = value;

    if (may_probe (self, candidate)) /* and not before there is a token */
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
    Candidate *candidate = value;

    row = lan_core_get_person (engine->core, account);
    if (!candidate->known && candidate->c.has_record && row != NULL &&
        is_theirs (&candidate->c.record, row))
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
    Candidate *candidate = value;

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
    Candidate *candidate = value;

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
  self->hidden = lan_snapshot_get_setting (snapshot, "node." SETTING_HIDDEN) != NULL;
  self->presence = LAN_PRESENCE_AVAILABLE;
  self->tokens = PROBES_BURST;
  self->tokens_us = engine->now.mono_us;
  engine->discovery = self;
  self->discovery = lan_discovery_new (&config);
  publish (engine);
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
