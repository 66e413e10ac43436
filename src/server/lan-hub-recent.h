/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Deposits that the database holds but has not sorted in yet. Two indices of the mailbox have keys in no order
 * of time (who sent what; what lies for whom): written with each deposit they would put two whole pages
 * on the disk for one envelope. So a deposit is written to the ends of tables only, is found
 * here in memory, and goes into the indices later, many at a time in the order of the keys.
 *
 *   add() --> young, when full --> old, which next_seen()/next_place() hand out sorted --> forgotten
 *
 * What a transaction adds or hands out is taken back by undo() until keep() is called. No I/O;
 * the rows are lan-hub-db-recent.c's. Bounded: twice LAN_HUB_RECENT_MAX, about 120 bytes each.
 */
#pragma once

#include "lan-registry-op.h"
#include "lan-server-frame.h"

G_BEGIN_DECLS

#define LAN_HUB_RECENT_MAX 65536

typedef struct _LanHubRecent LanHubRecent;
typedef struct _LanHubDeposit LanHubDeposit;

struct _LanHubDeposit {
  LanDeviceId from;
  LanDeviceId to;
  guint8 id[LAN_SERVER_DEPOSIT_ID_BYTES];
  guint64 mail_id;
  gint64 time_ms;
  gint64 expires_ms;
  guint32 size; /* of the envelope */
  /*< private >*/
  guint32 is_gone;      /* its envelope is not in the database any more */
  LanHubDeposit *older; /* for the same device, in the same generation */
};

LanHubRecent *lan_hub_recent_new (guint max) G_GNUC_WARN_UNUSED_RESULT;
void lan_hub_recent_free (LanHubRecent *recent);

/** Returns: (transfer none) (nullable): the deposit of that id. */
const LanHubDeposit *lan_hub_recent_find (LanHubRecent *recent, const LanDeviceId *from,
                                          const guint8 *id);

/** Copies @deposit; its mail_id must be greater than all before. Returns: (transfer none): it, until forgotten or undone. */
const LanHubDeposit *lan_hub_recent_add (LanHubRecent *recent, const LanHubDeposit *deposit);

/** The envelope of @mail_id, whoever's it is, was deleted: it gets no place. */
void lan_hub_recent_drop (LanHubRecent *recent, guint64 mail_id);

/** All that expired until @now_ms were. */
void lan_hub_recent_expire (LanHubRecent *recent, gint64 now_ms);

/** Returns: (transfer full) (element-type guint64): ids above @after for @to, ascending. */
GArray *lan_hub_recent_ids (LanHubRecent *recent, const LanDeviceId *to, guint64 after);

/** The next one of the old generation in the order of sender and id; NULL: all were handed out. */
const LanHubDeposit *lan_hub_recent_next_seen (LanHubRecent *recent);

/** The next one of the old generation in the order of recipient and number, whose envelope is still there. */
const LanHubDeposit *lan_hub_recent_next_place (LanHubRecent *recent);

/** TRUE when the old generation was handed out whole; @upto: its greatest mail id. */
gboolean lan_hub_recent_is_sorted (LanHubRecent *recent, guint64 *upto);

/** The transaction is on the disk. @sorted: so is the end of the old generation. */
void lan_hub_recent_keep (LanHubRecent *recent, gboolean sorted);

/** The transaction is not: everything as it was at the last keep(). */
void lan_hub_recent_undo (LanHubRecent *recent);

G_END_DECLS
