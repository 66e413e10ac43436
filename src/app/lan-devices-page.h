/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The preferences' page about the person's own computers: which there are, revoke one, add one, and,
 * on a fresh profile, make this computer one of somebody's.
 */
#pragma once

#include "lan-node.h"

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_DEVICES_PAGE (lan_devices_page_get_type ())
G_DECLARE_FINAL_TYPE (LanDevicesPage, lan_devices_page, LAN, DEVICES_PAGE, HdyPreferencesPage)

/** Once, before it is shown. */
void lan_devices_page_set_node (LanDevicesPage *self, LanNode *node);

G_END_DECLS
