/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Rows out of a backup: whatever they are, a database is made of them or an error, never a crash. The
 * input: layout u8, bytes at which the rows are cut u8, rows.
 */
#include "fault-disk.h"
#include "lan-db-dump.h"
#include "lan-dump-row.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
use (LanStoreFill *fill, const guint8 *data, gsize size, gsize step)
{
  g_autoptr (GPtrArray) changes = lan_changes_new ();

  for (gsize at = 0; at < size; at += step) {
    if (!lan_store_fill_rows (fill, data + at, MIN (step, size - at), NULL))
      return;
  }
  (void) !lan_store_fill_finish (fill, changes, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (FaultDisk) disk = NULL;
  LanStoreFill *fill;

  if (size < 2)
    return 0;
  disk = fault_disk_new ("fuzz");
  fill = lan_store_fill_new_on ("history.db", lan_page_seal_new_open (), "fuzz", data[0], NULL);
  if (fill != NULL)
    use (fill, data + 2, size - 2, data[1] > 0 ? data[1] : size);
  lan_store_fill_free (fill);
  return 0;
}
