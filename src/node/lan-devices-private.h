/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanDevices, for the node that makes and updates it. Owner's context. */
#pragma once

#include "lan-devices.h"
#include "lan-event.h"
#include "lan-node.h"

G_BEGIN_DECLS

/** @node is borrowed, until lan_devices_cut(). */
LanDevices *lan_devices_new (LanNode *node);
void lan_devices_cut (LanDevices *self);

/** @devices: of LanDeviceInfo. */
void lan_devices_apply (LanDevices *self, GPtrArray *devices);
void lan_devices_apply_link (LanDevices *self, LanDeviceLinkInfo *info);

G_END_DECLS
