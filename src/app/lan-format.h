/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Times, sizes and rates as a person reads them, in the language of the process. Pure: the
 * present moment is passed in. All times are Unix milliseconds, shown in local time.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Returns: (transfer full): hours and minutes, "14:32". */
char *lan_format_clock (gint64 time_ms) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): for a list: the clock today, 'Yesterday', a week day, else a date. */
char *lan_format_list_time (gint64 time_ms, gint64 now_ms) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): for a separator between days: 'Today', 'Yesterday' or the date. */
char *lan_format_day (gint64 time_ms, gint64 now_ms) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): month and year. */
char *lan_format_month (gint64 time_ms) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): date and time to the second. */
char *lan_format_moment (gint64 time_ms) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: whether both moments are on one day of the local calendar. */
gboolean lan_format_same_day (gint64 a_ms, gint64 b_ms);

/** Returns: (transfer full): a rate in bytes a second, "88.4 MB/s". */
char *lan_format_rate (guint64 bytes_per_second) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): time left, "17 s left"; "" when @seconds is negative. */
char *lan_format_left (gint64 seconds) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): what of a folder is not sent, "2 links left out"; "" when that is nothing. */
char *lan_format_left_out (guint links, guint others) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): a round trip, "0.3 ms"; "" when not positive. */
char *lan_format_round_trip (gint64 microseconds) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): how long something lasts, "2:05" or "1:02:05". */
char *lan_format_length (gint64 seconds) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): 60 digits as twelve groups of five in three lines. */
char *lan_format_number (const char *digits) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
