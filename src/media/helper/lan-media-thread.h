/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the threads of pictures have in common: they stand back behind sound, and wake the main context. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LanMediaPull LanMediaPull;

/** @func is called in the main context, after sound, once for any number of wakes. */
LanMediaPull *lan_media_pull_new (void (*func) (gpointer data), gpointer data);
void lan_media_pull_free (LanMediaPull *pull);

/** From any thread. */
void lan_media_pull_wake (LanMediaPull *pull);

/** The calling thread goes behind others when there is little time. */
void lan_media_thread_be_nice (void);

G_END_DECLS
