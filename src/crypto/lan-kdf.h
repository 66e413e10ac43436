/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The labelled key derivation of SECURITY 1.5: keyed BLAKE2b with the label as personalisation. The
 * list of labels is closed, one label a use. Any thread.
 */
#pragma once

#include "lan-crypto.h"

G_BEGIN_DECLS

/* Append-only: the texts are part of the protocol. At most 16 characters each. */
#define LAN_KDF_LIST(X)                                                                            \
  X (LANE, "LY1-lane")     /* one-time psk of an extra lane */                                     \
  X (MBXTAG, "LY1-mbxtag") /* mailbox tags of carriers */                                          \
  X (DTAG, "LY1-dtag")     /* discovery tags of hidden people (amendment i) */                     \
  X (ENV1, "LY1-env1")                                                                             \
  X (ENV2, "LY1-env2")                                                                             \
  X (GCHAIN, "LY1-gchain")                                                                         \
  X (GMSG, "LY1-gmsg")                                                                             \
  X (GBOX, "LY1-gbox")   /* a chain's key for one device (lan-group-key.h) */                      \
  X (GNAME, "LY1-gname") /* what a chain is called */                                              \
  X (DB, "LY1-db")       /* subkeys of the database key */                                         \
  X (BLOB, "LY1-blob")                                                                             \
  X (SLOT, "LY1-slot") /* key store slots */                                                       \
  X (BACKUP, "LY1-backup")                                                                         \
  X (SN, "LY1-sn")           /* safety number and words */                                         \
  X (LINK, "LY1-link")       /* psk and lane id of a code that links a device */                   \
  X (SESSION, "LY1-session") /* public name of a link's session */                                 \
  X (ORGROOT, "LY1-orgroot") /* wrap of an organisation's root key file */                         \
  X (SERVER, "LY1-server")   /* words of a server's key */                                         \
  X (SHARE, "LY1-share")     /* name of a file between those it was offered to */                  \
  X (WORD, "LY1-word")       /* a word to a contact in a bundle (lan-bundle-word.h) */

typedef enum {
#define X(name, text) LAN_KDF_##name,
  LAN_KDF_LIST (X)
#undef X
      LAN_KDF_N
} LanKdfLabel;

/** Returns: the label's text, never NULL. */
const char *lan_kdf_label_text (LanKdfLabel label);

/** Fills @out with @out_len (16..64) bytes derived from @key for exactly one use. */
void lan_kdf (guint8 *out, gsize out_len, const guint8 key[LAN_KEY_BYTES], LanKdfLabel label,
              const void *context, gsize context_len);

G_END_DECLS
