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

/**
 * LanGroupReaders: who has an own message of a group (arrays of LanPerson, borrowed)
 * @read: who has read it
 * @delivered: who has it, and has not read it
 * @waiting: who has not got it
 *
 * Without oneself; each member in one of them.
 */
typedef struct {
  GPtrArray *read;
  GPtrArray *delivered;
  GPtrArray *waiting;
} LanGroupReaders;

/** Whether @message is one's own in a group, of which lan_group_look_sort_readers() can tell. */
gboolean lan_group_look_has_readers (LanMessage *message);

/** Only where there are readers. (transfer full) */
LanGroupReaders *lan_group_look_sort_readers (LanMessage *message);
void lan_group_readers_free (LanGroupReaders *readers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanGroupReaders, lan_group_readers_free)

/** "3 of 5" while some do not have it, "Read by 3 of 5" while some have not read it. (transfer full) (nullable) */
char *lan_group_look_share (LanMessage *message);

/** Why nothing can be written into it; NULL: it can. */
const char *lan_group_look_closed (LanGroupChat *group);

G_END_DECLS
