/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The attestation LAT1 (SECURITY 4.1): an organisation says which account key a person has, what they
 * are called and where they belong, and whether they are still there. 172 bytes and the strings:
 *
 *     0  "LAT1"       8  organisation 16     72  seq u64           96  issuer key id 8
 *     4  version 1   24  user id 16          80  not before u64   104  login, display name, title,
 *     5  status      40  account key 32      88  not after u64         department: u8 length + bytes
 *     6  level                                                         each; then signature 64
 *     7  0
 *
 * Signed as "LAT1" || everything before the signature. Department is a path, components between
 * '/', none empty; title and department may be empty. A user id is random and stays, a login may
 * change. Each change of a person is a new attestation with a greater seq. Any thread.
 */
#pragma once

#include "lan-issuer.h"

G_BEGIN_DECLS

#define LAN_LOGIN_MAX             64
#define LAN_DISPLAY_MAX           128
#define LAN_TITLE_MAX             128
#define LAN_DEPARTMENT_MAX        200
#define LAN_DEPARTMENT_DEPTH      16
#define LAN_ATTESTATION_BYTES_MIN 174
#define LAN_ATTESTATION_BYTES_MAX                                                                  \
  (172 + LAN_LOGIN_MAX + LAN_DISPLAY_MAX + LAN_TITLE_MAX + LAN_DEPARTMENT_MAX)

/* Append-only; readers take an unknown one for suspended. */
enum {
  LAN_ATTESTED_ACTIVE = 0,
  LAN_ATTESTED_SUSPENDED = 1,
  LAN_ATTESTED_LEFT = 2,
};

typedef struct {
  guint8 status; /* LAN_ATTESTED_ */
  guint8 level;  /* LAN_LEVEL_, that of the issuer */
  LanOrgId org;
  LanUserId user;
  LanAccountId account;
  guint64 seq; /* from 1, of this user */
  gint64 not_before_s;
  gint64 not_after_s;
  LanIssuerId issuer;
  char login[LAN_LOGIN_MAX + 1];
  char display[LAN_DISPLAY_MAX + 1];
  char title[LAN_TITLE_MAX + 1];           /* may be "" */
  char department[LAN_DEPARTMENT_MAX + 1]; /* "Company/Research/Optics", may be "" */
} LanAttestation;

/**
 * Signs @attestation; its level, organisation and issuer are taken from @issuer, whose key @key is.
 * Returns: (transfer full) (nullable): NULL when a string or a time breaks a rule.
 */
GBytes *lan_attestation_issue (const LanAttestation *attestation, const LanIssuer *issuer,
                               const LanIssuerKey *key) G_GNUC_WARN_UNUSED_RESULT;

/** Reads the layout; signatures are not looked at. Strings are clean or it is MALFORMED. */
LanStatus lan_attestation_decode (LanAttestation *attestation, const guint8 *data,
                                  gsize len) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Decodes, and checks that @issuer (verified before) signed it, for its own organisation and level,
 * and began within the issuer's time. LAN_STATUS_MISMATCH: another issuer or organisation.
 */
LanStatus lan_attestation_verify (LanAttestation *attestation, const LanIssuer *issuer,
                                  const guint8 *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** LAN_STATUS_EXPIRED outside its time. */
LanStatus lan_attestation_check_time (const LanAttestation *attestation, gint64 now_s,
                                      gint64 slack_s) G_GNUC_WARN_UNUSED_RESULT;

/**
 * May @next take the place of @current, both verified and of one user? OK: newer, or the very same.
 * LAN_STATUS_REPLAY: older. LAN_STATUS_MISMATCH: another user or organisation, two different ones of
 * one seq. LAN_STATUS_AUTH: another account key at a lower level than before: not to be believed
 * without a human (SECURITY 4.4). A changed account key with OK is the caller's to tell the person.
 */
LanStatus lan_attestation_check_successor (const LanAttestation *current,
                                           const LanAttestation *next) G_GNUC_WARN_UNUSED_RESULT;

/* Rules for the strings, for whoever takes them from a person. */
gboolean lan_attestation_is_login (const char *text);
gboolean lan_attestation_is_display (const char *text);
gboolean lan_attestation_is_title (const char *text);
gboolean lan_attestation_is_department (const char *text);

/** Returns: (transfer full) (nullable): @text as a login (NFC, case folded), NULL when it is none. */
char *lan_login_canonical (const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
