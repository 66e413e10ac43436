/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A file that shall be imported: whatever is in it, what comes out is clean and the same however it is cut. */
#include "lan-chat-file.h"
#include "lan-text.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  LanStatus status;
  guint n;
  gsize bytes;
} Read;

static void
take_all (LanChatFile *file, Read *result)
{
  LanChatItem *item;

  while ((item = lan_chat_file_next (file)) != NULL) {
    g_assert (g_utf8_validate (item->text, -1, NULL) && g_utf8_validate (item->name, -1, NULL));
    g_assert (strlen (item->text) <= LAN_TEXT_MAX_BYTES &&
              strlen (item->name) <= LAN_NAME_MAX_BYTES);
    g_assert (item->time_ms >= 0 && item->time_ms < G_GINT64_CONSTANT (1) << 47);
    g_assert (item->kind > LAN_CHAT_ITEM_FILE || item->text[0] != '\0');
    result->n++;
    result->bytes += strlen (item->text);
    lan_chat_item_free (item);
  }
}

static Read
read_in (const guint8 *data, gsize size, gsize step)
{
  g_autoptr (LanChatFile) file = lan_chat_file_new ();
  Read result = { LAN_STATUS_OK, 0, 0 };

  for (gsize at = 0; at < size && result.status == LAN_STATUS_OK; at += step) {
    result.status = lan_chat_file_feed (file, data + at, MIN (step, size - at));
    take_all (file, &result);
  }
  if (result.status == LAN_STATUS_OK)
    result.status = lan_chat_file_end (file);
  g_assert (g_utf8_validate (lan_chat_file_peer_name (file), -1, NULL));
  return result;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Read whole = read_in (data, size, MAX (size, 1)), cut = read_in (data, size, 1 + size % 7);

  g_assert (whole.status == cut.status && whole.n == cut.n && whole.bytes == cut.bytes);
  return 0;
}
