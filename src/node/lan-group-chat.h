/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A group, a discussion or a temporary chat. It is written to like a person: lan_group_chat_get_peer()
 * is what lan_node_send_text(), lan_node_open_conversation(), lan_node_read_history_async() and all other
 * calls that take a #LanPerson take for it. Made by its LanNode only, which lists those that one is, or
 * was, a member of: lan_node_get_groups().
 */
#pragma once

#include "lan-api.h"
#include "lan-message.h"
#include "lan-person.h"

G_BEGIN_DECLS

/**
 * LanGroupChatKind:
 * @LAN_GROUP_CHAT_KIND_GROUP: a group, with a name and roles
 * @LAN_GROUP_CHAT_KIND_DISCUSSION: made from a selection of people, named after them
 * @LAN_GROUP_CHAT_KIND_TEMPORARY: ends by itself
 *
 * As everybody in it sees it. Append-only.
 */
typedef enum {
  LAN_GROUP_CHAT_KIND_GROUP = 1,
  LAN_GROUP_CHAT_KIND_DISCUSSION = 2,
  LAN_GROUP_CHAT_KIND_TEMPORARY = 3,
} LanGroupChatKind;

/**
 * LanGroupChatRole:
 * @LAN_GROUP_CHAT_ROLE_NONE: no member
 * @LAN_GROUP_CHAT_ROLE_MEMBER: reads and writes
 * @LAN_GROUP_CHAT_ROLE_ADMINISTRATOR: also takes people in and out, renames
 * @LAN_GROUP_CHAT_ROLE_OWNER: also gives roles, and ends it
 *
 * What somebody may do. Append-only.
 */
typedef enum {
  LAN_GROUP_CHAT_ROLE_NONE = 0,
  LAN_GROUP_CHAT_ROLE_MEMBER = 1,
  LAN_GROUP_CHAT_ROLE_ADMINISTRATOR = 2,
  LAN_GROUP_CHAT_ROLE_OWNER = 3,
} LanGroupChatRole;

/**
 * LanGroupChatMember:
 * @person: who
 * @role: what they may do
 * @forked: their device was seen to say different things to different people
 * @typing: they are writing here just now
 *
 * Somebody in a group.
 */
typedef struct {
  LanPerson *person;
  LanGroupChatRole role;
  gboolean forked;
  gboolean typing;
  /*< private >*/
  guint64 delivered;
  guint64 read;
} LanGroupChatMember;

#define LAN_TYPE_GROUP_CHAT_MEMBER (lan_group_chat_member_get_type ())
LAN_API GType lan_group_chat_member_get_type (void) G_GNUC_CONST;
LAN_API LanGroupChatMember *lan_group_chat_member_copy (const LanGroupChatMember *member);
LAN_API void lan_group_chat_member_free (LanGroupChatMember *member);

#define LAN_TYPE_GROUP_CHAT (lan_group_chat_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanGroupChat, lan_group_chat, LAN, GROUP_CHAT, GObject)

/**
 * lan_group_chat_get_id:
 *
 * Returns: (transfer none): 32 lower-case hex digits.
 */
LAN_API const char *lan_group_chat_get_id (LanGroupChat *self);

/**
 * lan_group_chat_get_peer:
 *
 * Returns: (transfer none): what the calls that take a person take for it.
 */
LAN_API LanPerson *lan_group_chat_get_peer (LanGroupChat *self);

/**
 * lan_group_chat_get_name:
 *
 * Returns: (transfer none): its name, or the names of its members where it has none; one clean line.
 */
LAN_API const char *lan_group_chat_get_name (LanGroupChat *self);

/**
 * lan_group_chat_get_own_name:
 *
 * Returns: (transfer none): the name that it was given, "" where it was given none.
 */
LAN_API const char *lan_group_chat_get_own_name (LanGroupChat *self);

/**
 * lan_group_chat_get_topic:
 *
 * Returns: (transfer none): "" when there is none.
 */
LAN_API const char *lan_group_chat_get_topic (LanGroupChat *self);

/**
 * lan_group_chat_get_picture:
 *
 * Returns: (transfer none) (nullable): PNG or JPEG of at most 32 KiB that a member chose; not to be trusted.
 */
LAN_API GBytes *lan_group_chat_get_picture (LanGroupChat *self);
LAN_API LanGroupChatKind lan_group_chat_get_kind (LanGroupChat *self);

/**
 * lan_group_chat_get_role:
 *
 * Returns: one's own role; %LAN_GROUP_CHAT_ROLE_NONE once one has left or was removed.
 */
LAN_API LanGroupChatRole lan_group_chat_get_role (LanGroupChat *self);

/**
 * lan_group_chat_get_open_history:
 *
 * Returns: whether newcomers may read what was written before they came.
 */
LAN_API gboolean lan_group_chat_get_open_history (LanGroupChat *self);

/**
 * lan_group_chat_get_ended:
 *
 * Returns: whether nobody can write any more: ended by an owner, or its time is over.
 */
LAN_API gboolean lan_group_chat_get_ended (LanGroupChat *self);

/**
 * lan_group_chat_get_ends:
 *
 * Returns: Unix milliseconds at which a temporary one ends, 0: not by itself.
 */
LAN_API gint64 lan_group_chat_get_ends (LanGroupChat *self);

/**
 * lan_group_chat_get_invited:
 *
 * Returns: whether one was taken in by somebody whose key was not compared, and has not agreed yet.
 */
LAN_API gboolean lan_group_chat_get_invited (LanGroupChat *self);

/**
 * lan_group_chat_get_inviter:
 *
 * Returns: (transfer none) (nullable): who took one in.
 */
LAN_API LanPerson *lan_group_chat_get_inviter (LanGroupChat *self);

/**
 * lan_group_chat_get_muted:
 *
 * Returns: whether it gives no notice.
 */
LAN_API gboolean lan_group_chat_get_muted (LanGroupChat *self);

/**
 * lan_group_chat_get_forks:
 *
 * Returns: how many of its operations did not know of each other.
 */
LAN_API guint lan_group_chat_get_forks (LanGroupChat *self);

/**
 * lan_group_chat_get_members:
 *
 * Returns: (transfer none) (element-type LanGroupChatMember): in the order in which they came.
 */
LAN_API GPtrArray *lan_group_chat_get_members (LanGroupChat *self);

/**
 * lan_group_chat_find_member:
 *
 * Returns: (transfer none) (nullable): %NULL for who is no member.
 */
LAN_API const LanGroupChatMember *lan_group_chat_find_member (LanGroupChat *self,
                                                              LanPerson *person);

/**
 * lan_group_chat_list_readers:
 * @message: an own message in this group
 * @read: those who have read it, else all who have it on their disk
 *
 * Returns: (transfer container) (element-type LanPerson): without oneself.
 */
LAN_API GPtrArray *lan_group_chat_list_readers (LanGroupChat *self, LanMessage *message,
                                                gboolean read);

/**
 * lan_group_chat_may_manage:
 *
 * Returns: whether one may take people in, and change name, topic and picture: administrators and owners
 *   of a group, every member of others.
 */
LAN_API gboolean lan_group_chat_may_manage (LanGroupChat *self);

/**
 * lan_group_chat_may_remove:
 *
 * Returns: whether one may take this member out.
 */
LAN_API gboolean lan_group_chat_may_remove (LanGroupChat *self, LanPerson *person);

/**
 * lan_group_chat_join:
 *
 * Agrees to an invitation.
 */
LAN_API void lan_group_chat_join (LanGroupChat *self);

/**
 * lan_group_chat_set_muted:
 * @muted: no notice of new messages
 */
LAN_API void lan_group_chat_set_muted (LanGroupChat *self, gboolean muted);

/**
 * lan_group_chat_add_async:
 * @people: (element-type LanPerson): who is to come in
 *
 * Takes people in. See lan_group_chat_change_finish(), as for all that follow.
 */
LAN_API void lan_group_chat_add_async (LanGroupChat *self, GPtrArray *people,
                                       GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);

/**
 * lan_group_chat_remove_async:
 *
 * Takes somebody out: what is written from now on they cannot read.
 */
LAN_API void lan_group_chat_remove_async (LanGroupChat *self, LanPerson *person,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);

/**
 * lan_group_chat_leave_async:
 *
 * Leaves, or declines an invitation.
 */
LAN_API void lan_group_chat_leave_async (LanGroupChat *self, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_group_chat_set_role_async:
 * @role: not %LAN_GROUP_CHAT_ROLE_NONE
 */
LAN_API void lan_group_chat_set_role_async (LanGroupChat *self, LanPerson *person,
                                            LanGroupChatRole role, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_group_chat_rename_async:
 * @name: may be empty
 */
LAN_API void lan_group_chat_rename_async (LanGroupChat *self, const char *name,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);

/**
 * lan_group_chat_set_topic_async:
 * @topic: may be empty
 */
LAN_API void lan_group_chat_set_topic_async (LanGroupChat *self, const char *topic,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_group_chat_set_picture_async:
 * @picture: (nullable): PNG or JPEG of at most 32 KiB; %NULL: none
 */
LAN_API void lan_group_chat_set_picture_async (LanGroupChat *self, GBytes *picture,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_group_chat_set_open_history_async:
 * @open: whether newcomers may read what was written before
 */
LAN_API void lan_group_chat_set_open_history_async (LanGroupChat *self, gboolean open,
                                                    GCancellable *cancellable,
                                                    GAsyncReadyCallback callback,
                                                    gpointer user_data);

/**
 * lan_group_chat_make_group_async:
 *
 * A discussion or temporary chat becomes a group.
 */
LAN_API void lan_group_chat_make_group_async (LanGroupChat *self, GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_group_chat_end_async:
 *
 * Nobody can write any more.
 */
LAN_API void lan_group_chat_end_async (LanGroupChat *self, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_group_chat_change_finish:
 *
 * Returns: whether it was done; FALSE with %LAN_NODE_ERROR_INVALID where one's role does not allow it.
 */
LAN_API gboolean lan_group_chat_change_finish (LanGroupChat *self, GAsyncResult *result,
                                               GError **error);

/**
 * lan_group_chat_kind_name:
 *
 * Returns: (transfer none): "group", "discussion" or "temporary".
 */
LAN_API const char *lan_group_chat_kind_name (LanGroupChatKind kind);

/**
 * lan_group_chat_role_name:
 *
 * Returns: (transfer none): "none", "member", "administrator" or "owner".
 */
LAN_API const char *lan_group_chat_role_name (LanGroupChatRole role);

G_END_DECLS
