/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What a chat says about calls that are over. */
#pragma once

#include "lan-node.h"

G_BEGIN_DECLS

/** Returns: (transfer full): the words for @message, of LAN_MESSAGE_KIND_CALL: "Missed call". */
char *lan_call_text (LanMessage *message) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when @message is a call of the other side that nobody here answered or declined. */
gboolean lan_call_text_is_missed (LanMessage *message);

G_END_DECLS
