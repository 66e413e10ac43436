/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Both machines of the rendezvous server, joined by dir-world.
 */
#include "test-directory.h"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_registry_tests ();
  add_client_tests ();
  add_own_device_tests ();
  add_restart_tests ();
  add_server_key_tests ();
  return g_test_run ();
}
