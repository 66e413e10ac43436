/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A heap of deadlines for machines that are told the time. Equal deadlines fire in the order in
 * which they were set. A deadline is named by a pointer key and a small number; setting it again
 * moves it. No clock is read here. One thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_NO_DEADLINE G_MAXINT64

typedef struct _LanDeadlines LanDeadlines;

LanDeadlines *lan_deadlines_new (void);
void lan_deadlines_free (LanDeadlines *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanDeadlines, lan_deadlines_free)

/** Sets or moves the deadline (@key, @what) to @due_us. @key is compared, never dereferenced. */
void lan_deadlines_set (LanDeadlines *d, gpointer key, guint what, gint64 due_us);
void lan_deadlines_cancel (LanDeadlines *d, gpointer key, guint what);

/** Cancels every deadline of @key: call it before @key is freed. */
void lan_deadlines_cancel_all (LanDeadlines *d, gpointer key);

/** Returns: the earliest deadline, or LAN_NO_DEADLINE. */
gint64 lan_deadlines_next (const LanDeadlines *d);

/** Takes the earliest deadline out if it is due at @now_us; FALSE when none is. */
gboolean lan_deadlines_pop (LanDeadlines *d, gint64 now_us, gpointer *key, guint *what);

gsize lan_deadlines_count (const LanDeadlines *d);

G_END_DECLS
