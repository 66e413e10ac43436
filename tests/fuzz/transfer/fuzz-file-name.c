/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Names of files from outside: whatever comes in, what comes out is safe, and stays as it is. */
#include "lan-file-name.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *clean = lan_file_name_clean ((const char *) data, (gssize) size);
  g_autofree char *second = lan_file_name_numbered (clean, 2);
  g_autofree char *part = lan_file_name_with_suffix (clean, ".0a1b2c3d.part");

  g_assert (lan_file_name_is_clean (clean));
  g_assert (g_utf8_validate (clean, -1, NULL) && g_utf8_validate (second, -1, NULL) &&
            g_utf8_validate (part, -1, NULL));
  g_assert (strlen (second) <= LAN_FILE_NAME_MAX_BYTES && strlen (part) <= LAN_FILE_NAME_MAX_BYTES);
  g_assert (strpbrk (clean, "/\\\x1b\n") == NULL && clean[0] != '\0' && clean[0] != '.');
  return 0;
}
