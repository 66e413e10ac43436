/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What an organisation signs. Byte 0 says which: 0 issuer, 1 server key, 2 attestation, 3 head, 4 root
 * key file, 5 two heads (byte 1: eighths of the first), 6 two attestations (byte 1: how much the
 * second, made of the first, differs), 7 restart of the directory. Keys are fixed, so that a corpus can hold what verifies.
 */
#include "lan-attestation.h"
#include "lan-directory-head.h"
#include "lan-directory-restart.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static LanOrgKey *root;
static LanIssuer issuer;

static void
set_up (void)
{
  g_autoptr (LanIssuerKey) key = NULL;
  g_autoptr (GBytes) bytes = NULL;
  LanSeededRandom random;

  lan_seeded_random_init (&random, 77);
  root = lan_org_key_new (&random.base);
  key = lan_issuer_key_new (&random.base);
  bytes = lan_issuer_issue (root, lan_issuer_key_public (key), 1, 1700000000, 1731000000);
  g_assert (lan_issuer_verify (&issuer, lan_org_key_public (root), g_bytes_get_data (bytes, NULL),
                               g_bytes_get_size (bytes)) == LAN_STATUS_OK);
}

static void
on_issuer (const guint8 *data, gsize size)
{
  LanIssuer got;

  if (lan_issuer_verify (&got, lan_org_key_public (root), data, size) != LAN_STATUS_OK)
    return;
  g_assert (size == LAN_ISSUER_BYTES && got.level >= 1 && got.level <= 2);
  g_assert (lan_issuer_check_time (&got, got.not_before_s, 0) == LAN_STATUS_OK);
  g_assert (lan_issuer_check_time (&got, got.not_after_s + 2, 1) == LAN_STATUS_EXPIRED);
}

static void
on_server_key (const guint8 *data, gsize size)
{
  LanServerKey got;

  if (lan_server_key_verify (&got, lan_org_key_public (root), data, size) == LAN_STATUS_OK)
    g_assert (size == LAN_SERVER_KEY_BYTES && got.seq >= 1);
}

static void
on_attestation (const guint8 *data, gsize size)
{
  LanAttestation got;
  LanStatus status = lan_attestation_decode (&got, data, size);

  if (status == LAN_STATUS_OK) {
    g_assert (size == 172 + strlen (got.login) + strlen (got.display) + strlen (got.title) +
                          strlen (got.department));
    g_assert (lan_attestation_is_login (got.login) &&
              lan_attestation_is_department (got.department));
    g_assert (lan_attestation_check_successor (&got, &got) == LAN_STATUS_OK);
    g_assert (lan_attestation_check_time (&got, got.not_before_s, 0) == LAN_STATUS_OK);
    g_assert (lan_attestation_check_time (&got, -1, 0) == LAN_STATUS_EXPIRED);
  }
  if (lan_attestation_verify (&got, &issuer, data, size) == LAN_STATUS_OK)
    g_assert (status == LAN_STATUS_OK && got.level == issuer.level);
}

static void
on_two_attestations (const guint8 *data, gsize size)
{
  LanAttestation a, b;
  LanStatus forth, back;

  if (size < 1 || lan_attestation_decode (&a, data + 1, size - 1) != LAN_STATUS_OK)
    return;
  b = a;
  b.seq += data[0] & 1;
  b.account.b[0] ^= data[0] & 2;
  b.level = (data[0] & 4) != 0 ? 3 - a.level : a.level;
  b.user.b[0] ^= data[0] & 8;
  b.status ^= data[0] >> 4 & 1;
  forth = lan_attestation_check_successor (&a, &b);
  back = lan_attestation_check_successor (&b, &a);
  if ((data[0] & 8) != 0)
    g_assert (forth == LAN_STATUS_MISMATCH && back == LAN_STATUS_MISMATCH);
  else if (b.seq > a.seq)
    g_assert (back == LAN_STATUS_REPLAY);
}

static void
on_head (const guint8 *data, gsize size)
{
  LanDirectoryHead got;

  if (lan_directory_head_verify (&got, &issuer, data, size) != LAN_STATUS_OK)
    return;
  g_assert (lan_directory_head_compare (data, size, data, size) == LAN_HEADS_SAME);
  g_assert (lan_directory_head_compare_hello (&got, got.epoch, got.root.b) == LAN_HEADS_SAME);
  g_assert (!lan_directory_head_is_stale (&got, got.time_s));
}

static void
on_two_heads (const guint8 *data, gsize size)
{
  gsize first = size < 1 ? 0 : MIN ((gsize) data[0] * 8, size - 1);
  LanHeads forth, back;

  if (size < 1)
    return;
  forth = lan_directory_head_compare (data + 1, first, data + 1 + first, size - 1 - first);
  back = lan_directory_head_compare (data + 1 + first, size - 1 - first, data + 1, first);
  g_assert ((forth == LAN_HEADS_NEWER) == (back == LAN_HEADS_OLDER));
  g_assert ((forth == LAN_HEADS_FORK) == (back == LAN_HEADS_FORK));
}

static void
on_root_file (const guint8 *data, gsize size)
{
  const guint8 stretched[LAN_KEY_BYTES] = { 1, 2, 3 };
  LanOrgKeyFile file;
  LanOrgKey *key;

  if (lan_org_key_file_decode (&file, data, size) != LAN_STATUS_OK)
    return;
  g_assert (file.slot.mem_kib <= 1024 * 1024 && file.slot.ops <= 10);
  if (lan_org_key_file_open (&file, stretched, &key) == LAN_STATUS_OK)
    g_assert (memcmp (lan_org_key_public (key), file.root_public, LAN_KEY_BYTES) == 0);
  lan_org_key_free (key);
}

static void
on_restart (const guint8 *data, gsize size)
{
  LanDirectoryRestart got;

  if (lan_directory_restart_verify (&got, lan_org_key_public (root), data, size) == LAN_STATUS_OK)
    g_assert (lan_directory_restart_is (data, size) && got.epoch >= 2 && got.time_s >= 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static void (*const targets[]) (
      const guint8 *, gsize) = { on_issuer,    on_server_key, on_attestation,      on_head,
                                 on_root_file, on_two_heads,  on_two_attestations, on_restart };

  if (root == NULL)
    set_up ();
  if (size >= 1 && data[0] < G_N_ELEMENTS (targets))
    targets[data[0]](data + 1, size - 1);
  return 0;
}
