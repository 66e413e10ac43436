/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "dir-store.h"

#include <string.h>

typedef struct {
  LanDeviceId from, to;
  guint8 id[16];
  guint64 number;
  gint64 time_ms, expires_ms;
  GBytes *envelope; /* NULL: fetched, only remembered */
} Mail;

typedef struct {
  LanDeviceId device;
  GBytes *signed_prekey;
  gint64 expires_s;
  GByteArray *one_time;
} Prekeys;

typedef struct {
  LanUserId uid;
  LanHash root;
  guint64 size;
  gboolean complete;
  gint64 expires_ms;
  GByteArray *data, *leaves;
} Blob;

struct _DirStore {
  GArray *rows; /* of LanRegistryRow */
  GArray *mail;
  GArray *prekeys;
  GArray *blobs;
  guint64 next_mail;
  guint writes;
  LanRegistryOpStatus fault;
};

static void
row_clear (gpointer row)
{
  lan_registry_row_clear (row);
}

static void
mail_clear (gpointer data)
{
  g_clear_pointer (&((Mail *) data)->envelope, g_bytes_unref);
}

static void
prekeys_clear (gpointer data)
{
  Prekeys *p = data;

  g_clear_pointer (&p->signed_prekey, g_bytes_unref);
  g_byte_array_unref (p->one_time);
}

static void
blob_clear (gpointer data)
{
  Blob *b = data;

  g_byte_array_unref (b->data);
  g_byte_array_unref (b->leaves);
}

static GArray *
array (gsize size, GDestroyNotify clear)
{
  GArray *a = g_array_new (FALSE, TRUE, (guint) size);

  g_array_set_clear_func (a, clear);
  return a;
}

DirStore *
dir_store_new (void)
{
  DirStore *s = g_new0 (DirStore, 1);

  s->rows = array (sizeof (LanRegistryRow), row_clear);
  s->mail = array (sizeof (Mail), mail_clear);
  s->prekeys = array (sizeof (Prekeys), prekeys_clear);
  s->blobs = array (sizeof (Blob), blob_clear);
  return s;
}

DirStore *
dir_store_copy (const DirStore *store)
{
  DirStore *s = dir_store_new ();

  for (guint i = 0; i < store->rows->len; i++) {
    LanRegistryRow row;

    lan_registry_row_copy (&row, &g_array_index (store->rows, LanRegistryRow, i));
    g_array_append_val (s->rows, row);
  }
  return s;
}

void
dir_store_free (DirStore *s)
{
  if (s == NULL)
    return;
  g_array_unref (s->rows);
  g_array_unref (s->mail);
  g_array_unref (s->prekeys);
  g_array_unref (s->blobs);
  g_free (s);
}

void
dir_store_set_fault (DirStore *store, LanRegistryOpStatus fault)
{
  store->fault = fault;
}

/* ---- rows ---- */

static gboolean
same_key (const LanRegistryRow *a, const LanRegistryRow *b)
{
  if (a->type != b->type)
    return FALSE;
  switch (a->type) {
  case LAN_ROW_ACCOUNT:
    return lan_user_id_equal (&a->account.uid, &b->account.uid);
  case LAN_ROW_DEVICE:
    return lan_device_id_equal (&a->device.device, &b->device.device);
  case LAN_ROW_PASSWORD:
    return lan_user_id_equal (&a->password.uid, &b->password.uid);
  case LAN_ROW_HIDDEN:
    return lan_user_id_equal (&a->hidden.uid, &b->hidden.uid);
  case LAN_ROW_INVITE:
    return memcmp (a->invite.hash, b->invite.hash, sizeof a->invite.hash) == 0;
  case LAN_ROW_ENTRY:
    return a->entry.index == b->entry.index;
  case LAN_ROW_HEAD:
    return a->head.epoch == b->head.epoch;
  default:
    return FALSE;
  }
}

static LanRegistryRow *
find_row (DirStore *s, const LanRegistryRow *like)
{
  for (guint i = 0; i < s->rows->len; i++) {
    LanRegistryRow *row = &g_array_index (s->rows, LanRegistryRow, i);

    if (same_key (row, like))
      return row;
  }
  return NULL;
}

static LanRegistryRow *
find_invite (DirStore *s, const guint8 *hash)
{
  LanRegistryRow like = { .type = LAN_ROW_INVITE };

  memcpy (like.invite.hash, hash, sizeof like.invite.hash);
  return find_row (s, &like);
}

static Prekeys *
find_prekeys (DirStore *s, const LanDeviceId *device, gboolean make)
{
  Prekeys p = { .device = *device };

  for (guint i = 0; i < s->prekeys->len; i++) {
    Prekeys *at = &g_array_index (s->prekeys, Prekeys, i);

    if (lan_device_id_equal (&at->device, device))
      return at;
  }
  if (!make)
    return NULL;
  p.one_time = g_byte_array_new ();
  g_array_append_val (s->prekeys, p);
  return &g_array_index (s->prekeys, Prekeys, s->prekeys->len - 1);
}

static void
drop_mailbox (DirStore *s, const LanDeviceId *device)
{
  Prekeys *p = find_prekeys (s, device, FALSE);

  for (guint i = s->mail->len; i > 0; i--) {
    if (lan_device_id_equal (&g_array_index (s->mail, Mail, i - 1).to, device))
      g_array_remove_index (s->mail, i - 1);
  }
  if (p != NULL) {
    g_clear_pointer (&p->signed_prekey, g_bytes_unref);
    g_byte_array_set_size (p->one_time, 0);
  }
}

static gboolean
can_write (DirStore *s, const LanRegistryRow *row)
{
  const LanRegistryRow *invite;

  if (row->type == LAN_ROW_ENTRY || row->type == LAN_ROW_HEAD)
    return find_row (s, row) == NULL;
  if (row->type != LAN_ROW_INVITE_USE)
    return TRUE;
  invite = find_invite (s, row->invite.hash);
  return invite != NULL && invite->invite.used_s == 0;
}

static void
write_row (DirStore *s, const LanRegistryRow *row)
{
  LanRegistryRow *at, copy;

  if (row->type == LAN_ROW_INVITE_USE) {
    at = find_invite (s, row->invite.hash);
    at->invite.used_s = row->invite.used_s;
    at->invite.uid = row->invite.uid;
  } else if (row->type == LAN_ROW_INVITE_DROP) {
    at = find_invite (s, row->invite.hash);
    if (at != NULL)
      g_array_remove_index (s->rows, (guint) (at - (LanRegistryRow *) (gpointer) s->rows->data));
  } else if (row->type == LAN_ROW_MAILBOX_DROP) {
    drop_mailbox (s, &row->device.device);
  } else {
    lan_registry_row_copy (&copy, row);
    at = find_row (s, row);
    if (at == NULL) {
      g_array_append_val (s->rows, copy);
    } else {
      lan_registry_row_clear (at);
      *at = copy;
    }
  }
}

static void
run_write (DirStore *s, LanRegistryOp *op)
{
  for (guint i = 0; i < op->write.rows->len; i++) {
    if (!can_write (s, &g_array_index (op->write.rows, LanRegistryRow, i))) {
      op->status = LAN_OP_CONFLICT;
      return;
    }
  }
  s->writes++;
  for (guint i = 0; i < op->write.rows->len; i++)
    write_row (s, &g_array_index (op->write.rows, LanRegistryRow, i));
}

const char *
dir_store_password (const DirStore *store, const LanUserId *uid)
{
  LanRegistryRow like = { .type = LAN_ROW_PASSWORD };
  LanRegistryRow *row;

  like.password.uid = *uid;
  row = find_row ((DirStore *) store, &like);
  return row != NULL ? row->password.hash : NULL;
}

/* ---- mail ---- */

static void
run_deposit (DirStore *s, LanRegistryOp *op)
{
  Mail mail = { .from = op->deposit.from, .to = op->deposit.to };

  for (guint i = 0; i < s->mail->len; i++) {
    Mail *at = &g_array_index (s->mail, Mail, i);

    if (lan_device_id_equal (&at->from, &op->deposit.from) &&
        memcmp (at->id, op->deposit.id, sizeof at->id) == 0) {
      op->deposit.duplicate = TRUE;
      op->deposit.mail_id = at->number;
      return;
    }
  }
  memcpy (mail.id, op->deposit.id, sizeof mail.id);
  mail.number = op->deposit.mail_id = ++s->next_mail;
  mail.time_ms = op->deposit.time_ms;
  mail.expires_ms = op->deposit.expires_ms;
  mail.envelope = g_bytes_ref (op->deposit.envelope);
  g_array_append_val (s->mail, mail);
}

static void
run_mail_read (DirStore *s, LanRegistryOp *op)
{
  gsize bytes = 0;

  op->mail_read.mail = lan_registry_mails_new ();
  for (guint i = 0; i < s->mail->len && op->mail_read.mail->len < op->mail_read.max_count; i++) {
    const Mail *at = &g_array_index (s->mail, Mail, i);
    LanRegistryMail mail = { at->number, at->time_ms, NULL };

    if (at->envelope == NULL || at->number <= op->mail_read.after ||
        !lan_device_id_equal (&at->to, &op->mail_read.device))
      continue;
    bytes += g_bytes_get_size (at->envelope);
    if (bytes > op->mail_read.max_bytes && op->mail_read.mail->len > 0)
      return;
    mail.envelope = g_bytes_ref (at->envelope);
    g_array_append_val (op->mail_read.mail, mail);
  }
}

static void
run_mail_ack (DirStore *s, LanRegistryOp *op)
{
  for (guint n = 0; n < op->mail_ack.ids->len; n++) {
    for (guint i = 0; i < s->mail->len; i++) {
      Mail *at = &g_array_index (s->mail, Mail, i);

      if (at->number != g_array_index (op->mail_ack.ids, guint64, n) || at->envelope == NULL ||
          !lan_device_id_equal (&at->to, &op->mail_ack.device))
        continue;
      op->mail_ack.freed_bytes += g_bytes_get_size (at->envelope);
      op->mail_ack.freed_count++;
      g_clear_pointer (&at->envelope, g_bytes_unref);
    }
  }
}

static void
run_expire (DirStore *s, LanRegistryOp *op)
{
  op->expire.freed = g_array_new (FALSE, FALSE, sizeof (LanRegistryFreed));
  for (guint i = s->mail->len; i > 0; i--) {
    const Mail *at = &g_array_index (s->mail, Mail, i - 1);
    LanRegistryFreed freed = { .device = at->to, .count = 1 };

    if (at->expires_ms > op->expire.now_ms)
      continue;
    if (at->envelope != NULL) {
      freed.bytes = g_bytes_get_size (at->envelope);
      g_array_append_val (op->expire.freed, freed);
    }
    g_array_remove_index (s->mail, i - 1);
  }
  for (guint i = s->blobs->len; i > 0; i--) {
    if (g_array_index (s->blobs, Blob, i - 1).expires_ms <= op->expire.now_ms)
      g_array_remove_index (s->blobs, i - 1);
  }
}

/* ---- prekeys ---- */

static void
run_prekeys_put (DirStore *s, LanRegistryOp *op)
{
  Prekeys *p = find_prekeys (s, &op->prekeys_put.device, TRUE);

  if (op->prekeys_put.signed_prekey != NULL) {
    g_clear_pointer (&p->signed_prekey, g_bytes_unref);
    p->signed_prekey = g_bytes_ref (op->prekeys_put.signed_prekey);
    p->expires_s = op->prekeys_put.signed_expires_s;
  }
  if (op->prekeys_put.one_time != NULL)
    g_byte_array_append (p->one_time, g_bytes_get_data (op->prekeys_put.one_time, NULL),
                         (guint) g_bytes_get_size (op->prekeys_put.one_time));
  while (p->one_time->len > 36 * op->prekeys_put.max_one_time)
    g_byte_array_remove_range (p->one_time, 0, 36);
  op->prekeys_put.left = p->one_time->len / 36;
}

static void
run_prekeys_take (DirStore *s, LanRegistryOp *op)
{
  Prekeys *p = find_prekeys (s, &op->prekeys_take.device, FALSE);

  if (p == NULL)
    return;
  if (p->signed_prekey != NULL)
    op->prekeys_take.signed_prekey = g_bytes_ref (p->signed_prekey);
  if (op->prekeys_take.with_one_time && p->one_time->len >= 36) {
    op->prekeys_take.one_time = g_bytes_new (p->one_time->data, 36);
    g_byte_array_remove_range (p->one_time, 0, 36);
  }
  op->prekeys_take.left = p->one_time->len / 36;
}

/* ---- blobs ---- */

static Blob *
find_blob (DirStore *s, const LanUserId *uid, const LanHash *root)
{
  for (guint i = 0; i < s->blobs->len; i++) {
    Blob *at = &g_array_index (s->blobs, Blob, i);

    if ((uid != NULL ? lan_user_id_equal (&at->uid, uid) : at->complete) &&
        lan_hash_equal (&at->root, root))
      return at;
  }
  return NULL;
}

static void
run_blob_put (DirStore *s, LanRegistryOp *op)
{
  Blob *at = find_blob (s, &op->blob_put.uid, &op->blob_put.root);
  Blob fresh = { .uid = op->blob_put.uid, .root = op->blob_put.root, .size = op->blob_put.size };
  guint64 all = op->blob_put.size;

  if (at == NULL) {
    for (guint i = 0; i < s->blobs->len; i++) {
      if (lan_user_id_equal (&g_array_index (s->blobs, Blob, i).uid, &op->blob_put.uid))
        all += g_array_index (s->blobs, Blob, i).size;
    }
    if (all > op->blob_put.quota) {
      op->status = LAN_OP_QUOTA;
      return;
    }
    fresh.data = g_byte_array_new ();
    fresh.leaves = g_byte_array_new ();
    fresh.expires_ms = op->blob_put.expires_ms;
    g_array_append_val (s->blobs, fresh);
    at = &g_array_index (s->blobs, Blob, s->blobs->len - 1);
  }
  op->blob_put.have = at->data->len;
  if (at->complete || at->size != op->blob_put.size || at->data->len != op->blob_put.offset) {
    op->status = LAN_OP_CONFLICT;
    return;
  }
  g_byte_array_append (at->data, g_bytes_get_data (op->blob_put.data, NULL),
                       (guint) g_bytes_get_size (op->blob_put.data));
  g_byte_array_append (at->leaves, op->blob_put.leaf.b, LAN_HASH_BYTES);
  op->blob_put.have = at->data->len;
}

static void
run_blob_other (DirStore *s, LanRegistryOp *op)
{
  Blob *at = op->type == LAN_OP_BLOB_READ   ? find_blob (s, NULL, &op->blob_read.root)
             : op->type == LAN_OP_BLOB_STAT ? find_blob (s, &op->blob_stat.uid, &op->blob_stat.root)
             : op->type == LAN_OP_BLOB_LEAVES
                 ? find_blob (s, &op->blob_leaves.uid, &op->blob_leaves.root)
                 : find_blob (s, &op->blob_seal.uid, &op->blob_seal.root);

  if (at == NULL || (op->type == LAN_OP_BLOB_READ && op->blob_read.offset >= at->size)) {
    op->status = LAN_OP_NOT_FOUND;
  } else if (op->type == LAN_OP_BLOB_READ) {
    op->blob_read.size = at->size;
    op->blob_read.data = g_bytes_new (at->data->data + op->blob_read.offset,
                                      MIN (32768, at->size - op->blob_read.offset));
  } else if (op->type == LAN_OP_BLOB_STAT) {
    op->blob_stat.size = at->size;
    op->blob_stat.have = at->data->len;
    op->blob_stat.complete = at->complete;
  } else if (op->type == LAN_OP_BLOB_LEAVES) {
    op->blob_leaves.size = at->size;
    op->blob_leaves.leaves = g_bytes_new (at->leaves->data, at->leaves->len);
  } else if (op->blob_seal.keep) {
    at->complete = TRUE;
  } else {
    g_array_remove_index (s->blobs, (guint) (at - (Blob *) (gpointer) s->blobs->data));
  }
}

void
dir_store_run (DirStore *s, LanRegistryOp *op)
{
  LanRegistryRow *invite;

  op->status = s->fault;
  if (s->fault != LAN_OP_OK)
    return;
  switch (op->type) {
  case LAN_OP_WRITE:
    run_write (s, op);
    break;
  case LAN_OP_FIND_INVITE:
    invite = find_invite (s, op->find_invite.hash);
    op->find_invite.found = invite != NULL;
    if (invite != NULL) {
      LanRegistryRow copy;

      lan_registry_row_copy (&copy, invite);
      op->find_invite.invite = copy.invite;
    }
    break;
  case LAN_OP_FIND_PASSWORD:
    op->find_password.hash = g_strdup (dir_store_password (s, &op->find_password.uid));
    break;
  case LAN_OP_DEPOSIT:
    run_deposit (s, op);
    break;
  case LAN_OP_MAIL_READ:
    run_mail_read (s, op);
    break;
  case LAN_OP_MAIL_ACK:
    run_mail_ack (s, op);
    break;
  case LAN_OP_EXPIRE:
    run_expire (s, op);
    break;
  case LAN_OP_PREKEYS_PUT:
    run_prekeys_put (s, op);
    break;
  case LAN_OP_PREKEYS_TAKE:
    run_prekeys_take (s, op);
    break;
  case LAN_OP_BLOB_PUT:
    run_blob_put (s, op);
    break;
  default:
    run_blob_other (s, op);
    break;
  }
}

/* ---- start ---- */

static void
fill_device (const DirStore *s, LanRegistryRow *row)
{
  const Prekeys *p = find_prekeys ((DirStore *) s, &row->device.device, FALSE);

  for (guint i = 0; i < s->mail->len; i++) {
    const Mail *mail = &g_array_index (s->mail, Mail, i);

    if (mail->envelope == NULL || !lan_device_id_equal (&mail->to, &row->device.device))
      continue;
    row->device.mail_bytes += g_bytes_get_size (mail->envelope);
    row->device.mail_count++;
  }
  if (p != NULL) {
    row->device.one_time = p->one_time->len / 36;
    row->device.signed_expires_s = p->expires_s;
  }
}

LanStatus
dir_store_load (const DirStore *s, LanRegistry *registry)
{
  static const LanRegistryRowType order[] = { LAN_ROW_ACCOUNT, LAN_ROW_DEVICE, LAN_ROW_HIDDEN,
                                              LAN_ROW_ENTRY, LAN_ROW_HEAD };

  for (guint n = 0; n < G_N_ELEMENTS (order); n++) {
    for (guint i = 0; i < s->rows->len; i++) {
      LanRegistryRow row = g_array_index (s->rows, LanRegistryRow, i);
      LanStatus status;

      if (row.type != order[n])
        continue;
      if (row.type == LAN_ROW_DEVICE)
        fill_device (s, &row);
      status = lan_registry_load (registry, &row);
      if (status != LAN_STATUS_OK)
        return status;
    }
  }
  return LAN_STATUS_OK;
}

guint
dir_store_count_mail (const DirStore *store)
{
  guint n = 0;

  for (guint i = 0; i < store->mail->len; i++)
    n += g_array_index (store->mail, Mail, i).envelope != NULL;
  return n;
}

guint
dir_store_count_writes (const DirStore *store)
{
  return store->writes;
}

GBytes *
dir_store_log (const DirStore *store, LanMerkleFrontier *frontier)
{
  GBytes *head = NULL;

  lan_merkle_frontier_init (frontier);
  for (guint i = 0; i < store->rows->len; i++) {
    const LanRegistryRow *row = &g_array_index (store->rows, LanRegistryRow, i);
    LanHash leaf;

    if (row->type == LAN_ROW_HEAD)
      head = row->head.bytes;
    if (row->type != LAN_ROW_ENTRY)
      continue;
    lan_merkle_leaf (&leaf, g_bytes_get_data (row->entry.bytes, NULL),
                     g_bytes_get_size (row->entry.bytes));
    lan_merkle_frontier_append (frontier, &leaf);
  }
  return head;
}
