/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* HELLO and the scanned code: what decodes encodes to the same bytes again. */
#include "lan-hello.h"
#include "lan-safety.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint8 again[LAN_HELLO_BYTES];
  g_autofree char *text = g_strndup ((const char *) data, size);
  LanAccountId a = { { 1 } }, b = { { 2 } };
  LanHello hello;

  if (lan_hello_decode (&hello, data, size) == LAN_STATUS_OK) {
    lan_hello_encode (&hello, again);
    g_assert (size == sizeof again && memcmp (again, data, size) == 0);
  }
  if (lan_safety_qr_check (&a, &b, data, size) == LAN_STATUS_OK)
    g_assert (size == LAN_SAFETY_QR_BYTES);
  g_assert (!lan_safety_number_matches (&a, &b, text) || size >= LAN_SAFETY_DIGITS);
  g_assert (!lan_safety_words_match (&a, &b, text) || size >= LAN_SAFETY_WORDS);
  return 0;
}
