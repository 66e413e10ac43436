/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-server.h"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_config_tests ();
  add_db_tests ();
  add_db_mail_tests ();
  add_gate_tests ();
  add_hub_tests ();
  return g_test_run ();
}
