/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Completes names behind an "@" in a text view (lan-completion.h), and knows whom a text calls. Knows
 * names and ids only, nobody's node.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _LanMentionPopup LanMentionPopup;

/* Says anew, with lan_mention_popup_add(), whom one can call. */
typedef void (*LanMentionFill) (LanMentionPopup *popup, gpointer user_data);

/** Lasts as long as @view, which owns it and is watched (lan-preedit.h). @anchor: around it and what scrolls it. */
LanMentionPopup *lan_mention_popup_new (GtkTextView *view, GtkWidget *anchor);

/** @fill: (nullable): nobody; @destroy frees @user_data. */
void lan_mention_popup_set_fill (LanMentionPopup *self, LanMentionFill fill, gpointer user_data,
                                 GDestroyNotify destroy);
void lan_mention_popup_add (LanMentionPopup *self, const char *name, const char *id);

/** Returns: whether @event was for the open popup. */
gboolean lan_mention_popup_key (LanMentionPopup *self, GdkEventKey *event);
gboolean lan_mention_popup_is_open (LanMentionPopup *self);

/** Returns: (transfer full) (nullable): ids of those whom @text calls; NULL: nobody. */
char **lan_mention_popup_dup_called (LanMentionPopup *self, const char *text);

G_END_DECLS
