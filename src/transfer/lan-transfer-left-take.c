/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Fetching what was left with the server. To the rest of the machine it is one more channel to the sender, over which
 * hashes, manifest and leaves come as they do over a link; so everything that holds for them holds here. What is asked
 * over it is turned into pieces of the blob; each is opened, and all together must give the blob's root.
 */
#include "lan-transfers-private.h"

#include "lan-blob.h"
#include "lan-tree-hash.h"

#include <string.h>

typedef enum { ASK_MANIFEST, ASK_HASHES, ASK_LEAF } AskType;

typedef struct {
  AskType type;
  guint64 index; /* offset, first hash, leaf */
  guint64 from;  /* in the whole */
  gsize len;
} Ask;

struct _LanLeftTake {
  LanTransferChannel *ch;
  LanLeftPlan plan; /* .starts NULL: a folder whose manifest is not here */
  guint64 padded;
  guint64 n_pieces;
  GQueue asks;        /* of Ask */
  GHashTable *pieces; /* guint64 -> GBytes: opened, and wanted by an ask */
  GHashTable *asked;  /* guint64 */
  guint8 *hashes;     /* of sealed pieces */
  guint8 *seen;       /* a bit for each */
  guint64 n_seen;
  gboolean is_bad; /* one was wrong */
};

LanTransferChannel *
lan_left_take_channel (const LanTransferOne *one)
{
  return one->take != NULL ? one->take->ch : NULL;
}

void
lan_left_take_free (LanLeftTake *take)
{
  lan_left_plan_clear (&take->plan);
  g_queue_clear_full (&take->asks, g_free);
  g_hash_table_unref (take->pieces);
  g_hash_table_unref (take->asked);
  g_free (take->hashes);
  g_free (take->seen);
  lan_transfer_channel_free (take->ch);
  g_free (take);
}

/* FALSE: what the sender says of it cannot be. */
gboolean
lan_left_take_start (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  const LanLeft *left = &one->detail.left;
  LanLeftTake *take;
  guint64 padded, needs;

  needs = one->row.size + (one->detail.is_folder ? one->detail.manifest_size : 0);
  if (left->size > t->server_max || !lan_blob_unsealed (left->size, &padded) || padded < needs ||
      lan_blob_sealed (lan_blob_padded (needs + needs / 8 + LAN_TREE_LEAF_BYTES)) < left->size)
    return FALSE;
  take = g_new0 (LanLeftTake, 1);
  take->padded = padded;
  take->n_pieces = lan_blob_pieces (left->size);
  take->hashes = g_malloc0 ((gsize) take->n_pieces * LAN_HASH_BYTES);
  take->seen = g_malloc0 (lan_transfer_bits_size (take->n_pieces));
  take->pieces =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_bytes_unref);
  take->asked = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_queue_init (&take->asks);
  take->ch = lan_transfer_channel_new (++t->last_left | G_GUINT64_CONSTANT (1) << 63,
                                       &one->row.peer, LAN_CARRIES_LEFT, 0);
  take->ch->heard_us = now.mono_us;
  take->ch->left = one;
  one->take = take;
  if (one->tree == NULL)
    lan_transfer_manifest_step (t, one, now);
  lan_transfer_in_step (t, one, now);
  return TRUE;
}

void
lan_left_take_stop (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanLeftTake *take = g_steal_pointer (&one->take);

  if (take == NULL)
    return;
  lan_left_push (t, one, LAN_LEFT_DO_STOP);
  lan_transfer_manifest_lost (t, one, take->ch, now);
  if (one->channel == take->ch || one->in.lister == take->ch)
    lan_transfer_in_lost (t, one, take->ch, now);
  else
    lan_transfer_fetch_drop_from (one, take->ch);
  lan_left_take_free (take);
}

/* -- asking -- */

static void
ask_for_pieces (LanTransfers *t, LanTransferOne *one, const Ask *ask)
{
  LanLeftTake *take = one->take;
  guint64 last = (ask->from + ask->len - 1) / LAN_BLOB_PLAIN_BYTES;

  for (guint64 i = ask->from / LAN_BLOB_PLAIN_BYTES; i <= last; i++) {
    LanTransferAction *action;

    if (g_hash_table_size (take->asked) >= LAN_LEFT_ASKED)
      return;
    if (g_hash_table_contains (take->pieces, &i) || g_hash_table_contains (take->asked, &i))
      continue;
    g_hash_table_add (take->asked, g_memdup2 (&i, sizeof i));
    action = lan_left_push (t, one, LAN_LEFT_DO_GET);
    action->left.offset = i * LAN_BLOB_PIECE_BYTES;
  }
}

static void
pump (LanTransfers *t, LanTransferOne *one)
{
  for (GList *l = one->take->asks.head; l != NULL; l = l->next) {
    if (g_hash_table_size (one->take->asked) >= LAN_LEFT_ASKED)
      return;
    ask_for_pieces (t, one, l->data);
  }
}

static gboolean
is_here (LanLeftTake *take, const Ask *ask)
{
  guint64 last = (ask->from + ask->len - 1) / LAN_BLOB_PLAIN_BYTES;

  for (guint64 i = ask->from / LAN_BLOB_PLAIN_BYTES; i <= last; i++) {
    if (!g_hash_table_contains (take->pieces, &i))
      return FALSE;
  }
  return TRUE;
}

static void
add_ask (LanTransfers *t, LanTransferChannel *ch, AskType type, guint64 index, guint64 from,
         gsize len)
{
  LanLeftTake *take = ch->left->take;
  Ask *ask;

  for (GList *l = take->asks.head; l != NULL; l = l->next) {
    ask = l->data;
    if (ask->type == type && ask->index == index)
      return;
  }
  if (len == 0 || from > take->padded || len > take->padded - from ||
      take->asks.length >= LAN_LEFT_REQUESTS)
    return; /* is not there: asked for in vain */
  ask = g_new0 (Ask, 1);
  *ask = (Ask){ type, index, from, len };
  g_queue_push_tail (&take->asks, ask);
  pump (t, ch->left);
  if (is_here (take, ask)) /* answered soon, as whoever asks must not be answered at once */
    lan_deadlines_set (t->deadlines, ch->left, LAN_DUE_LEFT, ch->heard_us);
}

static gboolean
make_plan (LanTransferChannel *ch)
{
  LanLeftTake *take = ch->left->take;

  return take->plan.starts != NULL || lan_left_plan_make (&take->plan, ch->left);
}

void
lan_left_ask_hashes (LanTransfers *t, LanTransferChannel *ch, guint64 first, guint32 count)
{
  if (make_plan (ch))
    add_ask (t, ch, ASK_HASHES, first, ch->left->take->plan.hashes_at + first * LAN_HASH_BYTES,
             (gsize) count * LAN_HASH_BYTES);
}

void
lan_left_ask_leaf (LanTransfers *t, LanTransferChannel *ch, guint64 leaf)
{
  guint64 from;
  gsize len;

  if (!make_plan (ch))
    return;
  from = lan_left_plan_leaf_at (&ch->left->take->plan, ch->left, leaf, &len);
  add_ask (t, ch, ASK_LEAF, leaf, from, len);
}

void
lan_left_ask_manifest (LanTransfers *t, LanTransferChannel *ch, guint64 offset, guint32 length)
{
  add_ask (t, ch, ASK_MANIFEST, offset, offset, length);
}

/* -- what comes -- */

static guint8 *
assemble (LanLeftTake *take, const Ask *ask)
{
  guint8 *out = g_malloc (ask->len);

  for (gsize done = 0; done < ask->len;) {
    guint64 at = ask->from + done;
    guint64 i = at / LAN_BLOB_PLAIN_BYTES;
    gsize inside = (gsize) (at % LAN_BLOB_PLAIN_BYTES);
    gsize len;
    const guint8 *data = g_bytes_get_data (g_hash_table_lookup (take->pieces, &i), &len);
    gsize n = MIN (len - inside, ask->len - done);

    memcpy (out + done, data + inside, n);
    done += n;
  }
  return out;
}

/* What is the transfer's business is judged there: leaves by their hashes, the list and the manifest by the root. */
static void
hand_on (LanTransfers *t, LanTransferOne *one, const Ask *ask, const guint8 *data, LanTime now)
{
  LanTransferChannel *ch = one->take->ch;
  LanStatus status;

  if (ask->type == ASK_MANIFEST)
    status = lan_transfer_manifest_page (t, one, ch, ask->index, data, ask->len, now);
  else if (ask->type == ASK_HASHES)
    status = lan_transfer_in_hashes (t, one, ch, ask->index, data, ask->len, now);
  else
    status = lan_transfer_in_block (t, one, ch, ask->index, 0, data, ask->len, now);
  if (status != LAN_STATUS_OK)
    g_debug ("what was left: %s", lan_status_name (status));
}

static gboolean
is_below (gpointer key, gpointer value, gpointer first)
{
  return *(guint64 *) key < *(guint64 *) first;
}

/* Pieces that nobody asks for any more; the last one holds the beginning of what comes next. */
static void
trim (LanLeftTake *take, guint64 end)
{
  guint64 first = (end - 1) / LAN_BLOB_PLAIN_BYTES;

  for (GList *l = take->asks.head; l != NULL; l = l->next)
    first = MIN (first, ((Ask *) l->data)->from / LAN_BLOB_PLAIN_BYTES);
  g_hash_table_foreach_remove (take->pieces, is_below, &first);
}

void
lan_left_take_deliver (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanLeftTake *take = one->take;
  Ask *next;

  while (one->take == take && (next = g_queue_peek_head (&take->asks)) != NULL &&
         is_here (take, next)) {
    g_autofree Ask *ask = g_queue_pop_head (&take->asks);
    g_autofree guint8 *data = assemble (take, ask);

    hand_on (t, one, ask, data, now);
    if (one->take == take)
      trim (take, ask->from + ask->len);
  }
  if (one->take == take)
    pump (t, one);
}

/* FALSE: all pieces are here, and are not what was left. */
static gboolean
note_piece (LanTransferOne *one, guint64 piece, const guint8 *data, gsize len)
{
  LanLeftTake *take = one->take;
  LanHash hash;

  if (lan_transfer_bit (take->seen, piece))
    return TRUE;
  lan_tree_leaf (&hash, piece, data, len);
  memcpy (take->hashes + piece * LAN_HASH_BYTES, hash.b, sizeof hash.b);
  lan_transfer_set_bit (take->seen, piece);
  if (++take->n_seen < take->n_pieces)
    return TRUE;
  return lan_tree_verify_leaves (take->hashes, (gsize) take->n_pieces * LAN_HASH_BYTES,
                                 one->detail.left.size, LAN_BLOB_PIECE_BYTES,
                                 &one->detail.left.root) == LAN_STATUS_OK;
}

/* Once it is asked for again; the second time the server does not have what was left. */
static void
on_bad_piece (LanTransfers *t, LanTransferOne *one, guint64 piece, LanTime now)
{
  LanTransferAction *action;

  if (one->take->is_bad) {
    lan_left_set (t, one, LAN_LEFT_BROKEN);
    lan_left_take_stop (t, one, now);
    return;
  }
  one->take->is_bad = TRUE;
  action = lan_left_push (t, one, LAN_LEFT_DO_GET);
  action->left.offset = piece * LAN_BLOB_PIECE_BYTES;
}

void
lan_left_take_part (LanTransfers *t, LanTransferOne *one, guint64 offset, GBytes *bytes,
                    LanTime now)
{
  LanLeftTake *take = one->take;
  const LanLeft *left = &one->detail.left;
  guint64 piece = offset / LAN_BLOB_PIECE_BYTES;
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  guint8 *plain;

  if (take == NULL || offset % LAN_BLOB_PIECE_BYTES != 0 ||
      !g_hash_table_contains (take->asked, &piece))
    return;
  take->ch->heard_us = now.mono_us;
  plain = g_malloc (MAX (len, LAN_CIPHER_TAG_BYTES + 1));
  if (offset >= left->size || len != MIN (LAN_BLOB_PIECE_BYTES, left->size - offset) ||
      lan_blob_open (left->key, left->size, piece, data, len, plain) != LAN_STATUS_OK ||
      !note_piece (one, piece, data, len)) {
    g_free (plain);
    on_bad_piece (t, one, piece, now);
    return;
  }
  g_hash_table_remove (take->asked, &piece);
  g_hash_table_insert (take->pieces, g_memdup2 (&piece, sizeof piece),
                       g_bytes_new_take (plain, len - LAN_CIPHER_TAG_BYTES));
  lan_left_take_deliver (t, one, now);
}
