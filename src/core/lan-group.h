/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Groups, discussions and temporary chats (DESIGN section 5, SECURITY section 6): what the person
 * does in them, and looking. Part of LanCore; what comes of it are the actions of
 * lan-core-action.h: MESSAGE for each record on screen, operations of the membership log included
 * (kind LAN_KIND_GROUP_OP), and CONVERSATION whenever members, roles, name... changed.
 */
#pragma once

#include "lan-core.h"
#include "lan-group-state.h"

G_BEGIN_DECLS

typedef struct {
  LanConversationId id;
  const char *name; /* borrowed until the next call into core, as all below */
  const char *topic;
  GBytes *picture; /* (nullable) */
  LanGroupKind kind;
  LanGroupRole role; /* own; NONE: left, or removed */
  gboolean open_history;
  gboolean ended;  /* by an owner, or because its time is over */
  gboolean known;  /* its beginning is here */
  guint64 ends_ms; /* 0: it does not end by itself */
  guint n_members;
  gboolean invited; /* by somebody whose key was not compared: waits for lan_core_group_join() */
  gboolean muted;
  guint keep_days;      /* messages older than that are not kept here; 0: for ever */
  LanAccountId inviter; /* who made us a member; zero: nobody else */
  guint forks;          /* operations that did not know of each other */
  guint unreadable;     /* chains whose keys are missing */
} LanGroupInfo;

typedef struct {
  LanAccountId account;
  LanGroupRole role;
  const char *name;
  guint64 delivered; /* of this device's log, as far as it is known */
  guint64 read;
  guint64 left;    /* delivered, or at the server for them */
  guint64 carried; /* that, or with somebody who carries it */
  gboolean forked; /* said different things to different people */
  gboolean typing; /* a moment ago */
} LanGroupMemberInfo;

/**
 * Makes a group of @accounts (people known here) and this one, its owner. @name: may be empty.
 * @ends_ms: of a temporary one. @out: (out). Returns: OK; MALFORMED, OVERSIZED (name), LIMIT (too
 * many), MISMATCH (nobody known).
 */
LanStatus lan_core_group_create (LanCore *core, LanGroupKind kind, const char *name,
                                 const LanAccountId *accounts, guint n, gboolean open_history,
                                 guint64 ends_ms, LanConversationId *out,
                                 const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/* Each returns OK, MISMATCH (no such group or person), STATE (the role does not allow it), LIMIT. */
LanStatus lan_core_group_add (LanCore *core, const LanConversationId *id,
                              const LanAccountId *accounts, guint n,
                              const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_core_group_remove (LanCore *core, const LanConversationId *id,
                                 const LanAccountId *account,
                                 const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_core_group_leave (LanCore *core, const LanConversationId *id,
                                const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_core_group_set_role (LanCore *core, const LanConversationId *id,
                                   const LanAccountId *account, LanGroupRole role,
                                   const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_core_group_rename (LanCore *core, const LanConversationId *id, const char *name,
                                 const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_core_group_set_topic (LanCore *core, const LanConversationId *id, const char *topic,
                                    const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
/** @picture: (nullable): PNG or JPEG of at most 32 KiB. */
LanStatus lan_core_group_set_picture (LanCore *core, const LanConversationId *id, GBytes *picture,
                                      const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_core_group_set_history (LanCore *core, const LanConversationId *id, gboolean open,
                                      const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
/** A discussion or temporary chat becomes a group. */
LanStatus lan_core_group_make_proper (LanCore *core, const LanConversationId *id,
                                      const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_core_group_end (LanCore *core, const LanConversationId *id,
                              const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/** Tells members at hand that one is writing, or has stopped; forgotten after some seconds. */
void lan_core_group_set_typing (LanCore *core, const LanConversationId *id, gboolean on,
                                const LanTime *now);

/**
 * Agrees to an invitation: a read-up-to record says so, to the account's other devices too. Writing
 * into the group does the same; declining is lan_core_group_leave(). Returns: OK, MISMATCH, STATE.
 */
LanStatus lan_core_group_join (LanCore *core, const LanConversationId *id,
                               const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_core_group_set_muted (LanCore *core, const LanConversationId *id, gboolean muted,
                                    const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
/** @draft: (nullable). */
LanStatus lan_core_group_set_draft (LanCore *core, const LanConversationId *id, const char *draft,
                                    const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/** As lan_core_operate(), on a message of the group. */
LanStatus lan_core_group_operate (LanCore *core, const LanConversationId *group,
                                  const LanMessageId *id, const LanOperationRow *op,
                                  const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/** As lan_core_send_text(), to everybody in the group. */
LanStatus lan_core_group_send_text (LanCore *core, const LanConversationId *id,
                                    const LanMessageId *message, const char *text,
                                    const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
/** Any kind of content that members read: @content is checked. */
LanStatus lan_core_group_send (LanCore *core, const LanConversationId *id,
                               const LanMessageId *message, guint16 kind, LanContent *content,
                               const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/** FALSE: there is no such group. */
gboolean lan_core_get_group (LanCore *core, const LanConversationId *id, LanGroupInfo *info);
/** Returns: (transfer full) (element-type LanGroupMemberInfo): in the order in which they came. */
GArray *lan_core_list_group_members (LanCore *core,
                                     const LanConversationId *id) G_GNUC_WARN_UNUSED_RESULT;

/** One thing that is kept for a group: call it after lan_core_load_conversation(). */
void lan_core_load_group_item (LanCore *core, const LanGroupItemRow *row);

G_END_DECLS
