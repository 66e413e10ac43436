/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-sticker-offer.h"

#include "lan-chat-view.h"
#include "lan-confirm.h"
#include "lan-sticker-shelf.h"

#include <glib/gi18n.h>
#include <string.h>

#define PERSON "lan-offer-person"
#define SET    "lan-offer-set"

/* Returns: (transfer container). */
static GPtrArray *
stickers_of (LanNode *node, const char *set)
{
  GPtrArray *all = lan_sticker_shelf_get (node);
  GPtrArray *chosen = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++) {
    if (strcmp (lan_sticker_get_set (all->pdata[i]), set) == 0)
      g_ptr_array_add (chosen, all->pdata[i]);
  }
  return chosen;
}

static void
on_yes (gpointer object)
{
  GtkWidget *from = object;
  LanChatView *view = LAN_CHAT_VIEW (gtk_widget_get_ancestor (from, LAN_TYPE_CHAT_VIEW));
  LanNode *node = view != NULL ? lan_chat_view_get_node (view) : NULL;
  g_autoptr (GPtrArray) chosen = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = NULL;

  if (node == NULL)
    return;
  chosen = stickers_of (node, g_object_get_data (object, SET));
  ids = lan_node_offer_stickers (node, g_object_get_data (object, PERSON), chosen, &error);
  if (ids == NULL)
    lan_chat_view_notice (view, error->message);
}

void
lan_sticker_offer_ask (GtkWidget *from, LanNode *node, LanPerson *person, const char *set)
{
  g_autoptr (GPtrArray) chosen = stickers_of (node, set);
  /* Translators: the name of a set of stickers */
  g_autofree char *title = g_strdup_printf (_ ("Share the set “%s” here?"), set);
  g_autofree char *text = g_strdup_printf (
      ngettext ("It becomes %u message, and everybody here can add it to their own stickers.",
                "It becomes %u messages, and everybody here can add them to their own stickers.",
                chosen->len),
      chosen->len);

  g_object_set_data_full (G_OBJECT (from), PERSON, g_object_ref (person), g_object_unref);
  g_object_set_data_full (G_OBJECT (from), SET, g_strdup (set), g_free);
  lan_confirm_ask (from, title, text, _ ("_Share"), on_yes, from);
}
