/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-directory-restart.h"

#include "lan-crypto-private.h"

#include <string.h>

#define SIGNED_BYTES 80

GBytes *
lan_directory_restart_issue (const LanDirectoryRestart *restart, const LanOrgKey *root)
{
  guint8 buf[LAN_DIRECTORY_RESTART_BYTES], sig[LAN_SIGNATURE_BYTES];
  LanOrgId org;
  LanWriter w;

  if (restart->epoch < 2 || restart->time_s < 0)
    return NULL;
  lan_org_id_of_root (&org, lan_org_key_public (root));
  lan_writer_init (&w, buf, sizeof buf);
  lan_write_head (&w, "LDR1", 0, 0, 0);
  lan_write_bytes (&w, org.b, sizeof org.b);
  lan_write_u64 (&w, restart->epoch);
  lan_write_u64 (&w, (guint64) restart->time_s);
  lan_write_u64 (&w, restart->size);
  lan_write_bytes (&w, restart->root.b, sizeof restart->root.b);
  lan_org_key_sign (root, LAN_SIGN_DIRECTORY_RESTART, buf, w.len, sig);
  lan_write_bytes (&w, sig, sizeof sig);
  g_assert (!w.failed && w.len == sizeof buf);
  return g_bytes_new (buf, w.len);
}

gboolean
lan_directory_restart_is (const guint8 *data, gsize len)
{
  return len >= 4 && memcmp (data, "LDR1", 4) == 0;
}

LanStatus
lan_directory_restart_verify (LanDirectoryRestart *restart, const guint8 root_public[LAN_KEY_BYTES],
                              const guint8 *data, gsize len)
{
  guint8 rest[3];
  LanOrgId org;
  LanReader r;
  LanStatus status;

  *restart = (LanDirectoryRestart){ 0 };
  lan_reader_init (&r, data, len);
  status = lan_read_head (&r, "LDR1", rest);
  if (status != LAN_STATUS_OK)
    return status;
  lan_read_bytes (&r, restart->org.b, sizeof restart->org.b);
  restart->epoch = lan_read_u64 (&r);
  restart->time_s = lan_read_time (&r);
  restart->size = lan_read_u64 (&r);
  lan_read_bytes (&r, restart->root.b, sizeof restart->root.b);
  status = lan_read_signature_end (&r);
  if (status != LAN_STATUS_OK)
    return status;
  if ((rest[0] | rest[1] | rest[2]) != 0 || restart->epoch < 2 || restart->time_s < 0)
    return LAN_STATUS_MALFORMED;
  lan_org_id_of_root (&org, root_public);
  if (!lan_org_id_equal (&org, &restart->org))
    return LAN_STATUS_MISMATCH;
  return lan_signature_verify (root_public, LAN_SIGN_DIRECTORY_RESTART, data, SIGNED_BYTES,
                               data + SIGNED_BYTES);
}
