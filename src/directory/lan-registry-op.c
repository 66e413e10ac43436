/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-registry-op.h"

#include "lan-registry-private.h"

static GBytes *
ref_or_null (GBytes *bytes)
{
  return bytes != NULL ? g_bytes_ref (bytes) : NULL;
}

void
lan_registry_account_row_clear (LanRegistryAccountRow *row)
{
  g_free (row->login);
  g_free (row->display);
  g_free (row->title);
  g_free (row->department);
  g_clear_pointer (&row->list, g_bytes_unref);
}

void
lan_registry_account_row_copy (LanRegistryAccountRow *to, const LanRegistryAccountRow *from)
{
  *to = *from;
  to->login = g_strdup (from->login);
  to->display = g_strdup (from->display);
  to->title = g_strdup (from->title);
  to->department = g_strdup (from->department);
  to->list = ref_or_null (from->list);
}

void
lan_registry_invite_row_clear (LanRegistryInviteRow *row)
{
  g_free (row->login);
  g_free (row->display);
  g_free (row->title);
  g_free (row->department);
}

void
lan_registry_invite_row_copy (LanRegistryInviteRow *to, const LanRegistryInviteRow *from)
{
  *to = *from;
  to->login = g_strdup (from->login);
  to->display = g_strdup (from->display);
  to->title = g_strdup (from->title);
  to->department = g_strdup (from->department);
}

void
lan_registry_row_clear (LanRegistryRow *row)
{
  switch (row->type) {
  case LAN_ROW_ACCOUNT:
    lan_registry_account_row_clear (&row->account);
    break;
  case LAN_ROW_DEVICE:
  case LAN_ROW_MAILBOX_DROP:
    g_clear_pointer (&row->device.cert, g_bytes_unref);
    break;
  case LAN_ROW_PASSWORD:
    g_free (row->password.hash);
    break;
  case LAN_ROW_HIDDEN:
    g_clear_pointer (&row->hidden.accounts, g_bytes_unref);
    break;
  case LAN_ROW_ENTRY:
    g_clear_pointer (&row->entry.bytes, g_bytes_unref);
    break;
  case LAN_ROW_HEAD:
    g_clear_pointer (&row->head.bytes, g_bytes_unref);
    break;
  case LAN_ROW_INVITE:
  case LAN_ROW_INVITE_USE:
  case LAN_ROW_INVITE_DROP:
    lan_registry_invite_row_clear (&row->invite);
    break;
  case LAN_ROW_N:
  default:
    break;
  }
  *row = (LanRegistryRow){ 0 };
}

void
lan_registry_row_copy (LanRegistryRow *to, const LanRegistryRow *from)
{
  *to = *from;
  switch (from->type) {
  case LAN_ROW_ACCOUNT:
    lan_registry_account_row_copy (&to->account, &from->account);
    break;
  case LAN_ROW_DEVICE:
  case LAN_ROW_MAILBOX_DROP:
    to->device.cert = ref_or_null (from->device.cert);
    break;
  case LAN_ROW_PASSWORD:
    to->password.hash = g_strdup (from->password.hash);
    break;
  case LAN_ROW_HIDDEN:
    to->hidden.accounts = ref_or_null (from->hidden.accounts);
    break;
  case LAN_ROW_ENTRY:
    to->entry.bytes = ref_or_null (from->entry.bytes);
    break;
  case LAN_ROW_HEAD:
    to->head.bytes = ref_or_null (from->head.bytes);
    break;
  case LAN_ROW_INVITE:
  case LAN_ROW_INVITE_USE:
  case LAN_ROW_INVITE_DROP:
    lan_registry_invite_row_copy (&to->invite, &from->invite);
    break;
  case LAN_ROW_N:
  default:
    break;
  }
}

static void
row_clear (gpointer row)
{
  lan_registry_row_clear (row);
}

void
lan_registry_mail_clear (gpointer mail)
{
  g_clear_pointer (&((LanRegistryMail *) mail)->envelope, g_bytes_unref);
}

GArray *
lan_registry_mails_new (void)
{
  GArray *mails = g_array_new (FALSE, TRUE, sizeof (LanRegistryMail));

  g_array_set_clear_func (mails, lan_registry_mail_clear);
  return mails;
}

const char *
lan_registry_op_name (LanRegistryOpType type)
{
  static const char *const names[LAN_OP_N] = {
    "write",     "find-invite", "find-password", "deposit",      "mail-read",
    "mail-ack",  "expire",      "prekeys-put",   "prekeys-take", "blob-put",
    "blob-stat", "blob-leaves", "blob-seal",     "blob-read",
  };

  return (guint) type < LAN_OP_N ? names[type] : "unknown";
}

LanRegistryOp *
lan_registry_op_new (LanRegistryOpType type)
{
  LanRegistryOp *op = g_new0 (LanRegistryOp, 1);

  op->type = type;
  if (type == LAN_OP_WRITE) {
    op->write.rows = g_array_new (FALSE, TRUE, sizeof (LanRegistryRow));
    g_array_set_clear_func (op->write.rows, row_clear);
  }
  return op;
}

LanRegistryRow *
lan_registry_op_add_row (LanRegistryOp *op, LanRegistryRowType type)
{
  LanRegistryRow *row;

  g_array_set_size (op->write.rows, op->write.rows->len + 1);
  row = &g_array_index (op->write.rows, LanRegistryRow, op->write.rows->len - 1);
  row->type = type;
  return row;
}

void
lan_registry_op_free (LanRegistryOp *op)
{
  if (op == NULL)
    return;
  switch (op->type) {
  case LAN_OP_WRITE:
    g_clear_pointer (&op->write.rows, g_array_unref);
    break;
  case LAN_OP_FIND_INVITE:
    lan_registry_invite_row_clear (&op->find_invite.invite);
    break;
  case LAN_OP_FIND_PASSWORD:
    g_free (op->find_password.hash);
    break;
  case LAN_OP_DEPOSIT:
    g_clear_pointer (&op->deposit.envelope, g_bytes_unref);
    break;
  case LAN_OP_MAIL_READ:
    g_clear_pointer (&op->mail_read.mail, g_array_unref);
    break;
  case LAN_OP_MAIL_ACK:
    g_clear_pointer (&op->mail_ack.ids, g_array_unref);
    break;
  case LAN_OP_EXPIRE:
    g_clear_pointer (&op->expire.freed, g_array_unref);
    break;
  case LAN_OP_PREKEYS_PUT:
    g_clear_pointer (&op->prekeys_put.signed_prekey, g_bytes_unref);
    g_clear_pointer (&op->prekeys_put.one_time, g_bytes_unref);
    break;
  case LAN_OP_PREKEYS_TAKE:
    g_clear_pointer (&op->prekeys_take.signed_prekey, g_bytes_unref);
    g_clear_pointer (&op->prekeys_take.one_time, g_bytes_unref);
    break;
  case LAN_OP_BLOB_PUT:
    g_clear_pointer (&op->blob_put.data, g_bytes_unref);
    break;
  case LAN_OP_BLOB_LEAVES:
    g_clear_pointer (&op->blob_leaves.leaves, g_bytes_unref);
    break;
  case LAN_OP_BLOB_READ:
    g_clear_pointer (&op->blob_read.data, g_bytes_unref);
    break;
  case LAN_OP_BLOB_STAT:
  case LAN_OP_BLOB_SEAL:
  case LAN_OP_N:
  default:
    break;
  }
  lan_registry_job_free (op->registry_job);
  g_free (op);
}
