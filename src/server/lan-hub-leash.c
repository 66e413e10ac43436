/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-leash.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* As shells have it. */
#define NOT_STARTED 127

char **
lan_hub_leash_args (char *const *args)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autofree char *parent = g_strdup_printf ("%d", (int) getpid ());

  g_strv_builder_add_many (words, "lanyard-server", LAN_HUB_LEASH, parent, NULL);
  g_strv_builder_addv (words, (const char **) args);
  return g_strv_builder_end (words);
}

int
lan_hub_leash_become (char **words)
{
  guint64 parent;

  if (words[0] == NULL || words[1] == NULL ||
      !g_ascii_string_to_unsigned (words[0], 10, 1, G_MAXINT, &parent, NULL))
    return NOT_STARTED;
  /* In this order: a parent that dies before the first is noticed by the second. */
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid () != (pid_t) parent)
    return NOT_STARTED;
  execvp (words[1], words + 1);
  return NOT_STARTED;
}
