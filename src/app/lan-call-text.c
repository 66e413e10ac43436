/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-call-text.h"

#include "lan-format.h"

#include <glib/gi18n.h>

gboolean
lan_call_text_is_missed (LanMessage *message)
{
  LanCallOutcome outcome = lan_message_get_call_outcome (message);

  return lan_message_get_kind (message) == LAN_MESSAGE_KIND_CALL &&
         !lan_message_get_own (message) && outcome != LAN_CALL_OUTCOME_ANSWERED &&
         outcome != LAN_CALL_OUTCOME_DECLINED && outcome != LAN_CALL_OUTCOME_UNKNOWN;
}

char *
lan_call_text (LanMessage *message)
{
  g_autofree char *length = lan_format_length (lan_message_get_call_duration (message) / 1000);

  if (lan_call_text_is_missed (message))
    return g_strdup (_ ("Missed call"));
  switch (lan_message_get_call_outcome (message)) {
  case LAN_CALL_OUTCOME_ANSWERED:
    /* Translators: how long the call lasted, "2:05" */
    return g_strdup_printf (_ ("Call, %s"), length);
  case LAN_CALL_OUTCOME_NOT_ANSWERED:
    return g_strdup (_ ("Call that nobody answered"));
  case LAN_CALL_OUTCOME_DECLINED:
    return g_strdup (_ ("Call declined"));
  case LAN_CALL_OUTCOME_BUSY:
    return g_strdup (_ ("Call: the other side was busy"));
  case LAN_CALL_OUTCOME_CANCELLED:
    return g_strdup (_ ("Call ended before it was answered"));
  case LAN_CALL_OUTCOME_UNREACHABLE:
    return g_strdup (_ ("Call: the other side could not be reached"));
  case LAN_CALL_OUTCOME_UNKNOWN:
  default:
    return g_strdup (_ ("Call"));
  }
}
