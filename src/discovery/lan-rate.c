/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rate.h"

void
lan_rate_init (LanRate *rate, double per_second, double burst)
{
  *rate = (LanRate){ .per_second = per_second, .burst = burst, .tokens = burst };
}

static double
tokens_at (const LanRate *rate, gint64 now_us)
{
  double gained = MAX (now_us - rate->last_us, 0) * rate->per_second / G_USEC_PER_SEC;

  return MIN (rate->tokens + gained, rate->burst);
}

gboolean
lan_rate_take (LanRate *rate, gint64 now_us)
{
  rate->tokens = tokens_at (rate, now_us);
  rate->last_us = MAX (rate->last_us, now_us);
  if (rate->tokens < 1)
    return FALSE;
  rate->tokens -= 1;
  return TRUE;
}

gint64
lan_rate_next (const LanRate *rate, gint64 now_us)
{
  double missing = 1 - tokens_at (rate, now_us);

  return missing <= 0 ? now_us
                      : now_us + (gint64) (missing * G_USEC_PER_SEC / rate->per_second) + 1;
}
