/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The items of a backup (lan-backup.h) and what is in them:
 *
 *   1 HEAD  version u8 = 1 | layout of the history u32 | made u64 (Unix ms) | account key 32 | name length
 *           u8 | name
 *   2 KEYS  account seed 32 | own device list length u16, bytes | own certificate length u16, bytes
 *   3 ROWS  rows of the history (the store knows how), cut anywhere; many
 *   4 END   messages u64
 *
 * In this order; unknown types behind HEAD are skipped. Bytes come from outside: decoding ends in a LanStatus.
 */
#pragma once

#include "lan-cert.h"
#include "lan-device-list.h"

G_BEGIN_DECLS

#define LAN_BACKUP_NAME_MAX   255
#define LAN_BACKUP_ROWS_BYTES (1024 * 1024) /* of one ROWS item as they are written */

enum {
  LAN_BACKUP_HEAD = 1,
  LAN_BACKUP_KEYS = 2,
  LAN_BACKUP_ROWS = 3,
  LAN_BACKUP_END = 4,
};

typedef struct {
  guint32 layout;
  gint64 made_ms;
  LanAccountId account;
  char name[LAN_BACKUP_NAME_MAX + 1]; /* UTF-8 */
} LanBackupHead;

typedef struct {
  guint8 seed[LAN_KEY_BYTES]; /* secret */
  GBytes *list;               /* LDL1 of the account, verified */
  GBytes *cert;               /* LDC1 of the device that made the backup, verified */
  LanCert decoded;
} LanBackupKeys;

GBytes *lan_backup_head_encode (const LanBackupHead *head) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_backup_head_decode (LanBackupHead *head, const guint8 *data,
                                  gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): secret. */
GBytes *lan_backup_keys_encode (const guint8 seed[LAN_KEY_BYTES], GBytes *list,
                                GBytes *cert) G_GNUC_WARN_UNUSED_RESULT;

/** MISMATCH where seed, list, certificate and @account do not belong together. Fills @keys only when OK. */
LanStatus lan_backup_keys_decode (LanBackupKeys *keys, const LanAccountId *account,
                                  const guint8 *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;
void lan_backup_keys_clear (LanBackupKeys *keys);

G_END_DECLS
