/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-expectations.h"

#include <string.h>

typedef struct {
  LanListenerExpect expect;
  gint64 until_us;
  gboolean is_used;
} Entry;

struct _LanExpectations {
  GPtrArray *entries; /* of Entry: few, looked through */
};

static void
entry_free (Entry *entry)
{
  lan_secret_wipe (entry, sizeof *entry);
  g_free (entry);
}

LanExpectations *
lan_expectations_new (void)
{
  LanExpectations *all = g_new0 (LanExpectations, 1);

  all->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  return all;
}

void
lan_expectations_free (LanExpectations *all)
{
  if (all == NULL)
    return;
  g_ptr_array_unref (all->entries);
  g_free (all);
}

static Entry *
find (const LanExpectations *all, const guint8 *lane_id)
{
  for (guint i = 0; i < all->entries->len; i++) {
    Entry *entry = g_ptr_array_index (all->entries, i);

    if (memcmp (entry->expect.secret.lane_id, lane_id, LAN_LANE_ID_BYTES) == 0)
      return entry;
  }
  return NULL;
}

/* A used one stays for the handshake that used it, which has a deadline of its own. */
static void
forget_old (LanExpectations *all, gint64 now_us)
{
  for (guint i = all->entries->len; i-- > 0;) {
    const Entry *entry = g_ptr_array_index (all->entries, i);

    if (now_us >= entry->until_us + (entry->is_used ? LAN_LANE_HANDSHAKE_US : 0))
      g_ptr_array_remove_index_fast (all->entries, i);
  }
}

gboolean
lan_expectations_add (LanExpectations *all, const LanListenerExpect *expect, gint64 now_us)
{
  Entry *entry;

  forget_old (all, now_us);
  if (all->entries->len >= LAN_LISTENER_EXPECT_MAX || find (all, expect->secret.lane_id) != NULL)
    return FALSE;
  entry = g_new0 (Entry, 1);
  entry->expect = *expect;
  entry->until_us = now_us + expect->life_us;
  g_ptr_array_add (all->entries, entry);
  return TRUE;
}

void
lan_expectations_remove (LanExpectations *all, const guint8 lane_id[LAN_LANE_ID_BYTES])
{
  Entry *entry = find (all, lane_id);

  if (entry != NULL)
    g_ptr_array_remove_fast (all->entries, entry);
}

static gboolean
is_ready (const Entry *entry, LanLaneKind kind, gint64 now_us)
{
  return !entry->is_used && entry->expect.secret.kind == kind && now_us < entry->until_us;
}

gboolean
lan_expectations_has (LanExpectations *all, LanLaneKind kind, LanLanePattern pattern, gint64 now_us)
{
  for (guint i = 0; i < all->entries->len; i++) {
    const Entry *entry = g_ptr_array_index (all->entries, i);

    if (entry->expect.secret.pattern == pattern && is_ready (entry, kind, now_us))
      return TRUE;
  }
  return FALSE;
}

gboolean
lan_expectations_find (LanExpectations *all, LanLaneKind kind,
                       const guint8 lane_id[LAN_LANE_ID_BYTES], guint8 psk[LAN_KEY_BYTES],
                       gint64 now_us)
{
  const Entry *entry = find (all, lane_id);

  if (entry == NULL || !is_ready (entry, kind, now_us))
    return FALSE;
  memcpy (psk, entry->expect.secret.psk, LAN_KEY_BYTES);
  return TRUE;
}

void
lan_expectations_tell_tried (LanExpectations *all, LanListener *listener, LanLaneKind kind,
                             gint64 now_us)
{
  for (guint i = all->entries->len; i-- > 0;) {
    const Entry *entry = g_ptr_array_index (all->entries, i);

    if (entry->expect.tried == NULL || !is_ready (entry, kind, now_us))
      continue;
    entry->expect.tried (listener, entry->expect.data);
    return; /* it may have taken itself out; two of one kind do not happen */
  }
}

gboolean
lan_expectations_use (LanExpectations *all, LanListener *listener, LanLaneKind kind,
                      const guint8 lane_id[LAN_LANE_ID_BYTES], gint64 now_us)
{
  Entry *entry = find (all, lane_id);

  if (entry == NULL || !is_ready (entry, kind, now_us))
    return FALSE;
  entry->is_used = TRUE;
  lan_secret_wipe (entry->expect.secret.psk, sizeof entry->expect.secret.psk);
  if (entry->expect.proved != NULL)
    entry->expect.proved (listener, entry->expect.data);
  return TRUE;
}

gboolean
lan_expectations_take (LanExpectations *all, LanLaneKind kind,
                       const guint8 lane_id[LAN_LANE_ID_BYTES], LanListenerExpect *expect)
{
  Entry *entry = find (all, lane_id);

  if (entry == NULL || !entry->is_used || entry->expect.secret.kind != kind)
    return FALSE;
  *expect = entry->expect;
  g_ptr_array_remove_fast (all->entries, entry);
  return TRUE;
}
