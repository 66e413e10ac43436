/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-device-list.h"

#include "lan-bytes.h"

#include <string.h>

#define LIST_VERSION 1

GBytes *
lan_device_list_issue (const LanDeviceList *list, const LanAccountKeys *account)
{
  guint8 buf[LAN_DEVICE_LIST_BYTES_MAX], sig[LAN_SIGNATURE_BYTES];
  LanWriter w;

  g_return_val_if_fail (list->n_devices >= 1 && list->n_devices <= LAN_DEVICE_LIST_MAX, NULL);
  g_return_val_if_fail (lan_account_id_equal (&list->account, lan_account_keys_id (account)), NULL);
  g_return_val_if_fail (list->seq >= 1 && list->time_s >= 0, NULL);
  lan_writer_init (&w, buf, sizeof buf);
  lan_write_bytes (&w, "LDL1", 4);
  lan_write_u8 (&w, LIST_VERSION);
  lan_write_u8 (&w, (guint8) list->n_devices);
  lan_write_zeros (&w, 2);
  lan_write_bytes (&w, list->account.b, sizeof list->account.b);
  lan_write_u32 (&w, list->seq);
  lan_write_u64 (&w, (guint64) list->time_s);
  lan_write_bytes (&w, list->previous.b, sizeof list->previous.b);
  for (guint i = 0; i < list->n_devices; i++) {
    lan_write_bytes (&w, list->devices[i].device.b, LAN_DEVICE_ID_BYTES);
    lan_write_bytes (&w, list->devices[i].cert_hash.b, LAN_HASH_BYTES);
    lan_write_u8 (&w, list->devices[i].state);
  }
  lan_account_keys_sign (account, LAN_SIGN_DEVICE_LIST, buf, w.len, sig);
  lan_write_bytes (&w, sig, sizeof sig);
  g_assert (!w.failed && w.len == LAN_DEVICE_LIST_BYTES (list->n_devices));
  return g_bytes_new (buf, w.len);
}

static LanStatus
read_devices (LanDeviceList *list, LanReader *r, guint n)
{
  for (guint i = 0; i < n; i++) {
    LanDeviceEntry *entry = &list->devices[i];

    lan_read_bytes (r, entry->device.b, sizeof entry->device.b);
    lan_read_bytes (r, entry->cert_hash.b, sizeof entry->cert_hash.b);
    entry->state = lan_read_u8 (r);
    /* Two entries for one device would let each reader believe the one it meets first. */
    if (lan_device_list_find (list, &entry->device) != NULL)
      return r->failed ? LAN_STATUS_TRUNCATED : LAN_STATUS_MALFORMED;
    list->n_devices++;
  }
  return LAN_STATUS_OK;
}

LanStatus
lan_device_list_decode (LanDeviceList *list, const guint8 *data, gsize len)
{
  LanReader r;
  LanStatus status;
  guint8 magic[4], version, n;
  guint16 zero;
  guint64 time_s;

  *list = (LanDeviceList){ 0 };
  lan_reader_init (&r, data, len);
  lan_read_bytes (&r, magic, sizeof magic);
  version = lan_read_u8 (&r);
  n = lan_read_u8 (&r);
  zero = lan_read_u16 (&r);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (memcmp (magic, "LDL1", sizeof magic) != 0)
    return LAN_STATUS_MALFORMED;
  if (version != LIST_VERSION)
    return LAN_STATUS_VERSION;
  if (n < 1 || n > LAN_DEVICE_LIST_MAX || zero != 0)
    return LAN_STATUS_MALFORMED;
  lan_read_bytes (&r, list->account.b, sizeof list->account.b);
  list->seq = lan_read_u32 (&r);
  time_s = lan_read_u64 (&r);
  lan_read_bytes (&r, list->previous.b, sizeof list->previous.b);
  status = read_devices (list, &r, n);
  if (status != LAN_STATUS_OK)
    return status;
  lan_read_span (&r, LAN_SIGNATURE_BYTES);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (!lan_reader_done (&r))
    return LAN_STATUS_OVERSIZED;
  if (list->seq == 0 || time_s > G_MAXINT64)
    return LAN_STATUS_MALFORMED;
  if ((list->seq == 1) != lan_hash_is_zero (&list->previous))
    return LAN_STATUS_MALFORMED;
  list->time_s = (gint64) time_s;
  return LAN_STATUS_OK;
}

LanStatus
lan_device_list_verify (LanDeviceList *list, const guint8 *data, gsize len)
{
  LanStatus status = lan_device_list_decode (list, data, len);

  if (status != LAN_STATUS_OK)
    return status;
  return lan_signature_verify (list->account.b, LAN_SIGN_DEVICE_LIST, data,
                               len - LAN_SIGNATURE_BYTES, data + len - LAN_SIGNATURE_BYTES);
}

void
lan_device_list_hash (LanHash *out, const guint8 *data, gsize len)
{
  lan_hash_256 (out, data, len);
}

static LanStatus
check_no_revival (const LanDeviceList *old, const LanDeviceList *new)
{
  for (guint i = 0; i < new->n_devices; i++) {
    const LanDeviceEntry *before = lan_device_list_find (old, &new->devices[i].device);

    if (before != NULL && before->state != LAN_DEVICE_ACTIVE &&
        new->devices[i].state == LAN_DEVICE_ACTIVE)
      return LAN_STATUS_MISMATCH;
  }
  return LAN_STATUS_OK;
}

LanStatus
lan_device_list_check_successor (const guint8 *current, gsize current_len, const guint8 *next,
                                 gsize next_len)
{
  LanDeviceList old, new;
  LanHash hash;
  LanStatus status = lan_device_list_decode (&old, current, current_len);

  if (status == LAN_STATUS_OK)
    status = lan_device_list_decode (&new, next, next_len);
  if (status != LAN_STATUS_OK)
    return status;
  if (!lan_account_id_equal (&old.account, &new.account))
    return LAN_STATUS_MISMATCH;
  if (new.seq < old.seq)
    return LAN_STATUS_REPLAY;
  if (new.seq == old.seq)
    return current_len == next_len && memcmp (current, next, next_len) == 0 ? LAN_STATUS_OK
                                                                            : LAN_STATUS_MISMATCH;
  lan_device_list_hash (&hash, current, current_len);
  if (new.seq == old.seq + 1 && !lan_hash_equal (&new.previous, &hash))
    return LAN_STATUS_MISMATCH;
  return check_no_revival (&old, &new);
}

const LanDeviceEntry *
lan_device_list_find (const LanDeviceList *list, const LanDeviceId *device)
{
  for (guint i = 0; i < list->n_devices; i++)
    if (lan_device_id_equal (&list->devices[i].device, device))
      return &list->devices[i];
  return NULL;
}

LanStatus
lan_device_list_check_cert (const LanDeviceList *list, const LanDeviceId *device,
                            const LanHash *cert_hash)
{
  const LanDeviceEntry *entry = lan_device_list_find (list, device);

  if (entry == NULL || !lan_hash_equal (&entry->cert_hash, cert_hash))
    return LAN_STATUS_MISMATCH;
  return entry->state == LAN_DEVICE_ACTIVE ? LAN_STATUS_OK : LAN_STATUS_EXPIRED;
}
