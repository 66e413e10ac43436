/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-invite.h"

#include "lan-base32.h"
#include "lan-kdf.h"
#include "lan-words.h"

#include <arpa/inet.h>
#include <string.h>

#define SCHEME      "lanyard:"
#define SCHEME_REST "//"
#define LABEL_MAX   63

/* ---- host and port ---- */

static gboolean
is_v6 (const char *text)
{
  struct in6_addr any;

  return inet_pton (AF_INET6, text, &any) == 1;
}

static gboolean
is_label (const char *label)
{
  gsize len = strlen (label);

  if (len == 0 || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
    return FALSE;
  return strspn (label, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

/* A DNS name or an IPv4 address, in lower case. */
static gboolean
is_name (const char *text)
{
  g_auto (GStrv) labels = NULL;
  struct in_addr any;
  guint n;

  if (*text == '\0' || strlen (text) > LAN_HOST_MAX)
    return FALSE;
  if (inet_pton (AF_INET, text, &any) == 1)
    return TRUE;
  labels = g_strsplit (text, ".", -1);
  n = g_strv_length (labels);
  for (guint i = 0; i < n; i++)
    if (!is_label (labels[i]))
      return FALSE;
  /* "10.0.0.256" is a slip of the hand, not a name: no domain ends in digits only. */
  return strspn (labels[n - 1], "0123456789") != strlen (labels[n - 1]);
}

static gboolean
set_host (LanServerAddress *address, const char *text, gsize len, gboolean bracketed)
{
  g_autofree char *raw = g_strndup (text, len);
  g_autofree char *lower = g_ascii_strdown (raw, -1);

  if (bracketed ? !is_v6 (lower) : !is_name (lower))
    return FALSE;
  g_strlcpy (address->host, lower, sizeof address->host);
  return TRUE;
}

static gboolean
set_port (LanServerAddress *address, const char *text, gsize len)
{
  guint port = 0;

  if (len == 0 || len > 5 || text[0] == '0')
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
    port = port * 10 + (guint) (text[i] - '0');
  }
  address->port = (guint16) port;
  return port <= G_MAXUINT16;
}

/* @text[0..len): HOST, HOST:PORT, [V6] or [V6]:PORT; port 0 when it names none. */
static LanStatus
parse_host_port (LanServerAddress *address, const char *text, gsize len)
{
  gboolean bracketed = len > 0 && text[0] == '[';
  const char *end = bracketed ? memchr (text, ']', len) : memchr (text, ':', len);
  const char *host = text + (bracketed ? 1 : 0);
  const char *rest;

  *address = (LanServerAddress){ 0 };
  if (bracketed && end == NULL)
    return LAN_STATUS_MALFORMED;
  if (end == NULL)
    end = text + len;
  rest = end + (bracketed ? 1 : 0);
  if (!set_host (address, host, (gsize) (end - host), bracketed))
    return LAN_STATUS_MALFORMED;
  if (rest == text + len)
    return LAN_STATUS_OK;
  if (*rest != ':' || !set_port (address, rest + 1, (gsize) (text + len - rest - 1)))
    return LAN_STATUS_MALFORMED;
  return LAN_STATUS_OK;
}

LanStatus
lan_server_address_parse (LanServerAddress *address, const char *text, guint16 default_port)
{
  g_autofree char *trimmed = NULL;
  g_autofree char *ascii = NULL;
  LanStatus status;

  *address = (LanServerAddress){ 0 };
  if (strlen (text) > LAN_INVITE_TEXT_MAX)
    return LAN_STATUS_OVERSIZED;
  if (!g_utf8_validate (text, -1, NULL))
    return LAN_STATUS_MALFORMED;
  trimmed = g_strstrip (g_strdup (text));
  if (is_v6 (trimmed)) {
    g_autofree char *lower = g_ascii_strdown (trimmed, -1);

    g_strlcpy (address->host, lower, sizeof address->host);
    address->port = default_port;
    return LAN_STATUS_OK;
  }
  /* A name in other letters than ASCII goes over the wire in its own spelling for that. */
  ascii = g_str_is_ascii (trimmed) ? g_strdup (trimmed) : g_hostname_to_ascii (trimmed);
  if (ascii == NULL)
    return LAN_STATUS_MALFORMED;
  status = parse_host_port (address, ascii, strlen (ascii));
  if (status == LAN_STATUS_OK && address->port == 0)
    address->port = default_port;
  return status;
}

char *
lan_server_address_format (const LanServerAddress *address)
{
  gboolean v6 = strchr (address->host, ':') != NULL;

  return g_strdup_printf (v6 ? "[%s]:%u" : "%s:%u", address->host, address->port);
}

/* ---- links ---- */

gboolean
lan_invite_is_link (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;
  return g_ascii_strncasecmp (text, SCHEME, strlen (SCHEME)) == 0;
}

static void
append_key (GString *out, char name, const guint8 *bytes, gsize len)
{
  g_autofree char *text = lan_base32_encode (bytes, len);

  g_string_append_printf (out, "%c%c=%s", name == 'k' ? '?' : '&', name, text);
}

char *
lan_invite_build (const LanInvite *invite)
{
  g_autofree char *where = NULL;
  LanServerAddress check;
  GString *out;

  if (invite->address.port == 0)
    return NULL;
  where = lan_server_address_format (&invite->address);
  if (parse_host_port (&check, where, strlen (where)) != LAN_STATUS_OK)
    return NULL;
  out = g_string_new (SCHEME SCHEME_REST);
  g_string_append (out, where);
  g_string_append_c (out, '/');
  append_key (out, 'k', invite->server_public, sizeof invite->server_public);
  if (invite->has_root)
    append_key (out, 'o', invite->root_public, sizeof invite->root_public);
  if (invite->has_code)
    append_key (out, 'i', invite->code, sizeof invite->code);
  return g_string_free (out, FALSE);
}

/* One "name=value" of the query. @seen: bits of the names that were there before. */
static gboolean
take_parameter (LanInvite *invite, const char *text, gsize len, guint *seen)
{
  static const char names[] = "koi";
  const char *which = len >= 2 && text[1] == '=' ? memchr (names, text[0], 3) : NULL;
  guint bit;

  if (which == NULL)
    return TRUE; /* of a newer version */
  bit = 1u << (which - names);
  if ((*seen & bit) != 0)
    return FALSE;
  *seen |= bit;
  text += 2;
  len -= 2;
  switch (*which) {
  case 'k':
    return lan_base32_decode (text, (gssize) len, invite->server_public, LAN_KEY_BYTES);
  case 'o':
    invite->has_root = TRUE;
    return lan_base32_decode (text, (gssize) len, invite->root_public, LAN_KEY_BYTES);
  default:
    invite->has_code = TRUE;
    return lan_base32_decode (text, (gssize) len, invite->code, LAN_INVITE_BYTES);
  }
}

static LanStatus
parse_query (LanInvite *invite, const char *text, gsize len)
{
  const char *end = text + len;
  guint seen = 0;

  while (text < end) {
    const char *stop = memchr (text, '&', (gsize) (end - text));

    if (stop == NULL)
      stop = end;
    if (!take_parameter (invite, text, (gsize) (stop - text), &seen))
      return LAN_STATUS_MALFORMED;
    text = stop + 1;
  }
  return (seen & 1) != 0 ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

static LanStatus
parse_link (LanInvite *invite, const char *text, gsize len)
{
  gsize scheme = strlen (SCHEME SCHEME_REST);
  const char *end = text + len, *query, *host_end;
  LanStatus status;

  if (len < scheme || g_ascii_strncasecmp (text, SCHEME SCHEME_REST, scheme) != 0)
    return LAN_STATUS_MALFORMED;
  text += scheme;
  query = memchr (text, '?', (gsize) (end - text));
  if (query == NULL)
    return LAN_STATUS_MALFORMED;
  host_end = query > text && query[-1] == '/' ? query - 1 : query;
  status = parse_host_port (&invite->address, text, (gsize) (host_end - text));
  if (status == LAN_STATUS_OK && invite->address.port == 0)
    status = LAN_STATUS_MALFORMED;
  if (status == LAN_STATUS_OK)
    status = parse_query (invite, query + 1, (gsize) (end - query - 1));
  return status;
}

LanStatus
lan_invite_parse (LanInvite *invite, const char *text)
{
  LanStatus status;
  gsize len;

  *invite = (LanInvite){ 0 };
  while (g_ascii_isspace (*text))
    text++;
  len = strnlen (text, LAN_INVITE_TEXT_MAX + 1);
  if (len > LAN_INVITE_TEXT_MAX)
    return LAN_STATUS_OVERSIZED;
  while (len > 0 && g_ascii_isspace (text[len - 1]))
    len--;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isgraph (text[i]) || text[i] == '#')
      return LAN_STATUS_MALFORMED;
  status = parse_link (invite, text, len);
  if (status != LAN_STATUS_OK)
    *invite = (LanInvite){ 0 };
  return status;
}

/* ---- keys ---- */

void
lan_invite_hash (LanHash *out, const guint8 code[LAN_INVITE_BYTES])
{
  lan_hash_256 (out, code, LAN_INVITE_BYTES);
}

void
lan_server_net_id (guint8 out[LAN_NET_ID_BYTES], const guint8 server_public[LAN_KEY_BYTES])
{
  lan_hash_n (out, LAN_NET_ID_BYTES, server_public, LAN_KEY_BYTES);
}

void
lan_server_words (const guint8 server_public[LAN_KEY_BYTES], guint16 out[LAN_SERVER_WORDS])
{
  static const guint8 no_key[LAN_KEY_BYTES];
  guint8 digest[LAN_WORDS_DIGEST_BYTES];

  lan_kdf (digest, sizeof digest, no_key, LAN_KDF_SERVER, server_public, LAN_KEY_BYTES);
  lan_words_of_digest (digest, out);
}

char *
lan_server_words_text (const guint8 server_public[LAN_KEY_BYTES], LanWordList list)
{
  GString *out = g_string_new (NULL);
  guint16 indices[LAN_SERVER_WORDS];

  lan_server_words (server_public, indices);
  for (guint i = 0; i < LAN_SERVER_WORDS; i++) {
    g_autofree char *word = lan_word_dup (list, indices[i]);

    g_string_append_printf (out, "%s%s", i > 0 ? " " : "", word);
  }
  return g_string_free (out, FALSE);
}

gboolean
lan_server_words_match (const guint8 server_public[LAN_KEY_BYTES], const char *text)
{
  guint16 indices[LAN_SERVER_WORDS];

  lan_server_words (server_public, indices);
  return lan_words_match (indices, text);
}
