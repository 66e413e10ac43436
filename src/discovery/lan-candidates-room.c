/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-candidates-private.h"

#include <string.h>

gboolean
lan_candidate_is_seen_by (const LanCandidatePerson *person, LanSource source, guint ifindex)
{
  for (guint i = 0; i < person->entries->len; i++) {
    const LanCandidateEntry *entry = &g_array_index (person->entries, LanCandidateEntry, i);

    if (entry->at.sources == source && entry->at.ifindex == ifindex)
      return TRUE;
  }
  return FALSE;
}

guint
lan_candidates_count (const LanCandidates *c, LanSource source, guint ifindex)
{
  GHashTableIter iter;
  gpointer person;
  guint n = 0;

  g_hash_table_iter_init (&iter, c->by_identity);
  while (g_hash_table_iter_next (&iter, NULL, &person))
    n += lan_candidate_is_seen_by (person, source, ifindex);
  return n;
}

/* The address that claims to be the most processes is where a flood comes from: the newcomer takes
 * a place from there, unless it comes from there itself or nobody has more than one. */
typedef struct {
  GHashTable *per_address; /* address -> number */
  const char *worst;
  guint worst_n;
} Crowd;

static void
crowd_count (Crowd *crowd, const LanCandidates *c, LanSource source, guint ifindex)
{
  GHashTableIter iter;
  gpointer p;

  g_hash_table_iter_init (&iter, c->by_identity);
  while (g_hash_table_iter_next (&iter, NULL, &p)) {
    const LanCandidatePerson *person = p;

    for (guint i = 0; i < person->entries->len; i++) {
      LanCandidateEntry *entry = &g_array_index (person->entries, LanCandidateEntry, i);
      guint n;

      if (entry->at.sources != source || entry->at.ifindex != ifindex)
        continue;
      n = GPOINTER_TO_UINT (g_hash_table_lookup (crowd->per_address, entry->at.address)) + 1;
      g_hash_table_replace (crowd->per_address, entry->at.address, GUINT_TO_POINTER (n));
      if (n > crowd->worst_n) {
        crowd->worst_n = n;
        crowd->worst = entry->at.address;
      }
    }
  }
}

static LanCandidatePerson *
pick_victim (const LanCandidates *c, const Crowd *crowd, LanSource source, guint ifindex)
{
  GHashTableIter iter;
  gpointer p;
  LanCandidatePerson *victim = NULL;
  guint least = G_MAXUINT;

  g_hash_table_iter_init (&iter, c->by_identity);
  while (g_hash_table_iter_next (&iter, NULL, &p)) {
    LanCandidatePerson *person = p;

    if (person->is_pinned)
      continue;
    for (guint i = 0; i < person->entries->len; i++) {
      const LanCandidateEntry *entry = &g_array_index (person->entries, LanCandidateEntry, i);

      if (entry->at.sources == source && entry->at.ifindex == ifindex &&
          strcmp (entry->at.address, crowd->worst) == 0 &&
          (entry->heard < least || (entry->heard == least && person->key > victim->key))) {
        least = entry->heard;
        victim = person;
      }
    }
  }
  return victim;
}

gboolean
lan_candidates_make_room (LanCandidates *c, const LanSighting *s)
{
  g_autoptr (GHashTable) per_address = g_hash_table_new (g_str_hash, g_str_equal);
  Crowd crowd = { .per_address = per_address };
  LanCandidatePerson *victim;
  LanCandidateMatch match = { .sources = s->source, .ifindex = s->ifindex };

  if (lan_candidates_count (c, s->source, s->ifindex) < LAN_CANDIDATES_PER_SOURCE)
    return g_hash_table_size (c->by_identity) < LAN_CANDIDATES_MAX;
  crowd_count (&crowd, c, s->source, s->ifindex);
  if (crowd.worst_n <= 1 || strcmp (crowd.worst, s->address) == 0)
    return FALSE;
  victim = pick_victim (c, &crowd, s->source, s->ifindex);
  if (victim == NULL)
    return FALSE;
  lan_candidates_remove_entries (c, victim, &match, -1);
  return TRUE;
}
