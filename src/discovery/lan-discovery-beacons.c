/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The interfaces that are announced on, and what is sent and heard there by broadcast and multicast.
 */
#include "lan-discovery-private.h"

#include "lan-beacon.h"

#define GONE_AFTER_INTERVALS_X10 25 /* silence of 2.5 intervals, DESIGN section 4 */
#define SOCKET_RETRY_US          (30 * G_USEC_PER_SEC)

LanDiscoverySegment *
lan_discovery_find_segment (LanDiscovery *d, guint ifindex)
{
  for (guint i = 0; i < d->segments->len; i++) {
    LanDiscoverySegment *segment = &g_array_index (d->segments, LanDiscoverySegment, i);

    if (segment->ifindex == ifindex)
      return segment;
  }
  return NULL;
}

static void
send_beacon (LanDiscovery *d, const LanInterface *iface, guint interval_ms, gboolean bye)
{
  LanBeacon beacon = {
    .instance = d->instance,
    .interval_ms = (guint16) MIN (interval_ms, LAN_BEACON_MAX_INTERVAL_MS),
    .bye = bye,
    .record = d->record,
  };
  guint8 bytes[LAN_BEACON_MAX_BYTES];
  gsize len = lan_beacon_encode (&beacon, bytes);

  lan_beacon_socket_send (d->socket, iface, bytes, len);
}

void
lan_discovery_say_bye (LanDiscovery *d)
{
  for (guint i = 0; d->has_record && d->socket != NULL && i < d->interfaces->len; i++)
    send_beacon (d, &g_array_index (d->interfaces, LanInterface, i), LAN_BEACON_MIN_INTERVAL_MS,
                 TRUE);
}

void
lan_discovery_send_due (LanDiscovery *d, gint64 now_us)
{
  for (guint i = 0; d->has_record && d->socket != NULL && i < d->segments->len; i++) {
    LanDiscoverySegment *segment = &g_array_index (d->segments, LanDiscoverySegment, i);
    const LanInterface *iface = lan_interfaces_find (d->interfaces, segment->ifindex);

    if (now_us < segment->schedule.next_us || iface == NULL)
      continue;
    lan_beacon_schedule_set_crowd (
        &segment->schedule,
        lan_candidates_count (d->candidates, LAN_SOURCE_BEACON, segment->ifindex),
        lan_beacon_socket_count (d->socket, iface));
    if (lan_beacon_schedule_take (&segment->schedule, now_us))
      send_beacon (d, iface, segment->schedule.interval_ms, FALSE);
  }
}

static void
on_beacon (const guint8 *data, gsize len, guint ifindex, const char *address, gpointer user_data)
{
  LanDiscovery *d = user_data;
  gint64 now_us = g_get_monotonic_time ();
  LanDiscoverySegment *segment = lan_discovery_find_segment (d, ifindex);
  LanSighting sighting = { .source = LAN_SOURCE_BEACON, .has_record = TRUE, .ifindex = ifindex };
  LanBeacon beacon;
  gboolean is_new;

  if (segment == NULL || lan_beacon_decode (&beacon, data, len) != LAN_STATUS_OK ||
      lan_instance_id_equal (&beacon.instance, &d->instance))
    return;
  sighting.instance = beacon.instance;
  sighting.record = beacon.record;
  sighting.address = address;
  sighting.port = beacon.record.port;
  sighting.expires_us = now_us + (gint64) beacon.interval_ms * 1000 * GONE_AFTER_INTERVALS_X10 / 10;
  if (beacon.bye)
    lan_candidates_bye (d->candidates, &sighting);
  else if (lan_candidates_sighted (d->candidates, &sighting, now_us, &is_new) == LAN_STATUS_OK &&
           is_new)
    lan_beacon_schedule_answer (&segment->schedule, now_us);
  lan_discovery_update_timer (d);
}

void
lan_discovery_hurry (LanDiscovery *d)
{
  gint64 now_us = g_get_monotonic_time ();

  for (guint i = 0; i < d->segments->len; i++)
    lan_beacon_schedule_hurry (&g_array_index (d->segments, LanDiscoverySegment, i).schedule,
                               now_us);
}

void
lan_discovery_open_socket (LanDiscovery *d)
{
  g_autoptr (GError) error = NULL;
  guint16 port = d->config.beacon_port != 0 ? d->config.beacon_port : LAN_DISCOVERY_PORT;
  gboolean is_retry = d->socket_retry_us != LAN_NEVER_US;

  d->socket = lan_beacon_socket_new (port, on_beacon, d, &error);
  d->socket_retry_us = LAN_NEVER_US;
  if (d->socket == NULL) {
    d->socket_retry_us = g_get_monotonic_time () + SOCKET_RETRY_US;
    if (!is_retry)
      lan_discovery_notice (d, "beacon-refused", error->message);
    return;
  }
  for (guint i = 0; i < d->interfaces->len; i++)
    lan_beacon_socket_join (d->socket, &g_array_index (d->interfaces, LanInterface, i));
}

static void
add_segment (LanDiscovery *d, const LanInterface *iface)
{
  LanDiscoverySegment segment = { .ifindex = iface->ifindex };

  g_info ("announcing on %s", iface->name);
  lan_beacon_schedule_init (&segment.schedule, d->config.random, g_get_monotonic_time ());
  g_array_append_val (d->segments, segment);
}

/* Returns: whether anything is different now. */
gboolean
lan_discovery_take_interfaces (LanDiscovery *d, GArray *interfaces)
{
  g_autoptr (GArray) before = g_steal_pointer (&d->interfaces);
  gboolean changed = FALSE;

  d->interfaces = interfaces;
  for (guint i = d->segments->len; i-- > 0;) {
    guint ifindex = g_array_index (d->segments, LanDiscoverySegment, i).ifindex;

    if (lan_interfaces_find (interfaces, ifindex) == NULL) {
      lan_candidates_drop_interface (d->candidates, ifindex, LAN_SOURCE_MDNS | LAN_SOURCE_BEACON);
      g_array_remove_index (d->segments, i);
      changed = TRUE;
    }
  }
  for (guint i = 0; i < interfaces->len; i++) {
    const LanInterface *iface = &g_array_index (interfaces, LanInterface, i);
    const LanInterface *old = lan_interfaces_find (before, iface->ifindex);

    if (old != NULL && old->digest == iface->digest)
      continue;
    changed = TRUE;
    if (old == NULL)
      add_segment (d, iface);
    else
      lan_beacon_schedule_restart (&lan_discovery_find_segment (d, iface->ifindex)->schedule,
                                   g_get_monotonic_time ());
    if (d->socket != NULL)
      lan_beacon_socket_join (d->socket, iface);
  }
  return changed;
}
