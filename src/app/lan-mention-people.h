/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Whom one can call with an "@" in a chat: the other person or the members of a group, and everybody.
 */
#pragma once

#include <lan-node.h>

#include "lan-mention-popup.h"

G_BEGIN_DECLS

/** Lets @popup complete the people of the chat with @person (nullable: nobody). */
void lan_mention_people_follow (LanMentionPopup *popup, LanPerson *person);

/** Returns: (transfer full): names that are emphasised behind an "@" there, one's own among them. */
char **lan_mention_people_names (LanNode *node, LanPerson *person);

G_END_DECLS
