/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * File names that came from somebody else, made safe to create in a folder, to print on a terminal
 * and to show in a window (SECURITY section 7, rule a). One name, not a path: whatever looks like a
 * path stops looking like one. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_FILE_NAME_MAX_BYTES 255

/**
 * Returns: (transfer full): @len bytes (or -1: NUL-terminated) as one safe file name, never empty:
 * valid UTF-8, NFC, 1 to LAN_FILE_NAME_MAX_BYTES bytes; slashes, backslashes and NUL become '_';
 * control, bidirectional and other invisible characters vanish; '-', '.' or '~' in front gets a '_'
 * before it; dots and spaces at the end vanish; names of Windows devices get a '_' behind their stem;
 * a name that is too long loses the middle, not the extension; nothing left becomes "file".
 * Cleaning twice gives the same as cleaning once.
 */
char *lan_file_name_clean (const char *name, gssize len) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when cleaning @name changes nothing. */
gboolean lan_file_name_is_clean (const char *name);

/**
 * The same rules for a name inside a folder that is sent whole: as a component of a path it may
 * begin with '.' or '~', since only what stands at the top can surprise anybody there.
 * Returns: (transfer full).
 */
char *lan_file_name_component (const char *name, gssize len) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when the @len bytes at @name are what lan_file_name_component() makes of them. */
gboolean lan_file_name_is_component (const char *name, gsize len);

/**
 * Returns: (transfer full): the @n-th name to try where @name is taken: "a (2).txt" for 2,
 * "a.tar (3).gz" for 3; @name itself for 0 and 1. Safe when @name is, and never too long.
 */
char *lan_file_name_numbered (const char *name, guint n) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Returns: (transfer full): @name with @suffix behind it, its stem shortened where both together
 * would be longer than LAN_FILE_NAME_MAX_BYTES.
 */
char *lan_file_name_with_suffix (const char *name, const char *suffix) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
