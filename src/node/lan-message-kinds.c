/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What only messages of one kind have: what happened in a group, how a call went, a voice note, a
 * sticker. */
#include "lan-message-private.h"

LanGroupEvent
lan_message_get_event (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), LAN_GROUP_EVENT_NONE);
  return lan_message_peek_info (self)->event;
}

int
lan_message_get_event_role (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), 0);
  return (int) lan_message_peek_info (self)->event_role;
}

const char *
lan_group_event_name (LanGroupEvent event)
{
  static const char *const names[] = { "",        "created",        "added",          "removed",
                                       "left",    "role",           "renamed",        "topic",
                                       "picture", "history-opened", "history-closed", "made-group",
                                       "ended" };

  return (guint) event < G_N_ELEMENTS (names) ? names[event] : "";
}

LanCallOutcome
lan_message_get_call_outcome (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), LAN_CALL_OUTCOME_UNKNOWN);
  return lan_message_peek_info (self)->call_outcome;
}

const char *
lan_call_outcome_name (LanCallOutcome outcome)
{
  static const char *const names[] = { "unknown", "answered",  "not-answered", "declined",
                                       "busy",    "cancelled", "unreachable" };

  return (guint) outcome < G_N_ELEMENTS (names) ? names[outcome] : names[0];
}

gint64
lan_message_get_call_duration (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), 0);
  return lan_message_peek_info (self)->call_ms;
}

guint
lan_message_get_note_duration (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), 0);
  return lan_message_peek_info (self)->note_ms;
}

GBytes *
lan_message_get_note_peaks (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return lan_message_peek_info (self)->note_peaks;
}

guint
lan_message_get_sticker_width (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), 0);
  return lan_message_peek_info (self)->sticker_width;
}

guint
lan_message_get_sticker_height (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), 0);
  return lan_message_peek_info (self)->sticker_height;
}

const char *
lan_message_get_sticker_set (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return lan_message_peek_info (self)->sticker_set;
}

gboolean
lan_message_get_sticker_offered (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), FALSE);
  return lan_message_peek_info (self)->sticker_offered;
}
