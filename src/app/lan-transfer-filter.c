/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-transfer-filter.h"

#include <glib/gi18n.h>

LanTransferPart
lan_transfer_filter_part (LanTransfer *transfer)
{
  switch (lan_transfer_get_status (transfer)) {
  case LAN_TRANSFER_STATUS_OFFERED:
    return lan_transfer_get_incoming (transfer) ? LAN_TRANSFER_PART_OFFERS
                                                : LAN_TRANSFER_PART_WAITING;
  case LAN_TRANSFER_STATUS_ACCEPTED:
  case LAN_TRANSFER_STATUS_RUNNING:
  case LAN_TRANSFER_STATUS_VERIFYING:
    return LAN_TRANSFER_PART_RUNNING;
  case LAN_TRANSFER_STATUS_PAUSED:
    return LAN_TRANSFER_PART_WAITING;
  case LAN_TRANSFER_STATUS_FAILED:
    return LAN_TRANSFER_PART_FAILED;
  case LAN_TRANSFER_STATUS_DONE:
  case LAN_TRANSFER_STATUS_DECLINED:
  case LAN_TRANSFER_STATUS_CANCELLED:
  default:
    return LAN_TRANSFER_PART_DONE;
  }
}

const char *
lan_transfer_filter_title (LanTransferPart part)
{
  switch (part) {
  case LAN_TRANSFER_PART_OFFERS:
    return _ ("Needs your answer");
  case LAN_TRANSFER_PART_RUNNING:
    return _ ("Running");
  case LAN_TRANSFER_PART_WAITING:
    return _ ("Waiting");
  case LAN_TRANSFER_PART_FAILED:
    return _ ("Failed");
  case LAN_TRANSFER_PART_DONE:
    return _ ("Done");
  case LAN_TRANSFER_PART_ALL:
  case LAN_TRANSFER_N_PARTS:
  default:
    return _ ("All");
  }
}

const char *
lan_transfer_filter_icon (LanTransferPart part)
{
  switch (part) {
  case LAN_TRANSFER_PART_OFFERS:
    return "mail-unread-symbolic";
  case LAN_TRANSFER_PART_RUNNING:
    return "media-playback-start-symbolic";
  case LAN_TRANSFER_PART_WAITING:
    return "media-playback-pause-symbolic";
  case LAN_TRANSFER_PART_FAILED:
    return "dialog-warning-symbolic";
  case LAN_TRANSFER_PART_DONE:
    return "object-select-symbolic";
  case LAN_TRANSFER_PART_ALL:
  case LAN_TRANSFER_N_PARTS:
  default:
    return "view-list-symbolic";
  }
}
