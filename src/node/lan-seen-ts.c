/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-seen-ts.h"

#include <string.h>

typedef struct {
  LanHash dh;
  guint8 ts[LAN_TS_BYTES];
  gboolean is_known; /* was, when it was asked last */
} Entry;

struct _LanSeenTs {
  GHashTable *entries; /* LanHash in the Entry -> Entry, owned */
  guint n_strangers;
  LanSeenTsIsKnown is_known;
  gpointer data;
};

LanSeenTs *
lan_seen_ts_new (LanSeenTsIsKnown is_known, gpointer data)
{
  LanSeenTs *seen = g_new0 (LanSeenTs, 1);

  seen->entries = g_hash_table_new_full (lan_hash_hash, lan_hash_equal, NULL, g_free);
  seen->is_known = is_known;
  seen->data = data;
  return seen;
}

void
lan_seen_ts_free (LanSeenTs *seen)
{
  if (seen == NULL)
    return;
  g_hash_table_unref (seen->entries);
  g_free (seen);
}

static Entry *
find (LanSeenTs *seen, const guint8 *dh)
{
  LanHash key;

  memcpy (key.b, dh, sizeof key.b);
  return g_hash_table_lookup (seen->entries, &key);
}

gboolean
lan_seen_ts_is_new (LanSeenTs *seen, const guint8 *dh, const guint8 *ts)
{
  const Entry *entry = find (seen, dh);

  return entry == NULL || lan_ts_compare (ts, entry->ts) > 0;
}

/* A flood: whoever was met since stays, the others go. What is on disk stays in any case. */
static void
forget_strangers (LanSeenTs *seen)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, seen->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Entry *entry = value;

    if (entry->is_known)
      continue;
    entry->is_known = seen->is_known (entry->dh.b, seen->data);
    if (!entry->is_known)
      g_hash_table_iter_remove (&iter);
  }
  seen->n_strangers = 0;
}

void
lan_seen_ts_note (LanSeenTs *seen, const guint8 *dh, const guint8 *ts)
{
  Entry *entry = find (seen, dh);

  if (entry == NULL) {
    if (seen->n_strangers >= LAN_SEEN_TS_STRANGERS)
      forget_strangers (seen);
    entry = g_new0 (Entry, 1);
    memcpy (entry->dh.b, dh, sizeof entry->dh.b);
    g_hash_table_insert (seen->entries, &entry->dh, entry);
    seen->n_strangers++;
  }
  memcpy (entry->ts, ts, LAN_TS_BYTES);
}

guint
lan_seen_ts_count (const LanSeenTs *seen)
{
  return g_hash_table_size (seen->entries);
}
