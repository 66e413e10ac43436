/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Connects to the first of several addresses that answers (RFC 8305): the next is tried when the
 * one before failed, or did not answer within LAN_LANE_RACE_STAGGER_US. Private to this module.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LanLaneRace LanLaneRace;

/** @done comes once, from the main loop: (transfer full) socket, or NULL when nothing answered. */
LanLaneRace *lan_lane_race_new (GPtrArray *addresses,
                                void (*done) (GSocket *socket, GSocketAddress *address,
                                              gpointer data),
                                gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void lan_lane_race_free (LanLaneRace *race);

G_END_DECLS
