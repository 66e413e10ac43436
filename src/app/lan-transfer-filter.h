/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The parts of the list of transfers, top to bottom.
 */
#pragma once

#include <lan-transfer.h>

G_BEGIN_DECLS

typedef enum {
  LAN_TRANSFER_PART_ALL = -1,
  LAN_TRANSFER_PART_OFFERS,
  LAN_TRANSFER_PART_RUNNING,
  LAN_TRANSFER_PART_WAITING,
  LAN_TRANSFER_PART_FAILED,
  LAN_TRANSFER_PART_DONE,
  LAN_TRANSFER_N_PARTS,
} LanTransferPart;

/** Returns: the part @transfer stands in. */
LanTransferPart lan_transfer_filter_part (LanTransfer *transfer);

/** Returns: the heading of @part, translated; static. */
const char *lan_transfer_filter_title (LanTransferPart part);

/** Returns: the icon of @part; static. */
const char *lan_transfer_filter_icon (LanTransferPart part);

G_END_DECLS
