/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-word-grid.h"

#define N_WORDS 12
#define COLUMNS 3

struct _LanWordGrid {
  GtkGrid parent;
  GtkLabel *labels[N_WORDS];
};

G_DEFINE_TYPE (LanWordGrid, lan_word_grid, GTK_TYPE_GRID)

void
lan_word_grid_set_words (LanWordGrid *self, const char *const *words)
{
  g_autofree char *spoken = g_strjoinv (" ", (char **) words);

  for (guint i = 0; i < N_WORDS && words[i] != NULL; i++)
    gtk_label_set_text (self->labels[i], words[i]);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), spoken);
}

const char *
lan_word_grid_locale (void)
{
  const char *language = pango_language_to_string (gtk_get_default_language ());

  return g_str_has_prefix (language, "zh") ? "zh_CN" : "en";
}

static void
lan_word_grid_class_init (LanWordGridClass *klass)
{
}

/* Twelve like cells: made here, their look is the class "word". */
static void
lan_word_grid_init (LanWordGrid *self)
{
  for (int i = 0; i < N_WORDS; i++) {
    GtkWidget *label = gtk_label_new (NULL);

    gtk_style_context_add_class (gtk_widget_get_style_context (label), "word");
    gtk_widget_show (label);
    gtk_grid_attach (GTK_GRID (self), label, i % COLUMNS, i / COLUMNS, 1, 1);
    self->labels[i] = GTK_LABEL (label);
  }
}
