/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-node.h"
#include "node-driver.h"

int
main (int argc, char **argv)
{
  enter_own_network ();
  g_test_init (&argc, &argv, NULL);
  add_window_tests ();
  add_profile_tests ();
  add_seen_tests ();
  add_talk_tests ();
  add_sticker_tests ();
  add_keys_tests ();
  add_file_tests ();
  add_people_tests ();
  add_opening_tests ();
  add_server_tests ();
  return g_test_run ();
}
