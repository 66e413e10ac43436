/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Tells a forked child from its parent without a system call: a word of memory that the kernel
 * wipes in children. A child that went on with the parent's keys and counters would use nonces
 * twice (SECURITY section 10, row 37). Private to this module. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Returns: this process's token, to be kept beside a key; another one in every child. */
guint64 lan_fork_guard_token (void);

/** FALSE in a process that is not the one the token was made in. */
gboolean lan_fork_guard_holds (guint64 token);

G_END_DECLS
