/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a message shows once everything that was said about it is taken into account. A pure function
 * of the message and the set of operations: their order, and how often one comes, do not matter.
 */
#pragma once

#include "lan-change.h"

G_BEGIN_DECLS

#define LAN_SHOWN_REACTIONS_MAX 20  /* different ones */
#define LAN_SHOWN_EDITS_MAX     100 /* former texts, the newest */

typedef struct {
  char *emoji;
  GArray *actors; /* of LanAccountId, first to react first */
} LanShownReaction;

typedef struct {
  const char
      *text; /* (nullable): borrowed from row or operation; NULL: recalled, or without text */
  gboolean recalled;
  gint64 edited_ms; /* of the edit that holds, 0: none */
  gboolean pinned;
  gint64 pinned_ms;
  GPtrArray *reactions; /* of LanShownReaction, the first reaction to come first; never NULL */
  GPtrArray *edits;     /* of const LanOperationRow, oldest first, borrowed; never NULL */
} LanShown;

/**
 * Fills @shown, which borrows from what is given. @kind: of the message's record, @text: its own text
 * (nullable). @operations: (nullable) (element-type LanOperationRow): of this message, in any order;
 * of several with one key the greatest counts.
 */
void lan_shown_fold (LanShown *shown, guint32 kind, const char *text, const GPtrArray *operations);

void lan_shown_clear (LanShown *shown);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LanShown, lan_shown_clear)

G_END_DECLS
