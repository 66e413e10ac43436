/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* One call machine, looked at from outside: what it says and to whom. */
#pragma once

#include "lan-calls.h"
#include "lan-deadlines.h"

#include <string.h>

#define S ((gint64) G_USEC_PER_SEC)

typedef struct {
  LanCalls *calls;
  LanAccountId self, peer, other;
  LanDeviceId one, two; /* devices of peer; of other: one */
  LanMessageId id, id2;
  gint64 now;
} Desk;

void desk_init (Desk *d, gboolean self_is_smaller);
void desk_clear (Desk *d);

/* A signal of @device of @account about @id. */
void desk_say (Desk *d, const LanAccountId *account, const LanDeviceId *device,
               const LanMessageId *id, int type, int reason, guint flags, guint revision);

/* What was done since the last look, one word each: "ring>1 want+ media- record:answered". */
char *desk_take (Desk *d);

/* Asserts that desk_take() is this. */
void desk_expect (Desk *d, const char *words);

const char *desk_state (Desk *d);

void test_calls_walk_add (void);
