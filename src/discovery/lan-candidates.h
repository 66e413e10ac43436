/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Merges what the sources see into candidates: a pure machine, sightings and time in, events out.
 * One candidate is one (instance id, identity in the record): somebody who copies an instance id
 * with another identity makes a second candidate and hides nobody. Bounded everywhere: at most
 * LAN_CANDIDATES_PER_SOURCE per source and interface, LAN_CANDIDATE_MAX_ADDRESSES addresses each,
 * newcomers and events at a limited rate. Time is a monotonic clock in microseconds. One thread.
 */
#pragma once

#include "lan-discovery.h"

G_BEGIN_DECLS

#define LAN_CANDIDATES_PER_SOURCE 512
#define LAN_CANDIDATES_MAX        2048
#define LAN_CANDIDATE_UPDATE_US   250000 /* updates of one candidate come at least this far apart */
#define LAN_NEVER_US              G_MAXINT64

/* One source saw one process at one address. */
typedef struct {
  LanSource source;
  guint64
      origin; /* 0, or the one thing of its source that says this: it replaces what it said before */
  gboolean has_record;
  LanInstanceId instance;
  LanDiscoveryRecord record;
  const char *address; /* numeric */
  guint16 port;
  guint ifindex;
  gint64 expires_us; /* LAN_NEVER_US: until taken back */
} LanSighting;

typedef enum {
  LAN_CANDIDATE_FOUND,
  LAN_CANDIDATE_UPDATED,
  LAN_CANDIDATE_LOST, /* only candidate.key is set */
} LanCandidateEventType;

typedef struct {
  LanCandidateEventType type;
  LanCandidate candidate;
} LanCandidateEvent;

typedef struct _LanCandidates LanCandidates;

LanCandidates *lan_candidates_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_candidates_free (LanCandidates *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanCandidates, lan_candidates_free)

/** What carries this instance id is our own and is not looked at. */
void lan_candidates_set_own (LanCandidates *c, const LanInstanceId *instance);

/**
 * Returns: OK; LIMIT when a cap or the rate refused a newcomer. @is_new (nullable): whether this
 * source did not know it on this interface before.
 */
LanStatus lan_candidates_sighted (LanCandidates *c, const LanSighting *s, gint64 now_us,
                                  gboolean *is_new);

/** A source takes back everything that it said under @origin (not 0). */
void lan_candidates_forget_origin (LanCandidates *c, guint64 origin);

/** Of what was said under @origin (not 0) only these @n addresses stay. */
void lan_candidates_keep_addresses (LanCandidates *c, guint64 origin, const char *const *addresses,
                                    guint n);

/** The goodbye of a beacon: only what was heard from this very address goes. */
void lan_candidates_bye (LanCandidates *c, const LanSighting *s);

/** What beacons said of @key no longer counts. */
void lan_candidates_doubt (LanCandidates *c, guint64 key);
void lan_candidates_pin (LanCandidates *c, guint64 key);

/** Everything seen through @ifindex by a source in @sources (LanSource bits) goes. */
void lan_candidates_drop_interface (LanCandidates *c, guint ifindex, guint sources);

/** Everything of the sources (LanSource bits) goes. */
void lan_candidates_drop_sources (LanCandidates *c, guint sources);

/** Returns: how many candidates @source sees through @ifindex. */
guint lan_candidates_count (const LanCandidates *c, LanSource source, guint ifindex);

/** Drops what has expired. */
void lan_candidates_advance (LanCandidates *c, gint64 now_us);

/** Returns: when to call lan_candidates_advance() and take events again, LAN_NEVER_US for never. */
gint64 lan_candidates_next_deadline (const LanCandidates *c);

/** Takes the next event that may be told at @now_us; FALSE when there is none. */
gboolean lan_candidates_next_event (LanCandidates *c, gint64 now_us, LanCandidateEvent *event);

G_END_DECLS
