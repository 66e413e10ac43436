/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-share-paper.h"

#include "lan-bytes.h"
#include "lan-share-entry.h"
#include "lan-text.h"

#include <string.h>

#define VERSION 1

LanShareRights
lan_share_roster_rights (const LanShareRoster *roster, const LanAccountId *account)
{
  if (lan_account_id_equal (&roster->owner, account))
    return LAN_SHARE_WRITE;
  for (guint i = 0; i < roster->n_members; i++) {
    if (lan_account_id_equal (&roster->members[i].account, account))
      return (LanShareRights) roster->members[i].rights;
  }
  return LAN_SHARE_NONE;
}

gboolean
lan_share_roster_set (LanShareRoster *roster, const LanAccountId *account, LanShareRights rights)
{
  guint at = 0;
  gboolean is_there;

  while (at < roster->n_members &&
         lan_account_id_compare (&roster->members[at].account, account) < 0)
    at++;
  is_there = at < roster->n_members && lan_account_id_equal (&roster->members[at].account, account);
  if (rights == LAN_SHARE_NONE && is_there) {
    roster->n_members--;
    memmove (roster->members + at, roster->members + at + 1,
             (roster->n_members - at) * sizeof roster->members[0]);
  } else if (rights != LAN_SHARE_NONE && !is_there) {
    if (roster->n_members == LAN_SHARE_MAX_MEMBERS)
      return FALSE;
    memmove (roster->members + at + 1, roster->members + at,
             (roster->n_members - at) * sizeof roster->members[0]);
    roster->members[at].account = *account;
    roster->n_members++;
  }
  if (rights != LAN_SHARE_NONE)
    roster->members[at].rights = (guint8) rights;
  return TRUE;
}

/* Signs all that is in @w, and puts the signature behind it. */
static GBytes *
seal (LanWriter *w, const LanDeviceKeys *device, LanSignTag tag)
{
  guint8 sig[LAN_SIGNATURE_BYTES];

  g_assert (!w->failed);
  lan_device_keys_sign (device, tag, w->data, w->len, sig);
  lan_write_bytes (w, sig, sizeof sig);
  g_assert (!w->failed);
  return g_bytes_new (w->data, w->len);
}

GBytes *
lan_share_roster_sign (const LanShareRoster *roster, const LanDeviceKeys *device)
{
  guint8 buffer[LAN_SHARE_ROSTER_BYTES];
  gsize name = strlen (roster->name);
  LanWriter w;

  lan_writer_init (&w, buffer, sizeof buffer);
  lan_write_u8 (&w, VERSION);
  lan_write_bytes (&w, roster->share.b, sizeof roster->share.b);
  lan_write_bytes (&w, roster->owner.b, sizeof roster->owner.b);
  lan_write_u64 (&w, roster->seq);
  lan_write_u8 (&w, (guint8) name);
  lan_write_bytes (&w, roster->name, name);
  lan_write_u8 (&w, (guint8) roster->n_members);
  for (guint i = 0; i < roster->n_members; i++) {
    lan_write_bytes (&w, roster->members[i].account.b, sizeof roster->members[i].account.b);
    lan_write_u8 (&w, roster->members[i].rights);
  }
  lan_write_bytes (&w, lan_device_keys_id (device)->b, LAN_DEVICE_ID_BYTES);
  return seal (&w, device, LAN_SIGN_SHARE_ROSTER);
}

static gboolean
read_members (LanReader *r, LanShareRoster *roster)
{
  roster->n_members = lan_read_u8 (r);
  if (roster->n_members > LAN_SHARE_MAX_MEMBERS)
    return FALSE;
  for (guint i = 0; i < roster->n_members; i++) {
    LanShareMember *member = &roster->members[i];

    lan_read_bytes (r, member->account.b, sizeof member->account.b);
    member->rights = lan_read_u8 (r);
    if ((member->rights != LAN_SHARE_READ && member->rights != LAN_SHARE_WRITE) ||
        lan_account_id_equal (&member->account, &roster->owner) ||
        (i > 0 && lan_account_id_compare (&member[-1].account, &member->account) >= 0))
      return FALSE;
  }
  return TRUE;
}

static LanStatus
verify (LanReader *r, const guint8 *cert_data, gsize cert_len, LanSignTag tag,
        const LanDeviceId *device, LanCert *cert)
{
  gsize len = r->pos;
  const guint8 *sig = lan_read_span (r, LAN_SIGNATURE_BYTES);
  LanStatus status;

  if (!lan_reader_done (r))
    return LAN_STATUS_MALFORMED;
  status = lan_cert_verify (cert, cert_data, cert_len);
  if (status != LAN_STATUS_OK)
    return status;
  if (!lan_device_id_equal (&cert->device, device))
    return LAN_STATUS_MISMATCH;
  return lan_signature_verify (cert->sign_public, tag, r->data, len, sig);
}

static gboolean
is_name (const char *name, gsize len)
{
  return len > 0 && strlen (name) == len && g_utf8_validate (name, (gssize) len, NULL) &&
         lan_text_is_clean_name (name);
}

LanStatus
lan_share_roster_verify (LanShareRoster *roster, const guint8 *data, gsize len, const guint8 *cert,
                         gsize cert_len)
{
  LanDeviceId device;
  LanStatus status;
  LanCert signer;
  gsize name;
  LanReader r;

  *roster = (LanShareRoster){ 0 };
  lan_reader_init (&r, data, len);
  if (lan_read_u8 (&r) != VERSION)
    return LAN_STATUS_VERSION;
  lan_read_bytes (&r, roster->share.b, sizeof roster->share.b);
  lan_read_bytes (&r, roster->owner.b, sizeof roster->owner.b);
  roster->seq = lan_read_u64 (&r);
  name = lan_read_u8 (&r);
  if (name > LAN_SHARE_MAX_NAME)
    return LAN_STATUS_MALFORMED;
  lan_read_bytes (&r, (guint8 *) roster->name, name);
  if (r.failed || roster->seq == 0 || !is_name (roster->name, name) || !read_members (&r, roster))
    return LAN_STATUS_MALFORMED;
  lan_read_bytes (&r, device.b, sizeof device.b);
  status = verify (&r, cert, cert_len, LAN_SIGN_SHARE_ROSTER, &device, &signer);
  if (status == LAN_STATUS_OK && !lan_account_id_equal (&signer.account, &roster->owner))
    return LAN_STATUS_MISMATCH;
  return status;
}

GBytes *
lan_share_head_sign (LanShareHead *head, const LanDeviceKeys *device)
{
  guint8 buffer[LAN_SHARE_HEAD_BYTES];
  LanWriter w;

  head->device = *lan_device_keys_id (device);
  lan_writer_init (&w, buffer, sizeof buffer);
  lan_write_u8 (&w, VERSION);
  lan_write_bytes (&w, head->share.b, sizeof head->share.b);
  lan_write_bytes (&w, head->device.b, sizeof head->device.b);
  lan_write_u64 (&w, head->seq);
  lan_write_u64 (&w, head->roster_seq);
  lan_write_u64 (&w, (guint64) head->time_ms);
  lan_write_u32 (&w, head->entries);
  lan_write_bytes (&w, head->pages.b, sizeof head->pages.b);
  return seal (&w, device, LAN_SIGN_SHARE_HEAD);
}

LanStatus
lan_share_head_verify (LanShareHead *head, LanAccountId *account, const guint8 *data, gsize len,
                       const guint8 *cert, gsize cert_len)
{
  LanStatus status;
  LanCert signer;
  LanReader r;

  *head = (LanShareHead){ 0 };
  lan_reader_init (&r, data, len);
  if (lan_read_u8 (&r) != VERSION)
    return LAN_STATUS_VERSION;
  lan_read_bytes (&r, head->share.b, sizeof head->share.b);
  lan_read_bytes (&r, head->device.b, sizeof head->device.b);
  head->seq = lan_read_u64 (&r);
  head->roster_seq = lan_read_u64 (&r);
  head->time_ms = (gint64) lan_read_u64 (&r);
  head->entries = lan_read_u32 (&r);
  lan_read_bytes (&r, head->pages.b, sizeof head->pages.b);
  if (r.failed || head->seq == 0)
    return LAN_STATUS_MALFORMED;
  if (head->entries > LAN_SHARE_MAX_ENTRIES)
    return LAN_STATUS_OVERSIZED;
  status = verify (&r, cert, cert_len, LAN_SIGN_SHARE_HEAD, &head->device, &signer);
  if (status == LAN_STATUS_OK)
    *account = signer.account;
  return status;
}
