/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the candidates and the records of the engine's discovery share. */
#pragma once

#include "lan-engine-discovery.h"

G_BEGIN_DECLS

#define LAN_ENGINE_SETTING_HIDDEN "hidden"

/* One running process somewhere, as discovery shows it. */
typedef struct {
  LanCandidate c;
  gboolean known; /* .account is who it says it is, or who a probe found */
  gboolean met;   /* and a device of theirs is known, so that they can be reached */
  LanAccountId account;
  gboolean is_self;
  gboolean probing;
  guint probes;    /* that nobody answered, in a row */
  gint64 probe_us; /* not before */
} LanEngineCandidate;

struct _LanEngineDiscovery {
  LanEngine *engine;
  LanDiscovery *discovery;
  GHashTable *candidates; /* guint64 key -> LanEngineCandidate, owned */
  gboolean hidden;
  gboolean started;
  LanPresence presence;
  guint8 nonce[LAN_BEACON_NONCE_BYTES];
  gint64 nonce_us;  /* when it was made */
  double tokens;    /* of the probes' bucket */
  gint64 tokens_us; /* when they were counted */
  gboolean republish;
  gboolean has_tag; /* of a code that links this device */
  guint8 tag_secret[LAN_KEY_BYTES];
};

/* --- lan-engine-discovery-record.c --- */

/** TRUE when @record says, or its tags show, that it is @row's. */
gboolean lan_engine_discovery_is_theirs (const LanDiscoveryRecord *record, const LanPersonRow *row);

/** TRUE when it is somebody's who is known: @account. */
gboolean lan_engine_discovery_recognise (LanEngine *engine, const LanDiscoveryRecord *record,
                                         LanAccountId *account);

/** Puts our own record on the network. */
void lan_engine_discovery_publish (LanEngine *engine);

G_END_DECLS
