/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The inside of lan-candidates: its table, and who gives way to a newcomer when the table is full
 * (lan-candidates-room.c).
 */
#pragma once

#include "lan-candidates.h"
#include "lan-rate.h"

G_BEGIN_DECLS

/* What makes two sightings the same process. */
typedef struct {
  guint8 has_record;
  LanInstanceId instance;
  guint8 identity
      [LAN_ACCOUNT_PREFIX_BYTES]; /* account prefix; zeros when hidden; origin without record */
} LanCandidateIdentity;

typedef struct {
  LanCandidateAddress at; /* .sources has one bit here */
  guint64 origin;
  gint64 expires_us;
  guint heard;
} LanCandidateEntry;

typedef struct {
  LanCandidateIdentity identity; /* key of by_identity */
  guint64 key;
  LanDiscoveryRecord record;
  GArray *entries; /* of LanCandidateEntry, oldest first */
  gboolean is_pinned;
  gboolean is_reported; /* its owner knows it */
  gboolean is_dirty;    /* in the dirty queue */
  gint64 told_us;
} LanCandidatePerson;

struct _LanCandidates {
  GHashTable *by_identity; /* LanCandidatePerson by its .identity, owned */
  GHashTable *by_key;      /* LanCandidatePerson by &key */
  GQueue dirty;            /* of LanCandidatePerson, borrowed: changed and not told yet */
  GArray *lost;            /* of guint64: told before and gone since */
  guint64 next_key;
  LanInstanceId own;
  LanRate newcomers;
  LanRate events;
  gint64 next_expiry_us; /* never later than the earliest expiry */
  gint64 events_at_us;   /* when next_event() may have something, LAN_NEVER_US when idle */
};

/* What a removal is about: zero fields match everything. */
typedef struct {
  guint sources;
  guint64 origin;
  guint ifindex;
  const char *address;
  guint16 port;
  gint64 expired_us;
  const char *const *except; /* addresses that do not match */
  guint n_except;
} LanCandidateMatch;

/** Returns: whether @person lived on. @keep is an entry that stays although it matches, or -1. */
gboolean lan_candidates_remove_entries (LanCandidates *c, LanCandidatePerson *person,
                                        const LanCandidateMatch *m, int keep);

gboolean lan_candidate_is_seen_by (const LanCandidatePerson *person, LanSource source,
                                   guint ifindex);

/** Returns: whether there is, or was made, a place for the one that @s is about. */
gboolean lan_candidates_make_room (LanCandidates *c, const LanSighting *s);

G_END_DECLS
