/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The identifiers everything is named by. Plain values of fixed size, copied by assignment,
 * compared with memcmp (DESIGN section 4: "Ids compare by memcmp"). Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_ACCOUNT_ID_BYTES      32
#define LAN_DEVICE_ID_BYTES       8
#define LAN_MESSAGE_ID_BYTES      16
#define LAN_CONVERSATION_ID_BYTES 16
#define LAN_LINK_ID_BYTES         16
#define LAN_HASH_BYTES            32
#define LAN_ORG_ID_BYTES          16
#define LAN_USER_ID_BYTES         16
#define LAN_ISSUER_ID_BYTES       8

/* A person: the Ed25519 account public key. */
typedef struct {
  guint8 b[LAN_ACCOUNT_ID_BYTES];
} LanAccountId;

/* A device: BLAKE2b-64 of account key, signing key and DH key (SECURITY 4.1). */
typedef struct {
  guint8 b[LAN_DEVICE_ID_BYTES];
} LanDeviceId;

typedef struct {
  guint8 b[LAN_MESSAGE_ID_BYTES];
} LanMessageId;

typedef struct {
  guint8 b[LAN_CONVERSATION_ID_BYTES];
} LanConversationId;

typedef struct {
  guint8 b[LAN_LINK_ID_BYTES];
} LanLinkId;

typedef struct {
  guint8 b[LAN_HASH_BYTES];
} LanHash;

/* An organisation: BLAKE2b-128 of its root public key. */
typedef struct {
  guint8 b[LAN_ORG_ID_BYTES];
} LanOrgId;

/* A person in an organisation's directory: random, stays when the login changes (SECURITY 4.1). */
typedef struct {
  guint8 b[LAN_USER_ID_BYTES];
} LanUserId;

/* A key that signs for an organisation: BLAKE2b-64 of its public key. */
typedef struct {
  guint8 b[LAN_ISSUER_ID_BYTES];
} LanIssuerId;

/* What both clocks said at one moment; read once per turn of the loop by whoever owns the clock. */
typedef struct {
  gint64 mono_us; /* monotonic, includes suspend (CLOCK_BOOTTIME) */
  gint64 wall_ms; /* Unix milliseconds, may jump */
} LanTime;

/*
 * For each kind: lan_x_id_equal, _compare (memcmp order, usable as GCompareFunc on pointers),
 * _hash (for GHashTable; key points to the id), _is_zero, _to_hex (transfer full) and _from_hex
 * (exactly 2 * size hex digits of either case, FALSE otherwise).
 */
#define LAN_DECLARE_ID(Type, prefix)                                                               \
  gboolean prefix##_equal (gconstpointer a, gconstpointer b);                                      \
  int prefix##_compare (gconstpointer a, gconstpointer b);                                         \
  guint prefix##_hash (gconstpointer id);                                                          \
  gboolean prefix##_is_zero (const Type *id);                                                      \
  char *prefix##_to_hex (const Type *id) G_GNUC_WARN_UNUSED_RESULT;                                \
  gboolean prefix##_from_hex (Type *id, const char *hex) G_GNUC_WARN_UNUSED_RESULT;

LAN_DECLARE_ID (LanAccountId, lan_account_id)
LAN_DECLARE_ID (LanDeviceId, lan_device_id)
LAN_DECLARE_ID (LanMessageId, lan_message_id)
LAN_DECLARE_ID (LanConversationId, lan_conversation_id)
LAN_DECLARE_ID (LanLinkId, lan_link_id)
LAN_DECLARE_ID (LanHash, lan_hash)
LAN_DECLARE_ID (LanOrgId, lan_org_id)
LAN_DECLARE_ID (LanUserId, lan_user_id)
LAN_DECLARE_ID (LanIssuerId, lan_issuer_id)

/** Returns: (transfer full): @len bytes as lower-case hex. */
char *lan_hex_encode (const guint8 *bytes, gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Fills exactly @len bytes from @hex; FALSE when it has another length or other characters. */
gboolean lan_hex_decode (const char *hex, guint8 *out, gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
