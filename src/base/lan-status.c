/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-status.h"

static const struct {
  const char *name;
  const char *text;
} statuses[] = {
#define X(name, text) { #name, text },
  LAN_STATUS_LIST (X)
#undef X
};

const char *
lan_status_text (LanStatus status)
{
  return (guint) status < LAN_STATUS_N ? statuses[status].text : "unknown status";
}

const char *
lan_status_name (LanStatus status)
{
  return (guint) status < LAN_STATUS_N ? statuses[status].name : "UNKNOWN";
}
