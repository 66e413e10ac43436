/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the engine gives for a backup: keys once, then the history piece by piece. The maker runs in the
 * owner's context (lan-node-backup.c) and hands a LanBackupSource to the engine and back with each question.
 */
#pragma once

#include "lan-backup-format.h"
#include "lan-command.h"
#include "lan-engine.h"
#include "lan-recovery-code.h"
#include "lan-store.h"

G_BEGIN_DECLS

/* LanBackupSource. Belongs to whoever was asked last: the engine until it replies. Reference counted, as questions may
 * outlive the asker. */
struct _LanBackupSource {
  /* filled by the first question */
  LanBackupHead head;
  GBytes *keys; /* KEYS item; secret */
  gboolean has_code;
  LanRecoveryCode code;
  LanStoreDump *dump;
  /* filled by each */
  GBytes *piece; /* rows; NULL after the first question */
};

LanBackupSource *lan_backup_source_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_backup_source_unref (LanBackupSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBackupSource, lan_backup_source_unref)

/** BACKUP and RECOVERY_CODE. */
void lan_engine_backup_execute (LanEngine *engine, LanCommand *command);

G_END_DECLS
