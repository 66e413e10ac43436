/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What opening the store hands back: everything the machines need in memory to go on where they
 * stopped. Record contents are not in it (they are read by page), only the newest one a
 * conversation shows. A plain value; any one thread at a time.
 */
#pragma once

#include "lan-change.h"

G_BEGIN_DECLS

/* One conversation as the list shows it. */
typedef struct {
  LanConversationRow row;
  guint unread;       /* records on screen, not own, whose hlc is above row.own_read_hlc; counted
                       * up to LAN_SNAPSHOT_UNREAD_MAX */
  LanRecordRow *last; /* newest on screen by screen order, NULL when nothing was said */
} LanConversationPreview;

/* The newest record of one log; logs without records have no head. */
typedef struct {
  LanConversationId conversation;
  LanDeviceId device; /* author's device */
  guint64 seq;
  LanHash hash;
  guint64 hlc;
  guint64 order; /* on screen, LanRecordRow.order */
} LanLogHead;

#define LAN_SNAPSHOT_EARLY_MAX  4096
#define LAN_SNAPSHOT_UNREAD_MAX 1000

/* A message by its name. */
typedef struct {
  LanAccountId author;
  LanMessageId message;
} LanMessageKey;

typedef struct {
  GPtrArray *persons;       /* of LanPersonRow */
  GPtrArray *devices;       /* of LanDeviceRow */
  GPtrArray *conversations; /* of LanConversationPreview, newest last message first */
  GArray *heads;            /* of LanLogHead, by conversation and device */
  GArray *vectors;          /* of LanVectorRow */
  GPtrArray *transfers;     /* of LanTransferRow: all unfinished, then the 200 newest others */
  GPtrArray *addresses;     /* of LanAddressRow, newest first for each device */
  GPtrArray *settings;      /* of LanSettingRow, by key */
  GArray *early;            /* of LanMessageKey: not on screen, but something was said about them */
  GPtrArray *group_items;   /* of LanGroupItemRow, greatest kind first, then as they came */
  GPtrArray *share_items;   /* of LanShareItemRow, by share, kind and key */
  GPtrArray *carried;       /* of LanCarriedRow without the letters, as they came */
} LanSnapshot;

/** Returns: (transfer full): a snapshot with empty arrays that free their rows. */
LanSnapshot *lan_snapshot_new (void) G_GNUC_WARN_UNUSED_RESULT;

void lan_snapshot_free (LanSnapshot *snapshot);

/** Returns: (transfer none) (nullable): the value stored under @key. */
GBytes *lan_snapshot_get_setting (const LanSnapshot *snapshot, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanSnapshot, lan_snapshot_free)

G_END_DECLS
