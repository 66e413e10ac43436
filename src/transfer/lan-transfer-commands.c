/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* How transfers come to be, and what people do to them: send, accept, decline, cancel. */
#include "lan-transfers-private.h"

#include "lan-file-name.h"
#include "lan-tree-hash.h"

#include <string.h>

gboolean
lan_transfers_send_shared (LanTransfers *t, const LanMessageId *id,
                           const LanConversationId *conversation, const LanAccountId *peer,
                           const char *path, GBytes *holders, GBytes *share, LanTime now)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *shown = g_filename_display_name (base);
  LanTransferRow row = { .id = *id,
                         .conversation = *conversation,
                         .peer = *peer,
                         .state = LAN_TRANSFER_VERIFYING,
                         .path = (char *) path,
                         .created_ms = now.wall_ms };
  LanTransferOne *one;

  if (lan_transfers_find (t, id) != NULL)
    return FALSE;
  one = lan_transfers_add (t, &row);
  one->row.name = lan_file_name_clean (shown, -1);
  one->detail.holders = holders != NULL ? g_bytes_ref (holders) : NULL;
  if (share != NULL && g_bytes_get_size (share) == LAN_SHARE_BYTES)
    one->detail.share = g_bytes_ref (share);
  lan_transfer_commit (t, one, LAN_AFTER_ADDED);
  lan_transfer_out_start (t, one, now);
  return TRUE;
}

gboolean
lan_transfers_send (LanTransfers *t, const LanMessageId *id, const LanConversationId *conversation,
                    const LanAccountId *peer, const char *path, LanTime now)
{
  return lan_transfers_send_shared (t, id, conversation, peer, path, NULL, NULL, now);
}

static void
take_choice (LanTransferOne *one, const LanTransferChoice *choice)
{
  guint n = one->tree != NULL ? lan_file_tree_n_entries (one->tree) : 0;

  if (choice == NULL)
    return;
  one->detail.conflict = choice->conflict;
  g_clear_pointer (&one->detail.wanted, g_bytes_unref);
  if (choice->wanted != NULL && one->detail.is_folder &&
      g_bytes_get_size (choice->wanted) == (n + 7) / 8)
    one->detail.wanted = g_bytes_ref (choice->wanted);
}

gboolean
lan_transfers_accept_with (LanTransfers *t, const LanMessageId *id, const char *dir,
                           const LanTransferChoice *choice, LanTime now)
{
  LanTransferOne *one = lan_transfers_find (t, id);

  if (one == NULL || !one->row.incoming || one->row.state == LAN_TRANSFER_VERIFYING ||
      !lan_transfer_may (one, LAN_TRANSFER_ACCEPTED) || one->row.size > LAN_TRANSFER_MAX_BYTES)
    return FALSE;
  if (one->row.state == LAN_TRANSFER_RUNNING || one->row.state == LAN_TRANSFER_PAUSED)
    return FALSE;
  if (one->row.path != NULL && strcmp (one->row.path, dir) != 0)
    lan_transfer_in_stop (t, one, TRUE, now); /* what an earlier try left elsewhere */
  g_free (one->row.path);
  one->row.path = g_strdup (dir);
  one->is_quiet = FALSE;
  take_choice (one, choice);
  lan_swarm_forgive_author (one);
  lan_transfer_set_state (t, one, LAN_TRANSFER_ACCEPTED, now);
  g_queue_push_tail (&t->waiting, one);
  return TRUE;
}

gboolean
lan_transfers_accept (LanTransfers *t, const LanMessageId *id, const char *dir, LanTime now)
{
  return lan_transfers_accept_with (t, id, dir, NULL, now);
}

gboolean
lan_transfers_pause (LanTransfers *t, const LanMessageId *id, LanTime now)
{
  LanTransferOne *one = lan_transfers_find (t, id);

  if (one == NULL || one->detail.is_paused ||
      (one->row.state != LAN_TRANSFER_PAUSED && !lan_transfer_may (one, LAN_TRANSFER_PAUSED)))
    return FALSE;
  one->detail.is_paused = TRUE;
  one->is_quiet = FALSE;
  if (one->row.state == LAN_TRANSFER_PAUSED)
    lan_transfer_commit (t, one, LAN_AFTER_EVENT | LAN_AFTER_TELL);
  else if (one->row.incoming)
    lan_transfer_in_hold (t, one, now);
  else
    lan_transfer_set_state (t, one, LAN_TRANSFER_PAUSED, now);
  return TRUE;
}

gboolean
lan_transfers_resume (LanTransfers *t, const LanMessageId *id, LanTime now)
{
  LanTransferOne *one = lan_transfers_find (t, id);
  LanTransferChannel *ch;

  if (one == NULL || one->row.state != LAN_TRANSFER_PAUSED || !one->detail.is_paused)
    return FALSE;
  one->detail.is_paused = FALSE;
  one->is_quiet = FALSE;
  if (one->row.incoming) {
    lan_transfer_in_go_on (t, one, now);
    return TRUE;
  }
  lan_transfer_set_state (t, one, LAN_TRANSFER_ACCEPTED, now);
  /* The question what became of it lets the receiver ask again. */
  ch = lan_transfer_channel_to (t, &one->row.peer, TRUE);
  if (ch != NULL)
    lan_transfer_send_state (t, ch, lan_transfer_name_on (one, ch),
                             LANYARD__FILE_STATE_KIND__FILE_OFFERED, NULL, 0);
  return TRUE;
}

gboolean
lan_transfers_decline (LanTransfers *t, const LanMessageId *id, LanTime now)
{
  LanTransferOne *one = lan_transfers_find (t, id);

  if (one == NULL || !one->row.incoming || !lan_transfer_may (one, LAN_TRANSFER_DECLINED))
    return FALSE;
  lan_transfer_set_state (t, one, LAN_TRANSFER_DECLINED, now);
  return TRUE;
}

static gboolean
cancel (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  /* The last moment: the file may already have its name. */
  if (!lan_transfer_may (one, LAN_TRANSFER_CANCELLED) ||
      (one->row.incoming && one->row.state == LAN_TRANSFER_VERIFYING && one->jobs > 0))
    return FALSE;
  if (one->row.incoming)
    lan_transfer_in_stop (t, one, TRUE, now);
  else
    lan_transfer_out_stop (t, one, now);
  if (one->detail.is_group)
    lan_transfer_group_cancel_parts (t, one, now);
  lan_transfer_set_state (t, one, LAN_TRANSFER_CANCELLED, now);
  lan_transfer_in_start_waiting (t, now);
  return TRUE;
}

gboolean
lan_transfers_cancel (LanTransfers *t, const LanMessageId *id, LanTime now)
{
  LanTransferOne *one = lan_transfers_find (t, id);

  return one != NULL && cancel (t, one, now);
}

void
lan_transfers_drop_peer (LanTransfers *t, const LanAccountId *peer, LanTime now)
{
  g_autoptr (GPtrArray) theirs = lan_transfers_of_peer (t, peer);

  lan_swarm_drop_peer (t, peer, now);
  for (guint i = 0; i < theirs->len; i++) {
    LanTransferOne *one = g_ptr_array_index (theirs, i);

    if (lan_transfer_is_over (one))
      continue;
    if (!lan_transfers_decline (t, &one->row.id, now))
      cancel (t, one, now);
  }
}

static LanStatus
check_open_offers (LanTransfers *t, const LanAccountId *peer, gboolean request)
{
  LanTransferOne *one;
  GHashTableIter iter;
  guint open = 0;
  guint theirs = 0;

  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    if (!one->row.incoming || one->row.state != LAN_TRANSFER_OFFERED)
      continue;
    open++;
    if (lan_account_id_equal (&one->row.peer, peer))
      theirs++;
  }
  if (open >= LAN_TRANSFER_MAX_OFFERS || (request && theirs >= LAN_TRANSFER_STRANGER_OFFERS))
    return LAN_STATUS_LIMIT;
  return LAN_STATUS_OK;
}

/* Returns: (transfer full) (nullable). */
static GBytes *
detail_of (const Lanyard__FileOffer *offer)
{
  LanTransferDetail detail = { 0 };
  GByteArray *holders = g_byte_array_new ();
  GBytes *bytes;

  if (offer->folder != NULL) {
    detail.is_folder = TRUE;
    detail.manifest_size = offer->folder->manifest_size;
    detail.entries = offer->folder->entries;
    detail.left_links = offer->folder->left_links;
    detail.left_others = offer->folder->left_others;
  }
  for (gsize i = 0; i < MIN (offer->n_holders, LAN_TRANSFER_MAX_MEMBERS); i++)
    g_byte_array_append (holders, offer->holders[i].data, (guint) offer->holders[i].len);
  detail.holders = g_byte_array_free_to_bytes (holders);
  if (g_bytes_get_size (detail.holders) == 0)
    g_clear_pointer (&detail.holders, g_bytes_unref);
  if (offer->share.len == LAN_SHARE_BYTES && detail.holders != NULL)
    detail.share = g_bytes_new (offer->share.data, offer->share.len);
  bytes = lan_transfer_detail_encode (&detail);
  lan_transfer_detail_clear (&detail);
  return bytes;
}

LanStatus
lan_transfers_offer_row (const LanMessageId *id, const LanConversationId *conversation,
                         const LanAccountId *peer, const Lanyard__FileOffer *offer, LanTime now,
                         LanTransferRow *row)
{
  *row = (LanTransferRow){ .id = *id,
                           .conversation = *conversation,
                           .peer = *peer,
                           .incoming = TRUE,
                           .state = LAN_TRANSFER_OFFERED,
                           .size = offer->size,
                           .created_ms = now.wall_ms };
  if (offer->root.len != LAN_HASH_BYTES)
    return LAN_STATUS_MALFORMED;
  if (offer->leaf_size != LAN_TREE_LEAF_BYTES)
    return LAN_STATUS_VERSION;
  memcpy (row->root.b, offer->root.data, LAN_HASH_BYTES);
  row->detail = detail_of (offer);
  row->name = lan_file_name_clean (offer->name, -1);
  if (row->size > LAN_TRANSFER_MAX_BYTES) {
    row->state = LAN_TRANSFER_FAILED;
    row->error = g_strdup (lan_file_error_code (LAN_FILE_ERROR_TOO_LARGE));
  }
  return LAN_STATUS_OK;
}

LanStatus
lan_transfers_offered (LanTransfers *t, const LanMessageId *id,
                       const LanConversationId *conversation, const LanAccountId *peer,
                       const Lanyard__FileOffer *offer, gboolean request, LanTime now)
{
  LanTransferRow row;
  LanTransferOne *one;
  LanStatus status;

  if (lan_transfers_find (t, id) != NULL)
    return LAN_STATUS_OK;
  status = check_open_offers (t, peer, request);
  if (status == LAN_STATUS_OK)
    status = lan_transfers_offer_row (id, conversation, peer, offer, now, &row);
  if (status != LAN_STATUS_OK)
    return status;
  one = lan_transfers_add (t, &row);
  lan_transfer_row_clear (&row);
  one->request = request;
  if (one->row.state == LAN_TRANSFER_OFFERED) {
    lan_transfer_commit (t, one, 0);
    lan_transfer_push_event (t, one, LAN_TRANSFER_EVENT_OFFERED);
    lan_transfer_manifest_step (t, one, now);
  } else {
    lan_transfer_commit (t, one, LAN_AFTER_EVENT | LAN_AFTER_TELL);
  }
  return LAN_STATUS_OK;
}
