/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-discovery-private.h"

#include <string.h>
#include <time.h>

#define WOKE_UP_US (2 * G_USEC_PER_SEC)

LAN_DEFINE_ERROR (LanDiscoveryError, lan_discovery_error, "lan-discovery-error",
                  LAN_DISCOVERY_ERROR_LIST)

void
lan_discovery_update_timer (LanDiscovery *d)
{
  gint64 next_us = MIN (lan_candidates_next_deadline (d->candidates), d->socket_retry_us);

  if (!d->is_started)
    return;
  for (guint i = 0; d->has_record && d->socket != NULL && i < d->segments->len; i++)
    next_us = MIN (next_us, g_array_index (d->segments, LanDiscoverySegment, i).schedule.next_us);
  next_us = MAX (next_us, 0);
  if (next_us == d->timer_us)
    return;
  d->timer_us = next_us;
  g_source_set_ready_time (d->timer, next_us == LAN_NEVER_US ? -1 : next_us);
}

void
lan_discovery_notice (LanDiscovery *d, const char *code, const char *text)
{
  if (d->config.callbacks.notice != NULL)
    d->config.callbacks.notice (code, text, d->config.user_data);
}

/* Callbacks may stop the object: everything is looked at anew each time round. */
static void
tell_events (LanDiscovery *d, gint64 now_us)
{
  const LanDiscoveryCallbacks *call = &d->config.callbacks;
  g_autofree LanCandidateEvent *event = g_new (LanCandidateEvent, 1);

  while (lan_candidates_next_event (d->candidates, now_us, event)) {
    switch (event->type) {
    case LAN_CANDIDATE_FOUND:
      call->found (&event->candidate, d->config.user_data);
      break;
    case LAN_CANDIDATE_UPDATED:
      call->updated (&event->candidate, d->config.user_data);
      break;
    case LAN_CANDIDATE_LOST:
      call->lost (event->candidate.key, d->config.user_data);
      break;
    }
  }
}

static void
on_mdns_seen (guint64 origin, guint ifindex, const LanInstanceId *instance,
              const LanDiscoveryRecord *record, const char *address, gpointer user_data)
{
  LanDiscovery *d = user_data;
  LanSighting sighting = {
    .source = LAN_SOURCE_MDNS,
    .origin = origin,
    .has_record = TRUE,
    .instance = *instance,
    .record = *record,
    .address = address,
    .port = record->port,
    .ifindex = ifindex,
    .expires_us = LAN_NEVER_US,
  };

  if (lan_discovery_find_segment (d, ifindex) == NULL)
    return;
  (void) lan_candidates_sighted (d->candidates, &sighting, g_get_monotonic_time (), NULL);
  lan_discovery_update_timer (d);
}

static void
on_mdns_gone (guint64 origin, gpointer user_data)
{
  LanDiscovery *d = user_data;

  lan_candidates_forget_origin (d->candidates, origin);
  lan_discovery_update_timer (d);
}

static void
publish_mdns (LanDiscovery *d)
{
  g_autoptr (GArray) ifindexes = g_array_new (FALSE, FALSE, sizeof (guint));

  if (d->avahi == NULL)
    return;
  for (guint i = 0; i < d->segments->len; i++)
    g_array_append_val (ifindexes, g_array_index (d->segments, LanDiscoverySegment, i).ifindex);
  lan_avahi_publish (d->avahi, &d->instance, d->has_record ? &d->record : NULL,
                     (const guint *) (gpointer) ifindexes->data, ifindexes->len);
}

static void
new_instance (LanDiscovery *d)
{
  lan_random_bytes (d->config.random, d->instance.b, sizeof d->instance.b);
  lan_candidates_set_own (d->candidates, &d->instance);
}

/* Eight random bytes do not collide by chance: somebody copied them. A few times we step aside. */
static void
on_mdns_collision (gpointer user_data)
{
  LanDiscovery *d = user_data;

  if (!lan_rate_take (&d->collisions, g_get_monotonic_time ()))
    return;
  lan_discovery_say_bye (d);
  new_instance (d);
  publish_mdns (d);
  lan_discovery_hurry (d);
  lan_discovery_update_timer (d);
}

static void
on_mdns_available (gboolean is_available, gpointer user_data)
{
  LanDiscovery *d = user_data;

  if (is_available != d->is_mdns_absent)
    return;
  d->is_mdns_absent = !is_available;
  if (is_available)
    lan_discovery_notice (d, "mdns-back", "The Avahi service is there again.");
  else
    lan_discovery_notice (d, "mdns-absent",
                          "The Avahi service is not running; people are found by broadcast only.");
}

static void
on_host (guint64 origin, LanSource source, const char *const *addresses, guint n, guint16 port,
         gpointer user_data)
{
  LanDiscovery *d = user_data;
  LanSighting sighting = {
    .source = source, .origin = origin, .port = port, .expires_us = LAN_NEVER_US
  };

  lan_candidates_keep_addresses (d->candidates, origin, addresses, n);
  for (guint i = 0; i < n; i++) {
    sighting.address = addresses[i];
    (void) lan_candidates_sighted (d->candidates, &sighting, g_get_monotonic_time (), NULL);
  }
  lan_discovery_update_timer (d);
}

static void
on_interfaces (gpointer user_data)
{
  LanDiscovery *d = user_data;
  GArray *interfaces = lan_interfaces_read ((const char *const *) d->patterns, NULL);

  if (interfaces == NULL || !lan_discovery_take_interfaces (d, interfaces))
    return;
  publish_mdns (d);
  lan_host_list_refresh (d->hosts);
  lan_discovery_update_timer (d);
  if (d->config.callbacks.network_changed != NULL)
    d->config.callbacks.network_changed (d->config.user_data);
}

static gint64
time_asleep_us (void)
{
  struct timespec t;

  clock_gettime (CLOCK_BOOTTIME, &t);
  return (gint64) t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000 - g_get_monotonic_time ();
}

/* The monotonic clock stands still in sleep, so nobody expired; but everything may have moved. */
static void
look_for_wake_up (LanDiscovery *d, gint64 now_us)
{
  gint64 asleep_us = time_asleep_us ();
  gboolean woke_up = asleep_us - d->asleep_us > WOKE_UP_US;

  d->asleep_us = asleep_us;
  if (!woke_up)
    return;
  g_info ("woke up");
  for (guint i = 0; i < d->segments->len; i++)
    lan_beacon_schedule_restart (&g_array_index (d->segments, LanDiscoverySegment, i).schedule,
                                 now_us);
  for (guint i = 0; d->socket != NULL && i < d->interfaces->len; i++)
    lan_beacon_socket_join (d->socket, &g_array_index (d->interfaces, LanInterface, i));
  lan_host_list_refresh (d->hosts);
  if (d->config.callbacks.network_changed != NULL)
    d->config.callbacks.network_changed (d->config.user_data);
}

static gboolean
on_timer (gpointer data)
{
  LanDiscovery *d = data;
  gint64 now_us = g_get_monotonic_time ();

  d->timer_us = LAN_NEVER_US;
  g_source_set_ready_time (d->timer, -1);
  look_for_wake_up (d, now_us);
  if (d->socket_retry_us <= now_us)
    lan_discovery_open_socket (d);
  lan_discovery_send_due (d, now_us);
  lan_candidates_advance (d->candidates, now_us);
  tell_events (d, now_us);
  lan_discovery_update_timer (d);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

LanDiscovery *
lan_discovery_new (const LanDiscoveryConfig *config)
{
  static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };
  LanDiscovery *d = g_new0 (LanDiscovery, 1);

  d->config = *config;
  d->patterns = g_strdupv ((char **) config->interfaces);
  d->config.interfaces = (const char *const *) d->patterns;
  d->candidates = lan_candidates_new ();
  d->segments = g_array_new (FALSE, FALSE, sizeof (LanDiscoverySegment));
  d->hosts = lan_host_list_new (on_host, d);
  d->socket_retry_us = LAN_NEVER_US;
  lan_rate_init (&d->collisions, 0.05, 3);
  new_instance (d);
  d->timer = g_source_new (&timer_funcs, sizeof (GSource));
  d->timer_us = LAN_NEVER_US;
  g_source_set_callback (d->timer, on_timer, d, NULL);
  g_source_attach (d->timer, g_main_context_get_thread_default ());
  return d;
}

gboolean
lan_discovery_start (LanDiscovery *d, GError **error)
{
  static const LanAvahiCallbacks avahi_callbacks = { on_mdns_seen, on_mdns_gone, on_mdns_collision,
                                                     on_mdns_available };
  g_autoptr (GError) cause = NULL;
  GArray *interfaces;

  g_return_val_if_fail (!d->is_started, TRUE);
  d->watch = lan_interface_watch_new (on_interfaces, d, &cause);
  interfaces =
      d->watch != NULL ? lan_interfaces_read ((const char *const *) d->patterns, &cause) : NULL;
  if (interfaces == NULL) {
    g_clear_pointer (&d->watch, lan_interface_watch_free);
    g_set_error_literal (error, LAN_DISCOVERY_ERROR, LAN_DISCOVERY_ERROR_SYSTEM, cause->message);
    return FALSE;
  }
  d->is_started = TRUE;
  d->asleep_us = time_asleep_us ();
  lan_discovery_take_interfaces (d, interfaces);
  if (d->config.broadcast)
    lan_discovery_open_socket (d);
  if (d->config.mdns) {
    d->avahi = lan_avahi_new (&avahi_callbacks, d);
    publish_mdns (d);
  }
  lan_discovery_update_timer (d);
  return TRUE;
}

static void
close_sources (LanDiscovery *d)
{
  lan_discovery_say_bye (d);
  g_clear_pointer (&d->avahi, lan_avahi_free);
  g_clear_pointer (&d->socket, lan_beacon_socket_free);
  g_clear_pointer (&d->watch, lan_interface_watch_free);
  g_array_set_size (d->segments, 0);
  g_clear_pointer (&d->interfaces, g_array_unref);
  d->socket_retry_us = LAN_NEVER_US;
  d->is_mdns_absent = FALSE;
}

void
lan_discovery_stop (LanDiscovery *d)
{
  if (!d->is_started)
    return;
  close_sources (d);
  lan_candidates_drop_sources (d->candidates, LAN_SOURCE_MDNS | LAN_SOURCE_BEACON);
  lan_discovery_update_timer (d);
  d->is_started = FALSE;
  tell_events (d, g_get_monotonic_time ());
}

void
lan_discovery_free (LanDiscovery *d)
{
  if (d == NULL)
    return;
  if (d->is_started)
    close_sources (d);
  g_source_destroy (d->timer);
  g_source_unref (d->timer);
  lan_host_list_free (d->hosts);
  lan_candidates_free (d->candidates);
  g_array_unref (d->segments);
  g_strfreev (d->patterns);
  g_free (d);
}

/* Whether readers would take the two for one candidate (lan-candidates.h). */
static gboolean
is_same_identity (const LanDiscoveryRecord *a, const LanDiscoveryRecord *b)
{
  return a->port == b->port &&
         memcmp (a->account_prefix, b->account_prefix, sizeof a->account_prefix) == 0;
}

void
lan_discovery_publish (LanDiscovery *d, const LanDiscoveryRecord *record)
{
  if (d->has_record && record != NULL && lan_discovery_record_equal (&d->record, record))
    return;
  if (d->is_started && (record == NULL || !is_same_identity (&d->record, record)))
    lan_discovery_say_bye (d);
  d->has_record = record != NULL;
  if (record != NULL)
    d->record = *record;
  if (!d->is_started)
    return;
  publish_mdns (d);
  lan_discovery_hurry (d);
  lan_discovery_update_timer (d);
}

void
lan_discovery_doubt (LanDiscovery *d, guint64 key)
{
  lan_candidates_doubt (d->candidates, key);
  lan_discovery_update_timer (d);
}

void
lan_discovery_pin (LanDiscovery *d, guint64 key)
{
  lan_candidates_pin (d->candidates, key);
}

gboolean
lan_discovery_add_host (LanDiscovery *d, LanSource source, const char *host, GError **error)
{
  return lan_host_list_add (d->hosts, source, host, error);
}

void
lan_discovery_remove_host (LanDiscovery *d, const char *host)
{
  lan_host_list_remove (d->hosts, host);
}

const LanInstanceId *
lan_discovery_get_instance (const LanDiscovery *d)
{
  return &d->instance;
}
