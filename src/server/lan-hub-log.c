/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-log.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

static int max_level = LAN_HUB_LOG_INFO; /* atomic */

void
lan_hub_log_set_level (LanHubLogLevel level)
{
  g_atomic_int_set (&max_level, (int) level);
}

char *
lan_hub_log_quote (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new ("\"");

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (c == '"' || c == '\\')
      g_string_append_printf (out, "\\%c", (char) c);
    else if (!g_unichar_isprint (c))
      g_string_append_printf (out, "\\u%04x", c);
    else
      g_string_append_unichar (out, c);
  }
  g_string_append_c (out, '"');
  return g_string_free (out, FALSE);
}

void
lan_hub_log (LanHubLogLevel level, const char *event, const char *format, ...)
{
  static const char *const names[] = { "error", "notice", "info", "debug" };
  g_autoptr (GDateTime) now = NULL;
  g_autofree char *stamp = NULL;
  g_autoptr (GString) line = NULL;
  va_list args;

  if ((int) level > g_atomic_int_get (&max_level))
    return;
  now = g_date_time_new_now_utc ();
  stamp = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");
  line = g_string_new (NULL);
  g_string_append_printf (line, "%s.%03dZ %s %s", stamp, g_date_time_get_microsecond (now) / 1000,
                          names[level], event);
  if (*format != '\0') {
    g_string_append_c (line, ' ');
    va_start (args, format);
    g_string_append_vprintf (line, format, args);
    va_end (args);
  }
  g_string_append_c (line, '\n');
  /* One write, so that lines of several threads do not mix; a log that nobody takes is dropped. */
  while (write (STDERR_FILENO, line->str, line->len) < 0 && errno == EINTR)
    ;
}
