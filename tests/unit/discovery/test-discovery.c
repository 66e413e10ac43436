/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-discovery.h"

#include <glib.h>

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_record_tests ();
  add_candidates_tests ();
  add_schedule_tests ();
  add_network_tests ();
  return g_test_run ();
}
