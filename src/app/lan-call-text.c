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

char *
lan_call_text_title (LanCall *call)
{
  const char *name = lan_person_get_name (lan_call_get_person (call));

  if (lan_call_get_status (call) == LAN_CALL_STATUS_RINGING)
    return g_strdup_printf (_ ("%s is calling"), name);
  return g_strdup_printf (_ ("Call with %s"), name);
}

/* One word; NULL: too early to say. */
static const char *
quality_word (LanCall *call)
{
  switch (lan_call_get_quality (call)) {
  case LAN_CALL_QUALITY_GOOD:
    return C_ ("quality of a call", "good");
  case LAN_CALL_QUALITY_FAIR:
    return C_ ("quality of a call", "fair");
  case LAN_CALL_QUALITY_POOR:
    return C_ ("quality of a call", "poor");
  case LAN_CALL_QUALITY_NONE:
    return C_ ("quality of a call", "interrupted");
  case LAN_CALL_QUALITY_UNKNOWN:
  default:
    return NULL;
  }
}

static void
add_part (GString *text, const char *part)
{
  if (part == NULL)
    return;
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, part);
}

static char *
describe_active (LanCall *call, gint64 now_ms)
{
  gint64 since_ms = lan_call_get_answered (call) > 0 ? now_ms - lan_call_get_answered (call) : 0;
  g_autofree char *length = lan_format_length (MAX (since_ms, 0) / 1000);
  GString *text = g_string_new (length);

  add_part (text, quality_word (call));
  if (lan_call_get_other_held (call))
    add_part (text, _ ("on hold at the other side"));
  else if (lan_call_get_other_muted (call))
    add_part (text, _ ("the other side is muted"));
  return g_string_free (text, FALSE);
}

char *
lan_call_text_state (LanCall *call, gint64 now_ms)
{
  switch (lan_call_get_status (call)) {
  case LAN_CALL_STATUS_CALLING:
    return g_strdup (_ ("Calling…"));
  case LAN_CALL_STATUS_ALERTING:
    return g_strdup (_ ("It rings at the other side…"));
  case LAN_CALL_STATUS_ANSWERING:
    return g_strdup (_ ("Connecting…"));
  case LAN_CALL_STATUS_ACTIVE:
    return describe_active (call, now_ms);
  case LAN_CALL_STATUS_RINGING:
  case LAN_CALL_STATUS_ENDED:
  default:
    return g_strdup ("");
  }
}

static const char *
describe_end (LanCall *call)
{
  const struct {
    const char *end;
    const char *words;
    gboolean is_ours; /* only of interest to who called */
  } table[] = {
    { "declined", _ ("The call was declined."), TRUE },
    { "busy", _ ("The other side is in another call."), TRUE },
    { "no-answer", _ ("Nobody answered."), TRUE },
    { "unreachable", _ ("The other side could not be reached."), TRUE },
    { "lost", _ ("The connection was lost."), FALSE },
    { "failed", _ ("There is no sound, so the call was ended."), FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    if (g_str_equal (lan_call_get_end (call), table[i].end))
      return table[i].is_ours && lan_call_get_incoming (call) ? NULL : table[i].words;
  }
  return NULL;
}

const char *
lan_call_text_trouble (LanCall *call)
{
  gboolean is_deaf = lan_call_get_no_speaker (call);

  if (lan_call_get_status (call) == LAN_CALL_STATUS_ENDED)
    return describe_end (call);
  if (lan_call_get_no_microphone (call))
    return is_deaf ? _ ("Neither a microphone nor a loudspeaker was found.")
                   : _ ("No microphone was found: you can only listen.");
  return is_deaf ? _ ("No loudspeaker was found: you cannot hear the other side.") : NULL;
}
