/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-text.h"

#include <string.h>

gboolean
lan_text_is_bidi_control (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
         c == 0x200f || c == 0x061c;
}

/* Characters that take no place on the screen and change how others look. ZWJ and ZWNJ stay: emoji
 * sequences and several scripts need them. */
static gboolean
is_hidden (gunichar c)
{
  if (c == 0x200d || c == 0x200c)
    return FALSE;
  if (c >= 0xe0000 && c <= 0xe0fff)
    return TRUE;
  switch (g_unichar_type (c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT:
  case G_UNICODE_SURROGATE:
  case G_UNICODE_UNASSIGNED:
  case G_UNICODE_PRIVATE_USE:
    return TRUE;
  default:
    return lan_text_is_bidi_control (c);
  }
}

static void
cut_at_character (char *text, gsize max_bytes)
{
  if (strlen (text) > max_bytes) {
    char *end = g_utf8_find_prev_char (text, text + max_bytes + 1);

    *(end != NULL ? end : text) = '\0';
  }
}

static char *
clean (const char *text, gssize len, gsize max_bytes, gboolean one_line)
{
  gsize in_len = len < 0 ? strlen (text) : (gsize) len;
  /* Cleaning only shrinks, but NFC may shrink too: look at a few times the room, never at 1 MB. */
  gsize look = MIN (in_len, max_bytes * 4 + 64);
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) look);
  GString *out = g_string_sized_new (MIN (look, max_bytes) + 8);
  g_autofree char *filtered = NULL;
  char *result;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (one_line && (g_unichar_isspace (c) || c == 0x2028 || c == 0x2029)) {
      if (out->len > 0 && out->str[out->len - 1] != ' ')
        g_string_append_c (out, ' ');
    } else if ((!one_line && (c == '\n' || c == '\t')) || !is_hidden (c)) {
      g_string_append_unichar (out, c);
    }
  }
  filtered = g_string_free (out, FALSE);
  result = g_utf8_normalize (filtered, -1, G_NORMALIZE_NFC);
  cut_at_character (result, max_bytes);
  return one_line ? g_strchomp (result) : result;
}

char *
lan_text_clean_line (const char *text, gssize len, gsize max_bytes)
{
  return clean (text, len, max_bytes, TRUE);
}

char *
lan_text_clean_block (const char *text, gssize len, gsize max_bytes)
{
  return clean (text, len, max_bytes, FALSE);
}

gboolean
lan_text_is_clean_name (const char *name)
{
  g_autofree char *cleaned = NULL;

  if (name == NULL || *name == '\0' || strlen (name) > LAN_NAME_MAX_BYTES)
    return FALSE;
  cleaned = lan_text_clean_line (name, -1, LAN_NAME_MAX_BYTES);
  return strcmp (cleaned, name) == 0;
}

/* The look-alikes that matter in practice between the scripts of an office; sorted by code. */
static gunichar
look_alike (gunichar c)
{
  static const struct {
    gunichar from;
    char to;
  } pairs[] = {
    { '0', 'o' },   { '1', 'l' },   { '|', 'l' },   { 0x131, 'i' }, { 0x251, 'a' }, { 0x261, 'g' },
    { 0x3b1, 'a' }, { 0x3b9, 'i' }, { 0x3ba, 'k' }, { 0x3bd, 'v' }, { 0x3bf, 'o' }, { 0x3c1, 'p' },
    { 0x3c5, 'u' }, { 0x3c7, 'x' }, { 0x430, 'a' }, { 0x432, 'b' }, { 0x435, 'e' }, { 0x43a, 'k' },
    { 0x43c, 'm' }, { 0x43d, 'h' }, { 0x43e, 'o' }, { 0x440, 'p' }, { 0x441, 'c' }, { 0x442, 't' },
    { 0x443, 'y' }, { 0x445, 'x' }, { 0x455, 's' }, { 0x456, 'i' }, { 0x458, 'j' }, { 0x501, 'd' },
    { 0x51b, 'q' }, { 0x51d, 'w' },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
    if (pairs[i].from == c)
      return (gunichar) pairs[i].to;
  }
  return c;
}

char *
lan_text_skeleton (const char *name)
{
  g_autofree char *cleaned = lan_text_clean_line (name, -1, LAN_NAME_MAX_BYTES);
  g_autofree char *folded = g_utf8_casefold (cleaned, -1);
  g_autofree char *wide = g_utf8_normalize (folded, -1, G_NORMALIZE_NFKD);
  GString *out = g_string_new (NULL);

  for (const char *p = wide; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!g_unichar_ismark (c) && !g_unichar_isspace (c) && c != 0x200d && c != 0x200c)
      g_string_append_unichar (out, look_alike (c));
  }
  return g_string_free (out, FALSE);
}
