/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-discovery.h"

#include "lan-beacon-schedule.h"
#include "lan-beacon.h"
#include "lan-interfaces.h"

#define SECOND G_USEC_PER_SEC

/* Runs from @from_us to @to_us and counts beacons. */
static guint
run (LanBeaconSchedule *s, gint64 from_us, gint64 to_us)
{
  guint n = 0;

  while (s->next_us < to_us) {
    g_assert_true (lan_beacon_schedule_take (s, MAX (s->next_us, from_us)));
    n++;
  }
  return n;
}

static void
test_rhythm (void)
{
  LanSeededRandom random;
  LanBeaconSchedule s;
  gint64 last_us;

  lan_seeded_random_init (&random, 3);
  lan_beacon_schedule_init (&s, &random.base, 10 * SECOND);
  g_assert_cmpuint (run (&s, 0, 10 * SECOND + 21000), ==, 1);
  g_assert_cmpuint (run (&s, 0, 10 * SECOND + 300000), ==, 1);
  g_assert_cmpuint (run (&s, 0, 11 * SECOND + 50000), ==, 1);
  last_us = s.last_us;
  for (guint i = 0; i < 1000; i++) {
    gint64 next_us = s.next_us;

    g_assert_false (lan_beacon_schedule_take (&s, next_us - 1));
    g_assert_true (lan_beacon_schedule_take (&s, next_us));
    /* Never later than stated, or others believe us gone. */
    g_assert_cmpint (next_us - last_us, <=, (gint64) s.interval_ms * 1000);
    last_us = next_us;
  }
}

/* DESIGN section 4: a segment sees at most 50 a second in all. */
static void
test_crowd (void)
{
  static const guint sizes[] = { 1, 10, 50, 100, 400, 512 };
  LanSeededRandom random;

  lan_seeded_random_init (&random, 4);
  for (guint k = 0; k < G_N_ELEMENTS (sizes); k++) {
    guint n = sizes[k], datagrams = 0;

    for (guint i = 0; i < n; i++) {
      LanBeaconSchedule s;

      lan_beacon_schedule_init (&s, &random.base, 0);
      lan_beacon_schedule_set_crowd (&s, n - 1, 3);
      run (&s, 0, 100 * SECOND);
      datagrams += 3 * run (&s, 0, 400 * SECOND);
      g_assert_cmpuint (s.interval_ms, <=, LAN_BEACON_MAX_INTERVAL_MS);
    }
    g_assert_cmpuint (datagrams, <=, 300 * 50);
    g_assert_cmpuint (datagrams, >=, MIN (300 * 40, n * 3 * 140));
  }
}

static void
test_answers (void)
{
  LanSeededRandom random;
  LanBeaconSchedule s;
  guint sent = 0;

  lan_seeded_random_init (&random, 5);
  lan_beacon_schedule_init (&s, &random.base, 0);
  run (&s, 0, 10 * SECOND);
  lan_beacon_schedule_answer (&s, 10 * SECOND);
  g_assert_cmpint (s.next_us, <=, 10 * SECOND + 200000);
  g_assert_true (lan_beacon_schedule_take (&s, s.next_us));
  g_assert_cmpint (s.next_us, >, 10 * SECOND + 1500000);
  /* A flood of newcomers draws few answers out of us. */
  for (gint64 now = 20 * SECOND; now < 30 * SECOND; now += 1000) {
    lan_beacon_schedule_answer (&s, now);
    sent += lan_beacon_schedule_take (&s, now);
  }
  g_assert_cmpuint (sent, <=, 16);
  lan_beacon_schedule_hurry (&s, 40 * SECOND);
  g_assert_cmpint (s.next_us, <=, 40 * SECOND + 20000);
}

static void
test_interface_filter (void)
{
  static const char *const fit[] = {
    "eth0", "enp3s0", "wlan0", "e0", "tun0", "wg0", "bond0", "br0"
  };
  static const char *const unfit[] = { "docker0", "docker_gwbridge", "veth12ab", "virbr0",
                                       "vnet3",   "br-0123456789ab", "vboxnet0", "vmnet8",
                                       "lxcbr0",  "podman0",         "cni0" };
  static const char *const chosen[] = { "e0", "veth*", "lo", NULL };
  const guint up = IFF_UP | IFF_RUNNING;

  for (guint i = 0; i < G_N_ELEMENTS (fit); i++)
    g_assert_true (lan_interface_filter_accepts (NULL, fit[i], up));
  for (guint i = 0; i < G_N_ELEMENTS (unfit); i++)
    g_assert_false (lan_interface_filter_accepts (NULL, unfit[i], up));
  g_assert_false (lan_interface_filter_accepts (NULL, "lo", up | IFF_LOOPBACK));
  g_assert_false (lan_interface_filter_accepts (NULL, "eth0", IFF_UP));
  g_assert_false (lan_interface_filter_accepts (NULL, "eth0", IFF_RUNNING));
  g_assert_true (lan_interface_filter_accepts (chosen, "lo", up | IFF_LOOPBACK));
  g_assert_true (lan_interface_filter_accepts (chosen, "veth9", up));
  g_assert_false (lan_interface_filter_accepts (chosen, "e00", up));
  g_assert_false (lan_interface_filter_accepts (chosen, "e0", 0));
}

void
add_schedule_tests (void)
{
  g_test_add_func ("/discovery/schedule/rhythm", test_rhythm);
  g_test_add_func ("/discovery/schedule/crowd", test_crowd);
  g_test_add_func ("/discovery/schedule/answers", test_answers);
  g_test_add_func ("/discovery/interfaces/filter", test_interface_filter);
}
