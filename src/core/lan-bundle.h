/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Sync bundles: mail in a file that somebody carries by hand (lan-bundle-format.h of crypto). LanCore's
 * doors; it neither reads nor writes the file.
 *
 * Out: a plan says what goes in, and is asked again and again what it needs from the store:
 *
 *   lan_core_plan_bundle() --> lan_core_bundle_next() --RECORDS, CARRIED--> store --> lan_core_bundle_give()
 *                                      ^--------------------------------------------------'
 *
 * In: entries of the file are taken a few at a time, and settled once their commits were answered.
 *
 * A bundle is only one more carrier: what was written into one stays 'queued' until the other's word or
 * vector comes, by whichever way. Plans and takes hold no pointer into core. One thread, the rules of
 * lan-core.h.
 */
#pragma once

#include "lan-bundle-format.h"
#include "lan-core.h"

G_BEGIN_DECLS

#define LAN_BUNDLE_DAYS_BACK 30          /* letters for us that are older cannot be opened */
#define LAN_BUNDLE_PIECE     (64 * 1024) /* lan_core_bundle_next() ends above this */

/* ---- out ---- */

typedef enum {
  LAN_BUNDLE_OUT_NO_KEY,      /* no prekey of theirs that is young enough: they get only a word */
  LAN_BUNDLE_OUT_NOT_CONTACT, /* nobody with whom letters could be exchanged */
} LanBundleOutReason;

/* Somebody for whom something waits, or who was asked for, and whom the bundle does not reach. */
typedef struct {
  LanAccountId account;
  LanBundleOutReason reason;
} LanBundleOut;

/**
 * Before a plan: what was just written, and the key that words bring, go to the disk now. FALSE: not all of it
 * is there; it is once commits are answered. Ask again.
 */
gboolean lan_core_bundle_prepare (LanCore *core, const LanTime *now);

typedef struct _LanBundlePlan LanBundlePlan;

/**
 * What can go now. @people: (nullable) (element-type LanAccountId): for whom; NULL: for all
 * contacts. Letters held for others go too, where this account carries.
 */
LanBundlePlan *lan_core_plan_bundle (LanCore *core, const GArray *people,
                                     const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
void lan_bundle_plan_free (LanBundlePlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBundlePlan, lan_bundle_plan_free)

typedef enum {
  LAN_BUNDLE_NEED_NOTHING, /* call again once @out is written */
  LAN_BUNDLE_NEED_RECORDS, /* .conversation ... .max_bytes: lan_store_read_log() */
  LAN_BUNDLE_NEED_CARRIED, /* .id: lan_store_read_carried() */
  LAN_BUNDLE_NEED_OVER,    /* that was all */
} LanBundleNeed;

typedef struct {
  LanConversationId conversation;
  LanDeviceId device;
  guint64 from_seq;
  guint64 to_seq;
  gsize max_bytes;
  LanMessageId id;
} LanBundleWant;

/** Appends what can be said at once to @out, then says what is to be read next. */
LanBundleNeed lan_core_bundle_next (LanCore *core, LanBundlePlan *plan, GByteArray *out,
                                    LanBundleWant *want, const LanTime *now);

/** Answer to RECORDS and CARRIED: (nullable): it could not be read, or is gone. */
void lan_core_bundle_give_records (LanCore *core, LanBundlePlan *plan, GPtrArray *rows,
                                   GByteArray *out, const LanTime *now);
void lan_core_bundle_give_carried (LanCore *core, LanBundlePlan *plan, GBytes *envelope,
                                   GByteArray *out, const LanTime *now);

typedef struct {
  guint letters; /* of ours */
  guint people;  /* for whom these are */
  guint others;  /* letters of others */
  guint words;
  gboolean is_full; /* not everything fitted */
  guint percent;
  const GArray *left; /* of LanBundleOut; borrowed */
} LanBundleMade;

void lan_bundle_plan_get (const LanBundlePlan *plan, LanBundleMade *made);

/* ---- in ---- */

/* What became of entries: each counts once, words apart. */
typedef struct {
  guint fresh;      /* for us, and brought something */
  guint known;      /* for us, and all of it was here */
  guint waiting;    /* for us: something else has to come first, or the disk is full */
  guint unreadable; /* for us: for a key that is wiped, altered, or not what it says */
  guint stranger;   /* for us, of somebody blocked or no longer a contact */
  guint own;        /* of ours, for others */
  guint kept;       /* for others: kept for them */
  guint left;       /* for others: this account does not carry */
  guint no_room;    /* for others: quota, or the disk is full */
  guint old;        /* of another time than ours */
  guint words;      /* from contacts, understood */
} LanBundleCounts;

typedef struct _LanBundleTake LanBundleTake;

LanBundleTake *lan_bundle_take_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_bundle_take_free (LanBundleTake *take);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBundleTake, lan_bundle_take_free)

void lan_core_bundle_take (LanCore *core, LanBundleTake *take, const LanBundleEntry *entry,
                           const LanTime *now);

/**
 * How much of what was taken since the last settling is neither on disk nor refused; it shrinks as commits are
 * answered. 0: settle now.
 */
guint lan_core_bundle_open (LanCore *core, const LanBundleTake *take);

/** Counts what was taken; what is still open goes on, and counts as waiting. */
void lan_core_bundle_settle (LanCore *core, LanBundleTake *take);

const LanBundleCounts *lan_bundle_take_get (const LanBundleTake *take);

G_END_DECLS
