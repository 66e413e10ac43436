/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-deadlines.h"

typedef struct {
  gpointer key;
  guint what;
  gint64 due_us;
  guint64 order; /* when it was set: breaks ties */
  guint index;   /* its place in the heap */
} Entry;

struct _LanDeadlines {
  GPtrArray *heap;     /* of Entry, owned by index */
  GHashTable *entries; /* Entry by (key, what), owned */
  guint64 next_order;
};

static guint
entry_hash (gconstpointer p)
{
  const Entry *e = p;

  return g_direct_hash (e->key) * 31u + e->what;
}

static gboolean
entry_equal (gconstpointer pa, gconstpointer pb)
{
  const Entry *a = pa, *b = pb;

  return a->key == b->key && a->what == b->what;
}

LanDeadlines *
lan_deadlines_new (void)
{
  LanDeadlines *d = g_new0 (LanDeadlines, 1);

  d->heap = g_ptr_array_new ();
  d->entries = g_hash_table_new_full (entry_hash, entry_equal, g_free, NULL);
  return d;
}

void
lan_deadlines_free (LanDeadlines *d)
{
  if (d == NULL)
    return;
  g_ptr_array_unref (d->heap);
  g_hash_table_unref (d->entries);
  g_free (d);
}

static gboolean
is_before (const Entry *a, const Entry *b)
{
  return a->due_us < b->due_us || (a->due_us == b->due_us && a->order < b->order);
}

static Entry *
at (const LanDeadlines *d, guint i)
{
  return g_ptr_array_index (d->heap, i);
}

static void
put (LanDeadlines *d, guint i, Entry *e)
{
  d->heap->pdata[i] = e;
  e->index = i;
}

static void
sift (LanDeadlines *d, Entry *e)
{
  guint i = e->index, n = d->heap->len;

  for (; i > 0 && is_before (e, at (d, (i - 1) / 2)); i = (i - 1) / 2)
    put (d, i, at (d, (i - 1) / 2));
  for (;;) {
    guint child = 2 * i + 1;

    if (child + 1 < n && is_before (at (d, child + 1), at (d, child)))
      child++;
    if (child >= n || !is_before (at (d, child), e))
      break;
    put (d, i, at (d, child));
    i = child;
  }
  put (d, i, e);
}

static void
remove_entry (LanDeadlines *d, Entry *e)
{
  Entry *last = at (d, d->heap->len - 1);
  guint i = e->index;

  g_ptr_array_set_size (d->heap, (gint) d->heap->len - 1);
  if (last != e) {
    put (d, i, last);
    sift (d, last);
  }
  g_hash_table_remove (d->entries, e);
}

void
lan_deadlines_set (LanDeadlines *d, gpointer key, guint what, gint64 due_us)
{
  Entry probe = { .key = key, .what = what };
  Entry *e = g_hash_table_lookup (d->entries, &probe);

  if (e == NULL) {
    e = g_new (Entry, 1);
    *e = probe;
    g_hash_table_add (d->entries, e);
    e->index = d->heap->len;
    g_ptr_array_add (d->heap, e);
  }
  e->due_us = due_us;
  e->order = d->next_order++;
  sift (d, e);
}

void
lan_deadlines_cancel (LanDeadlines *d, gpointer key, guint what)
{
  Entry probe = { .key = key, .what = what };
  Entry *e = g_hash_table_lookup (d->entries, &probe);

  if (e != NULL)
    remove_entry (d, e);
}

void
lan_deadlines_cancel_all (LanDeadlines *d, gpointer key)
{
  for (guint i = d->heap->len; i-- > 0;) {
    /* Removal moves the last entry to i, or further up: what is behind i has been looked at. */
    while (i < d->heap->len && at (d, i)->key == key)
      remove_entry (d, at (d, i));
  }
}

gint64
lan_deadlines_next (const LanDeadlines *d)
{
  return d->heap->len > 0 ? at (d, 0)->due_us : LAN_NO_DEADLINE;
}

gboolean
lan_deadlines_pop (LanDeadlines *d, gint64 now_us, gpointer *key, guint *what)
{
  Entry *e;

  if (lan_deadlines_next (d) > now_us || d->heap->len == 0)
    return FALSE;
  e = at (d, 0);
  *key = e->key;
  *what = e->what;
  remove_entry (d, e);
  return TRUE;
}

gsize
lan_deadlines_count (const LanDeadlines *d)
{
  return d->heap->len;
}
