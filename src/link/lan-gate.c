/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-gate.h"

#include <string.h>

typedef struct {
  guint8 address[LAN_GATE_ADDRESS_BYTES];
  guint unfinished;
  gint64 tokens; /* failures left, in millionths */
  gint64 filled_us;
} Entry;

struct _LanGate {
  guint per_address, failures, max;
  guint unfinished;
  GHashTable *entries; /* Entry by its address, owned */
};

static guint
address_hash (gconstpointer p)
{
  guint32 words[4];

  memcpy (words, p, sizeof words);
  return (words[0] * 31 + words[1]) * 31 + (words[2] * 31 + words[3]) * 2654435761u;
}

static gboolean
address_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, LAN_GATE_ADDRESS_BYTES) == 0;
}

LanGate *
lan_gate_new (guint unfinished_per_address, guint failures_per_second, guint unfinished_max)
{
  LanGate *gate = g_new0 (LanGate, 1);

  gate->per_address = unfinished_per_address;
  gate->failures = failures_per_second;
  gate->max = unfinished_max;
  gate->entries = g_hash_table_new_full (address_hash, address_equal, NULL, g_free);
  return gate;
}

void
lan_gate_free (LanGate *gate)
{
  if (gate == NULL)
    return;
  g_hash_table_unref (gate->entries);
  g_free (gate);
}

static void
fill (const LanGate *gate, Entry *entry, gint64 now_us)
{
  gint64 full = (gint64) gate->failures * G_USEC_PER_SEC;
  gint64 passed = CLAMP (now_us - entry->filled_us, 0, G_USEC_PER_SEC);

  entry->tokens = MIN (entry->tokens + passed * gate->failures, full);
  entry->filled_us = now_us;
}

/* Forgets addresses that owe nothing; all that have nothing under way when that is not enough. */
static void
purge (LanGate *gate, gint64 now_us)
{
  for (guint pass = 0; pass < 2 && g_hash_table_size (gate->entries) >= LAN_GATE_ENTRIES_MAX;
       pass++) {
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init (&iter, gate->entries);
    while (g_hash_table_iter_next (&iter, NULL, &value)) {
      Entry *entry = value;

      fill (gate, entry, now_us);
      if (entry->unfinished == 0 &&
          (pass > 0 || entry->tokens == (gint64) gate->failures * G_USEC_PER_SEC))
        g_hash_table_iter_remove (&iter);
    }
  }
}

gboolean
lan_gate_enter (LanGate *gate, const guint8 address[LAN_GATE_ADDRESS_BYTES], gint64 now_us)
{
  Entry *entry = g_hash_table_lookup (gate->entries, address);

  if (gate->unfinished >= gate->max)
    return FALSE;
  if (entry == NULL) {
    purge (gate, now_us);
    if (g_hash_table_size (gate->entries) >= LAN_GATE_ENTRIES_MAX)
      return FALSE;
    entry = g_new0 (Entry, 1);
    memcpy (entry->address, address, LAN_GATE_ADDRESS_BYTES);
    entry->tokens = (gint64) gate->failures * G_USEC_PER_SEC;
    entry->filled_us = now_us;
    g_hash_table_insert (gate->entries, entry->address, entry);
  }
  fill (gate, entry, now_us);
  if (entry->unfinished >= gate->per_address || entry->tokens < G_USEC_PER_SEC)
    return FALSE;
  entry->unfinished++;
  gate->unfinished++;
  return TRUE;
}

void
lan_gate_leave (LanGate *gate, const guint8 address[LAN_GATE_ADDRESS_BYTES], gboolean has_failed,
                gint64 now_us)
{
  Entry *entry = g_hash_table_lookup (gate->entries, address);

  g_return_if_fail (entry != NULL && entry->unfinished > 0);
  fill (gate, entry, now_us);
  if (has_failed)
    entry->tokens = MAX (0, entry->tokens - G_USEC_PER_SEC);
  entry->unfinished--;
  gate->unfinished--;
}

guint
lan_gate_unfinished (const LanGate *gate)
{
  return gate->unfinished;
}

guint
lan_gate_entries (const LanGate *gate)
{
  return g_hash_table_size (gate->entries);
}
