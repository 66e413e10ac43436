/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-harden.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void
lan_harden_process (void)
{
  static gsize done = 0;
  const struct rlimit none = { 0, 0 };

  if (!g_once_init_enter (&done))
    return;
  if (prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    g_info ("core dumps cannot be forbidden: %s", g_strerror (errno));
  if (setrlimit (RLIMIT_CORE, &none) != 0)
    g_info ("the size of core dumps cannot be set: %s", g_strerror (errno));
  g_once_init_leave (&done, 1);
}
