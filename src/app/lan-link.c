/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-link.h"

#include <string.h>

#define MAX_LINK_BYTES 2048

static gsize
prefix_length (const char *p, const char *const *prefixes, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    gsize len = strlen (prefixes[i]);

    if (g_ascii_strncasecmp (p, prefixes[i], len) == 0)
      return len;
  }
  return 0;
}

/* Returns: the length of the scheme that @p begins with, 0 for none. */
static gsize
scheme_length (const char *p)
{
  static const char *const schemes[] = { "https://", "http://" };

  return *p == 'h' || *p == 'H' ? prefix_length (p, schemes, G_N_ELEMENTS (schemes)) : 0;
}

/* A link ends where people end it: at space, quotes and at CJK punctuation, which is not ASCII and
 * therefore would be percent-encoded in a real address. */
static gboolean
ends_link (gunichar c)
{
  if (c < 0x80)
    return g_ascii_isspace ((char) c) || c < 0x20 || strchr ("<>\"`{}|\\^", (int) c) != NULL;
  switch (g_unichar_type (c)) {
  case G_UNICODE_LOWERCASE_LETTER:
  case G_UNICODE_UPPERCASE_LETTER:
    return FALSE;
  default:
    return TRUE;
  }
}

static gsize
link_length (const char *start, gsize scheme)
{
  const char *end = start + scheme;
  int open = 0;

  if (!(g_ascii_isalnum (*end) || *end == '[' || (*end & 0x80)))
    return 0;
  while (*end != '\0' && !ends_link (g_utf8_get_char (end)) &&
         (gsize) (end - start) < MAX_LINK_BYTES) {
    open += (*end == '(') - (*end == ')');
    end = g_utf8_next_char (end);
  }
  /* What ends a sentence is not part of the address; nor is a bracket opened before it. */
  while (end > start + scheme && strchr (".,;:!?')]*_~", end[-1]) != NULL) {
    if (end[-1] == ')' && open >= 0)
      break;
    open += end[-1] == ')';
    end--;
  }
  return end > start + scheme ? (gsize) (end - start) : 0;
}

static gboolean
is_local_part (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("._%+-", c) != NULL);
}

/* Returns: the length of a mail address of which @local bytes are before the @, 0 for none. */
static gsize
mail_length (const char *start, gsize local)
{
  const char *host = start + local + 1;
  const char *end = host;
  const char *dot = NULL;

  while (g_ascii_isalnum (*end) || *end == '-' || *end == '.') {
    if (*end == '.')
      dot = end;
    end++;
  }
  while (end > host && !g_ascii_isalnum (end[-1])) {
    end--;
    if (dot == end)
      dot = g_strrstr_len (host, end - host, ".");
  }
  if (local == 0 || dot == NULL || dot == host || end - dot < 3 || !g_ascii_isalpha (dot[1]) ||
      end - start > 254)
    return 0;
  return (gsize) (end - start);
}

/* Returns: how much of a word of @local bytes holds no beginning of an address; at least 1. What
 * stands before a colon may be a scheme behind other signs. */
static gsize
word_length (const char *word, gsize local)
{
  gsize last = local;

  if (word[local] == ':') {
    while (last > 0 && g_ascii_isalnum (word[last - 1]))
      last--;
    if (last > 0)
      return last;
  }
  return local;
}

gboolean
lan_link_find (const char *text, const char *from, LanLinkPlace *place)
{
  static const char *const bare[] = { "www." };

  for (const char *p = from; *p != '\0'; p = g_utf8_next_char (p)) {
    gboolean begins = p == text || !g_ascii_isalnum (p[-1]);
    gsize skip = begins ? scheme_length (p) : 0;
    gsize len = 0;

    place->start = p;
    place->kind = LAN_LINK_WEB;
    if (skip > 0) {
      len = link_length (p, skip);
    } else if (begins && (skip = prefix_length (p, bare, 1)) > 0) {
      place->kind = LAN_LINK_BARE;
      len = link_length (p, skip);
      len = memchr (p + skip, '.', MAX (len, skip) - skip) != NULL ? len : 0;
    }
    if (len == 0 && begins && g_ascii_isalnum (*p)) {
      gsize local = 0;

      while (is_local_part (p[local]))
        local++;
      place->kind = LAN_LINK_MAIL;
      len = p[local] == '@' ? mail_length (p, local) : 0;
      if (len == 0)
        p += word_length (p, local) - 1;
    }
    place->len = len;
    if (len > 0)
      return TRUE;
  }
  return FALSE;
}

char *
lan_link_uri (const LanLinkPlace *place)
{
  static const char *const prefixes[] = { "", "http://", "mailto:" };

  return g_strdup_printf ("%s%.*s", prefixes[place->kind], (int) place->len, place->start);
}

static gboolean
is_clean (const char *uri)
{
  for (const char *p = uri; *p != '\0'; p++) {
    if (g_ascii_iscntrl (*p) || g_ascii_isspace (*p) || strchr ("<>\"\\", *p) != NULL)
      return FALSE;
  }
  return strlen (uri) <= MAX_LINK_BYTES && g_utf8_validate (uri, -1, NULL);
}

static gboolean
is_allowed_mail (const char *uri)
{
  gsize local = 0;
  gsize len;

  uri += strlen ("mailto:");
  while (is_local_part (uri[local]))
    local++;
  len = uri[local] == '@' ? mail_length (uri, local) : 0;
  return len > 0 && (uri[len] == '\0' || uri[len] == '?');
}

gboolean
lan_link_is_allowed (const char *uri)
{
  g_autoptr (GUri) parsed = NULL;

  if (!is_clean (uri))
    return FALSE;
  if (g_ascii_strncasecmp (uri, "mailto:", 7) == 0)
    return is_allowed_mail (uri);
  if (scheme_length (uri) == 0)
    return FALSE;
  parsed = g_uri_parse (uri, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_HAS_PASSWORD, NULL);
  return parsed != NULL && g_uri_get_host (parsed) != NULL && *g_uri_get_host (parsed) != '\0';
}
