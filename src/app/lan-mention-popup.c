/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-mention-popup.h"

#include "lan-chat-text.h"
#include "lan-completion.h"

#include <string.h>

#define MAX_QUERY_CHARS 32

typedef struct {
  char *name;
  char *id;
} Candidate;

struct _LanMentionPopup {
  LanCompletion *completion; /* of the view, as this */
  GPtrArray *candidates;     /* of Candidate */
  LanMentionFill fill;
  gpointer fill_data;
  GDestroyNotify fill_destroy;
};

static void
candidate_free (gpointer data)
{
  Candidate *candidate = data;

  g_free (candidate->name);
  g_free (candidate->id);
  g_free (candidate);
}

void
lan_mention_popup_add (LanMentionPopup *self, const char *name, const char *id)
{
  Candidate *candidate = g_new0 (Candidate, 1);

  candidate->name = g_strdup (name);
  candidate->id = g_strdup (id);
  g_ptr_array_add (self->candidates, candidate);
}

static void
refill (LanMentionPopup *self)
{
  g_ptr_array_set_size (self->candidates, 0);
  if (self->fill != NULL)
    self->fill (self, self->fill_data);
}

void
lan_mention_popup_set_fill (LanMentionPopup *self, LanMentionFill fill, gpointer user_data,
                            GDestroyNotify destroy)
{
  if (self->fill_destroy != NULL)
    self->fill_destroy (self->fill_data);
  self->fill = fill;
  self->fill_data = user_data;
  self->fill_destroy = destroy;
  refill (self);
}

gboolean
lan_mention_popup_is_open (LanMentionPopup *self)
{
  return lan_completion_is_open (self->completion);
}

/* Returns: (transfer full) (nullable): what is written between an "@" and the cursor; @at: where the
 * "@" stands. A letter or digit before it makes it part of an address. */
static char *
find_query (const GtkTextIter *cursor, GtkTextIter *at)
{
  for (int i = 0; i <= MAX_QUERY_CHARS && gtk_text_iter_backward_char (at); i++) {
    gunichar c = gtk_text_iter_get_char (at);
    GtkTextIter before = *at;

    if (c == '\n')
      return NULL;
    if (c != '@')
      continue;
    if (gtk_text_iter_backward_char (&before) && gtk_text_iter_get_char (&before) < 0x80 &&
        g_unichar_isalnum (gtk_text_iter_get_char (&before)))
      return NULL;
    before = *at;
    gtk_text_iter_forward_char (&before);
    return gtk_text_iter_get_text (&before, cursor);
  }
  return NULL;
}

static void
show_fitting (LanCompletion *completion, const char *query, gpointer user_data)
{
  LanMentionPopup *self = user_data;

  if (*query == '\0' && !lan_completion_is_open (completion))
    refill (self);
  for (guint i = 0; i < self->candidates->len && lan_completion_has_room (completion); i++) {
    const Candidate *candidate = g_ptr_array_index (self->candidates, i);
    g_autofree char *text = g_strdup_printf ("@%s ", candidate->name);

    if (lan_chat_text_matches (candidate->name, query) && !g_str_equal (candidate->name, query))
      lan_completion_add (completion, candidate->name, candidate->name, text);
  }
}

gboolean
lan_mention_popup_key (LanMentionPopup *self, GdkEventKey *event)
{
  return lan_completion_key (self->completion, event);
}

char **
lan_mention_popup_dup_called (LanMentionPopup *self, const char *text)
{
  g_autoptr (GHashTable) called = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GStrvBuilder) ids = NULL;

  refill (self);
  for (guint i = 0; strchr (text, '@') != NULL && i < self->candidates->len; i++) {
    const Candidate *candidate = g_ptr_array_index (self->candidates, i);
    g_autofree char *word = g_strconcat ("@", candidate->name, NULL);
    const char *p = strstr (text, word);

    if (p != NULL && !(p > text && g_ascii_isalnum (p[-1])) &&
        !(g_ascii_isalnum (word[strlen (word) - 1]) && g_ascii_isalnum (p[strlen (word)])))
      g_hash_table_add (called, candidate->id);
  }
  if (g_hash_table_size (called) == 0)
    return NULL;
  ids = g_strv_builder_new ();
  for (guint i = 0; i < self->candidates->len; i++) {
    const Candidate *candidate = g_ptr_array_index (self->candidates, i);

    if (g_hash_table_remove (called, candidate->id))
      g_strv_builder_add (ids, candidate->id);
  }
  return g_strv_builder_end (ids);
}

static void
popup_free (gpointer data)
{
  LanMentionPopup *self = data;

  lan_mention_popup_set_fill (self, NULL, NULL, NULL);
  g_ptr_array_unref (self->candidates);
  g_free (self);
}

LanMentionPopup *
lan_mention_popup_new (GtkTextView *view, GtkWidget *anchor)
{
  static const LanCompletionWays ways = { .find = find_query, .fill = show_fitting };
  LanMentionPopup *self = g_new0 (LanMentionPopup, 1);

  self->candidates = g_ptr_array_new_with_free_func (candidate_free);
  self->completion = lan_completion_new (view, anchor, &ways, self);
  g_object_set_data_full (G_OBJECT (view), "lan-mention-popup", self, popup_free);
  return self;
}
