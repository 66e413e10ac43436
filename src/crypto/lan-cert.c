/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-cert.h"

#include "lan-bytes.h"
#include "lan-text.h"

#include <string.h>

#define CERT_VERSION 1
#define FIXED_BYTES  136 /* before the name */

static void
write_fields (LanWriter *w, const LanCert *cert)
{
  gsize name_len = strlen (cert->name);

  lan_write_bytes (w, "LDC1", 4);
  lan_write_u8 (w, CERT_VERSION);
  lan_write_u8 (w, 0);
  lan_write_u8 (w, (guint8) name_len);
  lan_write_u8 (w, 0);
  lan_write_bytes (w, cert->account.b, sizeof cert->account.b);
  lan_write_bytes (w, cert->sign_public, sizeof cert->sign_public);
  lan_write_bytes (w, cert->dh_public, sizeof cert->dh_public);
  lan_write_bytes (w, cert->device.b, sizeof cert->device.b);
  lan_write_u64 (w, (guint64) cert->not_before_s);
  lan_write_u64 (w, (guint64) cert->not_after_s);
  lan_write_u32 (w, cert->list_seq);
  lan_write_u32 (w, cert->caps);
  lan_write_bytes (w, cert->name, name_len);
}

GBytes *
lan_cert_issue (const LanAccountKeys *account, const LanDeviceKeys *device, const char *name,
                gint64 not_before_s, gint64 not_after_s, guint32 list_seq, guint32 caps)
{
  LanCert cert = {
    .not_before_s = not_before_s, .not_after_s = not_after_s, .list_seq = list_seq, .caps = caps
  };
  guint8 buf[LAN_CERT_BYTES_MAX], sig[LAN_SIGNATURE_BYTES];
  LanWriter w;

  g_return_val_if_fail (strlen (name) <= LAN_CERT_NAME_MAX && lan_text_is_clean_name (name), NULL);
  g_return_val_if_fail (not_before_s >= 0 && not_before_s < not_after_s, NULL);
  cert.account = *lan_account_keys_id (account);
  cert.device = *lan_device_keys_id (device);
  memcpy (cert.sign_public, lan_device_keys_sign_public (device), LAN_KEY_BYTES);
  memcpy (cert.dh_public, lan_device_keys_dh_public (device), LAN_KEY_BYTES);
  g_strlcpy (cert.name, name, sizeof cert.name);

  lan_writer_init (&w, buf, sizeof buf);
  write_fields (&w, &cert);
  lan_device_keys_sign (device, LAN_SIGN_CERT_DEVICE, buf, w.len, sig);
  lan_write_bytes (&w, sig, sizeof sig);
  lan_account_keys_sign (account, LAN_SIGN_CERT_ACCOUNT, buf, w.len, sig);
  lan_write_bytes (&w, sig, sizeof sig);
  g_assert (!w.failed && lan_cert_verify (&cert, buf, w.len) == LAN_STATUS_OK);
  return g_bytes_new (buf, w.len);
}

GBytes *
lan_cert_request (const LanDeviceKeys *device, const char *name, gint64 not_before_s,
                  gint64 not_after_s, guint32 list_seq, guint32 caps)
{
  LanCert cert = {
    .not_before_s = not_before_s, .not_after_s = not_after_s, .list_seq = list_seq, .caps = caps
  };
  guint8 buf[LAN_CERT_BYTES_MAX], sig[LAN_SIGNATURE_BYTES];
  LanWriter w;

  g_return_val_if_fail (strlen (name) <= LAN_CERT_NAME_MAX && lan_text_is_clean_name (name), NULL);
  g_return_val_if_fail (not_before_s >= 0 && not_before_s < not_after_s, NULL);
  cert.account = *lan_device_keys_account (device);
  cert.device = *lan_device_keys_id (device);
  memcpy (cert.sign_public, lan_device_keys_sign_public (device), LAN_KEY_BYTES);
  memcpy (cert.dh_public, lan_device_keys_dh_public (device), LAN_KEY_BYTES);
  g_strlcpy (cert.name, name, sizeof cert.name);
  lan_writer_init (&w, buf, sizeof buf);
  write_fields (&w, &cert);
  lan_device_keys_sign (device, LAN_SIGN_CERT_DEVICE, buf, w.len, sig);
  lan_write_bytes (&w, sig, sizeof sig);
  g_assert (!w.failed);
  return g_bytes_new (buf, w.len);
}

LanStatus
lan_cert_check_request (LanCert *cert, const guint8 *data, gsize len)
{
  guint8 buf[LAN_CERT_BYTES_MAX] = { 0 };
  LanStatus status;
  gsize fields_len;

  if (len + LAN_SIGNATURE_BYTES > sizeof buf)
    return LAN_STATUS_OVERSIZED;
  memcpy (buf, data, len);
  status = lan_cert_decode (cert, buf, len + LAN_SIGNATURE_BYTES);
  if (status != LAN_STATUS_OK)
    return status;
  fields_len = FIXED_BYTES + strlen (cert->name);
  return lan_signature_verify (cert->sign_public, LAN_SIGN_CERT_DEVICE, data, fields_len,
                               data + fields_len);
}

GBytes *
lan_cert_complete (const LanAccountKeys *account, GBytes *request)
{
  guint8 buf[LAN_CERT_BYTES_MAX];
  gsize len;
  const guint8 *data = g_bytes_get_data (request, &len);
  LanCert cert;

  if (lan_cert_check_request (&cert, data, len) != LAN_STATUS_OK ||
      !lan_account_id_equal (&cert.account, lan_account_keys_id (account)))
    return NULL;
  memcpy (buf, data, len);
  lan_account_keys_sign (account, LAN_SIGN_CERT_ACCOUNT, buf, len, buf + len);
  if (lan_cert_verify (&cert, buf, len + LAN_SIGNATURE_BYTES) != LAN_STATUS_OK)
    return NULL;
  return g_bytes_new (buf, len + LAN_SIGNATURE_BYTES);
}

static LanStatus
check_name (const LanCert *cert, gsize name_len)
{
  /* Nothing is cleaned here: a name that would need it was never issued by an honest program. */
  if (strlen (cert->name) != name_len || !lan_text_is_clean_name (cert->name))
    return LAN_STATUS_MALFORMED;
  return LAN_STATUS_OK;
}

LanStatus
lan_cert_decode (LanCert *cert, const guint8 *data, gsize len)
{
  LanReader r;
  LanDeviceId id;
  guint8 magic[4], version, flags, name_len, zero;

  *cert = (LanCert){ 0 };
  lan_reader_init (&r, data, len);
  lan_read_bytes (&r, magic, sizeof magic);
  version = lan_read_u8 (&r);
  flags = lan_read_u8 (&r);
  name_len = lan_read_u8 (&r);
  zero = lan_read_u8 (&r);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (memcmp (magic, "LDC1", sizeof magic) != 0)
    return LAN_STATUS_MALFORMED;
  if (version != CERT_VERSION)
    return LAN_STATUS_VERSION;
  if (flags != 0 || zero != 0 || name_len == 0 || name_len > LAN_CERT_NAME_MAX)
    return LAN_STATUS_MALFORMED;
  lan_read_bytes (&r, cert->account.b, sizeof cert->account.b);
  lan_read_bytes (&r, cert->sign_public, sizeof cert->sign_public);
  lan_read_bytes (&r, cert->dh_public, sizeof cert->dh_public);
  lan_read_bytes (&r, cert->device.b, sizeof cert->device.b);
  cert->not_before_s = (gint64) lan_read_u64 (&r);
  cert->not_after_s = (gint64) lan_read_u64 (&r);
  cert->list_seq = lan_read_u32 (&r);
  cert->caps = lan_read_u32 (&r);
  lan_read_bytes (&r, (guint8 *) cert->name, name_len);
  lan_read_span (&r, 2 * LAN_SIGNATURE_BYTES);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (!lan_reader_done (&r))
    return LAN_STATUS_OVERSIZED;
  if (cert->not_before_s < 0 || cert->not_after_s <= cert->not_before_s)
    return LAN_STATUS_MALFORMED;
  lan_device_id_compute (&id, &cert->account, cert->sign_public, cert->dh_public);
  if (!lan_device_id_equal (&id, &cert->device))
    return LAN_STATUS_MISMATCH;
  return check_name (cert, name_len);
}

LanStatus
lan_cert_verify (LanCert *cert, const guint8 *data, gsize len)
{
  LanStatus status = lan_cert_decode (cert, data, len);
  gsize fields_len;

  if (status != LAN_STATUS_OK)
    return status;
  /* One key for two purposes would undo the separation of D4. */
  if (memcmp (cert->sign_public, cert->account.b, LAN_KEY_BYTES) == 0 ||
      memcmp (cert->dh_public, cert->account.b, LAN_KEY_BYTES) == 0 ||
      memcmp (cert->dh_public, cert->sign_public, LAN_KEY_BYTES) == 0 ||
      !lan_dh_public_is_sound (cert->dh_public))
    return LAN_STATUS_AUTH;
  fields_len = FIXED_BYTES + strlen (cert->name);
  status = lan_signature_verify (cert->account.b, LAN_SIGN_CERT_ACCOUNT, data,
                                 fields_len + LAN_SIGNATURE_BYTES,
                                 data + fields_len + LAN_SIGNATURE_BYTES);
  if (status != LAN_STATUS_OK)
    return status;
  return lan_signature_verify (cert->sign_public, LAN_SIGN_CERT_DEVICE, data, fields_len,
                               data + fields_len);
}

LanStatus
lan_cert_check_time (const LanCert *cert, gint64 now_s, gint64 slack_s)
{
  if (now_s < cert->not_before_s - slack_s || now_s > cert->not_after_s + slack_s)
    return LAN_STATUS_EXPIRED;
  return LAN_STATUS_OK;
}

void
lan_cert_hash (LanHash *out, const guint8 *data, gsize len)
{
  lan_hash_256 (out, data, len);
}
