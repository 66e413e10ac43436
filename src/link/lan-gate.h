/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Who may begin another handshake (SECURITY 8.5, amendment j): a limit on unfinished ones per
 * address and in all, and a bucket of failures per address. Addresses are 16 bytes, IPv4 mapped.
 * Finished lanes do not count: whole offices sit behind one address. Bounded; pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_GATE_ADDRESS_BYTES 16
#define LAN_GATE_ENTRIES_MAX   2048

typedef struct _LanGate LanGate;

LanGate *lan_gate_new (guint unfinished_per_address, guint failures_per_second,
                       guint unfinished_max) G_GNUC_WARN_UNUSED_RESULT;
void lan_gate_free (LanGate *gate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanGate, lan_gate_free)

/** FALSE: to be closed at once. TRUE: one more is unfinished, until lan_gate_leave(). */
gboolean lan_gate_enter (LanGate *gate, const guint8 address[LAN_GATE_ADDRESS_BYTES],
                         gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_gate_leave (LanGate *gate, const guint8 address[LAN_GATE_ADDRESS_BYTES],
                     gboolean has_failed, gint64 now_us);

guint lan_gate_unfinished (const LanGate *gate);
guint lan_gate_entries (const LanGate *gate);

G_END_DECLS
