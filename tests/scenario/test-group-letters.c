/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Letters of groups: who is away gets what was written meanwhile from the server or from a carrier,
 * though nobody of the group is there when they come. Whatever is forged, lost, doubled or cut off,
 * each shows everything once, and nobody reads what was written after they were removed.
 */
#include "lan-bytes.h"
#include "lan-carry.h"
#include "lan-envelope.h"
#include "lan-frame.h"
#include "lan-mail.h"
#include "lan-prekey.h"
#include "sim-group.h"
#include "sim-post.h"
#include "sim-world.h"

#include <string.h>

#define SECOND 1000
#define MINUTE (60 * SECOND)

/* All know each other, and have met; the server is there if @post. */
static Sim *
office (guint64 seed, guint n, gboolean post)
{
  Sim *sim = sim_new (seed, n);

  if (post)
    sim_post_open (sim);
  for (guint a = 0; a < n; a++)
    for (guint b = a + 1; b < n; b++)
      sim_befriend (sim, a, b);
  sim_run (sim, 5 * SECOND);
  return sim;
}

static LanMailCounters
mail_of (Sim *sim, guint node)
{
  LanMailCounters c;

  lan_core_get_mail_counters (sim_node (sim, node)->core, &c);
  return c;
}

static LanCarryCounters
carry_of (Sim *sim, guint node)
{
  LanCarryCounters c;

  lan_core_get_carry_counters (sim_node (sim, node)->core, &c);
  return c;
}

static void
carry (Sim *sim, guint node)
{
  LanTime now = sim_time (sim, node);

  lan_core_set_carrying (sim_node (sim, node)->core, TRUE, &now);
  sim_drain_all (sim);
}

/* What @who's core says of its own message, as a screen that is opened now would show it. */
static LanMessageState
state_now (Sim *sim, const LanConversationId *id, guint who, const LanMessageId *message)
{
  g_autoptr (GPtrArray) rows = sim_store_screen (sim_node (sim, who)->store, id);

  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if (lan_message_id_equal (&row->message, message))
      return lan_core_record_state (sim_node (sim, who)->core, row);
  }
  g_assert_not_reached ();
}

/* The first @n are in the group. */
static void
members_meet (Sim *sim, const LanConversationId *id, guint count, guint n)
{
  for (guint i = 0; i < sim->nodes->len; i++) {
    sim_set_group (sim, i, 0);
    if (sim_node (sim, i)->core == NULL)
      sim_start (sim, i);
  }
  sim_discover_all (sim);
  sim_run (sim, MINUTE);
  for (guint i = 0; i < n; i++) {
    if (sim_group_count (sim, id, i) != count)
      g_error ("seed %" G_GUINT64_FORMAT ": %u shows %u texts, not %u", sim->seed, i,
               sim_group_count (sim, id, i), count);
    sim_group_assert_same (sim, id, 0, i);
  }
}

static void
everybody_meets (Sim *sim, const LanConversationId *id, guint count)
{
  members_meet (sim, id, count, sim->nodes->len);
}

/* ---- at the server ---- */

static void
test_off_for_the_whole_sending (void)
{
  g_autoptr (Sim) sim = office (1, 3, TRUE);
  LanConversationId id = sim_group_create (sim, 0, 0, 2, FALSE);
  LanMessageId ids[20];
  guint stored;

  sim_run (sim, 5 * SECOND);
  sim_crash (sim, 2, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autofree char *text = g_strdup_printf ("message %u", i);

    ids[i] = sim_group_say (sim, &id, i % 2, text);
    sim_run (sim, 100);
  }
  sim_run (sim, 10 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_assert_cmpint (sim_state (sim, i % 2, &ids[i]), ==, LAN_MESSAGE_MAILBOX);
    g_assert_cmpint (state_now (sim, &id, i % 2, &ids[i]), ==, LAN_MESSAGE_MAILBOX);
  }
  stored = sim->post->n_stored;
  g_assert_cmpuint (stored, >, 0);
  g_assert_cmpuint (stored, <=, 4); /* a burst of each author is one letter */
  sim_crash (sim, 0, TRUE);
  sim_crash (sim, 1, TRUE);
  sim_start (sim, 2);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpuint (sim_group_count (sim, &id, 2), ==, 20);
  g_assert_true (sim_group_shows (sim, &id, 2, "message 19"));
  g_assert_cmpuint (sim_post_waiting (sim, 2), ==, 0);
  everybody_meets (sim, &id, 20);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_cmpint (sim_state (sim, i % 2, &ids[i]), ==, LAN_MESSAGE_DELIVERED);
  g_assert_cmpuint (sim->post->n_stored, ==, stored);
}

/* The group itself is heard of by letter, and answered by letter: they never meet. */
static void
test_never_on_together (void)
{
  g_autoptr (Sim) sim = office (2, 2, TRUE);
  LanConversationId id;
  LanMessageId answer;

  sim_crash (sim, 1, TRUE);
  id = sim_group_create (sim, 0, 0, 1, FALSE);
  sim_group_say (sim, &id, 0, "welcome");
  sim_run (sim, 10 * SECOND);
  sim_crash (sim, 0, TRUE);
  sim_start (sim, 1);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpuint (sim_group_count (sim, &id, 1), ==, 1);
  g_assert_true (sim_group_info (sim, &id, 1).invited);
  g_assert_cmpstr (sim_group_info (sim, &id, 1).name, ==, "Design");
  answer = sim_group_say (sim, &id, 1, "thank you");
  sim_run (sim, 10 * SECOND);
  g_assert_cmpint (sim_state (sim, 1, &answer), ==, LAN_MESSAGE_MAILBOX);
  sim_crash (sim, 1, TRUE);
  sim_start (sim, 0);
  sim_run (sim, 10 * SECOND);
  g_assert_cmpuint (sim_group_count (sim, &id, 0), ==, 2);
  everybody_meets (sim, &id, 2);
}

/* Restarts of the author leave nothing twice, and forget nothing that was told. */
static void
test_restart_of_the_author (void)
{
  g_autoptr (Sim) sim = office (3, 3, TRUE);
  LanConversationId id = sim_group_create (sim, 0, 0, 2, FALSE);
  LanMessageId message, old;
  guint stored;

  sim_run (sim, 5 * SECOND);
  old = sim_group_say (sim, &id, 0, "for all");
  sim_run (sim, 5 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &old), ==, LAN_MESSAGE_DELIVERED);
  sim_crash (sim, 2, TRUE);
  message = sim_group_say (sim, &id, 0, "for who is away");
  sim_run (sim, 10 * SECOND);
  stored = sim->post->n_stored;
  for (guint i = 0; i < 3; i++) {
    sim_crash (sim, 0, TRUE);
    sim_run (sim, SECOND);
    sim_start (sim, 0);
    sim_run (sim, 10 * SECOND);
  }
  g_assert_cmpuint (sim->post->n_stored, ==, stored);
  g_assert_cmpint (state_now (sim, &id, 0, &message), ==, LAN_MESSAGE_MAILBOX);
  g_assert_cmpint (state_now (sim, &id, 0, &old), ==, LAN_MESSAGE_DELIVERED);
  everybody_meets (sim, &id, 2);
  g_assert_cmpint (state_now (sim, &id, 0, &message), ==, LAN_MESSAGE_DELIVERED);
}

/* Whom the author had no channel to has it from others: nothing is left for who is at hand. */
static void
test_at_hand (void)
{
  g_autoptr (Sim) sim = office (4, 14, TRUE);
  LanConversationId id = sim_group_create (sim, 0, 0, 13, FALSE);
  guint stored;

  sim_discover_all (sim);
  sim_run (sim, 10 * SECOND);
  stored = sim->post->n_stored;
  for (guint i = 0; i < 5; i++) {
    sim_group_say (sim, &id, 0, "to all who are here");
    sim_run (sim, 6 * SECOND);
  }
  g_assert_cmpuint (sim->post->n_stored, ==, stored);
  everybody_meets (sim, &id, 5);
}

/* Too much waits: nothing is left at all, and a meeting brings it. */
static void
test_too_much (void)
{
  g_autoptr (Sim) sim = office (5, 2, TRUE);
  LanConversationId id = sim_group_create (sim, 0, 0, 1, FALSE);
  guint stored;

  sim_run (sim, 5 * SECOND);
  sim_crash (sim, 1, TRUE);
  sim_post_set_up (sim, FALSE);
  sim_run (sim, SECOND);
  for (guint i = 0; i < 600; i++) {
    sim_group_say (sim, &id, 0, "again and again");
    sim_run (sim, 10);
  }
  stored = sim->post->n_stored;
  sim_post_set_up (sim, TRUE);
  sim_run (sim, MINUTE);
  g_assert_cmpuint (sim->post->n_stored, ==, stored);
  everybody_meets (sim, &id, 600);
}

/* ---- who may not read, and who may not write ---- */

/* Removed while away: what was written before is read, what came after is not, whoever has it. */
static void
test_removed_while_away (void)
{
  g_autoptr (Sim) sim = office (6, 3, TRUE);
  LanConversationId id = sim_group_create (sim, 0, 0, 2, TRUE);
  guint stored;

  sim_run (sim, 5 * SECOND);
  sim_crash (sim, 2, TRUE);
  sim_group_say (sim, &id, 0, "before");
  sim_run (sim, 10 * SECOND);
  stored = sim->post->n_stored;
  g_assert_cmpuint (stored, >, 0);
  sim_group_remove (sim, &id, 0, 2);
  sim_run (sim, 5 * SECOND);
  sim_group_say (sim, &id, 0, "after");
  sim_group_say (sim, &id, 1, "after");
  sim_run (sim, 20 * SECOND);
  g_assert_cmpuint (sim->post->n_stored, ==, stored);
  sim_crash (sim, 0, TRUE);
  sim_crash (sim, 1, TRUE);
  sim_start (sim, 2);
  sim_run (sim, 10 * SECOND);
  g_assert_true (sim_group_shows (sim, &id, 2, "before"));
  /* It does not know yet: what it leaves for others is not taken by those who do. */
  sim_group_say (sim, &id, 2, "am I still here?");
  sim_run (sim, 10 * SECOND);
  sim_crash (sim, 2, TRUE);
  sim_start (sim, 0);
  sim_start (sim, 1);
  sim_run (sim, 20 * SECOND);
  g_assert_cmpuint (sim_group_count (sim, &id, 0), ==, 3);
  g_assert_cmpuint (mail_of (sim, 0).refused, >, 0);
  sim_start (sim, 2);
  sim_run (sim, MINUTE);
  g_assert_false (sim_group_shows (sim, &id, 2, "after"));
  g_assert_false (sim_group_shows (sim, &id, 0, "am I still here?"));
  g_assert_cmpint (sim_group_info (sim, &id, 2).role, ==, LAN_GROUP_ROLE_NONE);
  sim_group_assert_same (sim, &id, 0, 1);
}

/* Seals @blobs as @from's device would for @to, with the keys that the server has. */
static void
forge (Sim *sim, guint from, guint to, GPtrArray *blobs)
{
  SimNode *liar = sim_node (sim, from), *victim = sim_node (sim, to);
  const LanDeviceKeys *keys = g_ptr_array_index (victim->device_keys, victim->device_keys->len - 1);
  g_autoptr (GBytes) bundle = sim_post_prekey (sim, to);
  LanTime now = sim_time (sim, to);
  LanEnvelopeTo address = { .account = *sim_id (sim, to), .device = *sim_device (sim, to) };
  g_autoptr (GBytes) envelope = NULL;
  static guint64 serial = G_GUINT64_CONSTANT (1) << 40;
  LanPrekey prekey;

  g_assert_nonnull (bundle);
  g_assert_cmpint (lan_prekey_decode (&prekey, g_bytes_get_data (bundle, NULL), LAN_PREKEY_BYTES),
                   ==, LAN_STATUS_OK);
  memcpy (address.dh_public, lan_device_keys_dh_public (keys), LAN_KEY_BYTES);
  address.signed_id = prekey.id;
  memcpy (address.signed_public, prekey.public_key, LAN_KEY_BYTES);
  g_assert_cmpint (lan_envelope_seal (&address, g_ptr_array_index (liar->device_keys, 0), 1,
                                      (GBytes *const *) blobs->pdata, blobs->len, &sim->random.base,
                                      &envelope),
                   ==, LAN_STATUS_OK);
  lan_core_mail (victim->core, ++serial, envelope, &now);
  sim_drain_all (sim);
}

/* The record of @who's log in the group, as @who's own disk has it. */
static GBytes *
record_of (Sim *sim, const LanConversationId *id, guint who, guint64 seq)
{
  LanRecordRow *row = sim_store_find (sim_node (sim, who)->store, id, sim_device (sim, who), seq);

  g_assert_nonnull (row);
  return g_bytes_ref (row->blob);
}

static GBytes *
bent (GBytes *record, gsize at)
{
  gsize len;
  guint8 *copy = g_memdup2 (g_bytes_get_data (record, &len), g_bytes_get_size (record));

  copy[at < len ? len - 1 - at : 0] ^= 1;
  return g_bytes_new_take (copy, len);
}

/* 3 is in no group. It has got hold of a record, and bends it: none of its letters is taken. */
static void
test_forged_by_a_stranger (void)
{
  g_autoptr (Sim) sim = office (7, 4, TRUE);
  LanConversationId id = sim_group_create (sim, 0, 0, 2, FALSE);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint64 last;

  sim_run (sim, 5 * SECOND);
  sim_crash (sim, 2, TRUE);
  sim_group_say (sim, &id, 0, "one");
  sim_run (sim, SECOND);
  sim_crash (sim, 0, TRUE);
  sim_crash (sim, 1, TRUE);
  sim_start (sim, 2);
  sim_run (sim, 5 * SECOND);
  for (last = 1; sim_store_find (sim_node (sim, 0)->store, &id, sim_device (sim, 0), last) != NULL;
       last++)
    ;
  g_ptr_array_add (blobs, record_of (sim, &id, 0, last - 1));
  g_ptr_array_add (blobs, bent (g_ptr_array_index (blobs, 0), 0));
  forge (sim, 3, 2, blobs);
  g_assert_cmpuint (mail_of (sim, 2).waiting, ==, 1);
  sim_run (sim, 11 * MINUTE);
  g_assert_cmpuint (sim_group_count (sim, &id, 2), ==, 0);
  g_assert_cmpuint (mail_of (sim, 2).waiting, ==, 0);
  members_meet (sim, &id, 1, 3);
}

/* A member sends what it bent, the same twice, the wrong way round, and then what is right. */
static void
test_bent_by_a_member (void)
{
  g_autoptr (Sim) sim = office (8, 3, TRUE);
  LanConversationId id = sim_group_create (sim, 0, 0, 2, FALSE);
  guint64 first = 1;

  sim_run (sim, 5 * SECOND);
  sim_crash (sim, 2, TRUE);
  while (sim_store_find (sim_node (sim, 0)->store, &id, sim_device (sim, 0), first) != NULL)
    first++;
  sim_post_set_up (sim, FALSE);
  for (guint i = 0; i < 3; i++)
    sim_group_say (sim, &id, 0, "text");
  sim_run (sim, SECOND);
  sim_crash (sim, 1, TRUE);
  sim_start (sim, 2);
  sim_set_group (sim, 2, 1);
  sim_run (sim, 2 * SECOND);
  for (guint round = 0; round < 3; round++) {
    g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
    guint64 n = 0;

    while (sim_store_find (sim_node (sim, 0)->store, &id, sim_device (sim, 0), first + n) != NULL)
      n++;
    g_assert_cmpuint (n, >=, 3);
    for (guint64 i = 0; i < n; i++) {
      g_autoptr (GBytes) blob = record_of (sim, &id, 0, round == 1 ? first + n - 1 - i : first + i);

      g_ptr_array_add (blobs, round == 0 ? bent (blob, (gsize) i * 30) : g_bytes_ref (blob));
      if (round == 2)
        g_ptr_array_add (blobs, g_bytes_ref (blob));
    }
    forge (sim, 0, 2, blobs);
    sim_run (sim, 10 * SECOND);
    g_assert_cmpuint (sim_group_count (sim, &id, 2), ==, round == 0 ? 0 : 3);
  }
  g_assert_cmpuint (mail_of (sim, 2).refused, >, 0);
  g_assert_cmpuint (mail_of (sim, 2).waiting, ==, 0);
  sim_post_set_up (sim, TRUE);
  everybody_meets (sim, &id, 3);
}

/* Of a group that nobody here has heard of: kept for a while, and never more than so many. */
static void
test_unknown_group (void)
{
  g_autoptr (Sim) sim = office (9, 3, TRUE);
  LanConversationId id = sim_group_create (sim, 0, 0, 1, FALSE); /* 2 is not in it */
  LanGroupInfo info;

  sim_run (sim, 5 * SECOND);
  sim_group_say (sim, &id, 0, "not for you");
  sim_run (sim, 5 * SECOND);
  for (guint i = 0; i < 300; i++) {
    g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

    g_ptr_array_add (blobs, record_of (sim, &id, 0, 2 + i % 2));
    forge (sim, 0, 2, blobs);
  }
  g_assert_cmpuint (mail_of (sim, 2).waiting, <=, 128);
  g_assert_false (lan_core_get_group (sim_node (sim, 2)->core, &id, &info));
  sim_run (sim, 11 * MINUTE);
  g_assert_cmpuint (mail_of (sim, 2).waiting, ==, 0);
  g_assert_false (lan_core_get_group (sim_node (sim, 2)->core, &id, &info));
  g_assert_cmpuint (sim_group_count (sim, &id, 2), ==, 0);
}

/* ---- carried by a colleague ---- */

static void
test_carried (void)
{
  g_autoptr (Sim) sim = office (10, 4, FALSE);
  LanConversationId id = sim_group_create (sim, 0, 0, 2, FALSE); /* 3 is no member, and carries */
  LanMessageId message;

  carry (sim, 3);
  sim_run (sim, 10 * SECOND);
  sim_crash (sim, 1, TRUE);
  sim_crash (sim, 2, TRUE);
  message = sim_group_say (sim, &id, 0, "sealed");
  sim_run (sim, 20 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &message), ==, LAN_MESSAGE_CARRIED);
  g_assert_cmpint (state_now (sim, &id, 0, &message), ==, LAN_MESSAGE_CARRIED);
  g_assert_cmpuint (carry_of (sim, 3).held, ==, 2);
  sim_crash (sim, 0, TRUE);
  sim_start (sim, 1);
  sim_start (sim, 2);
  sim_run (sim, 20 * SECOND);
  g_assert_cmpuint (sim_group_count (sim, &id, 1), ==, 1);
  g_assert_cmpuint (sim_group_count (sim, &id, 2), ==, 1);
  g_assert_cmpuint (carry_of (sim, 3).held, ==, 0);
  sim_crash (sim, 1, TRUE);
  sim_crash (sim, 2, TRUE);
  sim_start (sim, 0);
  sim_run (sim, 20 * SECOND);
  g_assert_cmpint (sim_state (sim, 0, &message), ==, LAN_MESSAGE_DELIVERED);
  g_assert_cmpuint (carry_of (sim, 0).parcels, ==, 0);
  sim_crash (sim, 3, TRUE);
  for (guint i = 1; i < 3; i++)
    sim_start (sim, i);
  sim_run (sim, MINUTE);
  for (guint i = 1; i < 3; i++)
    sim_group_assert_same (sim, &id, 0, i);
}

static GBytes *
forge_receipts (Sim *sim, guint from, guint to, GBytes *frame, gpointer data, gboolean *twice)
{
  gsize len;
  const guint8 *bytes = g_bytes_get_data (frame, &len);
  guint *done = data;
  guint8 *copy;

  (void) sim;
  (void) twice;
  if (from != 2 || to != 0 || lan_frame_peek_type (bytes, len) != LAN_FRAME_CARRY_RECEIPT)
    return g_bytes_ref (frame);
  (*done)++;
  copy = g_memdup2 (bytes, len);
  copy[len - 1] ^= 1; /* of the word that only the reader could make */
  return g_bytes_new_take (copy, len);
}

/* Nobody hears 'delivered' because a carrier says so. */
static void
test_forged_receipt (void)
{
  g_autoptr (Sim) sim = office (11, 3, FALSE);
  LanConversationId id = sim_group_create (sim, 0, 0, 1, FALSE);
  LanMessageId message;
  guint forged = 0;

  carry (sim, 2);
  sim_run (sim, 10 * SECOND);
  sim_crash (sim, 1, TRUE);
  message = sim_group_say (sim, &id, 0, "sealed");
  sim_run (sim, 20 * SECOND);
  sim_crash (sim, 0, TRUE);
  sim_start (sim, 1);
  sim_run (sim, 20 * SECOND);
  g_assert_cmpuint (sim_group_count (sim, &id, 1), ==, 1);
  sim_crash (sim, 1, TRUE);
  sim->tamper = forge_receipts;
  sim->tamper_data = &forged;
  sim_start (sim, 0);
  sim_run (sim, 20 * SECOND);
  g_assert_cmpuint (forged, >, 0);
  g_assert_cmpint (state_now (sim, &id, 0, &message), ==, LAN_MESSAGE_CARRIED);
  g_assert_cmpuint (carry_of (sim, 0).refused, >, 0);
  sim->tamper = NULL;
  sim_start (sim, 1);
  sim_run (sim, MINUTE);
  g_assert_cmpint (state_now (sim, &id, 0, &message), ==, LAN_MESSAGE_DELIVERED);
}

/* By the server, by a carrier and then by the author themself: it is one message. */
static void
test_by_every_way (void)
{
  g_autoptr (Sim) sim = office (12, 4, TRUE);
  LanConversationId id = sim_group_create (sim, 0, 0, 2, FALSE);

  carry (sim, 3);
  sim_run (sim, 10 * SECOND);
  sim->post->again_permille = 1000;
  sim_crash (sim, 2, TRUE);
  sim_group_say (sim, &id, 0, "thrice");
  sim_group_say (sim, &id, 1, "thrice");
  sim_run (sim, 20 * SECOND);
  g_assert_cmpuint (carry_of (sim, 3).held, >, 0);
  sim_start (sim, 2);
  sim_run (sim, MINUTE);
  g_assert_cmpuint (sim_group_count (sim, &id, 2), ==, 2);
  g_assert_cmpuint (carry_of (sim, 3).held, ==, 0);
  sim_group_assert_same (sim, &id, 0, 2);
  sim_group_assert_same (sim, &id, 1, 2);
}

/* ---- crashes ---- */

/* Each side at each of its steps, half of the time with what the disk was doing lost. */
static void
test_crash_at_every_step (void)
{
  guint crashed = 0;

  for (guint step = 0; step < 160; step++) {
    g_autoptr (Sim) sim = office (13, 3, TRUE);
    LanConversationId id = sim_group_create (sim, 0, 0, 2, FALSE);
    guint victim = step % 2 == 0 ? 0 : 2;

    sim_run (sim, 5 * SECOND);
    sim_crash (sim, 2, TRUE);
    sim_group_say (sim, &id, 1, "from one who does not crash");
    sim_group_say (sim, &id, 0, "one");
    sim->crash_node = (int) victim;
    crashed -= sim_node (sim, victim)->generation;
    sim->crash_at = sim_node (sim, victim)->steps + 1 + step / 4;
    sim->crash_keeps = step % 4 < 2;
    sim_run (sim, 10 * SECOND);
    if (sim_node (sim, 2)->core == NULL)
      sim_start (sim, 2);
    if (step % 3 == 0)
      sim_crash (sim, 1, TRUE);
    sim_run (sim, 10 * SECOND);
    sim->crash_node = -1;
    sim_run (sim, SECOND);
    crashed += sim_node (sim, victim)->generation;
    everybody_meets (sim, &id, sim_group_count (sim, &id, 0));
    g_assert_true (sim_group_shows (sim, &id, 2, "from one who does not crash"));
  }
  g_assert_cmpuint (crashed, >, 80);
}

/* All come and go; the server loses, shuffles and repeats, carriers come and go. */
static void
test_weather (void)
{
  for (guint64 seed = 200; seed < 225; seed++) {
    g_autoptr (Sim) sim = office (seed, 5, TRUE);
    LanConversationId id = sim_group_create (sim, 0, 0, 4, FALSE);

    carry (sim, 4);
    sim_run (sim, 10 * SECOND);
    sim->rough_permille = 20;
    sim->post->lose_permille = 50;
    sim->post->shuffle_permille = 200;
    sim->post->again_permille = 100;
    sim->post->deaf_permille = 50;
    for (guint i = 0; i < 24; i++) {
      guint who = lan_random_below (&sim->random.base, 5), off = (who + 1 + i % 4) % 5;
      g_autofree char *text = g_strdup_printf ("%u", i);

      if (sim_node (sim, who)->core == NULL)
        sim_start (sim, who);
      sim_group_say (sim, &id, who, text);
      sim_run (sim, 200); /* it is on disk: what crashes before was never sent */
      if (i % 3 == 0)
        sim_crash (sim, off, lan_random_below (&sim->random.base, 2) == 0);
      sim_run (sim, lan_random_below (&sim->random.base, 9000));
      if (i % 7 == 6)
        sim_post_set_up (sim, i % 2 == 0);
    }
    sim->rough_permille = 0;
    sim_post_set_up (sim, TRUE);
    everybody_meets (sim, &id, 24);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  lan_crypto_init ();
  g_test_add_func ("/scenario/group-letters/off-for-the-whole-sending",
                   test_off_for_the_whole_sending);
  g_test_add_func ("/scenario/group-letters/never-on-together", test_never_on_together);
  g_test_add_func ("/scenario/group-letters/restart-of-the-author", test_restart_of_the_author);
  g_test_add_func ("/scenario/group-letters/at-hand", test_at_hand);
  g_test_add_func ("/scenario/group-letters/too-much", test_too_much);
  g_test_add_func ("/scenario/group-letters/removed-while-away", test_removed_while_away);
  g_test_add_func ("/scenario/group-letters/forged-by-a-stranger", test_forged_by_a_stranger);
  g_test_add_func ("/scenario/group-letters/bent-by-a-member", test_bent_by_a_member);
  g_test_add_func ("/scenario/group-letters/unknown-group", test_unknown_group);
  g_test_add_func ("/scenario/group-letters/carried", test_carried);
  g_test_add_func ("/scenario/group-letters/forged-receipt", test_forged_receipt);
  g_test_add_func ("/scenario/group-letters/by-every-way", test_by_every_way);
  g_test_add_func ("/scenario/group-letters/crash-at-every-step", test_crash_at_every_step);
  g_test_add_func ("/scenario/group-letters/weather", test_weather);
  return g_test_run ();
}
