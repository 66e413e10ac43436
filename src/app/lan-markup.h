/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is drawn on a picture: arrows, boxes, lines, texts, places made unreadable, and what of it is
 * cut out. Coordinates are pixels of the picture. Knows cairo and no widgets.
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

typedef enum {
  LAN_MARKUP_ARROW,
  LAN_MARKUP_BOX,
  LAN_MARKUP_PEN,
  LAN_MARKUP_TEXT,
  LAN_MARKUP_MOSAIC,
  LAN_MARKUP_CROP,
} LanMarkupTool;

typedef struct _LanMarkup LanMarkup;

LanMarkup *lan_markup_new (GdkPixbuf *picture) G_GNUC_WARN_UNUSED_RESULT;
void lan_markup_free (LanMarkup *self);

/** Begins something at a place; @text: for LAN_MARKUP_TEXT. @color: 0xRRGGBB. */
void lan_markup_begin (LanMarkup *self, LanMarkupTool tool, guint color, const char *text, double x,
                       double y);

/** Goes on with what was begun last. */
void lan_markup_move (LanMarkup *self, double x, double y);

/** What was begun last is complete; FALSE: it was too small to be meant, and is gone. */
gboolean lan_markup_end (LanMarkup *self);

/** FALSE: there is nothing to take back. */
gboolean lan_markup_undo (LanMarkup *self);

guint lan_markup_get_count (LanMarkup *self);
int lan_markup_get_width (LanMarkup *self);
int lan_markup_get_height (LanMarkup *self);

/** Draws all of it, what is cut off darkened. */
void lan_markup_draw (LanMarkup *self, cairo_t *cr);

/** Returns: (transfer full): what is cut out, with all that is drawn on it. */
GdkPixbuf *lan_markup_render (LanMarkup *self);

G_END_DECLS
