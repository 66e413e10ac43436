/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-row-content.h"

#include "lan-record.h"

LanContent *
lan_record_row_content (const LanRecordRow *row)
{
  LanContent *content = NULL;
  LanRecordView view;
  guint16 kind;

  if (row->opened != NULL) {
    if (lan_content_decode_sealed (g_bytes_get_data (row->opened, NULL),
                                   g_bytes_get_size (row->opened), &kind,
                                   &content) == LAN_STATUS_OK &&
        kind == row->kind)
      return content;
    lan_content_free (content);
    return NULL;
  }
  if (row->blob == NULL ||
      lan_record_decode (g_bytes_get_data (row->blob, NULL), g_bytes_get_size (row->blob), &view) !=
          LAN_STATUS_OK ||
      view.kind != row->kind ||
      lan_content_decode (view.kind, view.content, view.content_len, &content) != LAN_STATUS_OK)
    return NULL;
  return content;
}
