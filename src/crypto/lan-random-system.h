/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The production source of random bytes: the kernel's, by way of libsodium. Safe after fork, any
 * thread.
 */
#pragma once

#include "lan-random.h"

G_BEGIN_DECLS

/** Returns: (transfer none): the source; lives as long as the program. */
const LanRandom *lan_random_system (void);

G_END_DECLS
