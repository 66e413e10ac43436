/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Mail for the absent: whoever is off for the whole sending gets everything once, whatever the
 * server loses, reorders or repeats, and whoever dies in between. At the end of each story the two
 * meet, and show the same.
 */
#include "sim-post.h"

#include "lan-mail.h"

#define SECOND 1000
#define HOUR   (3600 * SECOND)
#define DAY    (G_GINT64_CONSTANT (24) * HOUR)

/* Two who know each other, with mailboxes, and no way to each other but the server. */
static Sim *
friends_apart (guint64 seed)
{
  Sim *sim = sim_new (seed, 2);

  sim_post_open (sim);
  sim_befriend (sim, 0, 1);
  sim_run (sim, 2 * SECOND);
  sim_set_group (sim, 1, 1);
  sim_run (sim, SECOND);
  return sim;
}

static void
meet (Sim *sim)
{
  sim_set_group (sim, 0, 0);
  sim_set_group (sim, 1, 0);
  for (guint i = 0; i < 2; i++)
    if (sim_node (sim, i)->core == NULL)
      sim_start (sim, i);
  if (!sim_connected (sim, 0, 1))
    sim_connect (sim, 0, 1, LAN_CARRIER_LINK);
  sim_run (sim, 20 * SECOND);
}

static LanMailCounters
counters (Sim *sim, guint node)
{
  LanMailCounters c;

  lan_core_get_mail_counters (sim_node (sim, node)->core, &c);
  return c;
}

static void
test_off_for_the_whole_sending (void)
{
  g_autoptr (Sim) sim = friends_apart (1);
  LanMessageId ids[20];

  sim_crash (sim, 1, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autofree char *text = g_strdup_printf ("message %u", i);

    ids[i] = sim_say (sim, 0, 1, text);
    sim_run (sim, 300);
  }
  sim_run (sim, 10 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_cmpint (sim_state (sim, 0, &ids[i]), ==, LAN_MESSAGE_MAILBOX);
  sim_crash (sim, 0, TRUE);
  sim_start (sim, 1);
  sim_run (sim, 5 * SECOND);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 20);
  g_assert_cmpstr (sim_text (sim, 1, 0, 19), ==, "message 19");
  g_assert_cmpuint (sim_post_waiting (sim, 1), ==, 0);
  meet (sim);
  sim_assert_same (sim, 0, 1, 20);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_cmpint (sim_state (sim, 0, &ids[i]), ==, LAN_MESSAGE_DELIVERED);
}

/* Neither ever meets the other: answers and 'read' come by mail as well. */
static void
test_never_on_together (void)
{
  g_autoptr (Sim) sim = friends_apart (2);
  LanMessageId first, second;

  sim_crash (sim, 1, TRUE);
  first = sim_say (sim, 0, 1, "are you there?");
  sim_run (sim, 10 * SECOND);
  sim_crash (sim, 0, TRUE);
  sim_start (sim, 1);
  sim_run (sim, 5 * SECOND);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 1);
  sim_read_all (sim, 1, 0);
  second = sim_say (sim, 1, 0, "I am");
  sim_run (sim, 10 * SECOND);
  g_assert_cmpint (sim_state (sim, 1, &second), ==, LAN_MESSAGE_MAILBOX);
  sim_crash (sim, 1, TRUE);
  sim_start (sim, 0);
  sim_run (sim, 5 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &first), ==, LAN_MESSAGE_READ);
  g_assert_cmpuint (sim_count (sim, 0, 1), ==, 2);
  meet (sim);
  sim_assert_same (sim, 0, 1, 2);
}

/* The state is on disk, and nothing is left twice after a restart. */
static void
test_restart_of_the_sender (void)
{
  g_autoptr (Sim) sim = friends_apart (3);
  LanConversationId id = sim_conversation (sim, 0, 1);
  g_autoptr (GPtrArray) rows = NULL;
  guint stored;

  sim_crash (sim, 1, TRUE);
  sim_say (sim, 0, 1, "one");
  sim_say (sim, 0, 1, "two");
  sim_run (sim, 10 * SECOND);
  stored = sim->post->n_stored;
  g_assert_cmpuint (stored, >, 0);
  for (guint i = 0; i < 3; i++) {
    sim_crash (sim, 0, TRUE);
    sim_run (sim, SECOND);
    sim_start (sim, 0);
    sim_run (sim, 10 * SECOND);
  }
  g_assert_cmpuint (sim->post->n_stored, ==, stored);
  rows = sim_store_screen (sim_node (sim, 0)->store, &id);
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpint (lan_core_record_state (sim_node (sim, 0)->core, g_ptr_array_index (rows, i)),
                     ==, LAN_MESSAGE_MAILBOX);
  meet (sim);
  sim_assert_same (sim, 0, 1, 2);
}

/* Both ways at once: mail is under way when a channel comes up. */
static void
test_mail_and_channel (void)
{
  for (guint64 seed = 10; seed < 40; seed++) {
    g_autoptr (Sim) sim = friends_apart (seed);

    for (guint i = 0; i < 6; i++) {
      g_autofree char *text = g_strdup_printf ("%u", i);

      sim_say (sim, i % 2, 1 - i % 2, text);
      sim_run (sim, 1000 + lan_random_below (&sim->random.base, 3000));
      if (i % 3 == 2) {
        sim_set_group (sim, 1, 0);
        sim_run (sim, lan_random_below (&sim->random.base, 1500));
        sim_set_group (sim, 1, 1);
      }
    }
    meet (sim);
    sim_assert_same (sim, 0, 1, 6);
    sim_run (sim, 20 * SECOND);
    g_assert_cmpuint (sim_post_waiting (sim, 0) + sim_post_waiting (sim, 1), ==, 0);
  }
}

static void
test_hostile_post (void)
{
  for (guint64 seed = 100; seed < 140; seed++) {
    g_autoptr (Sim) sim = friends_apart (seed);

    g_test_message ("seed %" G_GUINT64_FORMAT, seed);
    sim->post->lose_permille = 200;
    sim->post->shuffle_permille = 300;
    sim->post->again_permille = 300;
    sim->post->deaf_permille = 200;
    for (guint i = 0; i < 12; i++) {
      g_autofree char *text = g_strdup_printf ("%u", i);
      guint from = lan_random_below (&sim->random.base, 2);

      sim_say (sim, from, 1 - from, text);
      sim_run (sim, 500 + lan_random_below (&sim->random.base, 6000));
      if (i % 4 == 3) {
        sim_crash (sim, 1, i % 8 == 3);
        sim_run (sim, 2 * SECOND);
        sim_start (sim, 1);
      }
      if (i % 5 == 4) {
        sim_post_set_up (sim, FALSE);
        sim_run (sim, 3 * SECOND);
        sim_post_set_up (sim, TRUE);
      }
    }
    sim_run (sim, 30 * SECOND);
    meet (sim);
    /* Whatever a crash took with it was not shown: what is kept is the same on both sides. */
    sim_assert_same (sim, 0, 1, sim_count (sim, 0, 1));
    g_assert_cmpuint (sim_count (sim, 0, 1), >=, 9);
  }
}

/* One side dies before each of its steps, while mail goes to and fro. */
static guint
crash_once (guint64 seed, int victim, guint crash_at, gboolean keep)
{
  g_autoptr (Sim) sim = friends_apart (seed);
  guint begin = sim_node (sim, (guint) victim)->steps, steps, said = 0, kept;

  sim->crash_node = victim;
  sim->crash_at = crash_at > 0 ? begin + crash_at : 0;
  sim->crash_keeps = keep;
  for (guint i = 0; i < 4; i++) {
    g_autofree char *text = g_strdup_printf ("%u", i);

    if (sim_node (sim, i % 2)->core != NULL) {
      sim_say (sim, i % 2, 1 - i % 2, text);
      said++;
    }
    sim_run (sim, 5 * SECOND);
  }
  sim_run (sim, 10 * SECOND);
  steps = sim_node (sim, (guint) victim)->steps - begin;
  sim->crash_node = -1;
  sim_run (sim, SECOND);
  kept = sim_count (sim, 0, 1);
  meet (sim);
  kept = MAX (kept, sim_count (sim, 0, 1));
  sim_assert_same (sim, 0, 1, kept);
  g_assert_cmpuint (kept + (crash_at > 0), >=, said);
  g_assert_cmpuint (counters (sim, 0).waiting + counters (sim, 1).waiting, ==, 0);
  return steps;
}

static void
test_crash_at_each_step (void)
{
  for (int victim = 0; victim < 2; victim++) {
    guint steps = crash_once (7, victim, 0, FALSE);

    g_assert_cmpuint (steps, >, 20);
    for (guint at = 1; at <= steps; at++)
      for (guint keep = 0; keep < 2; keep++) {
        g_test_message ("desktop %d dies at step %u, disk %s", victim, at, keep ? "done" : "lost");
        crash_once (7, victim, at, keep == 1);
      }
  }
}

/* Colleagues who never met: the directory vouches, the server has the papers, mail does the rest. */
static void
test_colleague_never_met (void)
{
  g_autoptr (Sim) sim = sim_new (50, 2);
  LanMessageId id;

  sim->dial = FALSE;
  sim_post_open (sim);
  sim_post_attest_all (sim);
  sim_run (sim, 2 * SECOND);
  sim_crash (sim, 1, TRUE);
  id = sim_say (sim, 0, 1, "welcome to the company");
  sim_run (sim, 10 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_MAILBOX);
  sim_start (sim, 1);
  sim_post_attest_all (sim);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 1);
  g_assert_cmpuint (sim_post_waiting (sim, 1), ==, 0);
  meet (sim);
  sim_assert_same (sim, 0, 1, 1);
}

/* The limits of strangers hold for mail; what is over them comes when they are accepted. */
static void
test_stranger (void)
{
  g_autoptr (Sim) sim = sim_new (51, 2);
  guint got;

  sim_post_open (sim);
  sim_connect (sim, 0, 1, LAN_CARRIER_LANE);
  sim_run (sim, 2 * SECOND);
  sim_set_group (sim, 1, 1);
  sim_run (sim, SECOND);
  for (guint i = 0; i < LAN_REQUEST_MAX_RECORDS + 60; i++)
    sim_say (sim, 0, 1, "buy this");
  sim_run (sim, 60 * SECOND);
  got = sim_count (sim, 1, 0);
  g_assert_cmpuint (got, >, 0);
  g_assert_cmpuint (got, <=, LAN_REQUEST_MAX_RECORDS);
  g_assert_cmpuint (sim_post_waiting (sim, 1), ==, 0);
  sim_crash (sim, 1, TRUE);
  sim_start (sim, 1);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, got);
  sim_accept (sim, 1, 0);
  meet (sim);
  sim_assert_same (sim, 0, 1, LAN_REQUEST_MAX_RECORDS + 60);
}

/* Weeks pass: prekeys are renewed, old mail still opens for a month, and not for ever. */
static void
test_prekeys_over_weeks (void)
{
  g_autoptr (Sim) sim = friends_apart (52);
  guint64 unreadable;

  sim->dial = FALSE;
  for (guint week = 0; week < 3; week++) {
    sim_crash (sim, 1, TRUE);
    sim_say (sim, 0, 1, "letter");
    sim_run (sim, 10 * SECOND);
    sim_start (sim, 1);
    sim_run (sim, 10 * SECOND);
    g_assert_cmpuint (sim_count (sim, 1, 0), ==, week + 1);
    sim_run (sim, 8 * DAY);
  }
  /* On holiday for longer than a bundle lasts: nothing is sealed with it any more. */
  sim_crash (sim, 1, TRUE);
  sim_run (sim, 15 * DAY);
  sim_say (sim, 0, 1, "while you are away");
  sim_run (sim, 3 * HOUR);
  g_assert_cmpuint (sim_post_waiting (sim, 1), ==, 0);
  sim_start (sim, 1);
  sim_run (sim, 3 * HOUR);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 4);
  unreadable = counters (sim, 1).unreadable;
  g_assert_cmpuint (unreadable, ==, 0);
  meet (sim);
  sim_assert_same (sim, 0, 1, 4);
}

/* A server that is away: mail waits here, and goes when it is back. */
static void
test_server_away (void)
{
  g_autoptr (Sim) sim = friends_apart (53);
  LanMessageId id;

  sim_crash (sim, 1, TRUE);
  sim_post_set_up (sim, FALSE);
  id = sim_say (sim, 0, 1, "hello");
  sim_run (sim, 60 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &id), !=, LAN_MESSAGE_MAILBOX);
  sim_post_set_up (sim, TRUE);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &id), ==, LAN_MESSAGE_MAILBOX);
  meet (sim);
  sim_assert_same (sim, 0, 1, 1);
}

/* More than one envelope, and more than one bundle's one-time key. */
static void
test_a_lot (void)
{
  g_autoptr (Sim) sim = friends_apart (54);
  g_autofree char *large = g_strnfill (20000, 'x');

  sim_crash (sim, 1, TRUE);
  for (guint i = 0; i < 60; i++)
    sim_say (sim, 0, 1, large);
  for (guint i = 0; i < 600; i++)
    sim_say (sim, 0, 1, "small");
  sim_run (sim, 120 * SECOND);
  g_assert_cmpuint (counters (sim, 0).under_way, ==, 0);
  g_assert_cmpuint (counters (sim, 0).stored, >=, 30);
  sim_crash (sim, 0, TRUE);
  sim_start (sim, 1);
  sim_run (sim, 30 * SECOND);
  g_assert_cmpuint (sim_count (sim, 1, 0), ==, 660);
  meet (sim);
  sim_assert_same (sim, 0, 1, 660);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  lan_crypto_init ();
  g_test_add_func ("/scenario/mail/off-for-the-whole-sending", test_off_for_the_whole_sending);
  g_test_add_func ("/scenario/mail/never-on-together", test_never_on_together);
  g_test_add_func ("/scenario/mail/restart-of-the-sender", test_restart_of_the_sender);
  g_test_add_func ("/scenario/mail/server-away", test_server_away);
  g_test_add_func ("/scenario/mail/colleague-never-met", test_colleague_never_met);
  g_test_add_func ("/scenario/mail/stranger", test_stranger);
  g_test_add_func ("/scenario/mail/a-lot", test_a_lot);
  g_test_add_func ("/scenario/mail/prekeys-over-weeks", test_prekeys_over_weeks);
  g_test_add_func ("/scenario/mail/mail-and-channel", test_mail_and_channel);
  g_test_add_func ("/scenario/mail/hostile-post", test_hostile_post);
  g_test_add_func ("/scenario/mail/crash-at-each-step", test_crash_at_each_step);
  return g_test_run ();
}
