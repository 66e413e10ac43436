/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How two devices get a bulk lane (SECURITY 1.4, NNpsk0). Over the channel they have, one of them
 * (the initiator) tells the other a random lane id, its addresses and its port; both make an opening with the
 * one-time secrets that lan_channel_export_psk() gives for that id: then each dials all addresses of
 * the other, and each listens. The initiator takes the first connection whose handshake is done,
 * says so on it, and closes the others; the other side believes what the initiator says.
 *
 * One opening makes one lane, once: a secret is used up by the first handshake that knows it, and
 * dies after LAN_BULK_OPENING_US. One GMainContext.
 */
#pragma once

#include "lan-bulk-lane.h"
#include "lan-listener.h"

G_BEGIN_DECLS

#define LAN_BULK_OPENING_US    (10 * G_USEC_PER_SEC) /* SECURITY 1.4: at most 30 s */
#define LAN_BULK_ADDRESSES_MAX 16

typedef struct _LanBulkOpening LanBulkOpening;

typedef struct {
  gboolean is_initiator; /* ours was the first word about this lane id */
  guint8 lane_id[LAN_LANE_ID_BYTES];
  guint8 psk_dial[LAN_KEY_BYTES];   /* lan_channel_export_psk (…, TRUE): when we dial */
  guint8 psk_listen[LAN_KEY_BYTES]; /* lan_channel_export_psk (…, FALSE): when they do */
  LanListener *listener;            /* borrowed for the opening's life; NULL: only dials */
  GPtrArray *addresses;             /* of GSocketAddress, theirs; NULL or empty: only listens */
} LanBulkOpeningConfig;

/* Once: @lane is (transfer full), give it lan_bulk_lane_start() before returning; NULL: no direct way. The
 * opening may be freed inside. */
typedef void (*LanBulkOpeningDone) (LanBulkOpening *opening, LanBulkLane *lane, gpointer data);

/** Never blocks; @config is copied, wipe yours. done() comes from the main loop. */
LanBulkOpening *lan_bulk_opening_new (const LanBulkOpeningConfig *config, LanBulkOpeningDone done,
                                      gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/** Gives up what is under way, without a callback. NULL is allowed. */
void lan_bulk_opening_free (LanBulkOpening *opening);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBulkOpening, lan_bulk_opening_free)

G_END_DECLS
