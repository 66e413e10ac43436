/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-message-private.h"

struct _LanReaction {
  char *emoji;
  GStrv people;
  gboolean own;
};

G_DEFINE_BOXED_TYPE (LanReaction, lan_reaction, lan_reaction_ref, lan_reaction_unref)

LanReaction *
lan_reaction_new (const char *emoji, const LanAccountId *actors, guint n_actors,
                  const LanAccountId *self_id)
{
  LanReaction *self = g_atomic_rc_box_new0 (LanReaction);

  self->emoji = g_strdup (emoji);
  self->people = g_new0 (char *, n_actors + 1);
  for (guint i = 0; i < n_actors; i++) {
    self->people[i] = lan_account_id_to_hex (&actors[i]);
    self->own |= lan_account_id_equal (&actors[i], self_id);
  }
  return self;
}

gboolean
lan_reaction_equal (LanReaction *a, LanReaction *b)
{
  return g_strcmp0 (a->emoji, b->emoji) == 0 &&
         g_strv_equal ((const char *const *) a->people, (const char *const *) b->people);
}

LanReaction *
lan_reaction_ref (LanReaction *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
reaction_clear (gpointer data)
{
  LanReaction *self = data;

  g_free (self->emoji);
  g_strfreev (self->people);
}

void
lan_reaction_unref (LanReaction *self)
{
  g_atomic_rc_box_release_full (self, reaction_clear);
}

const char *
lan_reaction_get_emoji (LanReaction *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->emoji;
}

guint
lan_reaction_get_count (LanReaction *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return g_strv_length (self->people);
}

gboolean
lan_reaction_get_own (LanReaction *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->own;
}

const char *const *
lan_reaction_get_people (LanReaction *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return (const char *const *) self->people;
}

struct _LanMessageEdit {
  char *text;
  gint64 time_ms;
};

G_DEFINE_BOXED_TYPE (LanMessageEdit, lan_message_edit, lan_message_edit_ref, lan_message_edit_unref)

LanMessageEdit *
lan_message_edit_new (const char *text, gint64 time_ms)
{
  LanMessageEdit *self = g_atomic_rc_box_new0 (LanMessageEdit);

  self->text = g_strdup (text != NULL ? text : "");
  self->time_ms = time_ms;
  return self;
}

LanMessageEdit *
lan_message_edit_ref (LanMessageEdit *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
edit_clear (gpointer data)
{
  g_free (((LanMessageEdit *) data)->text);
}

void
lan_message_edit_unref (LanMessageEdit *self)
{
  g_atomic_rc_box_release_full (self, edit_clear);
}

const char *
lan_message_edit_get_text (LanMessageEdit *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->text;
}

gint64
lan_message_edit_get_time (LanMessageEdit *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->time_ms;
}
