/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A group is addressed like a person, so that sending, history, search and all the rest take one kind
 * of address: its id in the first half of an account id, zeros in the second. No account key looks
 * like that. Core never sees these: the engine turns them back.
 */
#pragma once

#include <string.h>

#include "lan-id.h"

G_BEGIN_DECLS

static inline void
lan_group_address (LanAccountId *out, const LanConversationId *group)
{
  memset (out, 0, sizeof *out);
  memcpy (out->b, group->b, sizeof group->b);
}

/** @group: (out) (nullable). FALSE: a person's account, or nobody's. */
static inline gboolean
lan_group_of_address (const LanAccountId *account, LanConversationId *group)
{
  static const guint8 zeros[LAN_ACCOUNT_ID_BYTES - LAN_CONVERSATION_ID_BYTES];

  if (memcmp (account->b + LAN_CONVERSATION_ID_BYTES, zeros, sizeof zeros) != 0 ||
      lan_account_id_is_zero (account))
    return FALSE;
  if (group != NULL)
    memcpy (group->b, account->b, sizeof group->b);
  return TRUE;
}

G_END_DECLS
