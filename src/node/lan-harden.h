/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Keeps keys out of core files and from other processes of the user (SECURITY 9). Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Forbids core dumps and ptrace for this process; done once, failures are logged. */
void lan_harden_process (void);

G_END_DECLS
