/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-crypto.h"

#include "lan-datagram-session.h"
#include "lan-deadlines.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  TestPerson alice, bob; /* Alice offered */
  LanDatagramSession *a, *b;
  gint64 now_us;
} Link;

static LanDatagramSession *
session_new (Link *l, gboolean initiator, guint8 link_id)
{
  TestPerson *own = initiator ? &l->alice : &l->bob, *other = initiator ? &l->bob : &l->alice;
  LanDatagramConfig config = { .is_initiator = initiator,
                               .local_secret = lan_device_keys_dh_secret (own->device),
                               .remote_public = lan_device_keys_dh_public (other->device),
                               .link_id = { { link_id } },
                               .hello = { .list_seq = initiator ? 1 : 2, .caps = LAN_CAP_LINK },
                               .random = &own->random.base };
  LanDatagramSession *s;

  lan_ts_next (config.hello.ts, NULL, 1700000000000);
  s = lan_datagram_session_new (&config, l->now_us);
  g_assert_nonnull (s);
  return s;
}

static void
link_init (Link *l)
{
  memset (l, 0, sizeof *l);
  l->now_us = 5000000;
  test_person_init (&l->alice, 21);
  test_person_init (&l->bob, 22);
  l->a = session_new (l, TRUE, 1);
  l->b = session_new (l, FALSE, 1);
}

static void
link_clear (Link *l)
{
  lan_datagram_session_free (l->a);
  lan_datagram_session_free (l->b);
  test_person_clear (&l->alice);
  test_person_clear (&l->bob);
}

static LanStatus
give (LanDatagramSession *to, const guint8 *packet, gsize len, gint64 now_us)
{
  g_autofree guint8 *exact = g_memdup2 (packet, len);
  guint8 out[LAN_DATAGRAM_MAX];
  LanDatagramIn in;

  return lan_datagram_session_receive (to, exact, len, out, &in, now_us);
}

/* Carries what both sides want to send on their own, until both are quiet. */
static void
settle (Link *l)
{
  guint8 packet[LAN_DATAGRAM_CONTROL_MAX];
  gsize len;
  gboolean busy;

  do {
    busy = FALSE;
    while ((len = lan_datagram_session_take_packet (l->a, packet)) > 0) {
      g_assert_cmpint (give (l->b, packet, len, l->now_us), ==, LAN_STATUS_OK);
      busy = TRUE;
    }
    while ((len = lan_datagram_session_take_packet (l->b, packet)) > 0) {
      g_assert_cmpint (give (l->a, packet, len, l->now_us), ==, LAN_STATUS_OK);
      busy = TRUE;
    }
  } while (busy);
}

static gsize
seal (LanDatagramSession *s, const char *text, guint8 *packet, gint64 now_us)
{
  gsize len;

  g_assert_cmpint (lan_datagram_session_seal (s, LAN_DATAGRAM_LANE_ENET, (const guint8 *) text,
                                              strlen (text), packet, &len, now_us),
                   ==, LAN_STATUS_OK);
  return len;
}

static void
talk (Link *l, LanDatagramSession *from, LanDatagramSession *to, const char *text)
{
  guint8 packet[LAN_DATAGRAM_MAX];
  LanDatagramIn in;
  gsize len = seal (from, text, packet, l->now_us);

  g_assert_cmpuint (len, ==, strlen (text) + LAN_DATAGRAM_OVERHEAD);
  g_assert_cmpint (lan_datagram_session_receive (to, packet, len, packet + 16, &in, l->now_us), ==,
                   LAN_STATUS_OK);
  g_assert_true (in.is_data && in.lane == LAN_DATAGRAM_LANE_ENET);
  g_assert_cmpmem (in.body, in.len, text, strlen (text));
}

static void
advance_to (Link *l, gint64 now_us)
{
  while (MIN (lan_datagram_session_next_deadline (l->a),
              lan_datagram_session_next_deadline (l->b)) <= now_us) {
    l->now_us = MAX (l->now_us, MIN (lan_datagram_session_next_deadline (l->a),
                                     lan_datagram_session_next_deadline (l->b)));
    lan_datagram_session_advance (l->a, l->now_us);
    lan_datagram_session_advance (l->b, l->now_us);
    settle (l);
  }
  l->now_us = now_us;
}

static void
test_handshake (void)
{
  guint8 packet[LAN_DATAGRAM_CONTROL_MAX], na[8], nb[8], pa[32], pb[32], id[16] = { 3 };
  Link l;

  link_init (&l);
  g_assert_cmpuint (lan_datagram_session_take_packet (l.a, packet), ==, 148);
  g_assert_cmpint (give (l.b, packet, 148, l.now_us), ==, LAN_STATUS_OK);
  g_assert_false (lan_datagram_session_is_established (l.b, l.now_us));
  g_assert_cmpuint (lan_datagram_session_take_packet (l.b, packet), ==, 104);
  g_assert_cmpint (give (l.a, packet, 104, l.now_us), ==, LAN_STATUS_OK);
  g_assert_true (lan_datagram_session_is_established (l.a, l.now_us));
  /* Key confirmation: the responder may send only after it has opened something. */
  g_assert_false (lan_datagram_session_is_established (l.b, l.now_us));
  g_assert_cmpuint (lan_datagram_session_take_packet (l.a, packet), ==, 33);
  g_assert_cmpint (give (l.b, packet, 33, l.now_us), ==, LAN_STATUS_OK);
  g_assert_true (lan_datagram_session_is_established (l.b, l.now_us));
  g_assert_cmpuint (lan_datagram_session_remote_hello (l.a)->list_seq, ==, 2);
  g_assert_cmpuint (lan_datagram_session_remote_hello (l.b)->list_seq, ==, 1);
  talk (&l, l.a, l.b, "one");
  talk (&l, l.b, l.a, "two");
  talk (&l, l.a, l.b, "");

  g_assert_true (lan_datagram_session_name (l.a, na) && lan_datagram_session_name (l.b, nb));
  g_assert_cmpmem (na, 8, nb, 8);
  g_assert_cmpint (lan_datagram_session_export_psk (l.a, na, id, TRUE, pa), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_datagram_session_export_psk (l.b, na, id, TRUE, pb), ==, LAN_STATUS_OK);
  g_assert_cmpmem (pa, 32, pb, 32);
  na[0] ^= 1;
  g_assert_cmpint (lan_datagram_session_export_psk (l.a, na, id, TRUE, pa), ==,
                   LAN_STATUS_MISMATCH);
  link_clear (&l);
}

/* Every byte of every handshake packet flipped: dropped, and the honest packet still works. */
static void
test_forgery_keeps_state (void)
{
  guint8 packet[LAN_DATAGRAM_CONTROL_MAX], bad[LAN_DATAGRAM_CONTROL_MAX];
  gsize len;
  Link l;

  link_init (&l);
  for (guint side = 0; side < 2; side++) {
    LanDatagramSession *to = side == 0 ? l.b : l.a;

    len = lan_datagram_session_take_packet (side == 0 ? l.a : l.b, packet);
    for (gsize i = 0; i < len; i++) {
      l.now_us += 20000; /* within the limit on handshake packets */
      memcpy (bad, packet, len);
      bad[i] ^= 0x80;
      /* The sender's index is not authenticated: changing it costs the packet's answer only. */
      if (i < 4 || i >= 8)
        g_assert_cmpint (give (to, bad, len, l.now_us), !=, LAN_STATUS_OK);
      g_assert_cmpint (give (to, packet, i, l.now_us), !=, LAN_STATUS_OK);
    }
    l.now_us += G_USEC_PER_SEC / 10;
    g_assert_cmpint (give (to, packet, len, l.now_us), ==, LAN_STATUS_OK);
  }
  settle (&l);
  talk (&l, l.b, l.a, "still here");
  link_clear (&l);
}

static void
test_replays_of_handshakes (void)
{
  guint8 ik1[148], ik2[104], packet[148];
  Link l;

  link_init (&l);
  g_assert_cmpuint (lan_datagram_session_take_packet (l.a, ik1), ==, 148);
  g_assert_cmpint (give (l.b, ik1, 148, l.now_us), ==, LAN_STATUS_OK);
  g_assert_cmpint (give (l.b, ik1, 148, l.now_us), ==, LAN_STATUS_REPLAY);
  g_assert_cmpuint (lan_datagram_session_take_packet (l.b, ik2), ==, 104);
  g_assert_cmpuint (lan_datagram_session_take_packet (l.b, packet), ==, 0);
  g_assert_cmpint (give (l.a, ik2, 104, l.now_us), ==, LAN_STATUS_OK);
  g_assert_cmpint (give (l.a, ik2, 104, l.now_us), ==, LAN_STATUS_STATE);
  settle (&l);
  g_assert_cmpint (give (l.b, ik1, 148, l.now_us), ==, LAN_STATUS_REPLAY);
  g_assert_cmpint (give (l.a, ik1, 148, l.now_us), ==, LAN_STATUS_STATE);
  talk (&l, l.a, l.b, "x");
  link_clear (&l);
}

/* A handshake belongs to one link, and to one pair of keys. */
static void
test_other_link_or_key (void)
{
  guint8 ik1[148];
  LanDatagramSession *other;
  TestPerson bob;
  Link l;

  link_init (&l);
  g_assert_cmpuint (lan_datagram_session_take_packet (l.a, ik1), ==, 148);
  other = session_new (&l, FALSE, 2);
  g_assert_cmpint (give (other, ik1, 148, l.now_us), ==, LAN_STATUS_AUTH);
  lan_datagram_session_free (other);
  /* Mallory dials with a key of his own. */
  bob = l.alice;
  test_person_init (&l.alice, 99);
  other = session_new (&l, TRUE, 1);
  g_assert_cmpuint (lan_datagram_session_take_packet (other, ik1), ==, 148);
  g_assert_cmpint (give (l.b, ik1, 148, l.now_us), ==, LAN_STATUS_MISMATCH);
  lan_datagram_session_free (other);
  test_person_clear (&l.alice);
  l.alice = bob;
  link_clear (&l);
}

static void
test_replay_window (void)
{
  enum { N = 2300 };
  g_autofree guint8 *packets = g_malloc (N * 64);
  Link l;

  link_init (&l);
  settle (&l);
  for (guint i = 0; i < N; i++)
    g_assert_cmpuint (seal (l.a, "x", packets + i * 64, l.now_us), ==, 34);
  /* In any order, each once. */
  for (guint i = 0; i < 1900; i++) {
    guint k = i * 7 % 1900;

    g_assert_cmpint (give (l.b, packets + k * 64, 34, l.now_us), ==, LAN_STATUS_OK);
    g_assert_cmpint (give (l.b, packets + k * 64, 34, l.now_us), ==, LAN_STATUS_REPLAY);
  }
  /* 1984 back is the edge of the window. */
  g_assert_cmpint (give (l.b, packets + (N - 1) * 64, 34, l.now_us), ==, LAN_STATUS_OK);
  for (guint i = 0; i < 1900; i += 13)
    g_assert_cmpint (give (l.b, packets + i * 64, 34, l.now_us), ==, LAN_STATUS_REPLAY);
  for (guint i = 1900; i < N - 1; i++)
    g_assert_cmpint (give (l.b, packets + i * 64, 34, l.now_us), ==, LAN_STATUS_OK);
  link_clear (&l);
}

/* T36: a forged counter far ahead must not move the window past the genuine packets. */
static void
test_t36_forged_counter (void)
{
  guint8 old[64], forged[64];
  LanDatagramStats stats;
  gsize len;
  Link l;

  link_init (&l);
  settle (&l);
  len = seal (l.a, "genuine", old, l.now_us);
  memcpy (forged, old, len);
  forged[15] = 0x08; /* counter 2^59 */
  g_assert_cmpint (give (l.b, forged, len, l.now_us), ==, LAN_STATUS_AUTH);
  forged[15] = 0x10; /* 2^60: not even tried */
  g_assert_cmpint (give (l.b, forged, len, l.now_us), ==, LAN_STATUS_LIMIT);
  g_assert_cmpint (give (l.b, old, len, l.now_us), ==, LAN_STATUS_OK);
  lan_datagram_session_stats (l.b, &stats);
  g_assert_cmpuint (stats.dropped_auth, ==, 1);
  link_clear (&l);
}

static void
test_flips_of_data (void)
{
  guint8 packet[64], bad[64];
  gsize len;
  Link l;

  link_init (&l);
  settle (&l);
  len = seal (l.a, "data", packet, l.now_us);
  for (gsize i = 0; i < len; i++) {
    memcpy (bad, packet, len);
    bad[i] ^= 4;
    g_assert_cmpint (give (l.b, bad, len, l.now_us), !=, LAN_STATUS_OK);
    g_assert_cmpint (give (l.b, packet, i, l.now_us), !=, LAN_STATUS_OK);
  }
  g_assert_cmpint (give (l.b, packet, len, l.now_us), ==, LAN_STATUS_OK);
  link_clear (&l);
}

/* A new key every two minutes, with traffic in flight under the old one. */
static void
test_rekey (void)
{
  guint8 late_a[64], late_b[64], first[8], name[8];
  LanDatagramStats stats;
  gsize len_a, len_b;
  Link l;

  link_init (&l);
  settle (&l);
  g_assert_true (lan_datagram_session_name (l.a, first));
  len_a = seal (l.a, "late a", late_a, l.now_us);
  len_b = seal (l.b, "late b", late_b, l.now_us);
  advance_to (&l, l.now_us + LAN_DATAGRAM_REKEY_US + G_USEC_PER_SEC);
  g_assert_true (lan_datagram_session_name (l.a, name));
  g_assert_true (memcmp (first, name, 8) != 0);
  g_assert_cmpint (give (l.b, late_a, len_a, l.now_us), ==, LAN_STATUS_OK);
  g_assert_cmpint (give (l.a, late_b, len_b, l.now_us), ==, LAN_STATUS_OK);
  talk (&l, l.a, l.b, "new");
  talk (&l, l.b, l.a, "new");
  advance_to (&l, l.now_us + 20 * LAN_DATAGRAM_REKEY_US);
  lan_datagram_session_stats (l.b, &stats);
  g_assert_cmpuint (stats.handshakes, ==, 22);
  talk (&l, l.b, l.a, "after forty minutes");
  link_clear (&l);
}

/* While the new key is not confirmed the responder goes on with the old one. */
static void
test_responder_waits_for_confirmation (void)
{
  guint8 packet[LAN_DATAGRAM_CONTROL_MAX];
  gsize len;
  Link l;

  link_init (&l);
  settle (&l);
  lan_datagram_session_rekey (l.a, l.now_us);
  len = lan_datagram_session_take_packet (l.a, packet);
  g_assert_cmpint (give (l.b, packet, len, l.now_us), ==, LAN_STATUS_OK);
  talk (&l, l.b, l.a, "under the old key");
  len = lan_datagram_session_take_packet (l.b, packet);
  g_assert_cmpint (give (l.a, packet, len, l.now_us), ==, LAN_STATUS_OK);
  talk (&l, l.b, l.a, "prev still opens");
  talk (&l, l.a, l.b, "this confirms");
  talk (&l, l.b, l.a, "under the new key");
  lan_datagram_session_rekey (l.b, l.now_us); /* not the responder's to do */
  settle (&l);
  link_clear (&l);
}

/* Nobody answers: five tries, a pause, and again; keys are gone in time. */
static void
test_timers_without_answer (void)
{
  guint8 packet[LAN_DATAGRAM_CONTROL_MAX];
  gint64 start;
  guint sent = 0;
  Link l;

  link_init (&l);
  start = l.now_us;
  while (l.now_us < start + 40 * G_USEC_PER_SEC) {
    while (lan_datagram_session_take_packet (l.a, packet) > 0)
      sent++;
    if (sent == 5)
      g_assert_cmpint (l.now_us - start, >=, 11 * G_USEC_PER_SEC);
    l.now_us = lan_datagram_session_next_deadline (l.a);
    lan_datagram_session_advance (l.a, l.now_us);
  }
  g_assert_true (lan_datagram_session_has_failed (l.a));
  g_assert_cmpuint (sent, >=, 6);
  g_assert_cmpuint (sent, <=, 10);
  while (lan_datagram_session_next_deadline (l.a) != LAN_NO_DEADLINE)
    lan_datagram_session_advance (l.a, lan_datagram_session_next_deadline (l.a));
  g_assert_true (lan_datagram_session_has_failed (l.a));
  lan_datagram_session_rekey (l.a, start + LAN_DATAGRAM_ZERO_US * 2);
  g_assert_cmpuint (lan_datagram_session_take_packet (l.a, packet), ==, 148);
  link_clear (&l);
}

static void
test_keys_expire (void)
{
  guint8 packet[64], name[8];
  gsize len;
  Link l;

  link_init (&l);
  settle (&l);
  len = seal (l.a, "x", packet, l.now_us);
  l.now_us += LAN_DATAGRAM_REJECT_US;
  g_assert_cmpint (give (l.b, packet, len, l.now_us), ==, LAN_STATUS_EXPIRED);
  g_assert_cmpint (
      lan_datagram_session_seal (l.b, LAN_DATAGRAM_LANE_ENET, NULL, 0, packet, &len, l.now_us), ==,
      LAN_STATUS_STATE);
  lan_datagram_session_advance (l.b, l.now_us);
  g_assert_false (lan_datagram_session_name (l.b, name));
  lan_datagram_session_advance (l.b, l.now_us + LAN_DATAGRAM_ZERO_US);
  g_assert_true (lan_datagram_session_has_failed (l.b));
  g_assert_true (lan_datagram_session_next_deadline (l.b) == LAN_NO_DEADLINE);
  link_clear (&l);
}

static void
test_keepalive_and_silence (void)
{
  guint8 packet[LAN_DATAGRAM_CONTROL_MAX];
  Link l;

  link_init (&l);
  settle (&l);
  talk (&l, l.a, l.b, "anybody there?");
  g_assert_cmpint (lan_datagram_session_next_deadline (l.b), ==,
                   l.now_us + LAN_DATAGRAM_KEEPALIVE_US);
  lan_datagram_session_advance (l.b, l.now_us + LAN_DATAGRAM_KEEPALIVE_US);
  g_assert_cmpuint (lan_datagram_session_take_packet (l.b, packet), ==, 33);
  /* The keepalive is lost: after 15 s of silence the initiator shakes hands again. */
  lan_datagram_session_advance (l.a, l.now_us + LAN_DATAGRAM_SILENCE_US - 1);
  g_assert_cmpuint (lan_datagram_session_take_packet (l.a, packet), ==, 0);
  lan_datagram_session_advance (l.a, l.now_us + LAN_DATAGRAM_SILENCE_US);
  g_assert_cmpuint (lan_datagram_session_take_packet (l.a, packet), ==, 148);
  link_clear (&l);
}

/* Either machine sleeps: old keys are never used again, and talk goes on under new ones. */
static void
test_jump (void)
{
  guint8 packet[64];
  gsize len;
  Link l;

  link_init (&l);
  settle (&l);
  len = seal (l.b, "before sleep", packet, l.now_us);
  l.now_us += 3600 * (gint64) G_USEC_PER_SEC;
  lan_datagram_session_jump (l.a, l.now_us);
  g_assert_cmpint (give (l.a, packet, len, l.now_us), ==, LAN_STATUS_MISMATCH);
  lan_datagram_session_advance (l.b, l.now_us);
  settle (&l);
  talk (&l, l.a, l.b, "awake");
  lan_datagram_session_jump (l.b, l.now_us);
  g_assert_false (lan_datagram_session_is_established (l.b, l.now_us));
  /* The initiator learns of it by silence. */
  len = seal (l.a, "hello?", packet, l.now_us);
  g_assert_cmpint (give (l.b, packet, len, l.now_us), ==, LAN_STATUS_MISMATCH);
  advance_to (&l, l.now_us + LAN_DATAGRAM_SILENCE_US + 1);
  talk (&l, l.a, l.b, "there you are");
  talk (&l, l.b, l.a, "yes");
  link_clear (&l);
}

static void
test_flood_of_handshakes (void)
{
  guint8 packet[LAN_DATAGRAM_CONTROL_MAX];
  guint limited = 0;
  Link l;

  link_init (&l);
  g_assert_cmpuint (lan_datagram_session_take_packet (l.a, packet), ==, 148);
  packet[60] ^= 1;
  for (guint i = 0; i < 100; i++)
    limited += give (l.b, packet, 148, l.now_us) == LAN_STATUS_LIMIT;
  g_assert_cmpuint (limited, ==, 80);
  l.now_us += G_USEC_PER_SEC;
  packet[60] ^= 1;
  g_assert_cmpint (give (l.b, packet, 148, l.now_us), ==, LAN_STATUS_OK);
  link_clear (&l);
}

/* T37: fork after the handshake; the child must refuse to send. */
static void
test_t37_forked_child_cannot_send (void)
{
  int wait_status;
  pid_t pid;
  Link l;

  link_init (&l);
  settle (&l);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0) {
    guint8 packet[LAN_DATAGRAM_CONTROL_MAX];
    gboolean refused;
    gsize len;

    refused = lan_datagram_session_seal (l.a, LAN_DATAGRAM_LANE_ENET, NULL, 0, packet, &len,
                                         l.now_us) == LAN_STATUS_STATE;
    lan_datagram_session_rekey (l.a, l.now_us);
    _exit (refused && lan_datagram_session_take_packet (l.a, packet) == 0 ? 0 : 1);
  }
  g_assert_cmpint (waitpid (pid, &wait_status, 0), ==, pid);
  g_assert_true (WIFEXITED (wait_status) && WEXITSTATUS (wait_status) == 0);
  talk (&l, l.a, l.b, "the parent goes on");
  link_clear (&l);
}

static void
test_bounds (void)
{
  guint8 packet[2000] = { 4 };
  gsize len;
  Link l;

  link_init (&l);
  g_assert_cmpint (
      lan_datagram_session_seal (l.a, LAN_DATAGRAM_LANE_ENET, packet, 1, packet, &len, l.now_us),
      ==, LAN_STATUS_STATE);
  settle (&l);
  g_assert_cmpint (
      lan_datagram_session_seal (l.a, LAN_DATAGRAM_LANE_ENET, packet, 1500, packet, &len, l.now_us),
      ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (give (l.b, packet, 2000, l.now_us), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (give (l.b, packet, 100, l.now_us), ==, LAN_STATUS_MISMATCH);
  packet[0] = 7;
  packet[1] = 1;
  g_assert_cmpint (give (l.b, packet, 100, l.now_us), ==, LAN_STATUS_MALFORMED);
  /* In place: the body already lies where it will be sealed. */
  memcpy (packet + LAN_DATAGRAM_HEADROOM, "in place", 8);
  g_assert_cmpint (lan_datagram_session_seal (l.a, LAN_DATAGRAM_LANE_MEDIA,
                                              packet + LAN_DATAGRAM_HEADROOM, 8, packet, &len,
                                              l.now_us),
                   ==, LAN_STATUS_OK);
  g_assert_cmpint (give (l.b, packet, len, l.now_us), ==, LAN_STATUS_OK);
  /* A lane byte from the future opens, and goes nowhere. */
  g_assert_cmpint (lan_datagram_session_seal (l.a, 9, NULL, 0, packet, &len, l.now_us), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (give (l.b, packet, len, l.now_us), ==, LAN_STATUS_MALFORMED);
  link_clear (&l);
}

static void
test_speed (void)
{
  enum { ROUNDS = 50000 };
  guint8 packet[LAN_DATAGRAM_MAX] = { 0 };
  LanDatagramIn in;
  double sealed, opened = 0;
  gsize len;
  Link l;

  if (!g_test_perf ()) {
    g_test_skip ("run with -m perf");
    return;
  }
  link_init (&l);
  settle (&l);
  g_test_timer_start ();
  for (guint i = 0; i < ROUNDS; i++) {
    g_assert_cmpint (lan_datagram_session_seal (l.a, LAN_DATAGRAM_LANE_ENET,
                                                packet + LAN_DATAGRAM_HEADROOM, 1159, packet, &len,
                                                l.now_us),
                     ==, LAN_STATUS_OK);
  }
  sealed = g_test_timer_elapsed ();
  g_test_timer_start ();
  for (guint i = 0; i < ROUNDS; i++) {
    g_assert_cmpint (lan_datagram_session_seal (l.a, LAN_DATAGRAM_LANE_ENET,
                                                packet + LAN_DATAGRAM_HEADROOM, 1159, packet, &len,
                                                l.now_us),
                     ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_datagram_session_receive (l.b, packet, len, packet + 16, &in, l.now_us),
                     ==, LAN_STATUS_OK);
  }
  opened = g_test_timer_elapsed () - sealed;
  g_test_message ("1159-byte bodies: seal %.2f us (%.0f MB/s), open %.2f us (%.0f MB/s)",
                  sealed / ROUNDS * 1e6, 1159.0 * ROUNDS / sealed / 1e6, opened / ROUNDS * 1e6,
                  1159.0 * ROUNDS / opened / 1e6);
  link_clear (&l);
}

void
add_datagram_tests (void)
{
  g_test_add_func ("/crypto/datagram/handshake", test_handshake);
  g_test_add_func ("/crypto/datagram/forgery-keeps-state", test_forgery_keeps_state);
  g_test_add_func ("/crypto/datagram/replays-of-handshakes", test_replays_of_handshakes);
  g_test_add_func ("/crypto/datagram/other-link-or-key", test_other_link_or_key);
  g_test_add_func ("/crypto/datagram/replay-window", test_replay_window);
  g_test_add_func ("/crypto/datagram/t36-forged-counter", test_t36_forged_counter);
  g_test_add_func ("/crypto/datagram/flips-of-data", test_flips_of_data);
  g_test_add_func ("/crypto/datagram/rekey", test_rekey);
  g_test_add_func ("/crypto/datagram/responder-waits", test_responder_waits_for_confirmation);
  g_test_add_func ("/crypto/datagram/timers-without-answer", test_timers_without_answer);
  g_test_add_func ("/crypto/datagram/keys-expire", test_keys_expire);
  g_test_add_func ("/crypto/datagram/keepalive-and-silence", test_keepalive_and_silence);
  g_test_add_func ("/crypto/datagram/jump", test_jump);
  g_test_add_func ("/crypto/datagram/flood-of-handshakes", test_flood_of_handshakes);
  g_test_add_func ("/crypto/datagram/t37-forked-child", test_t37_forked_child_cannot_send);
  g_test_add_func ("/crypto/datagram/bounds", test_bounds);
  g_test_add_func ("/crypto/datagram/speed", test_speed);
}
