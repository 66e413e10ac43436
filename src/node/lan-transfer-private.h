/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanTransfer, for the node that makes and updates it. Owner's context. */
#pragma once

#include "lan-event.h"
#include "lan-transfer.h"

G_BEGIN_DECLS

/** @person is referenced. */
LanTransfer *lan_transfer_new (LanPerson *person, const LanMessageId *id);

/** Takes the contents of @info over and notifies what differs. Returns: whether anything did. */
gboolean lan_transfer_apply (LanTransfer *self, LanTransferInfo *info);
const LanTransferInfo *lan_transfer_peek_info (LanTransfer *self);

G_END_DECLS
