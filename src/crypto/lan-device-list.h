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

/** Returns: (nullable) (transfer none): the entry of @device. */
const LanDeviceEntry *lan_device_list_find (const LanDeviceList *list, const LanDeviceId *device);

/** LAN_STATUS_OK when @cert (whose bytes hash to @cert_hash) is in @list, as active. */
LanStatus lan_device_list_check_cert (const LanDeviceList *list, const LanDeviceId *device,
                                      const LanHash *cert_hash) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
