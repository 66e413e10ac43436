/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One signed record and the content in it; an accepted one encodes to the same bytes. The first
 * byte says whether the rest is a record or, by kind, only a content (255: one that was sealed).
 */
#include "lan-content.h"
#include "lan-record.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
try_content (guint32 kind, const guint8 *data, gsize size)
{
  g_autoptr (LanContent) content = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (lan_content_decode (kind, data, size, &content) != LAN_STATUS_OK)
    return;
  lan_kind_is_visible (kind);
  bytes = lan_content_encode (content);
  g_assert_cmpuint (g_bytes_get_size (bytes), <, 2 * LAN_RECORD_MAX_BYTES);
}

/* What was inside of a sealed record: it encodes to what decodes again, with the same kind. */
static void
try_sealed (const guint8 *data, gsize size)
{
  g_autoptr (LanContent) content = NULL;
  g_autoptr (LanContent) again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint16 kind, same;

  if (lan_content_decode_sealed (data, size, &kind, &content) != LAN_STATUS_OK)
    return;
  bytes = lan_content_encode_sealed (kind, content);
  if (lan_content_decode_sealed (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &same,
                                 &again) == LAN_STATUS_OK)
    g_assert_cmpuint (kind, ==, same);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanRecordView view;
  gsize signed_len;
  g_autofree guint8 *out = NULL;

  if (size == 0)
    return 0;
  if (data[0] == 255) {
    try_sealed (data + 1, size - 1);
    return 0;
  }
  if (data[0] != 0) {
    try_content (data[0], data + 1, size - 1);
    return 0;
  }
  if (lan_record_decode (data + 1, size - 1, &view) != LAN_STATUS_OK)
    return 0;
  out = g_malloc (size);
  signed_len = lan_record_encode (&view, out, size);
  g_assert_cmpuint (signed_len, ==, view.signed_len);
  g_assert_true (memcmp (out, data + 1, signed_len) == 0);
  try_content (view.kind, view.content, view.content_len);
  return 0;
}
