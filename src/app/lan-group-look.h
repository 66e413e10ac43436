/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What is said of groups, in the words of the person's language. */
#pragma once

#include <lan-node.h>

G_BEGIN_DECLS

/** What was done to a group, as a sentence: of messages of the kind EVENT. (transfer full) */
char *lan_group_look_event (LanMessage *message);

/** How many are in it, and its topic. (transfer full) */
char *lan_group_look_line (LanGroupChat *group);

/** Returns: (transfer full) (nullable): who is writing just now. */
char *lan_group_look_typing (LanGroupChat *group);

/** "Owner", "Administrator", "Member". */
const char *lan_group_look_role (LanGroupChatRole role);

/** Who has an own message of a group, and who has read it, in two lines; NULL elsewhere. */
char *lan_group_look_readers (LanMessage *message);

/** Why nothing can be written into it; NULL: it can. */
const char *lan_group_look_closed (LanGroupChat *group);

G_END_DECLS
