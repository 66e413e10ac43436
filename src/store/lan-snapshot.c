/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-snapshot.h"

/* Each row type's clear function, with the row itself freed: what the arrays call per element. */
#define DEFINE_ROW_FREE(Type, prefix)                                                              \
  static void prefix##_free (gpointer row)                                                         \
  {                                                                                                \
    prefix##_clear ((Type *) row);                                                                 \
    g_free (row);                                                                                  \
  }

DEFINE_ROW_FREE (LanPersonRow, lan_person_row)
DEFINE_ROW_FREE (LanDeviceRow, lan_device_row)
DEFINE_ROW_FREE (LanTransferRow, lan_transfer_row)
DEFINE_ROW_FREE (LanAddressRow, lan_address_row)
DEFINE_ROW_FREE (LanSettingRow, lan_setting_row)
DEFINE_ROW_FREE (LanGroupItemRow, lan_group_item_row)
DEFINE_ROW_FREE (LanShareItemRow, lan_share_item_row)
DEFINE_ROW_FREE (LanCarriedRow, lan_carried_row)

static void
preview_free (gpointer data)
{
  LanConversationPreview *preview = data;

  lan_conversation_row_clear (&preview->row);
  if (preview->last != NULL) {
    lan_record_row_clear (preview->last);
    g_free (preview->last);
  }
  g_free (preview);
}

LanSnapshot *
lan_snapshot_new (void)
{
  LanSnapshot *snapshot = g_new0 (LanSnapshot, 1);

  snapshot->persons = g_ptr_array_new_with_free_func (lan_person_row_free);
  snapshot->devices = g_ptr_array_new_with_free_func (lan_device_row_free);
  snapshot->conversations = g_ptr_array_new_with_free_func (preview_free);
  snapshot->heads = g_array_new (FALSE, TRUE, sizeof (LanLogHead));
  snapshot->vectors = g_array_new (FALSE, TRUE, sizeof (LanVectorRow));
  snapshot->transfers = g_ptr_array_new_with_free_func (lan_transfer_row_free);
  snapshot->addresses = g_ptr_array_new_with_free_func (lan_address_row_free);
  snapshot->settings = g_ptr_array_new_with_free_func (lan_setting_row_free);
  snapshot->early = g_array_new (FALSE, TRUE, sizeof (LanMessageKey));
  snapshot->group_items = g_ptr_array_new_with_free_func (lan_group_item_row_free);
  snapshot->share_items = g_ptr_array_new_with_free_func (lan_share_item_row_free);
  snapshot->carried = g_ptr_array_new_with_free_func (lan_carried_row_free);
  return snapshot;
}

void
lan_snapshot_free (LanSnapshot *snapshot)
{
  if (snapshot == NULL)
    return;
  g_ptr_array_unref (snapshot->persons);
  g_ptr_array_unref (snapshot->devices);
  g_ptr_array_unref (snapshot->conversations);
  g_array_unref (snapshot->heads);
  g_array_unref (snapshot->vectors);
  g_ptr_array_unref (snapshot->transfers);
  g_ptr_array_unref (snapshot->addresses);
  g_ptr_array_unref (snapshot->settings);
  g_array_unref (snapshot->early);
  g_ptr_array_unref (snapshot->group_items);
  g_ptr_array_unref (snapshot->share_items);
  g_ptr_array_unref (snapshot->carried);
  g_free (snapshot);
}

GBytes *
lan_snapshot_get_setting (const LanSnapshot *snapshot, const char *key)
{
  for (guint i = 0; i < snapshot->settings->len; i++) {
    const LanSettingRow *row = snapshot->settings->pdata[i];

    if (g_strcmp0 (row->key, key) == 0)
      return row->value;
  }
  return NULL;
}
