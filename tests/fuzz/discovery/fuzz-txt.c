/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The input is the data of a TXT record: items, each after its length in one byte. */
#include "lan-bytes.h"
#include "lan-discovery-record.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static LanStatus
read_items (GPtrArray *items, LanDiscoveryRecord *record)
{
  LanTxtReader reader;

  lan_txt_reader_init (&reader);
  for (guint i = 0; i < items->len; i++) {
    gsize len;
    const guint8 *bytes = g_bytes_get_data (items->pdata[i], &len);

    (void) lan_txt_reader_add (&reader, bytes, len);
  }
  return lan_txt_reader_finish (&reader, record);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) again = NULL;
  LanDiscoveryRecord record, same;
  LanTxtReader txt;
  LanReader r;

  lan_reader_init (&r, data, size);
  lan_txt_reader_init (&txt);
  while (lan_reader_left (&r) > 0) {
    guint8 len = lan_read_u8 (&r);
    const guint8 *item = lan_read_span (&r, len);

    if (item == NULL)
      return 0;
    (void) lan_txt_reader_add (&txt, item, len);
  }
  if (lan_txt_reader_finish (&txt, &record) != LAN_STATUS_OK)
    return 0;
  g_assert (g_utf8_validate (record.name, -1, NULL));
  again = lan_discovery_record_to_txt (&record);
  g_assert (read_items (again, &same) == LAN_STATUS_OK);
  g_assert (lan_discovery_record_equal (&record, &same));
  return 0;
}
