/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Devices of one account that come to the server after another one has joined it. */
#include "test-directory.h"

static DirWorld *
world_new (void)
{
  DirWorld *world = dir_world_new (31);

  g_assert_cmpint (dir_world_start (world, 0), ==, LAN_STATUS_OK);
  dir_world_run (world);
  return world;
}

/* Two devices that were linked before one of them joined: the other needs only be told where. */
static void
test_adopt (void)
{
  g_autoptr (DirWorld) world = world_new ();
  g_autoptr (GPtrArray) certs = g_ptr_array_new (), none = g_ptr_array_new ();
  DirClient *first = dir_world_add (world, "Ann"), *second;
  LanServerAddress address = { "server.example", 24790 };
  const guint8 *root = lan_org_key_public (world->root);
  LanServerClientInfo info;

  second = dir_world_add_device (world, first, "Ann's laptop");
  lan_server_client_set_certs (first->machine, none, &world->now); /* not met yet */
  dir_client_join (first, "ann");
  g_assert_cmpint (
      lan_server_client_adopt (second->machine, &address, world->server_public, root, &world->now),
      ==, LAN_STATUS_OK);
  dir_world_pass (world, 50);
  /* Its certificate is not there: that is no refusal, it waits. */
  g_assert_cmpint (lan_server_client_get_state (second->machine), ==, LAN_SERVER_WAITING);
  dir_client_restart (second);
  dir_world_pass (world, 50);
  g_assert_cmpint (lan_server_client_get_state (second->machine), ==, LAN_SERVER_WAITING);
  g_assert_cmpint (
      lan_server_client_adopt (second->machine, &address, world->server_public, root, &world->now),
      ==, LAN_STATUS_STATE);
  g_ptr_array_add (certs, second->cert);
  lan_server_client_set_certs (first->machine, certs, &world->now);
  dir_world_run (world);
  g_assert_cmpuint (dir_client_count (first, LAN_SERVER_CLIENT_PAPERS_STORED), ==, 1);
  dir_world_pass (world, 70000);
  g_assert_cmpint (lan_server_client_get_state (second->machine), ==, LAN_SERVER_ONLINE);
  lan_server_client_get_info (second->machine, &info);
  g_assert_cmpstr (info.login, ==, "ann");
  g_assert_cmpstr (info.org_name, !=, "");
  g_assert_true (info.root_pinned);
  /* Nothing is put again that is there, also after a start. */
  dir_client_restart (first);
  lan_server_client_set_certs (first->machine, certs, &world->now);
  dir_world_pass (world, 50);
  g_assert_cmpuint (dir_client_count (first, LAN_SERVER_CLIENT_PAPERS_STORED), ==, 0);
  dir_client_restart (second);
  dir_world_pass (world, 50);
  lan_server_client_get_info (second->machine, &info);
  g_assert_cmpstr (info.login, ==, "ann");
}

/* What is kept for a profile that becomes a device of the account, found at its next start. */
static void
test_pin_by_linking (void)
{
  g_autoptr (DirWorld) world = world_new ();
  DirClient *first = dir_world_add (world, "Ann"), *second;
  LanServerAddress address = { "server.example", 24790 };

  dir_client_join (first, "ann");
  dir_world_pass (world, 1500);
  second = dir_world_add_device (world, first, "Ann's laptop");
  g_hash_table_insert (second->settings, g_strdup ("server.pin"),
                       lan_server_client_make_pin (&address, world->server_public,
                                                   lan_org_key_public (world->root)));
  dir_world_run (world);
  dir_client_restart (second);
  dir_world_pass (world, 50);
  g_assert_cmpint (lan_server_client_get_state (second->machine), ==, LAN_SERVER_ONLINE);
  g_assert_cmpuint (lan_server_client_count_people (second->machine), ==, 1);
}

void
add_own_device_tests (void)
{
  g_test_add_func ("/client/own-devices/adopt", test_adopt);
  g_test_add_func ("/client/own-devices/pin-by-linking", test_pin_by_linking);
}
