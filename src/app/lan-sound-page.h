/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The preferences' page about microphone and loudspeaker: which to use in calls, and a call to oneself
 * to try them. Looks at devices only while it is on the screen.
 */
#pragma once

#include "lan-node.h"

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_SOUND_PAGE (lan_sound_page_get_type ())
G_DECLARE_FINAL_TYPE (LanSoundPage, lan_sound_page, LAN, SOUND_PAGE, HdyPreferencesPage)

/** Once, before it is shown. */
void lan_sound_page_set_node (LanSoundPage *self, LanNode *node);

G_END_DECLS
