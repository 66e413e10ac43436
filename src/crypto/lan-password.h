/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Accounts with a password (SECURITY 8.1): the client stretches the password with Argon2id, salted by
 * server and login, and sends only the result; the server keeps a second Argon2id of that. So it
 * never sees what the person types elsewhere too. Also the proof of an enrolment. lan_password_*
 * BLOCK (here: 0.3 s and 64 MiB at the client, 60 ms and 19 MiB at the server): run them on workers.
 * Any thread.
 */
#pragma once

#include "lan-identity.h"

G_BEGIN_DECLS

#define LAN_PASSWORD_SECRET_BYTES 32
#define LAN_PASSWORD_HASH_MAX     128 /* with its NUL */
#define LAN_PASSWORD_MAX          1024

/**
 * Client: Argon2id (password, BLAKE2b-128 ("LY1 pw" || server key || login), 3 passes, 64 MiB).
 * @login: canonical (lan_login_canonical()). BLOCKS. MALFORMED: empty; OVERSIZED: over 1,024 bytes;
 * LIMIT: this machine has not the memory.
 */
LanStatus lan_password_secret (const char *password, const guint8 server_public[LAN_KEY_BYTES],
                               const char *login,
                               guint8 out[LAN_PASSWORD_SECRET_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

/** Server: what is kept, libsodium's text form with 2 passes and 19 MiB and a salt of its own. BLOCKS. */
LanStatus lan_password_store (const guint8 secret[LAN_PASSWORD_SECRET_BYTES],
                              char out[LAN_PASSWORD_HASH_MAX]) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Server: AUTH or OK. @stored: (nullable): NULL for an unknown login, which costs the same and is
 * always AUTH. @outdated: (out) (optional): it is right, and should be stored again at today's cost.
 * BLOCKS.
 */
LanStatus lan_password_check (const char *stored, const guint8 secret[LAN_PASSWORD_SECRET_BYTES],
                              gboolean *outdated) G_GNUC_WARN_UNUSED_RESULT;

/** Signs "LY1 enrol" || @binding (the lane's h) || @login: this device, on this very channel. */
void lan_enrol_sign (const LanDeviceKeys *device, const guint8 *binding, gsize binding_len,
                     const char *login, guint8 sig[LAN_SIGNATURE_BYTES]);
LanStatus lan_enrol_verify (const guint8 sign_public[LAN_KEY_BYTES], const guint8 *binding,
                            gsize binding_len, const char *login,
                            const guint8 sig[LAN_SIGNATURE_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
