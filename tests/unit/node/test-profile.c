/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The profile's folder: modes, the lock, the socket's name. */
#include "test-node.h"

#include "lan-profile.h"

#include <glib/gstdio.h>

static char *
make_dir (void)
{
  g_autoptr (GError) error = NULL;
  char *dir = g_dir_make_tmp ("lan-profile-XXXXXX", &error);

  g_assert_no_error (error);
  return dir;
}

static void
remove_dir (const char *dir)
{
  static const char *const names[] = { "lock", "keys" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (dir, names[i], NULL);

    g_remove (path);
  }
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

/* New keys beside an old history would lock it away for good. */
static void
test_history_without_keys (void)
{
  g_autofree char *dir = make_dir (), *history = g_build_filename (dir, "history", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (history, "x", 1, NULL));
  g_assert_null (lan_profile_lock (dir, TRUE, &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_DAMAGED);
  g_assert_cmpint (g_remove (history), ==, 0);
  remove_dir (dir);
}

/* A folder such as /tmp is not made private, but refused. */
static void
test_shared_folder (void)
{
  g_autofree char *dir = make_dir (), *other = g_build_filename (dir, "another's", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  g_assert_true (g_file_set_contents (other, "x", 1, NULL));
  g_assert_cmpint (g_chmod (dir, 01777), ==, 0);
  g_assert_null (lan_profile_lock (dir, TRUE, &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID);
  g_assert_cmpint (g_stat (dir, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 01777);
  g_assert_cmpint (g_remove (other), ==, 0);
  remove_dir (dir);
}

static void
test_lock (void)
{
  g_autofree char *dir = make_dir (), *keys = g_build_filename (dir, "keys", NULL);
  g_autoptr (GError) error = NULL;
  LanProfile *first, *second;

  g_assert_null (lan_profile_lock (dir, FALSE, &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NO_PROFILE);
  g_clear_error (&error);

  first = lan_profile_lock (dir, TRUE, &error);
  g_assert_no_error (error);
  second = lan_profile_lock (dir, TRUE, &error);
  g_assert_null (second);
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_PROFILE_IN_USE);
  g_assert_nonnull (strstr (error->message, "/socket"));
  g_clear_error (&error);
  lan_profile_free (first);

  g_assert_true (g_file_set_contents (keys, "x", 1, NULL));
  g_assert_null (lan_profile_lock (dir, TRUE, &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_PROFILE_EXISTS);
  g_clear_error (&error);
  first = lan_profile_lock (dir, FALSE, &error);
  g_assert_no_error (error);
  lan_profile_free (first);
  remove_dir (dir);
}

static void
test_modes (void)
{
  g_autofree char *top = make_dir (), *dir = g_build_filename (top, "a", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LanProfile) profile = NULL;
  GStatBuf info;

  g_assert_cmpint (g_mkdir (dir, 0755), ==, 0);
  g_assert_cmpint (g_chmod (dir, 0755), ==, 0);
  profile = lan_profile_lock (dir, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (dir, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  remove_dir (dir);
  remove_dir (top);
}

static void
test_socket (void)
{
  g_autofree char *near = lan_profile_dup_socket_path ("/home/me/.local/share/lanyard");
  g_autofree char *deep = g_strnfill (200, 'x');
  g_autofree char *far = lan_profile_dup_socket_path (deep);
  g_autofree char *again = lan_profile_dup_socket_path (deep);

  g_assert_cmpstr (near, ==, "/home/me/.local/share/lanyard/socket");
  g_assert_cmpuint (strlen (far), <, 108);
  g_assert_cmpstr (far, ==, again);
}

void
add_profile_tests (void)
{
  g_test_add_func ("/node/profile/lock", test_lock);
  g_test_add_func ("/node/profile/history-without-keys", test_history_without_keys);
  g_test_add_func ("/node/profile/shared-folder", test_shared_folder);
  g_test_add_func ("/node/profile/modes", test_modes);
  g_test_add_func ("/node/profile/socket", test_socket);
}
