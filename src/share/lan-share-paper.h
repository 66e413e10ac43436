/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The two signed papers of a shared folder. Whoever carries them cannot change them.
 *
 * Roster, signed by a device of the owner (tag "LSR1"): version u8 = 1 | share 16 | owner 32 | seq u64
 * | name length u8 | name | n u8 | n times (account 32 | rights u8), accounts ascending | device 8
 * | signature 64.
 * Head, signed by a device of whoever may write (tag "LSS1"): version u8 = 1 | share 16 | device 8
 * | seq u64 | roster seq u64 | time ms u64 | entries u32 | BLAKE2b-256 of the list of pages 32
 * | signature 64. The list is n times BLAKE2b-256 of a page. Pure; any thread.
 */
#pragma once

#include "lan-cert.h"

G_BEGIN_DECLS

#define LAN_SHARE_MAX_MEMBERS  64
#define LAN_SHARE_MAX_NAME     200
#define LAN_SHARE_ROSTER_BYTES 4096
#define LAN_SHARE_HEAD_BYTES   149

typedef enum {
  LAN_SHARE_NONE = 0,
  LAN_SHARE_READ = 1,
  LAN_SHARE_WRITE = 2,
} LanShareRights;

typedef struct {
  LanAccountId account;
  guint8 rights;
} LanShareMember;

typedef struct {
  LanConversationId share;
  LanAccountId owner;
  guint64 seq;
  char name[LAN_SHARE_MAX_NAME + 1];
  guint n_members; /* without the owner */
  LanShareMember members[LAN_SHARE_MAX_MEMBERS];
} LanShareRoster;

typedef struct {
  LanConversationId share;
  LanDeviceId device;
  guint64 seq;
  guint64 roster_seq;
  gint64 time_ms;
  guint32 entries;
  LanHash pages;
} LanShareHead;

/** What @account may do; the owner may write. */
LanShareRights lan_share_roster_rights (const LanShareRoster *roster, const LanAccountId *account);

/** Sets what @account may do, NONE: not a member any more. FALSE: there are too many. */
gboolean lan_share_roster_set (LanShareRoster *roster, const LanAccountId *account,
                               LanShareRights rights);

/** Returns: (transfer full): @roster signed by @device, one of the owner's. */
GBytes *lan_share_roster_sign (const LanShareRoster *roster,
                               const LanDeviceKeys *device) G_GNUC_WARN_UNUSED_RESULT;

/** Reads and verifies; @cert must be of a device of the owner it names. */
LanStatus lan_share_roster_verify (LanShareRoster *roster, const guint8 *data, gsize len,
                                   const guint8 *cert, gsize cert_len) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): @head signed by @device, whose id it gets. */
GBytes *lan_share_head_sign (LanShareHead *head,
                             const LanDeviceKeys *device) G_GNUC_WARN_UNUSED_RESULT;

/** Reads and verifies. @account: (out): whose device it is, by @cert. */
LanStatus lan_share_head_verify (LanShareHead *head, LanAccountId *account, const guint8 *data,
                                 gsize len, const guint8 *cert,
                                 gsize cert_len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
