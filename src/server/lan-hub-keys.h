/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The secret files of the state folder, each 0600: the static key of the lanes (server.key), the seed of
 * the online issuer (issuer.key) and coturn's shared secret (relay.secret); and the public ones: the
 * organisation's root (organisation.root), the issuer's certificate (issuer.cert), and what the root says
 * of the lanes' key (server.cert).
 */
#pragma once

#include "lan-hub-db.h"
#include "lan-org-key.h"

G_BEGIN_DECLS

typedef struct {
  guint8 *secret; /* 32 bytes in guarded memory */
  guint8 server_public[LAN_KEY_BYTES];
  GBytes *server_cert; /* LSK1 of it; NULL: none that belongs to it */
  guint8 org_root[LAN_KEY_BYTES];
  struct _LanIssuerKey *issuer; /* NULL: attested by the offline tool only */
  GBytes *issuer_cert;
  char *relay_secret; /* hex text */
} LanHubKeys;

/** Makes new keys in @state; the root signs the online issuer for a year. EXISTS when there are some. */
gboolean lan_hub_keys_make (const char *state, const LanOrgKey *root, gint64 now_s, GError **error);

LanHubKeys *lan_hub_keys_load (const char *state, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Writes a renewed issuer into @state: @seed and its LIK1, which the root of @keys must have signed. */
gboolean lan_hub_keys_put_issuer (const LanHubKeys *keys, const char *state, GBytes *seed,
                                  GBytes *cert, GError **error);
/** The number of a key of the lanes that is made now: milliseconds since 1970, so that no one counts. */
guint64 lan_hub_server_key_number (void);
/**
 * Writes a renewed key of the lanes into @state: @secret and its LSK1, which the root of @keys must have
 * signed, with a greater number than the one in use.
 */
gboolean lan_hub_keys_put_server (const LanHubKeys *keys, const char *state, GBytes *secret,
                                  GBytes *cert, GError **error);
/** Moves @next's key of the lanes into @keys, where it is another one. TRUE: it is. */
gboolean lan_hub_keys_take_server (LanHubKeys *keys, LanHubKeys *next);
/**
 * Moves @next's issuer into @keys. Returns: (transfer full): keys with nothing but the issuer that was
 * there, which must live as long as somebody borrows it.
 */
LanHubKeys *lan_hub_keys_take_issuer (LanHubKeys *keys, LanHubKeys *next);
void lan_hub_keys_free (LanHubKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanHubKeys, lan_hub_keys_free)

/** Writes @path anew and whole, 0600, synced. */
gboolean lan_hub_file_write (const char *path, const void *data, gsize len, GError **error);

/** Names of the files that belong into a backup beside the database; NULL-terminated. */
extern const char *const lan_hub_key_files[];

G_END_DECLS
