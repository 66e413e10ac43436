/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Who is in a group and what it is called, worked out of its operations. They form a graph: each
 * names the newest ones that its author knew. Whoever holds the same operations works out the same,
 * in whatever order they came:
 *
 *   1. They are put into one order: after all that they name; of those that do not know each other
 *      removals first, then changes of roles, then the rest, within each the higher role of its
 *      author, then the smaller time, then the smaller hash.
 *   2. In that order each takes effect if its author may do it then; else it is void.
 *   3. A removal says up to which record of the removed person's devices anything counts. Operations
 *      of theirs behind that, and not knowing of the removal, are void, and the order is gone
 *      through again without them.
 *
 * Pure: no keys, no time. One thread.
 */
#pragma once

#include "lan-content.h"

G_BEGIN_DECLS

#define LAN_GROUP_MAX_MEMBERS 200
#define LAN_GROUP_MAX_OPS     4096

typedef enum {
  LAN_GROUP_ROLE_NONE = 0,
  LAN_GROUP_ROLE_MEMBER = 1,
  LAN_GROUP_ROLE_ADMINISTRATOR = 2,
  LAN_GROUP_ROLE_OWNER = 3,
} LanGroupRole;

/* Append-only, as in the CREATE operation. */
typedef enum {
  LAN_GROUP_PROPER = 1,
  LAN_GROUP_DISCUSSION = 2,
  LAN_GROUP_TEMPORARY = 3,
} LanGroupKind;

typedef struct _LanGroupOp LanGroupOp;

struct _LanGroupOp {
  LanHash hash; /* of its record */
  LanAccountId actor;
  LanDeviceId device;
  guint64 seq;
  guint64 hlc;
  GBytes *blob; /* the record */
  LanContent *content;
  GPtrArray *parents; /* of LanGroupOp, borrowed */
  GPtrArray *children;
  gboolean effective;
  gboolean excluded; /* by rule 3 */
  guint left;        /* while it is resolved */
  guint mark;
};

typedef struct {
  LanAccountId account;
  LanGroupRole role;
  char *name;               /* as whoever added them called them */
  const LanGroupOp *joined; /* what made them a member last */
} LanGroupMember;

typedef struct {
  LanConversationId id;
  GHashTable *ops;     /* LanHash -> LanGroupOp */
  LanGroupOp *first;   /* CREATE; NULL until it is known */
  GPtrArray *order;    /* of LanGroupOp, borrowed: effective ones */
  GPtrArray *members;  /* of LanGroupMember, in the order in which they came */
  GHashTable *ever;    /* LanAccountId: whoever an operation names, or was a member */
  GPtrArray *removals; /* of LanGroupOp, effective ones */
  GPtrArray *heads;    /* of LanGroupOp: known to no other */
  char *name, *topic;
  GBytes *picture; /* may be NULL */
  LanGroupKind kind;
  gboolean open_history;
  gboolean ended;
  guint64 ends_ms; /* 0: does not end by itself */
  LanHash epoch;   /* another one whenever somebody came or went */
  guint forks;     /* operations that did not know of each other */
  guint marks;
} LanGroupState;

LanGroupState *lan_group_state_new (const LanConversationId *id);
void lan_group_state_free (LanGroupState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanGroupState, lan_group_state_free)

/** TRUE when all of @parents (hashes) are operations known here. */
gboolean lan_group_state_knows (const LanGroupState *state, gsize n,
                                const ProtobufCBinaryData *parents);

/**
 * Takes the operation in @content; call lan_group_state_resolve() afterwards. @from: hash, actor,
 * device, seq, hlc and blob are read. @content: (transfer full) on OK only.
 * Returns: OK (also when it is known), STATE (a parent is missing), MISMATCH (not this group's
 *   beginning), LIMIT.
 */
LanStatus lan_group_state_add (LanGroupState *state, const LanGroupOp *from,
                               LanContent *content) G_GNUC_WARN_UNUSED_RESULT;

void lan_group_state_resolve (LanGroupState *state);

/** Returns: (nullable): NULL for whoever is no member now. */
const LanGroupMember *lan_group_state_member (const LanGroupState *state,
                                              const LanAccountId *account);
LanGroupRole lan_group_state_role (const LanGroupState *state, const LanAccountId *account);

/** Of somebody who was removed: the newest record of @device that still counts. */
guint64 lan_group_state_cut (const LanGroupState *state, const LanAccountId *account,
                             const LanDeviceId *device);

/** The newest removal of @account that is in effect. Returns: (nullable). */
const LanGroupOp *lan_group_state_removal (const LanGroupState *state, const LanAccountId *account);

/** TRUE when @op is one of @heads (hashes) or known to one of them. */
gboolean lan_group_state_is_known_to (LanGroupState *state, const LanGroupOp *op, gsize n,
                                      const ProtobufCBinaryData *heads);

/** May @actor carry out @op now? Returns: OK, STATE (not allowed), MISMATCH (nobody to do it to). */
LanStatus lan_group_state_may (const LanGroupState *state, const LanAccountId *actor,
                               const Lanyard__GroupOp *op) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
