/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Shared folders where something comes late, or never: notices, commits, the word that a file arrived. */
#include "share-world.h"

/* A share of the first person with everybody else in it, in step. */
static LanConversationId
shared (World *world, LanShareRights rights)
{
  LanConversationId id;

  for (guint i = 1; i < world->n; i++)
    world_connect (world, 0, i, TRUE);
  id = world_share (world, 0, "Plans");
  world_write (world, 0, &id, "a", "one");
  for (guint i = 1; i < world->n; i++)
    g_assert_cmpint (lan_shares_set_rights (world->people[0].shares, &id, world_account (world, i),
                                            rights, world->now),
                     ==, LAN_STATUS_OK);
  world_run (world, 2);
  for (guint i = 1; i < world->n; i++)
    g_assert_cmpint (lan_shares_accept (world->people[i].shares, &id, "/share", TRUE, world->now),
                     ==, LAN_STATUS_OK);
  world_run (world, 3);
  g_assert_cmpstr (world_read (world, 1, "a"), ==, "one");
  return id;
}

/* The folder is looked at; before that is over something else changes in it, and is noticed. */
static void
test_notice_during_scan (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ);

  world->people[0].slow = TRUE;
  world_write (world, 0, &id, "b", "two");
  world_run (world, 1); /* it is being looked at */
  g_assert_cmpuint (world->people[0].held.length, ==, 1);
  world_write (world, 0, &id, "c", "three");
  world_let_go (world, 0);
  world_run (world, 3);
  g_assert_cmpstr (world_read (world, 1, "b"), ==, "two");
  g_assert_cmpstr (world_read (world, 1, "c"), ==, "three");
}

/* A program that was killed and started again is known twice for a while: what is asked goes over the newer channel,
 * and what was asked over the other is asked anew as soon as that is known to be dead. */
static void
test_overtaken_channel (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ);
  const guint64 older = 3, newer = 83; /* both lead nowhere; the wire's is between them */

  lan_shares_channel_up (world->people[1].shares, older, world_account (world, 0), world->now);
  world_write (world, 0, &id, "b", "two");
  world_run (world, 1);
  g_assert_cmpstr (world_read (world, 1, "b"), ==, "two");
  lan_shares_channel_up (world->people[1].shares, newer, world_account (world, 0), world->now);
  world_write (world, 0, &id, "b", "three");
  world_run (world, 2);
  g_assert_cmpstr (world_read (world, 1, "b"), ==, "two");
  lan_shares_channel_down (world->people[1].shares, newer, world->now);
  world_run (world, 1);
  g_assert_cmpstr (world_read (world, 1, "b"), ==, "three");
}

/* The word that a file arrived is lost; the log says so when they meet again. */
static void
test_word_of_arrival_lost (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ);

  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_FETCHED), ==, 1);
  world->people[1].is_unheard = TRUE;
  world_write (world, 0, &id, "b", "two");
  world_run (world, 2);
  g_assert_cmpstr (world_read (world, 1, "b"), ==, "two");
  world_connect (world, 0, 1, FALSE);
  world_run (world, 1);
  world_connect (world, 0, 1, TRUE);
  world_run (world, 2);
  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_FETCHED), ==, 2);
}

/* Nothing of ours is told before it is kept, and what could not be kept is tried again. */
static void
test_commit_fails (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ);

  world->people[0].is_full = TRUE;
  world_write (world, 0, &id, "b", "two");
  world_run (world, 12);
  g_assert_cmpint (world_state (world, 1, &id, "b"), ==, 99);
  world->people[0].is_full = FALSE;
  world_run (world, 8);
  g_assert_cmpstr (world_read (world, 1, "b"), ==, "two");
  world_restart (world, 0);
  world_run (world, 2);
  g_assert_cmpint (world_state (world, 0, &id, "b"), ==, LAN_SHARE_ITEM_HERE);
}

/* Two heads on their way to the disk: each is told when its own batch is there, not before. */
static void
test_commits_are_late (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ);
  Person *owner = &world->people[0];
  guint before;

  owner->is_late = TRUE;
  world_write (world, 0, &id, "b", "two");
  world_run (world, 1);
  before = owner->unanswered->len;
  world_write (world, 0, &id, "c", "three");
  world_run (world, 2);
  g_assert_cmpuint (owner->unanswered->len, >, before);
  g_assert_cmpint (world_state (world, 1, &id, "b"), ==, 99);
  for (guint i = 0; i < before; i++)
    g_assert_true (world_answer_store (world, 0, TRUE));
  world_run (world, 1);
  g_assert_cmpint (world_state (world, 1, &id, "c"), ==, 99);
  owner->is_late = FALSE;
  /* The second is lost: what is written instead says all of it. */
  while (world_answer_store (world, 0, FALSE))
    ;
  world_run (world, 3);
  g_assert_cmpint (world_state (world, 1, &id, "c"), ==, 99);
  world_run (world, 5);
  g_assert_cmpstr (world_read (world, 1, "b"), ==, "two");
  g_assert_cmpstr (world_read (world, 1, "c"), ==, "three");
  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_FETCHED), ==, 3);
}

/* A share that was forgotten while the store wrote nothing does not come back. */
static void
test_forgetting_fails (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ);

  world_connect (world, 0, 1, FALSE);
  g_assert_cmpint (lan_shares_leave (world->people[0].shares, &id, world->now), ==, LAN_STATUS_OK);
  world_run (world, 1);
  world->people[0].is_full = TRUE;
  g_assert_cmpint (lan_shares_leave (world->people[0].shares, &id, world->now), ==, LAN_STATUS_OK);
  world_run (world, 1);
  world->people[0].is_full = FALSE;
  world_run (world, 6);
  world_restart (world, 0);
  g_assert_false (lan_shares_has (world->people[0].shares, &id));
}

/* More than one person may ask for at once, and no transfer says that it is over: the member does. */
static void
test_many_unheard (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_READ);

  world->people[1].is_unheard = TRUE;
  for (guint i = 0; i < 100; i++) {
    g_autofree char *name = g_strdup_printf ("f%u", i);

    world_write (world, 0, &id, name, name);
  }
  world_run (world, 15);
  g_assert_cmpuint (g_hash_table_size (world->people[1].files), ==, 101);
  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_FETCHED), ==, 101);
}

/* Short contents come as answers; what is changed at the same moment does not, but its next version. */
static void
test_short_contents (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id;
  g_autofree char *large = g_strnfill (LAN_SHARE_SHORT_MAX + 1, 'x');

  world->has_short = TRUE;
  world_restart (world, 0);
  world_restart (world, 1);
  id = shared (world, LAN_SHARE_READ);
  g_assert_cmpuint (world->answered, ==, 1);
  for (guint i = 0; i < 100; i++) {
    g_autofree char *name = g_strdup_printf ("f%u", i);

    world_write (world, 0, &id, name, i == 0 ? "" : name);
  }
  world_write (world, 0, &id, "large", large);
  world_run (world, 10);
  g_assert_cmpuint (g_hash_table_size (world->people[1].files), ==, 102);
  g_assert_cmpuint (world->answered, ==, 101);
  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_FETCHED), ==, 102);
  world_write_unseen (world, 0, "f7", "newer");
  world_write (world, 1, &id, "f7", NULL);
  world_run (world, 2);
  g_assert_cmpint (lan_shares_fetch (world->people[1].shares, &id, "f7", world->now), ==,
                   LAN_STATUS_OK);
  world_run (world, 20);
  g_assert_cmpstr (world_read (world, 1, "f7"), ==, "newer");
}

static void
take_folder (World *world, guint person, const LanConversationId *id)
{
  g_assert_cmpint (lan_shares_accept (world->people[person].shares, id, "/share", TRUE, world->now),
                   ==, LAN_STATUS_OK);
}

/* The owner's computer is lost, and with it the folder: nothing is taken for removed, another folder takes its
 * place, and what the members have comes back. */
static void
test_restored_owner (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_WRITE);
  LanShareView view;

  world_write (world, 0, &id, "b", "two");
  world_run (world, 3);
  g_assert_cmpstr (world_read (world, 1, "b"), ==, "two");
  world_restore (world, 0);
  world_run (world, 30);
  g_assert_true (lan_shares_view (world->people[0].shares, &id, &view));
  g_assert_cmpstr (view.error, ==, "not-found");
  g_assert_cmpint (view.state, ==, LAN_SHARE_OPEN);
  g_assert_cmpint (lan_shares_accept (world->people[1].shares, &id, "/other", TRUE, world->now), ==,
                   LAN_STATUS_STATE); /* one that is there is not changed for another */
  world_connect (world, 0, 1, TRUE);
  world_run (world, 3);
  g_assert_cmpstr (world_read (world, 1, "b"), ==, "two");
  take_folder (world, 0, &id);
  world_run (world, 5);
  g_assert_cmpstr (world_read (world, 0, "a"), ==, "one");
  g_assert_cmpstr (world_read (world, 0, "b"), ==, "two");
  g_assert_cmpstr (world_read (world, 1, "a"), ==, "one");
  /* Its new device is as good as the lost one. */
  world_write (world, 0, &id, "a", "once more");
  world_write (world, 1, &id, "c", "three");
  world_run (world, 5);
  g_assert_cmpstr (world_read (world, 1, "a"), ==, "once more");
  g_assert_cmpstr (world_read (world, 0, "c"), ==, "three");
  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_REMOVED), ==, 0);
  g_assert_cmpuint (world_log (world, 1, &id, LAN_SHARE_LOG_REMOVED), ==, 0);
}

/* The folder is where it was, but older: neither takes the other's place unseen. */
static void
test_restored_with_older_files (void)
{
  g_autoptr (World) world = world_new (2);
  LanConversationId id = shared (world, LAN_SHARE_WRITE);

  world_write (world, 0, &id, "a", "newer");
  world_run (world, 3);
  world_restore (world, 0);
  world_write_unseen (world, 0, "a", "older");
  world->people[0].is_away = FALSE;
  world_restart (world, 0);
  world_connect (world, 0, 1, TRUE);
  world_run (world, 10);
  g_assert_cmpuint (world_log (world, 0, &id, LAN_SHARE_LOG_CONFLICT), ==, 1);
  g_assert_cmpuint (g_hash_table_size (world->people[0].files), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/share/late/short-contents", test_short_contents);
  g_test_add_func ("/share/late/restored-owner", test_restored_owner);
  g_test_add_func ("/share/late/restored-with-older-files", test_restored_with_older_files);
  g_test_add_func ("/share/late/overtaken-channel", test_overtaken_channel);
  g_test_add_func ("/share/late/notice-during-scan", test_notice_during_scan);
  g_test_add_func ("/share/late/word-of-arrival-lost", test_word_of_arrival_lost);
  g_test_add_func ("/share/late/commit-fails", test_commit_fails);
  g_test_add_func ("/share/late/commits-are-late", test_commits_are_late);
  g_test_add_func ("/share/late/forgetting-fails", test_forgetting_fails);
  g_test_add_func ("/share/late/many-unheard", test_many_unheard);
  return g_test_run ();
}
