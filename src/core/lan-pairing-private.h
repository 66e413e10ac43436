/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What a pairing and the frames of its two sides share. */
#pragma once

#include "lan-pairing.h"

G_BEGIN_DECLS

struct _LanPairing {
  gboolean is_new;
  gboolean full;
  LanLinkCode code;
  LanPairingState state;
  LanPairingFail fail;
  char *name;                        /* of this device */
  guint8 sign_public[LAN_KEY_BYTES]; /* of the new device, once known */
  guint8 dh_public[LAN_KEY_BYTES];
  GBytes *list; /* old: as it was; new: as offered */
  GPtrArray *certs;
  guint wrong;    /* tries, of which the last may still prove itself */
  gboolean bound; /* .remote is who it is */
  guint8 remote[LAN_KEY_BYTES];
  gboolean up;
  gboolean met;            /* the other's first frame came, on any lane */
  gboolean confirmed;      /* here */
  GBytes *request;         /* new: ours; old: theirs */
  GBytes *grant;           /* old: the frame, once kept */
  LanDeviceFrame *granted; /* new */
  char *other_name;
  char *person_name;
  LanAccountId account;
  gint64 expires_us;
  gint64 dial_us; /* old: not before; LAN_NO_DEADLINE: a lane is up or being made */
  GQueue actions;
};

/* --- lan-pairing.c --- */

/** (transfer full) (nullable) @bytes. */
void lan_pairing_push (LanPairing *self, LanPairingActionType type, GBytes *bytes);
void lan_pairing_set_state (LanPairing *self, LanPairingState state);
gboolean lan_pairing_is_over (const LanPairing *self);

/** On the present lane; nothing when there is none. */
void lan_pairing_send (LanPairing *self, const LanDeviceFrame *frame);

/** Says so to the other side, and gives up. */
void lan_pairing_refuse (LanPairing *self, LanPairingFail fail);

/* --- lan-pairing-frames.c, the new device's --- */

void lan_pairing_send_hello (LanPairing *self);
void lan_pairing_send_request (LanPairing *self);
void lan_pairing_on_offer (LanPairing *self, const Lanyard__DeviceOffer *offer);

/** (transfer full) @frame. */
void lan_pairing_on_grant (LanPairing *self, LanDeviceFrame *frame);

/* --- and the old one's --- */

/** Once both have said yes and the request is here. */
void lan_pairing_maybe_grant (LanPairing *self);
void lan_pairing_on_hello (LanPairing *self, const Lanyard__DeviceHello *hello);
void lan_pairing_on_request (LanPairing *self, const Lanyard__DeviceRequest *request);
void lan_pairing_on_done (LanPairing *self);

G_END_DECLS
