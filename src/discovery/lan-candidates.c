/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-candidates-private.h"

#include <string.h>

#define NEWCOMERS_PER_SECOND 200
#define NEWCOMERS_BURST      700
#define EVENTS_PER_SECOND    300
#define EVENTS_BURST         600

static guint
identity_hash (gconstpointer p)
{
  const guint8 *b = p;
  guint32 h = 5381;

  for (gsize i = 0; i < sizeof (LanCandidateIdentity); i++)
    h = h * 33 + b[i];
  return h;
}

static gboolean
identity_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (LanCandidateIdentity)) == 0;
}

static void
person_free (gpointer p)
{
  LanCandidatePerson *person = p;

  g_array_unref (person->entries);
  g_free (person);
}

LanCandidates *
lan_candidates_new (void)
{
  LanCandidates *c = g_new0 (LanCandidates, 1);

  c->by_identity = g_hash_table_new_full (identity_hash, identity_equal, NULL, person_free);
  c->by_key = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_queue_init (&c->dirty);
  c->lost = g_array_new (FALSE, FALSE, sizeof (guint64));
  c->next_key = 1;
  c->next_expiry_us = LAN_NEVER_US;
  c->events_at_us = LAN_NEVER_US;
  lan_rate_init (&c->newcomers, NEWCOMERS_PER_SECOND, NEWCOMERS_BURST);
  lan_rate_init (&c->events, EVENTS_PER_SECOND, EVENTS_BURST);
  return c;
}

void
lan_candidates_free (LanCandidates *c)
{
  if (c == NULL)
    return;
  g_queue_clear (&c->dirty);
  g_hash_table_unref (c->by_key);
  g_hash_table_unref (c->by_identity);
  g_array_unref (c->lost);
  g_free (c);
}

void
lan_candidates_set_own (LanCandidates *c, const LanInstanceId *instance)
{
  c->own = *instance;
}

static void
mark_dirty (LanCandidates *c, LanCandidatePerson *person)
{
  if (!person->is_dirty) {
    person->is_dirty = TRUE;
    g_queue_push_tail (&c->dirty, person);
  }
  c->events_at_us = G_MININT64;
}

static void
remove_person (LanCandidates *c, LanCandidatePerson *person)
{
  if (person->is_dirty)
    g_queue_remove (&c->dirty, person);
  if (person->is_reported) {
    g_array_append_val (c->lost, person->key);
    c->events_at_us = G_MININT64;
  }
  g_hash_table_remove (c->by_key, &person->key);
  g_hash_table_remove (c->by_identity, &person->identity);
}

static gboolean
is_listed (const char *address, const char *const *list, guint n)
{
  for (guint i = 0; i < n; i++) {
    if (strcmp (address, list[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
entry_matches (const LanCandidateEntry *entry, const LanCandidateMatch *m)
{
  return (m->sources == 0 || (entry->at.sources & m->sources) != 0) &&
         (m->origin == 0 || entry->origin == m->origin) &&
         (m->ifindex == 0 || entry->at.ifindex == m->ifindex) &&
         (m->address == NULL || strcmp (entry->at.address, m->address) == 0) &&
         (m->port == 0 || entry->at.port == m->port) &&
         (m->expired_us == 0 || entry->expires_us <= m->expired_us) &&
         !is_listed (entry->at.address, m->except, m->n_except);
}

gboolean
lan_candidates_remove_entries (LanCandidates *c, LanCandidatePerson *person,
                               const LanCandidateMatch *m, int keep)
{
  gboolean changed = FALSE;

  for (guint i = person->entries->len; i-- > 0;) {
    if ((int) i != keep &&
        entry_matches (&g_array_index (person->entries, LanCandidateEntry, i), m)) {
      g_array_remove_index (person->entries, i);
      changed = TRUE;
    }
  }
  if (person->entries->len == 0) {
    remove_person (c, person);
    return FALSE;
  }
  if (changed)
    mark_dirty (c, person);
  return TRUE;
}

static void
remove_everywhere (LanCandidates *c, const LanCandidateMatch *m)
{
  g_autoptr (GList) all = g_hash_table_get_values (c->by_identity);

  for (GList *l = all; l != NULL; l = l->next)
    lan_candidates_remove_entries (c, l->data, m, -1);
}

static LanCandidatePerson *
add_person (LanCandidates *c, const LanCandidateIdentity *identity)
{
  LanCandidatePerson *person = g_new0 (LanCandidatePerson, 1);

  person->identity = *identity;
  person->key = c->next_key++;
  person->entries = g_array_new (FALSE, FALSE, sizeof (LanCandidateEntry));
  g_hash_table_insert (c->by_identity, &person->identity, person);
  g_hash_table_insert (c->by_key, &person->key, person);
  return person;
}

static int
find_entry (const LanCandidatePerson *person, const LanSighting *s)
{
  for (guint i = 0; i < person->entries->len; i++) {
    const LanCandidateEntry *entry = &g_array_index (person->entries, LanCandidateEntry, i);

    if (entry->at.sources == s->source && entry->origin == s->origin &&
        entry->at.ifindex == s->ifindex && entry->at.port == s->port &&
        strcmp (entry->at.address, s->address) == 0)
      return (int) i;
  }
  return -1;
}

static int
add_entry (LanCandidates *c, LanCandidatePerson *person, const LanSighting *s)
{
  LanCandidateEntry entry = { .origin = s->origin };

  if (person->entries->len >= LAN_CANDIDATE_MAX_ADDRESSES)
    return -1;
  g_strlcpy (entry.at.address, s->address, sizeof entry.at.address);
  entry.at.port = s->port;
  entry.at.ifindex = s->ifindex;
  entry.at.sources = s->source;
  g_array_append_val (person->entries, entry);
  mark_dirty (c, person);
  return (int) person->entries->len - 1;
}

static LanCandidateIdentity
identity_of (const LanSighting *s)
{
  LanCandidateIdentity identity;

  memset (&identity, 0, sizeof identity);
  identity.has_record = s->has_record;
  if (s->has_record) {
    identity.instance = s->instance;
    memcpy (identity.identity, s->record.account_prefix, sizeof identity.identity);
  } else {
    memcpy (identity.identity, &s->origin, sizeof s->origin);
  }
  return identity;
}

static void
forget_others (LanCandidates *c, const LanCandidatePerson *keeper, guint64 origin)
{
  g_autoptr (GList) all = g_hash_table_get_values (c->by_identity);
  LanCandidateMatch match = { .origin = origin };

  for (GList *l = all; l != NULL; l = l->next) {
    if (l->data != keeper)
      lan_candidates_remove_entries (c, l->data, &match, -1);
  }
}

static void
refresh_entry (LanCandidates *c, LanCandidatePerson *person, int index, const LanSighting *s)
{
  LanCandidateEntry *entry = &g_array_index (person->entries, LanCandidateEntry, index);
  LanCandidateMatch same_origin = { .origin = s->origin };

  entry->expires_us = s->expires_us;
  entry->heard = MIN (entry->heard + 1, 1000);
  c->next_expiry_us = MIN (c->next_expiry_us, s->expires_us);
  if (s->has_record && !lan_discovery_record_equal (&person->record, &s->record)) {
    person->record = s->record;
    mark_dirty (c, person);
  }
  if (s->origin != 0 && s->has_record) {
    lan_candidates_remove_entries (c, person, &same_origin, index);
    forget_others (c, person, s->origin);
  }
}

LanStatus
lan_candidates_sighted (LanCandidates *c, const LanSighting *s, gint64 now_us, gboolean *is_new)
{
  LanCandidateIdentity identity = identity_of (s);
  LanCandidatePerson *person = g_hash_table_lookup (c->by_identity, &identity);
  gboolean created = person == NULL;
  gboolean is_first = created || !lan_candidate_is_seen_by (person, s->source, s->ifindex);
  int index;

  if (is_new != NULL)
    *is_new = FALSE;
  if (s->has_record && lan_instance_id_equal (&s->instance, &c->own))
    return LAN_STATUS_OK;
  /* Making room never takes @person: nobody of this source and interface is this one. */
  if ((created && !lan_rate_take (&c->newcomers, now_us)) ||
      (is_first && !lan_candidates_make_room (c, s)))
    return LAN_STATUS_LIMIT;
  if (created)
    person = add_person (c, &identity);
  index = find_entry (person, s);
  if (index < 0)
    index = add_entry (c, person, s);
  if (index < 0)
    return LAN_STATUS_LIMIT;
  refresh_entry (c, person, index, s);
  if (is_new != NULL)
    *is_new = is_first;
  return LAN_STATUS_OK;
}

void
lan_candidates_forget_origin (LanCandidates *c, guint64 origin)
{
  LanCandidateMatch match = { .origin = origin };

  g_return_if_fail (origin != 0);
  remove_everywhere (c, &match);
}

void
lan_candidates_keep_addresses (LanCandidates *c, guint64 origin, const char *const *addresses,
                               guint n)
{
  LanCandidateMatch match = { .origin = origin, .except = addresses, .n_except = n };

  g_return_if_fail (origin != 0);
  remove_everywhere (c, &match);
}

void
lan_candidates_bye (LanCandidates *c, const LanSighting *s)
{
  LanCandidateIdentity identity = identity_of (s);
  LanCandidatePerson *person = g_hash_table_lookup (c->by_identity, &identity);
  LanCandidateMatch match = {
    .sources = s->source, .ifindex = s->ifindex, .address = s->address, .port = s->port
  };

  if (person != NULL)
    lan_candidates_remove_entries (c, person, &match, -1);
}

void
lan_candidates_doubt (LanCandidates *c, guint64 key)
{
  LanCandidatePerson *person = g_hash_table_lookup (c->by_key, &key);
  LanCandidateMatch match = { .sources = LAN_SOURCE_BEACON };

  if (person != NULL)
    lan_candidates_remove_entries (c, person, &match, -1);
}

void
lan_candidates_pin (LanCandidates *c, guint64 key)
{
  LanCandidatePerson *person = g_hash_table_lookup (c->by_key, &key);

  if (person != NULL)
    person->is_pinned = TRUE;
}

void
lan_candidates_drop_interface (LanCandidates *c, guint ifindex, guint sources)
{
  LanCandidateMatch match = { .ifindex = ifindex, .sources = sources };

  remove_everywhere (c, &match);
}

void
lan_candidates_drop_sources (LanCandidates *c, guint sources)
{
  LanCandidateMatch match = { .sources = sources };

  remove_everywhere (c, &match);
}

void
lan_candidates_advance (LanCandidates *c, gint64 now_us)
{
  LanCandidateMatch match = { .expired_us = now_us };
  GHashTableIter iter;
  gpointer p;

  if (now_us < c->next_expiry_us)
    return;
  remove_everywhere (c, &match);
  c->next_expiry_us = LAN_NEVER_US;
  g_hash_table_iter_init (&iter, c->by_identity);
  while (g_hash_table_iter_next (&iter, NULL, &p)) {
    const GArray *entries = ((LanCandidatePerson *) p)->entries;

    for (guint i = 0; i < entries->len; i++)
      c->next_expiry_us =
          MIN (c->next_expiry_us, g_array_index (entries, LanCandidateEntry, i).expires_us);
  }
}

gint64
lan_candidates_next_deadline (const LanCandidates *c)
{
  return MIN (c->next_expiry_us, c->events_at_us);
}

/* One address seen by two sources is one address to its reader. */
static void
fill_addresses (LanCandidate *out, const GArray *entries)
{
  for (guint i = 0; i < entries->len; i++) {
    const LanCandidateAddress *at = &g_array_index (entries, LanCandidateEntry, i).at;
    guint j = 0;

    while (j < out->n_addresses &&
           (out->addresses[j].port != at->port || out->addresses[j].ifindex != at->ifindex ||
            strcmp (out->addresses[j].address, at->address) != 0))
      j++;
    if (j == out->n_addresses)
      out->addresses[out->n_addresses++] = *at;
    else
      out->addresses[j].sources |= at->sources;
    out->sources |= at->sources;
  }
}

static void
fill_candidate (LanCandidate *out, const LanCandidatePerson *person)
{
  memset (out, 0, sizeof *out);
  out->key = person->key;
  out->has_record = person->identity.has_record;
  out->instance = person->identity.instance;
  out->record = person->record;
  fill_addresses (out, person->entries);
}

/* Returns: (nullable): the first changed person whose turn it is. */
static LanCandidatePerson *
take_dirty (LanCandidates *c, gint64 now_us)
{
  gint64 wait_us = LAN_NEVER_US;

  for (GList *l = c->dirty.head; l != NULL; l = l->next) {
    LanCandidatePerson *person = l->data;
    gint64 due_us = person->is_reported ? person->told_us + LAN_CANDIDATE_UPDATE_US : now_us;

    if (due_us > now_us) {
      wait_us = MIN (wait_us, due_us);
    } else if (!lan_rate_take (&c->events, now_us)) {
      wait_us = MIN (wait_us, lan_rate_next (&c->events, now_us));
      break;
    } else {
      g_queue_delete_link (&c->dirty, l);
      person->is_dirty = FALSE;
      return person;
    }
  }
  c->events_at_us = wait_us;
  return NULL;
}

gboolean
lan_candidates_next_event (LanCandidates *c, gint64 now_us, LanCandidateEvent *event)
{
  LanCandidatePerson *person;

  if (c->lost->len > 0) {
    memset (event, 0, sizeof *event);
    event->type = LAN_CANDIDATE_LOST;
    event->candidate.key = g_array_index (c->lost, guint64, 0);
    g_array_remove_index (c->lost, 0);
    return TRUE;
  }
  person = take_dirty (c, now_us);
  if (person == NULL)
    return FALSE;
  event->type = person->is_reported ? LAN_CANDIDATE_UPDATED : LAN_CANDIDATE_FOUND;
  person->is_reported = TRUE;
  person->told_us = now_us;
  fill_candidate (&event->candidate, person);
  return TRUE;
}
