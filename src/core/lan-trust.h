/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The trust machine of SECURITY 4.4 as one table.
 *
 *   CLAIMED --accept--> TOFU --verify--> VERIFIED
 *      | claim            \                 |
 *      v                   \---- revoke ----+--> REVOKED (for good)
 *   CHANGED --accept--> TOFU, --verify--> VERIFIED
 *
 * The directory: CLAIMED, TOFU, CHANGED --attest--> ATTESTED --unattest--> CLAIMED; what was compared
 * in person stays VERIFIED. Suspended by it: REVOKED, until it restores them as ATTESTED.
 *
 * CHANGED is the state of the new key that came under a known name: behind a bar until a person
 * decides. The old key keeps its state. Pure.
 */
#pragma once

#include "lan-change.h"

G_BEGIN_DECLS

typedef enum {
  LAN_TRUST_ON_ACCEPT,   /* accepted, written to, or merged into */
  LAN_TRUST_ON_VERIFY,   /* number, words or code compared */
  LAN_TRUST_ON_CLAIM,    /* the name of somebody known under this key */
  LAN_TRUST_ON_REVOKE,   /* its own list leaves it no device */
  LAN_TRUST_ON_ATTEST,   /* the company's directory vouches for it */
  LAN_TRUST_ON_UNATTEST, /* and no longer does */
  LAN_TRUST_ON_SUSPEND,  /* it says that they are suspended, or have left */
  LAN_TRUST_ON_RESTORE,  /* it takes that back; only after ON_SUSPEND */
  LAN_TRUST_EVENT_N
} LanTrustEvent;

/** FALSE, and @trust stays, when @event is not allowed in this state. */
gboolean lan_trust_step (LanTrust *trust, LanTrustEvent event) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
