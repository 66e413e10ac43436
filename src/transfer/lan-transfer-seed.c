/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The author's side of what was offered to several: it is hashed once, and while two or more fetch it
 * each is told to ask for other leaves, so that what goes out is about one copy. That is advice: whoever asks
 * for something else gets it. What somebody was told to fetch and did not say to have is told to others when
 * that person goes away.
 */
#include "lan-transfers-private.h"

#include "lan-tree-hash.h"

#include <string.h>

void
lan_seed_free (LanSeed *seed)
{
  g_ptr_array_unref (seed->parts);
  g_free (seed->given);
  g_free (seed);
}

void
lan_seed_join (LanTransfers *t, LanTransferOne *one)
{
  LanMessageId name;
  LanSeed *seed;

  if (one->detail.share == NULL || one->out.seed != NULL || one->row.incoming)
    return;
  lan_share_name (one->detail.share, &one->row.root, &name);
  seed = g_hash_table_lookup (t->seeds, &name);
  if (seed == NULL) {
    seed = g_new0 (LanSeed, 1);
    seed->name = name;
    seed->parts = g_ptr_array_new ();
    g_hash_table_insert (t->seeds, &seed->name, seed);
  }
  g_ptr_array_add (seed->parts, one);
  one->out.seed = seed;
}

void
lan_seed_leave (LanTransfers *t, LanTransferOne *one)
{
  LanSeed *seed = one->out.seed;

  if (seed == NULL)
    return;
  lan_seed_lost (t, one);
  one->out.seed = NULL;
  g_ptr_array_remove (seed->parts, one);
  if (seed->parts->len == 0)
    g_hash_table_remove (t->seeds, &seed->name);
}

/* -- hashed once -- */

static gboolean
is_twin (const LanTransferOne *one, const LanTransferOne *other)
{
  return other != one && !other->row.incoming && other->detail.share != NULL &&
         other->row.state == LAN_TRANSFER_VERIFYING &&
         g_bytes_equal (other->detail.share, one->detail.share) &&
         g_strcmp0 (other->row.path, one->row.path) == 0;
}

gboolean
lan_seed_wait_for_hash (LanTransfers *t, LanTransferOne *one)
{
  LanTransferOne *other;
  GHashTableIter iter;

  if (one->detail.share == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &other)) {
    if (is_twin (one, other) && other->out.phase != LAN_OUT_CLOSED) {
      one->out.is_waiting = TRUE;
      return TRUE;
    }
  }
  return FALSE;
}

/* Returns: (transfer container): those that wait for @one. */
static GPtrArray *
take_waiting (LanTransfers *t, LanTransferOne *one)
{
  GPtrArray *waiting = g_ptr_array_new ();
  LanTransferOne *other;
  GHashTableIter iter;

  if (one->detail.share == NULL)
    return waiting;
  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &other)) {
    if (!is_twin (one, other) || !other->out.is_waiting)
      continue;
    other->out.is_waiting = FALSE;
    g_ptr_array_add (waiting, other);
  }
  return waiting;
}

void
lan_seed_hashed (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  g_autoptr (GPtrArray) waiting = take_waiting (t, one);

  for (guint i = 0; i < waiting->len; i++) {
    LanTransferOne *other = g_ptr_array_index (waiting, i);

    g_free (other->row.name);
    other->row.name = g_strdup (one->row.name);
    other->row.size = one->row.size;
    other->row.root = one->row.root;
    other->detail.is_folder = one->detail.is_folder;
    other->detail.manifest_size = one->detail.manifest_size;
    other->detail.entries = one->detail.entries;
    other->detail.left_links = one->detail.left_links;
    other->detail.left_others = one->detail.left_others;
    other->tree = lan_file_tree_ref (one->tree);
    other->out.leaves = g_bytes_ref (one->out.leaves);
    other->out.manifest = one->out.manifest != NULL ? g_bytes_ref (one->out.manifest) : NULL;
    other->out.stamp = one->out.stamp;
    lan_transfer_plan_commit (t, other, TRUE);
    lan_transfer_out_offer (t, other);
  }
}

/* One of them tries itself, and says what it finds to the others. */
void
lan_seed_not_hashed (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  g_autoptr (GPtrArray) waiting = take_waiting (t, one);

  for (guint i = 0; i < waiting->len; i++)
    lan_transfer_out_start (t, g_ptr_array_index (waiting, i), now);
}

/* -- who is told to ask for what -- */

static guint64
n_leaves (const LanTransferOne *one)
{
  return one->tree != NULL ? lan_file_tree_n_leaves (one->tree) : 0;
}

/* Fetching, and says what it has. */
static gboolean
is_active (const LanTransferOne *one)
{
  return one->out.is_in && one->channel != NULL && one->row.state == LAN_TRANSFER_RUNNING &&
         one->out.n_have < n_leaves (one);
}

static void
add_given (LanSeed *seed, const guint8 *bits, gsize size)
{
  for (gsize i = 0; bits != NULL && i < size; i++)
    seed->given[i] |= bits[i];
}

/* Somebody is gone: what only that person was told to fetch is nobody's. */
static void
count_again (LanSeed *seed, guint64 n)
{
  gsize size = lan_transfer_bits_size (n);

  if (seed->given == NULL)
    return;
  memset (seed->given, 0, size);
  seed->cursor = 0;
  for (guint i = 0; i < seed->parts->len; i++) {
    const LanTransferOne *one = g_ptr_array_index (seed->parts, i);

    if (!one->out.is_in)
      continue;
    add_given (seed, one->out.have, size);
    add_given (seed, one->out.granted, size);
  }
}

static gsize
length_of (const LanTransferOne *one, guint64 leaf)
{
  LanFileLeaf place = { 0 };

  lan_file_tree_leaf (one->tree, leaf, &place);
  return MAX (place.len, LAN_TRANSFER_LEAF_COST);
}

/* Smaller towards the end, so that nobody is left with much while others have nothing to do. */
static guint64
share_of (const LanSeed *seed, const LanTransferOne *one, guint active)
{
  guint64 n = n_leaves (one);
  guint64 left =
      n > 0 ? (guint64) ((double) one->row.size * (double) (n - seed->cursor) / (double) n) : 0;

  return CLAMP (left / (2 * active), 1, LAN_SWARM_GRANT_BYTES);
}

/* The next leaves that nobody has and nobody fetches. FALSE: there are none. */
static gboolean
grant_run (LanTransfers *t, LanSeed *seed, LanTransferOne *one, gsize most)
{
  guint64 n = n_leaves (one);
  guint64 first, end;
  gsize bytes = 0, from, size;
  g_autofree guint8 *bits = NULL;

  while (seed->cursor < n && lan_transfer_bit (seed->given, seed->cursor))
    seed->cursor++;
  first = end = seed->cursor;
  if (first >= n)
    return FALSE;
  while (end < n && bytes < MIN (most, LAN_TRANSFER_RUN_BYTES) &&
         !lan_transfer_bit (seed->given, end))
    bytes += length_of (one, end++);
  from = first / 8;
  size = lan_transfer_bits_size (end) - from;
  bits = g_malloc0 (size);
  for (guint64 i = first; i < end; i++) {
    lan_transfer_set_bit (bits, i - from * 8);
    lan_transfer_set_bit (seed->given, i);
    lan_transfer_set_bit (one->out.granted, i);
  }
  one->out.due += bytes;
  lan_transfer_send_have (t, one->channel, &seed->name, LANYARD__FILE_HAVE_KIND__HAVE_ASK_FOR,
                          from * 8, bits, size, FALSE);
  return TRUE;
}

static void
bind (LanTransfers *t, LanSeed *seed, LanTransferOne *one, gboolean on)
{
  if (one->out.is_bound == on)
    return;
  one->out.is_bound = on;
  one->out.due = 0;
  g_clear_pointer (&one->out.granted, g_free);
  if (on)
    one->out.granted = g_malloc0 (lan_transfer_bits_size (n_leaves (one)));
  lan_transfer_send_have (t, one->channel, &seed->name,
                          on ? LANYARD__FILE_HAVE_KIND__HAVE_ASK_FOR
                             : LANYARD__FILE_HAVE_KIND__HAVE_ASK_FOR_ANY,
                          0, NULL, 0, FALSE);
}

static void
step (LanTransfers *t, LanSeed *seed)
{
  guint active = 0;

  for (guint i = 0; i < seed->parts->len; i++)
    active += is_active (g_ptr_array_index (seed->parts, i));
  for (guint i = 0; i < seed->parts->len; i++) {
    LanTransferOne *one = g_ptr_array_index (seed->parts, i);

    if (!is_active (one))
      continue;
    if (seed->given == NULL)
      seed->given = g_malloc0 (lan_transfer_bits_size (n_leaves (one)));
    bind (t, seed, one, active > 1);
    while (one->out.is_bound && one->out.due < share_of (seed, one, active) &&
           grant_run (t, seed, one, share_of (seed, one, active)))
      ;
  }
}

void
lan_seed_asked (LanTransfers *t, LanTransferOne *one)
{
  if (one->out.seed != NULL && one->out.is_in && !one->out.is_bound)
    step (t, one->out.seed);
}

void
lan_seed_sent (LanTransfers *t, LanTransferOne *one, gsize bytes)
{
  if (one->out.seed == NULL || !one->out.is_bound)
    return;
  one->out.due -= MIN (bytes, one->out.due);
  if (one->out.due < LAN_SWARM_GRANT_BYTES)
    step (t, one->out.seed);
}

void
lan_seed_lost (LanTransfers *t, LanTransferOne *one)
{
  LanSeed *seed = one->out.seed;
  guint64 n = n_leaves (one);

  if (seed == NULL || !one->out.is_in)
    return;
  one->out.is_in = FALSE;
  one->out.is_bound = FALSE;
  one->out.due = 0;
  one->out.n_have = 0;
  g_clear_pointer (&one->out.have, g_free);
  g_clear_pointer (&one->out.granted, g_free);
  count_again (seed, n);
  step (t, seed);
}

LanStatus
lan_seed_on_have (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                  const Lanyard__FileHave *have)
{
  guint64 n = n_leaves (one);
  guint64 size = lan_transfer_bits_size (n);

  if (one->tree == NULL || (one->channel != NULL && one->channel != ch) ||
      ch->carries == LAN_CARRIES_STATES || have->kind != LANYARD__FILE_HAVE_KIND__HAVE_THESE)
    return LAN_STATUS_STATE;
  if (have->first / 8 > size || have->bits.len > size - have->first / 8)
    return LAN_STATUS_MALFORMED;
  if (have->bits.len == 0)
    return LAN_STATUS_OK;
  if (one->out.have == NULL)
    one->out.have = g_malloc0 (size);
  one->out.is_in = TRUE;
  for (guint64 i = 0; i < have->bits.len * 8 && have->first + i < n; i++) {
    guint64 leaf = have->first + i;

    if (!lan_transfer_bit (have->bits.data, i) || lan_transfer_bit (one->out.have, leaf))
      continue;
    lan_transfer_set_bit (one->out.have, leaf);
    one->out.n_have++;
    if (one->out.seed->given != NULL)
      lan_transfer_set_bit (one->out.seed->given, leaf);
  }
  step (t, one->out.seed);
  /* Who asks is answered, or would wait for it. */
  if (have->ask && !one->out.is_bound)
    lan_transfer_send_have (t, ch, &one->out.seed->name, LANYARD__FILE_HAVE_KIND__HAVE_ASK_FOR_ANY,
                            0, NULL, 0, FALSE);
  return LAN_STATUS_OK;
}
