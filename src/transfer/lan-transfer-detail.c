/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a transfer keeps beyond the columns of its row, as bytes of our own: they are written and read
 * by this machine only, and may have been damaged.
 *
 *   detail: version 1 | flags (folder, paused, group, part) | conflict | 0 | manifest size u64 | entries u32
 *           | length u32, wanted | length u32, holders | length u32, share (may be missing)
 *           | 16 bytes: the offer that it is a part of (with its flag only)
 *           | left with the server (with its flag only): state, devices | size u64 | expires u64 | root | key
 *             | length u32, devices that answered
 *           | u32 links, u32 others that were left out (with their flag only)
 *   plan:   version 1 | stamp u64 | length u32, manifest | length u32, leaf hashes
 */
#include "lan-transfers-private.h"

#include "lan-bytes.h"
#include "lan-manifest.h"
#include "lan-tree-hash.h"

#include <string.h>

#define VERSION      1
#define IS_FOLDER    1
#define IS_PAUSED    2
#define IS_GROUP     4
#define IS_PART      8
#define IS_LEFT      16
#define HAS_LEFT_OUT 32
#define DETAIL_BYTES (40 + LAN_MESSAGE_ID_BYTES)
#define LEFT_BYTES   (22 + LAN_HASH_BYTES + LAN_KEY_BYTES)
#define PLAN_BYTES   17

static void
write_bytes (LanWriter *w, GBytes *bytes)
{
  gsize len = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &len) : NULL;

  lan_write_u32 (w, (guint32) len);
  if (len > 0)
    lan_write_bytes (w, data, len);
}

/* Returns: (transfer full) (nullable): NULL for none. */
static GBytes *
read_bytes (LanReader *r)
{
  gsize len = lan_read_u32 (r);
  const guint8 *data = lan_read_span (r, len);

  return data != NULL && len > 0 ? g_bytes_new (data, len) : NULL;
}

static gsize
size_of (GBytes *bytes)
{
  return bytes != NULL ? g_bytes_get_size (bytes) : 0;
}

static void
write_left (LanWriter *w, const LanLeft *left)
{
  lan_write_u8 (w, (guint8) left->state);
  lan_write_u8 (w, left->devices);
  lan_write_u64 (w, left->size);
  lan_write_u64 (w, (guint64) left->expires_ms);
  lan_write_bytes (w, left->root.b, sizeof left->root.b);
  lan_write_bytes (w, left->key, sizeof left->key);
  write_bytes (w, left->answered);
}

static void
read_left (LanReader *r, LanLeft *left)
{
  guint8 state = lan_read_u8 (r);
  guint64 expires_ms;

  left->state = (LanLeftState) MIN (state, LAN_LEFT_N - 1);
  left->devices = lan_read_u8 (r);
  left->size = lan_read_u64 (r);
  expires_ms = lan_read_u64 (r);
  left->expires_ms = (gint64) MIN (expires_ms, G_MAXINT64);
  lan_read_bytes (r, left->root.b, sizeof left->root.b);
  lan_read_bytes (r, left->key, sizeof left->key);
  left->answered = read_bytes (r);
}

GBytes *
lan_transfer_detail_encode (const LanTransferDetail *detail)
{
  gsize size =
      DETAIL_BYTES + size_of (detail->wanted) + size_of (detail->holders) + size_of (detail->share);
  gboolean left_out = detail->left_links > 0 || detail->left_others > 0;
  gboolean is_left = detail->left.state != LAN_LEFT_NONE && detail->left.state != LAN_LEFT_SEALING;
  guint8 *data;
  LanWriter w;

  if (!detail->is_folder && !detail->is_paused && detail->conflict == LAN_FILE_KEEP_BOTH &&
      detail->holders == NULL && !detail->is_group && !detail->is_part && !is_left)
    return NULL;
  if (is_left)
    size += LEFT_BYTES + size_of (detail->left.answered);
  data = g_malloc (size);
  lan_writer_init (&w, data, size);
  lan_write_u8 (&w, VERSION);
  lan_write_u8 (&w, (detail->is_folder ? IS_FOLDER : 0) | (detail->is_paused ? IS_PAUSED : 0) |
                        (detail->is_group ? IS_GROUP : 0) | (detail->is_part ? IS_PART : 0) |
                        (is_left ? IS_LEFT : 0) | (left_out ? HAS_LEFT_OUT : 0));
  lan_write_u8 (&w, (guint8) detail->conflict);
  lan_write_u8 (&w, 0);
  lan_write_u64 (&w, detail->manifest_size);
  lan_write_u32 (&w, detail->entries);
  write_bytes (&w, detail->wanted);
  write_bytes (&w, detail->holders);
  if (detail->share != NULL || is_left || left_out)
    write_bytes (&w, detail->share);
  if (detail->is_part)
    lan_write_bytes (&w, detail->group_offer.b, sizeof detail->group_offer.b);
  if (is_left)
    write_left (&w, &detail->left);
  if (left_out) {
    lan_write_u32 (&w, detail->left_links);
    lan_write_u32 (&w, detail->left_others);
  }
  return g_bytes_new_take (data, w.len);
}

void
lan_transfer_detail_clear (LanTransferDetail *detail)
{
  g_clear_pointer (&detail->wanted, g_bytes_unref);
  g_clear_pointer (&detail->holders, g_bytes_unref);
  g_clear_pointer (&detail->share, g_bytes_unref);
  g_clear_pointer (&detail->left.answered, g_bytes_unref);
  *detail = (LanTransferDetail){ 0 };
}

void
lan_transfer_detail_decode (LanTransferDetail *detail, GBytes *bytes)
{
  gsize len = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &len) : NULL;
  guint8 flags, conflict;
  LanReader r;

  if (len == 0)
    return;
  lan_reader_init (&r, data, len);
  if (lan_read_u8 (&r) != VERSION)
    return;
  flags = lan_read_u8 (&r);
  detail->is_folder = (flags & IS_FOLDER) != 0;
  detail->is_paused = (flags & IS_PAUSED) != 0;
  conflict = lan_read_u8 (&r);
  detail->conflict = (LanFileConflict) MIN (conflict, LAN_FILE_CONFLICT_N - 1);
  lan_read_u8 (&r);
  detail->manifest_size = lan_read_u64 (&r);
  detail->entries = lan_read_u32 (&r);
  detail->wanted = read_bytes (&r);
  detail->holders = read_bytes (&r);
  if (!r.failed && r.len > r.pos)
    detail->share = read_bytes (&r);
  if (size_of (detail->share) != LAN_SHARE_BYTES)
    g_clear_pointer (&detail->share, g_bytes_unref);
  detail->is_group = (flags & IS_GROUP) != 0 && detail->share != NULL;
  detail->is_part = (flags & IS_PART) != 0 && detail->share != NULL && !detail->is_group;
  if (detail->is_part)
    lan_read_bytes (&r, detail->group_offer.b, sizeof detail->group_offer.b);
  if ((flags & IS_LEFT) != 0)
    read_left (&r, &detail->left);
  if ((flags & HAS_LEFT_OUT) != 0) {
    detail->left_links = lan_read_u32 (&r);
    detail->left_others = lan_read_u32 (&r);
  }
  if (r.failed || detail->manifest_size > LAN_MANIFEST_MAX_BYTES ||
      detail->entries > LAN_MANIFEST_MAX_ENTRIES)
    lan_transfer_detail_clear (detail);
}

void
lan_transfer_plan_commit (LanTransfers *t, LanTransferOne *one, gboolean keep)
{
  LanTransferAction *action = lan_transfers_push (t, LAN_TRANSFER_ACTION_COMMIT);
  gsize size = PLAN_BYTES + size_of (one->out.manifest) + size_of (one->out.leaves);
  LanChange *change;
  LanWriter w;

  /* Nobody waits for it: without it everything is fetched or hashed again. */
  action->commit.batch = ++t->last_batch;
  action->commit.changes = lan_changes_new ();
  change = lan_changes_add (action->commit.changes, LAN_CHANGE_TRANSFER_PLAN);
  change->transfer.id = one->row.id;
  if (!keep)
    return;
  change->transfer.plan = g_bytes_new_take (g_malloc (size), size);
  lan_writer_init (&w, (guint8 *) g_bytes_get_data (change->transfer.plan, NULL), size);
  lan_write_u8 (&w, VERSION);
  lan_write_u64 (&w, one->out.stamp);
  write_bytes (&w, one->out.manifest);
  write_bytes (&w, one->out.leaves);
}

static gboolean
is_manifest (GBytes *manifest, const LanHash *root)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);
  LanHash got;

  lan_tree_update (tree, g_bytes_get_data (manifest, NULL), g_bytes_get_size (manifest));
  return lan_tree_root (tree, &got) == LAN_STATUS_OK && lan_hash_equal (&got, root);
}

static void
take_manifest (LanTransferOne *one, GBytes *manifest)
{
  LanFileTree *tree = NULL;

  if (is_manifest (manifest, &one->row.root) &&
      lan_manifest_decode (g_bytes_get_data (manifest, NULL), g_bytes_get_size (manifest), &tree) ==
          LAN_STATUS_OK) {
    one->tree = tree;
    one->out.manifest = g_bytes_ref (manifest);
  }
}

void
lan_transfer_plan_load (LanTransferOne *one, GBytes *plan)
{
  gsize len = 0;
  const guint8 *data = plan != NULL ? g_bytes_get_data (plan, &len) : NULL;
  g_autoptr (GBytes) manifest = NULL;
  g_autoptr (GBytes) leaves = NULL;
  guint64 stamp;
  LanReader r;

  if (len == 0)
    return;
  lan_reader_init (&r, data, len);
  if (lan_read_u8 (&r) != VERSION)
    return;
  stamp = lan_read_u64 (&r);
  manifest = read_bytes (&r);
  leaves = read_bytes (&r);
  if (r.failed)
    return;
  if (one->detail.is_folder && manifest != NULL)
    take_manifest (one, manifest);
  if (one->row.incoming || one->tree == NULL ||
      size_of (leaves) != lan_file_tree_n_hashes (one->tree) * LAN_HASH_BYTES)
    return;
  one->out.leaves = leaves != NULL ? g_steal_pointer (&leaves) : g_bytes_new (NULL, 0);
  one->out.stamp = stamp;
}
