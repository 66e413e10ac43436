/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The few primitives that other modules need by name: plain hashes, signatures that always carry a
 * tag, and equality without timing. Everything else of libsodium stays inside this module, so that
 * a key is never used for two purposes (SECURITY D4, section 10 row 4). Any thread.
 */
#pragma once

#include "lan-id.h"
#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_KEY_BYTES       32 /* X25519, Ed25519 public, symmetric */
#define LAN_SIGNATURE_BYTES 64

/**
 * Starts libsodium; cheap when already done. Every constructor here calls it, a program may call it
 * once at start. Aborts when libsodium has no source of random bytes.
 */
void lan_crypto_init (void);

/*
 * The closed list of what is signed. The tag goes in front of the signed bytes, and no two kinds of
 * object share one: a signature for one can never be passed off as another. tag, signer.
 */
#define LAN_SIGN_LIST(X)                                                                           \
  X (CERT_DEVICE, "LDC1-device")   /* possession: by the device's signing key */                   \
  X (CERT_ACCOUNT, "LDC1-account") /* by the account key */                                        \
  X (DEVICE_LIST, "LDL1")          /* by the account key */                                        \
  X (RECORD, "LYR1")               /* a message record, by the device's signing key */             \
  X (PREKEY, "LSP1")               /* a signed prekey, by the device's signing key */              \
  X (ENROL, "LY1 enrol")           /* channel binding || login, by the device's signing key */     \
  X (ISSUER, "LIK1")               /* an issuer key, by the organisation's root */                 \
  X (SERVER_KEY, "LSK1")           /* a server's static key, by the organisation's root */         \
  X (ATTESTATION, "LAT1")          /* a person, by an issuer key */                                \
  X (DIRECTORY_HEAD, "LDH1")       /* a head of the directory's log, by an issuer key */           \
  X (DIRECTORY_RESTART, "LDR1")    /* the directory begins anew, by the organisation's root */     \
  X (SHARE_ROSTER, "LSR1")         /* who is in a shared folder, by a device of its owner */       \
  X (SHARE_HEAD, "LSS1")           /* what is in a shared folder, by a device that may write */

typedef enum {
#define X(name, tag) LAN_SIGN_##name,
  LAN_SIGN_LIST (X)
#undef X
      LAN_SIGN_N
} LanSignTag;

/** Returns: the ASCII tag, never NULL. */
const char *lan_sign_tag_text (LanSignTag tag);

/** Returns: OK when @sig is @public_key's signature over tag || data, else LAN_STATUS_AUTH. */
LanStatus lan_signature_verify (const guint8 public_key[LAN_KEY_BYTES], LanSignTag tag,
                                const guint8 *data, gsize len,
                                const guint8 sig[LAN_SIGNATURE_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

/** BLAKE2b-256 without key or personalisation. */
void lan_hash_256 (LanHash *out, const void *data, gsize len);

/** BLAKE2b-256 of @a followed by @b: saves a copy where both are already in memory. */
void lan_hash_256_two (LanHash *out, const void *a, gsize a_len, const void *b, gsize b_len);

/** BLAKE2b with @out_len (1..64) bytes of output, without key or personalisation. */
void lan_hash_n (guint8 *out, gsize out_len, const void *data, gsize len);

/** The id of a one-to-one conversation (DESIGN section 5): BLAKE2b-128(smaller || larger key). */
void lan_conversation_id_of_pair (LanConversationId *out, const LanAccountId *a,
                                  const LanAccountId *b);

/** Compares in a time that does not depend on the content. */
gboolean lan_secret_equal (const void *a, const void *b, gsize len);

/** Overwrites @len bytes in a way the compiler keeps. */
void lan_secret_wipe (void *bytes, gsize len);

G_END_DECLS
