/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The linking of a new device by one of the person's own (SECURITY section 9, PROTOCOL.md Linking),
 * without I/O. Each side has one. It is fed lanes that have proved the code (XXpsk0) and their
 * frames; what it wants done comes out of a queue.
 *
 *   new:  WAITING --lane--> MEETING --Offer--> CONFIRM --yes--> AGREED --Grant--> ADOPTING --> DONE
 *   old:  WAITING --lane--> MEETING --Hello--> CONFIRM --yes--> AGREED --Request--> GRANTING --> DONE
 *                                                                     any --> FAILED
 *
 * A lane that is cut is dialled again by the old device, and only the same two may go on; what a
 * person said yes to stays said. Nothing is acknowledged before it is on a disk: the old device's
 * list before Grant leaves, the new device's keys before Done does. One thread.
 */
#pragma once

#include "lan-cert.h"
#include "lan-deadlines.h"
#include "lan-device-frame.h"
#include "lan-device-list.h"
#include "lan-link-code.h"

G_BEGIN_DECLS

#define LAN_PAIRING_CONFIRM_US                                                                     \
  (300 * G_GINT64_CONSTANT (1000000)) /* from the first lane to the end */
#define LAN_PAIRING_REDIAL_US (1 * G_GINT64_CONSTANT (1000000))

typedef enum {
  LAN_PAIRING_WAITING, /* for a first lane */
  LAN_PAIRING_MEETING,
  LAN_PAIRING_CONFIRM,  /* a person has to say yes */
  LAN_PAIRING_AGREED,   /* waits for the other side's */
  LAN_PAIRING_GRANTING, /* GRANT is out */
  LAN_PAIRING_ADOPTING, /* ADOPT is out */
  LAN_PAIRING_DONE,
  LAN_PAIRING_FAILED,
} LanPairingState;

typedef enum {
  LAN_PAIRING_FAIL_NONE,
  LAN_PAIRING_FAIL_EXPIRED,
  LAN_PAIRING_FAIL_WRONG_CODE, /* new: tried wrongly too often */
  LAN_PAIRING_FAIL_REFUSED,
  LAN_PAIRING_FAIL_LIMIT,
  LAN_PAIRING_FAIL_INVALID,
  LAN_PAIRING_FAIL_STORE,
} LanPairingFail;

typedef enum {
  LAN_PAIRING_SEND,  /* .bytes: on the present lane */
  LAN_PAIRING_CLOSE, /* end the present lane, once what was sent is out */
  LAN_PAIRING_DIAL,  /* old: make a lane with this code */
  LAN_PAIRING_GRANT, /* old: .bytes is the certificate's first half: sign, keep a list with it, then
                      * lan_pairing_granted() */
  LAN_PAIRING_ADOPT, /* new: keep lan_pairing_get_grant(), then lan_pairing_adopted() */
  LAN_PAIRING_STATE, /* look at lan_pairing_get_state() */
} LanPairingActionType;

typedef struct {
  LanPairingActionType type;
  GBytes *bytes;
} LanPairingAction;

void lan_pairing_action_clear (LanPairingAction *action);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LanPairingAction, lan_pairing_action_clear)

typedef struct _LanPairing LanPairing;

/** The new device's. @sign_public, @dh_public: of its keys. @name: of the device. */
LanPairing *lan_pairing_new_for_new (const guint8 sign_public[LAN_KEY_BYTES],
                                     const guint8 dh_public[LAN_KEY_BYTES], const char *name,
                                     const LanRandom *random,
                                     gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

/**
 * The old device's. @list: LDL1; @certs: LDC1 of the account's devices (copied); @name: of this
 * device; @full: whether the account's key shall go along. DIAL follows at once.
 */
LanPairing *lan_pairing_new_for_old (const LanLinkCode *code, GBytes *list, GBytes *const *certs,
                                     guint n_certs, const char *name, gboolean full,
                                     gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_pairing_free (LanPairing *pairing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPairing, lan_pairing_free)

/** The code: (new) as made, (old) as given. */
const LanLinkCode *lan_pairing_get_code (const LanPairing *pairing);
gboolean lan_pairing_is_new (const LanPairing *pairing);
LanPairingState lan_pairing_get_state (const LanPairing *pairing);
LanPairingFail lan_pairing_get_fail (const LanPairing *pairing);
gboolean lan_pairing_get_full (const LanPairing *pairing);

/** Returns: (nullable): of the device at the other side, from CONFIRM on. */
const char *lan_pairing_get_other_name (const LanPairing *pairing);

/** Returns: (nullable): new: whose device it would be, from CONFIRM on. */
const char *lan_pairing_get_person_name (const LanPairing *pairing);
/** New, from CONFIRM on. */
const LanAccountId *lan_pairing_get_account (const LanPairing *pairing);

/* --- the listener's questions (new device) --- */

/** Somebody dials: counts as a wrong try until lan_pairing_proved(). FALSE: the code is dead. */
gboolean lan_pairing_tried (LanPairing *pairing);

/** The first message of that dial proved the code. */
void lan_pairing_proved (LanPairing *pairing);

/* --- lanes and frames --- */

/** A lane is up. FALSE: not one of these two; end it. */
gboolean lan_pairing_lane_up (LanPairing *pairing, const guint8 remote_dh[LAN_KEY_BYTES],
                              gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_pairing_lane_down (LanPairing *pairing, gint64 now_us);
void lan_pairing_frame (LanPairing *pairing, const guint8 *data, gsize len, gint64 now_us);

/** Old: the new device is here as one of the person's: what it said last was lost on the way. */
void lan_pairing_seen (LanPairing *pairing, const guint8 dh_public[LAN_KEY_BYTES]);

/* --- people and disks --- */

/**
 * New: @request is its certificate's first half, made for lan_pairing_get_account() and
 * lan_pairing_get_person_name(); old: NULL.
 */
void lan_pairing_confirm (LanPairing *pairing, GBytes *request);
void lan_pairing_cancel (LanPairing *pairing);

/** Old: @list is kept. @grant: DeviceGrant without its list; NULL @list: could not be (@fail). */
void lan_pairing_granted (LanPairing *pairing, GBytes *list, const Lanyard__DeviceGrant *grant,
                          LanPairingFail fail);

/** New: what was granted; borrowed. NULL before ADOPT. */
const Lanyard__DeviceGrant *lan_pairing_get_grant (const LanPairing *pairing);

/** New: @ok: it is on the disk. */
void lan_pairing_adopted (LanPairing *pairing, gboolean ok);

gboolean lan_pairing_next_action (LanPairing *pairing,
                                  LanPairingAction *action) G_GNUC_WARN_UNUSED_RESULT;
/** Monotonic microseconds, LAN_NO_DEADLINE. */
gint64 lan_pairing_next_deadline (const LanPairing *pairing);
void lan_pairing_advance (LanPairing *pairing, gint64 now_us);

G_END_DECLS
