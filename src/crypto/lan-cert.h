/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The device certificate LDC1 (SECURITY 4.1): binds a device's two keys and a display name to an
 * account, proves possession of the signing key, and says how long. 264 bytes and the name:
 *
 *     0  "LDC1"             8  account key 32      136  name
 *     4  version 1         40  signing key 32      136+n  signature of the device 64
 *     5  flags 0           72  DH key 32           200+n  signature of the account 64
 *     6  n: name length   104  device id 8
 *     7  0                112  not before, not after: u64 Unix seconds each
 *                         128  list seq u32, caps u32
 *
 * The device signs "LDC1-device" || bytes 0..136+n, the account "LDC1-account" || bytes 0..200+n.
 * Any thread.
 */
#pragma once

#include "lan-identity.h"

G_BEGIN_DECLS

#define LAN_CERT_NAME_MAX      48
#define LAN_CERT_BYTES_MIN     265
#define LAN_CERT_BYTES_MAX     (264 + LAN_CERT_NAME_MAX)
#define LAN_CERT_LIFE_SECONDS  (400 * G_GINT64_CONSTANT (86400))
#define LAN_CERT_RENEW_SECONDS (300 * G_GINT64_CONSTANT (86400))

typedef struct {
  LanAccountId account;
  LanDeviceId device;
  guint8 sign_public[LAN_KEY_BYTES];
  guint8 dh_public[LAN_KEY_BYTES];
  gint64 not_before_s; /* Unix seconds */
  gint64 not_after_s;
  guint32 list_seq; /* of the device list it was issued with */
  guint32 caps;     /* LAN_CAP_ bits at the time of issue */
  char name[LAN_CERT_NAME_MAX + 1];
} LanCert;

/**
 * Issues a certificate; @name must pass lan_text_is_clean_name().
 * Returns: (transfer full): the bytes, already verified once.
 */
GBytes *lan_cert_issue (const LanAccountKeys *account, const LanDeviceKeys *device,
                        const char *name, gint64 not_before_s, gint64 not_after_s, guint32 list_seq,
                        guint32 caps) G_GNUC_WARN_UNUSED_RESULT;

/**
 * The first half of a certificate, made by a device that has not the account's key: all but the
 * account's signature. @device must have been made for the account. Returns: (transfer full).
 */
GBytes *lan_cert_request (const LanDeviceKeys *device, const char *name, gint64 not_before_s,
                          gint64 not_after_s, guint32 list_seq,
                          guint32 caps) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Reads such a half and checks the device's signature. @cert: (out). Returns: OK, or why not.
 */
LanStatus lan_cert_check_request (LanCert *cert, const guint8 *data,
                                  gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** The other half. Returns: (transfer full) (nullable): NULL when @request is not acceptable. */
GBytes *lan_cert_complete (const LanAccountKeys *account,
                           GBytes *request) G_GNUC_WARN_UNUSED_RESULT;

/** Reads the layout: lengths, version, device id, a clean name. Signatures are not looked at. */
LanStatus lan_cert_decode (LanCert *cert, const guint8 *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Decodes and checks both signatures and the soundness of the keys. */
LanStatus lan_cert_verify (LanCert *cert, const guint8 *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** LAN_STATUS_EXPIRED outside its time; @slack_s is patience with wrong clocks, at either end. */
LanStatus lan_cert_check_time (const LanCert *cert, gint64 now_s,
                               gint64 slack_s) G_GNUC_WARN_UNUSED_RESULT;

/** What device lists name it by: BLAKE2b-256 of all its bytes. */
void lan_cert_hash (LanHash *out, const guint8 *data, gsize len);

G_END_DECLS
