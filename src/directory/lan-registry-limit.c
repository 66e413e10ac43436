/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Limits (SECURITY 8.1, 8.5, amendment j). Each table is bounded; when one is full, newcomers are
 * refused rather than old guilt forgotten.
 */
#include "lan-registry-private.h"

#define MINUTE_US (60 * (gint64) G_USEC_PER_SEC)
#define DELAY_US  MINUTE_US /* after the failures, doubling */

typedef struct {
  gint64 since_us;
  guint count;
} Attempts;

typedef struct {
  gint64 since_us;
  gint64 open_us; /* not before */
  gint64 delay_us;
  guint count;
} Failures;

gboolean
lan_bucket_take (Bucket *bucket, gint64 now_us, guint burst, guint rate, guint32 *retry_ms)
{
  gint64 each = G_USEC_PER_SEC / MAX (rate, 1);
  gint64 full = MAX (bucket->full_us, now_us);
  gint64 over = full + each - now_us - each * (gint64) burst;

  if (over > 0) {
    *retry_ms = (guint32) MIN (over / 1000 + 1, G_MAXINT32);
    return FALSE;
  }
  bucket->full_us = full + each;
  return TRUE;
}

static guint32
wait_ms (gint64 until_us, gint64 now_us)
{
  return (guint32) MIN ((until_us - now_us) / 1000 + 1, G_MAXINT32);
}

gboolean
lan_registry_address_try (LanRegistry *registry, const char *address, guint32 *retry_ms)
{
  gint64 now = registry->now.mono_us;
  Attempts *a = g_hash_table_lookup (registry->addresses, address);

  if (a == NULL) {
    if (g_hash_table_size (registry->addresses) >= LAN_REGISTRY_ADDRESSES) {
      *retry_ms = 60000;
      return FALSE;
    }
    a = g_new0 (Attempts, 1);
    a->since_us = now;
    g_hash_table_insert (registry->addresses, g_strdup (address), a);
  }
  if (now - a->since_us >= MINUTE_US) {
    a->since_us = now;
    a->count = 0;
  }
  if (a->count >= registry->limits.address_attempts) {
    *retry_ms = wait_ms (a->since_us + MINUTE_US, now);
    return FALSE;
  }
  a->count++;
  return TRUE;
}

gboolean
lan_registry_login_try (LanRegistry *registry, const char *login, guint32 *retry_ms)
{
  gint64 now = registry->now.mono_us;
  Failures *f = g_hash_table_lookup (registry->failures, login);

  if (f == NULL) {
    if (g_hash_table_size (registry->failures) < LAN_REGISTRY_ADDRESSES)
      return TRUE;
    *retry_ms = 60000;
    return FALSE;
  }
  if (now >= f->open_us)
    return TRUE;
  *retry_ms = wait_ms (f->open_us, now);
  return FALSE;
}

void
lan_registry_login_failed (LanRegistry *registry, const char *login)
{
  gint64 now = registry->now.mono_us;
  Failures *f = g_hash_table_lookup (registry->failures, login);

  if (f == NULL) {
    f = g_new0 (Failures, 1);
    f->since_us = now;
    g_hash_table_insert (registry->failures, g_strdup (login), f);
  }
  if (f->delay_us == 0 && now - f->since_us >= registry->limits.login_window_us) {
    f->since_us = now;
    f->count = 0;
  }
  if (++f->count < registry->limits.login_failures)
    return;
  f->delay_us =
      f->delay_us == 0 ? DELAY_US : MIN (f->delay_us * 2, registry->limits.login_delay_max_us);
  f->open_us = now + f->delay_us;
}

void
lan_registry_login_succeeded (LanRegistry *registry, const char *login)
{
  g_hash_table_remove (registry->failures, login);
}

/* One hour at a time: counting starts again for all. */
gboolean
lan_registry_bundle_try (LanRegistry *registry, const Account *asks, const Device *device)
{
  struct {
    const Account *asks;
    const Device *device;
  } pair = { asks, device };
  g_autoptr (GBytes) key = g_bytes_new (&pair, sizeof pair);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (registry->bundles, key));

  if (count >= registry->limits.bundles_per_hour ||
      g_hash_table_size (registry->bundles) >= LAN_REGISTRY_BUNDLE_PAIRS)
    return FALSE;
  g_hash_table_insert (registry->bundles, g_steal_pointer (&key), GUINT_TO_POINTER (count + 1));
  return TRUE;
}

static gboolean
is_old_attempt (gpointer key, gpointer value, gpointer data)
{
  return *(gint64 *) data - ((Attempts *) value)->since_us >= MINUTE_US;
}

/* After its delay a failure is remembered for another window, so that the next delay doubles. */
static gboolean
is_old_failure (gpointer key, gpointer value, gpointer data)
{
  LanRegistry *registry = data;
  const Failures *f = value;

  return registry->now.mono_us - MAX (f->since_us, f->open_us) >= registry->limits.login_window_us;
}

void
lan_registry_limit_tidy (LanRegistry *registry)
{
  g_hash_table_foreach_remove (registry->addresses, is_old_attempt, &registry->now.mono_us);
  g_hash_table_foreach_remove (registry->failures, is_old_failure, registry);
  if (registry->now.mono_us >= registry->bundles_us) {
    g_hash_table_remove_all (registry->bundles);
    registry->bundles_us = registry->now.mono_us + 60 * MINUTE_US;
  }
}

void
lan_registry_limits_default (LanRegistryLimits *limits)
{
  *limits = (LanRegistryLimits){
    .login_failures = 5,
    .login_window_us = 15 * MINUTE_US,
    .login_delay_max_us = 60 * MINUTE_US,
    .address_attempts = 20,
    .password_jobs = 2,
    .password_queue = 32,
    .device_connections = 4,
    .deposit_burst = 5000,
    .deposit_rate = 50,
    .signal_burst = 2000,
    .signal_rate = 200,
    .request_burst = 500,
    .request_rate = 20,
    .piece_burst = 2048,
    .piece_rate = 256,
    .bundles_per_hour = 5,
    .mailbox_bytes = 64 * 1024 * 1024,
    .mail_life_ms = 30 * G_GINT64_CONSTANT (86400000),
    .blob_bytes = 64 * 1024 * 1024,
    .blob_quota = 256 * 1024 * 1024,
    .blob_life_ms = 30 * G_GINT64_CONSTANT (86400000),
    .subscriptions = 4096,
    .presence_turn = 4096,
    .login_deadline_us = 10 * (gint64) G_USEC_PER_SEC,
    .idle_us = 90 * (gint64) G_USEC_PER_SEC,
  };
}
