/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-change.h"

#include <string.h>

static GBytes *
dup_bytes (GBytes *bytes)
{
  return bytes != NULL ? g_bytes_ref (bytes) : NULL;
}

const char *
lan_trust_name (LanTrust trust)
{
  static const char *const names[] = { "claimed",  "tofu",    "attested",
                                       "verified", "changed", "revoked" };

  return (guint) trust < G_N_ELEMENTS (names) ? names[trust] : "claimed";
}

static const guint keep_days[LAN_KEEP_N] = { 0, 365, 90, 30, 7 };

guint
lan_keep_days (guint32 flags)
{
  guint rule = (flags & LAN_KEEP_MASK) >> LAN_KEEP_SHIFT;

  return rule < LAN_KEEP_N ? keep_days[rule] : 0;
}

gboolean
lan_keep_set_days (guint32 *flags, guint days)
{
  for (guint rule = 0; rule < LAN_KEEP_N; rule++) {
    if (keep_days[rule] != days)
      continue;
    *flags = (*flags & ~LAN_KEEP_MASK) | rule << LAN_KEEP_SHIFT;
    return TRUE;
  }
  return FALSE;
}

const char *
lan_transfer_state_name (LanTransferState state)
{
  static const char *const names[] = { "offered", "accepted", "running",  "paused",   "verifying",
                                       "done",    "failed",   "declined", "cancelled" };

  return (guint) state < G_N_ELEMENTS (names) ? names[state] : "failed";
}

void
lan_person_row_copy (LanPersonRow *to, const LanPersonRow *from)
{
  *to = *from;
  to->name = g_strdup (from->name);
  to->note = g_strdup (from->note);
  to->list = dup_bytes (from->list);
  to->contact_secret = dup_bytes (from->contact_secret);
}

void
lan_person_row_clear (LanPersonRow *row)
{
  g_free (row->name);
  g_free (row->note);
  g_clear_pointer (&row->list, g_bytes_unref);
  g_clear_pointer (&row->contact_secret, g_bytes_unref);
  *row = (LanPersonRow){ 0 };
}

void
lan_device_row_copy (LanDeviceRow *to, const LanDeviceRow *from)
{
  *to = *from;
  to->cert = dup_bytes (from->cert);
}

void
lan_device_row_clear (LanDeviceRow *row)
{
  g_clear_pointer (&row->cert, g_bytes_unref);
  *row = (LanDeviceRow){ 0 };
}

void
lan_conversation_row_copy (LanConversationRow *to, const LanConversationRow *from)
{
  *to = *from;
  to->draft = g_strdup (from->draft);
}

void
lan_conversation_row_clear (LanConversationRow *row)
{
  g_free (row->draft);
  *row = (LanConversationRow){ 0 };
}

void
lan_record_row_copy (LanRecordRow *to, const LanRecordRow *from)
{
  *to = *from;
  to->blob = dup_bytes (from->blob);
  to->text = g_strdup (from->text);
  to->operations = from->operations != NULL ? g_ptr_array_ref (from->operations) : NULL;
  to->opened = dup_bytes (from->opened);
}

void
lan_record_row_clear (LanRecordRow *row)
{
  g_clear_pointer (&row->operations, g_ptr_array_unref);
  g_clear_pointer (&row->blob, g_bytes_unref);
  g_clear_pointer (&row->opened, g_bytes_unref);
  g_free (row->text);
  *row = (LanRecordRow){ 0 };
}

const char *
lan_operation_name (LanOperationKind kind)
{
  static const char *const names[] = { "", "recall", "pin", "reaction", "edit" };

  return (guint) kind < G_N_ELEMENTS (names) ? names[kind] : "";
}

int
lan_operation_compare (const LanOperationRow *a, const LanOperationRow *b)
{
  int ids = lan_message_id_compare (&a->id, &b->id);

  if (a->order != b->order)
    return a->order < b->order ? -1 : 1;
  return ids != 0 ? ids : memcmp (a->hash.b, b->hash.b, sizeof a->hash.b);
}

gboolean
lan_operation_same_key (const LanOperationRow *a, const LanOperationRow *b)
{
  if (a->kind != b->kind || !lan_message_id_equal (&a->target, &b->target) ||
      !lan_account_id_equal (&a->author, &b->author) ||
      !lan_conversation_id_equal (&a->conversation, &b->conversation))
    return FALSE;
  if (a->kind == LAN_OPERATION_REACTION)
    return lan_account_id_equal (&a->actor, &b->actor) && g_strcmp0 (a->text, b->text) == 0;
  return a->kind != LAN_OPERATION_EDIT || lan_message_id_equal (&a->id, &b->id);
}

void
lan_operation_row_copy (LanOperationRow *to, const LanOperationRow *from)
{
  *to = *from;
  to->text = g_strdup (from->text);
}

void
lan_operation_row_clear (LanOperationRow *row)
{
  g_free (row->text);
  *row = (LanOperationRow){ 0 };
}

static void
operation_free (gpointer row)
{
  lan_operation_row_clear (row);
  g_free (row);
}

GPtrArray *
lan_operations_new (void)
{
  return g_ptr_array_new_with_free_func (operation_free);
}

void
lan_transfer_row_copy (LanTransferRow *to, const LanTransferRow *from)
{
  *to = *from;
  to->name = g_strdup (from->name);
  to->path = g_strdup (from->path);
  to->bitmap = dup_bytes (from->bitmap);
  to->error = g_strdup (from->error);
  to->detail = dup_bytes (from->detail);
  to->plan = dup_bytes (from->plan);
}

void
lan_transfer_row_clear (LanTransferRow *row)
{
  g_free (row->name);
  g_free (row->path);
  g_clear_pointer (&row->bitmap, g_bytes_unref);
  g_clear_pointer (&row->detail, g_bytes_unref);
  g_clear_pointer (&row->plan, g_bytes_unref);
  g_free (row->error);
  *row = (LanTransferRow){ 0 };
}

void
lan_address_row_copy (LanAddressRow *to, const LanAddressRow *from)
{
  *to = *from;
  to->address = g_strdup (from->address);
}

void
lan_address_row_clear (LanAddressRow *row)
{
  g_free (row->address);
  *row = (LanAddressRow){ 0 };
}

void
lan_setting_row_clear (LanSettingRow *row)
{
  g_free (row->key);
  g_clear_pointer (&row->value, g_bytes_unref);
  *row = (LanSettingRow){ 0 };
}

void
lan_group_item_row_clear (LanGroupItemRow *row)
{
  g_clear_pointer (&row->key, g_bytes_unref);
  g_clear_pointer (&row->value, g_bytes_unref);
  *row = (LanGroupItemRow){ 0 };
}

void
lan_share_item_row_clear (LanShareItemRow *row)
{
  g_clear_pointer (&row->key, g_bytes_unref);
  g_clear_pointer (&row->data, g_bytes_unref);
  *row = (LanShareItemRow){ 0 };
}

void
lan_carried_row_clear (LanCarriedRow *row)
{
  g_clear_pointer (&row->info, g_bytes_unref);
  g_clear_pointer (&row->envelope, g_bytes_unref);
  *row = (LanCarriedRow){ 0 };
}

GPtrArray *
lan_changes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) lan_change_free);
}

LanChange *
lan_changes_add (GPtrArray *changes, LanChangeType type)
{
  LanChange *change = g_new0 (LanChange, 1);

  change->type = type;
  g_ptr_array_add (changes, change);
  return change;
}

void
lan_change_free (LanChange *change)
{
  if (change == NULL)
    return;
  switch (change->type) {
  case LAN_CHANGE_PERSON:
    lan_person_row_clear (&change->person);
    break;
  case LAN_CHANGE_DEVICE:
    lan_device_row_clear (&change->device);
    break;
  case LAN_CHANGE_CONVERSATION:
    lan_conversation_row_clear (&change->conversation);
    break;
  case LAN_CHANGE_RECORD:
  case LAN_CHANGE_RECORD_FLAGS:
  case LAN_CHANGE_RECORD_OPENED:
    lan_record_row_clear (&change->record);
    break;
  case LAN_CHANGE_VECTOR:
  case LAN_CHANGE_RECORDS_SHOWN:
    break;
  case LAN_CHANGE_GROUP_ITEM:
    lan_group_item_row_clear (&change->group_item);
    break;
  case LAN_CHANGE_TRANSFER:
  case LAN_CHANGE_TRANSFER_PLAN:
  case LAN_CHANGE_TRANSFER_FORGET:
    lan_transfer_row_clear (&change->transfer);
    break;
  case LAN_CHANGE_ADDRESS:
    lan_address_row_clear (&change->address);
    break;
  case LAN_CHANGE_SETTING:
    lan_setting_row_clear (&change->setting);
    break;
  case LAN_CHANGE_OPERATION:
    lan_operation_row_clear (&change->operation);
    break;
  case LAN_CHANGE_SHARE_ITEM:
  case LAN_CHANGE_SHARE_FORGET:
    lan_share_item_row_clear (&change->share_item);
    break;
  case LAN_CHANGE_CARRIED:
    lan_carried_row_clear (&change->carried);
    break;
  default:
    g_assert_not_reached ();
  }
  g_free (change);
}
