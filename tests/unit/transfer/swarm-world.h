/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A file that peer 0 offers to others who can reach each other: what the tests of swarms share. */
#pragma once

#include "transfer-world.h"

/** Peer 0 has "/out/film", and its uplink is the bottleneck. */
World *swarm_world (guint64 seed, gsize leaves);
/** Peers @from to @to, each with each. */
void swarm_join_all (World *w, int from, int to);
/** Peers 1 to @n take what they were offered into "/in". */
void swarm_accept_all (World *w, int n);
/** Runs until peers 1 to @n have it, byte for byte. */
void swarm_finish (World *w, int n);
