/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-path-signal.h"

#include <string.h>

/* Indexed by NiceCandidateType. */
static const char *const type_names[] = { "host", "srflx", "prflx", "relay" };

/* ice-char of RFC 8839 5.1: letters, digits, '+' and '/'. */
static gboolean
is_ice_text (const char *text, gsize min, gsize max)
{
  gsize len = strlen (text);

  if (len < min || len > max)
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    if (!g_ascii_isalnum (text[i]) && text[i] != '+' && text[i] != '/')
      return FALSE;
  }
  return TRUE;
}

static gboolean
parse_number (const char *text, guint64 max, guint64 *out)
{
  return g_ascii_string_to_unsigned (text, 10, 0, max, out, NULL);
}

/* Nowhere that a single host cannot be. */
static gboolean
is_unicast (const NiceAddress *address)
{
  if (address->s.addr.sa_family == AF_INET) {
    guint32 ip = g_ntohl (address->s.ip4.sin_addr.s_addr);

    return ip >> 24 != 0 && ip >> 28 < 0xe;
  } else {
    const guint8 *ip = address->s.ip6.sin6_addr.s6_addr;
    static const guint8 zeros[16];

    /* fe80::/10 has no meaning without a scope, and v4-mapped ones hide what they are. */
    return ip[0] != 0xff && !(ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80) &&
           memcmp (ip, zeros, 16) != 0 && !IN6_IS_ADDR_V4MAPPED (&address->s.ip6.sin6_addr);
  }
}

/* The base of a candidate that a relay gave us over TCP has no port of its own: @may_be_zero. */
static gboolean
parse_address (NiceAddress *address, const char *ip, const char *port, gboolean may_be_zero)
{
  guint64 number;

  if (strlen (ip) > INET6_ADDRSTRLEN || strchr (ip, '%') != NULL ||
      !nice_address_set_from_string (address, ip) || !is_unicast (address) ||
      !parse_number (port, 65535, &number) || (number == 0 && !may_be_zero))
    return FALSE;
  nice_address_set_port (address, (guint) number);
  return TRUE;
}

/* foundation component transport priority address port "typ" type ["raddr" address "rport" port] */
static NiceCandidate *
parse_candidate (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 16);
  guint n = g_strv_length (words);
  NiceCandidate *candidate;
  NiceAddress address, base;
  guint64 priority;
  guint type = 0;

  if ((n != 8 && n != 12) || !is_ice_text (words[0], 1, NICE_CANDIDATE_MAX_FOUNDATION - 1) ||
      strcmp (words[1], "1") != 0 || g_ascii_strcasecmp (words[2], "udp") != 0 ||
      !parse_number (words[3], G_MAXUINT32, &priority) || strcmp (words[6], "typ") != 0)
    return NULL;
  while (type < G_N_ELEMENTS (type_names) && strcmp (words[7], type_names[type]) != 0)
    type++;
  nice_address_init (&address);
  nice_address_init (&base);
  if (type == G_N_ELEMENTS (type_names) || !parse_address (&address, words[4], words[5], FALSE))
    return NULL;
  if (n == 12 && (strcmp (words[8], "raddr") != 0 || strcmp (words[10], "rport") != 0 ||
                  !parse_address (&base, words[9], words[11], TRUE)))
    return NULL;
  candidate = nice_candidate_new ((NiceCandidateType) type);
  candidate->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  candidate->component_id = 1;
  candidate->priority = (guint32) priority;
  candidate->addr = address;
  candidate->base_addr = n == 12 ? base : address;
  g_strlcpy (candidate->foundation, words[0], sizeof candidate->foundation);
  return candidate;
}

static LanStatus
parse_line (LanPathSignal *signal, const char *line)
{
  NiceCandidate *candidate;

  if (strcmp (line, "e") == 0) {
    signal->is_complete = TRUE;
    return LAN_STATUS_OK;
  }
  if (strcmp (line, "d") == 0 || strcmp (line, "r") == 0) {
    signal->is_direct_only |= line[0] == 'd';
    signal->is_relay_only |= line[0] == 'r';
    return LAN_STATUS_OK;
  }
  if (line[0] == '\0' || line[1] != ' ')
    return LAN_STATUS_MALFORMED;
  switch (line[0]) {
  case 'u':
    if (signal->ufrag[0] != '\0' || !is_ice_text (line + 2, 4, LAN_PATH_UFRAG_MAX))
      return LAN_STATUS_MALFORMED;
    g_strlcpy (signal->ufrag, line + 2, sizeof signal->ufrag);
    return LAN_STATUS_OK;
  case 'p':
    if (signal->password[0] != '\0' || !is_ice_text (line + 2, 22, LAN_PATH_PASSWORD_MAX))
      return LAN_STATUS_MALFORMED;
    g_strlcpy (signal->password, line + 2, sizeof signal->password);
    return LAN_STATUS_OK;
  case 'c':
    if (signal->n_candidates >= LAN_PATH_CANDIDATES_MAX)
      return LAN_STATUS_LIMIT;
    candidate = parse_candidate (line + 2);
    if (candidate == NULL)
      return LAN_STATUS_MALFORMED;
    signal->candidates = g_slist_prepend (signal->candidates, candidate);
    signal->n_candidates++;
    return LAN_STATUS_OK;
  default:
    return LAN_STATUS_MALFORMED;
  }
}

LanStatus
lan_path_signal_parse (LanPathSignal *signal, const char *text)
{
  LanStatus status = LAN_STATUS_OK;
  g_auto (GStrv) lines = NULL;

  memset (signal, 0, sizeof *signal);
  if (strlen (text) > LAN_PATH_SIGNAL_MAX)
    return LAN_STATUS_OVERSIZED;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && status == LAN_STATUS_OK; i++) {
    if (lines[i][0] != '\0' || lines[i + 1] != NULL) /* only the last may be empty */
      status = parse_line (signal, lines[i]);
  }
  if (status == LAN_STATUS_OK && (signal->ufrag[0] == '\0') != (signal->password[0] == '\0'))
    status = LAN_STATUS_MALFORMED;
  signal->candidates = g_slist_reverse (signal->candidates);
  if (status != LAN_STATUS_OK)
    lan_path_signal_clear (signal);
  return status;
}

void
lan_path_signal_clear (LanPathSignal *signal)
{
  g_slist_free_full (signal->candidates, (GDestroyNotify) nice_candidate_free);
  memset (signal, 0, sizeof *signal);
}

gboolean
lan_path_signal_append (GString *text, const NiceCandidate *candidate)
{
  char ip[INET6_ADDRSTRLEN];

  if (candidate->transport != NICE_CANDIDATE_TRANSPORT_UDP || candidate->component_id != 1 ||
      (guint) candidate->type >= G_N_ELEMENTS (type_names))
    return FALSE;
  nice_address_to_string (&candidate->addr, ip);
  g_string_append_printf (text, "c %s 1 UDP %u %s %u typ %s", candidate->foundation,
                          candidate->priority, ip, nice_address_get_port (&candidate->addr),
                          type_names[candidate->type]);
  if (candidate->type != NICE_CANDIDATE_TYPE_HOST &&
      nice_address_is_valid (&candidate->base_addr)) {
    nice_address_to_string (&candidate->base_addr, ip);
    g_string_append_printf (text, " raddr %s rport %u", ip,
                            nice_address_get_port (&candidate->base_addr));
  }
  g_string_append_c (text, '\n');
  return TRUE;
}
