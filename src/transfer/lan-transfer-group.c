/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A file for a group: one record, one row at its author's, which the person there sees. Each member that asks for
 * it gets a part: an outgoing transfer of its own under an id that only this machine knows, called on
 * the wire what the offer is called. Parts of one offer are one seed, so that what goes out is about one copy; who
 * may ask is whoever is a member now.
 */
#include "lan-transfers-private.h"

#include "lan-kdf.h"

#include <string.h>

/* Who has it is kept in the parts: their ids have to be found again. */
static void
part_id (const LanTransferOne *whole, const LanAccountId *account, LanMessageId *id)
{
  guint8 of[LAN_MESSAGE_ID_BYTES + LAN_ACCOUNT_ID_BYTES];

  memcpy (of, whole->row.id.b, LAN_MESSAGE_ID_BYTES);
  memcpy (of + LAN_MESSAGE_ID_BYTES, account->b, LAN_ACCOUNT_ID_BYTES);
  lan_kdf (id->b, sizeof id->b, g_bytes_get_data (whole->detail.share, NULL), LAN_KDF_SHARE, of,
           sizeof of);
}

static gboolean
names (GBytes *keys, const LanAccountId *account)
{
  gsize len = 0;
  const guint8 *data = keys != NULL ? g_bytes_get_data (keys, &len) : NULL;

  for (gsize at = 0; at + LAN_ACCOUNT_ID_BYTES <= len; at += LAN_ACCOUNT_ID_BYTES) {
    if (memcmp (data + at, account->b, LAN_ACCOUNT_ID_BYTES) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
lan_transfers_send_group (LanTransfers *t, const LanMessageId *id,
                          const LanConversationId *conversation, const LanAccountId *address,
                          const char *path, GBytes *members, GBytes *share, LanTime now)
{
  LanTransferOne *one;

  if (share == NULL || g_bytes_get_size (share) != LAN_SHARE_BYTES ||
      !lan_transfers_send_shared (t, id, conversation, address, path, members, share, now))
    return FALSE;
  one = lan_transfers_find (t, id);
  one->detail.is_group = TRUE;
  lan_transfer_commit (t, one, 0);
  return TRUE;
}

/* -- parts -- */

LanTransferOne *
lan_transfer_group_whole (const LanTransfers *t, const LanTransferOne *part)
{
  LanTransferOne *whole =
      part->detail.is_part ? lan_transfers_find (t, &part->detail.group_offer) : NULL;

  return whole != NULL && whole->detail.is_group ? whole : NULL;
}

/* What the whole knows of the source, so that it is not hashed for everybody. */
static void
take_plan (LanTransferOne *part, const LanTransferOne *whole)
{
  if (part->tree == NULL && whole->tree != NULL)
    part->tree = lan_file_tree_ref (whole->tree);
  if (part->out.manifest == NULL && whole->out.manifest != NULL)
    part->out.manifest = g_bytes_ref (whole->out.manifest);
  if (part->out.leaves == NULL && whole->out.leaves != NULL && part->tree != NULL) {
    part->out.leaves = g_bytes_ref (whole->out.leaves);
    part->out.stamp = whole->out.stamp;
  }
}

static LanTransferOne *
make_part (LanTransfers *t, const LanTransferOne *whole, const LanMessageId *id,
           const LanAccountId *account)
{
  LanTransferRow row = whole->row;
  LanTransferOne *part;

  row.id = *id;
  row.peer = *account;
  row.state = LAN_TRANSFER_OFFERED;
  row.done = 0;
  row.error = NULL;
  row.detail = lan_transfer_detail_encode (&whole->detail);
  part = lan_transfers_add (t, &row);
  g_bytes_unref (row.detail);
  g_clear_pointer (&part->detail.holders, g_bytes_unref);
  part->detail.is_group = FALSE;
  part->detail.is_part = TRUE;
  part->detail.group_offer = whole->row.id;
  part->out.is_offered = TRUE;
  lan_seed_join (t, part);
  return part;
}

gboolean
lan_transfer_group_asks (const LanTransfers *t, const LanTransferOne *whole,
                         const LanAccountId *account)
{
  LanMessageId id;

  if (!whole->detail.is_group || !names (whole->detail.holders, account))
    return FALSE;
  part_id (whole, account, &id);
  return lan_transfers_find (t, &id) == NULL;
}

/* Looking what became of it is no reason to keep anything. */
static gboolean
asks_for_it (const LanFrame *frame)
{
  if (lan_frame_type (frame) != LAN_FRAME_FILE_STATE)
    return TRUE;
  return frame->file_state->state != LANYARD__FILE_STATE_KIND__FILE_OFFERED &&
         frame->file_state->state != LANYARD__FILE_STATE_KIND__FILE_UNKNOWN &&
         frame->file_state->state != LANYARD__FILE_STATE_KIND__FILE_PREPARING;
}

static gboolean
is_withdrawn (const LanTransferOne *whole)
{
  return whole->row.state == LAN_TRANSFER_CANCELLED || whole->row.state == LAN_TRANSFER_FAILED;
}

static void
say_withdrawn (LanTransfers *t, const LanTransferOne *whole, LanTransferChannel *ch)
{
  lan_transfer_send_state (t, ch, &whole->row.id,
                           whole->row.state == LAN_TRANSFER_CANCELLED
                               ? LANYARD__FILE_STATE_KIND__FILE_CANCELLED
                               : LANYARD__FILE_STATE_KIND__FILE_FAILED,
                           whole->row.error, 0);
}

LanTransferOne *
lan_transfer_group_part_for (LanTransfers *t, LanTransferOne *whole, LanTransferChannel *ch,
                             const LanFrame *frame, LanTime now)
{
  LanTransferOne *part;
  LanMessageId id;

  if (whole->row.state == LAN_TRANSFER_VERIFYING || !names (whole->detail.holders, &ch->account))
    return NULL;
  part_id (whole, &ch->account, &id);
  part = lan_transfers_find (t, &id);
  if (is_withdrawn (whole) && (part == NULL || !lan_transfer_is_over (part))) {
    say_withdrawn (t, whole, ch);
    return NULL;
  }
  /* Was out of the group, and is in again. */
  if (part != NULL && part->row.state == LAN_TRANSFER_CANCELLED && !is_withdrawn (whole) &&
      asks_for_it (frame)) {
    lan_transfers_forget (t, &id, now);
    part = NULL;
  }
  if (part == NULL && asks_for_it (frame))
    part = make_part (t, whole, &id, &ch->account);
  if (part != NULL)
    take_plan (part, whole);
  return part;
}

/* -- what the person who sent it sees -- */

guint
lan_transfers_count_fetched (const LanTransfers *t, const LanMessageId *id, guint *members)
{
  const LanTransferOne *whole = lan_transfers_find (t, id);
  gsize len = 0;
  const guint8 *keys;
  guint n = 0;

  *members = 0;
  if (whole == NULL || !whole->detail.is_group || whole->detail.holders == NULL)
    return 0;
  keys = g_bytes_get_data (whole->detail.holders, &len);
  for (gsize at = 0; at + LAN_ACCOUNT_ID_BYTES <= len; at += LAN_ACCOUNT_ID_BYTES) {
    const LanTransferOne *part;
    LanAccountId account;
    LanMessageId of;

    memcpy (account.b, keys + at, sizeof account.b);
    if (lan_account_id_equal (&account, &t->self))
      continue;
    (*members)++;
    part_id (whole, &account, &of);
    part = lan_transfers_find (t, &of);
    n += part != NULL && part->row.state == LAN_TRANSFER_DONE;
  }
  return n;
}

gboolean
lan_transfers_is_part (const LanTransfers *t, const LanMessageId *id)
{
  const LanTransferOne *one = lan_transfers_find (t, id);

  return one != NULL && one->detail.is_part;
}

void
lan_transfer_group_part_changed (LanTransfers *t, LanTransferOne *part, LanTime now)
{
  LanTransferOne *whole = lan_transfer_group_whole (t, part);
  LanFileError code;
  guint members;

  if (whole == NULL)
    return;
  if (part->row.state == LAN_TRANSFER_FAILED &&
      lan_file_error_from_code (part->row.error != NULL ? part->row.error : "", &code) &&
      code != LAN_FILE_ERROR_PEER)
    lan_transfer_fail (t, whole, code, NULL, now);
  else if (whole->row.state == LAN_TRANSFER_OFFERED &&
           lan_transfers_count_fetched (t, &whole->row.id, &members) == members && members > 0)
    lan_transfer_set_state (t, whole, LAN_TRANSFER_DONE, now);
  else
    lan_transfer_push_event (t, whole, LAN_TRANSFER_EVENT_PROGRESS);
}

/* -- over for everybody -- */

static GPtrArray *
parts_of (LanTransfers *t, const LanTransferOne *whole)
{
  GPtrArray *parts = g_ptr_array_new ();
  LanTransferOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    if (one->detail.is_part && lan_message_id_equal (&one->detail.group_offer, &whole->row.id))
      g_ptr_array_add (parts, one);
  }
  return parts;
}

void
lan_transfer_group_cancel_parts (LanTransfers *t, LanTransferOne *whole, LanTime now)
{
  g_autoptr (GPtrArray) parts = parts_of (t, whole);

  for (guint i = 0; i < parts->len; i++) {
    const LanTransferOne *part = g_ptr_array_index (parts, i);

    if (!lan_transfer_is_over (part) && !lan_transfers_cancel (t, &part->row.id, now))
      g_debug ("a part is past the point where it can be cancelled");
  }
}

/* Those who asked for nothing hear of it too. */
void
lan_transfer_group_tell (LanTransfers *t, LanTransferOne *whole)
{
  gsize len = 0;
  const guint8 *keys =
      whole->detail.holders != NULL ? g_bytes_get_data (whole->detail.holders, &len) : NULL;

  if (!is_withdrawn (whole) || !whole->out.is_offered)
    return;
  for (gsize at = 0; at + LAN_ACCOUNT_ID_BYTES <= len; at += LAN_ACCOUNT_ID_BYTES) {
    LanTransferChannel *ch;
    LanAccountId account;

    memcpy (account.b, keys + at, sizeof account.b);
    ch = lan_transfer_channel_to (t, &account, TRUE);
    if (ch != NULL)
      say_withdrawn (t, whole, ch);
  }
}

/* -- members come and go -- */

static void
set_members (LanTransfers *t, LanTransferOne *one, GBytes *members, LanTime now)
{
  if (one->row.incoming) {
    lan_swarm_set_holders (t, one, members, now);
  } else if (one->detail.is_group) {
    g_clear_pointer (&one->detail.holders, g_bytes_unref);
    one->detail.holders = g_bytes_ref (members);
  } else if (one->detail.is_part && !names (members, &one->row.peer) &&
             !lan_transfer_is_over (one)) {
    (void) !lan_transfers_cancel (t, &one->row.id, now);
  }
}

void
lan_transfers_set_members (LanTransfers *t, const LanConversationId *conversation, GBytes *members,
                           LanTime now)
{
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  LanTransferOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    if (one->detail.share != NULL &&
        lan_conversation_id_equal (&one->row.conversation, conversation))
      g_ptr_array_add (ours, one);
  }
  for (guint i = 0; i < ours->len; i++)
    set_members (t, g_ptr_array_index (ours, i), members, now);
}

gboolean
lan_transfer_group_may_fetch (const LanTransfers *t, const LanAccountId *account)
{
  LanTransferOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    if (one->detail.is_group && !is_withdrawn (one) && one->row.state != LAN_TRANSFER_VERIFYING &&
        names (one->detail.holders, account))
      return TRUE;
  }
  return FALSE;
}
