/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where an address really goes. Names of hosts may hold letters of any script, and many of them look
 * like others: a label that mixes scripts as no language does, or that is made of look-alikes of
 * Latin letters only, is told.
 */
#include "lan-link.h"

#include <gio/gio.h>
#include <string.h>

/* Cyrillic and Greek letters that nobody can tell from Latin ones. */
static const char look_alikes[] = "асеорхуіјѕԁԛԝһӏгвкмтнαοινκρτυχ";

typedef enum {
  LATIN = 1,
  HAN = 2,
  KANA = 4,
  HANGUL = 8,
  BOPOMOFO = 16,
  OTHER = 32,
} Scripts;

static Scripts
script_of (gunichar c)
{
  switch (g_unichar_get_script (c)) {
  case G_UNICODE_SCRIPT_COMMON:
  case G_UNICODE_SCRIPT_INHERITED:
    return 0;
  case G_UNICODE_SCRIPT_LATIN:
    return LATIN;
  case G_UNICODE_SCRIPT_HAN:
    return HAN;
  case G_UNICODE_SCRIPT_HIRAGANA:
  case G_UNICODE_SCRIPT_KATAKANA:
    return KANA;
  case G_UNICODE_SCRIPT_HANGUL:
    return HANGUL;
  case G_UNICODE_SCRIPT_BOPOMOFO:
    return BOPOMOFO;
  default:
    return OTHER;
  }
}

/* Chinese, Japanese and Korean names stand beside Latin letters; no other two scripts do. */
static gboolean
is_mixed_label (const char *label, gsize len)
{
  GUnicodeScript other = G_UNICODE_SCRIPT_COMMON;
  gboolean all_alike = TRUE;
  guint seen = 0;

  for (const char *p = label; p < label + len; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    Scripts script = script_of (c);

    if (script == OTHER) {
      if (other != G_UNICODE_SCRIPT_COMMON && other != g_unichar_get_script (c))
        return TRUE;
      other = g_unichar_get_script (c);
    }
    all_alike = all_alike && (script == 0 || g_utf8_strchr (look_alikes, -1, c) != NULL);
    seen |= script;
  }
  if (seen & OTHER)
    return seen != OTHER || all_alike;
  return (seen & HANGUL) && (seen & (KANA | BOPOMOFO));
}

static gboolean
is_mixed (const char *host)
{
  for (const char *p = host; *p != '\0';) {
    const char *dot = strchr (p, '.');
    gsize len = dot != NULL ? (gsize) (dot - p) : strlen (p);

    if (is_mixed_label (p, len))
      return TRUE;
    p += len + (dot != NULL);
  }
  return FALSE;
}

static void
set_host (LanLinkTarget *target, const char *host)
{
  g_autofree char *ascii = g_hostname_to_ascii (host);
  g_autofree char *shown = g_hostname_to_unicode (ascii != NULL ? ascii : host);

  target->is_number = g_hostname_is_ip_address (host);
  target->host = g_strdup (shown != NULL ? shown : host);
  target->is_mixed = ascii == NULL || is_mixed (target->host);
  if (ascii != NULL && strcmp (ascii, target->host) != 0)
    target->ascii = g_steal_pointer (&ascii);
}

LanLinkTarget *
lan_link_look (const char *uri)
{
  LanLinkTarget *target;
  g_autoptr (GUri) parsed = NULL;

  if (!lan_link_is_allowed (uri))
    return NULL;
  target = g_new0 (LanLinkTarget, 1);
  target->is_mail = g_ascii_strncasecmp (uri, "mailto:", 7) == 0;
  if (target->is_mail) {
    const char *host = strchr (uri, '@') + 1;
    g_autofree char *only = g_strndup (host, strcspn (host, "?&,;"));

    set_host (target, only);
    return target;
  }
  parsed = g_uri_parse (uri, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_HAS_PASSWORD, NULL);
  target->is_secure = g_ascii_strncasecmp (uri, "https:", 6) == 0;
  target->has_user = g_uri_get_userinfo (parsed) != NULL;
  set_host (target, g_uri_get_host (parsed));
  return target;
}

void
lan_link_target_free (LanLinkTarget *target)
{
  g_free (target->host);
  g_free (target->ascii);
  g_free (target);
}
