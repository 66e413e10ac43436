/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Mail carried by colleagues (SECURITY section 5): LanCore's doors. Who has agreed to carry (off at
 * first) keeps sealed letters of its contacts for people it may not even know, and hands each to who
 * can name its fetch key. What it learns: a tag that means nothing to it, size and time, and who
 * left it. An author gives what waits for a device that cannot be reached to at most three carriers
 * at hand; the recipient's word that it is on disk comes back through the carrier, which can neither
 * make it up nor alter a letter. What it withholds or shows again costs nothing but time: records
 * have places in logs, and every other way stays open.
 *
 *   author --CARRY_PUT--> carrier --COMMIT--> CARRY_RESULT: 'carried by'
 *   recipient <--CARRY_LIST-- carrier --CARRY_FETCH--> READ_CARRIED --> CARRY_MAIL --> COMMIT
 *   recipient --CARRY_ACK--> carrier --CARRY_RECEIPT--> author: 'delivered' --CARRY_DROP--> carrier
 *
 * One thread, the rules of lan-core.h.
 */
#pragma once

#include "lan-core.h"

G_BEGIN_DECLS

#define LAN_CARRY_QUOTA_BYTES  (64 * 1024 * 1024) /* held for all */
#define LAN_CARRY_PER_AUTHOR   200                /* letters */
#define LAN_CARRY_LETTERS_MAX  8192               /* of all */
#define LAN_CARRY_LIFE_MS      (7 * G_GINT64_CONSTANT (86400000))
#define LAN_CARRY_RECEIPT_MS   (14 * G_GINT64_CONSTANT (86400000))
#define LAN_CARRY_CARRIERS_MAX 3 /* of one letter */

/** A row of the store, before lan_core_start(). */
void lan_core_load_carried (LanCore *core, const LanCarriedRow *row);

/**
 * Whether this profile carries for others; kept, and told to everybody at hand. What was taken
 * before it was turned off is still handed over.
 */
void lan_core_set_carrying (LanCore *core, gboolean on, const LanTime *now);
gboolean lan_core_get_carrying (LanCore *core);

/** Answer to READ_CARRIED. @envelope: (nullable): it is not there. */
void lan_core_carried_read (LanCore *core, const LanMessageId *id, GBytes *envelope,
                            const LanTime *now);

/** Who holds an own record, when its state is CARRIED; of a group's, one of those. @carrier: (out). */
gboolean lan_core_record_carrier (LanCore *core, const LanRecordRow *row, LanAccountId *carrier);

typedef struct {
  guint held;         /* letters here for others */
  guint64 held_bytes; /* of these */
  guint receipts;     /* handed over, and their authors do not know yet */
  guint parcels;      /* own letters that carriers have */
  guint64 fetched;    /* letters for us that came */
  guint64 refused;    /* altered, unreadable, or not what was asked for */
  guint64 over_limit; /* not taken: quota or an author's limit */
} LanCarryCounters;

void lan_core_get_carry_counters (LanCore *core, LanCarryCounters *out);

G_END_DECLS
