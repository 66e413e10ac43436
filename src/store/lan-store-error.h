/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What can go wrong with the history on disk. The code is stable for programs; the sentence of each
 * says what a person can do about it, and is the end of every message this module makes. Any thread.
 */
#pragma once

#include "lan-status.h"

G_BEGIN_DECLS

/* Append-only: name, stable code, what a person can do. */
#define LAN_STORE_ERROR_LIST(X)                                                                    \
  X (DAMAGED, "damaged",                                                                           \
     "The history is damaged. Put back a backup of the profile, or move its files 'history' and "  \
     "'history-wal' away to begin anew; contacts will send again what they still have")            \
  X (WRONG_KEY, "wrong-key",                                                                       \
     "The history was written with another key. Put back the key store that belongs to it")        \
  X (NEWER, "newer-version",                                                                       \
     "The history was written by a newer version of this program. Update the program")             \
  X (LOCKED, "locked", "Another program has the history open. Close it and try again")             \
  X (FULL, "disk-full", "The disk is full. Free some space; nothing already saved is lost")        \
  X (ACCESS, "no-access",                                                                          \
     "The history cannot be opened. Check that the folder exists and that you may write to it")    \
  X (MISSING, "missing",                                                                           \
     "The history is not where it was. Put back a backup of the profile, or begin an empty one")   \
  X (IO, "io", "The disk reported an error. Check the disk; nothing already saved is lost")        \
  X (CONFLICT, "conflict",                                                                         \
     "This contradicts what is already saved. Restart the program; what is saved stays")           \
  X (CLOSED, "closed", "The history is closed. Open it again")

typedef enum {
#define X(name, code, text) LAN_STORE_ERROR_##name,
  LAN_STORE_ERROR_LIST (X)
#undef X
      LAN_STORE_ERROR_N
} LanStoreError;

#define LAN_STORE_ERROR (lan_store_error_quark ())

LAN_DECLARE_ERROR (LanStoreError, lan_store_error)

/** Returns: (transfer none): the constant English sentence of @error, what a person can do. */
const char *lan_store_error_advice (LanStoreError error);

/** Sets @error (nullable) to @code with the message "@format...: advice". */
void lan_store_error_set (GError **error, LanStoreError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

G_END_DECLS
