/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The accept gate: who may have one more connection that is not logged in (SECURITY 8.5, amendment j).
 * Counted are unfinished handshakes and failures of an address, never connections: a whole office
 * sits behind one. IPv6 counts by /64. Told the time; no I/O. One thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint handshakes;  /* unfinished, of one address */
  guint failures;    /* a second, of one address */
  guint unfinished;  /* of all */
  guint connections; /* of all */
} LanHubGateLimits;

/* An address as the gate counts it: IPv4 mapped, or the first 64 bits of IPv6. */
typedef struct {
  guint8 b[16];
} LanHubGateKey;

struct sockaddr;
void lan_hub_gate_key (LanHubGateKey *key, const struct sockaddr *address);

typedef struct _LanHubGate LanHubGate;

typedef enum {
  LAN_HUB_GATE_OPEN,
  LAN_HUB_GATE_ADDRESS,  /* too many unfinished of this address */
  LAN_HUB_GATE_FAILURES, /* too many failures of this address */
  LAN_HUB_GATE_TOTAL,    /* too many unfinished in all */
  LAN_HUB_GATE_FULL,     /* too many connections in all */
  LAN_HUB_GATE_N
} LanHubGateAnswer;

const char *lan_hub_gate_answer_name (LanHubGateAnswer answer);

LanHubGate *lan_hub_gate_new (const LanHubGateLimits *limits) G_GNUC_WARN_UNUSED_RESULT;
void lan_hub_gate_free (LanHubGate *gate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanHubGate, lan_hub_gate_free)
void lan_hub_gate_set_limits (LanHubGate *gate, const LanHubGateLimits *limits);

/** A connection came; OPEN counts it as unfinished. */
LanHubGateAnswer lan_hub_gate_enter (LanHubGate *gate, const LanHubGateKey *key, gint64 now_us);

/** It logged in. */
void lan_hub_gate_finish (LanHubGate *gate, const LanHubGateKey *key);

/** It is gone. @was_finished: lan_hub_gate_finish() was called; @failed: it broke a rule. */
void lan_hub_gate_leave (LanHubGate *gate, const LanHubGateKey *key, gboolean was_finished,
                         gboolean failed, gint64 now_us);

guint lan_hub_gate_unfinished (const LanHubGate *gate);
guint lan_hub_gate_connections (const LanHubGate *gate);

/** Addresses remembered; those without unfinished connections are forgotten a second later. */
guint lan_hub_gate_addresses (LanHubGate *gate, gint64 now_us);

G_END_DECLS
