/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-prekey-ring.h"

#include "lan-bytes.h"
#include "lan-crypto-private.h"

#include <sodium.h>
#include <string.h>

#define ROOM (LAN_RING_SIGNED_MAX + LAN_RING_ONE_TIME_MAX)

typedef struct {
  LanRingEntry entry;
  guint8 secret[LAN_KEY_BYTES];
} Slot;

/* All of it lies in guarded memory. */
struct _LanPrekeyRing {
  guint n;
  guint n_signed;
  Slot slots[ROOM];
};

LanPrekeyRing *
lan_prekey_ring_new (void)
{
  return lan_guarded_new (sizeof (LanPrekeyRing));
}

void
lan_prekey_ring_free (LanPrekeyRing *ring)
{
  if (ring != NULL)
    sodium_free (ring);
}

static Slot *
find (const LanPrekeyRing *ring, LanRingKind kind, guint32 id)
{
  for (guint i = 0; i < ring->n; i++)
    if (ring->slots[i].entry.id == id && ring->slots[i].entry.kind == kind)
      return (Slot *) &ring->slots[i];
  return NULL;
}

static gboolean
has_room (const LanPrekeyRing *ring, LanRingKind kind)
{
  return kind == LAN_RING_SIGNED ? ring->n_signed < LAN_RING_SIGNED_MAX
                                 : ring->n - ring->n_signed < LAN_RING_ONE_TIME_MAX;
}

static Slot *
add (LanPrekeyRing *ring, const LanRingEntry *entry, const guint8 *secret)
{
  Slot *slot = &ring->slots[ring->n++];

  ring->n_signed += entry->kind == LAN_RING_SIGNED;
  slot->entry = *entry;
  memcpy (slot->secret, secret, sizeof slot->secret);
  return slot;
}

gboolean
lan_prekey_ring_make (LanPrekeyRing *ring, LanRingKind kind, gint64 now_s, const LanRandom *random,
                      guint32 *id, guint8 public_key[LAN_KEY_BYTES])
{
  LanRingEntry entry = { .kind = kind, .made_s = MAX (now_s, 0) };
  guint8 secret[LAN_KEY_BYTES];

  if (!has_room (ring, kind))
    return FALSE;
  do {
    entry.id = lan_random_u32 (random);
  } while (entry.id == 0 || find (ring, kind, entry.id) != NULL);
  lan_prekey_make_pair (secret, public_key, random);
  add (ring, &entry, secret);
  sodium_memzero (secret, sizeof secret);
  *id = entry.id;
  return TRUE;
}

const guint8 *
lan_prekey_ring_find (const LanPrekeyRing *ring, LanRingKind kind, guint32 id)
{
  const Slot *slot = find (ring, kind, id);

  return slot != NULL ? slot->secret : NULL;
}

void
lan_prekey_ring_remove (LanPrekeyRing *ring, LanRingKind kind, guint32 id)
{
  Slot *slot = find (ring, kind, id);

  if (slot == NULL)
    return;
  ring->n_signed -= kind == LAN_RING_SIGNED;
  *slot = ring->slots[--ring->n];
  sodium_memzero (&ring->slots[ring->n], sizeof (Slot));
}

void
lan_prekey_ring_set_replaced (LanPrekeyRing *ring, guint32 signed_id, gint64 replaced_s)
{
  Slot *slot = find (ring, LAN_RING_SIGNED, signed_id);

  if (slot != NULL)
    slot->entry.replaced_s = replaced_s;
}

guint
lan_prekey_ring_count (const LanPrekeyRing *ring)
{
  return ring->n;
}

void
lan_prekey_ring_get (const LanPrekeyRing *ring, guint index, LanRingEntry *entry)
{
  g_return_if_fail (index < ring->n);
  *entry = ring->slots[index].entry;
}

gboolean
lan_prekey_ring_current (const LanPrekeyRing *ring, LanRingEntry *entry)
{
  gboolean have = FALSE;

  for (guint i = 0; i < ring->n; i++) {
    const LanRingEntry *e = &ring->slots[i].entry;

    if (e->kind != LAN_RING_SIGNED || e->replaced_s != 0 || (have && e->made_s <= entry->made_s))
      continue;
    *entry = *e;
    have = TRUE;
  }
  return have;
}

static void
free_wiped (gpointer data)
{
  sodium_memzero (data, LAN_RING_ENTRY_BYTES);
  g_free (data);
}

GBytes *
lan_prekey_ring_save (const LanPrekeyRing *ring, LanRingKind kind, guint32 id)
{
  const Slot *slot = find (ring, kind, id);
  guint8 *data;
  LanWriter w;

  if (slot == NULL)
    return NULL;
  data = g_malloc (LAN_RING_ENTRY_BYTES);
  lan_writer_init (&w, data, LAN_RING_ENTRY_BYTES);
  lan_write_u8 (&w, (guint8) kind);
  lan_write_u32 (&w, id);
  lan_write_bytes (&w, slot->secret, sizeof slot->secret);
  lan_write_u64 (&w, (guint64) slot->entry.made_s);
  lan_write_u64 (&w, (guint64) slot->entry.replaced_s);
  g_assert (!w.failed && w.len == LAN_RING_ENTRY_BYTES);
  return g_bytes_new_with_free_func (data, LAN_RING_ENTRY_BYTES, free_wiped, data);
}

LanStatus
lan_prekey_ring_load (LanPrekeyRing *ring, const guint8 *data, gsize len)
{
  LanRingEntry entry = { 0 };
  const guint8 *secret;
  guint kind;
  LanReader r;

  lan_reader_init (&r, data, len);
  kind = lan_read_u8 (&r);
  entry.id = lan_read_u32 (&r);
  secret = lan_read_span (&r, LAN_KEY_BYTES);
  entry.made_s = lan_read_time (&r);
  entry.replaced_s = lan_read_time (&r);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (!lan_reader_done (&r))
    return LAN_STATUS_OVERSIZED;
  if ((kind != LAN_RING_SIGNED && kind != LAN_RING_ONE_TIME) || entry.id == 0 || entry.made_s < 0 ||
      entry.replaced_s < 0)
    return LAN_STATUS_MALFORMED;
  entry.kind = (LanRingKind) kind;
  if (find (ring, entry.kind, entry.id) != NULL)
    return LAN_STATUS_STATE;
  if (!has_room (ring, entry.kind))
    return LAN_STATUS_LIMIT;
  add (ring, &entry, secret);
  return LAN_STATUS_OK;
}
