/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Time-limited credentials of coturn's REST scheme (use-auth-secret, SECURITY 8.6): the user is
 * "EXPIRY:DEVICE" (Unix seconds, device id in hex), the password base64 (HMAC-SHA1 (secret, user)).
 * SHA-1 is coturn's choice, comes from GLib, and protects nothing but the relay's own use. Any thread.
 */
#pragma once

#include "lan-id.h"

G_BEGIN_DECLS

#define LAN_TURN_LIFE_SECONDS 600
#define LAN_TURN_USER_MAX     48
#define LAN_TURN_PASSWORD_MAX 32

typedef struct {
  char user[LAN_TURN_USER_MAX];
  char password[LAN_TURN_PASSWORD_MAX];
} LanTurnCredential;

/** @secret: coturn's static-auth-secret; @expires_s: Unix seconds, not negative. */
void lan_turn_credential_make (LanTurnCredential *out, const char *secret,
                               const LanDeviceId *device, gint64 expires_s);

G_END_DECLS
