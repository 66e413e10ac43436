/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A popup that completes words behind a sign in a text view, names behind "@" for one. It is opened by
 * changes of the text, not by keys, so that it works behind input methods; it takes the arrow keys, Tab,
 * Enter and Escape while it is open, and nothing while the input method composes: those keys choose
 * among its characters then. Whoever makes one says what is a word and what fits it.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _LanCompletion LanCompletion;

typedef struct {
  /* Returns: (transfer full) (nullable): what is written between the sign and @cursor; @at: the sign. */
  char *(*find) (const GtkTextIter *cursor, GtkTextIter *at);
  /* Says with lan_completion_add() what fits @query. */
  void (*fill) (LanCompletion *completion, const char *query, gpointer user_data);
  /* (nullable): @text was put in. */
  void (*accepted) (const char *text, gpointer user_data);
  /* (nullable): a row of lan_completion_add_act() was chosen. */
  void (*acted) (const char *what, gpointer user_data);
} LanCompletionWays;

/** Lasts as long as @view, which owns it. @anchor: around it and what scrolls it. @ways: static. */
LanCompletion *lan_completion_new (GtkTextView *view, GtkWidget *anchor,
                                   const LanCompletionWays *ways, gpointer user_data);

/** A row that shows @label and puts @text in the place of sign and word. @name: what it is called. */
void lan_completion_add (LanCompletion *self, const char *label, const char *name,
                         const char *text);

/** A row that takes sign and word away and then does @what. */
void lan_completion_add_act (LanCompletion *self, const char *label, const char *name,
                             const char *what);

/** Returns: whether another row has room. */
gboolean lan_completion_has_room (LanCompletion *self);

/** Returns: whether @event was for the open popup. */
gboolean lan_completion_key (LanCompletion *self, GdkEventKey *event);
gboolean lan_completion_is_open (LanCompletion *self);

G_END_DECLS
