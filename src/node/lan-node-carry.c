/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What a LanNode is asked about carried mail. */
#include "lan-node-carry.h"

#include "lan-node-private.h"

void
lan_node_set_carrying (LanNode *self, gboolean carrying)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_NODE (self));
  carrying = carrying != FALSE;
  if (self->carrying == carrying)
    return;
  command = lan_command_new (LAN_COMMAND_SET_CARRYING);
  command->number = carrying;
  lan_node_push (self, command);
}

gboolean
lan_node_get_carrying (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), FALSE);
  return self->carrying;
}

guint
lan_node_get_carried_letters (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), 0);
  return self->carried_letters;
}

guint64
lan_node_get_carried_bytes (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), 0);
  return self->carried_bytes;
}
