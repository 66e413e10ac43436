/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-store.h"

#include <glib.h>

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_backup_tests ();
  add_keep_tests ();
  add_seal_tests ();
  add_vfs_tests ();
  add_operations_tests ();
  add_rows_tests ();
  add_trouble_tests ();
  add_folded_tests ();
  add_search_tests ();
  return g_test_run ();
}
