/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bulk-rate.h"

#define BURST_DIVISOR 10          /* the bucket holds a tenth of a second */
#define BURST_MIN     (16 * 1024) /* and at least this */
#define WAIT_MIN_US   500
#define WAIT_MAX_US   (100 * 1000)

struct _LanBulkRate {
  gint ref_count;
  GMutex mutex;
  guint64 bytes_per_s; /* 0: no limit */
  double tokens;       /* below 0 never */
  gint64 filled_us;    /* 0: not yet */
};

LanBulkRate *
lan_bulk_rate_new (guint64 bytes_per_s)
{
  LanBulkRate *rate = g_new0 (LanBulkRate, 1);

  rate->ref_count = 1;
  rate->bytes_per_s = bytes_per_s;
  g_mutex_init (&rate->mutex);
  return rate;
}

LanBulkRate *
lan_bulk_rate_ref (LanBulkRate *rate)
{
  g_atomic_int_inc (&rate->ref_count);
  return rate;
}

void
lan_bulk_rate_unref (LanBulkRate *rate)
{
  if (rate == NULL || !g_atomic_int_dec_and_test (&rate->ref_count))
    return;
  g_mutex_clear (&rate->mutex);
  g_free (rate);
}

static double
burst (const LanBulkRate *rate)
{
  return (double) MAX (rate->bytes_per_s / BURST_DIVISOR, BURST_MIN);
}

void
lan_bulk_rate_set (LanBulkRate *rate, guint64 bytes_per_s)
{
  g_mutex_lock (&rate->mutex);
  rate->bytes_per_s = bytes_per_s;
  rate->tokens = MIN (rate->tokens, burst (rate));
  g_mutex_unlock (&rate->mutex);
}

guint64
lan_bulk_rate_get (LanBulkRate *rate)
{
  guint64 bytes_per_s;

  g_mutex_lock (&rate->mutex);
  bytes_per_s = rate->bytes_per_s;
  g_mutex_unlock (&rate->mutex);
  return bytes_per_s;
}

static void
fill (LanBulkRate *rate, gint64 now_us)
{
  if (rate->filled_us != 0 && now_us > rate->filled_us)
    rate->tokens += (double) (now_us - rate->filled_us) * (double) rate->bytes_per_s / 1e6;
  rate->tokens = MIN (rate->tokens, burst (rate));
  rate->filled_us = MAX (now_us, rate->filled_us);
}

gsize
lan_bulk_rate_take (LanBulkRate *rate, gsize bytes, gint64 now_us, gint64 *wait_us)
{
  gsize n = bytes;

  *wait_us = 0;
  g_mutex_lock (&rate->mutex);
  if (rate->bytes_per_s > 0 && bytes > 0) {
    fill (rate, now_us);
    n = MIN (bytes, (gsize) rate->tokens);
    /* Not byte by byte: at least the smaller of what is wanted and a quarter of a burst. */
    if (n < bytes && (double) n < burst (rate) / 4) {
      double lacking = MIN ((double) bytes, burst (rate) / 4) - rate->tokens;

      n = 0;
      *wait_us =
          CLAMP ((gint64) (lacking * 1e6 / (double) rate->bytes_per_s), WAIT_MIN_US, WAIT_MAX_US);
    }
    rate->tokens -= (double) n;
  }
  g_mutex_unlock (&rate->mutex);
  return n;
}

void
lan_bulk_rate_return (LanBulkRate *rate, gsize bytes)
{
  g_mutex_lock (&rate->mutex);
  if (rate->bytes_per_s > 0)
    rate->tokens = MIN (rate->tokens + (double) bytes, burst (rate));
  g_mutex_unlock (&rate->mutex);
}
