/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-search-kind.h"

#include <string.h>

/* DESIGN section 5's record kinds, as signed. */
#define RECORD_TEXT    1
#define RECORD_FILE    2
#define RECORD_STICKER 7

static const char *const media_endings[] = {
  ".jpg", ".jpeg", ".png", ".gif",  ".webp", ".bmp", ".heic", ".heif", ".avif",
  ".tif", ".tiff", ".svg", ".mp4",  ".mkv",  ".mov", ".webm", ".avi",  ".m4v",
  ".mp3", ".ogg",  ".oga", ".opus", ".flac", ".wav", ".m4a",  ".aac",
};

static gboolean
is_media (const char *name)
{
  const char *dot = strrchr (name, '.');

  for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS (media_endings); i++) {
    if (g_ascii_strcasecmp (dot, media_endings[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

guint
lan_search_kinds (guint32 kind, const char *text)
{
  if (kind == RECORD_FILE)
    return LAN_SEARCH_FILE | (is_media (text) ? LAN_SEARCH_MEDIA : 0);
  if (kind == RECORD_STICKER)
    return LAN_SEARCH_STICKER;
  if (kind != RECORD_TEXT)
    return 0;
  return LAN_SEARCH_TEXT |
         (strstr (text, "http://") != NULL || strstr (text, "https://") != NULL ? LAN_SEARCH_LINK
                                                                                : 0);
}
