/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The one-time secrets a listener answers to: found by lane id, used up by the first handshake that
 * knows them, gone when their time is over. Pure: time is passed in. Private to this module.
 */
#pragma once

#include "lan-listener.h"

G_BEGIN_DECLS

typedef struct _LanExpectations LanExpectations;

LanExpectations *lan_expectations_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_expectations_free (LanExpectations *all);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanExpectations, lan_expectations_free)

gboolean lan_expectations_add (LanExpectations *all, const LanListenerExpect *expect,
                               gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_expectations_remove (LanExpectations *all, const guint8 lane_id[LAN_LANE_ID_BYTES]);

/** TRUE while any secret of that kind and pattern waits to be used. */
gboolean lan_expectations_has (LanExpectations *all, LanLaneKind kind, LanLanePattern pattern,
                               gint64 now_us);

/** A lane of @kind is being dialled: whoever expects one hears of it. */
void lan_expectations_tell_tried (LanExpectations *all, LanListener *listener, LanLaneKind kind,
                                  gint64 now_us);

/** Copies the secret of @lane_id; FALSE when there is none, or it is used or too old. */
gboolean lan_expectations_find (LanExpectations *all, LanLaneKind kind,
                                const guint8 lane_id[LAN_LANE_ID_BYTES], guint8 psk[LAN_KEY_BYTES],
                                gint64 now_us);

/** Uses it up: TRUE once. */
gboolean lan_expectations_use (LanExpectations *all, LanListener *listener, LanLaneKind kind,
                               const guint8 lane_id[LAN_LANE_ID_BYTES], gint64 now_us);

/** Takes out what was used, without its secret; FALSE when it was removed meanwhile. */
gboolean lan_expectations_take (LanExpectations *all, LanLaneKind kind,
                                const guint8 lane_id[LAN_LANE_ID_BYTES], LanListenerExpect *expect);

G_END_DECLS
