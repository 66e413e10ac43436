/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A token bucket: so many at once, so many a second afterwards. A plain value in the memory of its
 * user; time is passed in. One thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double per_second;
  double burst;
  double tokens;
  gint64 last_us;
} LanRate;

void lan_rate_init (LanRate *rate, double per_second, double burst);

/** Takes one token; FALSE when there is none. */
gboolean lan_rate_take (LanRate *rate, gint64 now_us);

/** Returns: when the next token will be there, @now_us when there is one. */
gint64 lan_rate_next (const LanRate *rate, gint64 now_us);

G_END_DECLS
