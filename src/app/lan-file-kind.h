/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a file is by the end of its name: the words, the letters and the colour of its icon. A name
 * is a claim of its sender; nothing is opened because of it. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *style;       /* style class of the icon, "" for the plain one */
  const char *description; /* "PDF document", translated; static */
  gboolean is_program;     /* could do harm when opened */
} LanFileKind;

/** Returns: the kind that the end of @name speaks of. */
LanFileKind lan_file_kind (const char *name);

/** Returns: (transfer full): at most four capital letters for the icon, "" when there is no end. */
char *lan_file_kind_letters (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
