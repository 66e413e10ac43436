/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-format.h"

#include <glib/gi18n.h>

static char *
format_local (gint64 time_ms, const char *pattern)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (time_ms / 1000);

  return when != NULL ? g_date_time_format (when, pattern) : g_strdup ("");
}

/* Days since the beginning of the calendar, so that midnights are counted and not hours. */
static gint64
local_day (gint64 time_ms)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (time_ms / 1000);
  GDate date;

  if (when == NULL)
    return 0;
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) g_date_time_get_day_of_month (when),
                  (GDateMonth) g_date_time_get_month (when),
                  (GDateYear) g_date_time_get_year (when));
  return g_date_get_julian (&date);
}

static gboolean
same_year (gint64 a_ms, gint64 b_ms)
{
  g_autoptr (GDateTime) a = g_date_time_new_from_unix_local (a_ms / 1000);
  g_autoptr (GDateTime) b = g_date_time_new_from_unix_local (b_ms / 1000);

  return a != NULL && b != NULL && g_date_time_get_year (a) == g_date_time_get_year (b);
}

gboolean
lan_format_same_day (gint64 a_ms, gint64 b_ms)
{
  return local_day (a_ms) == local_day (b_ms);
}

char *
lan_format_clock (gint64 time_ms)
{
  return format_local (time_ms, "%H:%M");
}

char *
lan_format_list_time (gint64 time_ms, gint64 now_ms)
{
  gint64 days = local_day (now_ms) - local_day (time_ms);

  if (days == 0)
    return lan_format_clock (time_ms);
  if (days == 1)
    return g_strdup (_ ("Yesterday"));
  if (days > 1 && days < 7)
    /* Translators: a day of this week in the list of chats, as for strftime */
    return format_local (time_ms, C_ ("list week day", "%a"));
  if (same_year (time_ms, now_ms))
    /* Translators: a day of this year in the list of chats, as for strftime */
    return format_local (time_ms, C_ ("list date", "%-d %b"));
  /* Translators: a day of another year in the list of chats, as for strftime */
  return format_local (time_ms, C_ ("list date with year", "%Y-%m-%d"));
}

char *
lan_format_day (gint64 time_ms, gint64 now_ms)
{
  gint64 days = local_day (now_ms) - local_day (time_ms);

  if (days == 0)
    return g_strdup (_ ("Today"));
  if (days == 1)
    return g_strdup (_ ("Yesterday"));
  if (same_year (time_ms, now_ms))
    /* Translators: a day of this year between messages, as for strftime */
    return format_local (time_ms, C_ ("day", "%A, %-d %B"));
  /* Translators: a day of another year between messages, as for strftime */
  return format_local (time_ms, C_ ("day with year", "%A, %-d %B %Y"));
}

char *
lan_format_month (gint64 time_ms)
{
  /* Translators: a month above its pictures, as for strftime */
  return format_local (time_ms, C_ ("month", "%B %Y"));
}

char *
lan_format_moment (gint64 time_ms)
{
  return format_local (time_ms, "%Y-%m-%d %H:%M:%S");
}

char *
lan_format_rate (guint64 bytes_per_second)
{
  g_autofree char *size = g_format_size (bytes_per_second);

  /* Translators: a rate, such as 88.4 MB/s */
  return g_strdup_printf (_ ("%s/s"), size);
}

char *
lan_format_left (gint64 seconds)
{
  if (seconds < 0)
    return g_strdup ("");
  if (seconds < 60)
    return g_strdup_printf (_ ("%d s left"), (int) seconds);
  if (seconds < 3600)
    return g_strdup_printf (_ ("%d min left"), (int) ((seconds + 30) / 60));
  return g_strdup_printf (_ ("%d h left"), (int) MIN ((seconds + 1800) / 3600, 9999));
}

char *
lan_format_left_out (guint links, guint others)
{
  g_autofree char *of_links =
      g_strdup_printf (ngettext ("%u link left out", "%u links left out", (gulong) links), links);
  g_autofree char *of_others = g_strdup_printf (
      ngettext ("%u special file left out", "%u special files left out", (gulong) others), others);

  if (links > 0 && others > 0)
    return g_strdup_printf (_ ("%s, %s"), of_links, of_others);
  if (links > 0)
    return g_steal_pointer (&of_links);
  return others > 0 ? g_steal_pointer (&of_others) : g_strdup ("");
}

char *
lan_format_round_trip (gint64 microseconds)
{
  if (microseconds <= 0)
    return g_strdup ("");
  if (microseconds < 10000)
    return g_strdup_printf (_ ("%.1f ms"), (double) microseconds / 1000.0);
  return g_strdup_printf (_ ("%d ms"), (int) MIN (microseconds / 1000, 99999));
}

char *
lan_format_number (const char *digits)
{
  GString *out = g_string_new (NULL);
  int count = 0;

  for (const char *p = digits; *p != '\0'; p++) {
    if (!g_ascii_isdigit (*p))
      continue;
    if (count > 0 && count % 20 == 0)
      g_string_append_c (out, '\n');
    else if (count > 0 && count % 5 == 0)
      g_string_append_c (out, ' ');
    g_string_append_c (out, *p);
    count++;
  }
  return g_string_free (out, FALSE);
}

char *
lan_format_length (gint64 seconds)
{
  if (seconds >= 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d", seconds / 3600,
                            (int) (seconds / 60 % 60), (int) (seconds % 60));
  return g_strdup_printf ("%d:%02d", (int) (seconds / 60), (int) (seconds % 60));
}
