/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Who has what. Everybody who is fetching tells the others, and the author, which leaves are here: all
 * of them once when they meet, then what is new, ten times a second at most and in pieces of the bitmap. The
 * author may answer with the leaves that it would like to be asked for.
 */
#include "lan-transfers-private.h"

#include <string.h>

#define NEWS_LEAVES (LAN_SWARM_NEWS_BYTES * 8)

static guint64
n_pieces (const LanTransferOne *one)
{
  return (one->in.n_leaves + NEWS_LEAVES - 1) / NEWS_LEAVES;
}

void
lan_swarm_say (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
               Lanyard__FileHaveKind kind)
{
  lan_transfer_send_have (t, ch, &one->swarm->name, kind, 0, NULL, 0, FALSE);
}

/* Bytes [at, at + len) of our own bitmap. */
static void
send_piece (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, gsize at, gsize len,
            gboolean ask)
{
  const guint8 *bits = one->in.bits;
  g_autofree guint8 *all = NULL;

  if (one->swarm->is_seeding) {
    all = g_malloc (len);
    memset (all, 0xff, len);
    if (at + len == lan_transfer_bits_size (one->in.n_leaves) && one->in.n_leaves % 8 != 0)
      all[len - 1] = (guint8) ((1 << one->in.n_leaves % 8) - 1);
  }
  lan_transfer_send_have (t, ch, &one->swarm->name, LANYARD__FILE_HAVE_KIND__HAVE_THESE, at * 8,
                          all != NULL ? all : bits + at, len, ask);
}

static void
tell_all (LanTransfers *t, LanTransferOne *one, LanSource *source, gboolean ask, LanTime now)
{
  LanTransferChannel *ch = lan_swarm_channel (one, source);
  gsize size = lan_transfer_bits_size (one->in.n_leaves);

  source->told_us = now.mono_us;
  source->has_news = FALSE;
  if (source->news != NULL)
    memset (source->news, 0, lan_transfer_bits_size (n_pieces (one)));
  for (gsize at = 0; at < size; at += LAN_TRANSFER_PAGE_BYTES)
    send_piece (t, one, ch, at, MIN (size - at, LAN_TRANSFER_PAGE_BYTES),
                ask && at + LAN_TRANSFER_PAGE_BYTES >= size);
}

void
lan_swarm_greet (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTime now)
{
  LanTransferChannel *ch = lan_swarm_channel (one, source);

  if (ch == NULL || (!one->is_needing && !one->swarm->is_seeding && one->in.bits == NULL))
    return;
  if (lan_swarm_may_serve (one))
    tell_all (t, one, source, !source->is_in, now);
  else if (!source->is_author)
    lan_transfer_send_have (t, ch, &one->swarm->name, LANYARD__FILE_HAVE_KIND__HAVE_THESE, 0, NULL,
                            0, TRUE);
}

static void
note_for (LanTransferOne *one, LanSource *source, guint64 leaf)
{
  /* Who has everything need not know. */
  if (lan_swarm_channel (one, source) == NULL ||
      (!source->is_author && (!source->is_in || source->n_have == one->in.n_leaves)))
    return;
  if (source->news == NULL)
    source->news = g_malloc0 (lan_transfer_bits_size (n_pieces (one)));
  lan_transfer_set_bit (source->news, leaf / NEWS_LEAVES);
  source->has_news = TRUE;
}

void
lan_swarm_note (LanTransfers *t, LanTransferOne *one, guint64 leaf)
{
  LanSwarm *swarm = one->swarm;

  if (swarm == NULL || one->in.phase != LAN_IN_DATA)
    return;
  note_for (one, &swarm->author, leaf);
  for (guint i = 0; i < swarm->sources->len; i++)
    note_for (one, g_ptr_array_index (swarm->sources, i), leaf);
}

/* A few frames of what is new; the rest in the next tick. */
static void
tell_news_to (LanTransfers *t, LanTransferOne *one, LanSource *source)
{
  LanTransferChannel *ch = lan_swarm_channel (one, source);
  gsize size = lan_transfer_bits_size (one->in.n_leaves);
  guint64 n = n_pieces (one);
  guint frames = 0;

  if (ch == NULL || !source->has_news)
    return;
  source->has_news = FALSE;
  for (guint64 i = 0; i < n; i++) {
    guint64 from = i;

    if (!lan_transfer_bit (source->news, i))
      continue;
    if (frames++ == LAN_SWARM_NEWS_FRAMES) {
      source->has_news = TRUE;
      return;
    }
    while (i < n && lan_transfer_bit (source->news, i) &&
           (i + 1 - from) * LAN_SWARM_NEWS_BYTES <= LAN_TRANSFER_PAGE_BYTES) {
      source->news[i / 8] &= (guint8) ~(1 << i % 8);
      i++;
    }
    send_piece (t, one, ch, from * LAN_SWARM_NEWS_BYTES,
                MIN (size, i * LAN_SWARM_NEWS_BYTES) - from * LAN_SWARM_NEWS_BYTES, FALSE);
    i--;
  }
}

gboolean
lan_swarm_tell_news (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanSwarm *swarm = one->swarm;
  gboolean more;

  if (!lan_swarm_may_serve (one))
    return FALSE;
  tell_news_to (t, one, &swarm->author);
  more = swarm->author.has_news;
  for (guint i = 0; i < swarm->sources->len; i++) {
    LanSource *source = g_ptr_array_index (swarm->sources, i);

    tell_news_to (t, one, source);
    more |= source->has_news;
  }
  return more;
}

/* -- what is heard -- */

void
lan_swarm_forget_have (LanTransferOne *one, LanSource *source)
{
  for (guint64 i = 0; source->have != NULL && i < one->in.n_leaves; i++) {
    if (lan_transfer_bit (source->have, i))
      one->swarm->copies[i]--;
  }
  g_clear_pointer (&source->have, g_free);
  source->n_have = 0;
}

static LanStatus
check_range (guint64 n_leaves, const Lanyard__FileHave *have)
{
  guint64 size = lan_transfer_bits_size (n_leaves);

  return have->first / 8 <= size && have->bits.len <= size - have->first / 8 ? LAN_STATUS_OK
                                                                             : LAN_STATUS_MALFORMED;
}

static void
take_bits (LanTransferOne *one, LanSource *source, const Lanyard__FileHave *have)
{
  LanSwarm *swarm = one->swarm;

  if (source->have == NULL)
    source->have = g_malloc0 (lan_transfer_bits_size (one->in.n_leaves));
  if (swarm->copies == NULL)
    swarm->copies = g_new0 (guint16, one->in.n_leaves);
  for (guint64 i = 0; i < have->bits.len * 8 && have->first + i < one->in.n_leaves; i++) {
    guint64 leaf = have->first + i;

    if (!lan_transfer_bit (have->bits.data, i) || lan_transfer_bit (source->have, leaf))
      continue;
    lan_transfer_set_bit (source->have, leaf);
    source->n_have++;
    swarm->copies[leaf]++;
  }
}

/* Told everything a moment ago: again with the next news. */
static void
tell_later (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTime now)
{
  gsize size = lan_transfer_bits_size (n_pieces (one));

  if (source->news == NULL)
    source->news = g_malloc (size);
  memset (source->news, 0xff, size);
  source->has_news = TRUE;
  lan_deadlines_set (t->deadlines, one, LAN_DUE_SWARM, now.mono_us + LAN_SWARM_TICK_US);
}

static void
on_these (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTransferChannel *ch,
          const Lanyard__FileHave *have, LanTime now)
{
  gboolean was_in = source->is_in;

  if (source->channel == NULL)
    source->channel = lan_transfer_channel_to (t, &source->account, FALSE);
  if (have->bits.len > 0) {
    source->is_in = TRUE;
    if (one->tree != NULL)
      take_bits (one, source, have);
  }
  if (have->ask && lan_swarm_may_serve (one) && now.mono_us - source->told_us >= LAN_SWARM_ASK_US)
    tell_all (t, one, source, FALSE, now);
  else if (have->ask && lan_swarm_may_serve (one))
    tell_later (t, one, source, now);
  if (one->tree == NULL)
    lan_transfer_manifest_step (t, one, now);
  if (!was_in && source->is_in)
    lan_transfer_in_step (t, one, now);
  else if (lan_transfer_is_fetching (one) && source->channel != NULL)
    lan_transfer_channel_pump (t, source->channel, now);
}

static LanStatus
on_grant (LanTransfers *t, LanTransferOne *one, const Lanyard__FileHave *have, LanTime now)
{
  LanSwarm *swarm = one->swarm;

  if (one->in.phase != LAN_IN_DATA)
    return LAN_STATUS_OK;
  swarm->wait_until_us = 0;
  if (have->kind == LANYARD__FILE_HAVE_KIND__HAVE_ASK_FOR_ANY) {
    g_clear_pointer (&swarm->granted, g_free);
  } else {
    if (swarm->granted == NULL)
      swarm->granted = g_malloc0 (lan_transfer_bits_size (one->in.n_leaves));
    for (gsize i = 0; i < have->bits.len; i++)
      swarm->granted[have->first / 8 + i] |= have->bits.data[i];
    swarm->is_free = FALSE;
    swarm->patience_us = 0;
  }
  if (one->channel != NULL)
    lan_transfer_channel_pump (t, one->channel, now);
  return LAN_STATUS_OK;
}

static LanStatus
hear (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTransferChannel *ch,
      const Lanyard__FileHave *have, LanTime now)
{
  if (one->tree != NULL && check_range (one->in.n_leaves, have) != LAN_STATUS_OK)
    return LAN_STATUS_MALFORMED;
  if (source->is_author)
    return have->kind == LANYARD__FILE_HAVE_KIND__HAVE_ASK_FOR ||
                   have->kind == LANYARD__FILE_HAVE_KIND__HAVE_ASK_FOR_ANY
               ? on_grant (t, one, have, now)
               : LAN_STATUS_STATE;
  /* Before a person here said yes nobody is answered. */
  if (source->is_barred || ch->carries == LAN_CARRIES_STATES)
    return LAN_STATUS_STATE;
  if (!one->is_needing && one->in.bits == NULL && !one->swarm->is_seeding) {
    if (!have->ask || !lan_swarm_can_wake (one))
      return LAN_STATUS_STATE;
    lan_swarm_wake (t, one);
  }
  if (have->kind == LANYARD__FILE_HAVE_KIND__HAVE_THESE) {
    on_these (t, one, source, ch, have, now);
  } else if (have->kind == LANYARD__FILE_HAVE_KIND__HAVE_NOTHING && source->channel != NULL) {
    lan_swarm_forget_have (one, source);
    source->is_in = FALSE;
    lan_transfer_in_lost (t, one, source->channel, now);
  }
  return LAN_STATUS_OK;
}

/* A burst when several meet is fine, a flood is not. */
static gboolean
is_flood (LanTransferChannel *ch, LanTime now)
{
  if (now.mono_us - ch->haves_us >= G_USEC_PER_SEC) {
    ch->haves_us = now.mono_us;
    ch->haves = 0;
  }
  return ++ch->haves > LAN_SWARM_HAVES;
}

LanStatus
lan_swarm_on_have (LanTransfers *t, LanTransferChannel *ch, const Lanyard__FileHave *have,
                   LanTime now)
{
  LanTransferOne *one;
  LanSource *source;
  LanMessageId name;
  LanSeed *seed;

  if (is_flood (ch, now))
    return LAN_STATUS_LIMIT;
  if (have->name.len != sizeof name.b)
    return LAN_STATUS_STATE;
  memcpy (name.b, have->name.data, sizeof name.b);
  one = g_hash_table_lookup (t->names, &name);
  source = one != NULL ? lan_swarm_source_of (one, &ch->account) : NULL;
  if (source != NULL) {
    ch->heard_us = now.mono_us;
    return hear (t, one, source, ch, have, now);
  }
  seed = g_hash_table_lookup (t->seeds, &name);
  for (guint i = 0; seed != NULL && i < seed->parts->len; i++) {
    one = g_ptr_array_index (seed->parts, i);
    if (lan_account_id_equal (&one->row.peer, &ch->account))
      return lan_seed_on_have (t, one, ch, have);
  }
  return LAN_STATUS_STATE;
}
