/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-recent.h"

#include "lan-random-system.h"

#include <string.h>

#define CHUNK 1024 /* deposits of one allocation: they must not move */

typedef struct {
  GPtrArray *chunks; /* of LanHubDeposit[CHUNK] */
  guint n;
  GHashTable *seen;   /* by sender and id */
  GHashTable *newest; /* by recipient */
} Generation;

struct _LanHubRecent {
  guint max;
  Generation young;
  Generation old;
  LanHubDeposit **by_seen, **by_place; /* of old, sorted */
  guint next_seen, next_place;
  GPtrArray *gone; /* of LanHubDeposit, marked by this transaction */
  /* as they were at the last keep() */
  guint kept_young, kept_seen, kept_place;
};

static guint64 hash_key[3]; /* who chooses ids must not know which ones collide */

static guint
mix (guint64 a, guint64 b)
{
  __extension__ typedef unsigned __int128 Wide;
  Wide product = (Wide) a * b;

  return (guint) ((guint64) product ^ (guint64) (product >> 64));
}

static guint64
word (const void *p)
{
  guint64 w;

  memcpy (&w, p, sizeof w);
  return w;
}

static guint
hash_seen (gconstpointer data)
{
  const LanHubDeposit *d = data;

  return mix (word (&d->from) ^ hash_key[0], word (d->id) ^ hash_key[1]) ^
         mix (word (d->id + 8) ^ hash_key[2], hash_key[0]);
}

static gboolean
is_same_seen (gconstpointer a, gconstpointer b)
{
  const LanHubDeposit *x = a, *y = b;

  return memcmp (x->id, y->id, sizeof x->id) == 0 && lan_device_id_equal (&x->from, &y->from);
}

static guint
hash_to (gconstpointer data)
{
  return mix (word (&((const LanHubDeposit *) data)->to) ^ hash_key[0], hash_key[1]);
}

static gboolean
is_same_to (gconstpointer a, gconstpointer b)
{
  return lan_device_id_equal (&((const LanHubDeposit *) a)->to, &((const LanHubDeposit *) b)->to);
}

static void
generation_init (Generation *g)
{
  g->chunks = g_ptr_array_new_with_free_func (g_free);
  g->n = 0;
  g->seen = g_hash_table_new (hash_seen, is_same_seen);
  g->newest = g_hash_table_new (hash_to, is_same_to);
}

static void
generation_clear (Generation *g)
{
  g_clear_pointer (&g->chunks, g_ptr_array_unref);
  g_clear_pointer (&g->seen, g_hash_table_unref);
  g_clear_pointer (&g->newest, g_hash_table_unref);
  g->n = 0;
}

static LanHubDeposit *
generation_at (const Generation *g, guint i)
{
  return (LanHubDeposit *) g_ptr_array_index (g->chunks, i / CHUNK) + i % CHUNK;
}

LanHubRecent *
lan_hub_recent_new (guint max)
{
  LanHubRecent *recent = g_new0 (LanHubRecent, 1);

  lan_random_bytes (lan_random_system (), (guint8 *) hash_key, sizeof hash_key);
  recent->max = max;
  recent->gone = g_ptr_array_new ();
  generation_init (&recent->young);
  return recent;
}

static void
forget_old (LanHubRecent *recent)
{
  generation_clear (&recent->old);
  g_clear_pointer (&recent->by_seen, g_free);
  g_clear_pointer (&recent->by_place, g_free);
  recent->next_seen = recent->next_place = 0;
}

void
lan_hub_recent_free (LanHubRecent *recent)
{
  if (recent == NULL)
    return;
  forget_old (recent);
  generation_clear (&recent->young);
  g_ptr_array_unref (recent->gone);
  g_free (recent);
}

const LanHubDeposit *
lan_hub_recent_find (LanHubRecent *recent, const LanDeviceId *from, const guint8 *id)
{
  LanHubDeposit key = { .from = *from }, *found;

  memcpy (key.id, id, sizeof key.id);
  found = g_hash_table_lookup (recent->young.seen, &key);
  if (found == NULL && recent->old.seen != NULL)
    found = g_hash_table_lookup (recent->old.seen, &key);
  return found;
}

const LanHubDeposit *
lan_hub_recent_add (LanHubRecent *recent, const LanHubDeposit *deposit)
{
  Generation *g = &recent->young;
  LanHubDeposit *d;

  if (g->n == g->chunks->len * CHUNK)
    g_ptr_array_add (g->chunks, g_new (LanHubDeposit, CHUNK));
  d = generation_at (g, g->n++);
  *d = *deposit;
  d->older = g_hash_table_lookup (g->newest, d);
  g_hash_table_add (g->newest, d); /* in the older one's place */
  g_hash_table_add (g->seen, d);
  return d;
}

/* ---- envelopes that were deleted ---- */

static LanHubDeposit *
find_mail (const Generation *g, guint64 mail_id)
{
  guint low = 0, high = g->n;

  while (low < high) {
    guint mid = (low + high) / 2;

    if (generation_at (g, mid)->mail_id < mail_id)
      low = mid + 1;
    else
      high = mid;
  }
  return low < g->n && generation_at (g, low)->mail_id == mail_id ? generation_at (g, low) : NULL;
}

static void
mark_gone (LanHubRecent *recent, LanHubDeposit *deposit)
{
  if (deposit == NULL || deposit->is_gone)
    return;
  deposit->is_gone = TRUE;
  g_ptr_array_add (recent->gone, deposit);
}

void
lan_hub_recent_drop (LanHubRecent *recent, guint64 mail_id)
{
  mark_gone (recent, find_mail (&recent->old, mail_id));
  mark_gone (recent, find_mail (&recent->young, mail_id));
}

static void
expire (LanHubRecent *recent, const Generation *g, gint64 now_ms)
{
  for (guint i = 0; i < g->n; i++)
    if (generation_at (g, i)->expires_ms <= now_ms)
      mark_gone (recent, generation_at (g, i));
}

void
lan_hub_recent_expire (LanHubRecent *recent, gint64 now_ms)
{
  expire (recent, &recent->old, now_ms);
  expire (recent, &recent->young, now_ms);
}

static void
take_ids (GHashTable *newest, const LanDeviceId *to, guint64 after, GArray *ids)
{
  LanHubDeposit key = { .to = *to };
  const LanHubDeposit *d = newest != NULL ? g_hash_table_lookup (newest, &key) : NULL;

  for (; d != NULL && d->mail_id > after; d = d->older)
    if (!d->is_gone)
      g_array_append_val (ids, d->mail_id);
}

GArray *
lan_hub_recent_ids (LanHubRecent *recent, const LanDeviceId *to, guint64 after)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  take_ids (recent->young.newest, to, after, ids);
  take_ids (recent->old.newest, to, after, ids);
  for (guint i = 0; i < ids->len / 2; i++) {
    guint64 *a = &g_array_index (ids, guint64, i);
    guint64 *b = &g_array_index (ids, guint64, ids->len - 1 - i), c = *a;

    *a = *b;
    *b = c;
  }
  return ids;
}

/* ---- the old generation ---- */

static int
compare_seen (gconstpointer a, gconstpointer b)
{
  const LanHubDeposit *x = *(LanHubDeposit *const *) a, *y = *(LanHubDeposit *const *) b;
  int order = memcmp (&x->from, &y->from, sizeof x->from);

  return order != 0 ? order : memcmp (x->id, y->id, sizeof x->id);
}

static int
compare_place (gconstpointer a, gconstpointer b)
{
  const LanHubDeposit *x = *(LanHubDeposit *const *) a, *y = *(LanHubDeposit *const *) b;
  int order = memcmp (&x->to, &y->to, sizeof x->to);

  if (order != 0)
    return order;
  return x->mail_id < y->mail_id ? -1 : x->mail_id > y->mail_id;
}

/* The young ones become the old ones. */
static void
grow_old (LanHubRecent *recent)
{
  guint n = recent->young.n;

  recent->old = recent->young;
  generation_init (&recent->young);
  recent->by_seen = g_new (LanHubDeposit *, n);
  recent->by_place = g_new (LanHubDeposit *, n);
  for (guint i = 0; i < n; i++)
    recent->by_seen[i] = recent->by_place[i] = generation_at (&recent->old, i);
  qsort (recent->by_seen, n, sizeof *recent->by_seen, compare_seen);
  qsort (recent->by_place, n, sizeof *recent->by_place, compare_place);
}

const LanHubDeposit *
lan_hub_recent_next_seen (LanHubRecent *recent)
{
  return recent->next_seen < recent->old.n ? recent->by_seen[recent->next_seen++] : NULL;
}

const LanHubDeposit *
lan_hub_recent_next_place (LanHubRecent *recent)
{
  while (recent->next_place < recent->old.n) {
    const LanHubDeposit *deposit = recent->by_place[recent->next_place++];

    if (!deposit->is_gone)
      return deposit;
  }
  return NULL;
}

gboolean
lan_hub_recent_is_sorted (LanHubRecent *recent, guint64 *upto)
{
  if (recent->old.n == 0 || recent->next_seen < recent->old.n || recent->next_place < recent->old.n)
    return FALSE;
  *upto = generation_at (&recent->old, recent->old.n - 1)->mail_id;
  return TRUE;
}

/* ---- transactions ---- */

static void
note (LanHubRecent *recent)
{
  recent->kept_young = recent->young.n;
  recent->kept_seen = recent->next_seen;
  recent->kept_place = recent->next_place;
}

void
lan_hub_recent_keep (LanHubRecent *recent, gboolean sorted)
{
  g_ptr_array_set_size (recent->gone, 0);
  if (sorted)
    forget_old (recent);
  if (recent->old.n == 0 && recent->young.n >= recent->max)
    grow_old (recent);
  note (recent);
}

void
lan_hub_recent_undo (LanHubRecent *recent)
{
  Generation *g = &recent->young;

  for (guint i = 0; i < recent->gone->len; i++)
    ((LanHubDeposit *) recent->gone->pdata[i])->is_gone = FALSE;
  g_ptr_array_set_size (recent->gone, 0);
  while (g->n > recent->kept_young) {
    LanHubDeposit *d = generation_at (g, --g->n);

    g_hash_table_remove (g->seen, d);
    if (d->older != NULL)
      g_hash_table_add (g->newest, d->older);
    else
      g_hash_table_remove (g->newest, d);
  }
  recent->next_seen = recent->kept_seen;
  recent->next_place = recent->kept_place;
}
