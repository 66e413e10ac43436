/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-chat-writer.h"

#include "lan-chat-file.h"
#include "lan-person.h"

static const char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em;"
    "color:#222;background:#fff}h1{font-size:1.3em}h2{font-size:.85em;color:#666;"
    "text-align:center;margin:2em 0 1em}article{margin:.4em 0;padding:.5em .8em;"
    "border-radius:.8em;background:#f0f1f3;width:fit-content;max-width:80%}"
    "article.own{margin-left:auto;background:#dcebfb}"
    "header{font-size:.8em;color:#666}p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{background:#1e1e1e;color:#eee}"
    "article{background:#303030}article.own{background:#1c3f63}header,h2{color:#aaa}}";

/* Also fit to stand in a page, where nobody sees it. */
static void
append_json (GString *to, const char *text)
{
  g_string_append_c (to, '"');
  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_printf (to, "\\%c", *p);
    else if ((guint8) *p < 0x20 || *p == '<' || *p == '>' || *p == '&' || *p == 0x7f)
      g_string_append_printf (to, "\\u%04x", (guint) *p);
    else
      g_string_append_c (to, *p);
  }
  g_string_append_c (to, '"');
}

static void
append_html (GString *to, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append (to, escaped);
}

static const char *
kind_name (LanMessage *message)
{
  switch (lan_message_get_kind (message)) {
  case LAN_MESSAGE_KIND_TEXT:
    return "text";
  case LAN_MESSAGE_KIND_FILE:
    return "file";
  case LAN_MESSAGE_KIND_CALL:
    return "call";
  case LAN_MESSAGE_KIND_NOTE:
    return "note";
  case LAN_MESSAGE_KIND_STICKER:
    return "sticker";
  case LAN_MESSAGE_KIND_UNKNOWN:
  default:
    return "unknown";
  }
}

/* What came out of a file keeps the name that it had there. */
static const char *
author_name (LanMessage *message)
{
  const char *imported = lan_message_get_imported_from (message);

  return imported != NULL && *imported != '\0'
             ? imported
             : lan_person_get_name (lan_message_get_author (message));
}

static gint64
duration (LanMessage *message)
{
  return lan_message_get_kind (message) == LAN_MESSAGE_KIND_CALL
             ? lan_message_get_call_duration (message)
             : (gint64) lan_message_get_note_duration (message);
}

static void
append_person (GString *to, const char *role, LanPerson *person)
{
  g_string_append_printf (to, "\"%s\": {\"id\": ", role);
  append_json (to, lan_person_get_id (person));
  g_string_append (to, ", \"name\": ");
  append_json (to, lan_person_get_name (person));
  g_string_append (to, "},\n");
}

void
lan_chat_writer_begin_json (GString *to, LanPerson *self, LanPerson *peer)
{
  g_string_append_printf (to, "{\"format\": \"%s\", \"version\": %d,\n", LAN_CHAT_FILE_FORMAT,
                          LAN_CHAT_FILE_VERSION);
  append_person (to, "self", self);
  append_person (to, "peer", peer);
  g_string_append (to, "\"messages\": [");
}

void
lan_chat_writer_add_json (GString *to, LanMessage *message, gboolean is_first)
{
  g_string_append (to, is_first ? "\n{\"id\": " : ",\n{\"id\": ");
  append_json (to, lan_message_get_id (message));
  g_string_append (to, ", \"from\": ");
  append_json (to, lan_person_get_id (lan_message_get_author (message)));
  g_string_append (to, ", \"name\": ");
  append_json (to, author_name (message));
  g_string_append_printf (to, ", \"time\": %" G_GINT64_FORMAT ", \"kind\": \"%s\", \"text\": ",
                          lan_message_get_time (message), kind_name (message));
  append_json (to, lan_message_get_text (message));
  if (duration (message) > 0)
    g_string_append_printf (to, ", \"duration\": %" G_GINT64_FORMAT, duration (message));
  if (lan_message_get_imported_from (message) != NULL)
    g_string_append (to, ", \"imported\": true");
  g_string_append_c (to, '}');
}

void
lan_chat_writer_end_json (GString *to)
{
  g_string_append (to, "\n]}\n");
}

void
lan_chat_writer_begin_html (GString *to, LanPerson *self, LanPerson *peer)
{
  g_autoptr (GString) title = g_string_new (NULL);

  append_html (title, lan_person_get_name (peer));
  g_string_append (title, " – ");
  append_html (title, lan_person_get_name (self));
  g_string_append_printf (
      to,
      "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<title>%s</title>\n<style>%s</style></head>\n<body><h1>%s</h1>\n",
      title->str, style, title->str);
}

void
lan_chat_writer_add_html (GString *to, LanMessage *message, guint *day)
{
  g_autoptr (GDateTime) at =
      g_date_time_new_from_unix_local (lan_message_get_time (message) / 1000);
  g_autofree char *date = g_date_time_format (at, "%F");
  g_autofree char *time = g_date_time_format (at, "%H:%M");
  guint this_day = (guint) (g_date_time_get_year (at) * 400 + g_date_time_get_day_of_year (at));

  if (this_day != *day)
    g_string_append_printf (to, "<h2>%s</h2>\n", date);
  *day = this_day;
  g_string_append_printf (to, "<article id=\"m%s\"%s><header>", lan_message_get_id (message),
                          lan_message_get_own (message) ? " class=\"own\"" : "");
  append_html (to, author_name (message));
  if (lan_message_get_imported_from (message) != NULL)
    g_string_append (to, " ⤓");
  g_string_append_printf (to, " · <time>%s</time></header><p>%s", time,
                          lan_message_get_kind (message) == LAN_MESSAGE_KIND_FILE ? "📎 " : "");
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_CALL)
    g_string_append_printf (to, "📞 %s %" G_GINT64_FORMAT " s",
                            lan_call_outcome_name (lan_message_get_call_outcome (message)),
                            lan_message_get_call_duration (message) / 1000);
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_NOTE)
    g_string_append_printf (to, "🎤 %u s", lan_message_get_note_duration (message) / 1000);
  append_html (to, lan_message_get_text (message));
  g_string_append (to, "</p></article>\n");
}

void
lan_chat_writer_turn_html (GString *to)
{
  g_string_append (to, "<pre " LAN_CHAT_FILE_MARK " hidden>\n");
}

void
lan_chat_writer_end_html (GString *to)
{
  g_string_append (to, "</pre></body></html>\n");
}
