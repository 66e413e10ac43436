/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The recovery code of a profile (SECURITY section 9), written down by a person and kept where the computer
 * is not: 30 characters of Crockford's base32 in six groups of five. 140 random bits, then 10 bits
 * of checksum, so that of a thousand slips of the pen one passes unnoticed. It opens backups and, beside a
 * passphrase or the keyring, the key store. Text from people ends in a LanStatus. Any thread.
 */
#pragma once

#include "lan-crypto.h"
#include "lan-random.h"

G_BEGIN_DECLS

#define LAN_RECOVERY_CODE_BYTES 18 /* the last 4 bits are zero */
#define LAN_RECOVERY_CODE_CHARS 30
#define LAN_RECOVERY_CODE_GROUP 5

typedef struct {
  guint8 bytes[LAN_RECOVERY_CODE_BYTES]; /* secret */
} LanRecoveryCode;

void lan_recovery_code_make (LanRecoveryCode *code, const LanRandom *random);

/** Returns: (transfer full): "ABCDE-FGHJK-…"; secret. */
char *lan_recovery_code_format (const LanRecoveryCode *code) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Spaces, dashes and case do not matter, O is 0, I and L are 1.
 * Returns: OK, MALFORMED (other characters, length, checksum).
 */
LanStatus lan_recovery_code_parse (LanRecoveryCode *code,
                                   const char *text) G_GNUC_WARN_UNUSED_RESULT;

/** Takes what lan_recovery_code_make() once gave out of @bytes; FALSE when it cannot be that. */
gboolean lan_recovery_code_load (LanRecoveryCode *code, const guint8 *bytes, gsize len);

/** What a slot of kind LAN_KEY_SLOT_RECOVERY is opened with. */
void lan_recovery_code_input (const LanRecoveryCode *code, guint8 input[LAN_KEY_BYTES]);

G_END_DECLS
