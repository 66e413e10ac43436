/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-base32.h"

#include <string.h>

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

char *
lan_base32_encode (const guint8 *bytes, gsize len)
{
  gsize n = LAN_BASE32_CHARS (len);
  char *out = g_malloc (n + 1);
  guint32 bits = 0;
  guint have = 0;
  gsize at = 0;

  for (gsize i = 0; i < n; i++) {
    if (have < 5) {
      bits = bits << 8 | (at < len ? bytes[at] : 0);
      at++;
      have += 8;
    }
    have -= 5;
    out[i] = alphabet[bits >> have & 31];
  }
  out[n] = '\0';
  return out;
}

static int
value_of (char c)
{
  c = g_ascii_tolower (c);
  if (c >= 'a' && c <= 'z')
    return c - 'a';
  return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

gboolean
lan_base32_decode (const char *text, gssize text_len, guint8 *out, gsize len)
{
  gsize n = text_len < 0 ? strlen (text) : (gsize) text_len;
  guint32 bits = 0;
  guint have = 0;
  gsize at = 0;

  if (n != LAN_BASE32_CHARS (len))
    return FALSE;
  for (gsize i = 0; i < n; i++) {
    int v = value_of (text[i]);

    if (v < 0)
      return FALSE;
    bits = (bits << 5 | (guint32) v) & 0xfff;
    have += 5;
    if (have >= 8) {
      have -= 8;
      out[at++] = (guint8) (bits >> have);
    }
  }
  /* What is left over belongs to no byte: were it free, one key would have many names. */
  return (bits & ((1u << have) - 1)) == 0;
}
