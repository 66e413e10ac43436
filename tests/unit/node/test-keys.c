/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What guards a profile, and what is said when it cannot be opened. */
#include "node-driver.h"
#include "test-node.h"

#include <glib/gstdio.h>
#include <sys/mount.h>

static void
assert_cannot_open (Machine *m, const char *passphrase, LanNodeError code)
{
  g_autoptr (GError) error = machine_try_open (m, passphrase);

  g_assert_error (error, LAN_NODE_ERROR, (int) code);
  g_test_message ("%s: %s", lan_node_error_code (code), error->message);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GError *
set_passphrase (Machine *m, const char *old, const char *fresh)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  lan_node_set_passphrase_async (m->node, old, fresh, NULL, on_done, &result);
  wait_until (result != NULL);
  lan_node_set_passphrase_finish (m->node, result, &error);
  return error;
}

static void
test_passphrase (void)
{
  Machine *m = machine_new ("Ann");
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  machine_create (m, NULL);
  id = g_strdup (lan_person_get_id (lan_node_get_self (m->node)));
  g_assert_cmpint (lan_node_get_protection (m->node), ==, LAN_NODE_PROTECTION_NONE);
  error = set_passphrase (m, NULL, "correct horse");
  g_assert_no_error (error);
  g_assert_cmpint (lan_node_get_protection (m->node), ==, LAN_NODE_PROTECTION_PASSPHRASE);
  machine_close (m);

  assert_cannot_open (m, NULL, LAN_NODE_ERROR_PASSPHRASE_NEEDED);
  assert_cannot_open (m, "battery staple", LAN_NODE_ERROR_PASSPHRASE_WRONG);
  machine_open (m, "correct horse");
  g_assert_cmpstr (lan_person_get_id (lan_node_get_self (m->node)), ==, id);
  g_assert_cmpint (lan_node_get_protection (m->node), ==, LAN_NODE_PROTECTION_PASSPHRASE);

  error = set_passphrase (m, "wrong", NULL);
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_PASSPHRASE_WRONG);
  g_clear_error (&error);
  error = set_passphrase (m, "correct horse", NULL);
  g_assert_no_error (error);
  machine_close (m);
  machine_open (m, NULL);
  machine_free (m);
}

static void
test_missing_and_twice (void)
{
  Machine *m = machine_new ("Ann"), *second = machine_new ("Ann again");
  g_autofree char *spare = g_steal_pointer (&second->dir);

  assert_cannot_open (m, NULL, LAN_NODE_ERROR_NO_PROFILE);
  machine_create (m, NULL);
  second->dir = g_strdup (m->dir);
  assert_cannot_open (second, NULL, LAN_NODE_ERROR_PROFILE_IN_USE);
  g_free (second->dir);
  second->dir = g_steal_pointer (&spare);
  machine_free (second);
  machine_free (m);
}

static void
spoil (Machine *m, const char *name, goffset at)
{
  g_autofree char *path = g_build_filename (m->dir, name, NULL);
  FILE *file = fopen (path, "r+");

  g_assert_nonnull (file);
  g_assert_cmpint (fseek (file, at, SEEK_SET), ==, 0);
  g_assert_cmpint (fputs ("spoiled", file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
test_damaged (void)
{
  Machine *m = machine_new ("Ann");

  machine_create (m, NULL);
  machine_close (m);
  spoil (m, "history", 200);
  assert_cannot_open (m, NULL, LAN_NODE_ERROR_HISTORY);
  spoil (m, "keys", 130);
  assert_cannot_open (m, NULL, LAN_NODE_ERROR_DAMAGED);
  machine_free (m);
}

/* The history is gone, the keys are there: one goes on as the same person. */
static void
test_lost_history (void)
{
  Machine *m = machine_new ("Ann");
  g_autofree char *path = g_build_filename (m->dir, "history", NULL);
  g_autofree char *id = NULL;

  machine_create (m, NULL);
  id = g_strdup (lan_person_get_id (lan_node_get_self (m->node)));
  machine_close (m);
  g_assert_cmpint (g_remove (path), ==, 0);
  machine_open (m, NULL);
  g_assert_cmpstr (lan_person_get_id (lan_node_get_self (m->node)), ==, id);
  machine_free (m);
}

/* Closing while opening, dropping without closing: nothing hangs, everybody gets an answer. */
static void
test_hasty (void)
{
  Machine *m = machine_new ("Ann");
  g_autoptr (GAsyncResult) opened = NULL, closed = NULL;
  g_autoptr (GError) error = NULL;
  LanNode *node;

  machine_create (m, NULL);
  machine_close (m);
  node = lan_node_new (m->dir);
  g_object_set (node, "mdns", FALSE, "broadcast", FALSE, "keyring", FALSE, "harden", FALSE, "port",
                0, NULL);
  lan_node_open_async (node, NULL, NULL, on_done, &opened);
  lan_node_close_async (node, NULL, on_done, &closed);
  wait_until (opened != NULL && closed != NULL);
  g_assert_false (lan_node_open_finish (node, opened, &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN);
  g_assert_true (lan_node_close_finish (node, closed, NULL));
  g_clear_object (&opened);
  g_clear_object (&closed);
  g_object_unref (node);

  machine_open (m, NULL);
  node = g_steal_pointer (&m->node);
  g_object_unref (node); /* without a word */
  /* Its thread gives the lock free in its own time. */
  do {
    g_clear_error (&error);
    error = machine_try_open (m, NULL);
  } while (g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_PROFILE_IN_USE));
  g_assert_no_error (error);
  machine_free (m);
}

/* Fills the disk that @dir is on. Returns: (transfer full): the file that does it. */
static char *
fill_disk (const char *dir)
{
  char *path = g_build_filename (dir, "filler", NULL);
  g_autofree char *zeros = g_malloc0 (4096);
  FILE *file = fopen (path, "w");

  g_assert_nonnull (file);
  setbuf (file, NULL);
  while (fwrite (zeros, 1, 4096, file) == 4096)
    ;
  fclose (file);
  return path;
}

/* A full disk is told once, costs only what was being written, and is told when it is over. */
static void
test_disk_full (void)
{
  Machine *ann, *bob;
  g_autofree char *filler = NULL, *lost = NULL, *kept = NULL, *text = g_strnfill (30000, 'x');
  LanConversation *conversation;
  LanPerson *person;
  GListModel *messages;
  LanMessage *last;

  if (!has_own_network ()) {
    g_test_skip ("needs mounts of its own");
    return;
  }
  ann = machine_new ("Ann");
  bob = machine_new ("Bob");
  g_assert_cmpint (mount ("lantest", ann->dir, "tmpfs", 0, "size=2m"), ==, 0);
  machine_create (ann, NULL);
  machine_create (bob, NULL);
  introduce (ann, bob);
  person = see (ann, bob);
  conversation = lan_node_open_conversation (ann->node, person);
  messages = lan_conversation_get_messages (conversation);
  wait_until (lan_conversation_get_loaded (conversation));

  filler = fill_disk (ann->dir);
  for (guint i = 0; !has_notice (ann, "disk-full") && i < 200; i++) {
    g_free (lost);
    lost = lan_node_send_text (ann->node, person, text, NULL);
    wait_until (has_state (ann, lost, "queued") || has_state (ann, lost, "failed"));
  }
  g_assert_true (has_notice (ann, "disk-full"));
  g_assert_true (has_state (ann, lost, "failed"));
  last = g_list_model_get_item (messages, g_list_model_get_n_items (messages) - 1);
  g_assert_cmpstr (lan_message_get_id (last), ==, lost);
  g_assert_cmpstr (lan_message_get_text (last), ==, text); /* to be sent again by hand */
  g_object_unref (last);

  g_remove (filler);
  kept = lan_node_send_text (ann->node, person, "there is room again", NULL);
  wait_until (has_state (ann, kept, "delivered"));
  g_assert_true (has_notice (ann, "history-well"));
  g_assert_nonnull (find_received (bob, "there is room again"));
  machine_close (ann);
  g_assert_cmpint (umount2 (ann->dir, MNT_DETACH), ==, 0);
  machine_free (ann);
  machine_free (bob);
}

void
add_keys_tests (void)
{
  g_test_add_func ("/node/keys/passphrase", test_passphrase);
  g_test_add_func ("/node/keys/missing-and-twice", test_missing_and_twice);
  g_test_add_func ("/node/keys/damaged", test_damaged);
  g_test_add_func ("/node/keys/lost-history", test_lost_history);
  g_test_add_func ("/node/keys/hasty", test_hasty);
  g_test_add_func ("/node/keys/disk-full", test_disk_full);
}
