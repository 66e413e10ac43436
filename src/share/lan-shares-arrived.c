/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What arrived here and was put in its place, until whoever gave it says that this is known there: the log of
 * who fetched what must not depend on a channel that lasts. What is kept of it is the transfer's own row.
 */
#include "lan-shares-private.h"

typedef struct {
  LanMessageId id;
  LanConversationId share;
  LanAccountId peer;
} Arrival;

static void
say (LanShares *s, guint64 channel, const LanShareOne *one, const Arrival *arrival)
{
  lan_shares_say (s, channel, one, &arrival->id, LANYARD__SHARE_ANSWER_KIND__SHARE_GOT);
}

void
lan_shares_arrived (LanShares *s, LanShareOne *one, const LanMessageId *id,
                    const LanAccountId *from)
{
  guint64 channel = lan_shares_channel_of (s, from);
  Arrival *arrival;

  if (g_hash_table_size (s->arrivals) >= LAN_SHARES_MAX_ARRIVALS) {
    lan_shares_push (s, LAN_SHARES_FORGET, one)->id = *id;
    return;
  }
  arrival = g_new (Arrival, 1);
  *arrival = (Arrival){ *id, one->id, *from };
  g_hash_table_replace (s->arrivals, &arrival->id, arrival);
  if (channel != 0)
    say (s, channel, one, arrival);
}

void
lan_shares_arrived_up (LanShares *s, const LanShareChannel *ch)
{
  const Arrival *arrival;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, s->arrivals);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &arrival)) {
    const LanShareOne *one = lan_shares_find (s, &arrival->share);

    if (one != NULL && lan_account_id_equal (&arrival->peer, &ch->account))
      say (s, ch->id, one, arrival);
  }
}

void
lan_shares_on_noted (LanShares *s, const LanShareChannel *ch, LanShareOne *one,
                     const LanMessageId *id)
{
  const Arrival *arrival = g_hash_table_lookup (s->arrivals, id);

  if (arrival == NULL || !lan_account_id_equal (&arrival->peer, &ch->account) ||
      !lan_conversation_id_equal (&arrival->share, &one->id))
    return;
  lan_shares_push (s, LAN_SHARES_FORGET, one)->id = *id;
  g_hash_table_remove (s->arrivals, id);
  lan_shares_update_wants (s);
}

void
lan_shares_arrived_want (const LanShares *s, GHashTable *wants)
{
  Arrival *arrival;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, s->arrivals);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &arrival))
    g_hash_table_add (wants, &arrival->peer);
}

void
lan_shares_arrived_drop (LanShares *s, LanShareOne *one)
{
  const Arrival *arrival;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, s->arrivals);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &arrival)) {
    if (!lan_conversation_id_equal (&arrival->share, &one->id))
      continue;
    lan_shares_push (s, LAN_SHARES_FORGET, one)->id = arrival->id;
    g_hash_table_iter_remove (&iter);
  }
}
