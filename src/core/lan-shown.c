/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-shown.h"

#include "lan-content.h"

#include <string.h>

static void
reaction_free (gpointer data)
{
  LanShownReaction *reaction = data;

  g_array_unref (reaction->actors);
  g_free (reaction->emoji);
  g_free (reaction);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return lan_operation_compare (*(LanOperationRow *const *) a, *(LanOperationRow *const *) b);
}

/* Of each key the greatest, ascending. */
static GPtrArray *
settle (const GPtrArray *operations)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  GPtrArray *held = g_ptr_array_new ();

  for (guint i = 0; operations != NULL && i < operations->len; i++)
    g_ptr_array_add (all, operations->pdata[i]);
  g_ptr_array_sort (all, compare);
  for (guint i = 0; i < all->len; i++) {
    gboolean beaten = FALSE;

    for (guint k = i + 1; k < all->len && !beaten; k++)
      beaten = lan_operation_same_key (all->pdata[i], all->pdata[k]);
    if (!beaten)
      g_ptr_array_add (held, all->pdata[i]);
  }
  return held;
}

static void
add_reaction (LanShown *shown, const LanOperationRow *op)
{
  LanShownReaction *reaction = NULL;

  for (guint i = 0; i < shown->reactions->len && reaction == NULL; i++) {
    reaction = g_ptr_array_index (shown->reactions, i);
    if (strcmp (reaction->emoji, op->text) != 0)
      reaction = NULL;
  }
  if (reaction == NULL) {
    if (shown->reactions->len == LAN_SHOWN_REACTIONS_MAX)
      return;
    reaction = g_new0 (LanShownReaction, 1);
    reaction->emoji = g_strdup (op->text);
    reaction->actors = g_array_new (FALSE, FALSE, sizeof (LanAccountId));
    g_ptr_array_add (shown->reactions, reaction);
  }
  g_array_append_val (reaction->actors, op->actor);
}

static void
apply (LanShown *shown, guint32 kind, const LanOperationRow *op)
{
  switch (op->kind) {
  case LAN_OPERATION_RECALL:
    shown->recalled = TRUE;
    break;
  case LAN_OPERATION_PIN:
    shown->pinned = op->on;
    shown->pinned_ms = op->time_ms;
    break;
  case LAN_OPERATION_REACTION:
    if (op->on && op->text != NULL)
      add_reaction (shown, op);
    break;
  case LAN_OPERATION_EDIT:
    if (kind != LAN_KIND_TEXT || op->text == NULL)
      break;
    shown->text = op->text;
    shown->edited_ms = op->time_ms;
    g_ptr_array_add (shown->edits, (gpointer) op);
    break;
  case LAN_OPERATION_NONE:
  default:
    break;
  }
}

void
lan_shown_fold (LanShown *shown, guint32 kind, const char *text, const GPtrArray *operations)
{
  g_autoptr (GPtrArray) held = settle (operations);

  *shown = (LanShown){ .text = text };
  shown->reactions = g_ptr_array_new_with_free_func (reaction_free);
  shown->edits = g_ptr_array_new ();
  for (guint i = 0; i < held->len; i++)
    apply (shown, kind, held->pdata[i]);
  if (shown->edits->len > LAN_SHOWN_EDITS_MAX)
    g_ptr_array_remove_range (shown->edits, 0, shown->edits->len - LAN_SHOWN_EDITS_MAX);
  if (!shown->recalled)
    return;
  /* Nothing of it is left to see. */
  shown->text = NULL;
  shown->edited_ms = 0;
  shown->pinned = FALSE;
  g_ptr_array_set_size (shown->edits, 0);
  g_ptr_array_set_size (shown->reactions, 0);
}

void
lan_shown_clear (LanShown *shown)
{
  g_clear_pointer (&shown->reactions, g_ptr_array_unref);
  g_clear_pointer (&shown->edits, g_ptr_array_unref);
}
