/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a large group costs, in the world of the scenarios, by processor time: one text for who sends it; a
 * removal and the keys after it for each member; and two members who differ by ten messages of many,
 * in frames and bytes. Usage: bench-group [members] [messages]
 */
#include "sim-group.h"
#include "sim-world.h"

#include <stdlib.h>
#include <time.h>

#define TEXTS 20

static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static guint
own_records (Sim *sim, const LanConversationId *id, guint who)
{
  g_autoptr (GPtrArray) rows = sim_store_screen (sim_node (sim, who)->store, id);
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    n += (((LanRecordRow *) rows->pdata[i])->flags & LAN_RECORD_OWN) != 0;
  return n;
}

static void
large (guint n)
{
  g_autoptr (Sim) sim = sim_new (1, n);
  LanConversationId id;
  double begin, texts = 0, receipts = 0;
  guint before;

  for (guint i = 1; i < n; i++)
    sim_befriend (sim, 0, i);
  id = sim_group_create (sim, 0, 0, n - 1, FALSE);
  sim_run (sim, 60000);
  sim_group_say (sim, &id, 0, "makes the chain");
  sim_run (sim, 20000);
  before = own_records (sim, &id, 0);
  for (guint i = 0; i < TEXTS; i++) {
    begin = cpu_ms ();
    sim->clocked_ns = 0;
    sim->clocked = 0;
    sim_group_say (sim, &id, 0, "one text to everybody who is in this group");
    texts += cpu_ms () - begin;
    sim_run (sim, 5); /* its commit comes back, and it leaves */
    texts += (double) sim->clocked_ns / 1e6;
    sim->clocked_ns = 0;
    sim_run (sim, 5000); /* all say that they have it */
    receipts += (double) sim->clocked_ns / 1e6;
    sim->clocked = -1;
  }
  g_print (
      "%u members: %.2f ms of its author's processor time for each text, %.2f ms for what all say "
      "to it then, %u records for %u texts\n",
      n, texts / TEXTS, receipts / TEXTS, own_records (sim, &id, 0) - before, TEXTS);
  begin = cpu_ms ();
  sim_group_remove (sim, &id, 0, n - 1);
  sim_run (sim, 30000);
  for (guint i = 0; i + 1 < n; i++)
    sim_group_say (sim, &id, i, "under new keys");
  sim_run (sim, 120000);
  g_print ("a removal, and new keys of all: %.0f ms of processor time for each member; the last "
           "shows %u texts\n",
           (cpu_ms () - begin) / (n - 1), sim_group_count (sim, &id, n - 2));
}

static void
two (guint n)
{
  g_autoptr (Sim) sim = sim_new (2, 2);
  LanConversationId id;
  guint64 frames, bytes;
  gint64 start;

  sim_befriend (sim, 0, 1);
  id = sim_group_create (sim, 0, 0, 1, FALSE);
  sim_run (sim, 5000);
  for (guint i = 0; i < n; i++) {
    sim_group_say (sim, &id, i % 2, "one of many");
    if (i % 50 == 0)
      sim_run (sim, 1000);
  }
  sim_run (sim, 60000);
  sim_set_group (sim, 1, 1);
  sim_run (sim, 5000);
  for (guint i = 0; i < 10; i++)
    sim_group_say (sim, &id, 1, "while they were apart");
  sim_run (sim, 1000);
  sim_set_group (sim, 1, 0);
  frames = sim->frames_sent;
  bytes = sim->bytes_sent;
  start = sim->now_us;
  if (!sim_connected (sim, 0, 1))
    sim_connect (sim, 0, 1, LAN_CARRIER_LINK);
  while (sim_group_count (sim, &id, 0) < n + 10 && sim->now_us - start < 60 * G_USEC_PER_SEC)
    sim_run (sim, 5);
  g_print ("ten of %u: the same after %.1f round trips at most (%u ms), %u frames, %u bytes, all "
           "that two devices say to each other at first included\n",
           n, (double) (sim->now_us - start) / (2.0 * (double) sim->delay_us),
           (guint) ((sim->now_us - start) / 1000), (guint) (sim->frames_sent - frames),
           (guint) (sim->bytes_sent - bytes));
}

int
main (int argc, char **argv)
{
  large (argc > 1 ? (guint) atoi (argv[1]) : 200);
  two (argc > 2 ? (guint) atoi (argv[2]) : 20000);
  return 0;
}
