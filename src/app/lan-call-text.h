/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* All words about calls: of those that are over in a chat, and of the one that goes on. */
#pragma once

#include "lan-node.h"

G_BEGIN_DECLS

/** Returns: (transfer full): the words for @message, of LAN_MESSAGE_KIND_CALL: "Missed call". */
char *lan_call_text (LanMessage *message) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when @message is a call of the other side that nobody here answered or declined. */
gboolean lan_call_text_is_missed (LanMessage *message);

/** Returns: (transfer full): "李伟 is calling", or whom @call is with. */
char *lan_call_text_title (LanCall *call) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): how @call stands at @now_ms, Unix milliseconds: "1:05 · good"; "" when over. */
char *lan_call_text_state (LanCall *call, gint64 now_ms) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (nullable): what is wrong with @call, or why it did not come about; NULL: nothing to be said. */
const char *lan_call_text_trouble (LanCall *call);

G_END_DECLS
