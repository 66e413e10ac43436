/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The device list LDL1 (SECURITY 4.1): which devices an account has, signed by the account key,
 * numbered, each naming the hash of the one before. 148 bytes and 41 for each device:
 *
 *     0  "LDL1"         8  account key 32     84  n times: device id 8, certificate hash 32, state
 *     4  version 1     40  seq u32            84+41n  signature 64, over "LDL1" || all before it
 *     5  n: 1..16      44  time u64 (Unix s)
 *     6  0 0           52  hash of the list before 32, zeros at seq 1
 *
 * Any thread.
 */
#pragma once

#include "lan-identity.h"

G_BEGIN_DECLS

#define LAN_DEVICE_LIST_MAX       16
#define LAN_DEVICE_LIST_BYTES(n)  (148 + 41 * (n))
#define LAN_DEVICE_LIST_BYTES_MAX LAN_DEVICE_LIST_BYTES (LAN_DEVICE_LIST_MAX)

/* Append-only; unknown states count as revoked. */
enum {
  LAN_DEVICE_ACTIVE = 0,
  LAN_DEVICE_REVOKED = 1,
};

typedef struct {
  LanDeviceId device;
  LanHash cert_hash;
  guint8 state;
} LanDeviceEntry;

typedef struct {
  LanAccountId account;
  guint32 seq; /* from 1 */
  gint64 time_s;
  LanHash previous;
  guint n_devices;
  LanDeviceEntry devices[LAN_DEVICE_LIST_MAX];
} LanDeviceList;

/** Returns: (transfer full): @list signed by @account, whose id it must carry. */
GBytes *lan_device_list_issue (const LanDeviceList *list,
                               const LanAccountKeys *account) G_GNUC_WARN_UNUSED_RESULT;

/** Reads the layout only. */
LanStatus lan_device_list_decode (LanDeviceList *list, const guint8 *data,
                                  gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Decodes and checks the signature. */
LanStatus lan_device_list_verify (LanDeviceList *list, const guint8 *data,
                                  gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** What the next list names as the one before: BLAKE2b-256 of all bytes. */
void lan_device_list_hash (LanHash *out, const guint8 *data, gsize len);

/**
 * May @next take the place of @current? Both verified bytes of one account. OK: newer, or the very
 * same. LAN_STATUS_REPLAY: older (roll-back). LAN_STATUS_MISMATCH: two different lists of one
 * number, a successor that names another predecessor, another account, or a revoked device
 * that is back.
 */
LanStatus lan_device_list_check_successor (const guint8 *current, gsize current_len,
                                           const guint8 *next,
                                           gsize next_len) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when @newer knows every active device of @older and has revived none that was revoked there. */
gboolean lan_device_list_covers (const LanDeviceList *newer, const LanDeviceList *older);

/**
 * One list out of two that were made on devices that did not meet: devices of either, revoked where
 * either says so. Both sides get the same: of the certificates of a device that stands in both that
 * of its own list counts (@a is @a_owner's, @b is @b_owner's).
 * Returns: OK, MISMATCH (two accounts) or LIMIT (more active devices than a list holds).
 */
LanStatus lan_device_list_join (const LanDeviceList *a, const LanHash *a_hash,
                                const LanDeviceId *a_owner, const LanDeviceList *b,
                                const LanHash *b_hash, const LanDeviceId *b_owner,
                                LanDeviceList *out) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Which list holds after @from, another device of the account, has shown @theirs and @self has @ours:
 * the one that follows from the other, else both joined and signed by @account.
 * @account: (nullable): NULL where this device has not the account's key.
 * Returns: (transfer full) (nullable): @ours itself where nothing changes; NULL when @theirs is not
 *   acceptable, or does not follow and cannot be joined.
 */
GBytes *lan_device_list_settle (GBytes *ours, const LanDeviceId *self, GBytes *theirs,
                                const LanDeviceId *from,
                                const LanAccountKeys *account) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (nullable) (transfer none): the entry of @device. */
const LanDeviceEntry *lan_device_list_find (const LanDeviceList *list, const LanDeviceId *device);

/** LAN_STATUS_OK when @cert (whose bytes hash to @cert_hash) is in @list, as active. */
LanStatus lan_device_list_check_cert (const LanDeviceList *list, const LanDeviceId *device,
                                      const LanHash *cert_hash) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
