/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Device lists: byte 0 is how many of the following bytes (times 8) are the list before; the rest is
 * its would-be successor.
 */
#include "lan-device-list.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanDeviceList list;
  gsize first;

  if (size < 1)
    return 0;
  first = MIN ((gsize) data[0] * 8, size - 1);
  data++;
  size--;
  if (lan_device_list_decode (&list, data + first, size - first) == LAN_STATUS_OK) {
    g_assert (list.n_devices >= 1 && list.n_devices <= LAN_DEVICE_LIST_MAX);
    g_assert (size - first == LAN_DEVICE_LIST_BYTES (list.n_devices));
    g_assert (lan_device_list_find (&list, &list.devices[0].device) == &list.devices[0]);
  }
  if (lan_device_list_verify (&list, data + first, size - first) == LAN_STATUS_OK)
    g_assert (lan_device_list_check_successor (data + first, size - first, data + first,
                                               size - first) == LAN_STATUS_OK);
  if (lan_device_list_check_successor (data, first, data + first, size - first) == LAN_STATUS_OK)
    g_assert (list.seq >= 1);
  return 0;
}
