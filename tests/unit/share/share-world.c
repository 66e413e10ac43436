/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "share-world.h"

#include "lan-tree-hash.h"

#include <string.h>

#define CHANNEL(a, b) ((guint64) (a) *16 + (b) + 1)

static void
root_of (const char *content, LanHash *root)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);

  lan_tree_update (tree, (const guint8 *) content, strlen (content));
  g_assert_cmpint (lan_tree_root (tree, root), ==, LAN_STATUS_OK);
}

/* As the store would have it: a later row takes the place of the one before, or deletes it. */
static gboolean
is_last (Person *p, guint at)
{
  const LanShareItemRow *row = &((LanChange *) g_ptr_array_index (p->rows, at))->share_item;

  for (guint i = at + 1; i < p->rows->len; i++) {
    const LanChange *change = g_ptr_array_index (p->rows, i);
    const LanShareItemRow *later = &change->share_item;

    if (lan_conversation_id_equal (&row->share, &later->share) &&
        (change->type == LAN_CHANGE_SHARE_FORGET ||
         (row->kind == later->kind && g_bytes_equal (row->key, later->key))))
      return FALSE;
  }
  return row->data != NULL;
}

static void
start (Person *p)
{
  const LanSharesConfig config = { .device = p->device,
                                   .cert = p->cert,
                                   .random = &p->random.base,
                                   .no_short = !p->world->has_short };

  p->shares = lan_shares_new (&config);
  /* The store gives them by kind. */
  for (guint kind = 0; kind < 8; kind++) {
    for (guint i = 0; i < p->rows->len; i++) {
      const LanChange *change = g_ptr_array_index (p->rows, i);

      if (change->type == LAN_CHANGE_SHARE_ITEM && change->share_item.kind == kind &&
          is_last (p, i))
        lan_shares_load (p->shares, &change->share_item);
    }
  }
  lan_shares_start (p->shares, p->world->now);
}

World *
world_new (guint n)
{
  World *world = g_new0 (World, 1);

  world->n = n;
  world->now = (LanTime){ G_USEC_PER_SEC, 1767225600000 };
  for (guint i = 0; i < n; i++) {
    Person *p = &world->people[i];

    p->world = world;
    p->number = i;
    lan_seeded_random_init (&p->random, i + 1);
    p->account = lan_account_keys_new (&p->random.base);
    p->device = lan_device_keys_new (lan_account_keys_id (p->account), &p->random.base);
    p->cert = lan_cert_issue (p->account, p->device, "Person", 0, 4000000000, 1, 0);
    p->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_change_free);
    p->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    p->stamps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    p->incoming = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    p->versions = g_ptr_array_new_with_free_func (g_free);
    p->unanswered = g_array_new (FALSE, FALSE, sizeof (guint64));
    g_queue_init (&p->held);
    start (p);
  }
  return world;
}

void
world_free (World *world)
{
  for (guint i = 0; i < world->n; i++) {
    Person *p = &world->people[i];

    lan_shares_free (p->shares);
    lan_device_keys_free (p->device);
    lan_account_keys_free (p->account);
    g_bytes_unref (p->cert);
    g_ptr_array_unref (p->rows);
    g_hash_table_unref (p->files);
    g_hash_table_unref (p->stamps);
    g_hash_table_unref (p->incoming);
    g_ptr_array_unref (p->versions);
    g_array_unref (p->unanswered);
    g_queue_clear_full (&p->held, (GDestroyNotify) lan_share_result_free);
  }
  g_free (world);
}

const LanAccountId *
world_account (World *world, guint person)
{
  return lan_account_keys_id (world->people[person].account);
}

void
world_connect (World *world, guint a, guint b, gboolean on)
{
  Person *pa = &world->people[a], *pb = &world->people[b];

  world->wires[a][b] = world->wires[b][a] = on;
  if (on) {
    lan_shares_channel_up (pa->shares, CHANNEL (a, b), world_account (world, b), world->now);
    lan_shares_channel_up (pb->shares, CHANNEL (b, a), world_account (world, a), world->now);
  } else {
    lan_shares_channel_down (pa->shares, CHANNEL (a, b), world->now);
    lan_shares_channel_down (pb->shares, CHANNEL (b, a), world->now);
  }
}

/* -- the folder in memory -- */

static void
set_file (Person *p, const char *path, const char *content)
{
  guint64 stamp = ++p->world->next_stamp;

  g_hash_table_replace (p->files, g_strdup (path), g_strdup (content));
  g_hash_table_replace (p->stamps, g_strdup (path), g_memdup2 (&stamp, sizeof stamp));
}

static LanShareStamp
stamp_of (Person *p, const char *path)
{
  const guint64 *stamp = g_hash_table_lookup (p->stamps, path);

  return (LanShareStamp){ .inode = stamp != NULL ? *stamp : 0 };
}

static void
scan (Person *p, const LanShareJob *job, LanShareResult *result)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer path, content;

  result->found = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_share_found_free);
  result->gone = g_ptr_array_new_with_free_func (g_free);
  result->skipped = p->link != NULL;
  if (p->link != NULL) {
    result->unshared = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_share_skipped_free);
    g_ptr_array_add (result->unshared, lan_share_skipped_new (p->link, LAN_SHARE_SKIP_LINK));
  }
  for (guint i = 0; i < job->known->len; i++) {
    LanShareFound *item = g_ptr_array_index (job->known, i);

    if (!g_hash_table_contains (p->files, item->path))
      g_ptr_array_add (result->gone, g_strdup (item->path));
    else
      g_hash_table_insert (known, item->path, item);
  }
  g_hash_table_iter_init (&iter, p->files);
  while (g_hash_table_iter_next (&iter, &path, &content)) {
    const LanShareFound *before = g_hash_table_lookup (known, path);
    LanShareStamp stamp = stamp_of (p, path);
    LanShareFound *found;

    if (before != NULL && lan_share_stamp_equal (&before->stamp, &stamp))
      continue;
    found = lan_share_found_new (path);
    found->kind = LAN_SHARE_FILE;
    found->size = strlen (content);
    found->mtime_ms = p->world->now.wall_ms + (gint64) stamp.inode;
    found->stamp = stamp;
    root_of (content, &found->root);
    g_ptr_array_add (result->found, found);
  }
}

static void
place (Person *p, const LanShareJob *job, LanShareResult *result)
{
  const char *there = g_hash_table_lookup (p->files, job->path);
  LanShareStamp stamp = stamp_of (p, job->path);

  if ((there != NULL) != job->had ||
      (there != NULL && !lan_share_stamp_equal (&stamp, &job->expect))) {
    result->error = g_error_new_literal (LAN_FILE_ERROR, LAN_FILE_ERROR_CHANGED, "changed");
    return;
  }
  if (there != NULL && job->copy != NULL) {
    g_autofree char *content = g_strdup (there);

    set_file (p, job->copy, content);
    result->copy = g_strdup (job->copy);
  } else if (there != NULL) {
    g_ptr_array_add (p->versions, g_strdup (there));
  }
  if (job->type == LAN_SHARE_JOB_REMOVE) {
    g_hash_table_remove (p->files, job->path);
    return;
  }
  if (job->bytes != NULL) {
    g_autofree char *content =
        g_strndup (g_bytes_get_data (job->bytes, NULL), g_bytes_get_size (job->bytes));

    p->world->answered++;
    set_file (p, job->path, content);
  } else {
    set_file (p, job->path, g_hash_table_lookup (p->incoming, job->staged));
  }
  result->stamp = stamp_of (p, job->path);
}

static void
carry_out_job (Person *p, const LanShareJob *job)
{
  g_autoptr (LanShareResult) result = lan_share_result_new (job);

  switch (job->type) {
  case LAN_SHARE_JOB_OPEN:
    if (job->must_exist && p->is_away)
      result->error = g_error_new_literal (LAN_FILE_ERROR, LAN_FILE_ERROR_NOT_FOUND, "not there");
    break;
  case LAN_SHARE_JOB_SCAN:
    scan (p, job, result);
    break;
  case LAN_SHARE_JOB_PLACE:
  case LAN_SHARE_JOB_REMOVE:
    place (p, job, result);
    break;
  case LAN_SHARE_JOB_READ:
    if (g_hash_table_contains (p->files, job->path)) {
      const char *content = g_hash_table_lookup (p->files, job->path);

      result->bytes = g_bytes_new (content, strlen (content));
    }
    break;
  case LAN_SHARE_JOB_TRIM:
    p->trims++;
    result->removed = 1;
    break;
  case LAN_SHARE_JOB_CLOSE:
  case LAN_SHARE_JOB_DROP:
    return;
  default:
    break;
  }
  if (p->slow)
    g_queue_push_tail (&p->held, g_steal_pointer (&result));
  else
    lan_shares_job_done (p->shares, result, p->world->now);
}

void
world_let_go (World *world, guint person)
{
  Person *p = &world->people[person];

  p->slow = FALSE;
  while (!g_queue_is_empty (&p->held)) {
    g_autoptr (LanShareResult) result = g_queue_pop_head (&p->held);

    lan_shares_job_done (p->shares, result, world->now);
  }
}

/* -- actions -- */

/* What the transfer machines would do, at once. */
static void
fetch (Person *p, const LanSharesAction *action)
{
  LanTransferRow row = { .id = action->id,
                         .conversation = action->share,
                         .peer = action->peer,
                         .incoming = TRUE,
                         .state = LAN_TRANSFER_FAILED,
                         .size = action->size,
                         .root = action->root,
                         .error = (char *) "stalled" };
  g_autofree char *path = g_build_filename (action->path, action->name, NULL);

  for (guint i = 0; i < p->world->n; i++) {
    Person *other = &p->world->people[i];
    GHashTableIter iter;
    gpointer content;

    if (!lan_account_id_equal (lan_account_keys_id (other->account), &action->peer))
      continue;
    g_hash_table_iter_init (&iter, other->files);
    while (g_hash_table_iter_next (&iter, NULL, &content)) {
      LanHash root;

      root_of (content, &root);
      if (!lan_hash_equal (&root, &action->root))
        continue;
      g_hash_table_replace (p->incoming, g_strdup (action->name), g_strdup (content));
      row.state = LAN_TRANSFER_DONE;
      row.path = path;
      row.error = NULL;
    }
    if (row.state == LAN_TRANSFER_DONE) {
      LanTransferRow out = row;

      out.peer = *lan_account_keys_id (p->account);
      out.incoming = FALSE;
      if (!p->is_unheard)
        lan_shares_transfer (other->shares, &out, p->world->now);
    }
  }
  lan_shares_transfer (p->shares, &row, p->world->now);
}

static void
serve (Person *p, const LanSharesAction *action)
{
  const char *content = g_hash_table_lookup (p->files, action->path + strlen ("/share/"));
  LanHash root;

  if (content != NULL)
    root_of (content, &root);
  lan_shares_served (p->shares, &action->id, content != NULL ? &root : NULL, p->world->now);
}

static void
deliver (Person *p, const LanSharesAction *action)
{
  guint to = (guint) ((action->channel - 1) % 16);
  g_autoptr (LanFrame) frame = NULL;
  LanStatus status;

  if (!p->world->wires[p->number][to])
    return;
  g_assert_cmpint (lan_frame_decode (g_bytes_get_data (action->frame, NULL),
                                     g_bytes_get_size (action->frame), &frame),
                   ==, LAN_STATUS_OK);
  status = world_inject (p->world, p->number, to, frame);
  p->world->refused += status != LAN_STATUS_OK && status != LAN_STATUS_STATE;
}

static void
commit (Person *p, LanSharesAction *action)
{
  if (!p->is_full)
    g_ptr_array_extend_and_steal (p->rows, g_steal_pointer (&action->changes));
  if (p->is_late)
    g_array_append_val (p->unanswered, action->batch);
  else
    lan_shares_committed (p->shares, action->batch, !p->is_full, p->world->now);
}

gboolean
world_answer_store (World *world, guint person, gboolean ok)
{
  Person *p = &world->people[person];
  guint64 batch;

  if (p->unanswered->len == 0)
    return FALSE;
  batch = g_array_index (p->unanswered, guint64, 0);
  g_array_remove_index (p->unanswered, 0);
  lan_shares_committed (p->shares, batch, ok, world->now);
  return TRUE;
}

static gboolean
carry_out (Person *p)
{
  LanSharesAction action = { 0 };

  if (!lan_shares_next_action (p->shares, &action))
    return FALSE;
  switch (action.type) {
  case LAN_SHARES_SEND:
    deliver (p, &action);
    break;
  case LAN_SHARES_JOB:
    if (!p->blind)
      carry_out_job (p, action.job);
    break;
  case LAN_SHARES_COMMIT:
    commit (p, &action);
    break;
  case LAN_SHARES_FETCH:
    fetch (p, &action);
    break;
  case LAN_SHARES_SERVE:
    serve (p, &action);
    break;
  default:
    break;
  }
  lan_shares_action_clear (&action);
  return TRUE;
}

static void
settle (World *world)
{
  gboolean any = TRUE;
  guint steps = 0;

  while (any) {
    any = FALSE;
    for (guint i = 0; i < world->n; i++)
      any |= carry_out (&world->people[i]);
    g_assert_cmpuint (++steps, <, 100000);
  }
}

void
world_run (World *world, guint seconds)
{
  settle (world);
  for (guint i = 0; i < seconds * 10; i++) {
    world->now.mono_us += G_USEC_PER_SEC / 10;
    world->now.wall_ms += 100;
    for (guint j = 0; j < world->n; j++)
      lan_shares_advance (world->people[j].shares, world->now);
    settle (world);
  }
}

void
world_write_unseen (World *world, guint person, const char *path, const char *content)
{
  set_file (&world->people[person], path, content);
}

void
world_write (World *world, guint person, const LanConversationId *share, const char *path,
             const char *content)
{
  Person *p = &world->people[person];

  if (content != NULL)
    set_file (p, path, content);
  else
    g_hash_table_remove (p->files, path);
  lan_shares_noticed (p->shares, share, FALSE, world->now);
}

const char *
world_read (World *world, guint person, const char *path)
{
  return g_hash_table_lookup (world->people[person].files, path);
}

LanConversationId
world_share (World *world, guint owner, const char *name)
{
  LanConversationId id;

  lan_random_bytes (&world->people[owner].random.base, id.b, sizeof id.b);
  g_assert_cmpint (lan_shares_create (world->people[owner].shares, &id, "/share", name, world->now),
                   ==, LAN_STATUS_OK);
  return id;
}

void
world_restart (World *world, guint person)
{
  Person *p = &world->people[person];

  for (guint i = 0; i < world->n; i++) {
    if (world->wires[person][i])
      world_connect (world, person, i, FALSE);
  }
  lan_shares_free (p->shares);
  start (p);
}

void
world_restore (World *world, guint person)
{
  Person *p = &world->people[person];

  for (guint i = p->rows->len; i > 0; i--) {
    const LanChange *change = g_ptr_array_index (p->rows, i - 1);

    /* LAN_SHARE_ROW_LOCAL */
    if (change->type == LAN_CHANGE_SHARE_ITEM && change->share_item.kind == 3)
      g_ptr_array_remove_index (p->rows, i - 1);
  }
  g_hash_table_remove_all (p->files);
  g_hash_table_remove_all (p->stamps);
  p->is_away = TRUE;
  for (guint i = 0; i < world->n; i++) {
    if (world->wires[person][i])
      world_connect (world, person, i, FALSE);
  }
  lan_shares_free (p->shares);
  lan_device_keys_free (p->device);
  g_bytes_unref (p->cert);
  p->device = lan_device_keys_new (lan_account_keys_id (p->account), &p->random.base);
  p->cert = lan_cert_issue (p->account, p->device, "Restored", 0, 4000000000, 1, 0);
  start (p);
}

LanStatus
world_inject (World *world, guint person, guint to, const LanFrame *frame)
{
  return lan_shares_frame (world->people[to].shares, CHANNEL (to, person), frame, world->now);
}

LanShareItemState
world_state (World *world, guint person, const LanConversationId *share, const char *path)
{
  g_autoptr (GPtrArray) tree = lan_shares_tree (world->people[person].shares, share);

  for (guint i = 0; i < tree->len; i++) {
    const LanShareItemView *view = g_ptr_array_index (tree, i);

    if (strcmp (view->path, path) == 0)
      return view->state;
  }
  return (LanShareItemState) 99;
}

guint
world_log (World *world, guint person, const LanConversationId *share, LanShareLogKind kind)
{
  g_autoptr (GPtrArray) log = lan_shares_log (world->people[person].shares, share);
  guint n = 0;

  for (guint i = 0; i < log->len; i++)
    n += ((LanShareLogEntry *) g_ptr_array_index (log, i))->kind == kind;
  return n;
}
