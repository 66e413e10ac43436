/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "transfer-world.h"

#include "lan-deadlines.h"
#include "lan-transfer-limits.h"
#include "lan-tree-hash.h"

#include <string.h>

#define QUEUE_BYTES (256 * 1024) /* what a channel queues */

static const LanConversationId group_id = { { 6 } };
static const LanAccountId group_address = { { 6 } };

typedef enum { DUE_FRAME, DUE_JOB, DUE_COMMIT, DUE_OFFER_SENT, DUE_OFFERED, DUE_WRITABLE } DueType;

/* An offer's record, as core keeps it: it outlives the program, whatever became of the transfer. */
typedef struct {
  LanTransferAction action;
  int from;
} Record;

typedef struct {
  gint64 at_us;
  guint64 seq;
  DueType type;
  int peer;
  guint life;
  guint64 channel; /* FRAME */
  GBytes *frame;
  gboolean bulk;
  LanFileJob *job;
  gboolean is_stopped;
  gsize n;       /* WRITABLE */
  guint64 batch; /* COMMIT */
  GPtrArray *changes;
  LanMessageId id; /* OFFER_SENT */
  Record *record;  /* OFFERED */
} Due;

typedef struct {
  guint64 id;
  int ends[2];
  gboolean carries_blocks;
  gint64 busy_until[2]; /* direction away from ends[i] */
  gsize queued[2];
} Pipe;

static int
compare_due (gconstpointer a, gconstpointer b, gpointer data)
{
  const Due *x = a, *y = b;

  if (x->at_us != y->at_us)
    return x->at_us < y->at_us ? -1 : 1;
  return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void
record_free (gpointer data)
{
  Record *record = data;

  lan_transfer_action_clear (&record->action);
  g_free (record);
}

static void
due_free (Due *due)
{
  g_clear_pointer (&due->frame, g_bytes_unref);
  g_clear_pointer (&due->job, lan_file_job_free);
  g_clear_pointer (&due->changes, g_ptr_array_unref);
  if (due->record != NULL)
    record_free (due->record);
  g_free (due);
}

static Due *
schedule (World *w, int peer, DueType type, gint64 in_us)
{
  Due *due = g_new0 (Due, 1);

  due->at_us = w->now.mono_us + in_us;
  due->seq = ++w->seq;
  due->type = type;
  due->peer = peer;
  due->life = w->peers[peer].life;
  g_queue_insert_sorted (&w->due, due, compare_due, NULL);
  return due;
}

static gint64
some_time (World *w, gint64 most_us)
{
  return 1 + (gint64) lan_random_below (&w->random.base, (guint32) MAX (most_us, 1));
}

static void
row_free (gpointer row)
{
  lan_transfer_row_clear (row);
  g_free (row);
}

World *
world_new (guint64 seed)
{
  World *w = g_new0 (World, 1);

  lan_seeded_random_init (&w->random, seed);
  w->now = (LanTime){ .mono_us = 1000000, .wall_ms = 1700000000000 };
  w->latency_us = 500;
  w->bytes_per_s = 100 * 1000 * 1000;
  g_queue_init (&w->due);
  w->pipes = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  for (int i = 0; i < WORLD_PEERS; i++) {
    Peer *p = &w->peers[i];

    p->world = w;
    p->index = i;
    memset (&p->account, i + 1, sizeof p->account);
    p->rows = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, g_free, row_free);
    p->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) g_byte_array_unref);
    p->parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) g_byte_array_unref);
    p->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    p->wants = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    p->plans =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
    p->lists =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
    p->fail_after = -1;
    p->disk_us = 2000;
    world_start (w, i);
  }
  return w;
}

void
world_free (World *w)
{
  g_queue_clear_full (&w->due, (GDestroyNotify) due_free);
  for (int i = 0; i < WORLD_PEERS; i++) {
    Peer *p = &w->peers[i];

    lan_transfers_free (p->t);
    g_hash_table_unref (p->rows);
    g_hash_table_unref (p->files);
    g_hash_table_unref (p->parts);
    g_hash_table_unref (p->open);
    g_hash_table_unref (p->wants);
    g_hash_table_unref (p->lists);
    g_hash_table_unref (p->plans);
  }
  g_hash_table_unref (w->pipes);
  g_free (w);
}

/* -- the disk -- */

static void
fill_leaves (GByteArray *data, gsize size, LanFileResult *result)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);
  GByteArray *leaves = g_byte_array_new ();

  for (guint64 i = 0; i * LAN_TREE_LEAF_BYTES < data->len; i++) {
    gsize at = i * LAN_TREE_LEAF_BYTES;
    gsize len = MIN (data->len - at, LAN_TREE_LEAF_BYTES);
    LanHash leaf;

    if (len < LAN_TREE_LEAF_BYTES && data->len < size)
      break;
    lan_tree_leaf (&leaf, i, data->data + at, len);
    lan_tree_add_leaf (tree, &leaf, len);
    g_byte_array_append (leaves, leaf.b, sizeof leaf.b);
  }
  result->leaves = g_byte_array_free_to_bytes (leaves);
  g_assert_cmpint (lan_tree_root (tree, &result->root), ==, LAN_STATUS_OK);
}

static void
set_error (LanFileResult *result, LanFileError code)
{
  result->error =
      g_error_new_literal (LAN_FILE_ERROR, code, lan_file_error_text (lan_file_error_code (code)));
}

static void
run_source_job (Peer *p, LanFileJob *job, LanFileResult *result)
{
  const char *path = job->type == LAN_FILE_JOB_OPEN_SOURCE ? job->path : NULL;
  g_autofree char *hex = lan_message_id_to_hex (&job->file);
  GByteArray *data;

  if (path != NULL) {
    data = g_hash_table_lookup (p->files, path);
    if (data == NULL) {
      set_error (result, LAN_FILE_ERROR_NOT_FOUND);
      return;
    }
    g_hash_table_insert (p->open, g_strdup (hex), g_strdup (path));
    p->max_open = MAX (p->max_open, g_hash_table_size (p->open));
    result->size = data->len;
    result->stamp = data->len > 0 ? g_int64_hash (data->data) : 1;
    result->name = g_path_get_basename (path);
    return;
  }
  path = g_hash_table_lookup (p->open, hex);
  g_assert_nonnull (path);
  /* What is being received, or is done and still open, can be read too. */
  data = g_hash_table_lookup (p->parts, hex);
  if (data == NULL)
    data = g_hash_table_lookup (p->files, path);
  result->size = data->len;
  if (job->type == LAN_FILE_JOB_HASH_SOURCE)
    fill_leaves (data, data->len, result);
  else if (job->leaf * LAN_TREE_LEAF_BYTES >= data->len)
    set_error (result, LAN_FILE_ERROR_CHANGED);
  else
    result->bytes =
        g_bytes_new (data->data + job->leaf * LAN_TREE_LEAF_BYTES,
                     MIN (data->len - job->leaf * LAN_TREE_LEAF_BYTES, LAN_TREE_LEAF_BYTES));
}

static void
write_leaf (Peer *p, const char *hex, GByteArray *part, LanFileJob *job, LanFileResult *result)
{
  GBytes *list = g_hash_table_lookup (p->lists, hex);
  guint64 offset = job->leaf * LAN_TREE_LEAF_BYTES;
  gsize len;
  const guint8 *bytes = g_bytes_get_data (job->bytes, &len);
  LanHash hash;

  g_assert_nonnull (list);
  lan_tree_leaf (&hash, job->leaf, bytes, len);
  if (memcmp ((const guint8 *) g_bytes_get_data (list, NULL) + job->leaf * LAN_HASH_BYTES, hash.b,
              sizeof hash.b) != 0) {
    set_error (result, LAN_FILE_ERROR_HASH);
    return;
  }
  if (part->len < offset + len) {
    guint old = part->len;

    g_byte_array_set_size (part, (guint) (offset + len));
    memset (part->data + old, 0, part->len - old);
  }
  memcpy (part->data + offset, bytes, len);
}

/* A file alone: what lies elsewhere and is the same. */
static void
copy_from (Peer *p, const LanFilePlace *place, GByteArray *part, LanFileJob *job, guint8 *bits)
{
  GByteArray *data = g_hash_table_lookup (p->files, place->path);
  const guint8 *list = g_bytes_get_data (job->bytes, NULL);
  gsize n = g_bytes_get_size (job->bytes) / LAN_HASH_BYTES;

  for (gsize i = 0; place->entry == 0 && data != NULL && i < n; i++) {
    gsize at = i * LAN_TREE_LEAF_BYTES;
    gsize len = at < data->len ? MIN (data->len - at, LAN_TREE_LEAF_BYTES) : 0;
    LanHash hash;

    lan_tree_leaf (&hash, i, data->data + at, len);
    if (len == 0 || memcmp (hash.b, list + i * LAN_HASH_BYTES, sizeof hash.b) != 0)
      continue;
    if (part->len < at + len)
      g_byte_array_set_size (part, (guint) (at + len));
    memcpy (part->data + at, data->data + at, len);
    bits[i / 8] |= (guint8) (1 << i % 8);
  }
}

/* As the disk does it: what is noted counts where the part is long enough, the rest is hashed. */
static void
check_target (Peer *p, const char *hex, GByteArray *part, LanFileJob *job, LanFileResult *result)
{
  const guint8 *list = g_bytes_get_data (job->bytes, NULL);
  const guint8 *known = job->bits != NULL ? g_bytes_get_data (job->bits, NULL) : NULL;
  gsize n = g_bytes_get_size (job->bytes) / LAN_HASH_BYTES;
  guint8 *bits = g_malloc0 (n / 8 + 1);

  g_hash_table_insert (p->lists, g_strdup (hex), g_bytes_ref (job->bytes));
  for (gsize i = 0; i < n && i * LAN_TREE_LEAF_BYTES < part->len; i++) {
    gsize len = MIN (part->len - i * LAN_TREE_LEAF_BYTES, LAN_TREE_LEAF_BYTES);
    LanHash hash;

    lan_tree_leaf (&hash, i, part->data + i * LAN_TREE_LEAF_BYTES, len);
    if ((known != NULL && lan_transfer_bit (known, i)) ||
        memcmp (hash.b, list + i * LAN_HASH_BYTES, sizeof hash.b) == 0)
      bits[i / 8] |= (guint8) (1 << i % 8);
  }
  for (guint i = 0; job->places != NULL && i < job->places->len; i++)
    copy_from (p, &g_array_index (job->places, LanFilePlace, i), part, job, bits);
  result->bits = g_bytes_new_take (bits, (n + 7) / 8);
}

static void
run_target_job (Peer *p, LanFileJob *job, LanFileResult *result)
{
  g_autofree char *hex = lan_message_id_to_hex (&job->file);
  GByteArray *part = g_hash_table_lookup (p->parts, hex);
  g_autofree char *path = NULL;

  if (job->type == LAN_FILE_JOB_OPEN_TARGET) {
    g_assert_false (g_hash_table_contains (p->open, hex));
    if (part == NULL) {
      part = g_byte_array_new ();
      g_hash_table_insert (p->parts, g_strdup (hex), part);
    }
    g_hash_table_insert (p->open, g_strdup (hex), g_build_filename (job->path, job->name, NULL));
    p->max_open = MAX (p->max_open, g_hash_table_size (p->open));
    result->done = part->len;
    result->size = job->size;
    return;
  }
  if (job->type == LAN_FILE_JOB_FIND) {
    path = g_build_filename (job->path, job->name, NULL);
    part = g_hash_table_lookup (p->files, path);
    if (part == NULL || part->len != job->size)
      set_error (result, LAN_FILE_ERROR_NOT_FOUND);
    else
      result->path = g_steal_pointer (&path);
    return;
  }
  g_assert_nonnull (part);
  g_assert_true (g_hash_table_contains (p->open, hex));
  if (job->type == LAN_FILE_JOB_CHECK_TARGET)
    check_target (p, hex, part, job, result);
  else if (job->type == LAN_FILE_JOB_WRITE)
    write_leaf (p, hex, part, job, result);
  else if (job->type != LAN_FILE_JOB_SYNC) {
    path = g_strdup (g_hash_table_lookup (p->open, hex));
    while (g_hash_table_contains (p->files, path)) {
      char *longer = g_strconcat (path, "+", NULL);

      g_free (path);
      path = longer;
    }
    result->path = g_strdup (path);
    g_hash_table_insert (p->files, g_steal_pointer (&path), g_byte_array_ref (part));
    g_hash_table_remove (p->parts, hex);
  }
}

static void
run_job (World *w, Due *due)
{
  Peer *p = &w->peers[due->peer];
  LanFileJob *job = due->job;
  g_autoptr (LanFileResult) result = lan_file_result_new (job);

  if (due->is_stopped)
    set_error (result, LAN_FILE_ERROR_STOPPED);
  else if (p->fail_after >= 0 && job->type == p->fail_type && p->fail_after-- == 0)
    set_error (result, p->fail_with);
  else if (job->type == LAN_FILE_JOB_OPEN_SOURCE || job->type == LAN_FILE_JOB_HASH_SOURCE ||
           job->type == LAN_FILE_JOB_READ)
    run_source_job (p, job, result);
  else
    run_target_job (p, job, result);
  lan_transfers_job_done (p->t, result, w->now);
}

/* CLOSE and DISCARD happen at once; what was asked for before them comes back as stopped. */
static gboolean
run_closing_job (Peer *p, LanFileJob *job)
{
  g_autofree char *hex = lan_message_id_to_hex (&job->file);

  if (job->type != LAN_FILE_JOB_CLOSE && job->type != LAN_FILE_JOB_DISCARD)
    return FALSE;
  g_hash_table_remove (p->open, hex);
  if (job->type == LAN_FILE_JOB_DISCARD)
    g_hash_table_remove (p->parts, hex);
  for (GList *l = p->world->due.head; l != NULL; l = l->next) {
    Due *due = l->data;

    if (due->type == DUE_JOB && due->peer == p->index &&
        lan_message_id_equal (&due->job->file, &job->file))
      due->is_stopped = TRUE;
  }
  lan_file_job_free (job);
  return TRUE;
}

/* -- channels -- */

static void
send_frame (World *w, int from, LanTransferAction *action)
{
  Pipe *pipe = g_hash_table_lookup (w->pipes, &action->send.channel);
  gsize len = g_bytes_get_size (action->send.frame);
  Peer *p = &w->peers[from];
  int side;
  Due *due;

  g_assert_cmpuint (len, <=, LAN_FRAME_MAX_BYTES);
  if (pipe == NULL)
    return;
  side = pipe->ends[0] == from ? 0 : 1;
  if (action->send.bulk) {
    g_assert_true (pipe->carries_blocks);
    pipe->queued[side] += len;
    g_assert_cmpuint (pipe->queued[side], <=, QUEUE_BYTES + LAN_FRAME_MAX_BYTES);
    p->served += len;
  }
  if (action->send.bulk && p->is_mute) {
    due = schedule (w, from, DUE_WRITABLE, 1);
    due->channel = pipe->id;
    due->n = len;
    return;
  }
  if (p->uplink_bytes_per_s > 0) {
    p->uplink_until_us = MAX (p->uplink_until_us, w->now.mono_us) +
                         (gint64) (len * G_USEC_PER_SEC / p->uplink_bytes_per_s);
    pipe->busy_until[side] = MAX (pipe->busy_until[side], p->uplink_until_us);
  }
  pipe->busy_until[side] = MAX (pipe->busy_until[side], w->now.mono_us) +
                           (gint64) (len * G_USEC_PER_SEC / w->bytes_per_s);
  due = schedule (w, pipe->ends[1 - side], DUE_FRAME,
                  pipe->busy_until[side] - w->now.mono_us + w->latency_us);
  due->channel = pipe->id;
  due->bulk = action->send.bulk;
  due->frame = g_steal_pointer (&action->send.frame);
}

static void
deliver_frame (World *w, Due *due)
{
  Pipe *pipe = g_hash_table_lookup (w->pipes, &due->channel);
  Peer *p = &w->peers[due->peer];
  g_autoptr (LanFrame) frame = NULL;
  Peer *sender;
  LanStatus status;
  int side;

  if (pipe == NULL)
    return;
  side = pipe->ends[0] == due->peer ? 1 : 0;
  sender = &w->peers[pipe->ends[side]];
  g_assert_cmpint (
      lan_frame_decode (g_bytes_get_data (due->frame, NULL), g_bytes_get_size (due->frame), &frame),
      ==, LAN_STATUS_OK);
  if (sender->spoil != NULL)
    sender->spoil (frame, sender->spoil_data);
  status = lan_transfers_frame (p->t, due->channel, frame, w->now);
  p->worst = MAX (p->worst, status);
  if (due->bulk) {
    pipe->queued[side] -= g_bytes_get_size (due->frame);
    lan_transfers_channel_writable (sender->t, due->channel, QUEUE_BYTES - pipe->queued[side],
                                    w->now);
    world_settle (w, sender->index);
  }
}

guint64
world_join (World *w, int a, int b, gboolean carries_blocks)
{
  Pipe *pipe = g_new0 (Pipe, 1);

  pipe->id = ++w->last_channel;
  pipe->ends[0] = a;
  pipe->ends[1] = b;
  pipe->carries_blocks = carries_blocks;
  g_hash_table_insert (w->pipes, &pipe->id, pipe);
  for (int i = 0; i < 2; i++) {
    int me = pipe->ends[i];

    lan_transfers_channel_up (w->peers[me].t, pipe->id, &w->peers[pipe->ends[1 - i]].account,
                              carries_blocks ? LAN_CARRIES_BLOCKS : LAN_CARRIES_STATES, QUEUE_BYTES,
                              w->now);
    world_settle (w, me);
  }
  return pipe->id;
}

void
world_cut (World *w, guint64 channel)
{
  Pipe *pipe = g_hash_table_lookup (w->pipes, &channel);
  int ends[2];

  if (pipe == NULL)
    return;
  ends[0] = pipe->ends[0];
  ends[1] = pipe->ends[1];
  g_hash_table_remove (w->pipes, &channel);
  for (int i = 0; i < 2; i++) {
    if (w->peers[ends[i]].t == NULL)
      continue;
    lan_transfers_channel_down (w->peers[ends[i]].t, channel, w->now);
    world_settle (w, ends[i]);
  }
}

/* -- peers -- */

void
world_kill (World *w, int peer)
{
  Peer *p = &w->peers[peer];
  g_autoptr (GList) ids = g_hash_table_get_keys (w->pipes);
  g_autoptr (GArray) channels = g_array_new (FALSE, FALSE, sizeof (guint64));

  p->life++;
  g_clear_pointer (&p->t, lan_transfers_free);
  g_hash_table_remove_all (p->open);
  g_hash_table_remove_all (p->wants);
  for (GList *l = ids; l != NULL; l = l->next) {
    Pipe *pipe = g_hash_table_lookup (w->pipes, l->data);

    if (pipe->ends[0] == peer || pipe->ends[1] == peer)
      g_array_append_val (channels, pipe->id);
  }
  for (guint i = 0; i < channels->len; i++)
    world_cut (w, g_array_index (channels, guint64, i));
}

/* In a group nobody is named: all members hold it. */
typedef struct {
  LanTransferOfferParts parts;
  Lanyard__FileOffer offer;
  ProtobufCBinaryData members[WORLD_PEERS];
} Offer;

static void
read_offer (World *w, Record *record, Offer *offer)
{
  lan_transfer_action_offer (&record->action, &offer->offer, &offer->parts);
  if (!lan_account_id_equal (&record->action.peer, &group_address))
    return;
  g_assert_cmpuint (offer->offer.n_holders, ==, 0);
  for (guint i = 0; i < w->members; i++)
    offer->members[i] = (ProtobufCBinaryData){ LAN_ACCOUNT_ID_BYTES, w->peers[i].account.b };
  offer->offer.holders = offer->members;
  offer->offer.n_holders = w->members;
}

/* The row that is committed with the record. */
static void
keep_offer (Peer *p, Record *record)
{
  LanTransferRow *row = g_new0 (LanTransferRow, 1);
  Offer offer;

  read_offer (p->world, record, &offer);
  g_assert_cmpint (lan_transfers_offer_row (&record->action.id, &record->action.offer.conversation,
                                            &p->world->peers[record->from].account, &offer.offer,
                                            p->world->now, row),
                   ==, LAN_STATUS_OK);
  if (g_hash_table_contains (p->rows, &row->id))
    row_free (row);
  else
    g_hash_table_insert (p->rows, g_memdup2 (&row->id, sizeof row->id), row);
}

static void
tell_offered (Peer *p, Record *record)
{
  LanStatus status;
  Offer offer;

  read_offer (p->world, record, &offer);
  status = lan_transfers_offered (p->t, &record->action.id, &record->action.offer.conversation,
                                  &p->world->peers[record->from].account, &offer.offer, FALSE,
                                  p->world->now);
  g_assert_cmpint (status, ==, LAN_STATUS_OK);
}

void
world_start (World *w, int peer)
{
  Peer *p = &w->peers[peer];
  LanTransfersConfig config = { .window_bytes = w->window_bytes,
                                .self = p->account,
                                .random = &w->random.base };
  LanTransferRow *row;
  GHashTableIter iter;

  p->t = lan_transfers_new (&config);
  g_hash_table_iter_init (&iter, p->rows);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &row)) {
    g_autofree char *hex = lan_message_id_to_hex (&row->id);

    row->plan = g_hash_table_lookup (p->plans, hex);
    lan_transfers_load (p->t, row, w->now);
    row->plan = NULL;
  }
  world_settle (w, peer);
}

static int
peer_of (World *w, const LanAccountId *account)
{
  for (int i = 0; i < WORLD_PEERS; i++) {
    if (lan_account_id_equal (&w->peers[i].account, account))
      return i;
  }
  g_assert_not_reached ();
}

static void
bring_offer (World *w, int from, int to, const LanTransferAction *action)
{
  Due *due = schedule (w, to, DUE_OFFERED, 2000);

  due->record = g_new0 (Record, 1);
  due->record->from = from;
  due->record->action = *action;
  due->record->action.offer.name = g_strdup (action->offer.name);
  if (action->offer.holders != NULL)
    g_bytes_ref (action->offer.holders);
  if (action->offer.share != NULL)
    g_bytes_ref (action->offer.share);
}

static void
on_event (Peer *p, const LanTransferAction *action)
{
  p->n_events[action->event.type]++;
  if (action->event.type == LAN_TRANSFER_EVENT_STATE)
    p->n_states[action->event.state]++;
  if (action->event.type == LAN_TRANSFER_EVENT_PROGRESS &&
      action->event.state == LAN_TRANSFER_RUNNING)
    p->last_progress_us = p->world->now.mono_us;
}

static void
carry_out (World *w, int peer, LanTransferAction *action)
{
  Peer *p = &w->peers[peer];
  Due *due;

  switch (action->type) {
  case LAN_TRANSFER_ACTION_SEND:
    send_frame (w, peer, action);
    break;
  case LAN_TRANSFER_ACTION_JOB:
    p->n_jobs[action->job->type]++;
    if (!run_closing_job (p, action->job)) {
      due = schedule (w, peer, DUE_JOB, some_time (w, p->disk_us));
      due->job = action->job;
    }
    action->job = NULL;
    break;
  case LAN_TRANSFER_ACTION_COMMIT:
    due = schedule (w, peer, DUE_COMMIT, 1000);
    due->batch = action->commit.batch;
    due->changes = g_steal_pointer (&action->commit.changes);
    break;
  case LAN_TRANSFER_ACTION_OFFER:
    due = schedule (w, peer, DUE_OFFER_SENT, 1000);
    due->id = action->id;
    if (lan_account_id_equal (&action->peer, &group_address))
      for (guint i = 0; i < w->members; i++) {
        if ((int) i != peer)
          bring_offer (w, peer, (int) i, action);
      }
    else
      bring_offer (w, peer, peer_of (w, &action->peer), action);
    break;
  case LAN_TRANSFER_ACTION_WANT: {
    g_autofree char *hex = lan_account_id_to_hex (&action->peer);

    if (action->wanted)
      g_assert_true (g_hash_table_add (p->wants, g_steal_pointer (&hex)));
    else
      g_assert_true (g_hash_table_remove (p->wants, hex));
    break;
  }
  case LAN_TRANSFER_ACTION_EVENT:
    on_event (p, action);
    break;
  case LAN_TRANSFER_ACTION_LEFT:
    if (w->left != NULL)
      w->left (w, peer, action, w->left_data);
    break;
  case LAN_TRANSFER_ACTION_TARGET:
    break;
  case LAN_TRANSFER_ACTION_CANCEL:
  case LAN_TRANSFER_ACTION_SERVE:
  default:
    g_assert_not_reached ();
  }
  lan_transfer_action_clear (action);
}

void
world_settle (World *w, int peer)
{
  LanTransferAction action;

  while (w->peers[peer].t != NULL && lan_transfers_next_action (w->peers[peer].t, &action))
    carry_out (w, peer, &action);
}

static void
keep_plan (Peer *p, const LanTransferRow *row)
{
  g_autofree char *hex = lan_message_id_to_hex (&row->id);

  if (row->plan != NULL)
    g_hash_table_insert (p->plans, g_steal_pointer (&hex), g_bytes_ref (row->plan));
  else
    g_hash_table_remove (p->plans, hex);
}

static void
commit (Peer *p, Due *due)
{
  for (guint i = 0; !p->commits_fail && i < due->changes->len; i++) {
    LanChange *change = g_ptr_array_index (due->changes, i);
    LanTransferRow *row = g_new0 (LanTransferRow, 1);

    if (change->type == LAN_CHANGE_TRANSFER_PLAN) {
      keep_plan (p, &change->transfer);
      row_free (row);
      continue;
    }
    g_assert_cmpint (change->type, ==, LAN_CHANGE_TRANSFER);
    lan_transfer_row_copy (row, &change->transfer);
    g_hash_table_replace (p->rows, g_memdup2 (&row->id, sizeof row->id), row);
  }
  lan_transfers_committed (p->t, due->batch, !p->commits_fail, p->world->now);
}

/* What a mute peer sent is gone. */
static void
write_off (World *w, Due *due)
{
  Pipe *pipe = g_hash_table_lookup (w->pipes, &due->channel);
  int side;

  if (pipe == NULL)
    return;
  side = pipe->ends[0] == due->peer ? 0 : 1;
  pipe->queued[side] -= due->n;
  lan_transfers_channel_writable (w->peers[due->peer].t, pipe->id, QUEUE_BYTES - pipe->queued[side],
                                  w->now);
}

static void
run_due (World *w, Due *due)
{
  Peer *p = &w->peers[due->peer];

  if (due->type == DUE_OFFERED && p->t == NULL) {
    keep_offer (p, due->record); /* synced later, with the same end */
    return;
  }
  if (p->t == NULL || (due->life != p->life && due->type != DUE_OFFERED))
    return;
  switch (due->type) {
  case DUE_FRAME:
    deliver_frame (w, due);
    break;
  case DUE_JOB:
    run_job (w, due);
    break;
  case DUE_COMMIT:
    commit (p, due);
    break;
  case DUE_WRITABLE:
    write_off (w, due);
    break;
  case DUE_OFFER_SENT:
    lan_transfers_offer_sent (p->t, &due->id, TRUE, w->now);
    break;
  case DUE_OFFERED:
  default:
    keep_offer (p, due->record);
    tell_offered (p, due->record);
    break;
  }
  world_settle (w, due->peer);
}

/* Returns: when the next thing happens, or LAN_NO_DEADLINE. */
static gint64
next_time (World *w)
{
  Due *due = g_queue_peek_head (&w->due);
  gint64 at = due != NULL ? due->at_us : LAN_NO_DEADLINE;

  for (int i = 0; i < WORLD_PEERS; i++) {
    if (w->peers[i].t != NULL)
      at = MIN (at, lan_transfers_next_deadline (w->peers[i].t));
  }
  return at;
}

static gboolean
step (World *w, gint64 until_us)
{
  gint64 at = next_time (w);
  Due *due;

  if (at > until_us)
    return FALSE;
  w->steps++;
  if (at > w->now.mono_us) {
    w->now.wall_ms += (at - w->now.mono_us) / 1000;
    w->now.mono_us = at;
  }
  due = g_queue_peek_head (&w->due);
  if (due != NULL && due->at_us <= w->now.mono_us) {
    g_queue_pop_head (&w->due);
    run_due (w, due);
    due_free (due);
    return TRUE;
  }
  for (int i = 0; i < WORLD_PEERS; i++) {
    if (w->peers[i].t != NULL) {
      lan_transfers_advance (w->peers[i].t, w->now);
      world_settle (w, i);
    }
  }
  return TRUE;
}

void
world_run (World *w, double seconds)
{
  gint64 until = w->now.mono_us + (gint64) (seconds * G_USEC_PER_SEC);

  while (step (w, until))
    continue;
  w->now.mono_us = MAX (w->now.mono_us, until);
}

void
world_run_until (World *w, int peer, const LanMessageId *id, LanTransferState state)
{
  gint64 until = w->now.mono_us + 3600 * (gint64) G_USEC_PER_SEC;

  while (world_state (w, peer, id) != state) {
    if (!step (w, until))
      g_error ("peer %d stays %s (%s), wanted %s", peer,
               lan_transfer_state_name (world_state (w, peer, id)), world_error (w, peer, id),
               lan_transfer_state_name (state));
  }
}

void
world_make_file (World *w, int peer, const char *path, gsize size)
{
  GByteArray *data = g_byte_array_sized_new ((guint) size);

  g_byte_array_set_size (data, (guint) size);
  lan_random_bytes (&w->random.base, data->data, size);
  g_hash_table_insert (w->peers[peer].files, g_strdup (path), data);
}

GByteArray *
world_file (World *w, int peer, const char *path)
{
  return g_hash_table_lookup (w->peers[peer].files, path);
}

LanMessageId
world_id (guint n)
{
  LanMessageId id = { { (guint8) (n >> 8), (guint8) n, 0x77 } };

  return id;
}

void
world_offer (World *w, int from, int to, guint n, const char *path)
{
  LanConversationId conversation = { { 5 } };
  LanMessageId id = world_id (n);

  g_assert_true (lan_transfers_send (w->peers[from].t, &id, &conversation, &w->peers[to].account,
                                     path, w->now));
  world_settle (w, from);
}

void
world_share (World *w, int from, guint n, guint n_first, const char *path)
{
  LanConversationId conversation = { { 5 } };
  guint8 secret[LAN_SHARE_BYTES];
  g_autoptr (GByteArray) keys = g_byte_array_new ();
  g_autoptr (GBytes) holders = NULL;
  g_autoptr (GBytes) share = NULL;

  lan_random_bytes (&w->random.base, secret, sizeof secret);
  share = g_bytes_new (secret, sizeof secret);
  for (guint i = 0; i < n; i++)
    g_byte_array_append (keys, w->peers[1 + i].account.b, LAN_ACCOUNT_ID_BYTES);
  holders = g_bytes_new (keys->data, keys->len);
  for (guint i = 0; i < n; i++) {
    LanMessageId id = world_id (n_first + i);

    g_assert_true (lan_transfers_send_shared (w->peers[from].t, &id, &conversation,
                                              &w->peers[1 + i].account, path, holders, share,
                                              w->now));
    world_settle (w, from);
  }
}

static GBytes *
members_of (World *w)
{
  g_autoptr (GByteArray) keys = g_byte_array_new ();

  for (guint i = 0; i < w->members; i++)
    g_byte_array_append (keys, w->peers[i].account.b, LAN_ACCOUNT_ID_BYTES);
  return g_bytes_new (keys->data, keys->len);
}

void
world_set_members (World *w, guint n)
{
  g_autoptr (GBytes) members = NULL;

  w->members = n;
  members = members_of (w);
  for (int i = 0; i < WORLD_PEERS; i++) {
    if (w->peers[i].t == NULL)
      continue;
    lan_transfers_set_members (w->peers[i].t, &group_id, members, w->now);
    world_settle (w, i);
  }
}

void
world_offer_group (World *w, int from, guint n, const char *path)
{
  LanMessageId id = world_id (n);
  guint8 secret[LAN_SHARE_BYTES];
  g_autoptr (GBytes) members = members_of (w);
  g_autoptr (GBytes) share = NULL;

  lan_random_bytes (&w->random.base, secret, sizeof secret);
  share = g_bytes_new (secret, sizeof secret);
  g_assert_true (lan_transfers_send_group (w->peers[from].t, &id, &group_id, &group_address, path,
                                           members, share, w->now));
  world_settle (w, from);
}

void
world_bring_group (World *w, int from, int to, guint n)
{
  LanMessageId id = world_id (n);
  const LanTransferOne *one = lan_transfers_find (w->peers[from].t, &id);
  LanTransferAction action = { .type = LAN_TRANSFER_ACTION_OFFER, .id = id };

  action.peer = group_address;
  action.offer.conversation = group_id;
  action.offer.name = one->row.name;
  action.offer.size = one->row.size;
  action.offer.root = one->row.root;
  action.offer.share = one->detail.share;
  bring_offer (w, from, to, &action);
}

LanTransferState
world_state (World *w, int peer, const LanMessageId *id)
{
  const LanTransferRow *row =
      w->peers[peer].t != NULL ? lan_transfers_get (w->peers[peer].t, id) : NULL;

  return row != NULL ? row->state : LAN_TRANSFER_N;
}

const char *
world_error (World *w, int peer, const LanMessageId *id)
{
  const LanTransferRow *row =
      w->peers[peer].t != NULL ? lan_transfers_get (w->peers[peer].t, id) : NULL;

  return row != NULL && row->error != NULL ? row->error : "";
}

LanStatus
world_frame (World *w, int peer, guint64 channel, const LanFrame *frame)
{
  g_autoptr (GBytes) bytes = lan_frame_encode (frame);
  g_autoptr (LanFrame) decoded = NULL;
  LanStatus status =
      lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &decoded);

  if (status != LAN_STATUS_OK)
    return status;
  status = lan_transfers_frame (w->peers[peer].t, channel, decoded, w->now);
  world_settle (w, peer);
  return status;
}
