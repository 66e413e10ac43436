/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A carrier that somebody took over: 0 writes to 1, 2 carries and does as it likes with what is in its
 * hands. It can keep a letter back, and nothing else: nobody reads, alters, forges or doubles, nobody
 * hears 'delivered' of what is not there, and any other way brings what was kept back.
 */
#include "sim.h"

#include "lan-carry.h"
#include "lan-frame.h"

#include <string.h>

#define SECOND 1000

#define AUTHOR  0
#define READER  1
#define CARRIER 2

/* What the hacked one does with frames of one type: those it sends, or those that it gets. */
typedef enum { BEND, HIDE, DOUBLE } Malice;

typedef struct {
  LanFrameType type;
  gboolean incoming;
  Malice malice;
  guint byte; /* counted from the end: which is bent */
  guint done;
} Plan;

static GBytes *
hack (Sim *sim, guint from, guint to, GBytes *frame, gpointer data, gboolean *twice)
{
  Plan *plan = data;
  gsize len;
  const guint8 *bytes = g_bytes_get_data (frame, &len);
  guint8 *bent;

  if ((plan->incoming ? to : from) != CARRIER || lan_frame_peek_type (bytes, len) != plan->type)
    return g_bytes_ref (frame);
  plan->done++;
  if (plan->malice == HIDE)
    return NULL;
  *twice = plan->malice == DOUBLE;
  if (plan->malice == DOUBLE)
    return g_bytes_ref (frame);
  bent = g_memdup2 (bytes, len);
  bent[len - 1 - plan->byte % len] ^= 1;
  return g_bytes_new_take (bent, len);
}

/* All know each other, 2 carries and the reader is off. */
static Sim *
office (guint64 seed, Plan *plan)
{
  Sim *sim = sim_new (seed, 3);
  LanTime now;

  for (guint a = 0; a < 3; a++)
    for (guint b = a + 1; b < 3; b++)
      sim_befriend (sim, a, b);
  now = sim_time (sim, CARRIER);
  lan_core_set_carrying (sim_node (sim, CARRIER)->core, TRUE, &now);
  sim_drain_all (sim);
  sim_run (sim, 2 * SECOND);
  sim->dial = TRUE;
  sim->tamper = hack;
  sim->tamper_data = plan;
  sim_crash (sim, READER, TRUE);
  return sim;
}

static LanCarryCounters
counters (Sim *sim, guint node)
{
  LanCarryCounters c;

  lan_core_get_carry_counters (sim_node (sim, node)->core, &c);
  return c;
}

/* The author goes before the reader comes, and looks for the receipt when the reader has gone. */
static void
hand_over (Sim *sim)
{
  sim_crash (sim, AUTHOR, TRUE);
  sim_start (sim, READER);
  sim_run (sim, 20 * SECOND);
  sim_crash (sim, READER, TRUE);
  sim_start (sim, AUTHOR);
  sim_run (sim, 20 * SECOND);
}

/* They meet, with nobody between them. */
static void
meet (Sim *sim)
{
  sim_crash (sim, CARRIER, TRUE);
  sim_start (sim, READER);
  sim_run (sim, 30 * SECOND);
}

static void
check (Plan plan, gboolean learns)
{
  for (guint64 seed = 1; seed <= 8; seed++) {
    Plan copy = plan;
    g_autoptr (Sim) sim = office (seed, &copy);
    LanMessageId id = sim_say (sim, AUTHOR, READER, "sealed");

    sim_run (sim, 10 * SECOND);
    hand_over (sim);
    g_assert_cmpuint (copy.done, >, 0);
    g_assert_cmpint (sim_state (sim, AUTHOR, &id) == LAN_MESSAGE_DELIVERED, ==, learns);
    meet (sim);
    g_assert_cmpint (sim_state (sim, AUTHOR, &id), ==, LAN_MESSAGE_DELIVERED);
    sim_assert_same (sim, AUTHOR, READER, 1);
    g_assert_cmpuint (counters (sim, AUTHOR).parcels, <=, 1);
    g_assert_cmpuint (sim_node (sim, READER)->received, ==, 1);
  }
}

static void
test_withholds (void)
{
  check ((Plan){ LAN_FRAME_CARRY_LIST, .malice = HIDE }, FALSE);
  check ((Plan){ LAN_FRAME_CARRY_MAIL, .malice = HIDE }, FALSE);
  check ((Plan){ LAN_FRAME_CARRY_RECEIPT, .malice = HIDE }, FALSE);
}

static void
test_alters (void)
{
  for (guint byte = 0; byte < 160; byte += 13)
    check ((Plan){ LAN_FRAME_CARRY_MAIL, .malice = BEND, .byte = byte }, FALSE);
}

/* A token that nobody gave it opens nothing, nor does one that it bends. */
static void
test_forges_receipts (void)
{
  check ((Plan){ LAN_FRAME_CARRY_RECEIPT, .malice = BEND, .byte = 3 }, FALSE);
}

static void
test_replays (void)
{
  check ((Plan){ LAN_FRAME_CARRY_LIST, .malice = DOUBLE }, TRUE);
  check ((Plan){ LAN_FRAME_CARRY_MAIL, .malice = DOUBLE }, TRUE);
  check ((Plan){ LAN_FRAME_CARRY_RECEIPT, .malice = DOUBLE }, TRUE);
}

/* What is acknowledged or taken back stays there, is offered again and again, and is read once. */
static void
test_keeps (void)
{
  check ((Plan){ LAN_FRAME_CARRY_ACK, TRUE, HIDE }, FALSE);
  check ((Plan){ LAN_FRAME_CARRY_DROP, TRUE, HIDE }, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  lan_crypto_init ();
  g_test_add_func ("/scenario/hacked-carrier/withholds", test_withholds);
  g_test_add_func ("/scenario/hacked-carrier/alters", test_alters);
  g_test_add_func ("/scenario/hacked-carrier/forges-receipts", test_forges_receipts);
  g_test_add_func ("/scenario/hacked-carrier/replays", test_replays);
  g_test_add_func ("/scenario/hacked-carrier/keeps", test_keeps);
  return g_test_run ();
}
