/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What to ask of whom. Of the others: the leaf that fewest have, by chance among equals. Of the author:
 * what it said it would like to be asked for, which is something else for everybody, so that it sends each
 * leaf about once; only when the others have nothing to give for a while, anything. At the end what one is
 * slow with is asked of a second one too, and called off where it is not needed any more.
 */
#include "lan-transfers-private.h"

/* Whether @leaf can be had of @source, whatever the author would like. */
static gboolean
has (const LanTransferOne *one, const LanSource *source, guint64 leaf)
{
  return source->is_author || (source->have != NULL && lan_transfer_bit (source->have, leaf));
}

static gboolean
is_bound (const LanTransferOne *one, const LanSource *source)
{
  return source->is_author && one->swarm->granted != NULL && !one->swarm->is_free;
}

static guint
copies_of (const LanTransferOne *one, guint64 leaf)
{
  return one->swarm->copies != NULL ? one->swarm->copies[leaf] : 0;
}

static gboolean
may_ask (const LanTransferOne *one, const LanTransferChannel *ch, const LanSource *source,
         LanTime now)
{
  if (source == NULL || source->is_barred || now.mono_us < source->rest_until_us)
    return FALSE;
  if (!source->is_author && !source->is_in)
    return FALSE;
  if (source->is_author && one->swarm->granted == NULL && now.mono_us < one->swarm->wait_until_us)
    return FALSE;
  /* What all of them miss is fetched by one and given to the others: a leaf each at a time. */
  if (source->is_author && one->swarm->is_free && lan_swarm_is_served (one))
    return ch->inflight == 0;
  return ch->carries != LAN_CARRIES_BULK || ch->inflight < LAN_SWARM_WINDOW_BYTES;
}

/* A byte of leaves that are missing, not asked for, and to be had of @source. */
static guint8
free_of (const LanTransferOne *one, const LanSource *source, gsize at)
{
  guint8 bits = (guint8) ~(one->in.bits[at] | one->in.asked[at]);

  if (is_bound (one, source))
    bits &= one->swarm->granted[at];
  else if (!source->is_author)
    bits &= source->have != NULL ? source->have[at] : 0;
  return bits;
}

gboolean
lan_swarm_pick (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, guint64 *leaf,
                LanTime now)
{
  const LanSource *source = lan_swarm_source_on (one, ch);
  gsize size = lan_transfer_bits_size (one->in.n_leaves);
  gsize start = 0;
  guint best = G_MAXUINT, looks = 0;

  if (size == 0 || !may_ask (one, ch, source, now))
    return FALSE;
  /* What the author gives is as good in order, which is how a disk likes it. */
  if (!source->is_author || one->swarm->is_free || lan_swarm_is_served (one))
    start = is_bound (one, source) ? 0 : lan_random_below (t->random, (guint32) size);
  for (gsize i = 0; i < size && looks < LAN_SWARM_LOOKS; i++) {
    gsize at = (start + i) % size;
    guint8 bits = free_of (one, source, at);

    for (guint j = 0; bits >> j != 0; j++) {
      guint64 here = at * 8 + j;

      if ((bits >> j & 1) == 0 || here >= one->in.n_leaves)
        continue;
      looks++;
      if (copies_of (one, here) < best) {
        best = copies_of (one, here);
        *leaf = here;
      }
    }
    if (best != G_MAXUINT && is_bound (one, source))
      break;
  }
  return best != G_MAXUINT;
}

gboolean
lan_swarm_may_join (LanTransferOne *one, LanTransferChannel *ch, guint64 first, guint64 leaf)
{
  const LanSource *source = lan_swarm_source_on (one, ch);

  if (source == NULL || !has (one, source, leaf) ||
      copies_of (one, leaf) > copies_of (one, first) ||
      (source->is_author && one->swarm->is_free && lan_swarm_is_served (one)))
    return FALSE;
  return !is_bound (one, source) || lan_transfer_bit (one->swarm->granted, leaf);
}

/* -- the end -- */

/* A leaf of @slot that is not here, and that nobody else was asked for. */
static gboolean
find_lonely (LanTransferOne *one, const LanLeafSlot *slot, const LanSource *source, guint64 *leaf)
{
  for (guint64 i = slot->first; i < slot->first + slot->count; i++) {
    guint askers = 0;

    if (lan_transfer_bit (one->in.bits, i) || !has (one, source, i))
      continue;
    for (guint j = 0; j < one->in.slots->len; j++)
      askers += lan_transfer_slot_covers (g_ptr_array_index (one->in.slots, j), i) ? 1 : 0;
    if (askers == 1) {
      *leaf = i;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
lan_swarm_pick_again (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, LanTime now)
{
  const LanSource *source = lan_swarm_source_on (one, ch);
  gint64 patience = LAN_SWARM_AGAIN_US;
  guint n = one->in.slots->len;
  guint start = n > 0 ? lan_random_below (t->random, n) : 0;
  guint64 leaf;

  /* The author's uplink is what is scarce. */
  if (!may_ask (one, ch, source, now) || (source->is_author && ch->inflight > 0))
    return FALSE;
  if (source->is_author)
    patience *= 2;
  for (guint i = 0; i < n; i++) {
    const LanLeafSlot *slot = g_ptr_array_index (one->in.slots, (start + i) % n);

    if (slot->channel == NULL || slot->channel == ch || now.mono_us - slot->asked_us < patience ||
        !find_lonely (one, slot, source, &leaf))
      continue;
    lan_transfer_ask_again (t, one, ch, leaf, now);
    return TRUE;
  }
  return FALSE;
}

/* -- who gives nothing, or what is wrong -- */

void
lan_swarm_blame (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTime now)
{
  if (++source->faults < LAN_SWARM_FAULTS)
    return;
  g_info ("a holder gave wrong data and is asked no more");
  lan_swarm_bar (t, one, source, now);
}

static gboolean
owes (const LanTransferOne *one, const LanTransferChannel *ch)
{
  for (guint i = 0; i < one->in.slots->len; i++) {
    if (((LanLeafSlot *) g_ptr_array_index (one->in.slots, i))->channel == ch)
      return TRUE;
  }
  return FALSE;
}

/* TRUE when what it was asked for is to be asked of others. */
static gboolean
look_at (LanTransferOne *one, LanSource *source, LanTime now)
{
  LanTransferChannel *ch = lan_swarm_channel (one, source);

  if (ch == NULL || !owes (one, ch) || now.mono_us - source->heard_us < LAN_SWARM_STALL_US)
    return FALSE;
  lan_swarm_rest (one, ch, now);
  lan_transfer_fetch_drop_from (one, ch);
  return TRUE;
}

static gboolean
look_at_all (LanTransferOne *one, LanTime now)
{
  /* Where nobody else can be asked, the author has all the time that a plain transfer gives it. */
  gboolean any = lan_swarm_is_served (one) && look_at (one, &one->swarm->author, now);

  for (guint i = 0; i < one->swarm->sources->len; i++)
    any |= look_at (one, g_ptr_array_index (one->swarm->sources, i), now);
  return any;
}

/* The author is asked for anything once nothing could be asked of anybody for a while. */
static void
look_at_patience (LanTransferOne *one, LanTime now)
{
  LanSwarm *swarm = one->swarm;

  if (swarm->granted == NULL || swarm->is_free || one->channel == NULL || one->in.slots->len > 0)
    swarm->patience_us = 0;
  else if (swarm->patience_us == 0)
    swarm->patience_us = now.mono_us;
  else if (now.mono_us - swarm->patience_us >= LAN_SWARM_PATIENCE_US)
    swarm->is_free = TRUE;
}

void
lan_swarm_tick (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  gboolean more = lan_swarm_tell_news (t, one, now);

  if (one->is_needing && one->swarm->author.is_barred) {
    lan_swarm_look_at_hope (t, one, now);
    more |= one->is_needing;
  }
  if (one->in.phase == LAN_IN_DATA) {
    look_at_all (one, now);
    look_at_patience (one, now);
    more = TRUE;
  }
  if (more)
    lan_deadlines_set (t->deadlines, one, LAN_DUE_SWARM, now.mono_us + LAN_SWARM_TICK_US);
  if (one->in.phase == LAN_IN_DATA)
    lan_transfer_in_step (t, one, now);
}
