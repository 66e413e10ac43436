/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-sticker-shelf.h"

#include <string.h>

/* One for each node, owned by it. Emits "changed". */
#define LAN_TYPE_STICKER_SHELF (lan_sticker_shelf_get_type ())
G_DECLARE_FINAL_TYPE (LanStickerShelf, lan_sticker_shelf, LAN, STICKER_SHELF, GObject)

struct _LanStickerShelf {
  GObject parent;
  GPtrArray *stickers;
  gboolean is_read;
};

static guint changed_signal;

G_DEFINE_TYPE (LanStickerShelf, lan_sticker_shelf, G_TYPE_OBJECT)

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanStickerShelf) self = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *stickers = lan_node_list_stickers_finish (LAN_NODE (source), result, &error);

  if (stickers == NULL) {
    g_debug ("stickers: %s", error->message);
    return;
  }
  g_ptr_array_unref (self->stickers);
  self->stickers = stickers;
  self->is_read = TRUE;
  g_signal_emit (self, changed_signal, 0);
}

static void
read_all (LanStickerShelf *self, LanNode *node)
{
  lan_node_list_stickers_async (node, NULL, on_listed, g_object_ref (self));
}

static LanStickerShelf *
shelf_of (LanNode *node)
{
  LanStickerShelf *self = g_object_get_data (G_OBJECT (node), "lan-sticker-shelf");

  if (self != NULL)
    return self;
  self = g_object_new (LAN_TYPE_STICKER_SHELF, NULL);
  g_object_set_data_full (G_OBJECT (node), "lan-sticker-shelf", self, g_object_unref);
  g_signal_connect_object (node, "stickers-changed", G_CALLBACK (read_all), self,
                           G_CONNECT_SWAPPED);
  read_all (self, node);
  return self;
}

void
lan_sticker_shelf_follow (LanNode *node, GObject *object, GCallback changed)
{
  LanStickerShelf *self = shelf_of (node);

  g_signal_connect_object (self, "changed", changed, object, G_CONNECT_SWAPPED);
  if (self->is_read)
    ((void (*) (GObject *)) changed) (object);
}

GPtrArray *
lan_sticker_shelf_get (LanNode *node)
{
  return shelf_of (node)->stickers;
}

static gboolean
has (const char *text, const char *folded)
{
  g_autofree char *other = g_utf8_casefold (text, -1);

  return strstr (other, folded) != NULL;
}

GPtrArray *
lan_sticker_shelf_search (LanNode *node, const char *query, guint max)
{
  GPtrArray *all = lan_sticker_shelf_get (node);
  GPtrArray *found = g_ptr_array_new ();
  g_autofree char *folded = g_utf8_casefold (query, -1);

  for (guint i = 0; i < all->len && found->len < max; i++) {
    LanSticker *sticker = g_ptr_array_index (all, i);

    if (has (lan_sticker_get_name (sticker), folded) || has (lan_sticker_get_set (sticker), folded))
      g_ptr_array_add (found, sticker);
  }
  return found;
}

LanSticker *
lan_sticker_shelf_find (LanNode *node, const char *id)
{
  GPtrArray *all = lan_sticker_shelf_get (node);

  for (guint i = 0; i < all->len; i++) {
    if (strcmp (lan_sticker_get_id (all->pdata[i]), id) == 0)
      return all->pdata[i];
  }
  return NULL;
}

static void
finalize (GObject *object)
{
  g_ptr_array_unref (LAN_STICKER_SHELF (object)->stickers);
  G_OBJECT_CLASS (lan_sticker_shelf_parent_class)->finalize (object);
}

static void
lan_sticker_shelf_class_init (LanStickerShelfClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  changed_signal = g_signal_new ("changed", LAN_TYPE_STICKER_SHELF, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
lan_sticker_shelf_init (LanStickerShelf *self)
{
  self->stickers = g_ptr_array_new ();
}
