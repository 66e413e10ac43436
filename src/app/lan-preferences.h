/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a person can set. Every row acts at once; nothing has to be applied.
 */
#pragma once

#include <handy.h>

#include "lan-settings.h"

G_BEGIN_DECLS

#define LAN_TYPE_PREFERENCES (lan_preferences_get_type ())
G_DECLARE_FINAL_TYPE (LanPreferences, lan_preferences, LAN, PREFERENCES, HdyPreferencesWindow)

/** Emits "changed" when something was set that windows have to look at again. */
GtkWidget *lan_preferences_new (LanNode *node, LanWindowState *state);

G_END_DECLS
