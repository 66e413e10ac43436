/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What can go wrong, as a domain of GError with stable codes for programs. The sentence in a
 * GError's message says what happened and what can be done, in English; `lan_node_error_code()`
 * gives the word that does not change.
 */
#pragma once

#include "lan-api.h"

G_BEGIN_DECLS

/**
 * LanNodeError:
 * @LAN_NODE_ERROR_FAILED: something else; the message says what
 * @LAN_NODE_ERROR_NO_PROFILE: there is no profile in this folder yet
 * @LAN_NODE_ERROR_PROFILE_EXISTS: a profile is already there
 * @LAN_NODE_ERROR_PROFILE_IN_USE: another program has this profile open; the message names its
 *   socket
 * @LAN_NODE_ERROR_PASSPHRASE_NEEDED: the profile is locked with a passphrase
 * @LAN_NODE_ERROR_PASSPHRASE_WRONG: the passphrase is another one
 * @LAN_NODE_ERROR_KEYRING: the system's keyring holds the key and cannot be asked now
 * @LAN_NODE_ERROR_DAMAGED: a file of the profile is damaged
 * @LAN_NODE_ERROR_NEWER: the profile was written by a newer version
 * @LAN_NODE_ERROR_DISK_FULL: no space is left
 * @LAN_NODE_ERROR_NOT_OPEN: the node is not open
 * @LAN_NODE_ERROR_NOT_FOUND: no such person, message or file
 * @LAN_NODE_ERROR_AMBIGUOUS: several people fit
 * @LAN_NODE_ERROR_INVALID: an argument is not acceptable (empty, too long, not UTF-8…)
 * @LAN_NODE_ERROR_BLOCKED: this person is blocked
 * @LAN_NODE_ERROR_MISMATCH: the safety number or words are not those of this person
 * @LAN_NODE_ERROR_NETWORK: the network cannot be used as asked (port taken, no such interface)
 * @LAN_NODE_ERROR_SERVER_AWAY: the server does not answer, or has too much to do
 * @LAN_NODE_ERROR_CREDENTIALS: login, password or invitation are not right
 * @LAN_NODE_ERROR_WORDS: the server's twelve words are needed; the message gives those of its key
 * @LAN_NODE_ERROR_REFUSED: the server refuses; the message says why
 * @LAN_NODE_ERROR_NO_SERVER: this profile belongs to no server
 * @LAN_NODE_ERROR_JOINED: this profile belongs to a server already: leave it first
 * @LAN_NODE_ERROR_HISTORY: the history alone is damaged; the keys are whole
 *
 * Append-only.
 */
typedef enum {
  LAN_NODE_ERROR_FAILED = 0,
  LAN_NODE_ERROR_NO_PROFILE = 1,
  LAN_NODE_ERROR_PROFILE_EXISTS = 2,
  LAN_NODE_ERROR_PROFILE_IN_USE = 3,
  LAN_NODE_ERROR_PASSPHRASE_NEEDED = 4,
  LAN_NODE_ERROR_PASSPHRASE_WRONG = 5,
  LAN_NODE_ERROR_KEYRING = 6,
  LAN_NODE_ERROR_DAMAGED = 7,
  LAN_NODE_ERROR_NEWER = 8,
  LAN_NODE_ERROR_DISK_FULL = 9,
  LAN_NODE_ERROR_NOT_OPEN = 10,
  LAN_NODE_ERROR_NOT_FOUND = 11,
  LAN_NODE_ERROR_AMBIGUOUS = 12,
  LAN_NODE_ERROR_INVALID = 13,
  LAN_NODE_ERROR_BLOCKED = 14,
  LAN_NODE_ERROR_MISMATCH = 15,
  LAN_NODE_ERROR_NETWORK = 16,
  LAN_NODE_ERROR_SERVER_AWAY = 17,
  LAN_NODE_ERROR_CREDENTIALS = 18,
  LAN_NODE_ERROR_WORDS = 19,
  LAN_NODE_ERROR_REFUSED = 20,
  LAN_NODE_ERROR_NO_SERVER = 21,
  LAN_NODE_ERROR_JOINED = 22,
  LAN_NODE_ERROR_HISTORY = 23,
} LanNodeError;

#define LAN_NODE_ERROR (lan_node_error_quark ())

LAN_API GQuark lan_node_error_quark (void);

/**
 * lan_node_error_code:
 * @error: the value of a #GError of this domain
 *
 * Returns: (transfer none): the stable word for it, "no-profile" for %LAN_NODE_ERROR_NO_PROFILE
 *   and so on; "failed" for values not known.
 */
LAN_API const char *lan_node_error_code (LanNodeError error);

G_END_DECLS
