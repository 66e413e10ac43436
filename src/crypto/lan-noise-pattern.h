/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Handshake patterns of Noise as data: a name such as "XXpsk0+psk3" becomes the token lists of its
 * messages. Private to this module. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_NOISE_MAX_MESSAGES 3
#define LAN_NOISE_MAX_TOKENS   8 /* in one message, with a psk at both ends */

typedef enum {
  LAN_NOISE_TOKEN_NONE,
  LAN_NOISE_TOKEN_E,
  LAN_NOISE_TOKEN_S,
  LAN_NOISE_TOKEN_EE,
  LAN_NOISE_TOKEN_ES, /* initiator's ephemeral, responder's static */
  LAN_NOISE_TOKEN_SE,
  LAN_NOISE_TOKEN_SS,
  LAN_NOISE_TOKEN_PSK,
} LanNoiseToken;

typedef struct {
  guint n_messages;
  guint8 tokens[LAN_NOISE_MAX_MESSAGES][LAN_NOISE_MAX_TOKENS]; /* LanNoiseToken, NONE ends */
  gboolean initiator_static_known; /* pre-message: <- the responder has it before */
  gboolean responder_static_known;
  gboolean initiator_has_static;
  gboolean responder_has_static;
  guint n_psks;
} LanNoisePattern;

/** FALSE for names that are no pattern, repeat a psk place, or name one beyond the messages. */
gboolean lan_noise_pattern_parse (LanNoisePattern *pattern, const char *name);

G_END_DECLS
