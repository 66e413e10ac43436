/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What was offered to several is fetched from all of them (PROTOCOL.md, "Files that several were offered").
 * Here: who they are, whether they can be reached, and what they may ask of us. Only people whom the
 * author named are asked, or answered, and only by a name that follows from a secret of the offer. Nobody
 * hears of us before the offer was accepted here.
 */
#include "lan-transfers-private.h"

#include "lan-kdf.h"

#include <string.h>

void
lan_share_name (GBytes *share, const LanHash *root, LanMessageId *name)
{
  lan_kdf (name->b, sizeof name->b, g_bytes_get_data (share, NULL), LAN_KDF_SHARE, root->b,
           sizeof root->b);
}

static void
init_source (LanSource *source, LanTransferOne *one, const guint8 *account)
{
  memcpy (source->account.b, account, sizeof source->account.b);
  source->serving.one = one;
  g_queue_init (&source->serving.requests);
}

static void
clear_source (LanSource *source)
{
  g_queue_clear_full (&source->serving.requests, g_free);
  g_clear_pointer (&source->have, g_free);
  g_clear_pointer (&source->news, g_free);
}

static void
source_free (gpointer source)
{
  clear_source (source);
  g_free (source);
}

/* Returns: (transfer none) (nullable): NULL: it is ourselves, or known. */
static LanSource *
add_source (LanTransfers *t, LanTransferOne *one, const guint8 *key)
{
  LanAccountId account;
  LanSource *source;

  memcpy (account.b, key, sizeof account.b);
  if (lan_account_id_equal (&account, &t->self) || lan_swarm_source_of (one, &account) != NULL)
    return NULL;
  source = g_new0 (LanSource, 1);
  init_source (source, one, account.b);
  g_ptr_array_add (one->swarm->sources, source);
  return source;
}

void
lan_swarm_make (LanTransfers *t, LanTransferOne *one)
{
  GBytes *share = one->detail.share;
  gsize len = 0;
  const guint8 *keys =
      one->detail.holders != NULL ? g_bytes_get_data (one->detail.holders, &len) : NULL;
  LanSwarm *swarm;

  if (share == NULL || len < LAN_ACCOUNT_ID_BYTES)
    return;
  swarm = g_new0 (LanSwarm, 1);
  lan_share_name (share, &one->row.root, &swarm->name);
  if (g_hash_table_contains (t->names, &swarm->name)) {
    g_free (swarm); /* offered twice by somebody odd: the first is shared */
    return;
  }
  init_source (&swarm->author, one, one->row.peer.b);
  swarm->author.is_author = TRUE;
  swarm->sources = g_ptr_array_new_with_free_func (source_free);
  one->swarm = swarm;
  for (gsize at = 0; at + LAN_ACCOUNT_ID_BYTES <= len; at += LAN_ACCOUNT_ID_BYTES) {
    LanSource *source = add_source (t, one, keys + at);

    if (source != NULL)
      source->channel = lan_transfer_channel_to (t, &source->account, FALSE);
  }
  g_hash_table_insert (t->names, &swarm->name, one);
}

void
lan_swarm_free (LanSwarm *swarm)
{
  clear_source (&swarm->author);
  g_ptr_array_unref (swarm->sources);
  g_free (swarm->copies);
  g_free (swarm->granted);
  g_clear_pointer (&swarm->hashes, g_byte_array_unref);
  g_free (swarm);
}

void
lan_swarm_forget (LanTransfers *t, LanTransferOne *one)
{
  if (!one->row.incoming)
    lan_seed_leave (t, one);
  if (one->swarm == NULL)
    return;
  lan_swarm_end (t, one);
  lan_swarm_set_need (t, one, FALSE, (LanTime){ 0 });
  g_hash_table_remove (t->names, &one->swarm->name);
  g_clear_pointer (&one->swarm, lan_swarm_free);
}

/* -- who is who -- */

LanSource *
lan_swarm_source_of (LanTransferOne *one, const LanAccountId *account)
{
  if (one->swarm == NULL)
    return NULL;
  if (lan_account_id_equal (&one->swarm->author.account, account))
    return &one->swarm->author;
  for (guint i = 0; i < one->swarm->sources->len; i++) {
    LanSource *source = g_ptr_array_index (one->swarm->sources, i);

    if (lan_account_id_equal (&source->account, account))
      return source;
  }
  return NULL;
}

LanTransferChannel *
lan_swarm_channel (const LanTransferOne *one, const LanSource *source)
{
  return source->is_author ? one->channel : source->channel;
}

LanSource *
lan_swarm_source_on (LanTransferOne *one, const LanTransferChannel *ch)
{
  LanSource *source =
      one->swarm != NULL && ch != NULL ? lan_swarm_source_of (one, &ch->account) : NULL;

  return source != NULL && lan_swarm_channel (one, source) == ch ? source : NULL;
}

LanTransferOne *
lan_swarm_find (const LanTransfers *t, const LanMessageId *name, const LanAccountId *account)
{
  LanTransferOne *one = g_hash_table_lookup (t->names, name);
  LanSource *source = one != NULL ? lan_swarm_source_of (one, account) : NULL;

  return source != NULL && !source->is_author && !source->is_barred ? one : NULL;
}

const LanMessageId *
lan_transfer_name_on (const LanTransferOne *one, const LanTransferChannel *ch)
{
  if (one->detail.is_part)
    return &one->detail.group_offer;
  return one->swarm == NULL || lan_account_id_equal (&one->row.peer, &ch->account)
             ? &one->row.id
             : &one->swarm->name;
}

gboolean
lan_transfers_shares_with (const LanTransfers *t, const LanAccountId *account)
{
  LanTransferOne *one;
  GHashTableIter iter;

  if (lan_transfer_group_may_fetch (t, account))
    return TRUE;
  g_hash_table_iter_init (&iter, t->names);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    LanSource *source = lan_swarm_source_of (one, account);

    if (source != NULL && !source->is_barred &&
        (one->is_needing || one->swarm->is_seeding || lan_swarm_can_wake (one)))
      return TRUE;
  }
  return FALSE;
}

/* -- reaching them -- */

gboolean
lan_swarm_is_on (const LanTransferOne *one)
{
  return one->swarm != NULL &&
         (one->in.phase != LAN_IN_IDLE || one->is_needing || one->swarm->is_seeding);
}

static gboolean
is_askable (const LanSource *source)
{
  return source->channel != NULL && source->is_in && !source->is_barred;
}

gboolean
lan_swarm_is_served (const LanTransferOne *one)
{
  for (guint i = 0; one->swarm != NULL && i < one->swarm->sources->len; i++) {
    if (is_askable (g_ptr_array_index (one->swarm->sources, i)))
      return TRUE;
  }
  return FALSE;
}

LanTransferChannel *
lan_swarm_holder (const LanTransferOne *one, guint turn)
{
  guint n = one->swarm != NULL ? one->swarm->sources->len : 0;

  for (guint i = 0; i < n; i++) {
    const LanSource *source = g_ptr_array_index (one->swarm->sources, (turn + i) % n);

    if (is_askable (source))
      return source->channel;
  }
  return NULL;
}

LanTransferChannel *
lan_swarm_lister (LanTransferOne *one, LanTime now)
{
  gboolean has_author = one->swarm == NULL || !one->swarm->author.is_barred;

  if (one->channel != NULL && has_author &&
      (one->swarm == NULL || now.mono_us >= one->swarm->author.rest_until_us))
    return one->channel;
  for (guint i = 0; one->swarm != NULL && i < one->swarm->sources->len; i++) {
    LanSource *source = g_ptr_array_index (one->swarm->sources, i);

    if (is_askable (source) && now.mono_us >= source->rest_until_us)
      return source->channel;
  }
  return has_author ? one->channel : NULL;
}

gboolean
lan_swarm_rest (LanTransferOne *one, const LanTransferChannel *ch, LanTime now)
{
  LanSource *source = lan_swarm_source_on (one, ch);

  if (source == NULL)
    return FALSE;
  source->stalls = MIN (source->stalls + 1, 6);
  source->rest_until_us = now.mono_us + (LAN_SWARM_REST_US << (source->stalls - 1));
  return TRUE;
}

static void
greet_all (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  for (guint i = 0; i < one->swarm->sources->len; i++) {
    LanSource *source = g_ptr_array_index (one->swarm->sources, i);

    if (source->channel != NULL)
      lan_swarm_greet (t, one, source, now);
  }
}

/* A few of them, others each time. */
void
lan_swarm_set_need (LanTransfers *t, LanTransferOne *one, gboolean needs, LanTime now)
{
  GPtrArray *sources = one->swarm != NULL ? one->swarm->sources : NULL;
  guint start, n = 0;

  if (sources == NULL || sources->len == 0)
    return;
  start = lan_random_below (t->random, sources->len);
  for (guint i = 0; i < sources->len; i++) {
    LanSource *source = g_ptr_array_index (sources, (start + i) % sources->len);

    if (needs && (source->is_barred || n >= LAN_SWARM_LINKS))
      continue;
    if (source->is_needed != needs)
      lan_transfer_need (t, &source->account, &one->row.id, needs);
    source->is_needed = needs;
    n++;
  }
  if (needs)
    greet_all (t, one, now);
}

static void
forget_source (LanTransferOne *one, LanSource *source)
{
  lan_transfer_serving_clear (&source->serving);
  lan_swarm_forget_have (one, source);
  source->is_in = FALSE;
  source->channel = NULL;
  source->has_news = FALSE;
  source->rest_until_us = 0;
}

static void
meet (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTime now)
{
  LanTransferChannel *best = lan_transfer_channel_to (t, &source->account, FALSE);
  LanTransferChannel *old = source->channel;

  if (best == old || source->is_barred)
    return;
  if (old != NULL)
    lan_transfer_fetch_drop_from (one, old);
  source->channel = best;
  source->rest_until_us = 0;
  if (best == NULL) {
    forget_source (one, source);
    return;
  }
  lan_swarm_greet (t, one, source, now);
  if (old != NULL)
    lan_transfer_in_step (t, one, now);
}

static void
for_each_of (LanTransfers *t, const LanAccountId *account,
             void (*f) (LanTransfers *, LanTransferOne *, LanSource *, LanTime), LanTime now)
{
  g_autoptr (GList) all = g_hash_table_get_values (t->names);

  for (GList *l = all; l != NULL; l = l->next) {
    LanSource *source = lan_swarm_source_of (l->data, account);

    if (source != NULL && !source->is_author)
      f (t, l->data, source, now);
  }
}

void
lan_swarm_channel_up (LanTransfers *t, LanTransferChannel *ch, LanTime now)
{
  if (ch->carries != LAN_CARRIES_STATES)
    for_each_of (t, &ch->account, meet, now);
}

void
lan_swarm_channel_down (LanTransfers *t, LanTransferChannel *ch, LanTime now)
{
  g_autoptr (GList) all = g_hash_table_get_values (t->names);

  for (GList *l = all; l != NULL; l = l->next) {
    LanTransferOne *one = l->data;
    LanSource *source = lan_swarm_source_of (one, &ch->account);

    if (source == NULL || source->is_author)
      continue;
    if (source->serving.channel == ch)
      lan_transfer_serving_clear (&source->serving);
    if (one->in.manifest.channel == ch)
      lan_transfer_manifest_lost (t, one, ch, now);
    if (source->channel != ch)
      continue;
    lan_transfer_fetch_drop_from (one, ch);
    forget_source (one, source);
    meet (t, one, source, now);
    lan_transfer_in_lost (t, one, ch, now);
  }
}

static void
bar (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTime now)
{
  LanTransferChannel *ch = source->channel;

  source->is_barred = TRUE;
  if (source->is_needed)
    lan_transfer_need (t, &source->account, &one->row.id, FALSE);
  source->is_needed = FALSE;
  if (ch == NULL)
    return;
  lan_transfer_fetch_drop_from (one, ch);
  forget_source (one, source);
  lan_transfer_in_lost (t, one, ch, now);
}

void
lan_swarm_bar (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTime now)
{
  bar (t, one, source, now);
}

void
lan_swarm_drop_peer (LanTransfers *t, const LanAccountId *account, LanTime now)
{
  for_each_of (t, account, bar, now);
}

/* -- a group's members come and go -- */

static gboolean
is_named (const LanSource *source, const guint8 *keys, gsize len)
{
  for (gsize at = 0; at + LAN_ACCOUNT_ID_BYTES <= len; at += LAN_ACCOUNT_ID_BYTES) {
    if (memcmp (keys + at, source->account.b, LAN_ACCOUNT_ID_BYTES) == 0)
      return TRUE;
  }
  return FALSE;
}

void
lan_swarm_set_holders (LanTransfers *t, LanTransferOne *one, GBytes *holders, LanTime now)
{
  gsize len;
  const guint8 *keys = g_bytes_get_data (holders, &len);
  gboolean any = FALSE;

  if (one->swarm == NULL)
    return;
  for (guint i = 0; i < one->swarm->sources->len; i++) {
    LanSource *source = g_ptr_array_index (one->swarm->sources, i);
    gboolean is_out = !is_named (source, keys, len);

    if (source->is_out == is_out || (is_out && source->is_barred))
      continue;
    source->is_out = is_out;
    if (is_out) {
      bar (t, one, source, now);
      continue;
    }
    source->is_barred = FALSE;
    any = TRUE;
    meet (t, one, source, now);
  }
  for (gsize at = 0; at + LAN_ACCOUNT_ID_BYTES <= len; at += LAN_ACCOUNT_ID_BYTES) {
    LanSource *source = add_source (t, one, keys + at);

    if (source == NULL)
      continue;
    any = TRUE;
    meet (t, one, source, now);
  }
  if (any && one->is_needing)
    lan_swarm_set_need (t, one, TRUE, now);
}

/* -- an author who cannot give it any more -- */

static gboolean
may_have_holders (const LanTransferOne *one)
{
  for (guint i = 0; one->swarm != NULL && i < one->swarm->sources->len; i++) {
    if (!((const LanSource *) g_ptr_array_index (one->swarm->sources, i))->is_barred)
      return TRUE;
  }
  return FALSE;
}

gboolean
lan_swarm_do_without_author (LanTransfers *t, LanTransferOne *one, LanFileError code, LanTime now)
{
  LanSwarm *swarm = one->swarm;

  if (!may_have_holders (one) || !lan_transfer_may (one, LAN_TRANSFER_FAILED) ||
      (one->row.state != LAN_TRANSFER_ACCEPTED && one->row.state != LAN_TRANSFER_RUNNING &&
       one->row.state != LAN_TRANSFER_PAUSED))
    return FALSE;
  swarm->author_error = code;
  swarm->author.is_barred = TRUE;
  g_clear_pointer (&swarm->granted, g_free);
  if (one->channel != NULL) {
    lan_transfer_fetch_drop_from (one, one->channel);
    if (one->in.lister == one->channel) {
      one->in.lister = NULL;
      if (one->in.phase == LAN_IN_HASHES)
        one->in.phase = LAN_IN_OPEN;
    }
  }
  lan_transfer_manifest_lost (t, one, one->in.manifest.channel, now);
  lan_deadlines_set (t->deadlines, one, LAN_DUE_SWARM, now.mono_us + LAN_SWARM_TICK_US);
  lan_transfer_in_step (t, one, now);
  return TRUE;
}

void
lan_swarm_forgive_author (LanTransferOne *one)
{
  if (one->swarm != NULL)
    one->swarm->author.is_barred = FALSE;
}

/* TRUE while nothing happens because nobody can be asked. */
static gboolean
is_forlorn (const LanTransferOne *one)
{
  switch (one->in.phase) {
  case LAN_IN_IDLE:
    return one->tree == NULL && one->in.manifest.channel == NULL;
  case LAN_IN_OPEN:
    return TRUE;
  case LAN_IN_DATA:
    return one->in.slots->len == 0;
  case LAN_IN_FIND:
  case LAN_IN_OPENING:
  case LAN_IN_HASHES:
  case LAN_IN_CHECKING:
  case LAN_IN_FINISHING:
  default:
    return FALSE;
  }
}

void
lan_swarm_look_at_hope (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanSwarm *swarm = one->swarm;

  if (!swarm->author.is_barred || !is_forlorn (one))
    swarm->hope_us = 0;
  else if (swarm->hope_us == 0)
    swarm->hope_us = now.mono_us;
  else if (now.mono_us - swarm->hope_us >= LAN_SWARM_HOPE_US)
    lan_transfer_fail_for_author (t, one, swarm->author_error, now);
}

/* -- beginning and end -- */

void
lan_swarm_begin (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanSwarm *swarm = one->swarm;

  if (swarm == NULL)
    return;
  swarm->wait_until_us = now.mono_us + LAN_SWARM_GRANT_US;
  swarm->patience_us = 0;
  swarm->is_free = FALSE;
  if (one->channel != NULL)
    lan_swarm_greet (t, one, &swarm->author, now);
  greet_all (t, one, now);
  lan_deadlines_set (t->deadlines, one, LAN_DUE_SWARM, now.mono_us + LAN_SWARM_TICK_US);
}

void
lan_swarm_pump (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  for (guint i = 0; lan_transfer_is_fetching (one) && i < one->swarm->sources->len; i++) {
    LanSource *source = g_ptr_array_index (one->swarm->sources, i);

    if (is_askable (source))
      lan_transfer_channel_pump (t, source->channel, now);
  }
}

void
lan_swarm_end (LanTransfers *t, LanTransferOne *one)
{
  if (one->swarm == NULL)
    return;
  lan_swarm_withdraw (t, one);
  /* Who is met again tells everything again. */
  for (guint i = 0; i < one->swarm->sources->len; i++) {
    LanSource *source = g_ptr_array_index (one->swarm->sources, i);

    lan_swarm_forget_have (one, source);
    source->is_in = FALSE;
  }
  lan_deadlines_cancel (t->deadlines, one, LAN_DUE_SWARM);
  g_clear_pointer (&one->swarm->granted, g_free);
  one->swarm->hope_us = 0;
}
