/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The company's word that its directory begins anew: a server was set up from a backup, and its log
 * lacks what came after. LDR1, signed by the organisation's root, never by a key that lies on a server;
 * so whoever only holds the server cannot take back what it once showed. 144 bytes, signed as
 * "LDR1" || bytes 0..80:
 *
 *     0  "LDR1"     5  0 0 0               24  epoch u64           40  entries u64
 *     4  version 1  8  organisation 16     32  time u64 (Unix s)   48  root 32        80  signature 64
 *
 * It stands in the log itself, right behind the @entries that were restored and that give @root. Heads
 * from there on have at least @epoch, which is greater than every epoch that was shown before. Any thread.
 */
#pragma once

#include "lan-org-key.h"

G_BEGIN_DECLS

#define LAN_DIRECTORY_RESTART_BYTES 144

typedef struct {
  LanOrgId org;
  guint64 epoch;
  gint64 time_s;
  guint64 size;
  LanHash root;
} LanDirectoryRestart;

/** Returns: (transfer full) (nullable): @restart signed; its organisation is that of @root. NULL when
 * epoch is below 2 or the time negative. */
GBytes *lan_directory_restart_issue (const LanDirectoryRestart *restart,
                                     const LanOrgKey *root) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE for what begins like one: entries of the log are told apart by this. */
gboolean lan_directory_restart_is (const guint8 *data, gsize len);

/** Decodes and checks the signature. MISMATCH: of another organisation. */
LanStatus lan_directory_restart_verify (LanDirectoryRestart *restart,
                                        const guint8 root_public[LAN_KEY_BYTES], const guint8 *data,
                                        gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
