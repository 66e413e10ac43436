/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-node-error.h"

G_DEFINE_QUARK (lan - node - error - quark, lan_node_error)

/* Programs rely on these words: append only. */
static const char *const codes[] = {
  "failed",           "no-profile", "profile-exists", "profile-in-use",  "passphrase-needed",
  "passphrase-wrong", "keyring",    "damaged",        "newer-version",   "disk-full",
  "not-open",         "not-found",  "ambiguous",      "invalid",         "blocked",
  "mismatch",         "network",    "server-away",    "credentials",     "words",
  "refused",          "no-server",  "joined",         "history-damaged",
};

const char *
lan_node_error_code (LanNodeError error)
{
  return (guint) error < G_N_ELEMENTS (codes) ? codes[error] : codes[LAN_NODE_ERROR_FAILED];
}
