/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-trust.h"

#define NO LAN_TRUST_N

static const LanTrust next[LAN_TRUST_N][LAN_TRUST_EVENT_N] = {
  /* accept, verify, claim, revoke, attest, unattest, suspend, restore */
  [LAN_TRUST_CLAIMED] = { LAN_TRUST_TOFU, LAN_TRUST_VERIFIED, LAN_TRUST_CHANGED, LAN_TRUST_REVOKED,
                          LAN_TRUST_ATTESTED, NO, LAN_TRUST_REVOKED, NO },
  [LAN_TRUST_TOFU] = { LAN_TRUST_TOFU, LAN_TRUST_VERIFIED, NO, LAN_TRUST_REVOKED,
                       LAN_TRUST_ATTESTED, NO, LAN_TRUST_REVOKED, NO },
  [LAN_TRUST_ATTESTED] = { LAN_TRUST_ATTESTED, LAN_TRUST_VERIFIED, NO, LAN_TRUST_REVOKED,
                           LAN_TRUST_ATTESTED, LAN_TRUST_CLAIMED, LAN_TRUST_REVOKED, NO },
  [LAN_TRUST_VERIFIED] = { LAN_TRUST_VERIFIED, LAN_TRUST_VERIFIED, NO, LAN_TRUST_REVOKED,
                           LAN_TRUST_VERIFIED, NO, LAN_TRUST_REVOKED, NO },
  [LAN_TRUST_CHANGED] = { LAN_TRUST_TOFU, LAN_TRUST_VERIFIED, LAN_TRUST_CHANGED, LAN_TRUST_REVOKED,
                          LAN_TRUST_ATTESTED, NO, LAN_TRUST_REVOKED, NO },
  [LAN_TRUST_REVOKED] = { NO, NO, NO, LAN_TRUST_REVOKED, NO, NO, NO, LAN_TRUST_ATTESTED },
};

gboolean
lan_trust_step (LanTrust *trust, LanTrustEvent event)
{
  LanTrust to;

  if ((guint) *trust >= LAN_TRUST_N || (guint) event >= LAN_TRUST_EVENT_N)
    return FALSE;
  to = next[*trust][event];
  if (to == NO)
    return FALSE;
  *trust = to;
  return TRUE;
}
