/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-backup-format.h"

#include "lan-bytes.h"

#include <string.h>

#define VERSION    1
#define HEAD_BYTES (1 + 4 + 8 + 32 + 1)

GBytes *
lan_backup_head_encode (const LanBackupHead *head)
{
  guint8 data[HEAD_BYTES + LAN_BACKUP_NAME_MAX];
  gsize len = strlen (head->name);
  LanWriter w;

  lan_writer_init (&w, data, sizeof data);
  lan_write_u8 (&w, VERSION);
  lan_write_u32 (&w, head->layout);
  lan_write_u64 (&w, (guint64) head->made_ms);
  lan_write_bytes (&w, head->account.b, sizeof head->account.b);
  lan_write_u8 (&w, (guint8) len);
  lan_write_bytes (&w, head->name, len);
  return g_bytes_new (data, w.len);
}

LanStatus
lan_backup_head_decode (LanBackupHead *head, const guint8 *data, gsize len)
{
  LanReader r;
  const guint8 *name;
  guint8 name_len;

  memset (head, 0, sizeof *head);
  lan_reader_init (&r, data, len);
  if (lan_read_u8 (&r) != VERSION)
    return r.failed ? LAN_STATUS_TRUNCATED : LAN_STATUS_VERSION;
  head->layout = lan_read_u32 (&r);
  head->made_ms = (gint64) lan_read_u64 (&r);
  lan_read_bytes (&r, head->account.b, sizeof head->account.b);
  name_len = lan_read_u8 (&r);
  name = lan_read_span (&r, name_len);
  if (!lan_reader_done (&r) || !g_utf8_validate_len ((const char *) name, name_len, NULL))
    return LAN_STATUS_MALFORMED;
  memcpy (head->name, name, name_len);
  return LAN_STATUS_OK;
}

static void
write_bytes (LanWriter *w, GBytes *bytes)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);

  lan_write_u16 (w, (guint16) len);
  lan_write_bytes (w, data, len);
}

GBytes *
lan_backup_keys_encode (const guint8 seed[LAN_KEY_BYTES], GBytes *list, GBytes *cert)
{
  gsize size = LAN_KEY_BYTES + 2 + g_bytes_get_size (list) + 2 + g_bytes_get_size (cert);
  guint8 *data = g_malloc (size);
  LanWriter w;

  lan_writer_init (&w, data, size);
  lan_write_bytes (&w, seed, LAN_KEY_BYTES);
  write_bytes (&w, list);
  write_bytes (&w, cert);
  return g_bytes_new_take (data, size);
}

static gboolean
belong_together (const guint8 *seed, const LanAccountId *account, const LanDeviceList *list,
                 const LanCert *cert)
{
  g_autoptr (LanAccountKeys) keys = lan_account_keys_new_from_seed (seed);

  return lan_account_id_equal (lan_account_keys_id (keys), account) &&
         lan_account_id_equal (&list->account, account) &&
         lan_account_id_equal (&cert->account, account) &&
         lan_device_list_find (list, &cert->device) != NULL;
}

LanStatus
lan_backup_keys_decode (LanBackupKeys *keys, const LanAccountId *account, const guint8 *data,
                        gsize len)
{
  const guint8 *seed, *list, *cert;
  gsize list_len, cert_len;
  LanDeviceList decoded;
  LanStatus status;
  LanReader r;

  lan_reader_init (&r, data, len);
  seed = lan_read_span (&r, LAN_KEY_BYTES);
  list_len = lan_read_u16 (&r);
  list = lan_read_span (&r, list_len);
  cert_len = lan_read_u16 (&r);
  cert = lan_read_span (&r, cert_len);
  if (!lan_reader_done (&r))
    return LAN_STATUS_MALFORMED;
  status = lan_device_list_verify (&decoded, list, list_len);
  if (status == LAN_STATUS_OK)
    status = lan_cert_verify (&keys->decoded, cert, cert_len);
  if (status == LAN_STATUS_OK && !belong_together (seed, account, &decoded, &keys->decoded))
    status = LAN_STATUS_MISMATCH;
  if (status != LAN_STATUS_OK)
    return status;
  memcpy (keys->seed, seed, LAN_KEY_BYTES);
  keys->list = g_bytes_new (list, list_len);
  keys->cert = g_bytes_new (cert, cert_len);
  return LAN_STATUS_OK;
}

void
lan_backup_keys_clear (LanBackupKeys *keys)
{
  g_clear_pointer (&keys->list, g_bytes_unref);
  g_clear_pointer (&keys->cert, g_bytes_unref);
  lan_secret_wipe (keys, sizeof *keys);
}
