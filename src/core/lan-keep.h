/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How long chats are kept. A rule is one's own and binds nobody else; all devices of a person go by the rule
 * of a chat with one other person, of a group each by its own.
 */
#pragma once

#include "lan-core.h"

G_BEGIN_DECLS

/* What may be forgotten now. A chat may have two: of what some devices of the other lack the time is longer. */
typedef struct {
  LanConversationId conversation;
  LanAccountId account; /* of the other, zero of a group */
  gboolean is_group;    /* the sealed records stay, for members who lack them */
  gint64 before_ms;     /* what is older on screen */
  LanDeviceId
      device; /* of this log, what stands behind upto_seq has not reached the other and stays */
  guint64 upto_seq;
} LanKeepRule;

/** @days: 0 for ever, 365, 90, 30 or 7. Errors: MISMATCH (unknown person), MALFORMED (no such rule). */
LanStatus lan_core_set_keep (LanCore *core, const LanAccountId *account, guint days,
                             const LanTime *now);
LanStatus lan_core_group_set_keep (LanCore *core, const LanConversationId *id, guint days,
                                   const LanTime *now);

/** Returns: (transfer full): of LanKeepRule. */
GArray *lan_core_list_keep_rules (LanCore *core, const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
