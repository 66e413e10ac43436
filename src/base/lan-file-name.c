/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-file-name.h"

#include "lan-text.h"

#include <string.h>

/* Characters that change how others look, or where a line ends. The joiners stay: emoji sequences
 * and several scripts need them. Unassigned ones stay too: they may be a newer Unicode's. */
static gboolean
is_hidden (gunichar c)
{
  if (c == 0x200d || c == 0x200c)
    return FALSE;
  if (c == 0x2028 || c == 0x2029 || (c >= 0xe0000 && c <= 0xe0fff) || lan_text_is_bidi_control (c))
    return TRUE;
  return g_unichar_type (c) == G_UNICODE_CONTROL || g_unichar_type (c) == G_UNICODE_FORMAT ||
         g_unichar_type (c) == G_UNICODE_SURROGATE;
}

static void
cut_at_character (char *text, gsize max_bytes)
{
  if (strlen (text) > max_bytes) {
    char *end = g_utf8_find_prev_char (text, text + max_bytes + 1);

    *(end != NULL ? end : text) = '\0';
  }
}

/* Where the extension begins: the last dot that is not the first character and has 1 to 15 bytes
 * behind it; else the end. */
static gsize
stem_length (const char *name)
{
  const char *dot = strrchr (name, '.');
  gsize len = strlen (name);

  if (dot == NULL || dot == name)
    return len;
  return len - (gsize) (dot - name) <= 16 && dot[1] != '\0' ? (gsize) (dot - name) : len;
}

char *
lan_file_name_with_suffix (const char *name, const char *suffix)
{
  gsize room = LAN_FILE_NAME_MAX_BYTES - MIN (strlen (suffix), LAN_FILE_NAME_MAX_BYTES - 1);
  g_autofree char *stem = g_strdup (name);

  if (strlen (stem) > room) {
    gsize at = stem_length (name);
    g_autofree char *extension = g_strdup (name + at);
    g_autofree char *cut = NULL;

    stem[at] = '\0';
    cut_at_character (stem, room > strlen (extension) ? room - strlen (extension) : 1);
    cut = g_strconcat (stem, extension, NULL);
    cut_at_character (cut, room);
    return g_strconcat (cut, suffix, NULL);
  }
  return g_strconcat (stem, suffix, NULL);
}

char *
lan_file_name_numbered (const char *name, guint n)
{
  g_autofree char *number = NULL;
  g_autofree char *tail = NULL;
  g_autofree char *stem = NULL;
  gsize at = stem_length (name);

  if (n < 2)
    return g_strdup (name);
  number = g_strdup_printf (" (%u)", n);
  tail = g_strconcat (number, name + at, NULL);
  stem = g_strndup (name, at);
  cut_at_character (stem, LAN_FILE_NAME_MAX_BYTES - strlen (tail));
  return g_strconcat (stem, tail, NULL);
}

/* CON, PRN, AUX, NUL, COM0-9, LPT0-9, also with the superscript digits that Windows takes for
 * plain ones; whatever the case, and whatever follows the first dot. */
static gboolean
is_windows_device (const char *name)
{
  static const char *const plain[] = { "con", "prn", "aux", "nul", "conin$", "conout$" };
  g_autofree char *stem = g_strndup (name, strcspn (name, "."));
  g_autofree char *folded = NULL;

  g_strchomp (stem);
  folded = g_utf8_strdown (stem, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++) {
    if (strcmp (folded, plain[i]) == 0)
      return TRUE;
  }
  if (g_str_has_prefix (folded, "com") || g_str_has_prefix (folded, "lpt")) {
    const char *digit = folded + 3;

    return (g_ascii_isdigit (digit[0]) && digit[1] == '\0') || strcmp (digit, "\u00b9") == 0 ||
           strcmp (digit, "\u00b2") == 0 || strcmp (digit, "\u00b3") == 0;
  }
  return FALSE;
}

static void
trim_end (char *name)
{
  gsize len = strlen (name);

  while (len > 0 && (name[len - 1] == '.' || name[len - 1] == ' '))
    name[--len] = '\0';
}

static char *
filter_characters (const char *valid)
{
  GString *out = g_string_new (NULL);
  char *normal;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (c == '/' || c == '\\')
      g_string_append_c (out, '_');
    else if (!is_hidden (c))
      g_string_append_unichar (out, c);
  }
  normal = g_utf8_normalize (out->str, -1, G_NORMALIZE_NFC);
  g_string_free (out, TRUE);
  return normal;
}

static char *
shorten (const char *name)
{
  g_autofree char *tail = g_strdup (name + stem_length (name));
  g_autofree char *stem = g_strndup (name, stem_length (name));

  cut_at_character (stem, LAN_FILE_NAME_MAX_BYTES - strlen (tail));
  trim_end (stem);
  return g_strconcat (stem, tail, NULL);
}

char *
lan_file_name_clean (const char *name, gssize len)
{
  /* Nobody's name is this long; what is behind it need not be looked at. */
  gsize look = MIN (len < 0 ? strlen (name) : (gsize) len, 4096);
  g_autofree char *bytes = g_malloc0 (look + 1);
  g_autofree char *valid = NULL;
  g_autofree char *out = NULL;

  /* A NUL inside would end the name early, and hide what follows it. */
  for (gsize i = 0; i < look; i++)
    bytes[i] = name[i] != '\0' ? name[i] : '_';
  valid = g_utf8_make_valid (bytes, (gssize) look);
  out = filter_characters (valid);
  g_strchug (out);
  trim_end (out);
  if (out[0] == '-' || out[0] == '.' || out[0] == '~') {
    char *prefixed = g_strconcat ("_", out, NULL);

    g_free (out);
    out = prefixed;
  }
  if (is_windows_device (out)) {
    gsize stem = strcspn (out, ".");
    char *suffixed = g_strdup_printf ("%.*s_%s", (int) stem, out, out + stem);

    g_free (out);
    out = suffixed;
  }
  if (strlen (out) > LAN_FILE_NAME_MAX_BYTES) {
    char *cut = shorten (out);

    g_free (out);
    out = cut;
  }
  return out[0] != '\0' ? g_steal_pointer (&out) : g_strdup ("file");
}

gboolean
lan_file_name_is_clean (const char *name)
{
  g_autofree char *cleaned = NULL;

  if (name == NULL || *name == '\0' || strlen (name) > LAN_FILE_NAME_MAX_BYTES)
    return FALSE;
  cleaned = lan_file_name_clean (name, -1);
  return strcmp (cleaned, name) == 0;
}

static gboolean
may_begin_inside (const char *name, gssize len)
{
  return len != 0 && (name[0] == '.' || name[0] == '~');
}

char *
lan_file_name_component (const char *name, gssize len)
{
  g_autofree char *hidden = NULL;
  g_autofree char *clean = NULL;
  gsize n = len < 0 ? strlen (name) : (gsize) len;

  if (!may_begin_inside (name, (gssize) n))
    return lan_file_name_clean (name, (gssize) n);
  /* With a letter in front the rules for the beginning do not apply. */
  hidden = g_malloc (n + 1);
  hidden[0] = 'x';
  memcpy (hidden + 1, name, n);
  clean = lan_file_name_clean (hidden, (gssize) n + 1);
  /* Too short to be seen: "." and what ends like it. */
  return clean[1] != '\0' && clean[0] == 'x' ? g_strdup (clean + 1) : g_strdup ("_");
}

/* Most names: nothing that any rule could mean. */
static gboolean
is_harmless (const char *name, gsize len)
{
  static const char devices[] = "cpnal";

  if (name[0] == '-' || name[0] == '.' || name[len - 1] == '.' ||
      strchr (devices, g_ascii_tolower (name[0])) != NULL)
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    if (!g_ascii_isalnum (name[i]) && name[i] != '_' && name[i] != '-' && name[i] != '.')
      return FALSE;
  }
  return TRUE;
}

gboolean
lan_file_name_is_component (const char *name, gsize len)
{
  g_autofree char *cleaned = NULL;

  if (len == 0 || len > LAN_FILE_NAME_MAX_BYTES)
    return FALSE;
  if (is_harmless (name, len))
    return TRUE;
  cleaned = lan_file_name_component (name, (gssize) len);
  return strlen (cleaned) == len && memcmp (cleaned, name, len) == 0;
}
