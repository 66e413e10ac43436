/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-command.h"

#include "lan-engine-backup.h"
#include "lan-engine-bundle.h"

#include <string.h>

LanCommand *
lan_command_new (LanCommandType type)
{
  LanCommand *command = g_new0 (LanCommand, 1);

  command->type = type;
  return command;
}

LanCommand *
lan_command_new_for (LanCommandType type, const LanAccountId *account)
{
  LanCommand *command = lan_command_new (type);

  command->account = *account;
  return command;
}

/* Passphrases travel in these strings. */
static void
wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

void
lan_command_free (LanCommand *command)
{
  if (command == NULL)
    return;
  wipe (command->name);
  wipe (command->text);
  wipe (command->words);
  wipe (command->secret);
  if (command->search != NULL)
    wipe (command->search->text);
  g_free (command->search);
  g_clear_pointer (&command->backup, lan_backup_source_unref);
  g_clear_pointer (&command->bundle, lan_bundle_job_unref);
  g_clear_object (&command->task);
  g_clear_pointer (&command->list, g_strfreev);
  g_clear_pointer (&command->bytes, g_bytes_unref);
  g_clear_pointer (&command->items, g_ptr_array_unref);
  g_free (command);
}
