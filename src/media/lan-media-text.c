/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-text.h"

#include <string.h>

gboolean
lan_media_read_text (LanReader *r, char *out, gsize max)
{
  gsize len = lan_read_u16 (r);

  if (len > max)
    return FALSE;
  lan_read_bytes (r, (guint8 *) out, len);
  out[len] = '\0';
  return !r->failed && strlen (out) == len && g_utf8_validate (out, (gssize) len, NULL);
}

void
lan_media_write_text (LanWriter *w, const char *text)
{
  gsize len = strlen (text);

  lan_write_u16 (w, (guint16) len);
  lan_write_bytes (w, text, len);
}
