/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the linking of a device shares with its lane and with what is granted over it. */
#pragma once

#include "lan-engine-devices.h"
#include "lan-pairing.h"

G_BEGIN_DECLS

struct _LanEngineLinking {
  LanEngine *engine;
  LanPairing *pairing;
  LanChannel *lane;
  gboolean up;
  gboolean expected; /* the listener knows the code */
  char *name;        /* of this device */
  char *address;     /* old: where to look, may be NULL */
  gint64 close_us;   /* new, linked: the profile closes then; 0: no */
};

/* --- lan-engine-linking-lane.c --- */

/** New: has the listener expect the other side, when it does not yet. */
void lan_engine_linking_wait (LanEngineLinking *self);

/** New: the listener forgets the code. */
void lan_engine_linking_forget_code (LanEngineLinking *self);

/** Old: dials wherever the new device may be. */
void lan_engine_linking_dial (LanEngineLinking *self);
void lan_engine_linking_drop_lane (LanEngineLinking *self);

/* --- lan-engine-linking-grant.c --- */

/** Old: signs @request, keeps a list with it, and hands over what the new device needs. */
void lan_engine_linking_grant (LanEngineLinking *self, GBytes *request);

/** New: keeps what was granted. */
void lan_engine_linking_adopt (LanEngineLinking *self);

G_END_DECLS
