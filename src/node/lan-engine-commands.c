/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Carries out what the owner asks. */
#include "lan-engine-private.h"

void
lan_engine_execute (LanEngine *engine, LanCommand *command)
{
  g_autoptr (LanCommand) done = command;

  if (command->type == LAN_COMMAND_OPEN)
    lan_engine_open (engine, command->name, command->text);
  else if (command->type == LAN_COMMAND_CLOSE)
    lan_engine_close (engine);
  else if (command->task != NULL)
    lan_engine_reply (
        engine, g_steal_pointer (&command->task),
        g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN, "the profile is not open"));
}
