/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The real sockets in a network namespace of the test's own, with interfaces that it makes and
 * breaks by `ip`. Several LanDiscovery in one process stand for several profiles on one computer.
 */
#include "test-discovery.h"

#include "lan-beacon.h"
#include "lan-discovery.h"
#include "lan-interfaces.h"

#include <gio/gio.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#define DEADLINE_SECONDS 20

typedef struct {
  LanDiscovery *discovery;
  LanSeededRandom random;
  guint found, updated, lost, network_changes, notices;
  LanCandidate last;
} Peer;

static gboolean in_namespace;

static gboolean
ip (const char *arguments)
{
  g_autofree char *line = g_strdup_printf ("ip %s", arguments);
  int status;

  return g_spawn_command_line_sync (line, NULL, NULL, &status, NULL) &&
         g_spawn_check_wait_status (status, NULL);
}

/* Once: everything after this runs in the namespace, threads included. */
static gboolean
enter_namespace (void)
{
  static gboolean tried;

  if (!tried) {
    tried = TRUE;
    in_namespace = geteuid () == 0 && unshare (CLONE_NEWNET) == 0 && ip ("link set lo up");
  }
  if (!in_namespace)
    g_test_skip ("needs root and network namespaces");
  return in_namespace;
}

/* A pair of which the other end is named so that it does not count. */
static gboolean
make_interface (const char *name, const char *address)
{
  g_autofree char *add = g_strdup_printf ("link add %s type veth peer name vethx-%s", name, name);
  g_autofree char *number = g_strdup_printf ("addr add %s/24 brd + dev %s", address, name);
  g_autofree char *other = g_strdup_printf ("link set vethx-%s up", name);
  g_autofree char *up = g_strdup_printf ("link set %s up", name);

  return ip (add) && ip (other) && ip (number) && ip (up);
}

static void
drop_interface (const char *name)
{
  g_autofree char *line = g_strdup_printf ("link del %s", name);

  g_assert_true (ip (line));
}

static void
on_found (const LanCandidate *candidate, gpointer data)
{
  Peer *peer = data;

  peer->found++;
  peer->last = *candidate;
}

static void
on_updated (const LanCandidate *candidate, gpointer data)
{
  Peer *peer = data;

  peer->updated++;
  peer->last = *candidate;
}

static void
on_lost (guint64 key, gpointer data)
{
  ((Peer *) data)->lost++;
}

static void
on_network (gpointer data)
{
  ((Peer *) data)->network_changes++;
}

static void
on_notice (const char *code, const char *text, gpointer data)
{
  ((Peer *) data)->notices++;
}

static Peer *
peer_new (guint seed, const char *name, const char *const *interfaces)
{
  Peer *peer = g_new0 (Peer, 1);
  LanDiscoveryConfig config = {
    .interfaces = interfaces,
    .broadcast = TRUE,
    .random = &peer->random.base,
    .callbacks = { on_found, on_updated, on_lost, on_network, on_notice },
    .user_data = peer,
  };
  guint8 prefix[LAN_ACCOUNT_PREFIX_BYTES] = { (guint8) seed };
  LanDiscoveryRecord record;
  g_autoptr (GError) error = NULL;

  lan_seeded_random_init (&peer->random, seed);
  peer->discovery = lan_discovery_new (&config);
  lan_discovery_record_init_visible (&record, (guint16) (1000 + seed), name, prefix, 0);
  lan_discovery_publish (peer->discovery, &record);
  g_assert_true (lan_discovery_start (peer->discovery, &error));
  g_assert_no_error (error);
  return peer;
}

static void
peer_free (Peer *peer)
{
  lan_discovery_free (peer->discovery);
  g_free (peer);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)

static gboolean
on_too_late (gpointer data)
{
  g_error ("nothing happened in %d seconds", DEADLINE_SECONDS);
  return G_SOURCE_REMOVE;
}

/* Runs the loop until *counter reaches @value. Returns: seconds. */
static double
run_until (const guint *counter, guint value)
{
  guint guard = g_timeout_add_seconds (DEADLINE_SECONDS, on_too_late, NULL);
  gint64 start_us = g_get_monotonic_time ();

  while (*counter < value)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (guard);
  return (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
}

static gboolean
on_tick (gpointer data)
{
  ++*(guint *) data;
  return G_SOURCE_REMOVE;
}

static void
run_for_ms (guint ms)
{
  guint ticked = 0;

  g_timeout_add (ms, on_tick, &ticked);
  while (ticked == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_two_profiles (void)
{
  g_autoptr (Peer) a = NULL;
  g_autoptr (Peer) b = NULL;
  guint8 prefix[LAN_ACCOUNT_PREFIX_BYTES] = { 2 };
  LanDiscoveryRecord record;
  double seconds;

  if (!enter_namespace ())
    return;
  g_assert_true (make_interface ("e0", "10.77.0.1"));
  a = peer_new (1, "Anna", NULL);
  run_for_ms (1500);
  b = peer_new (2, "Bo", NULL);
  seconds = run_until (&a->found, 1) + run_until (&b->found, 1);
  g_test_message ("seen after %.3f s", seconds);
  g_assert_cmpfloat (seconds, <, 1.0);
  g_assert_cmpstr (a->last.record.name, ==, "Bo");
  g_assert_cmpuint (a->last.addresses[0].port, ==, 1002);
  g_assert_cmpuint (a->last.sources, ==, LAN_SOURCE_BEACON);
  lan_discovery_record_init_visible (&record, 1002, "Bo Berg", prefix, 1);
  a->updated = 0;
  lan_discovery_publish (b->discovery, &record);
  while (strcmp (a->last.record.name, "Bo Berg") != 0)
    run_until (&a->updated, a->updated + 1);
  lan_discovery_stop (b->discovery);
  g_assert_cmpuint (b->lost, ==, 1);
  g_assert_cmpfloat (run_until (&a->lost, 1), <, 1.0);
  g_assert_true (lan_discovery_start (b->discovery, NULL));
  run_until (&a->found, 2);
  drop_interface ("e0");
  run_until (&a->lost, 2);
}

static void
test_interfaces_come_and_go (void)
{
  g_autoptr (Peer) a = NULL;
  g_autoptr (Peer) b = NULL;

  if (!enter_namespace ())
    return;
  a = peer_new (1, "Anna", NULL);
  b = peer_new (2, "Bo", NULL);
  g_assert_true (make_interface ("docker0", "10.78.0.1"));
  g_assert_true (make_interface ("e1", "10.77.1.1"));
  g_assert_cmpfloat (run_until (&a->found, 1), <, 2.0);
  run_until (&b->found, 1);
  g_assert_cmpuint (a->network_changes, >, 0);
  g_assert_true (make_interface ("e2", "10.77.2.1"));
  while (a->last.n_addresses < 4)
    run_until (&a->updated, a->updated + 1);
  g_assert_cmpuint (a->found, ==, 1);
  for (guint i = 0; i < a->last.n_addresses; i++)
    g_assert_cmpstr (a->last.addresses[i].address, !=, "10.78.0.1");
  drop_interface ("e1");
  while (a->last.n_addresses > 2)
    run_until (&a->updated, a->updated + 1);
  drop_interface ("e2");
  run_until (&a->lost, 1);
  drop_interface ("docker0");
}

static void
test_chosen_interface (void)
{
  const char *const chosen[] = { "vethme", NULL };
  g_autoptr (Peer) a = NULL;
  g_autoptr (Peer) b = NULL;
  g_autoptr (Peer) elsewhere = NULL;

  if (!enter_namespace ())
    return;
  g_assert_true (make_interface ("vethme", "10.79.0.1"));
  elsewhere = peer_new (3, "Cy", NULL);
  a = peer_new (1, "Anna", chosen);
  b = peer_new (2, "Bo", chosen);
  run_until (&a->found, 1);
  run_until (&b->found, 1);
  run_for_ms (300);
  g_assert_cmpuint (elsewhere->found, ==, 0);
  g_assert_cmpuint (a->found, ==, 1);
  drop_interface ("vethme");
}

/* A computer without any network: its profiles find each other when told to use loopback. */
static void
test_loopback (void)
{
  const char *const chosen[] = { "lo", NULL };
  g_autoptr (Peer) a = NULL;
  g_autoptr (Peer) b = NULL;

  if (!enter_namespace ())
    return;
  a = peer_new (1, "Anna", chosen);
  b = peer_new (2, "Bo", chosen);
  run_until (&a->found, 1);
  run_until (&b->found, 1);
  g_assert_cmpstr (a->last.addresses[0].address, ==, "127.0.0.1");
}

static void
test_silence_means_gone (void)
{
  g_autoptr (Peer) a = NULL;
  g_autoptr (GSocket) raw = NULL;
  g_autoptr (GSocketAddress) to = NULL;
  LanBeacon beacon = { .interval_ms = LAN_BEACON_MIN_INTERVAL_MS, .instance.b = { 9 } };
  guint8 prefix[LAN_ACCOUNT_PREFIX_BYTES] = { 4 };
  guint8 bytes[LAN_BEACON_MAX_BYTES];
  gsize len;
  double seconds;

  if (!enter_namespace ())
    return;
  g_assert_true (make_interface ("e3", "10.77.3.1"));
  a = peer_new (1, "Anna", NULL);
  run_for_ms (100);
  raw = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_socket_set_broadcast (raw, TRUE);
  to = g_inet_socket_address_new_from_string ("10.77.3.255", LAN_DISCOVERY_PORT);
  lan_discovery_record_init_visible (&beacon.record, 5, "Ghost", prefix, 0);
  len = lan_beacon_encode (&beacon, bytes);
  /* Junk first: every length, nothing heard. */
  for (gsize cut = 0; cut < len; cut++)
    (void) g_socket_send_to (raw, to, (const char *) bytes, cut, NULL, NULL);
  run_for_ms (2500);
  g_assert_cmpuint (a->found, ==, 0);
  g_assert_cmpint (g_socket_send_to (raw, to, (const char *) bytes, len, NULL, NULL), ==,
                   (gssize) len);
  run_until (&a->found, 1);
  seconds = run_until (&a->lost, 1);
  g_assert_cmpfloat (seconds, >, 1.0);
  g_assert_cmpfloat (seconds, <, 2.0);
  drop_interface ("e3");
}

static void
test_hosts (void)
{
  g_autoptr (Peer) a = NULL;
  g_autoptr (GError) error = NULL;

  if (!enter_namespace ())
    return;
  a = peer_new (1, "Anna", NULL);
  g_assert_false (lan_discovery_add_host (a->discovery, LAN_SOURCE_MANUAL, "no host", &error));
  g_assert_error (error, LAN_DISCOVERY_ERROR, LAN_DISCOVERY_ERROR_BAD_HOST);
  g_assert_cmpstr (lan_discovery_error_code (error->code), ==, "bad-host");
  g_assert_true (lan_discovery_add_host (a->discovery, LAN_SOURCE_MANUAL, "10.5.5.5:7", NULL));
  g_assert_true (lan_discovery_add_host (a->discovery, LAN_SOURCE_MANUAL, "10.5.5.5:7", NULL));
  g_assert_true (lan_discovery_add_host (a->discovery, LAN_SOURCE_REMEMBERED, "localhost", NULL));
  run_until (&a->found, 2);
  g_assert_false (a->last.has_record);
  lan_discovery_remove_host (a->discovery, "10.5.5.5:7");
  lan_discovery_remove_host (a->discovery, "never there");
  run_until (&a->lost, 1);
  /* Stopping keeps what was entered. */
  lan_discovery_stop (a->discovery);
  run_for_ms (50);
  g_assert_cmpuint (a->lost, ==, 1);
}

/* Without a system bus there is a notice, and everything else works. */
static void
test_no_avahi (void)
{
  g_autoptr (Peer) a = NULL;
  g_autoptr (LanDiscovery) d = NULL;
  LanDiscoveryConfig config;

  if (!enter_namespace ())
    return;
  a = g_new0 (Peer, 1);
  lan_seeded_random_init (&a->random, 1);
  config = (LanDiscoveryConfig){
    .mdns = TRUE,
    .random = &a->random.base,
    .callbacks = { on_found, on_updated, on_lost, on_network, on_notice },
    .user_data = a,
  };
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  d = lan_discovery_new (&config);
  g_assert_true (lan_discovery_start (d, NULL));
  run_until (&a->notices, 1);
  run_for_ms (1000);
  g_assert_cmpuint (a->notices, ==, 1);
}

void
add_network_tests (void)
{
  g_test_add_func ("/discovery/network/two-profiles", test_two_profiles);
  g_test_add_func ("/discovery/network/interfaces-come-and-go", test_interfaces_come_and_go);
  g_test_add_func ("/discovery/network/chosen-interface", test_chosen_interface);
  g_test_add_func ("/discovery/network/loopback", test_loopback);
  g_test_add_func ("/discovery/network/silence-means-gone", test_silence_means_gone);
  g_test_add_func ("/discovery/network/hosts", test_hosts);
  g_test_add_func ("/discovery/network/no-avahi", test_no_avahi);
}
