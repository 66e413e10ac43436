/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Structured logs: one line each on standard error, `time level event key=value …`. No content and no message
 * ids ever; addresses only where a connection was refused or broke a rule. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  LAN_HUB_LOG_ERROR,
  LAN_HUB_LOG_NOTICE,
  LAN_HUB_LOG_INFO,
  LAN_HUB_LOG_DEBUG,
} LanHubLogLevel;

void lan_hub_log_set_level (LanHubLogLevel level);

/** @format gives "key=value key=value"; quote values that may hold spaces with lan_hub_log_quote(). */
void lan_hub_log (LanHubLogLevel level, const char *event, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/** Returns: (transfer full): @text in quotes, with escapes, so that it stays one value on one line. */
char *lan_hub_log_quote (const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
