/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-emoji-popup.h"

#include "lan-emoji-shelf.h"
#include "lan-sticker-shelf.h"

#include <glib/gi18n.h>

#define LINE_MAX_CHARS 40 /* as far back as it looks for the sign */
#define MAX_FOUND      8
#define MAX_STICKERS   3

struct _LanEmojiPopup {
  LanCompletion *completion; /* of the view, as this */
  LanNode *node;
  LanStickerFunc chosen;
  gpointer user_data;
};

static char *
find_query (const GtkTextIter *cursor, GtkTextIter *at)
{
  GtkTextIter start = *cursor;
  g_autofree char *line = NULL;
  char *query;
  glong chars = 0;

  for (int i = 0; i < LINE_MAX_CHARS && !gtk_text_iter_starts_line (&start); i++)
    gtk_text_iter_backward_char (&start);
  line = gtk_text_iter_get_text (&start, cursor);
  query = lan_emoji_find_query (line, &chars);
  if (query != NULL) {
    *at = start;
    gtk_text_iter_forward_chars (at, (int) chars);
  }
  return query;
}

/* Stickers stand first: there are few of them, and somebody gave them their names. */
static void
add_stickers (LanEmojiPopup *self, LanCompletion *completion, const char *query)
{
  g_autoptr (GPtrArray) found = lan_sticker_shelf_search (self->node, query, MAX_STICKERS);

  for (guint i = 0; *query != '\0' && i < found->len; i++) {
    LanSticker *sticker = g_ptr_array_index (found, i);
    /* Translators: a small picture that is a message, and its name */
    g_autofree char *label = g_strdup_printf (_ ("Sticker: %s"), lan_sticker_get_name (sticker));

    lan_completion_add_act (completion, label, label, lan_sticker_get_id (sticker));
  }
}

static void
show_fitting (LanCompletion *completion, const char *query, gpointer user_data)
{
  LanEmojiPopup *self = user_data;
  g_autoptr (GPtrArray) found =
      lan_emoji_table_search (lan_emoji_shelf_get_table (), query, MAX_FOUND);

  if (self->node != NULL && self->chosen != NULL)
    add_stickers (self, completion, query);
  for (guint i = 0; self->node != NULL && i < found->len; i++) {
    const LanEmoji *emoji = g_ptr_array_index (found, i);
    const char *name = lan_emoji_shelf_get_name (emoji);
    g_autofree char *text = lan_emoji_dup_toned (emoji, lan_emoji_shelf_get_tone (self->node));
    g_autofree char *label = g_strdup_printf ("%s  %s", text, name);

    lan_completion_add (completion, label, name, text);
  }
}

static void
on_accepted (const char *text, gpointer user_data)
{
  LanEmojiPopup *self = user_data;

  lan_emoji_shelf_note (self->node, text);
}

static void
on_acted (const char *what, gpointer user_data)
{
  LanEmojiPopup *self = user_data;
  LanSticker *sticker = lan_sticker_shelf_find (self->node, what);

  if (sticker != NULL)
    self->chosen (sticker, self->user_data);
}

void
lan_emoji_popup_set_chosen (LanEmojiPopup *self, LanStickerFunc chosen, gpointer user_data)
{
  self->chosen = chosen;
  self->user_data = user_data;
}

void
lan_emoji_popup_set_node (LanEmojiPopup *self, LanNode *node)
{
  g_set_object (&self->node, node);
}

gboolean
lan_emoji_popup_key (LanEmojiPopup *self, GdkEventKey *event)
{
  return lan_completion_key (self->completion, event);
}

static void
popup_free (gpointer data)
{
  LanEmojiPopup *self = data;

  g_clear_object (&self->node);
  g_free (self);
}

LanEmojiPopup *
lan_emoji_popup_new (GtkTextView *view, GtkWidget *anchor)
{
  static const LanCompletionWays ways = {
    .find = find_query, .fill = show_fitting, .accepted = on_accepted, .acted = on_acted
  };
  LanEmojiPopup *self = g_new0 (LanEmojiPopup, 1);

  self->completion = lan_completion_new (view, anchor, &ways, self);
  g_object_set_data_full (G_OBJECT (view), "lan-emoji-popup", self, popup_free);
  return self;
}
