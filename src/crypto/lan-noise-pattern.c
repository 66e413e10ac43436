/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-noise-pattern.h"

#include <string.h>

#define E  LAN_NOISE_TOKEN_E
#define S  LAN_NOISE_TOKEN_S
#define EE LAN_NOISE_TOKEN_EE
#define ES LAN_NOISE_TOKEN_ES
#define SE LAN_NOISE_TOKEN_SE
#define SS LAN_NOISE_TOKEN_SS

/* Noise specification 7.4 and 7.5. Known: i, r say whose static key the other has beforehand. */
static const struct {
  const char name[3];
  const char known[3];
  guint8 tokens[LAN_NOISE_MAX_MESSAGES][LAN_NOISE_MAX_TOKENS];
} patterns[] = {
  { "N", "r", { { E, ES } } },
  { "K", "ir", { { E, ES, SS } } },
  { "X", "r", { { E, ES, S, SS } } },
  { "NN", "", { { E }, { E, EE } } },
  { "NK", "r", { { E, ES }, { E, EE } } },
  { "NX", "", { { E }, { E, EE, S, ES } } },
  { "KN", "i", { { E }, { E, EE, SE } } },
  { "KK", "ir", { { E, ES, SS }, { E, EE, SE } } },
  { "KX", "i", { { E }, { E, EE, SE, S, ES } } },
  { "XN", "", { { E }, { E, EE }, { S, SE } } },
  { "XK", "r", { { E, ES }, { E, EE }, { S, SE } } },
  { "XX", "", { { E }, { E, EE, S, ES }, { S, SE } } },
  { "IN", "", { { E, S }, { E, EE, SE } } },
  { "IK", "r", { { E, ES, S, SS }, { E, EE, SE } } },
  { "IX", "", { { E, S }, { E, EE, SE, S, ES } } },
};

#undef E
#undef S
#undef EE
#undef ES
#undef SE
#undef SS

static guint
count_tokens (const guint8 tokens[LAN_NOISE_MAX_TOKENS])
{
  guint n = 0;

  while (n < LAN_NOISE_MAX_TOKENS && tokens[n] != LAN_NOISE_TOKEN_NONE)
    n++;
  return n;
}

/* psk0 stands before the first message's tokens, pskN after those of message N. */
static gboolean
insert_psk (LanNoisePattern *pattern, guint place)
{
  guint8 *tokens = pattern->tokens[place > 0 ? place - 1 : 0];
  guint n = count_tokens (tokens);

  if (place > pattern->n_messages || n + 1 >= LAN_NOISE_MAX_TOKENS)
    return FALSE;
  if (place == 0) {
    memmove (tokens + 1, tokens, n);
    tokens[0] = LAN_NOISE_TOKEN_PSK;
  } else {
    tokens[n] = LAN_NOISE_TOKEN_PSK;
  }
  pattern->n_psks++;
  return TRUE;
}

static gboolean
parse_modifiers (LanNoisePattern *pattern, const char *text)
{
  guint seen = 0;

  while (*text != '\0') {
    guint place;

    if (seen != 0 && *text++ != '+')
      return FALSE;
    if (!g_str_has_prefix (text, "psk") || !g_ascii_isdigit (text[3]))
      return FALSE;
    place = (guint) g_ascii_digit_value (text[3]);
    if ((seen & (1u << place)) != 0 || !insert_psk (pattern, place))
      return FALSE;
    seen |= 1u << place;
    text += 4;
  }
  return TRUE;
}

/* Who has a static key at all: known before, or sent in a message of the writer's. */
static void
find_statics (LanNoisePattern *pattern)
{
  pattern->initiator_has_static = pattern->initiator_static_known;
  pattern->responder_has_static = pattern->responder_static_known;
  for (guint m = 0; m < pattern->n_messages; m++)
    for (guint t = 0; t < count_tokens (pattern->tokens[m]); t++)
      if (pattern->tokens[m][t] == LAN_NOISE_TOKEN_S)
        *(m % 2 == 0 ? &pattern->initiator_has_static : &pattern->responder_has_static) = TRUE;
}

gboolean
lan_noise_pattern_parse (LanNoisePattern *pattern, const char *name)
{
  gsize base_len = strspn (name, "NKXI");

  *pattern = (LanNoisePattern){ 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (patterns); i++) {
    if (strlen (patterns[i].name) != base_len || memcmp (patterns[i].name, name, base_len) != 0)
      continue;
    memcpy (pattern->tokens, patterns[i].tokens, sizeof pattern->tokens);
    pattern->initiator_static_known = strchr (patterns[i].known, 'i') != NULL;
    pattern->responder_static_known = strchr (patterns[i].known, 'r') != NULL;
    while (pattern->n_messages < LAN_NOISE_MAX_MESSAGES &&
           pattern->tokens[pattern->n_messages][0] != LAN_NOISE_TOKEN_NONE)
      pattern->n_messages++;
    find_statics (pattern);
    return parse_modifiers (pattern, name + base_len);
  }
  return FALSE;
}
