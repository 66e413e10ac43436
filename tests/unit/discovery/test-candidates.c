/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-discovery.h"

#include "lan-candidates.h"
#include "lan-host-list.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

static LanSighting
sighting (LanSource source, guint64 instance, const char *name, guint ifindex, const char *address)
{
  LanSighting s = {
    .source = source,
    .has_record = TRUE,
    .address = address,
    .port = 24789,
    .ifindex = ifindex,
    .expires_us = LAN_NEVER_US,
  };
  guint8 prefix[LAN_ACCOUNT_PREFIX_BYTES] = { 0 };

  memcpy (s.instance.b, &instance, sizeof instance);
  memcpy (prefix, name, MIN (strlen (name), sizeof prefix));
  lan_discovery_record_init_visible (&s.record, 24789, name, prefix, 0);
  return s;
}

static LanStatus
see (LanCandidates *c, const LanSighting *s, gint64 now_us)
{
  return lan_candidates_sighted (c, s, now_us, NULL);
}

/* Takes one event and expects its type; the candidate stays in a static place. */
static const LanCandidate *
expect (LanCandidates *c, gint64 now_us, LanCandidateEventType type)
{
  static LanCandidateEvent event;

  g_assert_true (lan_candidates_next_event (c, now_us, &event));
  g_assert_cmpint (event.type, ==, type);
  return &event.candidate;
}

static void
expect_nothing (LanCandidates *c, gint64 now_us)
{
  LanCandidateEvent event;

  g_assert_false (lan_candidates_next_event (c, now_us, &event));
}

static void
test_merge (void)
{
  g_autoptr (LanCandidates) c = lan_candidates_new ();
  LanSighting beacon = sighting (LAN_SOURCE_BEACON, 7, "Li", 2, "10.0.0.1");
  LanSighting mdns = sighting (LAN_SOURCE_MDNS, 7, "Li", 2, "10.0.0.1");
  LanSighting wifi = sighting (LAN_SOURCE_BEACON, 7, "Li", 3, "fe80::1%wlan0");
  const LanCandidate *got;
  gboolean is_new;
  guint64 key;

  mdns.origin = 99;
  beacon.expires_us = 5 * SECOND;
  wifi.expires_us = 6 * SECOND;
  g_assert_cmpint (lan_candidates_sighted (c, &beacon, 0, &is_new), ==, LAN_STATUS_OK);
  g_assert_true (is_new);
  key = expect (c, 0, LAN_CANDIDATE_FOUND)->key;
  g_assert_cmpint (lan_candidates_sighted (c, &beacon, 1, &is_new), ==, LAN_STATUS_OK);
  g_assert_false (is_new);
  expect_nothing (c, 1);
  g_assert_cmpint (see (c, &mdns, 2), ==, LAN_STATUS_OK);
  g_assert_cmpint (see (c, &wifi, 2), ==, LAN_STATUS_OK);
  /* Updates wait their turn, then come as one. */
  expect_nothing (c, 2);
  g_assert_cmpint (lan_candidates_next_deadline (c), ==, LAN_CANDIDATE_UPDATE_US);
  got = expect (c, LAN_CANDIDATE_UPDATE_US, LAN_CANDIDATE_UPDATED);
  g_assert_cmpuint (got->key, ==, key);
  g_assert_cmpuint (got->n_addresses, ==, 2);
  g_assert_cmpuint (got->sources, ==, LAN_SOURCE_BEACON | LAN_SOURCE_MDNS);
  g_assert_cmpuint (got->addresses[0].sources, ==, LAN_SOURCE_BEACON | LAN_SOURCE_MDNS);
  g_assert_cmpstr (got->addresses[1].address, ==, "fe80::1%wlan0");
  expect_nothing (c, LAN_CANDIDATE_UPDATE_US);
  g_assert_cmpint (lan_candidates_next_deadline (c), ==, 5 * SECOND);
  lan_candidates_advance (c, 5 * SECOND);
  expect (c, 5 * SECOND, LAN_CANDIDATE_UPDATED);
  lan_candidates_drop_interface (c, 3, LAN_SOURCE_BEACON | LAN_SOURCE_MDNS);
  got = expect (c, 6 * SECOND, LAN_CANDIDATE_UPDATED);
  g_assert_cmpuint (got->n_addresses, ==, 1);
  lan_candidates_forget_origin (c, 99);
  g_assert_cmpuint (expect (c, 6 * SECOND, LAN_CANDIDATE_LOST)->key, ==, key);
  lan_candidates_advance (c, 7 * SECOND);
  expect_nothing (c, 7 * SECOND);
  g_assert_cmpint (lan_candidates_next_deadline (c), ==, LAN_NEVER_US);
}

/* T21: a copied instance id or a forged goodbye hides nobody. */
static void
test_spoofing (void)
{
  g_autoptr (LanCandidates) c = lan_candidates_new ();
  LanSighting real = sighting (LAN_SOURCE_BEACON, 7, "Li", 2, "10.0.0.1");
  LanSighting other_person = sighting (LAN_SOURCE_BEACON, 7, "Mallory", 2, "10.0.0.66");
  LanSighting copy = sighting (LAN_SOURCE_BEACON, 7, "Li", 2, "10.0.0.66");
  LanSighting own = sighting (LAN_SOURCE_BEACON, 1, "Me", 2, "10.0.0.66");
  guint64 key;

  lan_candidates_set_own (c, &own.instance);
  g_assert_cmpint (see (c, &own, 0), ==, LAN_STATUS_OK);
  expect_nothing (c, 0);
  g_assert_cmpint (see (c, &real, 0), ==, LAN_STATUS_OK);
  key = expect (c, 0, LAN_CANDIDATE_FOUND)->key;
  g_assert_cmpint (see (c, &other_person, 0), ==, LAN_STATUS_OK);
  g_assert_cmpuint (expect (c, 0, LAN_CANDIDATE_FOUND)->key, !=, key);
  g_assert_cmpint (see (c, &copy, 0), ==, LAN_STATUS_OK);
  g_assert_cmpuint (expect (c, SECOND, LAN_CANDIDATE_UPDATED)->n_addresses, ==, 2);
  lan_candidates_bye (c, &copy);
  g_assert_cmpuint (expect (c, 2 * SECOND, LAN_CANDIDATE_UPDATED)->n_addresses, ==, 1);
  lan_candidates_doubt (c, key);
  expect (c, 2 * SECOND, LAN_CANDIDATE_LOST);
  g_assert_cmpint (see (c, &real, 3 * SECOND), ==, LAN_STATUS_OK);
  g_assert_cmpuint (expect (c, 3 * SECOND, LAN_CANDIDATE_FOUND)->key, !=, key);
}

/* An mDNS service that changes is the same service. */
static void
test_origin_moves (void)
{
  g_autoptr (LanCandidates) c = lan_candidates_new ();
  LanSighting s = sighting (LAN_SOURCE_MDNS, 7, "Li", 2, "10.0.0.1");
  LanSighting moved = sighting (LAN_SOURCE_MDNS, 7, "Li", 2, "10.0.0.9");
  LanSighting hides = sighting (LAN_SOURCE_MDNS, 7, "", 2, "10.0.0.9");
  const LanCandidate *got;
  guint64 key;

  s.origin = moved.origin = hides.origin = 5;
  g_assert_cmpint (see (c, &s, 0), ==, LAN_STATUS_OK);
  key = expect (c, 0, LAN_CANDIDATE_FOUND)->key;
  g_assert_cmpint (see (c, &moved, 0), ==, LAN_STATUS_OK);
  got = expect (c, SECOND, LAN_CANDIDATE_UPDATED);
  g_assert_cmpuint (got->n_addresses, ==, 1);
  g_assert_cmpstr (got->addresses[0].address, ==, "10.0.0.9");
  hides.record.hidden = TRUE;
  g_assert_cmpint (see (c, &hides, SECOND), ==, LAN_STATUS_OK);
  g_assert_cmpuint (expect (c, SECOND, LAN_CANDIDATE_LOST)->key, ==, key);
  g_assert_cmpuint (expect (c, SECOND, LAN_CANDIDATE_FOUND)->key, !=, key);
}

static void
test_manual (void)
{
  g_autoptr (LanCandidates) c = lan_candidates_new ();
  LanSighting s = {
    .source = LAN_SOURCE_MANUAL,
    .origin = 3,
    .address = "10.9.0.1",
    .port = 5,
    .expires_us = LAN_NEVER_US,
  };
  const char *const kept[] = { "10.9.0.2" };
  const LanCandidate *got;

  g_assert_cmpint (see (c, &s, 0), ==, LAN_STATUS_OK);
  s.address = "10.9.0.2";
  g_assert_cmpint (see (c, &s, 0), ==, LAN_STATUS_OK);
  got = expect (c, 0, LAN_CANDIDATE_FOUND);
  g_assert_false (got->has_record);
  g_assert_cmpuint (got->n_addresses, ==, 2);
  lan_candidates_keep_addresses (c, 3, kept, 1);
  g_assert_cmpuint (expect (c, SECOND, LAN_CANDIDATE_UPDATED)->n_addresses, ==, 1);
  lan_candidates_keep_addresses (c, 3, NULL, 0);
  expect (c, SECOND, LAN_CANDIDATE_LOST);
}

/* T20: a flood from one host does not push out those who were there, and does not keep out those
 * who come after it. */
static void
test_flood (void)
{
  g_autoptr (LanCandidates) c = lan_candidates_new ();
  LanSighting before = sighting (LAN_SOURCE_BEACON, 1, "Before", 2, "10.0.0.1");
  LanSighting after = sighting (LAN_SOURCE_BEACON, 2, "After", 2, "10.0.0.2");
  LanSighting same_host = sighting (LAN_SOURCE_BEACON, 3, "Third", 2, "10.0.0.66");
  LanCandidateEvent event;
  guint found = 0, lost = 0, accepted = 0, told_at_once = 0;
  gboolean is_first_there = FALSE, is_last_there = FALSE;

  g_assert_cmpint (see (c, &before, 0), ==, LAN_STATUS_OK);
  for (guint64 i = 0; i < 10000; i++) {
    LanSighting fake = sighting (LAN_SOURCE_BEACON, 1000 + i, "Fake", 2, "10.0.0.66");

    accepted += see (c, &fake, 0) == LAN_STATUS_OK;
  }
  g_assert_cmpuint (accepted, ==, LAN_CANDIDATES_PER_SOURCE - 1);
  g_assert_cmpuint (lan_candidates_count (c, LAN_SOURCE_BEACON, 2), ==, LAN_CANDIDATES_PER_SOURCE);
  g_assert_cmpint (see (c, &same_host, 10 * SECOND), ==, LAN_STATUS_LIMIT);
  g_assert_cmpint (see (c, &after, 10 * SECOND), ==, LAN_STATUS_OK);
  g_assert_cmpuint (lan_candidates_count (c, LAN_SOURCE_BEACON, 2), ==, LAN_CANDIDATES_PER_SOURCE);
  while (lan_candidates_next_event (c, 10 * SECOND, &event))
    told_at_once++;
  g_assert_cmpuint (told_at_once, <=, 600);
  lan_candidates_drop_sources (c, LAN_SOURCE_MDNS);
  for (guint i = 0; i < 2; i++) {
    (void) see (c, &before, (20 + i) * SECOND);
    (void) see (c, &after, (20 + i) * SECOND);
  }
  is_first_there = see (c, &before, 22 * SECOND) == LAN_STATUS_OK;
  is_last_there = see (c, &after, 22 * SECOND) == LAN_STATUS_OK;
  g_assert_true (is_first_there && is_last_there);
  expect_nothing (c, 22 * SECOND);
  lan_candidates_drop_sources (c, LAN_SOURCE_BEACON);
  while (lan_candidates_next_event (c, 30 * SECOND, &event)) {
    found += event.type == LAN_CANDIDATE_FOUND;
    lost += event.type == LAN_CANDIDATE_LOST;
  }
  g_assert_cmpuint (found, ==, 0);
  g_assert_cmpuint (lost, ==, told_at_once);
}

static void
test_pinned_stay (void)
{
  g_autoptr (LanCandidates) c = lan_candidates_new ();
  LanSighting friend = sighting (LAN_SOURCE_BEACON, 1, "Friend", 2, "10.0.0.66");
  LanSighting newcomer = sighting (LAN_SOURCE_BEACON, 2, "New", 2, "10.0.0.2");
  LanCandidateEvent event;
  guint64 key;

  g_assert_cmpint (see (c, &friend, 0), ==, LAN_STATUS_OK);
  key = expect (c, 0, LAN_CANDIDATE_FOUND)->key;
  lan_candidates_pin (c, key);
  lan_candidates_pin (c, 12345);
  for (guint64 i = 0; i < LAN_CANDIDATES_PER_SOURCE; i++) {
    LanSighting fake = sighting (LAN_SOURCE_BEACON, 1000 + i, "Fake", 2, "10.0.0.66");

    (void) see (c, &fake, 0);
    (void) see (c, &fake, 0);
  }
  g_assert_cmpint (see (c, &newcomer, SECOND), ==, LAN_STATUS_OK);
  while (lan_candidates_next_event (c, 10 * SECOND, &event))
    g_assert_false (event.type == LAN_CANDIDATE_LOST && event.candidate.key == key);
}

/* One process never has more addresses than a reader has room for. */
static void
test_address_cap (void)
{
  g_autoptr (LanCandidates) c = lan_candidates_new ();
  guint ok = 0;

  for (guint i = 0; i < 100; i++) {
    g_autofree char *address = g_strdup_printf ("10.0.0.%u", i);
    LanSighting s = sighting (LAN_SOURCE_BEACON, 7, "Li", 2, address);

    ok += see (c, &s, 0) == LAN_STATUS_OK;
  }
  g_assert_cmpuint (ok, ==, LAN_CANDIDATE_MAX_ADDRESSES);
  g_assert_cmpuint (expect (c, 0, LAN_CANDIDATE_FOUND)->n_addresses, ==,
                    LAN_CANDIDATE_MAX_ADDRESSES);
}

/* Any order of calls, a small world: the table stays consistent with the events told. */
static void
test_random_walk (void)
{
  g_autoptr (LanCandidates) c = lan_candidates_new ();
  g_autoptr (GHashTable) alive = g_hash_table_new (NULL, NULL);
  LanSeededRandom random;
  LanCandidateEvent event;

  lan_seeded_random_init (&random, 11);
  for (gint64 step = 0; step < 20000; step++) {
    g_autofree char *address = g_strdup_printf ("10.0.0.%u", lan_random_below (&random.base, 5));
    LanSighting s =
        sighting (1u << lan_random_below (&random.base, 2), lan_random_below (&random.base, 6),
                  "Li", lan_random_below (&random.base, 3) + 1, address);
    gint64 now_us = step * 20000;

    s.expires_us = now_us + lan_random_below (&random.base, SECOND);
    s.origin = s.source == LAN_SOURCE_MDNS ? lan_random_below (&random.base, 9) + 1 : 0;
    switch (lan_random_below (&random.base, 12)) {
    case 0:
      lan_candidates_bye (c, &s);
      break;
    case 1:
      lan_candidates_drop_interface (c, s.ifindex, s.source);
      break;
    case 2:
      lan_candidates_forget_origin (c, lan_random_below (&random.base, 9) + 1);
      break;
    default:
      g_assert_cmpint (see (c, &s, now_us), !=, LAN_STATUS_MALFORMED);
    }
    lan_candidates_advance (c, now_us);
    while (lan_candidates_next_event (c, now_us, &event)) {
      gpointer key = GSIZE_TO_POINTER (event.candidate.key);

      g_assert_true (g_hash_table_contains (alive, key) == (event.type != LAN_CANDIDATE_FOUND));
      if (event.type == LAN_CANDIDATE_LOST)
        g_hash_table_remove (alive, key);
      else
        g_hash_table_add (alive, key);
      g_assert_true (event.type == LAN_CANDIDATE_LOST || event.candidate.n_addresses > 0);
    }
  }
  lan_candidates_advance (c, G_MAXINT64 - 1);
  while (lan_candidates_next_event (c, G_MAXINT64 - 1, &event))
    g_assert_true (g_hash_table_remove (alive, GSIZE_TO_POINTER (event.candidate.key)));
  g_assert_cmpuint (g_hash_table_size (alive), ==, 0);
}

static void
assert_host (const char *text, const char *host, guint16 port)
{
  guint16 got_port;
  g_autofree char *got = lan_host_parse (text, &got_port);

  g_assert_cmpstr (got, ==, host);
  if (host != NULL)
    g_assert_cmpuint (got_port, ==, port);
}

static void
test_host_parse (void)
{
  assert_host ("10.0.0.1", "10.0.0.1", LAN_DISCOVERY_PORT);
  assert_host ("10.0.0.1:80", "10.0.0.1", 80);
  assert_host ("desk-7.office.example:1", "desk-7.office.example", 1);
  assert_host ("fe80::1%eth0", "fe80::1%eth0", LAN_DISCOVERY_PORT);
  assert_host ("[fe80::1%eth0]:99", "fe80::1%eth0", 99);
  assert_host ("[::1]", "::1", LAN_DISCOVERY_PORT);
  assert_host ("王.example", "王.example", LAN_DISCOVERY_PORT);
  assert_host ("", NULL, 0);
  assert_host (":80", NULL, 0);
  assert_host ("a b", NULL, 0);
  assert_host ("host:0", NULL, 0);
  assert_host ("host:65536", NULL, 0);
  assert_host ("host:", NULL, 0);
  assert_host ("-v", NULL, 0);
  assert_host ("[host]:1", NULL, 0);
  assert_host ("[::1", NULL, 0);
  assert_host ("[::1]x", NULL, 0);
  assert_host ("a:b:c", NULL, 0);
  assert_host ("a/b", NULL, 0);
  g_assert_false (lan_host_is_numeric ("10.0.0.1%eth0"));
  g_assert_false (lan_host_is_numeric ("fe80::1%"));
}

void
add_candidates_tests (void)
{
  g_test_add_func ("/discovery/candidates/merge", test_merge);
  g_test_add_func ("/discovery/candidates/spoofing", test_spoofing);
  g_test_add_func ("/discovery/candidates/origin-moves", test_origin_moves);
  g_test_add_func ("/discovery/candidates/manual", test_manual);
  g_test_add_func ("/discovery/candidates/flood", test_flood);
  g_test_add_func ("/discovery/candidates/pinned-stay", test_pinned_stay);
  g_test_add_func ("/discovery/candidates/address-cap", test_address_cap);
  g_test_add_func ("/discovery/candidates/random-walk", test_random_walk);
  g_test_add_func ("/discovery/host/parse", test_host_parse);
}
