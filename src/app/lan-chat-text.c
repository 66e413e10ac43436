/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-chat-text.h"

#include "lan-format.h"

#include <string.h>

#define TOGETHER_MS      (5 * 60 * 1000)
#define PERSON_ID_DIGITS 64

static gboolean
is_cjk (gunichar c)
{
  GUnicodeScript script = g_unichar_get_script (c);

  return script == G_UNICODE_SCRIPT_HAN || script == G_UNICODE_SCRIPT_HANGUL ||
         script == G_UNICODE_SCRIPT_HIRAGANA || script == G_UNICODE_SCRIPT_KATAKANA;
}

char *
lan_chat_text_initials (const char *name, int size)
{
  const char *end = name + strlen (name);
  const char *last = g_utf8_find_prev_char (name, end);
  const char *second = last != NULL ? g_utf8_find_prev_char (name, last) : NULL;

  if (last == NULL || !is_cjk (g_utf8_get_char (last)))
    return g_strdup (name);
  if (size < 32 || second == NULL || !is_cjk (g_utf8_get_char (second)))
    return g_strdup (last);
  return g_strdup_printf ("%.*s %s", (int) (last - second), second, last);
}

char *
lan_chat_text_preview (const char *text, glong max_chars)
{
  GString *out = g_string_new (NULL);
  glong count = 0;

  for (const char *p = text; *p != '\0' && count < max_chars; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (g_unichar_isspace (c)) {
      if (out->len == 0 || out->str[out->len - 1] == ' ')
        continue;
      c = ' ';
    }
    g_string_append_unichar (out, c);
    count++;
  }
  return g_string_free (out, FALSE);
}

char *
lan_chat_text_parse_uri (const char *uri)
{
  const char *id = uri;

  if (g_ascii_strncasecmp (id, "lanyard:", 8) != 0)
    return NULL;
  id += 8;
  if (strncmp (id, "//", 2) == 0)
    id += 2;
  for (int i = 0; i < PERSON_ID_DIGITS; i++) {
    if (!g_ascii_isxdigit (id[i]))
      return NULL;
  }
  if (id[PERSON_ID_DIGITS] != '\0' && strcmp (id + PERSON_ID_DIGITS, "/") != 0)
    return NULL;
  return g_ascii_strdown (id, PERSON_ID_DIGITS);
}

gboolean
lan_chat_text_matches (const char *name, const char *needle)
{
  g_autofree char *hay_normal = g_utf8_normalize (name, -1, G_NORMALIZE_ALL);
  g_autofree char *want_normal = g_utf8_normalize (needle, -1, G_NORMALIZE_ALL);
  g_autofree char *hay = hay_normal != NULL ? g_utf8_casefold (hay_normal, -1) : NULL;
  g_autofree char *want = want_normal != NULL ? g_utf8_casefold (want_normal, -1) : NULL;
  g_auto (GStrv) words = NULL;

  if (hay == NULL || want == NULL)
    return FALSE;
  words = g_strsplit_set (want, " \t", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    if (strstr (hay, words[i]) == NULL)
      return FALSE;
  }
  return TRUE;
}

gboolean
lan_chat_text_joins (gint64 earlier_ms, gint64 later_ms)
{
  return ABS (later_ms - earlier_ms) <= TOGETHER_MS && lan_format_same_day (earlier_ms, later_ms);
}

LanBubblePlace
lan_bubble_place (gboolean joins_before, gboolean joins_after)
{
  if (joins_before)
    return joins_after ? LAN_BUBBLE_MID : LAN_BUBBLE_LAST;
  return joins_after ? LAN_BUBBLE_FIRST : LAN_BUBBLE_ONE;
}

const char *
lan_bubble_class (LanBubblePlace place)
{
  static const char *const classes[] = { "one", "first", "mid", "last" };

  return classes[place];
}
