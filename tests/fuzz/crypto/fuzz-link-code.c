/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Codes that link a device, typed or scanned: what is read is written as the same again. */
#include "lan-link-code.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *again = NULL;
  LanLinkCode code, read;

  if (lan_link_code_parse (&code, text) != LAN_STATUS_OK)
    return 0;
  again = code.has_keys ? lan_link_code_format_qr (&code) : lan_link_code_format (&code);
  g_assert (lan_link_code_parse (&read, again) == LAN_STATUS_OK);
  g_assert (memcmp (code.code, read.code, sizeof code.code) == 0);
  g_assert (code.n_hints == read.n_hints && code.n_hints <= LAN_LINK_CODE_HINTS_MAX);
  return 0;
}
