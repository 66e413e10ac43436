/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* How far a message is, as icon and in words. */
#pragma once

#include <lan-message.h>

G_BEGIN_DECLS

/** Returns: (transfer none) (nullable): the name of an icon; NULL: none, as for others' messages. */
const char *lan_message_state_icon (LanMessageStatus status);

/** A few words in the language of the interface, "" for others' messages. (transfer full) */
char *lan_message_state_words (LanMessage *message);

G_END_DECLS
