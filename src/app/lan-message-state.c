/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-message-state.h"

#include <glib/gi18n.h>

const char *
lan_message_state_icon (LanMessageStatus status)
{
  switch (status) {
  case LAN_MESSAGE_STATUS_SENDING:
  case LAN_MESSAGE_STATUS_QUEUED:
    return "lanyard-waiting-symbolic";
  case LAN_MESSAGE_STATUS_MAILBOX:
  case LAN_MESSAGE_STATUS_CARRIED:
    return "lanyard-sent-symbolic";
  case LAN_MESSAGE_STATUS_DELIVERED:
  case LAN_MESSAGE_STATUS_READ:
    return "lanyard-delivered-symbolic";
  case LAN_MESSAGE_STATUS_FAILED:
    return "dialog-warning-symbolic";
  case LAN_MESSAGE_STATUS_RECEIVED:
  case LAN_MESSAGE_STATUS_SEEN:
  default:
    return NULL;
  }
}

/* Of a carried message: by whom, which state_words() cannot say. */
static char *
carrier_words (LanMessage *message)
{
  const char *name = lan_message_get_carrier (message);

  if (name == NULL)
    return g_strdup (_ ("in a file for them"));
  /* Translators: what becomes of a message that a colleague, of this name, keeps for the reader */
  return g_strdup_printf (_ ("carried by %s"), name);
}

static const char *
state_words (LanMessageStatus status)
{
  switch (status) {
  case LAN_MESSAGE_STATUS_SENDING:
    return _ ("being written");
  case LAN_MESSAGE_STATUS_QUEUED:
    return _ ("waits on this computer");
  case LAN_MESSAGE_STATUS_MAILBOX:
    return _ ("left at the server");
  case LAN_MESSAGE_STATUS_CARRIED:
    return _ ("carried by a colleague");
  case LAN_MESSAGE_STATUS_DELIVERED:
    return _ ("delivered");
  case LAN_MESSAGE_STATUS_READ:
    return _ ("read");
  case LAN_MESSAGE_STATUS_FAILED:
    return _ ("could not be kept: the disk did not take it");
  case LAN_MESSAGE_STATUS_RECEIVED:
  case LAN_MESSAGE_STATUS_SEEN:
  default:
    return "";
  }
}

char *
lan_message_state_words (LanMessage *message)
{
  LanMessageStatus status = lan_message_get_status (message);

  if (status == LAN_MESSAGE_STATUS_CARRIED && lan_message_get_own (message))
    return carrier_words (message);
  return g_strdup (state_words (status));
}
