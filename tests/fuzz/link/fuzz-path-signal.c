/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The text of a path: whatever parses must come out the same when written and parsed again. */
#include "lan-path-signal.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (LanPathSignal) signal = { 0 };
  g_auto (LanPathSignal) again = { 0 };
  g_autoptr (GString) lines = g_string_new (NULL);

  if (lan_path_signal_parse (&signal, text) != LAN_STATUS_OK)
    return 0;
  for (GSList *l = signal.candidates; l != NULL; l = l->next)
    g_assert_true (lan_path_signal_append (lines, l->data));
  if (lines->len <= LAN_PATH_SIGNAL_MAX) {
    g_assert_cmpint (lan_path_signal_parse (&again, lines->str), ==, LAN_STATUS_OK);
    g_assert_cmpuint (again.n_candidates, ==, signal.n_candidates);
  }
  return 0;
}
