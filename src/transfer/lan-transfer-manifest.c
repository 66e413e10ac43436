/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The manifest of a folder, page by page over any channel, checked as a whole against the root of the
 * offer. It is fetched before anything is accepted, so that a person sees what there is; that of a
 * stranger, or a very long one, only afterwards.
 */
#include "lan-transfers-private.h"

#include "lan-manifest.h"
#include "lan-tree-hash.h"

#include <string.h>

void
lan_transfer_manifest_clear (LanTransferOne *one)
{
  LanManifestFetch *fetch = &one->in.manifest;

  g_clear_pointer (&fetch->bytes, g_byte_array_unref);
  fetch->channel = NULL;
  fetch->asked = 0;
  fetch->tries = 0;
}

static gboolean
is_wanted (const LanTransferOne *one)
{
  if (!one->row.incoming || !one->detail.is_folder || one->tree != NULL)
    return FALSE;
  if (one->row.state == LAN_TRANSFER_OFFERED)
    return !one->request && one->detail.manifest_size <= LAN_TRANSFER_PEEK_BYTES;
  return one->row.state == LAN_TRANSFER_ACCEPTED || one->row.state == LAN_TRANSFER_VERIFYING;
}

static void
ask_for_pages (LanTransfers *t, LanTransferOne *one)
{
  LanManifestFetch *fetch = &one->in.manifest;
  guint64 size = one->detail.manifest_size;

  while (fetch->asked < size &&
         fetch->asked < fetch->bytes->len + LAN_TRANSFER_PAGES * LAN_TRANSFER_PAGE_BYTES) {
    guint32 length = (guint32) MIN (size - fetch->asked, LAN_TRANSFER_PAGE_BYTES);

    lan_transfer_send_manifest_request (
        t, fetch->channel, lan_transfer_name_on (one, fetch->channel), fetch->asked, length);
    fetch->asked += length;
  }
}

/* The author first; each second time somebody else who has it, if there is anybody. */
static LanTransferChannel *
whom_to_ask (LanTransfers *t, const LanTransferOne *one)
{
  gboolean has_author = one->swarm == NULL || !one->swarm->author.is_barred;
  LanTransferChannel *author =
      has_author ? lan_transfer_channel_to (t, &one->row.peer, TRUE) : NULL;
  LanTransferChannel *other = one->in.manifest.tries % 2 != 0 || author == NULL
                                  ? lan_swarm_holder (one, one->in.manifest.tries / 2)
                                  : NULL;

  if (other != NULL && author != NULL)
    return other;
  if (author != NULL)
    return author;
  author = lan_left_take_channel (one);
  return author != NULL ? author : other;
}

/* Who does not know of us yet, as a member who joined a moment ago, does not answer at all. */
static void
wait_for_pages (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  lan_deadlines_set (t->deadlines, one, LAN_DUE_MANIFEST,
                     now.mono_us + (LAN_TRANSFER_MANIFEST_US << MIN (one->in.manifest.tries, 5)));
}

void
lan_transfer_manifest_step (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanManifestFetch *fetch = &one->in.manifest;

  if (!is_wanted (one) || fetch->channel != NULL)
    return;
  fetch->channel = whom_to_ask (t, one);
  if (fetch->channel == NULL)
    return;
  if (fetch->bytes == NULL)
    fetch->bytes = g_byte_array_new ();
  fetch->asked = fetch->bytes->len;
  ask_for_pages (t, one);
  wait_for_pages (t, one, now);
}

void
lan_transfer_manifest_lost (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                            LanTime now)
{
  if (one->in.manifest.channel != ch)
    return;
  one->in.manifest.channel = NULL;
  lan_transfer_manifest_step (t, one, now);
}

void
lan_transfer_manifest_due (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanManifestFetch *fetch = &one->in.manifest;

  if (fetch->channel == NULL)
    return;
  fetch->tries++;
  fetch->channel = NULL;
  lan_transfer_manifest_step (t, one, now);
}

static gboolean
is_right (const LanTransferOne *one, GByteArray *bytes)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);
  LanHash root;

  lan_tree_update (tree, bytes->data, bytes->len);
  return lan_tree_root (tree, &root) == LAN_STATUS_OK && lan_hash_equal (&root, &one->row.root);
}

/* What is signed for by the root, and yet breaks a rule, will not get better. */
static void
take (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  GByteArray *bytes = one->in.manifest.bytes;
  LanFileTree *tree = NULL;
  LanStatus status = lan_manifest_decode (bytes->data, bytes->len, &tree);

  if (status == LAN_STATUS_OK && (lan_file_tree_size (tree) != one->row.size ||
                                  lan_file_tree_n_entries (tree) != one->detail.entries)) {
    lan_file_tree_unref (tree);
    status = LAN_STATUS_MALFORMED;
  }
  if (status != LAN_STATUS_OK) {
    lan_transfer_manifest_clear (one);
    lan_transfer_fail (t, one, LAN_FILE_ERROR_MANIFEST, NULL, now);
    return;
  }
  one->tree = tree;
  one->in.n_leaves = lan_file_tree_n_leaves (tree);
  g_clear_pointer (&one->out.manifest, g_bytes_unref);
  one->out.manifest = g_byte_array_free_to_bytes (g_steal_pointer (&one->in.manifest.bytes));
  lan_transfer_manifest_clear (one);
  lan_transfer_plan_commit (t, one, TRUE);
  lan_transfer_push_event (t, one, LAN_TRANSFER_EVENT_STATE);
  lan_transfer_in_start_waiting (t, now);
}

LanStatus
lan_transfer_manifest_page (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                            guint64 offset, const guint8 *data, gsize len, LanTime now)
{
  LanManifestFetch *fetch = &one->in.manifest;

  if (fetch->channel != ch || offset < fetch->bytes->len)
    return LAN_STATUS_OK; /* an answer that came too late */
  if (offset != fetch->bytes->len || len == 0 || len > fetch->asked - fetch->bytes->len)
    return LAN_STATUS_MALFORMED;
  g_byte_array_append (fetch->bytes, data, (guint) len);
  fetch->tries = 0;
  if (fetch->bytes->len < one->detail.manifest_size) {
    ask_for_pages (t, one);
    wait_for_pages (t, one, now);
    return LAN_STATUS_OK;
  }
  if (is_right (one, fetch->bytes)) {
    take (t, one, now);
    return LAN_STATUS_OK;
  }
  lan_transfer_manifest_clear (one);
  if (fetch->is_bad) {
    lan_transfer_fail (t, one, LAN_FILE_ERROR_HASH, NULL, now);
    return LAN_STATUS_OK;
  }
  fetch->is_bad = TRUE;
  lan_transfer_manifest_step (t, one, now);
  return LAN_STATUS_OK;
}

LanStatus
lan_transfer_manifest_request (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                               guint64 offset, guint32 length, LanTime now)
{
  gsize size = one->out.manifest != NULL ? g_bytes_get_size (one->out.manifest) : 0;

  if (one->row.incoming &&
      (one->out.manifest == NULL || lan_swarm_source_of (one, &ch->account) == NULL))
    return LAN_STATUS_STATE;
  if (!one->row.incoming && (one->out.manifest == NULL || lan_transfer_is_over (one))) {
    /* Not listed yet after a restart: it is asked for again. */
    lan_transfer_tell (t, one, ch);
    if (!lan_transfer_is_over (one))
      lan_transfer_out_prepare (t, one);
    return LAN_STATUS_STATE;
  }
  if (length == 0 || offset >= size || length > size - offset)
    return LAN_STATUS_MALFORMED;
  lan_transfer_send_manifest (t, ch, lan_transfer_name_on (one, ch), offset,
                              (const guint8 *) g_bytes_get_data (one->out.manifest, NULL) + offset,
                              length);
  return LAN_STATUS_OK;
}
