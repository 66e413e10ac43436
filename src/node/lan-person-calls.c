/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What can be done with a person: small commands to the engine, and the comparing of safety
 * numbers, which needs no key that is secret and so happens here and now.
 */
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-safety.h"

G_DEFINE_BOXED_TYPE (LanPersonStats, lan_person_stats, lan_person_stats_copy, lan_person_stats_free)

static const LanAccountId *
own_account (LanPerson *self)
{
  LanNode *node = lan_person_peek_node (self);
  LanPerson *own = node != NULL ? lan_node_get_self (node) : NULL;

  return own != NULL ? lan_person_peek_account (own) : NULL;
}

static void
push (LanPerson *self, LanCommandType type, gint64 number, const char *text)
{
  LanNode *node = lan_person_peek_node (self);
  LanCommand *command;

  if (node == NULL)
    return;
  command = lan_command_new_for (type, lan_person_peek_account (self));
  command->number = number;
  command->text = g_strdup (text);
  lan_node_push (node, command);
}

char *
lan_person_dup_number (LanPerson *self)
{
  const LanAccountId *own;
  char number[LAN_SAFETY_DIGITS + 1] = "";

  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  own = own_account (self);
  if (own != NULL)
    lan_safety_number (own, lan_person_peek_account (self), number);
  return g_strdup (number);
}

GStrv
lan_person_dup_words (LanPerson *self, const char *locale)
{
  const LanAccountId *own;
  guint16 indices[LAN_SAFETY_WORDS];
  LanWordList list;
  GStrv words;

  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  own = own_account (self);
  words = g_new0 (char *, LAN_SAFETY_WORDS + 1);
  if (own == NULL)
    return words;
  list = lan_word_list_for_locale (locale);
  lan_safety_words (own, lan_person_peek_account (self), indices);
  for (guint i = 0; i < LAN_SAFETY_WORDS; i++)
    words[i] = lan_word_dup (list, indices[i]);
  return words;
}

static gboolean
verified (LanPerson *self, gboolean matches, const char *what, GError **error)
{
  if (!matches) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_MISMATCH,
                 "these are not the %s of %s: compare again, and if they stay different somebody "
                 "else is at the other end",
                 what, lan_person_get_name (self));
    return FALSE;
  }
  push (self, LAN_COMMAND_VERIFY, 0, NULL);
  return TRUE;
}

gboolean
lan_person_verify_number (LanPerson *self, const char *number, GError **error)
{
  const LanAccountId *own;

  g_return_val_if_fail (LAN_IS_PERSON (self) && number != NULL, FALSE);
  own = own_account (self);
  return verified (
      self, own != NULL && lan_safety_number_matches (own, lan_person_peek_account (self), number),
      "digits", error);
}

gboolean
lan_person_verify_words (LanPerson *self, const char *words, GError **error)
{
  const LanAccountId *own;

  g_return_val_if_fail (LAN_IS_PERSON (self) && words != NULL, FALSE);
  own = own_account (self);
  return verified (
      self, own != NULL && lan_safety_words_match (own, lan_person_peek_account (self), words),
      "words", error);
}

void
lan_person_accept (LanPerson *self)
{
  g_return_if_fail (LAN_IS_PERSON (self));
  push (self, LAN_COMMAND_ACCEPT, 0, NULL);
}

void
lan_person_block (LanPerson *self, gboolean blocked)
{
  g_return_if_fail (LAN_IS_PERSON (self));
  push (self, LAN_COMMAND_BLOCK, blocked, NULL);
}

void
lan_person_remove (LanPerson *self)
{
  g_return_if_fail (LAN_IS_PERSON (self));
  push (self, LAN_COMMAND_REMOVE, 0, NULL);
}

void
lan_person_merge (LanPerson *self, LanPerson *old)
{
  LanNode *node;
  LanCommand *command;

  g_return_if_fail (LAN_IS_PERSON (self) && LAN_IS_PERSON (old) && self != old);
  node = lan_person_peek_node (self);
  if (node == NULL)
    return;
  command = lan_command_new_for (LAN_COMMAND_MERGE, lan_person_peek_account (self));
  command->other = *lan_person_peek_account (old);
  lan_node_push (node, command);
}

void
lan_person_set_note (LanPerson *self, const char *note)
{
  g_return_if_fail (LAN_IS_PERSON (self));
  push (self, LAN_COMMAND_SET_NOTE, 0, note);
}

void
lan_person_set_favourite (LanPerson *self, gboolean favourite)
{
  g_return_if_fail (LAN_IS_PERSON (self));
  push (self, LAN_COMMAND_SET_FAVOURITE, favourite, NULL);
}

void
lan_person_set_muted (LanPerson *self, gboolean muted)
{
  g_return_if_fail (LAN_IS_PERSON (self));
  push (self, LAN_COMMAND_SET_MUTED, muted, NULL);
}

void
lan_person_set_keep_days (LanPerson *self, guint days)
{
  guint32 flags = 0;

  g_return_if_fail (LAN_IS_PERSON (self));
  if (lan_keep_set_days (&flags, days))
    push (self, LAN_COMMAND_SET_KEEP, days, NULL);
}

void
lan_person_set_shown (LanPerson *self, gboolean shown)
{
  g_return_if_fail (LAN_IS_PERSON (self));
  push (self, LAN_COMMAND_SET_SHOWN, shown, NULL);
}

void
lan_person_link_stats_async (LanPerson *self, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_PERSON (self));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_person_link_stats_async);
  command = lan_command_new_for (LAN_COMMAND_LINK_STATS, lan_person_peek_account (self));
  command->task = task;
  lan_node_ask (lan_person_peek_node (self), command);
}

LanPersonStats *
lan_person_link_stats_finish (LanPerson *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

LanPersonStats *
lan_person_stats_copy (const LanPersonStats *stats)
{
  LanPersonStats *copy = g_memdup2 (stats, sizeof *stats);

  copy->state = g_strdup (stats->state);
  copy->path = g_strdup (stats->path);
  copy->local_address = g_strdup (stats->local_address);
  copy->remote_address = g_strdup (stats->remote_address);
  return copy;
}

void
lan_person_stats_free (LanPersonStats *stats)
{
  if (stats == NULL)
    return;
  g_free (stats->state);
  g_free (stats->path);
  g_free (stats->local_address);
  g_free (stats->remote_address);
  g_free (stats);
}

const char *
lan_person_trust_name (LanPersonTrust trust)
{
  static const char *const names[] = { "claimed",  "tofu",    "attested",
                                       "verified", "changed", "revoked" };

  return (guint) trust < G_N_ELEMENTS (names) ? names[trust] : "claimed";
}

static const char *const presence_names[] = { "offline", "available", "away", "busy" };

const char *
lan_person_presence_name (LanPersonPresence presence)
{
  return (guint) presence < G_N_ELEMENTS (presence_names) ? presence_names[presence] : "offline";
}

gboolean
lan_person_presence_from_name (const char *name, LanPersonPresence *presence)
{
  for (guint i = 0; i < G_N_ELEMENTS (presence_names); i++) {
    if (g_strcmp0 (name, presence_names[i]) == 0) {
      *presence = (LanPersonPresence) i;
      return TRUE;
    }
  }
  return FALSE;
}
